// SPDX-License-Identifier: GPL-2.0
/*
 * isolation.c - a function that its former domain reaches no more
 *
 * Isolation comes first and always, whatever the reset after it does or cannot
 * do: the way back and a reset of several functions both begin here.
 */
#include "life.h"

/**
 * pb2_isolation_enforce() - keep the former domain away from a function
 * @pbdev: a function in state RECLAIMING
 *
 * Harmless when done twice: a sibling's reset may come first.
 *
 * Context: device_lock held, may sleep.
 */
void pb2_isolation_enforce(struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);

	/* The guest may have left it in D3hot; the rest needs D0. */
	pb2_power_wake(pbdev);

	/* No request is at work from here on. */
	pb2_gate_close(pbdev);

	/* Nor may the page be mapped anew. */
	pb2_handover_end(pbdev);

	/*
	 * Vectors first: restoring the configuration of a function whose
	 * domain is gone must not restore that domain's MSIs.
	 */
	mutex_lock(&pbdev->gate.lock);
	pb2_intx_disable(pbdev);
	pb2_msi_release(pbdev);
	mutex_unlock(&pbdev->gate.lock);
}
