// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of error recovery by the guest's driver, through the ring's page
 *
 * The tests record the time limit of a step and shorten it, so that they need
 * not wait for a guest that does not answer.
 */
#include <linux/jiffies.h>
#include <asm/sync_bitops.h>

#include "../support/recovery_world.h"

static unsigned long bound(unsigned int ms)
{
	recovery_world.bound_ms = ms;
	return recovery_world.bound;
}

#define msecs_to_jiffies	bound

/* Lets a test act after the driver has read the flags, before it posts. */
static bool look(int nr, unsigned long *addr)
{
	bool set = sync_test_bit(nr, addr);

	if (nr == _XEN_PCIB_AERHANDLER && recovery_world.on_look)
		recovery_world.on_look();
	return set;
}

#undef sync_test_bit
#define sync_test_bit(nr, addr)	look(nr, addr)

#include "../../../drivers/xen/pciback2/guest/recovery.c"

#undef msecs_to_jiffies

static void an_answer_out_of_range_is_a_refusal(struct kunit *test)
{
	static const s32 answers[] = { 0, 1, 6, 7, -1, -5, 0x100, 0x10005,
				       0x7fffffff, -0x7fffffff - 1 };
	unsigned int i;

	recovery_begin(test);
	for (i = 0; i < ARRAY_SIZE(answers); i++) {
		recovery_world.answer = answers[i];
		recovery_run(test, pci_channel_io_normal);
		KUNIT_EXPECT_EQ_MSG(test, recovery_world.steps, 1,
				    "answer %d", answers[i]);
		recovery_expect_published(test, true);
		recovery_forget_failure(test);
	}
}

static void only_a_reset_that_was_taken_well_is_a_recovery(struct kunit *test)
{
	s32 answer;

	recovery_begin(test);
	recovery_world.detected = (__force s32)PCI_ERS_RESULT_NEED_RESET;
	for (answer = 1; answer <= 5; answer++) {
		recovery_world.answer = answer;
		recovery_run(test, pci_channel_io_frozen);
		recovery_expect_published(test, answer != 5);
		recovery_forget_failure(test);
	}
}

static void a_guest_that_does_not_answer_gets_10_seconds(struct kunit *test)
{
	struct fake_pci *dev = recovery_begin(test);

	recovery_world.answer = RECOVERY_NO_ANSWER;
	recovery_world.bound = HZ / 20;
	recovery_run(test, pci_channel_io_frozen);
	KUNIT_EXPECT_EQ(test, recovery_world.steps, 1);
	KUNIT_EXPECT_EQ(test, recovery_world.bound_ms, 10000);
	KUNIT_EXPECT_EQ(test, recovery_world.guest->page->flags, XEN_PCIB_AERHANDLER);
	recovery_expect_published(test, true);
	recovery_expect_whole(test, dev);

	/* The failed recovery does not affect the next one. */
	recovery_forget_failure(test);
	recovery_world.answer = 5;
	recovery_world.bound = 10 * HZ;
	recovery_run(test, pci_channel_io_normal);
	recovery_expect_published(test, false);
}

static void a_guest_without_a_handler_is_not_asked(struct kunit *test)
{
	recovery_begin(test);
	recovery_world.guest->page->flags = 0;
	recovery_run(test, pci_channel_io_frozen);
	KUNIT_EXPECT_EQ(test, fake_xen.notified, 0);
	KUNIT_EXPECT_EQ(test, recovery_world.guest->page->flags, 0);
	recovery_expect_published(test, true);
}

static void a_guest_without_a_ring_is_not_asked(struct kunit *test)
{
	recovery_begin(test);
	pb2_ring_detach(recovery_world.guest->fe);
	recovery_run(test, pci_channel_io_frozen);
	KUNIT_EXPECT_EQ(test, recovery_world.steps, 0);
	recovery_expect_published(test, true);
}

static void detach_work(struct work_struct *work)
{
	pb2_ring_detach(recovery_world.guest->fe);
}

static void detach_soon(void)
{
	recovery_world.steps++;
	queue_work(pb2_wq, &recovery_world.detach);
}

static void a_ring_that_goes_away_ends_the_step(struct kunit *test)
{
	unsigned long start = jiffies;

	recovery_begin(test);
	INIT_WORK(&recovery_world.detach, detach_work);
	fake_xen.on_notify = detach_soon;
	recovery_run(test, pci_channel_io_normal);
	KUNIT_EXPECT_TRUE(test, time_before(jiffies, start + 5 * HZ));
	flush_work(&recovery_world.detach);
	KUNIT_EXPECT_EQ(test, fake_xen.mapped, 0);
	KUNIT_EXPECT_EQ(test, recovery_world.steps, 1);
	recovery_expect_published(test, true);

	recovery_run(test, pci_channel_io_normal);
	KUNIT_EXPECT_EQ(test, recovery_world.steps, 0);
}

/* Gives the detach enough time to get as far as it can. */
static void detach_meanwhile(void)
{
	recovery_world.on_look = NULL;
	queue_work(pb2_wq, &recovery_world.detach);
	msleep(100);
}

/* The detach of the ring begins before the step is posted. */
static void no_event_is_sent_to_a_port_that_is_unbound(struct kunit *test)
{
	recovery_begin(test);
	INIT_WORK(&recovery_world.detach, detach_work);
	fake_xen.on_notify = NULL;
	recovery_world.on_look = detach_meanwhile;
	recovery_run(test, pci_channel_io_normal);
	flush_work(&recovery_world.detach);
	KUNIT_EXPECT_EQ(test, fake_xen.bound, 0);
}

static struct kunit *early;

static void recover_early(void)
{
	recovery_run(early, pci_channel_io_normal);
}

/* The guest could not answer such a step, and its event would be lost. */
static void no_step_starts_before_the_ring_is_attached(struct kunit *test)
{
	struct guest *guest = test->priv;

	recovery_begin(test);
	pb2_ring_detach(guest->fe);
	early = test;
	fake_xen.on_bind = recover_early;
	recovery_world.bound = HZ / 20;
	KUNIT_ASSERT_EQ(test,
			pb2_ring_attach(guest->fe, GUEST_GREF, GUEST_PORT), 0);
	KUNIT_EXPECT_EQ(test, recovery_world.steps, 0);
	KUNIT_EXPECT_EQ(test, fake_xen.notified, 0);

	recovery_world.bound = 10 * HZ;
	recovery_run(test, pci_channel_io_normal);
	KUNIT_EXPECT_EQ(test, recovery_world.steps, 2);
}

static void the_event_of_an_answer_is_not_spurious(struct kunit *test)
{
	recovery_begin(test);
	recovery_world.answer = (__force s32)PCI_ERS_RESULT_DISCONNECT;
	recovery_run(test, pci_channel_io_normal);
	KUNIT_EXPECT_TRUE(test, guest_wait(READ_ONCE(fake_xen.eois) == 1));
	KUNIT_EXPECT_EQ(test, fake_xen.spurious, 0);
	KUNIT_EXPECT_TRUE(test, guest_sends_event(test));
}

static void storm(void)
{
	unsigned int i;

	for (i = 0; i < 10; i++) {
		unsigned int eois = READ_ONCE(fake_xen.eois);

		fake_xen_event();
		guest_wait(READ_ONCE(fake_xen.eois) > eois);
	}
}

static void events_without_an_answer_are_spurious(struct kunit *test)
{
	recovery_begin(test);
	recovery_world.bound = HZ / 20;
	fake_xen.on_notify = storm;
	recovery_run(test, pci_channel_io_normal);
	KUNIT_EXPECT_EQ(test, fake_xen.spurious, 10);
}

/* The guest's driver reads registers before it answers. */
static void read_and_answer(void)
{
	struct xen_pci_sharedinfo *page = recovery_world.guest->page;
	struct xen_pci_op op = {
		.cmd = XEN_PCI_OP_conf_read,
		.size = 2,
	};

	fake_xen.on_notify = NULL;
	page->op = op;
	set_bit(_XEN_PCIF_active, (unsigned long *)&page->flags);
	fake_xen_event();
	guest_wait(!(READ_ONCE(page->flags) & XEN_PCIF_active));
	fake_xen.on_notify = recovery_answer;
	recovery_answer();
}

static void requests_are_served_during_a_step(struct kunit *test)
{
	recovery_begin(test);
	fake_xen.on_notify = read_and_answer;
	recovery_run(test, pci_channel_io_normal);
	recovery_expect_published(test, false);
	KUNIT_EXPECT_EQ(test, recovery_world.guest->page->op.err, 0);
	KUNIT_EXPECT_EQ(test, recovery_world.guest->page->op.value, 0x8086);
}

/* The guest's driver asks for a register right after it has answered. */
static void answer_and_read(void)
{
	struct xen_pci_sharedinfo *page = recovery_world.guest->page;

	fake_xen.on_notify = NULL;
	page->op = (struct xen_pci_op) {
		.cmd = XEN_PCI_OP_conf_read, .size = 2,
	};
	page->aer_op.err = (__force s32)PCI_ERS_RESULT_DISCONNECT;
	set_bit(_XEN_PCIF_active, (unsigned long *)&page->flags);
	clear_bit(_XEN_PCIB_active, (unsigned long *)&page->flags);
	fake_xen_event();
}

static void a_request_that_came_with_an_answer_has_its_event_to_come(struct kunit *test)
{
	recovery_begin(test);
	fake_xen.on_notify = answer_and_read;
	recovery_run(test, pci_channel_io_normal);
	KUNIT_EXPECT_TRUE(test, guest_wait(READ_ONCE(fake_xen.eois) == 1));
	KUNIT_EXPECT_TRUE(test, guest_is_answered(test));
	KUNIT_EXPECT_FALSE(test, guest_sends_event(test));
	KUNIT_EXPECT_TRUE(test, guest_sends_event(test));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(an_answer_out_of_range_is_a_refusal),
	KUNIT_CASE(only_a_reset_that_was_taken_well_is_a_recovery),
	KUNIT_CASE(a_guest_that_does_not_answer_gets_10_seconds),
	KUNIT_CASE(a_guest_without_a_handler_is_not_asked),
	KUNIT_CASE(a_guest_without_a_ring_is_not_asked),
	KUNIT_CASE(a_ring_that_goes_away_ends_the_step),
	KUNIT_CASE(no_event_is_sent_to_a_port_that_is_unbound),
	KUNIT_CASE(no_step_starts_before_the_ring_is_attached),
	KUNIT_CASE(the_event_of_an_answer_is_not_spurious),
	KUNIT_CASE(events_without_an_answer_are_spurious),
	KUNIT_CASE(requests_are_served_during_a_step),
	KUNIT_CASE(a_request_that_came_with_an_answer_has_its_event_to_come),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_recovery",
	.init = recovery_world_init,
	.exit = guest_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
