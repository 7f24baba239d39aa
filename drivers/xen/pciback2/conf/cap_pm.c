// SPDX-License-Identifier: GPL-2.0
/*
 * cap_pm.c - policy of the Power Management capability
 */
#include "conf.h"

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
		.virt = PCI_PM_CTRL_STATE_MASK | PCI_PM_CTRL_NO_SOFT_RESET,
		.vwrite = PCI_PM_CTRL_STATE_MASK,
		.init = PCI_PM_CTRL_NO_SOFT_RESET,
		.why = "stays in D0 while a domain may map the BARs (XSA-120)",
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
	.why = "the guest's power state is for show",
};
