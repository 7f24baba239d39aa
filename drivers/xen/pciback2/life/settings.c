// SPDX-License-Identifier: GPL-2.0
/*
 * settings.c - what is set for one assignment of a function
 *
 * The administrator may loosen the policy, and the toolstack may name a virtio
 * backend domain, for the next domain or for the present one.
 */
#include "life.h"

/**
 * pb2_settings_clear() - end the settings of one assignment
 * @pbdev: a function that no domain owns
 *
 * The settings must not reach another domain than the one that they were meant
 * for: they end with its assignment, also with one that failed or never came.
 *
 * Context: device_lock held, may sleep.
 */
void pb2_settings_clear(struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);

	if (READ_ONCE(pbdev->permissive) == PB2_PERMISSIVE_ONCE) {
		WRITE_ONCE(pbdev->permissive, PB2_PERMISSIVE_OFF);
		pci_info(pbdev->pdev, "no longer permissive, since its assignment is over: write \"always\" to its pciback2/permissive to make it last\n");
	}
	WRITE_ONCE(pbdev->allow_interrupt_control, false);
	pb2_gate_forget_detach(pbdev);

	mutex_lock(&pbdev->gate.lock);
	if (pb2_conf_quirk_clear(pbdev))
		pci_info(pbdev->pdev, "quirks ended with the assignment: write them to its pciback2/quirks, or to the parameter quirks of pciback2, to make them last\n");
	if (pb2_guest_reset_end(pbdev))
		pci_info(pbdev->pdev, "its guest may no longer reset it, since the assignment is over: write 1 to its pciback2/guest_reset again\n");
	pb2_conf_virtio_clear(pbdev);
	pb2_conf_reset(pbdev);
	mutex_unlock(&pbdev->gate.lock);
}
