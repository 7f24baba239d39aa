// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of virtual functions that leave with their physical function
 */
#include "life_world.h"

static const struct bus_type *watched;

static int watch_bus(struct bus_type *bus, struct notifier_block *nb)
{
	int rc = fake_call("register_notifier");

	if (!rc)
		watched = bus;
	return rc;
}

static int unwatch_bus(struct bus_type *bus, struct notifier_block *nb)
{
	fake_note("unregister_notifier");
	if (watched != bus)
		fake_wrong("a bus is unwatched that was not watched");
	watched = NULL;
	return 0;
}

/* The driver core's part of it; our functions are none of its devices. */
static void release_driver(struct device *dev)
{
	fake_note("release %s", pci_name(to_pci_dev(dev)));
	life_remove(to_pci_dev(dev));
}

#define bus_register_notifier	watch_bus
#define bus_unregister_notifier	unwatch_bus
#define device_release_driver	release_driver

#include "../../drivers/xen/pciback2/sriov.c"

#define NR_VFS	2

/* The physical function's driver is dom0's own. */
static void add_vfs(struct kunit *test, struct fake_pci *pf,
		    struct pb2_device **vfs, unsigned int slot)
{
	unsigned int i;

	for (i = 0; i < NR_VFS; i++)
		vfs[i] = life_seize(test, fake_vf(test, pf, PCI_DEVFN(slot, i)));
}

static int event(struct fake_pci *dev, unsigned long action)
{
	return notifier.notifier_call(&notifier, action, &dev->pdev.dev);
}

static void the_pci_bus_is_watched_from_init_to_exit(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, pb2_sriov_init(), 0);
	KUNIT_EXPECT_PTR_EQ(test, watched, (const struct bus_type *)&pci_bus_type);
	pb2_sriov_exit();
	KUNIT_EXPECT_NULL(test, watched);

	fake_fail("register_notifier", 1, -ENOMEM);
	KUNIT_EXPECT_EQ(test, pb2_sriov_init(), -ENOMEM);
	KUNIT_EXPECT_NULL(test, watched);
}

static void vfs_are_released_before_their_pf_loses_its_driver(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct pb2_device *vfs[NR_VFS];
	unsigned int i;

	add_vfs(test, world->dev, vfs, 1);
	life_assign(test, vfs[1], &world->fe);

	KUNIT_EXPECT_EQ(test, event(world->dev, BUS_NOTIFY_UNBIND_DRIVER),
			NOTIFY_DONE);
	for (i = 0; i < NR_VFS; i++) {
		LIFE_EXPECT_STATE(test, vfs[i], PB2_GONE);
		KUNIT_EXPECT_NULL(test, pci_get_drvdata(vfs[i]->pdev));
	}
	KUNIT_EXPECT_EQ(test, fake_count("release"), NR_VFS);
	KUNIT_EXPECT_EQ(test, fake_count("reset_function"), 1);
	KUNIT_EXPECT_TRUE(test, list_empty(&world->fe.entries));

	/* Nothing is left for a second event. */
	event(world->dev, BUS_NOTIFY_UNBIND_DRIVER);
	KUNIT_EXPECT_EQ(test, fake_count("release"), NR_VFS);
}

static void other_functions_vfs_stay(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct fake_pci *other = fake_nic(test, PCI_DEVFN(8, 0));
	struct pb2_device *vfs[NR_VFS];

	add_vfs(test, world->dev, vfs, 1);
	other->pdev.is_physfn = 1;
	event(other, BUS_NOTIFY_UNBIND_DRIVER);
	KUNIT_EXPECT_EQ(test, fake_count("release"), 0);
	LIFE_EXPECT_STATE(test, vfs[0], PB2_IDLE);
}

static void other_events_mean_nothing(struct kunit *test)
{
	static const unsigned long actions[] = {
		BUS_NOTIFY_ADD_DEVICE, BUS_NOTIFY_DEL_DEVICE,
		BUS_NOTIFY_REMOVED_DEVICE, BUS_NOTIFY_BIND_DRIVER,
		BUS_NOTIFY_BOUND_DRIVER, BUS_NOTIFY_UNBOUND_DRIVER,
		BUS_NOTIFY_DRIVER_NOT_BOUND,
	};
	struct life_world *world = test->priv;
	struct pb2_device *vfs[NR_VFS];
	unsigned int i;

	add_vfs(test, world->dev, vfs, 1);
	for (i = 0; i < ARRAY_SIZE(actions); i++)
		KUNIT_EXPECT_EQ(test, event(world->dev, actions[i]),
				NOTIFY_DONE);
	KUNIT_EXPECT_EQ(test, fake_count("release"), 0);
}

static void a_function_that_is_no_pf_is_not_looked_up(struct kunit *test)
{
	struct life_world *world = test->priv;

	/* pci_physfn() of a function that is no VF is itself. */
	life_seize_dev(test);
	event(world->dev, BUS_NOTIFY_UNBIND_DRIVER);
	KUNIT_EXPECT_EQ(test, fake_count("release"), 0);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_IDLE);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(the_pci_bus_is_watched_from_init_to_exit),
	KUNIT_CASE(vfs_are_released_before_their_pf_loses_its_driver),
	KUNIT_CASE(other_functions_vfs_stay),
	KUNIT_CASE(other_events_mean_nothing),
	KUNIT_CASE(a_function_that_is_no_pf_is_not_looked_up),
	{ }
};

static struct kunit_suite suite = {
	.name = "pciback2_sriov",
	.init = life_world_init,
	.exit = life_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
