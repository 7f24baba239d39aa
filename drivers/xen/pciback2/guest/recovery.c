// SPDX-License-Identifier: GPL-2.0
/*
 * recovery.c - one step of error recovery, sent through the ring's page
 *
 * The guest's driver answers in the same page. It has a limited time for each
 * step.
 */
#include <linux/jiffies.h>
#include <linux/lockdep.h>
#include <asm/sync_bitops.h>

#include "../host/xen_iface.h"
#include "guest.h"

/*
 * How long a step waits for its answer, longer than any driver takes. The PCI
 * core holds device_lock meanwhile.
 */
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

/**
 * pb2_recovery_ask() - send one step of error recovery to the guest's driver
 * @fe: the frontend that owns the function
 * @cmd: the step, XEN_PCI_OP_aer_*
 * @state: state of the PCI channel, as the PCI core reports it
 * @vsbdf: virtual address of the function
 *
 * Context: process context, sleeps for up to 10 s; takes pb2_ring.aer_lock.
 * Return: the guest's answer; %PCI_ERS_RESULT_NONE if there is no ring, if the
 * guest has no driver that handles error recovery, if the guest does not
 * answer in time, if its answer is not a pci_ers_result_t, or if the ring is
 * detached meanwhile.
 */
pci_ers_result_t pb2_recovery_ask(struct pb2_frontend *fe, u32 cmd,
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
 * pb2_recovery_event() - check whether an event announces the answer to a step
 * @fe: the frontend that sent the event
 *
 * Wakes pb2_recovery_ask() if it waits for the answer.
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
	 * pb2_recovery_ask() may have found the answer before its event came.
	 * aer_busy tells this event from one that the guest sent for nothing.
	 */
	wake_up_all(&ring->aer_done);
	return xchg(&ring->aer_busy, false);
}
