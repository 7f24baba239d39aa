// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of reset.c: which reset is tried, and which is the last
 */
#include "../support/life_world.h"

#define pci_num_vf fake_pci_num_vf

#include "../../../drivers/xen/pciback2/life/reset.c"

static void run(struct pb2_device *pbdev)
{
	struct device *dev = &pbdev->pdev->dev;

	device_lock(dev);
	pb2_power_wake(pbdev);
	/* The function is as dirty as after its use by a domain. */
	pbdev->reset.clean = false;
	pb2_reset_run(pbdev);
	pb2_power_allow_suspend(pbdev);
	device_unlock(dev);
}

static void expect_result(struct kunit *test, struct pb2_device *pbdev,
			  const char *method, enum pb2_verdict verdict, int rc)
{
	KUNIT_EXPECT_STREQ(test, pbdev->reset.method, method);
	KUNIT_EXPECT_EQ(test, pbdev->reset.verdict, verdict);
	KUNIT_EXPECT_EQ(test, pbdev->reset.rc, rc);
}

/* The verdict for each combination of resets */

/**
 * struct escalation - one row of the table
 * @name: name of the row
 * @function: what the function's own reset does
 * @bus: what a reset of the bus does
 * @alone: no other function is on the bus
 * @method: expected method
 * @verdict: expected verdict
 * @rc: expected errno
 */
struct escalation {
	const char *name;
	enum fake_reset function;
	enum fake_reset bus;
	bool alone;
	const char *method;
	enum pb2_verdict verdict;
	int rc;
};

static const struct escalation escalations[] = {
	{ "it works",
	  FAKE_RESET_WORKS, FAKE_RESET_WORKS, true,
	  "kernel", PB2_RESET_PROVEN, 0 },
	{ "it lies, the bus works",
	  FAKE_RESET_LIES, FAKE_RESET_WORKS, true,
	  "bus", PB2_RESET_PROVEN, 0 },
	{ "it lies, the bus is shared",
	  FAKE_RESET_LIES, FAKE_RESET_WORKS, false,
	  "kernel", PB2_RESET_DISPROVED, 0 },
	{ "it lies, the bus cannot be reset",
	  FAKE_RESET_LIES, FAKE_RESET_NONE, true,
	  "kernel", PB2_RESET_DISPROVED, 0 },
	{ "both lie",
	  FAKE_RESET_LIES, FAKE_RESET_LIES, true,
	  "bus", PB2_RESET_DISPROVED, 0 },
	{ "it fails, the bus works",
	  FAKE_RESET_FAILS, FAKE_RESET_WORKS, true,
	  "bus", PB2_RESET_PROVEN, 0 },
	{ "it fails, the bus is shared",
	  FAKE_RESET_FAILS, FAKE_RESET_WORKS, false,
	  "kernel", PB2_RESET_FAILED, -ETIMEDOUT },
	{ "it fails, the bus cannot be reset",
	  FAKE_RESET_FAILS, FAKE_RESET_NONE, true,
	  "kernel", PB2_RESET_FAILED, -ETIMEDOUT },
	{ "there is none, the bus works",
	  FAKE_RESET_NONE, FAKE_RESET_WORKS, true,
	  "bus", PB2_RESET_PROVEN, 0 },
	{ "there is none, the bus is shared",
	  FAKE_RESET_NONE, FAKE_RESET_WORKS, false,
	  "none", PB2_RESET_FAILED, -EBUSY },
	{ "there is none at all",
	  FAKE_RESET_NONE, FAKE_RESET_NONE, true,
	  "none", PB2_RESET_FAILED, -ENOTTY },
	{ "it kills",
	  FAKE_RESET_KILLS, FAKE_RESET_NONE, true,
	  "bus", PB2_RESET_FAILED, -EIO },
};

static void describe(const struct escalation *row, char *desc)
{
	strscpy(desc, row->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(row, escalations, describe);

static void a_reset_counts_by_what_it_did(struct kunit *test)
{
	const struct escalation *row = test->param_value;
	struct life_world *world = test->priv;

	life_seize_dev(test);
	world->dev->function_reset = row->function;
	world->dev->bus_reset = row->bus;
	if (!row->alone)
		fake_nic(test, PCI_DEVFN(0, 1));
	run(world->pbdev);
	expect_result(test, world->pbdev, row->method, row->verdict,
		      row->rc);
	KUNIT_EXPECT_GE(test, fake_count("restore"), 1);
	KUNIT_EXPECT_EQ(test, world->pbdev->reset.clean,
			row->verdict == PB2_RESET_PROVEN);
	world->dev->absent = false;
}

/* Each method would wait a minute for the function; a bus reset may help. */
static void what_does_not_answer_is_reset_by_the_bus_only(struct kunit *test)
{
	struct life_world *world = test->priv;

	world->dev->bus_reset = FAKE_RESET_WORKS;
	life_seize_dev(test);
	fake_forget();
	world->dev->absent = true;
	run(world->pbdev);
	KUNIT_EXPECT_EQ(test, fake_count("reset_function"), 0);
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 1);
	expect_result(test, world->pbdev, "bus", PB2_RESET_FAILED, -EIO);
	world->dev->absent = false;
}

static void a_slot_without_power_is_not_reset(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct fake_pci *port = fake_port();

	fake_slot();
	fake_pci_set(port, FAKE_PCI_EXP + PCI_EXP_SLTCTL, 2,
		     PCI_EXP_SLTCTL_PCC);
	world->dev->bus_reset = FAKE_RESET_WORKS;
	life_seize_dev(test);
	/* A function that answers is there, whatever its slot reports. */
	world->dev->function_reset = FAKE_RESET_NONE;
	run(world->pbdev);
	expect_result(test, world->pbdev, "bus", PB2_RESET_PROVEN, 0);

	world->dev->function_reset = FAKE_RESET_WORKS;
	fake_forget();
	world->dev->absent = true;
	run(world->pbdev);
	KUNIT_EXPECT_EQ(test, fake_count("reset_function"), 0);
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 0);
	expect_result(test, world->pbdev, "none", PB2_RESET_FAILED, -EIO);
	KUNIT_EXPECT_NOT_NULL(test, strstr(world->pbdev->fault, "switched off"));

	/* The power is back, and the function is in the state after a reset. */
	world->dev->absent = false;
	fake_pci_set(port, FAKE_PCI_EXP + PCI_EXP_SLTCTL, 2, 0);
	run(world->pbdev);
	expect_result(test, world->pbdev, "kernel", PB2_RESET_PROVEN, 0);
	KUNIT_EXPECT_STREQ(test, world->pbdev->fault, "");
}

static void the_steps_of_a_reset_keep_their_order(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	world->dev->function_reset = FAKE_RESET_LIES;
	world->dev->bus_reset = FAKE_RESET_WORKS;
	run(world->pbdev);
	/* The bridge's lock comes before those of the functions behind it. */
	fake_expect_calls(test, "pm_get", "lock_cfg 0000:03:00.0",
			  "set_master=0", "reset_function", "restore", "unlock_cfg 0000:03:00.0",
			  "trylock 0000:00:01.0", "lock_cfg 0000:00:01.0",
			  "lock_cfg 0000:03:00.0", "set_master=0", "reset_bus",
			  "restore",
			  "device_reset", "unlock_cfg 0000:03:00.0",
			  "unlock_cfg 0000:00:01.0", "pm_put", NULL);
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

static void what_cannot_be_marked_is_unproven(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct fake_pci *vf = fake_vf(test, world->dev, PCI_DEVFN(1, 0));
	struct pb2_device *pbdev = life_seize(test, vf);

	/* Seizing has reset the VF, too. */
	expect_result(test, pbdev, "kernel", PB2_RESET_UNPROVEN, 0);
	run(pbdev);
	expect_result(test, pbdev, "kernel", PB2_RESET_UNPROVEN, 0);
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 0);

	vf->function_reset = FAKE_RESET_FAILS;
	run(pbdev);
	expect_result(test, pbdev, "kernel", PB2_RESET_FAILED, -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 0);
}

static void a_bridge_in_use_is_not_waited_for(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	world->dev->function_reset = FAKE_RESET_NONE;
	world->dev->bus_reset = FAKE_RESET_WORKS;
	fake_fail("trylock", 1, -EAGAIN);
	run(world->pbdev);
	expect_result(test, world->pbdev, "none", PB2_RESET_FAILED, -EBUSY);
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 0);
}

static void the_administrator_can_forbid_the_bus(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	world->dev->function_reset = FAKE_RESET_NONE;
	world->dev->bus_reset = FAKE_RESET_WORKS;
	world->pbdev->bus_reset_off = true;
	run(world->pbdev);
	expect_result(test, world->pbdev, "none", PB2_RESET_FAILED, -ENOTTY);
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 0);
}

static void a_hot_plug_slot_is_asked_itself(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	world->dev->function_reset = FAKE_RESET_LIES;
	world->dev->slot_reset = FAKE_RESET_WORKS;
	world->dev->bus_reset = FAKE_RESET_WORKS;
	run(world->pbdev);
	expect_result(test, world->pbdev, "slot", PB2_RESET_PROVEN, 0);
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 0);
}

/* To pciehp, a raw reset of the bus looks like a card that is pulled. */
static void a_slot_whose_link_is_lost_gets_no_other_reset(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	world->dev->function_reset = FAKE_RESET_LIES;
	world->dev->slot_reset = FAKE_RESET_UNTRAINED;
	world->dev->bus_reset = FAKE_RESET_WORKS;
	run(world->pbdev);
	KUNIT_EXPECT_EQ(test, fake_count("reset_slot"), 1);
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 0);
	expect_result(test, world->pbdev, "slot", PB2_RESET_FAILED, -EIO);
	world->dev->absent = false;
}

static void pull_card(struct life_world *world)
{
	world->dev->absent = true;
	fake_slot_empty();
}

/* pciehp waits for the lock that a reset holds. */
static void a_card_that_is_pulled_ends_the_reset(struct kunit *test)
{
	struct life_world *world = test->priv;

	fake_slot();
	life_seize_dev(test);
	world->dev->flr_reset = FAKE_RESET_WORKS;
	world->dev->bus_reset = FAKE_RESET_WORKS;
	world->pdev->reset_methods[0] = PB2_COMPAT_RESET_PM;
	world->pdev->reset_methods[1] = PB2_COMPAT_RESET_FLR;
	life_during_reset = pull_card;
	run(world->pbdev);
	KUNIT_EXPECT_EQ(test, fake_count("reset_flr"), 0);
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 0);
	KUNIT_EXPECT_EQ(test, world->pbdev->reset.verdict, PB2_RESET_FAILED);
	KUNIT_EXPECT_NOT_NULL(test, strstr(world->pbdev->fault, "empty"));
	world->dev->absent = false;
}

/* The kernel's own list of methods takes no lock of the bridge. */
static void the_bus_is_not_reset_by_the_kernels_list(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	world->dev->function_reset = FAKE_RESET_NONE;
	world->dev->bus_reset = FAKE_RESET_WORKS;
	world->pdev->reset_methods[0] = PB2_COMPAT_RESET_FLR;
	world->pdev->reset_methods[1] = PB2_COMPAT_RESET_BUS;
	run(world->pbdev);
	expect_result(test, world->pbdev, "bus", PB2_RESET_PROVEN, 0);
	KUNIT_EXPECT_EQ(test, world->dev->resets, 2);
	KUNIT_EXPECT_EQ(test, world->pdev->reset_methods[1],
			PB2_COMPAT_RESET_BUS);
}

static void a_pf_is_not_reset_under_its_vfs(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	world->dev->num_vf = 2;
	run(world->pbdev);
	expect_result(test, world->pbdev, "none", PB2_RESET_FAILED, -EBUSY);
	KUNIT_EXPECT_EQ(test, fake_count("reset_function"), 0);
	world->dev->num_vf = 0;
}

static void a_pf_with_vfs_does_no_dma_without_a_domain(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_assign_dev(test);
	fake_pci_set(world->dev, PCI_COMMAND, 2,
		     PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	world->dev->num_vf = 2;
	life_take_back(world->pbdev, &world->fe);
	KUNIT_EXPECT_EQ(test, fake_count("reset_function"), 0);
	KUNIT_EXPECT_EQ(test, fake_pci_get(world->dev, PCI_COMMAND, 2) &
			PCI_COMMAND_MASTER, 0);

	/* do_flr, too, promises the end of DMA. */
	fake_pci_set(world->dev, PCI_COMMAND, 2,
		     PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	run(world->pbdev);
	KUNIT_EXPECT_EQ(test, fake_pci_get(world->dev, PCI_COMMAND, 2) &
			PCI_COMMAND_MASTER, 0);
	world->dev->num_vf = 0;
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
		fake_pci_set(dev, PCI_BASE_ADDRESS_0, 4, 0xdeac0000);
		fake_pci_set(dev, PCI_CACHE_LINE_SIZE, 1, 0x10);
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

	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(pbdev), -ENOTTY);
	expect_result(test, pbdev, "none", PB2_RESET_FAILED, -ENOTTY);
	LIFE_EXPECT_STATE(test, pbdev, PB2_IDLE);
	KUNIT_EXPECT_EQ(test, bridge->resets, 0);
	KUNIT_EXPECT_EQ(test, fake_count("set_master=0"), 0);
	KUNIT_EXPECT_EQ(test, bridge->nr_writes, 0);
}

static ktime_t begun;
static unsigned int quiesced_ms;
static u32 command;

static void look_at_dma(struct life_world *world)
{
	quiesced_ms = ktime_ms_delta(ktime_get(), begun);
	command = fake_pci_get(world->dev, PCI_COMMAND, 2);
}

static void a_reset_comes_after_the_last_vector(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	fake_pci_set(world->dev, PCI_COMMAND, 2,
		     PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	fake_pci_set(world->dev, FAKE_PCI_MSIX + PCI_MSIX_FLAGS, 2,
		     PCI_MSIX_FLAGS_ENABLE | 0xf);
	life_during_reset = look_at_dma;
	begun = ktime_get();
	run(world->pbdev);
	KUNIT_EXPECT_GE(test, quiesced_ms, 20);
	/* Xen has seen the write that turned decode off. */
	KUNIT_EXPECT_EQ(test, command &
			(PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(a_reset_counts_by_what_it_did, row_gen_params),
	KUNIT_CASE(what_does_not_answer_is_reset_by_the_bus_only),
	KUNIT_CASE(a_slot_without_power_is_not_reset),
	KUNIT_CASE(the_steps_of_a_reset_keep_their_order),
	KUNIT_CASE(a_proven_reset_is_the_last),
	KUNIT_CASE(what_cannot_be_marked_is_unproven),
	KUNIT_CASE(a_bridge_in_use_is_not_waited_for),
	KUNIT_CASE(the_administrator_can_forbid_the_bus),
	KUNIT_CASE(a_hot_plug_slot_is_asked_itself),
	KUNIT_CASE(a_slot_whose_link_is_lost_gets_no_other_reset),
	KUNIT_CASE(a_card_that_is_pulled_ends_the_reset),
	KUNIT_CASE(the_bus_is_not_reset_by_the_kernels_list),
	KUNIT_CASE(a_pf_is_not_reset_under_its_vfs),
	KUNIT_CASE(a_pf_with_vfs_does_no_dma_without_a_domain),
	KUNIT_CASE(a_reset_restores_what_was_saved_and_stops_dma),
	KUNIT_CASE(a_bridge_is_never_reset),
	KUNIT_CASE(a_reset_comes_after_the_last_vector),
	{ }
};

static struct kunit_suite suite = {
	.name = "pciback2_reset",
	.init = life_world_init,
	.exit = life_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
