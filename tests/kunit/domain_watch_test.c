// SPDX-License-Identifier: GPL-2.0
/*
 * domain_watch_test.c - the parts that wait for a domain's death learn of it
 */
#include "../../drivers/xen/pciback2/domain_watch.c"
#include "support/life_world.h"

static void a_death_is_told_without_a_question(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_ask_xen();
	life_assign_dev(test);
	life_take_back(world->pbdev, &world->fe);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_HELD);
	fake_domain_set_flags(LIFE_DOMID, XEN_DOMINF_dying);

	/*
	 * The work that checks the domain waits for this lock, and the work that
	 * looks through the record of holders waits for the former.
	 */
	workqueue_set_max_active(pb2_wq, 1);
	device_lock(&world->pdev->dev);
	fake_forget();
	fake_domain_event();
	/* xenwatch's thread calls neither Xen nor xenstore. */
	fake_expect_calls(test, NULL);
	device_unlock(&world->pdev->dev);
	flush_workqueue(pb2_wq);
	workqueue_set_max_active(pb2_wq, 0);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_IDLE);
}

static void who_has_stopped_watching_is_told_nothing(struct kunit *test)
{
	life_ask_xen();
	KUNIT_EXPECT_NOT_NULL(test, fake_xen.on_release);
	pb2_domain_watch_exit();
	KUNIT_EXPECT_NULL(test, fake_xen.on_release);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_death_is_told_without_a_question),
	KUNIT_CASE(who_has_stopped_watching_is_told_nothing),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_domain_watch",
	.init = life_world_init,
	.exit = life_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
