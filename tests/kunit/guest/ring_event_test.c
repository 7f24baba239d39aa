// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the events of a ring: served, credited, spurious, early, endless
 */
#include "../support/guest.h"

/* How often the guest will ask again, and the test that runs */
static unsigned int again;
static struct kunit *current_test;

static int init(struct kunit *test)
{
	again = 0;
	current_test = test;
	return guest_init_frontend(test);
}

static void an_event_for_nothing_is_spurious(struct kunit *test)
{
	guest_attach(test);
	KUNIT_EXPECT_TRUE(test, guest_sends_event(test));
	KUNIT_EXPECT_TRUE(test, guest_sends_event(test));
	KUNIT_EXPECT_EQ(test, fake_xen.notified, 0);
}

/* The guest asks again as soon as it has its answer. */
static void ask_again(void)
{
	struct xen_pci_op op = guest_request(XEN_PCI_OP_conf_read, 7);

	if (!again)
		return;
	again--;
	guest_post(current_test, &op);
}

static void ask_often(struct kunit *test, unsigned int nr)
{
	struct xen_pci_op op = guest_request(XEN_PCI_OP_conf_read, 7);

	guest_on_op = guest_count_op;
	fake_xen.on_notify = ask_again;
	guest_ops = 0;
	again = nr - 1;
	guest_post(test, &op);
}

/* An honest guest sends an event for each of its requests. */
static void an_event_whose_request_was_served_is_not_spurious(struct kunit *test)
{
	guest_attach(test);
	ask_often(test, 3);
	KUNIT_EXPECT_FALSE(test, guest_sends_event(test));
	KUNIT_EXPECT_EQ(test, guest_ops, 3);
	KUNIT_EXPECT_FALSE(test, guest_sends_event(test));
	KUNIT_EXPECT_FALSE(test, guest_sends_event(test));
	KUNIT_EXPECT_TRUE(test, guest_sends_event(test));
}

static void at_most_16_requests_are_served_for_one_event(struct kunit *test)
{
	guest_attach(test);
	ask_often(test, 40);
	KUNIT_EXPECT_FALSE(test, guest_sends_event(test));
	KUNIT_EXPECT_EQ(test, guest_ops, 16);
	KUNIT_EXPECT_FALSE(test, guest_is_answered(test));
	guest_sends_event(test);
	KUNIT_EXPECT_EQ(test, guest_ops, 32);
	guest_sends_event(test);
	KUNIT_EXPECT_EQ(test, guest_ops, 40);
	KUNIT_EXPECT_TRUE(test, guest_is_answered(test));
}

static void nobody_saves_up_more_than_16_events(struct kunit *test)
{
	unsigned int i;

	guest_attach(test);
	ask_often(test, 100);
	while (guest_ops < 100)
		guest_sends_event(test);
	for (i = 0; i < 16; i++)
		KUNIT_EXPECT_FALSE(test, guest_sends_event(test));
	KUNIT_EXPECT_TRUE(test, guest_sends_event(test));
}

static void send_event(void)
{
	fake_xen_event();
	ask_again();
}

static void an_event_during_a_request_is_not_lost(struct kunit *test)
{
	struct xen_pci_op op = guest_request(XEN_PCI_OP_conf_read, 7);

	guest_attach(test);
	guest_on_op = guest_count_op;
	/* Without the second event the 17th request would wait for ever. */
	fake_xen.on_notify = send_event;
	again = 16;
	guest_post(test, &op);
	fake_xen_event();
	KUNIT_EXPECT_TRUE(test, guest_wait(READ_ONCE(guest_ops) == 17));
	KUNIT_EXPECT_TRUE(test, guest_wait(READ_ONCE(fake_xen.eois) >= 2));
}

/* The event channel works before the bind has returned its IRQ. */
static void an_event_before_the_binding_returns_is_served(struct kunit *test)
{
	struct xen_pci_op op = guest_request(XEN_PCI_OP_conf_read, 7);
	struct guest *guest = test->priv;

	guest_on_op = guest_count_op;
	guest_post(test, &op);
	fake_xen.on_bind = fake_xen_event;
	KUNIT_ASSERT_EQ(test,
			pb2_ring_attach(guest->fe, GUEST_GREF, GUEST_PORT), 0);
	KUNIT_EXPECT_TRUE(test, guest_wait(READ_ONCE(fake_xen.eois) == 1));
	KUNIT_EXPECT_EQ(test, guest_ops, 1);
}

static void run_on(unsigned int cpu)
{
	set_cpus_allowed_ptr(current, cpumask_of(cpu));
}

/* Waking a second CPU for the thread would take more time. */
static void it_is_served_where_the_event_came(struct kunit *test)
{
	struct pb2_frontend *fe = guest_attach(test);
	unsigned int cpu, seen = 0;

	for_each_online_cpu(cpu) {
		run_on(cpu);
		guest_sends_event(test);
		KUNIT_EXPECT_EQ(test, task_cpu(fe->ring.task), cpu);
		seen++;
	}
	set_cpus_allowed_ptr(current, cpu_possible_mask);
	KUNIT_EXPECT_GE(test, seen, 2);
}

static void attached_again_it_begins_anew(struct kunit *test)
{
	struct pb2_frontend *fe = guest_attach(test);

	ask_often(test, 5);
	guest_sends_event(test);
	KUNIT_EXPECT_EQ(test, fe->ring.credit, 4);
	/* The credit of this ring must not count for the next one. */
	pb2_ring_detach(fe);
	fake_xen.on_notify = NULL;

	guest_attach(test);
	KUNIT_EXPECT_TRUE(test, guest_sends_event(test));
	ask_often(test, 1);
	KUNIT_EXPECT_FALSE(test, guest_sends_event(test));
	KUNIT_EXPECT_EQ(test, guest_ops, 1);
}

static void a_guest_that_never_stops_can_be_detached(struct kunit *test)
{
	struct pb2_frontend *fe = guest_attach(test);

	ask_often(test, UINT_MAX);
	fake_xen.on_notify = send_event;
	fake_xen_event();
	KUNIT_EXPECT_TRUE(test, guest_wait(READ_ONCE(guest_ops) > 200));
	pb2_ring_detach(fe);
	KUNIT_EXPECT_EQ(test, fake_xen.bound, 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(an_event_for_nothing_is_spurious),
	KUNIT_CASE(an_event_whose_request_was_served_is_not_spurious),
	KUNIT_CASE(at_most_16_requests_are_served_for_one_event),
	KUNIT_CASE(nobody_saves_up_more_than_16_events),
	KUNIT_CASE(an_event_during_a_request_is_not_lost),
	KUNIT_CASE(an_event_before_the_binding_returns_is_served),
	KUNIT_CASE(it_is_served_where_the_event_came),
	KUNIT_CASE(attached_again_it_begins_anew),
	KUNIT_CASE(a_guest_that_never_stops_can_be_detached),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_ring_event",
	.init = init,
	.exit = guest_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
