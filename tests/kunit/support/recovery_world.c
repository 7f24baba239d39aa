// SPDX-License-Identifier: GPL-2.0
/*
 * recovery_world.c - a guest with a driver that knows error recovery
 */
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
	recovery_world.steps++;
	recovery_world.seen = page->aer_op;
	if (recovery_world.answer == RECOVERY_NO_ANSWER)
		return;
	page->aer_op.err = recovery_world.answer;
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
	return rc;
}

/**
 * recovery_begin() - a guest with a handler, and its ring
 * @test: the test
 *
 * It sees the function at 0000:00:01.0.
 *
 * Context: may sleep.
 * Return: the function.
 */
struct fake_pci *recovery_begin(struct kunit *test)
{
	struct fake_pci *dev = fake_nic(test, 0x40);
	struct guest *guest = test->priv;

	guest_give(test, fake_nic(test, 0x20));
	guest_give(test, dev);
	KUNIT_ASSERT_EQ(test,
			pb2_ring_attach(guest->fe, GUEST_GREF, GUEST_PORT), 0);
	guest->page->flags = XEN_PCIB_AERHANDLER;
	fake_xen.on_notify = recovery_answer;
	return dev;
}

/**
 * recovery_detect() - the PCI core detects an error
 * @dev: of this function
 *
 * Context: may sleep.
 * Return: what the driver answers the core.
 */
pci_ers_result_t recovery_detect(struct fake_pci *dev)
{
	return pb2_aer_handlers.error_detected(&dev->pdev,
					       pci_channel_io_frozen);
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
	struct pb2_device *pbdev = pci_get_drvdata(guest->funcs[1]);

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
	struct pb2_device *pbdev = pci_get_drvdata(guest->funcs[1]);

	pb2_xen_rm(GUEST_BACK, "aerState");
	pbdev->fault[0] = '\0';
}
