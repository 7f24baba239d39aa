// SPDX-License-Identifier: GPL-2.0
/*
 * cap_msi.c - policy of the MSI and MSI-X capabilities
 *
 * A PV guest requests vectors over the ring and does not write these registers.
 * A device model in a stub domain sets the enable bits, if the toolstack allows
 * it (allow_interrupt_control). Xen intercepts dom0's writes of these registers
 * and drops all that do not cover the 16 bits of the flags.
 */
#include "conf.h"

/* The longest form has a 64-bit address and mask bits. */
#define MSI_SIZEOF	(PCI_MSI_PENDING_64 + 4)
#define MSI_RW		((u16)PCI_MSI_FLAGS_ENABLE)
#define MSIX_RW		((u16)(PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL))

/**
 * struct msi_policy - the difference between the two capabilities
 * @enable: the bit of the flags that enables the capability
 * @writable: bits of the flags that a device model may change
 */
struct msi_policy {
	u16 enable;
	u16 writable;
};

static const struct msi_policy msi_policy = {
	.enable = PCI_MSI_FLAGS_ENABLE,
	.writable = MSI_RW,
};

static const struct msi_policy msix_policy = {
	.enable = PCI_MSIX_FLAGS_ENABLE,
	.writable = MSIX_RW,
};

/* Both capabilities have their flags at the same offset. */
static int msi_read_flags(struct pb2_device *pbdev, unsigned int cap, u32 *flags)
{
	return pb2_access_read(pbdev, cap + PCI_MSI_FLAGS, 2, flags);
}

static bool is_msi_enabled(struct pb2_device *pbdev, u8 cap,
			   const struct msi_policy *policy)
{
	u32 flags;

	return cap && !msi_read_flags(pbdev, cap, &flags) &&
	       (flags & policy->enable);
}

/* MSI and MSI-X must not be enabled at the same time. */
static bool is_other_msi_enabled(struct pb2_device *pbdev,
				 const struct msi_policy *policy)
{
	if (policy == &msi_policy)
		return is_msi_enabled(pbdev, pbdev->conf->msix_cap, &msix_policy);
	return is_msi_enabled(pbdev, pbdev->conf->msi_cap, &msi_policy);
}

/*
 * Returns 0 if the guest may change the flags from @old to @new, %PB2_CONF_DONE if
 * there is nothing to write, or a negative XEN_PCI_ERR_*.
 */
static int msi_check_change(struct pb2_device *pbdev,
			    const struct msi_policy *policy, u16 old, u16 new)
{
	if ((new & ~old & policy->enable) && pb2_gate_is_detaching(pbdev))
		return XEN_PCI_ERR_access_denied;

	if (pb2_conf_is_permissive(pbdev))
		return 0;

	/*
	 * Xen changes the mask bit of MSI-X on its own. A write that changes
	 * nothing could undo such a change.
	 */
	if (new == old)
		return PB2_CONF_DONE;

	if (!pbdev->allow_interrupt_control || ((old ^ new) & ~policy->writable))
		return XEN_PCI_ERR_access_denied;

	if ((new & policy->enable) && is_other_msi_enabled(pbdev, policy))
		return XEN_PCI_ERR_access_denied;

	return 0;
}

static int msi_write_flags(struct pb2_device *pbdev,
			   const struct msi_policy *policy,
			   const struct pb2_conf_reg *reg, u32 val, u32 mask)
{
	u32 old, new;
	int rc;

	rc = msi_read_flags(pbdev, reg->off, &old);
	if (rc)
		return rc;

	/* The flags are the upper half of the dword. */
	new = (old & ~(mask >> 16)) | ((val & mask) >> 16);
	return msi_check_change(pbdev, policy, old, new);
}

static int msi_write(struct pb2_device *pbdev, struct pb2_conf_reg *reg,
		     u32 *val, u32 mask)
{
	return msi_write_flags(pbdev, &msi_policy, reg, *val, mask);
}

static const struct pb2_conf_ops msi_ops = {
	.write = msi_write,
};

static int msix_write(struct pb2_device *pbdev, struct pb2_conf_reg *reg,
		      u32 *val, u32 mask)
{
	return msi_write_flags(pbdev, &msix_policy, reg, *val, mask);
}

static const struct pb2_conf_ops msix_ops = {
	.write = msix_write,
};

static const struct pb2_conf_field msi_fields[] = {
	{
		.off = PCI_CAP_LIST_ID, .len = 2, .proof = PB2_CONF_FIXED,
		.why = "name and chain of the capability",
	}, {
		.off = PCI_MSI_FLAGS, .len = 2, .proof = PB2_CONF_QUIRK_PROOF,
		.rw = MSI_RW, .full_width = true,
		.ops = &msi_ops,
		.why = "Xen sets up vectors; a trusted device model may flip the enable bit",
	}, {
		.off = PCI_MSI_ADDRESS_LO, .len = 4,
		.why = "an own address would send interrupts, or data, to anyone (XSA-128)",
	}, {
		.off = PCI_MSI_DATA_32, .len = 2,
		.why = "own data would be another's vector (XSA-128); masks are Xen's (XSA-129)",
	},
};

const struct pb2_conf_cap pb2_conf_cap_msi = {
	.id = PCI_CAP_ID_MSI,
	.size = MSI_SIZEOF,
	.fields = msi_fields,
	.nr_fields = ARRAY_SIZE(msi_fields),
	.why = "Xen owns the function's interrupts",
};

static const struct pb2_conf_field msix_fields[] = {
	{
		.off = PCI_CAP_LIST_ID, .len = 2, .proof = PB2_CONF_FIXED,
		.why = "name and chain of the capability",
	}, {
		.off = PCI_MSIX_FLAGS, .len = 2, .proof = PB2_CONF_QUIRK_PROOF,
		.rw = MSIX_RW, .full_width = true,
		.ops = &msix_ops,
		.why = "as for MSI; a device model uses the function mask along with enable",
	}, {
		.off = PCI_MSIX_TABLE, .len = 4,
		.why = "tells where the table is, whose pages Xen protects",
	}, {
		.off = PCI_MSIX_PBA, .len = 4,
		.why = "tells where the pending bits are",
	},
};

const struct pb2_conf_cap pb2_conf_cap_msix = {
	.id = PCI_CAP_ID_MSIX,
	.size = PCI_CAP_MSIX_SIZEOF,
	.fields = msix_fields,
	.nr_fields = ARRAY_SIZE(msix_fields),
	.why = "Xen owns the function's interrupts",
};
