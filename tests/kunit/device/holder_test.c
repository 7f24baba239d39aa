// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of holder.c: the domains that may still reach something
 */
#include "../support/life_world.h"

#include "../../../drivers/xen/pciback2/device/holder.c"

#define SEVEN		"/vm/" LIFE_UUID
#define EIGHT		"/vm/" LIFE_OTHER_UUID

static const struct pb2_held page_a = {
	.kind = PB2_HELD_PAGE,
	.address = 0xb0300000,
};

static const struct pb2_held page_b = {
	.kind = PB2_HELD_PAGE,
	.address = 0xb0301000,
};

static bool is_held(const struct pb2_held *held)
{
	domid_t other;

	return pb2_holder_find_other(held, DOMID_INVALID, NULL, &other);
}

static void only_death_ends_what_a_domain_holds(struct kunit *test)
{
	domid_t other = 0;

	life_ask_xen();
	KUNIT_ASSERT_EQ(test, pb2_holder_add(&page_a, 7, SEVEN), 1);
	KUNIT_EXPECT_TRUE(test, pb2_holder_find_other(&page_a, 8, EIGHT,
						      &other));
	KUNIT_EXPECT_EQ(test, other, 7);
	KUNIT_EXPECT_FALSE(test, pb2_holder_find_other(&page_a, 7, SEVEN,
						       &other));
	KUNIT_EXPECT_FALSE(test, is_held(&page_b));

	pb2_holder_set_permitted(&page_a, 7, SEVEN, true);
	KUNIT_EXPECT_TRUE(test, pb2_holder_is_permitted(&page_a, 7, SEVEN));
	pb2_holder_set_permitted(&page_a, 7, SEVEN, false);
	KUNIT_EXPECT_FALSE(test, pb2_holder_is_permitted(&page_a, 7, SEVEN));
	KUNIT_EXPECT_TRUE(test, is_held(&page_a));

	fake_domain_set_flags(7, XEN_DOMINF_shutdown);
	KUNIT_EXPECT_TRUE(test, is_held(&page_a));
	fake_domain_set_flags(7, XEN_DOMINF_dying);
	KUNIT_EXPECT_FALSE(test, is_held(&page_a));
}

static void a_domain_is_recorded_once(struct kunit *test)
{
	int refs = module_refcount(THIS_MODULE);

	life_ask_xen();
	KUNIT_EXPECT_EQ(test, pb2_holder_add(&page_a, 7, SEVEN), 1);
	KUNIT_EXPECT_EQ(test, pb2_holder_add(&page_a, 7, SEVEN), 0);
	KUNIT_EXPECT_EQ(test, pb2_holder_add(&page_b, 7, SEVEN), 1);
	KUNIT_EXPECT_EQ(test, pb2_holder_add(&page_a, 8, EIGHT), 1);
	KUNIT_EXPECT_EQ(test, module_refcount(THIS_MODULE), refs + 3);

	pb2_holder_remove(&page_a, 8, EIGHT);
	pb2_holder_remove(&page_a, 8, EIGHT);
	KUNIT_EXPECT_EQ(test, module_refcount(THIS_MODULE), refs + 2);
	KUNIT_EXPECT_TRUE(test, is_held(&page_a));
	pb2_holder_remove(&page_a, 7, SEVEN);
	KUNIT_EXPECT_FALSE(test, is_held(&page_a));
	KUNIT_EXPECT_TRUE(test, is_held(&page_b));
}

/* The domain of a later life has the same ID, and another UUID. */
static void a_later_domain_of_the_id_holds_nothing(struct kunit *test)
{
	life_ask_xen();
	KUNIT_ASSERT_EQ(test, pb2_holder_add(&page_a, 7, SEVEN), 1);
	pb2_holder_set_permitted(&page_a, 7, SEVEN, true);
	pb2_holder_set_permitted(&page_a, 7, EIGHT, false);
	KUNIT_EXPECT_FALSE(test, pb2_holder_is_permitted(&page_a, 7, EIGHT));
	KUNIT_EXPECT_TRUE(test, pb2_holder_is_permitted(&page_a, 7, SEVEN));

	fake_domain_create(7, LIFE_OTHER_UUID);
	fake_xen_put("/local/domain/7", "vm", EIGHT);
	KUNIT_EXPECT_FALSE(test, pb2_holder_is_permitted(&page_a, 7, SEVEN));
	KUNIT_EXPECT_FALSE(test, is_held(&page_a));
}

static void a_death_is_noticed_without_a_question(struct kunit *test)
{
	int refs = module_refcount(THIS_MODULE);

	life_ask_xen();
	KUNIT_ASSERT_EQ(test, pb2_holder_add(&page_a, 7, SEVEN), 1);
	KUNIT_ASSERT_EQ(test, pb2_holder_add(&page_b, 8, EIGHT), 1);
	fake_domain_free(7);
	fake_domain_event();
	flush_workqueue(pb2_wq);
	KUNIT_EXPECT_EQ(test, module_refcount(THIS_MODULE), refs + 1);
}

static void bars_are_shown_with_their_function(struct kunit *test)
{
	const struct pb2_sbdf sbdf = {
		.domain = 0x1234, .bus = 0xab, .devfn = PCI_DEVFN(0x1f, 7),
	};
	struct pb2_held bars = pb2_held_bars(&sbdf);
	domid_t holder = 0;
	char buf[80] = "";

	life_ask_xen();
	KUNIT_ASSERT_EQ(test, pb2_holder_add(&bars, 7, SEVEN), 1);
	pb2_holder_set_permitted(&bars, 7, SEVEN, true);
	pb2_holder_show(PB2_HELD_BARS, buf, sizeof(buf));
	KUNIT_EXPECT_STREQ(test, buf, "1234:ab:1f.7 domain 7: owns it\n");
	KUNIT_EXPECT_TRUE(test, pb2_holder_retire(&bars, &holder));
	KUNIT_EXPECT_EQ(test, holder, 7);
	pb2_holder_show(PB2_HELD_BARS, buf, sizeof(buf));
	KUNIT_EXPECT_STREQ(test, buf,
			   "1234:ab:1f.7 domain 7: may still have its BARs mapped\n");
	KUNIT_EXPECT_EQ(test, pb2_holder_show(PB2_HELD_PAGE, buf, sizeof(buf)),
			0);

	fake_domain_free(7);
	KUNIT_EXPECT_FALSE(test, pb2_holder_retire(&bars, &holder));
	KUNIT_EXPECT_FALSE(test, pb2_holder_exists(&bars));
}

static void leaving_forgets_all(struct kunit *test)
{
	int refs = module_refcount(THIS_MODULE);
	char buf[80];

	life_ask_xen();
	KUNIT_ASSERT_EQ(test, pb2_holder_add(&page_a, 7, SEVEN), 1);
	KUNIT_ASSERT_EQ(test, pb2_holder_add(&page_b, 8, EIGHT), 1);
	pb2_holder_exit();
	KUNIT_EXPECT_EQ(test, module_refcount(THIS_MODULE), refs);
	KUNIT_EXPECT_EQ(test, pb2_holder_show(PB2_HELD_PAGE, buf, sizeof(buf)),
			0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(only_death_ends_what_a_domain_holds),
	KUNIT_CASE(a_domain_is_recorded_once),
	KUNIT_CASE(a_later_domain_of_the_id_holds_nothing),
	KUNIT_CASE(a_death_is_noticed_without_a_question),
	KUNIT_CASE(bars_are_shown_with_their_function),
	KUNIT_CASE(leaving_forgets_all),
	{ }
};

static struct kunit_suite suite = {
	.name = "pciback2_holder",
	.init = life_world_init,
	.exit = life_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
