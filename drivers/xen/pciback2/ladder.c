// SPDX-License-Identifier: GPL-2.0
/*
 * ladder.c - reset a function by the least that does it
 *
 * First by itself (rung.c), then, if that did nothing, with all that share
 * its bus or slot (group.c). The second needs locks that come before the
 * function's own, so whoever can lets go of that one in between.
 */
#include "pci_iface.h"
#include "pciback2.h"

/**
 * pb2_ladder_alone() - reset the function by its own means
 * @pbdev: the function, in D0, its gate blocked or closed
 *
 * Its pristine state is restored afterwards; vectors that are allocated are
 * restored with it. A PF is not touched while it has VFs: they would lose
 * what they are.
 *
 * Context: device_lock held; sleeps, up to minutes.
 * Return: %NULL if that is all, or what has to be reset with the function,
 * for pb2_ladder_together().
 */
struct pb2_group *pb2_ladder_alone(struct pb2_device *pbdev)
{
	struct pci_dev *pdev = pbdev->pdev;
	struct pb2_group *group = NULL;

	device_lock_assert(&pdev->dev);

	pb2_reset_begin(pbdev);
	/* Its children belong to somebody. */
	if (pdev->subordinate)
		return NULL;
	if (pci_num_vf(pdev)) {
		pb2_reset_finish(pbdev, "it has VFs");
		return NULL;
	}

	/* A function that does DMA while it is reset may hang the bus. */
	pb2_pci_set_master(pdev, false);

	pb2_pci_lock_cfg(pdev);
	if (!pb2_rung_climb(pbdev) && !READ_ONCE(pbdev->bus_reset_off))
		group = pb2_group_new(pbdev);
	/* Also overwrites the mark. */
	pb2_pci_restore(pdev, pbdev->pristine);
	pb2_pci_unlock_cfg(pdev);

	if (!group)
		pb2_reset_finish(pbdev, NULL);
	return group;
}

/**
 * pb2_ladder_together() - the rest of a reset: the bus or slot
 * @group: result of pb2_ladder_alone(), freed here; may be %NULL
 * @held: the function's device_lock is held
 *
 * Context: device_lock held if and only if @held; sleeps, up to minutes.
 */
void pb2_ladder_together(struct pb2_group *group, bool held)
{
	if (!group)
		return;
	pb2_group_reset(group, held);
	pb2_group_free(group);
}

/**
 * pb2_ladder_run() - all of a reset, without letting go of the function
 * @pbdev: the function, in D0, its gate blocked or closed
 *
 * Context: device_lock held; sleeps, up to minutes.
 */
void pb2_ladder_run(struct pb2_device *pbdev)
{
	pb2_ladder_together(pb2_ladder_alone(pbdev), true);
}
