// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the two topologies, and of the choice between them
 */
#include "../../../drivers/xen/pciback2/guest/topology.c"

#include <kunit/test.h>

#define NR_DEVS		40

/* The functions of the hierarchy that build_hierarchy() makes */
enum {
	PORT,		/* 0002:00:1c.0, a bridge */
	SWITCH,		/* 0002:01:00.0, a bridge below PORT */
	NIC,		/* 0002:02:00.0, below both */
	VF,		/* 0002:03:00.1, on a bus to which no bridge leads */
	NR_BUSES
};

/**
 * struct world - a frontend, and functions for it
 * @fe: the frontend, its lock held during a test
 * @sysdata: PCI segment of @buses
 * @buses: the bus of each function of the hierarchy
 * @pdevs: the functions as the PCI core has them
 * @pbdevs: the functions as the driver has them
 * @exports: one for each function; @fe has those that a test placed
 * @nr: number of functions made so far
 */
struct world {
	struct pb2_frontend fe;
	struct pci_sysdata sysdata;
	struct pci_bus buses[NR_BUSES];
	struct pci_dev pdevs[NR_DEVS];
	struct pb2_device pbdevs[NR_DEVS];
	struct pb2_export exports[NR_DEVS];
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

/* Makes a function of segment 1 that has no virtual address yet. */
static struct pb2_export *make(struct kunit *test, u8 bus, u8 slot, u8 func)
{
	struct world *world = test->priv;
	unsigned int i = world->nr++;

	KUNIT_ASSERT_LT(test, i, NR_DEVS);
	world->pdevs[i].devfn = PCI_DEVFN(slot, func);
	world->pbdevs[i].pdev = &world->pdevs[i];
	world->pbdevs[i].sbdf.domain = 1;
	world->pbdevs[i].sbdf.bus = bus;
	world->pbdevs[i].sbdf.devfn = PCI_DEVFN(slot, func);
	world->exports[i].pbdev = &world->pbdevs[i];
	memset(&world->exports[i].vsbdf, 0xff, sizeof(struct pb2_sbdf));

	return &world->exports[i];
}

static struct pb2_export *make_vf(struct kunit *test, u8 bus, u8 slot, u8 func)
{
	struct pb2_export *export = make(test, bus, slot, func);

	export->pbdev->pdev->is_virtfn = 1;
	return export;
}

/* Gives a function of segment 2 a bus of its own. */
static void make_on_bus(struct kunit *test, unsigned int i, u8 slot, u8 func)
{
	struct world *world = test->priv;

	KUNIT_ASSERT_PTR_EQ(test, make(test, i, slot, func),
			    &world->exports[i]);
	world->pbdevs[i].sbdf.domain = 2;
	world->buses[i].sysdata = &world->sysdata;
	world->buses[i].number = i;
	world->pdevs[i].bus = &world->buses[i];
}

static void build_hierarchy(struct kunit *test)
{
	struct world *world = test->priv;

	world->sysdata.domain = 2;
	make_on_bus(test, PORT, 0x1c, 0);
	make_on_bus(test, SWITCH, 0, 0);
	world->buses[SWITCH].parent = &world->buses[PORT];
	world->buses[SWITCH].self = &world->pdevs[PORT];
	make_on_bus(test, NIC, 0, 0);
	world->buses[NIC].parent = &world->buses[SWITCH];
	world->buses[NIC].self = &world->pdevs[SWITCH];
	make_on_bus(test, VF, 0, 1);
	world->buses[VF].parent = &world->buses[NIC];
	world->pdevs[VF].is_virtfn = 1;
	world->pdevs[VF].physfn = &world->pdevs[NIC];
}

static int try_place(struct kunit *test, const struct pb2_topology_ops *ops,
		     struct pb2_export *export)
{
	struct world *world = test->priv;
	int rc;

	rc = ops->place(&world->fe, export);
	if (!rc)
		list_add_tail(&export->link, &world->fe.exports);

	return rc;
}

/* Gives some functions to the guest, the last first, and checks their buses. */
static void expect_host_roots(struct kunit *test, unsigned long given,
			      unsigned long roots)
{
	struct world *world = test->priv;
	int i;

	build_hierarchy(test);
	for (i = NR_BUSES - 1; i >= 0; i--)
		if (given & BIT(i))
			KUNIT_ASSERT_EQ(test,
					try_place(test, &pb2_topology_host,
						  &world->exports[i]), 0);
	for (i = 0; i < NR_BUSES; i++)
		if (given & BIT(i))
			KUNIT_EXPECT_EQ(test,
					pb2_topology_host.is_root(&world->fe,
								  &world->exports[i]),
					!!(roots & BIT(i)));
}

static bool is_virtual_root(struct kunit *test, struct pb2_export *export)
{
	struct world *world = test->priv;

	return pb2_topology_virtual.is_root(&world->fe, export);
}

static void expect_place(struct kunit *test, struct pb2_export *export,
			 u8 slot, u8 func)
{
	KUNIT_ASSERT_EQ(test, try_place(test, &pb2_topology_virtual, export),
			0);
	KUNIT_EXPECT_EQ(test, export->vsbdf.domain, 0);
	KUNIT_EXPECT_EQ(test, export->vsbdf.bus, 0);
	KUNIT_EXPECT_EQ(test, PCI_SLOT(export->vsbdf.devfn), slot);
	KUNIT_EXPECT_EQ(test, PCI_FUNC(export->vsbdf.devfn), func);
}

static void passthrough_means_real_addresses(struct kunit *test)
{
	KUNIT_EXPECT_PTR_EQ(test, pb2_topology_choose(true),
			    &pb2_topology_host);
	KUNIT_EXPECT_PTR_EQ(test, pb2_topology_choose(false),
			    &pb2_topology_virtual);
}

static void every_topology_is_complete(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		const struct pb2_topology_ops *ops = pb2_topology_choose(i);

		KUNIT_EXPECT_NOT_NULL(test, ops->name);
		KUNIT_EXPECT_NOT_NULL(test, ops->place);
		KUNIT_EXPECT_NOT_NULL(test, ops->is_root);
	}
}

static void host_functions_keep_their_addresses(struct kunit *test)
{
	struct world *world = test->priv;
	unsigned int i;

	build_hierarchy(test);
	for (i = 0; i < NR_BUSES; i++) {
		KUNIT_ASSERT_EQ(test, try_place(test, &pb2_topology_host,
						&world->exports[i]), 0);
		KUNIT_EXPECT_TRUE(test,
				  pb2_sbdf_equal(&world->exports[i].vsbdf,
						 &world->pbdevs[i].sbdf));
	}
}

static void a_host_function_alone_is_on_a_root_bus(struct kunit *test)
{
	expect_host_roots(test, BIT(NIC), BIT(NIC));
}

static void a_function_below_a_bridge_of_the_guest_is_not(struct kunit *test)
{
	expect_host_roots(test, BIT(SWITCH) | BIT(NIC), BIT(SWITCH));
}

static void bridges_further_up_count_too(struct kunit *test)
{
	expect_host_roots(test, BIT(PORT) | BIT(NIC), BIT(PORT));
}

static void a_bus_that_no_bridge_leads_to_is_a_root_bus(struct kunit *test)
{
	expect_host_roots(test, BIT(PORT) | BIT(SWITCH) | BIT(NIC) | BIT(VF),
			  BIT(PORT) | BIT(VF));
}

static void virtual_functions_get_slots_in_order(struct kunit *test)
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
	/* The physical function in the same slot comes first, or last. */
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
	KUNIT_EXPECT_EQ(test, try_place(test, &pb2_topology_virtual, late),
			-ENOSPC);
	KUNIT_EXPECT_EQ(test, late->vsbdf.domain, 0xffff);

	/* A slot in use still has room for its other functions. */
	expect_place(test, make(test, 31, 7, 0), 31, 0);
	KUNIT_EXPECT_EQ(test, try_place(test, &pb2_topology_virtual,
					make_vf(test, 31, 7, 0)), -ENOSPC);
}

static void a_freed_slot_is_used_again(struct kunit *test)
{
	struct pb2_export *first = make(test, 1, 0, 0);
	struct pb2_export *second = make(test, 2, 0, 0);

	expect_place(test, first, 0, 0);
	expect_place(test, second, 1, 0);
	list_del(&first->link);
	expect_place(test, make(test, 3, 0, 0), 0, 0);
	/* The function that stayed did not move. */
	KUNIT_EXPECT_EQ(test, second->vsbdf.devfn, PCI_DEVFN(1, 0));
}

static void no_two_functions_share_an_address(struct kunit *test)
{
	/* Plugged in again before the frontend has dropped the old export */
	expect_place(test, make(test, 1, 0, 0), 0, 0);
	expect_place(test, make(test, 1, 0, 0), 1, 0);
}

static void the_virtual_topology_has_one_root(struct kunit *test)
{
	struct pb2_export *first = make(test, 1, 0, 0);
	struct pb2_export *second = make(test, 2, 0, 0);

	expect_place(test, first, 0, 0);
	expect_place(test, second, 1, 0);
	KUNIT_EXPECT_TRUE(test, is_virtual_root(test, first));
	KUNIT_EXPECT_FALSE(test, is_virtual_root(test, second));
	list_del(&first->link);
	KUNIT_EXPECT_TRUE(test, is_virtual_root(test, second));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(passthrough_means_real_addresses),
	KUNIT_CASE(every_topology_is_complete),
	KUNIT_CASE(host_functions_keep_their_addresses),
	KUNIT_CASE(a_host_function_alone_is_on_a_root_bus),
	KUNIT_CASE(a_function_below_a_bridge_of_the_guest_is_not),
	KUNIT_CASE(bridges_further_up_count_too),
	KUNIT_CASE(a_bus_that_no_bridge_leads_to_is_a_root_bus),
	KUNIT_CASE(virtual_functions_get_slots_in_order),
	KUNIT_CASE(functions_of_one_slot_stay_together),
	KUNIT_CASE(slots_of_two_segments_are_two),
	KUNIT_CASE(a_vf_with_function_0_has_a_slot_of_its_own),
	KUNIT_CASE(vfs_join_the_slot_of_their_pf),
	KUNIT_CASE(the_33rd_slot_does_not_exist),
	KUNIT_CASE(a_freed_slot_is_used_again),
	KUNIT_CASE(no_two_functions_share_an_address),
	KUNIT_CASE(the_virtual_topology_has_one_root),
	{ }
};

static struct kunit_suite suite = {
	.name = "pciback2_topology",
	.init = init,
	.exit = finish,
	.test_cases = cases,
};

kunit_test_suite(suite);
