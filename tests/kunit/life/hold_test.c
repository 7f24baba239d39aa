// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of hold.c: functions whose former domain is still alive
 */
#include "../support/life_world.h"

#include "../../../drivers/xen/pciback2/life/hold.c"

static bool is_over(struct pb2_device *pbdev)
{
	bool over;

	device_lock(&pbdev->pdev->dev);
	over = pb2_hold_is_over(pbdev);
	device_unlock(&pbdev->pdev->dev);
	return over;
}

/* The function failed when it was seized, and recovers. Domain 0 is alive. */
static void what_no_domain_had_is_held_for_nobody(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_ask_xen();
	world->dev->function_reset = FAKE_RESET_LIES;
	world->dev->bus_reset = FAKE_RESET_NONE;
	life_seize_dev(test);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_FAILED);
	KUNIT_EXPECT_TRUE(test, is_over(world->pbdev));
	world->dev->function_reset = FAKE_RESET_WORKS;
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(world->pbdev), 0);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_IDLE);
}

static void it_lasts_as_long_as_the_domain(struct kunit *test)
{
	struct life_world *world = test->priv;
	unsigned int i;

	life_hold_dev(test);
	for (i = 0; i < 3; i++) {
		life_look_again(world->pbdev);
		LIFE_EXPECT_STATE(test, world->pbdev, PB2_HELD);
		KUNIT_EXPECT_TRUE(test, delayed_work_pending(&world->pbdev->hold_work));
		KUNIT_EXPECT_EQ(test, kref_read(&world->pbdev->ref), 3);
	}
	KUNIT_EXPECT_EQ(test, fake_count("pm_put"), 0);
	KUNIT_EXPECT_EQ(test, fake_count("set_power=3"), 0);
	KUNIT_EXPECT_EQ(test, world->dev->users, 1);
}

static void it_ends_when_the_domain_is_dead(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_hold_dev(test);
	life_kill(LIFE_DOMID);
	fake_forget();
	life_look_again(world->pbdev);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_IDLE);
	/*
	 * The last reset follows the death of the last domain that could reach
	 * the function.
	 */
	fake_expect_order(test, "read=vm", "reset_function", "restore",
			  "pm_put", NULL);
	KUNIT_EXPECT_TRUE(test, world->pbdev->reset.clean);
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&world->pbdev->hold_work));
	KUNIT_EXPECT_EQ(test, kref_read(&world->pbdev->ref), 2);
}

static void it_ends_when_the_domain_id_is_used_again(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_hold_dev(test);
	fake_xen_put("/local/domain/7", "vm", "/vm/seven-the-second");
	life_look_again(world->pbdev);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_IDLE);
	KUNIT_EXPECT_EQ(test, world->dev->users, 0);
}

static void a_stub_domains_hold_lasts_as_long_as_its_target(struct kunit *test)
{
	struct life_world *world = test->priv;

	fake_xen_put("/local/domain/7", "target", "8");
	life_hold_dev(test);
	life_kill(LIFE_DOMID);
	life_look_again(world->pbdev);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_HELD);
	life_kill(LIFE_OTHER_DOMID);
	life_look_again(world->pbdev);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_IDLE);
}

static void a_reset_that_kills_at_the_end_of_a_hold_is_a_failure(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_hold_dev(test);
	world->dev->function_reset = FAKE_RESET_KILLS;
	life_kill(LIFE_DOMID);
	life_look_again(world->pbdev);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_FAILED);
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&world->pbdev->hold_work));
	world->dev->absent = false;
}

static void another_domains_death_means_nothing(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_hold_dev(test);
	life_kill(LIFE_OTHER_DOMID);
	life_look_again(world->pbdev);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_HELD);
}

static void silence_of_xenstore_does_not_end_it(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_hold_dev(test);
	life_kill(LIFE_DOMID);
	fake_fail("read=vm", 1, -EIO);
	life_look_again(world->pbdev);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_HELD);
	life_look_again(world->pbdev);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_IDLE);
}

static void the_identity_is_compared_as_a_whole(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_hold_dev(test);
	KUNIT_EXPECT_FALSE(test, is_over(world->pbdev));
	fake_xen_put("/local/domain/7", "vm", "/vm/se");
	KUNIT_EXPECT_TRUE(test, is_over(world->pbdev));
}

static void a_look_leaves_an_assigned_function_alone(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_hold_dev(test);
	life_assign(test, world->pbdev, &world->other);
	life_kill(LIFE_DOMID);
	fake_forget();
	life_look_again(world->pbdev);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_ASSIGNED);
	fake_expect_calls(test, NULL);
	KUNIT_EXPECT_EQ(test, world->dev->users, 1);

	/* The HELD state of the next owner ends with that owner. */
	life_take_back(world->pbdev, &world->other);
	life_look_again(world->pbdev);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_HELD);
	life_kill(LIFE_OTHER_DOMID);
	life_look_again(world->pbdev);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_IDLE);
}

static void a_look_leaves_a_released_function_alone(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_hold_dev(test);
	life_kill(LIFE_DOMID);
	fake_forget();
	world->pbdev->released = true;
	life_look_again(world->pbdev);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_HELD);
	fake_expect_calls(test, NULL);
	world->pbdev->released = false;
}

static void stopping_gives_the_reference_back_once(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct device *dev = &world->pdev->dev;

	life_hold_dev(test);
	device_lock(dev);
	pb2_hold_start(world->pbdev);
	KUNIT_EXPECT_EQ(test, kref_read(&world->pbdev->ref), 3);
	pb2_hold_stop(world->pbdev);
	KUNIT_EXPECT_EQ(test, kref_read(&world->pbdev->ref), 2);
	pb2_hold_stop(world->pbdev);
	KUNIT_EXPECT_EQ(test, kref_read(&world->pbdev->ref), 2);
	device_unlock(dev);
}

static void a_held_function_can_be_released(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_hold_dev(test);
	life_remove(world->pdev);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_GONE);
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&world->pbdev->hold_work));
	KUNIT_EXPECT_EQ(test, kref_read(&world->pbdev->ref), 1);
}

static void a_reset_does_not_end_it(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_hold_dev(test);
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(world->pbdev), 0);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_HELD);
	KUNIT_EXPECT_EQ(test, world->dev->users, 1);
	life_look_again(world->pbdev);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_HELD);
	life_kill(LIFE_DOMID);
	life_look_again(world->pbdev);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_IDLE);
	KUNIT_EXPECT_EQ(test, world->dev->users, 0);
}

/* D3hot is as dangerous as before the function failed. */
static void a_failure_does_not_end_it(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_hold_dev(test);
	world->dev->absent = true;
	KUNIT_EXPECT_NE(test, pb2_reset_request_run(world->pbdev), 0);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_FAILED);
	life_look_again(world->pbdev);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_FAILED);

	world->dev->absent = false;
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(world->pbdev), 0);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_HELD);
	KUNIT_EXPECT_EQ(test, world->dev->users, 1);

	life_kill(LIFE_DOMID);
	life_look_again(world->pbdev);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_IDLE);
	KUNIT_EXPECT_EQ(test, world->dev->users, 0);
}

static void a_death_ends_it_at_once(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_ask_xen();
	life_hold_dev(test);
	/*
	 * Another domain dies, then the function's own, which leaves its nodes
	 * behind.
	 */
	fake_domain_free(LIFE_OTHER_DOMID);
	fake_domain_event();
	flush_workqueue(pb2_wq);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_HELD);
	KUNIT_EXPECT_EQ(test, kref_read(&world->pbdev->ref), 3);

	fake_domain_free(LIFE_DOMID);
	fake_forget();
	fake_domain_event();
	flush_workqueue(pb2_wq);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_IDLE);
	fake_expect_order(test, "domctl=7", "reset_function", "pm_put", NULL);
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&world->pbdev->hold_work));
	KUNIT_EXPECT_EQ(test, kref_read(&world->pbdev->ref), 2);
}

static void a_death_concerns_all_that_are_held(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct pb2_device *idle, *second;

	life_ask_xen();
	life_hold_dev(test);
	second = life_seize(test, fake_nic(test, PCI_DEVFN(1, 0)));
	idle = life_seize(test, fake_nic(test, PCI_DEVFN(2, 0)));
	life_assign(test, second, &world->fe);
	life_take_back(second, &world->fe);
	LIFE_EXPECT_STATE(test, second, PB2_HELD);

	fake_domain_set_flags(LIFE_DOMID, XEN_DOMINF_dying);
	fake_domain_event();
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&idle->hold_work));
	flush_workqueue(pb2_wq);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_IDLE);
	LIFE_EXPECT_STATE(test, second, PB2_IDLE);
}

/* The event was lost, or arrived before the function was HELD. */
static void a_death_without_event_ends_it_too(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_ask_xen();
	life_hold_dev(test);
	fake_domain_free(LIFE_DOMID);
	life_look_again(world->pbdev);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_IDLE);
}

static void a_domain_that_is_shut_down_still_holds(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_ask_xen();
	life_hold_dev(test);
	fake_domain_set_flags(LIFE_DOMID, XEN_DOMINF_shutdown);
	fake_domain_event();
	flush_workqueue(pb2_wq);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_HELD);
	KUNIT_EXPECT_EQ(test, world->dev->users, 1);
}

static void nodes_that_are_gone_do_not_end_it(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_ask_xen();
	life_hold_dev(test);
	life_kill(LIFE_DOMID);
	life_look_again(world->pbdev);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_HELD);
}

/* A toolstack may give a living domain another UUID, also in Xen. */
static void another_uuid_has_to_be_confirmed_by_xenstore(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_ask_xen();
	life_hold_dev(test);
	fake_domain_create(LIFE_DOMID, LIFE_OTHER_UUID);
	life_look_again(world->pbdev);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_HELD);
	fake_xen_put("/local/domain/7", "vm", "/vm/" LIFE_OTHER_UUID);
	life_look_again(world->pbdev);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_IDLE);
}

static void a_dead_domain_holds_nothing(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_ask_xen();
	life_assign_dev(test);
	fake_domain_free(LIFE_DOMID);
	life_take_back(world->pbdev, &world->fe);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_IDLE);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(what_no_domain_had_is_held_for_nobody),
	KUNIT_CASE(it_lasts_as_long_as_the_domain),
	KUNIT_CASE(it_ends_when_the_domain_is_dead),
	KUNIT_CASE(it_ends_when_the_domain_id_is_used_again),
	KUNIT_CASE(a_stub_domains_hold_lasts_as_long_as_its_target),
	KUNIT_CASE(a_reset_that_kills_at_the_end_of_a_hold_is_a_failure),
	KUNIT_CASE(another_domains_death_means_nothing),
	KUNIT_CASE(silence_of_xenstore_does_not_end_it),
	KUNIT_CASE(the_identity_is_compared_as_a_whole),
	KUNIT_CASE(a_look_leaves_an_assigned_function_alone),
	KUNIT_CASE(a_look_leaves_a_released_function_alone),
	KUNIT_CASE(stopping_gives_the_reference_back_once),
	KUNIT_CASE(a_held_function_can_be_released),
	KUNIT_CASE(a_reset_does_not_end_it),
	KUNIT_CASE(a_failure_does_not_end_it),
	KUNIT_CASE(a_death_ends_it_at_once),
	KUNIT_CASE(a_death_concerns_all_that_are_held),
	KUNIT_CASE(a_death_without_event_ends_it_too),
	KUNIT_CASE(a_domain_that_is_shut_down_still_holds),
	KUNIT_CASE(nodes_that_are_gone_do_not_end_it),
	KUNIT_CASE(another_uuid_has_to_be_confirmed_by_xenstore),
	KUNIT_CASE(a_dead_domain_holds_nothing),
	{ }
};

static struct kunit_suite suite = {
	.name = "pciback2_hold",
	.init = life_world_init,
	.exit = life_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
