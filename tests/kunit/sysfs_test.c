// SPDX-License-Identifier: GPL-2.0
/*
 * sysfs_test.c - the attributes of the driver, with fakes for what they call
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <kunit/test.h>

#include "../../drivers/xen/pciback2/doors.h"

/* sysfs passes a page to show(), and sysfs_emit() requires one. */
static char page[PAGE_SIZE] __aligned(PAGE_SIZE);

/**
 * struct world - a seized function, 0001:03:1e.7
 * @test: the running test
 * @pdev: the function in the PCI core
 * @pbdev: the function in pciback2; the test holds a reference
 * @calls: number of calls of the fakes
 * @rc: return value of the fakes
 * @off: offset that fake_quirk_add() got
 * @len: length that fake_quirk_add() got
 * @mask: mask that fake_quirk_add() got
 */
struct world {
	struct kunit *test;
	struct pci_dev pdev;
	struct pb2_device pbdev;
	unsigned int calls;
	int rc;
	unsigned int off;
	unsigned int len;
	u32 mask;
};

static struct world *world;

static int fake_quirk_add(struct pb2_device *pbdev, unsigned int off,
			  unsigned int len, u32 mask)
{
	lockdep_assert_held(&pbdev->gate.lock);
	world->calls++;
	world->off = off;
	world->len = len;
	world->mask = mask;

	return world->rc;
}

static int fake_quirk_show(struct pb2_device *pbdev, char *buf, size_t size)
{
	lockdep_assert_held(&pbdev->gate.lock);

	return scnprintf(buf, size, "quirks\n");
}

static void fake_intx_toggle(struct pb2_device *pbdev)
{
	lockdep_assert_held(&pbdev->gate.lock);
	world->calls++;
}

static int fake_intx_show(struct pb2_device *pbdev, char *buf, size_t size)
{
	return scnprintf(buf, size, "handler\n");
}

static int fake_reset_request(struct pb2_device *pbdev)
{
	KUNIT_EXPECT_EQ(world->test, kref_read(&pbdev->ref), 3);
	world->calls++;

	return world->rc;
}

static int fake_window_show(char *buf, size_t size)
{
	return scnprintf(buf, size, "windows\n");
}

static int fake_bridge_show(char *buf, size_t size)
{
	return scnprintf(buf, size, "bridges\n");
}

static int fake_page_show(char *buf, size_t size)
{
	return scnprintf(buf, size, "pages\n");
}

static int fake_holder_show(enum pb2_held_kind kind, char *buf, size_t size)
{
	KUNIT_EXPECT_EQ(world->test, kind, PB2_HELD_BARS);
	return scnprintf(buf, size, "holders\n");
}

#define pb2_window_show		fake_window_show
#define pb2_bridge_show		fake_bridge_show
#define pb2_page_show		fake_page_show
#define pb2_holder_show		fake_holder_show
#define pb2_conf_quirk_add	fake_quirk_add
#define pb2_conf_quirk_show	fake_quirk_show
#define pb2_intx_toggle		fake_intx_toggle
#define pb2_intx_show		fake_intx_show
#define pb2_reset_request_run	fake_reset_request

#include "../../drivers/xen/pciback2/sysfs.c"

#define ADDRESS	"0001:03:1e.7"

static int init(struct kunit *test)
{
	world = kunit_kzalloc(test, sizeof(*world), GFP_KERNEL);
	if (!world)
		return -ENOMEM;

	world->test = test;
	kref_init(&world->pbdev.ref);
	kref_get(&world->pbdev.ref);
	INIT_LIST_HEAD(&world->pbdev.link);
	mutex_init(&world->pbdev.gate.lock);
	world->pbdev.pdev = &world->pdev;
	world->pbdev.sbdf.domain = 1;
	world->pbdev.sbdf.bus = 3;
	world->pbdev.sbdf.devfn = PCI_DEVFN(0x1e, 7);
	pb2_registry_add(&world->pbdev);
	pb2_slots_clear();

	return 0;
}

/* No attribute may keep a reference. */
static void finish(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, kref_read(&world->pbdev.ref), 2);
	pb2_registry_del(&world->pbdev);
	pb2_slots_clear();
}

static ssize_t write_to(struct driver_attribute *attr, const char *word)
{
	return attr->store(NULL, word, strlen(word));
}

static const char *read_from(struct kunit *test, struct driver_attribute *attr)
{
	ssize_t rc = attr->show(NULL, page);

	KUNIT_EXPECT_EQ(test, rc, strlen(page));
	return page;
}

static void attributes_have_the_modes_of_xen_pciback(struct kunit *test)
{
	static const struct {
		const char *name;
		umode_t mode;
	} want[] = {
		{ "new_slot", 0200 }, { "remove_slot", 0200 },
		{ "slots", 0444 }, { "permissive", 0644 },
		{ "allow_interrupt_control", 0644 }, { "quirks", 0644 },
		{ "irq_handlers", 0444 }, { "irq_handler_state", 0200 },
		{ "do_flr", 0200 }, { "windows", 0444 },
		{ "bridges", 0444 }, { "pages", 0444 },
		{ "holders", 0444 },
	};
	struct attribute **attrs = pb2_sysfs_driver_groups[0]->attrs;
	unsigned int i;

	KUNIT_EXPECT_NULL(test, pb2_sysfs_driver_groups[0]->name);
	for (i = 0; i < ARRAY_SIZE(want); i++) {
		KUNIT_ASSERT_NOT_NULL(test, attrs[i]);
		KUNIT_EXPECT_STREQ(test, attrs[i]->name, want[i].name);
		KUNIT_EXPECT_EQ(test, attrs[i]->mode, want[i].mode);
	}
	KUNIT_EXPECT_NULL(test, attrs[i]);
}

static void rubbish_is_refused_everywhere(struct kunit *test)
{
	static struct driver_attribute * const attrs[] = {
		&driver_attr_new_slot, &driver_attr_remove_slot,
		&driver_attr_permissive, &driver_attr_allow_interrupt_control,
		&driver_attr_quirks, &driver_attr_irq_handler_state,
		&driver_attr_do_flr,
	};
	static const char * const words[] = {
		"", "\n", "rubbish", ADDRESS "\nsecond line", "-1", "%s%s%n",
		"\x1b[2J\x07", "0001:03:1e.8",
	};
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(attrs); i++)
		for (j = 0; j < ARRAY_SIZE(words); j++)
			KUNIT_EXPECT_EQ_MSG(test,
					    write_to(attrs[i], words[j]),
					    -EINVAL, "%s: \"%s\"",
					    attrs[i]->attr.name, words[j]);
	KUNIT_EXPECT_EQ(test, world->calls, 0);
}

static void a_slot_is_added_listed_and_removed(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, write_to(&driver_attr_new_slot, "0000:04:00.0"),
			12);
	KUNIT_EXPECT_EQ(test, write_to(&driver_attr_new_slot, "04:00.0\n"), 8);
	KUNIT_EXPECT_STREQ(test, read_from(test, &driver_attr_slots),
			   "0000:04:00.0\n");
	KUNIT_EXPECT_EQ(test, write_to(&driver_attr_remove_slot, "04:00.0"),
			7);
	KUNIT_EXPECT_EQ(test, write_to(&driver_attr_remove_slot, "04:00.0"),
			-ENOENT);
	KUNIT_EXPECT_STREQ(test, read_from(test, &driver_attr_slots), "");
}

static void a_slot_may_be_a_wildcard(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, write_to(&driver_attr_new_slot, "04:00.*"), 7);
	KUNIT_EXPECT_EQ(test, write_to(&driver_attr_remove_slot, "04:*.*"), 6);
	KUNIT_EXPECT_STREQ(test, read_from(test, &driver_attr_slots), "");
}

static void a_function_must_be_seized(struct kunit *test)
{
	static const char other[] = "0000:03:1e.7";

	KUNIT_EXPECT_EQ(test, write_to(&driver_attr_permissive, other),
			-ENODEV);
	KUNIT_EXPECT_EQ(test, write_to(&driver_attr_allow_interrupt_control,
				       other), -ENODEV);
	KUNIT_EXPECT_EQ(test, write_to(&driver_attr_do_flr, other), -ENODEV);
	KUNIT_EXPECT_EQ(test, write_to(&driver_attr_irq_handler_state, other),
			-ENOENT);
	KUNIT_EXPECT_EQ(test, write_to(&driver_attr_quirks,
				       "03:1e.7-40:1:ff"), -ENODEV);
	KUNIT_EXPECT_EQ(test, world->calls, 0);
}

static void permissive_is_set_and_listed(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, read_from(test, &driver_attr_permissive), "");
	KUNIT_EXPECT_EQ(test, write_to(&driver_attr_permissive, ADDRESS), 12);
	KUNIT_EXPECT_TRUE(test, world->pbdev.permissive);
	KUNIT_EXPECT_EQ(test, write_to(&driver_attr_permissive, ADDRESS), 12);
	KUNIT_EXPECT_STREQ(test, read_from(test, &driver_attr_permissive),
			   ADDRESS "\n");
	KUNIT_EXPECT_FALSE(test, world->pbdev.allow_interrupt_control);
}

static void interrupt_control_is_set_and_listed(struct kunit *test)
{
	struct driver_attribute *attr = &driver_attr_allow_interrupt_control;

	KUNIT_EXPECT_STREQ(test, read_from(test, attr), "");
	KUNIT_EXPECT_EQ(test, write_to(attr, ADDRESS "\n"), 13);
	KUNIT_EXPECT_TRUE(test, world->pbdev.allow_interrupt_control);
	KUNIT_EXPECT_STREQ(test, read_from(test, attr), ADDRESS "\n");
	KUNIT_EXPECT_FALSE(test, world->pbdev.permissive);
}

static void a_quirk_reaches_its_function(struct kunit *test)
{
	struct driver_attribute *attr = &driver_attr_quirks;

	KUNIT_EXPECT_EQ(test, write_to(attr, ADDRESS "-e0:2:ff"), 20);
	KUNIT_EXPECT_EQ(test, world->off, 0xe0);
	KUNIT_EXPECT_EQ(test, world->len, 2);
	KUNIT_EXPECT_EQ(test, world->mask, 0xff);

	/* The attribute shows quirks in this form. */
	KUNIT_EXPECT_EQ(test, write_to(attr,
				       ADDRESS "-00000ffc:4:ffffffff\n"), 33);
	KUNIT_EXPECT_EQ(test, world->off, 0xffc);
	KUNIT_EXPECT_EQ(test, world->len, 4);
	KUNIT_EXPECT_EQ(test, world->mask, 0xffffffff);

	KUNIT_EXPECT_STREQ(test, read_from(test, attr), "quirks\n");
}

static void a_quirk_must_fit_a_register(struct kunit *test)
{
	static const char * const words[] = {
		ADDRESS, ADDRESS "-", ADDRESS "-40", ADDRESS "-40:1",
		ADDRESS "-40:1:", ADDRESS "-40:0:0", ADDRESS "-40:3:0",
		ADDRESS "-40:8:0", ADDRESS "-40:1:100", ADDRESS "-40:2:10000",
		ADDRESS "-40:4:100000000", ADDRESS "-1000:1:0",
		ADDRESS "-fff:2:0", ADDRESS "-ffd:4:0",
		ADDRESS "-100000040:1:0", ADDRESS "-40:100000001:0",
		ADDRESS "--40:1:0", ADDRESS "-40:-1:0", ADDRESS "-40:1:-1",
		ADDRESS "-40:1:ff:0", ADDRESS "-40:1:ff,", ADDRESS ":40:1:ff",
		"03:1e.*-40:1:ff", "03:*.*-40:1:ff", "-40:1:ff",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		KUNIT_EXPECT_EQ_MSG(test,
				    write_to(&driver_attr_quirks, words[i]),
				    -EINVAL, "\"%s\"", words[i]);
	KUNIT_EXPECT_EQ(test, world->calls, 0);
}

static void the_records_are_shown(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, read_from(test, &driver_attr_windows),
			   "windows\n");
	KUNIT_EXPECT_STREQ(test, read_from(test, &driver_attr_bridges),
			   "bridges\n");
	KUNIT_EXPECT_STREQ(test, read_from(test, &driver_attr_pages),
			   "pages\n");
	KUNIT_EXPECT_STREQ(test, read_from(test, &driver_attr_holders),
			   "holders\n");
}

static void a_quirk_that_is_not_added_is_an_error(struct kunit *test)
{
	world->rc = -ENOMEM;
	KUNIT_EXPECT_EQ(test, write_to(&driver_attr_quirks,
				       ADDRESS "-40:1:ff"), -ENOMEM);
	world->rc = -EINVAL;
	KUNIT_EXPECT_EQ(test, write_to(&driver_attr_quirks,
				       ADDRESS "-40:1:ff"), -EINVAL);
	KUNIT_EXPECT_EQ(test, world->calls, 2);
}

static void the_interrupt_handler_is_toggled_and_listed(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, write_to(&driver_attr_irq_handler_state,
				       ADDRESS), 12);
	KUNIT_EXPECT_EQ(test, world->calls, 1);
	KUNIT_EXPECT_STREQ(test, read_from(test, &driver_attr_irq_handlers),
			   "handler\n");
}

static void do_flr_tells_what_the_reset_said(struct kunit *test)
{
	static const int errnos[] = { -ENOTTY, -EIO, -EBUSY, -EAGAIN };
	unsigned int i;

	KUNIT_EXPECT_EQ(test, write_to(&driver_attr_do_flr, ADDRESS), 12);
	KUNIT_EXPECT_EQ(test, world->calls, 1);
	for (i = 0; i < ARRAY_SIZE(errnos); i++) {
		world->rc = errnos[i];
		KUNIT_EXPECT_EQ(test, write_to(&driver_attr_do_flr, ADDRESS),
				errnos[i]);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(attributes_have_the_modes_of_xen_pciback),
	KUNIT_CASE(rubbish_is_refused_everywhere),
	KUNIT_CASE(a_slot_is_added_listed_and_removed),
	KUNIT_CASE(a_slot_may_be_a_wildcard),
	KUNIT_CASE(a_function_must_be_seized),
	KUNIT_CASE(permissive_is_set_and_listed),
	KUNIT_CASE(interrupt_control_is_set_and_listed),
	KUNIT_CASE(a_quirk_reaches_its_function),
	KUNIT_CASE(a_quirk_must_fit_a_register),
	KUNIT_CASE(a_quirk_that_is_not_added_is_an_error),
	KUNIT_CASE(the_records_are_shown),
	KUNIT_CASE(the_interrupt_handler_is_toggled_and_listed),
	KUNIT_CASE(do_flr_tells_what_the_reset_said),
	{ }
};

static struct kunit_suite suite = {
	.name = "pciback2_sysfs",
	.init = init,
	.exit = finish,
	.test_cases = cases,
};

kunit_test_suite(suite);
