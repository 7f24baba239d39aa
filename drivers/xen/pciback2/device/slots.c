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
 * @devfns: one bit per PCI_DEVFN(slot, function), at least one set
 *
 * Protected by slots_lock.
 */
struct slots_bus {
	struct list_head link;
	u16 domain;
	u8 bus;
	DECLARE_BITMAP(devfns, NR_DEVFNS);
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
	sbus = slots_find_bus(pat->domain, pat->bus);
	if (!sbus) {
		sbus = spare;
		spare = NULL;
		sbus->domain = pat->domain;
		sbus->bus = pat->bus;
		list_add_tail(&sbus->link, &slots_buses);
	}
	bitmap_or(sbus->devfns, sbus->devfns, devfns, NR_DEVFNS);
	spin_unlock(&slots_lock);

	kfree(spare);
	return 0;
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
	if (sbus && bitmap_intersects(sbus->devfns, devfns, NR_DEVFNS)) {
		rc = 0;
		bitmap_andnot(sbus->devfns, sbus->devfns, devfns, NR_DEVFNS);
		if (bitmap_empty(sbus->devfns, NR_DEVFNS)) {
			list_del(&sbus->link);
			empty = sbus;
		}
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
 * Return: true if the address of @pdev, or of a bridge above it, is listed.
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
	unsigned int devfn;
	size_t count = 0;
	int len;

	lockdep_assert_held(&slots_lock);

	for_each_set_bit(devfn, sbus->devfns, NR_DEVFNS) {
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
