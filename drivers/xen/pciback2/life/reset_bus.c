// SPDX-License-Identifier: GPL-2.0
/*
 * reset_bus.c - reset of a bus or hot-plug slot, with every function there
 *
 * Such a reset is for a function (the requester) that has no other. It takes
 * place only if every affected function is seized, allows it, and is either in
 * no domain or is leaving the requester's domain at the same time. All affected
 * functions are reset at once, and each gets its own record of the reset.
 */
#include <linux/slab.h>

#include "../host/pci_iface.h"
#include "reset_bus.h"

/* Size of a blocker's description: a PCI address and a reason, in bytes */
#define BLOCKER_SIZE	64

/**
 * pb2_reset_bus_find() - find the functions that a bus reset would affect
 * @pbdev: the requester
 *
 * Context: device_lock held, may sleep.
 * Return: the bus reset, for pb2_reset_bus_run() or pb2_reset_bus_free(); %NULL
 * if the function is a VF or a bridge, no bridge is above it, its bus must not
 * be reset (PCI_DEV_FLAGS_NO_BUS_RESET), it is being removed, or memory is
 * short.
 */
struct pb2_reset_bus *pb2_reset_bus_find(struct pb2_device *pbdev)
{
	struct pci_dev *pdev = pbdev->pdev;
	struct pci_dev *bridge = pdev->bus->self;
	struct pb2_reset_bus *bus_reset;

	device_lock_assert(&pdev->dev);

	if (pdev->is_virtfn || pci_is_bridge(pdev) || !bridge ||
	    bridge->dev_flags & PCI_DEV_FLAGS_NO_BUS_RESET)
		return NULL;

	bus_reset = kzalloc(sizeof(*bus_reset), GFP_KERNEL);
	if (!bus_reset)
		return NULL;

	INIT_LIST_HEAD(&bus_reset->affected);
	bus_reset->bridge = pci_dev_get(bridge);
	bus_reset->requester = pbdev;
	pb2_device_get(pbdev);
	if (pb2_affected_collect(bus_reset)) {
		pb2_reset_bus_free(bus_reset);
		return NULL;
	}
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
	pb2_affected_free(bus_reset);
	pci_dev_put(bus_reset->bridge);
	pb2_device_put(bus_reset->requester);
	kfree(bus_reset);
}

/*
 * The reason why a function can never be reset with its bus, or %NULL. A reset
 * of a PF removes its VFs.
 */
static const char *blocker_nature(struct pci_dev *pdev)
{
	if (pdev->dev_flags & PCI_DEV_FLAGS_NO_BUS_RESET)
		return "does not survive it";
	if (pci_is_bridge(pdev))
		return "is a bridge";
	return pdev->is_virtfn ? "is a VF" : NULL;
}

/*
 * Xen says only that some domain has a function. For one that is on its way out
 * of the requester's domain, or has just left it, this is that domain, until the
 * toolstack takes the function away from it and tells of the next one.
 */
static bool sibling_left_same_domain(const struct pb2_device *requester,
				     const struct pb2_device *pbdev)
{
	enum pb2_state state = READ_ONCE(pbdev->state);

	device_lock_assert(&pbdev->pdev->dev);

	return pbdev->domid == requester->domid && !READ_ONCE(pbdev->passed_on) &&
	       (READ_ONCE(pbdev->fe) || state == PB2_RECLAIMING ||
		state == PB2_HELD);
}

/*
 * xenstore may not say that a domain has a function that is idle here: Xen is
 * asked.
 */
static bool sibling_may_have_owner(const struct pb2_device *requester,
				   const struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);

	return !sibling_left_same_domain(requester, pbdev) &&
	       pb2_owner_may_exist(&pbdev->sbdf);
}

/* The reason why a sibling's present use forbids the reset, or %NULL. */
static const char *blocker_use(const struct pb2_device *requester,
			       struct pb2_device *pbdev)
{
	struct pb2_held bars = pb2_held_bars(&pbdev->sbdf);
	const char *reason = NULL;

	device_lock_assert(&pbdev->pdev->dev);

	mutex_lock(&pbdev->life_lock);
	if (pbdev->released)
		reason = "is being released";
	else if (pbdev->fe && (pbdev->domid != requester->domid ||
			       !pb2_gate_is_detaching(pbdev)))
		reason = "is in use by a domain";
	mutex_unlock(&pbdev->life_lock);
	if (!reason && sibling_may_have_owner(requester, pbdev))
		reason = "may be in a domain";
	if (!reason && pb2_holder_has_stranger(&bars, requester))
		reason = "may be mapped by a domain";
	return reason;
}

/*
 * The reason why a function must not be reset with the requester, or %NULL if
 * it may be.
 */
static const char *blocker_reason(const struct pb2_reset_bus *bus_reset,
				  const struct pb2_affected *affected)
{
	struct pci_dev *pdev = affected->pdev;
	struct pb2_device *pbdev = affected->pbdev;

	device_lock_assert(&pdev->dev);

	if (pci_num_vf(pdev))
		return "has VFs";
	if (!pbdev)
		return pdev->driver ? "has a driver of dom0" : "is not seized";
	if (READ_ONCE(pbdev->bus_reset_off))
		return "forbids it (bus_reset)";
	if (pbdev == bus_reset->requester)
		return NULL;
	return blocker_use(bus_reset->requester, pbdev);
}

static void blocker_describe(char *blocker, struct pci_dev *pdev,
			     const char *reason)
{
	snprintf(blocker, BLOCKER_SIZE, "%s %s", pci_name(pdev), reason);
}

/*
 * Whatever needs no lock is looked at first: the lock of a bridge, or of a
 * function that dom0 uses, may be held for long, and is in no order.
 */
static bool bus_reset_is_possible(const struct pb2_reset_bus *bus_reset,
				  char *blocker)
{
	struct pb2_affected *affected;
	const char *reason;

	list_for_each_entry(affected, &bus_reset->affected, link) {
		reason = blocker_nature(affected->pdev);
		if (reason) {
			blocker_describe(blocker, affected->pdev, reason);
			return false;
		}
	}
	return true;
}

/* A function may have been added between the look and the locks. */
static bool affected_is_complete(const struct pb2_reset_bus *bus_reset,
				 char *blocker)
{
	struct pci_dev *pdev = NULL;

	while ((pdev = pb2_affected_next(bus_reset, pdev))) {
		if (pb2_affected_find(bus_reset, pdev))
			continue;
		blocker_describe(blocker, pdev, "was added meanwhile");
		pci_dev_put(pdev);
		return false;
	}
	return true;
}

/* If a function blocks the reset, @blocker gets its address and the reason. */
static bool bus_reset_is_allowed(const struct pb2_reset_bus *bus_reset,
				 char *blocker)
{
	struct pb2_affected *affected;
	const char *reason;

	list_for_each_entry(affected, &bus_reset->affected, link) {
		reason = blocker_reason(bus_reset, affected);
		if (reason) {
			blocker_describe(blocker, affected->pdev, reason);
			return false;
		}
	}
	return affected_is_complete(bus_reset, blocker);
}

/* During the reset no domain, former or present, may reach the sibling. */
static void sibling_isolate(struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);

	pb2_power_wake(pbdev);
	if (READ_ONCE(pbdev->state) == PB2_RECLAIMING)
		pb2_isolation_enforce(pbdev);
	else
		pb2_gate_block(pbdev, PB2_BLOCK_BUS_RESET);
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
	/*
	 * The reset is also the one that the sibling's guest may have asked
	 * for. A reset of the sibling's own that is under way has yet to end.
	 */
	if (READ_ONCE(pbdev->state) != PB2_RESETTING)
		pb2_gate_unblock(pbdev, PB2_BLOCK_RESET);
	pb2_gate_unblock(pbdev, PB2_BLOCK_BUS_RESET);
	pb2_handover_renew(pbdev);
	pb2_reset_state_recover(pbdev);
	if (READ_ONCE(pbdev->state) == PB2_IDLE)
		pb2_power_allow_suspend(pbdev);
}

/*
 * A hot-plug slot is reset through its driver. Otherwise the driver would see
 * the link drop and take the card for removed. -ENOTTY of a slot that can be
 * reset means that the link, or a function, did not come back.
 */
static int bus_reset_trigger(struct pb2_reset_bus *bus_reset,
			     const char **method)
{
	struct pci_dev *pdev = bus_reset->requester->pdev;

	if (pb2_pci_reset_slot(pdev, PCI_RESET_PROBE)) {
		*method = "bus";
		return pb2_pci_reset_bus(bus_reset->bridge);
	}
	*method = "slot";
	return pb2_pci_reset_slot(pdev, PCI_RESET_DO_RESET);
}

static void bus_reset_prepare(struct pb2_reset_bus *bus_reset)
{
	struct pb2_affected *affected;

	list_for_each_entry(affected, &bus_reset->affected, link) {
		/*
		 * During the reset a read through the page may end in a bus
		 * error.
		 */
		pb2_handover_suspend(affected->pbdev);
		if (!pb2_affected_is_requester(bus_reset, affected))
			sibling_isolate(affected->pbdev);
		pb2_reset_quiesce_begin(affected->pdev);
		affected->marked =
			pb2_reset_verdict_place_marker(affected->pdev);
	}
}

static void bus_reset_record(struct pb2_reset_bus *bus_reset,
			     const char *method, int rc)
{
	struct pb2_affected *affected;

	list_for_each_entry(affected, &bus_reset->affected, link) {
		pb2_reset_verdict_record(affected->pbdev, method,
					 affected->marked, rc);
		pb2_pci_restore(affected->pdev, affected->pbdev->saved_state);
	}
}

static void bus_reset_finish(struct pb2_reset_bus *bus_reset)
{
	struct pb2_affected *affected;

	list_for_each_entry(affected, &bus_reset->affected, link) {
		pb2_reset_verdict_finish(affected->pbdev, NULL);
		if (!pb2_affected_is_requester(bus_reset, affected))
			sibling_release(affected->pbdev);
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

/* Another function's bus reset may have come first. */
static bool bus_reset_is_due(const struct pb2_device *requester)
{
	return !requester->released && !pb2_reset_verdict_is_final(requester);
}

static void bus_reset_refuse(const struct pb2_reset_bus *bus_reset,
			     const char *blocker)
{
	struct pb2_device *requester = bus_reset->requester;
	struct device *dev = &requester->pdev->dev;

	if (!bus_reset->requester_locked)
		device_lock(dev);
	if (bus_reset_is_due(requester))
		pb2_reset_verdict_finish(requester, blocker);
	if (!bus_reset->requester_locked)
		device_unlock(dev);
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
	if (!bus_reset_is_possible(bus_reset, blocker)) {
		bus_reset_refuse(bus_reset, blocker);
		return;
	}
	if (!pb2_affected_lock(bus_reset)) {
		bus_reset_refuse(bus_reset, "a function there is busy");
		return;
	}
	if (bus_reset_is_due(requester)) {
		if (bus_reset_is_allowed(bus_reset, blocker))
			bus_reset_run(bus_reset);
		else
			pb2_reset_verdict_finish(requester, blocker);
	}
	pb2_affected_unlock(bus_reset);
}

/* An idle function is not clean, and one without a domain is of no use. */
static bool function_needs_bus(const struct pci_dev *pdev)
{
	struct pb2_device *pbdev = pb2_registry_find_pdev(pdev);
	enum pb2_state state;
	bool needs;

	if (!pbdev)
		return false;
	state = READ_ONCE(pbdev->state);
	needs = state == PB2_FAILED ||
		(state == PB2_IDLE && READ_ONCE(pbdev->reset.blocked));
	pb2_device_put(pbdev);
	return needs;
}

static bool sibling_needs_bus(const struct pb2_reset_bus *bus_reset)
{
	struct pb2_affected *affected;

	list_for_each_entry(affected, &bus_reset->affected, link)
		if (!pb2_affected_is_requester(bus_reset, affected) &&
		    function_needs_bus(affected->pdev))
			return true;
	return false;
}

static bool recovery_is_possible(const struct pb2_reset_bus *bus_reset)
{
	char blocker[BLOCKER_SIZE];

	return sibling_needs_bus(bus_reset) &&
	       bus_reset_is_possible(bus_reset, blocker);
}

/**
 * pb2_reset_bus_recover() - reset the bus for siblings that still need it
 * @pbdev: a function that was just seized or reclaimed, awake
 *
 * A function of a multi-function device may have no reset but that of its bus.
 * Until the last of its siblings is seized or reclaimed, it fails, or stays
 * idle with what its last user has left.
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
	if (recovery_is_possible(bus_reset) && pb2_affected_lock(bus_reset)) {
		if (bus_reset_is_allowed(bus_reset, blocker)) {
			pb2_reset_verdict_begin(pbdev);
			bus_reset_run(bus_reset);
		}
		pb2_affected_unlock(bus_reset);
	}
	pb2_reset_bus_free(bus_reset);
}
