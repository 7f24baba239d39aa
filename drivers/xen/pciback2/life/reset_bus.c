// SPDX-License-Identifier: GPL-2.0
/*
 * reset_bus.c - the functions that a reset of one bus or hot-plug slot hits
 *
 * Such a reset is for functions that have no other. It is done only if every
 * function that it hits is seized, and is in no domain or leaves the same one
 * together with the function that needs it. All of them are reset then, in
 * one go, and get their own record of it.
 */
#include <linux/overflow.h>
#include <linux/slab.h>

#include "../host/pci_iface.h"
#include "life.h"

/* Room for an address and a reason */
#define WHY_SIZE	64

/**
 * struct member - one function of a group
 * @pdev: it, with a reference
 * @pbdev: the same, with a reference, if this driver has seized it; %NULL
 *	unless its device_lock is held
 * @marked: result of pb2_reset_verdict_place_marker()
 */
struct member {
	struct pci_dev *pdev;
	struct pb2_device *pbdev;
	bool marked;
};

/**
 * struct pb2_reset_bus - what one reset hits
 * @leader: the function that needs it, with a reference
 * @bridge: above the bus, with a reference
 * @held: the caller has @leader's device_lock; all others are only tried
 * @room: length of @members
 * @nr: how many functions there are
 * @members: they, in the order of their locks
 */
struct pb2_reset_bus {
	struct pb2_device *leader;
	struct pci_dev *bridge;
	bool held;
	unsigned int room;
	unsigned int nr;
	struct member members[];
};

static int count(struct pci_dev *pdev, void *arg)
{
	unsigned int *nr = arg;

	++*nr;
	return 0;
}

static int collect(struct pci_dev *pdev, void *arg)
{
	struct pb2_reset_bus *group = arg;

	if (group->nr < group->room)
		group->members[group->nr++].pdev = pci_dev_get(pdev);
	return 0;
}

/**
 * pb2_reset_bus_find() - find what a reset of the bus would hit
 * @pbdev: the function that needs it
 *
 * Context: device_lock held, may sleep.
 * Return: the group, for pb2_reset_bus_run() or pb2_reset_bus_free(), or %NULL: no
 * bridge that could do it, a VF, a bus that must not be reset, no memory.
 */
struct pb2_reset_bus *pb2_reset_bus_find(struct pb2_device *pbdev)
{
	struct pci_dev *pdev = pbdev->pdev;
	struct pci_dev *bridge = pdev->bus->self;
	struct pb2_reset_bus *group;
	unsigned int nr = 0;

	device_lock_assert(&pdev->dev);

	if (pdev->is_virtfn || pdev->subordinate || !bridge ||
	    bridge->dev_flags & PCI_DEV_FLAGS_NO_BUS_RESET)
		return NULL;

	pci_walk_bus(pdev->bus, count, &nr);
	group = kzalloc(struct_size(group, members, nr), GFP_KERNEL);
	if (!group)
		return NULL;

	group->room = nr;
	pci_walk_bus(pdev->bus, collect, group);
	group->bridge = pci_dev_get(bridge);
	group->leader = pbdev;
	pb2_device_get(pbdev);
	return group;
}

/**
 * pb2_reset_bus_free() - undo pb2_reset_bus_find()
 * @group: the group
 *
 * Context: may sleep.
 */
void pb2_reset_bus_free(struct pb2_reset_bus *group)
{
	while (group->nr--)
		pci_dev_put(group->members[group->nr].pdev);
	pci_dev_put(group->bridge);
	pb2_device_put(group->leader);
	kfree(group);
}

static bool is_leader(const struct pb2_reset_bus *group, unsigned int i)
{
	return group->members[i].pdev == group->leader->pdev;
}

static bool lock_one(const struct pb2_reset_bus *group, struct pci_dev *pdev)
{
	if (group->held)
		return pb2_pci_trylock(pdev);
	pb2_pci_lock(pdev);
	return true;
}

static void unlock_members(struct pb2_reset_bus *group, unsigned int nr)
{
	while (nr--) {
		if (group->members[nr].pbdev)
			pb2_device_put(group->members[nr].pbdev);
		group->members[nr].pbdev = NULL;
		if (group->held && is_leader(group, nr))
			pb2_pci_unlock_cfg(group->members[nr].pdev);
		else
			pb2_pci_unlock(group->members[nr].pdev);
	}
	pb2_pci_unlock(group->bridge);
}

/* Seized functions come and go under their device_lock, so this stays true. */
static void find_seized(struct pb2_reset_bus *group)
{
	unsigned int i;

	for (i = 0; i < group->nr; i++) {
		/* While the leader is being seized the registry lacks it. */
		if (is_leader(group, i)) {
			pb2_device_get(group->leader);
			group->members[i].pbdev = group->leader;
		} else {
			group->members[i].pbdev =
				pb2_registry_find_pdev(group->members[i].pdev);
		}
	}
}

/*
 * The bridge comes first, as in the PCI core. Whoever holds one function's
 * lock already has it in the wrong order and must not wait.
 */
static bool lock_members(struct pb2_reset_bus *group)
{
	unsigned int i;

	if (!lock_one(group, group->bridge))
		return false;

	for (i = 0; i < group->nr; i++) {
		if (group->held && is_leader(group, i)) {
			pb2_pci_lock_cfg(group->members[i].pdev);
		} else if (!lock_one(group, group->members[i].pdev)) {
			unlock_members(group, i);
			return false;
		}
	}
	find_seized(group);
	return true;
}

/* Why must this function not be reset with the leader? %NULL if it may. */
static const char *objection(const struct pb2_reset_bus *group, unsigned int i)
{
	struct pci_dev *pdev = group->members[i].pdev;
	struct pb2_device *leader = group->leader;
	struct pb2_device *pbdev = group->members[i].pbdev;
	const char *why = NULL;

	if (pdev->dev_flags & PCI_DEV_FLAGS_NO_BUS_RESET)
		return "does not survive it";
	if (pdev->subordinate)
		return "is a bridge";
	if (!pbdev)
		return pdev->driver ? "has a driver of dom0" : "is not seized";
	if (pbdev == leader)
		return NULL;

	mutex_lock(&pbdev->life_lock);
	if (pbdev->released)
		why = "is being released";
	else if (pbdev->fe && (pbdev->domid != leader->domid ||
			       !pb2_gate_is_detaching(pbdev)))
		why = "is in use by a domain";
	mutex_unlock(&pbdev->life_lock);
	return why;
}

/* Does nobody object? @why says who does. */
static bool is_allowed(const struct pb2_reset_bus *group, char *why, size_t size)
{
	const char *reason;
	unsigned int i;

	for (i = 0; i < group->nr; i++) {
		reason = objection(group, i);
		if (reason) {
			snprintf(why, size, "%s %s",
				 pci_name(group->members[i].pdev), reason);
			return false;
		}
	}
	return true;
}

/* Nothing of a former or present domain may reach it during the reset. */
static void silence(struct pb2_device *pbdev)
{
	pb2_power_wake(pbdev);
	if (READ_ONCE(pbdev->state) == PB2_RECLAIMING)
		pb2_isolation_enforce(pbdev);
	else
		pb2_gate_block(pbdev);
	pb2_reset_verdict_begin(pbdev);
}

/* A sibling goes on where it was, or gets well again. */
static void release(struct pb2_device *pbdev)
{
	/* Its domain goes on touching it. */
	if (READ_ONCE(pbdev->fe))
		pbdev->reset.clean = false;
	mutex_lock(&pbdev->gate.lock);
	pb2_conf_reset(pbdev);
	mutex_unlock(&pbdev->gate.lock);
	pb2_gate_unblock(pbdev);
	pb2_handover_renew(pbdev);
	pb2_reset_state_recover(pbdev);
	if (READ_ONCE(pbdev->state) == PB2_IDLE)
		pb2_power_allow_suspend(pbdev);
}

/* A hot-plug slot must be asked itself, or it sees its card being pulled. */
static int reset_all(struct pb2_reset_bus *group, const char **method)
{
	int rc = pb2_pci_reset_slot(group->leader->pdev);

	*method = "slot";
	if (rc == -ENOTTY) {
		*method = "bus";
		rc = pb2_pci_reset_bus(group->bridge);
	}
	return rc;
}

static void run(struct pb2_reset_bus *group)
{
	struct member *member;
	const char *method;
	unsigned int i;
	int rc;

	for (i = 0; i < group->nr; i++) {
		member = &group->members[i];
		/* Whoever reads it meanwhile may get a bus error. */
		pb2_handover_suspend(member->pbdev);
		if (!is_leader(group, i))
			silence(member->pbdev);
		pb2_reset_quiesce_begin(member->pdev);
		member->marked = pb2_reset_verdict_place_marker(member->pdev);
	}

	rc = reset_all(group, &method);

	for (i = 0; i < group->nr; i++) {
		member = &group->members[i];
		pb2_reset_verdict_record(member->pbdev, method, member->marked, rc);
		pb2_pci_restore(member->pdev, member->pbdev->saved_state);
	}
	for (i = 0; i < group->nr; i++) {
		member = &group->members[i];
		pb2_reset_verdict_finish(member->pbdev, NULL);
		if (!is_leader(group, i))
			release(member->pbdev);
	}
}

/**
 * pb2_reset_bus_run() - reset the bus or slot, if nobody objects
 * @group: what it hits; the leader is awake, fenced and does no DMA
 * @held: the leader's device_lock is held, so the other locks are only tried
 *
 * Does nothing for a leader that was released, or that another's reset has
 * made clean, in the meantime.
 *
 * Context: device_lock of the leader held if and only if @held; sleeps, up to
 * minutes.
 */
void pb2_reset_bus_run(struct pb2_reset_bus *group, bool held)
{
	struct pb2_device *leader = group->leader;
	char why[WHY_SIZE];

	group->held = held;
	if (!lock_members(group)) {
		pb2_reset_verdict_finish(leader, "a function there is busy");
		return;
	}
	if (!leader->released && !pb2_reset_verdict_is_final(leader)) {
		if (is_allowed(group, why, sizeof(why)))
			run(group);
		else
			pb2_reset_verdict_finish(leader, why);
	}
	unlock_members(group, group->nr);
}

static bool has_failed(const struct pb2_reset_bus *group)
{
	struct pb2_device *pbdev;
	struct pb2_sbdf sbdf;
	bool failed = false;
	unsigned int i;

	for (i = 0; i < group->nr && !failed; i++) {
		if (is_leader(group, i))
			continue;
		pb2_sbdf_of(group->members[i].pdev, &sbdf);
		pbdev = pb2_registry_find(&sbdf);
		if (!pbdev)
			continue;
		failed = READ_ONCE(pbdev->state) == PB2_FAILED;
		pb2_device_put(pbdev);
	}
	return failed;
}

/**
 * pb2_reset_bus_recover() - reset siblings that could not be reset without this one
 * @pbdev: a function that was just seized or taken back, awake
 *
 * A function of a device with several may have no reset but that of its bus,
 * and fail until the last of them is seized, or comes back.
 *
 * Context: device_lock held; sleeps, up to minutes.
 */
void pb2_reset_bus_recover(struct pb2_device *pbdev)
{
	struct pb2_reset_bus *group = pb2_reset_bus_find(pbdev);
	char why[WHY_SIZE];

	if (!group)
		return;
	group->held = true;
	if (has_failed(group) && lock_members(group)) {
		if (is_allowed(group, why, sizeof(why))) {
			pb2_reset_verdict_begin(pbdev);
			run(group);
		}
		unlock_members(group, group->nr);
	}
	pb2_reset_bus_free(group);
}
