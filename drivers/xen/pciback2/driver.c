// SPDX-License-Identifier: GPL-2.0
/*
 * driver.c - the PCI driver: seizing and releasing a function
 *
 * Seizing happens in the PCI core's probe and releasing in its remove, both
 * under device_lock.
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
	pbdev->poll_us = PB2_POLL_DEFAULT;
	return pbdev;
}

/*
 * Xen looks for MSI-X when dom0 reports a function. Where it could not see it
 * then it must not be asked: Xen 4.17 goes after what it has not found, and
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

	/* Xen and the saved state take what is in the hardware. */
	if (pb2_bar_restore(pdev))
		pci_warn(pdev, "had lost the addresses of its BARs, which are restored\n");

	/* Also routes INTx, so that libxl finds the right irq in sysfs. */
	rc = pb2_pci_enable(pdev);
	if (rc) {
		pci_err(pdev, "cannot be enabled: %d, not seized\n", rc);
		return rc;
	}
	pb2_pci_set_master(pdev, false);
	pb2_pci_pme_off(pdev);
	/* dom0's driver may have left them half on. */
	pb2_reset_quiesce_end(pdev);
	pb2_intx_init(pbdev);
	/* Needs decode; Xen protects the table's pages from here on. */
	driver_prepare_msix(pbdev);
	return 0;
}

static void driver_disable(struct pb2_device *pbdev)
{
	/* No request gets past the gate any more. */
	driver_free_conf(pbdev);
	/* All vectors are free, or Xen would say -EBUSY. */
	driver_release_msix(pbdev);
	pb2_intx_exit(pbdev);
	/* Leaves bus master off for the next driver. */
	pb2_pci_disable(pbdev->pdev);
}

/* From a function that is merely unbound to one that is ours and clean. */
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

/* The reverse of seize(), for a function that is idle again or lost. */
static void driver_release(struct pb2_device *pbdev)
{
	/* In D0 from here on. */
	pb2_power_exit(pbdev);
	pb2_pci_set_assigned(pbdev->pdev, false);
	driver_disable(pbdev);
}

static int driver_check_slots(struct pci_dev *pdev, const struct pb2_sbdf *sbdf,
			      const struct pci_device_id *id)
{
	struct pb2_pattern pat = {
		.domain = sbdf->domain,
		.bus = sbdf->bus,
		.slot = PCI_SLOT(sbdf->devfn),
		.func = PCI_FUNC(sbdf->devfn),
	};

	if (pb2_slots_match(pdev))
		return 0;
	if (!id->override_only)
		return -ENODEV;
	/* Shown in "slots" like any other, as libxl expects. */
	return pb2_slots_add(&pat);
}

static int driver_check_header(struct pci_dev *pdev)
{
	if (pdev->hdr_type == PCI_HEADER_TYPE_NORMAL)
		return 0;
	/*
	 * A bridge may be kept from dom0's drivers, for its power state, but
	 * it is neither reset nor put to sleep nor exported.
	 */
	if (pdev->hdr_type == PCI_HEADER_TYPE_BRIDGE)
		return 0;

	pci_err(pdev, "header type %#x is neither a device (0) nor a bridge (1), not seized\n",
		pdev->hdr_type);
	return -ENODEV;
}

/* A function that no reset has cleaned is ours, too, and FAILED. */
static void driver_finish_probe(struct pb2_device *pbdev)
{
	struct pci_dev *pdev = pbdev->pdev;

	mutex_lock(&pbdev->life_lock);
	pb2_state_set(pbdev, pbdev->fault[0] ? PB2_FAILED : PB2_IDLE);
	mutex_unlock(&pbdev->life_lock);
	pci_set_drvdata(pdev, pbdev);
	pb2_registry_add(pbdev);
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

	/* Neither Xen nor the protocol has room for more (VMD). */
	if (pci_domain_nr(pdev->bus) > U16_MAX)
		return -ENODEV;
	pb2_sbdf_of(pdev, &sbdf);

	rc = driver_check_slots(pdev, &sbdf, id);
	if (rc)
		return rc;
	rc = driver_check_header(pdev);
	if (rc)
		return rc;

	pbdev = driver_alloc_device(pdev);
	if (!pbdev)
		return -ENOMEM;
	pbdev->sbdf = sbdf;

	rc = driver_seize(pbdev);
	if (rc) {
		pb2_device_put(pbdev);
		return rc;
	}

	driver_finish_probe(pbdev);
	return 0;
}

/* The administrator insists on taking it from under a running guest. */
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
	/* Nobody finds it any more. */
	pb2_registry_del(pbdev);
	driver_evict(pbdev);
	pb2_reset_state_abort(pbdev);
	pb2_reclaim_now(pbdev);

	mutex_lock(&pbdev->life_lock);
	pbdev->released = true;
	pb2_state_set(pbdev, PB2_GONE);
	mutex_unlock(&pbdev->life_lock);
	pb2_hold_stop(pbdev);

	driver_release(pbdev);
	pci_set_drvdata(pdev, NULL);
	pci_info(pdev, "released\n");
	pb2_device_put(pbdev);
}

/*
 * Any function may be named in "slots" or by driver_override. The PCI core
 * picks the first entry only for a function whose driver_override is our name,
 * so that probe() need not know where the kernel keeps that name.
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
