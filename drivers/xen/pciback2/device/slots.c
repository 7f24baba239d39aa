// SPDX-License-Identifier: GPL-2.0
/*
 * slots.c - addresses that the administrator wants seized: from the parameter
 * hide=, and written to new_slot
 *
 * The list has one bit per address, so that a wildcard takes no more memory than
 * a single function.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitmap.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "device.h"

#define NR_DEVFNS	256
/* How many characters of a malformed hide= the log shows */
#define QUOTE_MAX	64

/**
 * struct slots_bus - the listed addresses of one bus
 * @link: in slots_buses
 * @domain: PCI segment
 * @bus: bus number
 * @devfns: one bit per PCI_DEVFN(slot, function) that the administrator listed
 * @overridden: likewise, of functions that are listed only while pciback2 has
 *	them, because their driver_override names it
 *
 * At least one bit of one of the two is set. Protected by slots_lock.
 */
struct slots_bus {
	struct list_head link;
	u16 domain;
	u8 bus;
	DECLARE_BITMAP(devfns, NR_DEVFNS);
	DECLARE_BITMAP(overridden, NR_DEVFNS);
};

static LIST_HEAD(slots_buses);
static DEFINE_SPINLOCK(slots_lock);

static struct slots_bus *slots_find_bus(int domain, u8 bus)
{
	struct slots_bus *sbus;

	lockdep_assert_held(&slots_lock);

	list_for_each_entry(sbus, &slots_buses, link)
		if (sbus->domain == domain && sbus->bus == bus)
			return sbus;

	return NULL;
}

static void slots_fill_devfns(const struct pb2_pattern *pat,
			      unsigned long *devfns)
{
	bitmap_zero(devfns, NR_DEVFNS);
	if (pat->slot < 0)
		bitmap_fill(devfns, NR_DEVFNS);
	else if (pat->func < 0)
		bitmap_set(devfns, PCI_DEVFN(pat->slot, 0), 8);
	else
		bitmap_set(devfns, PCI_DEVFN(pat->slot, pat->func), 1);
}

/* Returns the bus; @spare is used, and set to %NULL, if it has none yet. */
static struct slots_bus *slots_get_bus(u16 domain, u8 bus,
				       struct slots_bus **spare)
{
	struct slots_bus *sbus = slots_find_bus(domain, bus);

	lockdep_assert_held(&slots_lock);

	if (sbus)
		return sbus;
	sbus = *spare;
	*spare = NULL;
	sbus->domain = domain;
	sbus->bus = bus;
	list_add_tail(&sbus->link, &slots_buses);
	return sbus;
}

/* Returns @sbus, which the caller frees, if nothing of it is listed any more. */
static struct slots_bus *slots_take_empty(struct slots_bus *sbus)
{
	lockdep_assert_held(&slots_lock);

	if (!bitmap_empty(sbus->devfns, NR_DEVFNS) ||
	    !bitmap_empty(sbus->overridden, NR_DEVFNS))
		return NULL;
	list_del(&sbus->link);
	return sbus;
}

/**
 * pb2_slots_add() - list the addresses that a pattern matches
 * @pat: the pattern; some of its addresses may be listed already
 *
 * Context: may sleep.
 * Return: 0, or -ENOMEM if there is no memory for another bus.
 */
int pb2_slots_add(const struct pb2_pattern *pat)
{
	DECLARE_BITMAP(devfns, NR_DEVFNS);
	struct slots_bus *spare, *sbus;

	slots_fill_devfns(pat, devfns);
	spare = kzalloc(sizeof(*spare), GFP_KERNEL);
	if (!spare)
		return -ENOMEM;

	spin_lock(&slots_lock);
	sbus = slots_get_bus(pat->domain, pat->bus, &spare);
	bitmap_or(sbus->devfns, sbus->devfns, devfns, NR_DEVFNS);
	spin_unlock(&slots_lock);

	kfree(spare);
	return 0;
}

/**
 * pb2_slots_add_override() - list a function because of its driver_override
 * @sbdf: its address
 *
 * libxl expects each function that pciback2 has in the list. The address stands
 * for nothing else: pb2_slots_match() does not know it.
 *
 * Context: may sleep.
 * Return: 0, or -ENOMEM if there is no memory for another bus.
 */
int pb2_slots_add_override(const struct pb2_sbdf *sbdf)
{
	struct slots_bus *spare = kzalloc(sizeof(*spare), GFP_KERNEL);

	if (!spare)
		return -ENOMEM;

	spin_lock(&slots_lock);
	__set_bit(sbdf->devfn,
		  slots_get_bus(sbdf->domain, sbdf->bus, &spare)->overridden);
	spin_unlock(&slots_lock);

	kfree(spare);
	return 0;
}

/**
 * pb2_slots_remove_override() - undo pb2_slots_add_override()
 * @sbdf: the address; it stays listed if the administrator has listed it, too
 *
 * Context: any, except interrupt.
 */
void pb2_slots_remove_override(const struct pb2_sbdf *sbdf)
{
	struct slots_bus *sbus, *empty = NULL;

	spin_lock(&slots_lock);
	sbus = slots_find_bus(sbdf->domain, sbdf->bus);
	if (sbus) {
		__clear_bit(sbdf->devfn, sbus->overridden);
		empty = slots_take_empty(sbus);
	}
	spin_unlock(&slots_lock);

	kfree(empty);
}

/**
 * pb2_slots_add_list() - list the addresses of a hide= parameter
 * @list: addresses in parentheses, see pb2_sbdf_next_hidden(); %NULL if the
 *	parameter was not given
 *
 * An error is logged. The addresses before it stay listed; a caller that gives up
 * calls pb2_slots_clear().
 *
 * Context: may sleep.
 * Return: 0; -EINVAL if @list contains anything but addresses in parentheses;
 * -ENOMEM if there is no memory for another bus.
 */
int pb2_slots_add_list(const char *list)
{
	struct pb2_pattern pat;
	int rc;

	if (!list)
		return 0;

	for (;;) {
		rc = pb2_sbdf_next_hidden(&list, &pat);
		if (rc)
			break;
		rc = pb2_slots_add(&pat);
		if (rc)
			break;
	}

	if (rc == -EINVAL)
		pr_err("hide=: \"%*pE\" does not start with ([DDDD:]BB:SS.F)\n",
		       (int)min_t(size_t, strlen(list), QUOTE_MAX), list);
	else if (rc == -ENOMEM)
		pr_err("hide=: out of memory\n");

	return rc == -ENOENT ? 0 : rc;
}

/**
 * pb2_slots_remove() - remove the addresses that a pattern matches
 * @pat: the pattern; some of its addresses need not be listed
 *
 * Context: any, except interrupt.
 * Return: 0, or -ENOENT if none of the addresses was listed.
 */
int pb2_slots_remove(const struct pb2_pattern *pat)
{
	struct slots_bus *sbus, *empty = NULL;
	DECLARE_BITMAP(devfns, NR_DEVFNS);
	int rc = -ENOENT;

	slots_fill_devfns(pat, devfns);

	spin_lock(&slots_lock);
	sbus = slots_find_bus(pat->domain, pat->bus);
	if (sbus && (bitmap_intersects(sbus->devfns, devfns, NR_DEVFNS) ||
		     bitmap_intersects(sbus->overridden, devfns, NR_DEVFNS))) {
		rc = 0;
		bitmap_andnot(sbus->devfns, sbus->devfns, devfns, NR_DEVFNS);
		bitmap_andnot(sbus->overridden, sbus->overridden, devfns,
			      NR_DEVFNS);
		empty = slots_take_empty(sbus);
	}
	spin_unlock(&slots_lock);

	kfree(empty);
	return rc;
}

static bool slots_has_address(const struct pci_dev *pdev)
{
	const struct slots_bus *sbus;
	bool wanted;

	spin_lock(&slots_lock);
	sbus = slots_find_bus(pci_domain_nr(pdev->bus), pdev->bus->number);
	wanted = sbus && test_bit(pdev->devfn, sbus->devfns);
	spin_unlock(&slots_lock);

	return wanted;
}

/**
 * pb2_slots_match() - does the administrator want a function seized?
 * @pdev: the function
 *
 * Context: process context.
 * Return: true if the administrator has listed the address of @pdev, or of a
 * bridge above it.
 */
bool pb2_slots_match(const struct pci_dev *pdev)
{
	/* pci_upstream_bridge() takes no const pointer, but changes nothing. */
	struct pci_dev *up = (struct pci_dev *)pdev;

	for (; up; up = pci_upstream_bridge(up))
		if (slots_has_address(up))
			return true;

	return false;
}

/* Returns the number of characters written, complete lines only. */
static int slots_show_bus(const struct slots_bus *sbus, char *buf, size_t size)
{
	DECLARE_BITMAP(devfns, NR_DEVFNS);
	unsigned int devfn;
	size_t count = 0;
	int len;

	lockdep_assert_held(&slots_lock);

	bitmap_or(devfns, sbus->devfns, sbus->overridden, NR_DEVFNS);
	for_each_set_bit(devfn, devfns, NR_DEVFNS) {
		len = snprintf(buf + count, size - count,
			       "%04x:%02x:%02x.%d\n", sbus->domain, sbus->bus,
			       PCI_SLOT(devfn), PCI_FUNC(devfn));
		if (len >= size - count) {
			buf[count] = '\0';
			break;
		}
		count += len;
	}

	return count;
}

/**
 * pb2_slots_show() - print the listed addresses, one per line
 * @buf: destination
 * @size: size of @buf in bytes, not 0; lines that do not fit are left out
 *
 * Context: process context.
 * Return: the number of characters written, less than @size.
 */
int pb2_slots_show(char *buf, size_t size)
{
	const struct slots_bus *sbus;
	size_t count = 0;

	buf[0] = '\0';
	spin_lock(&slots_lock);
	list_for_each_entry(sbus, &slots_buses, link)
		count += slots_show_bus(sbus, buf + count, size - count);
	spin_unlock(&slots_lock);

	return count;
}

/**
 * pb2_slots_clear() - remove all addresses
 *
 * Context: process context.
 */
void pb2_slots_clear(void)
{
	struct slots_bus *sbus, *next;
	LIST_HEAD(gone);

	spin_lock(&slots_lock);
	list_splice_init(&slots_buses, &gone);
	spin_unlock(&slots_lock);

	list_for_each_entry_safe(sbus, next, &gone, link)
		kfree(sbus);
}
