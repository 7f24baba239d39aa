// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of a guest that writes its nodes as often as it can
 */
#include "../support/store.h"

#define FLOOD	100
#define DOM0	"00000000-0000-0000-0000-000000000000"
#define FIVE	"5e1f0000-0000-4000-8000-000000000005"

/* The guest writes its state, which may be the same as before, and others. */
static void flood(struct kunit *test, enum xenbus_state state,
		  void (*between)(unsigned int i))
{
	unsigned int i;

	for (i = 0; i < FLOOD; i++) {
		if (between)
			between(i);
		store_put_state(GUEST_FRONT, state);
		store_tell(test, state);
		guest_settle();
	}
}

/* A guest that has done everything but to connect */
static void offer_bad_port(struct kunit *test)
{
	store_seize_two(test);
	store_probe(test);
	store_list_two();
	store_run_watch(test);
	store_publish_ring();
	fake_xen.bad_port = GUEST_PORT;
	fake_forget();
}

static void a_ring_that_fails_is_tried_once(struct kunit *test)
{
	offer_bad_port(test);
	flood(test, XenbusStateInitialised, NULL);
	KUNIT_EXPECT_EQ(test, fake_count("map_ring"), 1);
	KUNIT_EXPECT_EQ(test, fake_count("bind_evtchn"), 1);
	KUNIT_EXPECT_EQ(test, fake_count("error"), 1);
	store_expect_state(test, XenbusStateInitialised);
	KUNIT_EXPECT_EQ(test, fake_xen.mapped, 0);
}

static void another_ring_is_attached_a_second_later(struct kunit *test)
{
	unsigned long begun;

	offer_bad_port(test);
	begun = jiffies;
	store_guest_sets(test, XenbusStateInitialised);
	fake_xen_put(GUEST_FRONT, "event-channel", "20");
	/* The guest writes no more, and gets its ring by itself. */
	store_guest_sets(test, XenbusStateInitialised);
	/* On a busy machine the second is over by now. */
	KUNIT_EXPECT_TRUE(test, !READ_ONCE(fake_xen.mapped) ||
			  time_after_eq(jiffies, begun + HZ));
	KUNIT_EXPECT_TRUE(test, guest_wait(READ_ONCE(fake_xen.bound)));
	KUNIT_EXPECT_TRUE(test, time_after_eq(jiffies, begun + HZ));
	guest_settle();
	store_expect_state(test, XenbusStateConnected);
	KUNIT_EXPECT_EQ(test, fake_xen.port, 20);
	KUNIT_EXPECT_EQ(test, fake_count("error"), 1);
}

static void offer_another(unsigned int i)
{
	char gref[12];

	snprintf(gref, sizeof(gref), "%u", 100 + i);
	fake_xen_put(GUEST_FRONT, "pci-op-ref", gref);
}

static void ever_other_rings_are_tried_once_a_second(struct kunit *test)
{
	unsigned long begun, seconds;

	offer_bad_port(test);
	begun = jiffies;
	flood(test, XenbusStateInitialised, offer_another);
	seconds = (jiffies - begun) / HZ;
	KUNIT_EXPECT_GE(test, fake_count("bind_evtchn"), 1);
	KUNIT_EXPECT_LE(test, fake_count("bind_evtchn"), seconds + 1);
	KUNIT_EXPECT_LE(test, fake_count("error"), seconds + 1);
}

static void write_rubbish(unsigned int i)
{
	fake_xen_put(GUEST_FRONT, "magic", i % 2 ? "6" : "8");
}

static void nodes_that_are_none_are_told_once(struct kunit *test)
{
	offer_bad_port(test);
	flood(test, XenbusStateInitialised, write_rubbish);
	KUNIT_EXPECT_EQ(test, fake_count("error=-71"), 1);
	KUNIT_EXPECT_EQ(test, fake_count("error"), 1);
	KUNIT_EXPECT_EQ(test, fake_count("map_ring"), 0);
	/* The log has ten of the values in an hour. */
	KUNIT_EXPECT_EQ(test, store_fe(test)->warnings.missed, FLOOD - 10);
}

/* Port numbers are used again: what failed in one life may be right in the next. */
static void closing_makes_it_forgotten(struct kunit *test)
{
	offer_bad_port(test);
	store_guest_sets(test, XenbusStateInitialised);
	KUNIT_EXPECT_NE(test, store_fe(test)->tried.rc, 0);
	store_guest_sets(test, XenbusStateClosed);
	KUNIT_EXPECT_EQ(test, store_fe(test)->tried.rc, 0);
}

static void xen_is_asked_only_when_a_domain_died(struct kunit *test)
{
	fake_xen.domctl = FAKE_XEN_DOMCTL;
	fake_domain_create(0, DOM0);
	fake_domain_create(GUEST_DOMID, FIVE);
	pb2_domain_init(0);
	offer_bad_port(test);
	flood(test, XenbusStateInitialised, NULL);
	KUNIT_EXPECT_EQ(test, fake_count("domctl"), 0);
	pb2_frontend_check_all();
	guest_settle();
	KUNIT_EXPECT_EQ(test, fake_count("domctl"), 1);
	pb2_domain_exit();
}

static void a_bad_list_is_told_once(struct kunit *test)
{
	store_seize_two(test);
	store_probe(test);
	store_list_two();
	store_put("num_devs", "two");
	flood(test, XenbusStateInitialising, NULL);
	KUNIT_EXPECT_EQ(test, fake_count("error"), 1);
	store_put("num_devs", "2");
	store_run_watch(test);
	store_put("num_devs", "two");
	flood(test, XenbusStateInitialising, NULL);
	KUNIT_EXPECT_EQ(test, fake_count("error=-22"), 2);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_ring_that_fails_is_tried_once),
	KUNIT_CASE(another_ring_is_attached_a_second_later),
	KUNIT_CASE(ever_other_rings_are_tried_once_a_second),
	KUNIT_CASE(nodes_that_are_none_are_told_once),
	KUNIT_CASE(closing_makes_it_forgotten),
	KUNIT_CASE(xen_is_asked_only_when_a_domain_died),
	KUNIT_CASE(a_bad_list_is_told_once),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_xenbus_flood",
	.init = store_init,
	.exit = store_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
