// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of reset_request.c: do_flr of the administrator and the toolstack
 */
#include <linux/completion.h>
#include <linux/delay.h>

#include "../support/life_world.h"

#define pci_num_vf fake_pci_num_vf

#include "../../../drivers/xen/pciback2/life/reset_request.c"

static void do_flr_tells_what_is_known(struct kunit *test)
{
	static const struct {
		enum fake_reset function;
		int want;
		enum pb2_state state;
	} rows[] = {
		{ FAKE_RESET_WORKS, 0, PB2_IDLE },
		/*
		 * A function without a reset stays usable, as with xen-pciback.
		 */
		{ FAKE_RESET_FAILS, -ETIMEDOUT, PB2_IDLE },
		{ FAKE_RESET_NONE, -ENOTTY, PB2_IDLE },
		/* A function that is known to be dirty is kept from domains. */
		{ FAKE_RESET_LIES, -EIO, PB2_FAILED },
		{ FAKE_RESET_WORKS, 0, PB2_IDLE },
	};
	struct life_world *world = test->priv;
	unsigned int i;

	life_seize_dev(test);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		world->dev->function_reset = rows[i].function;
		KUNIT_EXPECT_EQ(test, pb2_reset_request_run(world->pbdev),
				rows[i].want);
		LIFE_EXPECT_STATE(test, world->pbdev, rows[i].state);
	}
}

static void do_flr_of_an_idle_function_wakes_it_and_blocks_suspend(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	fake_pci_pass_time();
	/* Some program has written to it since its last reset. */
	world->pbdev->reset.woken = true;
	fake_forget();
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(world->pbdev), 0);
	fake_expect_calls(test, "pm_get", "lock_cfg", "set_master=0",
			  "reset_function", "restore", "unlock_cfg",
			  "device_reset", "pm_put", "pm_get", NULL);
	KUNIT_EXPECT_EQ(test, world->dev->users, 1);
	KUNIT_EXPECT_TRUE(test, delayed_work_pending(&world->pbdev->suspend_work));
	KUNIT_EXPECT_FALSE(test, pb2_gate_is_detaching(world->pbdev));
}

static void do_flr_after_release_finds_nothing(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	life_remove(world->pdev);
	fake_forget();
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(world->pbdev), -ENODEV);
	fake_expect_calls(test, NULL);
}

static enum pb2_gate_state seen_gate;
static enum pb2_state seen_state;

static void look_around(struct life_world *world)
{
	seen_gate = life_gate(world->pbdev, &world->fe);
	seen_state = READ_ONCE(world->pbdev->state);
}

static void during_do_flr_the_ring_is_answered_without_the_function(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_assign_dev(test);
	life_during_reset = look_around;
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(world->pbdev), 0);
	KUNIT_EXPECT_EQ(test, seen_gate, PB2_GATE_BLOCKED);
	KUNIT_EXPECT_EQ(test, seen_state, PB2_RESETTING);

	LIFE_EXPECT_STATE(test, world->pbdev, PB2_ASSIGNED);
	KUNIT_EXPECT_EQ(test, life_gate(world->pbdev, &world->fe),
			PB2_GATE_OPEN);
	/* A function that a domain owns needs no block of suspend. */
	KUNIT_EXPECT_EQ(test, fake_count("pm_get"), 0);
	KUNIT_EXPECT_EQ(test, fake_count("pm_put"), 0);
}

static void do_flr_of_an_assigned_function_expects_a_detach(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct pb2_device *pbdev;
	unsigned long before;

	life_assign_dev(test);
	pbdev = world->pbdev;
	KUNIT_EXPECT_FALSE(test, pb2_gate_is_detaching(pbdev));

	before = jiffies;
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(pbdev), 0);
	KUNIT_EXPECT_TRUE(test, pb2_gate_is_detaching(pbdev));
	KUNIT_EXPECT_TRUE(test, time_after_eq(pbdev->detach_until,
					      before + 5 * HZ));
	KUNIT_EXPECT_TRUE(test, time_before(pbdev->detach_until,
					    jiffies + 6 * HZ));

	/* After a reset by the administrator, no detach follows. */
	pbdev->detach_until = jiffies - 1;
	KUNIT_EXPECT_FALSE(test, pb2_gate_is_detaching(pbdev));
}

static int start_dma(struct life_world *world)
{
	u32 value = PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;

	return life_request(world, XEN_PCI_OP_conf_write, PCI_COMMAND, 2, &value);
}

static void before_a_detach_neither_dma_nor_vectors_start(struct kunit *test)
{
	struct life_world *world = test->priv;
	u32 nvec = 1;

	life_assign_dev(test);
	KUNIT_ASSERT_EQ(test, start_dma(world), 0);
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(world->pbdev), 0);

	KUNIT_EXPECT_EQ(test, start_dma(world), XEN_PCI_ERR_access_denied);
	KUNIT_EXPECT_EQ(test, fake_pci_get(world->dev, PCI_COMMAND, 2) &
			PCI_COMMAND_MASTER, 0);
	KUNIT_EXPECT_NE(test, life_request(world, XEN_PCI_OP_enable_msi, 0, 0,
					   &nvec), 0);
	nvec = 1;
	KUNIT_EXPECT_NE(test, life_request(world, XEN_PCI_OP_enable_msix, 0, 0,
					   &nvec), 0);
	KUNIT_EXPECT_EQ(test, fake_count("enable_msi"), 0);
	KUNIT_EXPECT_EQ(test, fake_count("enable_msix"), 0);

	/* No detach followed: the administrator requested the reset. */
	world->pbdev->detach_until = jiffies - 1;
	KUNIT_EXPECT_EQ(test, start_dma(world), 0);
	KUNIT_EXPECT_NE(test, fake_pci_get(world->dev, PCI_COMMAND, 2) &
			PCI_COMMAND_MASTER, 0);
	nvec = 1;
	KUNIT_EXPECT_EQ(test, life_request(world, XEN_PCI_OP_enable_msi, 0, 0,
					   &nvec), 0);
}

static void look_for_the_pending_detach(struct life_world *world)
{
	if (!pb2_gate_is_detaching(world->pbdev))
		fake_wrong("reset before a detach is expected");
}

static void the_detach_is_expected_before_the_reset(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_assign_dev(test);
	life_during_reset = look_for_the_pending_detach;
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(world->pbdev), 0);
}

static void a_new_assignment_ends_the_pending_detach(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_assign_dev(test);
	pb2_reset_request_run(world->pbdev);
	life_take_back(world->pbdev, &world->fe);
	KUNIT_EXPECT_FALSE(test, pb2_gate_is_detaching(world->pbdev));
	life_assign(test, world->pbdev, &world->other);
	KUNIT_EXPECT_FALSE(test, pb2_gate_is_detaching(world->pbdev));
}

static void after_a_reset_the_guest_reads_what_a_new_one_would(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct pb2_device *pbdev;
	u32 before;

	life_assign_dev(test);
	pbdev = world->pbdev;
	before = life_overwrite_bar(pbdev);
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(pbdev), 0);
	KUNIT_EXPECT_EQ(test, life_read_bar(pbdev), before);
}

static void what_a_reset_kills_has_failed_until_one_recovers_it(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct pb2_device *pbdev;

	life_seize_dev(test);
	pbdev = world->pbdev;
	world->dev->function_reset = FAKE_RESET_KILLS;
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(pbdev), -EIO);
	LIFE_EXPECT_STATE(test, pbdev, PB2_FAILED);
	/* The function stays awake for its repair. */
	KUNIT_EXPECT_EQ(test, world->dev->users, 1);

	/* The function still does not answer. */
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(pbdev), -EIO);
	LIFE_EXPECT_STATE(test, pbdev, PB2_FAILED);

	world->dev->absent = false;
	world->dev->function_reset = FAKE_RESET_WORKS;
	fake_forget();
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(pbdev), 0);
	LIFE_EXPECT_STATE(test, pbdev, PB2_IDLE);
	KUNIT_EXPECT_EQ(test, pbdev->reset.verdict, PB2_RESET_PROVEN);
	KUNIT_EXPECT_EQ(test, fake_count("restore"), 1);
	/* Only the reference that blocks suspend is left. */
	KUNIT_EXPECT_EQ(test, world->dev->users, 1);
	flush_delayed_work(&pbdev->suspend_work);
	KUNIT_EXPECT_EQ(test, world->dev->users, 0);
	life_assign(test, pbdev, &world->fe);
}

/* The function must still be reclaimed, to free its vectors and its owner. */
static void what_dies_under_its_domain_comes_back_and_has_failed(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct pb2_device *pbdev;

	life_assign_dev(test);
	pbdev = world->pbdev;
	pb2_pci_enable_msi(world->pdev);
	world->dev->function_reset = FAKE_RESET_KILLS;
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(pbdev), -EIO);
	KUNIT_EXPECT_PTR_EQ(test, pbdev->fe, &world->fe);

	life_kill(LIFE_DOMID);
	life_take_back(pbdev, &world->fe);
	LIFE_EXPECT_STATE(test, pbdev, PB2_FAILED);
	KUNIT_EXPECT_NULL(test, pbdev->fe);
	KUNIT_EXPECT_FALSE(test, world->pdev->msi_enabled);
	KUNIT_EXPECT_EQ(test, fake_xen_owner(world->pdev), -ENODEV);

	world->dev->absent = false;
	world->dev->function_reset = FAKE_RESET_WORKS;
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(pbdev), 0);
	LIFE_EXPECT_STATE(test, pbdev, PB2_IDLE);
	life_assign(test, pbdev, &world->other);
}

/**
 * struct asker - a do_flr in a thread of its own
 * @work: the work that calls it
 * @pbdev: the function
 * @done: do_flr has returned
 * @rc: the return value of do_flr
 */
struct asker {
	struct work_struct work;
	struct pb2_device *pbdev;
	struct completion done;
	int rc;
};

static void do_ask(struct work_struct *work)
{
	struct asker *asker = container_of(work, struct asker, work);

	asker->rc = pb2_reset_request_run(asker->pbdev);
	complete(&asker->done);
}

static void do_flr_waits_for_the_way_back(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct asker asker;

	life_assign_dev(test);
	asker.pbdev = world->pbdev;
	init_completion(&asker.done);
	INIT_WORK_ONSTACK(&asker.work, do_ask);

	device_lock(&world->pdev->dev);
	pb2_frontend_remove(&world->fe, &world->pbdev->sbdf);
	schedule_work(&asker.work);
	msleep(50);
	KUNIT_EXPECT_FALSE(test, completion_done(&asker.done));
	KUNIT_EXPECT_EQ(test, fake_count("reset_function"), 0);
	device_unlock(&world->pdev->dev);

	KUNIT_EXPECT_NE(test, wait_for_completion_timeout(&asker.done,
							  10 * HZ), 0);
	flush_work(&asker.work);
	destroy_work_on_stack(&asker.work);
	life_settle(world->pbdev);
	KUNIT_EXPECT_EQ(test, asker.rc, 0);
	KUNIT_EXPECT_EQ(test, fake_count("reset_function"), 2);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_HELD);
	KUNIT_EXPECT_FALSE(test, pb2_gate_is_detaching(world->pbdev));
}

static void what_was_proven_and_slept_since_is_not_reset_again(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	KUNIT_ASSERT_TRUE(test, world->pbdev->reset.clean);

	fake_pci_pass_time();
	KUNIT_ASSERT_TRUE(test, world->pdev->current_state == PCI_D3hot);
	fake_forget();
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(world->pbdev), 0);
	KUNIT_EXPECT_EQ(test, fake_count("reset_function"), 0);
	/* Suspend is blocked nevertheless. */
	KUNIT_EXPECT_EQ(test, world->dev->users, 1);

	/* Whoever asked for that may have given the function to a domain. */
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(world->pbdev), 0);
	KUNIT_EXPECT_EQ(test, fake_count("reset_function"), 1);
	flush_delayed_work(&world->pbdev->suspend_work);
	fake_pci_pass_time();
	KUNIT_ASSERT_TRUE(test, world->pdev->current_state == PCI_D3hot);
	fake_forget();
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(world->pbdev), 0);
	KUNIT_EXPECT_EQ(test, fake_count("reset_function"), 1);
}

static void what_was_proven_but_did_not_sleep_is_reset_again(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	KUNIT_ASSERT_TRUE(test, world->pbdev->reset.clean);
	fake_forget();
	/* In its grace period, some program may have touched the function. */
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(world->pbdev), 0);
	KUNIT_EXPECT_EQ(test, fake_count("reset_function"), 1);
}

/* A domain may get the function, write to it and die before a backend lists it. */
static void what_was_announced_is_reset_again(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(world->pbdev), 0);
	KUNIT_EXPECT_EQ(test, world->pbdev->reset.verdict, PB2_RESET_PROVEN);
	KUNIT_EXPECT_FALSE(test, world->pbdev->reset.clean);

	flush_delayed_work(&world->pbdev->suspend_work);
	pb2_pci_set_power(world->pdev, PCI_D3hot);
	fake_forget();
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(world->pbdev), 0);
	KUNIT_EXPECT_EQ(test, fake_count("reset_function"), 1);
}

static void a_siblings_reset_does_not_clean_what_was_announced(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct fake_pci *dev = fake_nic(test, PCI_DEVFN(0, 1));
	struct pb2_device *sibling = life_seize(test, dev);

	life_seize_dev(test);
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(world->pbdev), 0);
	dev->function_reset = FAKE_RESET_NONE;
	dev->bus_reset = FAKE_RESET_WORKS;
	world->dev->bus_reset = FAKE_RESET_WORKS;
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(sibling), 0);
	KUNIT_EXPECT_STREQ(test, world->pbdev->reset.method, "bus");
	KUNIT_EXPECT_EQ(test, world->pbdev->reset.verdict, PB2_RESET_PROVEN);
	KUNIT_EXPECT_FALSE(test, world->pbdev->reset.clean);
}

static void what_xen_masked_too_late_is_reset_again(struct kunit *test)
{
	struct life_world *world = test->priv;
	const int flags = FAKE_PCI_MSIX + PCI_MSIX_FLAGS;

	life_seize_dev(test);
	fake_pci_pass_time();
	fake_pci_set(world->dev, flags, 2, PCI_MSIX_FLAGS_MASKALL | 0xf);
	fake_forget();
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(world->pbdev), 0);
	KUNIT_EXPECT_EQ(test, fake_count("reset_function"), 1);
	KUNIT_EXPECT_EQ(test, fake_pci_get(world->dev, flags, 2), 0xf);
	KUNIT_EXPECT_EQ(test, world->pbdev->reset.verdict, PB2_RESET_PROVEN);
}

static void what_a_domain_had_is_reset_again(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_assign_dev(test);
	KUNIT_EXPECT_FALSE(test, world->pbdev->reset.clean);
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(world->pbdev), 0);
	KUNIT_EXPECT_EQ(test, world->pbdev->reset.verdict, PB2_RESET_PROVEN);
	KUNIT_EXPECT_FALSE(test, world->pbdev->reset.clean);
	life_kill(LIFE_DOMID);
	life_take_back(world->pbdev, &world->fe);
	KUNIT_EXPECT_EQ(test, fake_count("reset_function"), 2);
	KUNIT_EXPECT_TRUE(test, world->pbdev->reset.clean);
}

static void unbind(struct life_world *world)
{
	/*
	 * The driver core removes it while the reset has dropped device_lock.
	 */
	device_unlock(&world->pdev->dev);
	life_remove(world->pdev);
	device_lock(&world->pdev->dev);
}

/* A bus reset drops device_lock; remove may run in between. */
static void unbinding_between_two_halves_ends_the_reset(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct pb2_reset_bus *bus_reset;

	life_assign_dev(test);
	world->dev->function_reset = FAKE_RESET_NONE;
	world->dev->bus_reset = FAKE_RESET_WORKS;
	device_lock(&world->pdev->dev);
	KUNIT_ASSERT_EQ(test, pb2_reset_state_enter(world->pbdev, false), 0);
	bus_reset = request_reset_in_place(world->pbdev);
	KUNIT_ASSERT_NOT_NULL(test, bus_reset);
	unbind(world);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_GONE);
	KUNIT_EXPECT_EQ(test, fake_count("unregister_owner"), 1);
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 1);
	device_unlock(&world->pdev->dev);
	pb2_reset_together(bus_reset, false);
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 1);
}

/* The work may start long after it was queued. */
static void a_guests_flr_is_done_by_the_do_flr_before_it(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_assign_dev(test);
	device_lock(&world->pdev->dev);
	life_ask_for_flr(world->pbdev);
	KUNIT_ASSERT_EQ(test, pb2_reset_state_enter(world->pbdev, false), 0);
	pb2_reset_together(request_reset_in_place(world->pbdev), true);
	pb2_reset_state_leave(world->pbdev);
	KUNIT_EXPECT_EQ(test, life_gate(world->pbdev, &world->fe),
			PB2_GATE_OPEN);
	device_unlock(&world->pdev->dev);
	/* By now the guest's driver may use the function again. */
	life_settle(world->pbdev);
	KUNIT_EXPECT_EQ(test, fake_count("reset_function"), 1);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(do_flr_tells_what_is_known),
	KUNIT_CASE(do_flr_of_an_idle_function_wakes_it_and_blocks_suspend),
	KUNIT_CASE(do_flr_after_release_finds_nothing),
	KUNIT_CASE(during_do_flr_the_ring_is_answered_without_the_function),
	KUNIT_CASE(do_flr_of_an_assigned_function_expects_a_detach),
	KUNIT_CASE(before_a_detach_neither_dma_nor_vectors_start),
	KUNIT_CASE(the_detach_is_expected_before_the_reset),
	KUNIT_CASE(a_new_assignment_ends_the_pending_detach),
	KUNIT_CASE(after_a_reset_the_guest_reads_what_a_new_one_would),
	KUNIT_CASE(what_a_reset_kills_has_failed_until_one_recovers_it),
	KUNIT_CASE(what_dies_under_its_domain_comes_back_and_has_failed),
	KUNIT_CASE(do_flr_waits_for_the_way_back),
	KUNIT_CASE(what_was_proven_and_slept_since_is_not_reset_again),
	KUNIT_CASE(what_was_proven_but_did_not_sleep_is_reset_again),
	KUNIT_CASE(what_was_announced_is_reset_again),
	KUNIT_CASE(a_siblings_reset_does_not_clean_what_was_announced),
	KUNIT_CASE(what_xen_masked_too_late_is_reset_again),
	KUNIT_CASE(what_a_domain_had_is_reset_again),
	KUNIT_CASE(unbinding_between_two_halves_ends_the_reset),
	KUNIT_CASE(a_guests_flr_is_done_by_the_do_flr_before_it),
	{ }
};

static struct kunit_suite suite = {
	.name = "pciback2_reset_request",
	.init = life_world_init,
	.exit = life_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
