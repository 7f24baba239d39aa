// SPDX-License-Identifier: GPL-2.0
/*
 * guest_reset_test.c - tests of who may reset a function for its guest, how often
 */
#include "../../../drivers/xen/pciback2/device/guest_reset.c"

#include <kunit/test.h>

#include "../../../drivers/xen/pciback2/guest/guest.h"

/**
 * struct world - a function whose guest asks for resets
 * @pdev: of @pbdev, for messages
 * @pbdev: the function
 * @fe: its frontend
 */
struct world {
	struct pci_dev pdev;
	struct pb2_device pbdev;
	struct pb2_frontend fe;
};

static int init(struct kunit *test)
{
	struct world *world = kunit_kzalloc(test, sizeof(*world), GFP_KERNEL);

	if (!world)
		return -ENOMEM;
	test->priv = world;
	world->pdev.dev.init_name = "0000:03:00.0";
	world->pbdev.pdev = &world->pdev;
	pb2_gate_init(&world->pbdev.gate);
	return 0;
}

static int show(struct world *world, char *buf)
{
	return pb2_guest_reset_show(&world->pbdev, buf, 64);
}

/* As from the guest's ring */
static bool ask(struct world *world)
{
	bool started;

	mutex_lock(&world->pbdev.gate.lock);
	started = pb2_guest_reset_start(&world->pbdev);
	mutex_unlock(&world->pbdev.gate.lock);
	return started;
}

static bool end(struct world *world)
{
	bool was_allowed;

	mutex_lock(&world->pbdev.gate.lock);
	was_allowed = pb2_guest_reset_end(&world->pbdev);
	mutex_unlock(&world->pbdev.gate.lock);
	return was_allowed;
}

static bool is_open(struct world *world)
{
	bool open = pb2_gate_enter(&world->pbdev, &world->fe) == PB2_GATE_OPEN;

	pb2_gate_leave(&world->pbdev);
	return open;
}

static void a_guests_resets_are_counted(struct kunit *test)
{
	struct world *world = test->priv;
	struct pb2_device *pbdev = &world->pbdev;
	char buf[64];

	pb2_gate_open(pbdev, &world->fe);
	show(world, buf);
	KUNIT_EXPECT_STREQ(test, buf, "0 done 0 dropped 0\n");
	KUNIT_EXPECT_FALSE(test, ask(world));
	KUNIT_EXPECT_FALSE(test, ask(world));
	KUNIT_EXPECT_TRUE(test, is_open(world));
	pb2_guest_reset_count(pbdev);
	pb2_guest_reset_allow(pbdev, true);
	show(world, buf);
	KUNIT_EXPECT_STREQ(test, buf, "1 done 1 dropped 2\n");

	/* The next assignment begins anew. */
	pb2_gate_close(pbdev);
	KUNIT_EXPECT_TRUE(test, end(world));
	KUNIT_EXPECT_FALSE(test, end(world));
	show(world, buf);
	KUNIT_EXPECT_STREQ(test, buf, "0 done 0 dropped 0\n");
}

static void a_budget_of_resets_is_used_up(struct kunit *test)
{
	struct world *world = test->priv;
	struct pb2_device *pbdev = &world->pbdev;

	pb2_guest_reset_allow(pbdev, true);
	pb2_gate_open(pbdev, &world->fe);
	KUNIT_EXPECT_EQ(test, pbdev->guest_reset.left, PB2_GUEST_RESET_BUDGET);
	pbdev->guest_reset.left = 0;
	KUNIT_EXPECT_FALSE(test, ask(world));
	KUNIT_EXPECT_EQ(test, pbdev->guest_reset.dropped, 1);
	KUNIT_EXPECT_TRUE(test, is_open(world));
	pb2_guest_reset_allow(pbdev, true);
	KUNIT_EXPECT_EQ(test, pbdev->guest_reset.left, PB2_GUEST_RESET_BUDGET);
}

static void the_next_reset_waits_for_a_second(struct kunit *test)
{
	struct world *world = test->priv;
	struct pb2_device *pbdev = &world->pbdev;
	unsigned int delay;

	pb2_guest_reset_allow(pbdev, true);
	KUNIT_EXPECT_EQ(test, pb2_guest_reset_delay(pbdev), 0);
	pb2_guest_reset_count(pbdev);
	delay = pb2_guest_reset_delay(pbdev);
	KUNIT_EXPECT_GT(test, delay, 500);
	KUNIT_EXPECT_LE(test, delay, 1000);
	/* Allowed again it does not come earlier. */
	pb2_guest_reset_allow(pbdev, true);
	KUNIT_EXPECT_GT(test, pb2_guest_reset_delay(pbdev), 500);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_guests_resets_are_counted),
	KUNIT_CASE(a_budget_of_resets_is_used_up),
	KUNIT_CASE(the_next_reset_waits_for_a_second),
	{ }
};

static struct kunit_suite suite = {
	.name = "pciback2_guest_reset",
	.init = init,
	.test_cases = cases,
};

kunit_test_suite(suite);
