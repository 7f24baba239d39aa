/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fake_xen.h - in place of Xen, of xenstore and of the guest's frontend:
 * everything that xen_iface.h declares
 */
#ifndef FAKE_XEN_H
#define FAKE_XEN_H

#include <kunit/test.h>

#include <xen/interface/domctl.h>

#include "../../../drivers/xen/pciback2/host/xen_iface.h"

struct pb2_sbdf;

/* The interface version of Xen 4.17 */
#define FAKE_XEN_DOMCTL		0x15

/* The IRQ of a bound event channel, and the pirq that stands for an IRQ */
#define FAKE_XEN_EVTCHN_IRQ	77
#define FAKE_XEN_PIRQ(irq)	((irq) + 1000)

/**
 * struct fake_xen - what the tests set, and what they look at
 * @initial_domain: the driver runs in dom0; true at the start of a test
 * @pirqs: the driver runs in a PV domain; true at the start of a test
 * @capability: the one that Xen says it has, or %NULL
 * @unshared: is no other domain on an INTx line?
 * @domctl: the interface version that XEN_DOMCTL wants; 0 at the start of a
 *	test, for one that nobody knows
 * @command_line: Xen's, or %NULL
 * @sysctl: the interface version that XEN_SYSCTL wants, 0 for one that nobody
 *	knows
 * @machine: XEN_SYSCTL_PHYSCAP_*
 * @on_release: called when a domain dies, or %NULL
 * @on_backend: called when a toolstack writes in the directory of all PCI
 *	backends, or %NULL
 * @silent: Xen refuses to tell anything about a domain (XSM)
 * @no_iommu: Xen assigns no functions
 * @store_is_late: xenstored has not started yet
 * @page: what pb2_xen_map_ring() maps, if the test has put anything there
 * @gref: the grant reference that was mapped
 * @port: the event channel that was bound
 * @bad_port: one that the guest does not have, so that its binding fails
 * @handler: of the event channel, %NULL while none is bound
 * @arg: its argument
 * @watch: registered on the backend's directory, or %NULL
 * @error: the last message for xenstore's error node
 * @error_rc: its errno
 * @on_bind: what happens before the binding of the event channel returns, or
 *	%NULL
 * @on_notify: what the guest does when it gets an event, or %NULL
 * @on_read: what the toolstack does before a node is read, or %NULL
 * @on_write: what it does before a node is written, or %NULL
 * @notified: events sent to the guest
 * @eois: events answered
 * @spurious: those of them that counted against the guest
 * @stolen: for how long others ran in place of any CPU, ns
 * @mapped: pages mapped
 * @bound: event channels bound
 * @prepared: functions between prepare_msix and release_msix
 * @refused: the last one that Xen refused to prepare, or %NULL
 * @owners: functions with a registered owner
 */
struct fake_xen {
	bool initial_domain;
	bool pirqs;
	bool unshared;
	u32 domctl;
	const char *capability;
	const char *command_line;
	u32 sysctl;
	u32 machine;
	void (*on_release)(void);
	void (*on_backend)(const char *path);
	bool silent;
	bool no_iommu;
	bool store_is_late;
	void *page;
	unsigned int gref;
	unsigned int port;
	unsigned int bad_port;
	irq_handler_t handler;
	void *arg;
	struct xenbus_watch *watch;
	char error[160];
	int error_rc;
	void (*on_bind)(void);
	void (*on_notify)(void);
	void (*on_read)(const char *node);
	void (*on_write)(const char *node);
	unsigned int notified;
	unsigned int eois;
	unsigned int spurious;
	u64 stolen;
	int mapped;
	int bound;
	int prepared;
	const struct pci_dev *refused;
	int owners;
};

extern struct fake_xen fake_xen;

void fake_xen_reset(void);
void fake_xen_check(struct kunit *test);

/* fake_store.c: xenstore */
void fake_store_reset(void);

/* fake_domain.c: the domains that there are */
void fake_domain_reset(void);
void fake_domain_create(domid_t domid, const char *uuid);
void fake_domain_set_flags(domid_t domid, u32 flags);
void fake_domain_free(domid_t domid);
void fake_domain_event(void);
u64 fake_domain_page(domid_t domid);
void fake_domain_give(domid_t domid, const struct pb2_sbdf *sbdf);
bool fake_domain_may_map(domid_t domid, u64 page);

/* The guest and the toolstack */
void fake_xen_put(const char *dir, const char *key, const char *val);
const char *fake_xen_get(const char *dir, const char *key);
void fake_xen_event(void);
void fake_xen_fire(const char *path);
void fake_xenwatch_enter(void);
void fake_xenwatch_leave(void);
int fake_xen_owner(const struct pci_dev *pdev);

#endif /* FAKE_XEN_H */
