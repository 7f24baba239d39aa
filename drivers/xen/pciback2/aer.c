// SPDX-License-Identifier: GPL-2.0
/*
 * aer.c - error recovery, as the PCI core asks for it
 *
 * The PCI core recovers everything below a port in steps (PCIe 6.0, 6.2, and
 * Documentation/PCI/pci-error-recovery.rst), and waits in each step, with
 * pci_bus_sem held, until all drivers have answered. It resets what is on a
 * frozen channel, but calls slot_reset only if somebody has asked for a reset,
 * and if every function there has a driver that takes part. It does not tell
 * the drivers when it gives up.
 *
 * So pciback2 answers the PCI core from dom0's own policy, the same in every
 * state of the function. What has to follow is done by a work that holds no
 * lock of the PCI core while it waits: it restores a function for which
 * slot_reset was not called, and takes the owner's driver through its recovery.
 */
#include <linux/jiffies.h>

#include "doors.h"
#include "host/pci_iface.h"

/*
 * The PCI core may take this long between two steps, because other drivers
 * answer slowly. If it does not go on, the work checks whether the function was
 * reset without a word, and waits up to AER_MAX_CHECKS times for that.
 */
#define AER_CHECK_INTERVAL_MS	5000
#define AER_MAX_CHECKS		6

/* The fault lasts while the domain has the function, or until a recovery succeeds. */
static void aer_set_fault(struct pb2_device *pbdev,
			  const struct pb2_frontend *fe, const char *fault)
{
	mutex_lock(&pbdev->life_lock);
	/* A function that the domain has lost meanwhile keeps its record. */
	if (pbdev->fe == fe)
		strscpy(pbdev->fault, fault, sizeof(pbdev->fault));
	mutex_unlock(&pbdev->life_lock);
}

/* What a guest's driver has set up is lost, so its gate need not stay blocked. */
static void aer_restore(struct pb2_device *pbdev)
{
	struct pb2_recovery *recovery = &pbdev->recovery;
	struct pci_dev *pdev = pbdev->pdev;

	device_lock_assert(&pdev->dev);

	recovery->restored = true;
	recovery->was_reset = true;
	recovery->fault = pb2_health_fault(pdev);
	if (!recovery->fault && pb2_pci_restore(pdev, pbdev->saved_state))
		recovery->fault = "its configuration space cannot be restored";
	if (recovery->fault) {
		pbdev->reset.clean = false;
		pci_err(pdev, "%s after the reset of error recovery\n",
			recovery->fault);
	}
	mutex_lock(&pbdev->gate.lock);
	pb2_conf_reset(pbdev);
	mutex_unlock(&pbdev->gate.lock);
	pb2_gate_unblock(pbdev, PB2_BLOCK_RECOVERY);
}

/*
 * The PCI core has had its say, or does not go on. Returns false if its reset of
 * a frozen channel may still be to come.
 */
static bool aer_settle(struct pb2_device *pbdev)
{
	struct pb2_recovery *recovery = &pbdev->recovery;
	struct pci_dev *pdev = pbdev->pdev;
	bool lost = false;

	device_lock_assert(&pdev->dev);

	if (!recovery->restored) {
		lost = pb2_bar_is_lost(pdev);
		if (recovery->frozen && !lost &&
		    recovery->checks++ < AER_MAX_CHECKS)
			return false;
		if (recovery->frozen || lost)
			aer_restore(pbdev);
	}
	recovery->pending = false;
	/* A driver of dom0 that comes later must not take it for frozen. */
	if (!recovery->fault)
		pb2_pci_thaw(pdev);
	return true;
}

/* Only a function in D0 shows whether it has lost its BARs. */
static bool aer_settle_awake(struct pb2_device *pbdev)
{
	bool settled;

	pb2_pci_pm_get(pbdev->pdev);
	settled = aer_settle(pbdev);
	pb2_pci_pm_put(pbdev->pdev);
	return settled;
}

static void aer_schedule(struct pb2_device *pbdev, unsigned int ms)
{
	pb2_work_redelay(pbdev, &pbdev->recovery.work, msecs_to_jiffies(ms));
}

/*
 * Without any lock. The guest decides by its answers what is known of the
 * function, and nothing else.
 */
static void aer_recover_guest(struct pb2_device *pbdev,
			      struct pb2_frontend *fe, const char *fault,
			      bool was_reset)
{
	const char *step = NULL;
	struct pb2_sbdf vsbdf;

	/* A function on its way back needs no driver. */
	if (pb2_frontend_vsbdf(fe, pbdev, &vsbdf))
		return;
	if (!fault) {
		step = pb2_recovery_run(fe, &vsbdf, was_reset);
		if (!step) {
			aer_set_fault(pbdev, fe, "");
			pci_info(pbdev->pdev, "domain %u has recovered it from an error\n",
				 fe->domid);
			return;
		}
		pci_warn(pbdev->pdev, "domain %u cannot recover it (step %s)\n",
			 fe->domid, step);
		fault = "its domain did not recover it from an error";
	}
	aer_set_fault(pbdev, fe, fault);
	pb2_nodes_aer_failed(fe);
}

static void aer_run_work(struct work_struct *work)
{
	struct pb2_device *pbdev = container_of(to_delayed_work(work),
						struct pb2_device,
						recovery.work);
	struct pb2_recovery *recovery = &pbdev->recovery;
	struct device *dev = &pbdev->pdev->dev;
	struct pb2_frontend *fe = NULL;
	const char *fault;
	bool was_reset;

	if (pb2_work_postpone(pbdev, work))
		return;

	device_lock(dev);
	if (recovery->pending && !pbdev->released) {
		if (aer_settle_awake(pbdev))
			fe = pb2_frontend_get_owner(pbdev);
		else
			aer_schedule(pbdev, AER_CHECK_INTERVAL_MS);
	}
	fault = recovery->fault;
	was_reset = recovery->was_reset;
	if (!recovery->pending)
		recovery->was_reset = false;
	device_unlock(dev);

	if (fe) {
		aer_recover_guest(pbdev, fe, fault, was_reset);
		pb2_frontend_put(fe);
	}
	pb2_device_put(pbdev);
}

/**
 * pb2_aer_init() - prepare a new function's error recovery
 * @pbdev: the function
 *
 * Context: any.
 */
void pb2_aer_init(struct pb2_device *pbdev)
{
	INIT_DELAYED_WORK(&pbdev->recovery.work, aer_run_work);
}

/**
 * pb2_aer_stop() - end the error recovery of a function that is being released
 * @pbdev: the function, which no domain has any more
 *
 * Restores the function if the PCI core has reset it. A work that has begun
 * already finds nothing to do.
 *
 * Context: device_lock held, may sleep.
 */
void pb2_aer_stop(struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);

	pb2_work_cancel(pbdev, &pbdev->recovery.work);
	if (!pbdev->recovery.pending)
		return;
	pbdev->recovery.checks = AER_MAX_CHECKS;
	aer_settle_awake(pbdev);
}

static void aer_begin(struct pb2_device *pbdev, bool frozen)
{
	struct pb2_recovery *recovery = &pbdev->recovery;

	device_lock_assert(&pbdev->pdev->dev);

	/* The reset that an error before has called for may be still to come. */
	recovery->frozen = frozen || (recovery->pending && recovery->frozen &&
				      !recovery->restored);
	recovery->pending = true;
	recovery->restored = false;
	recovery->fault = NULL;
	recovery->checks = 0;
	/* The PCI core is about to reset the function. */
	if (frozen)
		pb2_gate_block(pbdev, PB2_BLOCK_RECOVERY);
	aer_schedule(pbdev, AER_CHECK_INTERVAL_MS);
}

static pci_ers_result_t aer_error_detected(struct pci_dev *pdev,
					   pci_channel_state_t state)
{
	struct pb2_device *pbdev = pci_get_drvdata(pdev);

	device_lock_assert(&pdev->dev);

	/* Kernels since 6.18 tell the drivers when they give up. */
	if (state == pci_channel_io_perm_failure) {
		pbdev->recovery.checks = AER_MAX_CHECKS;
		if (pbdev->recovery.pending)
			aer_schedule(pbdev, 0);
		return PCI_ERS_RESULT_DISCONNECT;
	}

	aer_begin(pbdev, state == pci_channel_io_frozen);
	/*
	 * The PCI core resets a frozen channel in any case. It calls slot_reset
	 * only for this answer.
	 */
	return state == pci_channel_io_frozen ? PCI_ERS_RESULT_NEED_RESET :
						PCI_ERS_RESULT_CAN_RECOVER;
}

static pci_ers_result_t aer_mmio_enabled(struct pci_dev *pdev)
{
	return PCI_ERS_RESULT_RECOVERED;
}

/*
 * On a channel that is not frozen, most kernels call this without any reset,
 * because another function there has asked for one. What the guest's driver has
 * set up works on in that case, and is not touched.
 */
static pci_ers_result_t aer_slot_reset(struct pci_dev *pdev)
{
	struct pb2_device *pbdev = pci_get_drvdata(pdev);
	struct pb2_recovery *recovery = &pbdev->recovery;

	device_lock_assert(&pdev->dev);

	if (!recovery->restored &&
	    (recovery->frozen || pb2_bar_is_lost(pdev))) {
		aer_restore(pbdev);
		/* If the work has not waited, the guest knows of no reset yet. */
		recovery->pending = true;
	}
	if (recovery->pending)
		aer_schedule(pbdev, AER_CHECK_INTERVAL_MS);
	return recovery->fault ? PCI_ERS_RESULT_DISCONNECT :
				 PCI_ERS_RESULT_RECOVERED;
}

static void aer_resume(struct pci_dev *pdev)
{
	struct pb2_device *pbdev = pci_get_drvdata(pdev);

	device_lock_assert(&pdev->dev);

	if (pbdev->recovery.pending)
		aer_schedule(pbdev, 0);
}

/* The administrator resets the function through the sysfs file "reset". */
static void aer_reset_prepare(struct pci_dev *pdev)
{
	struct pb2_device *pbdev = pci_get_drvdata(pdev);

	pb2_gate_block(pbdev, PB2_BLOCK_CORE_RESET);
}

static void aer_reset_done(struct pci_dev *pdev)
{
	struct pb2_device *pbdev = pci_get_drvdata(pdev);

	pb2_gate_unblock(pbdev, PB2_BLOCK_CORE_RESET);
}

const struct pci_error_handlers pb2_aer_handlers = {
	.error_detected	= aer_error_detected,
	.mmio_enabled	= aer_mmio_enabled,
	.slot_reset	= aer_slot_reset,
	.resume		= aer_resume,
	.reset_prepare	= aer_reset_prepare,
	.reset_done	= aer_reset_done,
};
