// SPDX-License-Identifier: GPL-2.0
/*
 * isolation.c - keep a former domain away from a function
 *
 * Isolation comes first, whether or not a reset can follow. The reclaim of a
 * function and the reset of a bus both begin with it.
 */
#include "../host/pci_iface.h"
#include "life.h"

/**
 * pb2_isolation_enforce() - keep the former domain away from a function
 * @pbdev: a function in state RECLAIMING
 *
 * A second call is harmless: the reset of a sibling may have isolated the
 * function already. Afterwards the function is in D0, its gate is closed, its
 * ECAM page is withdrawn, it does no DMA, and its vectors are freed.
 *
 * Context: device_lock held, may sleep.
 */
void pb2_isolation_enforce(struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);

	/*
	 * The following steps need D0, and an idle function may have begun to
	 * suspend.
	 */
	pb2_power_wake(pbdev);

	/* After this, no request of the guest is being processed. */
	pb2_gate_close(pbdev);

	/* After this, the domain cannot map the ECAM page anew. */
	pb2_handover_end(pbdev);

	/* A reset, which also stops DMA, need not follow. */
	pb2_pci_set_master(pbdev->pdev, false);

	/*
	 * Vectors first: restoring the configuration space of a function whose
	 * domain is gone must not restore that domain's MSIs.
	 */
	mutex_lock(&pbdev->gate.lock);
	pb2_intx_release(pbdev);
	pb2_msi_release(pbdev);
	mutex_unlock(&pbdev->gate.lock);
}
