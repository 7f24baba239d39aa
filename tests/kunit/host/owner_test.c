// SPDX-License-Identifier: GPL-2.0
/*
 * owner_test.c - whether any domain has a function, as Xen or xenstore knows it
 */
#include "../../../drivers/xen/pciback2/host/owner.c"

#include "../support/fake.h"
#include "../support/fake_xen.h"

#define DOM0	"00000000-0000-0000-0000-000000000000"
#define SEVEN	"7e57ab1e-0000-4000-8000-000000000007"
#define BACK	"/local/domain/0/backend/pci/7/0"

static const struct pb2_sbdf nic = { .bus = 3 };
static const struct pb2_sbdf disk = { .bus = 4 };

static int init(struct kunit *test)
{
	int rc = fake_init(test);

	fake_xen.domctl = FAKE_XEN_DOMCTL;
	fake_domain_create(0, DOM0);
	fake_domain_create(7, SEVEN);
	pb2_domain_init(0);
	fake_forget();
	return rc;
}

static void finish(struct kunit *test)
{
	pb2_domain_exit();
	fake_exit(test);
}

static void xen_says_whether_a_domain_has_it(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, pb2_owner_may_exist(&nic));
	fake_domain_give(7, &nic);
	KUNIT_EXPECT_TRUE(test, pb2_owner_may_exist(&nic));
	KUNIT_EXPECT_FALSE(test, pb2_owner_may_exist(&disk));
	fake_domain_give(7, NULL);
	KUNIT_EXPECT_FALSE(test, pb2_owner_may_exist(&nic));
}

static void where_xen_knows_xenstore_is_not_read(struct kunit *test)
{
	fake_xen_put(BACK, "dev-0", "0000:03:00.0");
	KUNIT_EXPECT_FALSE(test, pb2_owner_may_exist(&nic));
	fake_expect_calls(test, "test_assign=300", NULL);
}

static void no_answer_counts_as_an_owner(struct kunit *test)
{
	fake_fail("test_assign", 1, -EPERM);
	KUNIT_EXPECT_TRUE(test, pb2_owner_may_exist(&nic));

	/* No version that nobody has checked is used for a guess. */
	pb2_domain_exit();
	fake_forget();
	KUNIT_EXPECT_TRUE(test, pb2_owner_may_exist(&nic));
	fake_expect_calls(test, NULL);
}

static void without_an_iommu_a_listed_function_has_an_owner(struct kunit *test)
{
	fake_xen.no_iommu = true;
	KUNIT_EXPECT_FALSE(test, pb2_owner_may_exist(&nic));
	/* No more than this comes from some toolstacks. */
	fake_xen_put(BACK, "dev-0", "0000:04:00.0");
	KUNIT_EXPECT_FALSE(test, pb2_owner_may_exist(&nic));
	fake_xen_put(BACK, "dev-1", "0000:03:00.0");
	KUNIT_EXPECT_TRUE(test, pb2_owner_may_exist(&nic));
	KUNIT_EXPECT_TRUE(test, pb2_owner_may_exist(&disk));

	/* The nodes outlive the domain. */
	fake_domain_set_flags(7, XEN_DOMINF_dying);
	KUNIT_EXPECT_FALSE(test, pb2_owner_may_exist(&nic));
}

static void what_cannot_be_read_may_list_it(struct kunit *test)
{
	fake_xen.no_iommu = true;
	fake_xen_put(BACK, "dev-0", "0000:04:00.0");
	fake_fail("list", 1, -EIO);
	KUNIT_EXPECT_TRUE(test, pb2_owner_may_exist(&nic));
	fake_fail("list", 3, -E2BIG);
	KUNIT_EXPECT_TRUE(test, pb2_owner_may_exist(&nic));
	fake_fail("read=dev-0", 1, -EIO);
	KUNIT_EXPECT_TRUE(test, pb2_owner_may_exist(&nic));
	KUNIT_EXPECT_FALSE(test, pb2_owner_may_exist(&nic));
	/* Such a directory is no domain's. */
	fake_xen_put("/local/domain/0/backend/pci/seven/0", "dev-0", "");
	KUNIT_EXPECT_TRUE(test, pb2_owner_may_exist(&nic));
}

static void xenstore_is_not_waited_for(struct kunit *test)
{
	fake_xen.no_iommu = true;
	fake_xen.store_is_late = true;
	KUNIT_EXPECT_TRUE(test, pb2_owner_may_exist(&nic));
	KUNIT_EXPECT_EQ(test, fake_count("list"), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(xen_says_whether_a_domain_has_it),
	KUNIT_CASE(where_xen_knows_xenstore_is_not_read),
	KUNIT_CASE(no_answer_counts_as_an_owner),
	KUNIT_CASE(without_an_iommu_a_listed_function_has_an_owner),
	KUNIT_CASE(what_cannot_be_read_may_list_it),
	KUNIT_CASE(xenstore_is_not_waited_for),
	{ }
};

static struct kunit_suite suite = {
	.name = "pciback2_owner",
	.init = init,
	.exit = finish,
	.test_cases = cases,
};

kunit_test_suite(suite);
