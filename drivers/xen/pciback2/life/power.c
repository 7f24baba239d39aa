// SPDX-License-Identifier: GPL-2.0
/*
 * power.c - D3hot while no domain uses a function, D0 otherwise
 *
 * The kernel's runtime PM counts the users: accesses that dom0 makes through
 * sysfs wake the function like any other PCI function. The life cycle holds one
 * runtime PM reference whenever a domain may touch the function.
 */
#include <linux/pm_runtime.h>

#include "../host/pci_iface.h"
#include "life.h"

/*
 * After do_flr, libxl may start QEMU before it writes the first xenstore node.
 * Suspend stays blocked for longer than that takes.
 */
#define SUSPEND_BLOCK_MS	(120 * MSEC_PER_SEC)

/* Xen logs a line each time it says that a domain has a function. */
#define SUSPEND_RETRY_MS	(60 * MSEC_PER_SEC)

/*
 * Unlike device_lock's holders this must not wake the function: runtime PM is
 * about to suspend it. If suspend is blocked already, that block decides.
 */
static void power_retry_later(struct pb2_device *pbdev)
{
	pb2_pci_pm_hold(pbdev->pdev);
	if (!pb2_work_delay(pbdev, &pbdev->suspend_work,
			    msecs_to_jiffies(SUSPEND_RETRY_MS)))
		pb2_pci_pm_put(pbdev->pdev);
}

/*
 * Whatever the state of the function is: may a domain have it mapped, or be about
 * to map it?
 */
static bool power_is_reachable(const struct pb2_device *pbdev)
{
	struct pb2_held bars = pb2_held_bars(&pbdev->sbdf);

	return pb2_holder_exists(&bars) || pb2_owner_may_exist(&pbdev->sbdf);
}

/* The last question before D3hot, because of the class of XSA-120 */
static bool power_may_suspend(struct pb2_device *pbdev)
{
	if (!power_is_reachable(pbdev)) {
		pbdev->suspend_refused = false;
		return true;
	}
	if (!pbdev->suspend_refused)
		pci_info(pbdev->pdev, "stays in D0: a domain may have it, or Xen does not answer (domains that had it: drivers/pciback/holders; that have it: xl debug-keys Q)\n");
	pbdev->suspend_refused = true;
	power_retry_later(pbdev);
	return false;
}

static int power_runtime_suspend(struct device *dev)
{
	struct pb2_device *pbdev = dev_get_drvdata(dev);
	struct pci_dev *pdev = to_pci_dev(dev);
	bool is_sleeper = !pdev->subordinate && pdev->pm_cap;
	int rc;

	/* The VFs, which other domains may use, would lose power too. */
	if (pci_num_vf(pdev))
		return -EBUSY;

	/* While the function is being seized, nobody knows it. */
	if (is_sleeper && (!pbdev || !power_may_suspend(pbdev)))
		return -EBUSY;

	/*
	 * The PCI core leaves the power state of a function alone whose state
	 * is saved already. Otherwise it would choose a state and arm PME, and
	 * a suspended function must not wake anything.
	 */
	pb2_pci_save_now(pdev);

	/* Devices behind a bridge in D3hot cannot reach the host. */
	if (!is_sleeper)
		return 0;

	rc = pb2_pci_set_power(pdev, PCI_D3hot);
	if (rc)
		pci_warn_ratelimited(pdev, "stays in D0 while idle, cannot enter D3hot: %d\n",
				     rc);
	return 0;
}

/*
 * The PCI core has put the function into D0 and restored its configuration
 * space before this callback. Whoever woke the function may write to it, so
 * that it no longer counts as untouched since its reset.
 */
static int power_runtime_resume(struct device *dev)
{
	struct pb2_device *pbdev = dev_get_drvdata(dev);

	if (pbdev)
		WRITE_ONCE(pbdev->reset.woken, true);
	return 0;
}

/*
 * System sleep of dom0. A function that a domain may reach stays in D0: that
 * domain need not sleep, and an access to a function in D3hot ends in an error.
 * xenstored, which may be needed for an answer, is frozen by now: so whatever is
 * awake counts as reachable. The PCI core does not change the power state of a
 * function whose state is saved already.
 */
static int power_system_suspend(struct device *dev)
{
	const struct pb2_device *pbdev = dev_get_drvdata(dev);
	struct pci_dev *pdev = to_pci_dev(dev);

	if (pbdev && (READ_ONCE(pbdev->state) != PB2_IDLE ||
		      pdev->current_state == PCI_D0))
		pb2_pci_save_now(pdev);
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
 * A function in D3hot accepts no access to its memory. The kernel's record of
 * the power state is not enough: user space can take the function out of D3hot
 * by a write to configuration space, and runtime PM does not learn of it. So
 * the PM capability in the hardware is read as well.
 *
 * Context: device_lock held.
 * Return: true if the function was suspended, has not been resumed since, and
 * its hardware is in D3hot.
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

/*
 * do_flr announced an assignment that did not come in time: the settings that
 * were made for it would meet another domain.
 */
static void power_end_settings(struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);

	if (!pbdev->assignment_expected)
		return;
	pbdev->assignment_expected = false;
	if (!pbdev->released && READ_ONCE(pbdev->state) == PB2_IDLE)
		pb2_settings_clear(pbdev);
}

static void power_end_suspend_block(struct work_struct *work)
{
	struct pb2_device *pbdev = container_of(to_delayed_work(work),
						struct pb2_device, suspend_work);
	struct device *dev = &pbdev->pdev->dev;

	device_lock(dev);
	/* A block that has begun anew meanwhile waits for the assignment, too. */
	if (!delayed_work_pending(&pbdev->suspend_work))
		power_end_settings(pbdev);
	device_unlock(dev);
	pb2_pci_pm_put(pbdev->pdev);
	pb2_device_put(pbdev);
}

/* A sleeping function is woken: it may be given to the domain at any moment. */
static void power_run_announced(struct work_struct *work)
{
	struct pb2_device *pbdev = container_of(work, struct pb2_device,
						announced_work);
	struct device *dev = &pbdev->pdev->dev;

	if (pb2_work_postpone(pbdev, work))
		return;
	device_lock(dev);
	if (!pbdev->released && READ_ONCE(pbdev->state) == PB2_IDLE)
		pb2_power_block_suspend(pbdev);
	device_unlock(dev);
	pb2_device_put(pbdev);
}

/**
 * pb2_power_announce() - a toolstack lists a function for a domain
 * @pbdev: the function; nothing happens unless it is IDLE
 *
 * Keeps the function awake as pb2_power_block_suspend() does.
 *
 * Context: any; the work queue does the work.
 */
void pb2_power_announce(struct pb2_device *pbdev)
{
	if (READ_ONCE(pbdev->state) == PB2_IDLE)
		pb2_work_queue(pbdev, &pbdev->announced_work);
}

/**
 * pb2_power_init() - let runtime PM suspend the function while it is idle
 * @pbdev: a function that was just seized, in D0
 *
 * Context: device_lock held, may sleep.
 */
void pb2_power_init(struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);
	INIT_DELAYED_WORK(&pbdev->suspend_work, power_end_suspend_block);
	INIT_WORK(&pbdev->announced_work, power_run_announced);
	pbdev->awake = false;
	pbdev->dom0_suspends = pb2_pci_pm_start(pbdev->pdev, PB2_POWER_GRACE_MS);
}

/**
 * pb2_power_exit() - undo pb2_power_init(), and leave the function in D0
 * @pbdev: the function
 *
 * power/control is again what it was before, unless a domain may reach the
 * function: then nothing may suspend it or the port above.
 *
 * Context: device_lock held, may sleep.
 */
void pb2_power_exit(struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);

	pb2_power_allow_d3cold(pbdev, false);
	pb2_pci_pm_stop(pbdev->pdev,
			pbdev->dom0_suspends && !power_is_reachable(pbdev));
	/*
	 * Runtime PM's suspend, which may block the next one, has ended now. The
	 * life cycle's own references go last, so that none comes between.
	 */
	pb2_power_unblock_suspend(pbdev);
	pb2_power_allow_suspend(pbdev);
}

/**
 * pb2_power_wake() - bring the function into D0 and keep it there
 * @pbdev: the function
 *
 * The function stays in D0 until pb2_power_allow_suspend(). Runtime PM
 * may take a function in D3hot for awake, or fail to resume it; it is brought
 * back from there, too. For that the PCI core may take pci_bus_sem under
 * device_lock, as it does for every driver that it probes.
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
 * pb2_power_allow_suspend() - let the function suspend after the grace period
 * @pbdev: a function whose BARs no living domain may map: a memory request to a
 *	function in D3hot ends in an error (the class of XSA-120)
 *
 * The grace period is PB2_POWER_GRACE_MS unless the administrator changed
 * power/autosuspend_delay_ms.
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
 * pb2_power_block_suspend() - keep the function awake for the toolstack
 * @pbdev: the function
 *
 * The block ends with the assignment, or after 120 s, and with it the settings
 * that were made for an assignment. A further call restarts the 120 s.
 *
 * Context: device_lock held, may sleep.
 */
void pb2_power_block_suspend(struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);

	pbdev->assignment_expected = true;
	/*
	 * A domain may reach the function before its backend lists it, and may
	 * even be dead by then.
	 */
	pbdev->reset.clean = false;
	if (!pb2_work_redelay(pbdev, &pbdev->suspend_work,
			      msecs_to_jiffies(SUSPEND_BLOCK_MS)))
		pb2_pci_pm_get(pbdev->pdev);
}

/**
 * pb2_power_unblock_suspend() - end pb2_power_block_suspend()
 * @pbdev: the function; nothing happens if suspend is not blocked
 *
 * Context: device_lock held.
 */
void pb2_power_unblock_suspend(struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);

	pbdev->assignment_expected = false;
	if (pb2_work_cancel(pbdev, &pbdev->suspend_work))
		pb2_pci_pm_put(pbdev->pdev);
}

/**
 * pb2_power_allow_d3cold() - allow or forbid D3cold
 * @pbdev: the function
 * @allow: whether the port above may suspend, too, and cut the power
 *
 * D3cold is forbidden by default: Xen accesses configuration space without the
 * kernel's knowledge and wakes no port.
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
