// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of functions that are added and removed while the guest runs
 */
#include "../support/store.h"

static void a_function_can_be_hot_added(struct kunit *test)
{
	struct pb2_device *c;

	store_connect(test);
	c = guest_seize(test, fake_intx(test, PCI_DEVFN(2, 0)));
	store_list(2, "0000:03:02.0", "1");
	store_put("num_devs", "3");
	store_toolstack_sets(test, XenbusStateReconfiguring);
	/* The driver waits until the guest is ready. */
	store_expect_state(test, XenbusStateReconfiguring);
	KUNIT_EXPECT_EQ(test, c->state, PB2_IDLE);

	store_guest_sets(test, XenbusStateReconfiguring);
	store_expect_state(test, XenbusStateReconfigured);
	store_expect(test, "vdev-2", "0000:00:02.00");
	store_expect(test, "state-2", "3");
	KUNIT_EXPECT_EQ(test, c->state, PB2_ASSIGNED);

	store_guest_sets(test, XenbusStateConnected);
	store_expect_state(test, XenbusStateConnected);
	/* The ring stays attached all the time. */
	KUNIT_EXPECT_EQ(test, fake_count("map_ring"), 0);
	KUNIT_EXPECT_EQ(test, fake_xen.mapped, 1);
}

static void a_function_can_be_hot_removed(struct kunit *test)
{
	struct store_two two = store_connect(test);

	store_put("state-0", "5");
	store_toolstack_sets(test, XenbusStateReconfiguring);
	store_guest_sets(test, XenbusStateReconfiguring);
	store_expect_state(test, XenbusStateReconfigured);
	/* The domain lives and may still have the BARs mapped. */
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_HELD);
	KUNIT_EXPECT_EQ(test, fake_xen_owner(two.a->pdev), -ENODEV);
	KUNIT_EXPECT_EQ(test, two.b->state, PB2_ASSIGNED);
	store_guest_sets(test, XenbusStateConnected);
	store_expect_state(test, XenbusStateConnected);
}

/* libxl renumbers its own nodes, and does not know of vdev-N. */
static void renumbered_entries_are_told_by_their_real_address(struct kunit *test)
{
	struct store_two two = store_connect(test);

	store_put("state-0", "5");
	store_toolstack_sets(test, XenbusStateReconfiguring);
	store_guest_sets(test, XenbusStateReconfiguring);
	store_guest_sets(test, XenbusStateConnected);
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_HELD);

	store_list(0, "0000:03:01.0", "3");
	pb2_xen_rm(GUEST_BACK, "dev-1");
	pb2_xen_rm(GUEST_BACK, "state-1");
	store_put("num_devs", "1");
	store_put("state-0", "5");
	store_toolstack_sets(test, XenbusStateReconfiguring);
	store_guest_sets(test, XenbusStateReconfiguring);
	store_expect_state(test, XenbusStateReconfigured);
	KUNIT_EXPECT_EQ(test, two.b->state, PB2_HELD);
	KUNIT_EXPECT_TRUE(test, list_empty(&store_fe(test)->exports));
}

static void what_was_never_added_can_be_removed(struct kunit *test)
{
	struct store_two two = store_connect(test);

	store_list(2, "0000:03:02.0", "5");
	store_list(3, "rubbish", "5");
	store_put("num_devs", "5");
	store_put("state-4", "5");
	store_put("pciback2/error/0000-03-02-0", "some reason");
	store_toolstack_sets(test, XenbusStateReconfiguring);
	store_guest_sets(test, XenbusStateReconfiguring);
	store_expect_state(test, XenbusStateReconfigured);
	store_expect(test, "pciback2/error/0000-03-02-0", NULL);
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_ASSIGNED);
	KUNIT_EXPECT_EQ(test, two.b->state, PB2_ASSIGNED);
}

static void an_unattended_reconfiguration_goes_back_to_initialised(struct kunit *test)
{
	struct store_two two = store_seize_two(test);

	store_probe(test);
	store_list_two();
	store_put("num_devs", "1");
	store_run_watch(test);
	store_expect_state(test, XenbusStateInitialised);

	/* The frontend of an HVM domain stays in the state that libxl wrote. */
	store_put("num_devs", "2");
	store_put("state-0", "5");
	store_toolstack_sets(test, XenbusStateReconfiguring);
	store_expect_state(test, XenbusStateInitialised);
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_HELD);
	KUNIT_EXPECT_EQ(test, two.b->state, PB2_ASSIGNED);
	store_expect(test, "state-1", "3");
	KUNIT_EXPECT_EQ(test, fake_count("map_ring"), 0);
}

static void rubbish_in_num_devs_still_gets_an_answer(struct kunit *test)
{
	struct store_two two = store_connect(test);

	store_put("num_devs", "-2");
	store_toolstack_sets(test, XenbusStateReconfiguring);
	store_guest_sets(test, XenbusStateReconfiguring);
	store_expect_state(test, XenbusStateReconfigured);
	KUNIT_EXPECT_EQ(test, fake_count("error=-22"), 1);
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_ASSIGNED);

	store_guest_sets(test, XenbusStateConnected);
	store_put("num_devs", "2");
	store_put("state-0", "5");
	store_toolstack_sets(test, XenbusStateReconfiguring);
	store_guest_sets(test, XenbusStateReconfiguring);
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_HELD);
}

/* The guest writes the right state, but it has published no ring. */
static void a_guest_without_a_ring_is_not_reconfigured(struct kunit *test)
{
	store_seize_two(test);
	store_probe(test);
	store_list_two();
	store_run_watch(test);
	store_toolstack_sets(test, XenbusStateReconfiguring);
	store_toolstack_sets(test, XenbusStateReconfiguring);
	store_guest_sets(test, XenbusStateReconfiguring);
	KUNIT_EXPECT_EQ(test, fake_xen.mapped, 0);
	KUNIT_EXPECT_NE(test, (int)pb2_xen_state(GUEST_BACK),
			XenbusStateReconfigured);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_function_can_be_hot_added),
	KUNIT_CASE(a_function_can_be_hot_removed),
	KUNIT_CASE(renumbered_entries_are_told_by_their_real_address),
	KUNIT_CASE(what_was_never_added_can_be_removed),
	KUNIT_CASE(an_unattended_reconfiguration_goes_back_to_initialised),
	KUNIT_CASE(rubbish_in_num_devs_still_gets_an_answer),
	KUNIT_CASE(a_guest_without_a_ring_is_not_reconfigured),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_xenbus_hotplug",
	.init = store_init,
	.exit = store_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
