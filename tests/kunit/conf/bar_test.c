// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the base address registers
 */
#include "../support/conf_world.h"

#include "../../../drivers/xen/pciback2/conf/bar.c"

#define BAR_AT(n)	(PCI_BASE_ADDRESS_0 + (n) * 4)

/* One resource of each kind, with addresses of real machines */
static const struct resource kinds[] = {
	{ .start = 0xfe840000, .end = 0xfe85ffff,
	  .flags = IORESOURCE_MEM },
	{ .start = 0xc000, .end = 0xc01f, .flags = IORESOURCE_IO },
	{ .start = 0x38040000000, .end = 0x3807fffffff,
	  .flags = IORESOURCE_MEM | IORESOURCE_MEM_64 | IORESOURCE_PREFETCH },
	{},
	{ .start = 0xfe000000, .end = 0xfe000fff,
	  .flags = IORESOURCE_MEM | IORESOURCE_UNSET },
	{ .start = 0xfe001000, .end = 0xfe001fff,
	  .flags = IORESOURCE_MEM | IORESOURCE_PREFETCH },
};

static const u32 addresses[] = {
	0xfe840000, 0x0000c001, 0x4000000c, 0x00000380, 0, 0xfe001008,
};

static const u32 sizes[] = {
	0xfffe0000, 0xffffffe1, 0xc000000c, 0xffffffff, 0, 0xfffff008,
};

static int init(struct kunit *test)
{
	struct conf_world *world;
	unsigned int i;
	int rc;

	rc = conf_world_init(test);
	if (rc)
		return rc;

	world = test->priv;
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		world->pdev.resource[i] = kinds[i];
		conf_world_set(world, BAR_AT(i), 4, addresses[i]);
	}
	world->pdev.resource[PCI_ROM_RESOURCE] = (struct resource) {
		.start = 0xfe800000, .end = 0xfe83ffff,
		.flags = IORESOURCE_MEM,
	};
	conf_world_set(world, PCI_ROM_ADDRESS, 4, 0xfe800000);
	return pb2_conf_init(&world->pbdev);
}

static void every_bar_shows_its_address(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(addresses); i++)
		KUNIT_EXPECT_EQ(test, conf_world_read(test, BAR_AT(i), 4),
				addresses[i]);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, PCI_ROM_ADDRESS, 4),
			0xfe800000);
}

static void a_bar_can_be_sized_in_pieces_of_any_width(struct kunit *test)
{
	struct conf_world *world = test->priv;
	unsigned int i, len, off;

	for (len = 1; len <= 4; len *= 2) {
		for (i = 0; i < ARRAY_SIZE(sizes); i++) {
			for (off = 0; off < 4; off += len)
				conf_world_write(test, BAR_AT(i) + off, len,
						 0xffffffff);
			KUNIT_EXPECT_EQ(test, conf_world_read(test, BAR_AT(i), 4),
					sizes[i]);
			for (off = 0; off < 4; off += len)
				conf_world_write(test, BAR_AT(i) + off, len,
						 addresses[i] >> (off * 8));
			KUNIT_EXPECT_EQ(test, conf_world_read(test, BAR_AT(i), 4),
					addresses[i]);
		}
	}
	KUNIT_EXPECT_EQ(test, world->writes, 0);
}

static void the_rom_can_be_sized_and_is_enabled_for_show(struct kunit *test)
{
	struct conf_world *world = test->priv;

	conf_world_write(test, PCI_ROM_ADDRESS, 4, 0xfffff800);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, PCI_ROM_ADDRESS, 4),
			0xfffc0000);
	conf_world_write(test, PCI_ROM_ADDRESS, 4, 0xfe800001);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, PCI_ROM_ADDRESS, 4),
			0xfe800001);
	KUNIT_EXPECT_EQ(test, world->writes, 0);
}

/* Whoever has it enabled, a guest's restore must not enable it again. */
static void the_roms_address_comes_back_without_its_enable_bit(struct kunit *test)
{
	struct conf_world *world = test->priv;

	conf_world_set(world, PCI_ROM_ADDRESS, 4, 0xfe800001);
	conf_world_set(world, PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
	pb2_conf_reset(&world->pbdev);
	conf_world_write(test, PCI_ROM_ADDRESS, 4, 0xfe800001);
	conf_world_set(world, PCI_ROM_ADDRESS, 4, 0);
	conf_world_set(world, PCI_COMMAND, 2, 0);
	conf_world_write(test, PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, PCI_ROM_ADDRESS, 4),
			0xfe800000);
	KUNIT_EXPECT_EQ(test, conf_world_get(world, PCI_COMMAND, 2),
			PCI_COMMAND_MEMORY);
}

static void guest_write_to_bar_never_reaches_hardware(struct kunit *test)
{
	static const u32 vals[] = { 0, 1, 0xffffffff, 0x12345678, 0xfee00000 };
	struct conf_world *world = test->priv;
	unsigned int i, off;

	world->pbdev.permissive = true;
	for (off = BAR_AT(0); off <= PCI_ROM_ADDRESS; off += 4) {
		if (off > BAR_AT(5) && off < PCI_ROM_ADDRESS)
			continue;
		for (i = 0; i < ARRAY_SIZE(vals); i++) {
			conf_world_write(test, off, 4, vals[i]);
			conf_world_write(test, off + 2, 2, vals[i]);
			conf_world_write(test, off + 3, 1, vals[i]);
		}
	}
	KUNIT_EXPECT_EQ(test, world->writes, 0);
}

static void a_rom_in_ram_is_not_written_to_the_register(struct kunit *test)
{
	struct conf_world *world = test->priv;

	world->pdev.resource[PCI_ROM_RESOURCE] = (struct resource) {
		.start = 0xc0000, .end = 0xdffff,
		.flags = IORESOURCE_MEM | IORESOURCE_ROM_SHADOW,
	};
	pb2_conf_reset(&world->pbdev);
	conf_world_write(test, PCI_ROM_ADDRESS, 4, 0xc0000);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, PCI_ROM_ADDRESS, 4),
			0xc0000);
	KUNIT_EXPECT_EQ(test, world->writes, 0);
}

static void a_bridge_has_two_bars_and_its_rom_elsewhere(struct kunit *test)
{
	struct conf_world *world = test->priv;

	pb2_conf_free(&world->pbdev);
	world->pdev.hdr_type = PCI_HEADER_TYPE_BRIDGE;
	KUNIT_EXPECT_EQ(test, pb2_conf_init(&world->pbdev), 0);
	conf_world_set(world, PCI_PRIMARY_BUS, 4, 0x00020100);

	conf_world_write(test, BAR_AT(0), 4, 0xffffffff);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, BAR_AT(0), 4), sizes[0]);
	conf_world_write(test, PCI_ROM_ADDRESS1, 4, 0xfffff800);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, PCI_ROM_ADDRESS1, 4),
			0xfffc0000);
	conf_world_write(test, PCI_PRIMARY_BUS, 4, 0xffffffff);
	KUNIT_EXPECT_EQ(test, conf_world_read(test, PCI_PRIMARY_BUS, 4),
			0x00020100);
	conf_world_write(test, PCI_MEMORY_BASE, 4, 0xfff0fff0);
	conf_world_write(test, PCI_BRIDGE_CONTROL, 2, 0x0040);
	KUNIT_EXPECT_EQ(test, world->writes, 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(every_bar_shows_its_address),
	KUNIT_CASE(a_bar_can_be_sized_in_pieces_of_any_width),
	KUNIT_CASE(the_rom_can_be_sized_and_is_enabled_for_show),
	KUNIT_CASE(the_roms_address_comes_back_without_its_enable_bit),
	KUNIT_CASE(guest_write_to_bar_never_reaches_hardware),
	KUNIT_CASE(a_rom_in_ram_is_not_written_to_the_register),
	KUNIT_CASE(a_bridge_has_two_bars_and_its_rom_elsewhere),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_conf_bar",
	.init = init,
	.exit = conf_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
