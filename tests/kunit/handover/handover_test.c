// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of handover.c: give a function's ECAM page to its domain
 */
#include "../support/fake_ecam.h"
#include "../support/life_world.h"

#include "../../../drivers/xen/pciback2/handover/handover.c"

#define NODE		"pciback2/0000-00-00-0/ecam"

static u64 page_of(struct life_world *world)
{
	bool unused;

	return pb2_window_page(&world->pbdev->sbdf, &unused);
}

/* Nothing is against a hand-over; domain 7 is a stub domain. */
static void allow_all(struct kunit *test)
{
	pb2_window_init();
	pb2_window_ask();
	life_ask_xen();
	fake_xen_put("/local/domain/7", "target", "8");
}

static void expect_announced(struct kunit *test)
{
	struct life_world *world = test->priv;
	char address[20];

	snprintf(address, sizeof(address), "0x%llx", page_of(world));
	KUNIT_EXPECT_EQ(test, fake_domain_page(LIFE_DOMID), page_of(world));
	KUNIT_EXPECT_STREQ(test, fake_xen_get(LIFE_BACK, NODE "/address") ?: "",
			   address);
	KUNIT_EXPECT_STREQ(test, fake_xen_get(LIFE_BACK, NODE "/size") ?: "",
			   "0x1000");
	KUNIT_EXPECT_STREQ(test, fake_xen_get(LIFE_BACK, NODE "/access") ?: "",
			   "r");
}

static void expect_nothing(struct kunit *test, const char *why)
{
	struct life_world *world = test->priv;
	char buf[160], want[160];

	KUNIT_EXPECT_EQ(test, fake_domain_page(LIFE_DOMID), 0);
	KUNIT_EXPECT_NULL(test, fake_xen_get(LIFE_BACK, NODE "/address"));
	device_lock(&world->pdev->dev);
	pb2_handover_show(world->pbdev, buf, sizeof(buf));
	device_unlock(&world->pdev->dev);
	snprintf(want, sizeof(want), "%s: not handed over: %s\n",
		 policy_names[world->pbdev->handover.policy], why);
	KUNIT_EXPECT_STREQ(test, buf, want);
}

/* The rules of the documentation, written differently from the driver */
static bool may(const struct pb2_offer *offer)
{
	if (offer->policy == PB2_HANDOVER_OFF)
		return false;
	if (offer->policy == PB2_HANDOVER_STUBDOM && !offer->is_stubdom)
		return false;
	if (offer->iommu.state == PB2_IOMMU_OFF ||
	    offer->iommu.remapping == PB2_IOMMU_OFF)
		return false;
	return offer->knows_xen && offer->is_confirmed &&
	       offer->is_read_only && offer->address &&
	       !(offer->address & 0xfff);
}

static void every_combination_is_decided_by_the_rules(struct kunit *test)
{
	static const u64 addresses[] = { 0, 0xb0300000, 0xb0300800 };
	struct pb2_offer offer;
	unsigned int i, yes = 0;

	for (i = 0; i < 3 * 3 * 3 * 3 * 16; i++) {
		offer = (struct pb2_offer) {
			.is_stubdom = i & 1,
			.knows_xen = i & 2,
			.is_confirmed = i & 4,
			.is_read_only = i & 8,
			.policy = i / 16 % 3,
			.address = addresses[i / 48 % 3],
			.iommu.state = i / 144 % 3,
			.iommu.remapping = i / 432,
		};
		KUNIT_EXPECT_EQ_MSG(test, !pb2_handover_decide(&offer),
				    may(&offer), "combination %u", i);
		yes += may(&offer);
	}
	/*
	 * "stubdom" for a stub domain, and "any" for a stub domain and for any
	 * other domain; each with two states of the IOMMU and two of interrupt
	 * remapping
	 */
	KUNIT_EXPECT_EQ(test, yes, 3 * 2 * 2);
}

static void a_stub_domain_is_given_the_page(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct pb2_sbdf vsbdf;

	allow_all(test);
	life_seize_dev(test);
	KUNIT_ASSERT_EQ(test, pb2_frontend_add(&world->fe, &world->pbdev->sbdf,
					       &vsbdf), 0);
	expect_announced(test);
	fake_expect_order(test, "permit=7", "publish=" NODE "/access", NULL);

	fake_forget();
	life_take_back(world->pbdev, &world->fe);
	expect_nothing(test, "in no domain");
	/* The nodes go first, then the permission; then the reset runs. */
	fake_expect_order(test, "rm=" NODE, "forbid=7", "reset_function", NULL);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_HELD);
}

static void another_domain_is_not(struct kunit *test)
{
	struct life_world *world = test->priv;

	allow_all(test);
	pb2_xen_rm("/local/domain/7", "target");
	life_assign_dev(test);
	expect_nothing(test, "the domain is no stub domain");

	device_lock(&world->pdev->dev);
	pb2_handover_choose(world->pbdev, PB2_HANDOVER_ANY);
	device_unlock(&world->pdev->dev);
	expect_announced(test);

	device_lock(&world->pdev->dev);
	pb2_handover_choose(world->pbdev, PB2_HANDOVER_OFF);
	device_unlock(&world->pdev->dev);
	expect_nothing(test, "hand-over is off");
}

static void what_xen_does_not_protect_is_not_given(struct kunit *test)
{
	allow_all(test);
	fake_ecam.writable = true;
	life_assign_dev(test);
	expect_nothing(test, "its ECAM page is not known to be read-only");
}

static void a_page_that_dom0_cannot_map_proves_nothing(struct kunit *test)
{
	struct life_world *world = test->priv;

	allow_all(test);
	life_seize_dev(test);
	fake_fail("ecam_map", 1, -ENOMEM);
	life_assign(test, world->pbdev, &world->fe);
	expect_nothing(test, "its ECAM page is not known to be read-only");
}

static void where_forged_interrupts_are_possible_it_is_not_given(struct kunit *test)
{
	allow_all(test);
	fake_xen.command_line = "dom0_mem=1G iommu=no-intremap";
	pb2_iommu_init();
	life_assign_dev(test);
	expect_nothing(test, "interrupt remapping is off");
	fake_xen.command_line = NULL;
	pb2_iommu_init();
}

static void a_pvh_dom0_takes_xens_word(struct kunit *test)
{
	allow_all(test);
	fake_xen.pirqs = false;
	fake_ecam.writable = true;
	life_assign_dev(test);
	expect_announced(test);
}

static void each_step_that_fails_leaves_the_ring(struct kunit *test)
{
	static const struct {
		const char *call;
		int rc;
		const char *why;
	} steps[] = {
		{ "permit", -EPERM, "Xen refuses it" },
		{ "publish", -ENOSPC, "it cannot be announced" },
	};
	struct life_world *world = test->priv;
	unsigned int i;

	allow_all(test);
	life_seize_dev(test);
	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		fake_fail(steps[i].call, 1, steps[i].rc);
		life_assign(test, world->pbdev, &world->fe);
		expect_nothing(test, steps[i].why);
		KUNIT_EXPECT_EQ(test, life_gate(world->pbdev, &world->fe),
				PB2_GATE_OPEN);
		life_take_back(world->pbdev, &world->fe);
	}
}

static void what_xen_does_not_take_back_is_a_failure(struct kunit *test)
{
	struct life_world *world = test->priv;
	char buf[160];

	allow_all(test);
	life_assign_dev(test);
	fake_fail("forbid", 1, -ENOMEM);
	life_take_back(world->pbdev, &world->fe);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_FAILED);
	KUNIT_EXPECT_STREQ(test, world->pbdev->fault,
			   "Xen does not take its ECAM page back from the last domain");
	device_lock(&world->pdev->dev);
	pb2_handover_show(world->pbdev, buf, sizeof(buf));
	device_unlock(&world->pdev->dev);
	KUNIT_EXPECT_STREQ(test, buf,
			   "stubdom: Xen does not take its ECAM page back from the last domain: -12\n");

	/* At the next attempt Xen takes the page back. */
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(world->pbdev), 0);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_HELD);
	KUNIT_EXPECT_EQ(test, fake_domain_page(LIFE_DOMID), 0);
}

static void assign_what_needs_the_bus(struct kunit *test)
{
	struct life_world *world = test->priv;

	allow_all(test);
	life_assign_dev(test);
	world->dev->function_reset = FAKE_RESET_NONE;
	world->dev->bus_reset = FAKE_RESET_WORKS;
}

static void a_guest_cannot_have_it_withdrawn(struct kunit *test)
{
	struct life_world *world = test->priv;

	assign_what_needs_the_bus(test);
	fake_forget();
	life_ask_for_flr(world->pbdev);
	life_settle(world->pbdev);
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 0);
	KUNIT_EXPECT_EQ(test, fake_count("forbid"), 0);
	expect_announced(test);
}

static void a_pending_detach_withdraws_it_for_good(struct kunit *test)
{
	struct life_world *world = test->priv;

	assign_what_needs_the_bus(test);
	fake_forget();
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(world->pbdev), 0);
	fake_expect_order(test, "rm=" NODE, "forbid=7", "reset_bus", NULL);
	expect_nothing(test, "a teardown is announced");
	life_take_back(world->pbdev, &world->fe);
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&world->pbdev->handover.renew_work));
	KUNIT_EXPECT_EQ(test, fake_count("permit"), 0);
}

static void a_teardown_that_does_not_come_gives_it_back(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct delayed_work *work;

	assign_what_needs_the_bus(test);
	work = &world->pbdev->handover.renew_work;
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(world->pbdev), 0);
	KUNIT_EXPECT_TRUE(test, delayed_work_pending(work));
	/* If the work runs too early, it waits for the rest of the time. */
	mod_delayed_work(pb2_wq, work, 0);
	flush_work(&work->work);
	expect_nothing(test, "a teardown is announced");
	KUNIT_EXPECT_TRUE(test, delayed_work_pending(work));

	WRITE_ONCE(world->pbdev->detach_until, jiffies - 1);
	flush_delayed_work(work);
	expect_announced(test);
}

static void a_reset_of_the_function_does_not(struct kunit *test)
{
	struct life_world *world = test->priv;

	allow_all(test);
	life_assign_dev(test);
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(world->pbdev), 0);
	KUNIT_EXPECT_EQ(test, fake_count("forbid"), 0);
	KUNIT_EXPECT_EQ(test, fake_count("permit"), 0);
	expect_announced(test);
}

static int assign_to_other(struct life_world *world)
{
	struct pb2_sbdf vsbdf;

	return pb2_frontend_add(&world->other, &world->pbdev->sbdf, &vsbdf);
}

static void while_it_may_be_mapped_nobody_else_gets_the_function(struct kunit *test)
{
	struct life_world *world = test->priv;

	allow_all(test);
	life_assign_dev(test);
	life_take_back(world->pbdev, &world->fe);
	KUNIT_EXPECT_EQ(test, assign_to_other(world), -EADDRINUSE);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_HELD);

	/* Unbinding and seizing the function again does not change this. */
	life_remove(world->pdev);
	pb2_device_put(world->pbdev);
	world->nr_seized = 0;
	life_seize_dev(test);
	KUNIT_EXPECT_EQ(test, assign_to_other(world), -EADDRINUSE);

	/* The same domain may have the function again. */
	life_assign(test, world->pbdev, &world->fe);
	life_take_back(world->pbdev, &world->fe);

	pb2_handover_reassign = true;
	KUNIT_EXPECT_EQ(test, assign_to_other(world), 0);
	life_take_back(world->pbdev, &world->other);

	pb2_handover_reassign = false;
	KUNIT_EXPECT_EQ(test, assign_to_other(world), -EADDRINUSE);
	fake_domain_free(LIFE_DOMID);
	KUNIT_EXPECT_EQ(test, assign_to_other(world), 0);
}

static void what_only_used_the_ring_is_free_at_once(struct kunit *test)
{
	struct life_world *world = test->priv;

	allow_all(test);
	pb2_xen_rm("/local/domain/7", "target");
	life_assign_dev(test);
	life_take_back(world->pbdev, &world->fe);
	KUNIT_EXPECT_EQ(test, assign_to_other(world), 0);
}

static void a_domain_that_dies_takes_it_with_it(struct kunit *test)
{
	struct life_world *world = test->priv;

	allow_all(test);
	life_assign_dev(test);
	fake_domain_free(LIFE_DOMID);
	fake_domain_free(LIFE_OTHER_DOMID);
	life_take_back(world->pbdev, &world->fe);
	KUNIT_EXPECT_EQ(test, fake_count("forbid"), 0);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_IDLE);
	fake_domain_create(LIFE_DOMID, LIFE_UUID);
}

static void a_directory_that_is_gone_stays_gone(struct kunit *test)
{
	struct life_world *world = test->priv;

	allow_all(test);
	pb2_xen_rm(LIFE_BACK, "state");
	life_assign_dev(test);
	expect_nothing(test, "it cannot be announced");
	life_take_back(world->pbdev, &world->fe);
}

static void finish(struct kunit *test)
{
	char buf[80];

	if (fake_xen.domctl) {
		fake_domain_create(LIFE_DOMID, LIFE_UUID);
		fake_domain_free(LIFE_DOMID);
		fake_domain_create(LIFE_OTHER_DOMID, LIFE_OTHER_UUID);
		fake_domain_free(LIFE_OTHER_DOMID);
	}
	/* No page of a dead domain is left for the next test. */
	KUNIT_EXPECT_EQ(test, pb2_page_show(buf, sizeof(buf)), 0);
	life_world_exit(test);
	pb2_window_exit();
}

static struct kunit_case cases[] = {
	KUNIT_CASE(every_combination_is_decided_by_the_rules),
	KUNIT_CASE(a_stub_domain_is_given_the_page),
	KUNIT_CASE(another_domain_is_not),
	KUNIT_CASE(what_xen_does_not_protect_is_not_given),
	KUNIT_CASE(a_page_that_dom0_cannot_map_proves_nothing),
	KUNIT_CASE(where_forged_interrupts_are_possible_it_is_not_given),
	KUNIT_CASE(a_pvh_dom0_takes_xens_word),
	KUNIT_CASE(each_step_that_fails_leaves_the_ring),
	KUNIT_CASE(what_xen_does_not_take_back_is_a_failure),
	KUNIT_CASE(a_guest_cannot_have_it_withdrawn),
	KUNIT_CASE(a_pending_detach_withdraws_it_for_good),
	KUNIT_CASE(a_teardown_that_does_not_come_gives_it_back),
	KUNIT_CASE(a_reset_of_the_function_does_not),
	KUNIT_CASE(while_it_may_be_mapped_nobody_else_gets_the_function),
	KUNIT_CASE(what_only_used_the_ring_is_free_at_once),
	KUNIT_CASE(a_domain_that_dies_takes_it_with_it),
	KUNIT_CASE(a_directory_that_is_gone_stays_gone),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_handover",
	.init = life_world_init,
	.exit = finish,
	.test_cases = cases,
};

kunit_test_suite(suite);
