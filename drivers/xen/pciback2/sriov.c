// SPDX-License-Identifier: GPL-2.0
/*
 * sriov.c - releases virtual functions with their physical function
 *
 * When the driver of a PF is unbound, it disables SR-IOV, and the VFs vanish.
 * pciback2 must release the VFs before that, idle or assigned. A device link
 * from each seized VF to its PF makes the driver core do so. A notifier for the
 * unbinding cannot release them, since releasing a driver notifies the same
 * chain, whose lock is held at that moment.
 */
#include <linux/device.h>
#include <linux/notifier.h>

#include "doors.h"

/* Only the consumer of an active link is released with its supplier. */
static bool sriov_link_works(const struct device_link *link)
{
	enum device_link_state status;

	if (!link)
		return false;
	status = READ_ONCE(link->status);
	/* A consumer that is being probed makes its link active in the end. */
	return status == DL_STATE_ACTIVE || status == DL_STATE_CONSUMER_PROBE;
}

static void sriov_link_vf(struct pb2_device *vf)
{
	struct pci_dev *pf = pci_physfn(vf->pdev);

	if (!sriov_link_works(device_link_add(&vf->pdev->dev, &pf->dev,
					      DL_FLAG_AUTOREMOVE_CONSUMER)))
		pci_warn(vf->pdev, "cannot follow its physical function: unbind it here before the driver of %s\n",
			 pci_name(pf));
}

/*
 * Link a VF and its PF only once the probe of both is over. The driver core warns
 * about a link between a device that is being probed and one without a driver,
 * and a link that a bound VF gets to a PF that is being probed never becomes
 * active. Whichever of the two is bound last finds the other: the PF finds its
 * VFs in the registry, where they are before the driver core says that they are
 * bound.
 */
static void sriov_link_bound(struct pci_dev *pdev)
{
	struct pb2_device *vf;
	struct pb2_sbdf sbdf;

	if (pdev->is_physfn) {
		pb2_registry_each_vf(pdev, sriov_link_vf);
		return;
	}
	if (!pdev->is_virtfn ||
	    pci_physfn(pdev)->dev.links.status != DL_DEV_DRIVER_BOUND)
		return;
	pb2_sbdf_of(pdev, &sbdf);
	vf = pb2_registry_find(&sbdf);
	if (!vf)
		return;
	sriov_link_vf(vf);
	pb2_device_put(vf);
}

static int sriov_bus_event(struct notifier_block *nb, unsigned long action,
			   void *data)
{
	if (action == BUS_NOTIFY_BOUND_DRIVER)
		sriov_link_bound(to_pci_dev((struct device *)data));
	return NOTIFY_DONE;
}

static struct notifier_block sriov_notifier = {
	.notifier_call = sriov_bus_event,
};

/**
 * pb2_sriov_init() - watch for drivers of physical and virtual functions
 *
 * To be called before the driver is registered, since registering it seizes VFs.
 *
 * Context: may sleep.
 * Return: 0, or the errno of the bus' notifier chain.
 */
int pb2_sriov_init(void)
{
	return bus_register_notifier(&pci_bus_type, &sriov_notifier);
}

/**
 * pb2_sriov_exit() - undo pb2_sriov_init()
 *
 * Context: may sleep.
 */
void pb2_sriov_exit(void)
{
	bus_unregister_notifier(&pci_bus_type, &sriov_notifier);
}

/**
 * pb2_sriov_pf_leaves() - is a VF released because its PF loses its driver?
 * @pdev: the function
 *
 * Context: the function's device_lock is held.
 * Return: true if the function is a VF, and the driver of its PF is being
 * unbound.
 */
bool pb2_sriov_pf_leaves(struct pci_dev *pdev)
{
	return pdev->is_virtfn &&
	       pci_physfn(pdev)->dev.links.status == DL_DEV_UNBINDING;
}
