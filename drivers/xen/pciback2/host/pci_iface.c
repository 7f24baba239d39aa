// SPDX-License-Identifier: GPL-2.0
/*
 * pci_iface.c - the only caller of PCI core functions that change a function
 */
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/pci_hotplug.h>
#include <linux/pm_runtime.h>

#include "pci_iface.h"

/**
 * pb2_pci_enable() - turn decode on and route INTx
 * @pdev: the function
 *
 * Context: may sleep.
 * Return: 0, or the PCI core's errno.
 */
int pb2_pci_enable(struct pci_dev *pdev)
{
	return pci_enable_device(pdev);
}

/**
 * pb2_pci_disable() - undo pb2_pci_enable()
 * @pdev: the function
 *
 * Context: may sleep.
 */
void pb2_pci_disable(struct pci_dev *pdev)
{
	pci_disable_device(pdev);
}

/**
 * pb2_pci_set_master() - allow or stop DMA
 * @pdev: the function
 * @on: true to allow DMA
 *
 * Context: may sleep.
 */
void pb2_pci_set_master(struct pci_dev *pdev, bool on)
{
	if (on)
		pci_set_master(pdev);
	else
		pci_clear_master(pdev);
}

/**
 * pb2_pci_set_mwi() - allow or forbid Memory Write and Invalidate
 * @pdev: the function
 * @on: true to allow it
 *
 * Context: may sleep.
 * Return: 0, or -EINVAL if the cache line size cannot be set.
 */
int pb2_pci_set_mwi(struct pci_dev *pdev, bool on)
{
	if (on)
		return pci_set_mwi(pdev);

	pci_clear_mwi(pdev);
	return 0;
}

/**
 * pb2_pci_set_intx() - clear or set the INTx disable bit of COMMAND
 * @pdev: the function
 * @on: true to allow INTx interrupts
 *
 * Context: may sleep.
 */
void pb2_pci_set_intx(struct pci_dev *pdev, bool on)
{
	pci_intx(pdev, on);
}

/**
 * pb2_pci_set_assigned() - set or clear the PCI core's "assigned" flag
 * @pdev: the function
 * @on: true to set the flag
 *
 * The PCI core does not disable SR-IOV of a PF while a VF has the flag.
 *
 * Context: any.
 */
void pb2_pci_set_assigned(struct pci_dev *pdev, bool on)
{
	if (on)
		pci_set_dev_assigned(pdev);
	else
		pci_clear_dev_assigned(pdev);
}

/**
 * pb2_pci_enable_msi() - allocate one MSI vector, in pci_dev.irq
 * @pdev: the function
 *
 * Context: may sleep.
 * Return: 0, or the PCI core's errno.
 */
int pb2_pci_enable_msi(struct pci_dev *pdev)
{
	return pci_enable_msi(pdev);
}

/**
 * pb2_pci_disable_msi() - undo pb2_pci_enable_msi()
 * @pdev: the function
 *
 * Context: may sleep.
 */
void pb2_pci_disable_msi(struct pci_dev *pdev)
{
	pci_disable_msi(pdev);
}

/**
 * pb2_pci_enable_msix() - allocate exactly @nvec MSI-X vectors
 * @pdev: the function
 * @entries: the wanted table entries; the PCI core fills in the IRQs
 * @nvec: number of @entries
 *
 * Context: may sleep.
 * Return: 0, or the PCI core's errno.
 */
int pb2_pci_enable_msix(struct pci_dev *pdev, struct msix_entry *entries,
			int nvec)
{
	return pci_enable_msix_exact(pdev, entries, nvec);
}

/**
 * pb2_pci_disable_msix() - undo pb2_pci_enable_msix()
 * @pdev: the function
 *
 * Context: may sleep.
 */
void pb2_pci_disable_msix(struct pci_dev *pdev)
{
	pci_disable_msix(pdev);
}

/**
 * pb2_pci_set_power() - change the power state
 * @pdev: the function
 * @state: PCI_D0 to PCI_D3hot
 *
 * Context: may sleep.
 * Return: 0; -EIO if the function has no PM capability; -EINVAL if it does not
 * support the state; or the PCI core's errno.
 */
int pb2_pci_set_power(struct pci_dev *pdev, pci_power_t state)
{
	return pci_set_power_state(pdev, state);
}

/**
 * pb2_pci_pme_off() - stop power management events of a function
 * @pdev: the function
 *
 * Context: may sleep.
 */
void pb2_pci_pme_off(struct pci_dev *pdev)
{
	pci_pme_active(pdev, false);
}

/**
 * pb2_pci_save() - copy the configuration space of a function
 * @pdev: the function, in D0
 *
 * Context: may sleep.
 * Return: the saved state, to be freed with kfree(), or %NULL without memory.
 */
struct pci_saved_state *pb2_pci_save(struct pci_dev *pdev)
{
	pci_save_state(pdev);
	return pci_store_saved_state(pdev);
}

/**
 * pb2_pci_save_now() - save the state that the PCI core restores next
 * @pdev: the function
 *
 * Context: may sleep.
 */
void pb2_pci_save_now(struct pci_dev *pdev)
{
	pci_save_state(pdev);
}

/**
 * pb2_pci_restore() - restore a saved state, and the allocated MSI vectors
 * @pdev: the function, in D0
 * @saved: the result of pb2_pci_save(), which the caller keeps
 *
 * Context: may sleep.
 * Return: 0, or -EINVAL if the saved state does not fit the function.
 */
int pb2_pci_restore(struct pci_dev *pdev, struct pci_saved_state *saved)
{
	int rc = pci_load_saved_state(pdev, saved);

	if (!rc)
		pci_restore_state(pdev);
	return rc;
}

/**
 * pb2_pci_lock_cfg() - make configuration accesses of user space wait
 * @pdev: the function
 *
 * Context: may sleep.
 */
void pb2_pci_lock_cfg(struct pci_dev *pdev)
{
	pci_cfg_access_lock(pdev);
}

/**
 * pb2_pci_unlock_cfg() - undo pb2_pci_lock_cfg()
 * @pdev: the function
 *
 * Context: any.
 */
void pb2_pci_unlock_cfg(struct pci_dev *pdev)
{
	pci_cfg_access_unlock(pdev);
}

/**
 * pb2_pci_reset_function() - reset a function by the kernel's reset methods
 * @pdev: the function, in D0
 *
 * The PCI core tries the methods in the order of the sysfs file reset_method,
 * and stops at the first one that reports success.
 *
 * Context: device_lock and the configuration access lock are held; sleeps as
 * long as the reset takes.
 * Return: 0, -ENOTTY if the function has no method, or the errno of the method.
 */
int pb2_pci_reset_function(struct pci_dev *pdev)
{
	device_lock_assert(&pdev->dev);
	return __pci_reset_function_locked(pdev);
}

/**
 * pb2_pci_reset_flr() - make a Function Level Reset (PCIe 6.0, 6.6.2)
 * @pdev: the function, in D0
 *
 * Context: device_lock and the configuration access lock are held; sleeps as
 * long as the reset takes.
 * Return: 0; -ENOTTY if the function has no FLR, or the kernel knows that its
 * FLR is broken; or the PCI core's errno if the function does not come back.
 */
int pb2_pci_reset_flr(struct pci_dev *pdev)
{
	device_lock_assert(&pdev->dev);
	return pcie_reset_flr(pdev, PCI_RESET_DO_RESET);
}

/**
 * pb2_pci_reset_slot() - reset the hot-plug slot that holds a function
 * @pdev: the function; the reset affects every function in its slot
 * @probe: only look whether the slot can be reset
 *
 * Context: the locks of the bridge above and of all functions in the slot are
 * held (pb2_pci_lock()); sleeps as long as the reset takes.
 * Return: 0, or the errno of the slot's driver. -ENOTTY means with @probe that
 * the function is in no hot-plug slot that can be reset, and otherwise that the
 * link or a function does not come back.
 */
int pb2_pci_reset_slot(struct pci_dev *pdev, bool probe)
{
	struct hotplug_slot *hotplug = pdev->slot ? pdev->slot->hotplug : NULL;
	int rc;

	device_lock_assert(&pdev->dev);

	if (!hotplug || !hotplug->ops->reset_slot ||
	    !try_module_get(hotplug->owner))
		return -ENOTTY;

	rc = hotplug->ops->reset_slot(hotplug, probe);
	module_put(hotplug->owner);
	return rc;
}

/**
 * pb2_pci_reset_bus() - reset every function below a bridge
 * @bridge: the bridge
 *
 * Context: the locks of the bridge and of all functions below it are held
 * (pb2_pci_lock()); sleeps as long as the reset takes.
 * Return: 0, or -ENOTTY if the link or a function does not come back.
 */
int pb2_pci_reset_bus(struct pci_dev *bridge)
{
	device_lock_assert(&bridge->dev);
	return pci_bridge_secondary_bus_reset(bridge);
}

/**
 * pb2_pci_next() - visit all functions of the machine
 * @from: the last function visited, or %NULL for the first one; its reference
 *	is dropped
 *
 * Context: may sleep. The PCI core takes no lock that comes before device_lock.
 * Return: the next function with a reference for the caller, %NULL after the
 * last one.
 */
struct pci_dev *pb2_pci_next(struct pci_dev *from)
{
	return pci_get_device(PCI_ANY_ID, PCI_ANY_ID, from);
}

/**
 * pb2_pci_lock() - take device_lock and the configuration access lock
 * @pdev: the function
 *
 * Context: may sleep, for as long as a reset takes.
 */
void pb2_pci_lock(struct pci_dev *pdev)
{
	pci_dev_lock(pdev);
}

/**
 * pb2_pci_trylock() - like pb2_pci_lock(), but without waiting
 * @pdev: the function
 *
 * Context: any.
 * Return: true if the caller now holds both locks.
 */
bool pb2_pci_trylock(struct pci_dev *pdev)
{
	return pci_dev_trylock(pdev);
}

/**
 * pb2_pci_unlock() - undo pb2_pci_lock()
 * @pdev: the function
 *
 * Context: any.
 */
void pb2_pci_unlock(struct pci_dev *pdev)
{
	pci_dev_unlock(pdev);
}

/**
 * pb2_pci_pm_start() - hand a function to runtime PM
 * @pdev: the function, kept in D0 by the PCI core's probe
 * @grace_ms: time in ms for which the function stays in D0 after its last use
 *
 * The port above the function stays awake, because Xen reads the function's
 * configuration space without the kernel's knowledge, and wakes no port.
 *
 * Context: device_lock is held; may sleep.
 * Return: whether power/control allowed the function to suspend before.
 */
bool pb2_pci_pm_start(struct pci_dev *pdev, int grace_ms)
{
	struct device *dev = &pdev->dev;
	bool was_allowed = dev->power.runtime_auto;

	device_lock_assert(dev);

	if (pdev->bus->self)
		pm_runtime_get_sync(&pdev->bus->self->dev);
	pci_d3cold_disable(pdev);
	pm_runtime_set_autosuspend_delay(dev, grace_ms);
	pm_runtime_use_autosuspend(dev);
	pm_runtime_allow(dev);
	pm_runtime_mark_last_busy(dev);
	pm_runtime_put_autosuspend(dev);
	return was_allowed;
}

/**
 * pb2_pci_pm_stop() - undo pb2_pci_pm_start()
 * @pdev: the function, in D0 on return
 * @allow: power/control allows the function, and with it the port above, to
 *	suspend from now on
 *
 * Context: device_lock is held; may sleep.
 */
void pb2_pci_pm_stop(struct pci_dev *pdev, bool allow)
{
	struct device *dev = &pdev->dev;

	device_lock_assert(dev);

	pm_runtime_get_sync(dev);
	pm_runtime_forbid(dev);
	pm_runtime_dont_use_autosuspend(dev);
	/* The reference that this function took keeps it in D0 for remove. */
	if (allow)
		pm_runtime_allow(dev);
	pci_d3cold_enable(pdev);
	if (pdev->bus->self)
		pm_runtime_put(&pdev->bus->self->dev);
}

/**
 * pb2_pci_allow_d3cold() - allow or block runtime suspend of the port above
 * @pdev: a function between pb2_pci_pm_start() and pb2_pci_pm_stop()
 * @allow: true to allow it; a caller must alternate, beginning with true
 *
 * Context: may sleep.
 */
void pb2_pci_allow_d3cold(struct pci_dev *pdev, bool allow)
{
	struct pci_dev *port = pdev->bus->self;

	if (allow) {
		pci_d3cold_enable(pdev);
		if (port)
			pm_runtime_put(&port->dev);
	} else {
		if (port)
			pm_runtime_get_sync(&port->dev);
		pci_d3cold_disable(pdev);
	}
}

/**
 * pb2_pci_pm_get() - wake a function and keep it awake
 * @pdev: the function
 *
 * The caller holds a reference of runtime PM on return, also after an error.
 *
 * Context: may sleep.
 * Return: 0, or the errno of runtime PM.
 */
int pb2_pci_pm_get(struct pci_dev *pdev)
{
	int rc = pm_runtime_get_sync(&pdev->dev);

	return rc < 0 ? rc : 0;
}

/**
 * pb2_pci_pm_hold() - keep a function awake that is about to sleep
 * @pdev: the function, whose suspend is running and is going to fail
 *
 * Undone by pb2_pci_pm_put().
 *
 * Context: any.
 */
void pb2_pci_pm_hold(struct pci_dev *pdev)
{
	pm_runtime_get_noresume(&pdev->dev);
}

/**
 * pb2_pci_pm_put() - undo pb2_pci_pm_get()
 * @pdev: the function, which may sleep after its grace period
 *
 * Context: any.
 */
void pb2_pci_pm_put(struct pci_dev *pdev)
{
	pm_runtime_mark_last_busy(&pdev->dev);
	pm_runtime_put_autosuspend(&pdev->dev);
}

/**
 * pb2_pci_request_irq() - join a shared INTx line
 * @pdev: the function
 * @irq: the line
 * @handler: hard interrupt handler
 * @name: name in /proc/interrupts; must outlive the registration
 * @arg: the argument of @handler
 *
 * Context: may sleep.
 * Return: 0, or the errno of request_irq().
 */
int pb2_pci_request_irq(struct pci_dev *pdev, unsigned int irq,
			irq_handler_t handler, const char *name, void *arg)
{
	return request_irq(irq, handler, IRQF_SHARED, name, arg);
}

/**
 * pb2_pci_free_irq() - undo pb2_pci_request_irq()
 * @pdev: the function
 * @irq: the line
 * @arg: the argument of the handler
 *
 * Context: may sleep.
 */
void pb2_pci_free_irq(struct pci_dev *pdev, unsigned int irq, void *arg)
{
	free_irq(irq, arg);
}
