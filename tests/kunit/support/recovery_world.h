/* SPDX-License-Identifier: GPL-2.0 */
/*
 * recovery_world.h - a guest with a driver that knows error recovery
 */
#ifndef PB2_RECOVERY_WORLD_H
#define PB2_RECOVERY_WORLD_H

#include "guest.h"

#define RECOVERY_NO_ANSWER	(-1000)
#define RECOVERY_MAX_STEPS	8

/**
 * struct recovery_world - what the guest and the PCI core do
 * @guest: the guest
 * @answer: what the guest answers, or %RECOVERY_NO_ANSWER
 * @detected: what it answers to error_detected, if not 0
 * @steps: how many steps it was asked to take
 * @seen: the last one
 * @cmds: the steps
 * @channel: state of the channel that it was told of last
 * @core: the thread of the PCI core's recovery, %NULL unless it runs
 * @resets_all: the PCI core resets the bus on a channel that works, too
 * @bound_ms: how long the driver wants to wait for an answer
 * @bound: how long it waits, jiffies
 * @detach: detaches the ring
 * @on_look: called after a look whether the guest has a handler
 */
struct recovery_world {
	struct guest *guest;
	s32 answer;
	s32 detected;
	unsigned int steps;
	struct xen_pcie_aer_op seen;
	u32 cmds[RECOVERY_MAX_STEPS];
	s32 channel;
	struct task_struct *core;
	bool resets_all;
	unsigned int bound_ms;
	unsigned long bound;
	struct work_struct detach;
	void (*on_look)(void);
};

extern struct recovery_world recovery_world;

int recovery_world_init(struct kunit *test);
void recovery_answer(void);
struct fake_pci *recovery_begin(struct kunit *test);
int recovery_core(struct kunit *test, pci_channel_state_t state);
void recovery_run(struct kunit *test, pci_channel_state_t state);
void recovery_check(struct fake_pci *dev);
void recovery_expect_steps(struct kunit *test, ...);
void recovery_expect_whole(struct kunit *test, const struct fake_pci *dev);
void recovery_expect_published(struct kunit *test, bool published);
void recovery_forget_failure(struct kunit *test);

#endif /* PB2_RECOVERY_WORLD_H */
