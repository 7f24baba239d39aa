// SPDX-License-Identifier: GPL-2.0
/*
 * flr.c - resets that somebody asks for: do_flr, and the guest's own FLR
 */
#include <linux/jiffies.h>

#include "pciback2.h"

/*
 * Between libxl's do_flr and the end of the detach a live guest could start
 * DMA again. It takes libxl well under this.
 */
#define ANNOUNCED_FOR_MS	5000

/* RESETTING, unless the function is where no reset may begin. */
static int begin(struct pb2_device *pbdev, bool only_assigned)
{
	enum pb2_state state = READ_ONCE(pbdev->state);
	enum pb2_state back_to = state;
	int rc = -EBUSY;

	/* Failing does not end the hold: D3hot is as dangerous as before. */
	if (state == PB2_FAILED || state == PB2_HELD)
		back_to = pb2_hold_is_over(pbdev) ? PB2_IDLE : PB2_HELD;

	mutex_lock(&pbdev->life_lock);
	if (pbdev->released) {
		rc = -ENODEV;
	} else if (pbdev->state == state &&
		   (state == PB2_ASSIGNED ||
		    (!only_assigned &&
		     pb2_state_is_legal(state, PB2_RESETTING)))) {
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
static void end(struct pb2_device *pbdev)
{
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

/* The first half of a reset under a domain that goes on using the function. */
static struct pb2_group *reset_in_place(struct pb2_device *pbdev)
{
	pb2_gate_block(pbdev);
	pb2_power_wake(pbdev);
	/* A page that Xen did not take back is a fault that this may heal. */
	if (pb2_handover_fault(pbdev))
		pb2_handover_suspend(pbdev);
	return pb2_ladder_alone(pbdev);
}

static void resume(struct pb2_device *pbdev)
{
	mutex_lock(&pbdev->gate.lock);
	pb2_conf_reset(pbdev);
	mutex_unlock(&pbdev->gate.lock);

	end(pbdev);
	pb2_gate_unblock(pbdev);
	pb2_handover_renew(pbdev);

	switch (READ_ONCE(pbdev->state)) {
	case PB2_IDLE:
		pb2_power_park(pbdev);
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

/*
 * Proven clean, in no domain since, and asleep: nobody has touched it, save
 * Xen, which may have been late with freeing its last domain's vectors.
 */
static bool is_clean(struct pb2_device *pbdev)
{
	return READ_ONCE(pbdev->state) == PB2_IDLE && pbdev->reset.clean &&
	       pb2_power_is_asleep(pbdev) && pb2_quiet_check(pbdev->pdev);
}

/* device_lock held; let go of between the two halves of a reset. */
static int reset_and_return(struct pb2_device *pbdev)
{
	struct device *dev = &pbdev->pdev->dev;
	struct pb2_group *group;
	int rc;

	rc = begin(pbdev, false);
	if (rc)
		return rc;

	if (pbdev->back_to == PB2_ASSIGNED)
		WRITE_ONCE(pbdev->announced, (jiffies +
			   msecs_to_jiffies(ANNOUNCED_FOR_MS)) ?: 1);
	group = reset_in_place(pbdev);
	if (group) {
		device_unlock(dev);
		pb2_ladder_together(group, false);
		device_lock(dev);
	}
	/* Unbound meanwhile: its remove has ended all this. */
	if (pbdev->released)
		return -ENODEV;
	resume(pbdev);
	return pb2_reset_result(pbdev);
}

/**
 * pb2_flr_request() - the administrator's or the toolstack's do_flr
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
int pb2_flr_request(struct pb2_device *pbdev)
{
	struct pci_dev *pdev = pbdev->pdev;
	int rc;

	rc = wait_event_interruptible(pbdev->settled,
				      READ_ONCE(pbdev->state) !=
				      PB2_RECLAIMING);
	if (rc)
		return -EINTR;

	device_lock(&pdev->dev);
	rc = is_clean(pbdev) ? 0 : reset_and_return(pbdev);
	if (READ_ONCE(pbdev->state) == PB2_IDLE)
		pb2_power_doze(pbdev);
	device_unlock(&pdev->dev);
	return rc;
}

/**
 * pb2_flr_after_hold() - the last reset, after all who could reach a function
 * @pbdev: a HELD function whose former domain is dead
 *
 * Until now that domain could write to its memory.
 *
 * Context: device_lock held, but let go of in between; sleeps, up to minutes.
 */
void pb2_flr_after_hold(struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);
	reset_and_return(pbdev);
}

/**
 * pb2_flr_is_announced() - has the toolstack announced a teardown?
 * @pbdev: the function
 *
 * Context: any.
 * Return: true for some seconds after a do_flr of an assigned function.
 */
bool pb2_flr_is_announced(const struct pb2_device *pbdev)
{
	unsigned long until = READ_ONCE(pbdev->announced);

	return until && time_before(jiffies, until);
}

/**
 * pb2_flr_heal() - a failed function that another's reset made well again
 * @pbdev: the function; nothing happens unless it is FAILED and has no fault
 *
 * Context: device_lock held, may sleep.
 */
void pb2_flr_heal(struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);

	if (READ_ONCE(pbdev->state) != PB2_FAILED || pbdev->fault[0] ||
	    begin(pbdev, false))
		return;
	pci_info(pbdev->pdev, "reset, assignable again\n");
	resume(pbdev);
}

/**
 * pb2_flr_abort() - a function that goes away between two halves of a reset
 * @pbdev: the function
 *
 * Context: device_lock held.
 */
void pb2_flr_abort(struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);

	mutex_lock(&pbdev->life_lock);
	if (pbdev->state == PB2_RESETTING)
		pb2_state_set(pbdev, pbdev->back_to);
	mutex_unlock(&pbdev->life_lock);
}

/*
 * Another reset may have come first, or the function may be another domain's
 * by now: both have left the gate in a different state.
 */
static bool is_due(struct pb2_device *pbdev)
{
	bool is_due;

	mutex_lock(&pbdev->gate.lock);
	is_due = pbdev->gate.state == PB2_GATE_BLOCKED;
	mutex_unlock(&pbdev->gate.lock);
	return is_due;
}

static void guest_flr(struct work_struct *work)
{
	struct pb2_device *pbdev = container_of(work, struct pb2_device,
						flr_work);
	struct pci_dev *pdev = pbdev->pdev;

	device_lock(&pdev->dev);
	if (is_due(pbdev) && !begin(pbdev, true)) {
		pb2_ladder_together(reset_in_place(pbdev), true);
		resume(pbdev);
	}
	device_unlock(&pdev->dev);
	pb2_device_put(pbdev);
}

/**
 * pb2_flr_by_guest() - carry out the guest's own FLR
 * @pbdev: the function
 *
 * Answered at once: until the reset is done the guest reads all-ones, as it
 * would from hardware.
 *
 * Context: gate lock held.
 */
void pb2_flr_by_guest(struct pb2_device *pbdev)
{
	lockdep_assert_held(&pbdev->gate.lock);

	pbdev->gate.state = PB2_GATE_BLOCKED;
	pb2_work_queue(pbdev, &pbdev->flr_work);
}

/**
 * pb2_flr_init() - nobody asks for a reset yet
 * @pbdev: a new function
 *
 * Context: any.
 */
void pb2_flr_init(struct pb2_device *pbdev)
{
	INIT_WORK(&pbdev->flr_work, guest_flr);
}
