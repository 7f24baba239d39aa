// SPDX-License-Identifier: GPL-2.0
/*
 * fake_xen.c - in place of xen_iface.c: canned answers and recorded calls
 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <xen/interface/sysctl.h>

#include "../../../drivers/xen/pciback2/doors.h"
#include "fake.h"
#include "fake_pci.h"
#include "fake_xen.h"

#define MAX_OWNERS	256

struct fake_xen fake_xen;

/* Protects the handler, but not its run */
static DEFINE_SPINLOCK(evtchn_lock);
static atomic_t evtchn_handlers;

/* The driver takes functions back in parallel. */
static DEFINE_SPINLOCK(owners_lock);

static struct {
	struct pci_dev *pdev;
	domid_t domid;
} owners[MAX_OWNERS];

/**
 * fake_xen_reset() - an empty xenstore, nothing mapped, nothing bound
 *
 * Context: may sleep.
 */
void fake_xen_reset(void)
{
	fake_store_reset();
	fake_domain_reset();
	memset(owners, 0, sizeof(owners));
	memset(&fake_xen, 0, sizeof(fake_xen));
	fake_xen.initial_domain = true;
	fake_xen.pirqs = true;
}

/**
 * fake_xen_check() - expect that all was given back
 * @test: the test
 *
 * Context: may sleep.
 */
void fake_xen_check(struct kunit *test)
{
	KUNIT_EXPECT_EQ_MSG(test, fake_xen.mapped, 0, "ring still mapped");
	KUNIT_EXPECT_EQ_MSG(test, fake_xen.bound, 0, "event channel still bound");
	KUNIT_EXPECT_NULL_MSG(test, fake_xen.watch, "watch still registered");
	KUNIT_EXPECT_NULL_MSG(test, fake_xen.on_release, "domains still watched");
	KUNIT_EXPECT_EQ_MSG(test, fake_xen.prepared, 0, "MSI-X still prepared");
	KUNIT_EXPECT_EQ_MSG(test, fake_xen.owners, 0, "owner still registered");
}

/**
 * fake_xen_event() - the guest sends an event
 *
 * Context: any. The handler runs with interrupts off, as it does in life.
 */
void fake_xen_event(void)
{
	irq_handler_t handler;
	unsigned long flags;
	void *arg;

	spin_lock_irqsave(&evtchn_lock, flags);
	handler = fake_xen.handler;
	arg = fake_xen.arg;
	if (handler)
		atomic_inc(&evtchn_handlers);
	spin_unlock(&evtchn_lock);
	if (handler) {
		handler(FAKE_XEN_EVTCHN_IRQ, arg);
		atomic_dec(&evtchn_handlers);
	}
	local_irq_restore(flags);
}

static int owner_slot(const struct pci_dev *pdev)
{
	int i;

	lockdep_assert_held(&owners_lock);

	for (i = 0; i < MAX_OWNERS; i++)
		if (owners[i].pdev == pdev)
			return i;
	return -ENOSPC;
}

/**
 * fake_xen_owner() - for whom are a function's interrupts mapped?
 * @pdev: the function
 *
 * Context: any.
 * Return: the domain, -ENODEV for none.
 */
int fake_xen_owner(const struct pci_dev *pdev)
{
	int slot, domid;

	spin_lock(&owners_lock);
	slot = owner_slot(pdev);
	domid = slot < 0 ? -ENODEV : owners[slot].domid;
	spin_unlock(&owners_lock);
	return domid;
}

/* From here on: what xen_iface.h declares */

bool pb2_xen_is_initial_domain(void)
{
	return fake_xen.initial_domain;
}

bool pb2_xen_has_pirqs(void)
{
	return fake_xen.pirqs;
}

int pb2_xen_device_reset(struct pci_dev *pdev)
{
	might_sleep();
	return fake_call("device_reset %s", pci_name(pdev));
}

int pb2_xen_sysctl(struct xen_sysctl *op)
{
	int rc = fake_call("sysctl=%u", op->cmd);

	might_sleep();
	if (rc)
		return rc;
	if (op->interface_version != fake_xen.sysctl)
		return -EACCES;
	/* Xen copies the whole union of its own struct xen_sysctl back. */
	memset(&op->u, 0x5a, 128);
	op->u.physinfo.capabilities = fake_xen.machine;
	return 0;
}

char *pb2_xen_command_line(void)
{
	might_sleep();
	return kstrdup(fake_xen.command_line, GFP_KERNEL);
}

bool pb2_xen_has_capability(const char *word)
{
	might_sleep();
	return fake_xen.capability && !strcmp(fake_xen.capability, word);
}

int pb2_xen_host_bridge_add(unsigned int op, u16 segment, u64 base, u64 size)
{
	might_sleep();
	return fake_call("host_bridge_add=%u %04x 0x%llx 0x%llx", op, segment,
			 base, size);
}

int pb2_xen_mmcfg_reserved(u16 segment, u8 first, u8 last, u64 base)
{
	might_sleep();
	return fake_call("mmcfg_reserved %04x:%02x-%02x 0x%llx", segment, first,
			 last, base);
}

int pb2_xen_prepare_msix(struct pci_dev *pdev)
{
	int rc = fake_call("prepare_msix %s", pci_name(pdev));

	might_sleep();
	if (rc)
		fake_xen.refused = pdev;
	else
		fake_xen.prepared++;
	return rc;
}

int pb2_xen_release_msix(struct pci_dev *pdev)
{
	int rc = fake_call("release_msix %s", pci_name(pdev));

	might_sleep();
	if (pdev->msix_enabled)
		fake_wrong("MSI-X of %s released with vectors allocated",
			   pci_name(pdev));
	/* Xen has no record of a function that it refused to prepare. */
	if (fake_xen.refused == pdev) {
		fake_xen.refused = NULL;
		return -EBUSY;
	}
	/* Counts as released if Xen fails, too: the driver can do no more. */
	fake_xen.prepared--;
	return rc;
}

static int add_owner(struct pci_dev *pdev, domid_t domid)
{
	int slot;

	if (owner_slot(pdev) >= 0)
		return -EEXIST;
	slot = owner_slot(NULL);
	if (slot < 0)
		return -ENOMEM;
	owners[slot].pdev = pdev;
	owners[slot].domid = domid;
	fake_xen.owners++;
	return 0;
}

int pb2_xen_register_owner(struct pci_dev *pdev, domid_t domid)
{
	int rc = fake_call("register_owner=%u %s", domid, pci_name(pdev));

	might_sleep();
	if (rc)
		return rc;
	spin_lock(&owners_lock);
	rc = add_owner(pdev, domid);
	spin_unlock(&owners_lock);
	return rc;
}

void pb2_xen_unregister_owner(struct pci_dev *pdev)
{
	int slot;

	might_sleep();
	fake_note("unregister_owner %s", pci_name(pdev));
	if (pdev->msi_enabled || pdev->msix_enabled)
		fake_wrong("owner of %s unregistered before its vectors are free",
			   pci_name(pdev));
	spin_lock(&owners_lock);
	slot = owner_slot(pdev);
	if (slot >= 0) {
		owners[slot].pdev = NULL;
		fake_xen.owners--;
	}
	spin_unlock(&owners_lock);
}

bool pb2_xen_is_pirq(unsigned int irq)
{
	return irq == FAKE_PCI_LINE || irq == FAKE_PCI_MSI_IRQ ||
	       (irq >= FAKE_PCI_MSIX_IRQ &&
		irq < FAKE_PCI_MSIX_IRQ + FAKE_PCI_MSIX_VECTORS);
}

int pb2_xen_pirq(unsigned int irq)
{
	/* The kernel hits a BUG(), in xen_pirq_from_irq(). */
	if (irq && !pb2_xen_is_pirq(irq))
		fake_wrong("IRQ %u has no pirq", irq);
	if (!fake_xen.pirqs)
		fake_wrong("the pirq of IRQ %u asked for where there are none",
			   irq);
	return irq ? FAKE_XEN_PIRQ(irq) : 0;
}

bool pb2_xen_irq_is_unshared(unsigned int irq)
{
	/* The kernel WARNs, in xen_test_irq_shared(). */
	if (!pb2_xen_is_pirq(irq))
		fake_wrong("IRQ %u is no pirq", irq);
	return fake_xen.unshared;
}

int pb2_xen_map_ring(struct xenbus_device *xdev, unsigned int gref, void **page)
{
	int rc = fake_call("map_ring=%u", gref);

	might_sleep();
	if (rc)
		return rc;
	if (!fake_xen.page)
		return -EINVAL;
	fake_xen.gref = gref;
	fake_xen.mapped++;
	*page = fake_xen.page;
	return 0;
}

void pb2_xen_unmap_ring(struct xenbus_device *xdev, void *page)
{
	might_sleep();
	fake_note("unmap_ring");
	if (!fake_xen.mapped || page != fake_xen.page)
		fake_wrong("a page is unmapped that is not mapped");
	fake_xen.mapped--;
}

int pb2_xen_bind_evtchn(struct xenbus_device *xdev, unsigned int port,
			irq_handler_t handler, void *arg)
{
	int rc = fake_call("bind_evtchn=%u", port);

	might_sleep();
	if (!rc && port == fake_xen.bad_port)
		rc = -EINVAL;
	if (rc)
		return rc;
	fake_xen.port = port;
	spin_lock_irq(&evtchn_lock);
	fake_xen.handler = handler;
	fake_xen.arg = arg;
	spin_unlock_irq(&evtchn_lock);
	fake_xen.bound++;
	if (fake_xen.on_bind)
		fake_xen.on_bind();
	return FAKE_XEN_EVTCHN_IRQ;
}

static void check_evtchn(const char *what, unsigned int irq)
{
	if (!fake_xen.bound || irq != FAKE_XEN_EVTCHN_IRQ)
		fake_wrong("%s on IRQ %u, which is not bound", what, irq);
}

void pb2_xen_unbind_evtchn(unsigned int irq, void *arg)
{
	might_sleep();
	fake_note("unbind_evtchn");
	check_evtchn("unbind", irq);
	if (arg != fake_xen.arg)
		fake_wrong("unbound with another argument than bound");
	/* The guest's last event comes at the last moment. */
	fake_xen_event();
	spin_lock_irq(&evtchn_lock);
	fake_xen.handler = NULL;
	fake_xen.arg = NULL;
	spin_unlock_irq(&evtchn_lock);
	/* As free_irq() does */
	while (atomic_read(&evtchn_handlers))
		usleep_range(100, 1000);
	fake_xen.bound--;
}

void pb2_xen_notify(unsigned int irq)
{
	fake_note("notify");
	check_evtchn("notify", irq);
	fake_xen.notified++;
	if (fake_xen.on_notify)
		fake_xen.on_notify();
}

void pb2_xen_eoi(unsigned int irq, bool spurious)
{
	fake_note("eoi=%d", spurious);
	check_evtchn("EOI", irq);
	fake_xen.eois++;
	if (spurious)
		fake_xen.spurious++;
}

u64 pb2_xen_stolen(unsigned int cpu)
{
	return fake_xen.stolen;
}
