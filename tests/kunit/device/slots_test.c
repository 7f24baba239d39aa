// SPDX-License-Identifier: GPL-2.0
/*
 * slots_test.c - tests of the list of addresses to be seized
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <kunit/test.h>
#include <linux/slab.h>

/* How many allocations succeed before there is no memory */
static int memory = INT_MAX;

static void *scarce(size_t size, gfp_t gfp)
{
	return memory-- > 0 ? kzalloc(size, gfp) : NULL;
}

/* This is a macro since Linux 6.10. */
#undef kzalloc
#define kzalloc(size, gfp)	scarce(size, gfp)
#include "../../../drivers/xen/pciback2/device/slots.c"
#undef kzalloc

/**
 * struct world - a function below a bridge below a root bus
 * @sysdata: PCI segment of both buses
 * @root: bus 00
 * @bus: bus 03
 * @bridge: 00:1c.0
 * @pdev: 03:00.1
 * @page: buffer for pb2_slots_show()
 */
struct world {
	struct pci_sysdata sysdata;
	struct pci_bus root;
	struct pci_bus bus;
	struct pci_dev bridge;
	struct pci_dev pdev;
	char page[PAGE_SIZE];
};

static int init(struct kunit *test)
{
	struct world *world = kunit_kzalloc(test, sizeof(*world), GFP_KERNEL);

	if (!world)
		return -ENOMEM;

	world->root.sysdata = &world->sysdata;
	world->bridge.bus = &world->root;
	world->bridge.devfn = PCI_DEVFN(0x1c, 0);
	world->bus.sysdata = &world->sysdata;
	world->bus.number = 3;
	world->bus.parent = &world->root;
	world->bus.self = &world->bridge;
	world->pdev.bus = &world->bus;
	world->pdev.devfn = PCI_DEVFN(0, 1);
	test->priv = world;

	memory = INT_MAX;
	pb2_slots_clear();
	return 0;
}

static void finish(struct kunit *test)
{
	memory = INT_MAX;
	pb2_slots_clear();
}

static int add(const char *word)
{
	struct pb2_pattern pat;

	return pb2_sbdf_parse_pattern(word, &pat) ?: pb2_slots_add(&pat);
}

static int drop(const char *word)
{
	struct pb2_pattern pat;

	return pb2_sbdf_parse_pattern(word, &pat) ?: pb2_slots_remove(&pat);
}

static const char *shown(struct kunit *test)
{
	struct world *world = test->priv;
	int count = pb2_slots_show(world->page, sizeof(world->page));

	KUNIT_EXPECT_EQ(test, count, strlen(world->page));
	return world->page;
}

/* A bridge that is listed for its override only does not stand for a bus. */
static void an_override_stands_for_itself_alone(struct kunit *test)
{
	const struct pb2_sbdf bridge = { .devfn = PCI_DEVFN(0x1c, 0) };
	struct world *world = test->priv;

	KUNIT_EXPECT_EQ(test, pb2_slots_add_override(&bridge), 0);
	KUNIT_EXPECT_STREQ(test, shown(test), "0000:00:1c.0\n");
	KUNIT_EXPECT_FALSE(test, pb2_slots_match(&world->pdev));
	KUNIT_EXPECT_FALSE(test, pb2_slots_match(&world->bridge));
	pb2_slots_remove_override(&bridge);
	KUNIT_EXPECT_STREQ(test, shown(test), "");
	pb2_slots_remove_override(&bridge);
	KUNIT_EXPECT_TRUE(test, list_empty(&slots_buses));
}

static void what_the_administrator_lists_outlives_an_override(struct kunit *test)
{
	const struct pb2_sbdf sbdf = { .bus = 3, .devfn = PCI_DEVFN(0, 1) };
	struct world *world = test->priv;

	KUNIT_EXPECT_EQ(test, pb2_slots_add_override(&sbdf), 0);
	KUNIT_EXPECT_EQ(test, add("03:00.1"), 0);
	KUNIT_EXPECT_STREQ(test, shown(test), "0000:03:00.1\n");
	pb2_slots_remove_override(&sbdf);
	KUNIT_EXPECT_STREQ(test, shown(test), "0000:03:00.1\n");
	KUNIT_EXPECT_TRUE(test, pb2_slots_match(&world->pdev));

	/* libxl removes whatever it finds in the list. */
	KUNIT_EXPECT_EQ(test, pb2_slots_add_override(&sbdf), 0);
	KUNIT_EXPECT_EQ(test, drop("03:00.1"), 0);
	KUNIT_EXPECT_STREQ(test, shown(test), "");
	KUNIT_EXPECT_EQ(test, pb2_slots_add_override(&sbdf), 0);
	KUNIT_EXPECT_EQ(test, drop("03:00.1"), 0);
	KUNIT_EXPECT_EQ(test, drop("03:00.1"), -ENOENT);
}

static unsigned int count_lines(const char *s)
{
	unsigned int nr = 0;

	while ((s = strchr(s, '\n'))) {
		s++;
		nr++;
	}

	return nr;
}

static void nothing_is_wanted_at_first(struct kunit *test)
{
	struct world *world = test->priv;

	KUNIT_EXPECT_STREQ(test, shown(test), "");
	KUNIT_EXPECT_FALSE(test, pb2_slots_match(&world->pdev));
}

static void a_wanted_address_is_shown_as_xen_pciback_does(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, add("03:00.1"), 0);
	KUNIT_EXPECT_EQ(test, add("00ab:cd:1e.7"), 0);
	KUNIT_EXPECT_STREQ(test, shown(test),
			   "0000:03:00.1\n00ab:cd:1e.7\n");
}

static void an_address_is_listed_once(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, add("03:00.1"), 0);
	KUNIT_EXPECT_EQ(test, add("03:00.1"), 0);
	KUNIT_EXPECT_EQ(test, add("0000:03:00.1"), 0);
	KUNIT_EXPECT_STREQ(test, shown(test), "0000:03:00.1\n");
}

static void a_wildcard_is_8_or_256_addresses(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, add("03:1f.*"), 0);
	KUNIT_EXPECT_STREQ(test, shown(test),
			   "0000:03:1f.0\n0000:03:1f.1\n0000:03:1f.2\n"
			   "0000:03:1f.3\n0000:03:1f.4\n0000:03:1f.5\n"
			   "0000:03:1f.6\n0000:03:1f.7\n");
	KUNIT_EXPECT_EQ(test, add("03:*.*"), 0);
	KUNIT_EXPECT_EQ(test, count_lines(shown(test)), 256);
}

static void slots_are_cut_at_a_line(struct kunit *test)
{
	struct world *world = test->priv;
	size_t size;

	KUNIT_EXPECT_EQ(test, add("03:*.*"), 0);
	KUNIT_EXPECT_EQ(test, add("04:*.*"), 0);
	shown(test);
	KUNIT_EXPECT_EQ(test, count_lines(world->page), (PAGE_SIZE - 1) / 13);
	KUNIT_EXPECT_EQ(test, world->page[strlen(world->page) - 1], '\n');

	for (size = 1; size < 40; size++) {
		memset(world->page, 'x', sizeof(world->page));
		KUNIT_EXPECT_EQ(test, pb2_slots_show(world->page, size),
				(size - 1) / 13 * 13);
		KUNIT_EXPECT_EQ(test, world->page[size], 'x');
		KUNIT_EXPECT_EQ(test, strlen(world->page),
				(size - 1) / 13 * 13);
	}
}

static void only_what_is_wanted_can_be_removed(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, drop("03:00.1"), -ENOENT);
	KUNIT_EXPECT_EQ(test, add("03:00.1"), 0);
	KUNIT_EXPECT_EQ(test, drop("03:00.2"), -ENOENT);
	KUNIT_EXPECT_EQ(test, drop("0001:03:00.1"), -ENOENT);
	KUNIT_EXPECT_EQ(test, drop("04:*.*"), -ENOENT);
	KUNIT_EXPECT_STREQ(test, shown(test), "0000:03:00.1\n");
	KUNIT_EXPECT_EQ(test, drop("03:00.1"), 0);
	KUNIT_EXPECT_STREQ(test, shown(test), "");
	KUNIT_EXPECT_EQ(test, drop("03:00.1"), -ENOENT);
}

static void a_wildcard_removes_all_that_it_means(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, add("03:00.1"), 0);
	KUNIT_EXPECT_EQ(test, add("03:00.4"), 0);
	KUNIT_EXPECT_EQ(test, add("03:01.0"), 0);
	KUNIT_EXPECT_EQ(test, add("04:00.0"), 0);
	KUNIT_EXPECT_EQ(test, drop("03:00.*"), 0);
	KUNIT_EXPECT_STREQ(test, shown(test), "0000:03:01.0\n0000:04:00.0\n");
	KUNIT_EXPECT_EQ(test, drop("03:*.*"), 0);
	KUNIT_EXPECT_STREQ(test, shown(test), "0000:04:00.0\n");
}

static void one_function_of_a_wildcard_can_be_removed(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, add("03:00.*"), 0);
	KUNIT_EXPECT_EQ(test, drop("03:00.3"), 0);
	KUNIT_EXPECT_EQ(test, count_lines(shown(test)), 7);
	KUNIT_EXPECT_NULL(test, strstr(shown(test), "03:00.3"));
}

static void a_function_matches_its_own_address_only(struct kunit *test)
{
	struct world *world = test->priv;

	add("03:00.0");
	add("04:00.1");
	add("0001:03:00.1");
	KUNIT_EXPECT_FALSE(test, pb2_slots_match(&world->pdev));
	add("03:00.1");
	KUNIT_EXPECT_TRUE(test, pb2_slots_match(&world->pdev));
	drop("03:00.1");
	KUNIT_EXPECT_FALSE(test, pb2_slots_match(&world->pdev));
}

static void a_function_matches_a_bridge_above_it(struct kunit *test)
{
	struct world *world = test->priv;

	add("00:1c.0");
	KUNIT_EXPECT_TRUE(test, pb2_slots_match(&world->pdev));
	KUNIT_EXPECT_TRUE(test, pb2_slots_match(&world->bridge));
}

static void a_bridge_matches_nothing_below_it(struct kunit *test)
{
	struct world *world = test->priv;

	add("03:*.*");
	KUNIT_EXPECT_FALSE(test, pb2_slots_match(&world->bridge));
}

static void a_segment_beyond_xen_matches_nothing(struct kunit *test)
{
	struct world *world = test->priv;

	/* The driver must not cut segment 0x10000 to its low 16 bits. */
	world->sysdata.domain = 0x10000;
	add("0000:03:00.1");
	KUNIT_EXPECT_FALSE(test, pb2_slots_match(&world->pdev));
}

static void a_hide_list_is_wanted(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, pb2_slots_add_list(NULL), 0);
	KUNIT_EXPECT_EQ(test, pb2_slots_add_list(""), 0);
	KUNIT_EXPECT_STREQ(test, shown(test), "");
	KUNIT_EXPECT_EQ(test, pb2_slots_add_list("(03:00.1)(0002:04:00.0)"),
			0);
	KUNIT_EXPECT_STREQ(test, shown(test), "0000:03:00.1\n0002:04:00.0\n");
}

static void a_bad_hide_list_is_refused(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, pb2_slots_add_list("03:00.1"), -EINVAL);
	KUNIT_EXPECT_EQ(test, pb2_slots_add_list("(03:00.1)\x01%s%n"),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, pb2_slots_add_list("(03:00.1)(03:00.8)"),
			-EINVAL);
}

static void without_memory_nothing_is_listed(struct kunit *test)
{
	memory = 0;
	KUNIT_EXPECT_EQ(test, add("03:00.1"), -ENOMEM);
	KUNIT_EXPECT_STREQ(test, shown(test), "");

	/* The first address of a list stays until its reader gives up. */
	memory = 1;
	KUNIT_EXPECT_EQ(test, pb2_slots_add_list("(03:00.1)(04:00.0)(05:00.0)"),
			-ENOMEM);
	KUNIT_EXPECT_STREQ(test, shown(test), "0000:03:00.1\n");
}

static struct kunit_case cases[] = {
	KUNIT_CASE(an_override_stands_for_itself_alone),
	KUNIT_CASE(what_the_administrator_lists_outlives_an_override),
	KUNIT_CASE(nothing_is_wanted_at_first),
	KUNIT_CASE(a_wanted_address_is_shown_as_xen_pciback_does),
	KUNIT_CASE(an_address_is_listed_once),
	KUNIT_CASE(a_wildcard_is_8_or_256_addresses),
	KUNIT_CASE(slots_are_cut_at_a_line),
	KUNIT_CASE(only_what_is_wanted_can_be_removed),
	KUNIT_CASE(a_wildcard_removes_all_that_it_means),
	KUNIT_CASE(one_function_of_a_wildcard_can_be_removed),
	KUNIT_CASE(a_function_matches_its_own_address_only),
	KUNIT_CASE(a_function_matches_a_bridge_above_it),
	KUNIT_CASE(a_bridge_matches_nothing_below_it),
	KUNIT_CASE(a_segment_beyond_xen_matches_nothing),
	KUNIT_CASE(a_hide_list_is_wanted),
	KUNIT_CASE(a_bad_hide_list_is_refused),
	KUNIT_CASE(without_memory_nothing_is_listed),
	{ }
};

static struct kunit_suite suite = {
	.name = "pciback2_slots",
	.init = init,
	.exit = finish,
	.test_cases = cases,
};

kunit_test_suite(suite);
