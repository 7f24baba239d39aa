// SPDX-License-Identifier: GPL-2.0
/*
 * health.c - does a function answer, and is it still the one that was seized?
 *
 * A function that is gone, stuck in its own start-up, or replaced by another
 * must be recognised before a domain gets it, not by the domain.
 */
#include "pciback2.h"

/* What a read of the IDs gives while the function asks for time (CRS). */
#define NOT_YET		0xffff0001

/**
 * pb2_health_fault() - what is wrong with a function?
 * @pdev: the function, in D0
 *
 * COMMAND and STATUS are never all-ones in a function that is there. The IDs
 * of a VF always are (SR-IOV 1.1, 3.4.1.1), so they tell nothing.
 *
 * Context: any.
 * Return: %NULL for a healthy function, else a constant text for humans.
 */
const char *pb2_health_fault(struct pci_dev *pdev)
{
	u32 ids, command;
	u8 type;

	if (pci_read_config_dword(pdev, PCI_COMMAND, &command) ||
	    command == U32_MAX)
		return "does not answer (configuration space reads all-ones)";
	if (pdev->is_virtfn)
		return NULL;

	if (pci_read_config_dword(pdev, PCI_VENDOR_ID, &ids) ||
	    pci_read_config_byte(pdev, PCI_HEADER_TYPE, &type))
		return "does not answer (configuration space cannot be read)";
	if (ids == NOT_YET)
		return "is not ready (answers every access with a retry)";
	if ((ids & 0xffff) != pdev->vendor || ids >> 16 != pdev->device)
		return "has other IDs than before";
	if ((type & PCI_HEADER_TYPE_MASK) != pdev->hdr_type)
		return "has another header type than before";
	return NULL;
}
