/* SPDX-License-Identifier: GPL-2.0 */
/*
 * compat.h - differences between the supported kernel versions, 6.1 and later
 */
#ifndef PB2_COMPAT_H
#define PB2_COMPAT_H

#include <linux/pci.h>
#include <xen/interface/xen.h>
#include <xen/interface/physdev.h>
#include <xen/privcmd.h>

/*
 * Since 6.4 this header declares hex_to_bin(), since 7.2 no other one does. The
 * sparse of Debian 12 has no __has_include.
 */
#ifdef __has_include
#if __has_include(<linux/hex.h>)
#include <linux/hex.h>
#endif
#endif

/* 6.1 has this macro for the levels info and notice only. */
#ifndef pci_warn_ratelimited
#define pci_warn_ratelimited(pdev, fmt, arg...) \
	dev_warn_ratelimited(&(pdev)->dev, fmt, ##arg)
#endif

/*
 * Values in pci_dev.reset_methods. They are the same from 5.15 to 6.12; 6.9 has
 * appended one (cxl_bus).
 */
#define PB2_COMPAT_RESET_SPECIFIC	1
#define PB2_COMPAT_RESET_FLR	3
#define PB2_COMPAT_RESET_AF	4
#define PB2_COMPAT_RESET_PM	5
#define PB2_COMPAT_RESET_BUS	6

/* The kernel's copy of Xen's interface has this call since 6.14. */
#ifndef PHYSDEVOP_pci_device_reset
#define PHYSDEVOP_pci_device_reset	32
#define PCI_DEVICE_RESET_FLR		3
struct pci_device_reset {
	struct physdev_pci_device dev;
	u32 flags;
};
#endif

/* Since 6.12, privcmd calls a function of the backend to learn a GSI. */
#if defined(CONFIG_XEN_ACPI) && defined(IOCTL_PRIVCMD_PCIDEV_GET_GSI)
#include <xen/acpi.h>
#else
static inline void xen_acpi_register_get_gsi_func(int (*func)(u32 sbdf))
{
}
#endif

#endif /* PB2_COMPAT_H */
