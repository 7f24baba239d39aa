// SPDX-License-Identifier: GPL-2.0
/*
 * reclaim.c - take a function back from its domain
 *
 * Whatever ends an assignment (detach, a closed or vanished frontend, a dead
 * domain, unbind, module removal), the function is reclaimed here, in the same
 * order of steps. The driver's own work queue reclaims a domain's functions in
 * parallel.
 */
#include "../host/pci_iface.h"
#include "../host/xen_iface.h"
#include "life.h"

/*
 * The reset stops DMA and restores the saved state. It is not needed if the
 * reset of a sibling has reset this function after isolation.
 */
static struct pb2_reset_bus *reclaim_reset_alone(struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);

	pb2_isolation_enforce(pbdev);
	return pbdev->reset.clean ? NULL : pb2_reset_alone(pbdev);
}

static enum pb2_state reclaim_next_state(struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);

	if (pbdev->fault[0]) {
		pci_err(pbdev->pdev, "back from domain %u, but %s: not assignable\n",
			pbdev->domid, pbdev->fault);
		return PB2_FAILED;
	}
	return pb2_hold_is_due(pbdev) ? PB2_HELD : PB2_IDLE;
}

/* The steps that follow the reset. */
static void reclaim_finish(struct pb2_device *pbdev)
{
	enum pb2_state next;

	device_lock_assert(&pbdev->pdev->dev);

	pb2_settings_clear(pbdev);

	/*
	 * Xen needs the owner to free the vectors, so the owner goes after
	 * them.
	 */
	pb2_xen_unregister_owner(pbdev->pdev);

	pb2_hold_retire(pbdev);
	next = reclaim_next_state(pbdev);
	/* Whoever still has the BARs mapped can change what the reset cleared. */
	if (next != PB2_IDLE)
		pbdev->reset.clean = false;
	mutex_lock(&pbdev->life_lock);
	pb2_state_set(pbdev, next);
	mutex_unlock(&pbdev->life_lock);

	/*
	 * A sibling without a reset of its own may have failed because this
	 * function was in a domain. Now their bus can be reset.
	 */
	pb2_reset_bus_recover(pbdev);

	if (next == PB2_IDLE)
		pb2_power_allow_suspend(pbdev);
	else if (next == PB2_HELD)
		pb2_hold_start(pbdev);
}

static bool reclaim_is_due(const struct pb2_device *pbdev)
{
	return !pbdev->released && READ_ONCE(pbdev->state) == PB2_RECLAIMING;
}

/**
 * pb2_reclaim_now() - take the function back from its former domain
 * @pbdev: the function; nothing happens unless its state is RECLAIMING
 *
 * The function ends IDLE, HELD if its former domain may live, or FAILED if it
 * has a fault. device_lock stays held throughout, so that a bus reset can only
 * try the locks of the siblings.
 *
 * Context: device_lock held; sleeps, up to minutes.
 */
void pb2_reclaim_now(struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);

	if (!reclaim_is_due(pbdev))
		return;
	pb2_reset_together(reclaim_reset_alone(pbdev), true);
	reclaim_finish(pbdev);
}

static void reclaim_run_work(struct work_struct *work)
{
	struct pb2_device *pbdev = container_of(work, struct pb2_device,
						reclaim_work);
	struct device *dev = &pbdev->pdev->dev;
	struct pb2_reset_bus *bus_reset;

	if (pb2_work_postpone(pbdev, work))
		return;
	device_lock(dev);
	if (!reclaim_is_due(pbdev))
		goto out;
	bus_reset = reclaim_reset_alone(pbdev);
	if (bus_reset) {
		/*
		 * The locks of the bridge and the siblings come before this
		 * one.
		 */
		device_unlock(dev);
		pb2_reset_together(bus_reset, false);
		device_lock(dev);
	}
	/* If the function was unbound meanwhile, remove has reclaimed it. */
	if (reclaim_is_due(pbdev))
		reclaim_finish(pbdev);
out:
	device_unlock(dev);
	pb2_device_put(pbdev);
}

/**
 * pb2_reclaim_init() - prepare a new function's reclaim work
 * @pbdev: the function
 *
 * Context: any.
 */
void pb2_reclaim_init(struct pb2_device *pbdev)
{
	INIT_WORK(&pbdev->reclaim_work, reclaim_run_work);
}
