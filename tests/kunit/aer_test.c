// SPDX-License-Identifier: GPL-2.0
/*
 * aer_test.c - error recovery, as the PCI core sees it
 */
#include "../../drivers/xen/pciback2/aer.c"
#include "support/recovery_world.h"

static void expect_step(struct kunit *test, pci_ers_result_t result, u32 cmd,
			pci_channel_state_t channel)
{
	KUNIT_EXPECT_EQ(test, (__force int)result, 5);
	KUNIT_EXPECT_EQ(test, recovery_world.seen.cmd, cmd);
	KUNIT_EXPECT_EQ(test, recovery_world.seen.err, (__force s32)channel);
	KUNIT_EXPECT_EQ(test, recovery_world.seen.domain, 0);
	KUNIT_EXPECT_EQ(test, recovery_world.seen.bus, 0);
	KUNIT_EXPECT_EQ(test, recovery_world.seen.devfn, PCI_DEVFN(1, 0));
}

static void each_step_is_put_to_the_guest(struct kunit *test)
{
	struct fake_pci *dev = recovery_begin(test);
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
	KUNIT_EXPECT_EQ(test, recovery_world.steps, 5);
	KUNIT_EXPECT_EQ(test, recovery_world.guest->page->flags, XEN_PCIB_AERHANDLER);
	recovery_expect_published(test, false);
}

static void a_recovery_ends_the_fault_of_an_earlier_one(struct kunit *test)
{
	struct fake_pci *dev = recovery_begin(test);
	struct pb2_device *pbdev = pci_get_drvdata(&dev->pdev);

	recovery_world.answer = (__force s32)PCI_ERS_RESULT_DISCONNECT;
	recovery_detect(dev);
	KUNIT_EXPECT_STRNEQ(test, pbdev->fault, "");
	recovery_world.answer = (__force s32)PCI_ERS_RESULT_RECOVERED;
	recovery_detect(dev);
	KUNIT_EXPECT_STRNEQ(test, pbdev->fault, "");
	pb2_aer_handlers.resume(&dev->pdev);
	KUNIT_EXPECT_STREQ(test, pbdev->fault, "");
}

static void the_guests_answer_is_ours(struct kunit *test)
{
	struct fake_pci *dev = recovery_begin(test);
	s32 answer;

	for (answer = 2; answer <= 5; answer++) {
		recovery_world.answer = answer;
		KUNIT_EXPECT_EQ(test, (__force int)recovery_detect(dev), answer);
		/* Only 4 is a refusal: PCI_ERS_RESULT_DISCONNECT. */
		recovery_expect_published(test, answer == 4);
		recovery_forget_failure(test);
	}
}

static void the_answer_to_a_resume_does_not_matter(struct kunit *test)
{
	struct fake_pci *dev = recovery_begin(test);

	recovery_world.answer = 0;
	pb2_aer_handlers.resume(&dev->pdev);
	KUNIT_EXPECT_EQ(test, recovery_world.steps, 1);
	recovery_expect_published(test, false);
}

/* An idle function can lose nothing, so dom0 recovers it without a guest. */
static void without_an_owner_nobody_is_asked(struct kunit *test)
{
	struct fake_pci *dev = recovery_begin(test);
	struct pci_dev *pdev = &dev->pdev;

	pb2_frontend_remove_all(recovery_world.guest->fe);
	guest_settle();
	KUNIT_EXPECT_EQ(test, (__force int)recovery_detect(dev),
			(__force int)PCI_ERS_RESULT_CAN_RECOVER);
	KUNIT_EXPECT_EQ(test, (__force int)
			pb2_aer_handlers.mmio_enabled(pdev),
			(__force int)PCI_ERS_RESULT_RECOVERED);
	KUNIT_EXPECT_EQ(test, (__force int)pb2_aer_handlers.slot_reset(pdev),
			(__force int)PCI_ERS_RESULT_RECOVERED);
	pb2_aer_handlers.resume(pdev);
	KUNIT_EXPECT_EQ(test, recovery_world.steps, 0);
	recovery_expect_published(test, false);
}

static void a_step_keeps_no_reference(struct kunit *test)
{
	struct fake_pci *dev = recovery_begin(test);
	struct pb2_frontend *fe = recovery_world.guest->fe;
	unsigned int refs = kref_read(&fe->ref);

	recovery_detect(dev);
	recovery_world.guest->page->flags = 0;
	recovery_detect(dev);
	KUNIT_EXPECT_EQ(test, kref_read(&fe->ref), refs);
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&fe->ring.aer_lock));
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
	KUNIT_CASE(each_step_is_put_to_the_guest),
	KUNIT_CASE(the_guests_answer_is_ours),
	KUNIT_CASE(a_recovery_ends_the_fault_of_an_earlier_one),
	KUNIT_CASE(the_answer_to_a_resume_does_not_matter),
	KUNIT_CASE(without_an_owner_nobody_is_asked),
	KUNIT_CASE(a_step_keeps_no_reference),
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
