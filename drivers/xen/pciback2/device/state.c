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

/* GONE is legal from every other state: a card can be pulled at any time. */
static const unsigned int state_transitions[PB2_NR_STATES] = {
	/* HELD: a domain that had the function before it was unbound lives. */
	[PB2_SEIZING]		= BIT(PB2_IDLE) | BIT(PB2_HELD) |
				  BIT(PB2_FAILED) | BIT(PB2_GONE),
	/* HELD: a domain was refused the function, and may have mapped it. */
	[PB2_IDLE]		= BIT(PB2_ASSIGNED) | BIT(PB2_RESETTING) |
				  BIT(PB2_HELD) | BIT(PB2_GONE),
	[PB2_ASSIGNED]		= BIT(PB2_RESETTING) | BIT(PB2_RECLAIMING) |
				  BIT(PB2_GONE),
	/* RECLAIMING: the domain lost the function during the reset. */
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
 * pb2_state_name() - name of a state, as sysfs and the log show it
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
 * @from: its present state
 * @to: the new state
 *
 * Context: any.
 * Return: whether the table of transitions allows it.
 */
bool pb2_state_is_legal(enum pb2_state from, enum pb2_state to)
{
	return from < PB2_NR_STATES && to < PB2_NR_STATES &&
	       state_transitions[from] & BIT(to);
}

/* Both events are hints: a reader who misses them reads the state in sysfs. */
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
 * pb2_state_set() - change the state of a function
 * @pbdev: the function
 * @to: the new state
 *
 * No other function writes pb2_device.state. Wakes the waiters on @pbdev->settled
 * and sends user space a uevent and a notification of the sysfs attribute.
 *
 * Context: @pbdev->life_lock held, which keeps the events in the order of the
 * changes; may sleep.
 * Return: 0; -EINVAL, without a change, if the transition is not legal, which is
 * a defect of the caller.
 */
int pb2_state_set(struct pb2_device *pbdev, enum pb2_state to)
{
	lockdep_assert_held(&pbdev->life_lock);

	if (WARN_ONCE(!pb2_state_is_legal(pbdev->state, to),
		      "%s: %s -> %s is not a legal transition\n",
		      pci_name(pbdev->pdev), pb2_state_name(pbdev->state),
		      pb2_state_name(to)))
		return -EINVAL;

	/* Readers that only show the state or wait for it take no lock. */
	WRITE_ONCE(pbdev->state, to);
	wake_up_all(&pbdev->settled);
	state_send_uevent(pbdev);
	return 0;
}
