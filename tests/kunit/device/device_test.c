// SPDX-License-Identifier: GPL-2.0
/*
 * device_test.c - tests of the references that keep a function's memory
 */
#include "../../../drivers/xen/pciback2/device/device.c"
#include "../support/life_world.h"

static void a_released_function_stays_while_somebody_refers_to_it(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct pb2_device *pbdev;

	KUNIT_ASSERT_EQ(test, life_probe(world->pdev), 0);
	pbdev = pci_get_drvdata(world->pdev);
	pb2_device_get(pbdev);
	life_remove(world->pdev);
	KUNIT_EXPECT_EQ(test, kref_read(&pbdev->ref), 1);
	LIFE_EXPECT_STATE(test, pbdev, PB2_GONE);
	pb2_device_put(pbdev);
}

static void without_a_reference_there_is_none_to_take(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct pb2_device *pbdev;

	life_seize_dev(test);
	KUNIT_ASSERT_TRUE(test, pb2_device_try_get(world->pbdev));
	pb2_device_put(world->pbdev);

	/* A function whose last reference is gone, while RCU keeps its memory */
	pbdev = kunit_kzalloc(test, sizeof(*pbdev), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, pbdev);
	KUNIT_EXPECT_FALSE(test, pb2_device_try_get(pbdev));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_released_function_stays_while_somebody_refers_to_it),
	KUNIT_CASE(without_a_reference_there_is_none_to_take),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_device",
	.init = life_world_init,
	.exit = life_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
