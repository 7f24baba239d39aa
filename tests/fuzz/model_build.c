// SPDX-License-Identifier: GPL-2.0
/*
 * model_build.c - the rules of a function, from its configuration space
 */
#include "model.h"

/* The registers that all headers have, but for the BARs */
static const struct model_rule header[] = {
	{ 0x00, 4, 'x', .virt = 0xffffffff },
	{ 0x04, 2, 'x', ACT_COMMAND, .virt = 0xffff, .vwrite = 0x07ff,
	  .keep = 0x0143 },
	{ 0x06, 2, 0, .rw1c = 0xf900 },
	{ 0x0c, 1, 'x', .rw = 0xff },
	{ 0x0d, 1, 'x', .keep = 0xff },
	{ 0x0f, 1, 'x' },
	{ 0x3c, 1, 'x', .virt = 0xff, .keep = 0xff },
	{ 0x3d, 1, 'x' },
};

static const struct model_rule pm[] = {
	{ 0, 2, 'x' },
	{ 2, 2, 'x', .virt = 0xf800 },
	{ 4, 2, 'x', .rw = 0x1e00, .rw1c = 0x8000, .virt = 0x000b,
	  .vwrite = 0x0003 },
	{ 6, 1, 'x' },
	{ 7, 1, 'x' },
};

static const struct model_rule vpd[] = {
	{ 0, 2, 'x' },
	{ 2, 2, 'x', ACT_VPD, .rw = 0xffff },
	{ 4, 4, 'x' },
};

static const struct model_rule msi[] = {
	{ 0, 2, 'x' },
	{ 2, 2, 's', ACT_MSI, .rw = 0x0001 },
	{ 4, 4, 0 },
	{ 8, 2, 0 },
};

static const struct model_rule msix[] = {
	{ 0, 2, 'x' },
	{ 2, 2, 's', ACT_MSIX, .rw = 0xc000 },
	{ 4, 4, 0 },
	{ 8, 4, 0 },
};

static const struct model_rule pcie[] = {
	{ 4, 4, 0, .offer = 0x10000000 },
	{ 8, 2, 0, ACT_DEVCTL, .rw = 0x7810, .virt = 0x00e0, .vwrite = 0x00e0,
	  .trap = 0x8000, .keep = 0x77ef },
	{ 10, 2, 0, .rw1c = 0x000f },
};

static const struct model_rule af[] = {
	{ 3, 1, 0, .offer = 0x02 },
	{ 4, 1, 0, ACT_AF, .trap = 0x01 },
	{ 5, 1, 0 },
};

/* Their longest forms: the backend's capability is not put there. */
static const struct {
	u8 id;
	u8 size;
	unsigned int nr;
	const struct model_rule *rules;
} caps[] = {
	{ 0x01, 8, ARRAY_SIZE(pm), pm },
	{ 0x03, 8, ARRAY_SIZE(vpd), vpd },
	{ 0x05, 24, ARRAY_SIZE(msi), msi },
	{ 0x11, 12, ARRAY_SIZE(msix), msix },
	{ 0x10, 60, ARRAY_SIZE(pcie), pcie },
	{ 0x13, 6, ARRAY_SIZE(af), af },
};

/* Hidden, but for ACS, and how much of them permissive does not open */
static const struct {
	u16 id;
	u8 hidden;
	u8 proof_len;
} ext_caps[] = {
	{ 0x10, true, 64 }, { 0x11, true, 4 }, { 0x0f, true, 8 },
	{ 0x13, true, 16 }, { 0x1b, true, 8 }, { 0x15, true, 52 },
	{ 0x24, true, 52 }, { 0x0d, false, 8 },
};

/* Two rules claim the byte: nobody writes it. */
static void kill_byte(unsigned int off)
{
	unsigned int i, dword = off & ~3;
	u8 act = model.act[off];

	model.rw[off] = 0;
	model.rw1c[off] = 0;
	model.vwrite[off] = 0;
	model.keep[off] = 0;
	model.permissive_proof[off] = 0xff;
	model.quirk_proof[off] = 0xff;
	for (i = dword; i < dword + 4; i++)
		if (act && model.act[i] == act)
			model.act[i] = ACT_NONE;
}

static void claim(unsigned int base, const struct model_rule *rule)
{
	unsigned int off = base + rule->off, i, shift;
	bool taken = false;

	if (off + rule->len > PCI_CFG_SPACE_SIZE)
		return;
	for (i = off; i < off + rule->len; i++) {
		if (!model.claimed[i])
			continue;
		taken = true;
		kill_byte(i);
	}
	if (taken)
		return;

	for (i = off; i < off + rule->len; i++) {
		shift = (i - off) * 8;
		model.claimed[i] = true;
		model.rw[i] = rule->rw >> shift;
		model.rw1c[i] = rule->rw1c >> shift;
		model.virt[i] = rule->virt >> shift;
		model.vwrite[i] = rule->vwrite >> shift;
		model.trap[i] = rule->trap >> shift;
		model.keep[i] = rule->keep >> shift;
		model.offer[i] = rule->offer >> shift;
		model.permissive_proof[i] = rule->proof == 'x' ? 0xff : 0;
		model.quirk_proof[i] = rule->proof ? 0xff : 0;
		model.act[i] = rule->act;
		world.rw1c[i] = model.rw1c[i];
	}
}

static void claim_all(unsigned int base, unsigned int nr,
		      const struct model_rule *rules)
{
	while (nr--)
		claim(base, rules++);
}

static void walk(void)
{
	bool been[PCI_CFG_SPACE_SIZE] = {};
	unsigned int pos;

	model.nr_caps = 0;
	if (!(model_hw(0x06) & 0x10))
		return;
	for (pos = model_hw(0x34) & 0xfc; pos >= 0x40 && !been[pos];
	     pos = model_hw(pos + 1) & 0xfc) {
		if (model_hw(pos) == 0xff)
			break;
		been[pos] = true;
		model.caps[model.nr_caps++] = pos;
	}
}

static void build_caps(void)
{
	unsigned int i, j;
	bool had[256] = {};
	u8 id;

	walk();
	for (i = 0; i < model.nr_caps; i++) {
		id = model_hw(model.caps[i]);
		if (had[id])
			continue;
		had[id] = true;
		model.pos[id] = model.caps[i];
		for (j = 0; j < ARRAY_SIZE(caps); j++)
			if (caps[j].id == id)
				claim_all(model.caps[i], caps[j].nr,
					  caps[j].rules);
	}
	world.msi = model.pos[0x05];
	world.msix = model.pos[0x11];
	world.pdev.msi_cap = world.msi;
	world.pdev.msix_cap = world.msix;
}

static u32 ext_header(unsigned int pos)
{
	return model_hw(pos) | model_hw(pos + 1) << 8 |
	       model_hw(pos + 2) << 16 | (u32)model_hw(pos + 3) << 24;
}

static void build_ext_cap(unsigned int pos, unsigned int next)
{
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(ext_caps); i++) {
		if (ext_caps[i].id != (ext_header(pos) & 0xffff))
			continue;
		for (j = 0; j < 4 && ext_caps[i].hidden; j++) {
			model.claimed[pos + j] = true;
			model.virt[pos + j] = j < 2 ? 0xff : j == 2 ? 0x0f : 0;
		}
		for (j = pos; j < pos + ext_caps[i].proof_len && j < next; j++)
			model.permissive_proof[j] = 0xff;
	}
}

static void build_ext_caps(void)
{
	unsigned int size = world.pdev.cfg_size, pos = 0x100, last = size;
	bool been[PB2_CONF_MAX_SIZE] = {};
	u32 val;

	while (pos >= 0x100 && pos < size && !been[pos]) {
		val = ext_header(pos);
		if (val == 0 || val == 0xffffffff)
			break;
		been[pos] = true;
		pos = val >> 20 & 0xffc;
	}
	/* From the end: each ends where the next one begins. */
	for (pos = size; pos > 0x100; pos -= 4) {
		if (!been[pos - 4])
			continue;
		build_ext_cap(pos - 4, last);
		last = pos - 4;
	}
}

static void build_bars(void)
{
	bool bridge = world.pdev.hdr_type;
	struct model_rule bar = {
		.len = 4, .proof = 'x', .virt = 0xffffffff, .keep = 0xffffffff,
	};
	unsigned int i;

	for (i = 0; i < (bridge ? 2 : 6); i++) {
		bar.off = 0x10 + i * 4;
		claim(0, &bar);
	}
	bar.off = bridge ? 0x38 : 0x30;
	bar.keep = 0xfffff800;
	claim(0, &bar);
}

static void set32(u8 *bytes, u32 val)
{
	unsigned int i;

	for (i = 0; i < 4; i++)
		bytes[i] = val >> (i * 8);
}

static bool is_bar(const struct resource *res)
{
	return res->flags && res->end > res->start &&
	       !(res->flags & (IORESOURCE_UNSET | IORESOURCE_DISABLED));
}

static void reset_bar(unsigned int off, const struct resource *res, bool upper)
{
	bool rom = res == &world.pdev.resource[PCI_ROM_RESOURCE];
	u64 mask = ~(res->end - res->start);
	u64 base = res->start & mask;
	u32 low = 0;

	set32(model.vwrite + off, 0);
	set32(model.init + off, 0);
	if (!is_bar(res))
		return;
	if (!rom && res->flags & IORESOURCE_IO)
		low = 1;
	else if (!rom)
		low = (res->flags & IORESOURCE_PREFETCH ? 8 : 0) |
		      (res->flags & IORESOURCE_MEM_64 ? 4 : 0);
	set32(model.vwrite + off, upper ? mask >> 32 : (u32)mask | rom);
	set32(model.init + off, upper ? base >> 32 : (u32)base | low);
}

static void reset_bars(void)
{
	const struct resource *res = world.pdev.resource;
	bool bridge = world.pdev.hdr_type, upper;
	unsigned int i;

	for (i = 0; i < (bridge ? 2 : 6); i++) {
		upper = i && res[i - 1].flags & IORESOURCE_MEM_64;
		reset_bar(0x10 + i * 4, upper ? &res[i - 1] : &res[i], upper);
	}
	reset_bar(bridge ? 0x38 : 0x30, &res[PCI_ROM_RESOURCE], false);
}

/**
 * model_reset() - virtual registers as after a reset of the function
 */
void model_reset(void)
{
	unsigned int devctl = model.pos[0x10] + 8, i;

	/* Of a function that does not answer nothing new is known. */
	for (i = 0; i < PCI_CFG_SPACE_SIZE && !model_is_absent(); i++)
		model.kept[i] = model_hw(i) & model.keep[i];
	set32(model.init, world.pdev.vendor | (u32)world.pdev.device << 16);
	model.init[0x3c] = world.pbdev.intx.irq ?: world.pdev.irq;
	reset_bars();
	/* D0, and a wake-up loses nothing */
	if (model.pos[0x01] && model.pos[0x01] + 4 < PCI_CFG_SPACE_SIZE)
		model.init[model.pos[0x01] + 4] = 0x08;
	if (model.pos[0x10] && devctl < PCI_CFG_SPACE_SIZE)
		model.init[devctl] = model.kept[devctl] & 0xe0;
	memcpy(model.seen, model.init, sizeof(model.seen));
	fuzz_messages = 0;
}

/**
 * model_build() - the rules for the hardware as it is now
 */
void model_build(void)
{
	memset(&model, 0, sizeof(model));
	memset(world.rw1c, 0, sizeof(world.rw1c));
	memcpy(model.hw, world.hw, sizeof(model.hw));
	model.decode = world.decode;
	model.flrs = world.flrs;
	claim_all(0, ARRAY_SIZE(header), header);
	build_bars();
	build_caps();
	if (world.pdev.cfg_size > PCI_CFG_SPACE_SIZE)
		build_ext_caps();
	model_reset();
}

/**
 * model_quirk() - an administrator opens a register
 * @off: offset
 * @len: bytes
 * @mask: shown only
 *
 * Return: what he gets to hear.
 */
int model_quirk(unsigned int off, unsigned int len, u32 mask)
{
	bool quirk_proof = true;
	unsigned int i;

	if ((len != 1 && len != 2 && len != 4) || off >= world.pdev.cfg_size ||
	    off / 4 != (off + len - 1) / 4 || (len < 4 && mask >> (len * 8)))
		return -EINVAL;
	for (i = off; i < off + len; i++)
		quirk_proof &= model.quirk_proof[i] == 0xff;
	if (model.quirk_at[off] || quirk_proof)
		return 0;
	if (model.quirks == PB2_CONF_MAX_QUIRKS)
		return -ENOSPC;

	model.quirks++;
	model.quirk_at[off] = true;
	memset(model.open + off, true, len);
	return 0;
}

/**
 * model_quirks_clear() - all of them are closed again
 */
void model_quirks_clear(void)
{
	model.quirks = 0;
	memset(model.quirk_at, 0, sizeof(model.quirk_at));
	memset(model.open, 0, sizeof(model.open));
}

static void show(unsigned int off, u8 bits, u8 val, bool on)
{
	model.virt[off] = on ? model.virt[off] | bits : model.virt[off] & ~bits;
	model.permissive_proof[off] &= ~bits;
	model.quirk_proof[off] &= ~bits;
	if (on) {
		model.permissive_proof[off] |= bits;
		model.quirk_proof[off] |= bits;
	}
	model.seen[off] = (model.seen[off] & ~bits) | val;
	model.init[off] = (model.init[off] & ~bits) | val;
}

/**
 * model_backend_clear() - no backend is shown
 */
void model_backend_clear(void)
{
	unsigned int i;

	if (!model.backend)
		return;
	show(0x06, 0x10, 0, false);
	show(0x34, 0xff, 0, false);
	for (i = 0; i < 12; i++)
		show(model.backend + i, 0xff, 0, false);
	model.backend = 0;
}

/* The end of the capability at @pos, where nothing else may begin before */
static unsigned int end_of_cap(unsigned int pos)
{
	unsigned int i, size = 0, end = PCI_CFG_SPACE_SIZE;
	u8 id = model_hw(pos);

	for (i = 0; i < ARRAY_SIZE(caps); i++)
		if (caps[i].id == id)
			size = caps[i].size;
	if (id == 0x09)
		size = model_hw(pos + 2);
	if (size >= 4)
		return min(pos + size, end);
	for (i = 0; i < model.nr_caps; i++)
		if (model.caps[i] > pos && model.caps[i] < end)
			end = model.caps[i];
	return end;
}

static void find_free(bool *spare)
{
	unsigned int i, j;

	for (i = 0; i < PCI_CFG_SPACE_SIZE; i++)
		spare[i] = i >= 0x40 && !model.open[i] && !model.claimed[i] &&
			   !model_hw(i);
	for (i = 0; i < model.nr_caps; i++)
		for (j = model.caps[i]; j < end_of_cap(model.caps[i]); j++)
			spare[j] = false;
	/* A dword is spare if all of it is. */
	for (i = 0; i < PCI_CFG_SPACE_SIZE; i += 4)
		for (j = 0; j < 4; j++)
			if (!spare[i + j])
				memset(spare + i, false, 4);
}

/**
 * model_backend() - a backend was to be shown: was that done well?
 * @rc: what pb2_conf_virtio_set() says
 * @domid: the backend
 */
void model_backend(int rc, u16 domid)
{
	const u8 cap[12] = { 0x09, 0, 12, 0x09, 0x53, 0x58, 0x42, 0x44,
			     0x01, 0x00, domid, domid >> 8 };
	bool spare[PCI_CFG_SPACE_SIZE];
	unsigned int i, run = 0, pos;

	model_backend_clear();
	walk();
	find_free(spare);
	if (rc) {
		fuzz_assert(rc == -ENOSPC || rc == -ENOMEM);
		for (i = 0; i < PCI_CFG_SPACE_SIZE && rc == -ENOSPC; i++) {
			run = spare[i] ? run + 1 : 0;
			fuzz_assert(run < 12);
		}
		return;
	}

	pos = world.pbdev.conf->virtio_cap;
	fuzz_assert(pos >= 0x40 && pos <= 0xf4 && pos % 4 == 0);
	for (i = 0; i < 12; i++) {
		fuzz_assert(spare[pos + i]);
		show(pos + i, 0xff, cap[i], true);
	}
	show(pos + 1, 0xff, model.nr_caps ? model.caps[0] : 0, true);
	show(0x06, 0x10, 0x10, true);
	show(0x34, 0xff, pos, true);
	model.backend = pos;
}
