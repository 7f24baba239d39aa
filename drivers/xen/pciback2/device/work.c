// SPDX-License-Identifier: GPL-2.0
/*
 * work.c - the work queue of everything slow, and the works of a function
 *
 * A work that is queued holds a reference to its function. Each work function
 * drops it with pb2_device_put() when it is done.
 */
#include "device.h"

struct workqueue_struct *pb2_wq;

/**
 * pb2_work_init() - create the work queue
 *
 * It is unbound: resets of several functions must not queue up behind one.
 *
 * Context: may sleep.
 * Return: 0, or -ENOMEM if there is no memory for it.
 */
int pb2_work_init(void)
{
	pb2_wq = alloc_workqueue(PB2_NAME, WQ_UNBOUND, 0);
	return pb2_wq ? 0 : -ENOMEM;
}

/**
 * pb2_work_exit() - wait for all works, and destroy the work queue
 *
 * Context: may sleep, as long as the longest work.
 */
void pb2_work_exit(void)
{
	destroy_workqueue(pb2_wq);
	pb2_wq = NULL;
}

/**
 * pb2_work_queue() - run a work of a function soon
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
 * pb2_work_delay() - run a work of a function later
 * @pbdev: the function
 * @work: embedded in @pbdev; nothing happens if it is queued already
 * @delay: jiffies from now
 *
 * Context: any.
 */
void pb2_work_delay(struct pb2_device *pbdev, struct delayed_work *work,
		    unsigned long delay)
{
	pb2_device_get(pbdev);
	if (!queue_delayed_work(pb2_wq, work, delay))
		pb2_device_put(pbdev);
}

/**
 * pb2_work_redelay() - run a work of a function at another time
 * @pbdev: the function
 * @work: embedded in @pbdev
 * @delay: jiffies from now, in place of what it waits for if it is queued
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
	/* The work that was queued holds a reference already. */
	pb2_device_put(pbdev);
	return true;
}

/**
 * pb2_work_cancel() - take back a work that has not begun
 * @pbdev: the function
 * @work: embedded in @pbdev
 *
 * Context: may sleep; the caller holds a reference of its own. A work that has
 * begun goes on.
 * Return: true if the work was queued and will not run.
 */
bool pb2_work_cancel(struct pb2_device *pbdev, struct delayed_work *work)
{
	if (!cancel_delayed_work(work))
		return false;
	pb2_device_put(pbdev);
	return true;
}
