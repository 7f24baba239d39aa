// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the merging of the policy tables, mostly with devices that lie
 */
#include <linux/prandom.h>
#include <linux/slab.h>

#include "../support/conf_world.h"

/* The number of the allocation that fails, counted from 1; 0 for none */
static unsigned int fail_at;

static void *flaky(void *ptr, size_t n, size_t size)
{
	if (fail_at && !--fail_at)
		return NULL;
	return krealloc_array(ptr, n, size, GFP_KERNEL);
}

static bool no_memory;

static void *scarce(size_t n, size_t size)
{
	return no_memory ? NULL : kcalloc(n, size, GFP_KERNEL);
}

/* These are macros since Linux 6.10. */
#undef krealloc_array
#undef kcalloc
#define krealloc_array(ptr, n, size, gfp)	flaky(ptr, n, size)
#define kcalloc(n, size, gfp)	scarce(n, size)
#include "../../../drivers/xen/pciback2/conf/build.c"
#undef kcalloc
#undef krealloc_array

/* A function with a list of capabilities that begins at @first. */
static void start(struct kunit *test, u8 first)
{
	struct conf_world *world = test->priv;

	conf_world_set(world, PCI_STATUS, 2, PCI_STATUS_CAP_LIST);
	conf_world_set(world, PCI_CAPABILITY_LIST, 1, first);
}

static void cap(struct kunit *test, u8 pos, u8 id, u8 next)
{
	conf_world_set(test->priv, pos, 2, id | next << 8);
}

static void ext_cap(struct kunit *test, u16 pos, u16 id, u16 next)
{
	conf_world_set(test->priv, pos, 4, id | 1 << 16 | (u32)next << 20);
}

static int build(struct kunit *test)
{
	struct conf_world *world = test->priv;

	pb2_conf_free(&world->pbdev);
	return pb2_conf_init(&world->pbdev);
}

static void known_capabilities_are_found_and_noted(struct kunit *test)
{
	struct conf_world *world = test->priv;
	const struct pb2_conf *conf;

	conf_world_load(world, &conf_e1000e);
	KUNIT_ASSERT_EQ(test, build(test), 0);
	conf = world->pbdev.conf;
	KUNIT_EXPECT_EQ(test, conf->msi_cap, 0xd0);
	KUNIT_EXPECT_EQ(test, conf->msix_cap, 0xa0);
	KUNIT_EXPECT_EQ(test, conf->pcie_cap, 0xe0);

	conf_world_load(world, &conf_nvme);
	KUNIT_ASSERT_EQ(test, build(test), 0);
	conf = world->pbdev.conf;
	KUNIT_EXPECT_EQ(test, conf->msi_cap, 0);
	KUNIT_EXPECT_EQ(test, conf->msix_cap, 0x40);
	KUNIT_EXPECT_EQ(test, conf->pcie_cap, 0x80);
}

static void a_list_that_status_denies_is_not_walked(struct kunit *test)
{
	struct conf_world *world = test->priv;

	start(test, 0x50);
	cap(test, 0x50, PCI_CAP_ID_MSI, 0);
	conf_world_set(world, PCI_STATUS, 2, 0);
	KUNIT_EXPECT_EQ(test, build(test), 0);
	KUNIT_EXPECT_EQ(test, world->pbdev.conf->msi_cap, 0);
}

static void a_loop_in_the_list_ends_the_walk(struct kunit *test)
{
	struct conf_world *world = test->priv;

	start(test, 0x50);
	cap(test, 0x50, PCI_CAP_ID_MSI, 0x60);
	cap(test, 0x60, PCI_CAP_ID_VNDR, 0x50);
	KUNIT_EXPECT_EQ(test, build(test), 0);
	KUNIT_EXPECT_EQ(test, world->pbdev.conf->msi_cap, 0x50);

	cap(test, 0x50, PCI_CAP_ID_MSI, 0x50);
	KUNIT_EXPECT_EQ(test, build(test), 0);
	KUNIT_EXPECT_EQ(test, world->pbdev.conf->msi_cap, 0x50);
}

static void a_pointer_into_the_header_ends_the_walk(struct kunit *test)
{
	struct conf_world *world = test->priv;
	unsigned int pos;

	for (pos = 0; pos < PCI_STD_HEADER_SIZEOF; pos++) {
		start(test, pos);
		cap(test, 0x10, PCI_CAP_ID_MSI, 0);
		KUNIT_EXPECT_EQ(test, build(test), 0);
		KUNIT_EXPECT_EQ(test, world->pbdev.conf->msi_cap, 0);
	}
}

static void the_low_bits_of_a_pointer_are_ignored(struct kunit *test)
{
	struct conf_world *world = test->priv;

	start(test, 0x53);
	cap(test, 0x50, PCI_CAP_ID_VNDR, 0x62);
	cap(test, 0x60, PCI_CAP_ID_EXP, 0);
	KUNIT_EXPECT_EQ(test, build(test), 0);
	KUNIT_EXPECT_EQ(test, world->pbdev.conf->pcie_cap, 0x60);
}

static void the_longest_list_fits(struct kunit *test)
{
	struct conf_world *world = test->priv;
	unsigned int pos;

	start(test, 0x40);
	for (pos = 0x40; pos < 0xfc; pos += 4)
		cap(test, pos, PCI_CAP_ID_VNDR, pos + 4);
	cap(test, 0xfc, PCI_CAP_ID_MSI, 0x40);
	KUNIT_EXPECT_EQ(test, build(test), 0);
	KUNIT_EXPECT_EQ(test, world->pbdev.conf->msi_cap, 0xfc);
	/* The last capability got no fields beyond the end of the first 256 bytes. */
	KUNIT_EXPECT_EQ(test, world->pbdev.conf->index[0x100 / 4], 0);
}

static void of_two_capabilities_with_one_id_the_first_counts(struct kunit *test)
{
	struct conf_world *world = test->priv;

	start(test, 0x90);
	cap(test, 0x90, PCI_CAP_ID_VPD, 0x50);
	cap(test, 0x50, PCI_CAP_ID_VPD, 0);
	KUNIT_EXPECT_EQ(test, build(test), 0);
	KUNIT_EXPECT_EQ(test, conf_world_write(test, 0x92, 2, 4), 0);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, 0x92, 2), 4);
	KUNIT_EXPECT_EQ(test, conf_world_write(test, 0x52, 2, 4), 0);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, 0x52, 2), 0);
}

static void where_capabilities_overlap_nothing_is_writable(struct kunit *test)
{
	struct conf_world *world = test->priv;
	unsigned int off;

	/* VPD's address register overlaps the control register of PM. */
	start(test, 0x50);
	cap(test, 0x50, PCI_CAP_ID_PM, 0x54);
	cap(test, 0x54, PCI_CAP_ID_VPD, 0);
	KUNIT_EXPECT_EQ(test, build(test), 0);
	world->pbdev.permissive = true;
	world->writes = 0;
	for (off = 0x50; off < 0x5c; off += 2)
		conf_world_write(test, off, 2, 0x1e03);
	KUNIT_EXPECT_EQ(test, world->writes, 0);
	for (off = 0x54; off < 0x58; off += 4)
		KUNIT_EXPECT_EQ(test, 0,
				pb2_conf_quirk_add(&world->pbdev, off, 4, 0));
	KUNIT_EXPECT_EQ(test, world->pbdev.conf->nr_quirks, 0);
}

static void loops_and_strays_end_the_extended_list(struct kunit *test)
{
	static const u16 ends[] = { 0x100, 0x200, 0x004, 0x0fc, 0xffc, 0x300 };
	struct conf_world *world = test->priv;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		ext_cap(test, 0x100, PCI_EXT_CAP_ID_SRIOV, 0x200);
		ext_cap(test, 0x200, PCI_EXT_CAP_ID_ATS, ends[i]);
		KUNIT_EXPECT_EQ(test, build(test), 0);
		/* The walk found both, so both are hidden. */
		KUNIT_EXPECT_EQ(test, conf_world_read(test, 0x100, 4),
				0x20000000);
		KUNIT_EXPECT_EQ(test, conf_world_read(test, 0x200, 4),
				(u32)ends[i] << 20);
	}
	/* A configuration space of 256 bytes has no extended capabilities. */
	world->pdev.cfg_size = PCI_CFG_SPACE_SIZE;
	KUNIT_EXPECT_EQ(test, build(test), 0);
}

static void all_ones_are_no_capabilities(struct kunit *test)
{
	struct conf_world *world = test->priv;

	memset(world->hw, 0xff, sizeof(world->hw));
	KUNIT_EXPECT_EQ(test, build(test), 0);
	KUNIT_EXPECT_EQ(test, world->pbdev.conf->msi_cap, 0);

	world->bus_rc = PCIBIOS_DEVICE_NOT_FOUND;
	KUNIT_EXPECT_EQ(test, build(test), 0);
	world->bus_rc = 0;
}

static void any_garbage_is_survived(struct kunit *test)
{
	struct conf_world *world = test->priv;
	struct rnd_state rnd;
	unsigned int i, decode;

	prandom_seed_state(&rnd, 20150303);
	for (i = 0; i < 200; i++) {
		prandom_bytes_state(&rnd, world->hw, sizeof(world->hw));
		world->hw[PCI_STATUS] |= PCI_STATUS_CAP_LIST;
		KUNIT_EXPECT_EQ(test, build(test), 0);
		KUNIT_EXPECT_LE(test, world->pbdev.conf->nr_regs, 1025);
		/* Decode and BARs keep their policy whatever the other registers contain. */
		world->pbdev.permissive = true;
		world->writes = 0;
		decode = world->hw[PCI_COMMAND] & 3;
		conf_world_write(test, PCI_COMMAND, 1, 0);
		KUNIT_EXPECT_EQ(test, decode, world->hw[PCI_COMMAND] & 3);
		world->writes = 0;
		conf_world_write(test, PCI_BASE_ADDRESS_0, 4, 0xffffffff);
		KUNIT_EXPECT_EQ(test, world->writes, 0);
		world->pbdev.permissive = false;
	}
}

static void a_header_of_unknown_type_is_refused(struct kunit *test)
{
	struct conf_world *world = test->priv;

	world->pdev.hdr_type = PCI_HEADER_TYPE_CARDBUS;
	KUNIT_EXPECT_EQ(test, build(test), -ENODEV);
	world->pdev.hdr_type = 0x7f;
	KUNIT_EXPECT_EQ(test, build(test), -ENODEV);
	KUNIT_EXPECT_NULL(test, world->pbdev.conf);
	world->pdev.hdr_type = PCI_HEADER_TYPE_BRIDGE;
	KUNIT_EXPECT_EQ(test, build(test), 0);
}

static void every_failed_allocation_is_an_error_and_no_leak(struct kunit *test)
{
	struct conf_world *world = test->priv;
	unsigned int i, pos, failed = 0;
	int rc = -ENOMEM;

	/* The function has so many registers that the array grows more than once. */
	conf_world_load(world, &conf_e1000e);
	for (pos = 0x100; pos < 0xf00; pos += 8)
		ext_cap(test, pos, PCI_EXT_CAP_ID_PRI, pos + 8);

	for (i = 1; rc; i++) {
		fail_at = i;
		rc = build(test);
		failed += rc == -ENOMEM;
		if (rc && rc != -ENOMEM)
			break;
	}
	fail_at = 0;
	KUNIT_EXPECT_EQ(test, rc, 0);
	KUNIT_EXPECT_GT(test, failed, 5);
}

static void without_memory_there_is_no_space_and_no_leak(struct kunit *test)
{
	struct conf_world *world = test->priv;
	u32 val;

	conf_world_load(world, &conf_e1000e);
	no_memory = true;
	KUNIT_EXPECT_EQ(test, pb2_conf_init(&world->pbdev), -ENOMEM);
	no_memory = false;

	KUNIT_EXPECT_EQ(test, pb2_conf_read(&world->pbdev, 0, 4, &val),
			XEN_PCI_ERR_invalid_offset);
	KUNIT_EXPECT_EQ(test, conf_world_write(test, 0, 4, 0),
			XEN_PCI_ERR_invalid_offset);
	pb2_conf_reset(&world->pbdev);
	pb2_conf_quirk_clear(&world->pbdev);
	pb2_conf_free(&world->pbdev);
	pb2_conf_free(&world->pbdev);
}

static void a_space_can_be_built_again_after_it_was_freed(struct kunit *test)
{
	struct conf_world *world = test->priv;

	conf_world_load(world, &conf_e1000e);
	KUNIT_EXPECT_EQ(test, pb2_conf_init(&world->pbdev), 0);
	KUNIT_EXPECT_EQ(test, 0, pb2_conf_quirk_add(&world->pbdev, 0x54, 4, 0));
	pb2_conf_free(&world->pbdev);
	pb2_conf_free(&world->pbdev);
	KUNIT_EXPECT_EQ(test, pb2_conf_init(&world->pbdev), 0);
	world->writes = 0;
	conf_world_write(test, 0x54, 4, 1);
	KUNIT_EXPECT_EQ(test, world->writes, 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(known_capabilities_are_found_and_noted),
	KUNIT_CASE(a_list_that_status_denies_is_not_walked),
	KUNIT_CASE(a_loop_in_the_list_ends_the_walk),
	KUNIT_CASE(a_pointer_into_the_header_ends_the_walk),
	KUNIT_CASE(the_low_bits_of_a_pointer_are_ignored),
	KUNIT_CASE(the_longest_list_fits),
	KUNIT_CASE(of_two_capabilities_with_one_id_the_first_counts),
	KUNIT_CASE(where_capabilities_overlap_nothing_is_writable),
	KUNIT_CASE(loops_and_strays_end_the_extended_list),
	KUNIT_CASE(all_ones_are_no_capabilities),
	KUNIT_CASE(any_garbage_is_survived),
	KUNIT_CASE(a_header_of_unknown_type_is_refused),
	KUNIT_CASE(every_failed_allocation_is_an_error_and_no_leak),
	KUNIT_CASE(without_memory_there_is_no_space_and_no_leak),
	KUNIT_CASE(a_space_can_be_built_again_after_it_was_freed),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_conf_build",
	.init = conf_world_init,
	.exit = conf_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
