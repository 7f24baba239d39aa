// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of virtio.c: the virtio backend domain, and how its guest learns of it
 */
#include "../support/life_world.h"

#include "../../../drivers/xen/pciback2/life/virtio.c"

#define NODE	"pciback2/0000-00-00-0/backend-domid"
/* Behind the PCI Express capability of fake_nic() */
#define POS	0xac

static int set(struct kunit *test, domid_t domid)
{
	struct life_world *world = test->priv;
	int rc;

	device_lock(&world->pdev->dev);
	rc = pb2_virtio_set(world->pbdev, domid);
	device_unlock(&world->pdev->dev);
	return rc;
}

static void expect_shown(struct kunit *test, const char *want)
{
	struct life_world *world = test->priv;
	char buf[20];

	pb2_virtio_show(world->pbdev, buf, sizeof(buf));
	KUNIT_EXPECT_STREQ(test, buf, want);
}

static u32 guest_reads(struct kunit *test, s32 off, s32 len)
{
	struct life_world *world = test->priv;
	u32 val = 0;

	KUNIT_EXPECT_EQ(test, life_request(world, XEN_PCI_OP_conf_read, off,
					   len, &val), 0);
	return val;
}

static void expect_told(struct kunit *test, u16 domid)
{
	KUNIT_EXPECT_EQ(test, guest_reads(test, PCI_CAPABILITY_LIST, 1), POS);
	KUNIT_EXPECT_EQ(test, guest_reads(test, POS + 4, 4), 0x44425853);
	KUNIT_EXPECT_EQ(test, guest_reads(test, POS + 10, 2), domid);
}

static void expect_not_told(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, guest_reads(test, PCI_CAPABILITY_LIST, 1),
			FAKE_PCI_PM);
	KUNIT_EXPECT_EQ(test, guest_reads(test, POS, 4), 0);
	KUNIT_EXPECT_NULL(test, fake_xen_get(LIFE_BACK, NODE));
}

static void by_default_a_guest_is_told_nothing(struct kunit *test)
{
	life_assign_dev(test);
	expect_shown(test, "none\n");
	expect_not_told(test);
}

static void a_guest_is_told_until_the_function_comes_back(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	KUNIT_EXPECT_EQ(test, set(test, 3), 0);
	expect_shown(test, "3\n");
	KUNIT_EXPECT_NULL(test, fake_xen_get(LIFE_BACK, NODE));

	life_assign(test, world->pbdev, &world->fe);
	expect_told(test, 3);
	KUNIT_EXPECT_STREQ(test, fake_xen_get(LIFE_BACK, NODE) ?: "", "3");

	life_take_back(world->pbdev, &world->fe);
	fake_expect_order(test, "rm=" NODE, "reset_function", NULL);
	KUNIT_EXPECT_NULL(test, fake_xen_get(LIFE_BACK, NODE));
	expect_shown(test, "none\n");

	/* The next assignment may have another virtio backend domain. */
	life_assign(test, world->pbdev, &world->fe);
	expect_not_told(test);
}

static void under_a_guest_nothing_changes(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_assign_dev(test);
	KUNIT_EXPECT_EQ(test, set(test, 3), -EBUSY);
	KUNIT_EXPECT_EQ(test, set(test, DOMID_INVALID), -EBUSY);
	expect_not_told(test);

	/* The former domain of a HELD function has no influence. */
	life_take_back(world->pbdev, &world->fe);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_HELD);
	KUNIT_EXPECT_EQ(test, set(test, 0), 0);
	life_assign(test, world->pbdev, &world->fe);
	expect_told(test, 0);
	KUNIT_EXPECT_EQ(test, set(test, DOMID_INVALID), -EBUSY);
	expect_told(test, 0);
}

static void every_state_but_two_is_too_busy(struct kunit *test)
{
	struct life_world *world = test->priv;
	unsigned int state;

	life_seize_dev(test);
	for (state = 0; state < PB2_NR_STATES; state++) {
		if (state == PB2_IDLE || state == PB2_HELD)
			continue;
		world->pbdev->state = state;
		KUNIT_EXPECT_EQ(test, set(test, 3), -EBUSY);
	}
	world->pbdev->state = PB2_IDLE;
	expect_shown(test, "none\n");
}

static void none_takes_it_back(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	KUNIT_EXPECT_EQ(test, set(test, 3), 0);
	KUNIT_EXPECT_EQ(test, set(test, DOMID_INVALID), 0);
	expect_shown(test, "none\n");
	life_assign(test, world->pbdev, &world->fe);
	expect_not_told(test);
}

static void an_idle_function_is_woken_for_it_and_sleeps_again(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	KUNIT_EXPECT_EQ(test, set(test, 3), 0);
	fake_expect_order(test, "pm_get", "pm_put", NULL);
	KUNIT_EXPECT_EQ(test, world->dev->users, 0);
}

static void what_does_not_answer_shows_nothing(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	world->dev->absent = true;
	KUNIT_EXPECT_EQ(test, set(test, 3), -EIO);
	world->dev->absent = false;
	expect_shown(test, "none\n");
	KUNIT_EXPECT_EQ(test, world->dev->users, 0);
}

static void resets_do_not_take_it_away(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	KUNIT_EXPECT_EQ(test, set(test, 3), 0);
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(world->pbdev), 0);
	life_assign(test, world->pbdev, &world->fe);
	expect_told(test, 3);
	life_ask_for_flr(world->pbdev);
	life_settle(world->pbdev);
	expect_told(test, 3);
	KUNIT_EXPECT_STREQ(test, fake_xen_get(LIFE_BACK, NODE) ?: "", "3");
}

static struct kunit_case cases[] = {
	KUNIT_CASE(by_default_a_guest_is_told_nothing),
	KUNIT_CASE(a_guest_is_told_until_the_function_comes_back),
	KUNIT_CASE(under_a_guest_nothing_changes),
	KUNIT_CASE(every_state_but_two_is_too_busy),
	KUNIT_CASE(none_takes_it_back),
	KUNIT_CASE(an_idle_function_is_woken_for_it_and_sleeps_again),
	KUNIT_CASE(what_does_not_answer_shows_nothing),
	KUNIT_CASE(resets_do_not_take_it_away),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_virtio",
	.init = life_world_init,
	.exit = life_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
