// SPDX-License-Identifier: GPL-2.0
/*
 * bridge_test.c - the host bridges of the machine that runs the tests, and a
 * new one
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "../support/fake.h"
#include "../support/fake_pci.h"
#include "../support/fake_xen.h"

#include "../../../drivers/xen/pciback2/host/bridge.c"

/* A host bridge that neither MCFG nor _CBA names */
struct hot {
	struct pci_bus bus;
	struct pci_sysdata sysdata;
	struct pci_dev pdev;
};

static char *shown(struct kunit *test)
{
	char *buf = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, buf);
	pb2_bridge_show(buf, PAGE_SIZE);
	return buf;
}

static void expect_shown(struct kunit *test, const char *line)
{
	KUNIT_EXPECT_NOT_NULL(test, strstr(shown(test), line));
}

static bool is_confirmed(void)
{
	const struct pb2_sbdf sbdf = {};
	bool confirmed = false;

	pb2_window_page(&sbdf, &confirmed);
	return confirmed;
}

static void without_the_call_the_windows_are_confirmed(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, pb2_bridge_init(0), 0);
	KUNIT_EXPECT_EQ(test, fake_count("host_bridge_add"), 0);
	KUNIT_EXPECT_EQ(test, fake_count("mmcfg_reserved"), 1);
	KUNIT_EXPECT_TRUE(test, is_confirmed());
	expect_shown(test,
		     "0000:00-ff 0xb0000000 Xen has no call for host bridges\n");
	pb2_bridge_exit();
}

static void a_xen_that_says_so_is_told(struct kunit *test)
{
	fake_xen.capability = "pci_host_bridge_add-44";
	KUNIT_ASSERT_EQ(test, pb2_bridge_init(0), 0);
	KUNIT_EXPECT_EQ(test, fake_count("host_bridge_add=44 0000 0xb0000000 0x10000000"),
			1);
	/* The registration has confirmed the window. */
	KUNIT_EXPECT_EQ(test, fake_count("mmcfg_reserved"), 0);
	KUNIT_EXPECT_TRUE(test, is_confirmed());
	expect_shown(test, "registered with Xen\n");
	pb2_bridge_exit();

	/* The module registers the bridge again when it is loaded again. */
	KUNIT_ASSERT_EQ(test, pb2_bridge_init(0), 0);
	KUNIT_EXPECT_EQ(test, fake_count("host_bridge_add=44"), 2);
	pb2_bridge_exit();
}

static void the_administrator_names_the_call(struct kunit *test)
{
	fake_xen.capability = "pci_host_bridge_add-45";
	KUNIT_ASSERT_EQ(test, pb2_bridge_init(43), 0);
	KUNIT_EXPECT_EQ(test, fake_count("host_bridge_add=43"), 1);
	pb2_bridge_exit();
	/* A capability with another number is another call. */
	fake_forget();
	KUNIT_ASSERT_EQ(test, pb2_bridge_init(0), 0);
	KUNIT_EXPECT_EQ(test, fake_count("host_bridge_add"), 0);
	pb2_bridge_exit();
}

static int load_with(unsigned int op)
{
	int rc = pb2_bridge_init(op);

	if (!rc)
		pb2_bridge_exit();
	return rc;
}

/* Xen would take what describes a bridge for the argument of another call. */
static void the_number_of_another_call_is_refused(struct kunit *test)
{
	unsigned int op;

	for (op = 1; op <= PHYSDEVOP_pci_device_reset; op++)
		KUNIT_EXPECT_EQ(test, load_with(op), -EINVAL);
	KUNIT_EXPECT_EQ(test, fake_count(""), 0);

	KUNIT_EXPECT_EQ(test, load_with(op), 0);
	KUNIT_EXPECT_EQ(test, fake_count("host_bridge_add=33"), 1);
}

static void a_call_that_is_none_is_no_obstacle(struct kunit *test)
{
	fake_fail("host_bridge_add", 1, -ENOSYS);
	KUNIT_ASSERT_EQ(test, pb2_bridge_init(44), 0);
	KUNIT_EXPECT_EQ(test, fake_count("mmcfg_reserved"), 1);
	KUNIT_EXPECT_TRUE(test, is_confirmed());
	pb2_bridge_exit();
}

static void a_refusal_is_shown_and_xen_asked(struct kunit *test)
{
	fake_fail("host_bridge_add", 1, -EPERM);
	KUNIT_ASSERT_EQ(test, pb2_bridge_init(44), 0);
	expect_shown(test, "Xen refuses it\n");
	KUNIT_EXPECT_EQ(test, fake_count("mmcfg_reserved"), 1);
	pb2_bridge_exit();
}

static void a_conflict_disables_hand_over_on_the_segment(struct kunit *test)
{
	char buf[160];

	fake_fail("host_bridge_add", 1, -EEXIST);
	KUNIT_ASSERT_EQ(test, pb2_bridge_init(44), 0);
	KUNIT_EXPECT_FALSE(test, is_confirmed());
	/* A second question could not change the answer. */
	KUNIT_EXPECT_EQ(test, fake_count("mmcfg_reserved"), 0);
	pb2_window_show(buf, sizeof(buf));
	KUNIT_EXPECT_NOT_NULL(test, strstr(buf, "Xen has another one for the segment\n"));
	expect_shown(test, "Xen has another ECAM window\n");
	pb2_bridge_exit();
}

static void one_that_appears_is_told_once(struct kunit *test)
{
	struct hot *hot = kunit_kzalloc(test, sizeof(*hot), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, hot);
	hot->sysdata.domain = 0x12;
	hot->bus.sysdata = &hot->sysdata;
	hot->bus.number = 0x40;
	hot->bus.busn_res.start = 0x40;
	hot->bus.busn_res.end = 0x4f;
	hot->pdev.bus = &hot->bus;

	KUNIT_ASSERT_EQ(test, pb2_bridge_init(44), 0);
	fake_forget();
	bridge_bus_event(&bridge_notifier, BUS_NOTIFY_ADD_DEVICE, &hot->pdev.dev);
	/* No window covers the bridge, so there is no address to register. */
	KUNIT_EXPECT_EQ(test, fake_count("host_bridge_add"), 0);
	expect_shown(test, "0012:40-4f 0x0 no ECAM window covers its buses\n");
	/* Neither its next function nor a removed one registers it again. */
	bridge_bus_event(&bridge_notifier, BUS_NOTIFY_ADD_DEVICE, &hot->pdev.dev);
	bridge_bus_event(&bridge_notifier, BUS_NOTIFY_DEL_DEVICE, &hot->pdev.dev);
	KUNIT_EXPECT_PTR_EQ(test, strstr(strstr(shown(test), "0012:") + 1,
					 "0012:"), NULL);
	pb2_bridge_exit();
	KUNIT_EXPECT_STREQ(test, shown(test), "");
}

static struct kunit_case cases[] = {
	KUNIT_CASE(without_the_call_the_windows_are_confirmed),
	KUNIT_CASE(a_xen_that_says_so_is_told),
	KUNIT_CASE(the_administrator_names_the_call),
	KUNIT_CASE(the_number_of_another_call_is_refused),
	KUNIT_CASE(a_call_that_is_none_is_no_obstacle),
	KUNIT_CASE(a_refusal_is_shown_and_xen_asked),
	KUNIT_CASE(a_conflict_disables_hand_over_on_the_segment),
	KUNIT_CASE(one_that_appears_is_told_once),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_bridge",
	.init = fake_init,
	.exit = fake_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
