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

static void the_number_of_functions_is_0_to_256(struct kunit *test)
{
	unsigned int nr;

	KUNIT_EXPECT_EQ(test, pb2_nodes_num_devs(nodes_fe(test), &nr), -ENOENT);
	fake_xen_put(NODES_BACK, "num_devs", "0");
	KUNIT_EXPECT_EQ(test, pb2_nodes_num_devs(nodes_fe(test), &nr), 0);
	KUNIT_EXPECT_EQ(test, nr, 0);
	fake_xen_put(NODES_BACK, "num_devs", "256");
	KUNIT_EXPECT_EQ(test, pb2_nodes_num_devs(nodes_fe(test), &nr), 0);
	KUNIT_EXPECT_EQ(test, nr, 256);
	fake_xen_put(NODES_BACK, "num_devs", "257");
	KUNIT_EXPECT_EQ(test, pb2_nodes_num_devs(nodes_fe(test), &nr), -ERANGE);
	fake_xen_put(NODES_BACK, "num_devs", "4294967295");
	KUNIT_EXPECT_EQ(test, pb2_nodes_num_devs(nodes_fe(test), &nr), -ERANGE);
}

static void a_number_of_functions_must_be_a_number(struct kunit *test)
{
	unsigned int i, nr;

	for (i = 0; i < ARRAY_SIZE(bad_numbers); i++) {
		fake_xen_put(NODES_BACK, "num_devs", bad_numbers[i]);
		KUNIT_EXPECT_EQ_MSG(test,
				    pb2_nodes_num_devs(nodes_fe(test), &nr),
				    -EINVAL, "\"%s\"", bad_numbers[i]);
	}
}

static void a_substate_is_read_and_written(struct kunit *test)
{
	struct pb2_frontend *fe = nodes_fe(test);

	fake_xen_put(NODES_BACK, "state-7", "5");
	KUNIT_EXPECT_EQ(test, pb2_nodes_substate(fe, 7), XenbusStateClosing);
	KUNIT_EXPECT_EQ(test,
			pb2_nodes_set_substate(fe, 7, XenbusStateInitialised),
			0);
	nodes_expect(test, "state-7", "3");
	KUNIT_EXPECT_EQ(test, pb2_nodes_substate(fe, 7),
			XenbusStateInitialised);
	KUNIT_EXPECT_EQ(test,
			pb2_nodes_set_substate(fe, 255, XenbusStateClosed), 0);
	nodes_expect(test, "state-255", "6");
}

static void a_substate_that_is_none_is_unknown(struct kunit *test)
{
	struct pb2_frontend *fe = nodes_fe(test);
	unsigned int i;

	KUNIT_EXPECT_EQ(test, pb2_nodes_substate(fe, 0), XenbusStateUnknown);
	fake_xen_put(NODES_BACK, "state-0", "9");
	KUNIT_EXPECT_EQ(test, pb2_nodes_substate(fe, 0), XenbusStateUnknown);
	for (i = 0; i < ARRAY_SIZE(bad_numbers); i++) {
		fake_xen_put(NODES_BACK, "state-0", bad_numbers[i]);
		KUNIT_EXPECT_EQ_MSG(test, pb2_nodes_substate(fe, 0),
				    XenbusStateUnknown, "\"%s\"",
				    bad_numbers[i]);
	}
}

static void the_address_of_a_function_is_read(struct kunit *test)
{
	struct pb2_sbdf sbdf;

	fake_xen_put(NODES_BACK, "dev-12", "0001:03:1e.7");
	KUNIT_ASSERT_EQ(test, pb2_nodes_dev(nodes_fe(test), 12, &sbdf), 0);
	KUNIT_EXPECT_EQ(test, sbdf.domain, 1);
	KUNIT_EXPECT_EQ(test, sbdf.bus, 3);
	KUNIT_EXPECT_EQ(test, sbdf.devfn, PCI_DEVFN(0x1e, 7));
	KUNIT_EXPECT_EQ(test, pb2_nodes_dev(nodes_fe(test), 1, &sbdf), -ENOENT);
}

static void an_address_must_be_that_of_a_function(struct kunit *test)
{
	static const char * const words[] = {
		"", "rubbish", "0000:03:00.8", "03:00.*", "0000:03:*.*",
		"0000:03:00.0@5", "0000:03:00.0,msitranslate=1", "-1:0:0.0",
		"12345:03:00.0", "\x1b[2J",
	};
	struct pb2_sbdf sbdf;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		fake_xen_put(NODES_BACK, "dev-0", words[i]);
		KUNIT_EXPECT_EQ_MSG(test, pb2_nodes_dev(nodes_fe(test), 0, &sbdf),
				    -EINVAL, "\"%s\"", words[i]);
	}
}

static void a_virtual_address_has_two_digits_of_function(struct kunit *test)
{
	const struct pb2_sbdf vsbdf = { 0, 0, PCI_DEVFN(0x1f, 7) };

	KUNIT_EXPECT_EQ(test, pb2_nodes_publish_vdev(nodes_fe(test), 3, &vsbdf),
			0);
	nodes_expect(test, "vdev-3", "0000:00:1f.07");
}

static void an_error_of_xenstore_is_passed_on(struct kunit *test)
{
	const struct pb2_sbdf vsbdf = { 0, 0, 0 };
	struct pb2_frontend *fe = nodes_fe(test);
	unsigned int i, nr;
	struct pb2_sbdf sbdf;

	fake_fail("read", 1, -EIO);
	KUNIT_EXPECT_EQ(test, pb2_nodes_num_devs(fe, &nr), -EIO);
	fake_fail("read", 1, -EIO);
	KUNIT_EXPECT_EQ(test, pb2_nodes_dev(fe, 0, &sbdf), -EIO);
	fake_fail("read", 1, -EIO);
	KUNIT_EXPECT_EQ(test, pb2_nodes_substate(fe, 0), XenbusStateUnknown);
	fake_fail("write", 1, -ENOSPC);
	KUNIT_EXPECT_EQ(test, pb2_nodes_set_substate(fe, 0, XenbusStateClosed),
			-ENOSPC);
	fake_fail("write", 1, -ENOSPC);
	KUNIT_EXPECT_EQ(test, pb2_nodes_publish_vdev(fe, 0, &vsbdf), -ENOSPC);

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
	const struct pb2_sbdf sbdf = { 0, 3, 0 };
	struct pb2_frontend *fe = nodes_fe(test);

	fake_fail("write", 1, -EACCES);
	pb2_nodes_set_reason(fe, &sbdf, "reason");
	KUNIT_EXPECT_TRUE(test, fake_has_failed());
	fake_fail("write", 1, -EACCES);
	pb2_nodes_aer_failed(fe);
	KUNIT_EXPECT_TRUE(test, fake_has_failed());
}

static void a_reason_is_named_by_the_real_address(struct kunit *test)
{
	const struct pb2_sbdf sbdf = { 1, 3, PCI_DEVFN(0x1e, 7) };
	const struct pb2_sbdf other = { 1, 3, PCI_DEVFN(0x1e, 6) };
	static const char key[] = "pciback2/error/0001-03-1e-7";

	pb2_nodes_set_reason(nodes_fe(test), &other, "other");
	pb2_nodes_set_reason(nodes_fe(test), &sbdf, "not seized");
	nodes_expect(test, key, "not seized");
	pb2_nodes_set_reason(nodes_fe(test), &sbdf, "failed");
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

static struct kunit_case cases[] = {
	KUNIT_CASE(the_number_of_functions_is_0_to_256),
	KUNIT_CASE(a_number_of_functions_must_be_a_number),
	KUNIT_CASE(a_substate_is_read_and_written),
	KUNIT_CASE(a_substate_that_is_none_is_unknown),
	KUNIT_CASE(the_address_of_a_function_is_read),
	KUNIT_CASE(an_address_must_be_that_of_a_function),
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
	{ }
};

static struct kunit_suite suite = {
	.name = "pciback2_nodes",
	.init = nodes_world_init,
	.exit = nodes_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
