// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of isolation.c: keep a former domain away from a function
 */
#include "../support/life_world.h"

/* Closing the gate calls no fake that would record the call. */
static void gate_close(struct pb2_device *pbdev)
{
	fake_note("gate_close");
	pb2_gate_close(pbdev);
}

#define pb2_gate_close		gate_close

#include "../../../drivers/xen/pciback2/life/isolation.c"

static void msix_is_freed_like_msi(struct kunit *test)
{
	struct msix_entry entry = { .entry = 0 };
	struct life_world *world = test->priv;

	life_assign_dev(test);
	KUNIT_ASSERT_EQ(test, pb2_pci_enable_msix(world->pdev, &entry, 1), 0);
	life_take_back(world->pbdev, &world->fe);
	fake_expect_order(test, "gate_close", "disable_msix", "set_master=0",
			  "reset_function", "restore", "unregister_owner",
			  NULL);
}

static void isolating_twice_is_harmless(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct pb2_device *pbdev;

	life_assign_dev(test);
	pbdev = world->pbdev;
	KUNIT_ASSERT_EQ(test, pb2_pci_enable_msi(world->pdev), 0);
	fake_forget();

	device_lock(&world->pdev->dev);
	pb2_isolation_enforce(pbdev);
	fake_expect_calls(test, "gate_close", "set_master=0", "disable_msi",
			  NULL);
	KUNIT_EXPECT_EQ(test, life_gate(pbdev, &world->fe), PB2_GATE_CLOSED);
	fake_forget();
	pb2_isolation_enforce(pbdev);
	fake_expect_calls(test, "gate_close", "set_master=0", NULL);
	device_unlock(&world->pdev->dev);
	life_take_back(pbdev, &world->fe);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(msix_is_freed_like_msi),
	KUNIT_CASE(isolating_twice_is_harmless),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_isolation",
	.init = life_world_init,
	.exit = life_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
