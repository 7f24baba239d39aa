// SPDX-License-Identifier: GPL-2.0
/*
 * All functions of a guest on one bus, 0000:00
 *
 * Computed from the present entries alone: a function that stays keeps its
 * address, whatever comes and goes around it.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/lockdep.h>

#include "guest.h"

#define NR_SLOTS	32

/*
 * A virtual function with function number 0 is no multifunction device, so a
 * guest would not look for other functions of a slot that starts with it.
 */
static bool is_lone(const struct pb2_export *entry)
{
	return entry->pbdev->pdev->is_virtfn &&
	       !PCI_FUNC(entry->pbdev->sbdf.devfn);
}

static bool share_slot(const struct pb2_export *a, const struct pb2_export *b)
{
	const struct pb2_sbdf *x = &a->pbdev->sbdf;
	const struct pb2_sbdf *y = &b->pbdev->sbdf;

	return !is_lone(a) && !is_lone(b) && x->domain == y->domain &&
	       x->bus == y->bus && PCI_SLOT(x->devfn) == PCI_SLOT(y->devfn);
}

static int place(struct pb2_frontend *fe, struct pb2_export *entry)
{
	unsigned int func = PCI_FUNC(entry->pbdev->sbdf.devfn);
	const struct pb2_export *other;
	u8 taken[NR_SLOTS] = { };
	int home = -1;
	int slot;

	lockdep_assert_held(&fe->lock);

	list_for_each_entry(other, &fe->exports, link) {
		if (other == entry)
			continue;
		slot = PCI_SLOT(other->vsbdf.devfn);
		taken[slot] |= BIT(PCI_FUNC(other->vsbdf.devfn));
		if (share_slot(entry, other))
			home = slot;
	}

	/* Taken: a removed function whose entry is not gone yet. */
	if (home < 0 || taken[home] & BIT(func))
		for (home = 0; home < NR_SLOTS && taken[home]; home++)
			;
	if (home == NR_SLOTS)
		return -ENOSPC;

	entry->vsbdf.domain = 0;
	entry->vsbdf.bus = 0;
	entry->vsbdf.devfn = PCI_DEVFN(home, func);

	return 0;
}

static bool is_root(struct pb2_frontend *fe, struct pb2_export *entry)
{
	lockdep_assert_held(&fe->lock);

	/* All share the root that came with the first. */
	return list_is_first(&entry->link, &fe->exports);
}

const struct pb2_topology_ops pb2_topology_virtual = {
	.name = "virtual",
	.place = place,
	.is_root = is_root,
};
