// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the engine of the configuration space
 */
#include "../support/conf_world.h"

#include "../../../drivers/xen/pciback2/conf/engine.c"

static void start_e1000e(struct kunit *test)
{
	struct conf_world *world = test->priv;

	conf_world_load(world, &conf_e1000e);
	KUNIT_EXPECT_EQ(test, pb2_conf_init(&world->pbdev), 0);
	world->reads = 0;
	world->writes = 0;
}

static void an_access_that_no_bus_would_make_is_refused(struct kunit *test)
{
	static const struct {
		int off;
		int len;
	} bad[] = {
		{ 0, 0 }, { 0, 3 }, { 0, 5 }, { 0, 8 }, { 0, -1 },
		{ 0, INT_MIN }, { 1, 2 }, { 3, 2 }, { 2, 4 }, { 1, 4 },
		{ -1, 1 }, { -4, 4 }, { INT_MIN, 4 }, { 4096, 1 },
		{ 4096, 4 }, { INT_MAX, 1 }, { 0x10000, 4 },
	};
	struct conf_world *world = test->priv;
	unsigned int i;
	u32 val;

	start_e1000e(test);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		val = 1;
		KUNIT_EXPECT_EQ(test, XEN_PCI_ERR_invalid_offset,
				pb2_conf_read(&world->pbdev, bad[i].off,
					      bad[i].len, &val));
		KUNIT_EXPECT_EQ(test, val, 0);
		KUNIT_EXPECT_EQ(test, XEN_PCI_ERR_invalid_offset,
				pb2_conf_write(&world->pbdev, bad[i].off,
					       bad[i].len, 1));
	}
	KUNIT_EXPECT_EQ(test, world->reads + world->writes, 0);
}

static void beyond_the_size_of_a_small_space_is_nothing(struct kunit *test)
{
	struct conf_world *world = test->priv;
	u32 val;

	world->pdev.cfg_size = PCI_CFG_SPACE_SIZE;
	start_e1000e(test);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, 0xfc, 4), 0);
	KUNIT_EXPECT_EQ(test, pb2_conf_read(&world->pbdev, 0x100, 4, &val),
			XEN_PCI_ERR_invalid_offset);
	KUNIT_EXPECT_EQ(test, conf_world_write(test, 0x100, 4, 1),
			XEN_PCI_ERR_invalid_offset);
}

static void a_virtual_register_is_read_without_the_hardware(struct kunit *test)
{
	struct conf_world *world = test->priv;

	start_e1000e(test);
	conf_world_read(test, PCI_BASE_ADDRESS_0, 4);
	conf_world_read(test, PCI_BASE_ADDRESS_0 + 3, 1);
	conf_world_read(test, PCI_INTERRUPT_LINE, 1);
	KUNIT_EXPECT_EQ(test, world->reads, 0);
	/* One read checks whether the function answers. */
	conf_world_read(test, PCI_VENDOR_ID, 4);
	KUNIT_EXPECT_EQ(test, world->reads, 1);
	conf_world_read(test, PCI_COMMAND, 2);
	KUNIT_EXPECT_EQ(test, world->reads, 2);
	/* Half of this dword is not virtual. */
	conf_world_read(test, PCI_INTERRUPT_LINE, 4);
	KUNIT_EXPECT_EQ(test, world->reads, 3);
}

static void command_and_status_are_written_as_one_dword(struct kunit *test)
{
	struct conf_world *world = test->priv;

	start_e1000e(test);
	world->rw1c[PCI_STATUS + 1] = 0xf9;
	conf_world_set(world, PCI_STATUS, 2, 0xf910);

	KUNIT_EXPECT_EQ(test, conf_world_write(test, PCI_COMMAND, 4,
					       0x80000006), 0);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, PCI_COMMAND, 4),
			0x79100006);
	KUNIT_EXPECT_TRUE(test, world->master);
	/* Only the byte with a bit to clear is written, with this bit alone. */
	KUNIT_EXPECT_EQ(test, world->writes, 1);
	KUNIT_EXPECT_EQ(test, world->write_off, PCI_STATUS + 1);
	KUNIT_EXPECT_EQ(test, world->write_len, 1);
	KUNIT_EXPECT_EQ(test, world->write_val, 0x80);
}

static void a_dropped_write_is_told_once_per_assignment(struct kunit *test)
{
	struct conf_world *world = test->priv;

	start_e1000e(test);
	/* Writes of registers with a policy are not reported. */
	conf_world_write(test, PCI_VENDOR_ID, 4, 0);
	conf_world_write(test, PCI_LATENCY_TIMER, 1, 0x40);
	conf_world_write(test, PCI_STATUS, 2, 0);
	KUNIT_EXPECT_FALSE(test, world->pbdev.conf->warned);

	KUNIT_EXPECT_EQ(test, conf_world_write(test, 0x54, 2, 0x1234), 0);
	KUNIT_EXPECT_TRUE(test, world->pbdev.conf->warned);
	KUNIT_EXPECT_EQ(test, conf_world_write(test, 0x54, 2, 0x1234), 0);
	KUNIT_EXPECT_EQ(test, world->writes, 0);

	/* The guest's own FLR ends with this, and is no new assignment. */
	pb2_conf_reset(&world->pbdev);
	KUNIT_EXPECT_TRUE(test, world->pbdev.conf->warned);
	pb2_conf_begin(&world->pbdev);
	KUNIT_EXPECT_FALSE(test, world->pbdev.conf->warned);
}

/* A Linux guest clears them whenever its driver starts. */
static void a_dropped_write_of_the_aer_status_is_not_told(struct kunit *test)
{
	struct conf_world *world = test->priv;

	start_e1000e(test);
	KUNIT_ASSERT_EQ(test, world->pbdev.conf->aer_cap, 0x100);
	conf_world_write(test, 0x100 + PCI_ERR_UNCOR_STATUS, 4, 0xffffffff);
	conf_world_write(test, 0x100 + PCI_ERR_COR_STATUS, 4, 0xffffffff);
	conf_world_write(test, 0x100 + PCI_ERR_COR_STATUS + 1, 1, 0xff);
	KUNIT_EXPECT_FALSE(test, world->pbdev.conf->warned);
	KUNIT_EXPECT_EQ(test, world->writes, 0);
	conf_world_write(test, 0x100 + PCI_ERR_UNCOR_MASK, 4, 0);
	KUNIT_EXPECT_TRUE(test, world->pbdev.conf->warned);
}

static void the_module_parameter_is_permissive_for_all(struct kunit *test)
{
	struct conf_world *world = test->priv;
	bool old = pb2_permissive;

	start_e1000e(test);
	pb2_permissive = true;
	KUNIT_EXPECT_EQ(test, conf_world_write(test, 0x54, 4, 0x12345678), 0);
	pb2_permissive = old;
	KUNIT_EXPECT_EQ(test, conf_world_get(world, 0x54, 4), 0x12345678);
	KUNIT_EXPECT_EQ(test, world->writes, 1);
	KUNIT_EXPECT_EQ(test, world->write_len, 4);
}

static void an_error_of_the_hardware_reaches_the_guest(struct kunit *test)
{
	struct conf_world *world = test->priv;
	u32 val = 1;

	start_e1000e(test);
	world->bus_rc = PCIBIOS_DEVICE_NOT_FOUND;
	KUNIT_EXPECT_EQ(test, pb2_conf_read(&world->pbdev, 0x08, 4, &val),
			XEN_PCI_ERR_dev_not_found);
	KUNIT_EXPECT_EQ(test, val, 0);
	KUNIT_EXPECT_EQ(test, conf_world_write(test, PCI_COMMAND, 2, 6),
			XEN_PCI_ERR_dev_not_found);
	KUNIT_EXPECT_EQ(test, conf_world_write(test, PCI_CACHE_LINE_SIZE, 1, 8),
			XEN_PCI_ERR_dev_not_found);
	KUNIT_EXPECT_EQ(test, conf_world_write(test, 0xcc, 2, 0x1e00),
			XEN_PCI_ERR_dev_not_found);
	/* A failed read of COMMAND does not count as a lost function. */
	KUNIT_EXPECT_EQ(test, conf_world_read(test, PCI_VENDOR_ID, 4),
			0x10d38086);
}

static void a_reset_gives_a_new_guest_nothing_of_the_old_one(struct kunit *test)
{
	struct conf_world *world = test->priv;

	start_e1000e(test);
	conf_world_write(test, PCI_COMMAND, 2, 0x0507);
	conf_world_write(test, PCI_BASE_ADDRESS_0, 4, 0x12340000);
	conf_world_write(test, PCI_ROM_ADDRESS, 4, 0x00000001);
	pb2_conf_reset(&world->pbdev);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, PCI_COMMAND, 2), 0);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, PCI_BASE_ADDRESS_0, 4),
			0xfe840000);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, PCI_ROM_ADDRESS, 4),
			0xfe800000);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(an_access_that_no_bus_would_make_is_refused),
	KUNIT_CASE(beyond_the_size_of_a_small_space_is_nothing),
	KUNIT_CASE(a_virtual_register_is_read_without_the_hardware),
	KUNIT_CASE(command_and_status_are_written_as_one_dword),
	KUNIT_CASE(a_dropped_write_is_told_once_per_assignment),
	KUNIT_CASE(a_dropped_write_of_the_aer_status_is_not_told),
	KUNIT_CASE(the_module_parameter_is_permissive_for_all),
	KUNIT_CASE(an_error_of_the_hardware_reaches_the_guest),
	KUNIT_CASE(a_reset_gives_a_new_guest_nothing_of_the_old_one),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_conf_engine",
	.init = conf_world_init,
	.exit = conf_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
