// SPDX-License-Identifier: GPL-2.0
/*
 * aer.c - error recovery of an assigned function, by its guest's driver
 *
 * Each step of the kernel's recovery (PCIe 6.0 6.2, Documentation/PCI/
 * pci-error-recovery.rst) is put to the guest through the ring's page, and
 * its answer becomes ours. The guest gets a bounded time for each.
 */
#include <linux/jiffies.h>
#include <asm/sync_bitops.h>

#include "frontend.h"
#include "pci_iface.h"
#include "xen_iface.h"

/* Longer than any driver takes; the core holds device_lock meanwhile. */
#define STEP_MS		10000

static unsigned long *flags_of(struct xen_pci_sharedinfo *page)
{
	return (unsigned long *)&page->flags;
}

static bool is_answered(struct pb2_ring *ring)
{
	return READ_ONCE(ring->closing) ||
	       !sync_test_bit(_XEN_PCIB_active, flags_of(ring->page));
}

static void post(struct pb2_ring *ring, u32 cmd, pci_channel_state_t state,
		 const struct pb2_sbdf *vsbdf)
{
	struct xen_pcie_aer_op *aer = &ring->page->aer_op;

	WRITE_ONCE(aer->cmd, cmd);
	WRITE_ONCE(aer->err, (__force s32)state);
	WRITE_ONCE(aer->domain, vsbdf->domain);
	WRITE_ONCE(aer->bus, vsbdf->bus);
	WRITE_ONCE(aer->devfn, vsbdf->devfn);

	/* The step must be there before its flag is up. */
	virt_wmb();
	WRITE_ONCE(ring->aer_busy, true);
	sync_set_bit(_XEN_PCIB_active, flags_of(ring->page));
	pb2_xen_notify(ring->irq);
}

static pci_ers_result_t collect(struct pb2_ring *ring)
{
	s32 err;

	/* The flag was seen down before the answer is read. */
	virt_rmb();
	err = READ_ONCE(ring->page->aer_op.err);
	if (err < (__force s32)PCI_ERS_RESULT_NONE ||
	    err > (__force s32)PCI_ERS_RESULT_RECOVERED)
		return PCI_ERS_RESULT_NONE;
	return (__force pci_ers_result_t)err;
}

/* PCI_ERS_RESULT_NONE stands for every way of not getting an answer. */
static pci_ers_result_t ask_guest(struct pb2_frontend *fe, u32 cmd,
				  pci_channel_state_t state,
				  const struct pb2_sbdf *vsbdf)
{
	struct pb2_ring *ring = &fe->ring;
	pci_ers_result_t result = PCI_ERS_RESULT_NONE;

	mutex_lock(&ring->aer_lock);
	/* No page: an HVM guest, or one that has not connected yet. */
	if (!ring->page || ring->closing ||
	    !sync_test_bit(_XEN_PCIB_AERHANDLER, flags_of(ring->page)))
		goto out;

	post(ring, cmd, state, vsbdf);
	if (wait_event_timeout(ring->aer_done, is_answered(ring),
			       msecs_to_jiffies(STEP_MS)) &&
	    !READ_ONCE(ring->closing))
		result = collect(ring);
	else
		sync_clear_bit(_XEN_PCIB_active, flags_of(ring->page));
out:
	mutex_unlock(&ring->aer_lock);
	return result;
}

/* For as long as it stays in its domain, or until a later recovery works. */
static void note_fault(struct pb2_device *pbdev, const char *fault)
{
	mutex_lock(&pbdev->life_lock);
	strscpy(pbdev->fault, fault, sizeof(pbdev->fault));
	mutex_unlock(&pbdev->life_lock);
}

static pci_ers_result_t step(struct pci_dev *pdev, const char *name, u32 cmd,
			     pci_channel_state_t state,
			     pci_ers_result_t unowned)
{
	struct pb2_device *pbdev = pci_get_drvdata(pdev);
	struct pb2_frontend *fe = pb2_entry_owner_get(pbdev);
	struct pb2_sbdf vsbdf;
	pci_ers_result_t result;

	if (!fe)
		return unowned;

	result = PCI_ERS_RESULT_NONE;
	if (!pb2_entry_vsbdf(fe, pbdev, &vsbdf))
		result = ask_guest(fe, cmd, state, &vsbdf);

	/* The answer to a resume carries no result. */
	if (cmd != XEN_PCI_OP_aer_resume &&
	    (result == PCI_ERS_RESULT_NONE ||
	     result == PCI_ERS_RESULT_DISCONNECT)) {
		pci_warn(pdev, "domain %u cannot recover it (step %s)\n",
			 fe->domid, name);
		pb2_keys_aer_failed(fe);
		note_fault(pbdev,
			   "its domain did not recover it from an error");
		/* To the core, NONE would mean that all is well. */
		result = PCI_ERS_RESULT_DISCONNECT;
	}
	pb2_frontend_put(fe);
	return result;
}

static pci_ers_result_t error_detected(struct pci_dev *pdev,
				       pci_channel_state_t state)
{
	return step(pdev, "error_detected", XEN_PCI_OP_aer_detected, state,
		    PCI_ERS_RESULT_CAN_RECOVER);
}

static pci_ers_result_t mmio_enabled(struct pci_dev *pdev)
{
	return step(pdev, "mmio_enabled", XEN_PCI_OP_aer_mmio,
		    pci_channel_io_normal, PCI_ERS_RESULT_RECOVERED);
}

/* The link was reset, and whoever is behind it: as after a reset of ours. */
static pci_ers_result_t slot_reset(struct pci_dev *pdev)
{
	struct pb2_device *pbdev = pci_get_drvdata(pdev);

	mutex_lock(&pbdev->gate.lock);
	pb2_pci_restore(pdev, pbdev->pristine);
	pb2_conf_reset(pbdev);
	mutex_unlock(&pbdev->gate.lock);
	return step(pdev, "slot_reset", XEN_PCI_OP_aer_slotreset,
		    pci_channel_io_normal, PCI_ERS_RESULT_RECOVERED);
}

static void resume(struct pci_dev *pdev)
{
	struct pb2_device *pbdev = pci_get_drvdata(pdev);

	/* Of an idle function a reset has to show that it is well. */
	if (READ_ONCE(pbdev->state) == PB2_ASSIGNED)
		note_fault(pbdev, "");
	step(pdev, "resume", XEN_PCI_OP_aer_resume, pci_channel_io_normal,
	     PCI_ERS_RESULT_RECOVERED);
}

/* Somebody resets the function through the PCI core's own file. */
static void reset_prepare(struct pci_dev *pdev)
{
	struct pb2_device *pbdev = pci_get_drvdata(pdev);

	pb2_gate_block(pbdev);
}

static void reset_done(struct pci_dev *pdev)
{
	struct pb2_device *pbdev = pci_get_drvdata(pdev);

	pb2_gate_unblock(pbdev);
}

const struct pci_error_handlers pb2_aer_handlers = {
	.error_detected	= error_detected,
	.mmio_enabled	= mmio_enabled,
	.slot_reset	= slot_reset,
	.resume		= resume,
	.reset_prepare	= reset_prepare,
	.reset_done	= reset_done,
};

/**
 * pb2_aer_event() - an event arrived: is it the answer to a step?
 * @fe: the frontend that sent it
 *
 * Context: the ring's thread.
 * Return: whether it was.
 */
bool pb2_aer_event(struct pb2_frontend *fe)
{
	struct pb2_ring *ring = &fe->ring;

	if (sync_test_bit(_XEN_PCIB_active, flags_of(ring->page)))
		return false;

	/* The answer may have been seen, and acted upon, before its event. */
	wake_up_all(&ring->aer_done);
	return xchg(&ring->aer_busy, false);
}
