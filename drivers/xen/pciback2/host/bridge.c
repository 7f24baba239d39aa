// SPDX-License-Identifier: GPL-2.0
/*
 * bridge.c - the host bridges, as Xen is told of them
 *
 * The segment of a PCI function is a number that dom0 made up; what is the same
 * for both is the address of configuration space. So Xen is told, for each host
 * bridge, which segment and ECAM window it has, by a call that only a patched
 * Xen has, as far as anybody knows: its number is not reserved. Any other
 * Xen confirms the windows of the MCFG table instead.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/slab.h>
#include <xen/interface/host_bridge.h>

#include "host.h"
#include "xen_iface.h"

/**
 * struct bridge - a root bus
 * @link: in the list of all
 * @segment: PCI segment
 * @first: bus number
 * @last: bus number
 * @base: address of the first byte of its configuration space, 0 for unknown
 * @rc: what Xen said of it
 */
struct bridge {
	struct list_head link;
	u16 segment;
	u8 first;
	u8 last;
	u64 base;
	int rc;
};

static LIST_HEAD(bridges);
/* Protects the list; the windows' mutex is taken under it */
static DEFINE_MUTEX(bridges_lock);
/* Of the call that tells Xen; 0 for a Xen without */
static unsigned int bridge_call;

static bool bridge_is_known(const struct pci_bus *bus)
{
	const struct bridge *bridge;

	lockdep_assert_held(&bridges_lock);

	list_for_each_entry(bridge, &bridges, link)
		if (bridge->segment == pci_domain_nr((struct pci_bus *)bus) &&
		    bridge->first == bus->busn_res.start)
			return true;
	return false;
}

static int bridge_tell_xen(const struct bridge *bridge)
{
	u64 size = (bridge->last - bridge->first + 1ULL) * SZ_1M;

	if (!bridge->base)
		return -ENXIO;
	if (!bridge_call)
		return -ENOSYS;
	return pb2_xen_host_bridge_add(bridge_call, bridge->segment,
				       bridge->base, size);
}

static void bridge_apply_answer(const struct bridge *bridge)
{
	switch (bridge->rc) {
	case 0:
		pb2_window_confirm(bridge->segment, bridge->first,
				   bridge->last);
		break;
	case -ENXIO:
	case -ENOSYS:
		break;
	case -EEXIST:
		pr_err("Xen has another ECAM window for segment %04x than 0x%llx, that of buses %02x to %02x: nothing of that segment is handed over\n",
		       bridge->segment, bridge->base, bridge->first,
		       bridge->last);
		pb2_window_distrust(bridge->segment);
		break;
	default:
		pr_warn("Xen does not take note of the host bridge of segment %04x, buses %02x to %02x, ECAM at 0x%llx: %d\n",
			bridge->segment, bridge->first, bridge->last,
			bridge->base, bridge->rc);
	}
}

static int bridge_add(struct pci_bus *bus)
{
	struct bridge *bridge;

	lockdep_assert_held(&bridges_lock);

	/* Neither Xen nor the protocol has room for more (VMD). */
	if (pci_domain_nr(bus) > U16_MAX || bridge_is_known(bus))
		return 0;
	bridge = kzalloc(sizeof(*bridge), GFP_KERNEL);
	if (!bridge)
		return -ENOMEM;

	bridge->segment = pci_domain_nr(bus);
	bridge->first = bus->busn_res.start;
	bridge->last = bus->busn_res.end;
	bridge->base = pb2_window_of(bridge->segment, bridge->first,
				     bridge->last);
	bridge->rc = bridge_tell_xen(bridge);
	bridge_apply_answer(bridge);
	list_add_tail(&bridge->link, &bridges);
	return 0;
}

/* A host bridge appeared: something sits on a root bus that is not known. */
static int bridge_bus_event(struct notifier_block *nb, unsigned long action,
			    void *data)
{
	struct pci_dev *pdev = to_pci_dev(data);

	if (action != BUS_NOTIFY_ADD_DEVICE || !pci_is_root_bus(pdev->bus))
		return NOTIFY_DONE;

	mutex_lock(&bridges_lock);
	if (!bridge_is_known(pdev->bus)) {
		pb2_window_add_bridge(pdev->bus);
		if (bridge_add(pdev->bus))
			pci_warn(pdev, "out of memory: Xen is not told of its host bridge\n");
		pb2_window_ask();
	}
	mutex_unlock(&bridges_lock);
	return NOTIFY_DONE;
}

static struct notifier_block bridge_notifier = {
	.notifier_call = bridge_bus_event,
};

static void bridge_forget_all(void)
{
	struct bridge *bridge, *next;

	mutex_lock(&bridges_lock);
	list_for_each_entry_safe(bridge, next, &bridges, link) {
		list_del(&bridge->link);
		kfree(bridge);
	}
	mutex_unlock(&bridges_lock);
	pb2_window_exit();
}

/**
 * pb2_bridge_init() - find the ECAM windows, and tell Xen of the host bridges
 * @op: the number of the call, as the administrator knows it, or 0 for only
 *	where Xen says that it has it
 *
 * What is told again changes nothing.
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM, or the notifier chain's errno.
 */
int pb2_bridge_init(unsigned int op)
{
	struct pci_bus *bus = NULL;
	int rc = 0;

	bridge_call = op;
	if (!bridge_call && pb2_xen_has_capability(XEN_CAP_PCI_HOST_BRIDGE_ADD))
		bridge_call = PHYSDEVOP_pci_host_bridge_add;

	pb2_window_init();
	mutex_lock(&bridges_lock);
	while (!rc && (bus = pci_find_next_bus(bus)))
		rc = bridge_add(bus);
	mutex_unlock(&bridges_lock);
	/* What that has not answered */
	pb2_window_ask();

	if (!rc)
		rc = bus_register_notifier(&pci_bus_type, &bridge_notifier);
	if (rc)
		bridge_forget_all();
	return rc;
}

/**
 * pb2_bridge_exit() - undo pb2_bridge_init(); Xen keeps what it was told
 *
 * Context: may sleep.
 */
void pb2_bridge_exit(void)
{
	bus_unregister_notifier(&pci_bus_type, &bridge_notifier);
	bridge_forget_all();
}

static const char *bridge_describe(const struct bridge *bridge)
{
	switch (bridge->rc) {
	case 0:
		return "registered with Xen";
	case -ENXIO:
		return "no ECAM window covers its buses";
	case -ENOSYS:
		return "Xen has no call for host bridges";
	case -EEXIST:
		return "Xen has another ECAM window";
	default:
		return "Xen refuses it";
	}
}

/**
 * pb2_bridge_show() - all host bridges, for the administrator
 * @buf: where to
 * @size: its size in bytes
 *
 * Context: may sleep.
 * Return: bytes written: one line for each, with segment, buses, the address of
 * the first byte of its configuration space, and what Xen says.
 */
int pb2_bridge_show(char *buf, size_t size)
{
	struct bridge *bridge;
	int len = 0;

	mutex_lock(&bridges_lock);
	list_for_each_entry(bridge, &bridges, link)
		len += scnprintf(buf + len, size - len,
				 "%04x:%02x-%02x 0x%llx %s\n",
				 bridge->segment, bridge->first, bridge->last,
				 bridge->base, bridge_describe(bridge));
	mutex_unlock(&bridges_lock);
	return len;
}
