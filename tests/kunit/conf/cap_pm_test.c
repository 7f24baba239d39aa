// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the policy of power management
 */
#include "../support/conf_world.h"

#include "../../../drivers/xen/pciback2/conf/cap_pm.c"

#define PM	0xc8
#define CTRL	(PM + PCI_PM_CTRL)

static int init(struct kunit *test)
{
	return conf_world_start(test, &conf_e1000e);
}

/* A memory request to a function in D3hot can take the host down (XSA-120). */
static void the_guests_power_state_is_for_show(struct kunit *test)
{
	struct conf_world *world = test->priv;
	int state;

	for (state = 3; state >= 0; state--) {
		KUNIT_EXPECT_EQ(test, conf_world_write(test, CTRL, 2, state),
				0);
		KUNIT_EXPECT_EQ(test, conf_world_read(test, CTRL, 2) & 3,
				state);
		KUNIT_EXPECT_EQ(test, conf_world_write(test, CTRL, 1, 3), 0);
		KUNIT_EXPECT_EQ(test, conf_world_read(test, CTRL, 1) & 3, 3);
		KUNIT_EXPECT_EQ(test, conf_world_get(world, CTRL, 2), 0);
	}
	/* Data select is in the other byte, the only one that is written. */
	KUNIT_EXPECT_EQ(test, world->write_off, CTRL + 1);
	KUNIT_EXPECT_EQ(test, world->write_len, 1);
}

static void neither_permissive_nor_a_quirk_opens_the_power_state(struct kunit *test)
{
	struct conf_world *world = test->priv;

	world->pbdev.permissive = true;
	KUNIT_EXPECT_EQ(test, pb2_conf_quirk_add(&world->pbdev, CTRL, 2, 0), 0);
	KUNIT_EXPECT_EQ(test, conf_world_write(test, PM, 4, U32_MAX), 0);
	KUNIT_EXPECT_EQ(test, conf_world_write(test, CTRL, 4, U32_MAX), 0);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, CTRL, 2) & 3, 0);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, CTRL, 2) & 3, 3);
}

/* Linux takes D3hot for a reset where the bit reads 0. */
static void d3hot_does_not_look_like_a_reset(struct kunit *test)
{
	struct conf_world *world = test->priv;

	KUNIT_EXPECT_EQ(test, conf_world_get(world, CTRL, 2), 0);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, CTRL, 2),
			PCI_PM_CTRL_NO_SOFT_RESET);
	conf_world_write(test, CTRL, 2, 0);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, CTRL, 2),
			PCI_PM_CTRL_NO_SOFT_RESET);
}

static void a_new_assignment_begins_in_d0(struct kunit *test)
{
	struct conf_world *world = test->priv;

	conf_world_write(test, CTRL, 2, 3);
	pb2_conf_reset(&world->pbdev);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, CTRL, 2) & 3, 0);
}

static void data_select_is_the_hardwares(struct kunit *test)
{
	struct conf_world *world = test->priv;

	conf_world_write(test, CTRL, 2, 3);
	KUNIT_EXPECT_EQ(test, conf_world_write(test, CTRL + 1, 1, 0x1e), 0);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, CTRL, 2), 0x1e00);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, CTRL, 2), 0x1e0b);
}

static void wake_up_events_are_not_offered_and_not_enabled(struct kunit *test)
{
	struct conf_world *world = test->priv;

	conf_world_set(world, PM + PCI_PM_PMC, 2, 0xffff);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, PM + PCI_PM_PMC, 2),
			0x07ff);
	world->pbdev.permissive = true;
	KUNIT_EXPECT_EQ(test, conf_world_write(test, CTRL, 2, 0x0100), 0);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, CTRL, 2), 0);
}

static void pme_status_is_cleared_by_a_one_only(struct kunit *test)
{
	struct conf_world *world = test->priv;

	world->rw1c[CTRL + 1] = 0x80;
	conf_world_set(world, CTRL, 2, 0x8000);
	conf_world_write(test, CTRL, 2, 0x0200);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, CTRL, 2), 0x8200);
	conf_world_write(test, CTRL, 2, 0x8200);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, CTRL, 2), 0x0200);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(the_guests_power_state_is_for_show),
	KUNIT_CASE(neither_permissive_nor_a_quirk_opens_the_power_state),
	KUNIT_CASE(d3hot_does_not_look_like_a_reset),
	KUNIT_CASE(a_new_assignment_begins_in_d0),
	KUNIT_CASE(data_select_is_the_hardwares),
	KUNIT_CASE(wake_up_events_are_not_offered_and_not_enabled),
	KUNIT_CASE(pme_status_is_cleared_by_a_one_only),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_conf_cap_pm",
	.init = init,
	.exit = conf_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
