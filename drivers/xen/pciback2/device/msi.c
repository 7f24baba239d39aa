// SPDX-License-Identifier: GPL-2.0
/*
 * msi.c - MSI and MSI-X on behalf of the guest
 *
 * dom0 allocates the vectors, Xen binds them to the function's owner, and the
 * guest gets Xen's pirq numbers. The guest sees no more than the results, so the
 * error values are those that pcifront knows from xen-pciback.
 */
#include <linux/jiffies.h>
#include <linux/slab.h>

#include "../host/pci_iface.h"
#include "../host/xen_iface.h"
#include "device.h"

static void msi_free_msix_vectors(struct pb2_device *pbdev)
{
	lockdep_assert_held(&pbdev->gate.lock);

	if (pbdev->pdev->msix_enabled)
		pb2_pci_disable_msix(pbdev->pdev);
}

static void msi_free_msi_vector(struct pb2_device *pbdev)
{
	lockdep_assert_held(&pbdev->gate.lock);

	if (pbdev->pdev->msi_enabled)
		pb2_pci_disable_msi(pbdev->pdev);
}

/* A function raises INTx only while both MSI and MSI-X are off. */
static void msi_update_intx(struct pb2_device *pbdev)
{
	const struct pci_dev *pdev = pbdev->pdev;

	pb2_intx_pause(pbdev, pdev->msi_enabled || pdev->msix_enabled);
}

/*
 * The kernel logs a line whenever Xen refuses a vector, so a guest must not be
 * able to cause such refusals without limit (XSA-43). Xen refuses, for example,
 * a guest that goes on asking after the toolstack has revoked the function.
 */
static bool msi_is_interval_over(const struct pb2_msi *msi)
{
	return time_after(jiffies, msi->since + PB2_MSI_INTERVAL);
}

static bool msi_is_attempt_allowed(const struct pb2_device *pbdev)
{
	lockdep_assert_held(&pbdev->gate.lock);

	return pbdev->msi.failures < PB2_MSI_MAX_FAILURES ||
	       msi_is_interval_over(&pbdev->msi);
}

static int msi_count_failure(struct pb2_device *pbdev, int rc)
{
	struct pb2_msi *msi = &pbdev->msi;

	lockdep_assert_held(&pbdev->gate.lock);

	if (!rc)
		return 0;
	if (!msi->failures || msi_is_interval_over(msi)) {
		msi->since = jiffies;
		msi->failures = 0;
	}
	msi->failures++;
	return rc;
}

static int msi_refuse_request(struct pb2_device *pbdev, const char *what,
			      u32 value, int rc)
{
	pci_warn_ratelimited(pbdev->pdev, "domain %u: %s refused, value %u: %d\n",
			     pbdev->domid, what, value, rc);
	return rc;
}

static int msi_check_msi(struct pb2_device *pbdev)
{
	if (!pb2_health_answers(pbdev->pdev))
		return -ENODEV;
	if (pb2_gate_is_detaching(pbdev))
		return -EBUSY;
	if (pbdev->pdev->msi_enabled)
		return -EALREADY;
	if (pbdev->pdev->msix_enabled)
		return -ENXIO;
	if (!msi_is_attempt_allowed(pbdev))
		return -EBUSY;
	return 0;
}

/**
 * pb2_msi_enable() - carry out XEN_PCI_OP_enable_msi
 * @pbdev: the function
 * @op: the request; @op->value becomes the pirq, 0 on failure
 *
 * Context: gate lock held, may sleep.
 * Return: 0; XEN_PCI_ERR_op_failed if MSI or MSI-X is on already (XSA-157), a
 * detach is pending, the function does not answer, the PCI core fails or has
 * failed too often (XSA-43);
 * XEN_PCI_ERR_not_implemented in a dom0 without pirqs.
 */
int pb2_msi_enable(struct pb2_device *pbdev, struct xen_pci_op *op)
{
	struct pci_dev *pdev = pbdev->pdev;
	int rc;

	lockdep_assert_held(&pbdev->gate.lock);

	op->value = 0;
	if (!pb2_xen_has_pirqs())
		return XEN_PCI_ERR_not_implemented;

	rc = msi_check_msi(pbdev);
	if (!rc)
		rc = msi_count_failure(pbdev, pb2_pci_enable_msi(pdev));
	if (rc) {
		msi_refuse_request(pbdev, "MSI", 1, rc);
		return XEN_PCI_ERR_op_failed;
	}

	msi_update_intx(pbdev);
	op->value = pb2_xen_pirq(pdev->irq);
	return 0;
}

/**
 * pb2_msi_disable() - carry out XEN_PCI_OP_disable_msi
 * @pbdev: the function
 * @op: the request; @op->value becomes the INTx pirq, 0 if there is none
 *
 * Disables MSI-X, too. A Linux guest sends this request for MSI-X when it unloads
 * a driver, because its PCI core clears msix_enabled before pcifront reads it.
 * If MSI-X stayed on, the driver's next start would fail.
 *
 * Context: gate lock held, may sleep.
 * Return: 0, or XEN_PCI_ERR_not_implemented in a dom0 without pirqs.
 */
int pb2_msi_disable(struct pb2_device *pbdev, struct xen_pci_op *op)
{
	lockdep_assert_held(&pbdev->gate.lock);

	op->value = 0;
	if (!pb2_xen_has_pirqs())
		return XEN_PCI_ERR_not_implemented;

	msi_free_msi_vector(pbdev);
	msi_free_msix_vectors(pbdev);
	msi_update_intx(pbdev);
	op->value = pb2_xen_pirq(pbdev->intx.irq);
	return 0;
}

/* A VF has no memory enable bit (PCIe 6.0 9.3.4.1.3), so its PF's is read. */
static bool msi_is_memory_decoded(struct pci_dev *pdev)
{
	u16 cmd;

	return !pci_read_config_word(pci_physfn(pdev), PCI_COMMAND, &cmd) &&
	       cmd & PCI_COMMAND_MEMORY;
}

static int msi_check_msix(struct pb2_device *pbdev, u32 nvec)
{
	if (!nvec || nvec > SH_INFO_MAX_VEC)
		return -EINVAL;
	/* All-ones would name a BAR that does not exist for the table. */
	if (!pb2_health_answers(pbdev->pdev))
		return -ENODEV;
	if (pb2_gate_is_detaching(pbdev))
		return -EBUSY;
	if (pbdev->pdev->msi_enabled || !msi_is_memory_decoded(pbdev->pdev))
		return -ENXIO;
	if (!msi_is_attempt_allowed(pbdev))
		return -EBUSY;
	return 0;
}

static int msi_replace_msix_vectors(struct pb2_device *pbdev,
				    struct xen_pci_op *op, u32 nvec)
{
	struct msix_entry *entries;
	u32 i;
	int rc;

	lockdep_assert_held(&pbdev->gate.lock);

	entries = kcalloc(nvec, sizeof(*entries), GFP_KERNEL);
	if (!entries)
		return -ENOMEM;
	for (i = 0; i < nvec; i++)
		entries[i].entry = op->msix_entries[i].entry;

	msi_free_msix_vectors(pbdev);
	rc = msi_count_failure(pbdev, pb2_pci_enable_msix(pbdev->pdev, entries,
							  nvec));
	if (rc)
		msi_refuse_request(pbdev, "MSI-X", nvec, rc);
	for (i = 0; !rc && i < nvec; i++)
		op->msix_entries[i].vector = pb2_xen_pirq(entries[i].vector);

	/* After a failure, too: the old vectors are free by now. */
	msi_update_intx(pbdev);
	kfree(entries);
	return rc;
}

/**
 * pb2_msi_enable_msix() - carry out XEN_PCI_OP_enable_msix
 * @pbdev: the function
 * @op: the request, with @op->value table entries; @op->value becomes the return
 *	value and, on success, each entry's vector its pirq
 *
 * A guest that asks while MSI-X is on has lost its vectors (its driver crashed,
 * or kexec started another kernel), and gets new ones in place of the old.
 *
 * Context: gate lock held, may sleep.
 * Return: 0; -EINVAL for a vector count of 0 or above SH_INFO_MAX_VEC; -EBUSY
 * while a detach is pending, or if the PCI core has failed too often (XSA-43);
 * -ENODEV if the function does not answer; -ENXIO if MSI is on or memory decode
 * is off (XSA-157); -ENOMEM; another errno of the PCI core;
 * XEN_PCI_ERR_not_implemented in a dom0 without pirqs.
 */
int pb2_msi_enable_msix(struct pb2_device *pbdev, struct xen_pci_op *op)
{
	u32 nvec = op->value;
	int rc;

	lockdep_assert_held(&pbdev->gate.lock);

	op->value = XEN_PCI_ERR_not_implemented;
	if (!pb2_xen_has_pirqs())
		return XEN_PCI_ERR_not_implemented;

	rc = msi_check_msix(pbdev, nvec);
	if (rc)
		msi_refuse_request(pbdev, "MSI-X", nvec, rc);
	else
		rc = msi_replace_msix_vectors(pbdev, op, nvec);
	op->value = rc;
	return rc;
}

/**
 * pb2_msi_disable_msix() - carry out XEN_PCI_OP_disable_msix
 * @pbdev: the function
 * @op: the request; @op->value becomes the INTx pirq, 0 if there is none
 *
 * Context: gate lock held, may sleep.
 * Return: 0, or XEN_PCI_ERR_not_implemented in a dom0 without pirqs.
 */
int pb2_msi_disable_msix(struct pb2_device *pbdev, struct xen_pci_op *op)
{
	lockdep_assert_held(&pbdev->gate.lock);

	op->value = 0;
	if (!pb2_xen_has_pirqs())
		return XEN_PCI_ERR_not_implemented;

	msi_free_msix_vectors(pbdev);
	msi_update_intx(pbdev);
	op->value = pb2_xen_pirq(pbdev->intx.irq);
	return 0;
}

/**
 * pb2_msi_begin() - forget the failed requests of the former owner
 * @pbdev: a function that is being assigned
 *
 * Context: gate lock held.
 */
void pb2_msi_begin(struct pb2_device *pbdev)
{
	lockdep_assert_held(&pbdev->gate.lock);

	pbdev->msi.failures = 0;
}

/**
 * pb2_msi_release() - free the vectors that the guest left allocated
 * @pbdev: the function
 *
 * Context: gate lock held, may sleep.
 */
void pb2_msi_release(struct pb2_device *pbdev)
{
	lockdep_assert_held(&pbdev->gate.lock);

	msi_free_msi_vector(pbdev);
	msi_free_msix_vectors(pbdev);
}
