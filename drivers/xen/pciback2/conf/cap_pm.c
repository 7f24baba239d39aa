// SPDX-License-Identifier: GPL-2.0
/*
 * cap_pm.c - policy of the Power Management capability
 */
#include "../host/pci_iface.h"
#include "conf.h"

static int pm_ctrl_write(struct pb2_device *pbdev, struct pb2_conf_reg *reg,
			 u32 *val, u32 mask)
{
	int state = *val & PCI_PM_CTRL_STATE_MASK;
	int rc;

	if (!(mask & PCI_PM_CTRL_STATE_MASK))
		return 0;

	rc = pb2_pci_set_power(pbdev->pdev, (__force pci_power_t)state);
	if (rc) {
		pci_warn_ratelimited(pbdev->pdev, "did not go to power state D%d for the guest: error %d\n",
				     state, rc);
		return XEN_PCI_ERR_access_denied;
	}

	return 0;
}

static const struct pb2_conf_ops pm_ctrl_ops = {
	.write = pm_ctrl_write,
};

static const struct pb2_conf_field pm_fields[] = {
	{
		.off = PCI_CAP_LIST_ID, .len = 2, .proof = PB2_CONF_FIXED,
		.why = "name and chain of the capability",
	}, {
		.off = PCI_PM_PMC, .len = 2, .proof = PB2_CONF_FIXED,
		.virt = PCI_PM_CAP_PME_MASK,
		.why = "wake-up events are not offered: others share their line",
	}, {
		.off = PCI_PM_CTRL, .len = 2, .proof = PB2_CONF_FIXED,
		.rw = PCI_PM_CTRL_DATA_SEL_MASK,
		.rw1c = PCI_PM_CTRL_PME_STATUS,
		.ops = &pm_ctrl_ops,
		.why = "the PCI core changes the state, and restores what is lost on the way",
	}, {
		.off = PCI_PM_PPB_EXTENSIONS, .len = 1, .proof = PB2_CONF_FIXED,
		.why = "a bridge's clock and power",
	}, {
		.off = PCI_PM_DATA_REGISTER, .len = 1, .proof = PB2_CONF_FIXED,
		.why = "a measured value",
	},
};

const struct pb2_conf_cap pb2_conf_cap_pm = {
	.id = PCI_CAP_ID_PM,
	.size = PCI_PM_SIZEOF,
	.fields = pm_fields,
	.nr_fields = ARRAY_SIZE(pm_fields),
	.why = "the function's own power state",
};
