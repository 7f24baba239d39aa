// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the xenstore nodes
 */
#include "../../../drivers/xen/pciback2/guest/nodes.c"

#include <linux/ctype.h>

#include "../support/nodes_world.h"

/* Values of a node that are not a number */
static const char * const bad_numbers[] = {
	"", " ", "\n", "-1", "- 1", "1 ", " 1", "1\t", "1 2", "1,2", "1.0",
	"0x1", "1x", "a", "four", "4294967296", "99999999999999999999999999",
	"-99999999999999999999", "1\n\n", "%s%n", "\xff", "\x1b[2J",
};

static void expect_ring(struct kunit *test, int rc, const char *why)
{
	unsigned int gref, port;

	KUNIT_EXPECT_EQ_MSG(test, pb2_nodes_ring(nodes_fe(test), &gref, &port),
			    rc, "\"%s\"", why);
}

/* Reads the list and frees it; its last entry is copied to @entry. */
static int read_list(struct kunit *test, unsigned int *nr,
		     struct pb2_nodes_entry *entry)
{
	struct pb2_nodes_list list;
	int rc = pb2_nodes_read_list(nodes_fe(test), &list);

	*nr = list.nr;
	if (!rc && list.nr && entry) {
		*entry = list.entries[list.nr - 1];
		entry->dev = NULL;
	}
	pb2_nodes_free_list(&list);
	KUNIT_EXPECT_NULL(test, list.entries);
	return rc;
}

/* One entry, as the driver has read it; valid until the test ends */
static struct pb2_nodes_list *list_of_one(struct kunit *test, unsigned int i,
					  const char *dev)
{
	struct pb2_nodes_list *list = kunit_kzalloc(test, sizeof(*list),
						    GFP_KERNEL);
	struct pb2_nodes_entry *entries = kunit_kcalloc(test, i + 1,
							sizeof(*entries),
							GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, list);
	KUNIT_ASSERT_NOT_NULL(test, entries);
	entries[i].dev = (char *)dev;
	entries[i].rc = dev ? pb2_sbdf_parse(dev, &entries[i].sbdf) : -ENOENT;
	list->fe = nodes_fe(test);
	list->nr = i + 1;
	list->entries = entries;
	return list;
}

static void the_number_of_functions_is_0_to_256(struct kunit *test)
{
	unsigned int nr;

	KUNIT_EXPECT_EQ(test, read_list(test, &nr, NULL), -ENOENT);
	fake_xen_put(NODES_BACK, "num_devs", "0");
	KUNIT_EXPECT_EQ(test, read_list(test, &nr, NULL), 0);
	KUNIT_EXPECT_EQ(test, nr, 0);
	fake_xen_put(NODES_BACK, "num_devs", "256");
	KUNIT_EXPECT_EQ(test, read_list(test, &nr, NULL), 0);
	KUNIT_EXPECT_EQ(test, nr, 256);
	fake_xen_put(NODES_BACK, "num_devs", "257");
	KUNIT_EXPECT_EQ(test, read_list(test, &nr, NULL), -ERANGE);
	fake_xen_put(NODES_BACK, "num_devs", "4294967295");
	KUNIT_EXPECT_EQ(test, read_list(test, &nr, NULL), -ERANGE);
}

static void a_number_of_functions_must_be_a_number(struct kunit *test)
{
	unsigned int i, nr;

	for (i = 0; i < ARRAY_SIZE(bad_numbers); i++) {
		fake_xen_put(NODES_BACK, "num_devs", bad_numbers[i]);
		KUNIT_EXPECT_EQ_MSG(test, read_list(test, &nr, NULL), -EINVAL,
				    "\"%s\"", bad_numbers[i]);
	}
}

static void expect_substate(struct kunit *test, const char *said,
			    enum xenbus_state state)
{
	struct pb2_nodes_entry entry = {};
	unsigned int nr;

	fake_xen_put(NODES_BACK, "num_devs", "8");
	if (said)
		fake_xen_put(NODES_BACK, "state-7", said);
	KUNIT_ASSERT_EQ(test, read_list(test, &nr, &entry), 0);
	KUNIT_EXPECT_EQ_MSG(test, entry.substate, state, "\"%s\"", said);
}

static void a_substate_is_read_and_written(struct kunit *test)
{
	struct pb2_nodes_list *list = list_of_one(test, 7, "03:00.0");

	expect_substate(test, "5", XenbusStateClosing);
	fake_xen_put(NODES_BACK, "dev-7", "03:00.0");
	KUNIT_EXPECT_EQ(test, pb2_nodes_set_substate(list, 7,
						     XenbusStateInitialised),
			0);
	nodes_expect(test, "state-7", "3");
	list = list_of_one(test, 255, NULL);
	KUNIT_EXPECT_EQ(test,
			pb2_nodes_set_substate(list, 255, XenbusStateClosed),
			0);
	nodes_expect(test, "state-255", "6");
}

static void a_substate_that_is_none_is_unknown(struct kunit *test)
{
	unsigned int i;

	expect_substate(test, NULL, XenbusStateUnknown);
	expect_substate(test, "9", XenbusStateUnknown);
	for (i = 0; i < ARRAY_SIZE(bad_numbers); i++)
		expect_substate(test, bad_numbers[i], XenbusStateUnknown);
}

static void the_address_of_a_function_is_read(struct kunit *test)
{
	struct pb2_nodes_entry entry = {};
	unsigned int nr;

	fake_xen_put(NODES_BACK, "num_devs", "13");
	fake_xen_put(NODES_BACK, "dev-12", "0001:03:1e.7");
	KUNIT_ASSERT_EQ(test, read_list(test, &nr, &entry), 0);
	KUNIT_EXPECT_EQ(test, entry.rc, 0);
	KUNIT_EXPECT_EQ(test, entry.sbdf.domain, 1);
	KUNIT_EXPECT_EQ(test, entry.sbdf.bus, 3);
	KUNIT_EXPECT_EQ(test, entry.sbdf.devfn, PCI_DEVFN(0x1e, 7));
	fake_xen_put(NODES_BACK, "num_devs", "12");
	KUNIT_ASSERT_EQ(test, read_list(test, &nr, &entry), 0);
	KUNIT_EXPECT_EQ(test, entry.rc, -ENOENT);
}

static void an_address_must_be_that_of_a_function(struct kunit *test)
{
	static const char * const words[] = {
		"", "rubbish", "0000:03:00.8", "03:00.*", "0000:03:*.*",
		"0000:03:00.0@5", "0000:03:00.0,msitranslate=1", "-1:0:0.0",
		"12345:03:00.0", "\x1b[2J",
	};
	struct pb2_nodes_entry entry = {};
	unsigned int i, nr;

	fake_xen_put(NODES_BACK, "num_devs", "1");
	for (i = 0; i < ARRAY_SIZE(words); i++) {
		fake_xen_put(NODES_BACK, "dev-0", words[i]);
		KUNIT_ASSERT_EQ(test, read_list(test, &nr, &entry), 0);
		KUNIT_EXPECT_EQ_MSG(test, entry.rc, -EINVAL, "\"%s\"",
				    words[i]);
	}
}

static unsigned int moves;

/* Each attempt to read the list meets another write, @moves times. */
static void move_while_read(const char *node)
{
	if (strcmp(node, "state-0") || !moves)
		return;
	moves--;
	fake_xen_put(NODES_BACK, "dev-0", moves ? "03:00.0" : "04:00.0");
}

static void the_list_is_that_of_one_moment(struct kunit *test)
{
	struct pb2_nodes_entry entry = {};
	unsigned int nr;

	fake_xen_put(NODES_BACK, "num_devs", "1");
	fake_xen_put(NODES_BACK, "dev-0", "03:00.0");
	fake_xen.on_read = move_while_read;
	moves = 3;
	KUNIT_EXPECT_EQ(test, read_list(test, &nr, &entry), 0);
	KUNIT_EXPECT_EQ(test, entry.sbdf.bus, 4);
	moves = 1000;
	KUNIT_EXPECT_EQ(test, read_list(test, &nr, &entry), -EAGAIN);
}

static void an_entry_that_has_moved_is_not_written(struct kunit *test)
{
	const struct pb2_sbdf vsbdf = { 0, 0, PCI_DEVFN(0x1f, 7) };
	static const char * const devs[] = { "03:00.0", "rubbish", NULL };
	struct pb2_nodes_list *list;
	unsigned int i;

	fake_xen_put(NODES_BACK, "dev-0", "03:01.0");
	fake_xen_put(NODES_BACK, "state-0", "3");
	for (i = 0; i < ARRAY_SIZE(devs); i++) {
		list = list_of_one(test, 0, devs[i]);
		KUNIT_EXPECT_EQ(test, pb2_nodes_set_substate(list, 0, 6),
				-ESTALE);
		KUNIT_EXPECT_EQ(test, pb2_nodes_publish_vdev(list, 0, &vsbdf),
				-ESTALE);
		KUNIT_EXPECT_EQ(test, pb2_nodes_refuse(list, 0, "reason"),
				-ESTALE);
	}
	pb2_xen_rm(NODES_BACK, "dev-0");
	KUNIT_EXPECT_EQ(test, pb2_nodes_set_substate(list_of_one(test, 0, "03:01.0"),
						     0, 6), -ESTALE);
	nodes_expect(test, "state-0", "3");
	nodes_expect(test, "vdev-0", NULL);
	nodes_expect(test, "pciback2/error/0000-03-00-0", NULL);
}

static void a_directory_that_is_gone_stays_gone(struct kunit *test)
{
	struct pb2_nodes_list *list = list_of_one(test, 0, NULL);

	pb2_xen_rm(NODES_BACK, "state");
	KUNIT_EXPECT_EQ(test, pb2_nodes_set_substate(list, 0, 6), -ENOENT);
	KUNIT_EXPECT_EQ(test, pb2_nodes_set_count(nodes_fe(test), "root_num", 1),
			-ENOENT);
	KUNIT_EXPECT_EQ(test, pb2_nodes_write_at(nodes_fe(test), "root", 0, "0"),
			-ENOENT);
	pb2_nodes_aer_failed(nodes_fe(test));
	nodes_expect(test, "state-0", NULL);
	nodes_expect(test, "root_num", NULL);
	nodes_expect(test, "root-0", NULL);
	nodes_expect(test, "aerState", NULL);
}

static void a_virtual_address_has_two_digits_of_function(struct kunit *test)
{
	const struct pb2_sbdf vsbdf = { 0, 0, PCI_DEVFN(0x1f, 7) };

	KUNIT_EXPECT_EQ(test, pb2_nodes_publish_vdev(list_of_one(test, 3, NULL),
						     3, &vsbdf), 0);
	nodes_expect(test, "vdev-3", "0000:00:1f.07");
	nodes_expect(test, "state-3", "3");
}

static void an_error_of_xenstore_is_passed_on(struct kunit *test)
{
	struct pb2_nodes_list *list = list_of_one(test, 0, NULL);
	const struct pb2_sbdf vsbdf = { 0, 0, 0 };
	unsigned int i, nr;

	fake_xen_put(NODES_BACK, "num_devs", "2");
	for (i = 1; i <= 5; i++) {
		fake_fail("read", i, -EIO);
		KUNIT_EXPECT_EQ(test, read_list(test, &nr, NULL), -EIO);
	}
	fake_fail("transaction", 1, -ENOMEM);
	KUNIT_EXPECT_EQ(test, read_list(test, &nr, NULL), -ENOMEM);
	fake_fail("publish", 1, -ENOSPC);
	KUNIT_EXPECT_EQ(test, pb2_nodes_set_substate(list, 0, XenbusStateClosed),
			-ENOSPC);
	fake_fail("publish", 1, -ENOSPC);
	KUNIT_EXPECT_EQ(test, pb2_nodes_publish_vdev(list, 0, &vsbdf), -ENOSPC);

	for (i = 1; i <= 3; i++) {
		fake_xen_put(NODES_FRONT, "pci-op-ref", "1");
		fake_xen_put(NODES_FRONT, "event-channel", "1");
		fake_xen_put(NODES_FRONT, "magic", "7");
		fake_fail("read", i, -EIO);
		expect_ring(test, -EIO, "failing");
	}
}

static void what_only_informs_may_fail(struct kunit *test)
{
	fake_fail("publish", 1, -EACCES);
	pb2_nodes_aer_failed(nodes_fe(test));
	KUNIT_EXPECT_TRUE(test, fake_has_failed());
}

static void a_reason_is_named_by_the_real_address(struct kunit *test)
{
	const struct pb2_sbdf sbdf = { 1, 3, PCI_DEVFN(0x1e, 7) };
	static const char key[] = "pciback2/error/0001-03-1e-7";
	struct pb2_nodes_list *list = list_of_one(test, 0, "0001:03:1e.7");
	struct pb2_nodes_list *other = list_of_one(test, 1, "0001:03:1e.6");

	fake_xen_put(NODES_BACK, "dev-0", "0001:03:1e.7");
	fake_xen_put(NODES_BACK, "dev-1", "0001:03:1e.6");
	KUNIT_EXPECT_EQ(test, pb2_nodes_refuse(other, 1, "other"), 0);
	KUNIT_EXPECT_EQ(test, pb2_nodes_refuse(list, 0, "not seized"), 0);
	nodes_expect(test, key, "not seized");
	nodes_expect(test, "state-0", "6");
	KUNIT_EXPECT_EQ(test, pb2_nodes_refuse(list, 0, "failed"), 0);
	nodes_expect(test, key, "failed");
	pb2_nodes_clear_reason(nodes_fe(test), &sbdf);
	pb2_nodes_clear_reason(nodes_fe(test), &sbdf);
	nodes_expect(test, key, NULL);
	nodes_expect(test, "pciback2/error/0001-03-1e-6", "other");
}

/* xenstored answers a key with any other character with EINVAL. */
static void a_reason_has_a_name_that_xenstore_takes(struct kunit *test)
{
	const struct pb2_sbdf sbdf = { 0xffff, 0xff, 0xff };
	char key[NODES_TEXT_LEN];
	const char *c;

	nodes_format_reason(&sbdf, key, sizeof(key));
	KUNIT_EXPECT_STREQ(test, key, "pciback2/error/ffff-ff-1f-7");
	for (c = key; *c; c++)
		KUNIT_EXPECT_TRUE(test, isalnum(*c) || strchr("-/_@", *c));
}

static void the_ring_is_read_from_the_frontend(struct kunit *test)
{
	unsigned int gref, port;

	fake_xen_put(NODES_FRONT, "pci-op-ref", "4294967295");
	fake_xen_put(NODES_FRONT, "event-channel", "17");
	fake_xen_put(NODES_FRONT, "magic", "7");
	KUNIT_ASSERT_EQ(test, pb2_nodes_ring(nodes_fe(test), &gref, &port), 0);
	KUNIT_EXPECT_EQ(test, gref, U32_MAX);
	KUNIT_EXPECT_EQ(test, port, 17);
}

static void a_ring_without_one_of_its_keys_is_not_there_yet(struct kunit *test)
{
	static const char * const keys[] = {
		"pci-op-ref", "event-channel", "magic",
	};
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		fake_xen_reset();
		for (j = 0; j < ARRAY_SIZE(keys); j++)
			if (j != i)
				fake_xen_put(NODES_FRONT, keys[j], "7");
		expect_ring(test, -ENOENT, keys[i]);
	}
}

static void rubbish_of_a_guest_is_refused(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad_numbers); i++) {
		fake_xen_put(NODES_FRONT, "magic", "7");
		fake_xen_put(NODES_FRONT, "pci-op-ref", bad_numbers[i]);
		fake_xen_put(NODES_FRONT, "event-channel", "1");
		expect_ring(test, -EINVAL, bad_numbers[i]);
		fake_xen_put(NODES_FRONT, "pci-op-ref", "1");
		fake_xen_put(NODES_FRONT, "event-channel", bad_numbers[i]);
		expect_ring(test, -EINVAL, bad_numbers[i]);
	}
}

static void a_value_of_any_length_is_survived(struct kunit *test)
{
	char *huge = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, huge);
	memset(huge, '9', PAGE_SIZE - 1);
	fake_xen_put(NODES_FRONT, "pci-op-ref", huge);
	expect_ring(test, -EINVAL, huge);
	fake_xen_put(NODES_FRONT, "pci-op-ref", "1");
	fake_xen_put(NODES_FRONT, "event-channel", "1");
	fake_xen_put(NODES_FRONT, "magic", huge);
	expect_ring(test, -EPROTO, huge);
}

static void another_protocol_is_refused(struct kunit *test)
{
	static const char * const magics[] = { "", "6", "77", "07", "7\n", " 7" };
	unsigned int i;

	fake_xen_put(NODES_FRONT, "pci-op-ref", "1");
	fake_xen_put(NODES_FRONT, "event-channel", "1");
	for (i = 0; i < ARRAY_SIZE(magics); i++) {
		fake_xen_put(NODES_FRONT, "magic", magics[i]);
		expect_ring(test, -EPROTO, magics[i]);
	}
}

static void a_failed_recovery_is_told_to_the_toolstack(struct kunit *test)
{
	pb2_nodes_aer_failed(nodes_fe(test));
	nodes_expect(test, "aerState", "aerfail");
}

/* The xenbus device goes with the directory, so the frontend's is not used. */
static void a_directory_that_is_gone_does_not_come_back(struct kunit *test)
{
	struct pb2_frontend *fe = nodes_fe(test);

	fe->xdev = NULL;
	pb2_xen_rm(NODES_BACK, "state");
	pb2_nodes_aer_failed(fe);
	nodes_expect(test, "aerState", NULL);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(the_number_of_functions_is_0_to_256),
	KUNIT_CASE(a_number_of_functions_must_be_a_number),
	KUNIT_CASE(a_substate_is_read_and_written),
	KUNIT_CASE(a_substate_that_is_none_is_unknown),
	KUNIT_CASE(the_address_of_a_function_is_read),
	KUNIT_CASE(an_address_must_be_that_of_a_function),
	KUNIT_CASE(the_list_is_that_of_one_moment),
	KUNIT_CASE(an_entry_that_has_moved_is_not_written),
	KUNIT_CASE(a_directory_that_is_gone_stays_gone),
	KUNIT_CASE(a_virtual_address_has_two_digits_of_function),
	KUNIT_CASE(an_error_of_xenstore_is_passed_on),
	KUNIT_CASE(what_only_informs_may_fail),
	KUNIT_CASE(a_reason_is_named_by_the_real_address),
	KUNIT_CASE(a_reason_has_a_name_that_xenstore_takes),
	KUNIT_CASE(the_ring_is_read_from_the_frontend),
	KUNIT_CASE(a_ring_without_one_of_its_keys_is_not_there_yet),
	KUNIT_CASE(rubbish_of_a_guest_is_refused),
	KUNIT_CASE(a_value_of_any_length_is_survived),
	KUNIT_CASE(another_protocol_is_refused),
	KUNIT_CASE(a_failed_recovery_is_told_to_the_toolstack),
	KUNIT_CASE(a_directory_that_is_gone_does_not_come_back),
	{ }
};

static struct kunit_suite suite = {
	.name = "pciback2_nodes",
	.init = nodes_world_init,
	.exit = nodes_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
