// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the root buses
 */
#include "../../../drivers/xen/pciback2/guest/roots.c"

#include <kunit/test.h>

#include "../support/fake.h"
#include "../support/fake_xen.h"

#define BACK		"/local/domain/0/backend/pci/5/0"
#define FRONT		"/local/domain/5/device/pci/0"
#define NR_EXPORTS	4

/**
 * struct world - a frontend
 * @fe: the frontend
 * @xdev: its xenbus device
 * @exports: some functions for it
 */
struct world {
	struct pb2_frontend fe;
	struct xenbus_device xdev;
	struct pb2_export exports[NR_EXPORTS];
};

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
	struct world *world = kunit_kzalloc(test, sizeof(*world), GFP_KERNEL);

	if (!world)
		return -ENOMEM;

	world->xdev.nodename = BACK;
	world->xdev.otherend = FRONT;
	world->fe.xdev = &world->xdev;
	world->fe.domid = 5;
	world->fe.topology = &fake_topology;
	mutex_init(&world->fe.lock);
	INIT_LIST_HEAD(&world->fe.exports);
	test->priv = world;

	return fake_init(test);
}

static void finish(struct kunit *test)
{
	fake_exit(test);
}

static struct pb2_frontend *fe_of(struct kunit *test)
{
	struct world *world = test->priv;

	return &world->fe;
}

/* @val is what the key holds, %NULL for no such key. */
static void expect_key(struct kunit *test, const char *dir, const char *key,
		       const char *val)
{
	const char *str = fake_xen_get(dir, key);

	if (!val || !str)
		KUNIT_EXPECT_PTR_EQ_MSG(test, str, val, "%s/%s", dir, key);
	else
		KUNIT_EXPECT_STREQ_MSG(test, str, val, "%s/%s", dir, key);
}

static void add_export(struct kunit *test, unsigned int i, u16 domain, u8 bus,
		       u8 devfn)
{
	struct world *world = test->priv;
	struct pb2_export *export = &world->exports[i];

	export->vsbdf.domain = domain;
	export->vsbdf.bus = bus;
	export->vsbdf.devfn = devfn;
	list_add_tail(&export->link, &world->fe.exports);
}

static void without_functions_there_is_no_root(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, pb2_roots_publish(fe_of(test)), 0);
	expect_key(test, BACK, "root_num", NULL);
	expect_key(test, BACK, "root-0", NULL);
}

static void each_root_is_published_once(struct kunit *test)
{
	add_export(test, 0, 0, 3, PCI_DEVFN(0, 0));
	add_export(test, 1, 0, 3, PCI_DEVFN(1, 0));
	add_export(test, 2, 1, 3, PCI_DEVFN(0, 0));
	add_export(test, 3, 0, 4, PCI_DEVFN(0, 1));
	KUNIT_EXPECT_EQ(test, pb2_roots_publish(fe_of(test)), 0);
	expect_key(test, BACK, "root_num", "2");
	expect_key(test, BACK, "root-0", "0000:03");
	expect_key(test, BACK, "root-1", "0001:03");
	expect_key(test, BACK, "root-2", NULL);
}

static void published_roots_stay(struct kunit *test)
{
	fake_xen_put(BACK, "root_num", "2");
	fake_xen_put(BACK, "root-0", "0000:03");
	fake_xen_put(BACK, "root-1", "00ff:ee");
	add_export(test, 0, 0, 4, PCI_DEVFN(0, 0));
	add_export(test, 1, 0, 3, PCI_DEVFN(1, 0));
	KUNIT_EXPECT_EQ(test, pb2_roots_publish(fe_of(test)), 0);
	expect_key(test, BACK, "root_num", "3");
	expect_key(test, BACK, "root-0", "0000:03");
	expect_key(test, BACK, "root-1", "00ff:ee");
	expect_key(test, BACK, "root-2", "0000:04");

	KUNIT_EXPECT_EQ(test, pb2_roots_publish(fe_of(test)), 0);
	expect_key(test, BACK, "root_num", "3");
	expect_key(test, BACK, "root-3", NULL);
}

static void published_rubbish_is_an_error(struct kunit *test)
{
	add_export(test, 0, 0, 4, PCI_DEVFN(0, 0));
	fake_xen_put(BACK, "root_num", "-1");
	KUNIT_EXPECT_EQ(test, pb2_roots_publish(fe_of(test)), -EINVAL);
	fake_xen_put(BACK, "root_num", "257");
	KUNIT_EXPECT_EQ(test, pb2_roots_publish(fe_of(test)), -ERANGE);
	fake_xen_put(BACK, "root_num", "1");
	KUNIT_EXPECT_EQ(test, pb2_roots_publish(fe_of(test)), -ENOENT);
	expect_key(test, BACK, "root_num", "1");
}

static void there_are_no_more_than_256_roots(struct kunit *test)
{
	char key[16], val[16];
	unsigned int i;

	fake_xen_put(BACK, "root_num", "256");
	for (i = 0; i < 256; i++) {
		snprintf(key, sizeof(key), "root-%u", i);
		snprintf(val, sizeof(val), "0000:%02x", i);
		fake_xen_put(BACK, key, val);
	}
	add_export(test, 0, 0, 0xff, PCI_DEVFN(0, 0));
	KUNIT_EXPECT_EQ(test, pb2_roots_publish(fe_of(test)), 0);
	add_export(test, 1, 1, 0, PCI_DEVFN(0, 0));
	KUNIT_EXPECT_EQ(test, pb2_roots_publish(fe_of(test)), -ENOSPC);
	expect_key(test, BACK, "root_num", "256");
	expect_key(test, BACK, "root-256", NULL);
}

static void roots_that_xenstore_loses_are_no_roots(struct kunit *test)
{
	unsigned int nth;
	int rc;

	add_export(test, 0, 0, 3, PCI_DEVFN(0, 0));
	add_export(test, 1, 0, 4, PCI_DEVFN(0, 0));
	add_export(test, 2, 0, 5, PCI_DEVFN(0, 0));
	for (nth = 1; nth < 100; nth++) {
		fake_xen_reset();
		fake_xen_put(BACK, "root_num", "1");
		fake_xen_put(BACK, "root-0", "0000:03");
		fake_fail_nth(nth, -EIO);
		rc = pb2_roots_publish(fe_of(test));
		if (!fake_has_failed())
			break;
		KUNIT_EXPECT_EQ(test, rc, -EIO);
		expect_key(test, BACK, "root_num", "1");
	}
	KUNIT_EXPECT_EQ(test, rc, 0);
	KUNIT_EXPECT_GT(test, nth, 5);
	expect_key(test, BACK, "root_num", "3");
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
	.exit = finish,
	.test_cases = cases,
};

kunit_test_suite(suite);
