// SPDX-License-Identifier: GPL-2.0
/*
 * reset.c - reset a function, and as few others with it as possible
 *
 * The function's own reset methods come first (reset_method.c). If none of them
 * has an effect, the bus or slot is reset (reset_bus.c), which affects every
 * function there. The bus reset needs locks that come before the function's
 * device_lock in the lock order, so a caller that can do so drops device_lock
 * between the two halves.
 */
#include "../host/pci_iface.h"
#include "life.h"

/*
 * A function that does not answer does not receive what the reset methods
 * write, and each method would wait a minute for it. Such a function goes
 * straight to the bus reset, unless its slot is empty or without power. A
 * function that answers is tried whatever its slot reports, because some
 * firmware reports an occupied slot as empty. What such a slot reported before
 * tells it from one whose card is pulled during the methods.
 */
static struct pb2_reset_bus *reset_escalate(struct pb2_device *pbdev)
{
	struct pci_dev *pdev = pbdev->pdev;
	bool answers = pb2_health_answers(pdev);
	bool is_slot_wrong = answers && pb2_health_slot_fault(pdev);

	device_lock_assert(&pbdev->pdev->dev);

	if (answers && pb2_reset_method_run(pbdev))
		return NULL;
	if (!is_slot_wrong && !pb2_health_answers(pdev) &&
	    pb2_health_slot_fault(pdev))
		return NULL;
	return READ_ONCE(pbdev->bus_reset_off) ? NULL : pb2_reset_bus_find(pbdev);
}

/**
 * pb2_reset_alone() - first half of a reset: the function's own methods
 * @pbdev: the function, in D0, its gate blocked or closed
 *
 * The saved state is restored afterwards, and with it the vectors that are
 * allocated. A PF that has VFs does no more DMA, but is not reset: the VFs
 * would vanish.
 *
 * Context: device_lock held; sleeps, up to minutes.
 * Return: %NULL if the reset is over, or the bus reset that has to follow, for
 * pb2_reset_together().
 */
struct pb2_reset_bus *pb2_reset_alone(struct pb2_device *pbdev)
{
	struct pci_dev *pdev = pbdev->pdev;
	struct pb2_reset_bus *bus_reset;

	device_lock_assert(&pdev->dev);

	pb2_reset_verdict_begin(pbdev);
	/* The devices behind a bridge have owners of their own. */
	if (pci_is_bridge(pdev))
		return NULL;
	if (pci_num_vf(pdev)) {
		pb2_pci_set_master(pdev, false);
		pb2_reset_verdict_finish(pbdev, "it has VFs");
		return NULL;
	}

	pb2_pci_lock_cfg(pdev);
	pb2_reset_quiesce_begin(pdev);
	bus_reset = reset_escalate(pbdev);
	/* The restore also overwrites the reset marker. */
	pb2_pci_restore(pdev, pbdev->saved_state);
	pb2_pci_unlock_cfg(pdev);

	if (!bus_reset)
		pb2_reset_verdict_finish(pbdev, NULL);
	return bus_reset;
}

/**
 * pb2_reset_together() - second half of a reset: the bus or slot
 * @bus_reset: result of pb2_reset_alone(), freed here; may be %NULL
 * @requester_locked: the caller holds the function's device_lock
 *
 * Context: device_lock held if and only if @requester_locked; sleeps, up to
 * minutes.
 */
void pb2_reset_together(struct pb2_reset_bus *bus_reset, bool requester_locked)
{
	if (!bus_reset)
		return;
	pb2_reset_bus_run(bus_reset, requester_locked);
	pb2_reset_bus_free(bus_reset);
}

/**
 * pb2_reset_run() - both halves of a reset, with device_lock held throughout
 * @pbdev: the function, in D0, its gate blocked or closed
 *
 * Context: device_lock held; sleeps, up to minutes.
 */
void pb2_reset_run(struct pb2_device *pbdev)
{
	pb2_reset_together(pb2_reset_alone(pbdev), true);
}
