// SPDX-License-Identifier: GPL-2.0
/*
 * msi_failure_test.c - tests of requests for vectors that fail again and again
 */
#include "../support/guest.h"

static struct pb2_device *pbdev;
static struct xen_pci_op request;

static int begin(struct kunit *test)
{
	int rc = guest_init(test);

	if (rc)
		return rc;
	pbdev = guest_seize(test, fake_nic(test, 0));
	mutex_lock(&pbdev->gate.lock);
	pb2_intx_enable(pbdev);
	fake_forget();
	return 0;
}

static void end(struct kunit *test)
{
	pb2_msi_release(pbdev);
	pb2_intx_release(pbdev);
	mutex_unlock(&pbdev->gate.lock);
	guest_exit(test);
}

static int ask_msix(u32 nvec)
{
	u32 i;

	request = guest_request(XEN_PCI_OP_enable_msix, nvec);
	for (i = 0; i < nvec; i++)
		request.msix_entries[i].entry = i;
	return pb2_msi_enable_msix(pbdev, &request);
}

static int ask_msi(void)
{
	request = guest_request(XEN_PCI_OP_enable_msi, 0);
	return pb2_msi_enable(pbdev, &request);
}

/* Fails twice each time, as a driver that falls back from MSI-X to MSI does. */
static void ask_in_vain(struct kunit *test, unsigned int times)
{
	for (; times; times--) {
		fake_fail("enable_msix", 1, -ENODEV);
		KUNIT_EXPECT_EQ(test, ask_msix(2), -ENODEV);
		fake_fail("enable_msi", 1, -ENODEV);
		KUNIT_EXPECT_EQ(test, ask_msi(), XEN_PCI_ERR_op_failed);
	}
}

static unsigned int times_asked(void)
{
	return fake_count("enable_msi") + fake_count("enable_msix=2");
}

/* XSA-43: the kernel logs a line for each vector that Xen refuses. */
static void ten_are_enough_for_five_seconds(struct kunit *test)
{
	unsigned int i;

	ask_in_vain(test, 5);
	for (i = 0; i < 5; i++) {
		KUNIT_EXPECT_EQ(test, ask_msix(2), -EBUSY);
		KUNIT_EXPECT_EQ(test, ask_msi(), XEN_PCI_ERR_op_failed);
	}
	KUNIT_EXPECT_EQ(test, times_asked(), 10);
	KUNIT_EXPECT_TRUE(test, pbdev->intx.ack);

	pbdev->msi.since -= 5 * HZ + 1;
	ask_in_vain(test, 4);
	KUNIT_EXPECT_EQ(test, ask_msi(), 0);
	KUNIT_EXPECT_EQ(test, times_asked(), 19);
}

/*
 * A guest that alternates between failure and success must reach the limit, too.
 */
static void a_success_forgives_none(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < 5; i++) {
		KUNIT_EXPECT_EQ(test, ask_msix(1), 0);
		pb2_msi_release(pbdev);
		ask_in_vain(test, 1);
	}
	KUNIT_EXPECT_EQ(test, ask_msix(1), -EBUSY);
}

static void a_refused_guest_keeps_the_vectors_that_it_has(struct kunit *test)
{
	ask_in_vain(test, 4);
	KUNIT_EXPECT_EQ(test, ask_msix(3), 0);
	pbdev->msi.failures = PB2_MSI_MAX_FAILURES;
	KUNIT_EXPECT_EQ(test, ask_msix(4), -EBUSY);
	KUNIT_EXPECT_TRUE(test, pbdev->pdev->msix_enabled);
	KUNIT_EXPECT_EQ(test, fake_count("disable_msix"), 0);
	KUNIT_EXPECT_FALSE(test, pbdev->intx.ack);
}

/* All-ones say that memory decode is on, and name a BAR that does not exist. */
static void one_that_does_not_answer_gets_no_vectors(struct kunit *test)
{
	struct fake_pci *dev = container_of(pbdev->pdev, struct fake_pci, pdev);

	dev->absent = true;
	KUNIT_EXPECT_EQ(test, ask_msi(), XEN_PCI_ERR_op_failed);
	KUNIT_EXPECT_EQ(test, ask_msix(2), -ENODEV);
	KUNIT_EXPECT_EQ(test, (s32)request.value, -ENODEV);
	dev->absent = false;
	KUNIT_EXPECT_EQ(test, times_asked(), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(one_that_does_not_answer_gets_no_vectors),
	KUNIT_CASE(ten_are_enough_for_five_seconds),
	KUNIT_CASE(a_success_forgives_none),
	KUNIT_CASE(a_refused_guest_keeps_the_vectors_that_it_has),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_msi_failure",
	.init = begin,
	.exit = end,
	.test_cases = cases,
};

kunit_test_suite(suite);
