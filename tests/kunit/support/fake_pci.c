// SPDX-License-Identifier: GPL-2.0
/*
 * fake_pci.c - in place of pci_iface.c: calls are recorded, have their effect
 * on the fake hardware, and must obey the rules of the PCI core
 */
#include <linux/delay.h>

#include "fake.h"
#include "fake_pci.h"
#include "../../../drivers/xen/pciback2/host/compat.h"

/* Protects the handlers of all functions, but not their runs */
static DEFINE_SPINLOCK(handler_lock);

/**
 * fake_pci_known() - the fake behind a function, which must be one of ours
 * @pdev: the function
 *
 * Context: may sleep.
 * Return: the fake; %NULL, and the test fails, if there is none.
 */
struct fake_pci *fake_pci_known(struct pci_dev *pdev)
{
	struct fake_pci *dev = fake_pci_of(pdev);

	if (!dev)
		fake_wrong("a function that is not of the fake bus");
	return dev;
}

/**
 * fake_pci_expect_d0() - the PCI core leaves it to the driver that this is D0
 * @pdev: the function
 * @what: what is done to it
 *
 * Context: may sleep.
 */
void fake_pci_expect_d0(struct pci_dev *pdev, const char *what)
{
	if (pdev->current_state != PCI_D0)
		fake_wrong("%s of %s in D%d", what, pci_name(pdev),
			   (__force int)pdev->current_state);
}

/* A function that is absent takes no write. */
static void set_bit16(struct fake_pci *dev, unsigned int off, u16 bit, bool on)
{
	u16 val = fake_pci_get(dev, off, 2);

	if (!dev->absent)
		fake_pci_set(dev, off, 2, on ? val | bit : val & ~bit);
}

/**
 * fake_pci_interrupt() - the INTx line is raised
 * @dev: the function
 *
 * Context: any. The handler runs with interrupts off, as a real one does.
 * Return: what the handler says; IRQ_NONE without one.
 */
irqreturn_t fake_pci_interrupt(struct fake_pci *dev)
{
	irqreturn_t result = IRQ_NONE;
	irq_handler_t handler;
	unsigned long flags;
	void *arg;

	spin_lock_irqsave(&handler_lock, flags);
	handler = dev->handler;
	arg = dev->arg;
	if (handler)
		atomic_inc(&dev->handlers);
	spin_unlock(&handler_lock);
	if (handler) {
		result = handler(FAKE_PCI_LINE, arg);
		atomic_dec(&dev->handlers);
	}
	local_irq_restore(flags);
	return result;
}

/* From here on: what pci_iface.h declares */

int pb2_pci_enable(struct pci_dev *pdev)
{
	struct fake_pci *dev = fake_pci_known(pdev);
	int rc = fake_call("enable %s", pci_name(pdev));

	might_sleep();
	if (rc)
		return rc;
	dev->enabled++;
	set_bit16(dev, PCI_COMMAND, PCI_COMMAND_IO | PCI_COMMAND_MEMORY,
		  !pdev->is_virtfn);
	return 0;
}

void pb2_pci_disable(struct pci_dev *pdev)
{
	struct fake_pci *dev = fake_pci_known(pdev);

	might_sleep();
	fake_note("disable %s", pci_name(pdev));
	if (!dev->enabled)
		fake_wrong("%s disabled while it is", pci_name(pdev));
	if (--dev->enabled)
		return;
	set_bit16(dev, PCI_COMMAND, PCI_COMMAND_MASTER, false);
}

void pb2_pci_set_master(struct pci_dev *pdev, bool on)
{
	might_sleep();
	fake_note("set_master=%d %s", on, pci_name(pdev));
	set_bit16(fake_pci_known(pdev), PCI_COMMAND, PCI_COMMAND_MASTER, on);
}

int pb2_pci_set_mwi(struct pci_dev *pdev, bool on)
{
	int rc = fake_call("set_mwi=%d %s", on, pci_name(pdev));

	might_sleep();
	if (!rc)
		set_bit16(fake_pci_known(pdev), PCI_COMMAND, PCI_COMMAND_INVALIDATE, on);
	return rc;
}

void pb2_pci_set_intx(struct pci_dev *pdev, bool on)
{
	might_sleep();
	fake_note("set_intx=%d %s", on, pci_name(pdev));
	set_bit16(fake_pci_known(pdev), PCI_COMMAND, PCI_COMMAND_INTX_DISABLE, !on);
}

void pb2_pci_set_assigned(struct pci_dev *pdev, bool on)
{
	struct fake_pci *dev = fake_pci_known(pdev);

	fake_note("set_assigned=%d %s", on, pci_name(pdev));
	dev->assigned = on;
}

/*
 * The core answers both of these with -EINVAL and a warning, and leaves the
 * function alone. Its warning is a defect of the driver.
 */
static bool may_have_vectors(struct pci_dev *pdev)
{
	if (pdev->msi_enabled || pdev->msix_enabled) {
		fake_wrong("MSI of %s enabled on top of another",
			   pci_name(pdev));
		return false;
	}
	return !pdev->no_msi && pdev->current_state == PCI_D0;
}

/* As pci_intx_for_msi(): no interrupt of the pin while there are messages. */
static void set_vectors(struct fake_pci *dev, unsigned int flags, u16 enable,
			bool on)
{
	u16 quirk = dev->pdev.dev_flags & PCI_DEV_FLAGS_MSI_INTX_DISABLE_BUG;

	set_bit16(dev, flags, enable, on);
	if (!quirk)
		set_bit16(dev, PCI_COMMAND, PCI_COMMAND_INTX_DISABLE, on);
}

int pb2_pci_enable_msi(struct pci_dev *pdev)
{
	struct fake_pci *dev = fake_pci_known(pdev);
	int rc = fake_call("enable_msi %s", pci_name(pdev));

	might_sleep();
	if (rc)
		return rc;
	if (!may_have_vectors(pdev) || !pdev->msi_cap)
		return -EINVAL;
	if (dev->absent)
		fake_wrong("MSI of %s enabled, which does not answer",
			   pci_name(pdev));
	pdev->msi_enabled = 1;
	set_vectors(dev, pdev->msi_cap + PCI_MSI_FLAGS, PCI_MSI_FLAGS_ENABLE,
		    true);
	dev->line = pdev->irq;
	pdev->irq = FAKE_PCI_MSI_IRQ;
	return 0;
}

void pb2_pci_disable_msi(struct pci_dev *pdev)
{
	struct fake_pci *dev = fake_pci_known(pdev);

	might_sleep();
	fake_note("disable_msi %s", pci_name(pdev));
	if (!pdev->msi_enabled)
		return;
	pdev->msi_enabled = 0;
	set_vectors(dev, pdev->msi_cap + PCI_MSI_FLAGS, PCI_MSI_FLAGS_ENABLE,
		    false);
	pdev->irq = dev->line;
}

static int check_entries(const struct msix_entry *entries, int nvec)
{
	int i, j;

	for (i = 0; i < nvec; i++) {
		if (entries[i].entry >= FAKE_PCI_MSIX_VECTORS)
			return -EINVAL;
		for (j = 0; j < i; j++)
			if (entries[j].entry == entries[i].entry)
				return -EINVAL;
	}
	return 0;
}

int pb2_pci_enable_msix(struct pci_dev *pdev, struct msix_entry *entries,
			int nvec)
{
	struct fake_pci *dev = fake_pci_known(pdev);
	int rc = fake_call("enable_msix=%d %s", nvec, pci_name(pdev));
	int i;

	might_sleep();
	if (rc)
		return rc;
	if (!may_have_vectors(pdev) || nvec < 1 || !pdev->msix_cap)
		return -EINVAL;
	/* The kernel would map what the table's all-ones offset names. */
	if (dev->absent)
		fake_wrong("MSI-X of %s enabled, which does not answer",
			   pci_name(pdev));
	if (nvec > FAKE_PCI_MSIX_VECTORS)
		return -ENOSPC;
	rc = check_entries(entries, nvec);
	if (rc)
		return rc;
	for (i = 0; i < nvec; i++)
		entries[i].vector = FAKE_PCI_MSIX_IRQ + entries[i].entry;
	pdev->msix_enabled = 1;
	dev->nvec = nvec;
	set_vectors(dev, pdev->msix_cap + PCI_MSIX_FLAGS, PCI_MSIX_FLAGS_ENABLE,
		    true);
	return 0;
}

void pb2_pci_disable_msix(struct pci_dev *pdev)
{
	struct fake_pci *dev = fake_pci_known(pdev);

	might_sleep();
	fake_note("disable_msix %s", pci_name(pdev));
	if (!pdev->msix_enabled)
		return;
	pdev->msix_enabled = 0;
	dev->nvec = 0;
	set_vectors(dev, pdev->msix_cap + PCI_MSIX_FLAGS, PCI_MSIX_FLAGS_ENABLE,
		    false);
}

void pb2_pci_lock_cfg(struct pci_dev *pdev)
{
	struct fake_pci *dev = fake_pci_known(pdev);

	might_sleep();
	fake_note("lock_cfg %s", pci_name(pdev));
	/* With the real lock the thread would wait for itself. */
	if (dev->cfg_locked)
		fake_wrong("%s locked twice", pci_name(pdev));
	dev->cfg_locked = true;
}

void pb2_pci_unlock_cfg(struct pci_dev *pdev)
{
	struct fake_pci *dev = fake_pci_known(pdev);

	fake_note("unlock_cfg %s", pci_name(pdev));
	if (!dev->cfg_locked)
		fake_wrong("%s unlocked twice", pci_name(pdev));
	dev->cfg_locked = false;
}

static int do_reset(struct fake_pci *dev, enum fake_reset how)
{
	struct pci_dev *pdev = &dev->pdev;

	device_lock_assert(&pdev->dev);
	fake_pci_expect_d0(pdev, "reset");
	if (!dev->cfg_locked)
		fake_wrong("reset of %s while user space can get at it",
			   pci_name(pdev));
	if (!dev->absent && fake_pci_get(dev, PCI_COMMAND, 2) & PCI_COMMAND_MASTER)
		fake_wrong("reset of %s during DMA", pci_name(pdev));

	switch (how) {
	case FAKE_RESET_NONE:
		return -ENOTTY;
	case FAKE_RESET_FAILS:
		return -ETIMEDOUT;
	case FAKE_RESET_LIES:
		return 0;
	case FAKE_RESET_KILLS:
		dev->absent = true;
		return 0;
	case FAKE_RESET_UNTRAINED:
		dev->absent = true;
		return -ENOTTY;
	case FAKE_RESET_WORKS:
		break;
	}
	fake_pci_do_reset(dev);
	return 0;
}

static void expect_locked(struct pci_dev *pdev)
{
	device_lock_assert(&pdev->dev);
	if (!fake_pci_known(pdev)->cfg_locked)
		fake_wrong("a reset below %s, which is not locked",
			   pci_name(pdev));
}

static bool is_below(struct fake_pci *dev, const struct pci_dev *bridge)
{
	struct pci_dev *up = &dev->pdev;

	do {
		up = pci_upstream_bridge(up);
	} while (up && up != bridge);
	return up;
}

/* As hardware does, this resets all at once, and reports one result. */
static int reset_below(struct pci_dev *bridge, bool by_slot)
{
	struct fake_pci *dev = NULL;
	int rc = 0;

	expect_locked(bridge);
	while ((dev = fake_pci_next(dev)))
		if (is_below(dev, bridge))
			rc = do_reset(dev, by_slot ? dev->slot_reset :
						     dev->bus_reset) ?: rc;
	return rc;
}

/* The list ends at the first method that the function has. */
static bool kernel_resets_bus(const struct pci_dev *pdev)
{
	return memchr(pdev->reset_methods, PB2_COMPAT_RESET_BUS,
		      sizeof(pdev->reset_methods));
}

int pb2_pci_reset_function(struct pci_dev *pdev)
{
	struct fake_pci *dev = fake_pci_known(pdev);
	int rc = fake_call("reset_function %s", pci_name(pdev)) ?:
		 do_reset(dev, dev->function_reset);

	might_sleep();
	/* The PCI core takes the lock of the bridge for no one. */
	if (rc == -ENOTTY && kernel_resets_bus(pdev))
		rc = reset_below(pci_upstream_bridge(pdev), false);
	return rc;
}

int pb2_pci_reset_flr(struct pci_dev *pdev)
{
	struct fake_pci *dev = fake_pci_known(pdev);

	might_sleep();
	return fake_call("reset_flr %s", pci_name(pdev)) ?:
	       do_reset(dev, dev->flr_reset);
}

int pb2_pci_reset_slot(struct pci_dev *pdev, bool probe)
{
	might_sleep();
	if (fake_pci_known(pdev)->slot_reset == FAKE_RESET_NONE)
		return -ENOTTY;
	if (probe)
		return 0;
	return fake_call("reset_slot %s", pci_name(pdev)) ?:
	       reset_below(pci_upstream_bridge(pdev), true);
}

int pb2_pci_reset_bus(struct pci_dev *bridge)
{
	might_sleep();
	return fake_call("reset_bus %s", pci_name(bridge)) ?:
	       reset_below(bridge, false);
}

struct pci_dev *pb2_pci_next(struct pci_dev *from)
{
	struct fake_pci *next = fake_pci_next(from ? fake_pci_known(from) : NULL);

	might_sleep();
	pci_dev_put(from);
	return next ? pci_dev_get(&next->pdev) : NULL;
}

void pb2_pci_lock(struct pci_dev *pdev)
{
	device_lock(&pdev->dev);
	pb2_pci_lock_cfg(pdev);
}

bool pb2_pci_trylock(struct pci_dev *pdev)
{
	if (fake_call("trylock %s", pci_name(pdev)) ||
	    !device_trylock(&pdev->dev))
		return false;
	pb2_pci_lock_cfg(pdev);
	return true;
}

void pb2_pci_unlock(struct pci_dev *pdev)
{
	pb2_pci_unlock_cfg(pdev);
	device_unlock(&pdev->dev);
}

int pb2_pci_request_irq(struct pci_dev *pdev, unsigned int irq,
			irq_handler_t handler, const char *name, void *arg)
{
	struct fake_pci *dev = fake_pci_known(pdev);
	int rc = fake_call("request_irq=%u %s", irq, pci_name(pdev));

	might_sleep();
	if (rc)
		return rc;
	if (dev->handler)
		fake_wrong("a second handler for %s", pci_name(pdev));
	if (irq != FAKE_PCI_LINE)
		fake_wrong("a handler for IRQ %u, not the line of %s", irq,
			   pci_name(pdev));
	spin_lock_irq(&handler_lock);
	dev->handler = handler;
	dev->arg = arg;
	spin_unlock_irq(&handler_lock);
	return 0;
}

void pb2_pci_free_irq(struct pci_dev *pdev, unsigned int irq, void *arg)
{
	struct fake_pci *dev = fake_pci_known(pdev);

	might_sleep();
	fake_note("free_irq=%u %s", irq, pci_name(pdev));
	if (!dev->handler || arg != dev->arg)
		fake_wrong("a handler of %s is freed that is not there",
			   pci_name(pdev));
	spin_lock_irq(&handler_lock);
	dev->handler = NULL;
	spin_unlock_irq(&handler_lock);
	while (atomic_read(&dev->handlers))
		usleep_range(100, 1000);
}
