// SPDX-License-Identifier: GPL-2.0
/*
 * aer.c - error recovery of an assigned function by its guest's driver
 *
 * The kernel recovers a function in steps (PCIe 6.0, 6.2, and
 * Documentation/PCI/pci-error-recovery.rst). pciback2 forwards each step to the
 * guest through the ring's page, and returns the guest's answer to the kernel.
 * The guest has a limited time for each step.
 */
#include "doors.h"
#include "host/pci_iface.h"
#include "host/xen_iface.h"

/* The fault lasts while the domain has the function, or until a recovery succeeds. */
static void aer_set_fault(struct pb2_device *pbdev, const char *fault)
{
	mutex_lock(&pbdev->life_lock);
	strscpy(pbdev->fault, fault, sizeof(pbdev->fault));
	mutex_unlock(&pbdev->life_lock);
}

static void aer_note_failure(struct pb2_device *pbdev, struct pb2_frontend *fe,
			     const char *step)
{
	pci_warn(pbdev->pdev, "domain %u cannot recover it (step %s)\n",
		 fe->domid, step);
	pb2_nodes_aer_failed(fe);
	aer_set_fault(pbdev, "its domain did not recover it from an error");
}

static pci_ers_result_t aer_run_step(struct pci_dev *pdev, const char *step,
				     u32 cmd, pci_channel_state_t state,
				     pci_ers_result_t unowned)
{
	struct pb2_device *pbdev = pci_get_drvdata(pdev);
	struct pb2_frontend *fe = pb2_frontend_get_owner(pbdev);
	struct pb2_sbdf vsbdf;
	pci_ers_result_t result;

	if (!fe)
		return unowned;

	result = PCI_ERS_RESULT_NONE;
	if (!pb2_frontend_vsbdf(fe, pbdev, &vsbdf))
		result = pb2_recovery_ask(fe, cmd, state, &vsbdf);

	/* A resume has no result. */
	if (cmd != XEN_PCI_OP_aer_resume &&
	    (result == PCI_ERS_RESULT_NONE ||
	     result == PCI_ERS_RESULT_DISCONNECT)) {
		aer_note_failure(pbdev, fe, step);
		/* The PCI core takes NONE for success. */
		result = PCI_ERS_RESULT_DISCONNECT;
	}
	pb2_frontend_put(fe);
	return result;
}

static pci_ers_result_t aer_error_detected(struct pci_dev *pdev,
					   pci_channel_state_t state)
{
	return aer_run_step(pdev, "error_detected", XEN_PCI_OP_aer_detected,
			    state, PCI_ERS_RESULT_CAN_RECOVER);
}

static pci_ers_result_t aer_mmio_enabled(struct pci_dev *pdev)
{
	return aer_run_step(pdev, "mmio_enabled", XEN_PCI_OP_aer_mmio,
			    pci_channel_io_normal, PCI_ERS_RESULT_RECOVERED);
}

/*
 * The PCI core has reset the link and the function, so pciback2 restores the
 * function as after a reset of its own.
 */
static pci_ers_result_t aer_slot_reset(struct pci_dev *pdev)
{
	struct pb2_device *pbdev = pci_get_drvdata(pdev);

	mutex_lock(&pbdev->gate.lock);
	pb2_pci_restore(pdev, pbdev->saved_state);
	pb2_conf_reset(pbdev);
	mutex_unlock(&pbdev->gate.lock);
	return aer_run_step(pdev, "slot_reset", XEN_PCI_OP_aer_slotreset,
			    pci_channel_io_normal, PCI_ERS_RESULT_RECOVERED);
}

static void aer_resume(struct pci_dev *pdev)
{
	struct pb2_device *pbdev = pci_get_drvdata(pdev);

	/* An idle function keeps its fault until a reset shows that it works. */
	if (READ_ONCE(pbdev->state) == PB2_ASSIGNED)
		aer_set_fault(pbdev, "");
	aer_run_step(pdev, "resume", XEN_PCI_OP_aer_resume,
		     pci_channel_io_normal, PCI_ERS_RESULT_RECOVERED);
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
