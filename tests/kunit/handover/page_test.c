// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of page.c: grants of ECAM pages to domains
 */
#include "../support/life_world.h"

#include "../../../drivers/xen/pciback2/handover/page.c"

#define PAGE_A		0xb0300000ULL
#define PAGE_B		0xb0301000ULL
#define SEVEN		"/vm/" LIFE_UUID
#define EIGHT		"/vm/" LIFE_OTHER_UUID

static bool is_held(u64 address, domid_t domid, const char *vm_path)
{
	domid_t holder;

	return pb2_page_is_held(address, domid, vm_path, &holder);
}

static void expect_shown(struct kunit *test, const char *want)
{
	char buf[160] = "";

	pb2_page_show(buf, sizeof(buf));
	KUNIT_EXPECT_STREQ(test, buf, want);
}

static void a_page_is_held_until_its_domain_is_dead(struct kunit *test)
{
	domid_t holder = 0;

	life_ask_xen();
	KUNIT_ASSERT_EQ(test, pb2_page_grant(PAGE_A, 7, SEVEN), 0);
	KUNIT_EXPECT_EQ(test, fake_domain_page(7), PAGE_A);
	expect_shown(test, "0xb0300000 domain 7: may map it\n");
	KUNIT_EXPECT_TRUE(test, pb2_page_is_held(PAGE_A, 8, EIGHT, &holder));
	KUNIT_EXPECT_EQ(test, holder, 7);
	KUNIT_EXPECT_FALSE(test, is_held(PAGE_B, 8, EIGHT));
	KUNIT_EXPECT_FALSE(test, is_held(PAGE_A, 7, SEVEN));

	/* A mapping outlives the permission. */
	KUNIT_EXPECT_EQ(test, pb2_page_revoke(PAGE_A, 7, SEVEN), 0);
	KUNIT_EXPECT_EQ(test, fake_domain_page(7), 0);
	expect_shown(test, "0xb0300000 domain 7: may still have it mapped\n");
	KUNIT_EXPECT_TRUE(test, is_held(PAGE_A, 8, EIGHT));

	fake_domain_free(7);
	KUNIT_EXPECT_FALSE(test, is_held(PAGE_A, 8, EIGHT));
	expect_shown(test, "");
}

static void a_death_is_noticed_without_being_asked(struct kunit *test)
{
	int refs = module_refcount(THIS_MODULE);

	life_ask_xen();
	KUNIT_ASSERT_EQ(test, pb2_page_grant(PAGE_A, 7, SEVEN), 0);
	KUNIT_EXPECT_EQ(test, module_refcount(THIS_MODULE), refs + 1);
	fake_domain_event();
	flush_workqueue(pb2_wq);
	KUNIT_EXPECT_EQ(test, module_refcount(THIS_MODULE), refs + 1);
	fake_domain_free(7);
	fake_domain_event();
	flush_workqueue(pb2_wq);
	KUNIT_EXPECT_EQ(test, module_refcount(THIS_MODULE), refs);
}

static void a_later_domain_of_the_number_is_another(struct kunit *test)
{
	life_ask_xen();
	KUNIT_ASSERT_EQ(test, pb2_page_grant(PAGE_A, 7, SEVEN), 0);
	fake_domain_create(7, LIFE_OTHER_UUID);
	fake_xen_put("/local/domain/7", "vm", EIGHT);
	fake_forget();
	/* The new domain loses no permission that it was not granted. */
	KUNIT_EXPECT_EQ(test, pb2_page_revoke(PAGE_A, 7, SEVEN), 0);
	KUNIT_EXPECT_EQ(test, fake_count("forbid"), 0);
	KUNIT_EXPECT_FALSE(test, is_held(PAGE_A, 8, EIGHT));
}

static void given_again_it_is_one_page(struct kunit *test)
{
	life_ask_xen();
	KUNIT_ASSERT_EQ(test, pb2_page_grant(PAGE_A, 7, SEVEN), 0);
	KUNIT_ASSERT_EQ(test, pb2_page_revoke(PAGE_A, 7, SEVEN), 0);
	KUNIT_ASSERT_EQ(test, pb2_page_grant(PAGE_A, 7, SEVEN), 0);
	expect_shown(test, "0xb0300000 domain 7: may map it\n");

	/* Xen refuses the second grant, but the first may still be mapped. */
	KUNIT_ASSERT_EQ(test, pb2_page_revoke(PAGE_A, 7, SEVEN), 0);
	fake_fail("permit", 1, -EPERM);
	KUNIT_EXPECT_EQ(test, pb2_page_grant(PAGE_A, 7, SEVEN), -EPERM);
	KUNIT_EXPECT_TRUE(test, is_held(PAGE_A, 8, EIGHT));
}

static void all_of_an_address_above_4_gib_counts(struct kunit *test)
{
	const u64 above = PAGE_A | BIT_ULL(45);

	life_ask_xen();
	KUNIT_ASSERT_EQ(test, pb2_page_grant(above, 7, SEVEN), 0);
	KUNIT_EXPECT_TRUE(test, fake_domain_may_map(7, above));
	expect_shown(test, "0x2000b0300000 domain 7: may map it\n");
	KUNIT_EXPECT_TRUE(test, is_held(above, 8, EIGHT));
	KUNIT_EXPECT_FALSE(test, is_held(PAGE_A, 8, EIGHT));

	KUNIT_EXPECT_EQ(test, pb2_page_revoke(PAGE_A, 7, SEVEN), 0);
	KUNIT_EXPECT_TRUE(test, fake_domain_may_map(7, above));
	KUNIT_EXPECT_EQ(test, pb2_page_revoke(above, 7, SEVEN), 0);
	KUNIT_EXPECT_FALSE(test, fake_domain_may_map(7, above));
}

static void only_the_page_that_is_revoked_goes(struct kunit *test)
{
	life_ask_xen();
	KUNIT_ASSERT_EQ(test, pb2_page_grant(PAGE_A, 7, SEVEN), 0);
	KUNIT_ASSERT_EQ(test, pb2_page_grant(PAGE_B, 7, SEVEN), 0);
	KUNIT_ASSERT_EQ(test, pb2_page_revoke(PAGE_A, 7, SEVEN), 0);
	KUNIT_EXPECT_FALSE(test, fake_domain_may_map(7, PAGE_A));
	KUNIT_EXPECT_TRUE(test, fake_domain_may_map(7, PAGE_B));
}

static void what_was_never_granted_is_not_held(struct kunit *test)
{
	int refs = module_refcount(THIS_MODULE);

	life_ask_xen();
	fake_fail("permit", 1, -EPERM);
	KUNIT_EXPECT_EQ(test, pb2_page_grant(PAGE_A, 7, SEVEN), -EPERM);
	KUNIT_EXPECT_FALSE(test, is_held(PAGE_A, 8, EIGHT));
	KUNIT_EXPECT_EQ(test, module_refcount(THIS_MODULE), refs);
	fake_forget();
	KUNIT_EXPECT_EQ(test, pb2_page_revoke(PAGE_A, 7, SEVEN), 0);
	KUNIT_EXPECT_EQ(test, fake_count("forbid"), 0);
}

static void what_xen_does_not_take_back_is_tried_again(struct kunit *test)
{
	life_ask_xen();
	KUNIT_ASSERT_EQ(test, pb2_page_grant(PAGE_A, 7, SEVEN), 0);
	fake_fail("forbid", 1, -ENOMEM);
	KUNIT_EXPECT_EQ(test, pb2_page_revoke(PAGE_A, 7, SEVEN), -ENOMEM);
	expect_shown(test, "0xb0300000 domain 7: may map it\n");
	KUNIT_EXPECT_EQ(test, pb2_page_revoke(PAGE_A, 7, SEVEN), 0);
	KUNIT_EXPECT_EQ(test, fake_domain_page(7), 0);
}

static void a_domain_that_dies_meanwhile_is_no_failure(struct kunit *test)
{
	life_ask_xen();
	KUNIT_ASSERT_EQ(test, pb2_page_grant(PAGE_A, 7, SEVEN), 0);
	fake_fail("forbid", 1, -ESRCH);
	KUNIT_EXPECT_EQ(test, pb2_page_revoke(PAGE_A, 7, SEVEN), 0);
}

/* The domains of this test are dead in the next test. */
static void finish(struct kunit *test)
{
	if (fake_xen.domctl) {
		fake_domain_create(7, LIFE_UUID);
		fake_domain_free(7);
		fake_xen_put("/local/domain/7", "vm", "/vm/of-nobody");
	}
	expect_shown(test, "");
	life_world_exit(test);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_page_is_held_until_its_domain_is_dead),
	KUNIT_CASE(a_death_is_noticed_without_being_asked),
	KUNIT_CASE(a_later_domain_of_the_number_is_another),
	KUNIT_CASE(given_again_it_is_one_page),
	KUNIT_CASE(all_of_an_address_above_4_gib_counts),
	KUNIT_CASE(only_the_page_that_is_revoked_goes),
	KUNIT_CASE(what_was_never_granted_is_not_held),
	KUNIT_CASE(what_xen_does_not_take_back_is_tried_again),
	KUNIT_CASE(a_domain_that_dies_meanwhile_is_no_failure),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_page",
	.init = life_world_init,
	.exit = finish,
	.test_cases = cases,
};

kunit_test_suite(suite);
