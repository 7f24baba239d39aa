// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the topology of real addresses
 */
#include "../../../drivers/xen/pciback2/guest/topology_host.c"

#include <kunit/test.h>

/* The functions of struct world */
enum {
	PORT,		/* 0002:00:1c.0, a bridge */
	SWITCH,		/* 0002:01:00.0, a bridge below it */
	NIC,		/* 0002:02:00.0, below both */
	VF,		/* 0002:03:00.1, on a bus that no bridge leads to */
	NR_DEVS
};

/**
 * struct world - a small hierarchy and a frontend
 * @fe: the frontend, its lock held during a test
 * @sysdata: PCI segment
 * @buses: the bus of each function
 * @pdevs: of the PCI core
 * @pbdevs: ours
 * @entries: one for each; assigned ones are in @fe
 */
struct world {
	struct pb2_frontend fe;
	struct pci_sysdata sysdata;
	struct pci_bus buses[NR_DEVS];
	struct pci_dev pdevs[NR_DEVS];
	struct pb2_device pbdevs[NR_DEVS];
	struct pb2_export entries[NR_DEVS];
};

static void make(struct world *world, unsigned int i, u8 bus, u8 devfn)
{
	world->buses[i].sysdata = &world->sysdata;
	world->buses[i].number = bus;
	world->pdevs[i].bus = &world->buses[i];
	world->pdevs[i].devfn = devfn;
	world->pbdevs[i].pdev = &world->pdevs[i];
	world->pbdevs[i].sbdf.domain = 2;
	world->pbdevs[i].sbdf.bus = bus;
	world->pbdevs[i].sbdf.devfn = devfn;
	world->entries[i].pbdev = &world->pbdevs[i];
}

static int init(struct kunit *test)
{
	struct world *world = kunit_kzalloc(test, sizeof(*world), GFP_KERNEL);

	if (!world)
		return -ENOMEM;

	world->sysdata.domain = 2;
	make(world, PORT, 0, PCI_DEVFN(0x1c, 0));
	make(world, SWITCH, 1, PCI_DEVFN(0, 0));
	world->buses[SWITCH].parent = &world->buses[PORT];
	world->buses[SWITCH].self = &world->pdevs[PORT];
	make(world, NIC, 2, PCI_DEVFN(0, 0));
	world->buses[NIC].parent = &world->buses[SWITCH];
	world->buses[NIC].self = &world->pdevs[SWITCH];
	make(world, VF, 3, PCI_DEVFN(0, 1));
	world->buses[VF].parent = &world->buses[NIC];
	world->pdevs[VF].is_virtfn = 1;
	world->pdevs[VF].physfn = &world->pdevs[NIC];

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

static void assign(struct kunit *test, unsigned int i)
{
	struct world *world = test->priv;

	KUNIT_ASSERT_EQ(test, pb2_topology_host.place(&world->fe,
						      &world->entries[i]), 0);
	list_add_tail(&world->entries[i].link, &world->fe.exports);
}

static bool is_root_for(struct kunit *test, unsigned int i)
{
	struct world *world = test->priv;

	return pb2_topology_host.is_root(&world->fe, &world->entries[i]);
}

static void functions_keep_their_addresses(struct kunit *test)
{
	struct world *world = test->priv;
	unsigned int i;

	for (i = 0; i < NR_DEVS; i++) {
		assign(test, i);
		KUNIT_EXPECT_TRUE(test,
				  pb2_sbdf_equal(&world->entries[i].vsbdf,
						 &world->pbdevs[i].sbdf));
	}
}

static void a_function_alone_is_on_a_root_bus(struct kunit *test)
{
	assign(test, NIC);
	KUNIT_EXPECT_TRUE(test, is_root_for(test, NIC));
}

static void a_function_below_a_bridge_of_the_guest_is_not(struct kunit *test)
{
	assign(test, NIC);
	assign(test, SWITCH);
	KUNIT_EXPECT_FALSE(test, is_root_for(test, NIC));
	KUNIT_EXPECT_TRUE(test, is_root_for(test, SWITCH));
}

static void bridges_further_up_count_too(struct kunit *test)
{
	assign(test, PORT);
	assign(test, NIC);
	KUNIT_EXPECT_FALSE(test, is_root_for(test, NIC));
	KUNIT_EXPECT_TRUE(test, is_root_for(test, PORT));
}

static void a_bus_that_no_bridge_leads_to_is_a_root_bus(struct kunit *test)
{
	assign(test, PORT);
	assign(test, SWITCH);
	assign(test, NIC);
	assign(test, VF);
	KUNIT_EXPECT_TRUE(test, is_root_for(test, VF));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(functions_keep_their_addresses),
	KUNIT_CASE(a_function_alone_is_on_a_root_bus),
	KUNIT_CASE(a_function_below_a_bridge_of_the_guest_is_not),
	KUNIT_CASE(bridges_further_up_count_too),
	KUNIT_CASE(a_bus_that_no_bridge_leads_to_is_a_root_bus),
	{ }
};

static struct kunit_suite suite = {
	.name = "pciback2_topology_host",
	.init = init,
	.exit = finish,
	.test_cases = cases,
};

kunit_test_suite(suite);
