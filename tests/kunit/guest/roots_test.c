// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the root buses
 */
#include "../../../drivers/xen/pciback2/guest/roots.c"

#include "../support/nodes_world.h"

/* Even function numbers are on root buses. */
static bool fake_is_root(struct pb2_frontend *fe, struct pb2_export *export)
{
	lockdep_assert_held(&fe->lock);

	return !(PCI_FUNC(export->vsbdf.devfn) & 1);
}

static const struct pb2_topology_ops fake_topology = {
	.name = "fake",
	.is_root = fake_is_root,
};

static int init(struct kunit *test)
{
	int rc = nodes_world_init(test);

	if (!rc)
		nodes_fe(test)->topology = &fake_topology;
	return rc;
}

static void add_export(struct kunit *test, u16 domain, u8 bus, u8 devfn)
{
	struct pb2_export *export = kunit_kzalloc(test, sizeof(*export),
						  GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, export);
	export->vsbdf.domain = domain;
	export->vsbdf.bus = bus;
	export->vsbdf.devfn = devfn;
	list_add_tail(&export->link, &nodes_fe(test)->exports);
}

static void without_functions_there_is_no_root(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, pb2_roots_publish(nodes_fe(test)), 0);
	nodes_expect(test, "root_num", NULL);
	nodes_expect(test, "root-0", NULL);
}

static void each_root_is_published_once(struct kunit *test)
{
	add_export(test, 0, 3, PCI_DEVFN(0, 0));
	add_export(test, 0, 3, PCI_DEVFN(1, 0));
	add_export(test, 1, 3, PCI_DEVFN(0, 0));
	add_export(test, 0, 4, PCI_DEVFN(0, 1));
	KUNIT_EXPECT_EQ(test, pb2_roots_publish(nodes_fe(test)), 0);
	nodes_expect(test, "root_num", "2");
	nodes_expect(test, "root-0", "0000:03");
	nodes_expect(test, "root-1", "0001:03");
	nodes_expect(test, "root-2", NULL);
}

static void published_roots_stay(struct kunit *test)
{
	fake_xen_put(NODES_BACK, "root_num", "2");
	fake_xen_put(NODES_BACK, "root-0", "0000:03");
	fake_xen_put(NODES_BACK, "root-1", "00ff:ee");
	add_export(test, 0, 4, PCI_DEVFN(0, 0));
	add_export(test, 0, 3, PCI_DEVFN(1, 0));
	KUNIT_EXPECT_EQ(test, pb2_roots_publish(nodes_fe(test)), 0);
	nodes_expect(test, "root_num", "3");
	nodes_expect(test, "root-0", "0000:03");
	nodes_expect(test, "root-1", "00ff:ee");
	nodes_expect(test, "root-2", "0000:04");

	KUNIT_EXPECT_EQ(test, pb2_roots_publish(nodes_fe(test)), 0);
	nodes_expect(test, "root_num", "3");
	nodes_expect(test, "root-3", NULL);
}

static void published_rubbish_is_an_error(struct kunit *test)
{
	add_export(test, 0, 4, PCI_DEVFN(0, 0));
	fake_xen_put(NODES_BACK, "root_num", "-1");
	KUNIT_EXPECT_EQ(test, pb2_roots_publish(nodes_fe(test)), -EINVAL);
	fake_xen_put(NODES_BACK, "root_num", "257");
	KUNIT_EXPECT_EQ(test, pb2_roots_publish(nodes_fe(test)), -ERANGE);
	fake_xen_put(NODES_BACK, "root_num", "1");
	KUNIT_EXPECT_EQ(test, pb2_roots_publish(nodes_fe(test)), -ENOENT);
	nodes_expect(test, "root_num", "1");
}

static void there_are_no_more_than_256_roots(struct kunit *test)
{
	char key[16], val[16];
	unsigned int i;

	fake_xen_put(NODES_BACK, "root_num", "256");
	for (i = 0; i < 256; i++) {
		snprintf(key, sizeof(key), "root-%u", i);
		snprintf(val, sizeof(val), "0000:%02x", i);
		fake_xen_put(NODES_BACK, key, val);
	}
	add_export(test, 0, 0xff, PCI_DEVFN(0, 0));
	KUNIT_EXPECT_EQ(test, pb2_roots_publish(nodes_fe(test)), 0);
	add_export(test, 1, 0, PCI_DEVFN(0, 0));
	KUNIT_EXPECT_EQ(test, pb2_roots_publish(nodes_fe(test)), -ENOSPC);
	nodes_expect(test, "root_num", "256");
	nodes_expect(test, "root-256", NULL);
}

static void roots_that_xenstore_loses_are_no_roots(struct kunit *test)
{
	unsigned int nth;
	int rc;

	add_export(test, 0, 3, PCI_DEVFN(0, 0));
	add_export(test, 0, 4, PCI_DEVFN(0, 0));
	add_export(test, 0, 5, PCI_DEVFN(0, 0));
	for (nth = 1; nth < 100; nth++) {
		fake_xen_reset();
		fake_xen_put(NODES_BACK, "state", "2");
		fake_xen_put(NODES_BACK, "root_num", "1");
		fake_xen_put(NODES_BACK, "root-0", "0000:03");
		fake_fail_nth(nth, -EIO);
		rc = pb2_roots_publish(nodes_fe(test));
		if (!fake_has_failed())
			break;
		KUNIT_EXPECT_EQ(test, rc, -EIO);
		nodes_expect(test, "root_num", "1");
	}
	KUNIT_EXPECT_EQ(test, rc, 0);
	KUNIT_EXPECT_GT(test, nth, 5);
	nodes_expect(test, "root_num", "3");
}

static struct kunit_case cases[] = {
	KUNIT_CASE(without_functions_there_is_no_root),
	KUNIT_CASE(each_root_is_published_once),
	KUNIT_CASE(published_roots_stay),
	KUNIT_CASE(published_rubbish_is_an_error),
	KUNIT_CASE(there_are_no_more_than_256_roots),
	KUNIT_CASE(roots_that_xenstore_loses_are_no_roots),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_roots",
	.init = init,
	.exit = nodes_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
