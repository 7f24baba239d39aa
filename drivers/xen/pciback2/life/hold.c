// SPDX-License-Identifier: GPL-2.0
/*
 * hold.c - a function whose former domain lives and may still map its BARs
 *
 * Such a function is reset and silent, but stays in D0: a memory access of
 * that domain to a function in D3hot would be answered with an error that
 * can bring the host down (XSA-120's class). Another domain may have it at
 * once, as with xen-pciback. It is reset again when the domain is dead, which
 * could write to its memory until then.
 */
#include "life.h"

/*
 * The event of a domain's death starts a look at once. It may come before the
 * state that it looks for, or before the nodes go that stand for the domain
 * where Xen cannot be asked.
 */
#define HOLD_CHECK_INTERVAL_MS	5000

/**
 * pb2_hold_is_over() - is everybody dead who could reach the function?
 * @pbdev: the function
 *
 * A function of a guest with a stub domain can be reached by both.
 *
 * Context: device_lock held, may sleep.
 * Return: true if the domain that had it is dead, and, if that was a stub
 * domain, its target is; false also while neither Xen nor xenstore can tell.
 */
bool pb2_hold_is_over(const struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);

	if (pbdev->domid == DOMID_INVALID)
		return true;
	return pb2_domain_is_dead(pbdev->domid, pbdev->vm_path) &&
	       (!pbdev->target_vm_path ||
		pb2_domain_is_dead(pbdev->target, pbdev->target_vm_path));
}

/**
 * pb2_hold_init() - nothing is held yet
 * @pbdev: a new function
 *
 * Context: any.
 */
void pb2_hold_init(struct pb2_device *pbdev)
{
	/* No domain had it; 0 is dom0, which lives for ever. */
	pbdev->domid = DOMID_INVALID;
}

/**
 * pb2_hold_check() - some domain died: look now if the function is held
 * @pbdev: a function that the caller has a reference to
 *
 * Context: any.
 */
void pb2_hold_check(struct pb2_device *pbdev)
{
	if (READ_ONCE(pbdev->state) == PB2_HELD)
		pb2_work_redelay(pbdev, &pbdev->hold_work, 0);
}

/**
 * pb2_hold_start() - wait for the domain's death, for a while
 * @pbdev: a HELD function
 *
 * Context: device_lock held.
 */
void pb2_hold_start(struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);
	pb2_work_delay(pbdev, &pbdev->hold_work,
		       msecs_to_jiffies(HOLD_CHECK_INTERVAL_MS));
}

/**
 * pb2_hold_stop() - stop waiting
 * @pbdev: a function that is going away
 *
 * Context: device_lock held. A look that has begun finds the function
 * released.
 */
void pb2_hold_stop(struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);
	pb2_work_cancel(pbdev, &pbdev->hold_work);
}
