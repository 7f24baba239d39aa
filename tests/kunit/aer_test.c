// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of error recovery by the guest's driver
 *
 * The bound of a step is recorded and shortened, so that a guest that does
 * not answer costs no time.
 */
#include <linux/jiffies.h>
#include <asm/sync_bitops.h>

#include "guest.h"

#define NO_ANSWER	(-1000)
/* To the core, PCI_ERS_RESULT_NONE would mean that all is well. */
#define FAILED		((__force int)PCI_ERS_RESULT_DISCONNECT)

/* What the guest does, and what it saw */
static struct {
	struct guest *guest;
	s32 answer;
	bool late;
	unsigned int steps;
	struct xen_pcie_aer_op seen;
	unsigned int bound_ms;
	unsigned long bound;
	struct work_struct detach;
	void (*on_look)(void);
} state;

static unsigned long bound(unsigned int ms)
{
	state.bound_ms = ms;
	return state.bound;
}

#define msecs_to_jiffies	bound

/* Between the look at the page and the post of the step. */
static bool look(int nr, unsigned long *addr)
{
	bool set = sync_test_bit(nr, addr);

	if (nr == _XEN_PCIB_AERHANDLER && state.on_look)
		state.on_look();
	return set;
}

#undef sync_test_bit
#define sync_test_bit(nr, addr)	look(nr, addr)

#include "../../drivers/xen/pciback2/aer.c"

#undef msecs_to_jiffies

/* pcifront answers from a work; here at once, with the event of its own. */
static void guest_answers(void)
{
	struct xen_pci_sharedinfo *page = state.guest->page;

	if (!(READ_ONCE(page->flags) & XEN_PCIB_active))
		return;
	state.steps++;
	state.seen = page->aer_op;
	if (state.answer == NO_ANSWER)
		return;
	page->aer_op.err = state.answer;
	clear_bit(_XEN_PCIB_active, (unsigned long *)&page->flags);
	fake_xen_event();
}

static int init(struct kunit *test)
{
	int rc = guest_init_frontend(test);

	memset(&state, 0, sizeof(state));
	state.guest = test->priv;
	state.answer = (__force s32)PCI_ERS_RESULT_RECOVERED;
	state.bound = 10 * HZ;
	return rc;
}

/* A guest with a handler, one function of which it sees at 0000:00:01.0. */
static struct fake_pci *begin(struct kunit *test)
{
	struct fake_pci *dev = fake_nic(test, 0x40);
	struct guest *guest = test->priv;

	guest_give(test, fake_nic(test, 0x20));
	guest_give(test, dev);
	KUNIT_ASSERT_EQ(test,
			pb2_ring_attach(guest->fe, GUEST_GREF, GUEST_PORT), 0);
	guest->page->flags = XEN_PCIB_AERHANDLER;
	fake_xen.on_notify = guest_answers;
	return dev;
}

static pci_ers_result_t detect(struct fake_pci *dev)
{
	return pb2_aer_handlers.error_detected(&dev->pdev,
					       pci_channel_io_frozen);
}

static void expect_failure_published(struct kunit *test, bool published)
{
	const char *val = fake_xen_get(GUEST_BACK, "aerState");
	struct guest *guest = test->priv;
	struct pb2_device *pbdev = pci_get_drvdata(guest->funcs[1]);

	KUNIT_EXPECT_EQ(test, !!pbdev->fault[0], published);
	if (published)
		KUNIT_EXPECT_STREQ(test, val ?: "nothing", "aerfail");
	else
		KUNIT_EXPECT_NULL(test, val);
}

static void expect_step(struct kunit *test, pci_ers_result_t result, u32 cmd,
			pci_channel_state_t channel)
{
	KUNIT_EXPECT_EQ(test, (__force int)result, 5);
	KUNIT_EXPECT_EQ(test, state.seen.cmd, cmd);
	KUNIT_EXPECT_EQ(test, state.seen.err, (__force s32)channel);
	KUNIT_EXPECT_EQ(test, state.seen.domain, 0);
	KUNIT_EXPECT_EQ(test, state.seen.bus, 0);
	KUNIT_EXPECT_EQ(test, state.seen.devfn, PCI_DEVFN(1, 0));
}

static void each_step_is_put_to_the_guest(struct kunit *test)
{
	struct fake_pci *dev = begin(test);
	struct pci_dev *pdev = &dev->pdev;
	const struct pci_error_handlers *handlers = &pb2_aer_handlers;

	expect_step(test, handlers->error_detected(pdev, pci_channel_io_frozen),
		    XEN_PCI_OP_aer_detected, pci_channel_io_frozen);
	expect_step(test, handlers->error_detected(pdev, pci_channel_io_normal),
		    XEN_PCI_OP_aer_detected, pci_channel_io_normal);
	expect_step(test, handlers->mmio_enabled(pdev), XEN_PCI_OP_aer_mmio,
		    pci_channel_io_normal);
	expect_step(test, handlers->slot_reset(pdev),
		    XEN_PCI_OP_aer_slotreset, pci_channel_io_normal);
	handlers->resume(pdev);
	expect_step(test, PCI_ERS_RESULT_RECOVERED, XEN_PCI_OP_aer_resume,
		    pci_channel_io_normal);
	KUNIT_EXPECT_EQ(test, state.steps, 5);
	KUNIT_EXPECT_EQ(test, state.guest->page->flags, XEN_PCIB_AERHANDLER);
	expect_failure_published(test, false);
}

/* As if there had been none. */
static void forget_failure(struct kunit *test)
{
	struct guest *guest = test->priv;
	struct pb2_device *pbdev = pci_get_drvdata(guest->funcs[1]);

	pb2_xen_rm(GUEST_BACK, "aerState");
	pbdev->fault[0] = '\0';
}

static void a_recovery_ends_the_fault_of_an_earlier_one(struct kunit *test)
{
	struct fake_pci *dev = begin(test);
	struct pb2_device *pbdev = pci_get_drvdata(&dev->pdev);

	state.answer = (__force s32)PCI_ERS_RESULT_DISCONNECT;
	detect(dev);
	KUNIT_EXPECT_STRNEQ(test, pbdev->fault, "");
	state.answer = (__force s32)PCI_ERS_RESULT_RECOVERED;
	detect(dev);
	KUNIT_EXPECT_STRNEQ(test, pbdev->fault, "");
	pb2_aer_handlers.resume(&dev->pdev);
	KUNIT_EXPECT_STREQ(test, pbdev->fault, "");
}

static void the_guests_answer_is_ours(struct kunit *test)
{
	struct fake_pci *dev = begin(test);
	s32 answer;

	for (answer = 2; answer <= 5; answer++) {
		state.answer = answer;
		KUNIT_EXPECT_EQ(test, (__force int)detect(dev), answer);
		/* Only 4 is a refusal: PCI_ERS_RESULT_DISCONNECT. */
		expect_failure_published(test, answer == 4);
		forget_failure(test);
	}
}

static void an_answer_out_of_range_is_a_refusal(struct kunit *test)
{
	static const s32 answers[] = { 0, 1, 6, 7, -1, -5, 0x100, 0x10005,
				       0x7fffffff, -0x7fffffff - 1 };
	struct fake_pci *dev = begin(test);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(answers); i++) {
		state.answer = answers[i];
		KUNIT_EXPECT_EQ_MSG(test, (__force int)detect(dev),
				    FAILED,
				    "answer %d", answers[i]);
		expect_failure_published(test, true);
		forget_failure(test);
	}
}

static void the_answer_to_a_resume_does_not_matter(struct kunit *test)
{
	struct fake_pci *dev = begin(test);

	state.answer = 0;
	pb2_aer_handlers.resume(&dev->pdev);
	KUNIT_EXPECT_EQ(test, state.steps, 1);
	expect_failure_published(test, false);
}

static void a_guest_that_does_not_answer_gets_10_seconds(struct kunit *test)
{
	struct fake_pci *dev = begin(test);

	state.answer = NO_ANSWER;
	state.bound = HZ / 20;
	KUNIT_EXPECT_EQ(test, (__force int)detect(dev),
			FAILED);
	KUNIT_EXPECT_EQ(test, state.bound_ms, 10000);
	KUNIT_EXPECT_EQ(test, state.guest->page->flags, XEN_PCIB_AERHANDLER);
	expect_failure_published(test, true);

	/* The next step is a new one. */
	state.answer = 5;
	state.bound = 10 * HZ;
	KUNIT_EXPECT_EQ(test, (__force int)detect(dev), 5);
}

static void a_guest_without_a_handler_is_not_asked(struct kunit *test)
{
	struct fake_pci *dev = begin(test);

	state.guest->page->flags = 0;
	KUNIT_EXPECT_EQ(test, (__force int)detect(dev),
			FAILED);
	KUNIT_EXPECT_EQ(test, fake_xen.notified, 0);
	KUNIT_EXPECT_EQ(test, state.guest->page->flags, 0);
	expect_failure_published(test, true);
}

static void a_guest_without_a_ring_is_not_asked(struct kunit *test)
{
	struct fake_pci *dev = begin(test);

	pb2_ring_detach(state.guest->fe);
	KUNIT_EXPECT_EQ(test, (__force int)detect(dev),
			FAILED);
	KUNIT_EXPECT_EQ(test, state.steps, 0);
	expect_failure_published(test, true);
}

/* dom0's own idle function: nothing was lost. */
static void without_an_owner_nobody_is_asked(struct kunit *test)
{
	struct fake_pci *dev = begin(test);
	struct pci_dev *pdev = &dev->pdev;

	pb2_entry_remove_all(state.guest->fe);
	guest_settle();
	KUNIT_EXPECT_EQ(test, (__force int)detect(dev),
			(__force int)PCI_ERS_RESULT_CAN_RECOVER);
	KUNIT_EXPECT_EQ(test, (__force int)
			pb2_aer_handlers.mmio_enabled(pdev),
			(__force int)PCI_ERS_RESULT_RECOVERED);
	KUNIT_EXPECT_EQ(test, (__force int)pb2_aer_handlers.slot_reset(pdev),
			(__force int)PCI_ERS_RESULT_RECOVERED);
	pb2_aer_handlers.resume(pdev);
	KUNIT_EXPECT_EQ(test, state.steps, 0);
	expect_failure_published(test, false);
}

static void a_step_keeps_no_reference(struct kunit *test)
{
	struct fake_pci *dev = begin(test);
	struct pb2_frontend *fe = state.guest->fe;
	unsigned int refs = kref_read(&fe->ref);

	detect(dev);
	state.guest->page->flags = 0;
	detect(dev);
	KUNIT_EXPECT_EQ(test, kref_read(&fe->ref), refs);
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&fe->ring.aer_lock));
}

static void detach_work(struct work_struct *work)
{
	pb2_ring_detach(state.guest->fe);
}

static void detach_soon(void)
{
	state.steps++;
	queue_work(pb2_wq, &state.detach);
}

static void a_ring_that_goes_away_ends_the_step(struct kunit *test)
{
	unsigned long start = jiffies;
	struct fake_pci *dev = begin(test);

	INIT_WORK(&state.detach, detach_work);
	fake_xen.on_notify = detach_soon;
	KUNIT_EXPECT_EQ(test, (__force int)detect(dev),
			FAILED);
	KUNIT_EXPECT_TRUE(test, time_before(jiffies, start + 5 * HZ));
	flush_work(&state.detach);
	KUNIT_EXPECT_EQ(test, fake_xen.mapped, 0);
	KUNIT_EXPECT_EQ(test, state.steps, 1);

	KUNIT_EXPECT_EQ(test, (__force int)detect(dev),
			FAILED);
	KUNIT_EXPECT_EQ(test, state.steps, 1);
}

/* Time enough to get as far as it will. */
static void detach_meanwhile(void)
{
	state.on_look = NULL;
	queue_work(pb2_wq, &state.detach);
	msleep(100);
}

/* The step was not posted yet when the ring began to go. */
static void no_event_is_sent_to_a_port_that_is_unbound(struct kunit *test)
{
	struct fake_pci *dev = begin(test);

	INIT_WORK(&state.detach, detach_work);
	fake_xen.on_notify = NULL;
	state.on_look = detach_meanwhile;
	KUNIT_EXPECT_EQ(test, (__force int)detect(dev),
			FAILED);
	flush_work(&state.detach);
	KUNIT_EXPECT_EQ(test, fake_xen.bound, 0);
}

static struct pci_dev *early;

static void detect_early(void)
{
	pb2_aer_handlers.error_detected(early, pci_channel_io_frozen);
}

/* Its answer could not come, and its event would go astray. */
static void no_step_starts_before_the_ring_is_attached(struct kunit *test)
{
	struct fake_pci *dev = begin(test);
	struct guest *guest = test->priv;

	pb2_ring_detach(guest->fe);
	early = &dev->pdev;
	fake_xen.on_bind = detect_early;
	state.bound = HZ / 20;
	KUNIT_ASSERT_EQ(test,
			pb2_ring_attach(guest->fe, GUEST_GREF, GUEST_PORT), 0);
	KUNIT_EXPECT_EQ(test, state.steps, 0);
	KUNIT_EXPECT_EQ(test, fake_xen.notified, 0);

	state.bound = 10 * HZ;
	KUNIT_EXPECT_EQ(test, (__force int)detect(dev), 5);
}

static void the_event_of_an_answer_is_not_spurious(struct kunit *test)
{
	struct fake_pci *dev = begin(test);

	detect(dev);
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
	struct fake_pci *dev = begin(test);

	state.bound = HZ / 20;
	fake_xen.on_notify = storm;
	detect(dev);
	KUNIT_EXPECT_EQ(test, fake_xen.spurious, 10);
}

/* The guest's driver reads registers before it answers. */
static void read_and_answer(void)
{
	struct xen_pci_sharedinfo *page = state.guest->page;
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
	guest_answers();
}

static void requests_are_served_during_a_step(struct kunit *test)
{
	struct fake_pci *dev = begin(test);

	fake_xen.on_notify = read_and_answer;
	KUNIT_EXPECT_EQ(test, (__force int)detect(dev), 5);
	KUNIT_EXPECT_EQ(test, state.guest->page->op.err, 0);
	KUNIT_EXPECT_EQ(test, state.guest->page->op.value, 0x8086);
}

static void a_reset_through_the_core_blocks_the_gate(struct kunit *test)
{
	struct fake_pci *dev = begin(test);
	struct pb2_device *pbdev = pci_get_drvdata(&dev->pdev);

	pb2_aer_handlers.reset_prepare(&dev->pdev);
	KUNIT_EXPECT_EQ(test, pbdev->gate.state, PB2_GATE_BLOCKED);
	pb2_aer_handlers.reset_done(&dev->pdev);
	KUNIT_EXPECT_EQ(test, pbdev->gate.state, PB2_GATE_OPEN);

	pb2_entry_remove_all(state.guest->fe);
	pb2_aer_handlers.reset_prepare(&dev->pdev);
	pb2_aer_handlers.reset_done(&dev->pdev);
	KUNIT_EXPECT_EQ(test, pbdev->gate.state, PB2_GATE_CLOSED);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(each_step_is_put_to_the_guest),
	KUNIT_CASE(the_guests_answer_is_ours),
	KUNIT_CASE(a_recovery_ends_the_fault_of_an_earlier_one),
	KUNIT_CASE(an_answer_out_of_range_is_a_refusal),
	KUNIT_CASE(the_answer_to_a_resume_does_not_matter),
	KUNIT_CASE(a_guest_that_does_not_answer_gets_10_seconds),
	KUNIT_CASE(a_guest_without_a_handler_is_not_asked),
	KUNIT_CASE(a_guest_without_a_ring_is_not_asked),
	KUNIT_CASE(without_an_owner_nobody_is_asked),
	KUNIT_CASE(a_step_keeps_no_reference),
	KUNIT_CASE(a_ring_that_goes_away_ends_the_step),
	KUNIT_CASE(no_event_is_sent_to_a_port_that_is_unbound),
	KUNIT_CASE(no_step_starts_before_the_ring_is_attached),
	KUNIT_CASE(the_event_of_an_answer_is_not_spurious),
	KUNIT_CASE(events_without_an_answer_are_spurious),
	KUNIT_CASE(requests_are_served_during_a_step),
	KUNIT_CASE(a_reset_through_the_core_blocks_the_gate),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_aer",
	.init = init,
	.exit = guest_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
