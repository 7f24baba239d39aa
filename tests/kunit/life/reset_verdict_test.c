// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of reset_verdict.c: what a reset did
 */
#include <linux/delay.h>

#include "../support/life_world.h"

#include "../../../drivers/xen/pciback2/life/reset_verdict.c"

/* Record a method that leaves @cls in the Cache Line Size register. */
static void record(struct pb2_device *pbdev, const char *method, u8 cls, int rc)
{
	bool marked;

	marked = pb2_reset_verdict_place_marker(pbdev->pdev);
	fake_pci_set(fake_pci_of(pbdev->pdev), PCI_CACHE_LINE_SIZE, 1, cls);
	pb2_reset_verdict_record(pbdev, method, marked, rc);
}

static void begin(struct pb2_device *pbdev)
{
	device_lock(&pbdev->pdev->dev);
	/* The function is as dirty as after its use by a domain. */
	pbdev->reset.clean = false;
	pb2_reset_verdict_begin(pbdev);
}

static void finish(struct pb2_device *pbdev, const char *blocker)
{
	pb2_reset_verdict_finish(pbdev, blocker);
	device_unlock(&pbdev->pdev->dev);
}

static void the_marker_outweighs_the_claim(struct kunit *test)
{
	static const struct {
		u8 cls;
		int rc;
		enum pb2_verdict verdict;
		int want;
	} rows[] = {
		{ 0, 0, PB2_RESET_PROVEN, 0 },
		{ 0, -ETIMEDOUT, PB2_RESET_PROVEN, 0 },
		{ RESET_MARKER, 0, PB2_RESET_DISPROVED, -EIO },
		{ RESET_MARKER, -ETIMEDOUT, PB2_RESET_FAILED, -ETIMEDOUT },
		{ RESET_MARKER, -ENOTTY, PB2_RESET_FAILED, -ENOTTY },
	};
	struct life_world *world = test->priv;
	unsigned int i;

	life_seize_dev(test);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		begin(world->pbdev);
		record(world->pbdev, "kernel", rows[i].cls, rows[i].rc);
		KUNIT_EXPECT_EQ(test, world->pbdev->reset.verdict,
				rows[i].verdict);
		KUNIT_EXPECT_EQ(test, pb2_reset_verdict_errno(world->pbdev),
				rows[i].want);
		KUNIT_EXPECT_EQ(test, pb2_reset_verdict_is_final(world->pbdev),
				rows[i].verdict == PB2_RESET_PROVEN);
		finish(world->pbdev, NULL);
	}
}

static void a_method_that_is_not_there_leaves_the_record_of_the_last(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	begin(world->pbdev);
	record(world->pbdev, "kernel", RESET_MARKER, 0);
	record(world->pbdev, "flr", RESET_MARKER, -ENOTTY);
	KUNIT_EXPECT_STREQ(test, world->pbdev->reset.method, "kernel");
	KUNIT_EXPECT_EQ(test, world->pbdev->reset.verdict,
			PB2_RESET_DISPROVED);
	finish(world->pbdev, NULL);
}

static void a_lie_is_a_fault_and_no_method_is_none(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct pb2_device *pbdev;

	life_seize_dev(test);
	pbdev = world->pbdev;
	begin(pbdev);
	record(pbdev, "pm", RESET_MARKER, 0);
	finish(pbdev, "0000:03:00.1 has a driver of dom0");
	KUNIT_EXPECT_STREQ(test, pbdev->fault,
			   "pm reset claims success but resets nothing, bus not reset: 0000:03:00.1 has a driver of dom0");

	begin(pbdev);
	record(pbdev, "pm", RESET_MARKER, 0);
	finish(pbdev, NULL);
	KUNIT_EXPECT_STREQ(test, pbdev->fault,
			   "pm reset claims success but resets nothing");

	begin(pbdev);
	finish(pbdev, NULL);
	KUNIT_EXPECT_STREQ(test, pbdev->fault, "");
	KUNIT_EXPECT_EQ(test, pbdev->reset.rc, -ENOTTY);

	begin(pbdev);
	finish(pbdev, "somebody");
	KUNIT_EXPECT_STREQ(test, pbdev->fault, "");
	KUNIT_EXPECT_EQ(test, pbdev->reset.rc, -EBUSY);
}

static void what_a_sibling_forbids_leaves_a_clean_function_clean(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct pb2_device *pbdev;

	life_seize_dev(test);
	pbdev = world->pbdev;
	begin(pbdev);
	record(pbdev, "kernel", 0, 0);
	finish(pbdev, NULL);

	device_lock(&pbdev->pdev->dev);
	pb2_reset_verdict_begin(pbdev);
	record(pbdev, "pm", RESET_MARKER, 0);
	finish(pbdev, "somebody");
	KUNIT_EXPECT_STREQ(test, pbdev->fault, "");
	KUNIT_EXPECT_STREQ(test, pbdev->reset.method, "kernel");
	KUNIT_EXPECT_TRUE(test, pbdev->reset.clean);
	KUNIT_EXPECT_EQ(test, pbdev->reset.rc, 0);

	/* Nothing blocked the bus reset: the method lies. */
	device_lock(&pbdev->pdev->dev);
	pb2_reset_verdict_begin(pbdev);
	record(pbdev, "pm", RESET_MARKER, 0);
	finish(pbdev, NULL);
	KUNIT_EXPECT_NE(test, pbdev->fault[0], 0);
}

static void what_does_not_answer_is_not_clean(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct pb2_device *pbdev;

	life_seize_dev(test);
	pbdev = world->pbdev;
	KUNIT_EXPECT_TRUE(test, pbdev->reset.clean);
	begin(pbdev);
	KUNIT_EXPECT_FALSE(test, pbdev->reset.clean);
	record(pbdev, "kernel", 0, 0);
	world->dev->absent = true;
	finish(pbdev, NULL);
	KUNIT_EXPECT_FALSE(test, pbdev->reset.clean);
	KUNIT_EXPECT_NE(test, pbdev->fault[0], 0);
	world->dev->absent = false;
}

static void xen_is_told_and_may_not_know(struct kunit *test)
{
	static const int answers[] = { 0, -ENOSYS, -EINVAL };
	struct life_world *world = test->priv;
	unsigned int i;

	life_seize_dev(test);
	for (i = 0; i < ARRAY_SIZE(answers); i++) {
		fake_forget();
		fake_fail("device_reset", 1, answers[i]);
		begin(world->pbdev);
		record(world->pbdev, "kernel", 0, 0);
		finish(world->pbdev, NULL);
		KUNIT_EXPECT_EQ(test, fake_count("device_reset"), 1);
		KUNIT_EXPECT_TRUE(test, world->pbdev->reset.clean);
	}
}

/* A reader must not see half of a reset, nor one that is not over. */
static void a_reset_is_shown_when_it_is_over(struct kunit *test)
{
	struct life_world *world = test->priv;
	char before[80], line[80];

	life_seize_dev(test);
	pb2_reset_verdict_show(world->pbdev, before, sizeof(before));
	begin(world->pbdev);
	pb2_reset_verdict_show(world->pbdev, line, sizeof(line));
	KUNIT_EXPECT_STREQ(test, line, before);
	record(world->pbdev, "flr", 0, 0);
	pb2_reset_verdict_show(world->pbdev, line, sizeof(line));
	KUNIT_EXPECT_STREQ(test, line, before);
	finish(world->pbdev, NULL);
	pb2_reset_verdict_show(world->pbdev, line, sizeof(line));
	KUNIT_EXPECT_EQ(test, strncmp(line, "flr proven 0 ", 13), 0);
}

static void the_result_is_shown(struct kunit *test)
{
	struct life_world *world = test->priv;
	char line[64];

	life_seize_dev(test);
	world->pbdev->last_reset = (struct pb2_reset) {
		.method = "bus", .verdict = PB2_RESET_FAILED, .rc = -ETIMEDOUT,
		.ms = 112, .when = 1795255200LL * NSEC_PER_SEC + 7 * NSEC_PER_MSEC,
	};
	pb2_reset_verdict_show(world->pbdev, line, sizeof(line));
	KUNIT_EXPECT_STREQ(test, line, "bus failed -110 112ms 1795255200.007\n");
	KUNIT_EXPECT_EQ(test, pb2_reset_verdict_show(world->pbdev, line, 8), 7);

	world->pbdev->reset = (struct pb2_reset) {};
	pb2_reset_verdict_init(world->pbdev);
	pb2_reset_verdict_show(world->pbdev, line, sizeof(line));
	KUNIT_EXPECT_STREQ(test, line, "none never 0 0ms 0.000\n");
}

static void the_time_is_taken(struct kunit *test)
{
	struct life_world *world = test->priv;
	ktime_t now = ktime_get_real();
	ktime_t until;

	life_seize_dev(test);
	begin(world->pbdev);
	/* On a busy host ticks come late, and then all at once. */
	until = ktime_add_ms(ktime_get(), 30);
	while (ktime_before(ktime_get(), until))
		usleep_range(1000, 2000);
	finish(world->pbdev, NULL);
	KUNIT_EXPECT_GE(test, world->pbdev->reset.ms, 30);
	KUNIT_EXPECT_TRUE(test, ktime_after(world->pbdev->reset.when, now));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(the_marker_outweighs_the_claim),
	KUNIT_CASE(a_method_that_is_not_there_leaves_the_record_of_the_last),
	KUNIT_CASE(a_lie_is_a_fault_and_no_method_is_none),
	KUNIT_CASE(what_a_sibling_forbids_leaves_a_clean_function_clean),
	KUNIT_CASE(what_does_not_answer_is_not_clean),
	KUNIT_CASE(xen_is_told_and_may_not_know),
	KUNIT_CASE(a_reset_is_shown_when_it_is_over),
	KUNIT_CASE(the_result_is_shown),
	KUNIT_CASE(the_time_is_taken),
	{ }
};

static struct kunit_suite suite = {
	.name = "pciback2_reset_verdict",
	.init = life_world_init,
	.exit = life_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
