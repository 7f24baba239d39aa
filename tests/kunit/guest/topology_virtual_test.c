// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the virtual bus
 */
#include "../../../drivers/xen/pciback2/guest/topology_virtual.c"

#include <kunit/test.h>

#define NR_DEVS		40

/**
 * struct world - a frontend and functions for it
 * @fe: the frontend, its lock held during a test
 * @pdevs: of the PCI core
 * @pbdevs: ours
 * @entries: one for each; placed ones are in @fe
 * @nr: so many are made
 */
struct world {
	struct pb2_frontend fe;
	struct pci_dev pdevs[NR_DEVS];
	struct pb2_device pbdevs[NR_DEVS];
	struct pb2_export entries[NR_DEVS];
	unsigned int nr;
};

static int init(struct kunit *test)
{
	struct world *world = kunit_kzalloc(test, sizeof(*world), GFP_KERNEL);

	if (!world)
		return -ENOMEM;

	mutex_init(&world->fe.lock);
	INIT_LIST_HEAD(&world->fe.exports);
	mutex_lock(&world->fe.lock);
	test->priv = world;

	return 0;
}

static void finish(struct kunit *test)
{
	struct world *world = test->priv;

	mutex_unlock(&world->fe.lock);
}

/* Makes a function of segment 1 with nothing placed yet. */
static struct pb2_export *make(struct kunit *test, u8 bus, u8 slot, u8 func)
{
	struct world *world = test->priv;
	unsigned int i = world->nr++;

	KUNIT_ASSERT_LT(test, i, NR_DEVS);
	world->pbdevs[i].pdev = &world->pdevs[i];
	world->pbdevs[i].sbdf.domain = 1;
	world->pbdevs[i].sbdf.bus = bus;
	world->pbdevs[i].sbdf.devfn = PCI_DEVFN(slot, func);
	world->entries[i].pbdev = &world->pbdevs[i];
	memset(&world->entries[i].vsbdf, 0xff, sizeof(struct pb2_sbdf));

	return &world->entries[i];
}

static struct pb2_export *make_vf(struct kunit *test, u8 bus, u8 slot, u8 func)
{
	struct pb2_export *entry = make(test, bus, slot, func);

	entry->pbdev->pdev->is_virtfn = 1;
	return entry;
}

static int try_place(struct kunit *test, struct pb2_export *entry)
{
	struct world *world = test->priv;
	int rc;

	rc = pb2_topology_virtual.place(&world->fe, entry);
	if (!rc)
		list_add_tail(&entry->link, &world->fe.exports);

	return rc;
}

static void expect_place(struct kunit *test, struct pb2_export *entry,
			 u8 slot, u8 func)
{
	KUNIT_ASSERT_EQ(test, try_place(test, entry), 0);
	KUNIT_EXPECT_EQ(test, entry->vsbdf.domain, 0);
	KUNIT_EXPECT_EQ(test, entry->vsbdf.bus, 0);
	KUNIT_EXPECT_EQ(test, PCI_SLOT(entry->vsbdf.devfn), slot);
	KUNIT_EXPECT_EQ(test, PCI_FUNC(entry->vsbdf.devfn), func);
}

static void functions_get_slots_in_order(struct kunit *test)
{
	expect_place(test, make(test, 3, 5, 0), 0, 0);
	expect_place(test, make(test, 2, 0x1a, 1), 1, 1);
	expect_place(test, make(test, 2, 5, 0), 2, 0);
}

static void functions_of_one_slot_stay_together(struct kunit *test)
{
	expect_place(test, make(test, 3, 5, 2), 0, 2);
	expect_place(test, make(test, 4, 5, 0), 1, 0);
	expect_place(test, make(test, 3, 5, 0), 0, 0);
	expect_place(test, make(test, 3, 5, 7), 0, 7);
	expect_place(test, make(test, 3, 6, 1), 2, 1);
}

static void slots_of_two_segments_are_two(struct kunit *test)
{
	struct pb2_export *other = make(test, 3, 5, 1);

	expect_place(test, make(test, 3, 5, 0), 0, 0);
	other->pbdev->sbdf.domain = 2;
	expect_place(test, other, 1, 1);
}

static void a_vf_with_function_0_has_a_slot_of_its_own(struct kunit *test)
{
	/* Its physical function in the same slot comes first, or last. */
	expect_place(test, make(test, 3, 0, 0), 0, 0);
	expect_place(test, make_vf(test, 3, 1, 0), 1, 0);
	expect_place(test, make_vf(test, 3, 1, 1), 2, 1);
	expect_place(test, make_vf(test, 3, 1, 2), 2, 2);
	expect_place(test, make_vf(test, 3, 2, 1), 3, 1);
	expect_place(test, make_vf(test, 3, 2, 0), 4, 0);
}

static void vfs_join_the_slot_of_their_pf(struct kunit *test)
{
	expect_place(test, make(test, 3, 0, 0), 0, 0);
	expect_place(test, make_vf(test, 3, 0, 4), 0, 4);
}

static void the_33rd_slot_does_not_exist(struct kunit *test)
{
	struct pb2_export *late;
	unsigned int i;

	for (i = 0; i < 32; i++)
		expect_place(test, make(test, i, 7, 1), i, 1);

	late = make(test, 32, 7, 1);
	KUNIT_EXPECT_EQ(test, try_place(test, late), -ENOSPC);
	KUNIT_EXPECT_EQ(test, late->vsbdf.domain, 0xffff);

	/* A slot in use has room for its other functions even so. */
	expect_place(test, make(test, 31, 7, 0), 31, 0);
	KUNIT_EXPECT_EQ(test, try_place(test, make_vf(test, 31, 7, 0)),
			-ENOSPC);
}

static void a_freed_slot_is_used_again(struct kunit *test)
{
	struct pb2_export *first = make(test, 1, 0, 0);
	struct pb2_export *second = make(test, 2, 0, 0);

	expect_place(test, first, 0, 0);
	expect_place(test, second, 1, 0);
	list_del(&first->link);
	expect_place(test, make(test, 3, 0, 0), 0, 0);
	/* What stayed did not move. */
	KUNIT_EXPECT_EQ(test, second->vsbdf.devfn, PCI_DEVFN(1, 0));
}

static void no_two_functions_share_an_address(struct kunit *test)
{
	/* Replugged, while the entry of the old one is not gone yet. */
	expect_place(test, make(test, 1, 0, 0), 0, 0);
	expect_place(test, make(test, 1, 0, 0), 1, 0);
}

static void there_is_one_root(struct kunit *test)
{
	struct world *world = test->priv;
	struct pb2_export *first = make(test, 1, 0, 0);
	struct pb2_export *second = make(test, 2, 0, 0);

	expect_place(test, first, 0, 0);
	expect_place(test, second, 1, 0);
	KUNIT_EXPECT_TRUE(test, pb2_topology_virtual.is_root(&world->fe, first));
	KUNIT_EXPECT_FALSE(test, pb2_topology_virtual.is_root(&world->fe, second));
	list_del(&first->link);
	KUNIT_EXPECT_TRUE(test, pb2_topology_virtual.is_root(&world->fe, second));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(functions_get_slots_in_order),
	KUNIT_CASE(functions_of_one_slot_stay_together),
	KUNIT_CASE(slots_of_two_segments_are_two),
	KUNIT_CASE(a_vf_with_function_0_has_a_slot_of_its_own),
	KUNIT_CASE(vfs_join_the_slot_of_their_pf),
	KUNIT_CASE(the_33rd_slot_does_not_exist),
	KUNIT_CASE(a_freed_slot_is_used_again),
	KUNIT_CASE(no_two_functions_share_an_address),
	KUNIT_CASE(there_is_one_root),
	{ }
};

static struct kunit_suite suite = {
	.name = "pciback2_topology_virtual",
	.init = init,
	.exit = finish,
	.test_cases = cases,
};

kunit_test_suite(suite);
