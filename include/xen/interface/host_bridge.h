/* SPDX-License-Identifier: GPL-2.0 */
/*
 * host_bridge.h - telling Xen of a PCI host bridge
 *
 * An addition to Xen's physdev.h which no released Xen has; its number is not
 * reserved there. scripts/xen.d/ has the hypervisor's half.
 */
#ifndef __XEN_PUBLIC_HOST_BRIDGE_H__
#define __XEN_PUBLIC_HOST_BRIDGE_H__

#include <linux/types.h>

#define PHYSDEVOP_pci_host_bridge_add	44

/* The word in XENVER_capabilities by which a Xen says that it has the call */
#define XEN_CAP_PCI_HOST_BRIDGE_ADD	"pci_host_bridge_add-44"

/**
 * struct physdev_pci_host_bridge_add - the ECAM window of a host bridge
 * @seg: PCI segment
 * @pad: not looked at
 * @cfg_base: physical address of the first byte, which is that of the first
 *	bus; a multiple of 1 MiB
 * @cfg_size: in bytes, 1 MiB for each bus
 *
 * Where Xen has windows for the segment, the range has to lie within one of
 * them, which tells the first bus; where it has none, that is bus 0.
 */
struct physdev_pci_host_bridge_add {
	u16 seg;
	u16 pad[3];
	u64 cfg_base;
	u64 cfg_size;
};

#endif /* __XEN_PUBLIC_HOST_BRIDGE_H__ */
