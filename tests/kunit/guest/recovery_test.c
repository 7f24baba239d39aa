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
	struct fake_pci *dev = recovery_begin(test);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(answers); i++) {
		recovery_world.answer = answers[i];
		KUNIT_EXPECT_EQ_MSG(test, (__force int)recovery_detect(dev),
				    RECOVERY_FAILED,
				    "answer %d", answers[i]);
		recovery_expect_published(test, true);
		recovery_forget_failure(test);
	}
}

static void a_guest_that_does_not_answer_gets_10_seconds(struct kunit *test)
{
	struct fake_pci *dev = recovery_begin(test);

	recovery_world.answer = RECOVERY_NO_ANSWER;
	recovery_world.bound = HZ / 20;
	KUNIT_EXPECT_EQ(test, (__force int)recovery_detect(dev),
			RECOVERY_FAILED);
	KUNIT_EXPECT_EQ(test, recovery_world.bound_ms, 10000);
	KUNIT_EXPECT_EQ(test, recovery_world.guest->page->flags, XEN_PCIB_AERHANDLER);
	recovery_expect_published(test, true);

	/* The failed step does not affect the next one. */
	recovery_world.answer = 5;
	recovery_world.bound = 10 * HZ;
	KUNIT_EXPECT_EQ(test, (__force int)recovery_detect(dev), 5);
}

static void a_guest_without_a_handler_is_not_asked(struct kunit *test)
{
	struct fake_pci *dev = recovery_begin(test);

	recovery_world.guest->page->flags = 0;
	KUNIT_EXPECT_EQ(test, (__force int)recovery_detect(dev),
			RECOVERY_FAILED);
	KUNIT_EXPECT_EQ(test, fake_xen.notified, 0);
	KUNIT_EXPECT_EQ(test, recovery_world.guest->page->flags, 0);
	recovery_expect_published(test, true);
}

static void a_guest_without_a_ring_is_not_asked(struct kunit *test)
{
	struct fake_pci *dev = recovery_begin(test);

	pb2_ring_detach(recovery_world.guest->fe);
	KUNIT_EXPECT_EQ(test, (__force int)recovery_detect(dev),
			RECOVERY_FAILED);
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
	struct fake_pci *dev = recovery_begin(test);

	INIT_WORK(&recovery_world.detach, detach_work);
	fake_xen.on_notify = detach_soon;
	KUNIT_EXPECT_EQ(test, (__force int)recovery_detect(dev),
			RECOVERY_FAILED);
	KUNIT_EXPECT_TRUE(test, time_before(jiffies, start + 5 * HZ));
	flush_work(&recovery_world.detach);
	KUNIT_EXPECT_EQ(test, fake_xen.mapped, 0);
	KUNIT_EXPECT_EQ(test, recovery_world.steps, 1);

	KUNIT_EXPECT_EQ(test, (__force int)recovery_detect(dev),
			RECOVERY_FAILED);
	KUNIT_EXPECT_EQ(test, recovery_world.steps, 1);
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
	struct fake_pci *dev = recovery_begin(test);

	INIT_WORK(&recovery_world.detach, detach_work);
	fake_xen.on_notify = NULL;
	recovery_world.on_look = detach_meanwhile;
	KUNIT_EXPECT_EQ(test, (__force int)recovery_detect(dev),
			RECOVERY_FAILED);
	flush_work(&recovery_world.detach);
	KUNIT_EXPECT_EQ(test, fake_xen.bound, 0);
}

static struct pci_dev *early;

static void detect_early(void)
{
	pb2_aer_handlers.error_detected(early, pci_channel_io_frozen);
}

/* The guest could not answer such a step, and its event would be lost. */
static void no_step_starts_before_the_ring_is_attached(struct kunit *test)
{
	struct fake_pci *dev = recovery_begin(test);
	struct guest *guest = test->priv;

	pb2_ring_detach(guest->fe);
	early = &dev->pdev;
	fake_xen.on_bind = detect_early;
	recovery_world.bound = HZ / 20;
	KUNIT_ASSERT_EQ(test,
			pb2_ring_attach(guest->fe, GUEST_GREF, GUEST_PORT), 0);
	KUNIT_EXPECT_EQ(test, recovery_world.steps, 0);
	KUNIT_EXPECT_EQ(test, fake_xen.notified, 0);

	recovery_world.bound = 10 * HZ;
	KUNIT_EXPECT_EQ(test, (__force int)recovery_detect(dev), 5);
}

static void the_event_of_an_answer_is_not_spurious(struct kunit *test)
{
	struct fake_pci *dev = recovery_begin(test);

	recovery_detect(dev);
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
	struct fake_pci *dev = recovery_begin(test);

	recovery_world.bound = HZ / 20;
	fake_xen.on_notify = storm;
	recovery_detect(dev);
	KUNIT_EXPECT_EQ(test, fake_xen.spurious, 10);
}

/* The guest's driver reads registers before it answers. */
static void read_and_answer(void)
{
	struct xen_pci_sharedinfo *page = recovery_world.guest->page;
	struct xen_pci_op op = {
		.cmd = XEN_PCI_OP_conf_read,
		.devfn = PCI_DEVFN(1, 0),
		.size = 2,
	};

	fake_xen.on_notify = NULL;
	page->op = op;
	set_bit(_XEN_PCIF_active, (unsigned long *)&page->flags);
	fake_xen_event();
	guest_wait(!(READ_ONCE(page->flags) & XEN_PCIF_active));
	recovery_answer();
}

static void requests_are_served_during_a_step(struct kunit *test)
{
	struct fake_pci *dev = recovery_begin(test);

	fake_xen.on_notify = read_and_answer;
	KUNIT_EXPECT_EQ(test, (__force int)recovery_detect(dev), 5);
	KUNIT_EXPECT_EQ(test, recovery_world.guest->page->op.err, 0);
	KUNIT_EXPECT_EQ(test, recovery_world.guest->page->op.value, 0x8086);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(an_answer_out_of_range_is_a_refusal),
	KUNIT_CASE(a_guest_that_does_not_answer_gets_10_seconds),
	KUNIT_CASE(a_guest_without_a_handler_is_not_asked),
	KUNIT_CASE(a_guest_without_a_ring_is_not_asked),
	KUNIT_CASE(a_ring_that_goes_away_ends_the_step),
	KUNIT_CASE(no_event_is_sent_to_a_port_that_is_unbound),
	KUNIT_CASE(no_step_starts_before_the_ring_is_attached),
	KUNIT_CASE(the_event_of_an_answer_is_not_spurious),
	KUNIT_CASE(events_without_an_answer_are_spurious),
	KUNIT_CASE(requests_are_served_during_a_step),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_recovery",
	.init = recovery_world_init,
	.exit = guest_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
