/* SPDX-License-Identifier: GPL-2.0 */
/*
 * reset_bus.h - a reset of a bus or slot, and the functions that it affects
 */
#ifndef PB2_RESET_BUS_H
#define PB2_RESET_BUS_H

#include <linux/list.h>

#include "life.h"

/**
 * struct pb2_affected - one function that the reset affects
 * @link: in pb2_reset_bus.affected
 * @pdev: the function, with a reference
 * @pbdev: the same function, with a reference, if this driver has seized it;
 *	%NULL otherwise, and unless its device_lock is held
 * @locked: its locks are held
 * @marked: result of pb2_reset_verdict_place_marker()
 */
struct pb2_affected {
	struct list_head link;
	struct pci_dev *pdev;
	struct pb2_device *pbdev;
	bool locked;
	bool marked;
};

/**
 * struct pb2_reset_bus - a reset of a bus or slot, and what it affects
 * @requester: the function that needs the reset, with a reference
 * @bridge: the bridge above the bus, with a reference
 * @requester_locked: the caller holds @requester's device_lock, so that all
 *	other locks are only tried
 * @affected: the affected functions, in the order of their locks
 */
struct pb2_reset_bus {
	struct pb2_device *requester;
	struct pci_dev *bridge;
	bool requester_locked;
	struct list_head affected;
};

/* reset_affected.c: the affected functions and their locks */
struct pci_dev *pb2_affected_next(const struct pb2_reset_bus *bus_reset,
				  struct pci_dev *pdev);
struct pb2_affected *pb2_affected_find(const struct pb2_reset_bus *bus_reset,
				       const struct pci_dev *pdev);
int pb2_affected_collect(struct pb2_reset_bus *bus_reset);
void pb2_affected_free(struct pb2_reset_bus *bus_reset);
bool pb2_affected_is_requester(const struct pb2_reset_bus *bus_reset,
			       const struct pb2_affected *affected);
bool pb2_affected_lock(struct pb2_reset_bus *bus_reset);
void pb2_affected_unlock(struct pb2_reset_bus *bus_reset);

#endif /* PB2_RESET_BUS_H */
