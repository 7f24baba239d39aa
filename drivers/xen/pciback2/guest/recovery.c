// SPDX-License-Identifier: GPL-2.0
/*
 * recovery.c - a step of error recovery on its way through the ring's page
 *
 * The guest's driver answers in the same page. It gets a bounded time for each
 * step.
 */
#include <linux/jiffies.h>
#include <asm/sync_bitops.h>

#include "../host/xen_iface.h"
#include "guest.h"

/* Longer than any driver takes; the core holds device_lock meanwhile. */
#define STEP_MS		10000

static bool is_answered(struct pb2_ring *ring)
{
	return READ_ONCE(ring->closing) ||
	       !sync_test_bit(_XEN_PCIB_active, pb2_ring_flags(ring));
}

static void post(struct pb2_ring *ring, u32 cmd, pci_channel_state_t state,
		 const struct pb2_sbdf *vsbdf)
{
	struct xen_pcie_aer_op *aer = &ring->page->aer_op;

	WRITE_ONCE(aer->cmd, cmd);
	WRITE_ONCE(aer->err, (__force s32)state);
	WRITE_ONCE(aer->domain, vsbdf->domain);
	WRITE_ONCE(aer->bus, vsbdf->bus);
	WRITE_ONCE(aer->devfn, vsbdf->devfn);

	/* The step must be there before its flag is up. */
	virt_wmb();
	WRITE_ONCE(ring->aer_busy, true);
	sync_set_bit(_XEN_PCIB_active, pb2_ring_flags(ring));
	pb2_xen_notify(ring->irq);
}

static pci_ers_result_t collect(struct pb2_ring *ring)
{
	s32 err;

	/* The flag was seen down before the answer is read. */
	virt_rmb();
	err = READ_ONCE(ring->page->aer_op.err);
	if (err < (__force s32)PCI_ERS_RESULT_NONE ||
	    err > (__force s32)PCI_ERS_RESULT_RECOVERED)
		return PCI_ERS_RESULT_NONE;
	return (__force pci_ers_result_t)err;
}

/**
 * pb2_recovery_ask() - put one step of error recovery to the guest's driver
 * @fe: the frontend that owns the function
 * @cmd: XEN_PCI_OP_aer_*
 * @state: of the channel, as the PCI core says
 * @vsbdf: the function's virtual address
 *
 * Context: process context, sleeps up to %STEP_MS; takes the ring's aer_lock.
 * Return: the guest's answer; %PCI_ERS_RESULT_NONE stands for every way of not
 * getting one: no driver that knows error recovery, no answer in time, an
 * answer that is none, a ring that goes away.
 */
pci_ers_result_t pb2_recovery_ask(struct pb2_frontend *fe, u32 cmd,
				  pci_channel_state_t state,
				  const struct pb2_sbdf *vsbdf)
{
	struct pb2_ring *ring = &fe->ring;
	pci_ers_result_t result = PCI_ERS_RESULT_NONE;

	mutex_lock(&ring->aer_lock);
	/* No page: an HVM guest, or one that has not connected yet. */
	if (!ring->page || ring->closing ||
	    !sync_test_bit(_XEN_PCIB_AERHANDLER, pb2_ring_flags(ring)))
		goto out;

	post(ring, cmd, state, vsbdf);
	if (wait_event_timeout(ring->aer_done, is_answered(ring),
			       msecs_to_jiffies(STEP_MS)) &&
	    !READ_ONCE(ring->closing))
		result = collect(ring);
	else
		sync_clear_bit(_XEN_PCIB_active, pb2_ring_flags(ring));
out:
	mutex_unlock(&ring->aer_lock);
	return result;
}

/**
 * pb2_recovery_event() - an event arrived: is it the answer to a step?
 * @fe: the frontend that sent it
 *
 * Context: the ring's thread.
 * Return: whether it was.
 */
bool pb2_recovery_event(struct pb2_frontend *fe)
{
	struct pb2_ring *ring = &fe->ring;

	if (sync_test_bit(_XEN_PCIB_active, pb2_ring_flags(ring)))
		return false;

	/* The answer may have been seen, and acted upon, before its event. */
	wake_up_all(&ring->aer_done);
	return xchg(&ring->aer_busy, false);
}
