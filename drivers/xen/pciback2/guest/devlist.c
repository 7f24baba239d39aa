// SPDX-License-Identifier: GPL-2.0
/*
 * devlist.c - the toolstack's list of a frontend's functions
 *
 * Each entry has an index, an address and a substate, by which toolstack and
 * driver say what is to be done, and was.
 */
#include "../host/xen_iface.h"
#include "guest.h"

/*
 * One entry failing is that entry's affair: its substate says so and the
 * reason stands under its real address, where renumbering cannot move it.
 */
static void fail_entry(struct pb2_frontend *fe, unsigned int i,
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

static int publish(struct pb2_frontend *fe, unsigned int i,
		   const struct pb2_sbdf *vsbdf)
{
	int rc = pb2_nodes_publish_vdev(fe, i, vsbdf);

	if (!rc)
		rc = pb2_roots_publish(fe);
	if (!rc)
		rc = pb2_nodes_set_substate(fe, i, XenbusStateInitialised);
	return rc;
}

static void add_entry(struct pb2_frontend *fe, unsigned int i)
{
	struct pb2_sbdf sbdf, vsbdf;
	int rc;

	rc = pb2_nodes_dev(fe, i, &sbdf);
	if (rc) {
		fail_entry(fe, i, NULL, rc);
		return;
	}

	rc = pb2_frontend_add(fe, &sbdf, &vsbdf);
	if (rc) {
		fail_entry(fe, i, &sbdf, rc);
		return;
	}

	rc = publish(fe, i, &vsbdf);
	if (rc) {
		pb2_frontend_remove(fe, &sbdf);
		fail_entry(fe, i, &sbdf, rc);
		return;
	}
	pb2_nodes_clear_reason(fe, &sbdf);
}

/* An entry that failed to be added has nothing to remove but its reason. */
static void remove_entry(struct pb2_frontend *fe, unsigned int i)
{
	struct pb2_sbdf sbdf;

	if (pb2_nodes_dev(fe, i, &sbdf))
		return;
	pb2_frontend_remove(fe, &sbdf);
	pb2_nodes_clear_reason(fe, &sbdf);
	/* Or it would hit a later entry of the same function. */
	pb2_nodes_set_substate(fe, i, XenbusStateClosed);
}

/**
 * pb2_devlist_apply() - do what the toolstack's list asks for
 * @fe: the frontend
 * @first: take an entry without a substate for new; old toolstacks write none
 *	before the first connection
 *
 * Context: the frontend's work; may sleep, some seconds per entry.
 * Return: 0, -ENOENT while the toolstack has not written its list, or as
 * pb2_nodes_num_devs().
 */
int pb2_devlist_apply(struct pb2_frontend *fe, bool first)
{
	unsigned int i, nr;
	int rc;

	rc = pb2_nodes_num_devs(fe, &nr);
	if (rc)
		return rc;

	for (i = 0; i < nr && !READ_ONCE(fe->dying); i++) {
		switch (pb2_nodes_substate(fe, i)) {
		case XenbusStateUnknown:
			if (first)
				add_entry(fe, i);
			break;
		case XenbusStateInitialising:
			add_entry(fe, i);
			break;
		case XenbusStateClosing:
			remove_entry(fe, i);
			break;
		default:
			break;
		}
	}
	return 0;
}

/**
 * pb2_devlist_withdraw() - have the frontend let go of what it lost
 * @fe: the frontend
 *
 * A function that was unbound or pulled out still stands in the list.
 *
 * Context: the frontend's work; may sleep.
 * Return: whether the list has such functions; they are marked as closing.
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
