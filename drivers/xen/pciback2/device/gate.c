// SPDX-License-Identifier: GPL-2.0
/*
 * gate.c - the one door between the ring and a function
 *
 * A request holds the gate's lock while it works on the function. Whoever
 * closes or blocks the gate therefore knows on return that no request is at
 * work and none will start. Nothing that takes long is done under the lock.
 */
#include <linux/jiffies.h>

#include "device.h"

/*
 * Between libxl's do_flr and the end of the detach a live guest could start
 * DMA again. It takes libxl well under this.
 */
#define DETACH_TIMEOUT_MS	5000

/**
 * pb2_gate_init() - a closed gate
 * @gate: the gate of a function that nobody else knows yet
 *
 * Context: any.
 */
void pb2_gate_init(struct pb2_gate *gate)
{
	mutex_init(&gate->lock);
	gate->state = PB2_GATE_CLOSED;
	gate->fe = NULL;
}

/**
 * pb2_gate_open() - let one frontend's requests through
 * @pbdev: the function
 * @fe: the frontend; only requests that name it pass
 *
 * Context: may sleep.
 */
void pb2_gate_open(struct pb2_device *pbdev, const struct pb2_frontend *fe)
{
	struct pb2_gate *gate = &pbdev->gate;

	mutex_lock(&gate->lock);
	gate->fe = fe;
	gate->state = PB2_GATE_OPEN;
	mutex_unlock(&gate->lock);
}

/**
 * pb2_gate_block() - answer without touching the function, until unblocked
 * @pbdev: the function
 *
 * Does nothing to a closed gate.
 *
 * Context: may sleep.
 */
void pb2_gate_block(struct pb2_device *pbdev)
{
	struct pb2_gate *gate = &pbdev->gate;

	mutex_lock(&gate->lock);
	if (gate->state == PB2_GATE_OPEN)
		gate->state = PB2_GATE_BLOCKED;
	mutex_unlock(&gate->lock);
}

/**
 * pb2_gate_unblock() - undo pb2_gate_block()
 * @pbdev: the function
 *
 * Does nothing to a gate that was closed in the meantime.
 *
 * Context: may sleep.
 */
void pb2_gate_unblock(struct pb2_device *pbdev)
{
	struct pb2_gate *gate = &pbdev->gate;

	mutex_lock(&gate->lock);
	if (gate->state == PB2_GATE_BLOCKED)
		gate->state = PB2_GATE_OPEN;
	mutex_unlock(&gate->lock);
}

/**
 * pb2_gate_close() - end the claim of whatever frontend has one
 * @pbdev: the function
 *
 * On return no request works on the function and none will.
 *
 * Context: may sleep.
 */
void pb2_gate_close(struct pb2_device *pbdev)
{
	struct pb2_gate *gate = &pbdev->gate;

	mutex_lock(&gate->lock);
	gate->state = PB2_GATE_CLOSED;
	gate->fe = NULL;
	mutex_unlock(&gate->lock);
}

/**
 * pb2_gate_enter() - begin a request
 * @pbdev: the function that the request names
 * @fe: the frontend that sent it
 *
 * The claim is compared under the lock: between the look-up and this call
 * the function may have gone to another domain.
 *
 * Context: may sleep. Returns with the gate's lock held, whatever it returns;
 * pair with pb2_gate_leave().
 * Return: what the request may do.
 */
enum pb2_gate_state pb2_gate_enter(struct pb2_device *pbdev,
				   const struct pb2_frontend *fe)
{
	struct pb2_gate *gate = &pbdev->gate;

	mutex_lock(&gate->lock);
	return gate->fe == fe ? gate->state : PB2_GATE_CLOSED;
}

/**
 * pb2_gate_leave() - end a request
 * @pbdev: the function
 *
 * Context: the gate's lock held; released here.
 */
void pb2_gate_leave(struct pb2_device *pbdev)
{
	lockdep_assert_held(&pbdev->gate.lock);

	mutex_unlock(&pbdev->gate.lock);
}

/**
 * pb2_gate_start_flr() - carry out the guest's own FLR
 * @pbdev: the function, whose gate is open
 *
 * Answered at once: until the reset is done the guest reads all-ones, as it
 * would from hardware.
 *
 * Context: gate lock held.
 */
void pb2_gate_start_flr(struct pb2_device *pbdev)
{
	lockdep_assert_held(&pbdev->gate.lock);

	pbdev->gate.state = PB2_GATE_BLOCKED;
	pb2_work_queue(pbdev, &pbdev->flr_work);
}

/**
 * pb2_gate_expect_detach() - the toolstack is about to take the function away
 * @pbdev: an assigned function
 *
 * For some seconds its domain can start neither DMA nor interrupts.
 *
 * Context: any.
 */
void pb2_gate_expect_detach(struct pb2_device *pbdev)
{
	WRITE_ONCE(pbdev->detach_until,
		   (jiffies + msecs_to_jiffies(DETACH_TIMEOUT_MS)) ?: 1);
}

/**
 * pb2_gate_forget_detach() - no detach is pending any more
 * @pbdev: the function
 *
 * Context: any.
 */
void pb2_gate_forget_detach(struct pb2_device *pbdev)
{
	WRITE_ONCE(pbdev->detach_until, 0);
}

/**
 * pb2_gate_is_detaching() - is a detach pending?
 * @pbdev: the function
 *
 * Context: any.
 * Return: true for some seconds after pb2_gate_expect_detach().
 */
bool pb2_gate_is_detaching(const struct pb2_device *pbdev)
{
	unsigned long until = READ_ONCE(pbdev->detach_until);

	return until && time_before(jiffies, until);
}
