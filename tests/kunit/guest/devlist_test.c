// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the changes that the driver itself makes in the toolstack's device
 * list. xenbus_*_test.c have those that the toolstack makes.
 */
#include "../support/store.h"

#include "../../../drivers/xen/pciback2/guest/devlist.c"

/* The driver core unbinds the function, or a hot-plug slot removes it. */
static void lose(struct kunit *test, struct pb2_device *pbdev)
{
	struct pb2_frontend *fe = store_fe(test);

	device_lock(&pbdev->pdev->dev);
	KUNIT_ASSERT_TRUE(test, pb2_frontend_drop(fe, pbdev));
	device_unlock(&pbdev->pdev->dev);
	pb2_assign_disown(pbdev, fe);
	pb2_frontend_lost(fe);
	guest_settle();
}

static void a_frontend_is_told_of_a_function_that_it_lost(struct kunit *test)
{
	struct store_two two = store_connect(test);

	lose(test, two.a);
	store_expect(test, "state-0", "5");
	store_expect(test, "state-1", "3");
	store_expect_state(test, XenbusStateReconfiguring);

	store_guest_sets(test, XenbusStateReconfiguring);
	store_expect_state(test, XenbusStateReconfigured);
	store_expect(test, "state-0", "6");
	store_guest_sets(test, XenbusStateConnected);
	store_expect_state(test, XenbusStateConnected);
	KUNIT_EXPECT_EQ(test, two.b->state, PB2_ASSIGNED);
}

static void it_is_told_once(struct kunit *test)
{
	struct store_two two = store_connect(test);

	lose(test, two.a);
	store_guest_sets(test, XenbusStateReconfiguring);
	store_guest_sets(test, XenbusStateConnected);
	store_expect_state(test, XenbusStateConnected);
	store_run_watch(test);
	pb2_frontend_lost(store_fe(test));
	guest_settle();
	store_expect_state(test, XenbusStateConnected);
	store_expect(test, "state-0", "6");
}

/* The toolstack lists the same function again behind its old entry. */
static void what_was_removed_does_not_hit_its_successor(struct kunit *test)
{
	struct store_two two = store_connect(test);

	lose(test, two.a);
	store_guest_sets(test, XenbusStateReconfiguring);
	store_guest_sets(test, XenbusStateConnected);

	store_list(2, "0000:03:00.0", "1");
	store_put("num_devs", "3");
	store_toolstack_sets(test, XenbusStateReconfiguring);
	store_guest_sets(test, XenbusStateReconfiguring);
	store_guest_sets(test, XenbusStateConnected);
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_ASSIGNED);

	store_toolstack_sets(test, XenbusStateReconfiguring);
	store_guest_sets(test, XenbusStateReconfiguring);
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_ASSIGNED);
}

static void nothing_is_withdrawn_that_is_still_there(struct kunit *test)
{
	struct store_two two = store_connect(test);

	/* A function that was never added, and an entry that is no address */
	store_list(2, "0000:03:02.0", "6");
	store_list(3, "rubbish", "3");
	store_put("num_devs", "4");
	KUNIT_EXPECT_FALSE(test, pb2_devlist_withdraw(store_fe(test)));
	pb2_frontend_lost(store_fe(test));
	guest_settle();
	store_expect_state(test, XenbusStateConnected);
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_ASSIGNED);
	KUNIT_EXPECT_EQ(test, two.b->state, PB2_ASSIGNED);

	store_put("num_devs", "rubbish");
	KUNIT_EXPECT_FALSE(test, pb2_devlist_withdraw(store_fe(test)));
}

static void a_frontend_that_connects_later_is_told_then(struct kunit *test)
{
	struct store_two two = store_seize_two(test);

	store_probe(test);
	store_list_two();
	store_run_watch(test);
	store_expect_state(test, XenbusStateInitialised);
	lose(test, two.a);
	store_expect_state(test, XenbusStateInitialised);
	store_expect(test, "state-0", "3");

	store_publish_ring();
	store_guest_sets(test, XenbusStateInitialised);
	store_expect_state(test, XenbusStateConnected);
	store_guest_sets(test, XenbusStateConnected);
	store_expect_state(test, XenbusStateReconfiguring);
	store_expect(test, "state-0", "5");
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_frontend_is_told_of_a_function_that_it_lost),
	KUNIT_CASE(it_is_told_once),
	KUNIT_CASE(what_was_removed_does_not_hit_its_successor),
	KUNIT_CASE(nothing_is_withdrawn_that_is_still_there),
	KUNIT_CASE(a_frontend_that_connects_later_is_told_then),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_devlist",
	.init = store_init,
	.exit = store_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
