// SPDX-License-Identifier: GPL-2.0
/*
 * reset_state.c - into the state RESETTING, and out of it
 *
 * A reset starts from several states and returns to the one that it came from,
 * unless the function's domain left it, or the function failed, meanwhile.
 */
#include "life.h"

static bool is_reset_legal(enum pb2_state state, bool only_assigned)
{
	if (state == PB2_ASSIGNED)
		return true;
	return !only_assigned && pb2_state_is_legal(state, PB2_RESETTING);
}

/**
 * pb2_reset_state_enter() - begin a reset: RESETTING
 * @pbdev: the function
 * @only_assigned: only if a domain owns it
 *
 * Context: device_lock held, may sleep.
 * Return: 0, -EBUSY if it is in a state in which no reset may begin, -ENODEV
 * if it is released.
 */
int pb2_reset_state_enter(struct pb2_device *pbdev, bool only_assigned)
{
	enum pb2_state state = READ_ONCE(pbdev->state);
	enum pb2_state back_to = state;
	int rc = -EBUSY;

	device_lock_assert(&pbdev->pdev->dev);

	/* Failing does not end the hold: D3hot is as dangerous as before. */
	if (state == PB2_FAILED || state == PB2_HELD)
		back_to = pb2_hold_is_over(pbdev) ? PB2_IDLE : PB2_HELD;

	mutex_lock(&pbdev->life_lock);
	if (pbdev->released) {
		rc = -ENODEV;
	} else if (pbdev->state == state &&
		   is_reset_legal(state, only_assigned)) {
		pbdev->back_to = back_to;
		rc = pb2_state_set(pbdev, PB2_RESETTING);
	}
	mutex_unlock(&pbdev->life_lock);
	return rc;
}

/*
 * Where it came from; a domain that left meanwhile has changed back_to. A
 * function with an owner fails at the end of its way back and not before:
 * its vectors and the owner must still be released there.
 */
static void reset_state_return(struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);

	mutex_lock(&pbdev->life_lock);
	/* A domain, present or former, could touch it during the reset. */
	if (pbdev->back_to != PB2_IDLE)
		pbdev->reset.clean = false;
	if (pbdev->fault[0] && !pbdev->fe && pbdev->back_to != PB2_RECLAIMING)
		pbdev->back_to = PB2_FAILED;
	pb2_state_set(pbdev, pbdev->back_to);
	if (pbdev->back_to == PB2_FAILED)
		pci_err(pbdev->pdev, "%s, not assignable\n", pbdev->fault);
	mutex_unlock(&pbdev->life_lock);
}

static void reset_state_resume(struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);

	switch (READ_ONCE(pbdev->state)) {
	case PB2_IDLE:
		pb2_power_allow_suspend(pbdev);
		break;
	case PB2_HELD:
		pb2_hold_start(pbdev);
		break;
	case PB2_RECLAIMING:
		/* The work that its domain's end queued came too early. */
		pb2_work_queue(pbdev, &pbdev->reclaim_work);
		break;
	default:
		break;
	}
}

/**
 * pb2_reset_state_leave() - end a reset: back to the state that it began in
 * @pbdev: a function in state RESETTING, restored
 *
 * Whoever had it goes on, or the way back that had to wait begins.
 *
 * Context: device_lock held, may sleep.
 */
void pb2_reset_state_leave(struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);

	mutex_lock(&pbdev->gate.lock);
	pb2_conf_reset(pbdev);
	mutex_unlock(&pbdev->gate.lock);

	reset_state_return(pbdev);
	pb2_gate_unblock(pbdev);
	pb2_handover_renew(pbdev);
	reset_state_resume(pbdev);
}

/**
 * pb2_reset_state_recover() - a failed function that another's reset made well again
 * @pbdev: the function; nothing happens unless it is FAILED and has no fault
 *
 * Context: device_lock held, may sleep.
 */
void pb2_reset_state_recover(struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);

	if (READ_ONCE(pbdev->state) != PB2_FAILED || pbdev->fault[0] ||
	    pb2_reset_state_enter(pbdev, false))
		return;
	pci_info(pbdev->pdev, "reset, assignable again\n");
	pb2_reset_state_leave(pbdev);
}

/**
 * pb2_reset_state_abort() - a function that goes away between two halves of a reset
 * @pbdev: the function
 *
 * Context: device_lock held.
 */
void pb2_reset_state_abort(struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);

	mutex_lock(&pbdev->life_lock);
	if (pbdev->state == PB2_RESETTING)
		pb2_state_set(pbdev, pbdev->back_to);
	mutex_unlock(&pbdev->life_lock);
}
