// SPDX-License-Identifier: GPL-2.0
/*
 * xen_iface.c - the only caller of hypercalls, event channels and grants
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/irq.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <xen/events.h>
#include <xen/interface/domctl.h>
#include <xen/interface/host_bridge.h>
#include <xen/interface/io/pciif.h>
#include <xen/interface/physdev.h>
#include <xen/interface/sysctl.h>
#include <xen/interface/vcpu.h>
#include <xen/interface/version.h>
#include <xen/pci.h>
#include <xen/xen.h>
#include <xen/xen-ops.h>
#include <asm/xen/hypercall.h>

#include "host.h"
#include "xen_iface.h"

/**
 * pb2_xen_is_initial_domain() - is this dom0?
 *
 * Context: any.
 * Return: true in Xen's initial domain.
 */
bool pb2_xen_is_initial_domain(void)
{
	return xen_initial_domain();
}

/**
 * pb2_xen_has_pirqs() - are dom0's device interrupts pirqs of Xen?
 *
 * A PVH dom0 has no pirqs. Looking up the pirq of one of its interrupts hits a
 * BUG() in the kernel, so a guest's MSI request must not get that far.
 *
 * Context: any.
 * Return: true in a PV dom0.
 */
bool pb2_xen_has_pirqs(void)
{
	return xen_pv_domain();
}

static int xen_physdev_op(struct pci_dev *pdev, int cmd)
{
	struct physdev_pci_device op = {
		.seg = pci_domain_nr(pdev->bus),
		.bus = pdev->bus->number,
		.devfn = pdev->devfn,
	};

	return HYPERVISOR_physdev_op(cmd, &op);
}

/**
 * pb2_xen_prepare_msix() - let Xen map and protect the MSI-X table
 * @pdev: a function with an MSI-X capability, in D0 and with memory decode on
 *
 * Without this call, Xen refuses MSI-X of an assigned function.
 *
 * Context: may sleep.
 * Return: 0; -ENXIO if the function does not decode memory; -ENOSYS in a PVH
 * dom0, or if Xen does not need the call; or Xen's errno.
 */
int pb2_xen_prepare_msix(struct pci_dev *pdev)
{
	return xen_physdev_op(pdev, PHYSDEVOP_prepare_msix);
}

/**
 * pb2_xen_release_msix() - undo pb2_xen_prepare_msix()
 * @pdev: the function, with all vectors freed
 *
 * Context: may sleep.
 * Return: 0, -EBUSY if vectors remain, or -ENOSYS as for
 * pb2_xen_prepare_msix().
 */
int pb2_xen_release_msix(struct pci_dev *pdev)
{
	return xen_physdev_op(pdev, PHYSDEVOP_release_msix);
}

/**
 * pb2_xen_device_reset() - tell Xen that a function was reset
 * @pdev: the function
 *
 * Xen's vPCI emulates the configuration space of each function of a PVH dom0.
 * Since 4.20, this call makes it drop the state of the function. Xen does the
 * same for every kind of reset, so the call always names an FLR.
 *
 * Context: may sleep.
 * Return: 0, -ENOSYS if Xen does not have the call, or Xen's errno.
 */
int pb2_xen_device_reset(struct pci_dev *pdev)
{
	struct pci_device_reset op = {
		.dev.seg = pci_domain_nr(pdev->bus),
		.dev.bus = pdev->bus->number,
		.dev.devfn = pdev->devfn,
		.flags = PCI_DEVICE_RESET_FLR,
	};

	return HYPERVISOR_physdev_op(PHYSDEVOP_pci_device_reset, &op);
}

/**
 * pb2_xen_mmcfg_reserved() - tell Xen of an ECAM window, and ask if it uses it
 * @segment: PCI segment
 * @first: number of the first bus
 * @last: number of the last bus
 * @base: physical address that bus 0 of the segment has, or would have
 *
 * The kernel makes the same call at boot. Repeating it changes nothing.
 *
 * Context: may sleep.
 * Return: 0 if Xen uses exactly this window; -ENODEV or -EIO if Xen has
 * another window or none; -ENOSYS if Xen does not have the call; or Xen's
 * errno.
 */
int pb2_xen_mmcfg_reserved(u16 segment, u8 first, u8 last, u64 base)
{
	struct physdev_pci_mmcfg_reserved op = {
		.address = base,
		.segment = segment,
		.start_bus = first,
		.end_bus = last,
		.flags = XEN_PCI_MMCFG_RESERVED,
	};

	return HYPERVISOR_physdev_op(PHYSDEVOP_pci_mmcfg_reserved, &op);
}

/**
 * pb2_xen_has_capability() - does XENVER_capabilities hold a word?
 * @word: the word; blanks separate the words of XENVER_capabilities
 *
 * Context: may sleep.
 * Return: true if the word is there; false if not, if Xen does not answer, or
 * without memory.
 */
bool pb2_xen_has_capability(const char *word)
{
	struct xen_capabilities_info *caps;
	bool has = false;
	char *pos, *one;

	caps = kzalloc(sizeof(*caps), GFP_KERNEL);
	if (!caps || HYPERVISOR_xen_version(XENVER_capabilities, caps) < 0)
		goto out;
	caps->info[sizeof(caps->info) - 1] = '\0';
	pos = caps->info;
	while (!has && (one = strsep(&pos, " ")))
		has = !strcmp(one, word);
out:
	kfree(caps);
	return has;
}

/**
 * pb2_xen_host_bridge_add() - register a host bridge with Xen
 * @op: the number of the call
 * @segment: PCI segment
 * @base: physical address of the first byte of the bridge's configuration space
 * @size: size of that configuration space in bytes
 *
 * Repeating the call changes nothing.
 *
 * Context: may sleep.
 * Return: 0; -EEXIST if Xen has another ECAM window for the segment; -ENOSYS
 * if Xen does not have the call; or Xen's errno.
 */
int pb2_xen_host_bridge_add(unsigned int op, u16 segment, u64 base, u64 size)
{
	struct physdev_pci_host_bridge_add arg = {
		.seg = segment,
		.cfg_base = base,
		.cfg_size = size,
	};

	return HYPERVISOR_physdev_op(op, &arg);
}

/**
 * pb2_xen_register_owner() - set the domain that gets a function's interrupts
 * @pdev: the function
 * @domid: ID of the domain
 *
 * The kernel maps the function's interrupts for this domain, so the call must
 * precede the first MSI of the assignment.
 *
 * Context: may sleep.
 * Return: 0, -EEXIST if the function has an owner already, or -ENOMEM without
 * memory.
 */
int pb2_xen_register_owner(struct pci_dev *pdev, domid_t domid)
{
	return xen_register_device_domain_owner(pdev, domid);
}

/**
 * pb2_xen_unregister_owner() - undo pb2_xen_register_owner()
 * @pdev: the function
 *
 * Context: may sleep.
 */
void pb2_xen_unregister_owner(struct pci_dev *pdev)
{
	xen_unregister_device_domain_owner(pdev);
}

/**
 * pb2_xen_is_pirq() - does an IRQ of Linux stand for a pirq of Xen?
 * @irq: any number
 *
 * The kernel's functions for pirqs hit a BUG() for any other IRQ. There are such
 * in pci_dev.irq: without a route in the ACPI tables it stays what the firmware
 * has left in INTERRUPT_LINE, or becomes IRQ_NOTCONNECTED.
 *
 * Context: any.
 * Return: true for a pirq.
 */
bool pb2_xen_is_pirq(unsigned int irq)
{
	struct irq_data *data = irq_get_irq_data(irq);

	return data && data->chip && data->chip->name &&
	       !strcmp(data->chip->name, "xen-pirq");
}

/**
 * pb2_xen_pirq() - get Xen's number of a device interrupt
 * @irq: the number in Linux, 0 for none
 *
 * Context: any; only if pb2_xen_has_pirqs() is true.
 * Return: the pirq, 0 for none, or if @irq does not stand for a pirq.
 */
int pb2_xen_pirq(unsigned int irq)
{
	return pb2_xen_is_pirq(irq) ? xen_pirq_from_irq(irq) : 0;
}

/**
 * pb2_xen_irq_is_unshared() - is no other domain bound to an INTx line?
 * @irq: the IRQ of the line, for which pb2_xen_is_pirq() is true
 *
 * Context: any.
 * Return: true if Xen knows of no other domain on the line.
 */
bool pb2_xen_irq_is_unshared(unsigned int irq)
{
	return xen_test_irq_shared(irq);
}

/* The caller in drivers/xen/acpi.c holds an rwlock, so this must not sleep. */
static int xen_answer_no_gsi(u32 sbdf)
{
	return -ENOENT;
}

/**
 * pb2_xen_gsi_init() - answer privcmd's question for the GSI of a function
 *
 * In a PVH dom0, libxl asks privcmd for the GSI of each function that it gives
 * to a guest. libxl takes -ENOENT for a function without an interrupt line, and
 * creates the guest. Without a backend that answers, privcmd returns
 * -EOPNOTSUPP, and libxl does not create the guest.
 *
 * Context: any.
 */
void pb2_xen_gsi_init(void)
{
	xen_acpi_register_get_gsi_func(xen_answer_no_gsi);
}

/**
 * pb2_xen_gsi_exit() - undo pb2_xen_gsi_init()
 *
 * Context: any; privcmd runs no callback of ours on return.
 */
void pb2_xen_gsi_exit(void)
{
	xen_acpi_register_get_gsi_func(NULL);
}

/**
 * pb2_xen_domctl() - make a domctl hypercall
 * @op: the operation; Xen writes its answer there
 *
 * Context: may sleep.
 * Return: 0, -EACCES if Xen has another version of the interface, or Xen's
 * errno.
 */
int pb2_xen_domctl(struct xen_domctl *op)
{
	/* Every architecture has privcmd_call(). */
	return privcmd_call(__HYPERVISOR_domctl, (unsigned long)op, 0, 0, 0, 0);
}

/**
 * pb2_xen_sysctl() - make a sysctl hypercall
 * @op: the operation; Xen writes its answer there
 *
 * Context: may sleep.
 * Return: 0, -EACCES if Xen has another version of the interface, or Xen's
 * errno.
 */
int pb2_xen_sysctl(struct xen_sysctl *op)
{
	return privcmd_call(__HYPERVISOR_sysctl, (unsigned long)op, 0, 0, 0, 0);
}

/**
 * pb2_xen_command_line() - get Xen's command line
 *
 * Context: may sleep.
 * Return: a copy, to be freed with kfree(), or %NULL if Xen does not answer or
 * without memory.
 */
char *pb2_xen_command_line(void)
{
	struct xen_commandline *line = kzalloc(sizeof(*line), GFP_KERNEL);
	char *copy = NULL;

	if (line && HYPERVISOR_xen_version(XENVER_commandline, line) >= 0)
		copy = kstrndup(line->buf, sizeof(line->buf) - 1, GFP_KERNEL);
	kfree(line);
	return copy;
}

/**
 * pb2_xen_stolen() - get the time for which a virtual CPU waited to run
 * @cpu: number of the CPU that makes the call
 *
 * Context: any.
 * Return: the time in ns since Xen created the virtual CPU, 0 if Xen does not
 * tell.
 */
u64 pb2_xen_stolen(unsigned int cpu)
{
	struct vcpu_runstate_info info;

	if (HYPERVISOR_vcpu_op(VCPUOP_get_runstate_info, xen_vcpu_nr(cpu),
			       &info))
		return 0;
	return info.time[RUNSTATE_runnable];
}

/**
 * pb2_xen_map_ring() - map the frontend's ring page
 * @xdev: the backend's xenbus device
 * @gref: the grant reference that the frontend has published
 * @page: set to the address of the mapping
 *
 * Context: may sleep.
 * Return: 0, or the errno of the grant operation.
 */
int pb2_xen_map_ring(struct xenbus_device *xdev, unsigned int gref,
		     void **page)
{
	grant_ref_t ref = gref;

	return xenbus_map_ring_valloc(xdev, &ref, 1, page);
}

/**
 * pb2_xen_unmap_ring() - undo pb2_xen_map_ring()
 * @xdev: the backend's xenbus device
 * @page: the mapped page
 *
 * Context: may sleep.
 */
void pb2_xen_unmap_ring(struct xenbus_device *xdev, void *page)
{
	xenbus_unmap_ring_vfree(xdev, page);
}

/**
 * pb2_xen_bind_evtchn() - bind the frontend's event channel, with late EOI
 * @xdev: the backend's xenbus device
 * @port: the frontend's port
 * @handler: hard interrupt handler; each event needs one pb2_xen_eoi()
 * @arg: the argument of @handler
 *
 * Late EOI lets the kernel's event code slow down a guest that sends a storm of
 * events (XSA-332).
 *
 * Context: may sleep.
 * Return: the IRQ, or the errno of the event channel code.
 */
int pb2_xen_bind_evtchn(struct xenbus_device *xdev, unsigned int port,
			irq_handler_t handler, void *arg)
{
	return bind_interdomain_evtchn_to_irqhandler_lateeoi(xdev, port,
							     handler, 0,
							     PB2_NAME, arg);
}

/**
 * pb2_xen_unbind_evtchn() - undo pb2_xen_bind_evtchn()
 * @irq: the result of pb2_xen_bind_evtchn()
 * @arg: the handler's argument
 *
 * Context: may sleep; the handler no longer runs on return.
 */
void pb2_xen_unbind_evtchn(unsigned int irq, void *arg)
{
	unbind_from_irqhandler(irq, arg);
}

/**
 * pb2_xen_notify() - send an event to the frontend
 * @irq: the result of pb2_xen_bind_evtchn()
 *
 * Context: any.
 */
void pb2_xen_notify(unsigned int irq)
{
	notify_remote_via_irq(irq);
}

/**
 * pb2_xen_eoi() - allow the next event
 * @irq: the result of pb2_xen_bind_evtchn()
 * @spurious: the event brought nothing to do; the kernel then counts it against
 *	the guest (XSA-332)
 *
 * Context: any.
 */
void pb2_xen_eoi(unsigned int irq, bool spurious)
{
	xen_irq_lateeoi(irq, spurious ? XEN_EOI_FLAG_SPURIOUS : 0);
}
