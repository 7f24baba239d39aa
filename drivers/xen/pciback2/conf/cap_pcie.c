// SPDX-License-Identifier: GPL-2.0
/*
 * cap_pcie.c - policy of the PCI Express capability
 */
#include "conf.h"

/* The longest form is version 2 of a port with a slot. */
#define PCIE_SIZEOF	(PCI_EXP_SLTSTA2 + 2)
#define DEVCTL_RW	(PCI_EXP_DEVCTL_RELAX_EN | PCI_EXP_DEVCTL_NOSNOOP_EN | \
			 PCI_EXP_DEVCTL_READRQ)
/* The guest's own bits of DEVCTL_RW it restores itself, within a limit. */
#define DEVCTL_KEEP	(PCI_EXP_DEVCTL_CERE | PCI_EXP_DEVCTL_NFERE | \
			 PCI_EXP_DEVCTL_FERE | PCI_EXP_DEVCTL_URRE | \
			 PCI_EXP_DEVCTL_PAYLOAD | PCI_EXP_DEVCTL_EXT_TAG | \
			 PCI_EXP_DEVCTL_PHANTOM | PCI_EXP_DEVCTL_AUX_PME | \
			 PCI_EXP_DEVCTL_READRQ)
#define DEVSTA_ERRORS	(PCI_EXP_DEVSTA_CED | PCI_EXP_DEVSTA_NFED | \
			 PCI_EXP_DEVSTA_FED | PCI_EXP_DEVSTA_URD)

static u32 devctl_reset(struct pb2_device *pbdev, struct pb2_conf_reg *reg)
{
	return reg->kept & PCI_EXP_DEVCTL_PAYLOAD;
}

/* A guest's read requests may be as large as the host's, but not larger. */
static u32 devctl_limit_readrq(const struct pb2_conf_reg *reg, u32 val)
{
	u32 limit = reg->kept & PCI_EXP_DEVCTL_READRQ;

	if ((val & PCI_EXP_DEVCTL_READRQ) <= limit)
		return val;
	return (val & ~PCI_EXP_DEVCTL_READRQ) | limit;
}

/* The guest may have restored its own size of read requests already. */
static u32 devctl_restore(const struct pb2_conf_reg *reg, u32 hw)
{
	u32 readrq = devctl_limit_readrq(reg, hw) & PCI_EXP_DEVCTL_READRQ;

	return (reg->kept & ~PCI_EXP_DEVCTL_READRQ) | readrq;
}

static int devctl_write(struct pb2_device *pbdev, struct pb2_conf_reg *reg,
			u32 *val, u32 mask)
{
	u32 devcap;
	int rc;

	if (mask & *val & PCI_EXP_DEVCTL_BCR_FLR) {
		rc = pb2_access_read(pbdev,
				     reg->off - PCI_EXP_DEVCTL + PCI_EXP_DEVCAP,
				     4, &devcap);
		if (rc)
			return rc;
		/* The reset would undo what the rest of the write changes. */
		if ((devcap & PCI_EXP_DEVCAP_FLR) && pb2_guest_reset_start(pbdev))
			return PB2_CONF_DONE;
	}

	*val = devctl_limit_readrq(reg, *val);
	return 0;
}

static const struct pb2_conf_ops devctl_ops = {
	.reset = devctl_reset,
	.restore = devctl_restore,
	.write = devctl_write,
};

static const struct pb2_conf_field pcie_fields[] = {
	{
		.off = PCI_EXP_DEVCAP, .len = 4,
		.offer = PCI_EXP_DEVCAP_FLR,
		.why = "a reset takes decode away under a domain's mappings (CVE-2020-12888)",
	}, {
		.off = PCI_EXP_DEVCTL, .len = 2,
		.rw = DEVCTL_RW,
		.virt = PCI_EXP_DEVCTL_PAYLOAD,
		.vwrite = PCI_EXP_DEVCTL_PAYLOAD,
		.trap = PCI_EXP_DEVCTL_BCR_FLR,
		.keep = DEVCTL_KEEP,
		.ops = &devctl_ops,
		.why = "own transfers are the guest's; what the path or the IOMMU sees is not",
	}, {
		.off = PCI_EXP_DEVSTA, .len = 2,
		.rw1c = DEVSTA_ERRORS,
		.why = "error bits of this function alone, which its driver expects to clear",
	},
};

const struct pb2_conf_cap pb2_conf_cap_pcie = {
	.id = PCI_CAP_ID_EXP,
	.size = PCIE_SIZEOF,
	.fields = pcie_fields,
	.nr_fields = ARRAY_SIZE(pcie_fields),
	.why = "links, slots and Device Control 2 have a partner that dom0 configures",
};
