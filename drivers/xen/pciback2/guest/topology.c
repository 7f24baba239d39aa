// SPDX-License-Identifier: GPL-2.0
/*
 * topology.c - the PCI addresses at which a guest sees its functions
 *
 * The host topology keeps the real addresses. The virtual topology puts all
 * functions of a guest on one bus, 0000:00. It computes an address from the
 * functions that the frontend owns at present and from nothing else, so that
 * a function keeps its address while others come and go.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/lockdep.h>

#include "guest.h"

#define TOPOLOGY_NR_SLOTS	32

static bool topology_has_pdev(struct pb2_frontend *fe,
			      const struct pci_dev *pdev)
{
	const struct pb2_export *export;

	lockdep_assert_held(&fe->lock);

	list_for_each_entry(export, &fe->exports, link)
		if (export->pbdev->pdev == pdev)
			return true;

	return false;
}

static int topology_place_host(struct pb2_frontend *fe,
			       struct pb2_export *export)
{
	lockdep_assert_held(&fe->lock);

	export->vsbdf = export->pbdev->sbdf;

	return 0;
}

/*
 * A guest finds the bus behind a bridge that it owns by itself. It does not
 * find the bus of a virtual function to which no bridge leads, so the search
 * follows bus->self and not pci_upstream_bridge(), which would return the
 * bridge above the physical function.
 */
static bool topology_is_host_root(struct pb2_frontend *fe,
				  struct pb2_export *export)
{
	const struct pci_dev *bridge;

	lockdep_assert_held(&fe->lock);

	for (bridge = export->pbdev->pdev->bus->self; bridge;
	     bridge = bridge->bus->self)
		if (topology_has_pdev(fe, bridge))
			return false;

	return true;
}

const struct pb2_topology_ops pb2_topology_host = {
	.name = "host",
	.place = topology_place_host,
	.is_root = topology_is_host_root,
};

/*
 * A virtual function with function number 0 has no multifunction bit in its
 * header, so a guest does not look for other functions in its slot.
 */
static bool topology_needs_own_slot(const struct pb2_export *export)
{
	return export->pbdev->pdev->is_virtfn &&
	       !PCI_FUNC(export->pbdev->sbdf.devfn);
}

static bool topology_shares_slot(const struct pb2_export *a,
				 const struct pb2_export *b)
{
	const struct pb2_sbdf *x = &a->pbdev->sbdf;
	const struct pb2_sbdf *y = &b->pbdev->sbdf;

	return !topology_needs_own_slot(a) && !topology_needs_own_slot(b) &&
	       x->domain == y->domain && x->bus == y->bus &&
	       PCI_SLOT(x->devfn) == PCI_SLOT(y->devfn);
}

static int topology_choose_slot(struct pb2_frontend *fe,
				const struct pb2_export *export)
{
	unsigned int func = PCI_FUNC(export->pbdev->sbdf.devfn);
	const struct pb2_export *other;
	u8 taken[TOPOLOGY_NR_SLOTS] = { };
	int shared = -1;
	int slot;

	lockdep_assert_held(&fe->lock);

	list_for_each_entry(other, &fe->exports, link) {
		if (other == export)
			continue;
		slot = PCI_SLOT(other->vsbdf.devfn);
		taken[slot] |= BIT(PCI_FUNC(other->vsbdf.devfn));
		if (topology_shares_slot(export, other))
			shared = slot;
	}

	/*
	 * The address in the shared slot is taken when a function was
	 * unplugged and plugged in again before the frontend has dropped its
	 * old export.
	 */
	if (shared >= 0 && !(taken[shared] & BIT(func)))
		return shared;

	for (slot = 0; slot < TOPOLOGY_NR_SLOTS; slot++)
		if (!taken[slot])
			return slot;
	return -ENOSPC;
}

static int topology_place_virtual(struct pb2_frontend *fe,
				  struct pb2_export *export)
{
	unsigned int func = PCI_FUNC(export->pbdev->sbdf.devfn);
	int slot;

	lockdep_assert_held(&fe->lock);

	slot = topology_choose_slot(fe, export);
	if (slot < 0)
		return slot;

	export->vsbdf.domain = 0;
	export->vsbdf.bus = 0;
	export->vsbdf.devfn = PCI_DEVFN(slot, func);

	return 0;
}

/* All functions share one root bus, which the guest gets with the first. */
static bool topology_is_virtual_root(struct pb2_frontend *fe,
				     struct pb2_export *export)
{
	lockdep_assert_held(&fe->lock);

	return list_is_first(&export->link, &fe->exports);
}

const struct pb2_topology_ops pb2_topology_virtual = {
	.name = "virtual",
	.place = topology_place_virtual,
	.is_root = topology_is_virtual_root,
};

/**
 * pb2_topology_choose() - the topology that a value of passthrough= selects
 * @passthrough: the value of the module parameter
 *
 * Context: any.
 * Return: the host topology if @passthrough is true, otherwise the virtual
 * topology.
 */
const struct pb2_topology_ops *pb2_topology_choose(bool passthrough)
{
	return passthrough ? &pb2_topology_host : &pb2_topology_virtual;
}
