// SPDX-License-Identifier: GPL-2.0
/*
 * restore.c - what goes back to the hardware after a reset without dom0
 */
#include "conf.h"

/**
 * pb2_conf_has_lost_decode() - was a function reset without dom0?
 * @conf: its virtual configuration space
 * @command: COMMAND as the hardware has it, not all-ones
 *
 * From the start of an assignment to its end only a reset that dom0 does not
 * know of can switch decode off: the device's own, or that of a power state.
 * A virtual function has no decode bits, and its PF keeps what it would lose.
 *
 * Context: pb2_device.gate.lock held.
 * Return: true if decode is off in the hardware and should be on.
 */
bool pb2_conf_has_lost_decode(const struct pb2_conf *conf, u32 command)
{
	u32 decode = pb2_conf_find_reg(conf, PCI_COMMAND)->kept & PB2_CONF_DECODE;

	return (command & decode) != decode;
}

/* Writes what is kept among the @len bytes of the dword from number @byte on. */
static int restore_bytes(struct pb2_device *pbdev,
			 const struct pb2_conf_reg *reg, u32 want,
			 unsigned int byte, unsigned int len)
{
	u32 keep = reg->keep & pb2_conf_bytes(byte, len);
	unsigned int shift = byte * 8;
	u32 hw;
	int rc;

	if (!keep)
		return 0;
	rc = pb2_access_read(pbdev, reg->off + byte, len, &hw);
	if (rc)
		return rc;
	hw = (hw << shift) & ~(keep | reg->trap | reg->rw1c);
	return pb2_access_write(pbdev, reg->off + byte, len,
				(hw | (want & keep)) >> shift);
}

static int restore_reg(struct pb2_device *pbdev, const struct pb2_conf_reg *reg)
{
	u32 hw, want = reg->kept;
	int rc;

	rc = pb2_access_read(pbdev, reg->off, 4, &hw);
	if (rc)
		return rc;
	if (reg->ops && reg->ops->restore)
		want = reg->ops->restore(reg, hw);
	if (!((hw ^ want) & reg->keep))
		return 0;

	if ((reg->keep & U16_MAX) && reg->keep > U16_MAX)
		return restore_bytes(pbdev, reg, want, 0, 4);
	rc = restore_bytes(pbdev, reg, want, 0, 2);
	return rc ? rc : restore_bytes(pbdev, reg, want, 2, 2);
}

/**
 * pb2_conf_restore() - write to the hardware what a reset took from it
 * @pbdev: the function, after a reset that dom0 does not know of
 *
 * A driver restores what it can write, after a reset of its own making: of
 * the device, by a self-test or by D3hot. The rest, such as decode and the
 * payload size, comes from here. The log has the first time of an assignment.
 *
 * Context: process context, pb2_device.gate.lock held.
 * Return: 0, or an error of pb2_access_read() or pb2_access_write().
 */
int pb2_conf_restore(struct pb2_device *pbdev)
{
	struct pb2_conf *conf = pbdev->conf;
	unsigned int i;
	int rc;

	lockdep_assert_held(&pbdev->gate.lock);

	if (!conf->restored)
		pci_info(pbdev->pdev, "was reset without dom0: BARs, decode and what else the guest cannot write are restored, now and silently from now on\n");
	conf->restored = true;

	/* COMMAND is one of the first, and decode comes after the addresses. */
	for (i = conf->nr_regs - 1; i > PB2_CONF_NO_REG; i--) {
		if (!conf->regs[i].keep)
			continue;
		rc = restore_reg(pbdev, &conf->regs[i]);
		if (rc)
			return rc;
	}

	return 0;
}
