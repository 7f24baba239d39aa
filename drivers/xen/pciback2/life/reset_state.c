// SPDX-License-Identifier: GPL-2.0
/*
 * reset_state.c - into the state RESETTING, and out of it
 *
 * A reset starts from several states and returns to the state in which it
 * began, unless the function's domain has left or the function has failed
 * meanwhile.
 */
#include "life.h"

static bool is_reset_legal(enum pb2_state state, bool only_assigned)
{
	if (state == PB2_ASSIGNED)
		return true;
	return !only_assigned && pb2_state_is_legal(state, PB2_RESETTING);
}

/**
 * pb2_reset_state_enter() - begin a reset: state RESETTING
 * @pbdev: the function
 * @only_assigned: refuse unless a domain owns the function
 *
 * Context: device_lock held, may sleep.
 * Return: 0; -EBUSY if the function's state allows no reset, -ENODEV if the
 * function is released.
 */
int pb2_reset_state_enter(struct pb2_device *pbdev, bool only_assigned)
{
	enum pb2_state state = READ_ONCE(pbdev->state);
	enum pb2_state back_to = state;
	int rc = -EBUSY;

	device_lock_assert(&pbdev->pdev->dev);

	/*
	 * A failure does not end HELD: D3hot is as dangerous while the former
	 * domain lives.
	 */
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
 * pb2_assign_disown() changes back_to if the domain leaves during the reset. A
 * function that a domain owns, or that must still be reclaimed, does not fail
 * here but at the end of its reclaim, which still has to release the vectors
 * and the owner.
 */
static void reset_state_return(struct pb2_device *pbdev)
{
	bool is_hold_due = pb2_hold_is_due(pbdev);

	device_lock_assert(&pbdev->pdev->dev);

	mutex_lock(&pbdev->life_lock);
	if (pbdev->back_to == PB2_IDLE && is_hold_due)
		pbdev->back_to = PB2_HELD;
	/*
	 * A present or former domain could touch the function during the reset.
	 */
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
		/* The work that pb2_assign_disown() queued ran too early. */
		pb2_work_queue(pbdev, &pbdev->reclaim_work);
		break;
	default:
		break;
	}
}

/**
 * pb2_reset_state_leave() - end a reset: return to the state in which it began
 * @pbdev: a function in state RESETTING, its configuration space restored
 *
 * The domain that has the function can use it again, or a reclaim that had to
 * wait begins.
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
	pb2_gate_unblock(pbdev, PB2_BLOCK_RESET);
	pb2_handover_renew(pbdev);
	reset_state_resume(pbdev);
}

/**
 * pb2_reset_state_recover() - end FAILED after a sibling's bus reset
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
 * pb2_reset_state_abort() - end a reset whose function is being released
 * @pbdev: the function; nothing happens unless its state is RESETTING
 *
 * remove can run between the two halves of a reset, while device_lock is
 * dropped.
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
