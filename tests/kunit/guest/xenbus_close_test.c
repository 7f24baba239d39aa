// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of how a frontend closes, and of states that make no sense
 */
#include <linux/prandom.h>
#include <linux/suspend.h>

#include "../support/store.h"

#define JUMPS	1500

static void a_closing_guest_loses_its_ring_only(struct kunit *test)
{
	struct store_two two = store_connect(test);

	store_guest_sets(test, XenbusStateClosing);
	store_expect_state(test, XenbusStateClosing);
	KUNIT_EXPECT_EQ(test, fake_xen.mapped, 0);
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_ASSIGNED);
	KUNIT_EXPECT_EQ(test, two.b->state, PB2_ASSIGNED);
}

static void a_closed_guest_gives_everything_back(struct kunit *test)
{
	struct store_two two = store_connect(test);

	store_guest_sets(test, XenbusStateClosing);
	store_guest_sets(test, XenbusStateClosed);
	store_expect_state(test, XenbusStateClosed);
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_HELD);
	KUNIT_EXPECT_EQ(test, two.b->state, PB2_HELD);
	KUNIT_EXPECT_EQ(test, fake_xen.owners, 0);
	/* The node online says that libxl wants the device to stay. */
	store_run_watch(test);
	KUNIT_EXPECT_EQ(test, fake_count("unregister"), 0);
	KUNIT_EXPECT_NOT_NULL(test, store_fe(test));
}

/*
 * The toolstack must not have to wait for a reset, and it must not see the
 * state Closed before the function is isolated from its domain.
 */
static void closed_is_answered_before_the_reset(struct kunit *test)
{
	struct store_two two = store_connect(test);

	device_lock(&two.a->pdev->dev);
	store_put_state(GUEST_FRONT, XenbusStateClosed);
	store_tell(test, XenbusStateClosed);
	flush_work(&store_fe(test)->work);
	store_expect_state(test, XenbusStateClosed);
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_RECLAIMING);
	KUNIT_EXPECT_EQ(test, two.a->gate.state, PB2_GATE_CLOSED);
	KUNIT_EXPECT_EQ(test, fake_xen.mapped, 0);
	device_unlock(&two.a->pdev->dev);
	guest_settle();
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_HELD);
}

/* xenstored is frozen, and whoever waits for it would keep dom0 from sleeping. */
static void a_guest_that_closes_while_dom0_sleeps_waits(struct kunit *test)
{
	struct store_two two = store_connect(test);

	fake_dom0_sleeps(PM_SUSPEND_PREPARE);
	store_put_state(GUEST_FRONT, XenbusStateClosed);
	store_tell(test, XenbusStateClosed);
	fake_forget();
	msleep(300);
	fake_expect_calls(test, NULL);
	KUNIT_EXPECT_TRUE(test, work_busy(&store_fe(test)->work));
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_ASSIGNED);

	fake_dom0_sleeps(PM_POST_SUSPEND);
	while (work_busy(&store_fe(test)->work))
		msleep(20);
	store_expect_state(test, XenbusStateClosed);
	guest_settle();
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_HELD);
}

static void closed_while_offline_is_unregistered(struct kunit *test)
{
	struct store_two two = store_connect(test);

	store_put("online", "0");
	store_toolstack_sets(test, XenbusStateClosing);
	store_expect_state(test, XenbusStateClosing);
	/* The driver waits for the domain. */
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_ASSIGNED);
	store_guest_sets(test, XenbusStateClosing);
	KUNIT_EXPECT_EQ(test, fake_count("unregister"), 0);
	store_guest_sets(test, XenbusStateClosed);
	store_expect_state(test, XenbusStateClosed);
	KUNIT_EXPECT_EQ(test, fake_count("unregister"), 1);
	KUNIT_EXPECT_NULL(test, fake_xen.watch);
	KUNIT_EXPECT_NULL(test, store_fe(test));
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_HELD);
}

static void nobody_waits_for_a_frontend_that_never_came(struct kunit *test)
{
	struct store_two two = store_seize_two(test);

	store_probe(test);
	store_list_two();
	store_run_watch(test);
	store_put("online", "0");
	store_toolstack_sets(test, XenbusStateClosing);
	store_expect_state(test, XenbusStateClosed);
	KUNIT_EXPECT_EQ(test, fake_count("unregister"), 1);
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_HELD);
}

static void a_frontend_that_is_gone_is_unregistered(struct kunit *test)
{
	struct store_two two = store_connect(test);

	/* The domain died, and the toolstack removes its nodes. */
	pb2_xen_rm(GUEST_HOME, "vm");
	pb2_xen_rm(GUEST_FRONT, "state");
	store_tell(test, XenbusStateUnknown);
	guest_settle();
	store_run_watch(test);
	KUNIT_EXPECT_EQ(test, fake_count("unregister"), 1);
	KUNIT_EXPECT_NULL(test, store_fe(test));
	/* The domain that might have mapped the BARs is gone. */
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_IDLE);
	KUNIT_EXPECT_EQ(test, two.b->state, PB2_IDLE);
}

static void a_guest_that_writes_no_state_is_ignored(struct kunit *test)
{
	struct store_two two = store_connect(test);
	static const int states[] = { -1, 9, 99, 0x7fffffff, -0x7fffffff - 1 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(states); i++) {
		store_guest_sets(test, states[i]);
		store_expect_state(test, XenbusStateConnected);
	}
	KUNIT_EXPECT_EQ(test, fake_xen.mapped, 1);
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_ASSIGNED);
}

static void removal_gives_everything_back_from_any_state(struct kunit *test)
{
	static const int states[] = {
		XenbusStateInitialising, XenbusStateInitialised,
		XenbusStateConnected, XenbusStateClosing,
		XenbusStateReconfiguring, XenbusStateClosed,
	};
	struct store_two two = store_seize_two(test);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(states); i++) {
		store_probe(test);
		store_list_two();
		store_run_watch(test);
		store_publish_ring();
		store_guest_sets(test, XenbusStateInitialised);
		store_guest_sets(test, states[i]);
		store_remove(test);
		KUNIT_EXPECT_EQ(test, fake_xen.mapped, 0);
		KUNIT_EXPECT_NULL(test, fake_xen.watch);
		guest_settle();
		KUNIT_EXPECT_EQ(test, fake_xen.owners, 0);
		KUNIT_EXPECT_EQ(test, kref_read(&two.a->ref), 2);
		KUNIT_EXPECT_EQ(test, two.a->state, PB2_HELD);
	}
}

static void jump(struct kunit *test, struct rnd_state *rnd)
{
	static const char * const substates[] = { "1", "3", "5", "6", "9" };
	u32 dice = prandom_u32_state(rnd);
	int state = (dice >> 8) % 10;

	if (!store_fe(test)) {
		store_probe(test);
		store_list_two();
		store_publish_ring();
	}
	switch (dice % 8) {
	case 0:
		store_put("state-0", substates[(dice >> 16) % 5]);
		store_put("state-1", substates[(dice >> 20) % 5]);
		break;
	case 1:
		store_put("online", dice & 0x1000 ? "1" : "0");
		break;
	case 2:
		/* The toolstack writes these two states only. */
		store_put_state(GUEST_BACK, dice & 0x1000 ? XenbusStateClosing :
						      XenbusStateReconfiguring);
		break;
	default:
		store_put_state(GUEST_FRONT, state);
	}
	if (dice & 0x10000000)
		store_tell(test, state);
	else
		fake_xen_fire(GUEST_BACK);
}

static void no_jump_of_states_does_harm(struct kunit *test)
{
	struct rnd_state rnd;
	unsigned int i, connected = 0;

	store_seize_two(test);
	prandom_seed_state(&rnd, 20231101);
	for (i = 0; i < JUMPS; i++) {
		jump(test, &rnd);
		/* Sometimes several jumps come before the work runs. */
		if (i % 4)
			guest_settle();
		connected += fake_xen.mapped;
		if (fake_xen.mapped > 1 || fake_xen.bound > 1) {
			KUNIT_FAIL(test, "jump %u: two rings", i);
			break;
		}
	}
	guest_settle();
	/* The frontend connected in some of the jumps, but not in all. */
	KUNIT_EXPECT_GT(test, connected, 20);
	KUNIT_EXPECT_LT(test, connected, JUMPS);
	KUNIT_EXPECT_GT(test, fake_count("unregister"), 1);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_closing_guest_loses_its_ring_only),
	KUNIT_CASE(a_closed_guest_gives_everything_back),
	KUNIT_CASE(closed_is_answered_before_the_reset),
	KUNIT_CASE(a_guest_that_closes_while_dom0_sleeps_waits),
	KUNIT_CASE(closed_while_offline_is_unregistered),
	KUNIT_CASE(nobody_waits_for_a_frontend_that_never_came),
	KUNIT_CASE(a_frontend_that_is_gone_is_unregistered),
	KUNIT_CASE(a_guest_that_writes_no_state_is_ignored),
	KUNIT_CASE(removal_gives_everything_back_from_any_state),
	KUNIT_CASE(no_jump_of_states_does_harm),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_xenbus_close",
	.init = store_init,
	.exit = store_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
