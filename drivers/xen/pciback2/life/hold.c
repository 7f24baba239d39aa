// SPDX-License-Identifier: GPL-2.0
/*
 * hold.c - a function that a former domain may still have mapped
 *
 * device/holder.c has the record of those domains. Such a function is reset and
 * quiesced, but stays in D0. If a former domain accessed the memory of a function
 * in D3hot, the resulting error could bring the host down (the class of XSA-120).
 * Another domain may be assigned the function at once, as with xen-pciback. Until
 * the former domain is dead it can write to the function's memory, so the function
 * is reset again after that.
 */
#include "life.h"

/*
 * A domain's death triggers a check at once. This event can arrive before the
 * function is HELD, or before the toolstack has removed the xenstore nodes that
 * stand for the domain where Xen cannot be asked. The periodic check covers
 * both cases.
 */
#define HOLD_CHECK_INTERVAL_MS	5000

/**
 * pb2_hold_is_over() - is every domain dead that could reach the function?
 * @pbdev: the function
 *
 * Every domain that ever had the function counts, not only the last one, and
 * for a stub domain the guest that it serves as well.
 *
 * Context: device_lock held, may sleep.
 * Return: true if no living domain may have the BARs mapped. False also if
 * neither Xen nor xenstore can tell.
 */
bool pb2_hold_is_over(const struct pb2_device *pbdev)
{
	struct pb2_held bars = pb2_held_bars(&pbdev->sbdf);

	device_lock_assert(&pbdev->pdev->dev);

	return !pb2_holder_exists(&bars);
}

/**
 * pb2_hold_is_due() - must a function that no domain owns be HELD?
 * @pbdev: the function, whose last reset is over
 *
 * A domain that lived when the reset began may have written to the function
 * after it. So the function is HELD, and reset once more, even if that domain
 * has died meanwhile.
 *
 * Context: device_lock held, may sleep.
 * Return: true if a domain could reach the function during its last reset, or
 * can do so now.
 */
bool pb2_hold_is_due(const struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);

	return pbdev->reset.was_held || !pb2_hold_is_over(pbdev);
}

/**
 * pb2_hold_retire() - take note that no domain owns a function
 * @pbdev: a function that was reclaimed, or has just been seized
 *
 * Tells the administrator if a former owner lives.
 *
 * Context: device_lock held, may sleep.
 */
void pb2_hold_retire(const struct pb2_device *pbdev)
{
	struct pb2_held bars = pb2_held_bars(&pbdev->sbdf);
	domid_t holder;

	device_lock_assert(&pbdev->pdev->dev);

	if (pb2_holder_retire(&bars, &holder))
		pci_info(pbdev->pdev, "domain %u may still have its BARs mapped: until that domain is gone it stays in D0, and pciback2 cannot be unloaded\n",
			 holder);
}

/**
 * pb2_hold_init() - prepare a new function, which no domain ever had
 * @pbdev: the function
 *
 * Context: any.
 */
void pb2_hold_init(struct pb2_device *pbdev)
{
	/* 0 would stand for dom0, which never dies. */
	pbdev->domid = DOMID_INVALID;
}

/**
 * pb2_hold_check() - check a HELD function now, because some domain died
 * @pbdev: a function to which the caller has a reference; nothing happens
 *	unless it is HELD
 *
 * Context: any.
 */
void pb2_hold_check(struct pb2_device *pbdev)
{
	if (READ_ONCE(pbdev->state) == PB2_HELD)
		pb2_work_redelay(pbdev, &pbdev->hold_work, 0);
}

/**
 * pb2_hold_start() - schedule the next check for the former domain's death
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
 * pb2_hold_stop() - cancel the checks
 * @pbdev: a function that is being released
 *
 * A check that has begun already finds the function released.
 *
 * Context: device_lock held.
 */
void pb2_hold_stop(struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);
	pb2_work_cancel(pbdev, &pbdev->hold_work);
}
