// SPDX-License-Identifier: GPL-2.0
/*
 * devlist.c - the toolstack's list of a frontend's functions
 *
 * Each entry of the list has an index, the real address of a function and a
 * substate. The toolstack writes a substate to ask for an action, and the
 * driver writes one to say that it has done it.
 *
 * For an HVM domain the toolstack does not wait for the driver: it asks for the
 * removal of an entry, then removes the entry and renumbers those behind it.
 * So the driver reads the whole list as it is at one moment, takes back what
 * the list does not have any more, and writes to an entry only if the entry
 * still has the same address. An entry that has moved meanwhile is left to the
 * next walk, which the toolstack's own write causes.
 */
#include "../host/xen_iface.h"
#include "guest.h"

/*
 * The failure of one entry must not affect the others. Its substate says that
 * it failed.
 */
static void devlist_fail_entry(const struct pb2_nodes_list *list,
			       unsigned int i, int rc)
{
	const struct pb2_nodes_entry *entry = &list->entries[i];
	struct xenbus_device *xdev = list->fe->xdev;
	const char *reason = pb2_assign_reason(rc);

	if (pb2_nodes_refuse(list, i, reason) == -ESTALE)
		return;
	if (!entry->rc)
		pb2_xen_error(xdev, rc, PB2_SBDF_FMT " not assigned: %s",
			      PB2_SBDF_ARGS(&entry->sbdf), reason);
	else
		pb2_xen_error(xdev, rc, "dev-%u not assigned: %s", i, reason);
}

static int devlist_export_entry(const struct pb2_nodes_list *list,
				unsigned int i)
{
	const struct pb2_sbdf *sbdf = &list->entries[i].sbdf;
	struct pb2_sbdf vsbdf;
	int rc;

	rc = pb2_frontend_add(list->fe, sbdf, &vsbdf);
	if (rc)
		return rc;
	rc = pb2_roots_publish(list->fe);
	if (!rc)
		rc = pb2_nodes_publish_vdev(list, i, &vsbdf);
	if (rc)
		pb2_frontend_remove(list->fe, sbdf);
	return rc;
}

static void devlist_add_entry(const struct pb2_nodes_list *list, unsigned int i)
{
	const struct pb2_nodes_entry *entry = &list->entries[i];
	int rc = entry->rc;

	if (rc == -EINVAL)
		pb2_nodes_warn_dev(list, i);
	if (!rc)
		rc = devlist_export_entry(list, i);

	if (!rc)
		pb2_nodes_clear_reason(list->fe, &entry->sbdf);
	else if (rc != -ESTALE)
		devlist_fail_entry(list, i, rc);
}

/* If the entry could not be added, only its reason is there to be removed. */
static void devlist_remove_entry(const struct pb2_nodes_list *list,
				 unsigned int i)
{
	const struct pb2_nodes_entry *entry = &list->entries[i];

	if (entry->rc)
		return;
	pb2_frontend_remove(list->fe, &entry->sbdf);
	pb2_nodes_clear_reason(list->fe, &entry->sbdf);
	/*
	 * The toolstack may list the same function again. An old entry that
	 * still asked for its removal would remove the new one.
	 */
	pb2_nodes_set_substate(list, i, XenbusStateClosed);
}

/**
 * struct walk - one walk along the device list
 * @list: the list
 * @first: the frontend has no function yet: add entries without a substate, too,
 *	and those that it had before it closed
 */
struct walk {
	const struct pb2_nodes_list *list;
	bool first;
};

static bool walk_adds(const struct walk *walk, unsigned int i)
{
	switch (walk->list->entries[i].substate) {
	case XenbusStateInitialising:
		return true;
	case XenbusStateUnknown:
		return walk->first;
	case XenbusStateInitialised:
		return walk->first && walk->list->fe->closed;
	default:
		return false;
	}
}

/*
 * A function that the frontend owns already and that its only entry asks to add
 * was removed and listed anew, and the driver has not seen the time between. It
 * is taken back, so that it comes to its next assignment reset.
 */
static bool walk_keeps(const struct pb2_sbdf *sbdf, const void *arg)
{
	const struct walk *walk = arg;
	unsigned int i;

	for (i = 0; i < walk->list->nr; i++)
		if (!walk->list->entries[i].rc && !walk_adds(walk, i) &&
		    pb2_sbdf_equal(&walk->list->entries[i].sbdf, sbdf))
			return true;
	return false;
}

static void walk_apply(const struct walk *walk)
{
	const struct pb2_nodes_list *list = walk->list;
	unsigned int i;

	pb2_frontend_remove_unless(list->fe, walk_keeps, walk);
	for (i = 0; i < list->nr && !READ_ONCE(list->fe->dying); i++) {
		if (walk_adds(walk, i))
			devlist_add_entry(list, i);
		else if (list->entries[i].substate == XenbusStateClosing)
			devlist_remove_entry(list, i);
	}
}

/**
 * pb2_devlist_apply() - add and remove functions as the device list asks
 * @fe: the frontend
 * @first: add entries that have no substate, since old toolstacks write none
 *	before the first connection; and, if pb2_frontend.closed is set, those
 *	that were added before
 *
 * A function that the frontend owns and that the list does not have any more is
 * taken back.
 *
 * Context: the frontend's work; may sleep, for some seconds per entry.
 * Return: 0; -ENOENT if the toolstack has not written its list yet, or another
 * errno of pb2_nodes_read_list(). An entry that fails is no failure of the
 * list.
 */
int pb2_devlist_apply(struct pb2_frontend *fe, bool first)
{
	struct pb2_nodes_list list;
	const struct walk walk = { .list = &list, .first = first };
	int rc;

	rc = pb2_nodes_read_list(fe, &list);
	if (!rc)
		walk_apply(&walk);
	pb2_nodes_free_list(&list);
	return rc;
}

static bool devlist_withdraw_lost(const struct pb2_nodes_list *list)
{
	const struct pb2_nodes_entry *entry;
	bool lost = false;
	unsigned int i;

	for (i = 0; i < list->nr && !READ_ONCE(list->fe->dying); i++) {
		entry = &list->entries[i];
		if (entry->substate != XenbusStateInitialised || entry->rc ||
		    pb2_frontend_has(list->fe, &entry->sbdf))
			continue;
		if (!pb2_nodes_set_substate(list, i, XenbusStateClosing))
			lost = true;
		else
			/* The toolstack's own write causes another walk. */
			WRITE_ONCE(list->fe->lost, true);
	}
	return lost;
}

/**
 * pb2_devlist_withdraw() - have the guest release the functions that it lost
 * @fe: the frontend
 *
 * A function that was unbound or unplugged still has its entry in the device
 * list. This function writes the substate Closing to each such entry, as the
 * toolstack does to detach a function.
 *
 * Context: the frontend's work; may sleep.
 * Return: true if the substate of at least one entry was written. If an entry
 * has moved meanwhile, pb2_frontend.lost is set again.
 */
bool pb2_devlist_withdraw(struct pb2_frontend *fe)
{
	struct pb2_nodes_list list;
	bool lost = false;

	if (!pb2_nodes_read_list(fe, &list))
		lost = devlist_withdraw_lost(&list);
	pb2_nodes_free_list(&list);
	return lost;
}
