// SPDX-License-Identifier: GPL-2.0
/*
 * reset_affected.c - the functions that the reset of a bus affects, their locks
 */
#include <linux/slab.h>

#include "../host/pci_iface.h"
#include "reset_bus.h"

static bool function_is_below(struct pci_dev *pdev,
			      const struct pci_dev *bridge)
{
	do {
		pdev = pci_upstream_bridge(pdev);
	} while (pdev && pdev != bridge);
	return pdev;
}

/**
 * pb2_affected_find() - look whether a function is among those collected
 * @bus_reset: the bus reset
 * @pdev: the function
 *
 * Context: any.
 * Return: its entry, or %NULL.
 */
struct pb2_affected *pb2_affected_find(const struct pb2_reset_bus *bus_reset,
				       const struct pci_dev *pdev)
{
	struct pb2_affected *affected;

	list_for_each_entry(affected, &bus_reset->affected, link)
		if (affected->pdev == pdev)
			return affected;
	return NULL;
}

static int affected_add(struct pb2_reset_bus *bus_reset, struct pci_dev *pdev)
{
	struct pb2_affected *affected = kzalloc(sizeof(*affected), GFP_KERNEL);

	if (!affected)
		return -ENOMEM;
	affected->pdev = pci_dev_get(pdev);
	list_add_tail(&affected->link, &bus_reset->affected);
	return 0;
}

/**
 * pb2_affected_next() - visit all functions that the reset affects now
 * @bus_reset: the bus reset
 * @pdev: the last function visited, or %NULL for the first one; its reference
 *	is dropped
 *
 * pci_walk_bus() would not do: it takes pci_bus_sem, under which error recovery
 * takes device_lock, and it misses the VFs whose bus number is not that of
 * their PF.
 *
 * Context: may sleep; device_lock of any function may be held.
 * Return: the next function with a reference for the caller, %NULL after the
 * last one.
 */
struct pci_dev *pb2_affected_next(const struct pb2_reset_bus *bus_reset,
				  struct pci_dev *pdev)
{
	do {
		pdev = pb2_pci_next(pdev);
	} while (pdev && !function_is_below(pdev, bus_reset->bridge));
	return pdev;
}

/**
 * pb2_affected_collect() - list the functions that the reset affects
 * @bus_reset: the bus reset; its list is empty
 *
 * Context: may sleep; device_lock of any function may be held.
 * Return: 0; -ENODEV if the requester is being removed, -ENOMEM. The list is to
 * be freed in any case.
 */
int pb2_affected_collect(struct pb2_reset_bus *bus_reset)
{
	struct pci_dev *pdev = NULL;

	while ((pdev = pb2_affected_next(bus_reset, pdev))) {
		if (affected_add(bus_reset, pdev)) {
			pci_dev_put(pdev);
			return -ENOMEM;
		}
	}
	/* A function that is being removed is in no list any more. */
	return pb2_affected_find(bus_reset, bus_reset->requester->pdev) ?
	       0 : -ENODEV;
}

/**
 * pb2_affected_free() - undo pb2_affected_collect()
 * @bus_reset: the bus reset
 *
 * Context: may sleep.
 */
void pb2_affected_free(struct pb2_reset_bus *bus_reset)
{
	struct pb2_affected *affected, *next;

	list_for_each_entry_safe(affected, next, &bus_reset->affected, link) {
		pci_dev_put(affected->pdev);
		kfree(affected);
	}
}

/**
 * pb2_affected_is_requester() - is this the function that needs the reset?
 * @bus_reset: the bus reset
 * @affected: one of the functions that it affects
 *
 * Context: any.
 * Return: true if it is.
 */
bool pb2_affected_is_requester(const struct pb2_reset_bus *bus_reset,
			       const struct pb2_affected *affected)
{
	return affected->pdev == bus_reset->requester->pdev;
}

static bool bus_reset_lock_pdev(const struct pb2_reset_bus *bus_reset,
				struct pci_dev *pdev)
{
	if (bus_reset->requester_locked)
		return pb2_pci_trylock(pdev);
	pb2_pci_lock(pdev);
	return true;
}

static bool function_lock(const struct pb2_reset_bus *bus_reset,
			  struct pb2_affected *affected)
{
	if (bus_reset->requester_locked &&
	    pb2_affected_is_requester(bus_reset, affected)) {
		pb2_pci_lock_cfg(affected->pdev);
		affected->locked = true;
	} else {
		affected->locked = bus_reset_lock_pdev(bus_reset,
						       affected->pdev);
	}
	return affected->locked;
}

static void function_unlock(const struct pb2_reset_bus *bus_reset,
			    struct pb2_affected *affected)
{
	if (affected->pbdev)
		pb2_device_put(affected->pbdev);
	affected->pbdev = NULL;
	affected->locked = false;
	if (bus_reset->requester_locked &&
	    pb2_affected_is_requester(bus_reset, affected))
		pb2_pci_unlock_cfg(affected->pdev);
	else
		pb2_pci_unlock(affected->pdev);
}

/**
 * pb2_affected_unlock() - undo pb2_affected_lock()
 * @bus_reset: the bus reset
 *
 * Context: the locks of the bridge and of the functions marked as locked are
 * held; may sleep.
 */
void pb2_affected_unlock(struct pb2_reset_bus *bus_reset)
{
	struct pb2_affected *affected;

	list_for_each_entry_reverse(affected, &bus_reset->affected, link)
		if (affected->locked)
			function_unlock(bus_reset, affected);
	pb2_pci_unlock(bus_reset->bridge);
}

/*
 * A function is seized and released under its device_lock, so the result stays
 * true until the locks are dropped.
 */
static void affected_find_seized(struct pb2_reset_bus *bus_reset)
{
	struct pb2_affected *affected;

	list_for_each_entry(affected, &bus_reset->affected, link) {
		/* The registry lacks a requester that is just being seized. */
		if (pb2_affected_is_requester(bus_reset, affected)) {
			pb2_device_get(bus_reset->requester);
			affected->pbdev = bus_reset->requester;
		} else {
			affected->pbdev = pb2_registry_find_pdev(affected->pdev);
		}
	}
}

/**
 * pb2_affected_lock() - lock the bridge and all affected functions
 * @bus_reset: the bus reset
 *
 * The PCI core, too, locks the bridge before the functions. A caller that holds
 * the requester's lock already violates this order and must not wait.
 *
 * Context: the requester's device_lock held if and only if
 * @bus_reset->requester_locked; sleeps, up to minutes.
 * Return: true if all locks are held, and each function's pbdev is found.
 */
bool pb2_affected_lock(struct pb2_reset_bus *bus_reset)
{
	struct pb2_affected *affected;

	if (!bus_reset_lock_pdev(bus_reset, bus_reset->bridge))
		return false;

	list_for_each_entry(affected, &bus_reset->affected, link) {
		if (!function_lock(bus_reset, affected)) {
			pb2_affected_unlock(bus_reset);
			return false;
		}
	}
	affected_find_seized(bus_reset);
	return true;
}

