// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the tables of capabilities, and of all policy tables at once
 */
#include "../support/conf_world.h"

#include "../../../drivers/xen/pciback2/conf/cap.c"

static int init(struct kunit *test)
{
	struct conf_world *world = conf_world_create(test, &conf_e1000e);

	if (!world)
		return -ENOMEM;
	/* AER, SR-IOV, resizable BARs, ACS, latency tolerance */
	conf_world_set(world, 0x100, 4, 0x14020001);
	conf_world_set(world, 0x140, 4, 0x20010010);
	conf_world_set(world, 0x200, 4, 0x20c10015);
	conf_world_set(world, 0x20c, 4, 0x2201000d);
	conf_world_set(world, 0x220, 4, 0x00010018);
	return pb2_conf_init(&world->pbdev);
}

static void a_capability_is_found_by_its_id_only(struct kunit *test)
{
	const struct pb2_conf_cap *cap;
	unsigned int id, found = 0;

	for (id = 0; id < 256; id++) {
		cap = pb2_conf_cap_find(id);
		if (!cap)
			continue;
		KUNIT_EXPECT_EQ(test, cap->id, id);
		found++;
	}
	KUNIT_EXPECT_EQ(test, found, ARRAY_SIZE(conventional_caps));
	KUNIT_EXPECT_NULL(test, pb2_conf_cap_find(PCI_CAP_ID_VNDR));
}

static void check_field(struct kunit *test, const struct pb2_conf_field *f)
{
	u32 bytes = pb2_conf_bytes(0, f->len);

	KUNIT_EXPECT_TRUE(test, f->len == 1 || f->len == 2 || f->len == 4);
	KUNIT_EXPECT_LE(test, (f->off & 3) + f->len, 4);
	KUNIT_EXPECT_EQ(test, 0, (f->rw | f->rw1c | f->virt | f->vwrite |
				  f->trap | f->init) & ~bytes);
	/* A bit has one meaning. */
	KUNIT_EXPECT_EQ(test, f->rw & f->rw1c, 0);
	KUNIT_EXPECT_EQ(test, (f->rw | f->rw1c) & f->virt, 0);
	KUNIT_EXPECT_EQ(test, (f->rw | f->rw1c | f->virt) & f->trap, 0);
	KUNIT_EXPECT_EQ(test, f->vwrite & ~f->virt, 0);
	KUNIT_EXPECT_EQ(test, f->init & ~f->virt, 0);
	/* A trapped bit needs a callback that acts upon it. */
	if (f->trap)
		KUNIT_EXPECT_TRUE(test, f->ops && f->ops->write);
	KUNIT_EXPECT_NOT_NULL(test, f->why);
}

static void check_table(struct kunit *test, const struct pb2_conf_cap *cap)
{
	unsigned int i, j;

	KUNIT_EXPECT_NOT_NULL(test, cap->why);
	KUNIT_EXPECT_FALSE(test, cap->hide);
	for (i = 0; i < cap->nr_fields; i++) {
		const struct pb2_conf_field *a = &cap->fields[i];

		check_field(test, a);
		for (j = 0; j < i; j++) {
			const struct pb2_conf_field *b = &cap->fields[j];

			KUNIT_EXPECT_FALSE(test, a->off < b->off + b->len &&
					   b->off < a->off + a->len);
			if (a->off / 4 == b->off / 4)
				KUNIT_EXPECT_FALSE(test, a->ops && b->ops);
		}
	}
}

static void every_line_of_policy_makes_sense(struct kunit *test)
{
	unsigned int i;

	check_table(test, &pb2_conf_header);
	check_table(test, &pb2_conf_bars_normal);
	check_table(test, &pb2_conf_bars_bridge);
	for (i = 0; i < ARRAY_SIZE(conventional_caps); i++)
		check_table(test, conventional_caps[i]);
}

static void a_hidden_capability_has_no_name_and_a_successor(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, conf_world_read(test, 0x100, 4), 0x14020001);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, 0x140, 4), 0x20000000);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, 0x140, 2), 0);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, 0x142, 2), 0x2000);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, 0x200, 4), 0x20c00000);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, 0x20c, 4), 0x2201000d);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, 0x220, 4), 0x00010018);
}

static void no_extended_capability_is_writable(struct kunit *test)
{
	struct conf_world *world = test->priv;
	unsigned int off;

	for (off = 0x100; off < 0x1000; off += 4)
		conf_world_write(test, off, 4, 0xffffffff);
	KUNIT_EXPECT_EQ(test, world->writes, 0);
}

static void permissive_opens_none_that_break_isolation(struct kunit *test)
{
	struct conf_world *world = test->priv;
	unsigned int off;

	world->pbdev.permissive = true;
	/* The capability stays hidden. */
	KUNIT_EXPECT_EQ(test, conf_world_read(test, 0x140, 4), 0x20000000);
	for (off = 0x140; off < 0x180; off += 4)
		conf_world_write(test, off, 4, 0xffffffff);
	for (off = 0x200; off < 0x214; off += 4)
		conf_world_write(test, off, 4, 0xffffffff);
	KUNIT_EXPECT_EQ(test, world->writes, 0);

	/* Other capabilities and the gaps are open, as with xen-pciback. */
	conf_world_write(test, 0x108, 4, 0x00100000);
	conf_world_write(test, 0x180, 4, 1);
	conf_world_write(test, 0x214, 4, 1);
	conf_world_write(test, 0x224, 4, 0x10011001);
	KUNIT_EXPECT_EQ(test, world->writes, 4);
}

static void a_quirk_shows_what_is_hidden(struct kunit *test)
{
	struct conf_world *world = test->priv;

	KUNIT_EXPECT_EQ(test, 0,
			pb2_conf_quirk_add(&world->pbdev, 0x140, 4, 0));
	KUNIT_EXPECT_EQ(test, conf_world_read(test, 0x140, 4), 0x20010010);
}

static void every_extended_line_has_an_id_of_its_own_and_a_reason(struct kunit *test)
{
	const struct pb2_conf_cap *cap;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(extended_caps); i++) {
		cap = &extended_caps[i];
		KUNIT_EXPECT_PTR_EQ(test, pb2_conf_cap_find_ext(cap->id), cap);
		KUNIT_EXPECT_NOT_NULL(test, cap->why);
		KUNIT_EXPECT_GE(test, cap->proof_len, 4);
		KUNIT_EXPECT_EQ(test, cap->proof_len % 4, 0);
	}
	KUNIT_EXPECT_NULL(test, pb2_conf_cap_find_ext(PCI_EXT_CAP_ID_ERR));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_capability_is_found_by_its_id_only),
	KUNIT_CASE(every_line_of_policy_makes_sense),
	KUNIT_CASE(a_hidden_capability_has_no_name_and_a_successor),
	KUNIT_CASE(no_extended_capability_is_writable),
	KUNIT_CASE(permissive_opens_none_that_break_isolation),
	KUNIT_CASE(a_quirk_shows_what_is_hidden),
	KUNIT_CASE(every_extended_line_has_an_id_of_its_own_and_a_reason),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_conf_cap",
	.init = init,
	.exit = conf_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
