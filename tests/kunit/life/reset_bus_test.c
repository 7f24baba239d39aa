// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of reset_bus.c: reset of a bus or slot, with every function there
 */
#include "../support/life_world.h"

#define pci_num_vf fake_pci_num_vf

#include "../../../drivers/xen/pciback2/life/reset_bus.c"

static void who_uses_a_sibling_forbids_and_is_named(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct fake_pci *second = fake_nic(test, PCI_DEVFN(0, 1));
	struct pci_driver other = { .name = "nvme" };

	life_seize_dev(test);
	life_need_bus(world->dev);
	second->bus_reset = FAKE_RESET_WORKS;
	KUNIT_EXPECT_NOT_NULL(test, strstr(life_flr_fault(world->pbdev),
					   "0000:03:00.1 is not seized"));
	second->pdev.driver = &other;
	KUNIT_EXPECT_NOT_NULL(test, strstr(life_flr_fault(world->pbdev),
					   "0000:03:00.1 has a driver of dom0"));
	second->pdev.driver = NULL;
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_FAILED);
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 0);

	/* Seizing the last function recovers the first. */
	life_seize(test, second);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_IDLE);
	KUNIT_EXPECT_STREQ(test, world->pbdev->fault, "");
	KUNIT_EXPECT_STREQ(test, world->pbdev->reset.method, "bus");
	KUNIT_EXPECT_EQ(test, world->pbdev->reset.verdict, PB2_RESET_PROVEN);
}

static void idle_siblings_are_reset_with_it_and_go_back_to_sleep(struct kunit *test)
{
	struct life_pair pair = life_seize_pair(test);
	struct fake_pci *second = fake_pci_of(pair.b->pdev);

	fake_pci_set(second, PCI_BASE_ADDRESS_0, 4, 0xdead0000);
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(pair.a), 0);
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 1);
	LIFE_EXPECT_STATE(test, pair.b, PB2_IDLE);
	KUNIT_EXPECT_STREQ(test, pair.b->reset.method, "bus");
	KUNIT_EXPECT_EQ(test, pair.b->reset.verdict, PB2_RESET_PROVEN);
	KUNIT_EXPECT_TRUE(test, pair.b->reset.clean);
	KUNIT_EXPECT_EQ(test, second->users, 0);
	KUNIT_EXPECT_EQ(test, fake_pci_get(second, PCI_BASE_ADDRESS_0, 4),
			0xfe840000);
}

static void a_siblings_reset_does_not_open_a_gate_between_two_halves(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct life_pair pair = life_seize_pair(test);

	life_assign(test, pair.a, &world->fe);
	life_assign(test, pair.b, &world->fe);
	pb2_gate_expect_detach(pair.a);
	device_lock(&pair.a->pdev->dev);
	KUNIT_ASSERT_EQ(test, pb2_reset_state_enter(pair.a, true), 0);
	pb2_gate_block(pair.a, PB2_BLOCK_RESET);
	device_unlock(&pair.a->pdev->dev);

	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(pair.b), 0);
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 1);
	KUNIT_EXPECT_EQ(test, life_gate(pair.a, &world->fe),
			PB2_GATE_BLOCKED);

	device_lock(&pair.a->pdev->dev);
	pb2_reset_state_leave(pair.a);
	device_unlock(&pair.a->pdev->dev);
	KUNIT_EXPECT_EQ(test, life_gate(pair.a, &world->fe), PB2_GATE_OPEN);
}

/* xl create assigns one function after another, with a do_flr before each. */
static void an_idle_function_stays_clean_while_its_sibling_is_assigned(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct life_pair pair = life_seize_pair(test);

	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(pair.a), 0);
	life_assign(test, pair.a, &world->fe);
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(pair.b), 0);
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 0);
	LIFE_EXPECT_STATE(test, pair.b, PB2_IDLE);
	KUNIT_EXPECT_STREQ(test, pair.b->reset.method, "bus");
	life_assign(test, pair.b, &world->fe);
}

static void what_failed_for_a_siblings_sake_recovers_at_its_return(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct life_pair pair = life_seize_pair(test);

	life_assign(test, pair.a, &world->fe);
	life_assign(test, pair.b, &world->fe);
	life_take_back(pair.a, &world->fe);
	LIFE_EXPECT_STATE(test, pair.a, PB2_FAILED);
	life_kill(LIFE_DOMID);

	/* The second function itself needs no reset of the bus. */
	fake_pci_of(pair.b->pdev)->function_reset = FAKE_RESET_WORKS;
	life_take_back(pair.b, &world->fe);
	LIFE_EXPECT_STATE(test, pair.b, PB2_IDLE);
	LIFE_EXPECT_STATE(test, pair.a, PB2_IDLE);
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 1);
}

static void those_of_one_domain_come_back_with_one_reset(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct life_pair pair = life_seize_pair(test);

	life_assign(test, pair.a, &world->fe);
	life_assign(test, pair.b, &world->fe);
	pb2_pci_enable_msi(pair.a->pdev);
	pb2_pci_enable_msi(pair.b->pdev);
	life_kill(LIFE_DOMID);

	/* Both functions are RECLAIMING before the first reset begins. */
	device_lock(&pair.a->pdev->dev);
	device_lock(&pair.b->pdev->dev);
	pb2_frontend_remove_all(&world->fe);
	device_unlock(&pair.b->pdev->dev);
	device_unlock(&pair.a->pdev->dev);
	life_settle(pair.a);
	life_settle(pair.b);

	LIFE_EXPECT_STATE(test, pair.a, PB2_IDLE);
	LIFE_EXPECT_STATE(test, pair.b, PB2_IDLE);
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 1);
	KUNIT_EXPECT_FALSE(test, pair.a->pdev->msi_enabled);
	KUNIT_EXPECT_FALSE(test, pair.b->pdev->msi_enabled);
	KUNIT_EXPECT_EQ(test, fake_count("unregister_owner"), 2);
}

/* Error recovery walks the bus like this. */
static int lock_in_walk(struct pci_dev *pdev, void *arg)
{
	device_lock(&pdev->dev);
	device_unlock(&pdev->dev);
	return 0;
}

/* lockdep complains about the opposite order. */
static void the_bus_is_not_walked_under_a_lock_of_its_functions(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	life_need_bus(world->dev);
	pci_walk_bus(world->pdev->bus, lock_in_walk, NULL);
	world->pbdev->reset.clean = false;
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(world->pbdev), 0);
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 1);
}

static void the_policy_of_a_sibling_forbids(struct kunit *test)
{
	struct life_pair pair = life_seize_pair(test);

	pair.b->bus_reset_off = true;
	KUNIT_EXPECT_NOT_NULL(test, strstr(life_flr_fault(pair.a),
					   "0000:03:00.1 forbids it"));
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 0);
}

static void the_policy_holds_for_the_sake_of_a_sibling_too(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct life_pair pair = life_seize_pair(test);

	life_assign(test, pair.a, &world->fe);
	life_assign(test, pair.b, &world->fe);
	life_take_back(pair.a, &world->fe);
	life_kill(LIFE_DOMID);
	fake_pci_of(pair.b->pdev)->function_reset = FAKE_RESET_WORKS;
	pair.b->bus_reset_off = true;
	life_take_back(pair.b, &world->fe);
	LIFE_EXPECT_STATE(test, pair.a, PB2_FAILED);
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 0);
}

static void vfs_forbid_whatever_their_bus_number(struct kunit *test)
{
	struct life_pair pair = life_seize_pair(test);
	struct fake_pci *pf = fake_pci_of(pair.b->pdev);

	pf->num_vf = 1;
	KUNIT_EXPECT_NOT_NULL(test, strstr(life_flr_fault(pair.a),
					   "0000:03:00.1 has VFs"));
	/* The PF's driver is just adding this one. */
	pf->num_vf = 0;
	fake_vf_elsewhere(test, pf, PCI_DEVFN(0, 0));
	KUNIT_EXPECT_NOT_NULL(test, strstr(life_flr_fault(pair.a),
					   "0000:05:00.0 is a VF"));
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 0);
}

static void a_bridge_forbids_with_all_that_is_behind_it(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	life_need_bus(world->dev);
	fake_behind(test, fake_bridge(test, PCI_DEVFN(2, 0)), 0);
	KUNIT_EXPECT_NOT_NULL(test, strstr(life_flr_fault(world->pbdev),
					   "0000:03:02.0 is a bridge"));
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 0);
	/* Nobody waits for a lock of what must not be reset. */
	KUNIT_EXPECT_EQ(test, fake_count("lock_cfg 0000:00:01.0"), 0);
}

static void another_bus_is_not_reset(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct fake_pci *bridge = fake_bridge(test, PCI_DEVFN(2, 0));
	struct fake_pci *behind = fake_behind(test, bridge, 0);
	struct pb2_device *pbdev = life_seize(test, behind);

	life_need_bus(behind);
	KUNIT_EXPECT_STREQ(test, life_flr_fault(pbdev), "");
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus 0000:03:02.0"), 1);
	KUNIT_EXPECT_STREQ(test, pbdev->reset.method, "bus");
	KUNIT_EXPECT_EQ(test, world->dev->resets, 0);
}

static struct pb2_reset_bus *find_bus(struct pb2_device *pbdev)
{
	struct pb2_reset_bus *bus_reset;

	device_lock(&pbdev->pdev->dev);
	pb2_power_wake(pbdev);
	pbdev->reset.clean = false;
	pb2_reset_verdict_begin(pbdev);
	bus_reset = pb2_reset_bus_find(pbdev);
	device_unlock(&pbdev->pdev->dev);
	return bus_reset;
}

static void what_is_added_meanwhile_is_not_reset_unseen(struct kunit *test)
{
	struct life_pair pair = life_seize_pair(test);
	struct pb2_reset_bus *bus_reset = find_bus(pair.a);

	KUNIT_ASSERT_NOT_NULL(test, bus_reset);
	fake_nic(test, PCI_DEVFN(0, 2));
	pb2_reset_bus_run(bus_reset, false);
	pb2_reset_bus_free(bus_reset);
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 0);
	KUNIT_EXPECT_EQ(test, pair.a->reset.rc, -EBUSY);

	device_lock(&pair.a->pdev->dev);
	pb2_power_allow_suspend(pair.a);
	device_unlock(&pair.a->pdev->dev);
}

/* Without a reset of its own it has no fault, and does not fail. */
static void what_was_not_reset_for_a_siblings_sake_is_later(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct life_pair pair = life_seize_pair(test);

	fake_pci_of(pair.a->pdev)->function_reset = FAKE_RESET_NONE;
	fake_pci_of(pair.b->pdev)->function_reset = FAKE_RESET_WORKS;
	life_assign(test, pair.b, &world->fe);
	KUNIT_EXPECT_STREQ(test, life_flr_fault(pair.a), "");
	LIFE_EXPECT_STATE(test, pair.a, PB2_IDLE);
	KUNIT_EXPECT_EQ(test, pair.a->reset.rc, -EBUSY);
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 0);

	life_kill(LIFE_DOMID);
	life_take_back(pair.b, &world->fe);
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 1);
	KUNIT_EXPECT_EQ(test, pair.a->reset.verdict, PB2_RESET_PROVEN);
	LIFE_EXPECT_STATE(test, pair.a, PB2_IDLE);
	KUNIT_EXPECT_TRUE(test, pair.b->reset.clean);
}

/*
 * The thread that unbinds holds one lock already, and must not wait for others.
 */
static void with_one_lock_held_the_others_are_only_tried(struct kunit *test)
{
	struct life_pair pair = life_seize_pair(test);

	device_lock(&pair.a->pdev->dev);
	device_lock(&pair.b->pdev->dev);
	pb2_power_wake(pair.a);
	pair.a->reset.clean = false;
	pb2_reset_run(pair.a);
	KUNIT_EXPECT_EQ(test, pair.a->reset.verdict, PB2_RESET_DISPROVED);
	KUNIT_EXPECT_NOT_NULL(test, strstr(pair.a->fault, "busy"));
	device_unlock(&pair.b->pdev->dev);

	pb2_reset_run(pair.a);
	KUNIT_EXPECT_EQ(test, pair.a->reset.verdict, PB2_RESET_PROVEN);
	pb2_power_allow_suspend(pair.a);
	device_unlock(&pair.a->pdev->dev);
}

static void some_functions_have_no_bus_to_reset(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct pb2_device *vf;

	life_seize_dev(test);
	vf = life_seize(test, fake_vf(test, world->dev, PCI_DEVFN(1, 0)));
	device_lock(&vf->pdev->dev);
	KUNIT_EXPECT_NULL(test, pb2_reset_bus_find(vf));
	device_unlock(&vf->pdev->dev);

	fake_port()->pdev.dev_flags |= PCI_DEV_FLAGS_NO_BUS_RESET;
	device_lock(&world->pdev->dev);
	KUNIT_EXPECT_NULL(test, pb2_reset_bus_find(world->pbdev));
	device_unlock(&world->pdev->dev);
}

static void a_function_that_does_not_survive_it_forbids(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	life_need_bus(world->dev);
	world->pdev->dev_flags |= PCI_DEV_FLAGS_NO_BUS_RESET;
	KUNIT_EXPECT_NOT_NULL(test, strstr(life_flr_fault(world->pbdev),
					   "0000:03:00.0 does not survive it"));
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 0);
}

static void the_last_vectors_of_all_come_before_it(struct kunit *test)
{
	struct life_pair pair = life_seize_pair(test);
	struct fake_pci *second = fake_pci_of(pair.b->pdev);
	ktime_t begun = ktime_get();

	fake_pci_set(second, PCI_COMMAND, 2, PCI_COMMAND_MASTER);
	fake_pci_set(second, FAKE_PCI_MSIX + PCI_MSIX_FLAGS, 2,
		     PCI_MSIX_FLAGS_ENABLE | 0xf);
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(pair.a), 0);
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 1);
	KUNIT_EXPECT_GE(test, ktime_ms_delta(ktime_get(), begun), 20);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(who_uses_a_sibling_forbids_and_is_named),
	KUNIT_CASE(idle_siblings_are_reset_with_it_and_go_back_to_sleep),
	KUNIT_CASE(a_siblings_reset_does_not_open_a_gate_between_two_halves),
	KUNIT_CASE(an_idle_function_stays_clean_while_its_sibling_is_assigned),
	KUNIT_CASE(what_failed_for_a_siblings_sake_recovers_at_its_return),
	KUNIT_CASE(those_of_one_domain_come_back_with_one_reset),
	KUNIT_CASE(the_bus_is_not_walked_under_a_lock_of_its_functions),
	KUNIT_CASE(the_policy_of_a_sibling_forbids),
	KUNIT_CASE(the_policy_holds_for_the_sake_of_a_sibling_too),
	KUNIT_CASE(vfs_forbid_whatever_their_bus_number),
	KUNIT_CASE(a_bridge_forbids_with_all_that_is_behind_it),
	KUNIT_CASE(another_bus_is_not_reset),
	KUNIT_CASE(what_is_added_meanwhile_is_not_reset_unseen),
	KUNIT_CASE(what_was_not_reset_for_a_siblings_sake_is_later),
	KUNIT_CASE(with_one_lock_held_the_others_are_only_tried),
	KUNIT_CASE(some_functions_have_no_bus_to_reset),
	KUNIT_CASE(a_function_that_does_not_survive_it_forbids),
	KUNIT_CASE(the_last_vectors_of_all_come_before_it),
	{ }
};

static struct kunit_suite suite = {
	.name = "pciback2_reset_bus",
	.init = life_world_init,
	.exit = life_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
