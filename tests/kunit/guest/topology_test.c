// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the choice of a topology
 */
#include "../../../drivers/xen/pciback2/guest/topology.c"

#include <kunit/test.h>

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

static struct kunit_case cases[] = {
	KUNIT_CASE(passthrough_means_real_addresses),
	KUNIT_CASE(every_topology_is_complete),
	{ }
};

static struct kunit_suite suite = {
	.name = "pciback2_topology",
	.test_cases = cases,
};

kunit_test_suite(suite);
