// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of assign.c: assign a function to a frontend, and end the assignment
 */
#include <linux/jiffies.h>

#include "../support/life_world.h"

/* A test must not wait the full eight seconds. */
#define msecs_to_jiffies(ms)	msecs_to_jiffies((ms) / 40)

#define pci_num_vf fake_pci_num_vf

static unsigned int hold_checks;
static bool hold_checks_wait;

/* As on a machine that is too busy to run the work */
static void check_hold(struct pb2_device *pbdev)
{
	hold_checks++;
	if (!hold_checks_wait)
		pb2_hold_check(pbdev);
}

#define pb2_hold_check check_hold

#include "../../../drivers/xen/pciback2/life/assign.c"

static int claim(struct pb2_device *pbdev, struct pb2_frontend *fe)
{
	int rc;

	device_lock(&pbdev->pdev->dev);
	rc = pb2_assign_claim(pbdev, fe, fe->domid);
	device_unlock(&pbdev->pdev->dev);
	return rc;
}

static void a_claim_wakes_the_function_and_tells_xen_the_owner(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct pb2_device *pbdev;

	life_seize_dev(test);
	pbdev = world->pbdev;
	pbdev->detach_until = jiffies + HZ;
	pbdev->msi.failures = PB2_MSI_MAX_FAILURES;
	KUNIT_EXPECT_EQ(test, claim(pbdev, &world->fe), 0);

	fake_expect_calls(test, "read=vm", "read=target", "pm_get",
			  "register_owner=7", NULL);
	LIFE_EXPECT_STATE(test, pbdev, PB2_ASSIGNED);
	KUNIT_EXPECT_PTR_EQ(test, pbdev->fe, &world->fe);
	KUNIT_EXPECT_EQ(test, pbdev->domid, LIFE_DOMID);
	KUNIT_ASSERT_NOT_NULL(test, pbdev->vm_path);
	KUNIT_EXPECT_STREQ(test, pbdev->vm_path, "/vm/seven");
	KUNIT_EXPECT_EQ(test, kref_read(&world->fe.ref), 1);
	KUNIT_EXPECT_EQ(test, pbdev->detach_until, 0);
	KUNIT_EXPECT_EQ(test, pbdev->msi.failures, 0);
	/* The caller opens the gate once the function has an address. */
	KUNIT_EXPECT_EQ(test, life_gate(pbdev, &world->fe), PB2_GATE_CLOSED);
}

static void a_claim_needs_an_idle_or_held_function(struct kunit *test)
{
	static const int want[PB2_NR_STATES] = {
		[PB2_SEIZING] = -EBUSY, [PB2_ASSIGNED] = -EBUSY,
		[PB2_RESETTING] = -EBUSY, [PB2_RECLAIMING] = -EBUSY,
		[PB2_FAILED] = -EIO, [PB2_GONE] = -ENODEV,
	};
	struct life_world *world = test->priv;
	unsigned int state;

	life_seize_dev(test);
	for (state = 0; state < PB2_NR_STATES; state++) {
		if (!want[state])
			continue;
		world->pbdev->state = state;
		KUNIT_EXPECT_EQ_MSG(test, claim(world->pbdev, &world->fe),
				    want[state], "%s", pb2_state_name(state));
		KUNIT_EXPECT_EQ(test, world->pbdev->state, state);
		KUNIT_EXPECT_NULL(test, world->pbdev->fe);
	}
	KUNIT_EXPECT_EQ(test, fake_count("pm_get"), 0);
	KUNIT_EXPECT_EQ(test, fake_count("register_owner"), 0);
	world->pbdev->state = PB2_IDLE;
}

static void a_released_function_cannot_be_claimed(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	world->pbdev->released = true;
	KUNIT_EXPECT_EQ(test, claim(world->pbdev, &world->fe), -ENODEV);
	world->pbdev->released = false;
}

static void a_bridge_cannot_be_claimed(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct fake_pci *bridge = fake_bridge(test, PCI_DEVFN(2, 0));
	struct pb2_device *pbdev = life_seize(test, bridge);

	KUNIT_EXPECT_EQ(test, claim(pbdev, &world->fe), -EPERM);
	KUNIT_EXPECT_EQ(test, fake_count("register_owner"), 0);
	LIFE_EXPECT_STATE(test, pbdev, PB2_IDLE);
}

static void a_pf_cannot_be_claimed_while_it_has_vfs(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	world->dev->num_vf = 1;
	KUNIT_EXPECT_EQ(test, claim(world->pbdev, &world->fe), -ENOTEMPTY);
	KUNIT_EXPECT_NOT_NULL(test, strstr(pb2_assign_reason(-ENOTEMPTY),
					   "virtual functions"));
	KUNIT_EXPECT_EQ(test, fake_count("register_owner"), 0);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_IDLE);

	world->dev->num_vf = 0;
	KUNIT_EXPECT_EQ(test, claim(world->pbdev, &world->fe), 0);
	pb2_assign_disown(world->pbdev, &world->fe);
}

static void a_dead_function_goes_back_to_sleep_unclaimed(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	world->dev->absent = true;
	KUNIT_EXPECT_EQ(test, claim(world->pbdev, &world->fe), -EIO);
	fake_expect_calls(test, "read=vm", "read=target", "pm_get", "pm_put",
			  "quirk_clear", NULL);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_IDLE);
	KUNIT_EXPECT_EQ(test, kref_read(&world->fe.ref), 1);
}

static void a_claim_is_undone_at_whatever_step_it_fails(struct kunit *test)
{
	struct life_world *world = test->priv;
	unsigned int nth, refused = 0;
	int rc;

	life_seize_dev(test);
	for (nth = 1; ; nth++) {
		fake_fail_nth(nth, -ENOSPC);
		rc = claim(world->pbdev, &world->fe);
		if (!fake_has_failed())
			break;
		if (!rc) {
			pb2_assign_disown(world->pbdev, &world->fe);
			life_settle(world->pbdev);
			life_kill(LIFE_DOMID);
			life_look_again(world->pbdev);
			fake_xen_put("/local/domain/7", "vm", "/vm/seven");
		} else {
			refused++;
			KUNIT_EXPECT_EQ(test, rc, -ENOSPC);
		}
		LIFE_EXPECT_STATE(test, world->pbdev, PB2_IDLE);
		KUNIT_EXPECT_EQ(test, world->dev->users, 0);
		KUNIT_EXPECT_EQ(test, kref_read(&world->fe.ref), 1);
		KUNIT_EXPECT_NULL(test, world->pbdev->fe);
		KUNIT_EXPECT_EQ(test, fake_xen.owners, 0);
	}
	/*
	 * The VM path, which tells the domain from a later one, and the owner
	 * in Xen
	 */
	KUNIT_EXPECT_EQ(test, refused, 2);
	KUNIT_EXPECT_EQ(test, rc, 0);
}

static void a_stub_domain_may_control_interrupts_and_no_other(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_assign_dev(test);
	KUNIT_EXPECT_FALSE(test, world->pbdev->allow_interrupt_control);
	life_take_back(world->pbdev, &world->fe);

	fake_xen_put("/local/domain/8", "target", "7");
	life_assign(test, world->pbdev, &world->other);
	KUNIT_EXPECT_TRUE(test, world->pbdev->allow_interrupt_control);
	/* Interrupt control ends with the assignment. */
	life_take_back(world->pbdev, &world->other);
	KUNIT_EXPECT_FALSE(test, world->pbdev->allow_interrupt_control);
}

static void a_function_that_xen_gave_to_another_is_busy(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	fake_fail("register_owner", 1, -EEXIST);
	KUNIT_EXPECT_EQ(test, claim(world->pbdev, &world->fe), -EBUSY);
}

/* They were meant for the domain that did not get the function. */
static void settings_end_with_an_assignment_that_failed(struct kunit *test)
{
	struct life_world *world = test->priv;
	static const char * const steps[] = { "read=vm", "register_owner" };
	unsigned int i;

	life_seize_dev(test);
	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		world->pbdev->permissive = true;
		world->pbdev->allow_interrupt_control = true;
		fake_fail(steps[i], 1, -EIO);
		KUNIT_EXPECT_EQ(test, claim(world->pbdev, &world->fe), -EIO);
		KUNIT_EXPECT_FALSE(test, world->pbdev->permissive);
		KUNIT_EXPECT_FALSE(test, world->pbdev->allow_interrupt_control);
	}
}

static void the_owners_settings_are_not_those_of_who_asks(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_assign_dev(test);
	world->pbdev->permissive = true;
	KUNIT_EXPECT_EQ(test, claim(world->pbdev, &world->other), -EBUSY);
	KUNIT_EXPECT_TRUE(test, world->pbdev->permissive);
}

static void a_held_function_can_be_claimed_at_once(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_assign_dev(test);
	life_take_back(world->pbdev, &world->fe);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_HELD);

	/* The function must stay awake while the claim fails. */
	fake_fail("register_owner", 1, -EIO);
	KUNIT_EXPECT_EQ(test, claim(world->pbdev, &world->other), -EIO);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_HELD);
	KUNIT_EXPECT_EQ(test, world->dev->users, 1);
	KUNIT_EXPECT_STREQ(test, world->pbdev->vm_path, "/vm/seven");

	KUNIT_EXPECT_EQ(test, claim(world->pbdev, &world->other), 0);
	KUNIT_EXPECT_EQ(test, world->pbdev->domid, LIFE_OTHER_DOMID);
	KUNIT_EXPECT_STREQ(test, world->pbdev->vm_path, "/vm/eight");
	KUNIT_EXPECT_EQ(test, world->dev->users, 1);
}

static void a_request_of_the_old_frontend_finds_no_device(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_assign_dev(test);
	KUNIT_EXPECT_EQ(test, life_gate(world->pbdev, &world->fe),
			PB2_GATE_OPEN);
	life_take_back(world->pbdev, &world->fe);
	life_assign(test, world->pbdev, &world->other);
	KUNIT_EXPECT_EQ(test, life_gate(world->pbdev, &world->fe),
			PB2_GATE_CLOSED);
	KUNIT_EXPECT_EQ(test, life_gate(world->pbdev, &world->other),
			PB2_GATE_OPEN);
}

static void what_one_guest_wrote_the_next_does_not_read(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct pb2_device *pbdev;
	u32 before;

	life_assign_dev(test);
	pbdev = world->pbdev;
	before = life_overwrite_bar(pbdev);
	KUNIT_ASSERT_NE(test, before, life_read_bar(pbdev));

	/* A claim resets it even if the reclaim was cut short. */
	pbdev->state = PB2_HELD;
	pb2_xen_unregister_owner(world->pdev);
	KUNIT_EXPECT_EQ(test, claim(pbdev, &world->fe), 0);
	KUNIT_EXPECT_EQ(test, life_read_bar(pbdev), before);
}

static void only_the_owner_can_end_its_claim(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_assign_dev(test);
	pb2_assign_disown(world->pbdev, &world->other);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_ASSIGNED);
	KUNIT_EXPECT_PTR_EQ(test, world->pbdev->fe, &world->fe);
	KUNIT_EXPECT_FALSE(test, work_busy(&world->pbdev->reclaim_work));

	life_take_back(world->pbdev, &world->fe);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_HELD);
	fake_forget();
	pb2_assign_disown(world->pbdev, &world->fe);
	life_settle(world->pbdev);
	fake_expect_calls(test, NULL);
}

static void a_claim_ends_before_the_way_back_begins(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_assign_dev(test);
	/* The thread that serves xenstore must not wait for a reset. */
	device_lock(&world->pdev->dev);
	pb2_frontend_remove(&world->fe, &world->pbdev->sbdf);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_RECLAIMING);
	KUNIT_EXPECT_NULL(test, world->pbdev->fe);
	KUNIT_EXPECT_EQ(test, kref_read(&world->fe.ref), 1);
	KUNIT_EXPECT_EQ(test, fake_count("reset_function"), 0);
	KUNIT_EXPECT_EQ(test, pb2_assign_claim(world->pbdev, &world->other,
					       LIFE_OTHER_DOMID),
			-EBUSY);
	device_unlock(&world->pdev->dev);

	life_settle(world->pbdev);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_HELD);
}

static void the_lock_waits_for_no_settled_function(struct kunit *test)
{
	static const enum pb2_state settled[] = {
		PB2_IDLE, PB2_ASSIGNED, PB2_FAILED, PB2_GONE,
	};
	struct life_world *world = test->priv;
	bool give_up = true;
	unsigned int i;

	life_seize_dev(test);
	for (i = 0; i < ARRAY_SIZE(settled); i++) {
		world->pbdev->state = settled[i];
		KUNIT_EXPECT_EQ(test, pb2_assign_lock(world->pbdev, &give_up),
				0);
		device_lock_assert(&world->pdev->dev);
		device_unlock(&world->pdev->dev);
	}
	world->pbdev->state = PB2_IDLE;
}

static void the_lock_is_not_taken_during_a_reset(struct kunit *test)
{
	static const enum pb2_state busy[] = {
		PB2_SEIZING, PB2_RESETTING, PB2_RECLAIMING,
	};
	struct life_world *world = test->priv;
	bool give_up = false;
	unsigned int i;

	life_seize_dev(test);
	for (i = 0; i < ARRAY_SIZE(busy); i++) {
		world->pbdev->state = busy[i];
		KUNIT_EXPECT_EQ(test, pb2_assign_lock(world->pbdev, &give_up),
				-EBUSY);
		KUNIT_EXPECT_TRUE(test, device_trylock(&world->pdev->dev));
		device_unlock(&world->pdev->dev);
	}
	world->pbdev->state = PB2_IDLE;

	device_lock(&world->pdev->dev);
	KUNIT_EXPECT_EQ(test, pb2_assign_lock(world->pbdev, &give_up), -EBUSY);
	give_up = true;
	KUNIT_EXPECT_EQ(test, pb2_assign_lock(world->pbdev, &give_up),
			-ESHUTDOWN);
	device_unlock(&world->pdev->dev);
}

static void every_refusal_has_a_reason_of_its_own(struct kunit *test)
{
	static const int errnos[] = {
		-ENODEV, -EBUSY, -EIO, -EPERM, -ENOSPC, -EINVAL, -ESHUTDOWN,
		-ENOTEMPTY, -ENOMEM,
	};
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(errnos); i++)
		for (j = 0; j < i; j++)
			KUNIT_EXPECT_STRNEQ(test, pb2_assign_reason(errnos[i]),
					    pb2_assign_reason(errnos[j]));
}

/* The kernel had no bus number left for it, for example. */
static void nor_can_a_bridge_without_a_bus(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct fake_pci *bridge = fake_bridge(test, PCI_DEVFN(2, 0));
	struct pb2_device *pbdev = life_seize(test, bridge);
	struct pci_bus *bus = bridge->pdev.subordinate;

	bridge->pdev.subordinate = NULL;
	KUNIT_EXPECT_EQ(test, claim(pbdev, &world->fe), -EPERM);
	bridge->pdev.subordinate = bus;
}

static void the_reset_after_a_death_is_asked_for_once(struct kunit *test)
{
	struct life_world *world = test->priv;
	bool give_up = false;

	life_hold_dev(test);
	life_kill(LIFE_DOMID);
	hold_checks = 0;
	hold_checks_wait = true;
	KUNIT_EXPECT_EQ(test, pb2_assign_lock(world->pbdev, &give_up), -EBUSY);
	hold_checks_wait = false;
	KUNIT_EXPECT_EQ(test, hold_checks, 1);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_claim_wakes_the_function_and_tells_xen_the_owner),
	KUNIT_CASE(a_claim_needs_an_idle_or_held_function),
	KUNIT_CASE(a_released_function_cannot_be_claimed),
	KUNIT_CASE(a_bridge_cannot_be_claimed),
	KUNIT_CASE(a_pf_cannot_be_claimed_while_it_has_vfs),
	KUNIT_CASE(nor_can_a_bridge_without_a_bus),
	KUNIT_CASE(a_dead_function_goes_back_to_sleep_unclaimed),
	KUNIT_CASE(a_claim_is_undone_at_whatever_step_it_fails),
	KUNIT_CASE(a_stub_domain_may_control_interrupts_and_no_other),
	KUNIT_CASE(a_function_that_xen_gave_to_another_is_busy),
	KUNIT_CASE(settings_end_with_an_assignment_that_failed),
	KUNIT_CASE(the_owners_settings_are_not_those_of_who_asks),
	KUNIT_CASE(a_held_function_can_be_claimed_at_once),
	KUNIT_CASE(a_request_of_the_old_frontend_finds_no_device),
	KUNIT_CASE(what_one_guest_wrote_the_next_does_not_read),
	KUNIT_CASE(only_the_owner_can_end_its_claim),
	KUNIT_CASE(a_claim_ends_before_the_way_back_begins),
	KUNIT_CASE(the_lock_waits_for_no_settled_function),
	KUNIT_CASE(the_lock_is_not_taken_during_a_reset),
	KUNIT_CASE(every_refusal_has_a_reason_of_its_own),
	KUNIT_CASE(the_reset_after_a_death_is_asked_for_once),
	{ }
};

static struct kunit_suite suite = {
	.name = "pciback2_assign",
	.init = life_world_init,
	.exit = life_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
