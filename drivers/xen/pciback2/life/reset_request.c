// SPDX-License-Identifier: GPL-2.0
/*
 * reset_request.c - resets that somebody asks for: do_flr, the guest's own FLR, and the
 * last reset of a function that was held
 */
#include <linux/jiffies.h>

#include "life.h"

/* The first half of a reset under a domain that goes on using the function. */
static struct pb2_reset_bus *request_reset_in_place(struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);

	pb2_gate_block(pbdev);
	pb2_power_wake(pbdev);
	/* A page that Xen did not take back is a fault that this may heal. */
	if (pb2_handover_fault(pbdev))
		pb2_handover_suspend(pbdev);
	return pb2_reset_alone(pbdev);
}

/*
 * Proven clean, in no domain since, and asleep: nobody has touched it, save
 * Xen, which may have been late with freeing its last domain's vectors.
 */
static bool request_is_clean(struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);

	return READ_ONCE(pbdev->state) == PB2_IDLE && pbdev->reset.clean &&
	       pb2_power_is_asleep(pbdev) && pb2_reset_quiesce_check(pbdev->pdev);
}

/* device_lock held; let go of between the two halves of a reset. */
static int request_reset_and_return(struct pb2_device *pbdev)
{
	struct device *dev = &pbdev->pdev->dev;
	struct pb2_reset_bus *bus_reset;
	int rc;

	device_lock_assert(&pbdev->pdev->dev);

	rc = pb2_reset_state_enter(pbdev, false);
	if (rc)
		return rc;

	if (pbdev->back_to == PB2_ASSIGNED)
		pb2_gate_expect_detach(pbdev);
	bus_reset = request_reset_in_place(pbdev);
	if (bus_reset) {
		device_unlock(dev);
		pb2_reset_together(bus_reset, false);
		device_lock(dev);
	}
	/* Unbound meanwhile: its remove has ended all this. */
	if (pbdev->released)
		return -ENODEV;
	pb2_reset_state_leave(pbdev);
	return pb2_reset_verdict_errno(pbdev);
}

/**
 * pb2_reset_request_run() - the administrator's or the toolstack's do_flr
 * @pbdev: the function, idle or assigned
 *
 * For an assigned function libxl means: I am about to take it away. For some
 * seconds the guest cannot start DMA or interrupts again. An idle function
 * that was proven clean and has slept ever since is not reset again. It is
 * kept awake for what libxl does next.
 *
 * Context: may sleep, up to minutes.
 * Return: 0 if the function was reset as far as can be known, -ENOTTY if it
 * has no method, -EIO if the method was a lie or the function does not answer
 * any more, -ENODEV if it is gone, -EBUSY while it is being taken back or if
 * a reset would hit functions that others use, -EINTR, or the method's errno.
 */
int pb2_reset_request_run(struct pb2_device *pbdev)
{
	struct pci_dev *pdev = pbdev->pdev;
	int rc;

	rc = wait_event_interruptible(pbdev->settled,
				      READ_ONCE(pbdev->state) !=
				      PB2_RECLAIMING);
	if (rc)
		return -EINTR;

	device_lock(&pdev->dev);
	rc = request_is_clean(pbdev) ? 0 : request_reset_and_return(pbdev);
	if (READ_ONCE(pbdev->state) == PB2_IDLE)
		pb2_power_block_suspend(pbdev);
	device_unlock(&pdev->dev);
	return rc;
}

/*
 * Another reset may have come first, or the function may be another domain's
 * by now: both have left the gate in a different state.
 */
static bool guest_flr_is_due(struct pb2_device *pbdev)
{
	bool is_blocked;

	mutex_lock(&pbdev->gate.lock);
	is_blocked = pbdev->gate.state == PB2_GATE_BLOCKED;
	mutex_unlock(&pbdev->gate.lock);
	return is_blocked;
}

static void guest_flr_run(struct work_struct *work)
{
	struct pb2_device *pbdev = container_of(work, struct pb2_device,
						flr_work);
	struct pci_dev *pdev = pbdev->pdev;

	device_lock(&pdev->dev);
	if (guest_flr_is_due(pbdev) && !pb2_reset_state_enter(pbdev, true)) {
		pb2_reset_together(request_reset_in_place(pbdev), true);
		pb2_reset_state_leave(pbdev);
	}
	device_unlock(&pdev->dev);
	pb2_device_put(pbdev);
}

static void request_check_hold(struct work_struct *work)
{
	struct pb2_device *pbdev = container_of(to_delayed_work(work),
						struct pb2_device, hold_work);
	struct pci_dev *pdev = pbdev->pdev;

	/* A HELD function changes state under device_lock only. */
	device_lock(&pdev->dev);
	if (pbdev->released || READ_ONCE(pbdev->state) != PB2_HELD)
		goto out;
	/* Until now that domain could write to the function's memory. */
	if (pb2_hold_is_over(pbdev))
		request_reset_and_return(pbdev);
	else
		pb2_hold_start(pbdev);
out:
	device_unlock(&pdev->dev);
	pb2_device_put(pbdev);
}

/**
 * pb2_reset_request_init() - nobody asks for a reset yet
 * @pbdev: a new function
 *
 * Context: any.
 */
void pb2_reset_request_init(struct pb2_device *pbdev)
{
	INIT_WORK(&pbdev->flr_work, guest_flr_run);
	INIT_DELAYED_WORK(&pbdev->hold_work, request_check_hold);
}
