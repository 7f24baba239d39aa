// SPDX-License-Identifier: GPL-2.0
/*
 * iommu_test.c - what Xen tells about the IOMMU
 */
#include "../support/fake.h"
#include "../support/fake_xen.h"

#include "../../../drivers/xen/pciback2/host/iommu.c"

static void expect_shown(struct kunit *test, const char *want)
{
	char buf[80];

	pb2_iommu_init();
	pb2_iommu_show(buf, sizeof(buf));
	KUNIT_EXPECT_STREQ(test, buf, want);
}

static void a_xen_that_does_not_answer_tells_nothing(struct kunit *test)
{
	expect_shown(test, "iommu unknown, interrupt remapping unknown, quarantine unknown\n");
	KUNIT_EXPECT_EQ(test, fake_count("sysctl"), LAST_VERSION - FIRST_VERSION + 1);
	fake_forget();
	fake_fail("sysctl", 1, -EPERM);
	expect_shown(test, "iommu unknown, interrupt remapping unknown, quarantine unknown\n");
	KUNIT_EXPECT_EQ(test, fake_count("sysctl"), 1);
}

static void xen_says_whether_it_uses_the_iommu(struct kunit *test)
{
	u32 i;

	for (i = FIRST_VERSION; i <= LAST_VERSION; i++) {
		fake_xen.sysctl = i;
		fake_xen.machine = XEN_SYSCTL_PHYSCAP_directio;
		expect_shown(test, "iommu on, interrupt remapping unknown, quarantine unknown\n");
		fake_xen.machine = ~(u32)XEN_SYSCTL_PHYSCAP_directio;
		expect_shown(test, "iommu off, interrupt remapping off, quarantine off\n");
	}
}

static void the_command_line_tells_what_is_off(struct kunit *test)
{
	static const struct {
		const char *line;
		enum pb2_iommu_state remapping;
		enum pb2_iommu_state quarantine;
	} lines[] = {
		{ "", PB2_IOMMU_UNKNOWN, PB2_IOMMU_UNKNOWN },
		{ "dom0_mem=1G iommu=verbose", PB2_IOMMU_UNKNOWN,
		  PB2_IOMMU_UNKNOWN },
		{ "iommu=no-intremap", PB2_IOMMU_OFF, PB2_IOMMU_UNKNOWN },
		{ "iommu=intremap=off,quarantine=no", PB2_IOMMU_OFF,
		  PB2_IOMMU_OFF },
		{ "iommu=verbose;intremap=0:no-quarantine", PB2_IOMMU_OFF,
		  PB2_IOMMU_OFF },
		{ "iommu=intremap=disable x iommu=quarantine=false",
		  PB2_IOMMU_OFF, PB2_IOMMU_OFF },
		/* The machine may lack interrupt remapping. */
		{ "iommu=intremap,quarantine", PB2_IOMMU_UNKNOWN,
		  PB2_IOMMU_ON },
		{ "iommu=quarantine=scratch-page", PB2_IOMMU_UNKNOWN,
		  PB2_IOMMU_ON },
		/* A later word overrides an earlier one. */
		{ "iommu=no-intremap iommu=intremap", PB2_IOMMU_UNKNOWN,
		  PB2_IOMMU_UNKNOWN },
		/* Xen ignores these words. */
		{ "iommu=intremapx,no-intremap=1,intremap=maybe",
		  PB2_IOMMU_UNKNOWN, PB2_IOMMU_UNKNOWN },
		{ "xiommu=no-intremap no-intremap", PB2_IOMMU_UNKNOWN,
		  PB2_IOMMU_UNKNOWN },
		{ "iommu=", PB2_IOMMU_UNKNOWN, PB2_IOMMU_UNKNOWN },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		fake_xen.command_line = lines[i].line;
		pb2_iommu_init();
		KUNIT_EXPECT_EQ_MSG(test, pb2_iommu_get()->remapping,
				    lines[i].remapping, "%s", lines[i].line);
		KUNIT_EXPECT_EQ_MSG(test, pb2_iommu_get()->quarantine,
				    lines[i].quarantine, "%s", lines[i].line);
		KUNIT_EXPECT_EQ(test, pb2_iommu_get()->state,
				PB2_IOMMU_UNKNOWN);
	}
}

static void finish(struct kunit *test)
{
	fake_exit(test);
	/* Without answers from Xen this resets everything to unknown. */
	pb2_iommu_init();
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_xen_that_does_not_answer_tells_nothing),
	KUNIT_CASE(xen_says_whether_it_uses_the_iommu),
	KUNIT_CASE(the_command_line_tells_what_is_off),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_iommu",
	.init = fake_init,
	.exit = finish,
	.test_cases = cases,
};

kunit_test_suite(suite);
