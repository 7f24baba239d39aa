/* SPDX-License-Identifier: GPL-2.0 */
/*
 * recovery_world.h - a guest with a driver that knows error recovery
 */
#ifndef PB2_RECOVERY_WORLD_H
#define PB2_RECOVERY_WORLD_H

#include "guest.h"

#define RECOVERY_NO_ANSWER	(-1000)
/* To the core, PCI_ERS_RESULT_NONE would mean that all is well. */
#define RECOVERY_FAILED		((__force int)PCI_ERS_RESULT_DISCONNECT)

/**
 * struct recovery_world - what the guest does, and what it saw
 * @guest: the guest
 * @answer: what it answers, or %RECOVERY_NO_ANSWER
 * @steps: how many steps it was asked to take
 * @seen: the last one
 * @bound_ms: how long the driver wants to wait for an answer
 * @bound: how long it waits, jiffies
 * @detach: detaches the ring
 * @on_look: called after a look whether the guest has a handler
 */
struct recovery_world {
	struct guest *guest;
	s32 answer;
	unsigned int steps;
	struct xen_pcie_aer_op seen;
	unsigned int bound_ms;
	unsigned long bound;
	struct work_struct detach;
	void (*on_look)(void);
};

extern struct recovery_world recovery_world;

int recovery_world_init(struct kunit *test);
void recovery_answer(void);
struct fake_pci *recovery_begin(struct kunit *test);
pci_ers_result_t recovery_detect(struct fake_pci *dev);
void recovery_expect_published(struct kunit *test, bool published);
void recovery_forget_failure(struct kunit *test);

#endif /* PB2_RECOVERY_WORLD_H */
