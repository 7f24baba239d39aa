// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of how long a ring's thread looks on after an answer
 */
#include <linux/cpumask.h>
#include <linux/slab.h>

#include "../support/guest.h"

static unsigned int cpus;

static unsigned int online_cpus(void)
{
	return cpus;
}

static unsigned int cpu;

static unsigned int this_cpu(void)
{
	return cpu;
}

#undef raw_smp_processor_id
#define raw_smp_processor_id	this_cpu
#undef num_online_cpus
#define num_online_cpus	online_cpus

#include "../../../drivers/xen/pciback2/guest/poll.c"

#define US	((u64)NSEC_PER_USEC)
#define MS	((u64)NSEC_PER_MSEC)

/* Any time but 0 */
#define START	(1000 * MS)

static struct pb2_poll poll;
static u64 clock;

static int init(struct kunit *test)
{
	int rc = guest_init(test);

	cpus = 2;
	cpu = 0;
	clock = START;
	pb2_poll_us = 200;
	pb2_poll_init(&poll, clock);
	return rc;
}

/* An event comes @idle after the last answer; what is looked on for then? */
static u64 ask(u64 idle)
{
	pb2_poll_ended(&poll, clock);
	clock += idle;
	pb2_poll_woken(&poll, clock);
	return pb2_poll_answered(&poll, clock);
}

static void who_asks_seldom_is_not_waited_for(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < 100; i++)
		KUNIT_EXPECT_EQ(test, ask(10 * MS), 0);
	KUNIT_EXPECT_EQ(test, ask(200 * US), 0);
}

static void the_window_grows_while_it_would_have_helped(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, ask(10 * MS), 0);
	KUNIT_EXPECT_EQ(test, ask(199 * US), 50 * US);
	KUNIT_EXPECT_EQ(test, ask(100 * US), 100 * US);
	KUNIT_EXPECT_EQ(test, ask(150 * US), 200 * US);
	KUNIT_EXPECT_EQ(test, ask(199 * US), 200 * US);
}

static void pauses_shut_it(struct kunit *test)
{
	ask(10 * US);
	ask(10 * US);
	KUNIT_EXPECT_EQ(test, ask(10 * US), 200 * US);
	KUNIT_EXPECT_EQ(test, ask(200 * US), 100 * US);
	KUNIT_EXPECT_EQ(test, ask(10 * MS), 50 * US);
	KUNIT_EXPECT_EQ(test, ask(10 * MS), 0);
	KUNIT_EXPECT_EQ(test, ask(10 * US), 50 * US);
}

static void it_grows_while_it_catches_what_comes(struct kunit *test)
{
	static const unsigned int us[] = { 100, 200, 200, 200 };
	unsigned int i;

	KUNIT_EXPECT_EQ(test, ask(10 * US), 50 * US);
	for (i = 0; i < ARRAY_SIZE(us); i++) {
		clock += 10 * US;
		KUNIT_EXPECT_EQ(test, pb2_poll_answered(&poll, clock),
				us[i] * US);
	}
}

/* It came while the thread was at work, or on its way. */
static void an_event_before_the_answer_is_a_request_at_once(struct kunit *test)
{
	pb2_poll_answered(&poll, clock);
	pb2_poll_woken(&poll, clock - MS);
	KUNIT_EXPECT_EQ(test, pb2_poll_answered(&poll, clock), 50 * US);
	pb2_poll_ended(&poll, clock);
	pb2_poll_woken(&poll, 0);
	KUNIT_EXPECT_EQ(test, pb2_poll_answered(&poll, clock), 100 * US);
}

static void a_parameter_of_0_turns_it_off(struct kunit *test)
{
	pb2_poll_us = 0;
	pb2_poll_init(&poll, clock);
	KUNIT_EXPECT_EQ(test, ask(1), 0);
	KUNIT_EXPECT_EQ(test, ask(0), 0);
}

static void a_parameter_beyond_the_limit_is_the_limit(struct kunit *test)
{
	unsigned int i;

	pb2_poll_us = UINT_MAX;
	pb2_poll_init(&poll, clock);
	for (i = 0; i < 100; i++)
		ask(1);
	KUNIT_EXPECT_EQ(test, ask(1), 1000 * US);
}

static void the_function_asked_last_sets_the_limit(struct kunit *test)
{
	struct pb2_device *pbdev = kunit_kzalloc(test, sizeof(*pbdev),
						 GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, pbdev);
	ask(1);
	ask(1);
	KUNIT_EXPECT_EQ(test, ask(1), 200 * US);

	pbdev->poll_us = 70;
	pb2_poll_limit(&poll, pbdev);
	KUNIT_EXPECT_EQ(test, pb2_poll_answered(&poll, clock), 70 * US);
	pbdev->poll_us = 0;
	pb2_poll_limit(&poll, pbdev);
	KUNIT_EXPECT_EQ(test, pb2_poll_answered(&poll, clock), 0);
	KUNIT_EXPECT_EQ(test, ask(1), 0);
	/* It has to grow again. */
	pbdev->poll_us = PB2_POLL_DEFAULT;
	pb2_poll_limit(&poll, pbdev);
	KUNIT_EXPECT_EQ(test, ask(1), 70 * US);
	KUNIT_EXPECT_EQ(test, ask(1), 140 * US);
	KUNIT_EXPECT_EQ(test, ask(1), 200 * US);
}

static void a_single_cpu_does_not_look_on(struct kunit *test)
{
	cpus = 1;
	KUNIT_EXPECT_EQ(test, ask(1), 0);
	KUNIT_EXPECT_EQ(test, ask(1), 0);
	cpus = 2;
	KUNIT_EXPECT_GT(test, ask(1), 0);
}

/* Looks on for so long in one go, and asks again at once. */
static bool hog(u64 ns)
{
	bool looked = pb2_poll_answered(&poll, clock);

	clock += ns;
	pb2_poll_ended(&poll, clock);
	return looked;
}

static void who_never_stops_gets_a_second_and_then_a_quarter(struct kunit *test)
{
	unsigned int total = 0, late = 0, i;

	ask(1);
	for (i = 0; i < 100000; i++) {
		if (!hog(MS / 10))
			continue;
		total++;
		late += i >= 50000;
	}
	/* In 10 s: the second and a quarter of 10; in the last 5 a quarter. */
	KUNIT_EXPECT_GE(test, total, 34900);
	KUNIT_EXPECT_LE(test, total, 35100);
	KUNIT_EXPECT_GE(test, late, 12400);
	KUNIT_EXPECT_LE(test, late, 12600);
}

static void a_pause_fills_the_budget_but_no_more(struct kunit *test)
{
	unsigned int i;

	ask(1);
	for (i = 0; i < 100000; i++)
		hog(MS / 10);
	/* However long: a year, or until the clock's end */
	clock += 365 * 24 * 3600 * NSEC_PER_SEC;
	ask(1);
	ask(1);
	KUNIT_EXPECT_GT(test, pb2_poll_answered(&poll, clock), 0);
	KUNIT_EXPECT_EQ(test, poll.budget, NSEC_PER_SEC);
	clock = U64_MAX - NSEC_PER_SEC;
	pb2_poll_answered(&poll, clock);
	KUNIT_EXPECT_EQ(test, poll.budget, NSEC_PER_SEC);
}

/* Looks on for 1 ms, of which Xen gives so much to others. */
static bool hog_stolen(u64 stolen)
{
	bool looked = pb2_poll_answered(&poll, clock);

	clock += MS;
	fake_xen.stolen += stolen;
	pb2_poll_ended(&poll, clock);
	return looked;
}

static void it_makes_room_when_xen_runs_others(struct kunit *test)
{
	unsigned int i;

	ask(1);
	pb2_poll_ended(&poll, clock);
	KUNIT_EXPECT_TRUE(test, hog_stolen(119 * US));
	KUNIT_EXPECT_TRUE(test, hog_stolen(121 * US));
	/* Four times 121 us, which the first of these exceeds */
	KUNIT_EXPECT_FALSE(test, hog_stolen(0));
	KUNIT_EXPECT_TRUE(test, hog_stolen(900 * US));
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_FALSE(test, hog_stolen(0));
	KUNIT_EXPECT_TRUE(test, hog_stolen(1000 * MS));
	for (i = 0; i < 10; i++)
		KUNIT_EXPECT_FALSE(test, hog_stolen(0));
	KUNIT_EXPECT_TRUE(test, hog_stolen(0));
	KUNIT_EXPECT_TRUE(test, hog_stolen(0));
}

/* What is stolen while it sleeps is the affair of whoever runs then. */
static void only_what_is_stolen_meanwhile_counts(struct kunit *test)
{
	unsigned int i;

	ask(1);
	for (i = 0; i < 10; i++) {
		KUNIT_EXPECT_TRUE(test, hog_stolen(0));
		fake_xen.stolen += MS;
		clock += MS;
	}
}

/* Each CPU has a count of its own. */
static void a_thread_that_moved_cannot_tell(struct kunit *test)
{
	ask(1);
	pb2_poll_ended(&poll, clock);
	KUNIT_EXPECT_GT(test, pb2_poll_answered(&poll, clock), 0);
	cpu++;
	clock += MS;
	fake_xen.stolen += 1000 * MS;
	pb2_poll_ended(&poll, clock);
	KUNIT_EXPECT_TRUE(test, hog_stolen(0));
}

/* Until then it cannot know what others want. */
static void a_stretch_ends_after_20_ms(struct kunit *test)
{
	ask(1);
	ask(1);
	clock += 20 * MS - 1;
	KUNIT_EXPECT_EQ(test, pb2_poll_answered(&poll, clock), 200 * US);
	clock++;
	KUNIT_EXPECT_EQ(test, pb2_poll_answered(&poll, clock), 0);
	KUNIT_EXPECT_EQ(test, pb2_poll_answered(&poll, clock), 0);
	/* The next one begins with an event, and is as long. */
	KUNIT_EXPECT_EQ(test, ask(1), 200 * US);
	clock += 20 * MS - 1;
	KUNIT_EXPECT_EQ(test, pb2_poll_answered(&poll, clock), 200 * US);
}

/* The guest asks for the next time while the thread looks on. */
static u64 hold(void)
{
	clock += US;
	pb2_poll_answered(&poll, clock);
	return pb2_poll_notify_delay(&poll);
}

static void who_came_with_an_event_gets_one_at_once(struct kunit *test)
{
	KUNIT_EXPECT_GT(test, ask(1), 0);
	KUNIT_EXPECT_EQ(test, pb2_poll_notify_delay(&poll), 0);
	KUNIT_EXPECT_EQ(test, hold(), 30 * US);
	pb2_poll_delayed(&poll, true);
	KUNIT_EXPECT_GT(test, ask(1), 0);
	KUNIT_EXPECT_EQ(test, pb2_poll_notify_delay(&poll), 0);
}

static void who_does_without_events_goes_on_so(struct kunit *test)
{
	unsigned int i;

	ask(1);
	for (i = 0; i < 100; i++) {
		KUNIT_EXPECT_EQ(test, hold(), 30 * US);
		pb2_poll_delayed(&poll, true);
	}
}

/* How many get theirs at once until the next is kept back? */
static unsigned int notify_now(void)
{
	unsigned int nr = 0;

	while (nr < 10000 && !hold())
		nr++;
	return nr;
}

static void who_waits_for_his_event_waits_for_it_seldom(struct kunit *test)
{
	unsigned int i, last = 1;

	ask(1);
	KUNIT_EXPECT_EQ(test, hold(), 30 * US);
	for (i = 0; i < 20; i++) {
		pb2_poll_delayed(&poll, false);
		KUNIT_EXPECT_EQ(test, notify_now(), last);
		last = min(2 * last + 1, 1023U);
	}
	KUNIT_EXPECT_EQ(test, last, 1023);

	/* One who does not any more is found out, as soon. */
	for (i = 0; i < 10; i++) {
		pb2_poll_delayed(&poll, true);
		KUNIT_EXPECT_EQ(test, notify_now(), 0);
	}
	pb2_poll_delayed(&poll, false);
	KUNIT_EXPECT_EQ(test, notify_now(), 1);
}

static void a_window_is_a_number_or_default(struct kunit *test)
{
	static const char * const bad[] = {
		"", "\n", "-1", "+1", " 1", "1 ", "1001", "4294967296", "0x10",
		"1.5", "Default", "default1", "1us", "auto", "%s",
	};
	struct pb2_device *pbdev = kunit_kzalloc(test, sizeof(*pbdev),
						 GFP_KERNEL);
	char buf[32];
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, pbdev);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_EXPECT_EQ_MSG(test, pb2_poll_parse(bad[i],
							 &pbdev->poll_us),
				    -EINVAL, "\"%s\"", bad[i]);
	KUNIT_EXPECT_EQ(test, pb2_poll_parse("1000\n", &pbdev->poll_us), 0);
	pb2_poll_show(pbdev, buf, sizeof(buf));
	KUNIT_EXPECT_STREQ(test, buf, "1000\n");
	KUNIT_EXPECT_EQ(test, pb2_poll_parse("0", &pbdev->poll_us), 0);
	pb2_poll_show(pbdev, buf, sizeof(buf));
	KUNIT_EXPECT_STREQ(test, buf, "0\n");
	KUNIT_EXPECT_EQ(test, pb2_poll_parse("default\n", &pbdev->poll_us), 0);
	pb2_poll_show(pbdev, buf, sizeof(buf));
	KUNIT_EXPECT_STREQ(test, buf, "200 (default)\n");
}

static struct kunit_case cases[] = {
	KUNIT_CASE(who_asks_seldom_is_not_waited_for),
	KUNIT_CASE(the_window_grows_while_it_would_have_helped),
	KUNIT_CASE(pauses_shut_it),
	KUNIT_CASE(it_grows_while_it_catches_what_comes),
	KUNIT_CASE(an_event_before_the_answer_is_a_request_at_once),
	KUNIT_CASE(a_parameter_of_0_turns_it_off),
	KUNIT_CASE(a_parameter_beyond_the_limit_is_the_limit),
	KUNIT_CASE(the_function_asked_last_sets_the_limit),
	KUNIT_CASE(a_single_cpu_does_not_look_on),
	KUNIT_CASE(who_never_stops_gets_a_second_and_then_a_quarter),
	KUNIT_CASE(a_pause_fills_the_budget_but_no_more),
	KUNIT_CASE(it_makes_room_when_xen_runs_others),
	KUNIT_CASE(only_what_is_stolen_meanwhile_counts),
	KUNIT_CASE(a_thread_that_moved_cannot_tell),
	KUNIT_CASE(a_stretch_ends_after_20_ms),
	KUNIT_CASE(who_came_with_an_event_gets_one_at_once),
	KUNIT_CASE(who_does_without_events_goes_on_so),
	KUNIT_CASE(who_waits_for_his_event_waits_for_it_seldom),
	KUNIT_CASE(a_window_is_a_number_or_default),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_poll",
	.init = init,
	.exit = guest_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
