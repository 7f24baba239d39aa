// SPDX-License-Identifier: GPL-2.0
/*
 * model.c - what a guest reads, and what its writes change
 */
#include "model.h"

#define DENIED		XEN_PCI_ERR_access_denied
#define INVALID		XEN_PCI_ERR_invalid_offset
/* The write ends here, and the guest hears of no error. */
#define DONE		1

#define DECODE		0x0003
#define MASTER		0x0004
#define MWI		0x0010
#define INTX_OFF	0x0400
#define LEGACY		0x02a8
/* Of the command register in permissive mode */
#define OPENED		(LEGACY | MASTER | MWI)

struct model model;

/* One write: the bytes of its dword, and which of them it has */
struct written {
	unsigned int dword;
	bool has[4];
	u8 val[4];
};

/**
 * model_hw() - a byte as the hardware has it
 * @off: offset
 *
 * Return: the byte.
 */
u8 model_hw(unsigned int off)
{
	return world.lost ? 0xff : model.hw[off];
}

/**
 * model_raw() - bits that a guest reads and writes as they are
 * @off: offset
 *
 * Return: the bits.
 */
u8 model_raw(unsigned int off)
{
	bool permissive = world.pbdev.permissive || pb2_permissive;

	return (permissive ? ~model.permissive_proof[off] : 0) |
	       (model.open[off] ? ~model.quirk_proof[off] : 0);
}

static bool is_permissive(void)
{
	return world.pbdev.permissive || pb2_permissive;
}

/**
 * model_is_absent() - is nobody there?
 *
 * Return: whether COMMAND and STATUS read as all-ones.
 */
bool model_is_absent(void)
{
	return model_hw(4) == 0xff && model_hw(5) == 0xff &&
	       model_hw(6) == 0xff && model_hw(7) == 0xff;
}

/* Decode is off, and dom0 did not switch it off. */
static bool is_reset(void)
{
	return (model_hw(4) & model.kept[4] & DECODE) !=
	       (model.kept[4] & DECODE);
}

static bool is_valid(int off, int len)
{
	return (len == 1 || len == 2 || len == 4) && off >= 0 &&
	       off < world.pdev.cfg_size && off % len == 0;
}

/**
 * model_read() - what a guest reads
 * @off: offset
 * @len: bytes
 * @val: where it goes
 *
 * Return: 0 or XEN_PCI_ERR_*.
 */
int model_read(int off, int len, u32 *val)
{
	unsigned int i;
	u8 virt, byte;

	*val = 0;
	if (!is_valid(off, len))
		return INVALID;
	for (i = 0; i < len; i++) {
		virt = model.virt[off + i] & ~model_raw(off + i);
		byte = (model_hw(off + i) & ~virt) |
		       (model.seen[off + i] & virt);
		/* What the guest wrote to the command register is gone. */
		if ((off + i) / 2 == 2 && is_reset())
			byte = 0;
		if (!world.pbdev.guest_reset.allowed)
			byte &= ~model.offer[off + i];
		/* The IDs and the command register: nobody is there. */
		if (off < 6 && model_is_absent())
			byte = 0xff;
		*val |= (u32)byte << (i * 8);
	}
	return 0;
}

static void change(unsigned int off, u8 bits, u8 val)
{
	if (!world.lost)
		model.hw[off] = (model.hw[off] & ~bits) | (val & bits);
}

/* All that dom0 keeps comes back; read requests stay small where they are. */
static void restore(void)
{
	unsigned int i, j, devctl = model.pos[0x10] + 8;
	u8 kept;
	bool differs;

	for (i = 0; i < world.pdev.cfg_size; i += 4) {
		differs = false;
		for (j = i; j < i + 4; j++) {
			kept = model.kept[j] & model.keep[j];
			if (model.pos[0x10] && j == devctl + 1 &&
			    (kept & 0x70) > (model_hw(j) & 0x70))
				kept = (kept & ~0x70) | (model_hw(j) & 0x70);
			differs |= (model_hw(j) ^ kept) & model.keep[j];
			change(j, model.keep[j], kept);
		}
		for (j = i; j < i + 4 && differs; j++)
			model.leave[j] = model.keep[j];
	}
}

static int write_command(struct written *w)
{
	u16 old = model.seen[4] | model.seen[5] << 8;
	u16 hw = model_hw(4) | model_hw(5) << 8;
	u16 new = w->val[0] | w->val[1] << 8;
	bool permissive = is_permissive(), was_reset = is_reset();

	if (was_reset)
		new &= (w->has[0] ? 0xff : 0) | (w->has[1] ? 0xff00 : 0);
	if (was_reset && new & (DECODE | MASTER))
		restore();
	if (was_reset) {
		model.seen[4] = 0;
		model.seen[5] = 0;
	}
	if (new & MASTER && !(hw & MASTER) && world.detaching)
		return DENIED;

	if (!world.pdev.hdr_type)
		model.decode += !!(new & DECODE) - !!(old & DECODE);
	change(4, MASTER, new);
	if (was_reset)
		old = 0;
	if ((old ^ new) & MWI) {
		if (world.mwi_rc && new & MWI)
			new &= ~MWI;
		else
			change(4, MWI, new);
	}
	if (world.pbdev.allow_interrupt_control && (old ^ new) & INTX_OFF)
		change(5, INTX_OFF >> 8, new >> 8);
	if (permissive) {
		model.leave[4] = true;
		model.leave[5] = true;
		change(4, OPENED & 0xff, new);
		change(5, OPENED >> 8, new >> 8);
		hw = model_hw(4) | model_hw(5) << 8;
		new = (new & ~OPENED) | (hw & OPENED);
	} else {
		new &= ~LEGACY;
	}
	w->val[0] = new;
	w->val[1] = new >> 8;
	return 0;
}

static int write_vpd(struct written *w)
{
	u8 high = w->has[3] ? w->val[3] : model_hw(w->dword + 3);

	return high & 0x80 ? DENIED : 0;
}

static bool is_on(u8 cap, u16 enable)
{
	return cap && (model_hw(cap + 2) | model_hw(cap + 3) << 8) & enable;
}

static int write_flags(struct written *w, u16 enable, u16 allowed,
		       bool other_is_on)
{
	u16 old = model_hw(w->dword + 2) | model_hw(w->dword + 3) << 8;
	u16 new = (w->has[2] ? w->val[2] : old & 0xff) |
		  (w->has[3] ? w->val[3] << 8 : old & 0xff00);

	if (new & ~old & enable && world.detaching)
		return DENIED;
	if (!is_permissive()) {
		if (new == old)
			return DONE;
		if (!world.pbdev.allow_interrupt_control ||
		    (old ^ new) & ~allowed || (new & enable && other_is_on))
			return DENIED;
	}
	/* Always as a word */
	model.leave[w->dword + 2] = true;
	model.leave[w->dword + 3] = true;
	return 0;
}

/* Is the reset that the guest wants one that it gets? */
static bool want_reset(void)
{
	if (!world.pbdev.guest_reset.allowed || !world.pbdev.guest_reset.left)
		return false;
	model.flrs++;
	return true;
}

static int write_devctl(struct written *w)
{
	u8 limit;

	if (!w->has[1])
		return 0;
	if (w->val[1] & 0x80 && model_hw(w->dword - 1) & 0x10 && want_reset())
		return DONE;
	limit = model.kept[w->dword + 1] & 0x70;
	if ((w->val[1] & 0x70) > limit)
		w->val[1] = (w->val[1] & ~0x70) | limit;
	return 0;
}

static int write_af(struct written *w)
{
	if (!(w->val[0] & 0x01))
		return 0;
	if (model_hw(w->dword - 1) & 0x02)
		want_reset();
	return DONE;
}

static int run_act(u8 act, struct written *w)
{
	switch (act) {
	case ACT_COMMAND:
		return write_command(w);
	case ACT_VPD:
		return write_vpd(w);
	case ACT_MSI:
		return write_flags(w, 0x0001, 0x0001,
				   is_on(model.pos[0x11], 0x8000));
	case ACT_MSIX:
		return write_flags(w, 0x8000, 0xc000,
				   is_on(model.pos[0x05], 0x0001));
	case ACT_DEVCTL:
		return write_devctl(w);
	case ACT_AF:
		return write_af(w);
	}
	return 0;
}

static void write_byte(unsigned int off, u8 val, u8 written)
{
	u8 raw = model_raw(off);
	u8 rw = (model.rw[off] | raw) & ~model.trap[off];
	u8 vwrite = model.vwrite[off] & ~raw;
	u8 set;

	/* What is open is written as the guest wrote it. */
	val = (val & ~raw) | (written & raw);
	set = val & model.rw1c[off];
	model.seen[off] = (model.seen[off] & ~vwrite) | (val & vwrite);
	if (!(rw | set))
		return;
	model.leave[off] = true;
	val = (val & rw) | set |
	      (model_hw(off) & ~(rw | model.rw1c[off] | model.trap[off]));
	if (!world.lost)
		world_store(model.hw, off, val);
}

/**
 * model_write() - a guest writes
 * @off: offset
 * @len: bytes
 * @val: what it writes
 *
 * Return: 0 or XEN_PCI_ERR_*.
 */
int model_write(int off, int len, u32 val)
{
	struct written w = { .dword = off & ~3 };
	u8 act = ACT_NONE, given[4] = {};
	unsigned int i, at;
	int rc;

	memset(model.leave, 0, sizeof(model.leave));
	if (!is_valid(off, len))
		return INVALID;
	for (i = 0; i < 4; i++) {
		at = w.dword + i;
		w.has[i] = at >= off && at < off + len;
		if (w.has[i])
			given[i] = val >> ((at - off) * 8);
		w.val[i] = w.has[i] ? given[i] : model.seen[at] & model.virt[at];
		if (w.has[i] && model.act[at])
			act = model.act[at];
	}

	rc = run_act(act, &w);
	if (rc)
		return rc == DONE ? 0 : rc;
	for (i = 0; i < 4; i++)
		if (w.has[i])
			write_byte(w.dword + i, w.val[i], given[i]);
	return 0;
}

/**
 * model_leaves() - may the hardware see a write now?
 * @off: offset
 * @len: bytes
 *
 * Return: whether all of it may, at this width.
 */
bool model_leaves(unsigned int off, unsigned int len)
{
	unsigned int i;
	u8 act;

	for (i = off; i < off + len; i++) {
		act = model.act[i];
		if (!model.leave[i])
			return false;
		/* Of these Xen takes all 16 bits, or drops the write. */
		if ((act == ACT_MSI || act == ACT_MSIX) &&
		    (len != 2 || off % 4 != 2))
			return false;
	}
	return true;
}

/**
 * model_check() - is the world what the model says?
 */
void model_check(void)
{
	unsigned int i;

	if (memcmp(model.hw, world.hw, sizeof(model.hw))) {
		for (i = 0; model.hw[i] == world.hw[i]; i++)
			;
		fuzz_fail("hardware has %#x at %#x, and not %#x", world.hw[i],
			  i, model.hw[i]);
	}
	if (world.decode != model.decode || world.flrs != model.flrs)
		fuzz_fail("decode %d, resets %u, and not %d and %u",
			  world.decode, world.flrs, model.decode, model.flrs);
	/* Of dropped writes, of dropped resets, of what came back (XSA-43) */
	if (fuzz_messages > 3)
		fuzz_fail("%u messages without a limit", fuzz_messages);
}
