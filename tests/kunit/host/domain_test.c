// SPDX-License-Identifier: GPL-2.0
/*
 * domain_test.c - what Xen and xenstore tell about domains
 */
#include "../../../drivers/xen/pciback2/host/domain.c"

#include "../support/fake.h"
#include "../support/fake_xen.h"

#define DOM0	"00000000-0000-0000-0000-000000000000"
#define SEVEN	"7e57ab1e-0000-4000-8000-000000000007"
#define EIGHT	"7e57ab1e-0000-4000-8000-000000000008"

static int init(struct kunit *test)
{
	int rc = fake_init(test);

	fake_xen.domctl = FAKE_XEN_DOMCTL;
	fake_domain_create(0, DOM0);
	fake_domain_create(7, SEVEN);
	return rc;
}

static void finish(struct kunit *test)
{
	pb2_domain_exit();
	fake_exit(test);
}

/* The offsets are written by hand from Xen's public/domctl.h. */
static void the_layout_is_that_of_xen(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, offsetof(struct xen_domctl, interface_version), 4);
	KUNIT_EXPECT_EQ(test, offsetof(struct xen_domctl, domain), 8);
	KUNIT_EXPECT_EQ(test, offsetof(struct xen_domctl, u), 16);
	KUNIT_EXPECT_EQ(test,
			offsetof(struct xen_domctl_getdomaininfo, flags), 4);
	KUNIT_EXPECT_EQ(test,
			offsetof(struct xen_domctl_getdomaininfo, handle), 76);
	KUNIT_EXPECT_GE(test, sizeof(struct xen_domctl), 144);
}

static void every_known_version_is_found(struct kunit *test)
{
	u32 i;

	for (i = 0x12; i <= 0x18; i++) {
		fake_xen.domctl = i;
		pb2_domain_init(0);
		KUNIT_EXPECT_EQ_MSG(test, pb2_domain_is_alive(7, NULL), 1,
				    "version %#x", i);
		pb2_domain_exit();
	}
}

/* A later Xen may use the numbers and structs for something else. */
static void another_version_is_not_used(struct kunit *test)
{
	static const u32 versions[] = { 0x11, 0x19, 0x1a, 0x1f, 0x1234 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(versions); i++) {
		fake_xen.domctl = versions[i];
		pb2_domain_init(0);
		KUNIT_EXPECT_EQ(test, fake_count("domctl"), 7);
		fake_forget();
		KUNIT_EXPECT_FALSE(test, pb2_domain_knows_xen());
		KUNIT_EXPECT_EQ(test, pb2_domain_is_alive(7, NULL),
				-EOPNOTSUPP);
		KUNIT_EXPECT_EQ(test, pb2_domain_is_alive(7, "/vm/" SEVEN),
				-EOPNOTSUPP);
		KUNIT_EXPECT_EQ(test, pb2_domain_permit(7, PAGE_SIZE, true),
				-EOPNOTSUPP);
		fake_expect_calls(test, NULL);
	}
}

static void the_administrator_may_name_another_version(struct kunit *test)
{
	fake_xen.domctl = 0x19;
	pb2_domain_init(0x19);
	KUNIT_EXPECT_EQ(test, fake_count("domctl"), 1);
	KUNIT_EXPECT_EQ(test, pb2_domain_is_alive(7, NULL), 1);
	KUNIT_EXPECT_EQ(test, pb2_domain_permit(7, PAGE_SIZE, true), 0);
	pb2_domain_exit();

	/* What the administrator named is not replaced by what might fit. */
	fake_forget();
	fake_xen.domctl = 0x15;
	pb2_domain_init(0x19);
	KUNIT_EXPECT_EQ(test, fake_count("domctl"), 1);
	KUNIT_EXPECT_FALSE(test, pb2_domain_knows_xen());
}

static void a_refusal_ends_the_search(struct kunit *test)
{
	fake_fail("domctl", 1, -EPERM);
	pb2_domain_init(0);
	KUNIT_EXPECT_EQ(test, fake_count("domctl"), 1);
	KUNIT_EXPECT_EQ(test, pb2_domain_is_alive(7, NULL), -EOPNOTSUPP);
}

static void before_the_search_nothing_is_known(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, pb2_domain_is_alive(7, NULL), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, fake_count("domctl"), 0);
}

static void the_answer_about_the_next_domain_is_no_answer(struct kunit *test)
{
	pb2_domain_init(0);
	KUNIT_EXPECT_EQ(test, pb2_domain_is_alive(6, NULL), 0);
	KUNIT_EXPECT_EQ(test, pb2_domain_is_alive(7, NULL), 1);
	/* Xen answers -ESRCH after the last domain. */
	KUNIT_EXPECT_EQ(test, pb2_domain_is_alive(8, NULL), 0);
	fake_domain_create(9, EIGHT);
	KUNIT_EXPECT_EQ(test, pb2_domain_is_alive(8, NULL), 0);
	KUNIT_EXPECT_EQ(test, pb2_domain_is_alive(8, "/vm/" EIGHT), 0);
}

static void shut_down_is_alive_and_dying_is_not(struct kunit *test)
{
	pb2_domain_init(0);
	fake_domain_set_flags(7, XEN_DOMINF_shutdown);
	KUNIT_EXPECT_EQ(test, pb2_domain_is_alive(7, "/vm/" SEVEN), 1);
	fake_domain_set_flags(7, XEN_DOMINF_shutdown | XEN_DOMINF_dying);
	KUNIT_EXPECT_EQ(test, pb2_domain_is_alive(7, "/vm/" SEVEN), 0);
	fake_domain_free(7);
	KUNIT_EXPECT_EQ(test, pb2_domain_is_alive(7, "/vm/" SEVEN), 0);
}

static void a_later_domain_of_the_same_number_is_another(struct kunit *test)
{
	pb2_domain_init(0);
	fake_domain_create(7, EIGHT);
	KUNIT_EXPECT_EQ(test, pb2_domain_is_alive(7, "/vm/" SEVEN), -ESTALE);
	KUNIT_EXPECT_EQ(test, pb2_domain_is_alive(7, "/vm/" EIGHT), 1);
	KUNIT_EXPECT_EQ(test, pb2_domain_is_alive(7, NULL), 1);
}

static void what_is_no_uuid_is_not_compared(struct kunit *test)
{
	static const char * const vm_paths[] = {
		"", "/", "/vm/", "/vm/seven", "/vm/7e57ab1e",
		"/vm/7e57ab1e-0000-4000-8000-00000000000", "/vm/" SEVEN "/x",
	};
	unsigned int i;

	pb2_domain_init(0);
	for (i = 0; i < ARRAY_SIZE(vm_paths); i++)
		KUNIT_EXPECT_EQ_MSG(test, pb2_domain_is_alive(7, vm_paths[i]),
				    1, "'%s'", vm_paths[i]);
}

static void an_error_of_xen_is_no_answer(struct kunit *test)
{
	pb2_domain_init(0);
	fake_fail("domctl", 1, -EPERM);
	KUNIT_EXPECT_EQ(test, pb2_domain_is_alive(7, NULL), -EPERM);
	KUNIT_EXPECT_EQ(test, pb2_domain_is_alive(7, NULL), 1);
}

static void a_stub_domain_has_a_target(struct kunit *test)
{
	domid_t target = 9;

	KUNIT_EXPECT_EQ(test, pb2_domain_target(5, &target), -ENOENT);
	fake_xen_put("/local/domain/5", "target", "x");
	KUNIT_EXPECT_EQ(test, pb2_domain_target(5, &target), -EINVAL);
	KUNIT_EXPECT_EQ(test, target, 9);
	fake_xen_put("/local/domain/5", "target", "4");
	KUNIT_EXPECT_EQ(test, pb2_domain_target(5, &target), 0);
	KUNIT_EXPECT_EQ(test, target, 4);
	KUNIT_EXPECT_EQ(test, pb2_domain_target(6, &target), -ENOENT);
}

static void a_domain_has_a_vm_path(struct kunit *test)
{
	char *vm_path;

	fake_xen_put("/local/domain/5", "vm", "/vm/some-uuid");
	vm_path = pb2_domain_vm_path(5);
	KUNIT_ASSERT_NOT_NULL(test, vm_path);
	KUNIT_EXPECT_STREQ(test, vm_path, "/vm/some-uuid");
	kfree(vm_path);
	KUNIT_EXPECT_NULL(test, pb2_domain_vm_path(6));
	/* An error of xenstore does not mean that the domain is dead. */
	fake_fail("read", 1, -ENOMEM);
	KUNIT_EXPECT_TRUE(test, IS_ERR(pb2_domain_vm_path(5)));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(the_layout_is_that_of_xen),
	KUNIT_CASE(every_known_version_is_found),
	KUNIT_CASE(another_version_is_not_used),
	KUNIT_CASE(the_administrator_may_name_another_version),
	KUNIT_CASE(a_refusal_ends_the_search),
	KUNIT_CASE(before_the_search_nothing_is_known),
	KUNIT_CASE(the_answer_about_the_next_domain_is_no_answer),
	KUNIT_CASE(shut_down_is_alive_and_dying_is_not),
	KUNIT_CASE(a_later_domain_of_the_same_number_is_another),
	KUNIT_CASE(what_is_no_uuid_is_not_compared),
	KUNIT_CASE(an_error_of_xen_is_no_answer),
	KUNIT_CASE(a_stub_domain_has_a_target),
	KUNIT_CASE(a_domain_has_a_vm_path),
	{ }
};

static struct kunit_suite suite = {
	.name = "pciback2_domain",
	.init = init,
	.exit = finish,
	.test_cases = cases,
};

kunit_test_suite(suite);
