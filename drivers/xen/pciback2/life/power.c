// SPDX-License-Identifier: GPL-2.0
/*
 * power.c - D3hot while nobody uses a function, D0 otherwise
 *
 * The kernel's runtime PM does the counting: dom0's own accesses through
 * sysfs wake the function as they wake any other. The life cycle holds one
 * reference whenever a domain may touch the function.
 */
#include <linux/pm_runtime.h>

#include "../host/pci_iface.h"
#include "life.h"

/* libxl may start QEMU between do_flr and the first xenstore node. */
#define SUSPEND_BLOCK_MS	(120 * MSEC_PER_SEC)

static int power_runtime_suspend(struct device *dev)
{
	struct pci_dev *pdev = to_pci_dev(dev);
	int rc;

	/* Its VFs, which others may use, would go with it. */
	if (pci_num_vf(pdev))
		return -EBUSY;

	/*
	 * Saving here keeps the PCI core from choosing the state itself: it
	 * would arm PME, and a parked function must not wake anything.
	 */
	pb2_pci_save_now(pdev);

	/* A bridge's children would lose their way to the host. */
	if (pdev->subordinate || !pdev->pm_cap)
		return 0;

	rc = pb2_pci_set_power(pdev, PCI_D3hot);
	if (rc)
		pci_warn_ratelimited(pdev, "stays in D0 while idle, cannot enter D3hot: %d\n",
				     rc);
	return 0;
}

/*
 * The PCI core has returned to D0 and restored configuration space by now.
 * Whoever woke the function may write to it.
 */
static int power_runtime_resume(struct device *dev)
{
	struct pb2_device *pbdev = dev_get_drvdata(dev);

	if (pbdev)
		WRITE_ONCE(pbdev->reset.woken, true);
	return 0;
}

/*
 * dom0 goes to sleep. What a domain may reach stays in D0: that domain need
 * not sleep, and an access to a function in D3hot is answered with an error.
 * The PCI core leaves a function that is saved already where it is.
 */
static int power_system_suspend(struct device *dev)
{
	const struct pb2_device *pbdev = dev_get_drvdata(dev);

	if (pbdev && READ_ONCE(pbdev->state) != PB2_IDLE)
		pb2_pci_save_now(to_pci_dev(dev));
	return 0;
}

const struct dev_pm_ops pb2_power_ops = {
	SET_SYSTEM_SLEEP_PM_OPS(power_system_suspend, NULL)
	SET_RUNTIME_PM_OPS(power_runtime_suspend, power_runtime_resume, NULL)
};

/**
 * pb2_power_is_asleep() - has a function been in D3hot since its last reset?
 * @pbdev: the function
 *
 * What is in D3hot takes no access to its memory. Only the hardware knows:
 * user space can leave D3hot through the configuration space, which wakes
 * nothing that the kernel knows of.
 *
 * Context: device_lock held.
 * Return: whether it was put to sleep, was not woken, and is in D3hot.
 */
bool pb2_power_is_asleep(const struct pb2_device *pbdev)
{
	struct pci_dev *pdev = pbdev->pdev;
	u16 csr;

	device_lock_assert(&pdev->dev);

	return pdev->current_state == PCI_D3hot &&
	       !READ_ONCE(pbdev->reset.woken) && pdev->pm_cap &&
	       !pci_read_config_word(pdev, pdev->pm_cap + PCI_PM_CTRL, &csr) &&
	       (csr & PCI_PM_CTRL_STATE_MASK) == (__force u16)PCI_D3hot;
}

static void power_end_suspend_block(struct work_struct *work)
{
	struct pb2_device *pbdev = container_of(to_delayed_work(work),
						struct pb2_device, suspend_work);

	pb2_pci_pm_put(pbdev->pdev);
	pb2_device_put(pbdev);
}

/**
 * pb2_power_init() - let an idle function go to sleep
 * @pbdev: a function that was just seized, in D0
 *
 * Context: device_lock held, may sleep.
 */
void pb2_power_init(struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);
	INIT_DELAYED_WORK(&pbdev->suspend_work, power_end_suspend_block);
	pbdev->awake = false;
	pb2_pci_pm_start(pbdev->pdev, PB2_POWER_GRACE_MS);
}

/**
 * pb2_power_exit() - undo pb2_power_init(), the function is in D0 then
 * @pbdev: the function
 *
 * Context: device_lock held, may sleep.
 */
void pb2_power_exit(struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);

	pb2_power_unblock_suspend(pbdev);
	pb2_power_allow_d3cold(pbdev, false);
	pb2_pci_pm_stop(pbdev->pdev);
	/* The life cycle's own reference goes last: no suspend in between. */
	pb2_power_allow_suspend(pbdev);
}

/**
 * pb2_power_wake() - D0, and stay there
 * @pbdev: the function
 *
 * Also brings a function back that its guest put to sleep, which runtime PM
 * knows nothing of.
 *
 * Context: device_lock held, may sleep.
 */
void pb2_power_wake(struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);

	if (!pbdev->awake) {
		pb2_pci_pm_get(pbdev->pdev);
		pbdev->awake = true;
	}
	if (pbdev->pdev->current_state != PCI_D0)
		pb2_pci_set_power(pbdev->pdev, PCI_D0);
}

/**
 * pb2_power_allow_suspend() - D3hot after the grace period
 * @pbdev: a function whose BARs no living domain may map: a memory request
 *	to a function in D3hot is answered with an error (XSA-120's class)
 *
 * Context: device_lock held.
 */
void pb2_power_allow_suspend(struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);

	if (!pbdev->awake)
		return;
	pbdev->awake = false;
	pb2_pci_pm_put(pbdev->pdev);
}

/**
 * pb2_power_block_suspend() - stay awake for the toolstack's next steps
 * @pbdev: the function
 *
 * Context: device_lock held, may sleep.
 */
void pb2_power_block_suspend(struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);

	if (!pb2_work_redelay(pbdev, &pbdev->suspend_work,
			      msecs_to_jiffies(SUSPEND_BLOCK_MS)))
		pb2_pci_pm_get(pbdev->pdev);
}

/**
 * pb2_power_unblock_suspend() - the toolstack has taken its next step
 * @pbdev: the function; nothing happens if it does not doze
 *
 * Context: device_lock held.
 */
void pb2_power_unblock_suspend(struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);

	if (pb2_work_cancel(pbdev, &pbdev->suspend_work))
		pb2_pci_pm_put(pbdev->pdev);
}

/**
 * pb2_power_allow_d3cold() - let the port above sleep, too, and cut the power
 * @pbdev: the function
 * @allow: whether
 *
 * Not by default: Xen reads configuration space behind the kernel's back and
 * wakes no port.
 *
 * Context: device_lock held, may sleep.
 */
void pb2_power_allow_d3cold(struct pb2_device *pbdev, bool allow)
{
	device_lock_assert(&pbdev->pdev->dev);

	if (pbdev->d3cold == allow)
		return;
	pbdev->d3cold = allow;
	pb2_pci_allow_d3cold(pbdev->pdev, allow);
}
