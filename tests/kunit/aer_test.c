// SPDX-License-Identifier: GPL-2.0
/*
 * aer_test.c - error recovery, as the PCI core sees it
 */
#include <linux/delay.h>

#include "../../drivers/xen/pciback2/aer.c"
#include "support/recovery_world.h"

#define CORE_RECOVERED		((__force int)PCI_ERS_RESULT_RECOVERED)
#define CORE_FAILED		((__force int)PCI_ERS_RESULT_DISCONNECT)
#define CORE_NO_DRIVER		((__force int)PCI_ERS_RESULT_NO_AER_DRIVER)
#define GUEST_CAN_RECOVER	((__force s32)PCI_ERS_RESULT_CAN_RECOVER)
#define GUEST_NEEDS_RESET	((__force s32)PCI_ERS_RESULT_NEED_RESET)
#define GUEST_REFUSES		((__force s32)PCI_ERS_RESULT_DISCONNECT)

static struct pb2_device *pbdev_of(struct fake_pci *dev)
{
	return pci_get_drvdata(&dev->pdev);
}

static void expect_channel(struct kunit *test, pci_channel_state_t channel)
{
	KUNIT_EXPECT_EQ(test, recovery_world.channel, (__force s32)channel);
}

static pci_ers_result_t detect(struct fake_pci *dev, pci_channel_state_t state)
{
	pci_ers_result_t vote;

	device_lock(&dev->pdev.dev);
	dev->pdev.error_state = state;
	vote = pb2_aer_handlers.error_detected(&dev->pdev, state);
	device_unlock(&dev->pdev.dev);
	return vote;
}

/* Whatever the guest answers, and whether there is one */
static void a_frozen_channel_leaves_bars_and_decode(struct kunit *test)
{
	struct fake_pci *dev = recovery_begin(test);
	struct fake_pci *idle = fake_nic(test, 0x48);

	guest_seize(test, idle);
	recovery_world.answer = GUEST_REFUSES;
	KUNIT_EXPECT_EQ(test, recovery_core(test, pci_channel_io_frozen),
			CORE_RECOVERED);
	KUNIT_EXPECT_EQ(test, idle->resets, 2);
	recovery_expect_whole(test, dev);
	recovery_expect_whole(test, idle);
	guest_settle();
	recovery_expect_published(test, true);
	KUNIT_EXPECT_EQ(test, pbdev_of(dev)->gate.state, PB2_GATE_OPEN);
	KUNIT_EXPECT_STREQ(test, pbdev_of(idle)->fault, "");
}

static void a_frozen_channel_is_reset_in_every_state(struct kunit *test)
{
	struct fake_pci *dev = recovery_begin(test);
	struct pb2_device *pbdev = pbdev_of(dev);
	enum pb2_state state, before = pbdev->state;

	for (state = PB2_SEIZING; state < PB2_GONE; state++) {
		pbdev->state = state;
		KUNIT_EXPECT_EQ_MSG(test, recovery_core(test, pci_channel_io_frozen),
				    CORE_RECOVERED, "%s", pb2_state_name(state));
		recovery_expect_whole(test, dev);
		guest_settle();
	}
	pbdev->state = before;
}

static void a_guest_whose_function_was_reset_restarts_it(struct kunit *test)
{
	struct fake_pci *dev = recovery_begin(test);

	recovery_world.detected = GUEST_NEEDS_RESET;
	recovery_run(test, pci_channel_io_frozen);
	recovery_expect_steps(test, XEN_PCI_OP_aer_detected,
			      XEN_PCI_OP_aer_slotreset, XEN_PCI_OP_aer_resume, 0);
	expect_channel(test, pci_channel_io_frozen);
	KUNIT_EXPECT_EQ(test, recovery_world.seen.domain, 0);
	KUNIT_EXPECT_EQ(test, recovery_world.seen.bus, 0);
	KUNIT_EXPECT_EQ(test, recovery_world.seen.devfn, PCI_DEVFN(0, 0));
	KUNIT_EXPECT_EQ(test, recovery_world.guest->page->flags,
			XEN_PCIB_AERHANDLER);
	recovery_expect_whole(test, dev);
	recovery_expect_published(test, false);
}

/* pcifront crashes on a driver without the handler of a step. */
static void a_driver_that_needs_no_reset_gets_no_step_that_few_have(struct kunit *test)
{
	recovery_begin(test);
	recovery_world.detected = GUEST_CAN_RECOVER;
	recovery_run(test, pci_channel_io_normal);
	recovery_expect_steps(test, XEN_PCI_OP_aer_detected,
			      XEN_PCI_OP_aer_resume, 0);
	expect_channel(test, pci_channel_io_normal);
	KUNIT_EXPECT_EQ(test, fake_count("restore"), 0);
	recovery_expect_published(test, false);
}

/* Kernels since 6.18 also reset a channel that is not frozen. */
static void a_reset_that_nobody_told_of_is_noticed(struct kunit *test)
{
	struct fake_pci *dev = recovery_begin(test);

	recovery_world.resets_all = true;
	recovery_world.detected = GUEST_NEEDS_RESET;
	recovery_run(test, pci_channel_io_normal);
	recovery_expect_whole(test, dev);
	expect_channel(test, pci_channel_io_frozen);
	recovery_expect_published(test, false);
}

/* The PCI core has reset the bus, and calls slot_reset of nobody. */
static void a_sibling_without_handlers_does_not_leave_it_without_bars(struct kunit *test)
{
	struct fake_pci *dev = recovery_begin(test);

	fake_nic(test, 0x48);
	recovery_world.detected = GUEST_NEEDS_RESET;
	KUNIT_EXPECT_EQ(test, recovery_core(test, pci_channel_io_frozen),
			CORE_NO_DRIVER);
	KUNIT_EXPECT_EQ(test, pbdev_of(dev)->gate.state, PB2_GATE_BLOCKED);
	recovery_check(dev);
	recovery_expect_whole(test, dev);
	KUNIT_EXPECT_EQ(test, pbdev_of(dev)->gate.state, PB2_GATE_OPEN);
	recovery_expect_steps(test, XEN_PCI_OP_aer_detected,
			      XEN_PCI_OP_aer_slotreset, XEN_PCI_OP_aer_resume, 0);
	recovery_expect_published(test, false);
}

static void a_reset_that_is_still_to_come_is_waited_for(struct kunit *test)
{
	struct fake_pci *dev = recovery_begin(test);
	unsigned int i;

	KUNIT_EXPECT_EQ(test, (__force int)detect(dev, pci_channel_io_frozen),
			(__force int)PCI_ERS_RESULT_NEED_RESET);
	/* An error that needs no reset does not make up for it. */
	detect(dev, pci_channel_io_normal);
	for (i = 0; i < AER_MAX_CHECKS; i++)
		recovery_check(dev);
	KUNIT_EXPECT_EQ(test, fake_count("restore"), 0);
	KUNIT_EXPECT_EQ(test, recovery_world.steps, 0);
	KUNIT_EXPECT_EQ(test, pbdev_of(dev)->gate.state, PB2_GATE_BLOCKED);
	recovery_check(dev);
	KUNIT_EXPECT_EQ(test, fake_count("restore"), 1);
	KUNIT_EXPECT_EQ(test, pbdev_of(dev)->gate.state, PB2_GATE_OPEN);
	expect_channel(test, pci_channel_io_frozen);
}

static void a_core_that_gives_up_is_not_waited_for(struct kunit *test)
{
	struct fake_pci *dev = recovery_begin(test);

	detect(dev, pci_channel_io_frozen);
	device_lock(&dev->pdev.dev);
	KUNIT_EXPECT_EQ(test, (__force int)
			pb2_aer_handlers.error_detected(&dev->pdev,
							pci_channel_io_perm_failure),
			CORE_FAILED);
	device_unlock(&dev->pdev.dev);
	guest_settle();
	KUNIT_EXPECT_EQ(test, fake_count("restore"), 1);
	KUNIT_EXPECT_GT(test, recovery_world.steps, 0);
	recovery_expect_whole(test, dev);
}

static void a_function_that_does_not_come_back_has_a_fault(struct kunit *test)
{
	struct fake_pci *dev = recovery_begin(test);

	dev->bus_reset = FAKE_RESET_KILLS;
	KUNIT_EXPECT_EQ(test, recovery_core(test, pci_channel_io_frozen),
			CORE_FAILED);
	recovery_check(dev);
	KUNIT_EXPECT_EQ(test, recovery_world.steps, 0);
	KUNIT_EXPECT_EQ(test, (__force int)dev->pdev.error_state,
			(__force int)pci_channel_io_frozen);
	recovery_expect_published(test, true);
	dev->absent = false;
}

static void a_restore_that_fails_is_a_fault(struct kunit *test)
{
	struct fake_pci *dev = recovery_begin(test);

	fake_fail("restore", 1, -EINVAL);
	KUNIT_EXPECT_EQ(test, recovery_core(test, pci_channel_io_frozen),
			CORE_FAILED);
	recovery_check(dev);
	KUNIT_EXPECT_EQ(test, recovery_world.steps, 0);
	recovery_expect_published(test, true);
}

static void a_recovery_ends_the_fault_of_an_earlier_one(struct kunit *test)
{
	recovery_begin(test);
	recovery_world.answer = GUEST_REFUSES;
	recovery_run(test, pci_channel_io_normal);
	recovery_expect_published(test, true);
	recovery_world.answer = CORE_RECOVERED;
	pb2_xen_rm(GUEST_BACK, "aerState");
	recovery_run(test, pci_channel_io_normal);
	recovery_expect_published(test, false);
}

/* The xenbus device may be freed while the guest is asked. */
static void a_backend_that_is_gone_does_not_come_back(struct kunit *test)
{
	struct xenbus_device *xdev;
	struct pb2_frontend *fe;

	recovery_begin(test);
	fe = recovery_world.guest->fe;
	xdev = fe->xdev;
	fe->xdev = NULL;
	pb2_xen_rm(GUEST_BACK, "state");
	recovery_world.answer = GUEST_REFUSES;
	recovery_run(test, pci_channel_io_frozen);
	KUNIT_EXPECT_GT(test, recovery_world.steps, 0);
	KUNIT_EXPECT_NULL(test, fake_xen_get(GUEST_BACK, "aerState"));
	fe->xdev = xdev;
}

static void lose_and_answer(void)
{
	struct pb2_device *pbdev = pci_get_drvdata(recovery_world.guest->funcs[0]);

	pb2_frontend_remove_all(recovery_world.guest->fe);
	/* A flush under the ring's lock would be an order that nobody else has. */
	while (READ_ONCE(pbdev->state) == PB2_RECLAIMING)
		msleep(20);
	recovery_answer();
}

static void a_function_that_its_guest_lost_has_no_fault(struct kunit *test)
{
	struct fake_pci *dev = recovery_begin(test);

	fake_xen.on_notify = lose_and_answer;
	recovery_world.answer = GUEST_REFUSES;
	recovery_run(test, pci_channel_io_frozen);
	KUNIT_EXPECT_GT(test, recovery_world.steps, 0);
	KUNIT_EXPECT_STREQ(test, pbdev_of(dev)->fault, "");
}

static void without_an_owner_nobody_is_asked(struct kunit *test)
{
	struct fake_pci *dev = recovery_begin(test);

	pb2_frontend_remove_all(recovery_world.guest->fe);
	guest_settle();
	KUNIT_EXPECT_EQ(test, (__force int)detect(dev, pci_channel_io_frozen),
			(__force int)PCI_ERS_RESULT_NEED_RESET);
	recovery_run(test, pci_channel_io_normal);
	recovery_run(test, pci_channel_io_frozen);
	KUNIT_EXPECT_EQ(test, recovery_world.steps, 0);
	recovery_expect_whole(test, dev);
	recovery_expect_published(test, false);
}

static void a_recovery_keeps_no_reference(struct kunit *test)
{
	struct pb2_frontend *fe;
	unsigned int refs;

	recovery_begin(test);
	fe = recovery_world.guest->fe;
	refs = kref_read(&fe->ref);
	recovery_run(test, pci_channel_io_frozen);
	recovery_world.guest->page->flags = 0;
	recovery_run(test, pci_channel_io_normal);
	KUNIT_EXPECT_EQ(test, kref_read(&fe->ref), refs);
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&fe->ring.aer_lock));
}

/* The PCI core leaves it frozen if it gives up. */
static void the_next_driver_finds_a_channel_that_works(struct kunit *test)
{
	struct fake_pci *dev = fake_nic(test, 0x40);
	struct pci_dev *pdev = &dev->pdev;

	guest_seize(test, dev);
	fake_nic(test, 0x48);
	recovery_core(test, pci_channel_io_frozen);
	device_lock(&pdev->dev);
	pb2_pci_driver.remove(pdev);
	device_unlock(&pdev->dev);
	recovery_expect_whole(test, dev);
}

static void a_reset_thaws_the_channel(struct kunit *test)
{
	struct fake_pci *dev = fake_nic(test, 0x40);

	/* A driver of dom0 had it before. */
	dev->pdev.error_state = pci_channel_io_frozen;
	guest_seize(test, dev);
	KUNIT_EXPECT_EQ(test, (__force int)dev->pdev.error_state,
			(__force int)pci_channel_io_normal);
}

static void a_reset_through_the_core_blocks_the_gate(struct kunit *test)
{
	struct fake_pci *dev = recovery_begin(test);
	struct pb2_device *pbdev = pci_get_drvdata(&dev->pdev);

	pb2_aer_handlers.reset_prepare(&dev->pdev);
	KUNIT_EXPECT_EQ(test, pbdev->gate.state, PB2_GATE_BLOCKED);
	pb2_aer_handlers.reset_done(&dev->pdev);
	KUNIT_EXPECT_EQ(test, pbdev->gate.state, PB2_GATE_OPEN);

	pb2_frontend_remove_all(recovery_world.guest->fe);
	pb2_aer_handlers.reset_prepare(&dev->pdev);
	pb2_aer_handlers.reset_done(&dev->pdev);
	KUNIT_EXPECT_EQ(test, pbdev->gate.state, PB2_GATE_CLOSED);
}

/* pciback2 drops device_lock between the two halves of a reset. */
static void a_reset_through_the_core_does_not_end_a_block_of_ours(struct kunit *test)
{
	struct fake_pci *dev = recovery_begin(test);
	struct pb2_device *pbdev = pci_get_drvdata(&dev->pdev);

	pb2_gate_block(pbdev, PB2_BLOCK_RESET);
	pb2_aer_handlers.reset_prepare(&dev->pdev);
	pb2_aer_handlers.reset_done(&dev->pdev);
	KUNIT_EXPECT_EQ(test, pbdev->gate.state, PB2_GATE_BLOCKED);
	pb2_gate_unblock(pbdev, PB2_BLOCK_RESET);
	KUNIT_EXPECT_EQ(test, pbdev->gate.state, PB2_GATE_OPEN);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_frozen_channel_leaves_bars_and_decode),
	KUNIT_CASE(a_frozen_channel_is_reset_in_every_state),
	KUNIT_CASE(a_guest_whose_function_was_reset_restarts_it),
	KUNIT_CASE(a_driver_that_needs_no_reset_gets_no_step_that_few_have),
	KUNIT_CASE(a_reset_that_nobody_told_of_is_noticed),
	KUNIT_CASE(a_sibling_without_handlers_does_not_leave_it_without_bars),
	KUNIT_CASE(a_reset_that_is_still_to_come_is_waited_for),
	KUNIT_CASE(a_core_that_gives_up_is_not_waited_for),
	KUNIT_CASE(a_function_that_does_not_come_back_has_a_fault),
	KUNIT_CASE(a_restore_that_fails_is_a_fault),
	KUNIT_CASE(a_recovery_ends_the_fault_of_an_earlier_one),
	KUNIT_CASE(a_backend_that_is_gone_does_not_come_back),
	KUNIT_CASE(a_function_that_its_guest_lost_has_no_fault),
	KUNIT_CASE(without_an_owner_nobody_is_asked),
	KUNIT_CASE(a_recovery_keeps_no_reference),
	KUNIT_CASE(the_next_driver_finds_a_channel_that_works),
	KUNIT_CASE(a_reset_thaws_the_channel),
	KUNIT_CASE(a_reset_through_the_core_blocks_the_gate),
	KUNIT_CASE(a_reset_through_the_core_does_not_end_a_block_of_ours),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_aer",
	.init = recovery_world_init,
	.exit = guest_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
