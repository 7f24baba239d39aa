// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the policy of vital product data
 */
#include "../support/conf_world.h"

#include "../../../drivers/xen/pciback2/conf/cap_vpd.c"

#define VPD	0x50
#define ADDR	(VPD + PCI_VPD_ADDR)

static int init(struct kunit *test)
{
	struct conf_world *world = conf_world_create(test, &conf_e1000e);

	if (!world)
		return -ENOMEM;
	conf_world_set(world, PCI_CAPABILITY_LIST, 1, VPD);
	conf_world_set(world, VPD, 2, PCI_CAP_ID_VPD);
	return pb2_conf_init(&world->pbdev);
}

static void an_address_can_be_read_from(struct kunit *test)
{
	struct conf_world *world = test->priv;

	KUNIT_EXPECT_EQ(test, conf_world_write(test, ADDR, 2, 0x1234), 0);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, ADDR, 2), 0x1234);
	KUNIT_EXPECT_EQ(test, world->write_len, 2);
	conf_world_set(world, VPD + PCI_VPD_DATA, 4, 0x87654321);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, VPD + PCI_VPD_DATA, 4),
			0x87654321);
}

static void nothing_can_be_stored(struct kunit *test)
{
	struct conf_world *world = test->priv;
	unsigned int permissive;

	for (permissive = 0; permissive < 2; permissive++) {
		world->pbdev.permissive = permissive;
		KUNIT_EXPECT_EQ(test, conf_world_write(test, ADDR, 2, 0x8004),
				XEN_PCI_ERR_access_denied);
		KUNIT_EXPECT_EQ(test, conf_world_write(test, ADDR + 1, 1, 0x80),
				XEN_PCI_ERR_access_denied);
		KUNIT_EXPECT_EQ(test, conf_world_write(test, VPD, 4,
						       0x80000000),
				XEN_PCI_ERR_access_denied);
		KUNIT_EXPECT_EQ(test, conf_world_write(test,
						       VPD + PCI_VPD_DATA, 4,
						       1), 0);
	}
	KUNIT_EXPECT_EQ(test, world->writes, 0);
}

static void half_an_address_does_not_complete_a_store(struct kunit *test)
{
	struct conf_world *world = test->priv;

	/* The device sets the flag when a read is complete. */
	conf_world_set(world, ADDR, 2, 0x8004);
	KUNIT_EXPECT_EQ(test, conf_world_write(test, ADDR, 1, 0x08),
			XEN_PCI_ERR_access_denied);
	KUNIT_EXPECT_EQ(test, world->writes, 0);
	conf_world_set(world, ADDR, 2, 0x0004);
	KUNIT_EXPECT_EQ(test, conf_world_write(test, ADDR, 1, 0x08), 0);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, ADDR, 2), 0x0008);
	KUNIT_EXPECT_EQ(test, conf_world_write(test, ADDR + 1, 1, 0x01), 0);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, ADDR, 2), 0x0108);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(an_address_can_be_read_from),
	KUNIT_CASE(nothing_can_be_stored),
	KUNIT_CASE(half_an_address_does_not_complete_a_store),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_conf_cap_vpd",
	.init = init,
	.exit = conf_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
