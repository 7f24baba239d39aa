// SPDX-License-Identifier: GPL-2.0
/*
 * reset.c - reset a function by the least that does it
 *
 * First by itself (rung.c), then, if that did nothing, with all that share
 * its bus or slot (group.c). The second needs locks that come before the
 * function's own, so whoever can lets go of that one in between.
 */
#include "../host/pci_iface.h"
#include "life.h"

/*
 * What is written to a function that does not answer does not reach it, but
 * each method would wait a minute for it. A reset of the bus may help, unless
 * the slot has nothing to reset; of a function that does answer some firmware
 * says that its slot is empty.
 */
static struct pb2_reset_bus *reset_escalate(struct pb2_device *pbdev)
{
	struct pci_dev *pdev = pbdev->pdev;
	bool answers = pb2_health_answers(pdev);

	device_lock_assert(&pbdev->pdev->dev);

	if (answers && pb2_reset_method_run(pbdev))
		return NULL;
	if (!answers && pb2_health_slot_fault(pdev))
		return NULL;
	return READ_ONCE(pbdev->bus_reset_off) ? NULL : pb2_reset_bus_find(pbdev);
}

/**
 * pb2_reset_alone() - reset the function by its own means
 * @pbdev: the function, in D0, its gate blocked or closed
 *
 * Its pristine state is restored afterwards; vectors that are allocated are
 * restored with it. A PF is not touched while it has VFs: they would lose
 * what they are.
 *
 * Context: device_lock held; sleeps, up to minutes.
 * Return: %NULL if that is all, or what has to be reset with the function,
 * for pb2_reset_together().
 */
struct pb2_reset_bus *pb2_reset_alone(struct pb2_device *pbdev)
{
	struct pci_dev *pdev = pbdev->pdev;
	struct pb2_reset_bus *bus_reset;

	device_lock_assert(&pdev->dev);

	pb2_reset_verdict_begin(pbdev);
	/* Its children belong to somebody. */
	if (pdev->subordinate)
		return NULL;
	if (pci_num_vf(pdev)) {
		pb2_reset_verdict_finish(pbdev, "it has VFs");
		return NULL;
	}

	pb2_pci_lock_cfg(pdev);
	pb2_reset_quiesce_begin(pdev);
	bus_reset = reset_escalate(pbdev);
	/* Also overwrites the mark. */
	pb2_pci_restore(pdev, pbdev->saved_state);
	pb2_pci_unlock_cfg(pdev);

	if (!bus_reset)
		pb2_reset_verdict_finish(pbdev, NULL);
	return bus_reset;
}

/**
 * pb2_reset_together() - the rest of a reset: the bus or slot
 * @bus_reset: result of pb2_reset_alone(), freed here; may be %NULL
 * @requester_locked: the function's device_lock is held
 *
 * Context: device_lock held if and only if @requester_locked; sleeps, up to minutes.
 */
void pb2_reset_together(struct pb2_reset_bus *bus_reset, bool requester_locked)
{
	if (!bus_reset)
		return;
	pb2_reset_bus_run(bus_reset, requester_locked);
	pb2_reset_bus_free(bus_reset);
}

/**
 * pb2_reset_run() - all of a reset, without letting go of the function
 * @pbdev: the function, in D0, its gate blocked or closed
 *
 * Context: device_lock held; sleeps, up to minutes.
 */
void pb2_reset_run(struct pb2_device *pbdev)
{
	pb2_reset_together(pb2_reset_alone(pbdev), true);
}
