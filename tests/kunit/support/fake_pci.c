// SPDX-License-Identifier: GPL-2.0
/*
 * fake_pci.c - in place of pci_iface.c: calls are recorded, have their effect
 * on the fake hardware, and must obey the rules of the PCI core
 */
#include <linux/slab.h>

#include "fake.h"
#include "fake_pci.h"
#include "../../../drivers/xen/pciback2/host/compat.h"

/**
 * struct pci_saved_state - opaque to everybody but pb2_pci_restore()
 * @hw: the registers
 */
struct pci_saved_state {
	u8 hw[PCI_CFG_SPACE_EXP_SIZE];
};

static struct fake_pci *fake_of(struct pci_dev *pdev)
{
	struct fake_pci *dev = fake_pci_of(pdev);

	if (!dev)
		fake_wrong("a function that is not of the fake bus");
	return dev;
}

static void set_bit16(struct fake_pci *dev, unsigned int off, u16 bit, bool on)
{
	u16 val = fake_pci_get(dev, off, 2);

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
	unsigned long flags;

	local_irq_save(flags);
	if (dev->handler)
		result = dev->handler(FAKE_PCI_LINE, dev->arg);
	local_irq_restore(flags);
	return result;
}

/* From here on: what pci_iface.h declares */

int pb2_pci_enable(struct pci_dev *pdev)
{
	struct fake_pci *dev = fake_of(pdev);
	int rc = fake_call("enable %s", pci_name(pdev));

	if (rc)
		return rc;
	dev->enabled++;
	set_bit16(dev, PCI_COMMAND, PCI_COMMAND_IO | PCI_COMMAND_MEMORY,
		  !pdev->is_virtfn);
	return 0;
}

void pb2_pci_disable(struct pci_dev *pdev)
{
	struct fake_pci *dev = fake_of(pdev);

	fake_note("disable %s", pci_name(pdev));
	if (!dev->enabled)
		fake_wrong("%s disabled while it is", pci_name(pdev));
	if (--dev->enabled)
		return;
	set_bit16(dev, PCI_COMMAND, PCI_COMMAND_MASTER, false);
}

void pb2_pci_set_master(struct pci_dev *pdev, bool on)
{
	fake_note("set_master=%d %s", on, pci_name(pdev));
	set_bit16(fake_of(pdev), PCI_COMMAND, PCI_COMMAND_MASTER, on);
}

int pb2_pci_set_mwi(struct pci_dev *pdev, bool on)
{
	int rc = fake_call("set_mwi=%d %s", on, pci_name(pdev));

	if (!rc)
		set_bit16(fake_of(pdev), PCI_COMMAND, PCI_COMMAND_INVALIDATE, on);
	return rc;
}

void pb2_pci_set_intx(struct pci_dev *pdev, bool on)
{
	fake_note("set_intx=%d %s", on, pci_name(pdev));
	set_bit16(fake_of(pdev), PCI_COMMAND, PCI_COMMAND_INTX_DISABLE, !on);
}

void pb2_pci_set_assigned(struct pci_dev *pdev, bool on)
{
	struct fake_pci *dev = fake_of(pdev);

	fake_note("set_assigned=%d %s", on, pci_name(pdev));
	dev->assigned = on;
}

int pb2_pci_enable_msi(struct pci_dev *pdev)
{
	int rc = fake_call("enable_msi %s", pci_name(pdev));

	if (rc)
		return rc;
	if (pdev->msi_enabled || pdev->msix_enabled) {
		fake_wrong("MSI of %s enabled on top of another",
			   pci_name(pdev));
		return -EINVAL;
	}
	if (!pdev->msi_cap || pdev->current_state != PCI_D0)
		return -EINVAL;
	if (fake_of(pdev)->absent)
		fake_wrong("MSI of %s enabled, which does not answer",
			   pci_name(pdev));
	pdev->msi_enabled = 1;
	pdev->irq = FAKE_PCI_MSI_IRQ;
	set_bit16(fake_of(pdev), pdev->msi_cap + PCI_MSI_FLAGS,
		  PCI_MSI_FLAGS_ENABLE, true);
	return 0;
}

void pb2_pci_disable_msi(struct pci_dev *pdev)
{
	fake_note("disable_msi %s", pci_name(pdev));
	if (!pdev->msi_enabled)
		return;
	pdev->msi_enabled = 0;
	pdev->irq = pdev->pin ? FAKE_PCI_LINE : 0;
	set_bit16(fake_of(pdev), pdev->msi_cap + PCI_MSI_FLAGS,
		  PCI_MSI_FLAGS_ENABLE, false);
}

static bool has_duplicate(const struct msix_entry *entries, int of)
{
	int i;

	for (i = 0; i < of; i++)
		if (entries[i].entry == entries[of].entry)
			return true;
	return false;
}

int pb2_pci_enable_msix(struct pci_dev *pdev, struct msix_entry *entries,
			int nvec)
{
	struct fake_pci *dev = fake_of(pdev);
	int rc = fake_call("enable_msix=%d %s", nvec, pci_name(pdev));
	int i;

	if (rc)
		return rc;
	if (pdev->msi_enabled || pdev->msix_enabled) {
		fake_wrong("MSI-X of %s enabled on top of another",
			   pci_name(pdev));
		return -EINVAL;
	}
	if (!pdev->msix_cap || pdev->current_state != PCI_D0)
		return -EINVAL;
	/* The kernel would map what the table's all-ones offset names. */
	if (dev->absent)
		fake_wrong("MSI-X of %s enabled, which does not answer",
			   pci_name(pdev));
	if (nvec > FAKE_PCI_MSIX_VECTORS)
		return -ENOSPC;
	for (i = 0; i < nvec; i++) {
		if (entries[i].entry >= FAKE_PCI_MSIX_VECTORS ||
		    has_duplicate(entries, i))
			return -EINVAL;
		entries[i].vector = FAKE_PCI_MSIX_IRQ + entries[i].entry;
	}
	pdev->msix_enabled = 1;
	dev->nvec = nvec;
	set_bit16(dev, pdev->msix_cap + PCI_MSIX_FLAGS, PCI_MSIX_FLAGS_ENABLE,
		  true);
	return 0;
}

void pb2_pci_disable_msix(struct pci_dev *pdev)
{
	struct fake_pci *dev = fake_of(pdev);

	fake_note("disable_msix %s", pci_name(pdev));
	if (!pdev->msix_enabled)
		return;
	pdev->msix_enabled = 0;
	dev->nvec = 0;
	set_bit16(dev, pdev->msix_cap + PCI_MSIX_FLAGS, PCI_MSIX_FLAGS_ENABLE,
		  false);
}

/*
 * No register but the power state changes: the PCI core restores what a function
 * loses in D3hot.
 */
int pb2_pci_set_power(struct pci_dev *pdev, pci_power_t state)
{
	struct fake_pci *dev = fake_of(pdev);
	int rc = fake_call("set_power=%d %s", (__force int)state,
			   pci_name(pdev));

	if (rc)
		return rc;
	if (!pdev->pm_cap)
		return state == PCI_D0 ? 0 : -EIO;
	pdev->current_state = state;
	fake_pci_set(dev, pdev->pm_cap + PCI_PM_CTRL, 1, (__force u8)state);
	return 0;
}

void pb2_pci_pme_off(struct pci_dev *pdev)
{
	fake_note("pme_off %s", pci_name(pdev));
}

static void expect_d0(struct pci_dev *pdev, const char *what)
{
	if (pdev->current_state != PCI_D0)
		fake_wrong("%s of %s in D%d", what, pci_name(pdev),
			   (__force int)pdev->current_state);
}

struct pci_saved_state *pb2_pci_save(struct pci_dev *pdev)
{
	struct pci_saved_state *saved;

	if (fake_call("save %s", pci_name(pdev)))
		return NULL;
	expect_d0(pdev, "save");
	saved = kmalloc(sizeof(*saved), GFP_KERNEL);
	if (saved)
		memcpy(saved->hw, fake_of(pdev)->hw, sizeof(saved->hw));
	return saved;
}

int pb2_pci_restore(struct pci_dev *pdev, struct pci_saved_state *saved)
{
	int rc = fake_call("restore %s", pci_name(pdev));

	if (rc)
		return rc;
	expect_d0(pdev, "restore");
	if (!saved) {
		fake_wrong("restore of %s from nothing", pci_name(pdev));
		return -EINVAL;
	}
	memcpy(fake_of(pdev)->hw, saved->hw, sizeof(saved->hw));
	return 0;
}

void pb2_pci_save_now(struct pci_dev *pdev)
{
	fake_note("save_now %s", pci_name(pdev));
}

void pb2_pci_lock_cfg(struct pci_dev *pdev)
{
	struct fake_pci *dev = fake_of(pdev);

	fake_note("lock_cfg %s", pci_name(pdev));
	/* With the real lock the thread would wait for itself. */
	if (dev->cfg_locked)
		fake_wrong("%s locked twice", pci_name(pdev));
	dev->cfg_locked = true;
}

void pb2_pci_unlock_cfg(struct pci_dev *pdev)
{
	struct fake_pci *dev = fake_of(pdev);

	fake_note("unlock_cfg %s", pci_name(pdev));
	if (!dev->cfg_locked)
		fake_wrong("%s unlocked twice", pci_name(pdev));
	dev->cfg_locked = false;
}

static int do_reset(struct fake_pci *dev, enum fake_reset how)
{
	struct pci_dev *pdev = &dev->pdev;

	device_lock_assert(&pdev->dev);
	expect_d0(pdev, "reset");
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
	if (!fake_of(pdev)->cfg_locked)
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
	struct fake_pci *dev = fake_of(pdev);
	int rc = fake_call("reset_function %s", pci_name(pdev)) ?:
		 do_reset(dev, dev->function_reset);

	/* The PCI core takes the lock of the bridge for no one. */
	if (rc == -ENOTTY && kernel_resets_bus(pdev))
		rc = reset_below(pci_upstream_bridge(pdev), false);
	return rc;
}

int pb2_pci_reset_flr(struct pci_dev *pdev)
{
	struct fake_pci *dev = fake_of(pdev);

	return fake_call("reset_flr %s", pci_name(pdev)) ?:
	       do_reset(dev, dev->flr_reset);
}

int pb2_pci_reset_slot(struct pci_dev *pdev, bool probe)
{
	if (fake_of(pdev)->slot_reset == FAKE_RESET_NONE)
		return -ENOTTY;
	if (probe)
		return 0;
	return fake_call("reset_slot %s", pci_name(pdev)) ?:
	       reset_below(pci_upstream_bridge(pdev), true);
}

int pb2_pci_reset_bus(struct pci_dev *bridge)
{
	return fake_call("reset_bus %s", pci_name(bridge)) ?:
	       reset_below(bridge, false);
}

struct pci_dev *pb2_pci_next(struct pci_dev *from)
{
	struct fake_pci *next = fake_pci_next(from ? fake_of(from) : NULL);

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
	struct fake_pci *dev = fake_of(pdev);
	int rc = fake_call("request_irq=%u %s", irq, pci_name(pdev));

	if (rc)
		return rc;
	if (dev->handler)
		fake_wrong("a second handler for %s", pci_name(pdev));
	if (irq != FAKE_PCI_LINE)
		fake_wrong("a handler for IRQ %u, not the line of %s", irq,
			   pci_name(pdev));
	dev->handler = handler;
	dev->arg = arg;
	return 0;
}

void pb2_pci_free_irq(struct pci_dev *pdev, unsigned int irq, void *arg)
{
	struct fake_pci *dev = fake_of(pdev);

	fake_note("free_irq=%u %s", irq, pci_name(pdev));
	if (!dev->handler || arg != dev->arg)
		fake_wrong("a handler of %s is freed that is not there",
			   pci_name(pdev));
	dev->handler = NULL;
}
