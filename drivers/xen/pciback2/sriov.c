// SPDX-License-Identifier: GPL-2.0
/*
 * sriov.c - virtual functions leave with their physical function
 *
 * When the PF's driver is unbound it disables SR-IOV, and the VFs vanish. A
 * VF that is still bound here, idle or assigned, is released first, in order.
 */
#include <linux/notifier.h>

#include "pciback2.h"

static int bus_event(struct notifier_block *nb, unsigned long action,
		     void *data)
{
	struct device *dev = data;
	struct pci_dev *pf = to_pci_dev(dev);
	struct pb2_device *vf;

	if (action != BUS_NOTIFY_UNBIND_DRIVER || !pf->is_physfn)
		return NOTIFY_DONE;

	while ((vf = pb2_registry_find_vf(pf))) {
		pci_info(vf->pdev, "released, the driver of its physical function %s goes\n",
			 pci_name(pf));
		device_release_driver(&vf->pdev->dev);
		pb2_device_put(vf);
	}
	return NOTIFY_DONE;
}

static struct notifier_block notifier = {
	.notifier_call = bus_event,
};

/**
 * pb2_sriov_init() - begin to watch drivers of physical functions
 *
 * Context: may sleep.
 * Return: 0 or the notifier chain's errno.
 */
int pb2_sriov_init(void)
{
	return bus_register_notifier(&pci_bus_type, &notifier);
}

/**
 * pb2_sriov_exit() - undo pb2_sriov_init()
 *
 * Context: may sleep.
 */
void pb2_sriov_exit(void)
{
	bus_unregister_notifier(&pci_bus_type, &notifier);
}
