// SPDX-License-Identifier: GPL-2.0
/*
 * sbdf_test.c - the parser of addresses
 */
#include "../../../drivers/xen/pciback2/host/sbdf.c"

#include <kunit/test.h>

/* Fills the result, which the parser must leave alone on failure. */
#define UNTOUCHED	0xa5

struct good_word {
	const char *word;
	struct pb2_pattern pat;
};

static const struct good_word good_words[] = {
	{ "0000:00:00.0", { 0, 0, 0, 0 } },
	{ "0000:03:1f.7", { 0, 3, 0x1f, 7 } },
	{ "ffff:ff:1f.7", { 0xffff, 0xff, 0x1f, 7 } },
	{ "FFFF:FF:1F.7", { 0xffff, 0xff, 0x1f, 7 } },
	{ "1:2:3.4", { 1, 2, 3, 4 } },
	{ "2:3.4", { 0, 2, 3, 4 } },
	{ "03:00.0", { 0, 3, 0, 0 } },
	{ "00:1f.07", { 0, 0, 0x1f, 7 } },
	{ "0000:03:00.0\n", { 0, 3, 0, 0 } },
	{ " \t03:00.0\t\n", { 0, 3, 0, 0 } },
	{ "03:00.*", { 0, 3, 0, -1 } },
	{ "0001:03:00.*", { 1, 3, 0, -1 } },
	{ "03:*.*", { 0, 3, -1, -1 } },
	{ "abcd:03:*.*\n", { 0xabcd, 3, -1, -1 } },
};

static const char * const bad_words[] = {
	"", " ", "\n", ":", ".", "*", "*.*", "0", "rubbish",
	/* out of range */
	"10000:00:00.0", "0000:100:00.0", "100:00.0", "00:20.0", "00:00.8",
	"0000:00:20.0", "0000:00:00.8", "00:ff.0", "00:00.ff",
	/* more digits than the range needs */
	"00000:00:00.0", "0000:003:00.0", "003:00.0", "00:000.0", "00:00.000",
	"0000000000000000000000000000000000:00:00.0",
	"00:00.00000000000000000000000000000000000",
	/* signs, prefixes, inner blanks */
	"-1:00:00.0", "+1:00:00.0", "00:-1.0", "00:00.-1", "0x0:00:00.0",
	"00:0x1.0", "0000: 00:00.0", "00 :00.0", "00:00 .0", "00:00. 0",
	/* parts missing */
	"00:00", "00:00.", "00:.0", ":00.0", "0000::00.0", "0000:00:.0",
	"0000:00:00", "0000:00:00.", ":00:00.0", "00:", "0000:00:",
	/* parts too many */
	"0000:00:00:00.0", "00:00.0.0", "00:00.0:", "00:00.0,00:01.0",
	"00:00.0 00:01.0", "(00:00.0)", "00:00.0-40:1:ff", "00:00.0x",
	/* wildcards in other places */
	"*:00.0", "*:00:00.0", "00:*.0", "00:*.7", "00:*", "00:*.", "00:.*",
	"*:*:*.*", "00:0*.0", "00:00.0*", "00:00.**", "00:**.*", "0000:*:00.0",
	"00:-.*",
	/* not ASCII */
	"\xff\xff:00.0", "00:00.\xb2",
};

static void an_address_means_what_it_says(struct kunit *test)
{
	struct pb2_pattern pat;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(good_words); i++) {
		const struct good_word *good = &good_words[i];

		KUNIT_EXPECT_EQ_MSG(test, pb2_sbdf_parse_pattern(good->word, &pat),
				    0, "\"%s\"", good->word);
		KUNIT_EXPECT_EQ_MSG(test, pat.domain, good->pat.domain,
				    "\"%s\"", good->word);
		KUNIT_EXPECT_EQ_MSG(test, pat.bus, good->pat.bus, "\"%s\"",
				    good->word);
		KUNIT_EXPECT_EQ_MSG(test, pat.slot, good->pat.slot, "\"%s\"",
				    good->word);
		KUNIT_EXPECT_EQ_MSG(test, pat.func, good->pat.func, "\"%s\"",
				    good->word);
	}
}

static void anything_else_is_refused(struct kunit *test)
{
	struct pb2_pattern pat;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad_words); i++)
		KUNIT_EXPECT_EQ_MSG(test, pb2_sbdf_parse_pattern(bad_words[i], &pat),
				    -EINVAL, "\"%s\"", bad_words[i]);
}

static void every_address_survives_printing_and_parsing(struct kunit *test)
{
	struct pb2_sbdf in = { .domain = 0x8001 }, out;
	unsigned int bus, devfn;
	char word[16];

	for (bus = 0; bus < 256; bus += 15) {
		for (devfn = 0; devfn < 256; devfn++) {
			in.bus = bus;
			in.devfn = devfn;
			snprintf(word, sizeof(word), PB2_SBDF_FMT,
				 PB2_SBDF_ARGS(&in));
			KUNIT_ASSERT_EQ_MSG(test, pb2_sbdf_parse(word, &out),
					    0, "%s", word);
			KUNIT_ASSERT_TRUE_MSG(test, pb2_sbdf_equal(&in, &out),
					      "%s", word);
		}
	}
}

static void a_wildcard_is_not_the_address_of_a_function(struct kunit *test)
{
	struct pb2_sbdf sbdf;

	memset(&sbdf, UNTOUCHED, sizeof(sbdf));
	KUNIT_EXPECT_EQ(test, pb2_sbdf_parse("00:00.*", &sbdf), -EINVAL);
	KUNIT_EXPECT_EQ(test, pb2_sbdf_parse("00:*.*", &sbdf), -EINVAL);
	KUNIT_EXPECT_EQ(test, pb2_sbdf_parse("00:20.0", &sbdf), -EINVAL);
	KUNIT_EXPECT_EQ(test, sbdf.bus, UNTOUCHED);
	KUNIT_EXPECT_EQ(test, sbdf.devfn, UNTOUCHED);
}

static void scanning_stops_behind_the_address(struct kunit *test)
{
	static const char quirk[] = "00:19.0-e0:2:ff";
	static const char two[] = "0000:00:19.*)(";
	struct pb2_pattern pat;

	KUNIT_EXPECT_PTR_EQ(test, pb2_sbdf_scan(quirk, &pat), &quirk[7]);
	KUNIT_EXPECT_PTR_EQ(test, pb2_sbdf_scan(two, &pat), &two[12]);
	KUNIT_EXPECT_NULL(test, pb2_sbdf_scan("(00:19.0)", &pat));
}

static void a_hide_list_is_read_word_by_word(struct kunit *test)
{
	const char *list = " (01:00.0)(0002:03:04.*) ( 05:*.* )\n";
	struct pb2_pattern pat;

	KUNIT_ASSERT_EQ(test, pb2_sbdf_next_hidden(&list, &pat), 0);
	KUNIT_EXPECT_EQ(test, pat.domain, 0);
	KUNIT_EXPECT_EQ(test, pat.bus, 1);
	KUNIT_EXPECT_EQ(test, pat.slot, 0);
	KUNIT_EXPECT_EQ(test, pat.func, 0);

	KUNIT_ASSERT_EQ(test, pb2_sbdf_next_hidden(&list, &pat), 0);
	KUNIT_EXPECT_EQ(test, pat.domain, 2);
	KUNIT_EXPECT_EQ(test, pat.bus, 3);
	KUNIT_EXPECT_EQ(test, pat.slot, 4);
	KUNIT_EXPECT_EQ(test, pat.func, -1);

	KUNIT_ASSERT_EQ(test, pb2_sbdf_next_hidden(&list, &pat), 0);
	KUNIT_EXPECT_EQ(test, pat.bus, 5);
	KUNIT_EXPECT_EQ(test, pat.slot, -1);
	KUNIT_EXPECT_EQ(test, pat.func, -1);

	KUNIT_EXPECT_EQ(test, pb2_sbdf_next_hidden(&list, &pat), -ENOENT);
	KUNIT_EXPECT_EQ(test, pb2_sbdf_next_hidden(&list, &pat), -ENOENT);
}

static void an_empty_hide_list_has_no_word(struct kunit *test)
{
	const char *empty = "", *blank = " \t\n";
	struct pb2_pattern pat;

	KUNIT_EXPECT_EQ(test, pb2_sbdf_next_hidden(&empty, &pat), -ENOENT);
	KUNIT_EXPECT_EQ(test, pb2_sbdf_next_hidden(&blank, &pat), -ENOENT);
}

static void the_cursor_stays_at_a_bad_word_of_a_hide_list(struct kunit *test)
{
	static const char * const lists[] = {
		"01:00.0", "(01:00.0", "()", "(", ")", "(01:00.0,02:00.0)",
		"(01:00.8)", "((01:00.0))", "[01:00.0]", "(01:00.0]",
	};
	struct pb2_pattern pat;
	const char *cursor;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lists); i++) {
		cursor = lists[i];
		KUNIT_EXPECT_EQ_MSG(test, pb2_sbdf_next_hidden(&cursor, &pat),
				    -EINVAL, "\"%s\"", lists[i]);
		KUNIT_EXPECT_PTR_EQ_MSG(test, cursor, lists[i], "\"%s\"",
					lists[i]);
	}

	cursor = "(01:00.0),(02:00.0)";
	KUNIT_EXPECT_EQ(test, pb2_sbdf_next_hidden(&cursor, &pat), 0);
	KUNIT_EXPECT_EQ(test, pb2_sbdf_next_hidden(&cursor, &pat), -EINVAL);
	KUNIT_EXPECT_STREQ(test, cursor, ",(02:00.0)");
}

static void a_function_knows_its_address(struct kunit *test)
{
	struct pci_sysdata sysdata = { .domain = 0xffff };
	struct pci_bus *bus = kunit_kzalloc(test, sizeof(*bus), GFP_KERNEL);
	struct pci_dev *pdev = kunit_kzalloc(test, sizeof(*pdev), GFP_KERNEL);
	struct pb2_sbdf sbdf;

	KUNIT_ASSERT_NOT_NULL(test, bus);
	KUNIT_ASSERT_NOT_NULL(test, pdev);
	bus->sysdata = &sysdata;
	bus->number = 0x12;
	pdev->bus = bus;
	pdev->devfn = PCI_DEVFN(0x1e, 5);

	KUNIT_ASSERT_EQ(test, pb2_sbdf_of(pdev, &sbdf), 0);
	KUNIT_EXPECT_EQ(test, sbdf.domain, 0xffff);
	KUNIT_EXPECT_EQ(test, sbdf.bus, 0x12);
	KUNIT_EXPECT_EQ(test, sbdf.devfn, PCI_DEVFN(0x1e, 5));

	/* Linux gives this segment to the first VMD. */
	sysdata.domain = 0x10000;
	KUNIT_EXPECT_EQ(test, pb2_sbdf_of(pdev, &sbdf), -ERANGE);
	sysdata.domain = -1;
	KUNIT_EXPECT_EQ(test, pb2_sbdf_of(pdev, &sbdf), -ERANGE);
	KUNIT_EXPECT_EQ(test, sbdf.domain, 0xffff);
}

static void addresses_are_equal_in_all_parts_or_not(struct kunit *test)
{
	const struct pb2_sbdf a = { 1, 2, 3 };
	struct pb2_sbdf b = a;

	KUNIT_EXPECT_TRUE(test, pb2_sbdf_equal(&a, &b));
	b.domain = 0x101;
	KUNIT_EXPECT_FALSE(test, pb2_sbdf_equal(&a, &b));
	b = a;
	b.bus++;
	KUNIT_EXPECT_FALSE(test, pb2_sbdf_equal(&a, &b));
	b = a;
	b.devfn++;
	KUNIT_EXPECT_FALSE(test, pb2_sbdf_equal(&a, &b));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(an_address_means_what_it_says),
	KUNIT_CASE(anything_else_is_refused),
	KUNIT_CASE(every_address_survives_printing_and_parsing),
	KUNIT_CASE(a_wildcard_is_not_the_address_of_a_function),
	KUNIT_CASE(scanning_stops_behind_the_address),
	KUNIT_CASE(a_hide_list_is_read_word_by_word),
	KUNIT_CASE(an_empty_hide_list_has_no_word),
	KUNIT_CASE(the_cursor_stays_at_a_bad_word_of_a_hide_list),
	KUNIT_CASE(a_function_knows_its_address),
	KUNIT_CASE(addresses_are_equal_in_all_parts_or_not),
	{ }
};

static struct kunit_suite suite = {
	.name = "pciback2_sbdf",
	.test_cases = cases,
};

kunit_test_suite(suite);
