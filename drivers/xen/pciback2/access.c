// SPDX-License-Identifier: GPL-2.0
/*
 * access.c - the configuration space of the hardware
 *
 * The kernel's accessors, which lock properly and do not wait for a user of
 * pci_cfg_access_lock(): the ring must get its answer during a reset as well.
 */
#include "pciback2.h"

static int to_xen_error(int rc)
{
	switch (rc) {
	case PCIBIOS_SUCCESSFUL:
		return XEN_PCI_ERR_success;
	case PCIBIOS_DEVICE_NOT_FOUND:
		return XEN_PCI_ERR_dev_not_found;
	case PCIBIOS_BAD_REGISTER_NUMBER:
	case -EINVAL:
		return XEN_PCI_ERR_invalid_offset;
	case PCIBIOS_FUNC_NOT_SUPPORTED:
		return XEN_PCI_ERR_not_implemented;
	case PCIBIOS_SET_FAILED:
		return XEN_PCI_ERR_access_denied;
	default:
		return XEN_PCI_ERR_op_failed;
	}
}

/**
 * pb2_access_read() - read a register of the hardware
 * @pbdev: the function
 * @off: offset, a multiple of @len
 * @len: 1, 2 or 4 bytes; the hardware sees exactly this width
 * @val: the value; all-ones when the read failed
 *
 * Context: process context.
 * Return: 0, %XEN_PCI_ERR_dev_not_found for a function that is gone,
 * %XEN_PCI_ERR_invalid_offset for an offset that the bus has no way to reach,
 * or another XEN_PCI_ERR_* as the bus' accessor failed.
 */
int pb2_access_read(struct pb2_device *pbdev, unsigned int off,
		    unsigned int len, u32 *val)
{
	u32 ones = GENMASK(len * 8 - 1, 0);
	u16 word;
	u8 byte;
	int rc;

	switch (len) {
	case 1:
		rc = pci_read_config_byte(pbdev->pdev, off, &byte);
		*val = rc ? ones : byte;
		break;
	case 2:
		rc = pci_read_config_word(pbdev->pdev, off, &word);
		*val = rc ? ones : word;
		break;
	default:
		rc = pci_read_config_dword(pbdev->pdev, off, val);
		if (rc)
			*val = ones;
		break;
	}

	return to_xen_error(rc);
}

/**
 * pb2_access_write() - write a register of the hardware
 * @pbdev: the function
 * @off: offset, a multiple of @len
 * @len: 1, 2 or 4 bytes; the hardware sees exactly this width
 * @val: the value
 *
 * Context: process context.
 * Return: as pb2_access_read().
 */
int pb2_access_write(struct pb2_device *pbdev, unsigned int off,
		     unsigned int len, u32 val)
{
	int rc;

	switch (len) {
	case 1:
		rc = pci_write_config_byte(pbdev->pdev, off, val);
		break;
	case 2:
		rc = pci_write_config_word(pbdev->pdev, off, val);
		break;
	default:
		rc = pci_write_config_dword(pbdev->pdev, off, val);
		break;
	}

	return to_xen_error(rc);
}
