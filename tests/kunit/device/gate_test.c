// SPDX-License-Identifier: GPL-2.0
/*
 * gate_test.c - tests of the gate between the ring and a function
 */
#include "../../../drivers/xen/pciback2/device/gate.c"

#include <kunit/test.h>
#include <linux/delay.h>

#include "../../../drivers/xen/pciback2/guest/guest.h"

/**
 * struct world - a gate, two frontends, and a work that closes the gate
 * @pbdev: the function behind the gate
 * @fe: the frontend that the tests open the gate for
 * @other: another frontend
 * @work: closes the gate
 * @closed: @work has closed the gate
 */
struct world {
	struct pb2_device pbdev;
	struct pb2_frontend fe;
	struct pb2_frontend other;
	struct work_struct work;
	bool closed;
};

static int init(struct kunit *test)
{
	struct world *world = kunit_kzalloc(test, sizeof(*world), GFP_KERNEL);

	if (!world)
		return -ENOMEM;
	test->priv = world;
	pb2_gate_init(&world->pbdev.gate);
	return 0;
}

static enum pb2_gate_state enter(struct world *world,
				 const struct pb2_frontend *fe)
{
	enum pb2_gate_state state = pb2_gate_enter(&world->pbdev, fe);

	pb2_gate_leave(&world->pbdev);
	return state;
}

static void a_new_gate_is_closed(struct kunit *test)
{
	struct world *world = test->priv;

	KUNIT_EXPECT_EQ(test, enter(world, &world->fe), PB2_GATE_CLOSED);
	KUNIT_EXPECT_EQ(test, enter(world, NULL), PB2_GATE_CLOSED);
}

static void only_the_frontend_with_the_claim_passes(struct kunit *test)
{
	struct world *world = test->priv;

	pb2_gate_open(&world->pbdev, &world->fe);
	KUNIT_EXPECT_EQ(test, enter(world, &world->fe), PB2_GATE_OPEN);
	KUNIT_EXPECT_EQ(test, enter(world, &world->other), PB2_GATE_CLOSED);
	KUNIT_EXPECT_EQ(test, enter(world, NULL), PB2_GATE_CLOSED);

	pb2_gate_block(&world->pbdev, PB2_BLOCK_RESET);
	KUNIT_EXPECT_EQ(test, enter(world, &world->fe), PB2_GATE_BLOCKED);
	KUNIT_EXPECT_EQ(test, enter(world, &world->other), PB2_GATE_CLOSED);
}

static void after_a_reassignment_the_old_frontend_is_shut_out(struct kunit *test)
{
	struct world *world = test->priv;

	pb2_gate_open(&world->pbdev, &world->fe);
	pb2_gate_close(&world->pbdev);
	pb2_gate_open(&world->pbdev, &world->other);

	KUNIT_EXPECT_EQ(test, enter(world, &world->fe), PB2_GATE_CLOSED);
	KUNIT_EXPECT_EQ(test, enter(world, &world->other), PB2_GATE_OPEN);
}

/* o: open, b: block, u: unblock, c: close; B, U: for another reason */
static const struct {
	const char *steps;
	enum pb2_gate_state want;
} rows[] = {
	{ "",		PB2_GATE_CLOSED },
	{ "b",		PB2_GATE_CLOSED },
	{ "u",		PB2_GATE_CLOSED },
	{ "c",		PB2_GATE_CLOSED },
	{ "bu",		PB2_GATE_CLOSED },
	{ "o",		PB2_GATE_OPEN },
	{ "ou",		PB2_GATE_OPEN },
	{ "bo",		PB2_GATE_OPEN },
	{ "ob",		PB2_GATE_BLOCKED },
	{ "obb",	PB2_GATE_BLOCKED },
	{ "obu",	PB2_GATE_OPEN },
	{ "obbu",	PB2_GATE_OPEN },
	{ "obub",	PB2_GATE_BLOCKED },
	{ "oc",		PB2_GATE_CLOSED },
	{ "occ",	PB2_GATE_CLOSED },
	{ "ocb",	PB2_GATE_CLOSED },
	{ "ocu",	PB2_GATE_CLOSED },
	/* The domain loses the function during a reset. */
	{ "obc",	PB2_GATE_CLOSED },
	{ "obcu",	PB2_GATE_CLOSED },
	{ "obcbu",	PB2_GATE_CLOSED },
	{ "obco",	PB2_GATE_OPEN },
	{ "obcou",	PB2_GATE_OPEN },
	/* The gate opens when no reason is left. */
	{ "obBU",	PB2_GATE_BLOCKED },
	{ "obBu",	PB2_GATE_BLOCKED },
	{ "obBuU",	PB2_GATE_OPEN },
	{ "obU",	PB2_GATE_BLOCKED },
	{ "obBco",	PB2_GATE_OPEN },
};

static void walk(struct world *world, const char *steps)
{
	struct pb2_device *pbdev = &world->pbdev;

	for (; *steps; steps++) {
		switch (*steps) {
		case 'o':
			pb2_gate_open(pbdev, &world->fe);
			break;
		case 'b':
			pb2_gate_block(pbdev, PB2_BLOCK_RESET);
			break;
		case 'u':
			pb2_gate_unblock(pbdev, PB2_BLOCK_RESET);
			break;
		case 'B':
			pb2_gate_block(pbdev, PB2_BLOCK_CORE_RESET);
			break;
		case 'U':
			pb2_gate_unblock(pbdev, PB2_BLOCK_CORE_RESET);
			break;
		default:
			pb2_gate_close(pbdev);
			break;
		}
	}
}

static void block_unblock_and_close_combine(struct kunit *test)
{
	struct world *world = test->priv;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		pb2_gate_init(&world->pbdev.gate);
		walk(world, rows[i].steps);
		KUNIT_EXPECT_EQ_MSG(test, enter(world, &world->fe),
				    rows[i].want, "\"%s\"", rows[i].steps);
		KUNIT_EXPECT_EQ_MSG(test, world->pbdev.gate.state,
				    rows[i].want, "\"%s\"", rows[i].steps);
		KUNIT_EXPECT_EQ_MSG(test, enter(world, &world->other),
				    PB2_GATE_CLOSED, "\"%s\"", rows[i].steps);
	}
}

static void enter_holds_the_lock_whatever_it_answers(struct kunit *test)
{
	struct world *world = test->priv;
	static const char * const ways[] = { "", "o", "ob" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		walk(world, ways[i]);
		KUNIT_EXPECT_FALSE(test,
				   mutex_is_locked(&world->pbdev.gate.lock));
		pb2_gate_enter(&world->pbdev, &world->fe);
		KUNIT_EXPECT_TRUE(test,
				  mutex_is_locked(&world->pbdev.gate.lock));
		pb2_gate_leave(&world->pbdev);
		KUNIT_EXPECT_FALSE(test,
				   mutex_is_locked(&world->pbdev.gate.lock));
	}
}

static void close_it(struct work_struct *work)
{
	struct world *world = container_of(work, struct world, work);

	pb2_gate_close(&world->pbdev);
	WRITE_ONCE(world->closed, true);
}

static void close_waits_for_the_request_at_work(struct kunit *test)
{
	struct world *world = test->priv;

	INIT_WORK(&world->work, close_it);
	pb2_gate_open(&world->pbdev, &world->fe);

	KUNIT_EXPECT_EQ(test, pb2_gate_enter(&world->pbdev, &world->fe),
			PB2_GATE_OPEN);
	schedule_work(&world->work);
	msleep(50);
	KUNIT_EXPECT_FALSE(test, READ_ONCE(world->closed));
	pb2_gate_leave(&world->pbdev);

	flush_work(&world->work);
	KUNIT_EXPECT_TRUE(test, world->closed);
	KUNIT_EXPECT_EQ(test, enter(world, &world->fe), PB2_GATE_CLOSED);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_new_gate_is_closed),
	KUNIT_CASE(only_the_frontend_with_the_claim_passes),
	KUNIT_CASE(after_a_reassignment_the_old_frontend_is_shut_out),
	KUNIT_CASE(block_unblock_and_close_combine),
	KUNIT_CASE(enter_holds_the_lock_whatever_it_answers),
	KUNIT_CASE(close_waits_for_the_request_at_work),
	{ }
};

static struct kunit_suite suite = {
	.name = "pciback2_gate",
	.init = init,
	.test_cases = cases,
};

kunit_test_suite(suite);
