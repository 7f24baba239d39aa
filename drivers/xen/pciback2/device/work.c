// SPDX-License-Identifier: GPL-2.0
/*
 * work.c - the work queue, and the works of a function
 *
 * Whatever may take long runs on this work queue. A queued work holds a
 * reference to its function; the work function drops it with pb2_device_put()
 * when it is done.
 */
#include "device.h"

struct workqueue_struct *pb2_wq;

/**
 * pb2_work_init() - create the work queue
 *
 * The work queue is unbound, so that the resets of several functions run in
 * parallel.
 *
 * Context: may sleep.
 * Return: 0, or -ENOMEM if the work queue cannot be allocated.
 */
int pb2_work_init(void)
{
	pb2_wq = alloc_workqueue(PB2_NAME, WQ_UNBOUND, 0);
	return pb2_wq ? 0 : -ENOMEM;
}

/**
 * pb2_work_exit() - wait for all works, and destroy the work queue
 *
 * Context: may sleep, as long as the longest work takes.
 */
void pb2_work_exit(void)
{
	destroy_workqueue(pb2_wq);
	pb2_wq = NULL;
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
