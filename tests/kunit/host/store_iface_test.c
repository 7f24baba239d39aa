// SPDX-License-Identifier: GPL-2.0
/*
 * store_iface_test.c - the calls of xenbus that store_iface.c makes: transactions
 * and the backend's state
 *
 * Everywhere else fake_store.c stands in for store_iface.c, so its functions have
 * other names here.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <kunit/test.h>
#include <linux/slab.h>
#include <xen/xenbus.h>

#define pb2_xen_read		iface_read
#define pb2_xen_write		iface_write
#define pb2_xen_publish		iface_publish
#define pb2_xen_rm		iface_rm
#define pb2_xen_state		iface_state
#define pb2_xen_switch_state	iface_switch_state
#define pb2_xen_rewrite_state	iface_rewrite_state
#define pb2_xen_is_online	iface_is_online
#define pb2_xen_error		iface_error
#define pb2_xen_watch		iface_watch
#define pb2_xen_unwatch		iface_unwatch
#define pb2_xen_list		iface_list
#define pb2_xen_transact	iface_transact
#define pb2_xen_read_within	iface_read_within
#define pb2_xen_publish_if	iface_publish_if
#define pb2_xen_watch_domains	iface_watch_domains
#define pb2_xen_unwatch_domains	iface_unwatch_domains
#define pb2_xen_store_is_ready	iface_store_is_ready

#include "../support/fake.h"

#define DIR	"/local/domain/0/backend/pci/7/0"

/* What xenbus does, and what it was asked for */
static struct {
	bool has_state;
	int state;
	/* Value of the node that guards a publication, %NULL for no node */
	const char *guard;
	/* So many transactions end in -EAGAIN */
	unsigned int clashes;
	/* What the end of an aborted transaction returns */
	int abort_rc;
	/* Open transaction, 0 for none */
	u32 open;
	u32 last;
	unsigned int aborted;
	unsigned int committed;
	/* xenbus_device.state when xenbus_switch_state() was called */
	int known;
} xs;

static int start_transaction(struct xenbus_transaction *xbt)
{
	int rc = fake_call("start");

	if (rc)
		return rc;
	if (xs.open)
		fake_wrong("a transaction begins within another");
	xs.open = ++xs.last;
	xbt->id = xs.open;
	return 0;
}

static void expect_open(struct xenbus_transaction xbt)
{
	if (!xs.open || xbt.id != xs.open)
		fake_wrong("transaction %u is not open", xbt.id);
}

static int end_transaction(struct xenbus_transaction xbt, int abort)
{
	fake_note("end=%d", abort);
	expect_open(xbt);
	xs.open = 0;
	if (abort) {
		xs.aborted++;
		return xs.abort_rc;
	}
	if (xs.clashes) {
		xs.clashes--;
		return -EAGAIN;
	}
	xs.committed++;
	return 0;
}

static int node_exists(struct xenbus_transaction xbt, const char *dir,
		       const char *node)
{
	expect_open(xbt);
	if (strcmp(dir, DIR) || strcmp(node, "state"))
		fake_wrong("%s/%s says nothing of the directory", dir, node);
	return xs.has_state;
}

static void *read_node(struct xenbus_transaction xbt, const char *dir,
		       const char *node, unsigned int *len)
{
	expect_open(xbt);
	if (strcmp(dir, DIR) || strcmp(node, "dev-0"))
		fake_wrong("%s/%s guards nothing", dir, node);
	if (!xs.guard)
		return ERR_PTR(-ENOENT);
	return kstrdup(xs.guard, GFP_KERNEL) ?: ERR_PTR(-ENOMEM);
}

static int write_node(struct xenbus_transaction xbt, const char *dir,
		      const char *node, const char *val)
{
	int rc = fake_call("write=%s=%s", node, val);

	expect_open(xbt);
	if (strcmp(dir, DIR))
		fake_wrong("%s/%s is written", dir, node);
	return rc;
}

static int scan_node(struct xenbus_transaction xbt, const char *dir,
		     const char *node, const char *fmt, int *val)
{
	if (!xs.has_state)
		return -ENOENT;
	*val = xs.state;
	return 1;
}

static int switch_state(struct xenbus_device *xdev, enum xenbus_state state)
{
	xs.known = xdev->state;
	return fake_call("change=%d", state);
}

#define xenbus_transaction_start	start_transaction
#define xenbus_transaction_end		end_transaction
#define xenbus_exists			node_exists
#define xenbus_read			read_node
#define xenbus_write			write_node
#define xenbus_scanf			scan_node
#define xenbus_switch_state		switch_state

#include "../../../drivers/xen/pciback2/host/store_iface.c"

static const struct pb2_xen_node nodes[] = {
	{ "vdev-0", "00:00.0" },
	{ "state-0", "3" },
};

static int publish(void)
{
	return iface_publish(DIR, nodes, ARRAY_SIZE(nodes));
}

static void all_nodes_are_written_at_once(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, publish(), 0);
	fake_expect_calls(test, "start", "write=vdev-0=00:00.0",
			  "write=state-0=3", "end=0", NULL);
	KUNIT_EXPECT_EQ(test, xs.committed, 1);
}

static void a_directory_that_is_gone_does_not_come_back(struct kunit *test)
{
	xs.has_state = false;
	KUNIT_EXPECT_EQ(test, publish(), -ENOENT);
	fake_expect_calls(test, "start", "end=1", NULL);
	KUNIT_EXPECT_EQ(test, xs.committed, 0);
}

static void of_a_write_that_fails_nothing_stays(struct kunit *test)
{
	fake_fail("write=state-0", 1, -ENOSPC);
	/* The failure of the abort does not hide that of the write. */
	xs.abort_rc = -EIO;
	KUNIT_EXPECT_EQ(test, publish(), -ENOSPC);
	fake_expect_calls(test, "start", "write", "write", "end=1", NULL);
	KUNIT_EXPECT_EQ(test, xs.committed, 0);
	KUNIT_EXPECT_EQ(test, xs.aborted, 1);
}

static void a_transaction_that_does_not_begin_is_not_ended(struct kunit *test)
{
	fake_fail("start", 1, -ENOMEM);
	KUNIT_EXPECT_EQ(test, publish(), -ENOMEM);
	fake_expect_calls(test, "start", NULL);
}

static void a_clash_is_tried_again_from_the_beginning(struct kunit *test)
{
	xs.clashes = 2;
	KUNIT_EXPECT_EQ(test, publish(), 0);
	KUNIT_EXPECT_EQ(test, fake_count("start"), 3);
	KUNIT_EXPECT_EQ(test, fake_count("write"), 6);
	KUNIT_EXPECT_EQ(test, xs.committed, 1);
}

/* Otherwise a toolstack that writes all the time would stop the driver. */
static void clashes_without_end_are_given_up(struct kunit *test)
{
	xs.clashes = UINT_MAX;
	KUNIT_EXPECT_EQ(test, publish(), -EAGAIN);
	KUNIT_EXPECT_EQ(test, fake_count("start"), TRANSACTION_TRIES);
	KUNIT_EXPECT_EQ(test, xs.committed, 0);
}

static int publish_if(const char *val)
{
	const struct pb2_xen_node guard = { "dev-0", val };

	return iface_publish_if(DIR, &guard, nodes, ARRAY_SIZE(nodes));
}

/* libxl renumbers the entries of a backend while the driver works. */
static void what_is_no_longer_listed_is_not_written(struct kunit *test)
{
	xs.guard = "0000:03:00.0";
	KUNIT_EXPECT_EQ(test, publish_if("0000:04:00.0"), -ESTALE);
	KUNIT_EXPECT_EQ(test, publish_if(NULL), -ESTALE);
	xs.guard = NULL;
	KUNIT_EXPECT_EQ(test, publish_if("0000:03:00.0"), -ESTALE);
	KUNIT_EXPECT_EQ(test, fake_count("write"), 0);
	KUNIT_EXPECT_EQ(test, xs.aborted, 3);

	KUNIT_EXPECT_EQ(test, publish_if(NULL), 0);
	xs.guard = "0000:03:00.0";
	KUNIT_EXPECT_EQ(test, publish_if("0000:03:00.0"), 0);
	KUNIT_EXPECT_EQ(test, xs.committed, 2);
}

static void xenbus_learns_what_the_toolstack_wrote(struct kunit *test)
{
	struct xenbus_device xdev = {
		.nodename = DIR,
		.state = XenbusStateConnected,
	};

	/* libxl has written Closing over our Connected. */
	xs.state = XenbusStateClosing;
	KUNIT_EXPECT_EQ(test, iface_state(DIR), XenbusStateClosing);
	iface_switch_state(&xdev, XenbusStateConnected);
	KUNIT_EXPECT_EQ(test, xs.known, XenbusStateClosing);

	/* A state that is written again differs from whatever xenbus knows. */
	iface_rewrite_state(&xdev, XenbusStateClosing);
	KUNIT_EXPECT_EQ(test, xs.known, XenbusStateUnknown);

	xs.has_state = false;
	KUNIT_EXPECT_EQ(test, iface_state(DIR), XenbusStateUnknown);
	iface_switch_state(&xdev, XenbusStateClosed);
	KUNIT_EXPECT_EQ(test, xs.known, XenbusStateUnknown);
}

static int init(struct kunit *test)
{
	memset(&xs, 0, sizeof(xs));
	xs.has_state = true;
	return fake_init(test);
}

static void finish(struct kunit *test)
{
	KUNIT_EXPECT_EQ_MSG(test, xs.open, 0, "a transaction stays open");
	fake_exit(test);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(all_nodes_are_written_at_once),
	KUNIT_CASE(a_directory_that_is_gone_does_not_come_back),
	KUNIT_CASE(of_a_write_that_fails_nothing_stays),
	KUNIT_CASE(a_transaction_that_does_not_begin_is_not_ended),
	KUNIT_CASE(a_clash_is_tried_again_from_the_beginning),
	KUNIT_CASE(clashes_without_end_are_given_up),
	KUNIT_CASE(what_is_no_longer_listed_is_not_written),
	KUNIT_CASE(xenbus_learns_what_the_toolstack_wrote),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_store_iface",
	.init = init,
	.exit = finish,
	.test_cases = cases,
};

kunit_test_suite(suite);
