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

static void a_state_is_reached_through_the_pci_core(struct kunit *test)
{
	struct conf_world *world = test->priv;
	int state;

	for (state = 3; state >= 0; state--) {
		KUNIT_EXPECT_EQ(test, conf_world_write(test, CTRL, 2, state),
				0);
		KUNIT_EXPECT_EQ(test, world->power, state);
	}
	KUNIT_EXPECT_EQ(test, world->powers, 4);
	conf_world_write(test, CTRL, 1, 3);
	KUNIT_EXPECT_EQ(test, world->powers, 5);
	/* The fake PCI core does not write the register, and pciback2 must not. */
	KUNIT_EXPECT_EQ(test, conf_world_get(world, CTRL, 2), 0);
	/* The guest reads the state from the hardware. */
	conf_world_set(world, CTRL, 2, 2);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, CTRL, 2), 2);
}

static void the_upper_half_of_control_moves_no_state(struct kunit *test)
{
	struct conf_world *world = test->priv;

	conf_world_set(world, CTRL, 2, 3);
	KUNIT_EXPECT_EQ(test, conf_world_write(test, CTRL + 1, 1, 0x1e), 0);
	KUNIT_EXPECT_EQ(test, world->powers, 0);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, CTRL, 2), 0x1e03);
}

static void a_state_that_is_not_reached_is_an_error(struct kunit *test)
{
	struct conf_world *world = test->priv;

	world->power_rc = -EIO;
	KUNIT_EXPECT_EQ(test, conf_world_write(test, CTRL, 2, 0x1e03),
			XEN_PCI_ERR_access_denied);
	KUNIT_EXPECT_EQ(test, world->writes, 0);
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
	KUNIT_CASE(a_state_is_reached_through_the_pci_core),
	KUNIT_CASE(the_upper_half_of_control_moves_no_state),
	KUNIT_CASE(a_state_that_is_not_reached_is_an_error),
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
