// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the policy of advanced features
 */
#include "../support/conf_world.h"

#include "../../../drivers/xen/pciback2/conf/cap_af.c"

#define AF	0x50

static int init(struct kunit *test)
{
	struct conf_world *world = conf_world_create(test, &conf_e1000e);

	if (!world)
		return -ENOMEM;
	conf_world_set(world, PCI_CAPABILITY_LIST, 1, AF);
	conf_world_set(world, AF, 4, PCI_CAP_ID_AF | 6 << 16 | 3 << 24);
	return pb2_conf_init(&world->pbdev);
}

static void a_guests_reset_is_done_by_dom0(struct kunit *test)
{
	struct conf_world *world = test->priv;
	unsigned int permissive;

	world->pbdev.guest_reset.allowed = true;
	KUNIT_EXPECT_EQ(test, 0,
			pb2_conf_quirk_add(&world->pbdev, AF + 4, 1, 0));
	for (permissive = 0; permissive < 2; permissive++) {
		world->pbdev.permissive = permissive;
		KUNIT_EXPECT_EQ(test, conf_world_write(test, AF + 4, 1, 1), 0);
	}
	KUNIT_EXPECT_EQ(test, world->flrs, 2);
	KUNIT_EXPECT_EQ(test, world->writes, 0);
	conf_world_write(test, AF + 4, 1, 0);
	KUNIT_EXPECT_EQ(test, world->flrs, 2);
}

static void without_the_feature_there_is_no_reset(struct kunit *test)
{
	struct conf_world *world = test->priv;

	conf_world_set(world, AF + PCI_AF_CAP, 1, PCI_AF_CAP_TP);
	KUNIT_EXPECT_EQ(test, conf_world_write(test, AF + 4, 1, 1), 0);
	KUNIT_EXPECT_EQ(test, world->flrs, 0);
	KUNIT_EXPECT_EQ(test, world->writes, 0);
}

static void the_reset_is_offered_where_it_is_allowed(struct kunit *test)
{
	struct conf_world *world = test->priv;

	KUNIT_EXPECT_EQ(test, conf_world_read(test, AF + PCI_AF_CAP, 1),
			PCI_AF_CAP_TP);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, AF, 4) >> 24,
			PCI_AF_CAP_TP);
	KUNIT_EXPECT_EQ(test, conf_world_write(test, AF + 4, 1, 1), 0);
	KUNIT_EXPECT_EQ(test, world->writes, 0);
	world->pbdev.guest_reset.allowed = true;
	KUNIT_EXPECT_EQ(test, conf_world_read(test, AF + PCI_AF_CAP, 1),
			PCI_AF_CAP_TP | PCI_AF_CAP_FLR);
}

static void pending_transactions_can_be_read(struct kunit *test)
{
	struct conf_world *world = test->priv;

	conf_world_set(world, AF + PCI_AF_STATUS, 1, PCI_AF_STATUS_TP);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, AF + PCI_AF_STATUS, 1),
			PCI_AF_STATUS_TP);
	conf_world_write(test, AF + PCI_AF_STATUS, 1, 0);
	KUNIT_EXPECT_EQ(test, world->writes, 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_guests_reset_is_done_by_dom0),
	KUNIT_CASE(without_the_feature_there_is_no_reset),
	KUNIT_CASE(the_reset_is_offered_where_it_is_allowed),
	KUNIT_CASE(pending_transactions_can_be_read),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_conf_cap_af",
	.init = init,
	.exit = conf_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
