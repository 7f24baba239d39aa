// SPDX-License-Identifier: GPL-2.0
/*
 * state.c - the life cycle's states and their legal transitions
 */
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/kobject.h>
#include <linux/sysfs.h>

#include "device.h"

static const char * const state_names[PB2_NR_STATES] = {
	[PB2_SEIZING]		= "seizing",
	[PB2_IDLE]		= "idle",
	[PB2_ASSIGNED]		= "assigned",
	[PB2_RESETTING]		= "resetting",
	[PB2_RECLAIMING]	= "reclaiming",
	[PB2_HELD]		= "held",
	[PB2_FAILED]		= "failed",
	[PB2_GONE]		= "gone",
};

/* GONE is legal from everywhere: nobody asks before pulling a card. */
static const unsigned int state_transitions[PB2_NR_STATES] = {
	[PB2_SEIZING]		= BIT(PB2_IDLE) | BIT(PB2_FAILED) |
				  BIT(PB2_GONE),
	[PB2_IDLE]		= BIT(PB2_ASSIGNED) | BIT(PB2_RESETTING) |
				  BIT(PB2_GONE),
	[PB2_ASSIGNED]		= BIT(PB2_RESETTING) | BIT(PB2_RECLAIMING) |
				  BIT(PB2_GONE),
	/* RECLAIMING: the domain left while its function was under reset. */
	[PB2_RESETTING]		= BIT(PB2_IDLE) | BIT(PB2_ASSIGNED) |
				  BIT(PB2_HELD) | BIT(PB2_RECLAIMING) |
				  BIT(PB2_FAILED) | BIT(PB2_GONE),
	[PB2_RECLAIMING]	= BIT(PB2_IDLE) | BIT(PB2_HELD) |
				  BIT(PB2_FAILED) | BIT(PB2_GONE),
	[PB2_HELD]		= BIT(PB2_IDLE) | BIT(PB2_ASSIGNED) |
				  BIT(PB2_RESETTING) | BIT(PB2_GONE),
	[PB2_FAILED]		= BIT(PB2_RESETTING) | BIT(PB2_GONE),
	[PB2_GONE]		= 0,
};

/**
 * pb2_state_name() - a state's name as sysfs and messages show it
 * @state: the state
 *
 * Context: any.
 * Return: a constant string.
 */
const char *pb2_state_name(enum pb2_state state)
{
	return state < PB2_NR_STATES ? state_names[state] : "unknown";
}

/**
 * pb2_state_is_legal() - may a function go from one state to another?
 * @from: the state that it is in
 * @to: the state that is asked for
 *
 * Context: any.
 * Return: whether the table of transitions has the pair.
 */
bool pb2_state_is_legal(enum pb2_state from, enum pb2_state to)
{
	return from < PB2_NR_STATES && to < PB2_NR_STATES &&
	       state_transitions[from] & BIT(to);
}

/* Whoever misses it finds the state in sysfs. */
static void state_send_uevent(struct pb2_device *pbdev)
{
	struct kobject *kobj = &pbdev->pdev->dev.kobj;
	char var[32], *env[2] = { var };

	lockdep_assert_held(&pbdev->life_lock);

	snprintf(var, sizeof(var), "PCIBACK2_STATE=%s",
		 pb2_state_name(pbdev->state));
	kobject_uevent_env(kobj, KOBJ_CHANGE, env);
	sysfs_notify(kobj, PB2_NAME, "state");
}

/**
 * pb2_state_set() - the only way in which a function changes its state
 * @pbdev: the function
 * @to: the new state
 *
 * Wakes whoever waits on @pbdev->settled, and tells user space.
 *
 * Context: @pbdev->life_lock held, which keeps the events in their order; may
 * sleep.
 * Return: 0, or -EINVAL and no change if the transition is not legal, which
 * is a defect of the caller.
 */
int pb2_state_set(struct pb2_device *pbdev, enum pb2_state to)
{
	lockdep_assert_held(&pbdev->life_lock);

	if (WARN_ONCE(!pb2_state_is_legal(pbdev->state, to),
		      "%s: %s -> %s is not a legal transition\n",
		      pci_name(pbdev->pdev), pb2_state_name(pbdev->state),
		      pb2_state_name(to)))
		return -EINVAL;

	/* Paired with readers that only show or wait for the state. */
	WRITE_ONCE(pbdev->state, to);
	wake_up_all(&pbdev->settled);
	state_send_uevent(pbdev);
	return 0;
}
