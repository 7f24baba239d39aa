/* SPDX-License-Identifier: GPL-2.0 */
/*
 * handover.h - configuration space in memory, and who is given its pages
 */
#ifndef PB2_HANDOVER_H
#define PB2_HANDOVER_H

#include <linux/pci.h>
#include <linux/workqueue.h>
#include <xen/interface/xen.h>

#include "../host/sbdf.h"

struct pb2_device;

/**
 * enum pb2_iommu_state - what is known of a means of protection
 * @PB2_IOMMU_UNKNOWN: nothing
 * @PB2_IOMMU_OFF: it is off, or not there
 * @PB2_IOMMU_ON: it is on
 */
enum pb2_iommu_state {
	PB2_IOMMU_UNKNOWN,
	PB2_IOMMU_OFF,
	PB2_IOMMU_ON,
};

/**
 * struct pb2_iommu - what protects the machine from its functions
 * @state: the IOMMU, from their DMA
 * @remapping: interrupt remapping, from forged interrupts
 * @quarantine: of functions that are in no domain; on if it was asked for
 */
struct pb2_iommu {
	enum pb2_iommu_state state;
	enum pb2_iommu_state remapping;
	enum pb2_iommu_state quarantine;
};

/**
 * enum pb2_handover_policy - who may be given a function's ECAM page
 * @PB2_HANDOVER_OFF: nobody
 * @PB2_HANDOVER_STUBDOM: a stub domain
 * @PB2_HANDOVER_ANY: any domain
 */
enum pb2_handover_policy {
	PB2_HANDOVER_OFF,
	PB2_HANDOVER_STUBDOM,
	PB2_HANDOVER_ANY,
};

/**
 * struct pb2_offer - all that decides whether a page is handed over
 * @policy: of the function
 * @is_stubdom: its domain is one
 * @knows_xen: the version of Xen's domctl is known
 * @is_confirmed: Xen uses the ECAM window, too
 * @is_read_only: no PV domain can write to the page
 * @iommu: what protects the machine
 * @address: of the page, 0 for none
 */
struct pb2_offer {
	enum pb2_handover_policy policy;
	bool is_stubdom;
	bool knows_xen;
	bool is_confirmed;
	bool is_read_only;
	struct pb2_iommu iommu;
	u64 address;
};

/**
 * struct pb2_handover - a function's ECAM page and its domain
 * @policy: who may have it
 * @dir: the backend's directory in xenstore, or %NULL
 * @vsbdf: the function's virtual address, while there is @dir
 * @address: physical, of the page that the domain may map; 0 for none
 * @rc: why Xen does not take it back, or 0
 * @why: what is against a hand-over, a constant; %NULL for nothing
 * @renew_work: hands over again what was withdrawn, after an announcement
 *
 * Protected by device_lock.
 */
struct pb2_handover {
	enum pb2_handover_policy policy;
	char *dir;
	struct pb2_sbdf vsbdf;
	u64 address;
	int rc;
	const char *why;
	struct delayed_work renew_work;
};

/* window.c: where configuration space is in memory */
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

/* bridge.c: the host bridges, as Xen is told of them */
int pb2_bridge_init(unsigned int op);
void pb2_bridge_exit(void);
int pb2_bridge_show(char *buf, size_t size);

/* iommu.c: what protects the machine from a function */
void pb2_iommu_init(void);
const struct pb2_iommu *pb2_iommu_get(void);
int pb2_iommu_show(char *buf, size_t size);

/* page.c: pages of configuration space that domains were given */
int pb2_page_grant(u64 address, domid_t domid, const char *identity);
int pb2_page_revoke(u64 address, domid_t domid, const char *identity);
bool pb2_page_is_held(u64 address, domid_t domid, const char *identity,
		      domid_t *holder);
void pb2_page_look(void);
int pb2_page_show(char *buf, size_t size);

/* publish.c: what a domain finds about a function in the backend's directory */
int pb2_publish_page(const char *dir, const struct pb2_sbdf *vsbdf,
		     u64 address);
void pb2_publish_withdraw_page(const char *dir, const struct pb2_sbdf *vsbdf);
void pb2_publish_backend(struct pb2_device *pbdev, const char *dir,
			 const struct pb2_sbdf *vsbdf);
void pb2_publish_withdraw_backend(struct pb2_device *pbdev, const char *dir,
				  const struct pb2_sbdf *vsbdf);

/* handover.c: a function's page, given to its domain */
extern enum pb2_handover_policy pb2_handover_default;
extern bool pb2_handover_reassign;
void pb2_handover_init(struct pb2_device *pbdev);
const char *pb2_handover_decide(const struct pb2_offer *offer);
void pb2_handover_begin(struct pb2_device *pbdev, const char *dir,
			const struct pb2_sbdf *vsbdf);
void pb2_handover_renew(struct pb2_device *pbdev);
void pb2_handover_suspend(struct pb2_device *pbdev);
void pb2_handover_choose(struct pb2_device *pbdev,
			 enum pb2_handover_policy policy);
void pb2_handover_end(struct pb2_device *pbdev);
const char *pb2_handover_fault(const struct pb2_device *pbdev);
bool pb2_handover_is_free(const struct pb2_device *pbdev, domid_t domid,
			  const char *identity);
int pb2_handover_parse(const char *name);
int pb2_handover_show(const struct pb2_device *pbdev, char *buf, size_t size);

#endif /* PB2_HANDOVER_H */
