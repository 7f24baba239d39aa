// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of reset_method.c: the methods that reset one function and no other
 */
#include "../support/life_world.h"

void (*life_during_reset)(struct life_world *world);

/* Errno of a method that has reset the function nevertheless, or 0 */
static int method_rc;

static int reset_function(struct pci_dev *pdev)
{
	void (*during)(struct life_world *world) = life_during_reset;
	int rc = pb2_pci_reset_function(pdev);

	/* Only once: the reclaim that follows has a reset of its own. */
	life_during_reset = NULL;
	if (during)
		during(life_world);
	return rc ?: method_rc;
}

#define pb2_pci_reset_function reset_function

#include "../../../drivers/xen/pciback2/life/reset_method.c"

/* Offset of the AF capability in these tests */
#define AF		0xc0

static bool run_methods(struct pb2_device *pbdev)
{
	struct device *dev = &pbdev->pdev->dev;
	bool done;

	device_lock(dev);
	pb2_power_wake(pbdev);
	pb2_pci_set_master(pbdev->pdev, false);
	pb2_pci_lock_cfg(pbdev->pdev);
	pb2_reset_verdict_begin(pbdev);
	done = pb2_reset_method_run(pbdev);
	pb2_pci_restore(pbdev->pdev, pbdev->saved_state);
	pb2_pci_unlock_cfg(pbdev->pdev);
	pb2_power_allow_suspend(pbdev);
	device_unlock(dev);
	return done;
}

/* Set the methods of the reset_method file, ended by 0. */
static void list(struct pci_dev *pdev, u8 first, u8 second, u8 third)
{
	memset(pdev->reset_methods, 0, sizeof(pdev->reset_methods));
	pdev->reset_methods[0] = first;
	pdev->reset_methods[1] = second;
	pdev->reset_methods[2] = third;
}

static void a_method_that_fails_and_resets_is_proven(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	method_rc = -ETIMEDOUT;
	KUNIT_EXPECT_TRUE(test, run_methods(world->pbdev));
	method_rc = 0;
	KUNIT_EXPECT_EQ(test, world->pbdev->reset.verdict, PB2_RESET_PROVEN);
	KUNIT_EXPECT_EQ(test, world->pbdev->reset.rc, 0);
}

static void what_the_kernel_skipped_is_tried(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	world->dev->function_reset = FAKE_RESET_LIES;
	world->dev->flr_reset = FAKE_RESET_WORKS;
	list(world->pdev, 2, PB2_COMPAT_RESET_FLR, 0);
	KUNIT_EXPECT_TRUE(test, run_methods(world->pbdev));
	KUNIT_EXPECT_STREQ(test, world->pbdev->reset.method, "flr");
	KUNIT_EXPECT_EQ(test, world->pbdev->reset.verdict, PB2_RESET_PROVEN);
}

static void what_the_kernel_has_tried_is_not_repeated(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	world->dev->function_reset = FAKE_RESET_LIES;
	world->dev->flr_reset = FAKE_RESET_WORKS;
	list(world->pdev, PB2_COMPAT_RESET_FLR, 0, 0);
	KUNIT_EXPECT_FALSE(test, run_methods(world->pbdev));
	KUNIT_EXPECT_EQ(test, fake_count("reset_flr"), 0);
	KUNIT_EXPECT_STREQ(test, world->pbdev->reset.method, "kernel");
}

static void what_the_administrator_took_out_stays_out(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	world->dev->function_reset = FAKE_RESET_LIES;
	world->dev->flr_reset = FAKE_RESET_WORKS;
	list(world->pdev, PB2_COMPAT_RESET_PM, 0, 0);
	KUNIT_EXPECT_FALSE(test, run_methods(world->pbdev));
	KUNIT_EXPECT_EQ(test, fake_count("reset_flr"), 0);
}

/* The quirk saves and restores the configuration space, with the marker. */
static void a_marker_after_a_method_of_a_quirk_proves_nothing(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	world->dev->function_reset = FAKE_RESET_LIES;
	world->dev->flr_reset = FAKE_RESET_WORKS;
	list(world->pdev, PB2_COMPAT_RESET_SPECIFIC, PB2_COMPAT_RESET_FLR, 0);
	KUNIT_EXPECT_TRUE(test, run_methods(world->pbdev));
	KUNIT_EXPECT_STREQ(test, world->pbdev->reset.method, "kernel");
	KUNIT_EXPECT_EQ(test, world->pbdev->reset.verdict, PB2_RESET_UNPROVEN);
	KUNIT_EXPECT_EQ(test, fake_count("reset_flr"), 0);

	/* A marker that is gone proves the reset. */
	world->dev->function_reset = FAKE_RESET_WORKS;
	KUNIT_EXPECT_TRUE(test, run_methods(world->pbdev));
	KUNIT_EXPECT_EQ(test, world->pbdev->reset.verdict, PB2_RESET_PROVEN);
}

/* The quirk exists because the methods below it do harm. */
static void nothing_below_a_method_of_a_quirk_is_tried(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	world->dev->function_reset = FAKE_RESET_FAILS;
	world->dev->flr_reset = FAKE_RESET_WORKS;
	list(world->pdev, PB2_COMPAT_RESET_SPECIFIC, PB2_COMPAT_RESET_FLR, 0);
	KUNIT_EXPECT_FALSE(test, run_methods(world->pbdev));
	KUNIT_EXPECT_EQ(test, world->pbdev->reset.verdict, PB2_RESET_FAILED);
	list(world->pdev, 2, PB2_COMPAT_RESET_SPECIFIC, PB2_COMPAT_RESET_FLR);
	KUNIT_EXPECT_FALSE(test, run_methods(world->pbdev));
	KUNIT_EXPECT_EQ(test, fake_count("reset_flr"), 0);

	/* The administrator has put FLR above it. */
	list(world->pdev, 2, PB2_COMPAT_RESET_FLR, PB2_COMPAT_RESET_SPECIFIC);
	KUNIT_EXPECT_TRUE(test, run_methods(world->pbdev));
	KUNIT_EXPECT_EQ(test, fake_count("reset_flr"), 1);
}

static void af_wrote(struct fake_pci *dev, unsigned int off, u32 val)
{
	if (off == AF + PCI_AF_CTRL && val & PCI_AF_CTRL_FLR)
		fake_pci_do_reset(dev);
}

static void add_af(struct fake_pci *dev, u8 cap)
{
	unsigned int at = PCI_CAPABILITY_LIST;

	while (fake_pci_get(dev, at, 1))
		at = fake_pci_get(dev, at, 1) + PCI_CAP_LIST_NEXT;
	fake_pci_set(dev, at, 1, AF);
	fake_pci_set(dev, AF, 1, PCI_CAP_ID_AF);
	fake_pci_set(dev, AF + PCI_AF_CAP, 1, cap);
	memcpy(dev->reset_hw + AF, dev->hw + AF, 8);
	dev->reset_hw[at] = AF;
	dev->wrote = af_wrote;
}

static void af_flr_resets(struct kunit *test)
{
	struct life_world *world = test->priv;

	add_af(world->dev, PCI_AF_CAP_TP | PCI_AF_CAP_FLR);
	life_seize_dev(test);
	world->dev->function_reset = FAKE_RESET_NONE;
	list(world->pdev, 2, PB2_COMPAT_RESET_AF, 0);
	KUNIT_EXPECT_TRUE(test, run_methods(world->pbdev));
	KUNIT_EXPECT_STREQ(test, world->pbdev->reset.method, "af_flr");
	KUNIT_EXPECT_EQ(test, world->pbdev->reset.verdict, PB2_RESET_PROVEN);
}

static void af_card_is_pulled(struct fake_pci *dev, unsigned int off, u32 val)
{
	if (off != AF + PCI_AF_CTRL)
		return;
	dev->absent = true;
	fake_slot_empty();
}

static void a_card_that_is_pulled_is_not_waited_for(struct kunit *test)
{
	struct life_world *world = test->priv;
	ktime_t begun;

	fake_slot();
	add_af(world->dev, PCI_AF_CAP_TP | PCI_AF_CAP_FLR);
	life_seize_dev(test);
	world->dev->wrote = af_card_is_pulled;
	begun = ktime_get();
	KUNIT_EXPECT_EQ(test, method_reset_af_flr(world->pdev), -ENODEV);
	KUNIT_EXPECT_LT(test, ktime_ms_delta(ktime_get(), begun), 10000);
	world->dev->absent = false;
}

static void af_without_flr_is_no_method(struct kunit *test)
{
	static const u8 caps[] = { 0, PCI_AF_CAP_TP, PCI_AF_CAP_FLR };
	struct life_world *world = test->priv;
	unsigned int i;

	add_af(world->dev, 0);
	life_seize_dev(test);
	list(world->pdev, 2, PB2_COMPAT_RESET_AF, 0);
	for (i = 0; i < ARRAY_SIZE(caps); i++) {
		fake_pci_set(world->dev, AF + PCI_AF_CAP, 1, caps[i]);
		KUNIT_EXPECT_EQ(test, method_reset_af_flr(world->pdev), -ENOTTY);
	}
	fake_pci_set(world->dev, AF + PCI_AF_CAP, 1,
		     PCI_AF_CAP_TP | PCI_AF_CAP_FLR);
	world->pdev->dev_flags |= PCI_DEV_FLAGS_NO_FLR_RESET;
	KUNIT_EXPECT_EQ(test, method_reset_af_flr(world->pdev), -ENOTTY);
}

/* The fake hardware resets a function that leaves D3hot. */
static void going_through_d3hot_resets(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	world->dev->function_reset = FAKE_RESET_NONE;
	list(world->pdev, 2, PB2_COMPAT_RESET_PM, 0);
	KUNIT_EXPECT_TRUE(test, run_methods(world->pbdev));
	KUNIT_EXPECT_STREQ(test, world->pbdev->reset.method, "pm");
	KUNIT_EXPECT_EQ(test, world->pbdev->reset.verdict, PB2_RESET_PROVEN);
}

static void with_no_soft_reset_d3hot_is_none(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	fake_pci_set(world->dev, FAKE_PCI_PM + PCI_PM_CTRL, 2,
		     PCI_PM_CTRL_NO_SOFT_RESET);
	KUNIT_EXPECT_EQ(test, method_reset_pm(world->pdev), -ENOTTY);
	fake_pci_set(world->dev, FAKE_PCI_PM + PCI_PM_CTRL, 2, 0);
	world->pdev->dev_flags |= PCI_DEV_FLAGS_NO_PM_RESET;
	KUNIT_EXPECT_EQ(test, method_reset_pm(world->pdev), -ENOTTY);
	KUNIT_EXPECT_EQ(test, fake_pci_get(world->dev,
					   FAKE_PCI_PM + PCI_PM_CTRL, 2), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_method_that_fails_and_resets_is_proven),
	KUNIT_CASE(what_the_kernel_skipped_is_tried),
	KUNIT_CASE(what_the_kernel_has_tried_is_not_repeated),
	KUNIT_CASE(what_the_administrator_took_out_stays_out),
	KUNIT_CASE(a_marker_after_a_method_of_a_quirk_proves_nothing),
	KUNIT_CASE(nothing_below_a_method_of_a_quirk_is_tried),
	KUNIT_CASE(af_flr_resets),
	KUNIT_CASE(a_card_that_is_pulled_is_not_waited_for),
	KUNIT_CASE(af_without_flr_is_no_method),
	KUNIT_CASE(going_through_d3hot_resets),
	KUNIT_CASE(with_no_soft_reset_d3hot_is_none),
	{ }
};

static struct kunit_suite suite = {
	.name = "pciback2_reset_method",
	.init = life_world_init,
	.exit = life_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
