/* SPDX-License-Identifier: GPL-2.0 */
/*
 * gate.h - what every request from the ring to a function passes
 */
#ifndef PB2_GATE_H
#define PB2_GATE_H

#include <linux/bits.h>
#include <linux/mutex.h>
#include <linux/types.h>

struct pb2_device;
struct pb2_frontend;

/**
 * enum pb2_gate_state - what the ring may do to a function
 * @PB2_GATE_CLOSED: no frontend owns the function; requests find no device
 * @PB2_GATE_BLOCKED: a frontend owns the function, but a reset is running: reads
 *	give all-ones, writes are dropped, every other request fails
 * @PB2_GATE_OPEN: requests reach the configuration engine
 */
enum pb2_gate_state {
	PB2_GATE_CLOSED,
	PB2_GATE_BLOCKED,
	PB2_GATE_OPEN,
};

/**
 * enum pb2_gate_reason - why a gate is blocked
 * @PB2_BLOCK_RESET: pciback2 resets the function, or will do so for the guest
 * @PB2_BLOCK_BUS_RESET: pciback2 resets the bus for another function
 * @PB2_BLOCK_CORE_RESET: the PCI core resets the function on its own account
 * @PB2_BLOCK_RECOVERY: the PCI core's error recovery resets the function
 *
 * A gate may be blocked for several reasons, and opens when none is left.
 */
enum pb2_gate_reason {
	PB2_BLOCK_RESET		= BIT(0),
	PB2_BLOCK_BUS_RESET	= BIT(1),
	PB2_BLOCK_CORE_RESET	= BIT(2),
	PB2_BLOCK_RECOVERY	= BIT(3),
};

/**
 * struct pb2_gate - what every request to a function passes
 * @lock: held while a request works on the function; see the head of device.h
 * @state: what requests may do; protected by @lock
 * @reasons: why the gate is blocked, a set of enum pb2_gate_reason; 0 unless it
 *	is; protected by @lock
 * @fe: the frontend that owns the function, or %NULL. It is compared, never
 *	dereferenced; protected by @lock.
 */
struct pb2_gate {
	struct mutex lock;
	enum pb2_gate_state state;
	unsigned int reasons;
	const struct pb2_frontend *fe;
};

void pb2_gate_init(struct pb2_gate *gate);
void pb2_gate_open(struct pb2_device *pbdev, const struct pb2_frontend *fe);
void pb2_gate_block_next(struct pb2_device *pbdev, enum pb2_gate_reason reason);
void pb2_gate_block(struct pb2_device *pbdev, enum pb2_gate_reason reason);
void pb2_gate_unblock(struct pb2_device *pbdev, enum pb2_gate_reason reason);
void pb2_gate_close(struct pb2_device *pbdev);
enum pb2_gate_state pb2_gate_enter(struct pb2_device *pbdev,
				   const struct pb2_frontend *fe);
void pb2_gate_leave(struct pb2_device *pbdev);
void pb2_gate_expect_detach(struct pb2_device *pbdev);
void pb2_gate_forget_detach(struct pb2_device *pbdev);
bool pb2_gate_is_detaching(const struct pb2_device *pbdev);

#endif /* PB2_GATE_H */
