// SPDX-License-Identifier: GPL-2.0
/*
 * bridge.c - registers the host bridges with Xen
 *
 * dom0 chooses the number of a PCI segment, so the same number can mean another
 * segment to Xen. Both share the physical address of configuration space.
 * pciback2 therefore tells Xen the segment and the ECAM window of each host
 * bridge. Only a patched Xen has this call, and its number is not reserved.
 * Any other Xen confirms the windows of the MCFG table instead.
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
 * struct bridge - a host bridge and its root bus
 * @link: in the list of all bridges
 * @segment: PCI segment
 * @first: number of the first bus
 * @last: number of the last bus
 * @base: physical address of the first byte of the configuration space of
 *	these buses, 0 for unknown
 * @rc: Xen's answer to the registration, or -ENXIO or -ENOSYS if pciback2
 *	could not register the bridge
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
/* Protects the list. The mutex of the windows is taken under it. */
static DEFINE_MUTEX(bridges_lock);
/*
 * Xen numbers its calls from 0, and this is the last number that one of them
 * has (Xen 4.20). A patched Xen has the call for host bridges behind it.
 */
#define LAST_OTHER_CALL		PHYSDEVOP_pci_device_reset
/* Number of the call that registers a bridge; 0 if Xen does not have it */
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

	/* Xen and the PV protocol have 16 bits for a segment; VMD needs more. */
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

/* The first function on an unknown root bus reveals a new host bridge. */
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

static int bridge_call_check(unsigned int op)
{
	if (!op || op > LAST_OTHER_CALL)
		return 0;
	pr_err("parameter host_bridge_op: %u is the number of another call of Xen; the call for host bridges has one above %u\n",
	       op, LAST_OTHER_CALL);
	return -EINVAL;
}

/**
 * pb2_bridge_init() - find the ECAM windows and register the host bridges
 * @op: number of Xen's call, from the administrator; 0 to use the call only
 *	if XENVER_capabilities names it
 *
 * Registering the same bridge again changes nothing in Xen.
 *
 * Context: may sleep.
 * Return: 0, -EINVAL if @op is the number of another call, -ENOMEM without
 * memory, or the errno of the bus' notifier chain.
 */
int pb2_bridge_init(unsigned int op)
{
	struct pci_bus *bus = NULL;
	int rc = bridge_call_check(op);

	if (rc)
		return rc;

	bridge_call = op;
	if (!bridge_call && pb2_xen_has_capability(XEN_CAP_PCI_HOST_BRIDGE_ADD))
		bridge_call = PHYSDEVOP_pci_host_bridge_add;

	pb2_window_init();
	mutex_lock(&bridges_lock);
	while (!rc && (bus = pci_find_next_bus(bus)))
		rc = bridge_add(bus);
	mutex_unlock(&bridges_lock);
	/* Ask about the windows that no registration has confirmed. */
	pb2_window_ask();

	if (!rc)
		rc = bus_register_notifier(&pci_bus_type, &bridge_notifier);
	if (rc)
		bridge_forget_all();
	return rc;
}

/**
 * pb2_bridge_exit() - undo pb2_bridge_init()
 *
 * Xen keeps the bridges that were registered.
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
 * pb2_bridge_show() - list all host bridges for the attribute "bridges"
 * @buf: the buffer to fill
 * @size: size of @buf in bytes
 *
 * A line has the segment, the buses, the physical address of the first byte of
 * their configuration space, and Xen's answer.
 *
 * Context: may sleep.
 * Return: the number of bytes written, one line for each bridge.
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
