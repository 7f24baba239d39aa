/* SPDX-License-Identifier: GPL-2.0 */
/*
 * doors.h - where requests enter: the PCI core, Xen, and the administrator
 * through sysfs
 */
#ifndef PB2_DOORS_H
#define PB2_DOORS_H

#include "guest/guest.h"

/* driver.c: seizes and releases a function */
extern struct pci_driver pb2_pci_driver;

/* domain_watch.c: tells the other parts that a domain has died */
void pb2_domain_watch_init(void);
void pb2_domain_watch_exit(void);

/* aer.c: error recovery, as the PCI core asks for it */
void pb2_aer_init(struct pb2_device *pbdev);
void pb2_aer_stop(struct pb2_device *pbdev);
extern const struct pci_error_handlers pb2_aer_handlers;

/* sriov.c: releases virtual functions with their physical function */
int pb2_sriov_init(void);
void pb2_sriov_exit(void);
bool pb2_sriov_pf_leaves(struct pci_dev *pdev);

/* sysfs.c: attributes of the driver */
extern const struct attribute_group *pb2_sysfs_driver_groups[];
int pb2_sysfs_refuse(const char *attr, const char *buf, int rc,
		     const char *reason);

/* sysfs_device.c: attributes of a function */
extern const struct attribute_group *pb2_sysfs_device_groups[];

#endif /* PB2_DOORS_H */
