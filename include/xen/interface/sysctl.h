/* SPDX-License-Identifier: GPL-2.0 */
/*
 * sysctl.h - as much of Xen's XEN_SYSCTL as pciback2 uses
 *
 * An interface between Xen and its tools, like domctl.h. What is here is the
 * same from Xen 4.13 (version 0x12) to 4.22 (0x16).
 */
#ifndef __XEN_PUBLIC_SYSCTL_H__
#define __XEN_PUBLIC_SYSCTL_H__

#include <linux/bits.h>
#include <linux/types.h>

#define XEN_SYSCTL_physinfo		3

/* xen_sysctl_physinfo.capabilities: there is an IOMMU, and Xen uses it */
#define XEN_SYSCTL_PHYSCAP_directio	BIT(2)

/**
 * struct xen_sysctl_physinfo - what Xen says about the machine
 * @amounts: of processors and nodes
 * @capabilities: XEN_SYSCTL_PHYSCAP_*
 *
 * What follows differs between versions.
 */
struct xen_sysctl_physinfo {
	u32 amounts[7];
	u32 capabilities;
};

/**
 * struct xen_sysctl - argument of the hypercall
 * @cmd: XEN_SYSCTL_*
 * @interface_version: must be Xen's own, or the answer is -EACCES
 * @u: argument and answer
 * @u.physinfo: of XEN_SYSCTL_physinfo
 * @u.space: Xen copies the whole of its union in both directions, which is
 *	128 bytes up to version 0x16
 */
struct xen_sysctl {
	u32 cmd;
	u32 interface_version;
	union {
		struct xen_sysctl_physinfo physinfo;
		u8 space[240];
	} u;
};

#endif /* __XEN_PUBLIC_SYSCTL_H__ */
