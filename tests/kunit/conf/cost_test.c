// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the cost of a guest's access, in accesses of the hardware, which take
 * most of the time; the time in ns is only printed
 */
#include <linux/ktime.h>

#include "../support/conf_world.h"

#define ROUNDS	20

static struct conf_world *load(struct kunit *test,
			       const struct conf_image *image)
{
	struct conf_world *world = test->priv;

	conf_world_load(world, image);
	KUNIT_ASSERT_EQ(test, pb2_conf_init(&world->pbdev), 0);
	world->reads = 0;
	world->writes = 0;
	return world;
}

/* Reads all of configuration space and returns the number of reads. */
static unsigned int read_all(struct kunit *test, unsigned int len)
{
	unsigned int off;

	for (off = 0; off < PB2_CONF_MAX_SIZE; off += len)
		conf_world_read(test, off, len);
	return PB2_CONF_MAX_SIZE / len;
}

static unsigned int cost_of(struct kunit *test, unsigned int off,
			    unsigned int len)
{
	struct conf_world *world = test->priv;
	unsigned int reads = world->reads;

	conf_world_read(test, off, len);
	KUNIT_EXPECT_EQ(test, world->writes, 0);
	return world->reads - reads;
}

/*
 * A read of the IDs or of COMMAND first checks whether the function answers. The
 * dword of COMMAND is half virtual, so its read needs the hardware once more.
 */
static bool asks(unsigned int off)
{
	return off < 8;
}

static void expect_cheap_reads(struct kunit *test,
			       const struct conf_image *image)
{
	struct conf_world *world = load(test, image);
	unsigned int off, len, cost;

	for (len = 1; len <= 4; len *= 2)
		for (off = 0; off < PB2_CONF_MAX_SIZE; off += len) {
			cost = cost_of(test, off, len);
			KUNIT_EXPECT_LE_MSG(test, cost, asks(off) ? 2 : 1,
					    "%s: %u bytes at %#x", image->name,
					    len, off);
		}
	pb2_conf_free(&world->pbdev);
}

static void a_read_is_one_of_the_hardware_or_none(struct kunit *test)
{
	expect_cheap_reads(test, &conf_e1000e);
	expect_cheap_reads(test, &conf_nvme);
}

static void what_is_virtual_costs_no_access(struct kunit *test)
{
	struct conf_world *world = load(test, &conf_e1000e);

	KUNIT_EXPECT_EQ(test, cost_of(test, PCI_BASE_ADDRESS_0, 4), 0);
	KUNIT_EXPECT_EQ(test, cost_of(test, PCI_INTERRUPT_LINE, 1), 0);
	KUNIT_EXPECT_EQ(test, cost_of(test, PCI_CLASS_REVISION, 4), 1);
	pb2_conf_free(&world->pbdev);
}

static void what_is_opened_makes_no_read_dearer(struct kunit *test)
{
	struct conf_world *world = load(test, &conf_e1000e);
	unsigned int before, off;

	read_all(test, 4);
	before = world->reads;
	for (off = 0x300; off < 0x400; off += 4)
		KUNIT_ASSERT_EQ(test, pb2_conf_quirk_add(&world->pbdev, off, 4,
							 0), 0);
	world->reads = 0;
	read_all(test, 4);
	KUNIT_EXPECT_EQ(test, world->reads, before);
	pb2_conf_free(&world->pbdev);
}

/* A sanitizer slows every memory access down, so the time itself proves nothing. */
static void the_time_is_told(struct kunit *test)
{
	struct conf_world *world = load(test, &conf_e1000e);
	unsigned int i, nr = 0;
	u64 begun, ns;

	begun = ktime_get_ns();
	for (i = 0; i < ROUNDS; i++)
		nr += read_all(test, 4);
	ns = ktime_get_ns() - begun;
	kunit_info(test, "%llu ns for a dword, of %u\n", div_u64(ns, nr), nr);
	KUNIT_EXPECT_LE(test, world->reads, nr + 2 * ROUNDS);
	pb2_conf_free(&world->pbdev);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_read_is_one_of_the_hardware_or_none),
	KUNIT_CASE(what_is_virtual_costs_no_access),
	KUNIT_CASE(what_is_opened_makes_no_read_dearer),
	KUNIT_CASE(the_time_is_told),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_conf_cost",
	.init = conf_world_init,
	.exit = conf_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
