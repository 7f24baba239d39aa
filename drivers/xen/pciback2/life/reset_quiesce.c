// SPDX-License-Identifier: GPL-2.0
/*
 * reset_quiesce.c - a function that does nothing by itself, before and after a reset
 */
#include <linux/delay.h>

#include "../host/pci_iface.h"
#include "life.h"

/* Longer than a processor keeps an interrupt waiting, also an emulated one */
#define IN_FLIGHT_MS	20

/*
 * A flags register, if any of the bits in the mask is set. Of a function that
 * does not answer that would be all.
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
 * The vectors of a stub domain's device model are not dom0's, so that only the
 * hardware knows.
 */
static bool quiesce_has_msix(struct pci_dev *pdev)
{
	return pdev->msix_cap &&
	       quiesce_read_flags(pdev, pdev->msix_cap + PCI_MSIX_FLAGS,
				  PCI_MSIX_FLAGS_ENABLE);
}

/**
 * pb2_reset_quiesce_begin() - before a reset: no DMA, no interrupt, no decode
 * @pdev: the function, in D0
 *
 * A function that does DMA while it is reset may hang the bus. Vectors that it
 * has sent are awaited: Xen masks and unmasks a vector in the function's memory
 * when it arrives at a processor that it shall move away from, and where decode
 * is off by then Xen complains and sets Function Mask. Decode goes by a write,
 * as the PCI core does it, and not by the reset: where Xen keeps the BARs of a
 * PVH dom0 (vPCI) it would take them for decoded, and not let them be restored.
 *
 * Context: device_lock and configuration access lock held, may sleep.
 */
void pb2_reset_quiesce_begin(struct pci_dev *pdev)
{
	device_lock_assert(&pdev->dev);

	pb2_pci_set_master(pdev, false);
	/* What was sent comes before the answer to a read (PCIe 6.0 2.4.1). */
	if (quiesce_has_msix(pdev))
		msleep(IN_FLIGHT_MS);
	pci_write_config_word(pdev, PCI_COMMAND, PCI_COMMAND_INTX_DISABLE);
}

/* What is set although nobody has allocated a vector */
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
 * Xen frees the vectors of a domain that is gone when its last reference is,
 * maybe after the function has been reset; it sets Function Mask then, and
 * refuses to assign a function that has it set.
 *
 * Context: any.
 * Return: false if either is enabled or masked as a whole without a vector.
 */
bool pb2_reset_quiesce_check(struct pci_dev *pdev)
{
	return !quiesce_leftover_msi(pdev) && !quiesce_leftover_msix(pdev);
}

/**
 * pb2_reset_quiesce_end() - turn off MSI and MSI-X that nobody has allocated
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
