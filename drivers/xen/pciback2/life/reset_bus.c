// SPDX-License-Identifier: GPL-2.0
/*
 * reset_bus.c - reset of a bus or hot-plug slot, with every function there
 *
 * Such a reset is for a function (the requester) that has no other. It takes
 * place only if every affected function is seized, and is either in no domain
 * or is leaving the requester's domain at the same time. All affected functions
 * are reset at once, and each gets its own record of the reset.
 */
#include <linux/overflow.h>
#include <linux/slab.h>

#include "../host/pci_iface.h"
#include "life.h"

/* Size of a blocker's description: a PCI address and a reason, in bytes */
#define BLOCKER_SIZE	64

/**
 * struct affected - one function that the reset affects
 * @pdev: the function, with a reference
 * @pbdev: the same function, with a reference, if this driver has seized it;
 *	%NULL otherwise, and unless its device_lock is held
 * @marked: result of pb2_reset_verdict_place_marker()
 */
struct affected {
	struct pci_dev *pdev;
	struct pb2_device *pbdev;
	bool marked;
};

/**
 * struct pb2_reset_bus - a reset of a bus or slot, and what it affects
 * @requester: the function that needs the reset, with a reference
 * @bridge: the bridge above the bus, with a reference
 * @requester_locked: the caller holds @requester's device_lock, so that all
 *	other locks are only tried
 * @capacity: length of @affected
 * @nr: number of affected functions
 * @affected: the affected functions, in the order of their locks
 */
struct pb2_reset_bus {
	struct pb2_device *requester;
	struct pci_dev *bridge;
	bool requester_locked;
	unsigned int capacity;
	unsigned int nr;
	struct affected affected[];
};

static int affected_count(struct pci_dev *pdev, void *arg)
{
	unsigned int *nr = arg;

	++*nr;
	return 0;
}

static int affected_collect(struct pci_dev *pdev, void *arg)
{
	struct pb2_reset_bus *bus_reset = arg;

	if (bus_reset->nr < bus_reset->capacity)
		bus_reset->affected[bus_reset->nr++].pdev = pci_dev_get(pdev);
	return 0;
}

/**
 * pb2_reset_bus_find() - find the functions that a bus reset would affect
 * @pbdev: the requester
 *
 * Context: device_lock held, may sleep.
 * Return: the bus reset, for pb2_reset_bus_run() or pb2_reset_bus_free(); %NULL
 * if the function is a VF or a bridge, no bridge is above it, its bus must not
 * be reset (PCI_DEV_FLAGS_NO_BUS_RESET), or memory is short.
 */
struct pb2_reset_bus *pb2_reset_bus_find(struct pb2_device *pbdev)
{
	struct pci_dev *pdev = pbdev->pdev;
	struct pci_dev *bridge = pdev->bus->self;
	struct pb2_reset_bus *bus_reset;
	unsigned int nr = 0;

	device_lock_assert(&pdev->dev);

	if (pdev->is_virtfn || pdev->subordinate || !bridge ||
	    bridge->dev_flags & PCI_DEV_FLAGS_NO_BUS_RESET)
		return NULL;

	pci_walk_bus(pdev->bus, affected_count, &nr);
	bus_reset = kzalloc(struct_size(bus_reset, affected, nr), GFP_KERNEL);
	if (!bus_reset)
		return NULL;

	bus_reset->capacity = nr;
	pci_walk_bus(pdev->bus, affected_collect, bus_reset);
	bus_reset->bridge = pci_dev_get(bridge);
	bus_reset->requester = pbdev;
	pb2_device_get(pbdev);
	return bus_reset;
}

/**
 * pb2_reset_bus_free() - undo pb2_reset_bus_find()
 * @bus_reset: the bus reset
 *
 * Context: may sleep.
 */
void pb2_reset_bus_free(struct pb2_reset_bus *bus_reset)
{
	while (bus_reset->nr--)
		pci_dev_put(bus_reset->affected[bus_reset->nr].pdev);
	pci_dev_put(bus_reset->bridge);
	pb2_device_put(bus_reset->requester);
	kfree(bus_reset);
}

static bool affected_is_requester(const struct pb2_reset_bus *bus_reset,
				  unsigned int i)
{
	return bus_reset->affected[i].pdev == bus_reset->requester->pdev;
}

static bool bus_reset_lock_pdev(const struct pb2_reset_bus *bus_reset,
				struct pci_dev *pdev)
{
	if (bus_reset->requester_locked)
		return pb2_pci_trylock(pdev);
	pb2_pci_lock(pdev);
	return true;
}

static bool affected_lock(const struct pb2_reset_bus *bus_reset, unsigned int i)
{
	struct pci_dev *pdev = bus_reset->affected[i].pdev;

	if (!bus_reset->requester_locked ||
	    !affected_is_requester(bus_reset, i))
		return bus_reset_lock_pdev(bus_reset, pdev);
	pb2_pci_lock_cfg(pdev);
	return true;
}

static void affected_unlock(struct pb2_reset_bus *bus_reset, unsigned int i)
{
	struct affected *affected = &bus_reset->affected[i];

	if (affected->pbdev)
		pb2_device_put(affected->pbdev);
	affected->pbdev = NULL;
	if (bus_reset->requester_locked && affected_is_requester(bus_reset, i))
		pb2_pci_unlock_cfg(affected->pdev);
	else
		pb2_pci_unlock(affected->pdev);
}

static void affected_unlock_first(struct pb2_reset_bus *bus_reset,
				  unsigned int nr)
{
	while (nr--)
		affected_unlock(bus_reset, nr);
	pb2_pci_unlock(bus_reset->bridge);
}

/*
 * A function is seized and released under its device_lock, so the result stays
 * true until the locks are dropped.
 */
static void affected_find_seized(struct pb2_reset_bus *bus_reset)
{
	struct affected *affected;
	unsigned int i;

	for (i = 0; i < bus_reset->nr; i++) {
		affected = &bus_reset->affected[i];
		/* The registry lacks a requester that is just being seized. */
		if (affected_is_requester(bus_reset, i)) {
			pb2_device_get(bus_reset->requester);
			affected->pbdev = bus_reset->requester;
		} else {
			affected->pbdev = pb2_registry_find_pdev(affected->pdev);
		}
	}
}

/*
 * The PCI core, too, locks the bridge before the functions. A caller that holds
 * the requester's lock already violates this order and must not wait.
 */
static bool affected_lock_all(struct pb2_reset_bus *bus_reset)
{
	unsigned int i;

	if (!bus_reset_lock_pdev(bus_reset, bus_reset->bridge))
		return false;

	for (i = 0; i < bus_reset->nr; i++) {
		if (!affected_lock(bus_reset, i)) {
			affected_unlock_first(bus_reset, i);
			return false;
		}
	}
	affected_find_seized(bus_reset);
	return true;
}

static void affected_unlock_all(struct pb2_reset_bus *bus_reset)
{
	affected_unlock_first(bus_reset, bus_reset->nr);
}

/*
 * The reason why a function must not be reset with the requester, or %NULL if
 * it may be.
 */
static const char *blocker_reason(const struct pb2_reset_bus *bus_reset,
				  unsigned int i)
{
	struct pci_dev *pdev = bus_reset->affected[i].pdev;
	struct pb2_device *requester = bus_reset->requester;
	struct pb2_device *pbdev = bus_reset->affected[i].pbdev;
	const char *reason = NULL;

	device_lock_assert(&pdev->dev);

	if (pdev->dev_flags & PCI_DEV_FLAGS_NO_BUS_RESET)
		return "does not survive it";
	if (pdev->subordinate)
		return "is a bridge";
	if (!pbdev)
		return pdev->driver ? "has a driver of dom0" : "is not seized";
	if (pbdev == requester)
		return NULL;

	mutex_lock(&pbdev->life_lock);
	if (pbdev->released)
		reason = "is being released";
	else if (pbdev->fe && (pbdev->domid != requester->domid ||
			       !pb2_gate_is_detaching(pbdev)))
		reason = "is in use by a domain";
	mutex_unlock(&pbdev->life_lock);
	return reason;
}

/* If a function blocks the reset, @blocker gets its address and the reason. */
static bool bus_reset_is_allowed(const struct pb2_reset_bus *bus_reset,
				 char *blocker, size_t size)
{
	const char *reason;
	unsigned int i;

	for (i = 0; i < bus_reset->nr; i++) {
		reason = blocker_reason(bus_reset, i);
		if (reason) {
			snprintf(blocker, size, "%s %s",
				 pci_name(bus_reset->affected[i].pdev), reason);
			return false;
		}
	}
	return true;
}

/* During the reset no domain, former or present, may reach the sibling. */
static void sibling_isolate(struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);

	pb2_power_wake(pbdev);
	if (READ_ONCE(pbdev->state) == PB2_RECLAIMING)
		pb2_isolation_enforce(pbdev);
	else
		pb2_gate_block(pbdev);
	pb2_reset_verdict_begin(pbdev);
}

/* The sibling continues in its state, or recovers if it had FAILED. */
static void sibling_release(struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);

	/* The domain that has the sibling continues to touch it. */
	if (READ_ONCE(pbdev->fe))
		pbdev->reset.clean = false;
	mutex_lock(&pbdev->gate.lock);
	pb2_conf_reset(pbdev);
	mutex_unlock(&pbdev->gate.lock);
	pb2_gate_unblock(pbdev);
	pb2_handover_renew(pbdev);
	pb2_reset_state_recover(pbdev);
	if (READ_ONCE(pbdev->state) == PB2_IDLE)
		pb2_power_allow_suspend(pbdev);
}

/*
 * A hot-plug slot is reset through its driver. Otherwise the driver would see
 * the link drop and take the card for removed.
 */
static int bus_reset_trigger(struct pb2_reset_bus *bus_reset,
			     const char **method)
{
	int rc = pb2_pci_reset_slot(bus_reset->requester->pdev);

	*method = "slot";
	if (rc == -ENOTTY) {
		*method = "bus";
		rc = pb2_pci_reset_bus(bus_reset->bridge);
	}
	return rc;
}

static void bus_reset_prepare(struct pb2_reset_bus *bus_reset)
{
	struct affected *affected;
	unsigned int i;

	for (i = 0; i < bus_reset->nr; i++) {
		affected = &bus_reset->affected[i];
		/*
		 * During the reset a read through the page may end in a bus
		 * error.
		 */
		pb2_handover_suspend(affected->pbdev);
		if (!affected_is_requester(bus_reset, i))
			sibling_isolate(affected->pbdev);
		pb2_reset_quiesce_begin(affected->pdev);
		affected->marked =
			pb2_reset_verdict_place_marker(affected->pdev);
	}
}

static void bus_reset_record(struct pb2_reset_bus *bus_reset,
			     const char *method, int rc)
{
	struct affected *affected;
	unsigned int i;

	for (i = 0; i < bus_reset->nr; i++) {
		affected = &bus_reset->affected[i];
		pb2_reset_verdict_record(affected->pbdev, method,
					 affected->marked, rc);
		pb2_pci_restore(affected->pdev, affected->pbdev->saved_state);
	}
}

static void bus_reset_finish(struct pb2_reset_bus *bus_reset)
{
	struct pb2_device *pbdev;
	unsigned int i;

	for (i = 0; i < bus_reset->nr; i++) {
		pbdev = bus_reset->affected[i].pbdev;
		pb2_reset_verdict_finish(pbdev, NULL);
		if (!affected_is_requester(bus_reset, i))
			sibling_release(pbdev);
	}
}

static void bus_reset_run(struct pb2_reset_bus *bus_reset)
{
	const char *method;
	int rc;

	device_lock_assert(&bus_reset->requester->pdev->dev);

	bus_reset_prepare(bus_reset);
	rc = bus_reset_trigger(bus_reset, &method);
	bus_reset_record(bus_reset, method, rc);
	bus_reset_finish(bus_reset);
}

/**
 * pb2_reset_bus_run() - reset the bus or slot, unless a function blocks it
 * @bus_reset: the bus reset; its requester is awake, isolated and does no DMA
 * @requester_locked: the caller holds the requester's device_lock, so that the
 *	other locks are only tried
 *
 * If a function blocks the reset, or its lock is taken, the requester's record
 * and fault say so. Nothing happens if the requester has been released in the
 * meantime, or if another function's bus reset has reset it.
 *
 * Context: the requester's device_lock held if and only if @requester_locked;
 * sleeps, up to minutes.
 */
void pb2_reset_bus_run(struct pb2_reset_bus *bus_reset, bool requester_locked)
{
	struct pb2_device *requester = bus_reset->requester;
	char blocker[BLOCKER_SIZE];

	bus_reset->requester_locked = requester_locked;
	if (!affected_lock_all(bus_reset)) {
		pb2_reset_verdict_finish(requester, "a function there is busy");
		return;
	}
	if (!requester->released && !pb2_reset_verdict_is_final(requester)) {
		if (bus_reset_is_allowed(bus_reset, blocker, sizeof(blocker)))
			bus_reset_run(bus_reset);
		else
			pb2_reset_verdict_finish(requester, blocker);
	}
	affected_unlock_all(bus_reset);
}

static bool is_function_failed(const struct pci_dev *pdev)
{
	struct pb2_device *pbdev;
	struct pb2_sbdf sbdf;
	bool failed;

	pb2_sbdf_of(pdev, &sbdf);
	pbdev = pb2_registry_find(&sbdf);
	if (!pbdev)
		return false;
	failed = READ_ONCE(pbdev->state) == PB2_FAILED;
	pb2_device_put(pbdev);
	return failed;
}

static bool has_failed_sibling(const struct pb2_reset_bus *bus_reset)
{
	unsigned int i;

	for (i = 0; i < bus_reset->nr; i++)
		if (!affected_is_requester(bus_reset, i) &&
		    is_function_failed(bus_reset->affected[i].pdev))
			return true;
	return false;
}

/**
 * pb2_reset_bus_recover() - reset the bus for siblings that have FAILED
 * @pbdev: a function that was just seized or reclaimed, awake
 *
 * A function of a multi-function device may have no reset but that of its bus.
 * It fails until the last of its siblings is seized or reclaimed.
 *
 * Context: device_lock held; sleeps, up to minutes.
 */
void pb2_reset_bus_recover(struct pb2_device *pbdev)
{
	struct pb2_reset_bus *bus_reset = pb2_reset_bus_find(pbdev);
	char blocker[BLOCKER_SIZE];

	if (!bus_reset)
		return;
	bus_reset->requester_locked = true;
	if (has_failed_sibling(bus_reset) && affected_lock_all(bus_reset)) {
		if (bus_reset_is_allowed(bus_reset, blocker, sizeof(blocker))) {
			pb2_reset_verdict_begin(pbdev);
			bus_reset_run(bus_reset);
		}
		affected_unlock_all(bus_reset);
	}
	pb2_reset_bus_free(bus_reset);
}
