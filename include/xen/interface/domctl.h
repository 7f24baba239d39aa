/* SPDX-License-Identifier: GPL-2.0 */
/*
 * domctl.h - as much of Xen's XEN_DOMCTL as pciback2 uses
 *
 * An interface between Xen and its tools, which changes from one version of
 * Xen to the next. What is here is the same from Xen 4.13 (version 0x12) to
 * 4.22 (0x18), but for padding that was implicit before:
 * scripts/check-interface compares it with each of them.
 */
#ifndef __XEN_PUBLIC_DOMCTL_H__
#define __XEN_PUBLIC_DOMCTL_H__

#include <linux/bits.h>
#include <linux/types.h>
#include <linux/uuid.h>
#include <xen/interface/xen.h>

#define XEN_DOMCTL_getdomaininfo	5
#define XEN_DOMCTL_iomem_permission	20
#define XEN_DOMCTL_test_assign_device	45

/* xen_domctl_getdomaininfo.flags */
#define XEN_DOMINF_dying		BIT(0)
#define XEN_DOMINF_shutdown		BIT(2)

/**
 * struct xen_domctl_getdomaininfo - what Xen says about a domain
 * @domain: which one it is about: if there is none of the number that was
 *	asked for, the one with the next higher number
 * @pad: zero
 * @flags: XEN_DOMINF_*
 * @amounts: pages of several kinds, and time
 * @nr_online_vcpus: virtual CPUs that are online
 * @max_vcpu_id: the highest virtual CPU
 * @ssidref: security label
 * @handle: its UUID
 *
 * What follows differs between versions.
 */
struct xen_domctl_getdomaininfo {
	domid_t domain;
	u16 pad;
	u32 flags;
	aligned_u64 amounts[7];
	u32 nr_online_vcpus;
	u32 max_vcpu_id;
	u32 ssidref;
	u8 handle[UUID_SIZE];
};

/**
 * struct xen_domctl_iomem_permission - let a domain map memory of devices, or
 *	forbid it
 * @first_mfn: number of the first page
 * @nr_mfns: how many pages
 * @allow_access: 1 to let it, 0 to forbid it; what is mapped stays mapped
 */
struct xen_domctl_iomem_permission {
	aligned_u64 first_mfn;
	aligned_u64 nr_mfns;
	u8 allow_access;
};

/* xen_domctl_assign_device.dev */
#define XEN_DOMCTL_DEV_PCI		0

/**
 * struct xen_domctl_assign_device - ask whether a device can be assigned
 * @dev: XEN_DOMCTL_DEV_*
 * @flags: zero
 * @machine_sbdf: the function: 16 bits of segment, 8 of bus and 8 of devfn
 */
struct xen_domctl_assign_device {
	u32 dev;
	u32 flags;
	u32 machine_sbdf;
};

/**
 * struct xen_domctl - argument of the hypercall
 * @cmd: XEN_DOMCTL_*
 * @interface_version: must be Xen's own, or the answer is -EACCES
 * @domain: which domain
 * @pad: zero
 * @u: argument and answer
 * @u.getdomaininfo: of XEN_DOMCTL_getdomaininfo
 * @u.iomem_permission: of XEN_DOMCTL_iomem_permission
 * @u.assign_device: of XEN_DOMCTL_test_assign_device
 * @u.space: Xen copies the whole of its union in both directions, which is
 *	128 bytes up to version 0x18
 */
struct xen_domctl {
	u32 cmd;
	u32 interface_version;
	domid_t domain;
	u16 pad[3];
	union {
		struct xen_domctl_getdomaininfo getdomaininfo;
		struct xen_domctl_iomem_permission iomem_permission;
		struct xen_domctl_assign_device assign_device;
		u8 space[240];
	} u;
};

#endif /* __XEN_PUBLIC_DOMCTL_H__ */
