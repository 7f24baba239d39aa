// SPDX-License-Identifier: GPL-2.0
/*
 * Sweeps over all of configuration space: they compare what a guest sees, and
 * which of its writes reach the hardware, with a table written by hand
 */
#include "../support/conf_world.h"

/**
 * struct oracle_row - what a guest may do to one register of one device
 * @off: offset in configuration space
 * @len: bytes
 * @rw: see struct pb2_conf_field
 * @rw1c: likewise
 * @virt: likewise
 * @vwrite: likewise
 * @seen: value of the bits of @virt at the start
 * @fixed: neither permissive nor a quirk opens it
 *
 * The author of a row reads the specifications and config-policy.rst, and not the
 * tables of the driver.
 */
struct oracle_row {
	u16 off;
	u8 len;
	u32 rw;
	u32 rw1c;
	u32 virt;
	u32 vwrite;
	u32 seen;
	bool fixed;
};

#define BAR_ROW(_off, _vwrite, _seen)					\
	{ .off = (_off), .len = 4, .virt = 0xffffffff,			\
	  .vwrite = (_vwrite), .seen = (_seen), .fixed = true }
#define RO_ROW(_off, _len)						\
	{ .off = (_off), .len = (_len), .fixed = true }

static const struct oracle_row common_rows[] = {
	{ .off = 0x04, .len = 2, .virt = 0xffff, .vwrite = 0x0557,
	  .fixed = true },
	{ .off = 0x06, .len = 2, .rw1c = 0xf900 },
	{ .off = 0x0c, .len = 1, .rw = 0xff, .fixed = true },
	RO_ROW(0x0d, 1),
	RO_ROW(0x0f, 1),
	{ .off = 0x3c, .len = 1, .virt = 0xff, .seen = 0x0b, .fixed = true },
	RO_ROW(0x3d, 1),
};

static const struct oracle_row pm_rows[] = {
	RO_ROW(0, 2),
	{ .off = 2, .len = 2, .virt = 0xf800, .fixed = true },
	{ .off = 4, .len = 2, .rw = 0x1e00, .rw1c = 0x8000, .virt = 0x000b,
	  .vwrite = 0x0003, .seen = 0x0008, .fixed = true },
	RO_ROW(6, 2),
};

/* @rw lacks the read request size, because both devices begin with size 0. */
static const struct oracle_row pcie_rows[] = {
	{ .off = 8, .len = 2, .rw = 0x0810, .virt = 0x00e0, .vwrite = 0x00e0 },
	{ .off = 10, .len = 2, .rw1c = 0x000f },
};

static const struct oracle_row e1000e_rows[] = {
	{ .off = 0x00, .len = 4, .virt = 0xffffffff, .seen = 0x10d38086,
	  .fixed = true },
	BAR_ROW(0x10, 0xfffe0000, 0xfe840000),
	BAR_ROW(0x14, 0xfffe0000, 0xfe860000),
	BAR_ROW(0x18, 0xffffffe0, 0x0000c001),
	BAR_ROW(0x1c, 0xffffc000, 0xfe880000),
	BAR_ROW(0x20, 0, 0),
	BAR_ROW(0x24, 0, 0),
	BAR_ROW(0x30, 0xfffc0001, 0xfe800000),
	RO_ROW(0xa0, 2),
	RO_ROW(0xd0, 2),
};

static const struct oracle_row nvme_rows[] = {
	{ .off = 0x00, .len = 4, .virt = 0xffffffff, .seen = 0x00101b36,
	  .fixed = true },
	BAR_ROW(0x10, 0xffffc000, 0xfe600004),
	BAR_ROW(0x14, 0xffffffff, 0),
	BAR_ROW(0x18, 0, 0),
	BAR_ROW(0x1c, 0, 0),
	BAR_ROW(0x20, 0, 0),
	BAR_ROW(0x24, 0, 0),
	BAR_ROW(0x30, 0, 0),
	RO_ROW(0x40, 2),
};

enum mode {
	PLAIN,
	PERMISSIVE,
	QUIRK,
};

/**
 * struct oracle - what a guest may do to one device
 * @image: the device
 * @rows: its registers
 * @nr_rows: length of @rows
 * @flags: offsets of the flags of MSI and MSI-X, or 0
 * @pm: offset of the power management capability
 * @devctl: offset of the device control register
 */
struct oracle {
	const struct conf_image *image;
	const struct oracle_row *rows;
	unsigned int nr_rows;
	u16 flags[2];
	u16 pm;
	u16 devctl;
};

static const struct oracle oracles[] = {
	{ &conf_e1000e, e1000e_rows, ARRAY_SIZE(e1000e_rows),
	  { 0xa2, 0xd2 }, 0xc8, 0xe8 },
	{ &conf_nvme, nvme_rows, ARRAY_SIZE(nvme_rows),
	  { 0x42, 0 }, 0x60, 0x88 },
};

/* The limit of their number lets quirks of a dword cover this many bytes. */
#define QUIRK_END	(PB2_CONF_MAX_QUIRKS * 4)

/**
 * struct bytes - an oracle in one mode, byte by byte
 * @rw: bits that a write changes in the hardware
 * @rw1c: bits that a written one clears in the hardware
 * @virt: bits that the guest does not read from the hardware
 * @vwrite: bits of @virt that a write changes
 * @seen: value of the bits of @virt
 * @hidden: bits that read 0 whatever the hardware has
 * @hw: contents of the hardware
 */
struct bytes {
	u8 rw[PB2_CONF_MAX_SIZE];
	u8 rw1c[PB2_CONF_MAX_SIZE];
	u8 virt[PB2_CONF_MAX_SIZE];
	u8 vwrite[PB2_CONF_MAX_SIZE];
	u8 seen[PB2_CONF_MAX_SIZE];
	u8 hidden[PB2_CONF_MAX_SIZE];
	u8 hw[PB2_CONF_MAX_SIZE];
};

static bool is_open(enum mode mode, unsigned int off)
{
	return mode == PERMISSIVE || (mode == QUIRK && off < QUIRK_END);
}

static void fill_row(struct bytes *bytes, const struct oracle_row *row,
		     unsigned int base, enum mode mode)
{
	unsigned int i, off, shift;

	for (i = 0; i < row->len; i++) {
		off = base + row->off + i;
		shift = i * 8;
		if (!row->fixed && is_open(mode, off))
			continue;
		bytes->rw[off] = row->rw >> shift;
		bytes->rw1c[off] = row->rw1c >> shift;
		bytes->virt[off] = row->virt >> shift;
		bytes->vwrite[off] = row->vwrite >> shift;
		bytes->seen[off] = row->seen >> shift;
	}
}

static void fill_rows(struct bytes *bytes, const struct oracle_row *rows,
		      unsigned int nr, unsigned int base, enum mode mode)
{
	while (nr--)
		fill_row(bytes, &rows[nr], base, mode);
}

static void fill(struct bytes *bytes, const struct oracle *oracle,
		 const struct conf_world *world, enum mode mode)
{
	unsigned int i;

	memset(bytes, 0, sizeof(*bytes));
	memcpy(bytes->hw, world->hw, sizeof(bytes->hw));
	for (i = 0; i < PB2_CONF_MAX_SIZE; i++) {
		if (is_open(mode, i))
			bytes->rw[i] = 0xff;
	}
	fill_rows(bytes, common_rows, ARRAY_SIZE(common_rows), 0, mode);
	fill_rows(bytes, oracle->rows, oracle->nr_rows, 0, mode);
	fill_rows(bytes, pm_rows, ARRAY_SIZE(pm_rows), oracle->pm, mode);
	fill_rows(bytes, pcie_rows, ARRAY_SIZE(pcie_rows), oracle->devctl - 8,
		  mode);

	/* A quirk does not open the flags of MSI and MSI-X. */
	for (i = 0; i < 4 && mode == QUIRK; i++)
		if (oracle->flags[i / 2])
			bytes->rw[oracle->flags[i / 2] + i % 2] = 0;

	/* No mode lets the guest's FLR bit through to the hardware. */
	bytes->rw[oracle->devctl + 1] &= 0x7f;
	/* Nor does one show that there is an FLR. */
	bytes->hidden[oracle->devctl - 1] = 0x10;

	/* Permissive mode opens six bits of COMMAND. */
	if (mode == PERMISSIVE) {
		bytes->virt[4] = 0x43;
		bytes->virt[5] = 0xfd;
		bytes->vwrite[4] = 0x43;
		bytes->vwrite[5] = 0x05;
		bytes->rw[4] = 0xbc;
		bytes->rw[5] = 0x02;
	}
}

static bool overlaps(unsigned int off, unsigned int len, unsigned int at,
		     unsigned int at_len)
{
	return at && off < at + at_len && at < off + len;
}

static u8 seen_of(const struct bytes *bytes, unsigned int off)
{
	return ((bytes->hw[off] & ~bytes->virt[off]) |
		(bytes->seen[off] & bytes->virt[off])) & ~bytes->hidden[off];
}

static u32 seen_by_guest(const struct bytes *bytes, unsigned int off,
			 unsigned int len)
{
	u32 val = 0;

	while (len--)
		val = val << 8 | seen_of(bytes, off + len);
	return val;
}

/* Changes @bytes as the write of @val should, and returns the expected error. */
static int expect(struct bytes *bytes, const struct oracle *oracle,
		  enum mode mode, unsigned int off, unsigned int len, u32 val)
{
	unsigned int i, at;
	u8 byte;

	for (i = 0; i < 2; i++) {
		if (mode != PERMISSIVE &&
		    overlaps(off, len, oracle->flags[i], 2))
			return XEN_PCI_ERR_access_denied;
	}
	for (i = 0; i < len; i++) {
		at = off + i;
		byte = val >> (i * 8);
		bytes->hw[at] = (bytes->hw[at] & ~bytes->rw[at]) |
				(byte & bytes->rw[at]);
		bytes->hw[at] &= ~(byte & bytes->rw1c[at]);
		bytes->seen[at] = (bytes->seen[at] & ~bytes->vwrite[at]) |
				  (byte & bytes->vwrite[at]);
	}
	return 0;
}

/* May a write of these bytes reach the hardware at all? */
static bool may_touch(const struct bytes *bytes, unsigned int off,
		      unsigned int len)
{
	while (len--) {
		if (bytes->rw[off + len] | bytes->rw1c[off + len])
			return true;
	}
	return false;
}

static void rewind(struct conf_world *world, const struct bytes *bytes)
{
	memcpy(world->hw, bytes->hw, sizeof(world->hw));
	pb2_conf_reset(&world->pbdev);
	/* Without this, messages about dropped writes would fill the log. */
	world->pbdev.conf->warned = true;
	world->writes = 0;
}

/* The driver writes COMMAND in permissive mode, and MSI's flags, as a word. */
static bool is_word(const struct pb2_conf *conf, unsigned int off)
{
	off &= ~3;
	return off == PCI_COMMAND || off == conf->msi_cap ||
	       off == conf->msix_cap;
}

static bool try_one(struct kunit *test, const struct oracle *oracle,
		    const struct bytes *start, struct bytes *bytes,
		    enum mode mode, unsigned int off, unsigned int len)
{
	struct conf_world *world = test->priv;
	u32 before, after;
	int rc, want;

	memcpy(bytes, start, sizeof(*bytes));
	rewind(world, bytes);

	before = conf_world_read(test, off, len);
	if (before != seen_by_guest(bytes, off, len))
		goto bad;

	want = expect(bytes, oracle, mode, off, len, ~before);
	rc = conf_world_write(test, off, len, ~before);
	if (rc != want || memcmp(world->hw, bytes->hw, sizeof(world->hw)))
		goto bad;
	if (world->writes && !may_touch(start, off, len))
		goto bad;
	if (world->writes && !is_word(world->pbdev.conf, off) &&
	    (world->write_off < off ||
	     world->write_off + world->write_len > off + len))
		goto bad;

	after = conf_world_read(test, off, len);
	if (after != seen_by_guest(bytes, off, len))
		goto bad;
	return true;
bad:
	KUNIT_FAIL(test, "%s, mode %d, offset 0x%03x, %u bytes",
		   oracle->image->name, mode, off, len);
	return false;
}

static void open_all(struct kunit *test)
{
	struct conf_world *world = test->priv;
	unsigned int off;

	for (off = 0; off < QUIRK_END; off += 4)
		KUNIT_EXPECT_EQ(test, 0, pb2_conf_quirk_add(&world->pbdev, off,
							    4, 0));
}

static void sweep(struct kunit *test, const struct oracle *oracle,
		  enum mode mode)
{
	struct conf_world *world = test->priv;
	struct bytes *start, *bytes;
	unsigned int off, len, bad = 0;

	start = kunit_kzalloc(test, sizeof(*start), GFP_KERNEL);
	bytes = kunit_kzalloc(test, sizeof(*bytes), GFP_KERNEL);
	if (!start || !bytes) {
		KUNIT_FAIL(test, "no memory");
		return;
	}

	conf_world_load(world, oracle->image);
	world->hw[oracle->devctl + 2] |= 0x05;
	/* Seizing a function switches its bus mastering off. */
	world->hw[PCI_COMMAND] &= ~PCI_COMMAND_MASTER;
	KUNIT_EXPECT_EQ(test, pb2_conf_init(&world->pbdev), 0);
	world->pbdev.permissive = mode == PERMISSIVE;
	if (mode == QUIRK)
		open_all(test);
	fill(start, oracle, world, mode);
	memcpy(world->rw1c, start->rw1c, sizeof(world->rw1c));

	for (len = 1; len <= 4; len *= 2) {
		for (off = 0; off < PB2_CONF_MAX_SIZE && bad < 20; off += len)
			bad += !try_one(test, oracle, start, bytes, mode, off,
					len);
		cond_resched();
	}
	pb2_conf_free(&world->pbdev);
}

static void every_byte_of_configuration_space_follows_the_policy(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(oracles); i++)
		sweep(test, &oracles[i], PLAIN);
}

static void permissive_opens_no_byte_that_policy_governs(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(oracles); i++)
		sweep(test, &oracles[i], PERMISSIVE);
}

static void quirks_open_their_bytes_and_no_quirk_proof_ones(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(oracles); i++)
		sweep(test, &oracles[i], QUIRK);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(every_byte_of_configuration_space_follows_the_policy),
	KUNIT_CASE(permissive_opens_no_byte_that_policy_governs),
	KUNIT_CASE(quirks_open_their_bytes_and_no_quirk_proof_ones),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_conf_sweep",
	.init = conf_world_init,
	.exit = conf_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
