// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of hold.c: who counts as a holder, and what a reset proves meanwhile
 */
#include "../support/life_world.h"

/* Domain 7 detached the function, and lives longer than the next owner. */
static void a_former_owner_outlives_the_next(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_hold_dev(test);
	life_assign(test, world->pbdev, &world->other);
	life_take_back(world->pbdev, &world->other);
	life_kill(LIFE_OTHER_DOMID);
	life_look_again(world->pbdev);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_HELD);
	KUNIT_EXPECT_EQ(test, world->dev->users, 1);
	life_kill(LIFE_DOMID);
	life_look_again(world->pbdev);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_IDLE);
	KUNIT_EXPECT_EQ(test, world->dev->users, 0);
}

/* The administrator takes the function away, and seizes it again. */
static void it_survives_unbind_and_bind(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct pb2_device *again;

	life_assign_dev(test);
	life_remove(world->pdev);
	again = life_seize(test, world->dev);
	LIFE_EXPECT_STATE(test, again, PB2_HELD);
	KUNIT_EXPECT_FALSE(test, again->reset.clean);
	KUNIT_EXPECT_EQ(test, world->dev->users, 1);
	life_kill(LIFE_DOMID);
	life_look_again(again);
	LIFE_EXPECT_STATE(test, again, PB2_IDLE);
	KUNIT_EXPECT_EQ(test, world->dev->users, 0);
}

/* A function that fails when it is seized stays awake just as well. */
static void a_failed_function_is_not_forgotten_either(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct pb2_device *again;

	life_assign_dev(test);
	life_remove(world->pdev);
	world->dev->function_reset = FAKE_RESET_LIES;
	world->dev->bus_reset = FAKE_RESET_NONE;
	again = life_seize(test, world->dev);
	LIFE_EXPECT_STATE(test, again, PB2_FAILED);
	KUNIT_EXPECT_EQ(test, world->dev->users, 1);
	world->dev->function_reset = FAKE_RESET_WORKS;
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(again), 0);
	LIFE_EXPECT_STATE(test, again, PB2_HELD);
}

static void the_module_stays_while_an_owner_or_former_owner_lives(struct kunit *test)
{
	struct life_world *world = test->priv;
	int refs = module_refcount(THIS_MODULE);

	life_assign_dev(test);
	KUNIT_EXPECT_EQ(test, module_refcount(THIS_MODULE), refs + 1);
	life_take_back(world->pbdev, &world->fe);
	KUNIT_EXPECT_EQ(test, module_refcount(THIS_MODULE), refs + 1);
	life_assign(test, world->pbdev, &world->fe);
	KUNIT_EXPECT_EQ(test, module_refcount(THIS_MODULE), refs + 1);

	life_remove(world->pdev);
	KUNIT_EXPECT_EQ(test, module_refcount(THIS_MODULE), refs + 1);
	life_kill(LIFE_DOMID);
	pb2_holder_check();
	flush_workqueue(pb2_wq);
	KUNIT_EXPECT_EQ(test, module_refcount(THIS_MODULE), refs);
}

static void die(struct life_world *world)
{
	life_kill(LIFE_DOMID);
}

/* Between the reset and the end of the reclaim it could write to the function. */
static void a_domain_that_dies_during_the_reset_lived_too_long(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_assign_dev(test);
	fake_forget();
	life_during_reset = die;
	life_take_back(world->pbdev, &world->fe);
	life_look_again(world->pbdev);
	KUNIT_EXPECT_EQ(test, fake_count("reset_function"), 2);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_IDLE);
	KUNIT_EXPECT_TRUE(test, world->pbdev->reset.clean);
}

/* The last reset is refused for a sibling's sake: the first one was too early. */
static void what_a_holder_may_have_written_is_not_clean(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct fake_pci *dev = fake_nic(test, PCI_DEVFN(0, 1));
	struct pb2_device *sibling = life_seize(test, dev);

	life_seize_dev(test);
	world->dev->function_reset = FAKE_RESET_NONE;
	world->dev->bus_reset = FAKE_RESET_WORKS;
	dev->bus_reset = FAKE_RESET_WORKS;
	life_assign(test, world->pbdev, &world->fe);
	life_take_back(world->pbdev, &world->fe);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_HELD);
	KUNIT_EXPECT_EQ(test, world->pbdev->reset.verdict, PB2_RESET_PROVEN);
	KUNIT_EXPECT_FALSE(test, world->pbdev->reset.clean);

	life_assign(test, sibling, &world->other);
	life_kill(LIFE_DOMID);
	life_look_again(world->pbdev);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_IDLE);
	KUNIT_EXPECT_EQ(test, world->pbdev->reset.verdict, PB2_RESET_FAILED);
	KUNIT_EXPECT_FALSE(test, world->pbdev->reset.clean);
}

/* A reset of the bus would hit it under that domain. The bus is reset later. */
static void a_siblings_reset_waits_for_the_holder(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct fake_pci *dev = fake_nic(test, PCI_DEVFN(0, 1));
	struct pb2_device *sibling = life_seize(test, dev);

	life_hold_dev(test);
	dev->function_reset = FAKE_RESET_NONE;
	dev->bus_reset = FAKE_RESET_WORKS;
	world->dev->bus_reset = FAKE_RESET_WORKS;
	sibling->reset.clean = false;
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(sibling), -EBUSY);
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 0);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_HELD);

	life_kill(LIFE_DOMID);
	life_look_again(world->pbdev);
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 1);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_IDLE);
	KUNIT_EXPECT_STREQ(test, sibling->reset.method, "bus");
	KUNIT_EXPECT_EQ(test, sibling->reset.verdict, PB2_RESET_PROVEN);
	KUNIT_EXPECT_EQ(test, world->dev->users, 0);
}

/* The toolstack let it map the BARs before it learned of the refusal. */
static void a_domain_that_was_refused_is_a_holder(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct pb2_sbdf vsbdf;

	life_seize_dev(test);
	fake_fail("register_owner", 1, -EBUSY);
	KUNIT_EXPECT_EQ(test, pb2_frontend_add(&world->fe, &world->pbdev->sbdf, &vsbdf),
			-EBUSY);
	life_look_again(world->pbdev);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_HELD);
	KUNIT_EXPECT_EQ(test, world->dev->users, 1);

	life_kill(LIFE_DOMID);
	fake_forget();
	life_look_again(world->pbdev);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_IDLE);
	KUNIT_EXPECT_EQ(test, fake_count("reset_function"), 1);
	KUNIT_EXPECT_EQ(test, world->dev->users, 0);
}

/* The toolstack has given the function to the next domain already. */
static void the_next_domain_waits_for_the_reset_after_a_death(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct pb2_sbdf vsbdf;

	life_hold_dev(test);
	life_kill(LIFE_DOMID);
	KUNIT_EXPECT_EQ(test, pb2_frontend_add(&world->other, &world->pbdev->sbdf,
					       &vsbdf), 0);
	KUNIT_EXPECT_EQ(test, fake_count("reset_function"), 1);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_ASSIGNED);
	KUNIT_EXPECT_EQ(test, world->pbdev->domid, LIFE_OTHER_DOMID);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_former_owner_outlives_the_next),
	KUNIT_CASE(it_survives_unbind_and_bind),
	KUNIT_CASE(a_failed_function_is_not_forgotten_either),
	KUNIT_CASE(the_module_stays_while_an_owner_or_former_owner_lives),
	KUNIT_CASE(a_domain_that_dies_during_the_reset_lived_too_long),
	KUNIT_CASE(what_a_holder_may_have_written_is_not_clean),
	KUNIT_CASE(a_siblings_reset_waits_for_the_holder),
	KUNIT_CASE(a_domain_that_was_refused_is_a_holder),
	KUNIT_CASE(the_next_domain_waits_for_the_reset_after_a_death),
	{ }
};

static struct kunit_suite suite = {
	.name = "pciback2_hold_holders",
	.init = life_world_init,
	.exit = life_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
