// SPDX-License-Identifier: GPL-2.0
/*
 * recovery.c - error recovery by the guest's driver, through the ring's page
 *
 * The guest's driver answers each step in the same page, and has a limited time
 * for it.
 */
#include <linux/jiffies.h>
#include <linux/lockdep.h>
#include <asm/sync_bitops.h>

#include "../host/xen_iface.h"
#include "guest.h"

/* How long a step waits for its answer, longer than any driver takes */
#define RECOVERY_STEP_MS	10000

static bool is_recovery_answered(struct pb2_ring *ring)
{
	return READ_ONCE(ring->closing) ||
	       !sync_test_bit(_XEN_PCIB_active, pb2_ring_flags(ring));
}

static void recovery_post_step(struct pb2_ring *ring, u32 cmd,
			       pci_channel_state_t state,
			       const struct pb2_sbdf *vsbdf)
{
	struct xen_pcie_aer_op *aer = &ring->page->aer_op;

	lockdep_assert_held(&ring->aer_lock);

	WRITE_ONCE(aer->cmd, cmd);
	WRITE_ONCE(aer->err, (__force s32)state);
	WRITE_ONCE(aer->domain, vsbdf->domain);
	WRITE_ONCE(aer->bus, vsbdf->bus);
	WRITE_ONCE(aer->devfn, vsbdf->devfn);

	/* The guest must not see the flag before it can see the step. */
	virt_wmb();
	WRITE_ONCE(ring->aer_busy, true);
	sync_set_bit(_XEN_PCIB_active, pb2_ring_flags(ring));
	pb2_xen_notify(ring->irq);
}

static pci_ers_result_t recovery_read_answer(struct pb2_ring *ring)
{
	s32 err;

	lockdep_assert_held(&ring->aer_lock);

	/* The guest cleared the flag after it had written the answer. */
	virt_rmb();
	err = READ_ONCE(ring->page->aer_op.err);
	if (err < (__force s32)PCI_ERS_RESULT_NONE ||
	    err > (__force s32)PCI_ERS_RESULT_RECOVERED)
		return PCI_ERS_RESULT_NONE;
	return (__force pci_ers_result_t)err;
}

/*
 * Returns the guest's answer; NONE if there is no ring, if the guest has no driver
 * that handles error recovery, if the guest does not answer in time, if its answer
 * is not a pci_ers_result_t, or if the ring is detached meanwhile.
 */
static pci_ers_result_t recovery_ask_guest(struct pb2_frontend *fe, u32 cmd,
					   pci_channel_state_t state,
					   const struct pb2_sbdf *vsbdf)
{
	struct pb2_ring *ring = &fe->ring;
	pci_ers_result_t result = PCI_ERS_RESULT_NONE;

	mutex_lock(&ring->aer_lock);
	/* An HVM guest has no page, nor has a guest before it connects. */
	if (!ring->page || ring->closing ||
	    !sync_test_bit(_XEN_PCIB_AERHANDLER, pb2_ring_flags(ring)))
		goto out;

	recovery_post_step(ring, cmd, state, vsbdf);
	if (wait_event_timeout(ring->aer_done, is_recovery_answered(ring),
			       msecs_to_jiffies(RECOVERY_STEP_MS)) &&
	    !READ_ONCE(ring->closing))
		result = recovery_read_answer(ring);
	else
		sync_clear_bit(_XEN_PCIB_active, pb2_ring_flags(ring));
out:
	mutex_unlock(&ring->aer_lock);
	return result;
}

/**
 * pb2_recovery_run() - take the guest's driver through its error recovery
 * @fe: the frontend that owns the function; its xenbus device may be gone
 * @vsbdf: virtual address of the function
 * @was_reset: the function was reset, and what the driver had set up is lost
 *
 * The steps are those of the PCI core, which has already finished its own
 * recovery. pcifront calls its driver's handler without looking whether there is
 * one. So the guest gets slot_reset only if its driver has asked for a reset, and
 * it never gets mmio_enabled, which few drivers have: igb, nvme and lpfc say that
 * they can recover without a reset, and have no such handler.
 *
 * Context: process context with no lock held, sleeps for up to 30 s; takes
 * pb2_ring.aer_lock.
 * Return: %NULL if the guest's driver says that it has recovered, else the name
 * of the step that failed or was not answered.
 */
const char *pb2_recovery_run(struct pb2_frontend *fe,
			     const struct pb2_sbdf *vsbdf, bool was_reset)
{
	pci_ers_result_t result;

	result = recovery_ask_guest(fe, XEN_PCI_OP_aer_detected,
				    was_reset ? pci_channel_io_frozen :
						pci_channel_io_normal, vsbdf);
	if (result == PCI_ERS_RESULT_NONE ||
	    result == PCI_ERS_RESULT_DISCONNECT)
		return "error_detected";

	if (result == PCI_ERS_RESULT_NEED_RESET &&
	    recovery_ask_guest(fe, XEN_PCI_OP_aer_slotreset,
			       pci_channel_io_normal, vsbdf) !=
	    PCI_ERS_RESULT_RECOVERED)
		return "slot_reset";

	/* A resume has no result. */
	recovery_ask_guest(fe, XEN_PCI_OP_aer_resume, pci_channel_io_normal,
			   vsbdf);
	return NULL;
}

/**
 * pb2_recovery_event() - check whether an event announces the answer to a step
 * @fe: the frontend that sent the event
 *
 * Wakes pb2_recovery_run() if it waits for the answer.
 *
 * Context: the ring's thread.
 * Return: true if the event announces an answer.
 */
bool pb2_recovery_event(struct pb2_frontend *fe)
{
	struct pb2_ring *ring = &fe->ring;

	if (sync_test_bit(_XEN_PCIB_active, pb2_ring_flags(ring)))
		return false;

	/*
	 * pb2_recovery_run() may have found the answer before its event came.
	 * aer_busy tells this event from one that the guest sent for nothing.
	 */
	wake_up_all(&ring->aer_done);
	return xchg(&ring->aer_busy, false);
}
