// SPDX-License-Identifier: GPL-2.0
/*
 * ring.c - the shared page of one frontend, and the thread that serves it
 *
 * The page holds one request at a time. The thread copies the request once,
 * works on the copy only, and writes the answer field by field (XSA-155).
 */
#include <linux/cpumask.h>
#include <linux/freezer.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/sched/clock.h>
#include <linux/sched/task.h>
#include <asm/sync_bitops.h>

#include "../host/xen_iface.h"
#include "guest.h"

/*
 * Largest number of requests that the thread serves for one event while it does
 * not poll. An honest guest sends an event for each request, so no request is
 * lost when the thread stops here. The late EOI of the event channel slows down
 * a guest that never stops asking.
 */
#define RING_MAX_PER_EVENT	16U

/* Time (jiffies) between two attempts to attach a ring */
#define RING_RETRY_DELAY	HZ

static void ring_copy_request(struct pb2_ring *ring)
{
	const struct xen_pci_op *theirs = &ring->page->op;
	struct xen_pci_op *op = &ring->op;
	u32 nvec;

	/* The guest wrote the request before it set the flag. */
	virt_rmb();
	memcpy(op, theirs, offsetof(struct xen_pci_op, msix_entries));
	/* The compiler must not read the page again for what was copied. */
	barrier();

	nvec = op->value;
	if (op->cmd == XEN_PCI_OP_enable_msix && nvec <= SH_INFO_MAX_VEC) {
		memcpy(op->msix_entries, theirs->msix_entries,
		       nvec * sizeof(op->msix_entries[0]));
		barrier();
	}
}

static void ring_write_answer(struct pb2_ring *ring, u32 nvec)
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

	/* The guest must see the answer before it sees the flag cleared. */
	virt_wmb();
	sync_clear_bit(_XEN_PCIF_active, pb2_ring_flags(ring));
}

static void ring_serve_request(struct pb2_frontend *fe)
{
	struct pb2_ring *ring = &fe->ring;
	u32 nvec;

	ring_copy_request(ring);
	nvec = ring->op.value;
	pb2_op_run(fe, &ring->op);
	ring_write_answer(ring, nvec);
}

/*
 * pcifront sends an event for every request. If the thread serves a request
 * before its event arrives, the event finds no request later on. The guest has
 * done nothing wrong then, and calling its event spurious would slow it down.
 * So each request that was served early gives a credit, and each event that
 * finds nothing uses one up. Without credit such an event is spurious. An answer
 * of error recovery has an event of its own, too, and counts as a request.
 * Returns true if the event is spurious.
 */
static bool ring_charge_event(struct pb2_ring *ring, unsigned int found)
{
	if (found) {
		ring->credit = min(ring->credit + found - 1,
				   RING_MAX_PER_EVENT);
		return false;
	}
	if (!ring->credit)
		return true;
	ring->credit--;
	return false;
}

static bool ring_has_request(struct pb2_ring *ring)
{
	return sync_test_bit(_XEN_PCIF_active, pb2_ring_flags(ring));
}

/*
 * Sends the event of an answer and polls for the next request. If the request
 * comes within the notify delay, the guest has seen the answer, and the thread
 * does not send the event. Polling ends early when another task wants the CPU
 * or the ring is being detached; the thread sends the event in that case, too.
 * Returns true if there is a request to serve.
 */
static bool ring_poll_request(struct pb2_ring *ring, u64 start, u64 interval)
{
	u64 delay = interval ? pb2_poll_notify_delay(&ring->poll) : 0;
	bool found, notified = false;
	u64 passed = 0;

	for (;;) {
		if (!notified && passed >= delay) {
			pb2_xen_notify(ring->irq);
			notified = true;
		}
		found = ring_has_request(ring);
		passed = local_clock() - start;
		if (found || need_resched() || kthread_should_stop() ||
		    passed >= interval)
			break;
		cpu_relax();
	}

	if (delay && (found || notified))
		pb2_poll_delayed(&ring->poll, !notified);
	if (!found && !notified)
		pb2_xen_notify(ring->irq);
	/* A guest that never stops asking must not delay a detach. */
	return found && !kthread_should_stop();
}

/*
 * Serves the request that came with an event, and those that follow it while
 * the thread polls. Returns the number of requests served.
 */
static unsigned int ring_serve_burst(struct pb2_frontend *fe)
{
	struct pb2_ring *ring = &fe->ring;
	unsigned int served = 0;
	u64 now, interval;

	pb2_poll_woken(&ring->poll, READ_ONCE(ring->event_ns));
	do {
		/* A guest that never pauses must not keep the CPU from others. */
		cond_resched();
		ring_serve_request(fe);
		now = local_clock();
		interval = pb2_poll_answered(&ring->poll, now);
		if (++served >= RING_MAX_PER_EVENT && !interval) {
			pb2_xen_notify(ring->irq);
			break;
		}
	} while (ring_poll_request(ring, now, interval));
	pb2_poll_ended(&ring->poll, local_clock());
	return served;
}

static void ring_serve_event(struct pb2_frontend *fe)
{
	struct pb2_ring *ring = &fe->ring;
	bool aer = pb2_recovery_event(fe);
	unsigned int served = 0;

	if (ring_has_request(ring))
		served = ring_serve_burst(fe);
	/* The event of an answer is none that the served requests have sent. */
	pb2_xen_eoi(ring->irq, ring_charge_event(ring, served + aer));
}

/*
 * The scheduler tends to leave the thread on the CPU where it ran before. In a
 * domain, waking a second virtual CPU for the thread costs as much again as
 * waking the first one for the event. So the thread moves to the CPU on which
 * the event arrived.
 */
static void ring_follow_event(struct pb2_ring *ring)
{
	unsigned int cpu = READ_ONCE(ring->event_cpu);

	if (cpu != ring->task_cpu &&
	    !set_cpus_allowed_ptr(current, cpumask_of(cpu)))
		ring->task_cpu = cpu;
}

/* Returns at once if an event has come, or the thread shall stop or freeze. */
static void ring_await_event(struct pb2_ring *ring)
{
	set_current_state(TASK_INTERRUPTIBLE);
	if (!READ_ONCE(ring->pending) && !kthread_should_stop() &&
	    !freezing(current))
		schedule();
	__set_current_state(TASK_RUNNING);
}

/*
 * The thread is frozen while dom0 sleeps: what a guest asked for would undo what
 * the PCI core does to put the function to sleep, or to keep it awake.
 */
static int ring_run_thread(void *arg)
{
	struct pb2_frontend *fe = arg;

	set_freezable();
	while (!kthread_freezable_should_stop(NULL)) {
		ring_await_event(&fe->ring);
		if (freezing(current) || kthread_should_stop() ||
		    !xchg(&fe->ring.pending, false))
			continue;
		ring_follow_event(&fe->ring);
		ring_serve_event(fe);
		cond_resched();
	}
	return 0;
}

static irqreturn_t ring_handle_event(int irq, void *arg)
{
	struct pb2_frontend *fe = arg;

	/* An event may arrive before the bind has returned the IRQ. */
	WRITE_ONCE(fe->ring.irq, irq);
	WRITE_ONCE(fe->ring.event_cpu, raw_smp_processor_id());
	WRITE_ONCE(fe->ring.event_ns, local_clock());
	/* The thread checks pending after it has set its state to sleep. */
	smp_store_mb(fe->ring.pending, true);
	wake_up_process(fe->ring.task);
	return IRQ_HANDLED;
}

/**
 * pb2_ring_init() - prepare the ring of a new frontend
 * @fe: the frontend
 *
 * Context: any.
 */
void pb2_ring_init(struct pb2_frontend *fe)
{
	mutex_init(&fe->ring.aer_lock);
	init_waitqueue_head(&fe->ring.aer_done);
}

static struct task_struct *ring_create_thread(struct pb2_frontend *fe)
{
	struct task_struct *task;

	task = kthread_create(ring_run_thread, fe, PB2_NAME "/%u", fe->domid);
	/* The event handler may wake the thread after the thread has ended. */
	if (!IS_ERR(task))
		get_task_struct(task);
	return task;
}

static void ring_set_page(struct pb2_ring *ring, void *page,
			  struct task_struct *task)
{
	mutex_lock(&ring->aer_lock);
	ring->page = page;
	ring->task = task;
	ring->pending = false;
	ring->event_cpu = nr_cpu_ids;
	ring->task_cpu = nr_cpu_ids;
	ring->credit = 0;
	pb2_poll_init(&ring->poll, local_clock());
	ring->aer_busy = false;
	/* A step of error recovery must wait for a port to notify. */
	ring->closing = true;
	mutex_unlock(&ring->aer_lock);
}

static int ring_bind_port(struct pb2_frontend *fe, unsigned int port)
{
	struct pb2_ring *ring = &fe->ring;
	int irq;

	irq = pb2_xen_bind_evtchn(fe->xdev, port, ring_handle_event, fe);
	if (irq < 0)
		return irq;

	mutex_lock(&ring->aer_lock);
	WRITE_ONCE(ring->irq, irq);
	WRITE_ONCE(ring->closing, false);
	mutex_unlock(&ring->aer_lock);
	return 0;
}

/**
 * pb2_ring_attach() - map the frontend's page and start to serve it
 * @fe: the frontend, whose ring is not attached
 * @gref: grant reference of the page
 * @port: event channel port of the frontend
 *
 * Context: may sleep; takes pb2_ring.aer_lock.
 * Return: 0; -ENOMEM without memory for the thread; the errno of mapping the
 * page if the guest named a bad @gref, or of binding the event channel if it
 * named a bad @port.
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

	task = ring_create_thread(fe);
	if (IS_ERR(task)) {
		rc = PTR_ERR(task);
		goto err_unmap;
	}

	ring_set_page(ring, page, task);
	rc = ring_bind_port(fe, port);
	if (rc)
		goto err_thread;
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

static void ring_read_try(struct pb2_frontend *fe, struct pb2_ring_try *try)
{
	*try = (struct pb2_ring_try) {};
	try->nodes_rc = pb2_nodes_ring(fe, &try->gref, &try->port);
	if (try->nodes_rc) {
		try->gref = 0;
		try->port = 0;
	}
}

static bool ring_is_refused(const struct pb2_frontend *fe,
			    const struct pb2_ring_try *try)
{
	const struct pb2_ring_try *last = &fe->tried;

	return last->rc && last->nodes_rc == try->nodes_rc &&
	       last->gref == try->gref && last->port == try->port;
}

/**
 * pb2_ring_connect() - attach the ring that the guest has published
 * @fe: the frontend; nothing happens if its ring is attached
 *
 * Each attempt costs Xen and dom0 some calls, and each failure lines in the log
 * and nodes in xenstore. The guest may cause as many attempts as it likes, so
 * what has failed is not tried again, and another ring a second later at the
 * earliest.
 *
 * Context: the frontend's work, may sleep; takes pb2_ring.aer_lock.
 * Return: 0; -EAGAIN if it is too early for another attempt, and the work runs
 * again in time; or the errno of pb2_nodes_ring() or pb2_ring_attach(), which
 * the log and xenstore have then.
 */
int pb2_ring_connect(struct pb2_frontend *fe)
{
	struct pb2_ring_try try;

	if (fe->ring.page)
		return 0;

	ring_read_try(fe, &try);
	if (ring_is_refused(fe, &try))
		return fe->tried.rc;
	if (time_before(jiffies, fe->retry_after)) {
		pb2_frontend_retry(fe, fe->retry_after);
		return -EAGAIN;
	}

	try.rc = try.nodes_rc ?: pb2_ring_attach(fe, try.gref, try.port);
	fe->tried = try;
	if (try.rc) {
		fe->retry_after = jiffies + RING_RETRY_DELAY;
		pb2_xen_error(fe->xdev, try.rc, "domain %u: no ring",
			      fe->domid);
	}
	return try.rc;
}

/**
 * pb2_ring_is_replaced() - has the guest published another ring since?
 * @fe: the frontend
 *
 * Context: the frontend's work, may sleep.
 * Return: true if a ring is attached, and the guest's nodes name another one.
 */
bool pb2_ring_is_replaced(struct pb2_frontend *fe)
{
	const struct pb2_ring_try *last = &fe->tried;
	struct pb2_ring_try try;

	if (!fe->ring.page)
		return false;
	ring_read_try(fe, &try);
	return !try.nodes_rc &&
	       (try.gref != last->gref || try.port != last->port);
}

/**
 * pb2_ring_detach() - stop serving the frontend's page and unmap it
 * @fe: the frontend; nothing happens if its ring is not attached
 *
 * On return no request is being served and none will be.
 *
 * Context: may sleep until the current request is answered; takes
 * pb2_ring.aer_lock.
 */
void pb2_ring_detach(struct pb2_frontend *fe)
{
	struct pb2_ring *ring = &fe->ring;
	void *page = ring->page;

	if (!page)
		return;

	/* A step of error recovery must not wait for an answer any longer. */
	WRITE_ONCE(ring->closing, true);
	wake_up_all(&ring->aer_done);

	/* The thread ends before the unbind, because it sends the EOI. */
	kthread_stop(ring->task);

	/*
	 * A step that started before closing was set may still notify the port.
	 * It holds the lock for as long.
	 */
	mutex_lock(&ring->aer_lock);
	ring->page = NULL;
	mutex_unlock(&ring->aer_lock);

	/* The event handler may use the task until the unbind returns. */
	pb2_xen_unbind_evtchn(ring->irq, fe);
	put_task_struct(ring->task);
	ring->task = NULL;
	ring->irq = 0;
	pb2_xen_unmap_ring(fe->xdev, page);
}
