// SPDX-License-Identifier: GPL-2.0
/*
 * work_test.c - tests that each queued work holds one reference
 */
#include <linux/workqueue.h>

static unsigned int queue_flags;

static struct workqueue_struct *note_flags(const char *name, unsigned int flags,
					   int max_active)
{
	queue_flags = flags;
	return alloc_workqueue("%s", flags, max_active, name);
}

#undef alloc_workqueue
#define alloc_workqueue	note_flags

#include "../../../drivers/xen/pciback2/device/work.c"

#undef alloc_workqueue

#include "../support/life_world.h"

/* Longer than any test runs */
#define LATER	(600 * HZ)

static unsigned int runs;

static void count_run(struct work_struct *work)
{
	struct pb2_device *pbdev = container_of(work, struct pb2_device,
						flr_work);

	runs++;
	pb2_device_put(pbdev);
}

static void count_late_run(struct work_struct *work)
{
	struct pb2_device *pbdev = container_of(to_delayed_work(work),
						struct pb2_device, hold_work);

	runs++;
	pb2_device_put(pbdev);
}

static int init(struct kunit *test)
{
	int rc = life_world_init(test);
	struct life_world *world = test->priv;

	if (rc)
		return rc;
	runs = 0;
	life_seize_dev(test);
	INIT_WORK(&world->pbdev->flr_work, count_run);
	INIT_DELAYED_WORK(&world->pbdev->hold_work, count_late_run);
	return 0;
}

static unsigned int refs(const struct life_world *world)
{
	return kref_read(&world->pbdev->ref);
}

static void a_work_holds_a_reference_until_it_has_run(struct kunit *test)
{
	struct life_world *world = test->priv;
	unsigned int before = refs(world);

	pb2_work_queue(world->pbdev, &world->pbdev->flr_work);
	flush_work(&world->pbdev->flr_work);
	KUNIT_EXPECT_EQ(test, runs, 1);
	KUNIT_EXPECT_EQ(test, refs(world), before);
}

static void postpone_run(struct work_struct *work)
{
	struct pb2_device *pbdev = container_of(work, struct pb2_device,
						flr_work);

	if (pb2_work_postpone(pbdev, work))
		return;
	count_run(work);
}

static void run_slowly(struct work_struct *work)
{
	msleep(100);
	count_run(work);
}

void fake_dom0_sleeps(unsigned long event)
{
	work_sleep_notifier.notifier_call(&work_sleep_notifier, event, NULL);
}

/* What has begun ends before dom0 freezes xenstored, for which it may wait. */
static void before_dom0_sleeps_all_works_end(struct kunit *test)
{
	struct life_world *world = test->priv;
	unsigned int before = refs(world);

	INIT_WORK(&world->pbdev->flr_work, run_slowly);
	pb2_work_queue(world->pbdev, &world->pbdev->flr_work);
	fake_dom0_sleeps(PM_SUSPEND_PREPARE);
	KUNIT_EXPECT_EQ(test, runs, 1);
	KUNIT_EXPECT_EQ(test, refs(world), before);
	fake_dom0_sleeps(PM_POST_SUSPEND);
}

static void no_work_does_anything_while_dom0_sleeps(struct kunit *test)
{
	static const unsigned long events[][2] = {
		{ PM_SUSPEND_PREPARE, PM_POST_SUSPEND },
		{ PM_HIBERNATION_PREPARE, PM_POST_HIBERNATION },
		{ PM_RESTORE_PREPARE, PM_POST_RESTORE },
	};
	struct life_world *world = test->priv;
	struct work_struct *work = &world->pbdev->flr_work;
	unsigned int before = refs(world);
	unsigned int i;

	INIT_WORK(work, postpone_run);
	for (i = 0; i < ARRAY_SIZE(events); i++) {
		runs = 0;
		fake_dom0_sleeps(events[i][0]);
		pb2_work_queue(world->pbdev, work);
		msleep(3 * WORK_POSTPONE_MS);
		/* Queued twice it runs once, and once are its references kept. */
		pb2_work_queue(world->pbdev, work);
		msleep(3 * WORK_POSTPONE_MS);
		KUNIT_EXPECT_EQ(test, runs, 0);
		KUNIT_EXPECT_GT(test, refs(world), before);
		fake_dom0_sleeps(events[i][1]);
		msleep(3 * WORK_POSTPONE_MS);
		flush_work(work);
		KUNIT_EXPECT_EQ(test, runs, 1);
		KUNIT_EXPECT_EQ(test, refs(world), before);
	}
}

/*
 * The kernel freezes the work queue after user space, for which a work that is
 * queued meanwhile could wait.
 */
static void the_work_queue_freezes_with_dom0(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, queue_flags & WQ_FREEZABLE);
}

/* A guest's reset clears what the PCI core has saved of the function. */
static void each_work_of_a_function_waits_for_dom0(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct pb2_device *pbdev = world->pbdev;
	struct work_struct *const works[] = {
		&pbdev->flr_work, &pbdev->reclaim_work, &pbdev->announced_work,
		&pbdev->hold_work.work, &pbdev->recovery.work.work,
		&pbdev->handover.renew_work.work,
	};
	unsigned int before, i;

	pb2_reset_request_init(pbdev);
	life_assign(test, pbdev, &world->fe);
	before = refs(world);
	fake_forget();
	fake_dom0_sleeps(PM_SUSPEND_PREPARE);
	for (i = 0; i < ARRAY_SIZE(works); i++)
		pb2_work_queue(pbdev, works[i]);
	pb2_holder_check();
	msleep(3 * WORK_POSTPONE_MS);
	for (i = 0; i < ARRAY_SIZE(works); i++)
		KUNIT_EXPECT_TRUE_MSG(test, work_busy(works[i]), "work %u", i);
	fake_expect_calls(test, NULL);

	fake_dom0_sleeps(PM_POST_SUSPEND);
	for (i = 0; i < ARRAY_SIZE(works); i++)
		while (work_busy(works[i]))
			msleep(WORK_POSTPONE_MS);
	KUNIT_EXPECT_EQ(test, refs(world), before);
	flush_workqueue(pb2_wq);
}

static void a_work_that_waits_is_queued_once(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct delayed_work *late = &world->pbdev->hold_work;
	unsigned int before = refs(world);

	pb2_work_delay(world->pbdev, late, LATER);
	KUNIT_EXPECT_EQ(test, refs(world), before + 1);
	pb2_work_delay(world->pbdev, late, 0);
	KUNIT_EXPECT_EQ(test, refs(world), before + 1);
	KUNIT_EXPECT_EQ(test, runs, 0);
	KUNIT_EXPECT_TRUE(test, pb2_work_cancel(world->pbdev, late));
	KUNIT_EXPECT_EQ(test, refs(world), before);
	KUNIT_EXPECT_FALSE(test, pb2_work_cancel(world->pbdev, late));
	KUNIT_EXPECT_EQ(test, refs(world), before);
	KUNIT_EXPECT_EQ(test, runs, 0);
}

static void a_work_that_waits_gets_another_time(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct delayed_work *late = &world->pbdev->hold_work;
	unsigned int before = refs(world);

	KUNIT_EXPECT_FALSE(test, pb2_work_redelay(world->pbdev, late, LATER));
	KUNIT_EXPECT_EQ(test, refs(world), before + 1);
	KUNIT_EXPECT_TRUE(test, pb2_work_redelay(world->pbdev, late, 0));
	flush_delayed_work(late);
	KUNIT_EXPECT_EQ(test, runs, 1);
	KUNIT_EXPECT_EQ(test, refs(world), before);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_work_holds_a_reference_until_it_has_run),
	KUNIT_CASE(before_dom0_sleeps_all_works_end),
	KUNIT_CASE(no_work_does_anything_while_dom0_sleeps),
	KUNIT_CASE(the_work_queue_freezes_with_dom0),
	KUNIT_CASE(each_work_of_a_function_waits_for_dom0),
	KUNIT_CASE(a_work_that_waits_is_queued_once),
	KUNIT_CASE(a_work_that_waits_gets_another_time),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_work",
	.init = init,
	.exit = life_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
