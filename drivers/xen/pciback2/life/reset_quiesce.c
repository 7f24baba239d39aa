// SPDX-License-Identifier: GPL-2.0
/*
 * reset_quiesce.c - stop DMA and interrupts of a function around a reset
 */
#include <linux/delay.h>

#include "../host/pci_iface.h"
#include "life.h"

/* Longer than a processor, even an emulated one, leaves an interrupt pending */
#define IN_FLIGHT_MS	20

/*
 * The flags register if it has any bit of @mask set, and 0 otherwise. If the
 * function does not answer, every bit reads as one, which counts as 0.
 */
static u16 quiesce_read_flags(struct pci_dev *pdev, int pos, u16 mask)
{
	u16 flags;

	if (pci_read_config_word(pdev, pos, &flags) ||
	    PCI_POSSIBLE_ERROR(flags) || !(flags & mask))
		return 0;
	return flags;
}

/*
 * The kernel does not know the vectors of a stub domain's device model. Only
 * the hardware does.
 */
static bool quiesce_has_msix(struct pci_dev *pdev)
{
	return pdev->msix_cap &&
	       quiesce_read_flags(pdev, pdev->msix_cap + PCI_MSIX_FLAGS,
				  PCI_MSIX_FLAGS_ENABLE);
}

/**
 * pb2_reset_quiesce_begin() - stop DMA, interrupts and decode before a reset
 * @pdev: the function, in D0
 *
 * A function that does DMA while it is reset may hang the bus.
 *
 * Interrupts that the function has sent must have arrived before decode goes
 * off. If such an interrupt makes Xen move its vector to another processor, Xen
 * masks and unmasks the vector in the function's memory. With decode off, Xen
 * reports an error and sets Function Mask instead.
 *
 * Decode is turned off by a register write, as the PCI core does it, and not by
 * the reset. For a PVH dom0, Xen tracks the BARs (vPCI). It would not notice
 * that the reset turned decode off, and would refuse to let the BARs be
 * restored.
 *
 * Context: device_lock and configuration access lock held, may sleep.
 */
void pb2_reset_quiesce_begin(struct pci_dev *pdev)
{
	device_lock_assert(&pdev->dev);

	pb2_pci_set_master(pdev, false);
	/*
	 * A completion of a read pushes the writes that the function has posted
	 * before it, MSIs included (PCIe 6.0 2.4.1).
	 */
	if (quiesce_has_msix(pdev))
		msleep(IN_FLIGHT_MS);
	pci_write_config_word(pdev, PCI_COMMAND, PCI_COMMAND_INTX_DISABLE);
}

/* The flags of MSI, if MSI is enabled although no vector is allocated */
static u16 quiesce_leftover_msi(struct pci_dev *pdev)
{
	if (!pdev->msi_cap || pdev->msi_enabled)
		return 0;
	return quiesce_read_flags(pdev, pdev->msi_cap + PCI_MSI_FLAGS,
				  PCI_MSI_FLAGS_ENABLE);
}

static u16 quiesce_leftover_msix(struct pci_dev *pdev)
{
	if (!pdev->msix_cap || pdev->msix_enabled)
		return 0;
	return quiesce_read_flags(pdev, pdev->msix_cap + PCI_MSIX_FLAGS,
				  PCI_MSIX_FLAGS_ENABLE |
				  PCI_MSIX_FLAGS_MASKALL);
}

/**
 * pb2_reset_quiesce_check() - are MSI and MSI-X as a reset leaves them?
 * @pdev: the function; may be in D3hot
 *
 * Xen frees the vectors of a dead domain when the last reference to the domain
 * goes, which may be after the reset of the function. Xen sets Function Mask
 * then, and later refuses to assign a function whose Function Mask is set.
 *
 * Context: any.
 * Return: false if MSI or MSI-X is enabled, or MSI-X is masked as a whole,
 * although no vector is allocated.
 */
bool pb2_reset_quiesce_check(struct pci_dev *pdev)
{
	return !quiesce_leftover_msi(pdev) && !quiesce_leftover_msix(pdev);
}

/**
 * pb2_reset_quiesce_end() - turn off MSI and MSI-X if no vector is allocated
 * @pdev: the function
 *
 * Context: device_lock held.
 */
void pb2_reset_quiesce_end(struct pci_dev *pdev)
{
	u16 msi = quiesce_leftover_msi(pdev);
	u16 msix = quiesce_leftover_msix(pdev);

	device_lock_assert(&pdev->dev);

	if (msi)
		pci_write_config_word(pdev, pdev->msi_cap + PCI_MSI_FLAGS,
				      msi & ~PCI_MSI_FLAGS_ENABLE);
	if (msix)
		pci_write_config_word(pdev, pdev->msix_cap + PCI_MSIX_FLAGS,
				      msix & ~(PCI_MSIX_FLAGS_ENABLE |
					       PCI_MSIX_FLAGS_MASKALL));
}
