// SPDX-License-Identifier: GPL-2.0
/*
 * reset_request.c - resets on request
 *
 * A reset may be requested by do_flr, by the guest's own FLR, or by the end of
 * the state HELD.
 */
#include <linux/delay.h>

#include "../host/pci_iface.h"
#include "life.h"

/* First half of the reset of a function that its domain, if any, keeps using */
static struct pb2_reset_bus *request_reset_in_place(struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);

	pb2_gate_block(pbdev, PB2_BLOCK_RESET);
	pb2_power_wake(pbdev);
	/*
	 * A page that Xen did not take back is a fault. Another attempt to
	 * withdraw the page may clear it.
	 */
	if (pb2_handover_fault(pbdev))
		pb2_handover_suspend(pbdev);
	return pb2_reset_alone(pbdev);
}

/*
 * No domain and no program has touched an idle function since its proven reset
 * if it is still in D3hot. Xen may have: it can free the vectors of the last
 * domain late.
 */
static bool request_is_clean(struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);

	return READ_ONCE(pbdev->state) == PB2_IDLE && pbdev->reset.clean &&
	       pb2_power_is_asleep(pbdev) && pb2_reset_quiesce_check(pbdev->pdev);
}

/*
 * Drops device_lock between the two halves of a reset. A function that was
 * unbound meanwhile is not touched any more: remove has ended the reset.
 */
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
	if (pbdev->released)
		return -ENODEV;
	pb2_reset_state_leave(pbdev);
	return pb2_reset_verdict_errno(pbdev);
}

/*
 * libxl asks for a reset before it takes a function away from a domain, and again
 * before it gives it to the next one, which may be while the function has not
 * come back from the first one here. libxl goes on where the reset fails, so this
 * comes before anything that can fail.
 */
static void request_note_next_domain(struct pb2_device *pbdev)
{
	if (READ_ONCE(pbdev->state) != PB2_ASSIGNED ||
	    READ_ONCE(pbdev->detach_until))
		WRITE_ONCE(pbdev->passed_on, true);
}

/**
 * pb2_reset_request_run() - do_flr of the administrator or the toolstack
 * @pbdev: the function
 *
 * libxl requests a reset of an assigned function when it is about to detach
 * the function. So for some seconds afterwards the guest can start neither DMA
 * nor interrupts. An idle function that has slept since its proven reset is not
 * reset again. An idle function is kept awake for libxl's next steps.
 *
 * Context: may sleep, up to minutes.
 * Return: 0 if the function was reset as far as can be known; -ENOTTY if it has
 * no reset method; -EIO if the method claimed success but reset nothing, or the
 * function does not answer any more; -ENODEV if it is released; -EBUSY if its
 * state allows no reset, or the only reset would affect functions that others
 * use; -EINTR if a signal arrived while the function was being reclaimed; or
 * the errno of the method.
 */
int pb2_reset_request_run(struct pb2_device *pbdev)
{
	struct pci_dev *pdev = pbdev->pdev;
	int rc;

	request_note_next_domain(pbdev);
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
 * Another reset may have come first, or the function may be assigned to another
 * domain by now. In both cases no reset blocks the gate any more.
 */
static bool guest_flr_is_due(struct pb2_device *pbdev)
{
	bool is_due;

	mutex_lock(&pbdev->gate.lock);
	is_due = pbdev->gate.reasons & PB2_BLOCK_RESET;
	mutex_unlock(&pbdev->gate.lock);
	return is_due;
}

/*
 * A guest's reset ends at the function's own methods. No other function is reset
 * for it, and a PF whose VFs would vanish is not reset either.
 */
static void guest_flr_reset(struct pb2_device *pbdev)
{
	struct pci_dev *pdev = pbdev->pdev;

	device_lock_assert(&pdev->dev);

	pb2_reset_verdict_begin(pbdev);
	if (pci_num_vf(pdev)) {
		pb2_reset_verdict_finish(pbdev, "it has VFs");
		return;
	}

	pb2_pci_lock_cfg(pdev);
	pb2_reset_quiesce_begin(pdev);
	if (pb2_health_answers(pdev))
		pb2_reset_method_run(pbdev);
	pb2_pci_restore(pdev, pbdev->saved_state);
	pb2_pci_unlock_cfg(pdev);
	pb2_reset_verdict_finish(pbdev, NULL);
}

static void guest_flr_run(struct work_struct *work)
{
	struct pb2_device *pbdev = container_of(work, struct pb2_device,
						flr_work);
	struct pci_dev *pdev = pbdev->pdev;

	msleep(pb2_guest_reset_delay(pbdev));
	if (pb2_work_postpone(pbdev, work))
		return;
	device_lock(&pdev->dev);
	if (guest_flr_is_due(pbdev) && !pb2_reset_state_enter(pbdev, true)) {
		guest_flr_reset(pbdev);
		pb2_guest_reset_count(pbdev);
		pb2_reset_state_leave(pbdev);
	}
	device_unlock(&pdev->dev);
	pb2_device_put(pbdev);
}

/* Siblings that have waited for the holder's death are reset as well. */
static void request_end_hold(struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);

	if (request_reset_and_return(pbdev) == -ENODEV)
		return;
	pb2_power_wake(pbdev);
	pb2_reset_bus_recover(pbdev);
	if (READ_ONCE(pbdev->state) == PB2_IDLE)
		pb2_power_allow_suspend(pbdev);
}

static void request_check_hold(struct work_struct *work)
{
	struct pb2_device *pbdev = container_of(to_delayed_work(work),
						struct pb2_device, hold_work);
	struct pci_dev *pdev = pbdev->pdev;

	if (pb2_work_postpone(pbdev, work))
		return;
	device_lock(&pdev->dev);
	if (pbdev->released || READ_ONCE(pbdev->state) != PB2_HELD)
		goto out;
	/*
	 * A domain that lived until now could write to the function's memory.
	 */
	if (pb2_hold_is_over(pbdev)) {
		request_end_hold(pbdev);
	} else {
		/* A domain that was refused the function may hold it. */
		pb2_power_wake(pbdev);
		pb2_hold_start(pbdev);
	}
out:
	device_unlock(&pdev->dev);
	pb2_device_put(pbdev);
}

/**
 * pb2_reset_request_init() - prepare a new function's reset works
 * @pbdev: the function
 *
 * Context: any.
 */
void pb2_reset_request_init(struct pb2_device *pbdev)
{
	INIT_WORK(&pbdev->flr_work, guest_flr_run);
	INIT_DELAYED_WORK(&pbdev->hold_work, request_check_hold);
}
