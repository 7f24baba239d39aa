// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of reset_affected.c: the functions that the reset of a bus affects
 */
#include "../support/life_world.h"

/* For how many more functions there is memory */
static unsigned int room = UINT_MAX;

static void *allocate(size_t size, gfp_t flags)
{
	return room-- ? kzalloc(size, flags) : NULL;
}

#define kzalloc allocate

#include "../../../drivers/xen/pciback2/life/reset_affected.c"

#undef kzalloc

static void begin(struct pb2_reset_bus *bus_reset, struct pb2_device *pbdev)
{
	*bus_reset = (struct pb2_reset_bus) {
		.requester = pbdev,
		.bridge = pbdev->pdev->bus->self,
	};
	INIT_LIST_HEAD(&bus_reset->affected);
}

static void expect_affected(struct kunit *test, struct pb2_reset_bus *bus_reset,
			    struct fake_pci *dev, bool is_affected)
{
	KUNIT_EXPECT_EQ_MSG(test, !!pb2_affected_find(bus_reset, &dev->pdev),
			    is_affected, "%s", pci_name(&dev->pdev));
}

static void what_is_below_the_bridge_is_affected(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct fake_pci *bridge = fake_bridge(test, PCI_DEVFN(2, 0));
	struct fake_pci *behind = fake_behind(test, bridge, 0);
	struct fake_pci *vf = fake_vf_elsewhere(test, world->dev, 0);
	struct pb2_reset_bus bus_reset;

	life_seize_dev(test);
	begin(&bus_reset, world->pbdev);
	KUNIT_EXPECT_EQ(test, pb2_affected_collect(&bus_reset), 0);
	expect_affected(test, &bus_reset, fake_port(), false);
	expect_affected(test, &bus_reset, world->dev, true);
	expect_affected(test, &bus_reset, bridge, true);
	expect_affected(test, &bus_reset, behind, true);
	expect_affected(test, &bus_reset, vf, true);
	pb2_affected_free(&bus_reset);
}

static void another_bus_is_not_affected(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct fake_pci *bridge = fake_bridge(test, PCI_DEVFN(2, 0));
	struct fake_pci *behind = fake_behind(test, bridge, 0);
	struct pb2_reset_bus bus_reset;

	begin(&bus_reset, life_seize(test, behind));
	KUNIT_EXPECT_EQ(test, pb2_affected_collect(&bus_reset), 0);
	expect_affected(test, &bus_reset, behind, true);
	expect_affected(test, &bus_reset, bridge, false);
	expect_affected(test, &bus_reset, world->dev, false);
	pb2_affected_free(&bus_reset);
}

static void a_requester_that_is_removed_is_in_no_list(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct pb2_reset_bus bus_reset;

	life_seize_dev(test);
	list_del_init(&world->dev->link);
	begin(&bus_reset, world->pbdev);
	KUNIT_EXPECT_EQ(test, pb2_affected_collect(&bus_reset), -ENODEV);
	pb2_affected_free(&bus_reset);
	list_add(&world->dev->link, &fake_port()->link);
}

static void without_memory_no_reference_is_left(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct pb2_reset_bus bus_reset;

	fake_nic(test, PCI_DEVFN(0, 1));
	life_seize_dev(test);
	begin(&bus_reset, world->pbdev);
	room = 1;
	KUNIT_EXPECT_EQ(test, pb2_affected_collect(&bus_reset), -ENOMEM);
	room = UINT_MAX;
	pb2_affected_free(&bus_reset);
}

static void a_lock_that_is_taken_leaves_none_locked(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct fake_pci *second = fake_nic(test, PCI_DEVFN(0, 1));
	struct pb2_reset_bus bus_reset;

	life_seize_dev(test);
	begin(&bus_reset, world->pbdev);
	bus_reset.requester_locked = true;
	KUNIT_ASSERT_EQ(test, pb2_affected_collect(&bus_reset), 0);

	device_lock(&world->pdev->dev);
	device_lock(&second->pdev.dev);
	KUNIT_EXPECT_FALSE(test, pb2_affected_lock(&bus_reset));
	KUNIT_EXPECT_FALSE(test, fake_port()->cfg_locked);
	KUNIT_EXPECT_FALSE(test, world->dev->cfg_locked);
	device_unlock(&second->pdev.dev);

	KUNIT_EXPECT_TRUE(test, pb2_affected_lock(&bus_reset));
	KUNIT_EXPECT_TRUE(test, second->cfg_locked);
	pb2_affected_unlock(&bus_reset);
	device_unlock(&world->pdev->dev);
	pb2_affected_free(&bus_reset);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(what_is_below_the_bridge_is_affected),
	KUNIT_CASE(another_bus_is_not_affected),
	KUNIT_CASE(a_requester_that_is_removed_is_in_no_list),
	KUNIT_CASE(without_memory_no_reference_is_left),
	KUNIT_CASE(a_lock_that_is_taken_leaves_none_locked),
	{ }
};

static struct kunit_suite suite = {
	.name = "pciback2_reset_affected",
	.init = life_world_init,
	.exit = life_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
