// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of power.c: D3hot while no domain uses a function, D0 otherwise
 */
#include "../support/life_world.h"

#define pci_num_vf fake_pci_num_vf

#include "../../../drivers/xen/pciback2/life/power.c"

static void wake(struct pb2_device *pbdev)
{
	device_lock(&pbdev->pdev->dev);
	pb2_power_wake(pbdev);
	device_unlock(&pbdev->pdev->dev);
}

static void allow_suspend(struct pb2_device *pbdev)
{
	device_lock(&pbdev->pdev->dev);
	pb2_power_allow_suspend(pbdev);
	device_unlock(&pbdev->pdev->dev);
}

static unsigned int hw_state(const struct fake_pci *dev)
{
	return fake_pci_get(dev, FAKE_PCI_PM + PCI_PM_CTRL, 2) &
	       PCI_PM_CTRL_STATE_MASK;
}

static void idle_means_d3hot_with_the_state_saved_before(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	fake_pci_pass_time();
	/* Xen is asked last, and is asked whatever pciback2 believes. */
	fake_expect_calls(test, "test_assign=300", "save_now", "set_power=3",
			  NULL);
	KUNIT_EXPECT_TRUE(test, world->pdev->current_state == PCI_D3hot);
	KUNIT_EXPECT_EQ(test, hw_state(world->dev), 3);
	KUNIT_EXPECT_FALSE(test, world->pbdev->reset.woken);
}

static void waking_restores_what_d3hot_has_cleared(struct kunit *test)
{
	struct life_world *world = test->priv;
	const unsigned int devctl = FAKE_PCI_EXP + PCI_EXP_DEVCTL;
	u32 command, bar;

	life_seize_dev(test);
	fake_pci_set(world->dev, devctl, 2, PCI_EXP_DEVCTL_PAYLOAD_256B);
	command = fake_pci_get(world->dev, PCI_COMMAND, 2);
	bar = fake_pci_get(world->dev, PCI_BASE_ADDRESS_0, 4);
	KUNIT_ASSERT_NE(test, command, 0);
	KUNIT_ASSERT_NE(test, bar, 0);

	fake_pci_pass_time();
	wake(world->pbdev);
	KUNIT_EXPECT_TRUE(test, world->pdev->current_state == PCI_D0);
	KUNIT_EXPECT_EQ(test, hw_state(world->dev), 0);
	KUNIT_EXPECT_EQ(test, fake_pci_get(world->dev, PCI_COMMAND, 2),
			command);
	KUNIT_EXPECT_EQ(test, fake_pci_get(world->dev, PCI_BASE_ADDRESS_0, 4),
			bar);
	KUNIT_EXPECT_EQ(test, fake_pci_get(world->dev, devctl, 2),
			PCI_EXP_DEVCTL_PAYLOAD_256B);
	KUNIT_EXPECT_TRUE(test, world->pbdev->reset.woken);
	allow_suspend(world->pbdev);
}

static void what_a_domain_may_reach_does_not_suspend(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_assign_dev(test);
	fake_pci_pass_time();
	KUNIT_EXPECT_TRUE(test, world->pdev->current_state == PCI_D0);

	life_take_back(world->pbdev, &world->fe);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_HELD);
	fake_pci_pass_time();
	KUNIT_EXPECT_TRUE(test, world->pdev->current_state == PCI_D0);

	life_kill(LIFE_DOMID);
	life_look_again(world->pbdev);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_IDLE);
	fake_pci_pass_time();
	KUNIT_EXPECT_TRUE(test, world->pdev->current_state == PCI_D3hot);
}

static void a_function_leaves_d3hot_before_it_is_released(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	fake_pci_pass_time();
	life_remove(world->pdev);
	KUNIT_EXPECT_TRUE(test, world->pdev->current_state == PCI_D0);
	KUNIT_EXPECT_EQ(test, hw_state(world->dev), 0);
	KUNIT_EXPECT_NE(test, fake_pci_get(world->dev, PCI_BASE_ADDRESS_0, 4),
			0);
}

static void a_bridge_never_enters_d3hot(struct kunit *test)
{
	struct fake_pci *bridge = fake_bridge(test, PCI_DEVFN(2, 0));

	life_seize(test, bridge);
	KUNIT_ASSERT_NE(test, bridge->pdev.pm_cap, 0);
	fake_pci_pass_time();
	fake_expect_calls(test, "save_now", NULL);
}

static void a_function_without_pm_stays_in_d0(struct kunit *test)
{
	struct fake_pci *dev = fake_intx(test, PCI_DEVFN(1, 0));

	life_seize(test, dev);
	fake_pci_pass_time();
	fake_expect_calls(test, "save_now", NULL);
}

static void a_function_that_cannot_sleep_is_no_error(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	fake_fail("set_power=3", 1, -EIO);
	fake_pci_pass_time();
	KUNIT_EXPECT_TRUE(test, fake_has_failed());
	KUNIT_EXPECT_TRUE(test, world->pdev->current_state == PCI_D0);
}

static void wake_and_park_are_counted_once(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	device_lock(&world->pdev->dev);
	pb2_power_allow_suspend(world->pbdev);
	pb2_power_wake(world->pbdev);
	pb2_power_wake(world->pbdev);
	KUNIT_EXPECT_EQ(test, world->dev->users, 1);
	pb2_power_allow_suspend(world->pbdev);
	pb2_power_allow_suspend(world->pbdev);
	KUNIT_EXPECT_EQ(test, world->dev->users, 0);
	device_unlock(&world->pdev->dev);
	fake_expect_calls(test, "pm_get", "pm_put", NULL);
}

static void waking_leads_to_d0_whoever_put_it_to_sleep(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	device_lock(&world->pdev->dev);

	/* Runtime PM has put the function into D3hot, and cannot wake it. */
	world->pdev->current_state = PCI_D3hot;
	fake_fail("pm_get", 1, -EIO);
	pb2_power_wake(world->pbdev);
	KUNIT_EXPECT_TRUE(test, world->pdev->current_state == PCI_D0);
	KUNIT_EXPECT_EQ(test, world->dev->users, 1);

	/* Runtime PM takes a function in D3hot for awake. */
	world->pdev->current_state = PCI_D3hot;
	pb2_power_wake(world->pbdev);
	KUNIT_EXPECT_TRUE(test, world->pdev->current_state == PCI_D0);

	pb2_power_allow_suspend(world->pbdev);
	device_unlock(&world->pdev->dev);
	fake_expect_calls(test, "pm_get", "set_power=0", "set_power=0",
			  "pm_put", NULL);
}

static void what_dom0_has_set_is_restored(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	KUNIT_EXPECT_TRUE(test, world->dev->suspends);
	life_remove(world->pdev);
	KUNIT_EXPECT_FALSE(test, world->dev->suspends);

	world->dev->suspends = true;
	life_seize(test, world->dev);
	life_remove(world->pdev);
	KUNIT_EXPECT_TRUE(test, world->dev->suspends);

	/* A domain lives that may have the BARs mapped. */
	world->pbdev = life_seize(test, world->dev);
	life_assign(test, world->pbdev, &world->fe);
	life_remove(world->pdev);
	KUNIT_EXPECT_FALSE(test, world->dev->suspends);
}

/*
 * Without the last reference the function could suspend before runtime PM ends.
 */
static void the_last_reference_goes_after_runtime_pm(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_assign_dev(test);
	life_take_back(world->pbdev, &world->fe);
	KUNIT_ASSERT_EQ(test, world->pbdev->state, PB2_HELD);
	fake_forget();
	life_remove(world->pdev);
	fake_expect_order(test, "pm_stop", "pm_put", "set_assigned=0", NULL);
}

static void only_runtime_pm_puts_a_function_to_sleep(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(world->pbdev), 0);
	life_assign(test, world->pbdev, &world->fe);
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(world->pbdev), 0);
	life_take_back(world->pbdev, &world->fe);
	life_kill(LIFE_DOMID);
	life_look_again(world->pbdev);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_IDLE);
	life_remove(world->pdev);
	KUNIT_EXPECT_EQ(test, fake_count("set_power=3"), 0);
	KUNIT_EXPECT_EQ(test, fake_count("save_now"), 0);
}

static void whoever_wakes_it_may_have_soiled_it(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	device_lock(&world->pdev->dev);
	KUNIT_EXPECT_FALSE(test, pb2_power_is_asleep(world->pbdev));
	pb2_pci_set_power(world->pdev, PCI_D3hot);
	KUNIT_EXPECT_TRUE(test, pb2_power_is_asleep(world->pbdev));

	/*
	 * User space has changed the power state without the kernel's
	 * knowledge.
	 */
	fake_pci_set(world->dev, FAKE_PCI_PM + PCI_PM_CTRL, 2, 0);
	KUNIT_EXPECT_FALSE(test, pb2_power_is_asleep(world->pbdev));
	fake_pci_set(world->dev, FAKE_PCI_PM + PCI_PM_CTRL, 2, 3);
	KUNIT_EXPECT_TRUE(test, pb2_power_is_asleep(world->pbdev));

	KUNIT_EXPECT_EQ(test, pb2_power_ops.runtime_resume(&world->pdev->dev),
			0);
	KUNIT_EXPECT_FALSE(test, pb2_power_is_asleep(world->pbdev));
	pb2_pci_set_power(world->pdev, PCI_D0);
	device_unlock(&world->pdev->dev);
}

static void a_pf_stays_awake_for_its_vfs(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	world->dev->num_vf = 1;
	KUNIT_EXPECT_EQ(test, pb2_power_ops.runtime_suspend(&world->pdev->dev),
			-EBUSY);
	world->dev->num_vf = 0;
	KUNIT_EXPECT_EQ(test, fake_count("set_power"), 0);
}

static void dom0s_sleep_leaves_what_a_domain_has_in_d0(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct device *dev = &world->pdev->dev;

	life_seize_dev(test);
	world->pdev->current_state = PCI_D3hot;
	KUNIT_EXPECT_EQ(test, pb2_power_ops.suspend(dev), 0);
	KUNIT_EXPECT_EQ(test, fake_count("save_now"), 0);

	life_assign(test, world->pbdev, &world->fe);
	KUNIT_EXPECT_EQ(test, pb2_power_ops.suspend(dev), 0);
	KUNIT_EXPECT_EQ(test, fake_count("save_now"), 1);
	life_take_back(world->pbdev, &world->fe);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_HELD);
	KUNIT_EXPECT_EQ(test, pb2_power_ops.suspend(dev), 0);
	KUNIT_EXPECT_EQ(test, fake_count("save_now"), 2);
}

/* xenstored is frozen, so nobody can say whether a domain has the function. */
static void dom0s_sleep_leaves_what_is_awake_in_d0(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	KUNIT_EXPECT_EQ(test, pb2_power_ops.suspend(&world->pdev->dev), 0);
	fake_expect_calls(test, "save_now", NULL);
}

static void d3cold_is_for_those_who_ask_and_ends_with_the_seizure(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	device_lock(&world->pdev->dev);
	pb2_power_allow_d3cold(world->pbdev, false);
	KUNIT_EXPECT_EQ(test, fake_count("allow_d3cold"), 0);
	pb2_power_allow_d3cold(world->pbdev, true);
	pb2_power_allow_d3cold(world->pbdev, true);
	KUNIT_EXPECT_EQ(test, fake_count("allow_d3cold=1"), 1);
	device_unlock(&world->pdev->dev);

	life_remove(world->pdev);
	fake_expect_order(test, "allow_d3cold=0", "pm_stop", NULL);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(dom0s_sleep_leaves_what_is_awake_in_d0),
	KUNIT_CASE(what_dom0_has_set_is_restored),
	KUNIT_CASE(dom0s_sleep_leaves_what_a_domain_has_in_d0),
	KUNIT_CASE(d3cold_is_for_those_who_ask_and_ends_with_the_seizure),
	KUNIT_CASE(whoever_wakes_it_may_have_soiled_it),
	KUNIT_CASE(a_pf_stays_awake_for_its_vfs),
	KUNIT_CASE(idle_means_d3hot_with_the_state_saved_before),
	KUNIT_CASE(waking_restores_what_d3hot_has_cleared),
	KUNIT_CASE(what_a_domain_may_reach_does_not_suspend),
	KUNIT_CASE(a_function_leaves_d3hot_before_it_is_released),
	KUNIT_CASE(a_bridge_never_enters_d3hot),
	KUNIT_CASE(a_function_without_pm_stays_in_d0),
	KUNIT_CASE(a_function_that_cannot_sleep_is_no_error),
	KUNIT_CASE(wake_and_park_are_counted_once),
	KUNIT_CASE(waking_leads_to_d0_whoever_put_it_to_sleep),
	KUNIT_CASE(the_last_reference_goes_after_runtime_pm),
	KUNIT_CASE(only_runtime_pm_puts_a_function_to_sleep),
	{ }
};

static struct kunit_suite suite = {
	.name = "pciback2_power",
	.init = life_world_init,
	.exit = life_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
