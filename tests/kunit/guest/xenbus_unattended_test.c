// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of a toolstack that waits for nobody: libxl removes and renumbers the
 * entries of an HVM domain without waiting for the driver
 */
#include "../support/store.h"

/* Both functions are assigned, and no frontend will ever connect. */
static struct store_two start_unattended(struct kunit *test)
{
	struct store_two two = store_seize_two(test);

	store_probe(test);
	store_list_two();
	store_run_watch(test);
	store_expect_state(test, XenbusStateInitialised);
	store_expect(test, "state-1", "3");
	fake_forget();
	return two;
}

/* The first half of libxl's pci-detach: it marks the entry. */
static void mark_first(void)
{
	store_put("state-0", "5");
	store_put_state(GUEST_BACK, XenbusStateReconfiguring);
}

/* The thread of xenwatch is another one than that of the walk. */
static void tell_of_nodes(struct work_struct *work)
{
	fake_xen_fire(GUEST_BACK);
}

static DECLARE_WORK(xenwatch_work, tell_of_nodes);

/* The walk may cause the news, and these another walk. */
static void settle(void)
{
	guest_settle();
	flush_work(&xenwatch_work);
	guest_settle();
}

/* The second half: it removes the first entry and renumbers the other one. */
static void renumber(void)
{
	char *state = kstrdup(fake_xen_get(GUEST_BACK, "state-1"), GFP_KERNEL);

	store_list(0, "0000:03:01.0", state);
	kfree(state);
	pb2_xen_rm(GUEST_BACK, "dev-1");
	pb2_xen_rm(GUEST_BACK, "state-1");
	pb2_xen_rm(GUEST_BACK, "vdev-1");
	store_put("num_devs", "1");
	schedule_work(&xenwatch_work);
}

/* The toolstack writes just before this node is read or written. */
static const char *moment;

static void renumber_at_moment(const char *node)
{
	if (strcmp(node, moment))
		return;
	fake_xen.on_read = NULL;
	fake_xen.on_write = NULL;
	renumber();
}

static void an_entry_that_is_gone_already_is_taken_back(struct kunit *test)
{
	struct store_two two = start_unattended(test);

	mark_first();
	renumber();
	settle();
	store_expect_state(test, XenbusStateInitialised);
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_HELD);
	KUNIT_EXPECT_EQ(test, two.b->state, PB2_ASSIGNED);
	store_expect(test, "state-0", "3");
	KUNIT_EXPECT_EQ(test, fake_count("error"), 0);
}

static void the_last_entry_may_be_gone_as_well(struct kunit *test)
{
	struct store_two two = start_unattended(test);

	mark_first();
	renumber();
	pb2_xen_rm(GUEST_BACK, "dev-0");
	pb2_xen_rm(GUEST_BACK, "state-0");
	store_put("num_devs", "0");
	store_run_watch(test);
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_HELD);
	KUNIT_EXPECT_EQ(test, two.b->state, PB2_HELD);
	KUNIT_EXPECT_EQ(test, fake_xen.owners, 0);
}

static void closed_does_not_hit_the_entry_that_moved_up(struct kunit *test)
{
	struct store_two two = start_unattended(test);

	moment = "state-0";
	fake_xen.on_write = renumber_at_moment;
	mark_first();
	store_run_watch(test);
	settle();
	KUNIT_EXPECT_NULL(test, fake_xen.on_write);
	store_expect(test, "state-0", "3");
	store_expect(test, "state-1", NULL);
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_HELD);
	KUNIT_EXPECT_EQ(test, two.b->state, PB2_ASSIGNED);

	/* Its own removal is still seen. */
	mark_first();
	store_run_watch(test);
	store_expect(test, "state-0", "6");
	KUNIT_EXPECT_EQ(test, two.b->state, PB2_HELD);
}

/* A walk that reads one entry before the move and one behind would miss it. */
static void an_entry_that_moves_past_the_walk_is_seen(struct kunit *test)
{
	struct store_two two = start_unattended(test);

	moment = "dev-1";
	fake_xen.on_read = renumber_at_moment;
	mark_first();
	store_run_watch(test);
	settle();
	KUNIT_EXPECT_NULL(test, fake_xen.on_read);
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_HELD);
	KUNIT_EXPECT_EQ(test, two.b->state, PB2_ASSIGNED);
	KUNIT_EXPECT_EQ(test, fake_count("unregister_owner"), 1);
}

/* The work sees the end of a pci-detach and a pci-attach, not their middle. */
static void what_is_listed_anew_is_taken_back_first(struct kunit *test)
{
	struct store_two two = start_unattended(test);

	store_list(0, "0000:03:00.0", "1");
	store_toolstack_sets(test, XenbusStateReconfiguring);
	store_expect(test, "state-0", "3");
	store_expect(test, "pciback2/error/0000-03-00-0", NULL);
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_ASSIGNED);
	KUNIT_EXPECT_EQ(test, fake_count("unregister_owner"), 1);
	KUNIT_EXPECT_EQ(test, fake_count("register_owner"), 1);
	KUNIT_EXPECT_EQ(test, two.b->state, PB2_ASSIGNED);
}

static void a_function_that_is_listed_twice_stays(struct kunit *test)
{
	struct store_two two = start_unattended(test);

	store_list(2, "0000:03:00.0", "1");
	store_put("num_devs", "3");
	store_toolstack_sets(test, XenbusStateReconfiguring);
	store_expect(test, "state-0", "3");
	store_expect(test, "state-2", "6");
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_ASSIGNED);
	KUNIT_EXPECT_EQ(test, fake_count("unregister_owner"), 0);
}

static void an_entry_that_moves_while_it_is_added_is_added(struct kunit *test)
{
	struct store_two two = store_seize_two(test);

	store_probe(test);
	store_list(0, "0000:03:00.0", "1");
	store_put("num_devs", "1");
	store_run_watch(test);

	store_list(1, "0000:03:01.0", "1");
	store_put("num_devs", "2");
	moment = "vdev-1";
	fake_xen.on_write = renumber_at_moment;
	store_toolstack_sets(test, XenbusStateReconfiguring);
	store_run_watch(test);
	settle();
	KUNIT_EXPECT_NULL(test, fake_xen.on_write);
	store_expect(test, "state-0", "3");
	store_expect(test, "vdev-0", "0000:00:00.00");
	store_expect(test, "state-1", NULL);
	store_expect(test, "vdev-1", NULL);
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_HELD);
	KUNIT_EXPECT_EQ(test, two.b->state, PB2_ASSIGNED);
}

/* Not seized, so it is refused, but not at an index that is another's. */
static void a_refusal_does_not_hit_another_entry(struct kunit *test)
{
	start_unattended(test);
	store_list(0, "0000:03:02.0", "1");
	moment = "state-0";
	fake_xen.on_write = renumber_at_moment;
	store_toolstack_sets(test, XenbusStateReconfiguring);
	settle();
	KUNIT_EXPECT_NULL(test, fake_xen.on_write);
	store_expect(test, "state-0", "3");
	store_expect(test, "pciback2/error/0000-03-02-0", NULL);
}

static void a_list_that_cannot_be_read_takes_nothing_back(struct kunit *test)
{
	static const char * const calls[] = {
		"read=num_devs", "read=dev-0", "read=state-1",
	};
	struct store_two two = start_unattended(test);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		fake_fail(calls[i], 1, -EIO);
		fake_xen_fire(GUEST_BACK);
		guest_settle();
		KUNIT_EXPECT_TRUE(test, fake_has_failed());
		KUNIT_EXPECT_EQ(test, two.a->state, PB2_ASSIGNED);
		KUNIT_EXPECT_EQ(test, two.b->state, PB2_ASSIGNED);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(an_entry_that_is_gone_already_is_taken_back),
	KUNIT_CASE(the_last_entry_may_be_gone_as_well),
	KUNIT_CASE(closed_does_not_hit_the_entry_that_moved_up),
	KUNIT_CASE(an_entry_that_moves_past_the_walk_is_seen),
	KUNIT_CASE(what_is_listed_anew_is_taken_back_first),
	KUNIT_CASE(a_function_that_is_listed_twice_stays),
	KUNIT_CASE(an_entry_that_moves_while_it_is_added_is_added),
	KUNIT_CASE(a_refusal_does_not_hit_another_entry),
	KUNIT_CASE(a_list_that_cannot_be_read_takes_nothing_back),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_xenbus_unattended",
	.init = store_init,
	.exit = store_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
