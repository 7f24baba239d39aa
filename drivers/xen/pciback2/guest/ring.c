// SPDX-License-Identifier: GPL-2.0
/*
 * ring.c - the shared page of one frontend, and the thread that serves it
 *
 * The page holds one request at a time. It is copied once, worked on from
 * the copy, and answered field by field (XSA-155).
 */
#include <linux/cpumask.h>
#include <linux/kthread.h>
#include <linux/sched/clock.h>
#include <linux/sched/task.h>
#include <asm/sync_bitops.h>

#include "../host/xen_iface.h"
#include "guest.h"

/*
 * Requests served for one event by a thread that does not look on. An honest guest
 * sends an event for each, so leaving after some loses nothing, and a guest that
 * never stops asking is slowed down by the event channel's late EOI.
 */
#define MAX_PER_EVENT	16U

static void fetch(struct pb2_ring *ring)
{
	const struct xen_pci_op *theirs = &ring->page->op;
	struct xen_pci_op *op = &ring->op;
	u32 nvec;

	/* The flag was seen before the request is read. */
	virt_rmb();
	memcpy(op, theirs, offsetof(struct xen_pci_op, msix_entries));
	/* From here on the compiler may not look at the page again. */
	barrier();

	nvec = op->value;
	if (op->cmd == XEN_PCI_OP_enable_msix && nvec <= SH_INFO_MAX_VEC) {
		memcpy(op->msix_entries, theirs->msix_entries,
		       nvec * sizeof(op->msix_entries[0]));
		barrier();
	}
}

static void answer(struct pb2_ring *ring, u32 nvec)
{
	struct xen_pci_op *theirs = &ring->page->op;
	const struct xen_pci_op *op = &ring->op;
	u32 i;

	WRITE_ONCE(theirs->err, op->err);
	WRITE_ONCE(theirs->value, op->value);
	if (op->cmd == XEN_PCI_OP_enable_msix && !op->err)
		for (i = 0; i < nvec; i++)
			WRITE_ONCE(theirs->msix_entries[i].vector,
				   op->msix_entries[i].vector);

	/* The answer must be there before the flag is down. */
	virt_wmb();
	sync_clear_bit(_XEN_PCIF_active, pb2_ring_flags(ring));
}

static void serve_one(struct pb2_frontend *fe)
{
	struct pb2_ring *ring = &fe->ring;
	u32 nvec;

	fetch(ring);
	nvec = ring->op.value;
	pb2_op_run(fe, &ring->op);
	answer(ring, nvec);
}

/*
 * pcifront sends an event for every request, also for one that was served
 * before its event came. Such an event finds nothing to do and is no offence;
 * called spurious, it would slow an honest guest down.
 */
static bool is_spurious(struct pb2_ring *ring, unsigned int served)
{
	if (served) {
		ring->credit = min(ring->credit + served - 1, MAX_PER_EVENT);
		return false;
	}
	if (!ring->credit)
		return true;
	ring->credit--;
	return false;
}

static bool is_asked(struct pb2_ring *ring)
{
	return sync_test_bit(_XEN_PCIF_active, pb2_ring_flags(ring));
}

/*
 * After an answer: tells the guest, unless it is seen to know, and waits for its
 * next request. Whatever else wants the CPU, or the end of the ring, comes first.
 */
static bool look_on(struct pb2_ring *ring, u64 start, u64 interval)
{
	u64 delay = interval ? pb2_poll_notify_delay(&ring->poll) : 0;
	bool asked, told = false;
	u64 passed = 0;

	for (;;) {
		if (!told && passed >= delay) {
			pb2_xen_notify(ring->irq);
			told = true;
		}
		asked = is_asked(ring);
		passed = local_clock() - start;
		if (asked || need_resched() || kthread_should_stop() ||
		    passed >= interval)
			break;
		cpu_relax();
	}

	if (delay && (asked || told))
		pb2_poll_delayed(&ring->poll, !told);
	if (!asked && !told)
		pb2_xen_notify(ring->irq);
	/* Nor does one who never stops asking delay up the end of the ring. */
	return asked && !kthread_should_stop();
}

/* A request came with an event. Returns how many were served. */
static unsigned int serve_burst(struct pb2_frontend *fe)
{
	struct pb2_ring *ring = &fe->ring;
	unsigned int served = 0;
	u64 now, interval;

	pb2_poll_woken(&ring->poll, READ_ONCE(ring->event_ns));
	do {
		/* A guest that never pauses does not keep the CPU from others. */
		cond_resched();
		serve_one(fe);
		now = local_clock();
		interval = pb2_poll_answered(&ring->poll, now);
		if (++served >= MAX_PER_EVENT && !interval) {
			pb2_xen_notify(ring->irq);
			break;
		}
	} while (look_on(ring, now, interval));
	pb2_poll_ended(&ring->poll, local_clock());
	return served;
}

static void serve(struct pb2_frontend *fe)
{
	struct pb2_ring *ring = &fe->ring;
	bool aer = pb2_recovery_event(fe);
	unsigned int served = 0;

	if (is_asked(ring))
		served = serve_burst(fe);
	pb2_xen_eoi(ring->irq, !aer && is_spurious(ring, served));
}

/*
 * The scheduler likes to leave the thread where it ran before. For a domain,
 * waking a second virtual CPU costs as much again as waking the first.
 */
static void follow_event(struct pb2_ring *ring)
{
	unsigned int cpu = READ_ONCE(ring->event_cpu);

	if (cpu != ring->task_cpu &&
	    !set_cpus_allowed_ptr(current, cpumask_of(cpu)))
		ring->task_cpu = cpu;
}

static int ring_thread(void *arg)
{
	struct pb2_frontend *fe = arg;

	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (kthread_should_stop())
			break;
		if (!xchg(&fe->ring.pending, false)) {
			schedule();
			continue;
		}
		__set_current_state(TASK_RUNNING);
		follow_event(&fe->ring);
		serve(fe);
		cond_resched();
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

static irqreturn_t ring_event(int irq, void *arg)
{
	struct pb2_frontend *fe = arg;

	/* The event may come before the binding has returned the number. */
	WRITE_ONCE(fe->ring.irq, irq);
	WRITE_ONCE(fe->ring.event_cpu, raw_smp_processor_id());
	WRITE_ONCE(fe->ring.event_ns, local_clock());
	/* Before the thread is looked at, which may be about to sleep. */
	smp_store_mb(fe->ring.pending, true);
	wake_up_process(fe->ring.task);
	return IRQ_HANDLED;
}

/**
 * pb2_ring_init() - no ring yet
 * @fe: a new frontend
 *
 * Context: any.
 */
void pb2_ring_init(struct pb2_frontend *fe)
{
	mutex_init(&fe->ring.aer_lock);
	init_waitqueue_head(&fe->ring.aer_done);
}

/**
 * pb2_ring_attach() - map the frontend's page and begin to serve it
 * @fe: the frontend, without a ring
 * @gref: grant reference of the page
 * @port: the frontend's event channel
 *
 * Context: may sleep.
 * Return: 0, the errno of mapping or binding what the frontend named, or
 * -ENOMEM.
 */
int pb2_ring_attach(struct pb2_frontend *fe, unsigned int gref,
		    unsigned int port)
{
	struct pb2_ring *ring = &fe->ring;
	struct task_struct *task;
	void *page;
	int rc;

	rc = pb2_xen_map_ring(fe->xdev, gref, &page);
	if (rc < 0)
		return rc;

	task = kthread_create(ring_thread, fe, PB2_NAME "/%u", fe->domid);
	if (IS_ERR(task)) {
		rc = PTR_ERR(task);
		goto err_unmap;
	}
	/* An event may still try to wake it when it has ended. */
	get_task_struct(task);

	mutex_lock(&ring->aer_lock);
	ring->page = page;
	ring->task = task;
	ring->pending = false;
	ring->event_cpu = nr_cpu_ids;
	ring->task_cpu = nr_cpu_ids;
	ring->credit = 0;
	pb2_poll_init(&ring->poll, local_clock());
	ring->aer_busy = false;
	/* There is no port yet that a recovery step could notify. */
	ring->closing = true;
	mutex_unlock(&ring->aer_lock);

	rc = pb2_xen_bind_evtchn(fe->xdev, port, ring_event, fe);
	if (rc < 0)
		goto err_thread;
	mutex_lock(&ring->aer_lock);
	WRITE_ONCE(ring->irq, rc);
	WRITE_ONCE(ring->closing, false);
	mutex_unlock(&ring->aer_lock);
	wake_up_process(task);
	return 0;

err_thread:
	mutex_lock(&ring->aer_lock);
	ring->page = NULL;
	ring->task = NULL;
	mutex_unlock(&ring->aer_lock);
	kthread_stop(task);
	put_task_struct(task);
err_unmap:
	pb2_xen_unmap_ring(fe->xdev, page);
	return rc;
}

/**
 * pb2_ring_detach() - stop serving, unmap the page
 * @fe: the frontend; nothing happens without a ring
 *
 * On return no request is at work and none will start.
 *
 * Context: may sleep, as long as the request at work takes.
 */
void pb2_ring_detach(struct pb2_frontend *fe)
{
	struct pb2_ring *ring = &fe->ring;
	void *page = ring->page;

	if (!page)
		return;

	/* A recovery step waits for an answer that will not come. */
	WRITE_ONCE(ring->closing, true);
	wake_up_all(&ring->aer_done);

	/* The thread first: it sends the EOI of the IRQ. */
	kthread_stop(ring->task);

	/* A step that began before we did may be about to notify the port. */
	mutex_lock(&ring->aer_lock);
	ring->page = NULL;
	mutex_unlock(&ring->aer_lock);

	/* Until here the handler may use the task. */
	pb2_xen_unbind_evtchn(ring->irq, fe);
	put_task_struct(ring->task);
	ring->task = NULL;
	ring->irq = 0;
	pb2_xen_unmap_ring(fe->xdev, page);
}
