// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the list of capabilities, and of all tables at once
 */
#include "../support/conf_world.h"

#include "../../../drivers/xen/pciback2/conf/cap.c"

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
	KUNIT_EXPECT_EQ(test, found, ARRAY_SIZE(caps));
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
	/* Somebody must act upon it. */
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
	for (i = 0; i < ARRAY_SIZE(caps); i++)
		check_table(test, caps[i]);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_capability_is_found_by_its_id_only),
	KUNIT_CASE(every_line_of_policy_makes_sense),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_conf_cap",
	.test_cases = cases,
};

kunit_test_suite(suite);
