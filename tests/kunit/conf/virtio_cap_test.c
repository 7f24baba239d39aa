// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the capability that names the virtio backend domain
 */
#include "../support/conf_world.h"

static bool no_memory;

static struct pb2_conf_reg *flaky(struct pb2_conf *conf, unsigned int off)
{
	return no_memory ? NULL : pb2_conf_get_reg(conf, off);
}

#define pb2_conf_get_reg	flaky
#include "../../../drivers/xen/pciback2/conf/virtio_cap.c"
#undef pb2_conf_get_reg

#define DOMID	0x1234

static void start(struct kunit *test, const struct conf_image *image)
{
	struct conf_world *world = test->priv;

	no_memory = false;
	pb2_conf_free(&world->pbdev);
	world->pbdev.permissive = false;
	if (image)
		conf_world_load(world, image);
	KUNIT_ASSERT_EQ(test, pb2_conf_init(&world->pbdev), 0);
}

static int set(struct kunit *test, u16 domid)
{
	struct conf_world *world = test->priv;

	return pb2_conf_virtio_set(&world->pbdev, domid);
}

/* Adds a capability; the first one also begins the list. */
static void cap(struct kunit *test, u8 pos, u8 id, u8 next, u8 len)
{
	struct conf_world *world = test->priv;

	if (!conf_world_get(world, PCI_CAPABILITY_LIST, 1)) {
		conf_world_set(world, PCI_STATUS, 2, PCI_STATUS_CAP_LIST);
		conf_world_set(world, PCI_CAPABILITY_LIST, 1, pos);
	}
	conf_world_set(world, pos, 4, id | next << 8 | len << 16);
}

static void clear_hw(struct kunit *test)
{
	struct conf_world *world = test->priv;

	memset(world->hw, 0, sizeof(world->hw));
}

/* Compares with the layout in design.rst. */
static void expect_layout(struct kunit *test, u8 pos, u8 next, u16 domid)
{
	const u8 want[] = {
		0x09, next, 0x0c, 0x09, 0x53, 0x58, 0x42, 0x44,
		0x01, 0x00, domid & 0xff, domid >> 8,
	};
	unsigned int i;

	KUNIT_EXPECT_EQ(test, conf_world_read(test, 0x34, 1), pos);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, 0x06, 2) & 0x10, 0x10);
	for (i = 0; i < ARRAY_SIZE(want); i++)
		KUNIT_EXPECT_EQ_MSG(test, conf_world_read(test, pos + i, 1),
				    want[i], "byte %u", i);
}

/* Bits that a guest does not read from the hardware, whatever it is shown */
static u8 policy_bits(const struct conf_world *world, unsigned int off)
{
	static const u8 places[] = { 0x40, 0x80, 0xc8 };
	u8 pcie = world->pbdev.conf->pcie_cap;
	unsigned int i;

	/* The power state, in the spaces that this file makes and in e1000e's */
	for (i = 0; i < ARRAY_SIZE(places); i++)
		if (off == places[i] + PCI_PM_CTRL &&
		    world->hw[places[i]] == PCI_CAP_ID_PM)
			return PCI_PM_CTRL_STATE_MASK |
			       PCI_PM_CTRL_NO_SOFT_RESET;
	if (pcie && off == pcie + PCI_EXP_DEVCAP + 3)
		return PCI_EXP_DEVCAP_FLR >> 24;
	return 0;
}

/* The guest reads all else from the hardware. */
static void expect_nothing(struct kunit *test)
{
	u8 bits;
	struct conf_world *world = test->priv;
	unsigned int off;

	KUNIT_EXPECT_EQ(test, world->pbdev.conf->virtio_cap, 0);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, 0x06, 2),
			conf_world_get(world, 0x06, 2));
	KUNIT_EXPECT_EQ(test, conf_world_read(test, 0x34, 4),
			conf_world_get(world, 0x34, 4));
	for (off = 0x40; off < 0x100; off++) {
		bits = policy_bits(world, off);
		KUNIT_EXPECT_EQ(test, conf_world_read(test, off, 1) & ~bits,
				conf_world_get(world, off, 1) & ~bits);
	}
}

static void the_layout_is_that_of_the_documentation(struct kunit *test)
{
	start(test, &conf_e1000e);
	KUNIT_EXPECT_EQ(test, set(test, DOMID), 0);
	expect_layout(test, 0x40, 0xc8, DOMID);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, 0x40, 4), 0x090cc809);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, 0x4a, 2), DOMID);

	start(test, &conf_nvme);
	KUNIT_EXPECT_EQ(test, set(test, 0), 0);
	expect_layout(test, 0x4c, 0x40, 0);
	/* The capability for another domain is at the same offset. */
	KUNIT_EXPECT_EQ(test, set(test, 0x7fef), 0);
	expect_layout(test, 0x4c, 0x40, 0x7fef);
}

/* Returns the number of capabilities that a guest finds. */
static unsigned int walk(struct kunit *test, u8 *pos)
{
	unsigned int nr = 0;
	u8 at = conf_world_read(test, 0x34, 1);

	while (at && nr < 48) {
		pos[nr++] = at;
		at = conf_world_read(test, at + 1, 1);
	}
	return nr;
}

static void the_devices_own_list_follows(struct kunit *test)
{
	static const struct conf_image * const images[] = {
		&conf_e1000e, &conf_nvme,
	};
	u8 before[48], after[48];
	unsigned int i, nr;

	for (i = 0; i < ARRAY_SIZE(images); i++) {
		start(test, images[i]);
		nr = walk(test, before);
		KUNIT_EXPECT_GE(test, nr, 3);
		KUNIT_EXPECT_EQ(test, set(test, DOMID), 0);
		KUNIT_EXPECT_EQ(test, walk(test, after), nr + 1);
		KUNIT_EXPECT_EQ(test, memcmp(before, after + 1, nr), 0);
	}
}

static bool is_ours(unsigned int off, unsigned int pos)
{
	return off == PCI_CAPABILITY_LIST || (off >= pos && off < pos + 12);
}

static void no_other_byte_changes(struct kunit *test)
{
	static const struct conf_image * const images[] = {
		&conf_e1000e, &conf_nvme,
	};
	struct conf_world *world = test->priv;
	unsigned int i, off, pos;
	u8 before[0x100];

	for (i = 0; i < ARRAY_SIZE(images); i++) {
		start(test, images[i]);
		for (off = 0; off < 0x100; off++)
			before[off] = conf_world_read(test, off, 1);
		KUNIT_EXPECT_EQ(test, set(test, DOMID), 0);
		pos = world->pbdev.conf->virtio_cap;
		for (off = 0; off < 0x100; off++) {
			if (!is_ours(off, pos))
				KUNIT_EXPECT_EQ(test, before[off],
						conf_world_read(test, off, 1));
			else if (off != PCI_CAPABILITY_LIST)
				KUNIT_EXPECT_EQ(test, before[off], 0);
		}
		KUNIT_EXPECT_EQ(test, world->writes, 0);
	}
}

static void a_device_without_capabilities_has_one_then(struct kunit *test)
{
	struct conf_world *world = test->priv;

	clear_hw(test);
	/* The pointer of a device without a list has no meaning. */
	conf_world_set(world, PCI_CAPABILITY_LIST, 1, 0x88);
	start(test, NULL);
	KUNIT_EXPECT_EQ(test, set(test, DOMID), 0);
	expect_layout(test, 0x40, 0, DOMID);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, 0x04, 4), 0x00100000);
	pb2_conf_virtio_clear(&world->pbdev);
	expect_nothing(test);
}

static void a_list_that_is_broken_is_left_out(struct kunit *test)
{
	struct conf_world *world = test->priv;

	clear_hw(test);
	conf_world_set(world, PCI_STATUS, 2, PCI_STATUS_CAP_LIST);
	conf_world_set(world, PCI_CAPABILITY_LIST, 1, 0x10);
	start(test, NULL);
	KUNIT_EXPECT_EQ(test, set(test, DOMID), 0);
	expect_layout(test, 0x40, 0, DOMID);
}

static void all_that_may_be_a_capability_is_spared(struct kunit *test)
{
	static const struct {
		u8 id;
		u8 len;
		u8 room;
	} first[] = {
		/* These have a known size. */
		{ PCI_CAP_ID_PM, 0, 0x48 }, { PCI_CAP_ID_VPD, 0, 0x48 },
		{ PCI_CAP_ID_MSI, 0, 0x58 }, { PCI_CAP_ID_MSIX, 0, 0x4c },
		{ PCI_CAP_ID_AF, 0, 0x48 }, { PCI_CAP_ID_EXP, 0, 0x88 },
		/* These tell their length, which counts in whole dwords. */
		{ PCI_CAP_ID_VNDR, 0x10, 0x50 }, { PCI_CAP_ID_VNDR, 0x11, 0x54 },
		/* These extend up to the next one: the length is impossible or unknown. */
		{ PCI_CAP_ID_VNDR, 0, 0x88 }, { PCI_CAP_ID_VNDR, 2, 0x88 },
		{ PCI_CAP_ID_SSVID, 8, 0x88 }, { PCI_CAP_ID_PCIX, 0, 0x88 },
		{ PCI_CAP_ID_EA, 0, 0x88 }, { 0xfe, 0, 0x88 },
		/* This length exceeds the first 256 bytes. */
		{ PCI_CAP_ID_VNDR, 0xff, 0 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(first); i++) {
		clear_hw(test);
		cap(test, 0x40, first[i].id, 0x80, first[i].len);
		/* The second capability has 8 bytes and another ID than the first. */
		cap(test, 0x80, first[i].id == PCI_CAP_ID_PM ? PCI_CAP_ID_VPD :
			PCI_CAP_ID_PM, 0, 0);
		start(test, NULL);
		KUNIT_EXPECT_EQ(test, set(test, DOMID),
				first[i].room ? 0 : -ENOSPC);
		if (first[i].room)
			expect_layout(test, first[i].room, 0x40, DOMID);
		else
			expect_nothing(test);
	}

	/* The last capability extends up to the end if its size is unknown. */
	clear_hw(test);
	cap(test, 0x80, PCI_CAP_ID_PM, 0x40, 0);
	cap(test, 0x40, PCI_CAP_ID_SSVID, 0, 0);
	start(test, NULL);
	KUNIT_EXPECT_EQ(test, set(test, DOMID), 0);
	expect_layout(test, 0x88, 0x80, DOMID);
	clear_hw(test);
	cap(test, 0x40, PCI_CAP_ID_SSVID, 0, 0);
	start(test, NULL);
	KUNIT_EXPECT_EQ(test, set(test, DOMID), -ENOSPC);
	expect_nothing(test);
}

static void registers_that_no_capability_names_are_spared(struct kunit *test)
{
	struct conf_world *world = test->priv;
	unsigned int off;

	/* One byte in every third dword leaves gaps of two free dwords. */
	clear_hw(test);
	for (off = 0x48; off < 0x100; off += 12)
		conf_world_set(world, off + 3, 1, 0x80);
	start(test, NULL);
	KUNIT_EXPECT_EQ(test, set(test, DOMID), -ENOSPC);
	expect_nothing(test);
	KUNIT_EXPECT_EQ(test, world->writes, 0);

	/* The last three dwords have room for the capability. */
	for (off = 0xf4; off < 0x100; off++)
		conf_world_set(world, off, 1, 0);
	start(test, NULL);
	KUNIT_EXPECT_EQ(test, set(test, DOMID), 0);
	KUNIT_EXPECT_GE(test, world->pbdev.conf->virtio_cap, 0xec);
	pb2_conf_virtio_clear(&world->pbdev);
	expect_nothing(test);

	memset(world->hw + 0x40, 0xff, 0xc0);
	start(test, NULL);
	KUNIT_EXPECT_EQ(test, set(test, DOMID), -ENOSPC);
	expect_nothing(test);
}

static void what_a_quirk_opened_is_spared(struct kunit *test)
{
	struct conf_world *world = test->priv;

	start(test, &conf_e1000e);
	KUNIT_EXPECT_EQ(test, pb2_conf_quirk_add(&world->pbdev, 0x4b, 1, 0), 0);
	KUNIT_EXPECT_EQ(test, set(test, DOMID), 0);
	expect_layout(test, 0x4c, 0xc8, DOMID);
}

static void a_space_without_memory_shows_nothing(struct kunit *test)
{
	start(test, &conf_e1000e);
	KUNIT_EXPECT_EQ(test, set(test, DOMID), 0);
	no_memory = true;
	KUNIT_EXPECT_EQ(test, set(test, DOMID), -ENOMEM);
	no_memory = false;
	expect_nothing(test);
}

static void a_reset_does_not_take_it_away(struct kunit *test)
{
	struct conf_world *world = test->priv;

	start(test, &conf_e1000e);
	KUNIT_EXPECT_EQ(test, set(test, DOMID), 0);
	conf_world_write(test, PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
	pb2_conf_reset(&world->pbdev);
	expect_layout(test, 0x40, 0xc8, DOMID);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, PCI_COMMAND, 2), 0);
	pb2_conf_virtio_clear(&world->pbdev);
	pb2_conf_reset(&world->pbdev);
	expect_nothing(test);
}

/* Writes at all widths and offsets do not change what the guest sees. */
static void scribble(struct kunit *test, unsigned int from, unsigned int to)
{
	struct conf_world *world = test->priv;
	unsigned int len, off, i;
	const u32 vals[] = { 0, U32_MAX, 0xa5a5a5a5 };
	u8 hw[12];

	memcpy(hw, world->hw + 0x40, sizeof(hw));
	for (len = 1; len <= 4; len *= 2)
		for (off = from; off < to; off += len)
			for (i = 0; i < ARRAY_SIZE(vals); i++) {
				conf_world_write(test, off, len, vals[i]);
				expect_layout(test, 0x40, 0xc8, DOMID);
			}
	KUNIT_EXPECT_EQ(test, memcmp(hw, world->hw + 0x40, sizeof(hw)), 0);
}

static void a_guest_cannot_change_it(struct kunit *test)
{
	struct conf_world *world = test->priv;

	start(test, &conf_e1000e);
	KUNIT_EXPECT_EQ(test, set(test, DOMID), 0);
	world->writes = 0;
	scribble(test, 0x40, 0x4c);
	scribble(test, 0x34, 0x38);
	/* The hardware sees no write at all. */
	KUNIT_EXPECT_EQ(test, world->writes, 0);
	scribble(test, 0x04, 0x08);
}

static void permissive_does_not_open_it(struct kunit *test)
{
	struct conf_world *world = test->priv;

	start(test, &conf_e1000e);
	KUNIT_EXPECT_EQ(test, set(test, DOMID), 0);
	world->pbdev.permissive = true;
	scribble(test, 0x40, 0x4c);
	scribble(test, 0x34, 0x38);
	scribble(test, 0x04, 0x08);
	/* The hardware's pointer is unchanged; the bytes next to it are open. */
	KUNIT_EXPECT_EQ(test, conf_world_get(world, 0x34, 4), 0xa5a5a5c8);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, 0x06, 1) & 0x10, 0x10);
}

static void a_quirk_does_not_open_it(struct kunit *test)
{
	struct conf_world *world = test->priv;
	unsigned int off;

	start(test, &conf_e1000e);
	KUNIT_EXPECT_EQ(test, set(test, DOMID), 0);
	for (off = 0x40; off < 0x4c; off += 4)
		KUNIT_EXPECT_EQ(test, 0, pb2_conf_quirk_add(&world->pbdev, off,
							    4, 0));
	KUNIT_EXPECT_EQ(test, pb2_conf_quirk_add(&world->pbdev, 0x34, 1, 0), 0);
	/* pciback2 ignored all of these quirks. */
	KUNIT_EXPECT_EQ(test, world->pbdev.conf->nr_quirks, 0);
	KUNIT_EXPECT_EQ(test, pb2_conf_quirk_add(&world->pbdev, 0x34, 4, 0), 0);
	KUNIT_EXPECT_EQ(test, pb2_conf_quirk_add(&world->pbdev, 0x06, 2, 0), 0);
	KUNIT_EXPECT_EQ(test, world->pbdev.conf->nr_quirks, 2);
	scribble(test, 0x40, 0x4c);
	scribble(test, 0x34, 0x38);
	scribble(test, 0x04, 0x08);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, 0x34, 4), 0xa5a5a5c8);
}

static void without_it_permissive_opens_what_it_did(struct kunit *test)
{
	struct conf_world *world = test->priv;

	start(test, &conf_e1000e);
	KUNIT_EXPECT_EQ(test, set(test, DOMID), 0);
	pb2_conf_virtio_clear(&world->pbdev);
	pb2_conf_virtio_clear(&world->pbdev);
	world->pbdev.permissive = true;
	conf_world_write(test, 0x44, 4, 0x44332211);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, 0x44, 4), 0x44332211);
	conf_world_write(test, 0x34, 1, 0xa0);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, 0x34, 1), 0xa0);
	expect_nothing(test);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(the_layout_is_that_of_the_documentation),
	KUNIT_CASE(the_devices_own_list_follows),
	KUNIT_CASE(no_other_byte_changes),
	KUNIT_CASE(a_device_without_capabilities_has_one_then),
	KUNIT_CASE(a_list_that_is_broken_is_left_out),
	KUNIT_CASE(all_that_may_be_a_capability_is_spared),
	KUNIT_CASE(registers_that_no_capability_names_are_spared),
	KUNIT_CASE(what_a_quirk_opened_is_spared),
	KUNIT_CASE(a_space_without_memory_shows_nothing),
	KUNIT_CASE(a_reset_does_not_take_it_away),
	KUNIT_CASE(a_guest_cannot_change_it),
	KUNIT_CASE(permissive_does_not_open_it),
	KUNIT_CASE(a_quirk_does_not_open_it),
	KUNIT_CASE(without_it_permissive_opens_what_it_did),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_conf_virtio_cap",
	.init = conf_world_init,
	.exit = conf_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
