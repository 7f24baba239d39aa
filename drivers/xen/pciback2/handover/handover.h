/* SPDX-License-Identifier: GPL-2.0 */
/*
 * handover.h - a function's ECAM page, and what is published about a function
 */
#ifndef PB2_HANDOVER_H
#define PB2_HANDOVER_H

#include "../conf/conf.h"

/**
 * struct pb2_offer - everything that the hand-over of a page depends on
 * @policy: the function's policy
 * @is_stubdom: the function's domain is a stub domain
 * @knows_xen: the version of Xen's domctl interface is known
 * @is_confirmed: Xen uses the ECAM window, too
 * @is_read_only: no PV domain can write to the page
 * @iommu: state of the IOMMU and of interrupt remapping
 * @address: physical address of the page, 0 if no ECAM window covers the
 *	function
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

/* page.c: grants of ECAM pages to domains */
int pb2_page_grant(u64 address, domid_t domid, const char *vm_path);
int pb2_page_revoke(u64 address, domid_t domid, const char *vm_path);
bool pb2_page_is_held(u64 address, domid_t domid, const char *vm_path,
		      domid_t *holder);
int pb2_page_show(char *buf, size_t size);

/* publish.c: nodes about a function in the backend's xenstore directory */
int pb2_publish_page(const char *dir, const struct pb2_sbdf *vsbdf,
		     u64 address);
void pb2_publish_withdraw_page(const char *dir, const struct pb2_sbdf *vsbdf);
void pb2_publish_virtio(struct pb2_device *pbdev, const char *dir,
			const struct pb2_sbdf *vsbdf);
void pb2_publish_withdraw_virtio(struct pb2_device *pbdev, const char *dir,
				 const struct pb2_sbdf *vsbdf);

/* handover.c: give a function's ECAM page to the function's domain */
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
			  const char *vm_path);
int pb2_handover_parse(const char *name);
int pb2_handover_show(const struct pb2_device *pbdev, char *buf, size_t size);

#endif /* PB2_HANDOVER_H */
