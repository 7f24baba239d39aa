// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the access to the hardware's configuration space
 */
#include "../support/conf_world.h"

#include "../../../drivers/xen/pciback2/conf/access.c"

static void every_width_reaches_the_bus_as_it_is(struct kunit *test)
{
	struct conf_world *world = test->priv;
	struct pb2_device *pbdev = &world->pbdev;
	u32 val;

	conf_world_set(world, 0x40, 4, 0x87654321);
	KUNIT_EXPECT_EQ(test, pb2_access_read(pbdev, 0x40, 4, &val), 0);
	KUNIT_EXPECT_EQ(test, val, 0x87654321);
	KUNIT_EXPECT_EQ(test, pb2_access_read(pbdev, 0x42, 2, &val), 0);
	KUNIT_EXPECT_EQ(test, val, 0x8765);
	KUNIT_EXPECT_EQ(test, pb2_access_read(pbdev, 0x43, 1, &val), 0);
	KUNIT_EXPECT_EQ(test, val, 0x87);
	KUNIT_EXPECT_EQ(test, world->reads, 3);

	KUNIT_EXPECT_EQ(test, pb2_access_write(pbdev, 0x41, 1, 0xaa), 0);
	KUNIT_EXPECT_EQ(test, world->write_len, 1);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, 0x40, 4), 0x8765aa21);
	KUNIT_EXPECT_EQ(test, pb2_access_write(pbdev, 0x42, 2, 0xbbcc), 0);
	KUNIT_EXPECT_EQ(test, world->write_len, 2);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, 0x40, 4), 0xbbccaa21);
	KUNIT_EXPECT_EQ(test, pb2_access_write(pbdev, 0x40, 4, 5), 0);
	KUNIT_EXPECT_EQ(test, world->write_len, 4);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, 0x40, 4), 5);
	KUNIT_EXPECT_EQ(test, world->writes, 3);
}

static void an_error_of_the_bus_becomes_one_of_the_protocol(struct kunit *test)
{
	static const struct {
		int bus;
		int xen;
	} errors[] = {
		{ PCIBIOS_DEVICE_NOT_FOUND, XEN_PCI_ERR_dev_not_found },
		{ PCIBIOS_BAD_REGISTER_NUMBER, XEN_PCI_ERR_invalid_offset },
		{ -EINVAL, XEN_PCI_ERR_invalid_offset },
		{ PCIBIOS_FUNC_NOT_SUPPORTED, XEN_PCI_ERR_not_implemented },
		{ PCIBIOS_SET_FAILED, XEN_PCI_ERR_access_denied },
		{ PCIBIOS_BUFFER_TOO_SMALL, XEN_PCI_ERR_op_failed },
		{ -EIO, XEN_PCI_ERR_op_failed },
	};
	struct conf_world *world = test->priv;
	struct pb2_device *pbdev = &world->pbdev;
	unsigned int i, len;
	u32 val;

	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		world->bus_rc = errors[i].bus;
		for (len = 1; len <= 4; len *= 2) {
			val = 0;
			KUNIT_EXPECT_EQ(test, errors[i].xen,
					pb2_access_read(pbdev, 0x40, len,
							&val));
			KUNIT_EXPECT_EQ(test, val, GENMASK(len * 8 - 1, 0));
			KUNIT_EXPECT_EQ(test, errors[i].xen,
					pb2_access_write(pbdev, 0x40, len, 1));
		}
	}
}

static void a_function_that_is_gone_reads_as_ones(struct kunit *test)
{
	struct conf_world *world = test->priv;
	u32 val;

	world->pdev.error_state = pci_channel_io_perm_failure;
	KUNIT_EXPECT_EQ(test, pb2_access_read(&world->pbdev, 0, 2, &val),
			XEN_PCI_ERR_dev_not_found);
	KUNIT_EXPECT_EQ(test, val, 0xffff);
	KUNIT_EXPECT_EQ(test, pb2_access_write(&world->pbdev, 4, 2, 0),
			XEN_PCI_ERR_dev_not_found);
	KUNIT_EXPECT_EQ(test, world->reads + world->writes, 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(every_width_reaches_the_bus_as_it_is),
	KUNIT_CASE(an_error_of_the_bus_becomes_one_of_the_protocol),
	KUNIT_CASE(a_function_that_is_gone_reads_as_ones),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_access",
	.init = conf_world_init,
	.exit = conf_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
