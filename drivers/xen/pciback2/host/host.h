/* SPDX-License-Identifier: GPL-2.0 */
/*
 * host.h - the machine: ECAM windows, host bridges, the IOMMU, domains, addresses
 *
 * The calls of Xen, xenstore, the PCI core and the hardware have headers of
 * their own, *_iface.h, because tests link fakes in the place of those files.
 */
#ifndef PB2_HOST_H
#define PB2_HOST_H

#include <linux/pci.h>
#include <xen/interface/xen.h>

#include "compat.h"

#define PB2_NAME		"pciback2"
/* libxl knows the driver as /sys/bus/pci/drivers/pciback only. */
#define PB2_PCI_DRIVER_NAME	"pciback"

#define PB2_SBDF_FMT		"%04x:%02x:%02x.%u"
/* libxl spells node names so: xenstore allows neither colon nor dot in them. */
#define PB2_SBDF_NODE_FMT	"%04x-%02x-%02x-%u"
#define PB2_SBDF_ARGS(s) \
	(s)->domain, (s)->bus, PCI_SLOT((s)->devfn), PCI_FUNC((s)->devfn)

/**
 * struct pb2_sbdf - the address of one function
 * @domain: PCI segment
 * @bus: bus number
 * @devfn: PCI_DEVFN(slot, function)
 */
struct pb2_sbdf {
	u16 domain;
	u8 bus;
	u8 devfn;
};

/**
 * struct pb2_pattern - the addresses that one word of the administrator matches
 * @domain: PCI segment
 * @bus: bus number
 * @slot: device number, or -1 for every device of the bus
 * @func: function number, or -1 for every function of the device
 */
struct pb2_pattern {
	u16 domain;
	u8 bus;
	s8 slot;
	s8 func;
};

/* sbdf.c: the only parser of addresses */
const char *pb2_sbdf_scan(const char *s, struct pb2_pattern *pat);
int pb2_sbdf_parse_pattern(const char *s, struct pb2_pattern *pat);
int pb2_sbdf_parse(const char *s, struct pb2_sbdf *sbdf);
int pb2_sbdf_next_hidden(const char **list, struct pb2_pattern *pat);
int pb2_sbdf_of(const struct pci_dev *pdev, struct pb2_sbdf *sbdf);
bool pb2_sbdf_equal(const struct pb2_sbdf *a, const struct pb2_sbdf *b);
u32 pb2_sbdf_number(const struct pb2_sbdf *sbdf);

/**
 * enum pb2_iommu_state - what dom0 knows about a means of protection
 * @PB2_IOMMU_UNKNOWN: dom0 cannot tell
 * @PB2_IOMMU_OFF: it is off, or the machine does not have it
 * @PB2_IOMMU_ON: it is on
 */
enum pb2_iommu_state {
	PB2_IOMMU_UNKNOWN,
	PB2_IOMMU_OFF,
	PB2_IOMMU_ON,
};

/**
 * struct pb2_iommu - what protects the machine from its functions
 * @state: the IOMMU, against DMA
 * @remapping: interrupt remapping, against forged interrupts
 * @quarantine: Xen's quarantine of functions that no domain owns; on if the
 *	administrator has asked for it
 */
struct pb2_iommu {
	enum pb2_iommu_state state;
	enum pb2_iommu_state remapping;
	enum pb2_iommu_state quarantine;
};

/* window.c: the ECAM windows */
void pb2_window_init(void);
void pb2_window_exit(void);
void pb2_window_add_bridge(struct pci_bus *bus);
void pb2_window_ask(void);
void pb2_window_confirm(u16 segment, u8 first, u8 last);
void pb2_window_distrust(u16 segment);
u64 pb2_window_of(u16 segment, u8 first, u8 last);
u64 pb2_window_page(const struct pb2_sbdf *sbdf, bool *confirmed);
bool pb2_window_xen_sees(const struct pb2_sbdf *sbdf);
int pb2_window_show(char *buf, size_t size);

/* bridge.c: registers the host bridges with Xen */
int pb2_bridge_init(unsigned int op);
void pb2_bridge_exit(void);
int pb2_bridge_show(char *buf, size_t size);

/* iommu.c: what protects the machine from its functions */
void pb2_iommu_init(void);
const struct pb2_iommu *pb2_iommu_get(void);
int pb2_iommu_show(char *buf, size_t size);

/* domain.c: whether a domain is alive, what it may map, and who it is */
void pb2_domain_init(u32 interface_version);
void pb2_domain_exit(void);
int pb2_domain_is_alive(domid_t domid, const char *vm_path);
bool pb2_domain_is_dead(domid_t domid, const char *vm_path);
bool pb2_domain_knows_xen(void);
char *pb2_domain_vm_path(domid_t domid);
int pb2_domain_target(domid_t domid, domid_t *target);
int pb2_domain_permit(domid_t domid, u64 address, bool allow);
int pb2_domain_test_assign(const struct pb2_sbdf *sbdf);

/* owner.c: which function a domain has, as Xen or xenstore knows it */
bool pb2_owner_may_exist(const struct pb2_sbdf *sbdf);

#endif /* PB2_HOST_H */
