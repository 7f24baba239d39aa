/* SPDX-License-Identifier: GPL-2.0 */
/*
 * guest_reset.h - resets of a function that its guest asks for
 */
#ifndef PB2_GUEST_RESET_H
#define PB2_GUEST_RESET_H

#include <linux/jiffies.h>
#include <linux/types.h>

/* The least time between two resets for a guest in jiffies, and how many it has */
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

struct pb2_device;

void pb2_guest_reset_allow(struct pb2_device *pbdev, bool allow);
bool pb2_guest_reset_start(struct pb2_device *pbdev);
unsigned int pb2_guest_reset_delay(struct pb2_device *pbdev);
void pb2_guest_reset_count(struct pb2_device *pbdev);
int pb2_guest_reset_show(struct pb2_device *pbdev, char *buf, size_t size);
bool pb2_guest_reset_end(struct pb2_device *pbdev);

#endif /* PB2_GUEST_RESET_H */
