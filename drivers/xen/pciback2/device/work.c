// SPDX-License-Identifier: GPL-2.0
/*
 * work.c - the work queue, and the works of a function
 *
 * Whatever may take long runs on this work queue. A queued work holds a
 * reference to its function; the work function drops it with pb2_device_put()
 * when it is done.
 */
#include <linux/delay.h>
#include <linux/suspend.h>

#include "device.h"

/* How often a work looks whether dom0 has gone to sleep by now */
#define WORK_POSTPONE_MS	20

struct workqueue_struct *pb2_wq;

/* dom0 is about to sleep, sleeps, or wakes up */
static bool work_is_paused;

/*
 * The kernel freezes user space, xenstored included, before it freezes work
 * queues. A work that waited for xenstored then would keep dom0 from going to
 * sleep, with device_lock held. So all works end before anything is frozen, and
 * none does anything until all is thawed.
 */
static int work_follow_sleep(struct notifier_block *nb, unsigned long event,
			     void *data)
{
	switch (event) {
	case PM_SUSPEND_PREPARE:
	case PM_HIBERNATION_PREPARE:
	case PM_RESTORE_PREPARE:
		WRITE_ONCE(work_is_paused, true);
		flush_workqueue(pb2_wq);
		break;
	case PM_POST_SUSPEND:
	case PM_POST_HIBERNATION:
	case PM_POST_RESTORE:
		WRITE_ONCE(work_is_paused, false);
		break;
	}
	return NOTIFY_OK;
}

static struct notifier_block work_sleep_notifier = {
	.notifier_call = work_follow_sleep,
};

/**
 * pb2_work_init() - create the work queue
 *
 * The work queue is unbound, so that the resets of several functions run in
 * parallel. It is frozen while dom0 sleeps: a reset would lose what the PCI core
 * has saved of the function, and the core would put it to sleep under its guest.
 *
 * Context: may sleep.
 * Return: 0; -ENOMEM if the work queue cannot be allocated; or the errno of the
 * notifier chain.
 */
int pb2_work_init(void)
{
	int rc;

	pb2_wq = alloc_workqueue(PB2_NAME, WQ_UNBOUND | WQ_FREEZABLE, 0);
	if (!pb2_wq)
		return -ENOMEM;
	rc = register_pm_notifier(&work_sleep_notifier);
	if (rc)
		destroy_workqueue(pb2_wq);
	return rc;
}

/**
 * pb2_work_exit() - wait for all works, and destroy the work queue
 *
 * Context: may sleep, as long as the longest work takes.
 */
void pb2_work_exit(void)
{
	unregister_pm_notifier(&work_sleep_notifier);
	WRITE_ONCE(work_is_paused, false);
	destroy_workqueue(pb2_wq);
	pb2_wq = NULL;
}

/**
 * pb2_work_postpone() - leave a work for after dom0's sleep
 * @pbdev: the function that @work belongs to, %NULL for none
 * @work: a work of pb2_wq that begins, and has not done anything yet; a delayed
 *	work is run again without delay
 *
 * To be called first by each work that may wait for xenstored, or touches the
 * function. The work queues itself again, until the kernel freezes the work
 * queue.
 *
 * Context: the work itself, may sleep.
 * Return: true if the work is queued again, with its reference to the function,
 * and must return at once.
 */
bool pb2_work_postpone(struct pb2_device *pbdev, struct work_struct *work)
{
	if (!READ_ONCE(work_is_paused))
		return false;
	msleep(WORK_POSTPONE_MS);
	/* Who has queued it meanwhile took a reference of his own. */
	if (!queue_work(pb2_wq, work) && pbdev)
		pb2_device_put(pbdev);
	return true;
}

/**
 * pb2_work_queue() - queue a work of a function
 * @pbdev: the function
 * @work: embedded in @pbdev; nothing happens if it is queued already
 *
 * Context: any.
 */
void pb2_work_queue(struct pb2_device *pbdev, struct work_struct *work)
{
	pb2_device_get(pbdev);
	if (!queue_work(pb2_wq, work))
		pb2_device_put(pbdev);
}

/**
 * pb2_work_delay() - queue a work of a function after a delay
 * @pbdev: the function
 * @work: embedded in @pbdev; nothing happens if it is queued already
 * @delay: jiffies from now
 *
 * Context: any.
 * Return: true if the work is queued now, false if it was queued already.
 */
bool pb2_work_delay(struct pb2_device *pbdev, struct delayed_work *work,
		    unsigned long delay)
{
	pb2_device_get(pbdev);
	if (queue_delayed_work(pb2_wq, work, delay))
		return true;
	pb2_device_put(pbdev);
	return false;
}

/**
 * pb2_work_redelay() - queue a work of a function, or change its delay
 * @pbdev: the function
 * @work: embedded in @pbdev
 * @delay: jiffies from now; replaces the delay of a work that is queued already
 *
 * Context: any.
 * Return: true if the work was queued already.
 */
bool pb2_work_redelay(struct pb2_device *pbdev, struct delayed_work *work,
		      unsigned long delay)
{
	pb2_device_get(pbdev);
	if (!mod_delayed_work(pb2_wq, work, delay))
		return false;
	/* The queued work holds a reference already. */
	pb2_device_put(pbdev);
	return true;
}

/**
 * pb2_work_cancel() - cancel a delayed work that is not running yet
 * @pbdev: the function, to which the caller holds a reference of its own
 * @work: embedded in @pbdev; a work that is running goes on
 *
 * Context: may sleep.
 * Return: true if the work was queued and will not run.
 */
bool pb2_work_cancel(struct pb2_device *pbdev, struct delayed_work *work)
{
	if (!cancel_delayed_work(work))
		return false;
	pb2_device_put(pbdev);
	return true;
}
