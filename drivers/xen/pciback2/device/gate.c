// SPDX-License-Identifier: GPL-2.0
/*
 * gate.c - what every request from the ring to a function passes
 *
 * A request holds the gate lock while it works on the function. When the call
 * that closes or blocks the gate returns, no request is therefore working on the
 * function, and none will start. No lengthy operation runs under the lock.
 */
#include <linux/jiffies.h>

#include "device.h"

/*
 * How long a detach is expected to take after libxl wrote do_flr; libxl needs
 * much less. Meanwhile a running guest must not be able to start DMA again.
 */
#define DETACH_TIMEOUT_MS	5000

/**
 * pb2_gate_init() - initialise a gate, closed
 * @gate: the gate of a function that no other thread can find yet
 *
 * Context: any.
 */
void pb2_gate_init(struct pb2_gate *gate)
{
	mutex_init(&gate->lock);
	gate->state = PB2_GATE_CLOSED;
	gate->reasons = 0;
	gate->fe = NULL;
}

/**
 * pb2_gate_open() - let the requests of one frontend through
 * @pbdev: the function
 * @fe: the frontend that owns the function
 *
 * Context: may sleep.
 */
void pb2_gate_open(struct pb2_device *pbdev, const struct pb2_frontend *fe)
{
	struct pb2_gate *gate = &pbdev->gate;

	mutex_lock(&gate->lock);
	gate->fe = fe;
	gate->reasons = 0;
	gate->state = PB2_GATE_OPEN;
	mutex_unlock(&gate->lock);
}

/**
 * pb2_gate_block_next() - let no request through behind the one at work
 * @pbdev: the function; nothing happens if its gate is closed
 * @reason: what is about to be done
 *
 * Until pb2_gate_unblock() requests are answered without the function.
 *
 * Context: gate lock held.
 */
void pb2_gate_block_next(struct pb2_device *pbdev, enum pb2_gate_reason reason)
{
	struct pb2_gate *gate = &pbdev->gate;

	lockdep_assert_held(&gate->lock);

	if (gate->state == PB2_GATE_CLOSED)
		return;
	gate->state = PB2_GATE_BLOCKED;
	gate->reasons |= reason;
}

/**
 * pb2_gate_block() - keep requests from touching the function
 * @pbdev: the function; nothing happens if its gate is closed
 * @reason: what the caller is about to do
 *
 * As pb2_gate_block_next(). On return no request is working on the function.
 *
 * Context: may sleep.
 */
void pb2_gate_block(struct pb2_device *pbdev, enum pb2_gate_reason reason)
{
	mutex_lock(&pbdev->gate.lock);
	pb2_gate_block_next(pbdev, reason);
	mutex_unlock(&pbdev->gate.lock);
}

/**
 * pb2_gate_unblock() - undo pb2_gate_block()
 * @pbdev: the function; nothing happens if its gate has been closed meanwhile
 * @reason: what the caller has finished
 *
 * The gate stays blocked while another reason is left.
 *
 * Context: may sleep.
 */
void pb2_gate_unblock(struct pb2_device *pbdev, enum pb2_gate_reason reason)
{
	struct pb2_gate *gate = &pbdev->gate;

	mutex_lock(&gate->lock);
	gate->reasons &= ~reason;
	if (gate->state == PB2_GATE_BLOCKED && !gate->reasons)
		gate->state = PB2_GATE_OPEN;
	mutex_unlock(&gate->lock);
}

/**
 * pb2_gate_close() - let no request through, of any frontend
 * @pbdev: the function
 *
 * On return no request is working on the function, and none will start.
 *
 * Context: may sleep.
 */
void pb2_gate_close(struct pb2_device *pbdev)
{
	struct pb2_gate *gate = &pbdev->gate;

	mutex_lock(&gate->lock);
	gate->state = PB2_GATE_CLOSED;
	gate->reasons = 0;
	gate->fe = NULL;
	mutex_unlock(&gate->lock);
}

/**
 * pb2_gate_enter() - begin a request
 * @pbdev: the function that the request names
 * @fe: the frontend that sent it
 *
 * The frontend is compared under the gate lock, because the function may have
 * been assigned to another domain since the request looked it up.
 *
 * Context: may sleep. Returns with the gate lock held in every case;
 * pb2_gate_leave() releases it.
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
 * Context: gate lock held; released here.
 */
void pb2_gate_leave(struct pb2_device *pbdev)
{
	lockdep_assert_held(&pbdev->gate.lock);

	mutex_unlock(&pbdev->gate.lock);
}

/**
 * pb2_gate_expect_detach() - note that a detach is pending
 * @pbdev: an assigned function, which the toolstack is about to detach
 *
 * For %DETACH_TIMEOUT_MS the function's domain can start neither DMA nor
 * interrupts.
 *
 * Context: any.
 */
void pb2_gate_expect_detach(struct pb2_device *pbdev)
{
	WRITE_ONCE(pbdev->detach_until,
		   (jiffies + msecs_to_jiffies(DETACH_TIMEOUT_MS)) ?: 1);
}

/**
 * pb2_gate_forget_detach() - note that no detach is pending any more
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
 * Return: true for %DETACH_TIMEOUT_MS after pb2_gate_expect_detach(), unless
 * pb2_gate_forget_detach() came first.
 */
bool pb2_gate_is_detaching(const struct pb2_device *pbdev)
{
	unsigned long until = READ_ONCE(pbdev->detach_until);

	return until && time_before(jiffies, until);
}
