// SPDX-License-Identifier: GPL-2.0
/*
 * main_test.c - the parameters, and the order of loading and unloading
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>
#include <linux/moduleparam.h>

#include "../../drivers/xen/pciback2/doors.h"
#include "support/fake.h"
#include "support/fake_xen.h"

/* main.c is no module of its own here, and its functions are called later. */
#undef __init
#define __init
#undef __exit
#define __exit
#undef module_init
#define module_init(load)
#undef module_exit
#define module_exit(unload)

/* What main.c has begun and not ended, in this order */
static const char *begun[16];
static unsigned int nr_begun;

static struct device_driver *other_driver;

static void begin(const char *part)
{
	if (nr_begun < ARRAY_SIZE(begun))
		begun[nr_begun++] = part;
}

static int try_begin(const char *part, unsigned int arg)
{
	int rc = fake_call("%s=%u", part, arg);

	if (!rc)
		begin(part);
	return rc;
}

static void end(const char *part)
{
	fake_note("end_%s", part);
	if (!nr_begun || strcmp(begun[nr_begun - 1], part))
		fake_wrong("%s ends before what was begun after it", part);
	else
		nr_begun--;
}

static int add_slots(const char *list)
{
	/* pb2_slots_clear() follows also where the list is wrong. */
	begin("slots");
	return fake_call("slots") ?: pb2_slots_add_list(list);
}

static void clear_slots(void)
{
	pb2_slots_clear();
	end("slots");
}

#define driver_find(name, bus)		other_driver
#define pb2_work_init()			try_begin("work", 0)
#define pb2_work_exit()			end("work")
#define pb2_slots_add_list(list)	add_slots(list)
#define pb2_slots_clear()		clear_slots()
#define pb2_bridge_init(op)		try_begin("bridge", op)
#define pb2_bridge_exit()		end("bridge")
#define pb2_iommu_init()		fake_note("iommu")
#define pb2_domain_init(version)				\
	do {							\
		fake_note("domain=%u", version);		\
		begin("domain");				\
	} while (0)
#define pb2_domain_exit()		end("domain")
#define pb2_domain_watch_init()		begin("watch")
#define pb2_domain_watch_exit()		end("watch")
#undef pci_register_driver
#define pci_register_driver(driver)	try_begin("driver", 0)
#define pci_unregister_driver(driver)	end("driver")
#define pb2_sriov_init()		try_begin("sriov", 0)
#define pb2_sriov_exit()		end("sriov")
#define pb2_xenbus_init(passthrough)	try_begin("xenbus", passthrough)
#define pb2_xenbus_exit()		end("xenbus")
#define pb2_holder_exit()		fake_note("end_holders")
#define pb2_xen_gsi_init()		begin("gsi")
#define pb2_xen_gsi_exit()		end("gsi")

#include "../../drivers/xen/pciback2/main.c"

static void set(struct kunit *test, const struct kernel_param *param,
		const char *val)
{
	KUNIT_ASSERT_EQ_MSG(test, param->ops->set(val, param), 0, "%s=%s",
			    param->name, val);
}

static void expect_refused(struct kunit *test, int rc)
{
	fake_forget();
	KUNIT_EXPECT_EQ(test, pciback_load(), rc);
	KUNIT_EXPECT_EQ(test, fake_count(""), 0);
	KUNIT_EXPECT_EQ(test, nr_begun, 0);
}

static void loading_has_its_order_and_unloading_the_reverse(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, pciback_load(), 0);
	fake_expect_calls(test, "work", "slots", "bridge=0", "iommu",
			  "domain=0", "sriov", "driver", "xenbus=0", NULL);
	KUNIT_EXPECT_STREQ(test, begun[nr_begun - 1], "gsi");

	fake_forget();
	pciback_unload();
	KUNIT_EXPECT_EQ(test, nr_begun, 0);
	/* No guest may get a function while the driver leaves. */
	fake_expect_order(test, "end_gsi", "end_xenbus", "end_driver",
			  "end_work", NULL);
}

static void what_was_begun_before_a_failure_is_ended(struct kunit *test)
{
	unsigned int i;
	int rc;

	for (i = 1; ; i++) {
		fake_fail_nth(i, -EIO);
		rc = pciback_load();
		if (!fake_has_failed())
			break;
		KUNIT_EXPECT_EQ_MSG(test, rc, -EIO, "failure %u", i);
		KUNIT_EXPECT_EQ_MSG(test, nr_begun, 0, "failure %u", i);
	}
	KUNIT_EXPECT_EQ(test, rc, 0);
	/* work, slots, bridge, sriov, driver, xenbus */
	KUNIT_EXPECT_EQ(test, i, 7);
	pciback_unload();
}

static void it_works_in_dom0_only(struct kunit *test)
{
	fake_xen.initial_domain = false;
	expect_refused(test, -ENODEV);
}

static void it_does_not_load_beside_xen_pciback(struct kunit *test)
{
	struct device_driver xen_pciback;

	other_driver = &xen_pciback;
	expect_refused(test, -EBUSY);
}

static void access_chooses_the_way_of_all_functions(struct kunit *test)
{
	static const struct {
		const char *val;
		enum pb2_access_way way;
	} ways[] = {
		{ "ecam", PB2_ACCESS_ECAM },
		{ "cf8", PB2_ACCESS_KERNEL },
		{ "auto", PB2_ACCESS_AUTO },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		set(test, &__param_access, ways[i].val);
		KUNIT_ASSERT_EQ(test, pciback_load(), 0);
		KUNIT_EXPECT_EQ(test, pb2_access_default, ways[i].way);
		pciback_unload();
	}
	set(test, &__param_access, "ecams");
	expect_refused(test, -EINVAL);
}

static void handover_chooses_the_policy_of_all_functions(struct kunit *test)
{
	static const struct {
		const char *val;
		enum pb2_handover_policy policy;
	} policies[] = {
		{ "off", PB2_HANDOVER_OFF },
		{ "any", PB2_HANDOVER_ANY },
		{ "stubdom", PB2_HANDOVER_STUBDOM },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(policies); i++) {
		set(test, &__param_handover, policies[i].val);
		KUNIT_ASSERT_EQ(test, pciback_load(), 0);
		KUNIT_EXPECT_EQ(test, pb2_handover_default, policies[i].policy);
		pciback_unload();
	}
	set(test, &__param_handover, "all");
	expect_refused(test, -EINVAL);
}

static void hide_lists_what_is_seized(struct kunit *test)
{
	char buf[32];

	set(test, &__param_hide, "(03:00.0)(0001:04:00.1)");
	KUNIT_ASSERT_EQ(test, pciback_load(), 0);
	pb2_slots_show(buf, sizeof(buf));
	KUNIT_EXPECT_STREQ(test, buf, "0000:03:00.0\n0001:04:00.1\n");
	pciback_unload();
	pb2_slots_show(buf, sizeof(buf));
	KUNIT_EXPECT_STREQ(test, buf, "");

	/* Nothing of a list stays that is wrong at its end. */
	set(test, &__param_hide, "(03:00.0)04:00.1");
	KUNIT_EXPECT_EQ(test, pciback_load(), -EINVAL);
	KUNIT_EXPECT_EQ(test, nr_begun, 0);
	pb2_slots_show(buf, sizeof(buf));
	KUNIT_EXPECT_STREQ(test, buf, "");
}

static void quirks_are_looked_at_before_anything_begins(struct kunit *test)
{
	set(test, &__param_quirks, "rubbish");
	expect_refused(test, -EINVAL);
}

static void numbers_and_switches_arrive_where_they_are_used(struct kunit *test)
{
	set(test, &__param_domctl_version, "21");
	set(test, &__param_host_bridge_op, "44");
	set(test, &__param_passthrough, "1");
	KUNIT_ASSERT_EQ(test, pciback_load(), 0);
	KUNIT_EXPECT_EQ(test, fake_count("domain=21"), 1);
	KUNIT_EXPECT_EQ(test, fake_count("bridge=44"), 1);
	KUNIT_EXPECT_EQ(test, fake_count("xenbus=1"), 1);
	pciback_unload();

	set(test, &__param_permissive, "1");
	KUNIT_EXPECT_TRUE(test, pb2_permissive);
	set(test, &__param_poll_us, "77");
	KUNIT_EXPECT_EQ(test, pb2_poll_us, 77);
	set(test, &__param_handover_reassign, "1");
	KUNIT_EXPECT_TRUE(test, pb2_handover_reassign);
	KUNIT_EXPECT_EQ(test,
			__param_poll_us.ops->set("-1", &__param_poll_us),
			-EINVAL);
}

static int init(struct kunit *test)
{
	nr_begun = 0;
	other_driver = NULL;
	return fake_init(test);
}

static void finish(struct kunit *test)
{
	set(test, &__param_hide, "");
	set(test, &__param_access, "auto");
	set(test, &__param_handover, "stubdom");
	pb2_quirk_list = NULL;
	domctl_version = 0;
	host_bridge_op = 0;
	passthrough = false;
	fake_exit(test);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(loading_has_its_order_and_unloading_the_reverse),
	KUNIT_CASE(what_was_begun_before_a_failure_is_ended),
	KUNIT_CASE(it_works_in_dom0_only),
	KUNIT_CASE(it_does_not_load_beside_xen_pciback),
	KUNIT_CASE(access_chooses_the_way_of_all_functions),
	KUNIT_CASE(handover_chooses_the_policy_of_all_functions),
	KUNIT_CASE(hide_lists_what_is_seized),
	KUNIT_CASE(quirks_are_looked_at_before_anything_begins),
	KUNIT_CASE(numbers_and_switches_arrive_where_they_are_used),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_main",
	.init = init,
	.exit = finish,
	.test_cases = cases,
};

kunit_test_suite(suite);
