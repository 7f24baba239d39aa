// SPDX-License-Identifier: GPL-2.0
/*
 * cap_af.c - policy of the Advanced Features capability
 */
#include "conf.h"

static int af_ctrl_write(struct pb2_device *pbdev, struct pb2_conf_reg *reg,
			 u32 *val, u32 mask)
{
	u32 cap;
	int rc;

	if (!(mask & *val & PCI_AF_CTRL_FLR))
		return 0;

	rc = pb2_access_read(pbdev, reg->off - PCI_AF_CTRL + PCI_AF_CAP, 1,
			     &cap);
	if (rc)
		return rc;

	if (cap & PCI_AF_CAP_FLR)
		pb2_guest_reset_start(pbdev);

	return PB2_CONF_DONE;
}

static const struct pb2_conf_ops af_ctrl_ops = {
	.write = af_ctrl_write,
};

static const struct pb2_conf_field af_fields[] = {
	{
		.off = PCI_AF_CAP, .len = 1,
		.offer = PCI_AF_CAP_FLR,
		.why = "a reset takes decode away under a domain's mappings (CVE-2020-12888)",
	}, {
		.off = PCI_AF_CTRL, .len = 1,
		.trap = PCI_AF_CTRL_FLR,
		.ops = &af_ctrl_ops,
		.why = "dom0 does the reset, and restores what the guest must not lose",
	}, {
		.off = PCI_AF_STATUS, .len = 1,
		.why = "transactions pending, before a reset",
	},
};

const struct pb2_conf_cap pb2_conf_cap_af = {
	.id = PCI_CAP_ID_AF,
	.size = PCI_CAP_AF_SIZEOF,
	.fields = af_fields,
	.nr_fields = ARRAY_SIZE(af_fields),
	.why = "function level reset of conventional PCI functions",
};
