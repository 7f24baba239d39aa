// SPDX-License-Identifier: GPL-2.0
/*
 * registry_test.c - tests of the registry of seized functions
 */
#include "../../../drivers/xen/pciback2/device/registry.c"

#include <kunit/test.h>

#define NR_DEVS	3

/**
 * struct world - three functions, 03:00.0 to 03:00.2
 * @pdevs: the PCI devices
 * @pbdevs: the seized functions; the test holds a reference to each
 * @page: buffer for pb2_registry_show()
 */
struct world {
	struct pci_dev pdevs[NR_DEVS];
	struct pb2_device pbdevs[NR_DEVS];
	char page[PAGE_SIZE];
};

static int init(struct kunit *test)
{
	struct world *world = kunit_kzalloc(test, sizeof(*world), GFP_KERNEL);
	unsigned int i;

	if (!world)
		return -ENOMEM;

	for (i = 0; i < NR_DEVS; i++) {
		kref_init(&world->pbdevs[i].ref);
		INIT_LIST_HEAD(&world->pbdevs[i].link);
		mutex_init(&world->pbdevs[i].gate.lock);
		world->pbdevs[i].pdev = &world->pdevs[i];
		world->pbdevs[i].sbdf.bus = 3;
		world->pbdevs[i].sbdf.devfn = i;
	}
	test->priv = world;

	return 0;
}

/* Removes all functions, and expects only the test's reference to each. */
static void finish(struct kunit *test)
{
	struct world *world = test->priv;
	unsigned int i;

	for (i = 0; i < NR_DEVS; i++) {
		pb2_registry_del(&world->pbdevs[i]);
		KUNIT_EXPECT_EQ(test, kref_read(&world->pbdevs[i].ref), 1);
	}
}

static void add_all(struct world *world)
{
	unsigned int i;

	for (i = 0; i < NR_DEVS; i++)
		pb2_registry_add(&world->pbdevs[i]);
}

static unsigned int visited;

static void note_visit(struct pb2_device *pbdev)
{
	visited |= BIT(pbdev->sbdf.devfn);
}

static int show_func(struct pb2_device *pbdev, char *buf, size_t size)
{
	/* The sysfs attributes take the gate lock here, so this must work. */
	mutex_lock(&pbdev->gate.lock);
	mutex_unlock(&pbdev->gate.lock);

	return scnprintf(buf, size, "function %u\n",
			 PCI_FUNC(pbdev->sbdf.devfn));
}

static int show_long(struct pb2_device *pbdev, char *buf, size_t size)
{
	return snprintf(buf, size, "function %u\n",
			PCI_FUNC(pbdev->sbdf.devfn));
}

static int show_odd(struct pb2_device *pbdev, char *buf, size_t size)
{
	if (PCI_FUNC(pbdev->sbdf.devfn) != 1)
		return 0;

	return show_func(pbdev, buf, size);
}

static int show_and_remove(struct pb2_device *pbdev, char *buf, size_t size)
{
	pb2_registry_del(pbdev);

	return show_func(pbdev, buf, size);
}

static int show_error(struct pb2_device *pbdev, char *buf, size_t size)
{
	return PCI_FUNC(pbdev->sbdf.devfn) == 1 ? -EIO : 0;
}

static void a_function_is_found_by_its_address(struct kunit *test)
{
	struct world *world = test->priv;
	struct pb2_sbdf sbdf = world->pbdevs[1].sbdf;
	struct pb2_device *found;

	KUNIT_EXPECT_NULL(test, pb2_registry_find(&sbdf));

	add_all(world);
	found = pb2_registry_find(&sbdf);
	KUNIT_ASSERT_PTR_EQ(test, found, &world->pbdevs[1]);
	KUNIT_EXPECT_EQ(test, kref_read(&found->ref), 2);
	pb2_device_put(found);

	sbdf.domain = 1;
	KUNIT_EXPECT_NULL(test, pb2_registry_find(&sbdf));

	pb2_registry_del(&world->pbdevs[1]);
	KUNIT_EXPECT_NULL(test, pb2_registry_find(&world->pbdevs[1].sbdf));
	KUNIT_EXPECT_PTR_EQ(test, pb2_registry_find(&world->pbdevs[2].sbdf),
			    &world->pbdevs[2]);
	pb2_device_put(&world->pbdevs[2]);
}

static void a_function_may_be_removed_twice(struct kunit *test)
{
	struct world *world = test->priv;

	add_all(world);
	pb2_registry_del(&world->pbdevs[1]);
	pb2_registry_del(&world->pbdevs[1]);
}

static struct pb2_device *seen_vf;
static unsigned int seen_refs;
static unsigned int seen_vfs;

static void see_vf(struct pb2_device *vf)
{
	seen_vf = vf;
	seen_refs = kref_read(&vf->ref);
	seen_vfs++;
}

static void virtual_functions_are_found_by_their_physical_one(struct kunit *test)
{
	struct world *world = test->priv;
	struct pci_dev *pf = &world->pdevs[0];

	seen_vfs = 0;
	/* The PF must not count as a VF of its own. */
	pf->is_physfn = 1;
	add_all(world);
	pb2_registry_each_vf(pf, see_vf);
	KUNIT_EXPECT_EQ(test, seen_vfs, 0);

	world->pdevs[2].is_virtfn = 1;
	world->pdevs[2].physfn = pf;
	pb2_registry_each_vf(pf, see_vf);
	KUNIT_EXPECT_EQ(test, seen_vfs, 1);
	KUNIT_EXPECT_PTR_EQ(test, seen_vf, &world->pbdevs[2]);
	KUNIT_EXPECT_EQ(test, seen_refs, 2);
	KUNIT_EXPECT_EQ(test, kref_read(&world->pbdevs[2].ref), 1);

	pb2_registry_each_vf(&world->pdevs[1], see_vf);
	KUNIT_EXPECT_EQ(test, seen_vfs, 1);
}

static void every_function_is_shown_in_order(struct kunit *test)
{
	struct world *world = test->priv;
	static const char want[] = "function 0\nfunction 1\nfunction 2\n";

	KUNIT_EXPECT_EQ(test, pb2_registry_show(world->page, PAGE_SIZE,
						show_func), 0);
	KUNIT_EXPECT_STREQ(test, world->page, "");

	add_all(world);
	KUNIT_EXPECT_EQ(test, pb2_registry_show(world->page, PAGE_SIZE,
						show_func), strlen(want));
	KUNIT_EXPECT_STREQ(test, world->page, want);
}

static void a_function_may_show_nothing(struct kunit *test)
{
	struct world *world = test->priv;

	add_all(world);
	KUNIT_EXPECT_EQ(test, pb2_registry_show(world->page, PAGE_SIZE,
						show_odd), 11);
	KUNIT_EXPECT_STREQ(test, world->page, "function 1\n");
}

static void a_function_may_go_while_it_is_shown(struct kunit *test)
{
	struct world *world = test->priv;

	add_all(world);
	KUNIT_EXPECT_EQ(test, pb2_registry_show(world->page, PAGE_SIZE,
						show_and_remove), 33);
	KUNIT_EXPECT_NULL(test, pb2_registry_find(&world->pbdevs[0].sbdf));
}

static void the_output_is_cut_at_a_line(struct kunit *test)
{
	struct world *world = test->priv;
	size_t size;

	add_all(world);
	for (size = 1; size <= 35; size++) {
		int want = min_t(int, (size - 1) / 11 * 11, 33);

		memset(world->page, '\n', sizeof(world->page));
		KUNIT_EXPECT_EQ(test, pb2_registry_show(world->page, size,
							show_func), want);
		KUNIT_EXPECT_EQ(test, strlen(world->page), want);
		KUNIT_EXPECT_EQ(test, world->page[size], '\n');

		memset(world->page, '\n', sizeof(world->page));
		KUNIT_EXPECT_EQ(test, pb2_registry_show(world->page, size,
							show_long), want);
		KUNIT_EXPECT_EQ(test, strlen(world->page), want);
	}
}

static void an_error_of_a_function_ends_the_show(struct kunit *test)
{
	struct world *world = test->priv;

	add_all(world);
	KUNIT_EXPECT_EQ(test, pb2_registry_show(world->page, PAGE_SIZE,
						show_error), -EIO);
}

static void each_function_is_visited(struct kunit *test)
{
	struct world *world = test->priv;

	visited = 0;
	pb2_registry_each(note_visit);
	KUNIT_EXPECT_EQ(test, visited, 0);
	add_all(world);
	pb2_registry_each(note_visit);
	KUNIT_EXPECT_EQ(test, visited, BIT(NR_DEVS) - 1);

	visited = 0;
	pb2_registry_del(&world->pbdevs[1]);
	pb2_registry_each(note_visit);
	KUNIT_EXPECT_EQ(test, visited, BIT(0) | BIT(2));
}

static void a_pci_device_is_found_while_it_is_seized(struct kunit *test)
{
	struct world *world = test->priv;
	struct pb2_device *found;

	KUNIT_EXPECT_NULL(test, pb2_registry_find_pdev(&world->pdevs[1]));
	add_all(world);
	found = pb2_registry_find_pdev(&world->pdevs[1]);
	KUNIT_ASSERT_PTR_EQ(test, found, &world->pbdevs[1]);
	KUNIT_EXPECT_EQ(test, kref_read(&found->ref), 2);
	pb2_device_put(found);
	pb2_registry_del(found);
	KUNIT_EXPECT_NULL(test, pb2_registry_find_pdev(&world->pdevs[1]));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_function_is_found_by_its_address),
	KUNIT_CASE(a_function_may_be_removed_twice),
	KUNIT_CASE(virtual_functions_are_found_by_their_physical_one),
	KUNIT_CASE(every_function_is_shown_in_order),
	KUNIT_CASE(a_function_may_show_nothing),
	KUNIT_CASE(a_function_may_go_while_it_is_shown),
	KUNIT_CASE(the_output_is_cut_at_a_line),
	KUNIT_CASE(an_error_of_a_function_ends_the_show),
	KUNIT_CASE(each_function_is_visited),
	KUNIT_CASE(a_pci_device_is_found_while_it_is_seized),
	{ }
};

static struct kunit_suite suite = {
	.name = "pciback2_registry",
	.init = init,
	.exit = finish,
	.test_cases = cases,
};

kunit_test_suite(suite);
