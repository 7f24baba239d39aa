// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of resets, and of finding out whether they were any
 */
#include <linux/delay.h>

#include "life_world.h"

void (*life_during_reset)(struct life_world *world);

/* Errno of a method that has reset the function all the same, or 0 */
static int method_rc;

static int reset_function(struct pci_dev *pdev)
{
	void (*during)(struct life_world *world) = life_during_reset;
	int rc = pb2_pci_reset_function(pdev);

	/* Once: the way back that it leads to has a reset of its own. */
	life_during_reset = NULL;
	if (during)
		during(life_world);
	return rc ?: method_rc;
}

#define pb2_pci_reset_function reset_function

#include "../../drivers/xen/pciback2/reset.c"

static void run(struct pb2_device *pbdev)
{
	struct device *dev = &pbdev->pdev->dev;

	device_lock(dev);
	pb2_power_wake(pbdev);
	pb2_reset_run(pbdev);
	pb2_power_park(pbdev);
	device_unlock(dev);
}

static void expect_result(struct kunit *test, struct pb2_device *pbdev,
			  const char *method, enum pb2_verdict verdict, int rc)
{
	KUNIT_EXPECT_STREQ(test, pbdev->reset.method, method);
	KUNIT_EXPECT_STREQ(test, verdicts[pbdev->reset.verdict],
			   verdicts[verdict]);
	KUNIT_EXPECT_EQ(test, pbdev->reset.rc, rc);
}

/* The verdict, rung by rung */

/**
 * struct rung - one row of the ladder's table
 * @name: of the row
 * @function: what the function's own reset does
 * @bus: what a reset of the bus does
 * @alone: the bus may be reset
 * @method: expected
 * @verdict: expected
 * @rc: expected
 */
struct rung {
	const char *name;
	enum fake_reset function;
	enum fake_reset bus;
	bool alone;
	const char *method;
	enum pb2_verdict verdict;
	int rc;
};

static const struct rung rungs[] = {
	{ "it works",
	  FAKE_RESET_WORKS, FAKE_RESET_WORKS, true,
	  "function", PB2_RESET_PROVEN, 0 },
	{ "it lies, the bus works",
	  FAKE_RESET_LIES, FAKE_RESET_WORKS, true,
	  "bus", PB2_RESET_PROVEN, 0 },
	{ "it lies, the bus is shared",
	  FAKE_RESET_LIES, FAKE_RESET_WORKS, false,
	  "function", PB2_RESET_DISPROVED, 0 },
	{ "it lies, the bus cannot be reset",
	  FAKE_RESET_LIES, FAKE_RESET_NONE, true,
	  "function", PB2_RESET_DISPROVED, 0 },
	{ "both lie",
	  FAKE_RESET_LIES, FAKE_RESET_LIES, true,
	  "bus", PB2_RESET_DISPROVED, 0 },
	{ "it fails, the bus works",
	  FAKE_RESET_FAILS, FAKE_RESET_WORKS, true,
	  "bus", PB2_RESET_PROVEN, 0 },
	{ "it fails, the bus is shared",
	  FAKE_RESET_FAILS, FAKE_RESET_WORKS, false,
	  "function", PB2_RESET_FAILED, -ETIMEDOUT },
	{ "it fails, the bus cannot be reset",
	  FAKE_RESET_FAILS, FAKE_RESET_NONE, true,
	  "function", PB2_RESET_FAILED, -ETIMEDOUT },
	{ "there is none, the bus works",
	  FAKE_RESET_NONE, FAKE_RESET_WORKS, true,
	  "bus", PB2_RESET_PROVEN, 0 },
	{ "there is none, the bus is shared",
	  FAKE_RESET_NONE, FAKE_RESET_WORKS, false,
	  "none", PB2_RESET_FAILED, -ENOTTY },
	{ "there is none at all",
	  FAKE_RESET_NONE, FAKE_RESET_NONE, true,
	  "none", PB2_RESET_FAILED, -ENOTTY },
	{ "it kills",
	  FAKE_RESET_KILLS, FAKE_RESET_NONE, true,
	  "function", PB2_RESET_FAILED, -EIO },
};

static void describe(const struct rung *rung, char *desc)
{
	strscpy(desc, rung->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(rung, rungs, describe);

static void a_reset_counts_by_what_it_did(struct kunit *test)
{
	const struct rung *rung = test->param_value;
	struct life_world *world = test->priv;

	life_seize_dev(test);
	world->dev->function_reset = rung->function;
	world->dev->bus_reset = rung->bus;
	world->dev->alone = rung->alone;
	run(world->pbdev);
	expect_result(test, world->pbdev, rung->method, rung->verdict,
		      rung->rc);
	KUNIT_EXPECT_EQ(test, fake_count("restore"), 1);
	world->dev->absent = false;
}

static void the_steps_of_a_reset_keep_their_order(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	world->dev->function_reset = FAKE_RESET_LIES;
	world->dev->bus_reset = FAKE_RESET_WORKS;
	run(world->pbdev);
	fake_expect_calls(test, "pm_get", "set_master=0", "lock_cfg",
			  "reset_function", "reset_bus", "restore",
			  "unlock_cfg", "pm_put", NULL);
}

static void a_proven_reset_is_the_last(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	world->dev->bus_reset = FAKE_RESET_WORKS;
	run(world->pbdev);
	KUNIT_EXPECT_EQ(test, fake_count("reset_function"), 1);
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 0);
}

static void a_method_that_fails_and_resets_is_proven(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	world->dev->bus_reset = FAKE_RESET_WORKS;
	method_rc = -ETIMEDOUT;
	run(world->pbdev);
	method_rc = 0;
	expect_result(test, world->pbdev, "function", PB2_RESET_PROVEN, 0);
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 0);
}

static void what_cannot_be_marked_is_unproven(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct fake_pci *vf = fake_vf(test, world->dev, PCI_DEVFN(1, 0));
	struct pb2_device *pbdev = life_seize(test, vf);

	/* Seizing has reset it, too. */
	expect_result(test, pbdev, "function", PB2_RESET_UNPROVEN, 0);
	run(pbdev);
	expect_result(test, pbdev, "function", PB2_RESET_UNPROVEN, 0);
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 0);

	vf->function_reset = FAKE_RESET_FAILS;
	run(pbdev);
	expect_result(test, pbdev, "function", PB2_RESET_FAILED, -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 0);
}

static void a_bus_in_use_is_no_success(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	world->dev->function_reset = FAKE_RESET_NONE;
	world->dev->bus_reset = FAKE_RESET_WORKS;
	fake_fail("reset_bus", 1, -EAGAIN);
	run(world->pbdev);
	expect_result(test, world->pbdev, "bus", PB2_RESET_FAILED, -EAGAIN);
}

static void a_reset_restores_what_was_saved_and_stops_dma(struct kunit *test)
{
	static const enum fake_reset ways[] = {
		FAKE_RESET_WORKS, FAKE_RESET_LIES, FAKE_RESET_FAILS,
		FAKE_RESET_NONE,
	};
	struct life_world *world = test->priv;
	struct fake_pci *dev = world->dev;
	unsigned int i;

	life_seize_dev(test);
	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		fake_pci_set(dev, PCI_COMMAND, 2, PCI_COMMAND_MASTER);
		fake_pci_set(dev, PCI_BASE_ADDRESS_0, 4, 0xdead0000);
		fake_pci_set(dev, PCI_CACHE_LINE_SIZE, 1, MARK);
		dev->function_reset = ways[i];
		run(world->pbdev);
		KUNIT_EXPECT_EQ(test, fake_pci_get(dev, PCI_COMMAND, 2),
				PCI_COMMAND_IO | PCI_COMMAND_MEMORY);
		KUNIT_EXPECT_EQ(test, fake_pci_get(dev, PCI_BASE_ADDRESS_0, 4),
				0xfe840000);
		KUNIT_EXPECT_EQ(test, fake_pci_get(dev, PCI_CACHE_LINE_SIZE, 1),
				0);
	}
}

static void a_bridge_is_never_reset(struct kunit *test)
{
	struct fake_pci *bridge = fake_bridge(test, PCI_DEVFN(2, 0));
	struct pb2_device *pbdev = life_seize(test, bridge);

	KUNIT_EXPECT_EQ(test, pb2_reset_request(pbdev), -ENOTTY);
	expect_result(test, pbdev, "none", PB2_RESET_FAILED, -ENOTTY);
	LIFE_EXPECT_STATE(test, pbdev, PB2_IDLE);
	KUNIT_EXPECT_EQ(test, bridge->resets, 0);
	KUNIT_EXPECT_EQ(test, fake_count("set_master=0"), 0);
	KUNIT_EXPECT_EQ(test, bridge->nr_writes, 0);
}

static void the_result_is_shown(struct kunit *test)
{
	struct life_world *world = test->priv;
	char line[64];

	life_seize_dev(test);
	world->pbdev->reset = (struct pb2_reset) {
		.method = "bus", .verdict = PB2_RESET_FAILED, .rc = -ETIMEDOUT,
		.ms = 112,
	};
	pb2_reset_show(world->pbdev, line, sizeof(line));
	KUNIT_EXPECT_STREQ(test, line, "bus failed -110 112ms\n");
	KUNIT_EXPECT_EQ(test, pb2_reset_show(world->pbdev, line, 8), 7);

	world->pbdev->reset = (struct pb2_reset) {};
	pb2_reset_init(world->pbdev);
	pb2_reset_show(world->pbdev, line, sizeof(line));
	KUNIT_EXPECT_STREQ(test, line, "none never 0 0ms\n");
}

static void take_time(struct life_world *world)
{
	msleep(30);
}

static void the_time_is_taken(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	life_during_reset = take_time;
	run(world->pbdev);
	KUNIT_EXPECT_GE(test, world->pbdev->reset.ms, 25);
}

/* The work may start long after it was queued. */
static void a_guests_flr_is_done_by_the_do_flr_before_it(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_assign_dev(test);
	device_lock(&world->pdev->dev);
	life_ask_for_flr(world->pbdev);
	KUNIT_ASSERT_EQ(test, begin(world->pbdev, false), 0);
	reset_in_place(world->pbdev);
	KUNIT_EXPECT_EQ(test, life_gate(world->pbdev, &world->fe),
			PB2_GATE_OPEN);
	device_unlock(&world->pdev->dev);
	/* The guest's driver may be at work again by now. */
	life_settle(world->pbdev);
	KUNIT_EXPECT_EQ(test, fake_count("reset_function"), 1);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(a_reset_counts_by_what_it_did, rung_gen_params),
	KUNIT_CASE(the_steps_of_a_reset_keep_their_order),
	KUNIT_CASE(a_proven_reset_is_the_last),
	KUNIT_CASE(a_method_that_fails_and_resets_is_proven),
	KUNIT_CASE(what_cannot_be_marked_is_unproven),
	KUNIT_CASE(a_bus_in_use_is_no_success),
	KUNIT_CASE(a_reset_restores_what_was_saved_and_stops_dma),
	KUNIT_CASE(a_bridge_is_never_reset),
	KUNIT_CASE(the_result_is_shown),
	KUNIT_CASE(the_time_is_taken),
	KUNIT_CASE(a_guests_flr_is_done_by_the_do_flr_before_it),
	{ }
};

static struct kunit_suite suite = {
	.name = "pciback2_reset",
	.init = life_world_init,
	.exit = life_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
