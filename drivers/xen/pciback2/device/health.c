// SPDX-License-Identifier: GPL-2.0
/*
 * health.c - does a function answer, and is it still the one that was seized?
 *
 * A function that is gone, stuck in its own start-up, or replaced by another
 * must be recognised before a domain gets it, not by the domain.
 */
#include "device.h"

/* What a read of the IDs gives while the function asks for time (CRS). */
#define IDS_OF_CRS		0xffff0001

/**
 * pb2_health_slot_fault() - what is wrong with the slot of a function?
 * @pdev: the function
 *
 * A slot that loses its power tells nobody (PCIe 6.0 6.7.1.8).
 *
 * Context: any.
 * Return: %NULL if it is powered and occupied, or if there is nobody to ask;
 * else a constant text for humans, about the function.
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
	/* The port is gone, too. */
	if (ctl == U16_MAX)
		return NULL;

	if (cap & PCI_EXP_SLTCAP_PCP && ctl & PCI_EXP_SLTCTL_PCC)
		return "does not answer (its slot is switched off)";
	if (!(sta & PCI_EXP_SLTSTA_PDS))
		return "does not answer (its slot is empty)";
	return NULL;
}

/* COMMAND and STATUS are never all-ones in a function that is there. */
static bool health_is_absent(struct pci_dev *pdev)
{
	u32 command;

	return pci_read_config_dword(pdev, PCI_COMMAND, &command) ||
	       command == U32_MAX;
}

/**
 * pb2_health_answers() - does anything that is written to a function reach it?
 * @pdev: the function
 *
 * Context: any.
 * Return: false for all-ones and for retries, true for any other answer, the
 * one of a function with other IDs included.
 */
bool pb2_health_answers(struct pci_dev *pdev)
{
	u32 ids;

	if (health_is_absent(pdev))
		return false;
	/* A VF has no IDs. */
	return pdev->is_virtfn ||
	       (!pci_read_config_dword(pdev, PCI_VENDOR_ID, &ids) &&
		ids != IDS_OF_CRS);
}

/**
 * pb2_health_fault() - what is wrong with a function?
 * @pdev: the function, in D0
 *
 * The IDs of a VF are always all-ones (SR-IOV 1.1, 3.4.1.1), so they tell
 * nothing.
 *
 * Context: any.
 * Return: %NULL for a healthy function, else a constant text for humans.
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
