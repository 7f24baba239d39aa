/* SPDX-License-Identifier: GPL-2.0 */
/*
 * holder.h - what a domain may reach of a function: the record of holders, and the
 * ECAM page that is handed over
 */
#ifndef PB2_HOLDER_H
#define PB2_HOLDER_H

#include <linux/workqueue.h>

#include "../host/host.h"

struct pb2_device;

/**
 * enum pb2_handover_policy - which domain may get a function's ECAM page
 * @PB2_HANDOVER_OFF: none
 * @PB2_HANDOVER_STUBDOM: the owner, if it is a stub domain
 * @PB2_HANDOVER_ANY: the owner, whichever domain that is
 */
enum pb2_handover_policy {
	PB2_HANDOVER_OFF,
	PB2_HANDOVER_STUBDOM,
	PB2_HANDOVER_ANY,
};

/**
 * struct pb2_handover - a function's ECAM page and the domain that may map it
 * @policy: which domain may get the page
 * @dir: the backend's directory in xenstore while a domain owns the function,
 *	or %NULL
 * @vsbdf: the function's address in that domain; valid while @dir is not %NULL
 * @address: physical address of the page that the domain may map, 0 for none
 * @rc: errno with which Xen refused to revoke the page, or 0
 * @why: why the page is not handed over, a constant; %NULL if it is
 * @renew_work: hands a withdrawn page over again when no detach is pending any
 *	more
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

/**
 * enum pb2_held_kind - what a domain may still reach
 * @PB2_HELD_BARS: the BARs of a function
 * @PB2_HELD_PAGE: an ECAM page
 */
enum pb2_held_kind {
	PB2_HELD_BARS,
	PB2_HELD_PAGE,
};

/**
 * struct pb2_held - something that a domain may have mapped
 * @kind: what it is
 * @address: physical address of the page; of BARs the address of their function
 *	as one number, 16 bits of segment, 8 of bus and 8 of devfn
 */
struct pb2_held {
	enum pb2_held_kind kind;
	u64 address;
};

struct pb2_held pb2_held_bars(const struct pb2_sbdf *sbdf);
struct pb2_held pb2_held_page(u64 address);
int pb2_holder_add(const struct pb2_held *held, domid_t domid,
		   const char *vm_path);
void pb2_holder_remove(const struct pb2_held *held, domid_t domid,
		       const char *vm_path);
void pb2_holder_set_permitted(const struct pb2_held *held, domid_t domid,
			      const char *vm_path, bool permitted);
bool pb2_holder_retire(const struct pb2_held *held, domid_t *holder);
bool pb2_holder_is_permitted(const struct pb2_held *held, domid_t domid,
			     const char *vm_path);
bool pb2_holder_find_other(const struct pb2_held *held, domid_t domid,
			   const char *vm_path, domid_t *other);
bool pb2_holder_has_stranger(const struct pb2_held *held,
			     const struct pb2_device *pbdev);
bool pb2_holder_exists(const struct pb2_held *held);
void pb2_holder_check(void);
void pb2_holder_exit(void);
int pb2_holder_show(enum pb2_held_kind kind, char *buf, size_t size);

#endif /* PB2_HOLDER_H */
