// SPDX-License-Identifier: GPL-2.0
/*
 * cap_msi.c - policy of the MSI and MSI-X capabilities
 *
 * A PV guest asks for vectors over the ring and writes nothing here. A device
 * model in a stub domain does set the enable bits, once the toolstack said
 * that it may (allow_interrupt_control). Xen watches these registers: it drops
 * dom0's writes of anything but all 16 bits of the flags.
 */
#include "conf.h"

/* With 64 bits of address and a mask */
#define MSI_SIZEOF	(PCI_MSI_PENDING_64 + 4)
#define MSI_RW		((u16)PCI_MSI_FLAGS_ENABLE)
#define MSIX_RW		((u16)(PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL))

static bool is_enabled(struct pb2_device *pbdev, u8 cap, u16 enable)
{
	u32 flags;

	/* Both capabilities have their flags at the same place. */
	return cap &&
	       !pb2_access_read(pbdev, cap + PCI_MSI_FLAGS, 2, &flags) &&
	       (flags & enable);
}

/* Is a change of the flags from @old to @new the guest's to make? */
static int may_change(struct pb2_device *pbdev, u16 old, u16 new, u16 allowed,
		      u16 enable)
{
	if ((new & ~old & enable) && pb2_gate_is_detaching(pbdev))
		return XEN_PCI_ERR_access_denied;

	if (pb2_conf_is_permissive(pbdev))
		return 0;

	/* Xen masks MSI-X on its own: write nothing that does not change. */
	if (new == old)
		return PB2_CONF_DONE;

	if (!pbdev->allow_interrupt_control || ((old ^ new) & ~allowed))
		return XEN_PCI_ERR_access_denied;

	return 0;
}

static int flags_read(struct pb2_device *pbdev, const struct pb2_conf_reg *reg,
		      u32 val, u32 mask, u16 *old, u16 *new)
{
	u32 flags;
	int rc;

	rc = pb2_access_read(pbdev, reg->off + PCI_MSI_FLAGS, 2, &flags);
	if (rc)
		return rc;

	*old = flags;
	*new = (flags & ~(mask >> 16)) | ((val & mask) >> 16);
	return 0;
}

static int msi_write(struct pb2_device *pbdev, struct pb2_conf_reg *reg,
		     u32 *val, u32 mask)
{
	u16 old, new;
	int rc;

	rc = flags_read(pbdev, reg, *val, mask, &old, &new);
	if (rc)
		return rc;
	rc = may_change(pbdev, old, new, MSI_RW, PCI_MSI_FLAGS_ENABLE);
	if (rc || pb2_conf_is_permissive(pbdev))
		return rc;

	if ((new & PCI_MSI_FLAGS_ENABLE) &&
	    is_enabled(pbdev, pbdev->conf->msix_cap, PCI_MSIX_FLAGS_ENABLE))
		return XEN_PCI_ERR_access_denied;

	return 0;
}

static int msix_write(struct pb2_device *pbdev, struct pb2_conf_reg *reg,
		      u32 *val, u32 mask)
{
	u16 old, new;
	int rc;

	rc = flags_read(pbdev, reg, *val, mask, &old, &new);
	if (rc)
		return rc;
	rc = may_change(pbdev, old, new, MSIX_RW, PCI_MSIX_FLAGS_ENABLE);
	if (rc || pb2_conf_is_permissive(pbdev))
		return rc;

	if ((new & PCI_MSIX_FLAGS_ENABLE) &&
	    is_enabled(pbdev, pbdev->conf->msi_cap, PCI_MSI_FLAGS_ENABLE))
		return XEN_PCI_ERR_access_denied;

	return 0;
}

static const struct pb2_conf_ops msi_ops = {
	.write = msi_write,
};

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
