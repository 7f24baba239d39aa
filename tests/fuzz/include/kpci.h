/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kpci.h - PCI and xenbus as the kernel has them; numbers of registers come
 * from the kernel's own header
 */
#ifndef FUZZ_KPCI_H
#define FUZZ_KPCI_H

#include <linux/pci_regs.h>

#define PCI_DEVFN(slot, func)	((((slot) & 0x1f) << 3) | ((func) & 0x07))
#define PCI_SLOT(devfn)		(((devfn) >> 3) & 0x1f)
#define PCI_FUNC(devfn)		((devfn) & 0x07)

/* From headers that are not for user space */
#define PCI_CFG_SPACE_SIZE	256
#define PCI_CFG_SPACE_EXP_SIZE	4096
#define PCI_VENDOR_ID_XEN	0x5853
#define PCI_ROM_RESOURCE	6

#define PCIBIOS_SUCCESSFUL		0x00
#define PCIBIOS_FUNC_NOT_SUPPORTED	0x81
#define PCIBIOS_DEVICE_NOT_FOUND	0x86
#define PCIBIOS_BAD_REGISTER_NUMBER	0x87
#define PCIBIOS_SET_FAILED		0x88

#define IORESOURCE_IO		0x00000100
#define IORESOURCE_MEM		0x00000200
#define IORESOURCE_PREFETCH	0x00002000
#define IORESOURCE_MEM_64	0x00100000
#define IORESOURCE_DISABLED	0x10000000
#define IORESOURCE_UNSET	0x20000000
#define IORESOURCE_ROM_SHADOW	(1 << 1)

#define PCI_POSSIBLE_ERROR(val)	((val) == (__typeof__(val))~0ULL)

typedef int pci_power_t;
enum {
	pci_channel_io_normal = 1,
	pci_channel_io_frozen = 2,
	pci_channel_io_perm_failure = 3,
};

struct device { int unused; };
struct device_driver;
struct pci_driver;
struct pci_error_handlers;
struct pci_saved_state;

struct resource {
	u64 start;
	u64 end;
	unsigned long flags;
};

struct pci_bus_region {
	u64 start;
	u64 end;
};

struct pci_bus {
	u8 number;
	int domain;
};

struct pci_dev {
	struct device dev;
	struct pci_bus *bus;
	struct pci_dev *physfn;
	struct pci_dev *up;
	unsigned int devfn;
	u16 vendor;
	u16 device;
	u16 subsystem_vendor;
	u16 subsystem_device;
	u8 hdr_type;
	u8 msi_cap;
	u8 msix_cap;
	bool is_virtfn;
	bool msi_enabled;
	bool msix_enabled;
	unsigned int irq;
	int cfg_size;
	int error_state;
	struct resource resource[PCI_ROM_RESOURCE + 1];
};

struct msix_entry {
	u32 vector;
	u16 entry;
};

/* The harness' configuration space */
int pci_read_config_byte(const struct pci_dev *pdev, int off, u8 *val);
int pci_read_config_word(const struct pci_dev *pdev, int off, u16 *val);
int pci_read_config_dword(const struct pci_dev *pdev, int off, u32 *val);
int pci_write_config_byte(const struct pci_dev *pdev, int off, u8 val);
int pci_write_config_word(const struct pci_dev *pdev, int off, u16 val);
int pci_write_config_dword(const struct pci_dev *pdev, int off, u32 val);

#define pci_domain_nr(b)		((b)->domain)
#define pci_upstream_bridge(pdev)	((pdev)->up)
#define device_lock_assert(dev)		((void)(dev))

static inline struct pci_dev *pci_physfn(struct pci_dev *pdev)
{
	return pdev->is_virtfn ? pdev->physfn : pdev;
}

static inline u64 resource_size(const struct resource *res)
{
	return res->end - res->start + 1;
}

static inline void pcibios_resource_to_bus(struct pci_bus *bus,
					   struct pci_bus_region *region,
					   struct resource *res)
{
	region->start = res->start;
	region->end = res->end;
}

/* xenbus and Xen */
#define DOMID_FIRST_RESERVED	0x7ff0U
#define DOMID_INVALID		0x7ff4U
#define XEN_PAGE_SHIFT		12
#define UUID_SIZE		16
/* As in newer kernels, which need no copy of ours */
#define PHYSDEVOP_pci_device_reset	32

typedef struct { u8 b[UUID_SIZE]; } uuid_t;

/* For what is compared with Xen's answer, and Xen is not asked */
int uuid_parse(const char *str, uuid_t *uuid);

enum xenbus_state {
	XenbusStateUnknown,
	XenbusStateInitialising,
	XenbusStateInitWait,
	XenbusStateInitialised,
	XenbusStateConnected,
	XenbusStateClosing,
	XenbusStateClosed,
	XenbusStateReconfiguring,
	XenbusStateReconfigured,
};

/* Error recovery, which is not fuzzed */
typedef unsigned int pci_ers_result_t;
typedef unsigned int pci_channel_state_t;

struct xenbus_watch { int unused; };
struct xenbus_transaction { u32 id; };

struct xenbus_device {
	struct device dev;
	const char *nodename;
	const char *otherend;
};

#endif /* FUZZ_KPCI_H */
