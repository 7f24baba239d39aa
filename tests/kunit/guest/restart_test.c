// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of a frontend that starts anew: its driver was unbound and bound again,
 * or another kernel runs in the domain
 */
#include "../support/store.h"

#include "../../../drivers/xen/pciback2/guest/restart.c"

#define ROUNDS	100
#define DOM0	"00000000-0000-0000-0000-000000000000"
#define FIVE	"5e1f0000-0000-4000-8000-000000000005"

/* Connected once, closed since */
static struct store_two start_closed(struct kunit *test)
{
	struct store_two two = store_connect(test);

	store_guest_sets(test, XenbusStateClosing);
	store_guest_sets(test, XenbusStateClosed);
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_HELD);
	KUNIT_EXPECT_EQ(test, two.b->state, PB2_HELD);
	fake_forget();
	return two;
}

static void expect_connects(struct kunit *test)
{
	store_publish_ring();
	store_guest_sets(test, XenbusStateInitialised);
	store_guest_sets(test, XenbusStateConnected);
	store_expect_state(test, XenbusStateConnected);
	KUNIT_EXPECT_EQ(test, fake_xen.mapped, 1);
}

static void its_functions_come_back(struct kunit *test)
{
	struct store_two two = start_closed(test);
	ktime_t reset = two.a->reset.start;

	store_expect(test, "state-0", "3");
	store_let_time_pass(test);
	store_guest_sets(test, XenbusStateInitialising);
	store_expect_state(test, XenbusStateInitialised);
	store_expect(test, "state-0", "3");
	store_expect(test, "state-1", "3");
	store_expect(test, "vdev-0", "0000:00:00.00");
	store_expect(test, "vdev-1", "0000:00:01.00");
	store_expect(test, "root_num", "1");
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_ASSIGNED);
	KUNIT_EXPECT_EQ(test, two.b->state, PB2_ASSIGNED);
	KUNIT_EXPECT_EQ(test, fake_count("register_owner"), 2);
	/* The reset of its return is the last one. */
	KUNIT_EXPECT_EQ(test, two.a->reset.start, reset);
	KUNIT_EXPECT_EQ(test, two.a->reset.verdict, PB2_RESET_PROVEN);
	expect_connects(test);
	KUNIT_EXPECT_EQ(test, fake_count("error"), 0);
}

/* xen-pcifront of Linux 6.1 gives up if it finds the state Closed. */
static void a_driver_that_is_bound_finds_a_backend_that_waits(struct kunit *test)
{
	struct store_two two = start_closed(test);

	store_expect_state(test, XenbusStateClosed);
	store_let_time_pass(test);
	store_expect_state(test, XenbusStateInitWait);
	/* As long as nobody comes nothing happens. */
	store_run_watch(test);
	store_expect_state(test, XenbusStateInitWait);
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_HELD);
	expect_connects(test);
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_ASSIGNED);
}

static void it_has_to_wait_for_a_second(struct kunit *test)
{
	unsigned long begun = jiffies;
	struct store_two two = start_closed(test);

	store_guest_sets(test, XenbusStateInitialising);
	/* Nobody writes any more. */
	KUNIT_EXPECT_TRUE(test, guest_wait(pb2_xen_state(GUEST_BACK) ==
					   XenbusStateInitWait));
	KUNIT_EXPECT_TRUE(test, time_after_eq(jiffies, begun + HZ));
	store_run_watch(test);
	store_expect_state(test, XenbusStateInitialised);
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_ASSIGNED);
}

static void a_guest_that_never_rests_is_served_once_a_second(struct kunit *test)
{
	unsigned long begun = jiffies, seconds;
	unsigned int i;

	start_closed(test);
	for (i = 0; i < ROUNDS; i++) {
		store_guest_sets(test, XenbusStateInitialising);
		store_guest_sets(test, XenbusStateClosed);
	}
	seconds = (jiffies - begun) / HZ;
	KUNIT_EXPECT_LE(test, fake_count("register_owner"), 2 * (seconds + 1));
}

static void offline_it_does_not_come_again(struct kunit *test)
{
	struct store_two two = start_closed(test);

	store_put("online", "0");
	store_let_time_pass(test);
	store_run_watch(test);
	KUNIT_EXPECT_EQ(test, fake_count("unregister"), 1);
	KUNIT_EXPECT_NULL(test, store_fe(test));
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_HELD);
}

static void the_dead_do_not_come_again(struct kunit *test)
{
	struct store_two two;

	fake_xen.domctl = FAKE_XEN_DOMCTL;
	fake_domain_create(0, DOM0);
	fake_domain_create(GUEST_DOMID, FIVE);
	pb2_domain_init(0);
	two = start_closed(test);
	fake_domain_set_flags(GUEST_DOMID, XEN_DOMINF_dying);
	pb2_frontend_check_all();
	store_let_time_pass(test);
	store_run_watch(test);
	store_expect_state(test, XenbusStateClosed);
	store_guest_sets(test, XenbusStateInitialising);
	store_expect_state(test, XenbusStateClosed);
	KUNIT_EXPECT_EQ(test, fake_count("register_owner"), 0);
	KUNIT_EXPECT_NE(test, two.a->state, PB2_ASSIGNED);
	pb2_domain_exit();
}

/* The driver's work looks when the guest has closed and started anew already. */
static void it_may_be_faster_than_the_driver(struct kunit *test)
{
	struct store_two two = store_connect(test);

	/* With the same ring it has not taken note of the connection yet. */
	store_guest_sets(test, XenbusStateInitialised);
	store_expect_state(test, XenbusStateConnected);

	fake_xen_put(GUEST_FRONT, "pci-op-ref", "9");
	store_guest_sets(test, XenbusStateInitialised);
	store_expect_state(test, XenbusStateClosed);
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_HELD);
	KUNIT_EXPECT_EQ(test, fake_xen.mapped, 0);
	store_let_time_pass(test);
	store_run_watch(test);
	store_expect_state(test, XenbusStateConnected);
	KUNIT_EXPECT_EQ(test, fake_xen.gref, 9);
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_ASSIGNED);

	store_guest_sets(test, XenbusStateInitialising);
	store_expect_state(test, XenbusStateClosed);
	store_let_time_pass(test);
	store_run_watch(test);
	store_expect_state(test, XenbusStateInitialised);
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_ASSIGNED);
}

/* The toolstack has ended it, and nobody in the guest has ever answered. */
static void one_that_never_came_does_not_come_again(struct kunit *test)
{
	struct store_two two = store_seize_two(test);

	store_probe(test);
	store_list_two();
	store_run_watch(test);
	store_toolstack_sets(test, XenbusStateClosing);
	store_expect_state(test, XenbusStateClosed);
	store_let_time_pass(test);
	store_run_watch(test);
	store_expect_state(test, XenbusStateClosed);
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_HELD);
}

/* The toolstack asks for a removal, and the driver is unbound meanwhile. */
static void what_is_being_removed_does_not_come_again(struct kunit *test)
{
	struct store_two two = start_closed(test);

	store_put("state-0", "5");
	store_let_time_pass(test);
	store_guest_sets(test, XenbusStateInitialising);
	store_expect(test, "state-0", "6");
	store_expect(test, "state-1", "3");
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_HELD);
	KUNIT_EXPECT_EQ(test, two.b->state, PB2_ASSIGNED);
	expect_connects(test);
}

static void what_was_refused_is_not_tried_again(struct kunit *test)
{
	struct store_two two = start_closed(test);

	store_put("state-0", "6");
	store_let_time_pass(test);
	store_guest_sets(test, XenbusStateInitialising);
	store_expect(test, "state-0", "6");
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_HELD);
	KUNIT_EXPECT_EQ(test, two.b->state, PB2_ASSIGNED);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(its_functions_come_back),
	KUNIT_CASE(a_driver_that_is_bound_finds_a_backend_that_waits),
	KUNIT_CASE(it_has_to_wait_for_a_second),
	KUNIT_CASE(a_guest_that_never_rests_is_served_once_a_second),
	KUNIT_CASE(offline_it_does_not_come_again),
	KUNIT_CASE(the_dead_do_not_come_again),
	KUNIT_CASE(it_may_be_faster_than_the_driver),
	KUNIT_CASE(one_that_never_came_does_not_come_again),
	KUNIT_CASE(what_is_being_removed_does_not_come_again),
	KUNIT_CASE(what_was_refused_is_not_tried_again),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_restart",
	.init = store_init,
	.exit = store_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
