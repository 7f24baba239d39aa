// SPDX-License-Identifier: GPL-2.0
/*
 * window.c - the ECAM windows: where configuration space is in memory
 *
 * Firmware lists the windows in the MCFG table (PCI Firmware 3.3, 4.1.2), and
 * names the window of a hot-added host bridge by the method _CBA (4.1.3).
 * Firmware can be wrong, so pciback2 uses a window only if it is plausible and
 * no other window contradicts it. Only Xen knows whether Xen uses the same
 * window.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/acpi.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/slab.h>

#include "host.h"
#include "xen_iface.h"

/*
 * No machine has as many windows. The limit keeps a broken table from filling
 * the log.
 */
#define MAX_WINDOWS	256
/* x86 processors have at most 52 bits of physical address. */
#define ADDRESS_LIMIT	BIT_ULL(52)
/* ECAM takes 1 MiB for each bus (PCIe 6.0, 7.2.2). */
#define BUS_SIZE	SZ_1M

/**
 * struct window - an ECAM window
 * @link: in the list of all windows
 * @segment: PCI segment of the buses
 * @first: number of the first bus
 * @last: number of the last bus
 * @base: physical address that bus 0 of the segment has, or would have
 * @is_hot: firmware named the window by _CBA
 * @fault: why pciback2 does not use the window, or %NULL
 * @rc: Xen's answer about the window: 0 if Xen uses it, %NOT_ASKED, or an
 *	errno
 */
struct window {
	struct list_head link;
	u16 segment;
	u8 first;
	u8 last;
	u64 base;
	bool is_hot;
	const char *fault;
	int rc;
};

#define NOT_ASKED	1

static LIST_HEAD(windows);
static unsigned int nr_windows;
/* Protects the list and its length; no other lock is taken under it. */
static DEFINE_MUTEX(windows_lock);

static u64 window_start(const struct window *window)
{
	return window->base + (u64)window->first * BUS_SIZE;
}

static u64 window_end(const struct window *window)
{
	return window->base + ((u64)window->last + 1) * BUS_SIZE;
}

static const char *window_find_fault(const struct window *window)
{
	if (window->first > window->last)
		return "its last bus is before its first";
	if (!window->base)
		return "it has no address";
	if (window->base % BUS_SIZE)
		return "its address is not aligned to 1 MiB";
	if (window->base >= ADDRESS_LIMIT || window_end(window) > ADDRESS_LIMIT)
		return "it ends beyond what can be addressed";
	return NULL;
}

static bool window_is_same(const struct window *a, const struct window *b)
{
	return a->segment == b->segment && a->first == b->first &&
	       a->last == b->last && a->base == b->base;
}

static bool window_contradicts(const struct window *a, const struct window *b)
{
	bool same_buses = a->segment == b->segment && a->first <= b->last &&
			  b->first <= a->last;

	return same_buses ||
	       (window_start(a) < window_end(b) &&
		window_start(b) < window_end(a));
}

static void window_refuse(struct window *window, const char *fault)
{
	lockdep_assert_held(&windows_lock);

	if (window->fault)
		return;
	window->fault = fault;
	pr_warn("ECAM window of segment %04x, buses %02x to %02x, at 0x%llx not used: %s\n",
		window->segment, window->first, window->last, window->base,
		fault);
}

static bool window_is_listed(const struct window *window)
{
	const struct window *other;

	lockdep_assert_held(&windows_lock);

	list_for_each_entry(other, &windows, link)
		if (window_is_same(window, other))
			return true;
	return false;
}

/* Nothing tells which of two overlapping windows is right, so both go. */
static void window_refuse_overlaps(struct window *window)
{
	struct window *other;

	lockdep_assert_held(&windows_lock);

	list_for_each_entry(other, &windows, link) {
		if (window->fault || other->fault ||
		    !window_contradicts(window, other))
			continue;
		window_refuse(other, "another one overlaps it");
		window_refuse(window, "it overlaps another one");
	}
}

static int window_add(const struct window *found)
{
	const char *fault = window_find_fault(found);
	struct window *window;

	lockdep_assert_held(&windows_lock);

	if (nr_windows == MAX_WINDOWS)
		return -ENOSPC;
	window = kmemdup(found, sizeof(*found), GFP_KERNEL);
	if (!window)
		return -ENOMEM;

	window->rc = NOT_ASKED;
	if (fault)
		window_refuse(window, fault);
	if (window_is_listed(window)) {
		/* MCFG and _CBA both name a bridge that was there at boot. */
		kfree(window);
		return 0;
	}
	window_refuse_overlaps(window);
	list_add_tail(&window->link, &windows);
	nr_windows++;
	return 0;
}

static void window_add_table(const struct acpi_table_header *header)
{
	const struct acpi_table_mcfg *mcfg = (const void *)header;
	const struct acpi_mcfg_allocation *entry = (const void *)(mcfg + 1);
	struct window window = {};
	size_t left;
	int rc = 0;

	lockdep_assert_held(&windows_lock);

	if (header->length < sizeof(*mcfg)) {
		pr_warn("the MCFG table is too short (%u bytes): no ECAM\n",
			header->length);
		return;
	}

	left = header->length - sizeof(*mcfg);
	for (; left >= sizeof(*entry) && !rc; left -= sizeof(*entry), entry++) {
		window.segment = entry->pci_segment;
		window.first = entry->start_bus_number;
		window.last = entry->end_bus_number;
		window.base = entry->address;
		rc = window_add(&window);
	}
	if (rc)
		pr_warn("the MCFG table is not read to its end: %d\n", rc);
	else if (left)
		pr_warn("the MCFG table ends in %zu bytes of rubbish\n", left);
}

static void window_forget_all(void)
{
	struct window *window, *next;

	lockdep_assert_held(&windows_lock);

	list_for_each_entry_safe(window, next, &windows, link) {
		list_del(&window->link);
		kfree(window);
	}
	nr_windows = 0;
}

/**
 * pb2_window_init() - find the ECAM windows
 *
 * Without a window pciback2 uses the kernel accessors, and cannot hand over
 * any page.
 *
 * Context: may sleep.
 */
void pb2_window_init(void)
{
	struct acpi_table_header *table;
	struct pci_bus *bus = NULL;

	if (ACPI_SUCCESS(acpi_get_table(ACPI_SIG_MCFG, 0, &table))) {
		mutex_lock(&windows_lock);
		window_add_table(table);
		mutex_unlock(&windows_lock);
		acpi_put_table(table);
	}
	/*
	 * pci_find_next_bus() takes pci_bus_sem, and error recovery takes the
	 * locks of functions under pci_bus_sem. windows_lock is taken under the
	 * locks of a function, so it must not be held here.
	 */
	while ((bus = pci_find_next_bus(bus)))
		pb2_window_add_bridge(bus);
}

/**
 * pb2_window_add_bridge() - find the ECAM window of a new host bridge
 * @bus: root bus of the bridge
 *
 * A bridge without _CBA adds no window.
 *
 * Context: may sleep.
 */
void pb2_window_add_bridge(struct pci_bus *bus)
{
	acpi_handle handle = bus->bridge ? ACPI_HANDLE(bus->bridge) : NULL;
	struct window window = {
		.segment = pci_domain_nr(bus),
		.first = bus->busn_res.start,
		.last = bus->busn_res.end,
		.is_hot = true,
	};
	unsigned long long base;

	if (!handle || pci_domain_nr(bus) > U16_MAX ||
	    ACPI_FAILURE(acpi_evaluate_integer(handle, METHOD_NAME__CBA, NULL,
					       &base)))
		return;
	window.base = base;
	mutex_lock(&windows_lock);
	window_add(&window);
	mutex_unlock(&windows_lock);
}

static void window_ask_xen(struct window *window)
{
	lockdep_assert_held(&windows_lock);

	if (window->fault || window->is_hot) {
		window->rc = -ENODEV;
		return;
	}
	window->rc = pb2_xen_mmcfg_reserved(window->segment, window->first,
					    window->last, window->base);
	if (window->rc == -EIO)
		pr_err("Xen has another address than 0x%llx for the ECAM window of segment %04x, buses %02x to %02x: nothing of it is handed over\n",
		       window->base, window->segment, window->first,
		       window->last);
}

/**
 * pb2_window_ask() - ask Xen about each window that it has not answered yet
 *
 * Xen confirms only windows that the MCFG table lists. What the registration of
 * a host bridge has confirmed or refused, stays.
 *
 * Context: may sleep.
 */
void pb2_window_ask(void)
{
	struct window *window;

	mutex_lock(&windows_lock);
	list_for_each_entry(window, &windows, link)
		if (window->rc == NOT_ASKED)
			window_ask_xen(window);
	mutex_unlock(&windows_lock);
}

/**
 * pb2_window_confirm() - note that Xen has registered a host bridge
 * @segment: PCI segment of the bridge
 * @first: number of its first bus
 * @last: number of its last bus
 *
 * Xen uses exactly the range of the bridge. This confirms the windows within
 * that range. A window that has more buses than the bridge needs
 * pb2_window_ask().
 *
 * Context: may sleep.
 */
void pb2_window_confirm(u16 segment, u8 first, u8 last)
{
	struct window *window;

	mutex_lock(&windows_lock);
	list_for_each_entry(window, &windows, link)
		if (window->segment == segment && window->rc == NOT_ASKED &&
		    window->first >= first && window->last <= last)
			window->rc = 0;
	mutex_unlock(&windows_lock);
}

/**
 * pb2_window_distrust() - Xen has another ECAM window for a segment
 * @segment: PCI segment
 *
 * pciback2 hands over no page of the segment from then on.
 *
 * Context: may sleep.
 */
void pb2_window_distrust(u16 segment)
{
	struct window *window;

	mutex_lock(&windows_lock);
	list_for_each_entry(window, &windows, link)
		if (window->segment == segment)
			window->rc = -EEXIST;
	mutex_unlock(&windows_lock);
}

/* At most one usable window has these buses, since usable windows never overlap. */
static const struct window *window_find(u16 segment, u8 first, u8 last)
{
	const struct window *window;

	lockdep_assert_held(&windows_lock);

	list_for_each_entry(window, &windows, link)
		if (!window->fault && window->segment == segment &&
		    window->first <= first && last <= window->last)
			return window;
	return NULL;
}

/**
 * pb2_window_of() - find the configuration space of a range of buses
 * @segment: PCI segment
 * @first: number of the first bus
 * @last: number of the last bus
 *
 * Context: may sleep, briefly.
 * Return: the physical address of the first byte, or 0 if no usable window has
 * all of the buses.
 */
u64 pb2_window_of(u16 segment, u8 first, u8 last)
{
	const struct window *window;
	u64 start = 0;

	mutex_lock(&windows_lock);
	window = window_find(segment, first, last);
	if (window)
		start = window->base + (u64)first * BUS_SIZE;
	mutex_unlock(&windows_lock);
	return start;
}

/**
 * pb2_window_exit() - undo pb2_window_init()
 *
 * Context: may sleep.
 */
void pb2_window_exit(void)
{
	mutex_lock(&windows_lock);
	window_forget_all();
	mutex_unlock(&windows_lock);
}

/**
 * pb2_window_page() - find the ECAM page of a function
 * @sbdf: address of the function
 * @confirmed: set to whether Xen uses the same window; unchanged if there is
 *	no page
 *
 * Context: may sleep, briefly.
 * Return: the physical address of the 4 KiB page, or 0 if no usable window has
 * it.
 */
u64 pb2_window_page(const struct pb2_sbdf *sbdf, bool *confirmed)
{
	const struct window *window;
	u64 page = 0;

	mutex_lock(&windows_lock);
	window = window_find(sbdf->domain, sbdf->bus, sbdf->bus);
	if (window) {
		page = window->base + (u64)sbdf->bus * BUS_SIZE +
		       (u64)sbdf->devfn * PCI_CFG_SPACE_EXP_SIZE;
		*confirmed = !window->rc;
	}
	mutex_unlock(&windows_lock);
	return page;
}

/**
 * pb2_window_xen_sees() - can Xen read a function's configuration space?
 * @sbdf: address of the function
 *
 * Xen reaches segment 0 through ports 0xcf8 and 0xcfc. In any other segment
 * Xen needs an ECAM window that it uses; without one it reads all-ones.
 *
 * Context: may sleep, briefly.
 * Return: true if Xen can read it.
 */
bool pb2_window_xen_sees(const struct pb2_sbdf *sbdf)
{
	bool confirmed = false;

	return !sbdf->domain ||
	       (pb2_window_page(sbdf, &confirmed) && confirmed);
}

static const char *window_describe(const struct window *window)
{
	if (window->fault)
		return window->fault;
	switch (window->rc) {
	case 0:
		return "Xen uses it";
	case -EEXIST:
	case -EIO:
		return "Xen has another one for the segment";
	case -ENOSYS:
		return "Xen does not say whether it uses it";
	default:
		return window->is_hot ? "Xen cannot confirm it" :
					"Xen does not use it";
	}
}

/**
 * pb2_window_show() - list all ECAM windows for the attribute "windows"
 * @buf: the buffer to fill
 * @size: size of @buf in bytes
 *
 * A line has the segment, the buses, the physical address of the first byte,
 * the source of the window, and Xen's answer or the fault.
 *
 * Context: may sleep.
 * Return: the number of bytes written, one line for each window.
 */
int pb2_window_show(char *buf, size_t size)
{
	struct window *window;
	int len = 0;

	mutex_lock(&windows_lock);
	list_for_each_entry(window, &windows, link)
		len += scnprintf(buf + len, size - len,
				 "%04x:%02x-%02x 0x%llx %s: %s\n",
				 window->segment, window->first, window->last,
				 window_start(window),
				 window->is_hot ? "_CBA" : "MCFG",
				 window_describe(window));
	mutex_unlock(&windows_lock);
	return len;
}
