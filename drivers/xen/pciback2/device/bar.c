// SPDX-License-Identifier: GPL-2.0
/*
 * bar.c - base address registers in the hardware
 *
 * A BAR holds the address that the kernel assigned, unless the function lost
 * power, or was reset without the kernel's knowledge.
 */
#include "device.h"

/**
 * pb2_bar_is_usable() - has a BAR an address?
 * @res: the resource that stands for the BAR
 *
 * Context: any.
 * Return: true if the BAR exists and the kernel assigned an address to it.
 */
bool pb2_bar_is_usable(const struct resource *res)
{
	return res->flags && res->end > res->start &&
	       !(res->flags & (IORESOURCE_UNSET | IORESOURCE_DISABLED));
}

/* With @restore a lost register is written, too. Returns whether it was lost. */
static bool bar_hw_check_dword(struct pci_dev *pdev, int off, u32 mask,
			       u32 want, bool restore)
{
	u32 hw;

	if (pci_read_config_dword(pdev, off, &hw) || !((hw ^ want) & mask))
		return false;
	if (restore)
		pci_write_config_dword(pdev, off, want);
	return true;
}

static bool bar_hw_check_address(struct pci_dev *pdev, unsigned int i,
				 bool restore)
{
	struct resource *res = &pdev->resource[i];
	int off = PCI_BASE_ADDRESS_0 + 4 * i;
	u32 mask = (u32)PCI_BASE_ADDRESS_MEM_MASK;
	struct pci_bus_region region;
	bool lost;

	if (!pb2_bar_is_usable(res))
		return false;

	if (res->flags & IORESOURCE_IO)
		mask = (u32)PCI_BASE_ADDRESS_IO_MASK;
	pcibios_resource_to_bus(pdev->bus, &region, res);
	lost = bar_hw_check_dword(pdev, off, mask, lower_32_bits(region.start),
				  restore);
	if (res->flags & IORESOURCE_MEM_64)
		lost |= bar_hw_check_dword(pdev, off + 4, U32_MAX,
					   upper_32_bits(region.start),
					   restore);
	return lost;
}

static bool bar_hw_check_all(struct pci_dev *pdev, bool restore)
{
	bool lost = false;
	unsigned int i;

	for (i = 0; i < PCI_STD_NUM_BARS; i++)
		lost |= bar_hw_check_address(pdev, i, restore);
	return lost;
}

/**
 * pb2_bar_is_lost() - was a function reset without the kernel's knowledge?
 * @pdev: the function, in D0
 *
 * Only the kernel writes addresses to the BARs in the hardware. A VF has no BARs
 * of its own, and those of a bridge are not looked at.
 *
 * Context: device_lock held.
 * Return: true if a BAR does not hold its address.
 */
bool pb2_bar_is_lost(struct pci_dev *pdev)
{
	device_lock_assert(&pdev->dev);

	return pdev->hdr_type == PCI_HEADER_TYPE_NORMAL && !pdev->is_virtfn &&
	       bar_hw_check_all(pdev, false);
}

/**
 * pb2_bar_restore() - write lost BAR addresses to the hardware again
 * @pdev: the function, in D0; its decode may be on
 *
 * If the addresses stayed lost, Xen would look for the MSI-X table at a wrong
 * address, and the saved state, which every reset restores, would contain no
 * addresses. A VF has no BARs of its own: its PF's SR-IOV capability has them
 * (SR-IOV 1.1, 3.3.14).
 *
 * Context: device_lock held.
 * Return: whether any address was lost.
 */
bool pb2_bar_restore(struct pci_dev *pdev)
{
	u16 command;

	device_lock_assert(&pdev->dev);

	if (!pb2_bar_is_lost(pdev))
		return false;

	/*
	 * With decode on, the function would answer at a wrong address between
	 * the writes of the two halves of a 64-bit address.
	 */
	pci_read_config_word(pdev, PCI_COMMAND, &command);
	pci_write_config_word(pdev, PCI_COMMAND, command &
			      ~(PCI_COMMAND_IO | PCI_COMMAND_MEMORY));
	bar_hw_check_all(pdev, true);
	pci_write_config_word(pdev, PCI_COMMAND, command);
	return true;
}
