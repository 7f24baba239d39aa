// SPDX-License-Identifier: GPL-2.0
/*
 * reclaim.c - the one way back from a domain
 *
 * Whatever ends an assignment (detach, a closed or vanished frontend, a dead
 * domain, unbind, module removal), its functions come through here, in this
 * order, on a work queue of our own and next to each other.
 */
#include "pci_iface.h"
#include "frontend.h"
#include "pciback2.h"
#include "xen_iface.h"

/* The settings of one assignment must not reach the next domain. */
static void forget_settings(struct pb2_device *pbdev)
{
	WRITE_ONCE(pbdev->permissive, false);
	WRITE_ONCE(pbdev->allow_interrupt_control, false);
	WRITE_ONCE(pbdev->announced, 0);

	mutex_lock(&pbdev->gate.lock);
	pb2_conf_quirk_clear(pbdev);
	pb2_conf_reset(pbdev);
	mutex_unlock(&pbdev->gate.lock);
}

static void take_back(struct pb2_device *pbdev)
{
	/* The guest may have left it in D3hot; the rest needs D0. */
	pb2_power_wake(pbdev);

	/* No request is at work from here on. */
	pb2_gate_close(pbdev);

	/*
	 * Vectors first: restoring the configuration of a function whose
	 * domain is gone must not restore that domain's MSIs.
	 */
	mutex_lock(&pbdev->gate.lock);
	pb2_intx_disable(pbdev);
	pb2_msi_release(pbdev);
	mutex_unlock(&pbdev->gate.lock);

	/* Stops DMA, resets, and restores the pristine state. */
	pb2_reset_run(pbdev);

	forget_settings(pbdev);

	/* Last, because freeing the vectors needs to know the owner. */
	pb2_xen_unregister_owner(pbdev->pdev);
}

static enum pb2_state next_state(struct pb2_device *pbdev)
{
	if (!pb2_device_is_present(pbdev)) {
		pci_err(pbdev->pdev, "does not answer after domain %u, not assignable\n",
			pbdev->domid);
		return PB2_FAILED;
	}
	return pb2_hold_is_over(pbdev) ? PB2_IDLE : PB2_HELD;
}

/**
 * pb2_reclaim_now() - take the function back from its former domain
 * @pbdev: a function in state RECLAIMING; does nothing in any other
 *
 * Context: device_lock held; sleeps, up to minutes.
 */
void pb2_reclaim_now(struct pb2_device *pbdev)
{
	enum pb2_state next;

	device_lock_assert(&pbdev->pdev->dev);

	if (READ_ONCE(pbdev->state) != PB2_RECLAIMING)
		return;

	take_back(pbdev);
	next = next_state(pbdev);

	mutex_lock(&pbdev->life_lock);
	pb2_state_set(pbdev, next);
	mutex_unlock(&pbdev->life_lock);

	if (next == PB2_IDLE)
		pb2_power_park(pbdev);
	else if (next == PB2_HELD)
		pb2_hold_start(pbdev);
}

static void reclaim(struct work_struct *work)
{
	struct pb2_device *pbdev = container_of(work, struct pb2_device,
						reclaim_work);
	struct pci_dev *pdev = pbdev->pdev;

	device_lock(&pdev->dev);
	if (!pbdev->released)
		pb2_reclaim_now(pbdev);
	device_unlock(&pdev->dev);
	pb2_device_put(pbdev);
}

/**
 * pb2_reclaim_init() - nothing to take back yet
 * @pbdev: a new function
 *
 * Context: any.
 */
void pb2_reclaim_init(struct pb2_device *pbdev)
{
	INIT_WORK(&pbdev->reclaim_work, reclaim);
}

/**
 * pb2_reclaim_queue() - have the function taken back, soon
 * @pbdev: a function in state RECLAIMING, or under a reset that ends there
 *
 * Context: any.
 */
void pb2_reclaim_queue(struct pb2_device *pbdev)
{
	pb2_device_get(pbdev);
	if (!queue_work(pb2_wq, &pbdev->reclaim_work))
		pb2_device_put(pbdev);
}
