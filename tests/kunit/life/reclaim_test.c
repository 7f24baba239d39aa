// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of reclaim.c: take a function back from its domain
 */
#include "../support/life_world.h"

#include "../../../drivers/xen/pciback2/life/reclaim.c"

/* What a guest with a running driver leaves behind */
static void use(struct pb2_device *pbdev)
{
	mutex_lock(&pbdev->gate.lock);
	pb2_intx_enable(pbdev);
	mutex_unlock(&pbdev->gate.lock);
	pb2_pci_enable_msi(pbdev->pdev);
	pb2_pci_set_master(pbdev->pdev, true);
	fake_forget();
}

static void the_way_back_keeps_its_order(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_assign_dev(test);
	use(world->pbdev);
	/*
	 * The guest has put the function into D3hot, which the kernel does not
	 * know.
	 */
	world->pdev->current_state = PCI_D3hot;
	life_kill(LIFE_DOMID);
	fake_forget();
	life_take_back(world->pbdev, &world->fe);

	fake_expect_calls(test, "set_power=0", "gate_close", "set_master=0",
			  "free_irq", "disable_msi", "read=vm", "lock_cfg",
			  "set_master=0", "reset_function", "restore", "unlock_cfg",
			  "device_reset", "quirk_clear", "unregister_owner",
			  "pm_put", NULL);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_IDLE);
	KUNIT_EXPECT_EQ(test, fake_pci_get(world->dev, PCI_COMMAND, 2),
			PCI_COMMAND_IO | PCI_COMMAND_MEMORY);
}

static void settings_end_with_the_assignment(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct pb2_device *pbdev;
	u32 before;

	life_assign_dev(test);
	pbdev = world->pbdev;
	pbdev->permissive = true;
	pbdev->allow_interrupt_control = true;
	pbdev->detach_until = jiffies + HZ;
	mutex_lock(&pbdev->gate.lock);
	KUNIT_EXPECT_EQ(test, pb2_conf_quirk_add(pbdev, 0xe0, 4, 0), 0);
	mutex_unlock(&pbdev->gate.lock);

	/* The shadow of a BAR is emulated only without permissive mode. */
	pbdev->permissive = false;
	before = life_overwrite_bar(pbdev);
	KUNIT_ASSERT_NE(test, before, life_read_bar(pbdev));
	pbdev->permissive = true;

	life_take_back(pbdev, &world->fe);
	KUNIT_EXPECT_FALSE(test, pbdev->permissive);
	KUNIT_EXPECT_FALSE(test, pbdev->allow_interrupt_control);
	KUNIT_EXPECT_EQ(test, pbdev->detach_until, 0);
	KUNIT_EXPECT_EQ(test, pbdev->conf->nr_quirks, 0);
	KUNIT_EXPECT_EQ(test, life_read_bar(pbdev), before);
}

static void nothing_happens_in_any_other_state(struct kunit *test)
{
	struct life_world *world = test->priv;
	unsigned int state;

	life_seize_dev(test);
	device_lock(&world->pdev->dev);
	for (state = 0; state < PB2_NR_STATES; state++) {
		if (state == PB2_RECLAIMING)
			continue;
		world->pbdev->state = state;
		pb2_reclaim_now(world->pbdev);
		KUNIT_EXPECT_EQ(test, world->pbdev->state, state);
	}
	device_unlock(&world->pdev->dev);
	fake_expect_calls(test, NULL);
	world->pbdev->state = PB2_IDLE;
}

static void while_its_domain_lives_it_is_held_awake(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_assign_dev(test);
	life_take_back(world->pbdev, &world->fe);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_HELD);
	KUNIT_EXPECT_EQ(test, world->dev->users, 1);
	KUNIT_EXPECT_EQ(test, fake_count("pm_put"), 0);
	KUNIT_EXPECT_TRUE(test, delayed_work_pending(&world->pbdev->hold_work));
	KUNIT_EXPECT_EQ(test, fake_xen_owner(world->pdev), -ENODEV);
}

static void what_does_not_answer_has_failed(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_assign_dev(test);
	use(world->pbdev);
	world->dev->absent = true;
	life_take_back(world->pbdev, &world->fe);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_FAILED);
	/* The other steps of the reclaim took place nevertheless. */
	fake_expect_order(test, "gate_close", "free_irq", "disable_msi",
			  "unregister_owner", NULL);
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&world->pbdev->hold_work));
}

static void a_reset_that_fails_does_not_stop_the_way_back(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_assign_dev(test);
	world->dev->function_reset = FAKE_RESET_FAILS;
	life_kill(LIFE_DOMID);
	life_take_back(world->pbdev, &world->fe);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_IDLE);
	KUNIT_EXPECT_EQ(test, world->pbdev->reset.rc, -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, fake_xen_owner(world->pdev), -ENODEV);
	KUNIT_EXPECT_EQ(test, world->dev->users, 0);
}

/* Nothing would try a failed step again. */
static void no_failing_step_stops_the_way_back(struct kunit *test)
{
	struct life_world *world = test->priv;
	unsigned int nth;

	life_seize_dev(test);
	for (nth = 1; ; nth++) {
		fake_fail_nth(0, 0);
		fake_xen_put("/local/domain/7", "vm", "/vm/seven");
		life_assign(test, world->pbdev, &world->fe);
		use(world->pbdev);
		life_kill(LIFE_DOMID);

		fake_fail_nth(nth, -EIO);
		life_take_back(world->pbdev, &world->fe);
		/* HELD ends when xenstore answers again. */
		life_look_again(world->pbdev);
		LIFE_EXPECT_STATE(test, world->pbdev, PB2_IDLE);
		KUNIT_EXPECT_EQ(test, world->dev->users, 0);
		KUNIT_EXPECT_EQ(test, fake_xen.owners, 0);
		KUNIT_EXPECT_FALSE(test, world->pdev->msi_enabled);
		KUNIT_EXPECT_FALSE(test, world->dev->cfg_locked);
		if (!fake_has_failed())
			break;
	}
	/*
	 * The steps: reset_function, restore, device_reset, the check for the
	 * domain
	 */
	KUNIT_EXPECT_EQ(test, nth, 5);
}

static void queued_twice_it_goes_once(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_assign_dev(test);
	device_lock(&world->pdev->dev);
	pb2_frontend_remove(&world->fe, &world->pbdev->sbdf);
	pb2_work_queue(world->pbdev, &world->pbdev->reclaim_work);
	pb2_work_queue(world->pbdev, &world->pbdev->reclaim_work);
	device_unlock(&world->pdev->dev);
	life_settle(world->pbdev);
	KUNIT_EXPECT_EQ(test, fake_count("reset_function"), 1);
	KUNIT_EXPECT_EQ(test, fake_count("unregister_owner"), 1);
	/* The references of the registry, the test and the pending check */
	KUNIT_EXPECT_EQ(test, kref_read(&world->pbdev->ref), 3);
}

static void late_work_leaves_a_released_function_alone(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	world->pbdev->released = true;
	world->pbdev->state = PB2_RECLAIMING;
	pb2_work_queue(world->pbdev, &world->pbdev->reclaim_work);
	life_settle(world->pbdev);
	fake_expect_calls(test, NULL);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_RECLAIMING);
	world->pbdev->released = false;
	world->pbdev->state = PB2_IDLE;
}

static void all_functions_of_a_domain_come_back(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct pb2_device *pbdevs[3];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pbdevs); i++) {
		pbdevs[i] = life_seize(test, fake_nic(test, PCI_DEVFN(4, i)));
		life_assign(test, pbdevs[i], &world->fe);
	}
	life_kill(LIFE_DOMID);
	pb2_frontend_remove_all(&world->fe);
	for (i = 0; i < ARRAY_SIZE(pbdevs); i++) {
		life_settle(pbdevs[i]);
		LIFE_EXPECT_STATE(test, pbdevs[i], PB2_IDLE);
	}
	KUNIT_EXPECT_EQ(test, fake_count("reset_function"), 3);
	KUNIT_EXPECT_EQ(test, fake_xen.owners, 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(the_way_back_keeps_its_order),
	KUNIT_CASE(settings_end_with_the_assignment),
	KUNIT_CASE(nothing_happens_in_any_other_state),
	KUNIT_CASE(while_its_domain_lives_it_is_held_awake),
	KUNIT_CASE(what_does_not_answer_has_failed),
	KUNIT_CASE(a_reset_that_fails_does_not_stop_the_way_back),
	KUNIT_CASE(no_failing_step_stops_the_way_back),
	KUNIT_CASE(queued_twice_it_goes_once),
	KUNIT_CASE(late_work_leaves_a_released_function_alone),
	KUNIT_CASE(all_functions_of_a_domain_come_back),
	{ }
};

static struct kunit_suite suite = {
	.name = "pciback2_reclaim",
	.init = life_world_init,
	.exit = life_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
