// SPDX-License-Identifier: GPL-2.0
/*
 * recovery_world.c - a guest with a driver that knows error recovery
 */
#include <linux/rwsem.h>
#include <linux/sched.h>

#include "recovery_world.h"

struct recovery_world recovery_world;

/**
 * recovery_answer() - the guest answers a step that was put to it
 *
 * pcifront answers from a work; this guest answers at once, and sends the event
 * of its answer itself.
 *
 * Context: the notification of its event channel.
 */
void recovery_answer(void)
{
	struct xen_pci_sharedinfo *page = recovery_world.guest->page;

	if (!(READ_ONCE(page->flags) & XEN_PCIB_active))
		return;
	/* The guest may take for ever, and the PCI core holds its locks. */
	if (recovery_world.core == current)
		fake_wrong("the PCI core waits for a guest");
	if (recovery_world.steps < RECOVERY_MAX_STEPS)
		recovery_world.cmds[recovery_world.steps] = page->aer_op.cmd;
	recovery_world.steps++;
	if (page->aer_op.cmd == XEN_PCI_OP_aer_detected)
		recovery_world.channel = page->aer_op.err;
	recovery_world.seen = page->aer_op;
	if (recovery_world.answer == RECOVERY_NO_ANSWER)
		return;
	page->aer_op.err = recovery_world.detected &&
			   page->aer_op.cmd == XEN_PCI_OP_aer_detected ?
			   recovery_world.detected : recovery_world.answer;
	clear_bit(_XEN_PCIB_active, (unsigned long *)&page->flags);
	fake_xen_event();
}

/**
 * recovery_world_init() - begin a test
 * @test: the test
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int recovery_world_init(struct kunit *test)
{
	int rc = guest_init_frontend(test);

	memset(&recovery_world, 0, sizeof(recovery_world));
	recovery_world.guest = test->priv;
	recovery_world.answer = (__force s32)PCI_ERS_RESULT_RECOVERED;
	recovery_world.bound = 10 * HZ;
	fake_xen_put(GUEST_BACK, "state", "4");
	return rc;
}

/**
 * recovery_begin() - a guest with a handler, and its ring
 * @test: the test
 *
 * It sees the function 0000:03:08.0 at 0000:00:00.0.
 *
 * Context: may sleep.
 * Return: the function.
 */
struct fake_pci *recovery_begin(struct kunit *test)
{
	struct fake_pci *dev = fake_nic(test, 0x40);
	struct guest *guest = test->priv;

	memset(&recovery_world.seen, 0xff, sizeof(recovery_world.seen));
	guest_give(test, dev);
	KUNIT_ASSERT_EQ(test,
			pb2_ring_attach(guest->fe, GUEST_GREF, GUEST_PORT), 0);
	guest->page->flags = XEN_PCIB_AERHANDLER;
	fake_xen.on_notify = recovery_answer;
	return dev;
}

/* merge_result() of Linux 6.1 */
static pci_ers_result_t core_merge(pci_ers_result_t orig, pci_ers_result_t vote)
{
	if (vote == PCI_ERS_RESULT_NO_AER_DRIVER)
		return vote;
	if (vote == PCI_ERS_RESULT_NONE)
		return orig;
	if (orig == PCI_ERS_RESULT_CAN_RECOVER ||
	    orig == PCI_ERS_RESULT_RECOVERED)
		return vote;
	if (orig == PCI_ERS_RESULT_DISCONNECT &&
	    vote == PCI_ERS_RESULT_NEED_RESET)
		return vote;
	return orig;
}

static pci_ers_result_t core_detected(struct pci_dev *pdev,
				      pci_channel_state_t state)
{
	pdev->error_state = state;
	/* What pciback2 has not seized has a driver without error handlers. */
	if (!pci_get_drvdata(pdev))
		return PCI_ERS_RESULT_NO_AER_DRIVER;
	return pb2_aer_handlers.error_detected(pdev, state);
}

static pci_ers_result_t core_mmio_enabled(struct pci_dev *pdev,
					  pci_channel_state_t state)
{
	return pci_get_drvdata(pdev) ? pb2_aer_handlers.mmio_enabled(pdev) :
				       PCI_ERS_RESULT_NONE;
}

static pci_ers_result_t core_slot_reset(struct pci_dev *pdev,
					pci_channel_state_t state)
{
	return pci_get_drvdata(pdev) ? pb2_aer_handlers.slot_reset(pdev) :
				       PCI_ERS_RESULT_NONE;
}

static pci_ers_result_t core_resume(struct pci_dev *pdev,
				    pci_channel_state_t state)
{
	pdev->error_state = pci_channel_io_normal;
	if (pci_get_drvdata(pdev))
		pb2_aer_handlers.resume(pdev);
	return PCI_ERS_RESULT_NONE;
}

/* pci_bus_reset(): nothing is saved before, and nothing restored afterwards. */
static pci_ers_result_t core_reset(struct pci_dev *pdev,
				   pci_channel_state_t state)
{
	struct fake_pci *dev = fake_pci_of(pdev);

	if (dev->bus_reset == FAKE_RESET_KILLS)
		dev->absent = true;
	else
		fake_pci_do_reset(dev);
	return PCI_ERS_RESULT_NONE;
}

/* In place of pci_bus_sem, so that lockdep sees it above the driver's locks */
static DECLARE_RWSEM(core_bus_sem);

static pci_ers_result_t core_walk(pci_ers_result_t (*step)(struct pci_dev *pdev,
							   pci_channel_state_t state),
				  pci_channel_state_t state,
				  pci_ers_result_t status)
{
	struct fake_pci *dev;

	down_read(&core_bus_sem);
	for (dev = fake_pci_next(NULL); dev; dev = fake_pci_next(dev)) {
		if (dev->pdev.bus != fake_port()->pdev.subordinate)
			continue;
		device_lock(&dev->pdev.dev);
		status = core_merge(status, step(&dev->pdev, state));
		device_unlock(&dev->pdev.dev);
	}
	up_read(&core_bus_sem);
	return status;
}

static pci_ers_result_t core_recover(pci_channel_state_t state)
{
	pci_ers_result_t status;

	status = core_walk(core_detected, state, PCI_ERS_RESULT_CAN_RECOVER);
	if (state == pci_channel_io_frozen || recovery_world.resets_all)
		core_walk(core_reset, state, PCI_ERS_RESULT_NONE);
	if (status == PCI_ERS_RESULT_CAN_RECOVER)
		status = core_walk(core_mmio_enabled, state,
				   PCI_ERS_RESULT_RECOVERED);
	if (status == PCI_ERS_RESULT_NEED_RESET)
		status = core_walk(core_slot_reset, state,
				   PCI_ERS_RESULT_RECOVERED);
	if (status == PCI_ERS_RESULT_RECOVERED)
		core_walk(core_resume, state, PCI_ERS_RESULT_NONE);
	return status;
}

/**
 * recovery_core() - the PCI core recovers all functions on bus 3
 * @test: the test
 * @state: of the channel
 *
 * The same as pcie_do_recovery() of Linux 6.1. A function that was not seized
 * has a driver without error handlers.
 *
 * Context: may sleep.
 * Return: the result of the recovery.
 */
int recovery_core(struct kunit *test, pci_channel_state_t state)
{
	unsigned long start = jiffies;
	pci_ers_result_t status;

	recovery_world.core = current;
	status = core_recover(state);
	recovery_world.core = NULL;
	KUNIT_EXPECT_TRUE_MSG(test, time_before(jiffies, start + 3 * HZ),
			      "the PCI core had to wait");
	return (__force int)status;
}

/**
 * recovery_run() - a recovery of which the PCI core says that it succeeded
 * @test: the test
 * @state: of the channel
 *
 * On return the guest has had its turn.
 *
 * Context: may sleep.
 */
void recovery_run(struct kunit *test, pci_channel_state_t state)
{
	recovery_world.steps = 0;
	KUNIT_EXPECT_EQ(test, recovery_core(test, state),
			(__force int)PCI_ERS_RESULT_RECOVERED);
	guest_settle();
}

/**
 * recovery_check() - the time has come to check on a recovery
 * @dev: of this function
 *
 * Context: may sleep.
 */
void recovery_check(struct fake_pci *dev)
{
	struct pb2_device *pbdev = pci_get_drvdata(&dev->pdev);

	pb2_work_redelay(pbdev, &pbdev->recovery.work, 0);
	guest_settle();
}

/**
 * recovery_expect_steps() - expect that the guest was asked to take these steps
 * @test: the test
 *
 * XEN_PCI_OP_aer_* follow, and 0.
 *
 * Context: may sleep.
 */
void recovery_expect_steps(struct kunit *test, ...)
{
	unsigned int i = 0;
	va_list args;
	u32 cmd;

	va_start(args, test);
	while ((cmd = va_arg(args, u32)) && i < RECOVERY_MAX_STEPS) {
		KUNIT_EXPECT_EQ_MSG(test, recovery_world.cmds[i], cmd,
				    "step %u", i);
		i++;
	}
	va_end(args);
	KUNIT_EXPECT_EQ(test, recovery_world.steps, i);
}

/**
 * recovery_expect_whole() - expect BARs and decode after a recovery
 * @test: the test
 * @dev: the function
 *
 * Context: may sleep.
 */
void recovery_expect_whole(struct kunit *test, const struct fake_pci *dev)
{
	KUNIT_EXPECT_EQ(test, fake_pci_get(dev, PCI_BASE_ADDRESS_0, 4) & ~15u,
			lower_32_bits(dev->pdev.resource[0].start));
	KUNIT_EXPECT_TRUE(test, fake_pci_get(dev, PCI_COMMAND, 2) &
				PCI_COMMAND_MEMORY);
	KUNIT_EXPECT_EQ(test, (__force int)dev->pdev.error_state,
			(__force int)pci_channel_io_normal);
}

/**
 * recovery_expect_published() - is a failure known?
 * @test: the test
 * @published: whether it has to be
 *
 * Context: may sleep.
 */
void recovery_expect_published(struct kunit *test, bool published)
{
	const char *val = fake_xen_get(GUEST_BACK, "aerState");
	struct guest *guest = test->priv;
	struct pb2_device *pbdev = pci_get_drvdata(guest->funcs[0]);

	KUNIT_EXPECT_EQ(test, !!pbdev->fault[0], published);
	if (published)
		KUNIT_EXPECT_STREQ(test, val ?: "nothing", "aerfail");
	else
		KUNIT_EXPECT_NULL(test, val);
}

/**
 * recovery_forget_failure() - as if there had been no failure
 * @test: the test
 *
 * Context: may sleep.
 */
void recovery_forget_failure(struct kunit *test)
{
	struct guest *guest = test->priv;
	struct pb2_device *pbdev = pci_get_drvdata(guest->funcs[0]);

	pb2_xen_rm(GUEST_BACK, "aerState");
	pbdev->fault[0] = '\0';
}
