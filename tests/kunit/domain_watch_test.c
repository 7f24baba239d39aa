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

static const char *backend_list(struct kunit *test, const char *node,
				const char *val)
{
	struct life_world *world = test->priv;
	char *path = kunit_kzalloc(test, 64, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, path);
	snprintf(path, 64, "%s/%s", LIFE_BACK, node);
	fake_xen_put(LIFE_BACK, node, val);
	fake_xen.on_backend(path);
	flush_workqueue(pb2_wq);
	return delayed_work_pending(&world->pbdev->suspend_work) ?
	       "announced" : "not announced";
}

/* The toolstack writes other nodes, and the guest none of these. */
static void only_a_function_that_is_listed_is_announced(struct kunit *test)
{
	static const struct {
		const char *node;
		const char *val;
	} others[] = {
		{ "num_devs", "1" }, { "vdev-0", "0000:03:00.0" },
		{ "dev-0", "" }, { "dev-0", "0000:03:00" },
		{ "dev-0", "0000:03:1f.7" }, { "state", "0000:03:00.0" },
	};
	unsigned int i;

	life_ask_xen();
	life_seize_dev(test);
	for (i = 0; i < ARRAY_SIZE(others); i++)
		KUNIT_EXPECT_STREQ_MSG(test,
				       backend_list(test, others[i].node,
						    others[i].val),
				       "not announced", "%s = %s",
				       others[i].node, others[i].val);
	fake_xen.on_backend("dev-0");
	KUNIT_EXPECT_STREQ(test, backend_list(test, "dev-7", "0000:03:00.0"),
			   "announced");
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
	KUNIT_CASE(only_a_function_that_is_listed_is_announced),
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
