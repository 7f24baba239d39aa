// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of reset_state.c: into the state RESETTING, and out of it
 */
#include "../../../drivers/xen/pciback2/life/reset_state.c"
#include "../support/life_world.h"

static int enter(struct life_world *world, bool only_assigned)
{
	int rc;

	device_lock(&world->pdev->dev);
	rc = pb2_reset_state_enter(world->pbdev, only_assigned);
	device_unlock(&world->pdev->dev);
	return rc;
}

static void leave(struct life_world *world)
{
	device_lock(&world->pdev->dev);
	pb2_reset_state_leave(world->pbdev);
	device_unlock(&world->pdev->dev);
}

static void no_reset_begins_where_the_table_forbids_it(struct kunit *test)
{
	struct life_world *world = test->priv;
	unsigned int state;

	life_seize_dev(test);
	for (state = 0; state < PB2_NR_STATES; state++) {
		if (pb2_state_is_legal(state, PB2_RESETTING))
			continue;
		world->pbdev->state = state;
		KUNIT_EXPECT_EQ(test, enter(world, false), -EBUSY);
		KUNIT_EXPECT_EQ(test, world->pbdev->state, state);
	}
	world->pbdev->state = PB2_IDLE;
	KUNIT_EXPECT_EQ(test, enter(world, true), -EBUSY);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_IDLE);
}

static void a_reset_returns_to_where_it_began(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	KUNIT_EXPECT_EQ(test, enter(world, false), 0);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_RESETTING);
	leave(world);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_IDLE);

	life_assign(test, world->pbdev, &world->fe);
	KUNIT_EXPECT_EQ(test, enter(world, true), 0);
	leave(world);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_ASSIGNED);
}

static void a_fault_ends_an_idle_functions_reset_as_failed(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	KUNIT_EXPECT_EQ(test, enter(world, false), 0);
	strscpy(world->pbdev->fault, "does not answer",
		sizeof(world->pbdev->fault));
	leave(world);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_FAILED);

	/* The function stays FAILED as long as it has a fault. */
	device_lock(&world->pdev->dev);
	pb2_reset_state_recover(world->pbdev);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_FAILED);
	world->pbdev->fault[0] = '\0';
	pb2_reset_state_recover(world->pbdev);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_IDLE);
	device_unlock(&world->pdev->dev);
}

static void a_domain_that_leaves_meanwhile_has_the_function_reclaimed(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_assign_dev(test);
	KUNIT_EXPECT_EQ(test, enter(world, true), 0);
	pb2_frontend_remove(&world->fe, &world->pbdev->sbdf);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_RESETTING);
	leave(world);
	life_settle(world->pbdev);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_HELD);
}

static void a_function_that_goes_away_leaves_the_state(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	KUNIT_EXPECT_EQ(test, enter(world, false), 0);
	device_lock(&world->pdev->dev);
	pb2_reset_state_abort(world->pbdev);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_IDLE);
	pb2_reset_state_abort(world->pbdev);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_IDLE);
	device_unlock(&world->pdev->dev);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(no_reset_begins_where_the_table_forbids_it),
	KUNIT_CASE(a_reset_returns_to_where_it_began),
	KUNIT_CASE(a_fault_ends_an_idle_functions_reset_as_failed),
	KUNIT_CASE(a_domain_that_leaves_meanwhile_has_the_function_reclaimed),
	KUNIT_CASE(a_function_that_goes_away_leaves_the_state),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_reset_state",
	.init = life_world_init,
	.exit = life_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
