// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the policy of MSI and MSI-X
 */
#include "../support/conf_world.h"

#include "../../../drivers/xen/pciback2/conf/cap_msi.c"

#define MSI	0xd0
#define MSI_FLAGS	(MSI + PCI_MSI_FLAGS)
#define MSI_ON	(0x0080 | PCI_MSI_FLAGS_ENABLE)
#define MSI_OFF	0x0080
#define MSIX	0xa0
#define MSIX_FLAGS	(MSIX + PCI_MSIX_FLAGS)
#define MSIX_ON	(0x0004 | PCI_MSIX_FLAGS_ENABLE)
#define MSIX_OFF	0x0004

static int init(struct kunit *test)
{
	return conf_world_start(test, &conf_e1000e);
}

static void without_interrupt_control_nothing_changes(struct kunit *test)
{
	struct conf_world *world = test->priv;

	KUNIT_EXPECT_EQ(test, conf_world_write(test, MSI_FLAGS, 2, MSI_ON),
			XEN_PCI_ERR_access_denied);
	KUNIT_EXPECT_EQ(test, conf_world_write(test, MSI_FLAGS, 1, 0x81),
			XEN_PCI_ERR_access_denied);
	KUNIT_EXPECT_EQ(test, conf_world_write(test, MSIX_FLAGS, 2, MSIX_ON),
			XEN_PCI_ERR_access_denied);
	KUNIT_EXPECT_EQ(test, conf_world_write(test, MSIX_FLAGS + 1, 1, 0x80),
			XEN_PCI_ERR_access_denied);
	KUNIT_EXPECT_EQ(test, world->writes, 0);
}

static void an_equal_write_succeeds_and_writes_nothing(struct kunit *test)
{
	struct conf_world *world = test->priv;

	KUNIT_EXPECT_EQ(test, conf_world_write(test, MSI_FLAGS, 2, MSI_OFF), 0);
	KUNIT_EXPECT_EQ(test, conf_world_write(test, MSIX_FLAGS, 2, MSIX_OFF),
			0);
	KUNIT_EXPECT_EQ(test, conf_world_write(test, MSIX_FLAGS + 1, 1, 0), 0);
	KUNIT_EXPECT_EQ(test, world->writes, 0);
}

static void a_device_model_may_flip_the_enable_bits(struct kunit *test)
{
	struct conf_world *world = test->priv;

	world->pbdev.allow_interrupt_control = true;
	KUNIT_EXPECT_EQ(test, conf_world_write(test, MSI_FLAGS, 2, MSI_ON), 0);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, MSI_FLAGS, 2), MSI_ON);
	KUNIT_EXPECT_EQ(test, conf_world_write(test, MSI_FLAGS, 2, MSI_OFF), 0);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, MSI_FLAGS, 2), MSI_OFF);

	KUNIT_EXPECT_EQ(test, conf_world_write(test, MSIX_FLAGS, 2,
					       MSIX_ON | 0x4000), 0);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, MSIX_FLAGS, 2),
			MSIX_ON | 0x4000);
	KUNIT_EXPECT_EQ(test, conf_world_write(test, MSIX_FLAGS + 1, 1, 0x80),
			0);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, MSIX_FLAGS, 2), MSIX_ON);

	/* The device model may flip no other bit. */
	KUNIT_EXPECT_EQ(test, conf_world_write(test, MSI_FLAGS, 2, 0x00a0),
			XEN_PCI_ERR_access_denied);
	KUNIT_EXPECT_EQ(test, conf_world_write(test, MSIX_FLAGS, 2, 0x8005),
			XEN_PCI_ERR_access_denied);
}

static void expect_written(struct kunit *test, unsigned int off, u32 val)
{
	struct conf_world *world = test->priv;

	KUNIT_EXPECT_EQ(test, world->write_off, off);
	KUNIT_EXPECT_EQ(test, world->write_len, 2);
	KUNIT_EXPECT_EQ(test, world->write_val, val);
}

/* Xen drops dom0's writes of a part of the flags. */
static void the_flags_are_written_as_a_whole(struct kunit *test)
{
	struct conf_world *world = test->priv;

	world->pbdev.allow_interrupt_control = true;
	KUNIT_EXPECT_EQ(test, conf_world_write(test, MSI_FLAGS, 2, MSI_ON), 0);
	expect_written(test, MSI_FLAGS, MSI_ON);
	KUNIT_EXPECT_EQ(test, conf_world_write(test, MSI_FLAGS, 1, 0x80), 0);
	expect_written(test, MSI_FLAGS, MSI_OFF);
	KUNIT_EXPECT_EQ(test, conf_world_write(test, MSIX_FLAGS, 2, MSIX_ON),
			0);
	expect_written(test, MSIX_FLAGS, MSIX_ON);
	KUNIT_EXPECT_EQ(test, conf_world_write(test, MSIX_FLAGS + 1, 1, 0), 0);
	expect_written(test, MSIX_FLAGS, MSIX_OFF);
	KUNIT_EXPECT_EQ(test, conf_world_write(test, MSIX, 4, MSIX_ON << 16),
			0);
	expect_written(test, MSIX_FLAGS, MSIX_ON);

	world->pbdev.allow_interrupt_control = false;
	world->pbdev.permissive = true;
	KUNIT_EXPECT_EQ(test, conf_world_write(test, MSIX_FLAGS + 1, 1, 0), 0);
	expect_written(test, MSIX_FLAGS, MSIX_OFF);
}

static void msi_and_msix_are_not_enabled_together(struct kunit *test)
{
	struct conf_world *world = test->priv;

	world->pbdev.allow_interrupt_control = true;
	conf_world_set(world, MSI_FLAGS, 2, MSI_ON);
	KUNIT_EXPECT_EQ(test, conf_world_write(test, MSIX_FLAGS, 2, MSIX_ON),
			XEN_PCI_ERR_access_denied);
	KUNIT_EXPECT_EQ(test, conf_world_write(test, MSIX_FLAGS, 2, 0x4004), 0);
	conf_world_set(world, MSI_FLAGS, 2, MSI_OFF);
	conf_world_set(world, MSIX_FLAGS, 2, MSIX_ON);
	KUNIT_EXPECT_EQ(test, conf_world_write(test, MSI_FLAGS, 2, MSI_ON),
			XEN_PCI_ERR_access_denied);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, MSI_FLAGS, 2), MSI_OFF);
}

static void a_pending_detach_forbids_enabling(struct kunit *test)
{
	struct conf_world *world = test->priv;
	unsigned int permissive;

	world->pbdev.allow_interrupt_control = true;
	world->detaching = true;
	for (permissive = 0; permissive < 2; permissive++) {
		world->pbdev.permissive = permissive;
		KUNIT_EXPECT_EQ(test, XEN_PCI_ERR_access_denied,
				conf_world_write(test, MSI_FLAGS, 2, MSI_ON));
		KUNIT_EXPECT_EQ(test, XEN_PCI_ERR_access_denied,
				conf_world_write(test, MSIX_FLAGS, 2, MSIX_ON));
	}
	conf_world_set(world, MSI_FLAGS, 2, MSI_ON);
	KUNIT_EXPECT_EQ(test, conf_world_write(test, MSI_FLAGS, 2, MSI_OFF), 0);
}

static void address_and_data_are_read_only(struct kunit *test)
{
	struct conf_world *world = test->priv;
	unsigned int off, len;

	world->pbdev.allow_interrupt_control = true;
	for (len = 1; len <= 4; len *= 2) {
		for (off = MSI + 4; off < MSI + 0x10; off += len)
			conf_world_write(test, off, len, 0xffffffff);
		for (off = MSIX + 4; off < MSIX + 12; off += len)
			conf_world_write(test, off, len, 0xffffffff);
	}
	KUNIT_EXPECT_EQ(test, world->writes, 0);
}

static void permissive_writes_the_flags_as_they_are(struct kunit *test)
{
	struct conf_world *world = test->priv;

	world->pbdev.permissive = true;
	KUNIT_EXPECT_EQ(test, conf_world_write(test, MSI_FLAGS, 2, 0x00b1), 0);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, MSI_FLAGS, 2), 0x00b1);
	KUNIT_EXPECT_EQ(test, conf_world_write(test, MSIX_FLAGS, 2, 0xc123), 0);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, MSIX_FLAGS, 2), 0xc123);
}

static void a_function_that_is_gone_has_no_flags(struct kunit *test)
{
	struct conf_world *world = test->priv;

	world->bus_rc = PCIBIOS_DEVICE_NOT_FOUND;
	KUNIT_EXPECT_EQ(test, conf_world_write(test, MSI_FLAGS, 2, MSI_ON),
			XEN_PCI_ERR_dev_not_found);
	KUNIT_EXPECT_EQ(test, conf_world_write(test, MSIX_FLAGS, 2, MSIX_ON),
			XEN_PCI_ERR_dev_not_found);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(without_interrupt_control_nothing_changes),
	KUNIT_CASE(an_equal_write_succeeds_and_writes_nothing),
	KUNIT_CASE(a_device_model_may_flip_the_enable_bits),
	KUNIT_CASE(the_flags_are_written_as_a_whole),
	KUNIT_CASE(msi_and_msix_are_not_enabled_together),
	KUNIT_CASE(a_pending_detach_forbids_enabling),
	KUNIT_CASE(address_and_data_are_read_only),
	KUNIT_CASE(permissive_writes_the_flags_as_they_are),
	KUNIT_CASE(a_function_that_is_gone_has_no_flags),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_conf_cap_msi",
	.init = init,
	.exit = conf_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
