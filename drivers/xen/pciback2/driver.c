// SPDX-License-Identifier: GPL-2.0
/*
 * driver.c - the PCI driver: seizes and releases a function
 *
 * The PCI core calls driver_probe() to seize a function, and driver_remove() to
 * release it, both under device_lock.
 */
#include <linux/slab.h>
#include <linux/string.h>

#include "doors.h"
#include "host/pci_iface.h"
#include "host/xen_iface.h"

static struct pb2_device *driver_alloc_device(struct pci_dev *pdev)
{
	struct pb2_device *pbdev = kzalloc(sizeof(*pbdev), GFP_KERNEL);

	if (!pbdev)
		return NULL;

	kref_init(&pbdev->ref);
	INIT_LIST_HEAD(&pbdev->link);
	pbdev->pdev = pci_dev_get(pdev);
	mutex_init(&pbdev->life_lock);
	init_waitqueue_head(&pbdev->settled);
	pbdev->state = PB2_SEIZING;
	pb2_gate_init(&pbdev->gate);
	pb2_reclaim_init(pbdev);
	pb2_hold_init(pbdev);
	pb2_reset_verdict_init(pbdev);
	pb2_reset_request_init(pbdev);
	pb2_handover_init(pbdev);
	pb2_aer_init(pbdev);
	pbdev->poll_us = PB2_POLL_DEFAULT;
	return pbdev;
}

/*
 * Xen looks for the MSI-X capability when dom0 reports a function. If Xen could
 * not read the function's configuration space then, pciback2 must not ask Xen
 * to prepare MSI-X: Xen 4.17 uses the capability that it has not found, and
 * crashes.
 */
static void driver_prepare_msix(struct pb2_device *pbdev)
{
	struct pci_dev *pdev = pbdev->pdev;
	int rc;

	if (!pdev->msix_cap)
		return;
	pbdev->xen_has_msix = pb2_window_xen_sees(&pbdev->sbdf);
	if (!pbdev->xen_has_msix) {
		pci_err(pdev, "Xen does not use the ECAM window of its segment, and cannot see it: guests will not get MSI-X\n");
		return;
	}
	rc = pb2_xen_prepare_msix(pdev);
	if (rc && rc != -ENOSYS)
		pci_err(pdev, "Xen cannot prepare MSI-X: %d, guests will not get it\n",
			rc);
}

static void driver_release_msix(const struct pb2_device *pbdev)
{
	int rc = pbdev->xen_has_msix ? pb2_xen_release_msix(pbdev->pdev) : 0;

	if (rc && rc != -ENOSYS)
		pci_warn(pbdev->pdev, "Xen does not release MSI-X: %d\n", rc);
}

static int driver_build_conf(struct pb2_device *pbdev)
{
	int rc;

	mutex_lock(&pbdev->gate.lock);
	pb2_access_choose(pbdev, pb2_access_default);
	rc = pb2_conf_init(pbdev);
	if (!rc)
		pb2_quirk_list_apply(pbdev);
	mutex_unlock(&pbdev->gate.lock);
	return rc;
}

static void driver_free_conf(struct pb2_device *pbdev)
{
	mutex_lock(&pbdev->gate.lock);
	pb2_conf_free(pbdev);
	pb2_access_exit(pbdev);
	mutex_unlock(&pbdev->gate.lock);
}

static int driver_enable(struct pb2_device *pbdev)
{
	struct pci_dev *pdev = pbdev->pdev;
	const char *fault = pb2_health_fault(pdev);
	int rc;

	if (fault) {
		pci_err(pdev, "%s, not seized\n", fault);
		return -EIO;
	}

	/* What is behind a bridge depends on it, with or without this driver. */
	if (pci_is_bridge(pdev))
		return 0;

	/* Xen and the saved state copy the BARs from the hardware. */
	if (pb2_bar_restore(pdev))
		pci_warn(pdev, "had lost the addresses of its BARs, which are restored\n");

	/* This also routes INTx, so that libxl reads the right irq in sysfs. */
	rc = pb2_pci_enable(pdev);
	if (rc) {
		pci_err(pdev, "cannot be enabled: %d, not seized\n", rc);
		return rc;
	}
	pb2_pci_set_master(pdev, false);
	pb2_pci_pme_off(pdev);
	/* dom0's driver may have left MSI or MSI-X partly enabled. */
	pb2_reset_quiesce_end(pdev);
	pb2_intx_init(pbdev);
	/* This needs decode. From here on Xen protects the MSI-X table. */
	driver_prepare_msix(pbdev);
	return 0;
}

static void driver_disable(struct pb2_device *pbdev)
{
	/* The gate lets no request pass any more. */
	driver_free_conf(pbdev);
	if (pci_is_bridge(pbdev->pdev))
		return;
	/* Xen answers -EBUSY unless all vectors are free. */
	driver_release_msix(pbdev);
	pb2_intx_exit(pbdev);
	/* This leaves bus master off for the next driver. */
	pb2_pci_disable(pbdev->pdev);
}

/* Enables, saves and resets a function that no driver has. */
static int driver_seize(struct pb2_device *pbdev)
{
	struct pci_dev *pdev = pbdev->pdev;
	int rc = driver_enable(pbdev);

	if (rc)
		return rc;

	pbdev->saved_state = pb2_pci_save(pdev);
	rc = pbdev->saved_state ? driver_build_conf(pbdev) : -ENOMEM;
	if (rc) {
		driver_disable(pbdev);
		pci_err(pdev, "not seized: %d\n", rc);
		return rc;
	}

	pb2_reset_run(pbdev);
	pb2_reset_bus_recover(pbdev);
	pb2_pci_set_assigned(pdev, true);
	pb2_power_init(pbdev);
	return 0;
}

/* Undoes driver_seize(), for a function that is idle again or lost. */
static void driver_release(struct pb2_device *pbdev)
{
	/* The function stays in D0 from here on. */
	pb2_power_exit(pbdev);
	pb2_pci_set_assigned(pbdev->pdev, false);
	driver_disable(pbdev);
}

static int driver_check_slots(struct pci_dev *pdev, const struct pb2_sbdf *sbdf,
			      const struct pci_device_id *id)
{
	if (pb2_slots_match(pdev))
		return 0;
	return id->override_only ? pb2_slots_add_override(sbdf) : -ENODEV;
}

static int driver_check_header(struct pci_dev *pdev)
{
	if (pdev->hdr_type == PCI_HEADER_TYPE_NORMAL)
		return 0;
	/*
	 * The administrator may seize a bridge to keep dom0's drivers from
	 * changing its power state. pciback2 does not enable, disable or reset a
	 * bridge, put it to sleep or export it.
	 */
	if (pdev->hdr_type == PCI_HEADER_TYPE_BRIDGE)
		return 0;

	pci_err(pdev, "header type %#x is neither a device (0) nor a bridge (1), not seized\n",
		pdev->hdr_type);
	return -ENODEV;
}

/*
 * A domain that had the function before it was unbound may live. Whatever the
 * function's state, it must not enter D3hot then.
 */
static bool driver_keep_held(struct pb2_device *pbdev)
{
	if (!pb2_hold_is_due(pbdev))
		return false;
	pb2_power_wake(pbdev);
	pb2_hold_retire(pbdev);
	return true;
}

/* pciback2 also keeps a function that no reset has cleaned, as FAILED. */
static void driver_finish_probe(struct pb2_device *pbdev)
{
	enum pb2_state next = driver_keep_held(pbdev) ? PB2_HELD : PB2_IDLE;
	struct pci_dev *pdev = pbdev->pdev;

	mutex_lock(&pbdev->life_lock);
	pb2_state_set(pbdev, pbdev->fault[0] ? PB2_FAILED : next);
	mutex_unlock(&pbdev->life_lock);
	pci_set_drvdata(pdev, pbdev);
	pb2_registry_add(pbdev);
	if (READ_ONCE(pbdev->state) == PB2_HELD)
		pb2_hold_start(pbdev);
	if (pbdev->fault[0])
		pci_warn(pdev, "seized, but %s: not assignable\n",
			 pbdev->fault);
	else
		pci_info(pdev, "seized\n");
}

static int driver_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct pb2_device *pbdev;
	struct pb2_sbdf sbdf;
	int rc;

	device_lock_assert(&pdev->dev);

	/* Xen and the PV protocol have 16 bits for a segment; VMD needs more. */
	if (pci_domain_nr(pdev->bus) > U16_MAX)
		return -ENODEV;
	pb2_sbdf_of(pdev, &sbdf);

	rc = driver_check_slots(pdev, &sbdf, id);
	if (rc)
		return rc;
	rc = driver_check_header(pdev);
	if (rc)
		goto err_slots;

	rc = -ENOMEM;
	pbdev = driver_alloc_device(pdev);
	if (!pbdev)
		goto err_slots;
	pbdev->sbdf = sbdf;

	rc = driver_seize(pbdev);
	if (rc)
		goto err_device;

	driver_finish_probe(pbdev);
	return 0;

err_device:
	pb2_device_put(pbdev);
err_slots:
	pb2_slots_remove_override(&sbdf);
	return rc;
}

/* The administrator unbinds a function while a running guest has it. */
static void driver_evict(struct pb2_device *pbdev)
{
	struct pb2_frontend *fe = pb2_frontend_get_owner(pbdev);

	if (!fe)
		return;
	pci_warn(pbdev->pdev, "taken away from domain %u, which may still access its memory: shut that domain down before anybody else uses the function\n",
		 fe->domid);
	pb2_frontend_drop(fe, pbdev);
	pb2_assign_disown(pbdev, fe);
	pb2_frontend_lost(fe);
	pb2_frontend_put(fe);
}

static void driver_remove(struct pci_dev *pdev)
{
	struct pb2_device *pbdev = pci_get_drvdata(pdev);

	device_lock_assert(&pdev->dev);

	if (pb2_sriov_pf_leaves(pdev))
		pci_info(pdev, "to be released, since the driver of its physical function %s leaves\n",
			 pci_name(pci_physfn(pdev)));
	/* From here on no look-up finds the function. */
	pb2_registry_del(pbdev);
	driver_evict(pbdev);
	pb2_aer_stop(pbdev);
	pb2_reset_state_abort(pbdev);
	pb2_reclaim_now(pbdev);

	mutex_lock(&pbdev->life_lock);
	pbdev->released = true;
	pb2_state_set(pbdev, PB2_GONE);
	mutex_unlock(&pbdev->life_lock);
	pb2_hold_stop(pbdev);

	driver_release(pbdev);
	pb2_slots_remove_override(&pbdev->sbdf);
	pci_set_drvdata(pdev, NULL);
	pci_info(pdev, "released\n");
	pb2_device_put(pbdev);
}

/*
 * The administrator may name any function in "slots" or by driver_override. The
 * PCI core picks the first entry only for a function whose driver_override is
 * this driver's name, so driver_probe() need not know where the kernel keeps
 * that name.
 */
static const struct pci_device_id driver_ids[] = {
	{ PCI_DEVICE_DRIVER_OVERRIDE(PCI_ANY_ID, PCI_ANY_ID, 1) },
	{ PCI_DEVICE(PCI_ANY_ID, PCI_ANY_ID) },
	{ }
};

struct pci_driver pb2_pci_driver = {
	.name		= PB2_PCI_DRIVER_NAME,
	.id_table	= driver_ids,
	.probe		= driver_probe,
	.remove		= driver_remove,
	.err_handler	= &pb2_aer_handlers,
	.groups		= pb2_sysfs_driver_groups,
	.dev_groups	= pb2_sysfs_device_groups,
	.driver		= {
		.pm	= &pb2_power_ops,
	},
};
