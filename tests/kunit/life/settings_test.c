// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of settings.c: what is set for one assignment ends with it
 */
#include "../support/life_world.h"

/* Clearing quirks calls no fake that would record the call. */
static unsigned int quirk_clear(struct pb2_device *pbdev)
{
	fake_note("quirk_clear");
	return pb2_conf_quirk_clear(pbdev);
}

#define pb2_conf_quirk_clear	quirk_clear

#include "../../../drivers/xen/pciback2/life/settings.c"

static void clear(struct pb2_device *pbdev)
{
	device_lock(&pbdev->pdev->dev);
	pb2_settings_clear(pbdev);
	device_unlock(&pbdev->pdev->dev);
}

static void what_was_set_once_ends(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	world->pbdev->permissive = PB2_PERMISSIVE_ONCE;
	world->pbdev->allow_interrupt_control = true;
	pb2_guest_reset_allow(world->pbdev, true);
	pb2_gate_expect_detach(world->pbdev);
	KUNIT_ASSERT_TRUE(test, pb2_gate_is_detaching(world->pbdev));

	clear(world->pbdev);
	KUNIT_EXPECT_EQ(test, (int)world->pbdev->permissive,
			(int)PB2_PERMISSIVE_OFF);
	KUNIT_EXPECT_FALSE(test, world->pbdev->allow_interrupt_control);
	KUNIT_EXPECT_FALSE(test, world->pbdev->guest_reset.allowed);
	KUNIT_EXPECT_FALSE(test, pb2_gate_is_detaching(world->pbdev));
}

static void what_was_set_for_ever_stays(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	world->pbdev->permissive = PB2_PERMISSIVE_ALWAYS;
	clear(world->pbdev);
	KUNIT_EXPECT_EQ(test, (int)world->pbdev->permissive,
			(int)PB2_PERMISSIVE_ALWAYS);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(what_was_set_once_ends),
	KUNIT_CASE(what_was_set_for_ever_stays),
	{ }
};

static struct kunit_suite suite = {
	.name = "pciback2_settings",
	.init = life_world_init,
	.exit = life_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
