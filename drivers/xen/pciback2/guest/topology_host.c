// SPDX-License-Identifier: GPL-2.0
/*
 * All functions of a guest at their real addresses
 */
#include <linux/list.h>
#include <linux/lockdep.h>

#include "guest.h"

static bool has_entry(struct pb2_frontend *fe, const struct pci_dev *pdev)
{
	const struct pb2_export *entry;

	list_for_each_entry(entry, &fe->exports, link)
		if (entry->pbdev->pdev == pdev)
			return true;

	return false;
}

static int place(struct pb2_frontend *fe, struct pb2_export *entry)
{
	lockdep_assert_held(&fe->lock);

	entry->vsbdf = entry->pbdev->sbdf;

	return 0;
}

/*
 * Below a bridge of its own the guest finds the bus itself. Not so the bus of
 * a virtual function that no bridge leads to, hence bus->self and not
 * pci_upstream_bridge().
 */
static bool is_root(struct pb2_frontend *fe, struct pb2_export *entry)
{
	const struct pci_dev *bridge;

	lockdep_assert_held(&fe->lock);

	for (bridge = entry->pbdev->pdev->bus->self; bridge;
	     bridge = bridge->bus->self)
		if (has_entry(fe, bridge))
			return false;

	return true;
}

const struct pb2_topology_ops pb2_topology_host = {
	.name = "host",
	.place = place,
	.is_root = is_root,
};
