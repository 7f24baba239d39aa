// SPDX-License-Identifier: GPL-2.0
/*
 * engine.c - a guest's reads and writes of configuration space
 *
 * The engine: it applies the masks that build.c merged out of the
 * tables, and knows no register by name.
 */
#include "conf.h"

/* A parameter of the module */
bool pb2_permissive;

/**
 * pb2_conf_is_permissive() - are registers without policy writable
 * @pbdev: the function
 *
 * Context: pb2_device.gate.lock held.
 * Return: true by the function's own attribute or by the module parameter.
 */
bool pb2_conf_is_permissive(const struct pb2_device *pbdev)
{
	lockdep_assert_held(&pbdev->gate.lock);

	return pbdev->permissive || READ_ONCE(pb2_permissive);
}

static bool is_access_valid(const struct pb2_conf *conf, int off, int len)
{
	if (!pb2_conf_is_width(len))
		return false;

	return conf && off >= 0 && off % len == 0 && off < conf->size;
}

/* The bits of a dword that bypass its policy, in both directions. */
static u32 find_raw_bits(struct pb2_device *pbdev,
			 const struct pb2_conf_reg *reg, unsigned int dword)
{
	u32 raw = pb2_conf_is_permissive(pbdev) ? ~reg->permissive_proof : 0;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		if (test_bit(dword + i, pbdev->conf->open))
			raw |= pb2_conf_bytes(i, 1) & ~reg->quirk_proof;
	}

	return raw;
}

/* COMMAND and STATUS are never all-ones in a function that is there. */
static bool is_hw_lost(struct pb2_device *pbdev)
{
	u32 hw;

	return !pb2_access_read(pbdev, PCI_COMMAND, 4, &hw) && hw == U32_MAX;
}

/**
 * pb2_conf_read() - a guest reads
 * @pbdev: the function
 * @off: offset, as the guest gave it
 * @len: width in bytes, as the guest gave it
 * @val: what the guest sees; 0 on an error
 *
 * The hardware is read at exactly the width asked for, and not at all where
 * every bit asked for is virtual. The registers by which a driver finds out
 * whether its function is still there are no exception while it is.
 *
 * Context: process context, pb2_device.gate.lock held.
 * Return: 0, %XEN_PCI_ERR_invalid_offset unless the access is 1, 2 or 4 bytes
 * wide, aligned to its width and inside of configuration space, or as
 * pb2_access_read().
 */
int pb2_conf_read(struct pb2_device *pbdev, int off, int len, u32 *val)
{
	const struct pb2_conf_reg *reg;
	u32 mask, virt, hw = 0;
	unsigned int shift;
	int rc;

	lockdep_assert_held(&pbdev->gate.lock);

	*val = 0;
	if (!is_access_valid(pbdev->conf, off, len))
		return XEN_PCI_ERR_invalid_offset;

	reg = pb2_conf_find_reg(pbdev->conf, off);
	shift = pb2_conf_shift(off);
	mask = pb2_conf_bytes(off, len);
	virt = reg->virt & ~find_raw_bits(pbdev, reg, off & ~3);

	if ((reg->presence & mask) && is_hw_lost(pbdev)) {
		*val = mask >> shift;
		return 0;
	}

	if (mask & ~virt) {
		rc = pb2_access_read(pbdev, off, len, &hw);
		if (rc)
			return rc;
	}

	*val = (((hw << shift) & ~virt) | (reg->shadow & virt)) & mask;
	*val >>= shift;
	return 0;
}

/**
 * struct hw_write - one guest's write on its way to the hardware
 * @dword: offset of the dword
 * @keep: bits that the hardware keeps as they are
 * @clear: bits that must be written as 0 unless they are in @val
 * @val: what @dword gets; bits of @keep are 0
 */
struct hw_write {
	unsigned int dword;
	u32 keep;
	u32 clear;
	u32 val;
};

/* Writes @len bytes from number @byte of the dword on. */
static int write_chunk(struct pb2_device *pbdev, const struct hw_write *hww,
		       unsigned int byte, unsigned int len)
{
	u32 mask = pb2_conf_bytes(byte, len);
	unsigned int shift = byte * 8;
	u32 hw = 0;
	int rc;

	if (hww->keep & mask) {
		rc = pb2_access_read(pbdev, hww->dword + byte, len, &hw);
		if (rc)
			return rc;
		hw = (hw << shift) & hww->keep & ~hww->clear;
	}

	hw = (hw | hww->val) & mask;
	return pb2_access_write(pbdev, hww->dword + byte, len, hw >> shift);
}

/* Returns one bit for each byte that has one of @bits. */
static unsigned int find_touched_bytes(u32 bits)
{
	unsigned int touched = 0, i;

	for (i = 0; i < 4; i++) {
		if (bits & pb2_conf_bytes(i, 1))
			touched |= BIT(i);
	}

	return touched;
}

static int write_chunks(struct pb2_device *pbdev, const struct hw_write *hww,
			unsigned int touched)
{
	unsigned int pair, i;
	int rc = 0;

	if (touched == 0xf)
		return write_chunk(pbdev, hww, 0, 4);

	for (i = 0; i < 4 && !rc; i += 2) {
		pair = (touched >> i) & 3;
		if (pair == 3)
			rc = write_chunk(pbdev, hww, i, 2);
		else if (pair)
			rc = write_chunk(pbdev, hww, i + pair / 2, 1);
	}

	return rc;
}

/*
 * Only bytes with a bit to be written are written, so that a neighbour with
 * RW1C bits, or one that nothing is known of, is never touched.
 */
static int write_hw(struct pb2_device *pbdev, const struct pb2_conf_reg *reg,
		    unsigned int dword, u32 new, u32 mask, u32 raw)
{
	u32 rw = ((reg->rw & mask) | raw) & ~reg->trap;
	u32 set = new & reg->rw1c & mask;
	struct hw_write hww = {
		.dword = dword,
		.keep = ~(rw | reg->rw1c),
		.clear = reg->trap,
		.val = (new & rw) | set,
	};
	u32 bits = rw | set;

	if (bits & reg->full_width)
		bits |= reg->full_width;

	return write_chunks(pbdev, &hww, find_touched_bytes(bits));
}

static void report_dropped_write(struct pb2_device *pbdev, int off, int len,
				 u32 val)
{
	if (pbdev->conf->warned)
		return;

	pbdev->conf->warned = true;
	pci_warn(pbdev->pdev, "dropped a guest's write of 0x%0*x to read-only register 0x%03x, and will drop others silently. If its driver needs the register, open it with the quirks attribute, or all such registers with permissive\n",
		 len * 2, val, off);
}

/* The bits that are subject to a policy: to drop a write of them is no news. */
static u32 find_policy_bits(const struct pb2_conf_reg *reg)
{
	return reg->rw | reg->rw1c | reg->virt | reg->op_bytes | reg->quirk_proof;
}

static int call_write_op(struct pb2_device *pbdev, struct pb2_conf_reg *reg,
			 u32 *val, u32 mask, u32 raw)
{
	u32 written = *val;
	int rc;

	*val |= reg->shadow & reg->virt & ~mask;
	rc = reg->ops->write(pbdev, reg, val, mask);
	/* What is open is not for the policy to change. */
	*val = (*val & ~raw) | (written & raw);
	return rc;
}

static void write_shadow(struct pb2_conf_reg *reg, u32 val, u32 mask)
{
	mask &= reg->vwrite;
	reg->shadow = (reg->shadow & ~mask) | (val & mask);
}

/**
 * pb2_conf_write() - a guest writes
 * @pbdev: the function
 * @off: offset, as the guest gave it
 * @len: width in bytes, as the guest gave it
 * @val: what it writes; bits beyond @len are ignored
 *
 * A bit that no policy makes writable keeps its value, and no error tells the
 * guest: hardware ignores writes of read-only bits as well.
 *
 * Context: process context, may sleep, pb2_device.gate.lock held.
 * Return: 0, %XEN_PCI_ERR_invalid_offset as pb2_conf_read(),
 * %XEN_PCI_ERR_access_denied where the policy refuses a side effect, or as
 * pb2_access_write().
 */
int pb2_conf_write(struct pb2_device *pbdev, int off, int len, u32 val)
{
	struct pb2_conf_reg *reg;
	unsigned int dword;
	u32 mask, new, raw;
	int rc;

	lockdep_assert_held(&pbdev->gate.lock);

	if (!is_access_valid(pbdev->conf, off, len))
		return XEN_PCI_ERR_invalid_offset;

	reg = pb2_conf_find_reg(pbdev->conf, off);
	dword = off & ~3;
	mask = pb2_conf_bytes(off, len);
	new = (val << pb2_conf_shift(off)) & mask;
	raw = find_raw_bits(pbdev, reg, dword) & mask;

	if (!((find_policy_bits(reg) | raw) & mask)) {
		report_dropped_write(pbdev, off, len, new >> pb2_conf_shift(off));
		return 0;
	}

	if (reg->op_bytes & mask) {
		rc = call_write_op(pbdev, reg, &new, mask, raw);
		if (rc)
			return rc == PB2_CONF_DONE ? 0 : rc;
	}

	write_shadow(reg, new, mask & ~raw);
	return write_hw(pbdev, reg, dword, new, mask, raw);
}

/**
 * pb2_conf_reset() - give all virtual registers their initial values
 * @pbdev: the function, in D0; one without a virtual configuration space is fine
 *
 * For a fresh assignment, and after a reset of the function. Quirks stay.
 *
 * Context: process context, may sleep, pb2_device.gate.lock held.
 */
void pb2_conf_reset(struct pb2_device *pbdev)
{
	struct pb2_conf *conf = pbdev->conf;
	struct pb2_conf_reg *reg;
	unsigned int i;

	lockdep_assert_held(&pbdev->gate.lock);

	if (!conf)
		return;
	for (i = PB2_CONF_NO_REG + 1; i < conf->nr_regs; i++) {
		reg = &conf->regs[i];
		if (reg->ops && reg->ops->reset)
			reg->shadow = reg->ops->reset(pbdev, reg);
		else
			reg->shadow = reg->init;
	}

	conf->warned = false;
}
