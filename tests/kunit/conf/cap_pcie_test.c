// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the policy of PCI Express
 */
#include "../support/conf_world.h"

#include "../../../drivers/xen/pciback2/conf/cap_pcie.c"

#define PCIE	0x80
#define DEVCTL	(PCIE + PCI_EXP_DEVCTL)
#define DEVSTA	(PCIE + PCI_EXP_DEVSTA)

static int init(struct kunit *test)
{
	return conf_world_start(test, &conf_nvme);
}

static void a_guests_reset_is_done_by_dom0(struct kunit *test)
{
	struct conf_world *world = test->priv;
	unsigned int permissive;

	world->pbdev.guest_reset.allowed = true;
	KUNIT_EXPECT_EQ(test, 0,
			pb2_conf_quirk_add(&world->pbdev, DEVCTL, 2, 0));
	for (permissive = 0; permissive < 2; permissive++) {
		world->pbdev.permissive = permissive;
		KUNIT_EXPECT_EQ(test, conf_world_write(test, DEVCTL, 2, 0xa810),
				0);
		KUNIT_EXPECT_EQ(test, conf_world_write(test, DEVCTL + 1, 1,
						       0x80), 0);
	}
	KUNIT_EXPECT_EQ(test, world->flrs, 4);
	KUNIT_EXPECT_EQ(test, world->writes, 0);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, DEVCTL, 2) & 0x8000, 0);
	/* The FLR bit is not in the lower byte. */
	conf_world_write(test, DEVCTL, 1, 0x80);
	KUNIT_EXPECT_EQ(test, world->flrs, 4);
}

static void without_the_feature_there_is_no_reset(struct kunit *test)
{
	struct conf_world *world = test->priv;

	conf_world_set(world, PCIE + PCI_EXP_DEVCAP, 4, 0x00008000);
	world->pbdev.permissive = true;
	KUNIT_EXPECT_EQ(test, conf_world_write(test, DEVCTL, 2, 0x8810), 0);
	KUNIT_EXPECT_EQ(test, world->flrs, 0);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, DEVCTL, 2), 0x0810);
}

static void the_reset_is_offered_where_it_is_allowed(struct kunit *test)
{
	struct conf_world *world = test->priv;
	unsigned int off = PCIE + PCI_EXP_DEVCAP;

	KUNIT_EXPECT_EQ(test, conf_world_read(test, off, 4), 0x00008000);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, off + 3, 1), 0);
	/* As always: not by permissive mode, nor by a quirk */
	world->pbdev.permissive = true;
	KUNIT_EXPECT_EQ(test, pb2_conf_quirk_add(&world->pbdev, off, 4, 0), 0);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, off + 2, 2), 0);
	world->pbdev.permissive = false;

	world->pbdev.guest_reset.allowed = true;
	KUNIT_EXPECT_EQ(test, conf_world_read(test, off, 4), 0x10008000);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, off + 3, 1), 0x10);
}

static void of_a_dropped_reset_the_other_bits_count(struct kunit *test)
{
	struct conf_world *world = test->priv;

	KUNIT_EXPECT_EQ(test, conf_world_write(test, DEVCTL, 2, 0x8810), 0);
	KUNIT_EXPECT_EQ(test, world->flrs, 1);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, DEVCTL, 2), 0x0810);
}

static void error_messages_and_tags_stay_with_dom0(struct kunit *test)
{
	struct conf_world *world = test->priv;

	conf_world_set(world, DEVCTL, 2, 0x210f);
	pb2_conf_reset(&world->pbdev);
	conf_world_write(test, DEVCTL, 2, 0x0000);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, DEVCTL, 2), 0x010f);
	conf_world_set(world, DEVCTL, 2, 0x2000);
	conf_world_write(test, DEVCTL, 2, 0x2f1f);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, DEVCTL, 2), 0x2810);
}

static void the_payload_size_changes_for_show(struct kunit *test)
{
	struct conf_world *world = test->priv;

	conf_world_set(world, DEVCTL, 2, 0x2020);
	pb2_conf_reset(&world->pbdev);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, DEVCTL, 2), 0x2020);
	conf_world_write(test, DEVCTL, 2, 0x2040);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, DEVCTL, 2), 0x2040);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, DEVCTL, 2), 0x2020);
}

static void read_requests_do_not_grow_beyond_the_hosts(struct kunit *test)
{
	struct conf_world *world = test->priv;

	conf_world_set(world, DEVCTL, 2, 0x2000);
	pb2_conf_reset(&world->pbdev);
	conf_world_write(test, DEVCTL, 2, 0x1000);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, DEVCTL, 2), 0x1000);
	conf_world_write(test, DEVCTL, 2, 0x5000);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, DEVCTL, 2), 0x2000);
	world->pbdev.permissive = true;
	conf_world_write(test, DEVCTL, 2, 0x5000);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, DEVCTL, 2), 0x5000);
}

static void the_error_bits_are_cleared_by_ones_only(struct kunit *test)
{
	struct conf_world *world = test->priv;

	world->rw1c[DEVSTA] = 0x0f;
	conf_world_set(world, DEVSTA, 2, 0x000f);
	conf_world_write(test, DEVSTA, 2, 0x0002);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, DEVSTA, 2), 0x000d);
	/* A write of all four bytes with zeros for the status clears no error bit. */
	conf_world_write(test, DEVCTL, 4, 0x00000810);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, DEVCTL, 4), 0x000d0810);
}

static void link_and_slot_are_read_only(struct kunit *test)
{
	struct conf_world *world = test->priv;
	unsigned int off;

	for (off = PCIE + PCI_EXP_LNKCAP; off < PCIE + 0x3c; off += 4)
		conf_world_write(test, off, 4, 0xffffffff);
	KUNIT_EXPECT_EQ(test, world->writes, 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_guests_reset_is_done_by_dom0),
	KUNIT_CASE(without_the_feature_there_is_no_reset),
	KUNIT_CASE(the_reset_is_offered_where_it_is_allowed),
	KUNIT_CASE(of_a_dropped_reset_the_other_bits_count),
	KUNIT_CASE(error_messages_and_tags_stay_with_dom0),
	KUNIT_CASE(the_payload_size_changes_for_show),
	KUNIT_CASE(read_requests_do_not_grow_beyond_the_hosts),
	KUNIT_CASE(the_error_bits_are_cleared_by_ones_only),
	KUNIT_CASE(link_and_slot_are_read_only),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_conf_cap_pcie",
	.init = init,
	.exit = conf_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
