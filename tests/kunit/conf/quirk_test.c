// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the quirks
 */
#include <linux/slab.h>

#include "../support/conf_world.h"

static bool no_memory;

static void *flaky(size_t size, gfp_t gfp)
{
	return no_memory ? NULL : kzalloc(size, gfp);
}

/* This is a macro since Linux 6.10. */
#undef kzalloc
#define kzalloc(size, gfp)	flaky(size, gfp)
#include "../../../drivers/xen/pciback2/conf/quirk.c"
#undef kzalloc

static int init(struct kunit *test)
{
	return conf_world_start(test, &conf_e1000e);
}

static int add(struct kunit *test, unsigned int off, unsigned int len, u32 mask)
{
	struct conf_world *world = test->priv;

	return pb2_conf_quirk_add(&world->pbdev, off, len, mask);
}

static void a_quirk_opens_its_bytes_and_no_others(struct kunit *test)
{
	struct conf_world *world = test->priv;

	KUNIT_EXPECT_EQ(test, add(test, 0x55, 2, 0), 0);
	conf_world_write(test, 0x54, 4, 0x44332211);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, 0x54, 4), 0x00332200);
	conf_world_write(test, 0x58, 4, 0x44332211);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, 0x58, 4), 0);
	/* The last dword of configuration space */
	KUNIT_EXPECT_EQ(test, add(test, 0xffc, 4, 0), 0);
	conf_world_write(test, 0xffc, 4, 0x44332211);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, 0xffc, 4), 0x44332211);
}

static void the_mask_is_kept_and_restricts_nothing(struct kunit *test)
{
	struct conf_world *world = test->priv;

	KUNIT_EXPECT_EQ(test, add(test, 0x54, 4, 0x0000ff00), 0);
	conf_world_write(test, 0x54, 4, 0x44332211);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, 0x54, 4), 0x44332211);
}

static void nonsense_is_refused(struct kunit *test)
{
	struct conf_world *world = test->priv;

	KUNIT_EXPECT_EQ(test, add(test, 0x1000, 1, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, add(test, UINT_MAX, 1, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, add(test, UINT_MAX - 3, 4, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, add(test, 0x54, 0, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, add(test, 0x54, 3, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, add(test, 0x54, 8, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, add(test, 0x55, 4, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, add(test, 0x57, 2, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, add(test, 0x54, 1, 0x100), -EINVAL);
	KUNIT_EXPECT_EQ(test, add(test, 0x54, 2, 0x10000), -EINVAL);
	KUNIT_EXPECT_EQ(test, world->pbdev.conf->nr_quirks, 0);
	KUNIT_EXPECT_EQ(test, add(test, 0x54, 1, 0xff), 0);
	KUNIT_EXPECT_EQ(test, add(test, 0x58, 2, 0xffff), 0);
	KUNIT_EXPECT_EQ(test, add(test, 0x5c, 4, 0xffffffff), 0);

	world->pbdev.conf->size = 256;
	KUNIT_EXPECT_EQ(test, add(test, 0x100, 1, 0), -EINVAL);
	world->pbdev.conf->size = 4096;
}

static void a_second_one_at_an_offset_is_ignored(struct kunit *test)
{
	struct conf_world *world = test->priv;

	KUNIT_EXPECT_EQ(test, add(test, 0x54, 1, 0), 0);
	KUNIT_EXPECT_EQ(test, add(test, 0x54, 4, 0), 0);
	KUNIT_EXPECT_EQ(test, world->pbdev.conf->nr_quirks, 1);
	conf_world_write(test, 0x54, 4, 0x44332211);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, 0x54, 4), 0x11);
}

static void bars_and_command_are_not_opened(struct kunit *test)
{
	struct conf_world *world = test->priv;

	KUNIT_EXPECT_EQ(test, add(test, PCI_BASE_ADDRESS_0, 4, 0), 0);
	KUNIT_EXPECT_EQ(test, add(test, PCI_BASE_ADDRESS_0 + 2, 2, 0), 0);
	KUNIT_EXPECT_EQ(test, add(test, PCI_COMMAND, 2, 0), 0);
	KUNIT_EXPECT_EQ(test, world->pbdev.conf->nr_quirks, 0);
	/* The upper half of this dword, STATUS, is not proof against quirks. */
	KUNIT_EXPECT_EQ(test, add(test, PCI_COMMAND, 4, 0), 0);
	KUNIT_EXPECT_EQ(test, world->pbdev.conf->nr_quirks, 1);
	conf_world_write(test, PCI_BASE_ADDRESS_0, 4, 0);
	conf_world_write(test, PCI_COMMAND, 4, 0x12340000);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, PCI_BASE_ADDRESS_0, 4),
			0xfe840000);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, PCI_COMMAND, 4),
			0x12340103);
}

static void their_number_is_bounded(struct kunit *test)
{
	struct conf_world *world = test->priv;
	unsigned int i;

	for (i = 0; i < PB2_CONF_MAX_QUIRKS; i++)
		KUNIT_EXPECT_EQ(test, add(test, 0x200 + i, 1, 0), 0);
	KUNIT_EXPECT_EQ(test, add(test, 0x800, 1, 0), -ENOSPC);
	KUNIT_EXPECT_EQ(test, add(test, 0x200, 1, 0), 0);
	pb2_conf_quirk_clear(&world->pbdev);
	KUNIT_EXPECT_EQ(test, add(test, 0x800, 1, 0), 0);
}

static void none_is_left_after_clearing(struct kunit *test)
{
	struct conf_world *world = test->priv;

	KUNIT_EXPECT_EQ(test, add(test, 0x54, 4, 0), 0);
	pb2_conf_quirk_clear(&world->pbdev);
	pb2_conf_quirk_clear(&world->pbdev);
	conf_world_write(test, 0x54, 4, 1);
	KUNIT_EXPECT_EQ(test, world->writes, 0);
	KUNIT_EXPECT_EQ(test, world->pbdev.conf->nr_quirks, 0);
}

static void without_memory_nothing_is_opened(struct kunit *test)
{
	struct conf_world *world = test->priv;

	no_memory = true;
	KUNIT_EXPECT_EQ(test, add(test, 0x54, 4, 0), -ENOMEM);
	no_memory = false;
	conf_world_write(test, 0x54, 4, 1);
	KUNIT_EXPECT_EQ(test, world->writes, 0);
}

static void without_a_space_there_are_no_quirks(struct kunit *test)
{
	struct conf_world *world = test->priv;
	char buf[16] = "untouched";

	pb2_conf_free(&world->pbdev);
	KUNIT_EXPECT_EQ(test, add(test, 0x54, 4, 0), -EINVAL);
	pb2_conf_quirk_clear(&world->pbdev);
	KUNIT_EXPECT_EQ(test, 0, pb2_conf_quirk_show(&world->pbdev, buf,
						     sizeof(buf)));
	KUNIT_EXPECT_STREQ(test, buf, "untouched");
}

static void they_are_shown_as_xen_pciback_shows_them(struct kunit *test)
{
	static const char head[] = "03:02.1\n\t8086:10d3:8086:a01f\n";
	static const char line[] = "\t\t00000010:4:fffe0000\n";
	static const char tail[] = "\t\t00000054:2:000000ff\n";
	struct conf_world *world = test->priv;
	char *buf = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);
	int len;

	world->pdev.devfn = PCI_DEVFN(2, 1);
	world->pdev.subsystem_vendor = 0x8086;
	world->pdev.subsystem_device = 0xa01f;
	KUNIT_ASSERT_NOT_NULL(test, buf);
	KUNIT_EXPECT_EQ(test, add(test, 0x54, 2, 0xff), 0);
	len = pb2_conf_quirk_show(&world->pbdev, buf, PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, len, strlen(buf));
	KUNIT_EXPECT_EQ(test, strncmp(buf, head, strlen(head)), 0);
	KUNIT_EXPECT_NOT_NULL(test, strstr(buf, line));
	KUNIT_EXPECT_STREQ(test, buf + len - strlen(tail), tail);
}

static void a_small_buffer_is_not_overrun(struct kunit *test)
{
	struct conf_world *world = test->priv;
	char buf[64];
	unsigned int size;
	int len;

	for (size = 0; size < sizeof(buf); size++) {
		memset(buf, 0x55, sizeof(buf));
		len = pb2_conf_quirk_show(&world->pbdev, buf, size);
		KUNIT_EXPECT_LE(test, len, size ? size - 1 : 0);
		KUNIT_EXPECT_NULL(test, memchr_inv(buf + size, 0x55,
						   sizeof(buf) - size));
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_quirk_opens_its_bytes_and_no_others),
	KUNIT_CASE(the_mask_is_kept_and_restricts_nothing),
	KUNIT_CASE(nonsense_is_refused),
	KUNIT_CASE(a_second_one_at_an_offset_is_ignored),
	KUNIT_CASE(bars_and_command_are_not_opened),
	KUNIT_CASE(their_number_is_bounded),
	KUNIT_CASE(none_is_left_after_clearing),
	KUNIT_CASE(without_memory_nothing_is_opened),
	KUNIT_CASE(without_a_space_there_are_no_quirks),
	KUNIT_CASE(they_are_shown_as_xen_pciback_shows_them),
	KUNIT_CASE(a_small_buffer_is_not_overrun),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_conf_quirk",
	.init = init,
	.exit = conf_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
