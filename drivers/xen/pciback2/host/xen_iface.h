/* SPDX-License-Identifier: GPL-2.0 */
/*
 * xen_iface.h - every call of the hypervisor, event channels, grants and
 * xenstore
 *
 * xen_iface.c and store_iface.c are the only files that make these calls. The
 * KUnit tests link fakes in their place.
 */
#ifndef PB2_XEN_IFACE_H
#define PB2_XEN_IFACE_H

#include <linux/interrupt.h>
#include <linux/pci.h>
#include <xen/xenbus.h>

struct xen_domctl;
struct xen_sysctl;

/* Physical devices */
bool pb2_xen_is_initial_domain(void);
bool pb2_xen_has_pirqs(void);
int pb2_xen_prepare_msix(struct pci_dev *pdev);
int pb2_xen_release_msix(struct pci_dev *pdev);
int pb2_xen_device_reset(struct pci_dev *pdev);
int pb2_xen_sysctl(struct xen_sysctl *op);
char *pb2_xen_command_line(void);
bool pb2_xen_has_capability(const char *word);
int pb2_xen_host_bridge_add(unsigned int op, u16 segment, u64 base, u64 size);
int pb2_xen_mmcfg_reserved(u16 segment, u8 first, u8 last, u64 base);
int pb2_xen_register_owner(struct pci_dev *pdev, domid_t domid);
void pb2_xen_unregister_owner(struct pci_dev *pdev);
bool pb2_xen_is_pirq(unsigned int irq);
int pb2_xen_pirq(unsigned int irq);
bool pb2_xen_irq_is_unshared(unsigned int irq);
void pb2_xen_gsi_init(void);
void pb2_xen_gsi_exit(void);

/* dom0's CPUs */
u64 pb2_xen_stolen(unsigned int cpu);

/* Domains */
int pb2_xen_domctl(struct xen_domctl *op);

/* The ring's page and event channel */
int pb2_xen_map_ring(struct xenbus_device *xdev, unsigned int gref,
		     void **page);
void pb2_xen_unmap_ring(struct xenbus_device *xdev, void *page);
int pb2_xen_bind_evtchn(struct xenbus_device *xdev, unsigned int port,
			irq_handler_t handler, void *arg);
void pb2_xen_unbind_evtchn(unsigned int irq, void *arg);
void pb2_xen_notify(unsigned int irq);
void pb2_xen_eoi(unsigned int irq, bool spurious);

/* store_iface.c */
bool pb2_xen_store_is_ready(void);
char *pb2_xen_read(const char *dir, const char *node);
char **pb2_xen_list(const char *dir, unsigned int *nr);
int pb2_xen_transact(int (*body)(struct xenbus_transaction xbt, void *arg),
		     void *arg);
char *pb2_xen_read_within(struct xenbus_transaction xbt, const char *dir,
			  const char *node);
/**
 * struct pb2_xen_node - a xenstore node to write
 * @name: name of the node, relative to its directory
 * @val: the value to write
 */
struct pb2_xen_node {
	const char *name;
	const char *val;
};

int pb2_xen_publish_if(const char *dir, const struct pb2_xen_node *guard,
		       const struct pb2_xen_node *nodes, unsigned int nr);
int pb2_xen_publish(const char *dir, const struct pb2_xen_node *nodes,
		    unsigned int nr);
void pb2_xen_rm(const char *dir, const char *node);
enum xenbus_state pb2_xen_state(const char *dir);
int pb2_xen_switch_state(struct xenbus_device *xdev, enum xenbus_state state);
int pb2_xen_rewrite_state(struct xenbus_device *xdev, enum xenbus_state state);
bool pb2_xen_is_online(struct xenbus_device *xdev);
__printf(3, 4)
void pb2_xen_error(struct xenbus_device *xdev, int rc, const char *fmt, ...);
int pb2_xen_watch(struct xenbus_device *xdev, struct xenbus_watch *watch,
		  void (*callback)(struct xenbus_watch *watch,
				   const char *path, const char *token));
void pb2_xen_unwatch(struct xenbus_watch *watch);
void pb2_xen_watch_domains(void (*died)(void),
			   void (*listed)(const char *path));
void pb2_xen_unwatch_domains(void);

#endif /* PB2_XEN_IFACE_H */
