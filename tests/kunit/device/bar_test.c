// SPDX-License-Identifier: GPL-2.0
/*
 * bar_test.c - tests of restoring lost BAR addresses
 */
#include "../support/life_world.h"

#include "../../../drivers/xen/pciback2/device/bar.c"

#define BAR0	PCI_BASE_ADDRESS_0

static void set_bar(struct pci_dev *pdev, unsigned int i, u64 start,
		    unsigned long flags)
{
	pdev->resource[i] = (struct resource) {
		.start = start,
		.end = start + 0xfff,
		.flags = flags,
	};
	fake_pci_allow(fake_pci_of(pdev), BAR0 + 4 * i, 4, 0xfffff000);
}

static bool restore(struct pci_dev *pdev)
{
	bool lost;

	device_lock(&pdev->dev);
	lost = pb2_bar_restore(pdev);
	device_unlock(&pdev->dev);
	return lost;
}

static void begin(struct pci_dev *pdev)
{
	unsigned int i;

	for (i = 0; i < PCI_STD_NUM_BARS; i++)
		set_bar(pdev, i, 0, 0);
	/*
	 * A 64-bit BAR above 4 GiB, an I/O BAR, a BAR without an address, and a
	 * 32-bit memory BAR
	 */
	set_bar(pdev, 0, 0x1234560000ULL, IORESOURCE_MEM | IORESOURCE_MEM_64);
	set_bar(pdev, 2, 0xc000, IORESOURCE_IO);
	fake_pci_allow(fake_pci_of(pdev), BAR0 + 4, 4, U32_MAX);
	set_bar(pdev, 3, 0xfe600000, IORESOURCE_MEM | IORESOURCE_UNSET);
	set_bar(pdev, 4, 0xfe700000, IORESOURCE_MEM);
}

static void lost_addresses_are_restored(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct fake_pci *dev = world->dev;

	begin(world->pdev);
	fake_pci_set(dev, BAR0, 4, PCI_BASE_ADDRESS_MEM_TYPE_64);
	fake_pci_set(dev, BAR0 + 4, 4, 0);
	fake_pci_set(dev, BAR0 + 8, 4, PCI_BASE_ADDRESS_SPACE_IO);
	fake_pci_set(dev, BAR0 + 12, 4, 0);
	fake_pci_set(dev, BAR0 + 16, 4, 0);
	KUNIT_EXPECT_TRUE(test, restore(world->pdev));
	KUNIT_EXPECT_EQ(test, fake_pci_get(dev, BAR0, 4),
			0x34560000 | PCI_BASE_ADDRESS_MEM_TYPE_64);
	KUNIT_EXPECT_EQ(test, fake_pci_get(dev, BAR0 + 4, 4), 0x12);
	KUNIT_EXPECT_EQ(test, fake_pci_get(dev, BAR0 + 8, 4),
			0xc000 | PCI_BASE_ADDRESS_SPACE_IO);
	KUNIT_EXPECT_EQ(test, fake_pci_get(dev, BAR0 + 12, 4), 0);
	KUNIT_EXPECT_EQ(test, fake_pci_get(dev, BAR0 + 16, 4), 0xfe700000);
	KUNIT_EXPECT_FALSE(test, restore(world->pdev));
}

static u16 command_at_write;

static void note_command(struct fake_pci *dev, unsigned int off, u32 val)
{
	if (off >= BAR0)
		command_at_write |= fake_pci_get(dev, PCI_COMMAND, 2);
}

static void half_an_address_is_not_decoded(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct fake_pci *dev = world->dev;
	const u16 decode = PCI_COMMAND_IO | PCI_COMMAND_MEMORY;

	begin(world->pdev);
	fake_pci_set(dev, PCI_COMMAND, 2, decode);
	fake_pci_set(dev, BAR0 + 4, 4, 0);
	command_at_write = 0;
	dev->wrote = note_command;
	KUNIT_EXPECT_TRUE(test, restore(world->pdev));
	dev->wrote = NULL;
	KUNIT_EXPECT_EQ(test, command_at_write & decode, 0);
	KUNIT_EXPECT_EQ(test, fake_pci_get(dev, PCI_COMMAND, 2) & decode,
			decode);
}

static void a_vf_and_a_bridge_have_none_of_their_own(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct fake_pci *vf = fake_vf(test, world->dev, PCI_DEVFN(1, 0));
	struct fake_pci *bridge = fake_bridge(test, PCI_DEVFN(2, 0));

	begin(&vf->pdev);
	KUNIT_EXPECT_FALSE(test, restore(&vf->pdev));
	KUNIT_EXPECT_EQ(test, vf->nr_writes, 0);
	KUNIT_EXPECT_FALSE(test, restore(&bridge->pdev));
	KUNIT_EXPECT_EQ(test, bridge->nr_writes, 0);
}

/*
 * Seizing restores the addresses before it saves the state that later resets
 * restore, and before Xen looks for the MSI-X table.
 */
static void they_are_restored_before_anything_relies_on_them(struct kunit *test)
{
	struct life_world *world = test->priv;

	begin(world->pdev);
	fake_pci_set(world->dev, BAR0 + 16, 4, 0);
	life_seize_dev(test);
	KUNIT_EXPECT_EQ(test, fake_pci_get(world->dev, BAR0 + 16, 4),
			0xfe700000);
	fake_pci_set(world->dev, BAR0 + 16, 4, 0);
	device_lock(&world->pdev->dev);
	pb2_power_wake(world->pbdev);
	world->pbdev->reset.clean = false;
	pb2_reset_run(world->pbdev);
	pb2_power_allow_suspend(world->pbdev);
	device_unlock(&world->pdev->dev);
	KUNIT_EXPECT_EQ(test, fake_pci_get(world->dev, BAR0 + 16, 4),
			0xfe700000);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(lost_addresses_are_restored),
	KUNIT_CASE(half_an_address_is_not_decoded),
	KUNIT_CASE(a_vf_and_a_bridge_have_none_of_their_own),
	KUNIT_CASE(they_are_restored_before_anything_relies_on_them),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_bar",
	.init = life_world_init,
	.exit = life_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
