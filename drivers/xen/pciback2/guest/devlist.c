// SPDX-License-Identifier: GPL-2.0
/*
 * devlist.c - the toolstack's list of a frontend's functions
 *
 * Each entry of the list has an index, the real address of a function and a
 * substate. The toolstack writes a substate to ask for an action, and the
 * driver writes one to say that it has done it.
 */
#include "../host/xen_iface.h"
#include "guest.h"

/*
 * The failure of one entry must not affect the others. Its substate says that
 * it failed. The reason has the real address for its name, because the
 * toolstack may renumber the entries.
 */
static void devlist_fail_entry(struct pb2_frontend *fe, unsigned int i,
			       const struct pb2_sbdf *sbdf, int rc)
{
	const char *reason = pb2_assign_reason(rc);

	if (sbdf) {
		pb2_xen_error(fe->xdev, rc, PB2_SBDF_FMT " not assigned: %s",
			      PB2_SBDF_ARGS(sbdf), reason);
		pb2_nodes_set_reason(fe, sbdf, reason);
	} else {
		pb2_xen_error(fe->xdev, rc, "dev-%u not assigned: %s", i,
			      reason);
	}
	pb2_nodes_set_substate(fe, i, XenbusStateClosed);
}

static int devlist_publish_entry(struct pb2_frontend *fe, unsigned int i,
				 const struct pb2_sbdf *vsbdf)
{
	int rc = pb2_nodes_publish_vdev(fe, i, vsbdf);

	if (!rc)
		rc = pb2_roots_publish(fe);
	if (!rc)
		rc = pb2_nodes_set_substate(fe, i, XenbusStateInitialised);
	return rc;
}

static void devlist_add_entry(struct pb2_frontend *fe, unsigned int i)
{
	struct pb2_sbdf sbdf, vsbdf;
	int rc;

	rc = pb2_nodes_dev(fe, i, &sbdf);
	if (rc) {
		devlist_fail_entry(fe, i, NULL, rc);
		return;
	}

	rc = pb2_frontend_add(fe, &sbdf, &vsbdf);
	if (rc) {
		devlist_fail_entry(fe, i, &sbdf, rc);
		return;
	}

	rc = devlist_publish_entry(fe, i, &vsbdf);
	if (rc) {
		pb2_frontend_remove(fe, &sbdf);
		devlist_fail_entry(fe, i, &sbdf, rc);
		return;
	}
	pb2_nodes_clear_reason(fe, &sbdf);
}

/* If the entry could not be added, only its reason is there to be removed. */
static void devlist_remove_entry(struct pb2_frontend *fe, unsigned int i)
{
	struct pb2_sbdf sbdf;

	if (pb2_nodes_dev(fe, i, &sbdf))
		return;
	pb2_frontend_remove(fe, &sbdf);
	pb2_nodes_clear_reason(fe, &sbdf);
	/*
	 * The toolstack may list the same function again. An old entry that
	 * still asked for its removal would remove the new one.
	 */
	pb2_nodes_set_substate(fe, i, XenbusStateClosed);
}

static void devlist_apply_entry(struct pb2_frontend *fe, unsigned int i,
				bool first)
{
	switch (pb2_nodes_substate(fe, i)) {
	case XenbusStateUnknown:
		if (first)
			devlist_add_entry(fe, i);
		break;
	case XenbusStateInitialising:
		devlist_add_entry(fe, i);
		break;
	case XenbusStateClosing:
		devlist_remove_entry(fe, i);
		break;
	default:
		break;
	}
}

/**
 * pb2_devlist_apply() - add and remove functions as the device list asks
 * @fe: the frontend
 * @first: add entries that have no substate; old toolstacks write none before
 *	the first connection
 *
 * Context: the frontend's work; may sleep, for some seconds per entry.
 * Return: 0; -ENOENT if the toolstack has not written its list yet, or another
 * errno of pb2_nodes_num_devs(). An entry that fails is no failure of the
 * list.
 */
int pb2_devlist_apply(struct pb2_frontend *fe, bool first)
{
	unsigned int i, nr;
	int rc;

	rc = pb2_nodes_num_devs(fe, &nr);
	if (rc)
		return rc;

	for (i = 0; i < nr && !READ_ONCE(fe->dying); i++)
		devlist_apply_entry(fe, i, first);
	return 0;
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
 * Return: true if the substate of at least one entry was written.
 */
bool pb2_devlist_withdraw(struct pb2_frontend *fe)
{
	struct pb2_sbdf sbdf;
	unsigned int i, nr;
	bool lost = false;

	if (pb2_nodes_num_devs(fe, &nr))
		return false;

	for (i = 0; i < nr && !READ_ONCE(fe->dying); i++) {
		if (pb2_nodes_substate(fe, i) != XenbusStateInitialised ||
		    pb2_nodes_dev(fe, i, &sbdf) || pb2_frontend_has(fe, &sbdf))
			continue;
		if (!pb2_nodes_set_substate(fe, i, XenbusStateClosing))
			lost = true;
	}
	return lost;
}
