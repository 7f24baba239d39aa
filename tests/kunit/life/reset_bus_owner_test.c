// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of reset_bus.c: in whose domain a sibling is, when a bus is to be reset
 */
#include "../support/life_world.h"

static void a_sibling_in_another_domain_forbids(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct life_pair pair = life_seize_pair(test);

	life_assign(test, pair.b, &world->other);
	KUNIT_EXPECT_NOT_NULL(test, strstr(life_flr_fault(pair.a),
					   "0000:03:00.1 is in use by a domain"));
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 0);
	LIFE_EXPECT_STATE(test, pair.b, PB2_ASSIGNED);
	fake_pci_of(pair.b->pdev)->function_reset = FAKE_RESET_WORKS;
}

/* xenstore says nothing about it, and pciback2 takes the sibling for idle. */
static void a_sibling_that_xen_gave_away_forbids(struct kunit *test)
{
	struct life_pair pair = life_seize_pair(test);

	life_ask_xen();
	fake_domain_give(LIFE_OTHER_DOMID, &pair.b->sbdf);
	KUNIT_EXPECT_NOT_NULL(test, strstr(life_flr_fault(pair.a),
					   "0000:03:00.1 may be in a domain"));
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 0);

	/* No answer forbids as well. */
	fake_domain_give(LIFE_OTHER_DOMID, NULL);
	fake_fail("test_assign", 1, -EPERM);
	life_flr_fault(pair.a);
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 0);
	KUNIT_EXPECT_STREQ(test, life_flr_fault(pair.a), "");
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 1);
}

/* One domain has both, and only the first one needs its sibling for a reset. */
static struct life_pair assign_pair(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct life_pair pair = life_seize_pair(test);

	life_ask_xen();
	life_assign(test, pair.a, &world->fe);
	life_assign(test, pair.b, &world->fe);
	fake_pci_of(pair.b->pdev)->function_reset = FAKE_RESET_WORKS;
	return pair;
}

/* Xen has it with that domain until the toolstack takes it away there. */
static void a_sibling_that_left_the_same_domain_before_allows(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct life_pair pair = assign_pair(test);

	life_take_back(pair.b, &world->fe);
	LIFE_EXPECT_STATE(test, pair.b, PB2_HELD);
	fake_domain_give(LIFE_DOMID, &pair.b->sbdf);
	life_take_back(pair.a, &world->fe);
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 1);
	LIFE_EXPECT_STATE(test, pair.a, PB2_HELD);

	/* It is told of the next domain, and nobody knows which one has it. */
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(pair.b), 0);
	KUNIT_EXPECT_NOT_NULL(test, strstr(life_flr_fault(pair.a),
					   "0000:03:00.1 may be in a domain"));
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 1);
}

/* xl may be killed when it has just given the sibling to the next domain. */
static void a_sibling_that_the_next_domain_may_have_forbids(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct life_pair pair = assign_pair(test);

	fake_domain_give(LIFE_DOMID, &pair.b->sbdf);

	/* The first do_flr of both is for their way out. */
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(pair.b), 0);
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(pair.a), 0);
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 1);

	/* The second comes before pciback2 has taken the function back. */
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(pair.b), 0);
	LIFE_EXPECT_STATE(test, pair.b, PB2_ASSIGNED);
	KUNIT_EXPECT_NOT_NULL(test, strstr(life_flr_fault(pair.a),
					   "0000:03:00.1 may be in a domain"));
	life_take_back(pair.b, &world->fe);
	LIFE_EXPECT_STATE(test, pair.b, PB2_HELD);
	life_take_back(pair.a, &world->fe);
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 1);
	KUNIT_EXPECT_NOT_NULL(test, strstr(pair.a->fault,
					   "0000:03:00.1 may be in a domain"));

	/* The next assignment begins anew. */
	fake_domain_give(LIFE_DOMID, NULL);
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(pair.a), 0);
	life_assign(test, pair.a, &world->fe);
	life_assign(test, pair.b, &world->fe);
	fake_domain_give(LIFE_DOMID, &pair.b->sbdf);
	life_take_back(pair.b, &world->fe);
	life_take_back(pair.a, &world->fe);
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 1);
	KUNIT_EXPECT_STREQ(test, pair.a->fault, "");
}

/* libxl goes on when a signal has ended its do_flr. */
static void a_do_flr_that_is_interrupted_tells_of_the_next_domain(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct life_pair pair = assign_pair(test);

	fake_domain_give(LIFE_DOMID, &pair.b->sbdf);
	device_lock(&pair.b->pdev->dev);
	pb2_frontend_remove(&world->fe, &pair.b->sbdf);
	LIFE_EXPECT_STATE(test, pair.b, PB2_RECLAIMING);
	set_tsk_thread_flag(current, TIF_SIGPENDING);
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(pair.b), -EINTR);
	clear_tsk_thread_flag(current, TIF_SIGPENDING);
	device_unlock(&pair.b->pdev->dev);
	life_settle(pair.b);
	LIFE_EXPECT_STATE(test, pair.b, PB2_HELD);
	KUNIT_EXPECT_NOT_NULL(test, strstr(life_flr_fault(pair.a),
					   "0000:03:00.1 may be in a domain"));
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 0);
}

static void a_sibling_in_the_same_domain_must_be_leaving_too(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct life_pair pair = life_seize_pair(test);

	life_assign(test, pair.a, &world->fe);
	life_assign(test, pair.b, &world->fe);

	/* The guest may be about to keep the second function. */
	KUNIT_EXPECT_NE(test, pb2_reset_request_run(pair.a), 0);
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 0);
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(pair.b), 0);
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 1);

	/*
	 * The gate of a function with a domain is open again; the function is
	 * not clean.
	 */
	KUNIT_EXPECT_EQ(test, life_gate(pair.a, &world->fe), PB2_GATE_OPEN);
	KUNIT_EXPECT_EQ(test, life_gate(pair.b, &world->fe), PB2_GATE_OPEN);
	KUNIT_EXPECT_FALSE(test, pair.a->reset.clean);
	KUNIT_EXPECT_FALSE(test, pair.b->reset.clean);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_sibling_in_another_domain_forbids),
	KUNIT_CASE(a_sibling_that_xen_gave_away_forbids),
	KUNIT_CASE(a_sibling_that_left_the_same_domain_before_allows),
	KUNIT_CASE(a_sibling_that_the_next_domain_may_have_forbids),
	KUNIT_CASE(a_do_flr_that_is_interrupted_tells_of_the_next_domain),
	KUNIT_CASE(a_sibling_in_the_same_domain_must_be_leaving_too),
	{ }
};

static struct kunit_suite suite = {
	.name = "pciback2_reset_bus_owner",
	.init = life_world_init,
	.exit = life_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
