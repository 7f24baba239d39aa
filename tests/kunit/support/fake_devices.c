// SPDX-License-Identifier: GPL-2.0
/*
 * fake_devices.c - functions to put on the fake bus
 */
#include <linux/pci.h>

#include "fake_pci.h"

/* The registers that every function has, with the hardware's own rules. */
static void add_header(struct fake_pci *dev, u8 type, u16 vendor, u16 device,
		       u32 class)
{
	struct pci_dev *pdev = &dev->pdev;

	pdev->vendor = vendor;
	pdev->device = device;
	pdev->class = class;
	pdev->hdr_type = type;

	fake_pci_set(dev, PCI_VENDOR_ID, 2, vendor);
	fake_pci_set(dev, PCI_DEVICE_ID, 2, device);
	fake_pci_set(dev, PCI_CLASS_REVISION, 4, class << 8 | 1);
	fake_pci_set(dev, PCI_HEADER_TYPE, 1, type);
	fake_pci_allow(dev, PCI_COMMAND, 2, 0x0547);
	fake_pci_clears(dev, PCI_STATUS, 2, 0xf900);
	fake_pci_allow(dev, PCI_CACHE_LINE_SIZE, 1, 0xff);
	fake_pci_allow(dev, PCI_INTERRUPT_LINE, 1, 0xff);
}

static void add_bar(struct fake_pci *dev, unsigned int i, resource_size_t start,
		    u32 size, unsigned int flags)
{
	unsigned int off = i == PCI_ROM_RESOURCE ? PCI_ROM_ADDRESS :
						   PCI_BASE_ADDRESS_0 + 4 * i;
	u32 enable = i == PCI_ROM_RESOURCE ? PCI_ROM_ADDRESS_ENABLE : 0;
	u32 type = flags & IORESOURCE_IO ? PCI_BASE_ADDRESS_SPACE_IO : 0;

	dev->pdev.resource[i].start = start;
	dev->pdev.resource[i].end = start + size - 1;
	dev->pdev.resource[i].flags = flags;
	fake_pci_set(dev, off, 4, start | type);
	fake_pci_allow(dev, off, 4, ~(size - 1) | enable);
}

static void add_cap(struct fake_pci *dev, u8 id, u8 off)
{
	u8 at = PCI_CAPABILITY_LIST;

	while (fake_pci_get(dev, at, 1))
		at = fake_pci_get(dev, at, 1) + PCI_CAP_LIST_NEXT;
	fake_pci_set(dev, at, 1, off);
	fake_pci_set(dev, off, 1, id);
	fake_pci_set(dev, PCI_STATUS, 2, PCI_STATUS_CAP_LIST);
}

static void add_pin(struct fake_pci *dev)
{
	dev->pdev.pin = 1;
	dev->pdev.irq = FAKE_PCI_LINE;
	fake_pci_set(dev, PCI_INTERRUPT_PIN, 1, 1);
	fake_pci_set(dev, PCI_INTERRUPT_LINE, 1, FAKE_PCI_LINE);
}

static void add_pm(struct fake_pci *dev)
{
	dev->pdev.pm_cap = FAKE_PCI_PM;
	add_cap(dev, PCI_CAP_ID_PM, FAKE_PCI_PM);
	fake_pci_set(dev, FAKE_PCI_PM + PCI_PM_PMC, 2, 0xc803);
	fake_pci_allow(dev, FAKE_PCI_PM + PCI_PM_CTRL, 2, 0x0103);
	fake_pci_clears(dev, FAKE_PCI_PM + PCI_PM_CTRL, 2, PCI_PM_CTRL_PME_STATUS);
}

static void add_msi(struct fake_pci *dev)
{
	dev->pdev.msi_cap = FAKE_PCI_MSI;
	add_cap(dev, PCI_CAP_ID_MSI, FAKE_PCI_MSI);
	fake_pci_set(dev, FAKE_PCI_MSI + PCI_MSI_FLAGS, 2, PCI_MSI_FLAGS_64BIT);
	fake_pci_allow(dev, FAKE_PCI_MSI + PCI_MSI_FLAGS, 2, 0x0071);
	fake_pci_allow(dev, FAKE_PCI_MSI + PCI_MSI_ADDRESS_LO, 4, ~3u);
	fake_pci_allow(dev, FAKE_PCI_MSI + PCI_MSI_ADDRESS_HI, 4, ~0u);
	fake_pci_allow(dev, FAKE_PCI_MSI + PCI_MSI_DATA_64, 2, 0xffff);
}

static void add_msix(struct fake_pci *dev)
{
	dev->pdev.msix_cap = FAKE_PCI_MSIX;
	add_cap(dev, PCI_CAP_ID_MSIX, FAKE_PCI_MSIX);
	fake_pci_set(dev, FAKE_PCI_MSIX + PCI_MSIX_FLAGS, 2,
		     FAKE_PCI_MSIX_VECTORS - 1);
	fake_pci_allow(dev, FAKE_PCI_MSIX + PCI_MSIX_FLAGS, 2, 0xc000);
	fake_pci_set(dev, FAKE_PCI_MSIX + PCI_MSIX_TABLE, 4, 0x2000);
	fake_pci_set(dev, FAKE_PCI_MSIX + PCI_MSIX_PBA, 4, 0x3000);
}

static void add_exp(struct fake_pci *dev, u16 type)
{
	dev->pdev.pcie_cap = FAKE_PCI_EXP;
	dev->pdev.pcie_flags_reg = type << 4 | 2;
	dev->pdev.devcap = PCI_EXP_DEVCAP_FLR;
	add_cap(dev, PCI_CAP_ID_EXP, FAKE_PCI_EXP);
	fake_pci_set(dev, FAKE_PCI_EXP + PCI_EXP_FLAGS, 2, type << 4 | 2);
	fake_pci_set(dev, FAKE_PCI_EXP + PCI_EXP_DEVCAP, 4, PCI_EXP_DEVCAP_FLR);
	fake_pci_allow(dev, FAKE_PCI_EXP + PCI_EXP_DEVCTL, 2, 0x7fff);
	fake_pci_clears(dev, FAKE_PCI_EXP + PCI_EXP_DEVSTA, 2, 0x000f);
	/* Advanced Error Reporting, the last extended capability */
	fake_pci_set(dev, FAKE_PCI_AER, 4, 0x00020001);
}

/* A reset leaves neither addresses nor enable bits. */
static void finish(struct fake_pci *dev)
{
	unsigned int i;

	for (i = 0; i < sizeof(dev->hw); i++)
		dev->reset_hw[i] = dev->hw[i] & ~dev->wmask[i];
	fake_pci_set(dev, PCI_COMMAND, 2, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	dev->function_reset = FAKE_RESET_WORKS;
}

/**
 * fake_nic() - a PCI Express endpoint with all that the driver cares for
 * @test: the test
 * @devfn: its address
 *
 * One memory BAR, a ROM, a pin, PM, MSI, MSI-X, FLR and AER.
 *
 * Context: may sleep.
 * Return: the function.
 */
struct fake_pci *fake_nic(struct kunit *test, u8 devfn)
{
	return fake_behind(test, NULL, devfn);
}

/**
 * fake_behind() - the same behind a bridge
 * @test: the test
 * @bridge: result of fake_bridge(), or %NULL
 * @devfn: its address
 *
 * Context: may sleep.
 * Return: the function.
 */
struct fake_pci *fake_behind(struct kunit *test, struct fake_pci *bridge,
			     u8 devfn)
{
	struct fake_pci *dev = fake_pci_add(test, bridge, devfn);

	add_header(dev, PCI_HEADER_TYPE_NORMAL, 0x8086, 0x10d3, 0x020000);
	add_bar(dev, 0, 0xfe840000, 0x20000, IORESOURCE_MEM);
	add_bar(dev, PCI_ROM_RESOURCE, 0xfe800000, 0x40000, IORESOURCE_MEM);
	add_pin(dev);
	add_pm(dev);
	add_msi(dev);
	add_msix(dev);
	add_exp(dev, PCI_EXP_TYPE_ENDPOINT);
	finish(dev);
	return dev;
}

/**
 * fake_intx() - a conventional function: a pin, and no capability
 * @test: the test
 * @devfn: its address
 *
 * Context: may sleep.
 * Return: the function, which has no reset of its own.
 */
struct fake_pci *fake_intx(struct kunit *test, u8 devfn)
{
	struct fake_pci *dev = fake_pci_add(test, NULL, devfn);

	dev->pdev.cfg_size = PCI_CFG_SPACE_SIZE;
	add_header(dev, PCI_HEADER_TYPE_NORMAL, 0x10ec, 0x8139, 0x020000);
	add_bar(dev, 0, 0xc000, 0x100, IORESOURCE_IO);
	add_bar(dev, 1, 0xfe8c0000, 0x1000, IORESOURCE_MEM);
	add_pin(dev);
	finish(dev);
	dev->function_reset = FAKE_RESET_NONE;
	dev->bus_reset = FAKE_RESET_WORKS;
	return dev;
}

static struct fake_pci *make_vf(struct fake_pci *dev, struct fake_pci *pf)
{
	add_header(dev, PCI_HEADER_TYPE_NORMAL, 0xffff, 0xffff, 0x020000);
	dev->pdev.vendor = pf->pdev.vendor;
	dev->pdev.device = 0x10ca;
	pf->pdev.is_physfn = 1;
	dev->pdev.is_virtfn = 1;
	dev->pdev.physfn = &pf->pdev;
	/* PCIe 6.0 9.3.4.1: only bus master can be written in a VF's COMMAND */
	fake_pci_allow(dev, PCI_COMMAND, 2, PCI_COMMAND_MASTER);
	fake_pci_allow(dev, PCI_CACHE_LINE_SIZE, 1, 0);
	fake_pci_allow(dev, PCI_INTERRUPT_LINE, 1, 0);
	add_msix(dev);
	add_exp(dev, PCI_EXP_TYPE_ENDPOINT);
	finish(dev);
	fake_pci_set(dev, PCI_COMMAND, 2, PCI_COMMAND_MASTER);
	return dev;
}

/**
 * fake_vf() - a virtual function: IDs read as all-ones, no pin, no BAR
 * @test: the test
 * @pf: the physical function
 * @devfn: its address
 *
 * Context: may sleep.
 * Return: the function.
 */
struct fake_pci *fake_vf(struct kunit *test, struct fake_pci *pf, u8 devfn)
{
	return make_vf(fake_pci_add(test, NULL, devfn), pf);
}

/**
 * fake_vf_elsewhere() - the same with another bus number than the PF's
 * @test: the test
 * @pf: the physical function
 * @devfn: its address
 *
 * Context: may sleep.
 * Return: the function.
 */
struct fake_pci *fake_vf_elsewhere(struct kunit *test, struct fake_pci *pf,
				   u8 devfn)
{
	return make_vf(fake_pci_add_virtual(test, pf, devfn), pf);
}

/**
 * fake_bridge() - a bridge with an empty bus behind it
 * @test: the test
 * @devfn: its address
 *
 * Context: may sleep.
 * Return: the bridge, for fake_behind().
 */
struct fake_pci *fake_bridge(struct kunit *test, u8 devfn)
{
	struct fake_pci *dev = fake_pci_add(test, NULL, devfn);

	add_header(dev, PCI_HEADER_TYPE_BRIDGE, 0x1b36, 0x000c, 0x060400);
	fake_pci_set(dev, PCI_PRIMARY_BUS, 1, FAKE_PCI_BUS);
	fake_pci_set(dev, PCI_SECONDARY_BUS, 1, FAKE_PCI_BUS_BEHIND);
	fake_pci_set(dev, PCI_SUBORDINATE_BUS, 1, FAKE_PCI_BUS_BEHIND);
	add_pm(dev);
	finish(dev);
	fake_pci_add_bus(test, dev, FAKE_PCI_BUS_BEHIND);
	return dev;
}

/**
 * fake_slot() - give fake_port() a slot: a power controller, and a card in it
 *
 * Context: any.
 */
void fake_slot(void)
{
	struct fake_pci *port = fake_port();

	port->pdev.pcie_cap = FAKE_PCI_EXP;
	port->pdev.pcie_flags_reg = 2 | PCI_EXP_TYPE_ROOT_PORT << 4 |
				    PCI_EXP_FLAGS_SLOT;
	fake_pci_set(port, FAKE_PCI_EXP + PCI_EXP_SLTCAP, 4,
		     PCI_EXP_SLTCAP_PCP);
	fake_pci_set(port, FAKE_PCI_EXP + PCI_EXP_SLTCTL, 2, 0);
	fake_pci_set(port, FAKE_PCI_EXP + PCI_EXP_SLTSTA, 2,
		     PCI_EXP_SLTSTA_PDS);
}

/**
 * fake_slot_empty() - the card is pulled out of the slot
 *
 * Context: any; after fake_slot().
 */
void fake_slot_empty(void)
{
	fake_pci_set(fake_port(), FAKE_PCI_EXP + PCI_EXP_SLTSTA, 2, 0);
}
