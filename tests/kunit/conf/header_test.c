// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the policy of the header
 */
#include "../support/conf_world.h"

#include "../../../drivers/xen/pciback2/conf/header.c"

static int init(struct kunit *test)
{
	return conf_world_start(test, &conf_e1000e);
}

static void decode_is_never_switched_off_in_hardware(struct kunit *test)
{
	struct conf_world *world = test->priv;
	unsigned int permissive, len;

	for (permissive = 0; permissive < 2; permissive++) {
		world->pbdev.permissive = permissive;
		for (len = 1; len <= 4; len *= 2) {
			conf_world_write(test, PCI_COMMAND, len, 3);
			KUNIT_EXPECT_EQ(test, 3, conf_world_read(test,
								 PCI_COMMAND,
								 1) & 3);
			conf_world_write(test, PCI_COMMAND, len, 0);
			KUNIT_EXPECT_EQ(test, 0, conf_world_read(test,
								 PCI_COMMAND,
								 1) & 3);
			KUNIT_EXPECT_EQ(test, world->hw[PCI_COMMAND] & 3, 3);
		}
	}
}

static void the_dummy_handler_follows_the_guests_decode(struct kunit *test)
{
	struct conf_world *world = test->priv;

	conf_world_write(test, PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
	KUNIT_EXPECT_EQ(test, world->decode, 1);
	conf_world_write(test, PCI_COMMAND, 2, PCI_COMMAND_IO);
	KUNIT_EXPECT_EQ(test, world->decode, 1);
	conf_world_write(test, PCI_COMMAND, 2, PCI_COMMAND_SERR);
	KUNIT_EXPECT_EQ(test, world->decode, 0);
	conf_world_write(test, PCI_COMMAND, 2, 0);
	KUNIT_EXPECT_EQ(test, world->decode, 0);
	/* The upper byte has no decode bit. */
	conf_world_write(test, PCI_COMMAND + 1, 1, 0x05);
	KUNIT_EXPECT_EQ(test, world->decode, 0);

	world->pdev.hdr_type = PCI_HEADER_TYPE_BRIDGE;
	conf_world_write(test, PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
	KUNIT_EXPECT_EQ(test, world->decode, 0);
}

static void bus_mastering_goes_through_the_pci_core(struct kunit *test)
{
	struct conf_world *world = test->priv;

	conf_world_write(test, PCI_COMMAND, 2, PCI_COMMAND_MASTER);
	KUNIT_EXPECT_EQ(test, world->masters, 1);
	KUNIT_EXPECT_TRUE(test, world->master);
	KUNIT_EXPECT_EQ(test, world->writes, 0);

	/* The hardware already has the bit. */
	conf_world_set(world, PCI_COMMAND, 2, 0x0107);
	conf_world_write(test, PCI_COMMAND, 2, PCI_COMMAND_MASTER);
	KUNIT_EXPECT_EQ(test, world->masters, 1);

	/* A reset cleared the bit in the hardware and not in the shadow. */
	conf_world_set(world, PCI_COMMAND, 2, 0x0103);
	conf_world_write(test, PCI_COMMAND, 2, PCI_COMMAND_MASTER);
	KUNIT_EXPECT_EQ(test, world->masters, 2);

	conf_world_set(world, PCI_COMMAND, 2, 0x0107);
	conf_world_write(test, PCI_COMMAND, 2, 0);
	KUNIT_EXPECT_EQ(test, world->masters, 3);
	KUNIT_EXPECT_FALSE(test, world->master);
}

static void a_pending_detach_forbids_starting_dma(struct kunit *test)
{
	struct conf_world *world = test->priv;
	unsigned int permissive;

	world->detaching = true;
	for (permissive = 0; permissive < 2; permissive++) {
		world->pbdev.permissive = permissive;
		KUNIT_EXPECT_EQ(test, XEN_PCI_ERR_access_denied,
				conf_world_write(test, PCI_COMMAND, 2, 7));
		KUNIT_EXPECT_EQ(test, world->masters, 0);
		KUNIT_EXPECT_EQ(test, world->decode, 0);
		KUNIT_EXPECT_EQ(test, conf_world_read(test, PCI_COMMAND, 2), 0);
	}
	KUNIT_EXPECT_EQ(test, conf_world_write(test, PCI_COMMAND, 2, 3), 0);
	/* The guest may always switch bus mastering off. */
	conf_world_set(world, PCI_COMMAND, 2, 0x0107);
	KUNIT_EXPECT_EQ(test, conf_world_write(test, PCI_COMMAND, 2, 3), 0);
	KUNIT_EXPECT_EQ(test, world->masters, 1);
	KUNIT_EXPECT_FALSE(test, world->master);
}

static void invalidate_reads_back_only_if_it_could_be_set(struct kunit *test)
{
	struct conf_world *world = test->priv;

	world->mwi_rc = -EINVAL;
	KUNIT_EXPECT_EQ(test, 0, conf_world_write(test, PCI_COMMAND, 2,
						  PCI_COMMAND_INVALIDATE));
	KUNIT_EXPECT_EQ(test, conf_world_read(test, PCI_COMMAND, 2), 0);
	world->mwi_rc = 0;
	conf_world_write(test, PCI_COMMAND, 2, PCI_COMMAND_INVALIDATE);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, PCI_COMMAND, 2),
			PCI_COMMAND_INVALIDATE);
	KUNIT_EXPECT_EQ(test, world->mwis, 2);
	conf_world_write(test, PCI_COMMAND, 2, PCI_COMMAND_INVALIDATE);
	KUNIT_EXPECT_EQ(test, world->mwis, 2);
	conf_world_write(test, PCI_COMMAND, 2, 0);
	KUNIT_EXPECT_EQ(test, world->mwis, 3);
}

static void intx_disable_is_real_with_interrupt_control_only(struct kunit *test)
{
	struct conf_world *world = test->priv;

	conf_world_write(test, PCI_COMMAND, 2, PCI_COMMAND_INTX_DISABLE);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, PCI_COMMAND, 2),
			PCI_COMMAND_INTX_DISABLE);
	KUNIT_EXPECT_EQ(test, world->intxs, 0);

	world->pbdev.allow_interrupt_control = true;
	conf_world_write(test, PCI_COMMAND, 2, 0);
	KUNIT_EXPECT_EQ(test, world->intxs, 1);
	KUNIT_EXPECT_TRUE(test, world->intx);
	conf_world_write(test, PCI_COMMAND, 2, PCI_COMMAND_INTX_DISABLE);
	KUNIT_EXPECT_EQ(test, world->intxs, 2);
	KUNIT_EXPECT_FALSE(test, world->intx);
	conf_world_write(test, PCI_COMMAND, 2, PCI_COMMAND_INTX_DISABLE | 2);
	KUNIT_EXPECT_EQ(test, world->intxs, 2);
}

static void permissive_writes_six_command_bits_as_they_are(struct kunit *test)
{
	struct conf_world *world = test->priv;

	world->pbdev.permissive = true;
	conf_world_write(test, PCI_COMMAND, 2, 0xffff);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, PCI_COMMAND, 2), 0x03bf);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, PCI_COMMAND, 2), 0x07ff);
	conf_world_write(test, PCI_COMMAND, 2, 0);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, PCI_COMMAND, 2), 0x0103);
	/* A write that changes nothing does not reach the hardware. */
	world->writes = 0;
	conf_world_write(test, PCI_COMMAND, 2, 0);
	KUNIT_EXPECT_EQ(test, world->writes, 0);
}

static void the_error_bits_of_status_can_be_cleared_one_by_one(struct kunit *test)
{
	struct conf_world *world = test->priv;

	world->rw1c[PCI_STATUS + 1] = 0xf9;
	conf_world_set(world, PCI_STATUS, 2, 0xf910);
	conf_world_write(test, PCI_STATUS, 2, 0x2000);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, PCI_STATUS, 2), 0xd910);
	conf_world_write(test, PCI_STATUS + 1, 1, 0x80);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, PCI_STATUS, 2), 0x5910);
	/* A write of COMMAND, and zeros for the error bits, leave STATUS alone. */
	world->writes = 0;
	conf_world_write(test, PCI_COMMAND, 2, 0xffff);
	conf_world_write(test, PCI_COMMAND, 4, 0x0000ffff);
	conf_world_write(test, PCI_COMMAND, 4, 0x06ff0000);
	KUNIT_EXPECT_EQ(test, world->writes, 0);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, PCI_STATUS, 2), 0x5910);
}

static void a_guest_sees_the_ids_that_the_kernel_knows(struct kunit *test)
{
	struct conf_world *world = test->priv;

	/* A virtual function has these IDs in the hardware. */
	conf_world_set(world, PCI_VENDOR_ID, 4, 0xffffffff);
	world->pdev.device = 0x10ca;
	pb2_conf_reset(&world->pbdev);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, PCI_VENDOR_ID, 4),
			0x10ca8086);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, PCI_DEVICE_ID, 2), 0x10ca);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, PCI_VENDOR_ID + 1, 1),
			0x80);
}

/* PCI drivers read these registers to detect that their device was removed. */
static void a_lost_function_reads_all_ones(struct kunit *test)
{
	struct conf_world *world = test->priv;
	unsigned int off;

	for (off = 0; off < 8; off += 4)
		KUNIT_EXPECT_NE(test, conf_world_read(test, off, 4), U32_MAX);
	memset(world->hw, 0xff, sizeof(world->hw));
	for (off = 0; off < 8; off++)
		KUNIT_EXPECT_EQ(test, conf_world_read(test, off, 1), 0xff);
	for (off = 0; off < 8; off += 2)
		KUNIT_EXPECT_EQ(test, conf_world_read(test, off, 2), 0xffff);
	for (off = 0; off < 8; off += 4)
		KUNIT_EXPECT_EQ(test, conf_world_read(test, off, 4), U32_MAX);
}

static void the_interrupt_line_is_that_of_intx(struct kunit *test)
{
	struct conf_world *world = test->priv;

	world->pdev.irq = 0x114;
	pb2_conf_reset(&world->pbdev);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, PCI_INTERRUPT_LINE, 1),
			0x14);
	world->pbdev.intx.irq = 16;
	pb2_conf_reset(&world->pbdev);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, PCI_INTERRUPT_LINE, 2),
			0x0110);
}

static void a_guest_starts_no_self_test(struct kunit *test)
{
	struct conf_world *world = test->priv;

	conf_world_set(world, PCI_CACHE_LINE_SIZE, 4, 0x83002010);
	conf_world_write(test, PCI_CACHE_LINE_SIZE, 4, 0x4fffff08);
	world->pbdev.permissive = true;
	KUNIT_EXPECT_EQ(test, pb2_conf_quirk_add(&world->pbdev, PCI_BIST, 1, 0),
			0);
	conf_world_write(test, PCI_BIST, 1, PCI_BIST_START);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, PCI_CACHE_LINE_SIZE, 4),
			0x83002008);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(decode_is_never_switched_off_in_hardware),
	KUNIT_CASE(the_dummy_handler_follows_the_guests_decode),
	KUNIT_CASE(bus_mastering_goes_through_the_pci_core),
	KUNIT_CASE(a_pending_detach_forbids_starting_dma),
	KUNIT_CASE(invalidate_reads_back_only_if_it_could_be_set),
	KUNIT_CASE(intx_disable_is_real_with_interrupt_control_only),
	KUNIT_CASE(permissive_writes_six_command_bits_as_they_are),
	KUNIT_CASE(the_error_bits_of_status_can_be_cleared_one_by_one),
	KUNIT_CASE(a_guest_sees_the_ids_that_the_kernel_knows),
	KUNIT_CASE(a_lost_function_reads_all_ones),
	KUNIT_CASE(the_interrupt_line_is_that_of_intx),
	KUNIT_CASE(a_guest_starts_no_self_test),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_conf_header",
	.init = init,
	.exit = conf_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
