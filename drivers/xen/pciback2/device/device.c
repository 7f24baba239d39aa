// SPDX-License-Identifier: GPL-2.0
/*
 * device.c - a seized function as an object: its references and its memory
 */
#include <linux/slab.h>

#include "device.h"

static void device_free_memory(struct kref *ref)
{
	struct pb2_device *pbdev = container_of(ref, struct pb2_device, ref);

	kfree(pbdev->saved_state);
	kfree(pbdev->vm_path);
	kfree(pbdev->target_vm_path);
	pci_dev_put(pbdev->pdev);
	/* A request may be looking whether it is still there. */
	kfree_rcu(pbdev, rcu);
}

/**
 * pb2_device_get() - take a reference
 * @pbdev: the function
 *
 * Context: any.
 */
void pb2_device_get(struct pb2_device *pbdev)
{
	kref_get(&pbdev->ref);
}

/**
 * pb2_device_try_get() - take a reference, if there is one left
 * @pbdev: the function; its memory is there because RCU is held
 *
 * Context: any.
 * Return: whether there is.
 */
bool pb2_device_try_get(struct pb2_device *pbdev)
{
	return kref_get_unless_zero(&pbdev->ref);
}

/**
 * pb2_device_put() - drop a reference
 * @pbdev: the function, not to be used afterwards
 *
 * Context: may sleep.
 */
void pb2_device_put(struct pb2_device *pbdev)
{
	kref_put(&pbdev->ref, device_free_memory);
}
