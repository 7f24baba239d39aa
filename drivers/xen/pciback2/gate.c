// SPDX-License-Identifier: GPL-2.0
/*
 * gate.c - the one door between the ring and a function
 *
 * A request holds the gate's lock while it works on the function. Whoever
 * closes or blocks the gate therefore knows on return that no request is at
 * work and none will start. Nothing that takes long is done under the lock.
 */
#include "pciback2.h"

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
	mutex_unlock(&pbdev->gate.lock);
}
