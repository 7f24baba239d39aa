// SPDX-License-Identifier: GPL-2.0
/*
 * window_test.c - ECAM windows from correct and from broken tables
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/acpi.h>
#include <linux/mutex.h>

#include "../support/fake.h"
#include "../support/fake_pci.h"
#include "../support/fake_xen.h"

static void expect_unlocked(void);

static struct pci_bus *next_bus(const struct pci_bus *from)
{
	expect_unlocked();
	return pci_find_next_bus(from);
}

/* A hot-added host bridge, whose firmware has the method _CBA */
static struct {
	struct pci_bus bus;
	struct pci_sysdata sysdata;
	struct device bridge;
	/* What the method returns, and whether there is one */
	u64 base;
	acpi_status status;
} hot;

static acpi_handle handle_of(struct device *dev)
{
	return dev == &hot.bridge ? &hot : acpi_device_handle(ACPI_COMPANION(dev));
}

static acpi_status evaluate(acpi_handle handle, acpi_string path,
			    struct acpi_object_list *arguments,
			    unsigned long long *result)
{
	expect_unlocked();
	if (handle != &hot)
		return acpi_evaluate_integer(handle, path, arguments, result);
	if (strcmp(path, "_CBA"))
		fake_wrong("method %s evaluated", path);
	if (ACPI_SUCCESS(hot.status))
		*result = hot.base;
	return hot.status;
}

#undef ACPI_HANDLE
#define ACPI_HANDLE		handle_of
#define pci_find_next_bus	next_bus
#define acpi_evaluate_integer	evaluate

#include "../../../drivers/xen/pciback2/host/window.c"

/* pciback2 may take windows_lock under the locks that these calls take. */
static void expect_unlocked(void)
{
	if (mutex_is_locked(&windows_lock))
		fake_wrong("the PCI core is called under the windows' mutex");
}

#define MAX_ENTRIES	(MAX_WINDOWS + 8)

/* A table with room for more entries than window.c accepts */
struct table {
	struct acpi_table_mcfg mcfg;
	struct acpi_mcfg_allocation entries[MAX_ENTRIES];
};

static u32 length_of(unsigned int nr)
{
	return sizeof(struct acpi_table_mcfg) +
	       nr * sizeof(struct acpi_mcfg_allocation);
}

static void load(struct kunit *test, const struct acpi_mcfg_allocation *entries,
		 unsigned int nr, u32 length)
{
	struct table *table = test->priv;

	KUNIT_ASSERT_LE(test, nr, MAX_ENTRIES);
	memcpy(table->entries, entries, nr * sizeof(*entries));
	table->mcfg.header.length = length;
	mutex_lock(&windows_lock);
	window_forget_all();
	window_add_table(&table->mcfg.header);
	mutex_unlock(&windows_lock);
	pb2_window_ask();
}

static void load_all(struct kunit *test,
		     const struct acpi_mcfg_allocation *entries,
		     unsigned int nr)
{
	load(test, entries, nr, length_of(nr));
}

static u64 page_of(u16 segment, u8 bus, u8 devfn, bool *confirmed)
{
	const struct pb2_sbdf sbdf = {
		.domain = segment,
		.bus = bus,
		.devfn = devfn,
	};

	return pb2_window_page(&sbdf, confirmed);
}

static void expect_shown(struct kunit *test, const char *want)
{
	char *buf = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, buf);
	KUNIT_EXPECT_EQ(test, pb2_window_show(buf, PAGE_SIZE), strlen(buf));
	KUNIT_EXPECT_STREQ(test, buf, want);
}

static void each_function_has_its_page(struct kunit *test)
{
	static const struct acpi_mcfg_allocation entries[] = {
		{ .address = 0xb0000000, .pci_segment = 0,
		  .start_bus_number = 0, .end_bus_number = 0x7f },
		/* Above 4 GiB. The address is that of bus 0 here, too. */
		{ .address = 0x80000000000, .pci_segment = 1,
		  .start_bus_number = 0x80, .end_bus_number = 0xff },
	};
	bool confirmed = false;

	load_all(test, entries, ARRAY_SIZE(entries));
	KUNIT_EXPECT_EQ(test, page_of(0, 0, 0, &confirmed), 0xb0000000);
	KUNIT_EXPECT_TRUE(test, confirmed);
	KUNIT_EXPECT_EQ(test, page_of(0, 3, PCI_DEVFN(2, 1), &confirmed),
			0xb0311000);
	KUNIT_EXPECT_EQ(test, page_of(0, 0x7f, 0xff, &confirmed), 0xb7fff000);
	KUNIT_EXPECT_EQ(test, page_of(0, 0x80, 0, &confirmed), 0);
	KUNIT_EXPECT_EQ(test, page_of(1, 0x7f, 0, &confirmed), 0);
	KUNIT_EXPECT_EQ(test, page_of(1, 0x81, 0, &confirmed), 0x80008100000);
	KUNIT_EXPECT_EQ(test, page_of(2, 0, 0, &confirmed), 0);
	expect_shown(test, "0000:00-7f 0xb0000000 MCFG: Xen uses it\n"
			   "0001:80-ff 0x80008000000 MCFG: Xen uses it\n");
}

/**
 * struct broken - an implausible entry
 * @entry: the entry of the MCFG table
 * @why: part of the reason that window.c gives
 */
struct broken {
	struct acpi_mcfg_allocation entry;
	const char *why;
};

static const struct broken broken[] = {
	{ { .address = 0xb0000000, .start_bus_number = 5, .end_bus_number = 4 },
	  "before its first" },
	{ { .address = 0, .end_bus_number = 0xff }, "no address" },
	{ { .address = 0xb0001000, .end_bus_number = 0xff }, "not aligned" },
	{ { .address = ~0ULL << 20, .end_bus_number = 0xff }, "beyond" },
	{ { .address = 1ULL << 52, .end_bus_number = 0 }, "beyond" },
	{ { .address = (1ULL << 52) - SZ_1M, .end_bus_number = 1 }, "beyond" },
};

static void an_entry_without_sense_is_refused(struct kunit *test)
{
	bool confirmed;
	unsigned int i;
	char *buf = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, buf);
	for (i = 0; i < ARRAY_SIZE(broken); i++) {
		load_all(test, &broken[i].entry, 1);
		pb2_window_show(buf, PAGE_SIZE);
		KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(buf, broken[i].why),
					  "%s: %s", broken[i].why, buf);
		KUNIT_EXPECT_EQ(test, page_of(0, 0, 0, &confirmed), 0);
	}
	/* window.c asks Xen about none of them. */
	KUNIT_EXPECT_EQ(test, fake_count("mmcfg_reserved"), 0);
}

static void of_two_that_contradict_none_is_used(struct kunit *test)
{
	static const struct acpi_mcfg_allocation entries[] = {
		{ .address = 0xb0000000, .end_bus_number = 0x3f },
		/* The same buses elsewhere */
		{ .address = 0xc0000000, .start_bus_number = 0x3f,
		  .end_bus_number = 0x7f },
		/* Other buses at the same place */
		{ .address = 0xd0000000, .pci_segment = 1,
		  .end_bus_number = 0x0f },
		{ .address = 0xd0f00000, .pci_segment = 2,
		  .end_bus_number = 0x0f },
		/* This one overlaps none. */
		{ .address = 0xe0000000, .pci_segment = 3,
		  .end_bus_number = 0x0f },
	};
	bool confirmed;

	load_all(test, entries, ARRAY_SIZE(entries));
	KUNIT_EXPECT_EQ(test, page_of(0, 0, 0, &confirmed), 0);
	KUNIT_EXPECT_EQ(test, page_of(0, 0x50, 0, &confirmed), 0);
	KUNIT_EXPECT_EQ(test, page_of(1, 0, 0, &confirmed), 0);
	KUNIT_EXPECT_EQ(test, page_of(2, 0, 0, &confirmed), 0);
	KUNIT_EXPECT_EQ(test, page_of(3, 0, 0, &confirmed), 0xe0000000);
}

/* Some machines have two segments with the same base address. */
static void neighbours_do_not_contradict_each_other(struct kunit *test)
{
	static const struct acpi_mcfg_allocation entries[] = {
		{ .address = 0xb0000000, .pci_segment = 0,
		  .start_bus_number = 0, .end_bus_number = 0x7f },
		{ .address = 0xb0000000, .pci_segment = 1,
		  .start_bus_number = 0x80, .end_bus_number = 0xff },
		/* The same window again */
		{ .address = 0xb0000000, .pci_segment = 1,
		  .start_bus_number = 0x80, .end_bus_number = 0xff },
	};
	bool confirmed;

	load_all(test, entries, ARRAY_SIZE(entries));
	KUNIT_EXPECT_EQ(test, page_of(0, 1, 0, &confirmed), 0xb0100000);
	KUNIT_EXPECT_EQ(test, page_of(1, 0x81, 0, &confirmed), 0xb8100000);
	KUNIT_EXPECT_EQ(test, nr_windows, 2);
}

static void a_table_of_a_wrong_length_is_read_as_far_as_it_goes(struct kunit *test)
{
	static const struct acpi_mcfg_allocation entries[] = {
		{ .address = 0xb0000000, .end_bus_number = 0x7f },
		{ .address = 0xc0000000, .pci_segment = 1,
		  .end_bus_number = 0x7f },
	};
	bool confirmed;

	load(test, entries, 2, length_of(2) - 1);
	KUNIT_EXPECT_EQ(test, nr_windows, 1);
	KUNIT_EXPECT_EQ(test, page_of(0, 0, 0, &confirmed), 0xb0000000);
	load(test, entries, 2, length_of(0));
	KUNIT_EXPECT_EQ(test, nr_windows, 0);
	load(test, entries, 2, length_of(0) - 1);
	KUNIT_EXPECT_EQ(test, nr_windows, 0);
	load(test, entries, 2, 0);
	KUNIT_EXPECT_EQ(test, nr_windows, 0);
}

static void an_endless_table_ends(struct kunit *test)
{
	struct acpi_mcfg_allocation *entries;
	unsigned int i;

	entries = kunit_kcalloc(test, MAX_ENTRIES, sizeof(*entries),
				GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, entries);
	for (i = 0; i < MAX_ENTRIES; i++) {
		entries[i].address = 0x100000000ULL + (u64)i * SZ_1M;
		entries[i].pci_segment = i;
	}
	load_all(test, entries, MAX_ENTRIES);
	KUNIT_EXPECT_EQ(test, nr_windows, MAX_WINDOWS);
}

static void what_xen_does_not_use_is_not_confirmed(struct kunit *test)
{
	static const struct acpi_mcfg_allocation entries[] = {
		{ .address = 0xb0000000, .end_bus_number = 0x7f },
	};
	bool confirmed = true;

	fake_fail("mmcfg_reserved", 1, -ENODEV);
	load_all(test, entries, ARRAY_SIZE(entries));
	KUNIT_EXPECT_EQ(test, page_of(0, 0, 0, &confirmed), 0xb0000000);
	KUNIT_EXPECT_FALSE(test, confirmed);
	expect_shown(test, "0000:00-7f 0xb0000000 MCFG: Xen does not use it\n");
	fake_fail("mmcfg_reserved", 1, -EIO);
	load_all(test, entries, ARRAY_SIZE(entries));
	page_of(0, 0, 0, &confirmed);
	KUNIT_EXPECT_FALSE(test, confirmed);
	expect_shown(test, "0000:00-7f 0xb0000000 MCFG: Xen has another one for the segment\n");
	fake_fail("mmcfg_reserved", 1, -ENOSYS);
	load_all(test, entries, ARRAY_SIZE(entries));
	page_of(0, 0, 0, &confirmed);
	KUNIT_EXPECT_FALSE(test, confirmed);
	expect_shown(test, "0000:00-7f 0xb0000000 MCFG: Xen does not say whether it uses it\n");
}

static bool is_seen(u16 segment, u8 bus)
{
	const struct pb2_sbdf sbdf = { .domain = segment, .bus = bus };

	return pb2_window_xen_sees(&sbdf);
}

static void outside_of_segment_0_xen_sees_through_its_windows(struct kunit *test)
{
	static const struct acpi_mcfg_allocation entries[] = {
		{ .address = 0xb0000000, .pci_segment = 1,
		  .end_bus_number = 0x7f },
	};

	load_all(test, entries, ARRAY_SIZE(entries));
	KUNIT_EXPECT_TRUE(test, is_seen(0, 0x81));
	KUNIT_EXPECT_TRUE(test, is_seen(1, 0x7f));
	KUNIT_EXPECT_FALSE(test, is_seen(1, 0x80));
	KUNIT_EXPECT_FALSE(test, is_seen(2, 0));
	pb2_window_distrust(1);
	KUNIT_EXPECT_FALSE(test, is_seen(1, 0x7f));

	fake_fail("mmcfg_reserved", 1, -ENODEV);
	load_all(test, entries, ARRAY_SIZE(entries));
	KUNIT_EXPECT_TRUE(test, is_seen(0, 0x81));
	KUNIT_EXPECT_FALSE(test, is_seen(1, 0x7f));
}

/* Buses 40 to 4f of segment 12, whose bus 0 would be at 1 GiB */
static void add_hot_bridge(u64 base)
{
	memset(&hot, 0, sizeof(hot));
	hot.sysdata.domain = 0x12;
	hot.bus.sysdata = &hot.sysdata;
	hot.bus.bridge = &hot.bridge;
	hot.bus.busn_res.start = 0x40;
	hot.bus.busn_res.end = 0x4f;
	hot.base = base;
	pb2_window_add_bridge(&hot.bus);
}

static void a_hot_bridge_names_its_window(struct kunit *test)
{
	bool confirmed = true;

	add_hot_bridge(SZ_1G);
	pb2_window_ask();
	KUNIT_EXPECT_EQ(test, page_of(0x12, 0x40, 0, &confirmed), 0x44000000);
	KUNIT_EXPECT_FALSE(test, confirmed);
	KUNIT_EXPECT_EQ(test, page_of(0x12, 0x4f, 0xff, &confirmed),
			0x44fff000);
	KUNIT_EXPECT_EQ(test, page_of(0x12, 0x50, 0, &confirmed), 0);
	KUNIT_EXPECT_EQ(test, page_of(0x12, 0x3f, 0, &confirmed), 0);
	KUNIT_EXPECT_EQ(test, page_of(0, 0x40, 0, &confirmed), 0);
	/* Xen knows no window but those of MCFG. */
	KUNIT_EXPECT_EQ(test, fake_count("mmcfg_reserved"), 0);
	expect_shown(test, "0012:40-4f 0x44000000 _CBA: Xen cannot confirm it\n");
}

static void a_registered_hot_bridge_is_confirmed(struct kunit *test)
{
	bool confirmed = false;

	add_hot_bridge(SZ_1G);
	pb2_window_confirm(0x12, 0x40, 0x4f);
	pb2_window_ask();
	page_of(0x12, 0x40, 0, &confirmed);
	KUNIT_EXPECT_TRUE(test, confirmed);
	expect_shown(test, "0012:40-4f 0x44000000 _CBA: Xen uses it\n");

	/* Another bridge appears, and Xen has another window for this one. */
	pb2_window_distrust(0x12);
	pb2_window_ask();
	page_of(0x12, 0x40, 0, &confirmed);
	KUNIT_EXPECT_FALSE(test, confirmed);
	expect_shown(test, "0012:40-4f 0x44000000 _CBA: Xen has another one for the segment\n");
}

static void a_bridge_of_the_boot_is_listed_once(struct kunit *test)
{
	static const struct acpi_mcfg_allocation entries[] = {
		{ .address = SZ_1G, .pci_segment = 0x12,
		  .start_bus_number = 0x40, .end_bus_number = 0x4f },
	};

	load_all(test, entries, ARRAY_SIZE(entries));
	add_hot_bridge(SZ_1G);
	expect_shown(test, "0012:40-4f 0x44000000 MCFG: Xen uses it\n");
	/* Both name the buses, and one of them is wrong. */
	add_hot_bridge(SZ_2G);
	expect_shown(test, "0012:40-4f 0x44000000 MCFG: another one overlaps it\n"
			   "0012:40-4f 0x84000000 _CBA: it overlaps another one\n");
}

static void a_bridge_without_the_method_has_no_window(struct kunit *test)
{
	add_hot_bridge(SZ_1G);
	pb2_window_exit();

	hot.status = AE_NOT_FOUND;
	pb2_window_add_bridge(&hot.bus);
	hot.status = AE_OK;
	hot.sysdata.domain = 0x10012;
	pb2_window_add_bridge(&hot.bus);
	hot.sysdata.domain = 0x12;
	hot.bus.bridge = NULL;
	pb2_window_add_bridge(&hot.bus);
	expect_shown(test, "");
}

/* This reads the table of the machine that runs the tests. */
static void the_real_table_is_found(struct kunit *test)
{
	bool confirmed = false;

	pb2_window_init();
	pb2_window_ask();
	KUNIT_EXPECT_NE(test, page_of(0, 0, 0, &confirmed), 0);
	KUNIT_EXPECT_TRUE(test, confirmed);
	pb2_window_exit();
	KUNIT_EXPECT_EQ(test, page_of(0, 0, 0, &confirmed), 0);
	expect_shown(test, "");
}

static int init(struct kunit *test)
{
	int rc = fake_init(test);

	if (rc)
		return rc;
	test->priv = kunit_kzalloc(test, sizeof(struct table), GFP_KERNEL);
	return test->priv ? 0 : -ENOMEM;
}

static void finish(struct kunit *test)
{
	pb2_window_exit();
	fake_exit(test);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(each_function_has_its_page),
	KUNIT_CASE(an_entry_without_sense_is_refused),
	KUNIT_CASE(of_two_that_contradict_none_is_used),
	KUNIT_CASE(neighbours_do_not_contradict_each_other),
	KUNIT_CASE(a_table_of_a_wrong_length_is_read_as_far_as_it_goes),
	KUNIT_CASE(an_endless_table_ends),
	KUNIT_CASE(what_xen_does_not_use_is_not_confirmed),
	KUNIT_CASE(outside_of_segment_0_xen_sees_through_its_windows),
	KUNIT_CASE(a_hot_bridge_names_its_window),
	KUNIT_CASE(a_registered_hot_bridge_is_confirmed),
	KUNIT_CASE(a_bridge_of_the_boot_is_listed_once),
	KUNIT_CASE(a_bridge_without_the_method_has_no_window),
	KUNIT_CASE(the_real_table_is_found),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_window",
	.init = init,
	.exit = finish,
	.test_cases = cases,
};

kunit_test_suite(suite);
