// SPDX-License-Identifier: GPL-2.0
/*
 * header.c - policy of the registers that headers of type 0 and 1 share
 */
#include "../host/pci_iface.h"
#include "conf.h"

/* Bits for conventional PCI: only permissive mode lets a guest write them. */
#define LEGACY_BITS	(PCI_COMMAND_SPECIAL | PCI_COMMAND_VGA_PALETTE | \
			 PCI_COMMAND_WAIT | PCI_COMMAND_FAST_BACK)

/* Bits that permissive mode lets a guest write, as with xen-pciback */
#define GUEST_BITS	(LEGACY_BITS | PCI_COMMAND_MASTER | \
			 PCI_COMMAND_INVALIDATE)

#define COMMAND_BITS	(GUEST_BITS | PB2_CONF_DECODE | PCI_COMMAND_PARITY | \
			 PCI_COMMAND_SERR | PCI_COMMAND_INTX_DISABLE)

#define STATUS_ERRORS	(PCI_STATUS_PARITY | PCI_STATUS_SIG_TARGET_ABORT | \
			 PCI_STATUS_REC_TARGET_ABORT | \
			 PCI_STATUS_REC_MASTER_ABORT | \
			 PCI_STATUS_SIG_SYSTEM_ERROR | \
			 PCI_STATUS_DETECTED_PARITY)

static u32 header_id_reset(struct pb2_device *pbdev, struct pb2_conf_reg *reg)
{
	return pbdev->pdev->vendor | (u32)pbdev->pdev->device << 16;
}

static const struct pb2_conf_ops header_id_ops = {
	.reset = header_id_reset,
};

/*
 * Decode stays on in the hardware whatever the guest writes, because a memory
 * request that nobody answers can take the host down (XSA-120). The guest's
 * decode bits only switch dom0's dummy handler of a shared IRQ on and off.
 */
static void command_set_decode(struct pb2_device *pbdev, u32 old, u32 new)
{
	if (pbdev->pdev->hdr_type != PCI_HEADER_TYPE_NORMAL)
		return;

	if ((new & PB2_CONF_DECODE) && !(old & PB2_CONF_DECODE))
		pb2_intx_enable(pbdev);
	else if (!(new & PB2_CONF_DECODE) && (old & PB2_CONF_DECODE))
		pb2_intx_disable(pbdev);
}

/* Clears the bit in @new if memory write and invalidate stays off. */
static void command_set_mwi(struct pb2_device *pbdev, u32 old, u32 *new)
{
	int rc;

	if (!((old ^ *new) & PCI_COMMAND_INVALIDATE))
		return;

	rc = pb2_pci_set_mwi(pbdev->pdev, *new & PCI_COMMAND_INVALIDATE);
	if (rc && (*new & PCI_COMMAND_INVALIDATE)) {
		pci_warn_ratelimited(pbdev->pdev, "memory write and invalidate stays off: error %d\n",
				     rc);
		*new &= ~PCI_COMMAND_INVALIDATE;
	}
}

/*
 * In permissive mode the guest's value of the bits goes to the hardware, and the
 * guest reads what the hardware made of it.
 */
static int command_write_raw(struct pb2_device *pbdev, u32 *new)
{
	u32 hw, want;
	int rc;

	rc = pb2_access_read(pbdev, PCI_COMMAND, 2, &hw);
	if (rc)
		return rc;

	want = (hw & ~GUEST_BITS) | (*new & GUEST_BITS);
	if (want != hw) {
		rc = pb2_access_write(pbdev, PCI_COMMAND, 2, want);
		if (rc)
			return rc;
		rc = pb2_access_read(pbdev, PCI_COMMAND, 2, &hw);
		if (rc)
			return rc;
	}

	*new = (*new & ~GUEST_BITS) | (hw & GUEST_BITS);
	return 0;
}

/*
 * The guest's bits are off in the hardware. DMA needs the payload size as much as
 * the BARs need decode.
 */
static int command_follow_reset(struct pb2_device *pbdev,
				struct pb2_conf_reg *reg, u32 *val, u32 mask)
{
	int rc;

	*val &= mask;
	if (*val & (PB2_CONF_DECODE | PCI_COMMAND_MASTER)) {
		rc = pb2_conf_restore(pbdev);
		if (rc)
			return rc;
	}
	reg->shadow &= ~reg->vwrite;
	return 0;
}

static int command_write(struct pb2_device *pbdev, struct pb2_conf_reg *reg,
			 u32 *val, u32 mask)
{
	struct pci_dev *pdev = pbdev->pdev;
	u32 old = reg->shadow, hw;
	bool master;
	int rc;

	/* A reset changes the hardware and not the shadow. */
	rc = pb2_access_read(pbdev, PCI_COMMAND, 2, &hw);
	if (rc)
		return rc;

	if (pb2_conf_has_lost_decode(pbdev->conf, hw)) {
		rc = command_follow_reset(pbdev, reg, val, mask);
		if (rc)
			return rc;
		old &= PB2_CONF_DECODE;
	}

	master = *val & PCI_COMMAND_MASTER;
	if (master && !(hw & PCI_COMMAND_MASTER) &&
	    pb2_gate_is_detaching(pbdev))
		return XEN_PCI_ERR_access_denied;

	command_set_decode(pbdev, old, *val);
	if (master != !!(hw & PCI_COMMAND_MASTER))
		pb2_pci_set_master(pdev, master);
	command_set_mwi(pbdev, old, val);
	if (pbdev->allow_interrupt_control &&
	    ((old ^ *val) & PCI_COMMAND_INTX_DISABLE))
		pb2_pci_set_intx(pdev, !(*val & PCI_COMMAND_INTX_DISABLE));

	if (pb2_conf_is_permissive(pbdev))
		return command_write_raw(pbdev, val);

	*val &= ~LEGACY_BITS;
	return 0;
}

static const struct pb2_conf_ops command_ops = {
	.write = command_write,
};

/* MSI replaces pci_dev.irq, but the guest needs the IRQ of the INTx line. */
static u32 interrupt_line_reset(struct pb2_device *pbdev,
				struct pb2_conf_reg *reg)
{
	return (pbdev->intx.irq ?: pbdev->pdev->irq) & 0xff;
}

static const struct pb2_conf_ops interrupt_line_ops = {
	.reset = interrupt_line_reset,
};

static const struct pb2_conf_field header_fields[] = {
	{
		.off = PCI_VENDOR_ID, .len = 4, .proof = PB2_CONF_FIXED,
		.virt = 0xffffffff, .presence = true,
		.ops = &header_id_ops,
		.why = "a virtual function reads ffff:ffff in hardware",
	}, {
		.off = PCI_COMMAND, .len = 2, .proof = PB2_CONF_FIXED,
		.virt = 0xffff, .vwrite = COMMAND_BITS, .presence = true,
		.keep = PB2_CONF_DECODE | PCI_COMMAND_PARITY | PCI_COMMAND_SERR,
		.ops = &command_ops,
		.why = "decode stays on while a domain may map the BARs (XSA-120)",
	}, {
		.off = PCI_STATUS, .len = 2,
		.rw1c = STATUS_ERRORS,
		.why = "error bits of this function alone, which its driver expects to clear",
	}, {
		.off = PCI_CACHE_LINE_SIZE, .len = 1, .proof = PB2_CONF_FIXED,
		.rw = 0xff,
		.why = "a hint for the function's own transfers",
	}, {
		.off = PCI_LATENCY_TIMER, .len = 1, .proof = PB2_CONF_FIXED,
		.keep = 0xff,
		.why = "a share of a bus that other functions use too",
	}, {
		.off = PCI_BIST, .len = 1, .proof = PB2_CONF_FIXED,
		.why = "a self-test may reset the function without dom0",
	}, {
		.off = PCI_INTERRUPT_LINE, .len = 1, .proof = PB2_CONF_FIXED,
		.virt = 0xff, .keep = 0xff,
		.ops = &interrupt_line_ops,
		.why = "the guest binds this line, which dom0 chose and not the firmware",
	}, {
		.off = PCI_INTERRUPT_PIN, .len = 1, .proof = PB2_CONF_FIXED,
		.why = "wired in hardware",
	},
};

const struct pb2_conf_cap pb2_conf_header = {
	.fields = header_fields,
	.nr_fields = ARRAY_SIZE(header_fields),
	.why = "the rest is wired in, or is what a bridge forwards for others",
};
