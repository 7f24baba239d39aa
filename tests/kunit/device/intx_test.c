// SPDX-License-Identifier: GPL-2.0
/*
 * intx_test.c - tests of the dummy handler of a shared line
 */
#include "../../../drivers/xen/pciback2/device/intx.c"

#include "../support/guest.h"

/* Seizes @dev and takes its gate lock, as a request does. */
static struct pb2_device *begin(struct kunit *test, struct fake_pci *dev)
{
	struct pb2_device *pbdev = guest_seize(test, dev);

	mutex_lock(&pbdev->gate.lock);
	fake_forget();
	return pbdev;
}

static void end(struct pb2_device *pbdev)
{
	pb2_intx_release(pbdev);
	mutex_unlock(&pbdev->gate.lock);
}

static void the_handler_comes_and_goes_once(struct kunit *test)
{
	struct fake_pci *dev = fake_nic(test, 0);
	struct pb2_device *pbdev = begin(test, dev);

	pb2_intx_enable(pbdev);
	pb2_intx_enable(pbdev);
	KUNIT_EXPECT_TRUE(test, pbdev->intx.installed);
	KUNIT_EXPECT_EQ(test, fake_pci_interrupt(dev), IRQ_HANDLED);
	pb2_intx_disable(pbdev);
	pb2_intx_disable(pbdev);
	KUNIT_EXPECT_FALSE(test, pbdev->intx.installed);
	KUNIT_EXPECT_FALSE(test, pbdev->intx.ack);
	fake_expect_calls(test, "request_irq=11", "free_irq=11", NULL);
	end(pbdev);
}

static void without_a_pin_there_is_no_handler(struct kunit *test)
{
	struct fake_pci *pf = fake_nic(test, 0);
	struct fake_pci *vf = fake_vf(test, pf, 8);
	struct pb2_device *pbdev;

	/* The pci_dev.irq of a VF means nothing. */
	vf->pdev.irq = 99;
	pbdev = begin(test, vf);
	KUNIT_EXPECT_EQ(test, pbdev->intx.irq, 0);
	pb2_intx_enable(pbdev);
	fake_expect_calls(test, NULL);
	end(pbdev);
}

/*
 * In pci_dev.irq of a function that has a pin but no route in the ACPI tables,
 * there is IRQ_NOTCONNECTED, or what firmware has left in INTERRUPT_LINE.
 */
static void a_line_that_is_no_pirq_is_none(struct kunit *test)
{
	static const unsigned int irqs[] = { IRQ_NOTCONNECTED, 10, 254 };
	struct pb2_device *pbdev;
	struct fake_pci *dev;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(irqs); i++) {
		dev = fake_nic(test, i);
		dev->pdev.irq = irqs[i];
		pbdev = begin(test, dev);
		KUNIT_EXPECT_EQ_MSG(test, pbdev->intx.irq, 0, "%#x", irqs[i]);
		pb2_intx_enable(pbdev);
		fake_expect_calls(test, NULL);
		end(pbdev);
	}
}

static void a_bridge_gets_no_handler(struct kunit *test)
{
	struct fake_pci *dev = fake_bridge(test, 0);
	struct pb2_device *pbdev;

	dev->pdev.pin = 1;
	dev->pdev.irq = FAKE_PCI_LINE;
	pbdev = begin(test, dev);
	KUNIT_EXPECT_EQ(test, pbdev->intx.irq, 0);
	pbdev->intx.irq = FAKE_PCI_LINE;
	pb2_intx_enable(pbdev);
	fake_expect_calls(test, NULL);
	end(pbdev);
}

static void on_an_msi_vector_there_is_no_handler(struct kunit *test)
{
	struct fake_pci *dev = fake_nic(test, 0);
	struct pb2_device *pbdev = begin(test, dev);

	dev->pdev.msi_enabled = 1;
	pb2_intx_enable(pbdev);
	dev->pdev.msi_enabled = 0;
	dev->pdev.msix_enabled = 1;
	pb2_intx_enable(pbdev);
	dev->pdev.msix_enabled = 0;
	fake_expect_calls(test, NULL);
	KUNIT_EXPECT_FALSE(test, pbdev->intx.ack);
	end(pbdev);
}

static void an_msi_does_not_hide_the_line(struct kunit *test)
{
	struct fake_pci *dev = fake_nic(test, 0);
	struct pb2_device *pbdev = begin(test, dev);

	pb2_intx_enable(pbdev);
	dev->pdev.irq = FAKE_PCI_MSI_IRQ;
	pb2_intx_disable(pbdev);
	dev->pdev.irq = FAKE_PCI_LINE;
	fake_expect_calls(test, "request_irq=11", "free_irq=11", NULL);
	end(pbdev);
}

static void a_handler_that_cannot_be_had_is_not_had(struct kunit *test)
{
	struct fake_pci *dev = fake_nic(test, 0);
	struct pb2_device *pbdev = begin(test, dev);

	fake_fail("request_irq", 1, -EBUSY);
	pb2_intx_enable(pbdev);
	KUNIT_EXPECT_TRUE(test, fake_has_failed());
	KUNIT_EXPECT_FALSE(test, pbdev->intx.installed);
	KUNIT_EXPECT_FALSE(test, pbdev->intx.ack);
	pb2_intx_disable(pbdev);
	KUNIT_EXPECT_EQ(test, fake_count("free_irq"), 0);

	pb2_intx_enable(pbdev);
	KUNIT_EXPECT_TRUE(test, pbdev->intx.installed);
	end(pbdev);
}

/* The kernel logs a line for each that Xen or another driver refuses. */
static void a_guest_that_toggles_decode_has_a_budget(struct kunit *test)
{
	struct fake_pci *dev = fake_nic(test, 0);
	struct pb2_device *pbdev = begin(test, dev);
	unsigned int i;

	for (i = 0; i < 1000; i++) {
		pb2_intx_enable(pbdev);
		KUNIT_ASSERT_EQ(test, fake_pci_interrupt(dev), IRQ_HANDLED);
		pb2_intx_disable(pbdev);
		KUNIT_ASSERT_FALSE(test, pbdev->intx.ack);
	}
	KUNIT_EXPECT_EQ(test, fake_count("request_irq"), PB2_INTX_MAX_REQUESTS);
	/* dom0's line keeps a handler, which claims nothing by itself. */
	KUNIT_EXPECT_TRUE(test, pbdev->intx.installed);
	KUNIT_EXPECT_EQ(test, fake_pci_interrupt(dev), IRQ_NONE);
	pb2_intx_pause(pbdev, false);
	KUNIT_EXPECT_FALSE(test, pbdev->intx.ack);

	pb2_intx_release(pbdev);
	KUNIT_EXPECT_FALSE(test, pbdev->intx.installed);
	fake_forget();
	pb2_intx_enable(pbdev);
	pb2_intx_disable(pbdev);
	fake_expect_calls(test, "request_irq=11", "free_irq=11", NULL);
	end(pbdev);
}

static void attempts_that_fail_use_it_up_too(struct kunit *test)
{
	struct fake_pci *dev = fake_nic(test, 0);
	struct pb2_device *pbdev = begin(test, dev);
	unsigned int i;

	for (i = 0; i < 1000; i++) {
		fake_fail("request_irq", 1, -EBUSY);
		pb2_intx_enable(pbdev);
		pb2_intx_disable(pbdev);
	}
	KUNIT_EXPECT_EQ(test, fake_count("request_irq"), PB2_INTX_MAX_REQUESTS);
	KUNIT_EXPECT_FALSE(test, pbdev->intx.installed);
	end(pbdev);
}

static void a_paused_handler_claims_nothing(struct kunit *test)
{
	struct fake_pci *dev = fake_nic(test, 0);
	struct pb2_device *pbdev = begin(test, dev);

	pb2_intx_enable(pbdev);
	pb2_intx_pause(pbdev, true);
	KUNIT_EXPECT_EQ(test, fake_pci_interrupt(dev), IRQ_NONE);
	KUNIT_EXPECT_EQ(test, pbdev->intx.handled, 0);
	pb2_intx_pause(pbdev, false);
	KUNIT_EXPECT_EQ(test, fake_pci_interrupt(dev), IRQ_HANDLED);
	KUNIT_EXPECT_EQ(test, pbdev->intx.handled, 1);
	end(pbdev);
}

static void without_a_handler_nothing_is_claimed(struct kunit *test)
{
	struct fake_pci *dev = fake_nic(test, 0);
	struct pb2_device *pbdev = begin(test, dev);

	pb2_intx_pause(pbdev, false);
	KUNIT_EXPECT_FALSE(test, pbdev->intx.ack);
	pb2_intx_toggle(pbdev);
	KUNIT_EXPECT_FALSE(test, pbdev->intx.ack);
	end(pbdev);
}

static void the_administrator_may_turn_it_off_and_on(struct kunit *test)
{
	struct fake_pci *dev = fake_nic(test, 0);
	struct pb2_device *pbdev = begin(test, dev);

	pb2_intx_enable(pbdev);
	pb2_intx_toggle(pbdev);
	KUNIT_EXPECT_EQ(test, fake_pci_interrupt(dev), IRQ_NONE);
	pb2_intx_toggle(pbdev);
	KUNIT_EXPECT_EQ(test, fake_pci_interrupt(dev), IRQ_HANDLED);
	end(pbdev);
}

/*
 * If the handler went on claiming a line that dom0 no longer shares, the kernel
 * would never notice spurious interrupts on it.
 */
static void on_a_line_of_its_own_it_stops_after_1000(struct kunit *test)
{
	struct fake_pci *dev = fake_nic(test, 0);
	struct pb2_device *pbdev = begin(test, dev);
	unsigned int i, claimed = 0;

	pb2_intx_enable(pbdev);
	for (i = 0; i < 2500; i++)
		claimed += fake_pci_interrupt(dev) == IRQ_HANDLED;
	KUNIT_EXPECT_EQ(test, claimed, 2500);

	fake_xen.unshared = true;
	for (i = 0; i < 1000; i++)
		claimed += fake_pci_interrupt(dev) == IRQ_HANDLED;
	KUNIT_EXPECT_EQ(test, claimed, 3000);
	KUNIT_EXPECT_EQ(test, pbdev->intx.handled, 3000);
	end(pbdev);
}

static void one_line_tells_what_it_does(struct kunit *test)
{
	struct fake_pci *dev = fake_nic(test, 0);
	struct pb2_device *pbdev = begin(test, dev);
	char buf[64];

	pb2_intx_show(pbdev, buf, sizeof(buf));
	KUNIT_EXPECT_STREQ(test, buf, "0000:03:00.0:off:not acking:0\n");
	pb2_intx_enable(pbdev);
	fake_pci_interrupt(dev);
	KUNIT_EXPECT_EQ(test, pb2_intx_show(pbdev, buf, sizeof(buf)),
			strlen(buf));
	KUNIT_EXPECT_STREQ(test, buf, "0000:03:00.0:on:acking:1\n");
	KUNIT_EXPECT_STREQ(test, pbdev->intx.name, "pciback2[0000:03:00.0]");
	KUNIT_EXPECT_EQ(test, pb2_intx_show(pbdev, buf, 5), 4);
	end(pbdev);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(the_handler_comes_and_goes_once),
	KUNIT_CASE(without_a_pin_there_is_no_handler),
	KUNIT_CASE(a_line_that_is_no_pirq_is_none),
	KUNIT_CASE(a_bridge_gets_no_handler),
	KUNIT_CASE(on_an_msi_vector_there_is_no_handler),
	KUNIT_CASE(an_msi_does_not_hide_the_line),
	KUNIT_CASE(a_handler_that_cannot_be_had_is_not_had),
	KUNIT_CASE(a_guest_that_toggles_decode_has_a_budget),
	KUNIT_CASE(attempts_that_fail_use_it_up_too),
	KUNIT_CASE(a_paused_handler_claims_nothing),
	KUNIT_CASE(without_a_handler_nothing_is_claimed),
	KUNIT_CASE(the_administrator_may_turn_it_off_and_on),
	KUNIT_CASE(on_a_line_of_its_own_it_stops_after_1000),
	KUNIT_CASE(one_line_tells_what_it_does),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_intx",
	.init = guest_init,
	.exit = guest_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
