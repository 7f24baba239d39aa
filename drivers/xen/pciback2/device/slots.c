// SPDX-License-Identifier: GPL-2.0
/*
 * The addresses that the administrator wants seized, given as the
 * hide= parameter or written to new_slot
 *
 * One bit per address, so that a wildcard costs no more than a function.
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
/* So much of a bad hide= is quoted. */
#define QUOTE_MAX	64

/**
 * struct wanted_bus - the wanted addresses of one bus, at least one
 * @link: in wanted_buses
 * @domain: PCI segment
 * @bus: bus number
 * @devfns: one bit per PCI_DEVFN(slot, function)
 */
struct wanted_bus {
	struct list_head link;
	u16 domain;
	u8 bus;
	DECLARE_BITMAP(devfns, NR_DEVFNS);
};

static LIST_HEAD(wanted_buses);
static DEFINE_SPINLOCK(wanted_lock);

static struct wanted_bus *find_bus(int domain, u8 bus)
{
	struct wanted_bus *wbus;

	lockdep_assert_held(&wanted_lock);

	list_for_each_entry(wbus, &wanted_buses, link)
		if (wbus->domain == domain && wbus->bus == bus)
			return wbus;

	return NULL;
}

static void fill_devfns(const struct pb2_pattern *pat, unsigned long *devfns)
{
	bitmap_zero(devfns, NR_DEVFNS);
	if (pat->slot < 0)
		bitmap_fill(devfns, NR_DEVFNS);
	else if (pat->func < 0)
		bitmap_set(devfns, PCI_DEVFN(pat->slot, 0), 8);
	else
		bitmap_set(devfns, PCI_DEVFN(pat->slot, pat->func), 1);
}

/**
 * pb2_slots_add() - want the functions that a pattern means
 * @pat: the pattern; what is wanted already stays so
 *
 * Context: Process context. May sleep.
 * Return: 0, or -ENOMEM.
 */
int pb2_slots_add(const struct pb2_pattern *pat)
{
	DECLARE_BITMAP(devfns, NR_DEVFNS);
	struct wanted_bus *spare, *wbus;

	fill_devfns(pat, devfns);
	spare = kzalloc(sizeof(*spare), GFP_KERNEL);
	if (!spare)
		return -ENOMEM;

	spin_lock(&wanted_lock);
	wbus = find_bus(pat->domain, pat->bus);
	if (!wbus) {
		wbus = spare;
		spare = NULL;
		wbus->domain = pat->domain;
		wbus->bus = pat->bus;
		list_add_tail(&wbus->link, &wanted_buses);
	}
	bitmap_or(wbus->devfns, wbus->devfns, devfns, NR_DEVFNS);
	spin_unlock(&wanted_lock);

	kfree(spare);
	return 0;
}

/**
 * pb2_slots_add_list() - want the functions of a hide= parameter
 * @list: addresses in parentheses, see pb2_sbdf_next_hidden(); %NULL where
 *	the parameter was not given
 *
 * What stands before an error stays wanted; a caller that gives up calls
 * pb2_slots_clear(). An error is logged.
 *
 * Context: Process context. May sleep.
 * Return: 0, -EINVAL when something in @list is no address in parentheses,
 * or -ENOMEM.
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
 * pb2_slots_remove() - want the functions that a pattern means no more
 * @pat: the pattern; not all that it means need be wanted
 *
 * Context: Any, but no interrupt.
 * Return: 0, or -ENOENT when none of them was wanted.
 */
int pb2_slots_remove(const struct pb2_pattern *pat)
{
	struct wanted_bus *wbus, *empty = NULL;
	DECLARE_BITMAP(devfns, NR_DEVFNS);
	int rc = -ENOENT;

	fill_devfns(pat, devfns);

	spin_lock(&wanted_lock);
	wbus = find_bus(pat->domain, pat->bus);
	if (wbus && bitmap_intersects(wbus->devfns, devfns, NR_DEVFNS)) {
		rc = 0;
		bitmap_andnot(wbus->devfns, wbus->devfns, devfns, NR_DEVFNS);
		if (bitmap_empty(wbus->devfns, NR_DEVFNS)) {
			list_del(&wbus->link);
			empty = wbus;
		}
	}
	spin_unlock(&wanted_lock);

	kfree(empty);
	return rc;
}

static bool is_wanted(const struct pci_dev *pdev)
{
	const struct wanted_bus *wbus;
	bool wanted;

	spin_lock(&wanted_lock);
	wbus = find_bus(pci_domain_nr(pdev->bus), pdev->bus->number);
	wanted = wbus && test_bit(pdev->devfn, wbus->devfns);
	spin_unlock(&wanted_lock);

	return wanted;
}

/**
 * pb2_slots_match() - is a function wanted?
 * @pdev: the function
 *
 * Context: Process context.
 * Return: Is @pdev, or a bridge above it, a wanted address?
 */
bool pb2_slots_match(const struct pci_dev *pdev)
{
	/* pci_upstream_bridge() changes nothing, but takes no const pointer. */
	struct pci_dev *up = (struct pci_dev *)pdev;

	for (; up; up = pci_upstream_bridge(up))
		if (is_wanted(up))
			return true;

	return false;
}

/* Returns the characters written, whole lines only. */
static int show_bus(const struct wanted_bus *wbus, char *buf, size_t size)
{
	unsigned int devfn;
	size_t count = 0;
	int len;

	for_each_set_bit(devfn, wbus->devfns, NR_DEVFNS) {
		len = snprintf(buf + count, size - count,
			       "%04x:%02x:%02x.%d\n", wbus->domain, wbus->bus,
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
 * pb2_slots_show() - list the wanted addresses, one per line
 * @buf: where to
 * @size: of @buf in bytes, not 0; lines that do not fit are left out
 *
 * Context: Process context.
 * Return: The number of characters written, less than @size.
 */
int pb2_slots_show(char *buf, size_t size)
{
	const struct wanted_bus *wbus;
	size_t count = 0;

	buf[0] = '\0';
	spin_lock(&wanted_lock);
	list_for_each_entry(wbus, &wanted_buses, link)
		count += show_bus(wbus, buf + count, size - count);
	spin_unlock(&wanted_lock);

	return count;
}

/**
 * pb2_slots_clear() - want no function any more
 *
 * Context: Process context.
 */
void pb2_slots_clear(void)
{
	struct wanted_bus *wbus, *next;
	LIST_HEAD(gone);

	spin_lock(&wanted_lock);
	list_splice_init(&wanted_buses, &gone);
	spin_unlock(&wanted_lock);

	list_for_each_entry_safe(wbus, next, &gone, link)
		kfree(wbus);
}
