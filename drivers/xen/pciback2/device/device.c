// SPDX-License-Identifier: GPL-2.0
/*
 * device.c - references to a seized function, and its memory
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
	/* pb2_frontend_find() may still try to take a reference under RCU. */
	kfree_rcu(pbdev, rcu);
}

/**
 * pb2_device_get() - take a reference
 * @pbdev: the function, to which the caller has a reference or the registry's
 *	lock
 *
 * Context: any.
 */
void pb2_device_get(struct pb2_device *pbdev)
{
	kref_get(&pbdev->ref);
}

/**
 * pb2_device_try_get() - take a reference, unless the last one is gone
 * @pbdev: the function
 *
 * Context: within an RCU read-side critical section, which keeps the memory.
 * Return: whether the reference was taken.
 */
bool pb2_device_try_get(struct pb2_device *pbdev)
{
	return kref_get_unless_zero(&pbdev->ref);
}

/**
 * pb2_device_put() - drop a reference
 * @pbdev: the function; the caller must not use it afterwards
 *
 * Context: any; may sleep if this is the last reference.
 */
void pb2_device_put(struct pb2_device *pbdev)
{
	kref_put(&pbdev->ref, device_free_memory);
}
