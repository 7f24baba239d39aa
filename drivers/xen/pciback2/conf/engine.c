// SPDX-License-Identifier: GPL-2.0
/*
 * engine.c - a guest's reads and writes of configuration space
 *
 * The engine applies the masks that build.c merged from the tables. It knows no
 * register by name.
 */
#include "conf.h"

/* The module parameter; main.c registers it. */
bool pb2_permissive;

/**
 * pb2_conf_is_permissive() - may the guest write registers without a policy?
 * @pbdev: the function
 *
 * Context: pb2_device.gate.lock held.
 * Return: true if the function's attribute or the module parameter says so.
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

/* Returns the bits of a dword whose reads and writes bypass its policy. */
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

/**
 * enum hw_state - what COMMAND and STATUS say about a function
 * @HW_SOUND: it answers, and has what dom0 wrote
 * @HW_RESET: a reset that dom0 does not know of cleared what dom0 wrote
 * @HW_ABSENT: it does not answer: no function has all-ones there
 */
enum hw_state {
	HW_SOUND,
	HW_RESET,
	HW_ABSENT,
};

static enum hw_state find_hw_state(struct pb2_device *pbdev)
{
	u32 hw;

	if (pb2_access_read(pbdev, PCI_COMMAND, 4, &hw))
		return HW_SOUND;
	if (hw == U32_MAX)
		return HW_ABSENT;
	return pb2_conf_has_lost_decode(pbdev->conf, hw) ? HW_RESET : HW_SOUND;
}

/**
 * pb2_conf_read() - serve a guest's read of configuration space
 * @pbdev: the function
 * @off: offset, as the guest gave it
 * @len: width in bytes, as the guest gave it
 * @val: set to what the guest sees, or to 0 after an error
 *
 * The hardware sees a read of exactly @len bytes, and none if all bits are
 * virtual. By some registers a driver detects that its function is gone, or was
 * reset (&pb2_conf_field.presence); before these, COMMAND is read to learn
 * whether the function still answers, and has what dom0 wrote. After a reset that
 * dom0 does not know of, what the guest wrote to such a register reads 0, so that
 * its driver writes the register again.
 *
 * Context: process context, pb2_device.gate.lock held.
 * Return: 0; %XEN_PCI_ERR_invalid_offset for an access that is not 1, 2 or 4
 * bytes wide, not aligned to its width or outside of configuration space; or an
 * error of pb2_access_read().
 */
int pb2_conf_read(struct pb2_device *pbdev, int off, int len, u32 *val)
{
	const struct pb2_conf_reg *reg;
	enum hw_state state = HW_SOUND;
	u32 mask, virt, shadow, hw = 0;
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

	if (reg->presence & mask)
		state = find_hw_state(pbdev);
	if (state == HW_ABSENT) {
		*val = mask >> shift;
		return 0;
	}

	if (mask & ~virt) {
		rc = pb2_access_read(pbdev, off, len, &hw);
		if (rc)
			return rc;
	}

	shadow = reg->shadow;
	if (state == HW_RESET)
		shadow &= ~reg->vwrite;
	*val = (((hw << shift) & ~virt) | (shadow & virt)) & mask;
	if (!pbdev->guest_reset.allowed)
		*val &= ~reg->offer;
	*val >>= shift;
	return 0;
}

/**
 * struct hw_write - the part of a guest's write that goes to the hardware
 * @dword: offset of the dword
 * @keep: bits that keep the value that they have in the hardware
 * @clear: bits of @keep that are written as 0 all the same
 * @val: value of the bits that are not in @keep; the bits of @keep are 0
 */
struct hw_write {
	unsigned int dword;
	u32 keep;
	u32 clear;
	u32 val;
};

/* Writes the @len bytes of the dword that begin with number @byte. */
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

/* Returns a mask with one bit for each byte that contains one of @bits. */
static unsigned int find_touched_bytes(u32 bits)
{
	unsigned int touched = 0, i;

	for (i = 0; i < 4; i++) {
		if (bits & pb2_conf_bytes(i, 1))
			touched |= BIT(i);
	}

	return touched;
}

/* Writes the bytes in @touched, and no others, with the widest accesses. */
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
 * The write covers only those bytes that have a bit to change. A neighbour with
 * RW1C bits, or an unknown register, would suffer from being written back.
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

/*
 * dom0 handles errors, and clears what was reported. A guest that clears it too
 * loses nothing if its write is dropped.
 */
static bool is_aer_status(const struct pb2_conf *conf, int off)
{
	int in_cap = (off & ~3) - conf->aer_cap;

	return conf->aer_cap && (in_cap == PCI_ERR_UNCOR_STATUS ||
				 in_cap == PCI_ERR_COR_STATUS);
}

/* The message is worth it only where a driver may miss what it wrote. */
static void report_dropped_write(struct pb2_device *pbdev, int off, int len,
				 u32 val)
{
	if (pbdev->conf->warned || is_aer_status(pbdev->conf, off))
		return;

	pbdev->conf->warned = true;
	pci_warn(pbdev->pdev, "dropped a guest's write of 0x%0*x to read-only register 0x%03x, and will drop others silently. If its driver needs the register, open it with the quirks attribute, or all such registers with permissive\n",
		 len * 2, val, off);
}

/* Returns the bits that have a policy. Dropping a write of these is expected. */
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
	/* The callback has no say in the bits that permissive or a quirk opens. */
	*val = (*val & ~raw) | (written & raw);
	return rc;
}

static void write_shadow(struct pb2_conf_reg *reg, u32 val, u32 mask)
{
	mask &= reg->vwrite;
	reg->shadow = (reg->shadow & ~mask) | (val & mask);
}

/**
 * pb2_conf_write() - serve a guest's write of configuration space
 * @pbdev: the function
 * @off: offset, as the guest gave it
 * @len: width in bytes, as the guest gave it
 * @val: the value; bits beyond @len bytes are ignored
 *
 * A bit that the guest may not write keeps its value, and the write succeeds:
 * hardware ignores writes of read-only bits in the same way. The log has the
 * first such write of an assignment.
 *
 * Context: process context, may sleep, pb2_device.gate.lock held.
 * Return: 0; %XEN_PCI_ERR_invalid_offset as from pb2_conf_read();
 * %XEN_PCI_ERR_access_denied if the policy refuses a side effect of the write; or
 * an error of pb2_access_read() or pb2_access_write().
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

/* A function that does not answer keeps what it had when it last did. */
static void reg_keep(struct pb2_device *pbdev, struct pb2_conf_reg *reg)
{
	u32 hw;

	if (reg->keep && !pb2_access_read(pbdev, reg->off, 4, &hw))
		reg->kept = hw & reg->keep;
}

/**
 * pb2_conf_reset() - give all virtual registers their initial values
 * @pbdev: the function, in D0; nothing happens if it has no virtual configuration
 *	space
 *
 * This is for the end of a reset, and part of pb2_conf_begin(). Quirks stay.
 *
 * Context: process context, may sleep, pb2_device.gate.lock held.
 */
void pb2_conf_reset(struct pb2_device *pbdev)
{
	struct pb2_conf *conf = pbdev->conf;
	struct pb2_conf_reg *reg;
	bool absent;
	unsigned int i;

	lockdep_assert_held(&pbdev->gate.lock);

	if (!conf)
		return;
	absent = find_hw_state(pbdev) == HW_ABSENT;
	for (i = PB2_CONF_NO_REG + 1; i < conf->nr_regs; i++) {
		reg = &conf->regs[i];
		if (!absent)
			reg_keep(pbdev, reg);
		if (reg->ops && reg->ops->reset)
			reg->shadow = reg->ops->reset(pbdev, reg);
		else
			reg->shadow = reg->init;
	}
}

/**
 * pb2_conf_begin() - forget what the former owner did to configuration space
 * @pbdev: as for pb2_conf_reset(), in place of which this is called at the start
 *	of an assignment
 *
 * Context: process context, may sleep, pb2_device.gate.lock held.
 */
void pb2_conf_begin(struct pb2_device *pbdev)
{
	pb2_conf_reset(pbdev);
	if (!pbdev->conf)
		return;
	pbdev->conf->warned = false;
	pbdev->conf->restored = false;
}
