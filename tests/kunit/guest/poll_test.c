// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of busy-polling: for how long a ring's thread polls, and when not
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

/* Time of the first answer; must not be 0 */
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

/*
 * A request comes with an event @idle ns after the last answer. Returns the
 * polling interval after its answer.
 */
static u64 ask(u64 idle)
{
	pb2_poll_ended(&poll, clock);
	clock += idle;
	pb2_poll_woken(&poll, clock);
	return pb2_poll_answered(&poll, clock);
}

static void a_guest_that_asks_seldom_is_not_polled(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < 100; i++)
		KUNIT_EXPECT_EQ(test, ask(10 * MS), 0);
	KUNIT_EXPECT_EQ(test, ask(200 * US), 0);
}

static void the_interval_grows_while_polling_would_have_hit(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, ask(10 * MS), 0);
	KUNIT_EXPECT_EQ(test, ask(199 * US), 50 * US);
	KUNIT_EXPECT_EQ(test, ask(100 * US), 100 * US);
	KUNIT_EXPECT_EQ(test, ask(150 * US), 200 * US);
	KUNIT_EXPECT_EQ(test, ask(199 * US), 200 * US);
}

static void longer_pauses_end_polling(struct kunit *test)
{
	ask(10 * US);
	ask(10 * US);
	KUNIT_EXPECT_EQ(test, ask(10 * US), 200 * US);
	KUNIT_EXPECT_EQ(test, ask(200 * US), 100 * US);
	KUNIT_EXPECT_EQ(test, ask(10 * MS), 50 * US);
	KUNIT_EXPECT_EQ(test, ask(10 * MS), 0);
	KUNIT_EXPECT_EQ(test, ask(10 * US), 50 * US);
}

static void the_interval_grows_while_polling_hits(struct kunit *test)
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

/* The event came while the thread was at work, or was being woken. */
static void an_event_before_the_answer_is_a_request_at_once(struct kunit *test)
{
	pb2_poll_answered(&poll, clock);
	pb2_poll_woken(&poll, clock - MS);
	KUNIT_EXPECT_EQ(test, pb2_poll_answered(&poll, clock), 50 * US);
	pb2_poll_ended(&poll, clock);
	pb2_poll_woken(&poll, 0);
	KUNIT_EXPECT_EQ(test, pb2_poll_answered(&poll, clock), 100 * US);
}

static void a_parameter_of_0_turns_polling_off(struct kunit *test)
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
	/* The interval has shrunk meanwhile and has to grow again. */
	pbdev->poll_us = PB2_POLL_DEFAULT;
	pb2_poll_limit(&poll, pbdev);
	KUNIT_EXPECT_EQ(test, ask(1), 70 * US);
	KUNIT_EXPECT_EQ(test, ask(1), 140 * US);
	KUNIT_EXPECT_EQ(test, ask(1), 200 * US);
}

static void a_single_cpu_does_not_poll(struct kunit *test)
{
	cpus = 1;
	KUNIT_EXPECT_EQ(test, ask(1), 0);
	KUNIT_EXPECT_EQ(test, ask(1), 0);
	cpus = 2;
	KUNIT_EXPECT_GT(test, ask(1), 0);
}

/* The thread polls for @ns. Returns false if it must not poll. */
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
	/* In 10 s: one second and a quarter of 10 s; in the last 5 s a quarter */
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
	/* The pause may be as long as a year, or last to the clock's end. */
	clock += 365 * 24 * 3600 * NSEC_PER_SEC;
	ask(1);
	ask(1);
	KUNIT_EXPECT_GT(test, pb2_poll_answered(&poll, clock), 0);
	KUNIT_EXPECT_EQ(test, poll.budget, NSEC_PER_SEC);
	clock = U64_MAX - NSEC_PER_SEC;
	pb2_poll_answered(&poll, clock);
	KUNIT_EXPECT_EQ(test, poll.budget, NSEC_PER_SEC);
}

/* The thread polls for 1 ms, of which Xen gives @stolen ns to others. */
static bool hog_stolen(u64 stolen)
{
	bool looked = pb2_poll_answered(&poll, clock);

	clock += MS;
	fake_xen.stolen += stolen;
	pb2_poll_ended(&poll, clock);
	return looked;
}

static void the_thread_pauses_when_xen_runs_others(struct kunit *test)
{
	unsigned int i;

	ask(1);
	pb2_poll_ended(&poll, clock);
	KUNIT_EXPECT_TRUE(test, hog_stolen(119 * US));
	KUNIT_EXPECT_TRUE(test, hog_stolen(121 * US));
	/* The pause is four times 121 us, and this call takes 1 ms. */
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

/* Time that Xen steals while the thread sleeps does not count. */
static void only_time_stolen_while_polling_counts(struct kunit *test)
{
	unsigned int i;

	ask(1);
	for (i = 0; i < 10; i++) {
		KUNIT_EXPECT_TRUE(test, hog_stolen(0));
		fake_xen.stolen += MS;
		clock += MS;
	}
}

/* Each CPU has its own count of stolen time. */
static void time_stolen_from_two_cpus_is_not_compared(struct kunit *test)
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

/* While it polls, the thread does not learn how much Xen stole. */
static void a_stretch_ends_after_20_ms(struct kunit *test)
{
	ask(1);
	ask(1);
	clock += 20 * MS - 1;
	KUNIT_EXPECT_EQ(test, pb2_poll_answered(&poll, clock), 200 * US);
	clock++;
	KUNIT_EXPECT_EQ(test, pb2_poll_answered(&poll, clock), 0);
	KUNIT_EXPECT_EQ(test, pb2_poll_answered(&poll, clock), 0);
	/* The next stretch begins with an event and is as long. */
	KUNIT_EXPECT_EQ(test, ask(1), 200 * US);
	clock += 20 * MS - 1;
	KUNIT_EXPECT_EQ(test, pb2_poll_answered(&poll, clock), 200 * US);
}

/* The guest asks while the thread polls. Returns the notify delay. */
static u64 hit(void)
{
	clock += US;
	pb2_poll_answered(&poll, clock);
	return pb2_poll_notify_delay(&poll);
}

static void a_guest_that_sent_an_event_gets_one_at_once(struct kunit *test)
{
	KUNIT_EXPECT_GT(test, ask(1), 0);
	KUNIT_EXPECT_EQ(test, pb2_poll_notify_delay(&poll), 0);
	KUNIT_EXPECT_EQ(test, hit(), 30 * US);
	pb2_poll_delayed(&poll, true);
	KUNIT_EXPECT_GT(test, ask(1), 0);
	KUNIT_EXPECT_EQ(test, pb2_poll_notify_delay(&poll), 0);
}

static void a_guest_that_needs_no_events_gets_none(struct kunit *test)
{
	unsigned int i;

	ask(1);
	for (i = 0; i < 100; i++) {
		KUNIT_EXPECT_EQ(test, hit(), 30 * US);
		pb2_poll_delayed(&poll, true);
	}
}

/* Counts the answers that are notified at once before the next delay. */
static unsigned int notify_now(void)
{
	unsigned int nr = 0;

	while (nr < 10000 && !hit())
		nr++;
	return nr;
}

static void missed_suppressions_make_notify_delays_rare(struct kunit *test)
{
	unsigned int i, last = 1;

	ask(1);
	KUNIT_EXPECT_EQ(test, hit(), 30 * US);
	for (i = 0; i < 20; i++) {
		pb2_poll_delayed(&poll, false);
		KUNIT_EXPECT_EQ(test, notify_now(), last);
		last = min(2 * last + 1, 1023U);
	}
	KUNIT_EXPECT_EQ(test, last, 1023);

	/* The driver finds out as soon when the guest stops waiting. */
	for (i = 0; i < 10; i++) {
		pb2_poll_delayed(&poll, true);
		KUNIT_EXPECT_EQ(test, notify_now(), 0);
	}
	pb2_poll_delayed(&poll, false);
	KUNIT_EXPECT_EQ(test, notify_now(), 1);
}

static void an_interval_is_a_number_or_default(struct kunit *test)
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
	KUNIT_CASE(a_guest_that_asks_seldom_is_not_polled),
	KUNIT_CASE(the_interval_grows_while_polling_would_have_hit),
	KUNIT_CASE(longer_pauses_end_polling),
	KUNIT_CASE(the_interval_grows_while_polling_hits),
	KUNIT_CASE(an_event_before_the_answer_is_a_request_at_once),
	KUNIT_CASE(a_parameter_of_0_turns_polling_off),
	KUNIT_CASE(a_parameter_beyond_the_limit_is_the_limit),
	KUNIT_CASE(the_function_asked_last_sets_the_limit),
	KUNIT_CASE(a_single_cpu_does_not_poll),
	KUNIT_CASE(who_never_stops_gets_a_second_and_then_a_quarter),
	KUNIT_CASE(a_pause_fills_the_budget_but_no_more),
	KUNIT_CASE(the_thread_pauses_when_xen_runs_others),
	KUNIT_CASE(only_time_stolen_while_polling_counts),
	KUNIT_CASE(time_stolen_from_two_cpus_is_not_compared),
	KUNIT_CASE(a_stretch_ends_after_20_ms),
	KUNIT_CASE(a_guest_that_sent_an_event_gets_one_at_once),
	KUNIT_CASE(a_guest_that_needs_no_events_gets_none),
	KUNIT_CASE(missed_suppressions_make_notify_delays_rare),
	KUNIT_CASE(an_interval_is_a_number_or_default),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_poll",
	.init = init,
	.exit = guest_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
