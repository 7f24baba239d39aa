// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the state machine of one frontend: its table, and the steps to a
 * connected guest. They write nodes to xenstore and expect others there.
 */
#include "../support/store.h"

#undef xenbus_register_backend
#define xenbus_register_backend		store_register_backend
#define xenbus_unregister_driver	store_unregister_driver
#define device_unregister		store_unregister_device

#include "../../../drivers/xen/pciback2/guest/xenbus.c"

/*
 * For each state of the backend, the action for each state of the frontend from
 * Unknown to Reconfigured. The table was written by hand from the PV protocol
 * and from libxl. Each letter stands for an action, and reasons[] says why.
 */
static const char * const table[] = {
	/* peer:			   U1234CX78 */
	[XenbusStateUnknown]		= ".........",
	[XenbusStateInitialising]	= ".........",
	[XenbusStateInitWait]		= "RSSSSCXSS",
	[XenbusStateInitialised]	= "REEA.CX..",
	[XenbusStateConnected]		= "RXXVWCX..",
	[XenbusStateClosing]		= "RXX...X..",
	[XenbusStateClosed]		= "RBBB..X..",
	[XenbusStateReconfiguring]	= "RUU..CXF.",
	[XenbusStateReconfigured]	= "R...NCX..",
};

static const struct {
	char letter;
	enum xenbus_action action;
	const char *reason;
} reasons[] = {
	{ '.', NOTHING,
	  "the peer's turn, or a jump that the protocol does not have" },
	{ 'R', REAP,
	  "the frontend's directory is gone, as after the domain's death" },
	{ 'S', SETUP,
	  "we have exported nothing yet, whatever the guest is ahead with" },
	{ 'E', EXPORT,
	  "libxl adds the second and later functions before the guest runs" },
	{ 'A', ATTACH, "the guest has published its ring" },
	{ 'C', CLOSING, "the guest closes, and waits for us to follow" },
	{ 'X', CLOSED,
	  "the guest has closed, or there never was one that could" },
	{ 'B', RESTART,
	  "a driver in the guest, or a new kernel, begins from the beginning" },
	{ 'U', UNATTENDED,
	  "hot plug for an HVM domain, in which no frontend ever answers" },
	{ 'F', RECONFIGURE, "the guest is ready for hot plug" },
	{ 'V', VERIFY,
	  "the guest still scans the bus, or it has a new driver and a new ring" },
	{ 'W', WITHDRAW, "all is well, unless a function was lost meanwhile" },
	{ 'N', CONNECT, "the guest has taken note of the hot plug" },
};

static void expect_action(struct kunit *test, int self, int peer, char letter)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(reasons); i++) {
		if (reasons[i].letter != letter)
			continue;
		KUNIT_EXPECT_EQ_MSG(test, (int)xenbus_choose_action(self, peer),
				    (int)reasons[i].action,
				    "we %d, the guest %d: %s", self, peer,
				    reasons[i].reason);
		return;
	}
	KUNIT_FAIL(test, "the test's table has a '%c'", letter);
}

static void every_pair_of_states_asks_for_its_action(struct kunit *test)
{
	int self, peer;

	for (self = 0; self <= XenbusStateReconfigured; self++)
		for (peer = 0; peer <= XenbusStateReconfigured; peer++)
			expect_action(test, self, peer, table[self][peer]);
}

static void what_is_no_state_asks_for_nothing(struct kunit *test)
{
	static const int states[] = { -1, 9, 10, 16, 0x100, 0x10004,
				      0x7fffffff, -0x7fffffff - 1 };
	unsigned int i;
	int other;

	for (i = 0; i < ARRAY_SIZE(states); i++) {
		for (other = -1; other < 10; other++) {
			expect_action(test, states[i], other, '.');
			expect_action(test, other, states[i], '.');
		}
	}
}

static void a_probed_backend_waits(struct kunit *test)
{
	store_probe(test);
	store_expect_state(test, XenbusStateInitWait);
	KUNIT_EXPECT_NOT_NULL(test, fake_xen.watch);
	store_run_watch(test);
	/* The toolstack has not written its list yet, which is no error. */
	store_expect_state(test, XenbusStateInitWait);
	KUNIT_EXPECT_EQ(test, fake_count("error"), 0);
}

static void a_probe_that_fails_is_undone(struct kunit *test)
{
	store_put_state(GUEST_BACK, XenbusStateInitialising);
	fake_fail("watch", 1, -EIO);
	KUNIT_EXPECT_EQ(test, store_try_probe(test), -EIO);
	KUNIT_EXPECT_TRUE(test, fake_has_failed());
	KUNIT_EXPECT_NULL(test, store_fe(test));
	KUNIT_EXPECT_NULL(test, fake_xen.watch);
	/* The driver core does not do this, but it must do no harm. */
	store_remove(test);
	KUNIT_EXPECT_EQ(test, store_try_probe(test), 0);
}

static void a_state_that_xenstore_refuses_closes_the_backend(struct kunit *test)
{
	store_put_state(GUEST_BACK, XenbusStateInitialising);
	fake_fail("switch_state", 1, -EIO);
	KUNIT_EXPECT_EQ(test, store_try_probe(test), 0);
	/* xenbus makes it Closing, and no frontend runs that could close first. */
	store_expect_state(test, XenbusStateClosed);
	KUNIT_EXPECT_EQ(test, fake_xen.error_rc, -EIO);
	/* The device is there, so that the toolstack can remove it. */
	KUNIT_EXPECT_NOT_NULL(test, store_fe(test));
}

static void a_directory_that_is_gone_does_not_come_back(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, store_try_probe(test), 0);
	store_expect(test, "state", NULL);
}

static void setup_exports_every_entry(struct kunit *test)
{
	struct store_two two = store_seize_two(test);

	store_probe(test);
	store_list_two();
	store_run_watch(test);
	store_expect_state(test, XenbusStateInitialised);
	store_expect(test, "vdev-0", "0000:00:00.00");
	store_expect(test, "vdev-1", "0000:00:01.00");
	store_expect(test, "state-0", "3");
	store_expect(test, "state-1", "3");
	store_expect(test, "root_num", "1");
	store_expect(test, "root-0", "0000:00");
	KUNIT_EXPECT_PTR_EQ(test, two.a->fe, store_fe(test));
	KUNIT_EXPECT_PTR_EQ(test, two.b->fe, store_fe(test));
	KUNIT_EXPECT_EQ(test, fake_xen_owner(two.a->pdev), GUEST_DOMID);
	/* The guest relies on the state, so it comes last. */
	fake_expect_order(test, "publish=root_num", "publish=vdev-0",
			  "publish=vdev-1", "switch_state=3", NULL);
	KUNIT_EXPECT_EQ(test, fake_count("error"), 0);
}

static void the_host_topology_is_that_of_the_host(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, pb2_xenbus_init(true), 0);
	store_seize_two(test);
	store_probe(test);
	store_list_two();
	store_run_watch(test);
	store_expect(test, "vdev-1", "0000:03:01.00");
	store_expect(test, "root-0", "0000:03");
}

static void an_entry_that_fails_fails_alone(struct kunit *test)
{
	struct store_two two = store_seize_two(test);

	store_probe(test);
	store_list(0, "0000:03:00.0", "1");
	store_list(1, "0000:03:02.0", "1");
	store_list(2, "rubbish", "1");
	store_list(3, "0000:03:01.0", "1");
	store_put("num_devs", "5");
	store_put("state-4", "1");
	store_run_watch(test);

	store_expect_state(test, XenbusStateInitialised);
	store_expect(test, "state-0", "3");
	store_expect(test, "state-3", "3");
	store_expect(test, "vdev-3", "0000:00:01.00");
	store_expect(test, "pciback2/error/0000-03-00-0", NULL);
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_ASSIGNED);
	KUNIT_EXPECT_EQ(test, two.b->state, PB2_ASSIGNED);

	store_expect(test, "state-1", "6");
	store_expect(test, "vdev-1", NULL);
	store_expect(test, "pciback2/error/0000-03-02-0",
		     "not seized by pciback2 (xl pci-assignable-add)");
	store_expect(test, "state-2", "6");
	store_expect(test, "state-4", "6");
	KUNIT_EXPECT_EQ(test, fake_count("error=-19"), 1);
	KUNIT_EXPECT_EQ(test, fake_count("error=-22"), 1);
	KUNIT_EXPECT_EQ(test, fake_count("error=-2"), 1);
}

static void every_entry_may_fail(struct kunit *test)
{
	store_probe(test);
	store_list_two();
	store_run_watch(test);
	store_expect_state(test, XenbusStateInitialised);
	store_expect(test, "state-0", "6");
	store_expect(test, "state-1", "6");
	store_expect(test, "root_num", NULL);
}

static void a_reason_goes_when_the_entry_comes(struct kunit *test)
{
	store_probe(test);
	store_list_two();
	store_run_watch(test);
	store_expect(test, "pciback2/error/0000-03-01-0",
		     "not seized by pciback2 (xl pci-assignable-add)");

	store_seize_two(test);
	store_put("state-1", "1");
	store_toolstack_sets(test, XenbusStateReconfiguring);
	store_expect(test, "state-1", "3");
	store_expect(test, "pciback2/error/0000-03-01-0", NULL);
	store_expect(test, "pciback2/error/0000-03-00-0",
		     "not seized by pciback2 (xl pci-assignable-add)");
}

static void setup_waits_for_a_number_of_entries(struct kunit *test)
{
	store_seize_two(test);
	store_probe(test);
	store_list_two();
	store_put("num_devs", "two");
	store_run_watch(test);
	store_expect_state(test, XenbusStateInitWait);
	KUNIT_EXPECT_EQ(test, fake_count("error=-22"), 1);
	store_put("num_devs", "257");
	store_run_watch(test);
	store_expect_state(test, XenbusStateInitWait);
	KUNIT_EXPECT_EQ(test, fake_count("error=-34"), 1);

	store_put("num_devs", "2");
	store_run_watch(test);
	store_expect_state(test, XenbusStateInitialised);
	store_expect(test, "state-1", "3");
}

/* In xl create with two functions, libxl adds them one after the other. */
static void entries_added_before_the_guest_runs_are_exported(struct kunit *test)
{
	struct store_two two = store_seize_two(test);

	store_probe(test);
	store_list_two();
	store_put("num_devs", "1");
	store_run_watch(test);
	store_expect_state(test, XenbusStateInitialised);
	KUNIT_EXPECT_EQ(test, two.b->state, PB2_IDLE);

	store_put("num_devs", "2");
	store_run_watch(test);
	store_expect(test, "state-1", "3");
	KUNIT_EXPECT_EQ(test, two.b->state, PB2_ASSIGNED);
	store_expect_state(test, XenbusStateInitialised);
}

static void a_published_ring_is_attached(struct kunit *test)
{
	struct guest *guest = test->priv;
	struct xen_pci_op op = {
		.cmd = XEN_PCI_OP_conf_read,
		.devfn = PCI_DEVFN(1, 0),
		.size = 4,
	};

	store_connect(test);
	KUNIT_EXPECT_EQ(test, fake_xen.gref, GUEST_GREF);
	KUNIT_EXPECT_EQ(test, fake_xen.port, GUEST_PORT);
	guest_post(test, &op);
	KUNIT_EXPECT_FALSE(test, guest_sends_event(test));
	KUNIT_EXPECT_EQ(test, guest->page->op.value, 0x10d38086);
}

static void expect_no_ring(struct kunit *test, int rc)
{
	store_let_time_pass(test);
	store_guest_sets(test, XenbusStateInitialised);
	store_expect_state(test, XenbusStateInitialised);
	KUNIT_EXPECT_EQ(test, fake_xen.mapped, 0);
	KUNIT_EXPECT_EQ(test, fake_xen.error_rc, rc);
}

static void a_ring_must_be_a_ring(struct kunit *test)
{
	store_probe(test);
	store_list_two();
	store_run_watch(test);

	expect_no_ring(test, -ENOENT);
	fake_xen_put(GUEST_FRONT, "pci-op-ref", "8");
	fake_xen_put(GUEST_FRONT, "event-channel", "-1");
	expect_no_ring(test, -EINVAL);
	store_publish_ring();
	fake_xen_put(GUEST_FRONT, "magic", "6");
	expect_no_ring(test, -EPROTO);
	store_publish_ring();
	fake_xen.page = NULL;
	expect_no_ring(test, -EINVAL);

	fake_xen.page = ((struct guest *)test->priv)->page;
	fake_xen_put(GUEST_FRONT, "pci-op-ref", "9");
	store_guest_sets(test, XenbusStateInitialised);
	store_let_time_pass(test);
	store_expect_state(test, XenbusStateConnected);
}

static void each_step_of_attaching_that_fails_can_be_tried_again(struct kunit *test)
{
	unsigned int nth, closed = 0;

	for (nth = 1; nth < 40; nth++) {
		store_probe(test);
		store_put("num_devs", "0");
		store_run_watch(test);
		store_publish_ring();
		store_put_state(GUEST_FRONT, XenbusStateInitialised);

		fake_fail_nth(nth, -EIO);
		store_tell(test, XenbusStateInitialised);
		guest_settle();
		KUNIT_EXPECT_EQ(test, fake_xen.mapped, fake_xen.bound);
		KUNIT_EXPECT_EQ(test, fake_xen.mapped, !!store_fe(test)->ring.page);
		if (pb2_xen_state(GUEST_BACK) == XenbusStateClosing) {
			/* xenbus itself reports a state that it cannot write. */
			closed++;
			store_remove(test);
			continue;
		}
		if (fake_has_failed()) {
			/*
			 * What has failed is not tried again, and a ring that is
			 * attached ends if the guest names another one.
			 */
			if (!store_fe(test)->ring.page)
				fake_xen_put(GUEST_FRONT, "pci-op-ref", "9");
			store_let_time_pass(test);
			store_run_watch(test);
		}
		store_expect_state(test, XenbusStateConnected);
		KUNIT_EXPECT_EQ(test, fake_xen.mapped, 1);
		store_remove(test);
		if (!fake_has_failed())
			break;
	}
	KUNIT_EXPECT_GT(test, nth, 5);
	KUNIT_EXPECT_LT(test, nth, 40);
	KUNIT_EXPECT_EQ(test, closed, 1);
}

/* Whichever call has failed, xenstore and the driver must agree. */
static void expect_consistent(struct kunit *test, struct pb2_device *pbdev,
			      const char *state, const char *vdev,
			      unsigned int nth)
{
	const char *said = fake_xen_get(GUEST_BACK, state);
	struct pb2_sbdf vsbdf;
	bool owned = !pb2_frontend_vsbdf(store_fe(test), pbdev, &vsbdf);

	KUNIT_EXPECT_EQ_MSG(test, owned, said && !strcmp(said, "3"),
			    "call %u: %s is %s", nth, state, said);
	KUNIT_EXPECT_EQ_MSG(test, owned, pbdev->fe == store_fe(test),
			    "call %u", nth);
	KUNIT_EXPECT_EQ_MSG(test, owned, pbdev->state == PB2_ASSIGNED,
			    "call %u", nth);
	if (owned)
		KUNIT_EXPECT_NOT_NULL(test, fake_xen_get(GUEST_BACK, vdev));
}

static void each_step_of_the_setup_that_fails_hits_one_entry(struct kunit *test)
{
	struct store_two two = store_seize_two(test);
	unsigned int nth;

	for (nth = 1; nth < 100; nth++) {
		store_probe(test);
		store_list_two();
		fake_fail_nth(nth, -EIO);
		fake_xen_fire(GUEST_BACK);
		guest_settle();
		if (!fake_has_failed())
			break;
		expect_consistent(test, two.a, "state-0", "vdev-0", nth);
		expect_consistent(test, two.b, "state-1", "vdev-1", nth);
		KUNIT_EXPECT_TRUE_MSG(test, two.a->state == PB2_ASSIGNED ||
				      two.b->state == PB2_ASSIGNED ||
				      pb2_xen_state(GUEST_BACK) ==
				      XenbusStateInitWait,
				      "call %u failed both", nth);
		store_remove(test);
		guest_settle();
		KUNIT_EXPECT_EQ(test, fake_xen.owners, 0);
		pb2_xen_rm(GUEST_BACK, "root_num");
		/* The next probe finds no list, as the toolstack's comes later. */
		pb2_xen_rm(GUEST_BACK, "num_devs");
	}
	fake_fail_nth(0, 0);
	KUNIT_EXPECT_GT(test, nth, 20);
	KUNIT_EXPECT_LT(test, nth, 100);
	store_expect_state(test, XenbusStateInitialised);
	KUNIT_EXPECT_EQ(test, two.a->state, PB2_ASSIGNED);
	KUNIT_EXPECT_EQ(test, two.b->state, PB2_ASSIGNED);
}

static void the_driver_registers_for_pci(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, xenbus_ids[0].devicetype, "pci");
	KUNIT_EXPECT_STREQ(test, xenbus_ids[1].devicetype, "");
	fake_fail("register_backend", 1, -EBUSY);
	KUNIT_EXPECT_EQ(test, pb2_xenbus_init(false), -EBUSY);
	KUNIT_EXPECT_EQ(test, pb2_xenbus_init(false), 0);
	pb2_xenbus_exit();
	KUNIT_EXPECT_EQ(test, fake_count("unregister_driver"), 1);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(every_pair_of_states_asks_for_its_action),
	KUNIT_CASE(what_is_no_state_asks_for_nothing),
	KUNIT_CASE(a_probed_backend_waits),
	KUNIT_CASE(a_probe_that_fails_is_undone),
	KUNIT_CASE(a_state_that_xenstore_refuses_closes_the_backend),
	KUNIT_CASE(a_directory_that_is_gone_does_not_come_back),
	KUNIT_CASE(setup_exports_every_entry),
	KUNIT_CASE(the_host_topology_is_that_of_the_host),
	KUNIT_CASE(an_entry_that_fails_fails_alone),
	KUNIT_CASE(every_entry_may_fail),
	KUNIT_CASE(a_reason_goes_when_the_entry_comes),
	KUNIT_CASE(setup_waits_for_a_number_of_entries),
	KUNIT_CASE(entries_added_before_the_guest_runs_are_exported),
	KUNIT_CASE(a_published_ring_is_attached),
	KUNIT_CASE(a_ring_must_be_a_ring),
	KUNIT_CASE(each_step_of_attaching_that_fails_can_be_tried_again),
	KUNIT_CASE(each_step_of_the_setup_that_fails_hits_one_entry),
	KUNIT_CASE(the_driver_registers_for_pci),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_xenbus",
	.init = store_init,
	.exit = store_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
