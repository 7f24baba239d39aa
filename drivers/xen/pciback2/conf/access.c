// SPDX-License-Identifier: GPL-2.0
/*
 * access.c - access to the configuration space of the hardware
 *
 * There are two ways. The names in parentheses are those in sysfs.
 *
 * The kernel's accessors (cf8) take the locks that the hardware needs. They do
 * not wait for the holder of pci_cfg_access_lock(), so that the ring gets an
 * answer during a reset, too. In a PV dom0 each access below offset 256 traps
 * twice.
 *
 * The function's ECAM page (ecam) is mapped. A PV dom0 reads the page without a
 * trap and without a lock. Its writes fault, and Xen carries them out after the
 * same checks as for the kernel's accessors.
 */
#include <linux/err.h>
#include <linux/io.h>
#include <linux/string.h>

#include "../host/ecam_iface.h"
#include "conf.h"

/* The module parameter; main.c registers it. */
enum pb2_access_way pb2_access_default;

static const char * const access_names[] = {
	[PB2_ACCESS_AUTO]	= "auto",
	[PB2_ACCESS_KERNEL]	= "cf8",
	[PB2_ACCESS_ECAM]	= "ecam",
};

static int access_to_xen_error(int rc)
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

static int kernel_config_read(struct pci_dev *pdev, unsigned int off,
			      unsigned int len, u32 *val)
{
	u16 word;
	u8 byte;
	int rc;

	switch (len) {
	case 1:
		rc = pci_read_config_byte(pdev, off, &byte);
		*val = byte;
		return rc;
	case 2:
		rc = pci_read_config_word(pdev, off, &word);
		*val = word;
		return rc;
	default:
		return pci_read_config_dword(pdev, off, val);
	}
}

static int kernel_config_write(struct pci_dev *pdev, unsigned int off,
			       unsigned int len, u32 val)
{
	switch (len) {
	case 1:
		return pci_write_config_byte(pdev, off, val);
	case 2:
		return pci_write_config_word(pdev, off, val);
	default:
		return pci_write_config_dword(pdev, off, val);
	}
}

/* The kernel's accessors fail for this reason, too. */
static bool is_pdev_disconnected(const struct pci_dev *pdev)
{
	return pdev->error_state == pci_channel_io_perm_failure;
}

/**
 * pb2_access_read() - read a register of the hardware
 * @pbdev: the function
 * @off: offset, a multiple of @len
 * @len: 1, 2 or 4 bytes; the hardware sees exactly this width
 * @val: set to the value, or to all-ones of @len bytes after an error
 *
 * Context: process context; pb2_device.gate.lock held, or nobody else can
 * change the way of access.
 * Return: 0, or one of these errors:
 *
 * * %XEN_PCI_ERR_dev_not_found - the function is disconnected
 * * %XEN_PCI_ERR_invalid_offset - the bus cannot reach @off
 * * %XEN_PCI_ERR_not_implemented, %XEN_PCI_ERR_access_denied,
 *   %XEN_PCI_ERR_op_failed - the bus' accessor failed with
 *   PCIBIOS_FUNC_NOT_SUPPORTED, with PCIBIOS_SET_FAILED or otherwise
 */
int pb2_access_read(struct pb2_device *pbdev, unsigned int off,
		    unsigned int len, u32 *val)
{
	const void __iomem *page = pbdev->access.page;
	int rc = 0;

	if (!page)
		rc = kernel_config_read(pbdev->pdev, off, len, val);
	else if (is_pdev_disconnected(pbdev->pdev))
		rc = PCIBIOS_DEVICE_NOT_FOUND;
	else
		*val = pb2_ecam_read(page + off, len);

	if (rc)
		*val = GENMASK(len * 8 - 1, 0);
	return access_to_xen_error(rc);
}

/**
 * pb2_access_write() - write a register of the hardware
 * @pbdev: the function
 * @off: offset, a multiple of @len
 * @len: 1, 2 or 4 bytes; the hardware sees exactly this width
 * @val: the value
 *
 * Context: as pb2_access_read().
 * Return: as pb2_access_read().
 */
int pb2_access_write(struct pb2_device *pbdev, unsigned int off,
		     unsigned int len, u32 val)
{
	void __iomem *page = pbdev->access.page;
	int rc = 0;

	if (!page)
		rc = kernel_config_write(pbdev->pdev, off, len, val);
	else if (is_pdev_disconnected(pbdev->pdev))
		rc = PCIBIOS_DEVICE_NOT_FOUND;
	else
		pb2_ecam_write(page + off, len, val);

	return access_to_xen_error(rc);
}

/*
 * The hardware may change STATUS and BIST at any time. The header is compared
 * in words, and BIST is the upper byte of its word.
 */
static bool is_register_stable(unsigned int off)
{
	return off != PCI_STATUS && off != PCI_BIST - 1;
}

static bool page_has_same_header(struct pci_dev *pdev, const void __iomem *page)
{
	unsigned int off;
	u16 val;

	for (off = 0; off < PCI_STD_HEADER_SIZEOF; off += 2)
		if (is_register_stable(off) &&
		    (pci_read_config_word(pdev, off, &val) ||
		     val != pb2_ecam_read(page + off, 2)))
			return false;
	return true;
}

/*
 * Two cards of the same model have the same header. Only a write to one of them
 * shows whether the page belongs to this function.
 */
static bool page_is_of_function(struct pci_dev *pdev, const void __iomem *page)
{
	bool same = page_has_same_header(pdev, page);
	u8 old;

	if (!same || pci_read_config_byte(pdev, PCI_CACHE_LINE_SIZE, &old))
		return false;
	pci_write_config_byte(pdev, PCI_CACHE_LINE_SIZE, ~old);
	same = page_has_same_header(pdev, page);
	pci_write_config_byte(pdev, PCI_CACHE_LINE_SIZE, old);
	return same && page_has_same_header(pdev, page);
}

static void access_unmap_page(struct pb2_access *access)
{
	if (access->page)
		pb2_ecam_unmap(access->page);
	access->page = NULL;
}

/* Returns %NULL, or the reason why the page cannot be used. */
static const char *access_map_page(struct pb2_device *pbdev)
{
	void __iomem *page;
	bool confirmed;
	u64 address;

	if (pbdev->access.page)
		return NULL;
	address = pb2_window_page(&pbdev->sbdf, &confirmed);
	if (!address)
		return "no ECAM window covers it";
	/* dom0's writes would bypass Xen's checks. */
	if (!confirmed)
		return "Xen does not use its ECAM window";
	page = pb2_ecam_map(address);
	if (!page)
		return "its page cannot be mapped";
	if (!page_is_of_function(pbdev->pdev, page)) {
		pb2_ecam_unmap(page);
		pci_warn(pbdev->pdev, "its ECAM page at 0x%llx shows something else than the kernel's accessors: not used\n",
			 address);
		return "its page shows something else";
	}
	pbdev->access.page = page;
	return NULL;
}

/**
 * pb2_access_choose() - choose the way of access
 * @pbdev: the function, in a power state in which it answers
 * @way: the way; %PB2_ACCESS_AUTO uses the ECAM page where that is possible
 *
 * Where the ECAM page cannot be used, the function is accessed through the
 * kernel's accessors, whatever @way is.
 *
 * Context: process context, may sleep, pb2_device.gate.lock held.
 * Return: 0, or -EOPNOTSUPP if @way is %PB2_ACCESS_ECAM and the ECAM page cannot
 * be used; pb2_access_show() tells the reason.
 */
int pb2_access_choose(struct pb2_device *pbdev, enum pb2_access_way way)
{
	struct pb2_access *access = &pbdev->access;

	lockdep_assert_held(&pbdev->gate.lock);

	access->way = way;
	access->why = "chosen";
	if (way == PB2_ACCESS_KERNEL) {
		access_unmap_page(access);
		return 0;
	}
	access->why = access_map_page(pbdev);
	return access->why && way == PB2_ACCESS_ECAM ? -EOPNOTSUPP : 0;
}

/**
 * pb2_access_exit() - unmap what pb2_access_choose() mapped
 * @pbdev: the function
 *
 * Context: process context, may sleep, pb2_device.gate.lock held.
 */
void pb2_access_exit(struct pb2_device *pbdev)
{
	lockdep_assert_held(&pbdev->gate.lock);
	access_unmap_page(&pbdev->access);
}

/**
 * pb2_access_parse() - find a way of access by its name
 * @name: auto, cf8 or ecam; a newline may follow
 *
 * Context: any.
 * Return: the way (enum pb2_access_way), or -EINVAL for another name.
 */
int pb2_access_parse(const char *name)
{
	return sysfs_match_string(access_names, name);
}

/**
 * pb2_access_show() - print the attribute pciback2/access
 * @pbdev: the function
 * @buf: receives the text
 * @size: size of @buf in bytes
 *
 * The text has the way in use, the way that was chosen, and the reason why the
 * ECAM page is not in use.
 *
 * Context: process context, pb2_device.gate.lock held.
 * Return: number of bytes written.
 */
int pb2_access_show(const struct pb2_device *pbdev, char *buf, size_t size)
{
	const struct pb2_access *access = &pbdev->access;

	lockdep_assert_held(&pbdev->gate.lock);

	if (access->page)
		return scnprintf(buf, size, "ecam (%s)\n", access_names[access->way]);
	return scnprintf(buf, size, "cf8 (%s): %s\n", access_names[access->way],
			 access->why ?: "not seized yet");
}
