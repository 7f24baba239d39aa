/* SPDX-License-Identifier: GPL-2.0 */
/*
 * compat.h - differences between kernel versions, from 6.1 on, and no others
 */
#ifndef PB2_COMPAT_H
#define PB2_COMPAT_H

#include <linux/pci.h>
#include <xen/interface/xen.h>
#include <xen/interface/physdev.h>
#include <xen/privcmd.h>

/*
 * hex_to_bin() is declared there since 6.4, and since 7.2 nowhere else. Old
 * versions of sparse cannot ask for a header.
 */
#ifdef __has_include
#if __has_include(<linux/hex.h>)
#include <linux/hex.h>
#endif
#endif

/* Not in 6.1, which has the info and notice levels only. */
#ifndef pci_warn_ratelimited
#define pci_warn_ratelimited(pdev, fmt, arg...) \
	dev_warn_ratelimited(&(pdev)->dev, fmt, ##arg)
#endif

/*
 * Numbers in pci_dev.reset_methods, the same from 5.15 to 6.12; 6.9 appended
 * one (cxl_bus).
 */
#define PB2_COMPAT_RESET_FLR	3
#define PB2_COMPAT_RESET_AF	4
#define PB2_COMPAT_RESET_PM	5

/* In the kernel's copy of Xen's interface since 6.14 */
#ifndef PHYSDEVOP_pci_device_reset
#define PHYSDEVOP_pci_device_reset	32
#define PCI_DEVICE_RESET_FLR		3
struct pci_device_reset {
	struct physdev_pci_device dev;
	u32 flags;
};
#endif

/* privcmd asks a function of the backend for GSIs since 6.12. */
#if defined(CONFIG_XEN_ACPI) && defined(IOCTL_PRIVCMD_PCIDEV_GET_GSI)
#include <xen/acpi.h>
#else
static inline void xen_acpi_register_get_gsi_func(int (*func)(u32 sbdf))
{
}
#endif

#endif /* PB2_COMPAT_H */
