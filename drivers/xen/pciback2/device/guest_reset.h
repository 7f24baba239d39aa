/* SPDX-License-Identifier: GPL-2.0 */
/*
 * guest_reset.h - resets of a function that its guest asks for
 */
#ifndef PB2_GUEST_RESET_H
#define PB2_GUEST_RESET_H

#include <linux/jiffies.h>
#include <linux/types.h>

/* The least time between two resets for a guest, and how many it may have */
#define PB2_GUEST_RESET_INTERVAL	HZ
#define PB2_GUEST_RESET_BUDGET		100

/**
 * struct pb2_guest_reset - resets of a function that its guest asks for
 * @allowed: the administrator allows them, for one assignment
 * @left: how many there may still be
 * @next: the next one begins no sooner than this, jiffies
 * @done: resets carried out in this assignment
 * @dropped: requests dropped in this assignment
 *
 * Protected by pb2_device.gate.lock.
 */
struct pb2_guest_reset {
	bool allowed;
	unsigned int left;
	unsigned long next;
	unsigned long done;
	unsigned long dropped;
};

#endif /* PB2_GUEST_RESET_H */
