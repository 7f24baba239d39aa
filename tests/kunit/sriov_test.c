// SPDX-License-Identifier: GPL-2.0
/*
 * sriov_test.c - virtual functions are released with their physical function
 */
#include "support/life_world.h"

static const struct bus_type *watched;

static int watch_bus(const struct bus_type *bus, struct notifier_block *nb)
{
	int rc = fake_call("register_notifier");

	if (!rc)
		watched = bus;
	return rc;
}

static int unwatch_bus(const struct bus_type *bus, struct notifier_block *nb)
{
	fake_note("unregister_notifier");
	if (watched != bus)
		fake_wrong("a bus is unwatched that was not watched");
	watched = NULL;
	return 0;
}

#define MAX_LINKS	8

static struct device_link links[MAX_LINKS];

/* device_link_init_status() of the driver core */
static enum device_link_state first_status(const struct device *consumer,
					   const struct device *supplier)
{
	bool probing = consumer->links.status == DL_DEV_PROBING;

	switch (supplier->links.status) {
	case DL_DEV_PROBING:
		return probing ? DL_STATE_CONSUMER_PROBE : DL_STATE_DORMANT;
	case DL_DEV_DRIVER_BOUND:
		if (probing)
			return DL_STATE_CONSUMER_PROBE;
		return consumer->links.status == DL_DEV_DRIVER_BOUND ?
		       DL_STATE_ACTIVE : DL_STATE_AVAILABLE;
	case DL_DEV_UNBINDING:
		return DL_STATE_SUPPLIER_UNBIND;
	default:
		return DL_STATE_DORMANT;
	}
}

/*
 * A fake, since the driver core does not know the devices of this test. As there,
 * a link that exists is returned as it is.
 */
static struct device_link *add_link(struct device *consumer,
				    struct device *supplier, u32 flags)
{
	unsigned int i;

	if (flags != DL_FLAG_AUTOREMOVE_CONSUMER)
		fake_wrong("a link that its function does not end");
	if (to_pci_dev(supplier) != pci_physfn(to_pci_dev(consumer)))
		fake_wrong("a link to somebody else");
	if (fake_call("follow %s", pci_name(to_pci_dev(consumer))))
		return NULL;
	for (i = 0; i < MAX_LINKS; i++) {
		if (links[i].consumer == consumer)
			return &links[i];
		if (links[i].consumer)
			continue;
		links[i].consumer = consumer;
		links[i].supplier = supplier;
		links[i].status = first_status(consumer, supplier);
		return &links[i];
	}
	return NULL;
}

/* The only sign of a link that the driver core does not follow */
#undef pci_warn
#define pci_warn(pdev, fmt, ...)	fake_note("warn %s", pci_name(pdev))

#define bus_register_notifier	watch_bus
#define bus_unregister_notifier	unwatch_bus
#define device_link_add		add_link

#include "../../drivers/xen/pciback2/sriov.c"

#define NR_VFS	2

static struct device_driver dom0s_own;

static int event(struct pci_dev *pdev, unsigned long action)
{
	return sriov_notifier.notifier_call(&sriov_notifier, action, &pdev->dev);
}

/* driver_bound() of the driver core, which ends a probe */
static void bound(struct pci_dev *pdev)
{
	unsigned int i;

	pdev->dev.links.status = DL_DEV_DRIVER_BOUND;
	for (i = 0; i < MAX_LINKS; i++) {
		if (links[i].supplier == &pdev->dev &&
		    links[i].status == DL_STATE_DORMANT)
			links[i].status = DL_STATE_AVAILABLE;
		if (links[i].consumer == &pdev->dev &&
		    links[i].status == DL_STATE_CONSUMER_PROBE)
			links[i].status = DL_STATE_ACTIVE;
	}
	event(pdev, BUS_NOTIFY_BOUND_DRIVER);
}

/* The driver core releases the consumers of active links, and no others. */
static bool is_released_with_pf(const struct pb2_device *vf)
{
	unsigned int i;

	for (i = 0; i < MAX_LINKS; i++)
		if (links[i].consumer == &vf->pdev->dev)
			return links[i].status == DL_STATE_ACTIVE;
	return false;
}

static void forget_links(void)
{
	memset(links, 0, sizeof(links));
}

static int init(struct kunit *test)
{
	forget_links();
	return life_world_init(test);
}

static void add_vfs(struct kunit *test, struct fake_pci *pf,
		    struct pb2_device **vfs, unsigned int slot)
{
	unsigned int i;

	for (i = 0; i < NR_VFS; i++)
		vfs[i] = life_seize(test, fake_vf(test, pf, PCI_DEVFN(slot, i)));
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

static void a_vf_that_is_seized_follows_its_pf(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct pb2_device *vfs[NR_VFS];

	add_vfs(test, world->dev, vfs, 1);
	bound(world->pdev);
	fake_forget();
	forget_links();
	bound(vfs[1]->pdev);
	KUNIT_EXPECT_EQ(test, fake_count("follow"), 1);
	KUNIT_EXPECT_STREQ(test, fake_call_at(0), "follow 0000:03:01.1");
	KUNIT_EXPECT_TRUE(test, is_released_with_pf(vfs[1]));
}

/* A VF links to its PF when the PF gets a driver. */
static void a_pf_without_driver_is_followed_when_it_has_one(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct pb2_device *vfs[NR_VFS];
	unsigned int i;

	add_vfs(test, world->dev, vfs, 1);
	for (i = 0; i < NR_VFS; i++)
		bound(vfs[i]->pdev);
	KUNIT_EXPECT_EQ(test, fake_count("follow"), 0);

	world->pdev->dev.links.status = DL_DEV_PROBING;
	bound(world->pdev);
	KUNIT_EXPECT_EQ(test, fake_count("follow"), NR_VFS);
	for (i = 0; i < NR_VFS; i++)
		KUNIT_EXPECT_TRUE(test, is_released_with_pf(vfs[i]));
}

/*
 * Some drivers enable SR-IOV while they probe. The PF has its driver then, but a
 * link that a VF gets now is never active.
 */
static void a_vf_seized_while_its_pf_is_probed_follows_it(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct pb2_device *vfs[NR_VFS];
	unsigned int i;

	world->pdev->dev.driver = &dom0s_own;
	world->pdev->dev.links.status = DL_DEV_PROBING;
	add_vfs(test, world->dev, vfs, 1);
	bound(vfs[0]->pdev);
	/* The probe of the other VF takes longer than that of the PF. */
	vfs[1]->pdev->dev.links.status = DL_DEV_PROBING;
	bound(world->pdev);
	bound(vfs[1]->pdev);
	for (i = 0; i < NR_VFS; i++)
		KUNIT_EXPECT_TRUE(test, is_released_with_pf(vfs[i]));
	world->pdev->dev.driver = NULL;
}

/* As a link that was made too early stays for good */
static void a_link_that_is_not_followed_is_told(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct pb2_device *vfs[NR_VFS];

	add_vfs(test, world->dev, vfs, 1);
	bound(world->pdev);
	KUNIT_EXPECT_EQ(test, fake_count("follow"), NR_VFS);
	KUNIT_EXPECT_EQ(test, fake_count("warn"), NR_VFS);
	links[1].status = DL_STATE_ACTIVE;
	fake_forget();
	event(world->pdev, BUS_NOTIFY_BOUND_DRIVER);
	KUNIT_EXPECT_EQ(test, fake_count("warn"), 1);
}

static void a_vf_of_another_driver_follows_nobody(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct fake_pci *vf = fake_vf(test, world->dev, PCI_DEVFN(1, 0));

	world->dev->pdev.dev.links.status = DL_DEV_DRIVER_BOUND;
	event(&vf->pdev, BUS_NOTIFY_BOUND_DRIVER);
	event(&world->dev->pdev, BUS_NOTIFY_BOUND_DRIVER);
	KUNIT_EXPECT_EQ(test, fake_count("follow"), 0);
}

static void a_vf_that_cannot_follow_is_seized_all_the_same(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct pb2_device *vfs[NR_VFS];

	add_vfs(test, world->dev, vfs, 1);
	world->dev->pdev.dev.links.status = DL_DEV_DRIVER_BOUND;
	fake_fail("follow", 1, -ENOMEM);
	event(&world->dev->pdev, BUS_NOTIFY_BOUND_DRIVER);
	/* The failure does not keep the next VF from its link. */
	KUNIT_EXPECT_EQ(test, fake_count("follow"), NR_VFS);
	LIFE_EXPECT_STATE(test, vfs[0], PB2_IDLE);
}

/* This does what the driver core does for the link when the PF is unbound. */
static void an_assigned_vf_leaves_with_its_pf(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct pb2_device *vfs[NR_VFS];
	unsigned int i;

	add_vfs(test, world->dev, vfs, 1);
	life_assign(test, vfs[1], &world->fe);
	KUNIT_EXPECT_FALSE(test, pb2_sriov_pf_leaves(vfs[1]->pdev));

	world->dev->pdev.dev.links.status = DL_DEV_UNBINDING;
	KUNIT_EXPECT_TRUE(test, pb2_sriov_pf_leaves(vfs[1]->pdev));
	KUNIT_EXPECT_FALSE(test, pb2_sriov_pf_leaves(&world->dev->pdev));
	for (i = 0; i < NR_VFS; i++) {
		life_remove(vfs[i]->pdev);
		LIFE_EXPECT_STATE(test, vfs[i], PB2_GONE);
		KUNIT_EXPECT_NULL(test, pci_get_drvdata(vfs[i]->pdev));
	}
	KUNIT_EXPECT_EQ(test, fake_count("reset_function"), 1);
	KUNIT_EXPECT_TRUE(test, list_empty(&world->fe.exports));
}

static void other_functions_vfs_stay(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct fake_pci *other = fake_nic(test, PCI_DEVFN(8, 0));
	struct pb2_device *vfs[NR_VFS];

	add_vfs(test, world->dev, vfs, 1);
	other->pdev.is_physfn = 1;
	event(&other->pdev, BUS_NOTIFY_BOUND_DRIVER);
	KUNIT_EXPECT_EQ(test, fake_count("follow"), 0);
}

/* In particular, the notification of unbinding must not release a driver. */
static void other_events_mean_nothing(struct kunit *test)
{
	static const unsigned long actions[] = {
		BUS_NOTIFY_ADD_DEVICE, BUS_NOTIFY_DEL_DEVICE,
		BUS_NOTIFY_REMOVED_DEVICE, BUS_NOTIFY_BIND_DRIVER,
		BUS_NOTIFY_UNBIND_DRIVER, BUS_NOTIFY_UNBOUND_DRIVER,
		BUS_NOTIFY_DRIVER_NOT_BOUND,
	};
	struct life_world *world = test->priv;
	struct pb2_device *vfs[NR_VFS];
	unsigned int i;

	add_vfs(test, world->dev, vfs, 1);
	world->dev->pdev.dev.links.status = DL_DEV_DRIVER_BOUND;
	for (i = 0; i < ARRAY_SIZE(actions); i++) {
		KUNIT_EXPECT_EQ(test, event(&world->dev->pdev, actions[i]),
				NOTIFY_DONE);
		KUNIT_EXPECT_EQ(test, event(vfs[0]->pdev, actions[i]),
				NOTIFY_DONE);
	}
	KUNIT_EXPECT_EQ(test, fake_count("follow"), 0);
	LIFE_EXPECT_STATE(test, vfs[0], PB2_IDLE);
}

static void a_function_that_is_no_pf_is_not_looked_up(struct kunit *test)
{
	struct life_world *world = test->priv;

	/* pci_physfn() of a function that is no VF is itself. */
	life_seize_dev(test);
	world->dev->pdev.dev.links.status = DL_DEV_DRIVER_BOUND;
	event(&world->dev->pdev, BUS_NOTIFY_BOUND_DRIVER);
	KUNIT_EXPECT_EQ(test, fake_count("follow"), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(the_pci_bus_is_watched_from_init_to_exit),
	KUNIT_CASE(a_vf_that_is_seized_follows_its_pf),
	KUNIT_CASE(a_pf_without_driver_is_followed_when_it_has_one),
	KUNIT_CASE(a_vf_seized_while_its_pf_is_probed_follows_it),
	KUNIT_CASE(a_link_that_is_not_followed_is_told),
	KUNIT_CASE(a_vf_of_another_driver_follows_nobody),
	KUNIT_CASE(a_vf_that_cannot_follow_is_seized_all_the_same),
	KUNIT_CASE(an_assigned_vf_leaves_with_its_pf),
	KUNIT_CASE(other_functions_vfs_stay),
	KUNIT_CASE(other_events_mean_nothing),
	KUNIT_CASE(a_function_that_is_no_pf_is_not_looked_up),
	{ }
};

static struct kunit_suite suite = {
	.name = "pciback2_sriov",
	.init = init,
	.exit = life_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
