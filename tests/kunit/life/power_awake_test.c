// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of power.c: what keeps a function awake that no domain has
 */
#include "../support/life_world.h"

static void block_suspend(struct pb2_device *pbdev)
{
	device_lock(&pbdev->pdev->dev);
	pb2_power_block_suspend(pbdev);
	device_unlock(&pbdev->pdev->dev);
}

static void blocked_suspend_keeps_awake_for_two_minutes(struct kunit *test)
{
	struct life_world *world = test->priv;
	unsigned long before = jiffies, expires;

	life_seize_dev(test);
	block_suspend(world->pbdev);
	expires = world->pbdev->suspend_work.timer.expires;
	KUNIT_EXPECT_TRUE(test, time_after_eq(expires, before + 120 * HZ));
	KUNIT_EXPECT_TRUE(test, time_before(expires, jiffies + 121 * HZ));
	KUNIT_EXPECT_EQ(test, world->dev->users, 1);
	KUNIT_EXPECT_EQ(test, kref_read(&world->pbdev->ref), 3);

	flush_delayed_work(&world->pbdev->suspend_work);
	KUNIT_EXPECT_EQ(test, world->dev->users, 0);
	KUNIT_EXPECT_EQ(test, kref_read(&world->pbdev->ref), 2);
}

static void blocking_again_takes_no_second_reference(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	block_suspend(world->pbdev);
	block_suspend(world->pbdev);
	block_suspend(world->pbdev);
	KUNIT_EXPECT_EQ(test, world->dev->users, 1);
	KUNIT_EXPECT_EQ(test, kref_read(&world->pbdev->ref), 3);

	flush_delayed_work(&world->pbdev->suspend_work);
	block_suspend(world->pbdev);
	KUNIT_EXPECT_EQ(test, world->dev->users, 1);
	KUNIT_EXPECT_EQ(test, kref_read(&world->pbdev->ref), 3);
}

static void release_unblocks_suspend_and_leaves_d0(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	block_suspend(world->pbdev);
	life_remove(world->pdev);
	KUNIT_EXPECT_EQ(test, world->dev->users, 0);
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&world->pbdev->suspend_work));
	KUNIT_EXPECT_EQ(test, kref_read(&world->pbdev->ref), 1);
	KUNIT_EXPECT_TRUE(test, world->pdev->current_state == PCI_D0);
}

static void an_assignment_unblocks_suspend(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	block_suspend(world->pbdev);
	life_assign(test, world->pbdev, &world->fe);
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&world->pbdev->suspend_work));
	/* Only the assignment's reference is left. */
	KUNIT_EXPECT_EQ(test, world->dev->users, 1);

	/* Unblocking has no effect if suspend is no longer blocked. */
	device_lock(&world->pdev->dev);
	pb2_power_unblock_suspend(world->pbdev);
	device_unlock(&world->pdev->dev);
	KUNIT_EXPECT_EQ(test, world->dev->users, 1);
}

static void settings_end_when_nobody_took_the_function(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct pb2_device *pbdev;

	life_seize_dev(test);
	pbdev = world->pbdev;
	pbdev->permissive = true;
	pbdev->allow_interrupt_control = true;
	pb2_guest_reset_allow(pbdev, true);
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(pbdev), 0);
	KUNIT_EXPECT_TRUE(test, pbdev->permissive);
	flush_delayed_work(&pbdev->suspend_work);
	KUNIT_EXPECT_FALSE(test, pbdev->permissive);
	KUNIT_EXPECT_FALSE(test, pbdev->allow_interrupt_control);
	KUNIT_EXPECT_FALSE(test, pbdev->guest_reset.allowed);

	/* Whoever takes it in time has them. */
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(pbdev), 0);
	pbdev->permissive = true;
	life_assign(test, pbdev, &world->fe);
	KUNIT_EXPECT_TRUE(test, pbdev->permissive);
}

static int try_suspend(struct life_world *world)
{
	return pb2_power_ops.runtime_suspend(&world->pdev->dev);
}

/* As the toolstack of XCP-ng does it: the function stays IDLE for pciback2. */
static void what_xen_gave_to_a_domain_stays_in_d0(struct kunit *test)
{
	struct life_world *world = test->priv;
	unsigned long before = jiffies, expires;

	life_ask_xen();
	life_seize_dev(test);
	fake_domain_give(LIFE_DOMID, &world->pbdev->sbdf);
	KUNIT_EXPECT_EQ(test, try_suspend(world), -EBUSY);
	fake_expect_calls(test, "test_assign=300", "pm_hold", NULL);
	KUNIT_EXPECT_TRUE(test, world->pdev->current_state == PCI_D0);

	/* Each question costs a line in Xen's log. */
	expires = world->pbdev->suspend_work.timer.expires;
	KUNIT_EXPECT_TRUE(test, time_after_eq(expires, before + 60 * HZ));
	KUNIT_EXPECT_EQ(test, world->dev->users, 1);

	fake_domain_give(LIFE_DOMID, NULL);
	/* No assignment was announced, so none is too late. */
	world->pbdev->permissive = true;
	flush_delayed_work(&world->pbdev->suspend_work);
	KUNIT_EXPECT_TRUE(test, world->pbdev->permissive);
	KUNIT_EXPECT_EQ(test, world->dev->users, 0);
	KUNIT_EXPECT_EQ(test, try_suspend(world), 0);
	KUNIT_EXPECT_TRUE(test, world->pdev->current_state == PCI_D3hot);
}

static void a_block_is_not_shortened_by_a_refused_suspend(struct kunit *test)
{
	struct life_world *world = test->priv;
	unsigned long before = jiffies;

	life_ask_xen();
	life_seize_dev(test);
	fake_domain_give(LIFE_DOMID, &world->pbdev->sbdf);
	block_suspend(world->pbdev);
	KUNIT_EXPECT_EQ(test, try_suspend(world), -EBUSY);
	KUNIT_EXPECT_EQ(test, world->dev->users, 1);
	KUNIT_EXPECT_TRUE(test,
			  time_after_eq(world->pbdev->suspend_work.timer.expires,
					before + 120 * HZ));
}

/* Whatever leads to this suspend, the record has the last word. */
static void what_a_former_owner_holds_stays_in_d0(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_assign_dev(test);
	life_take_back(world->pbdev, &world->fe);
	KUNIT_EXPECT_EQ(test, try_suspend(world), -EBUSY);
	KUNIT_EXPECT_EQ(test, fake_count("test_assign"), 0);
	KUNIT_EXPECT_EQ(test, fake_count("set_power=3"), 0);
}

static void nothing_sleeps_while_it_is_seized(struct kunit *test)
{
	struct life_world *world = test->priv;

	KUNIT_EXPECT_EQ(test, try_suspend(world), -EBUSY);
	KUNIT_EXPECT_EQ(test, fake_count("set_power"), 0);
}

/* No more than "dev-N" is written before Xen gives the function away. */
static void a_function_that_is_listed_wakes_up(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_ask_xen();
	life_seize_dev(test);
	fake_pci_pass_time();
	KUNIT_ASSERT_TRUE(test, world->pdev->current_state == PCI_D3hot);
	fake_xen.on_backend("/local/domain/0/backend/pci");
	fake_xen_put(LIFE_BACK, "dev-0", "0000:03:01.0");
	fake_xen.on_backend(LIFE_BACK "/dev-0");
	flush_workqueue(pb2_wq);
	KUNIT_EXPECT_EQ(test, world->dev->users, 0);

	fake_xen_put(LIFE_BACK, "dev-1", "0000:03:00.0");
	fake_xen.on_backend(LIFE_BACK "/dev-1");
	flush_workqueue(pb2_wq);
	KUNIT_EXPECT_TRUE(test, world->pdev->current_state == PCI_D0);
	KUNIT_EXPECT_EQ(test, world->dev->users, 1);
	KUNIT_EXPECT_TRUE(test, delayed_work_pending(&world->pbdev->suspend_work));

	/* A node that is removed is no announcement. */
	flush_delayed_work(&world->pbdev->suspend_work);
	pb2_xen_rm(LIFE_BACK, "dev-1");
	fake_xen.on_backend(LIFE_BACK "/dev-1");
	flush_workqueue(pb2_wq);
	KUNIT_EXPECT_EQ(test, world->dev->users, 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(blocked_suspend_keeps_awake_for_two_minutes),
	KUNIT_CASE(blocking_again_takes_no_second_reference),
	KUNIT_CASE(release_unblocks_suspend_and_leaves_d0),
	KUNIT_CASE(an_assignment_unblocks_suspend),
	KUNIT_CASE(settings_end_when_nobody_took_the_function),
	KUNIT_CASE(what_xen_gave_to_a_domain_stays_in_d0),
	KUNIT_CASE(a_block_is_not_shortened_by_a_refused_suspend),
	KUNIT_CASE(what_a_former_owner_holds_stays_in_d0),
	KUNIT_CASE(nothing_sleeps_while_it_is_seized),
	KUNIT_CASE(a_function_that_is_listed_wakes_up),
	{ }
};

static struct kunit_suite suite = {
	.name = "pciback2_power_awake",
	.init = life_world_init,
	.exit = life_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
