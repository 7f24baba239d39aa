// SPDX-License-Identifier: GPL-2.0
/*
 * health.c - does a function answer, and is it still the one that was seized?
 *
 * The driver must recognise a function that is gone, does not finish its
 * start-up, or was replaced by another before it assigns the function.
 */
#include "device.h"

/*
 * Vendor and device ID as read while the function answers with Configuration
 * Request Retry Status (PCIe 6.0 2.3.2)
 */
#define IDS_OF_CRS		0xffff0001

/**
 * pb2_health_slot_fault() - what is wrong with the slot of a function?
 * @pdev: the function
 *
 * A slot that loses its power reports no event (PCIe 6.0 6.7.1.8), so its
 * registers are read.
 *
 * Context: any.
 * Return: %NULL if the slot is powered and occupied, or if no port above the
 * function has slot registers that can be read; else a constant text that
 * describes the function's fault.
 */
const char *pb2_health_slot_fault(struct pci_dev *pdev)
{
	struct pci_dev *port = pci_upstream_bridge(pdev);
	u16 ctl, sta;
	u32 cap;

	if (!port || !(pcie_caps_reg(port) & PCI_EXP_FLAGS_SLOT) ||
	    pcie_capability_read_dword(port, PCI_EXP_SLTCAP, &cap) ||
	    pcie_capability_read_word(port, PCI_EXP_SLTCTL, &ctl) ||
	    pcie_capability_read_word(port, PCI_EXP_SLTSTA, &sta))
		return NULL;
	/* All-ones: the port is gone, too, and says nothing about its slot. */
	if (ctl == U16_MAX)
		return NULL;

	if (cap & PCI_EXP_SLTCAP_PCP && ctl & PCI_EXP_SLTCTL_PCC)
		return "does not answer (its slot is switched off)";
	if (!(sta & PCI_EXP_SLTSTA_PDS))
		return "does not answer (its slot is empty)";
	return NULL;
}

/* COMMAND and STATUS are never all-ones in a function that is present. */
static bool health_is_absent(struct pci_dev *pdev)
{
	u32 command;

	return pci_read_config_dword(pdev, PCI_COMMAND, &command) ||
	       command == U32_MAX;
}

/**
 * pb2_health_answers() - does a function answer configuration requests?
 * @pdev: the function
 *
 * Context: any.
 * Return: false if reads give all-ones or a retry status; true otherwise, also
 * for a function with other IDs than before.
 */
bool pb2_health_answers(struct pci_dev *pdev)
{
	u32 ids;

	if (health_is_absent(pdev))
		return false;
	/* The IDs of a VF always read as all-ones (SR-IOV 1.1, 3.4.1.1). */
	return pdev->is_virtfn ||
	       (!pci_read_config_dword(pdev, PCI_VENDOR_ID, &ids) &&
		ids != IDS_OF_CRS);
}

/**
 * pb2_health_fault() - what is wrong with a function?
 * @pdev: the function, in D0
 *
 * The IDs of a VF always read as all-ones (SR-IOV 1.1, 3.4.1.1), so only COMMAND
 * and STATUS of a VF are checked.
 *
 * Context: any.
 * Return: %NULL for a healthy function, else a constant text that describes the
 * fault.
 */
const char *pb2_health_fault(struct pci_dev *pdev)
{
	const char *slot;
	u32 ids;
	u8 type;

	if (health_is_absent(pdev)) {
		slot = pb2_health_slot_fault(pdev);
		return slot ?: "does not answer (configuration space reads all-ones)";
	}
	if (pdev->is_virtfn)
		return NULL;

	if (pci_read_config_dword(pdev, PCI_VENDOR_ID, &ids) ||
	    pci_read_config_byte(pdev, PCI_HEADER_TYPE, &type))
		return "does not answer (configuration space cannot be read)";
	if (ids == IDS_OF_CRS)
		return "is not ready (answers every access with a retry)";
	if ((ids & 0xffff) != pdev->vendor || ids >> 16 != pdev->device)
		return "has other IDs than before";
	if ((type & PCI_HEADER_TYPE_MASK) != pdev->hdr_type)
		return "has another header type than before";
	return NULL;
}
