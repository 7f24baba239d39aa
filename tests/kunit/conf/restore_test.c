// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of restore.c: what comes back after a reset that dom0 does not know of,
 * the device's own, by a register of its BARs, or that of a power state
 */
#include "../support/conf_world.h"

#include "../../../drivers/xen/pciback2/conf/restore.c"

#define DEVCTL		(0xe0 + PCI_EXP_DEVCTL)
#define DECODE		(PCI_COMMAND_IO | PCI_COMMAND_MEMORY)
/* Payload of 256 bytes, read requests of 1024, error reporting, extended tags */
#define DEVCTL_OF_DOM0	0x312f
/* PCIe 6.0, 7.5.3.4 */
#define DEVCTL_DEFAULT	0x2810

static const unsigned int bars[] = {
	PCI_BASE_ADDRESS_0, PCI_BASE_ADDRESS_1, PCI_BASE_ADDRESS_2,
	PCI_BASE_ADDRESS_3, PCI_BASE_ADDRESS_4, PCI_BASE_ADDRESS_5,
	PCI_ROM_ADDRESS,
};

static int init(struct kunit *test)
{
	struct conf_world *world = conf_world_create(test, &conf_e1000e);

	if (!world)
		return -ENOMEM;
	conf_world_set(world, DEVCTL, 2, DEVCTL_OF_DOM0);
	conf_world_set(world, PCI_LATENCY_TIMER, 1, 0x40);
	return pb2_conf_init(&world->pbdev);
}

static void reset_hw(struct conf_world *world)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bars); i++)
		conf_world_set(world, bars[i], 4, 0);
	conf_world_set(world, PCI_COMMAND, 2, 0);
	conf_world_set(world, PCI_CACHE_LINE_SIZE, 2, 0);
	conf_world_set(world, PCI_INTERRUPT_LINE, 1, 0);
	conf_world_set(world, DEVCTL, 2, DEVCTL_DEFAULT);
	world->writes = 0;
}

static void what_a_guest_cannot_write_comes_back_with_decode(struct kunit *test)
{
	static const u32 turns_on[] = {
		PCI_COMMAND_IO, PCI_COMMAND_MEMORY, PCI_COMMAND_MASTER,
		PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER,
	};
	struct conf_world *world = test->priv;
	u8 *before = kunit_kmalloc(test, sizeof(world->hw), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, before);
	memcpy(before, world->hw, sizeof(world->hw));
	/* What the guest has to write itself */
	before[PCI_CACHE_LINE_SIZE] = 0;

	for (i = 0; i < ARRAY_SIZE(turns_on); i++) {
		conf_world_write(test, PCI_COMMAND, 2, turns_on[i]);
		reset_hw(world);
		KUNIT_EXPECT_EQ(test, conf_world_write(test, PCI_COMMAND, 2,
						       turns_on[i]), 0);
		/* Decode comes after the addresses. */
		KUNIT_EXPECT_EQ(test, world->write_off, PCI_COMMAND);
		/* The guest's own bits of DEVCTL are the guest's matter. */
		KUNIT_EXPECT_EQ(test, conf_world_get(world, DEVCTL, 2) & ~0x7810,
				DEVCTL_OF_DOM0 & ~0x7810);
		conf_world_set(world, DEVCTL, 2, DEVCTL_OF_DOM0);
		KUNIT_EXPECT_EQ(test, memcmp(before, world->hw, sizeof(world->hw)),
				0);
	}
}

static void a_guest_sees_that_its_command_is_gone(struct kunit *test)
{
	struct conf_world *world = test->priv;
	unsigned int len;

	for (len = 1; len <= 4; len *= 2) {
		conf_world_write(test, PCI_COMMAND, 2, 0x0147);
		KUNIT_EXPECT_EQ(test, conf_world_read(test, PCI_COMMAND, 2),
				0x0147);
		reset_hw(world);
		KUNIT_EXPECT_EQ(test, 0, conf_world_read(test, PCI_COMMAND, len) &
					 0xffff);
		KUNIT_EXPECT_EQ(test, world->writes, 0);
	}
	KUNIT_EXPECT_EQ(test, conf_world_read(test, PCI_VENDOR_ID, 4),
			0x10d38086);
	/* Half of it written is half of it there. */
	conf_world_write(test, PCI_COMMAND, 1, DECODE);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, PCI_COMMAND, 2), DECODE);
}

static void nothing_comes_back_before_the_guest_wants_it(struct kunit *test)
{
	struct conf_world *world = test->priv;

	conf_world_write(test, PCI_COMMAND, 2, DECODE | PCI_COMMAND_MASTER);
	reset_hw(world);
	conf_world_write(test, PCI_BASE_ADDRESS_0, 4, 0xfe840000);
	conf_world_write(test, PCI_COMMAND, 2, PCI_COMMAND_PARITY);
	conf_world_write(test, PCI_COMMAND + 1, 1, PCI_COMMAND_SERR >> 8);
	KUNIT_EXPECT_EQ(test, world->writes, 0);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, PCI_COMMAND, 2), 0);
}

static void where_nothing_is_lost_nothing_is_written(struct kunit *test)
{
	struct conf_world *world = test->priv;
	unsigned int i;

	for (i = 0; i < 3; i++) {
		conf_world_write(test, PCI_COMMAND, 2, DECODE);
		conf_world_write(test, PCI_COMMAND, 2, 0);
	}
	KUNIT_EXPECT_EQ(test, world->writes, 0);
	KUNIT_EXPECT_FALSE(test, world->pbdev.conf->restored);
}

static void the_guests_smaller_read_requests_stay(struct kunit *test)
{
	struct conf_world *world = test->priv;

	/* A driver's restore writes this register before COMMAND. */
	reset_hw(world);
	conf_world_write(test, DEVCTL, 2, 0x1000);
	conf_world_write(test, PCI_COMMAND, 2, DECODE);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, DEVCTL, 2),
			(DEVCTL_OF_DOM0 & ~0x7000) | 0x1000);
	/* A device that begins with larger ones than the host allows */
	reset_hw(world);
	conf_world_set(world, DEVCTL, 2, 0x5000);
	conf_world_write(test, PCI_COMMAND, 2, DECODE);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, DEVCTL, 2),
			DEVCTL_OF_DOM0);
}

static void a_silent_function_changes_nothing_that_is_kept(struct kunit *test)
{
	struct conf_world *world = test->priv;
	u8 *before = kunit_kmalloc(test, sizeof(world->hw), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, before);
	memcpy(before, world->hw, sizeof(world->hw));
	memset(world->hw, 0xff, sizeof(world->hw));
	pb2_conf_reset(&world->pbdev);
	memcpy(world->hw, before, sizeof(world->hw));

	conf_world_write(test, DEVCTL, 2, 0x7000);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, DEVCTL, 2) & 0x7000,
			DEVCTL_OF_DOM0 & 0x7000);
	reset_hw(world);
	conf_world_write(test, PCI_COMMAND, 2, DECODE);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, PCI_BASE_ADDRESS_0, 4),
			0xfe840000);
}

static void of_a_function_that_never_answered_nothing_is_known(struct kunit *test)
{
	struct conf_world *world = test->priv;
	u8 *before = kunit_kmalloc(test, sizeof(world->hw), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, before);
	memcpy(before, world->hw, sizeof(world->hw));
	memset(world->hw, 0xff, sizeof(world->hw));
	for (i = 0; i < world->pbdev.conf->nr_regs; i++)
		world->pbdev.conf->regs[i].kept = 0;
	pb2_conf_reset(&world->pbdev);
	memcpy(world->hw, before, sizeof(world->hw));

	/* Each function can do with read requests of 128 bytes. */
	conf_world_write(test, DEVCTL, 2, 0x7000);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, DEVCTL, 2) & 0x7000, 0);
	world->writes = 0;
	conf_world_write(test, PCI_COMMAND, 2, DECODE);
	KUNIT_EXPECT_EQ(test, world->writes, 0);
}

static void a_virtual_function_has_no_decode_to_lose(struct kunit *test)
{
	struct conf_world *world = test->priv;

	world->pdev.is_virtfn = 1;
	reset_hw(world);
	pb2_conf_reset(&world->pbdev);
	conf_world_write(test, PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, PCI_COMMAND, 2),
			PCI_COMMAND_MEMORY);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, PCI_BASE_ADDRESS_0, 4),
			0xfe840000);
	KUNIT_EXPECT_EQ(test, world->writes, 0);
}

static void what_the_guest_sets_anew_is_set_anew(struct kunit *test)
{
	const u32 command = DECODE | PCI_COMMAND_INTX_DISABLE |
			    PCI_COMMAND_INVALIDATE;
	struct conf_world *world = test->priv;

	world->pbdev.allow_interrupt_control = true;
	conf_world_write(test, PCI_COMMAND, 2, command);
	reset_hw(world);
	conf_world_write(test, PCI_COMMAND, 2, command);
	KUNIT_EXPECT_EQ(test, world->intxs, 2);
	KUNIT_EXPECT_FALSE(test, world->intx);
	KUNIT_EXPECT_EQ(test, world->mwis, 2);
	/* The dummy handler stayed where it was. */
	KUNIT_EXPECT_EQ(test, world->decode, 1);
}

static void a_pending_detach_forbids_dma_all_the_same(struct kunit *test)
{
	struct conf_world *world = test->priv;

	reset_hw(world);
	world->detaching = true;
	KUNIT_EXPECT_EQ(test, XEN_PCI_ERR_access_denied,
			conf_world_write(test, PCI_COMMAND, 2, 7));
	KUNIT_EXPECT_EQ(test, world->masters, 0);
}

static void a_guest_hears_of_a_bus_that_fails(struct kunit *test)
{
	struct conf_world *world = test->priv;

	reset_hw(world);
	world->bus_rc = PCIBIOS_SET_FAILED;
	KUNIT_EXPECT_EQ(test, pb2_conf_restore(&world->pbdev),
			XEN_PCI_ERR_access_denied);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(what_a_guest_cannot_write_comes_back_with_decode),
	KUNIT_CASE(a_guest_sees_that_its_command_is_gone),
	KUNIT_CASE(nothing_comes_back_before_the_guest_wants_it),
	KUNIT_CASE(where_nothing_is_lost_nothing_is_written),
	KUNIT_CASE(the_guests_smaller_read_requests_stay),
	KUNIT_CASE(a_silent_function_changes_nothing_that_is_kept),
	KUNIT_CASE(of_a_function_that_never_answered_nothing_is_known),
	KUNIT_CASE(a_virtual_function_has_no_decode_to_lose),
	KUNIT_CASE(what_the_guest_sets_anew_is_set_anew),
	KUNIT_CASE(a_pending_detach_forbids_dma_all_the_same),
	KUNIT_CASE(a_guest_hears_of_a_bus_that_fails),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_conf_restore",
	.init = init,
	.exit = conf_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
