// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of a guest's own FLR, and of domains that leave during a reset
 */
#include "../support/life_world.h"

static void a_guests_flr_is_carried_out_on_the_work_queue(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_assign_dev(test);
	device_lock(&world->pdev->dev);
	life_ask_for_flr(world->pbdev);
	/* The request is answered at once, before the reset. */
	KUNIT_EXPECT_EQ(test, life_gate(world->pbdev, &world->fe),
			PB2_GATE_BLOCKED);
	KUNIT_EXPECT_EQ(test, fake_count("reset_function"), 0);
	device_unlock(&world->pdev->dev);

	life_settle(world->pbdev);
	KUNIT_EXPECT_EQ(test, fake_count("reset_function"), 1);
	KUNIT_EXPECT_EQ(test, life_gate(world->pbdev, &world->fe),
			PB2_GATE_OPEN);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_ASSIGNED);
	/* A guest's FLR is no sign of a pending detach. */
	KUNIT_EXPECT_FALSE(test, pb2_gate_is_detaching(world->pbdev));
	KUNIT_EXPECT_EQ(test, kref_read(&world->pbdev->ref), 3);
}

static void until_its_flr_is_done_the_guest_reads_ones(struct kunit *test)
{
	u32 value = PCI_EXP_DEVCTL_BCR_FLR;
	struct life_world *world = test->priv;

	life_assign_dev(test);
	pb2_guest_reset_allow(world->pbdev, true);
	device_lock(&world->pdev->dev);
	KUNIT_EXPECT_EQ(test, life_request(world, XEN_PCI_OP_conf_write,
					   FAKE_PCI_EXP + PCI_EXP_DEVCTL, 2,
					   &value), 0);
	value = 0;
	KUNIT_EXPECT_EQ(test, life_request(world, XEN_PCI_OP_conf_read,
					   PCI_VENDOR_ID, 4, &value), 0);
	KUNIT_EXPECT_EQ(test, value, 0xffffffff);
	KUNIT_EXPECT_EQ(test, world->dev->resets, 1);
	device_unlock(&world->pdev->dev);

	life_settle(world->pbdev);
	KUNIT_EXPECT_EQ(test, life_request(world, XEN_PCI_OP_conf_read,
					   PCI_VENDOR_ID, 4, &value), 0);
	KUNIT_EXPECT_EQ(test, value, 0x10d38086);
	/* One reset when the function was seized, and the guest's */
	KUNIT_EXPECT_EQ(test, world->dev->resets, 2);
}

static void a_guests_second_flr_is_the_first(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_assign_dev(test);
	device_lock(&world->pdev->dev);
	life_ask_for_flr(world->pbdev);
	life_ask_for_flr(world->pbdev);
	life_ask_for_flr(world->pbdev);
	device_unlock(&world->pdev->dev);
	life_settle(world->pbdev);
	life_settle(world->pbdev);
	KUNIT_EXPECT_EQ(test, fake_count("reset_function"), 1);
	KUNIT_EXPECT_EQ(test, kref_read(&world->pbdev->ref), 3);
}

static void a_guests_flr_ends_with_its_domain(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_assign_dev(test);
	device_lock(&world->pdev->dev);
	life_ask_for_flr(world->pbdev);
	pb2_frontend_remove(&world->fe, &world->pbdev->sbdf);
	device_unlock(&world->pdev->dev);
	life_settle(world->pbdev);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_HELD);
	/* The reset is that of the reclaim. */
	KUNIT_EXPECT_EQ(test, fake_count("reset_function"), 1);
	KUNIT_EXPECT_EQ(test, life_gate(world->pbdev, &world->fe),
			PB2_GATE_CLOSED);
}

/*
 * The work may get device_lock when the next domain already has the function.
 */
static void a_guests_flr_does_not_hit_the_next_domain(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct pb2_device *pbdev;

	life_assign_dev(test);
	pbdev = world->pbdev;
	device_lock(&world->pdev->dev);
	life_ask_for_flr(pbdev);
	pb2_frontend_remove(&world->fe, &pbdev->sbdf);
	pb2_reclaim_now(pbdev);
	KUNIT_EXPECT_EQ(test, pb2_assign_claim(pbdev, &world->other,
					       LIFE_OTHER_DOMID), 0);
	pb2_gate_open(pbdev, &world->other);
	fake_forget();
	device_unlock(&world->pdev->dev);

	life_settle(pbdev);
	fake_expect_calls(test, NULL);
	LIFE_EXPECT_STATE(test, pbdev, PB2_ASSIGNED);
	pb2_gate_close(pbdev);
}

/* Sets the bit through the ring, and returns what @off reads then. */
static u32 set_flr_bit(struct life_world *world, unsigned int off)
{
	u32 value = PCI_EXP_DEVCTL_BCR_FLR;

	if (life_request(world, XEN_PCI_OP_conf_write,
			 FAKE_PCI_EXP + PCI_EXP_DEVCTL, 2, &value))
		fake_wrong("the guest's write fails");
	life_request(world, XEN_PCI_OP_conf_read, off, 4, &value);
	return value;
}

static void a_guest_may_not_reset_its_function_unless_allowed(struct kunit *test)
{
	struct life_world *world = test->priv;
	unsigned int resets, i;

	life_assign_dev(test);
	resets = world->dev->resets;
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, set_flr_bit(world, PCI_VENDOR_ID),
				0x10d38086);
	life_settle(world->pbdev);
	KUNIT_EXPECT_EQ(test, world->dev->resets, resets);
	KUNIT_EXPECT_EQ(test, world->pbdev->guest_reset.dropped, 3);
	KUNIT_EXPECT_EQ(test, world->pbdev->guest_reset.done, 0);
	KUNIT_EXPECT_FALSE(test, set_flr_bit(world, FAKE_PCI_EXP +
					     PCI_EXP_DEVCAP) &
				 PCI_EXP_DEVCAP_FLR);
}

static void a_permission_to_reset_ends_with_the_assignment(struct kunit *test)
{
	struct life_world *world = test->priv;

	/* Before the guest starts, as its configuration would have it */
	life_seize_dev(test);
	pb2_guest_reset_allow(world->pbdev, true);
	life_assign(test, world->pbdev, &world->fe);
	KUNIT_EXPECT_TRUE(test, world->pbdev->guest_reset.allowed);
	life_take_back(world->pbdev, &world->fe);
	life_settle(world->pbdev);
	KUNIT_EXPECT_FALSE(test, world->pbdev->guest_reset.allowed);
}

static void a_guests_resets_come_one_after_the_other(struct kunit *test)
{
	struct life_world *world = test->priv;
	ktime_t begun = ktime_get();

	life_assign_dev(test);
	life_ask_for_flr(world->pbdev);
	life_settle(world->pbdev);
	life_ask_for_flr(world->pbdev);
	life_settle(world->pbdev);
	KUNIT_EXPECT_GE(test, ktime_ms_delta(ktime_get(), begun), 990);
	KUNIT_EXPECT_EQ(test, fake_count("reset_function"), 2);
	KUNIT_EXPECT_EQ(test, world->pbdev->guest_reset.done, 2);
}

/* A function whose FLR does nothing, alone on its bus, whose reset would work */
static void a_guests_reset_ends_at_its_own_function(struct kunit *test)
{
	struct life_world *world = test->priv;
	/* Also where the administrator put the bus first */
	static const u8 lists[][2] = {
		{ PB2_COMPAT_RESET_FLR, PB2_COMPAT_RESET_BUS },
		{ PB2_COMPAT_RESET_BUS, PB2_COMPAT_RESET_FLR },
	};
	unsigned int i;

	life_assign_dev(test);
	world->dev->function_reset = FAKE_RESET_LIES;
	world->dev->flr_reset = FAKE_RESET_LIES;
	world->dev->slot_reset = FAKE_RESET_WORKS;
	world->dev->bus_reset = FAKE_RESET_WORKS;
	for (i = 0; i < ARRAY_SIZE(lists); i++) {
		device_lock(&world->pdev->dev);
		life_ask_for_flr(world->pbdev);
		memcpy(world->pdev->reset_methods, lists[i], sizeof(lists[i]));
		device_unlock(&world->pdev->dev);
		life_settle(world->pbdev);
		KUNIT_EXPECT_EQ(test, world->pbdev->reset.verdict,
				PB2_RESET_DISPROVED);
		LIFE_EXPECT_STATE(test, world->pbdev, PB2_ASSIGNED);
	}
	KUNIT_EXPECT_EQ(test, fake_count("reset_function"), 2);
	KUNIT_EXPECT_EQ(test, fake_count("reset_slot"), 0);
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 0);
	world->dev->function_reset = FAKE_RESET_WORKS;
}

/* The VFs of a PF vanish with its reset, and other domains may have them. */
static void a_guests_reset_spares_the_vfs(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_assign_dev(test);
	world->dev->num_vf = 1;
	life_ask_for_flr(world->pbdev);
	life_settle(world->pbdev);
	KUNIT_EXPECT_EQ(test, fake_count("reset_function"), 0);
	KUNIT_EXPECT_EQ(test, world->dev->resets, 1);
	KUNIT_EXPECT_EQ(test, life_gate(world->pbdev, &world->fe),
			PB2_GATE_OPEN);
	world->dev->num_vf = 0;
}

/*
 * pci_set_power_state() may take pci_bus_sem, and wait a minute for the function,
 * while xenwatch waits for the thread that serves the guest.
 */
static void a_guest_that_sleeps_and_wakes_moves_no_power_state(struct kunit *test)
{
	struct life_world *world = test->priv;
	u32 value;

	life_assign_dev(test);
	for (value = 3; value <= 3; value--) {
		KUNIT_EXPECT_EQ(test, 0,
				life_request(world, XEN_PCI_OP_conf_write,
					     FAKE_PCI_PM + PCI_PM_CTRL, 2,
					     &value));
		KUNIT_EXPECT_EQ(test, fake_pci_get(world->dev,
						   FAKE_PCI_PM + PCI_PM_CTRL,
						   2), 0);
	}
	KUNIT_EXPECT_EQ(test, fake_count("set_power"), 0);
}

/* The domain leaves during the reset. */
static void leave(struct life_world *world)
{
	pb2_frontend_remove_all(&world->fe);
	if (READ_ONCE(world->pbdev->state) != PB2_RESETTING)
		fake_wrong("the reset's state was taken from it");
	if (world->pbdev->back_to != PB2_RECLAIMING)
		fake_wrong("the reset does not end in RECLAIMING");
}

static void die(struct life_world *world)
{
	life_kill(LIFE_DOMID);
	leave(world);
}

static void a_domain_that_leaves_during_a_reset_has_it_reclaimed(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_assign_dev(test);
	life_during_reset = leave;
	pb2_reset_request_run(world->pbdev);
	life_settle(world->pbdev);

	LIFE_EXPECT_STATE(test, world->pbdev, PB2_HELD);
	KUNIT_EXPECT_EQ(test, life_gate(world->pbdev, &world->fe),
			PB2_GATE_CLOSED);
	KUNIT_EXPECT_EQ(test, fake_count("reset_function"), 2);
	KUNIT_EXPECT_EQ(test, fake_count("unregister_owner"), 1);
}

static void a_domain_that_dies_during_a_reset_leaves_it_idle(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_assign_dev(test);
	life_during_reset = die;
	life_ask_for_flr(world->pbdev);
	flush_work(&world->pbdev->flr_work);
	life_settle(world->pbdev);

	LIFE_EXPECT_STATE(test, world->pbdev, PB2_IDLE);
	KUNIT_EXPECT_EQ(test, world->dev->users, 0);
	KUNIT_EXPECT_EQ(test, fake_count("unregister_owner"), 1);
}

static void a_domain_that_leaves_a_dying_function_has_it_reclaimed(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_assign_dev(test);
	world->dev->function_reset = FAKE_RESET_KILLS;
	life_during_reset = leave;
	pb2_reset_request_run(world->pbdev);
	life_settle(world->pbdev);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_FAILED);
	KUNIT_EXPECT_EQ(test, fake_count("unregister_owner"), 1);
	world->dev->absent = false;
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_guests_flr_is_carried_out_on_the_work_queue),
	KUNIT_CASE(until_its_flr_is_done_the_guest_reads_ones),
	KUNIT_CASE(a_guests_second_flr_is_the_first),
	KUNIT_CASE(a_guests_flr_ends_with_its_domain),
	KUNIT_CASE(a_guests_flr_does_not_hit_the_next_domain),
	KUNIT_CASE(a_guest_may_not_reset_its_function_unless_allowed),
	KUNIT_CASE(a_permission_to_reset_ends_with_the_assignment),
	KUNIT_CASE(a_guests_resets_come_one_after_the_other),
	KUNIT_CASE(a_guests_reset_ends_at_its_own_function),
	KUNIT_CASE(a_guests_reset_spares_the_vfs),
	KUNIT_CASE(a_guest_that_sleeps_and_wakes_moves_no_power_state),
	KUNIT_CASE(a_domain_that_leaves_during_a_reset_has_it_reclaimed),
	KUNIT_CASE(a_domain_that_dies_during_a_reset_leaves_it_idle),
	KUNIT_CASE(a_domain_that_leaves_a_dying_function_has_it_reclaimed),
	{ }
};

static struct kunit_suite suite = {
	.name = "pciback2_reset_request_guest",
	.init = life_world_init,
	.exit = life_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
