// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of frontends whose domain died and left its xenstore nodes
 */
#include "../support/store.h"

#define DOM0	"00000000-0000-0000-0000-000000000000"
#define FIVE	"5e1f0000-0000-4000-8000-000000000005"

static int init(struct kunit *test)
{
	int rc = store_init(test);

	fake_xen.domctl = FAKE_XEN_DOMCTL;
	fake_domain_create(0, DOM0);
	fake_domain_create(GUEST_DOMID, FIVE);
	pb2_domain_init(0);
	pb2_domain_watch_init();
	return rc;
}

static void finish(struct kunit *test)
{
	pb2_domain_watch_exit();
	pb2_domain_exit();
	store_exit(test);
}

/* Xen reports the death, but nobody writes to xenstore. */
static void die(struct kunit *test)
{
	fake_domain_set_flags(GUEST_DOMID, XEN_DOMINF_dying);
	fake_domain_event();
	guest_settle();
	/* The driver may have written to the directory. */
	store_run_watch(test);
}

static void expect_all_back(struct kunit *test, struct store_two two)
{
	KUNIT_EXPECT_EQ(test, fake_xen.mapped, 0);
	KUNIT_EXPECT_EQ(test, fake_xen.bound, 0);
	KUNIT_EXPECT_EQ(test, fake_xen.owners, 0);
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_IDLE);
	KUNIT_EXPECT_EQ(test, two.b->state, PB2_IDLE);
}

static void its_functions_come_back(struct kunit *test)
{
	struct store_two two = store_connect(test);

	die(test);
	expect_all_back(test, two);
	store_expect_state(test, XenbusStateClosed);
	/* The toolstack wants the device online, so it stays with its nodes. */
	KUNIT_EXPECT_EQ(test, fake_count("unregister"), 0);
	KUNIT_EXPECT_NOT_NULL(test, store_fe(test));

	/* Further deaths change nothing. */
	fake_forget();
	fake_domain_event();
	guest_settle();
	store_expect_state(test, XenbusStateClosed);
	KUNIT_EXPECT_EQ(test, fake_count("unregister"), 0);
	KUNIT_EXPECT_EQ(test, fake_count("register_owner"), 0);
	KUNIT_EXPECT_EQ(test, fake_count("unmap_ring"), 0);
}

static void its_nodes_go_later(struct kunit *test)
{
	store_connect(test);
	die(test);
	pb2_xen_rm(GUEST_FRONT, "state");
	store_tell(test, XenbusStateUnknown);
	guest_settle();
	store_run_watch(test);
	KUNIT_EXPECT_EQ(test, fake_count("unregister"), 1);
	KUNIT_EXPECT_NULL(test, store_fe(test));
}

static void a_toolstack_that_comes_later_is_answered(struct kunit *test)
{
	store_connect(test);
	die(test);
	store_put("online", "0");
	store_toolstack_sets(test, XenbusStateClosing);
	store_expect_state(test, XenbusStateClosed);
	KUNIT_EXPECT_EQ(test, fake_count("unregister"), 1);
}

/* The toolstack was killed in the middle of xl destroy. */
static void offline_it_is_unregistered(struct kunit *test)
{
	struct store_two two = store_connect(test);

	store_put("online", "0");
	store_toolstack_sets(test, XenbusStateClosing);
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_ASSIGNED);
	die(test);
	expect_all_back(test, two);
	KUNIT_EXPECT_EQ(test, fake_count("unregister"), 1);
	KUNIT_EXPECT_NULL(test, store_fe(test));
}

static void it_does_not_matter_what_it_wrote_last(struct kunit *test)
{
	struct store_two two = store_seize_two(test);
	int state;

	for (state = 0; state <= XenbusStateReconfigured; state++) {
		fake_domain_set_flags(GUEST_DOMID, 0);
		store_probe(test);
		store_list_two();
		store_run_watch(test);
		KUNIT_EXPECT_EQ(test, two.a->state, PB2_ASSIGNED);
		store_put_state(GUEST_FRONT, state);
		die(test);
		expect_all_back(test, two);
		store_expect_state(test, XenbusStateClosed);
		if (store_fe(test))
			store_remove(test);
	}
}

static void one_that_never_came_is_no_exception(struct kunit *test)
{
	store_probe(test);
	die(test);
	store_expect_state(test, XenbusStateClosed);
	/* It gets no functions any more. */
	store_list_two();
	store_run_watch(test);
	store_expect_state(test, XenbusStateClosed);
	KUNIT_EXPECT_EQ(test, fake_count("register_owner"), 0);
}

static void it_may_die_before_it_is_probed(struct kunit *test)
{
	fake_domain_free(GUEST_DOMID);
	store_probe(test);
	store_run_watch(test);
	store_expect_state(test, XenbusStateClosed);
}

static void the_living_are_left_alone(struct kunit *test)
{
	struct store_two two = store_connect(test);

	fake_domain_set_flags(GUEST_DOMID, XEN_DOMINF_shutdown);
	fake_domain_event();
	guest_settle();
	store_run_watch(test);
	store_expect_state(test, XenbusStateConnected);
	KUNIT_EXPECT_EQ(test, fake_xen.mapped, 1);
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_ASSIGNED);
}

static void not_knowing_is_no_death(struct kunit *test)
{
	struct store_two two = store_connect(test);

	fake_domain_free(GUEST_DOMID);
	/* Several parts ask, and Xen answers none of them. */
	fake_xen.silent = true;
	fake_domain_event();
	guest_settle();
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_ASSIGNED);
	store_expect_state(test, XenbusStateConnected);
}

static void one_that_has_left_is_not_told(struct kunit *test)
{
	store_connect(test);
	fake_domain_free(GUEST_DOMID);
	store_remove(test);
	guest_settle();
	fake_forget();
	fake_domain_event();
	guest_settle();
	fake_expect_calls(test, NULL);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(its_functions_come_back),
	KUNIT_CASE(its_nodes_go_later),
	KUNIT_CASE(a_toolstack_that_comes_later_is_answered),
	KUNIT_CASE(offline_it_is_unregistered),
	KUNIT_CASE(it_does_not_matter_what_it_wrote_last),
	KUNIT_CASE(one_that_never_came_is_no_exception),
	KUNIT_CASE(it_may_die_before_it_is_probed),
	KUNIT_CASE(the_living_are_left_alone),
	KUNIT_CASE(not_knowing_is_no_death),
	KUNIT_CASE(one_that_has_left_is_not_told),
	{ }
};

static struct kunit_suite suite = {
	.name = "pciback2_xenbus_dead",
	.init = init,
	.exit = finish,
	.test_cases = cases,
};

kunit_test_suite(suite);
