// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of a ring whose thread polls for the next request
 */
#include <linux/kthread.h>

#include "../support/guest.h"

/* The thread's clock, which only a test advances */
static u64 clock;

static int init(struct kunit *test)
{
	int rc = guest_init_frontend(test);

	clock = NSEC_PER_SEC;
	guest_clock = &clock;
	guest_on_op = guest_count_op;
	pb2_poll_us = 200;
	return rc;
}

static void post(struct kunit *test)
{
	struct xen_pci_op op = guest_request(XEN_PCI_OP_conf_read, 7);

	guest_post(test, &op);
}

/* Expects that the thread has served requests without an event. */
static void expect_served(struct kunit *test, unsigned int nr)
{
	KUNIT_EXPECT_TRUE(test, guest_wait(READ_ONCE(guest_ops) == nr));
	KUNIT_EXPECT_TRUE(test, guest_wait(guest_is_answered(test)));
}

/*
 * Advances the clock. The thread clears the flag before it reads the clock, so
 * this first waits until the thread has read the time of its answer and polls.
 */
static void pass(struct kunit *test, u64 ns)
{
	int reads = atomic_read(&guest_clock_reads);

	KUNIT_EXPECT_TRUE(test,
			  guest_wait(atomic_read(&guest_clock_reads) - reads > 1));
	WRITE_ONCE(clock, clock + ns);
}

/* One request with an event. While the clock stands, the thread polls. */
static void begin(struct kunit *test)
{
	guest_attach(test);
	post(test);
	fake_xen_event();
	expect_served(test, 1);
}

/* The thread goes to sleep. */
static void expect_eoi(struct kunit *test, unsigned int nr)
{
	KUNIT_EXPECT_TRUE(test, guest_wait(READ_ONCE(fake_xen.eois) == nr));
}

static void the_next_request_needs_no_event(struct kunit *test)
{
	unsigned int i;

	begin(test);
	for (i = 2; i < 10; i++) {
		post(test);
		expect_served(test, i);
	}
	KUNIT_EXPECT_EQ(test, fake_xen.eois, 0);
	pass(test, NSEC_PER_SEC);
	expect_eoi(test, 1);
}

/* The thread serves these requests before their events come. */
static void events_of_poll_hits_are_not_spurious(struct kunit *test)
{
	begin(test);
	post(test);
	expect_served(test, 2);
	pass(test, NSEC_PER_SEC);
	expect_eoi(test, 1);
	KUNIT_EXPECT_FALSE(test, guest_sends_event(test));
	KUNIT_EXPECT_TRUE(test, guest_sends_event(test));
}

static void after_the_interval_the_thread_sleeps(struct kunit *test)
{
	begin(test);
	pass(test, 50 * NSEC_PER_USEC - 1);
	msleep(20);
	KUNIT_EXPECT_EQ(test, READ_ONCE(fake_xen.eois), 0);
	pass(test, 1);
	expect_eoi(test, 1);

	post(test);
	msleep(20);
	KUNIT_EXPECT_EQ(test, READ_ONCE(guest_ops), 1);
	fake_xen_event();
	expect_served(test, 2);
}

static void another_task_that_wants_the_cpu_ends_polling(struct kunit *test)
{
	begin(test);
	KUNIT_EXPECT_EQ(test, READ_ONCE(fake_xen.eois), 0);
	WRITE_ONCE(guest_cpu_is_wanted, true);
	expect_eoi(test, 1);
}

static void others_may_run_before_each_request(struct kunit *test)
{
	unsigned int i;

	begin(test);
	for (i = 2; i < 10; i++) {
		post(test);
		expect_served(test, i);
	}
	KUNIT_EXPECT_EQ(test, READ_ONCE(guest_yields), 9);
}

static void detaching_does_not_wait_for_the_interval(struct kunit *test)
{
	struct guest *guest = test->priv;

	begin(test);
	pb2_ring_detach(guest->fe);
	KUNIT_EXPECT_EQ(test, fake_xen.bound, 0);
	/* Without this EOI the event would leak. */
	KUNIT_EXPECT_EQ(test, fake_xen.eois, 1);
}

/* Expects the number of events that the guest has received. */
static void expect_events(struct kunit *test, unsigned int nr)
{
	KUNIT_EXPECT_TRUE(test, guest_wait(READ_ONCE(fake_xen.notified) == nr));
}

static void a_guest_that_asks_again_needs_no_event(struct kunit *test)
{
	unsigned int i;

	begin(test);
	expect_events(test, 1);
	for (i = 2; i < 10; i++) {
		post(test);
		expect_served(test, i);
	}
	KUNIT_EXPECT_EQ(test, READ_ONCE(fake_xen.notified), 1);
	/* The guest gets an event for the last answer. */
	pass(test, 30 * NSEC_PER_USEC - 1);
	msleep(20);
	KUNIT_EXPECT_EQ(test, READ_ONCE(fake_xen.notified), 1);
	pass(test, 1);
	expect_events(test, 2);
	pass(test, NSEC_PER_SEC);
	expect_eoi(test, 1);
	KUNIT_EXPECT_EQ(test, fake_xen.notified, 2);
}

static void a_guest_that_waits_for_its_event_gets_it(struct kunit *test)
{
	begin(test);
	post(test);
	expect_served(test, 2);
	pass(test, 30 * NSEC_PER_USEC);
	expect_events(test, 2);
	/* The next event comes at once, the one after it is delayed again. */
	post(test);
	expect_served(test, 3);
	expect_events(test, 3);
	post(test);
	expect_served(test, 4);
	msleep(20);
	KUNIT_EXPECT_EQ(test, READ_ONCE(fake_xen.notified), 3);
}

static void the_event_is_sent_before_the_cpu_is_left(struct kunit *test)
{
	begin(test);
	post(test);
	expect_served(test, 2);
	KUNIT_EXPECT_EQ(test, READ_ONCE(fake_xen.notified), 1);
	WRITE_ONCE(guest_cpu_is_wanted, true);
	expect_eoi(test, 1);
	KUNIT_EXPECT_EQ(test, fake_xen.notified, 2);
}

static void the_event_is_sent_before_the_ring_is_detached(struct kunit *test)
{
	struct guest *guest = test->priv;

	begin(test);
	post(test);
	expect_served(test, 2);
	pb2_ring_detach(guest->fe);
	KUNIT_EXPECT_EQ(test, fake_xen.notified, 2);
}

static void a_stretch_of_polling_ends_after_20_ms(struct kunit *test)
{
	unsigned int i;

	begin(test);
	for (i = 0; i < 500; i++) {
		KUNIT_ASSERT_EQ(test, READ_ONCE(fake_xen.eois), 0);
		/* Less than any polling interval */
		pass(test, 40 * NSEC_PER_USEC);
		post(test);
		expect_served(test, 2 + i);
	}
	expect_eoi(test, 1);
	KUNIT_EXPECT_EQ(test, guest_ops, 501);
}

/* The guest asks again as soon as it has its event. */
static struct kunit *asking;

static unsigned int late_ops;

static void ask_while_it_ends(void)
{
	if (kthread_should_stop() && guest_ops > 10)
		late_ops++;
	usleep_range(100, 200);
	post(asking);
	fake_xen_event();
}

static void detaching_does_not_wait_for_an_endless_guest(struct kunit *test)
{
	struct guest *guest = test->priv;

	asking = test;
	late_ops = 0;
	/* The real clock */
	guest_clock = NULL;
	guest_attach(test);
	fake_xen.on_notify = ask_while_it_ends;
	post(test);
	fake_xen_event();
	KUNIT_EXPECT_TRUE(test, guest_wait(READ_ONCE(guest_ops) > 10));
	pb2_ring_detach(guest->fe);
	fake_xen.on_notify = NULL;
	/* The request that was being served */
	KUNIT_EXPECT_LE(test, late_ops, 1);
}

static void without_polling_the_thread_sleeps_at_once(struct kunit *test)
{
	pb2_poll_us = 0;
	begin(test);
	expect_eoi(test, 1);
	KUNIT_EXPECT_EQ(test, guest_relaxed, 0);
}

static void a_function_can_turn_polling_off(struct kunit *test)
{
	struct xen_pci_op op = { .cmd = XEN_PCI_OP_conf_read, .size = 4 };
	struct pb2_device *pbdev = guest_give(test, fake_nic(test, 0));

	/* The driver's own code carries out the requests. */
	guest_on_op = NULL;
	guest_attach(test);
	guest_post(test, &op);
	fake_xen_event();
	KUNIT_EXPECT_TRUE(test, guest_wait(guest_is_answered(test)));
	WRITE_ONCE(pbdev->poll_us, 0);
	guest_post(test, &op);
	expect_eoi(test, 1);
	KUNIT_EXPECT_TRUE(test, guest_is_answered(test));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(the_next_request_needs_no_event),
	KUNIT_CASE(events_of_poll_hits_are_not_spurious),
	KUNIT_CASE(after_the_interval_the_thread_sleeps),
	KUNIT_CASE(another_task_that_wants_the_cpu_ends_polling),
	KUNIT_CASE(others_may_run_before_each_request),
	KUNIT_CASE(detaching_does_not_wait_for_the_interval),
	KUNIT_CASE(a_guest_that_asks_again_needs_no_event),
	KUNIT_CASE(a_guest_that_waits_for_its_event_gets_it),
	KUNIT_CASE(the_event_is_sent_before_the_cpu_is_left),
	KUNIT_CASE(the_event_is_sent_before_the_ring_is_detached),
	KUNIT_CASE(a_stretch_of_polling_ends_after_20_ms),
	KUNIT_CASE(detaching_does_not_wait_for_an_endless_guest),
	KUNIT_CASE(without_polling_the_thread_sleeps_at_once),
	KUNIT_CASE(a_function_can_turn_polling_off),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_ring_poll",
	.init = init,
	.exit = guest_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
