// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the shared page and of the thread that serves it
 *
 * A test may carry out the requests in place of the driver's own code.
 */
#include <linux/kthread.h>
#include <linux/sched/clock.h>

#include "../support/guest.h"

static void run_op(struct pb2_frontend *fe, struct xen_pci_op *op)
{
	if (guest_on_op)
		guest_on_op(fe, op);
	else
		pb2_op_run(fe, op);
}

#define pb2_op_run	run_op

static u64 ring_clock(void)
{
	if (!guest_clock)
		return local_clock();
	atomic_inc(&guest_clock_reads);
	return READ_ONCE(*guest_clock);
}

#define local_clock	ring_clock

/* A test with its own clock also decides when another task wants the CPU. */
static bool is_wanted(void)
{
	if (!guest_clock)
		return need_resched();
	cond_resched();
	return READ_ONCE(guest_cpu_is_wanted);
}

#define need_resched	is_wanted

static void relax(void)
{
	guest_relaxed++;
}

#undef cpu_relax
#define cpu_relax	relax

static void let_others_run(void)
{
	guest_yields++;
	cond_resched();
}

#undef cond_resched
#define cond_resched	let_others_run

#undef kthread_create
#define kthread_create(fn, arg, fmt, ...)				\
	(fake_call("kthread_create") ? ERR_PTR(-ENOMEM) :		\
	 kthread_create_on_node(fn, arg, NUMA_NO_NODE, fmt, ##__VA_ARGS__))

#include "../../../drivers/xen/pciback2/guest/ring.c"

#define SENTINEL	0xa5a5a5a5

/* Shared by a test and the ring's thread */
static struct {
	struct guest *guest;
	struct completion begun;
	struct completion go_on;
	struct work_struct detach;
	bool detached;
} state;

static int init(struct kunit *test)
{
	int rc = guest_init_frontend(test);

	memset(&state, 0, sizeof(state));
	state.guest = test->priv;
	init_completion(&state.begun);
	init_completion(&state.go_on);
	return rc;
}

static void a_request_is_answered_in_the_page(struct kunit *test)
{
	struct guest *guest = test->priv;
	struct xen_pci_op op = guest_request(XEN_PCI_OP_conf_read, 7);

	guest_attach(test);
	guest_on_op = guest_count_op;
	guest_post(test, &op);
	fake_forget();
	KUNIT_EXPECT_FALSE(test, guest_sends_event(test));
	fake_expect_calls(test, "notify", "eoi=0", NULL);
	KUNIT_EXPECT_TRUE(test, guest_is_answered(test));
	KUNIT_EXPECT_EQ(test, guest->page->op.err, 0);
	KUNIT_EXPECT_EQ(test, guest->page->op.value, 0x1234);

	KUNIT_EXPECT_EQ(test, guest_seen.cmd, XEN_PCI_OP_conf_read);
	KUNIT_EXPECT_EQ(test, guest_seen.domain, 1);
	KUNIT_EXPECT_EQ(test, guest_seen.bus, 2);
	KUNIT_EXPECT_EQ(test, guest_seen.devfn, 3);
	KUNIT_EXPECT_EQ(test, guest_seen.offset, 4);
	KUNIT_EXPECT_EQ(test, guest_seen.size, 5);
	KUNIT_EXPECT_EQ(test, guest_seen.value, 7);
	KUNIT_EXPECT_EQ(test, guest_seen.info, 6);
}

/* A thread that has PF_NOFREEZE serves its guest while dom0 sleeps. */
static void the_thread_freezes_with_dom0(struct kunit *test)
{
	struct guest *guest = test->priv;
	struct xen_pci_op op = guest_request(XEN_PCI_OP_conf_read, 7);

	guest_attach(test);
	guest_on_op = guest_count_op;
	guest_post(test, &op);
	guest_sends_event(test);
	KUNIT_EXPECT_EQ(test, READ_ONCE(guest->fe->ring.task->flags) & PF_NOFREEZE,
			0);
}

static void an_answer_changes_nothing_else_of_the_page(struct kunit *test)
{
	struct guest *guest = test->priv;
	u8 *before = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);
	struct xen_pci_op op = guest_request(XEN_PCI_OP_conf_read, 7);

	KUNIT_ASSERT_NOT_NULL(test, before);
	guest_attach(test);
	guest_on_op = guest_count_op;
	guest_post(test, &op);
	memcpy(before, guest->page, PAGE_SIZE);
	guest_sends_event(test);

	((struct xen_pci_sharedinfo *)before)->flags = 0;
	((struct xen_pci_sharedinfo *)before)->op.err = 0;
	((struct xen_pci_sharedinfo *)before)->op.value = 0x1234;
	KUNIT_EXPECT_EQ(test, memcmp(before, guest->page, PAGE_SIZE), 0);
}

/* XSA-155: the guest rewrites its request while the driver works on it. */
static void rewrite_page(struct pb2_frontend *fe, struct xen_pci_op *op)
{
	struct xen_pci_op *theirs = &state.guest->page->op;

	memset(theirs, 0xff, sizeof(*theirs));
	theirs->cmd = XEN_PCI_OP_enable_msix;
	theirs->value = SH_INFO_MAX_VEC;
	guest_count_op(fe, op);
}

static void a_request_is_copied_once(struct kunit *test)
{
	struct xen_pci_op op = guest_request(XEN_PCI_OP_conf_read, 7);
	struct guest *guest = test->priv;
	unsigned int i;

	guest_attach(test);
	guest_on_op = rewrite_page;
	guest_post(test, &op);
	guest_sends_event(test);
	KUNIT_EXPECT_EQ(test, guest_seen.cmd, XEN_PCI_OP_conf_read);
	KUNIT_EXPECT_EQ(test, guest_seen.value, 7);
	KUNIT_EXPECT_EQ(test, guest->page->op.value, 0x1234);
	/* The answer to a read has no vectors, whatever the page says now. */
	for (i = 0; i < SH_INFO_MAX_VEC; i++)
		KUNIT_EXPECT_EQ(test, guest->page->op.msix_entries[i].vector,
				0xffff);
}

static void answer_msix(struct pb2_frontend *fe, struct xen_pci_op *op)
{
	unsigned int i;

	guest_count_op(fe, op);
	op->value = 0;
	for (i = 0; i < SH_INFO_MAX_VEC; i++)
		op->msix_entries[i].vector = 100 + i;
}

static void shrink_page(struct pb2_frontend *fe, struct xen_pci_op *op)
{
	struct xen_pci_op *theirs = &state.guest->page->op;

	theirs->cmd = XEN_PCI_OP_conf_read;
	theirs->value = 100;
	answer_msix(fe, op);
}

static void vectors_are_those_of_the_copy(struct kunit *test)
{
	struct xen_pci_op op = guest_request(XEN_PCI_OP_enable_msix, 3);
	struct guest *guest = test->priv;
	const struct xen_msix_entry *entries = guest->page->op.msix_entries;

	guest_attach(test);
	guest_on_op = shrink_page;
	guest_post(test, &op);
	guest_sends_event(test);
	KUNIT_EXPECT_EQ(test, entries[0].vector, 100);
	KUNIT_EXPECT_EQ(test, entries[2].vector, 102);
	KUNIT_EXPECT_EQ(test, entries[2].entry, 2);
	KUNIT_EXPECT_EQ(test, entries[3].vector, 0xeeee);
}

static void expect_fetched(struct kunit *test, struct pb2_frontend *fe,
			   u32 value, unsigned int nr)
{
	struct xen_pci_op op = guest_request(XEN_PCI_OP_enable_msix, value);
	unsigned int i;

	/* The thread is idle, so it does not use its copy now. */
	memset(fe->ring.op.msix_entries, 0xa5,
	       sizeof(fe->ring.op.msix_entries));
	guest_post(test, &op);
	guest_sends_event(test);
	for (i = 0; i < SH_INFO_MAX_VEC; i++)
		KUNIT_EXPECT_EQ_MSG(test, guest_seen.msix_entries[i].entry,
				    i < nr ? i : 0xa5a5, "%u: entry %u",
				    value, i);
}

static void refuse_op(struct pb2_frontend *fe, struct xen_pci_op *op)
{
	guest_count_op(fe, op);
	op->err = -EINVAL;
	memset(op->msix_entries, 0, sizeof(op->msix_entries));
}

static void only_entries_that_count_are_fetched(struct kunit *test)
{
	struct pb2_frontend *fe = guest_attach(test);
	struct guest *guest = test->priv;
	unsigned int i;

	guest_on_op = refuse_op;
	expect_fetched(test, fe, 0, 0);
	expect_fetched(test, fe, 1, 1);
	expect_fetched(test, fe, 127, 127);
	expect_fetched(test, fe, 128, 128);
	expect_fetched(test, fe, 129, 0);
	expect_fetched(test, fe, 0x80000001, 0);
	expect_fetched(test, fe, 0xffffffff, 0);
	/* The driver refused the requests, so it wrote no vectors. */
	for (i = 0; i < SH_INFO_MAX_VEC; i++)
		KUNIT_EXPECT_EQ(test, guest->page->op.msix_entries[i].vector,
				0xeeee);
	KUNIT_EXPECT_EQ(test, guest->page->aer_op.cmd, SENTINEL);
}

static void all_128_vectors_are_answered(struct kunit *test)
{
	struct xen_pci_op op = guest_request(XEN_PCI_OP_enable_msix, 128);
	struct guest *guest = test->priv;
	unsigned int i;

	guest_attach(test);
	guest_on_op = answer_msix;
	guest_post(test, &op);
	guest_sends_event(test);
	for (i = 0; i < SH_INFO_MAX_VEC; i++)
		KUNIT_EXPECT_EQ(test, guest->page->op.msix_entries[i].vector,
				100 + i);
	KUNIT_EXPECT_EQ(test, guest->page->aer_op.cmd, SENTINEL);
}

static void the_drivers_own_code_carries_out_requests(struct kunit *test)
{
	struct guest *guest = test->priv;
	struct xen_pci_op op = {
		.cmd = XEN_PCI_OP_conf_read,
		.size = 4,
	};

	guest_give(test, fake_nic(test, 0));
	guest_attach(test);
	guest_post(test, &op);
	guest_sends_event(test);
	KUNIT_EXPECT_EQ(test, guest->page->op.err, 0);
	KUNIT_EXPECT_EQ(test, guest->page->op.value, 0x10d38086);
}

static void the_page_and_port_are_those_that_the_guest_named(struct kunit *test)
{
	guest_attach(test);
	KUNIT_EXPECT_EQ(test, fake_xen.gref, GUEST_GREF);
	KUNIT_EXPECT_EQ(test, fake_xen.port, GUEST_PORT);
	KUNIT_EXPECT_EQ(test, fake_xen.mapped, 1);
	KUNIT_EXPECT_EQ(test, fake_xen.bound, 1);
}

static void each_step_of_attaching_that_fails_is_undone(struct kunit *test)
{
	struct xen_pci_op op = guest_request(XEN_PCI_OP_conf_read, 7);
	struct guest *guest = test->priv;
	struct pb2_ring *ring = &guest->fe->ring;
	unsigned int nth;
	int rc;

	guest_on_op = guest_count_op;
	for (nth = 1; nth < 10; nth++) {
		fake_fail_nth(nth, -ENOMEM);
		rc = pb2_ring_attach(guest->fe, GUEST_GREF, GUEST_PORT);
		if (!fake_has_failed())
			break;
		KUNIT_EXPECT_EQ(test, rc, -ENOMEM);
		KUNIT_EXPECT_NULL(test, ring->page);
		KUNIT_EXPECT_NULL(test, ring->task);
		KUNIT_EXPECT_EQ(test, fake_xen.mapped, 0);
		KUNIT_EXPECT_EQ(test, fake_xen.bound, 0);
		/* A failed attach leaves nothing to detach. */
		pb2_ring_detach(guest->fe);
	}
	/* The map, the thread and the bind failed in turn. */
	KUNIT_EXPECT_EQ(test, nth, 4);
	KUNIT_EXPECT_EQ(test, rc, 0);
	guest_post(test, &op);
	guest_sends_event(test);
	KUNIT_EXPECT_EQ(test, guest_ops, 1);
}

static void detaching_ends_in_the_right_order(struct kunit *test)
{
	struct pb2_frontend *fe = guest_attach(test);

	fake_forget();
	pb2_ring_detach(fe);
	fake_expect_calls(test, "unbind_evtchn", "unmap_ring", NULL);
	KUNIT_EXPECT_NULL(test, fe->ring.page);
	KUNIT_EXPECT_NULL(test, fe->ring.task);
	KUNIT_EXPECT_EQ(test, fe->ring.irq, 0);

	pb2_ring_detach(fe);
	KUNIT_EXPECT_EQ(test, fake_count("unmap_ring"), 1);
}

static void without_a_ring_there_is_nothing_to_detach(struct kunit *test)
{
	struct guest *guest = test->priv;

	pb2_ring_detach(guest->fe);
	fake_expect_calls(test, NULL);
}

static void wait_in_op(struct pb2_frontend *fe, struct xen_pci_op *op)
{
	complete(&state.begun);
	wait_for_completion(&state.go_on);
	guest_count_op(fe, op);
}

static void detach_work(struct work_struct *work)
{
	pb2_ring_detach(state.guest->fe);
	WRITE_ONCE(state.detached, true);
}

static void detaching_waits_for_the_request_at_work(struct kunit *test)
{
	struct xen_pci_op op = guest_request(XEN_PCI_OP_conf_read, 7);

	INIT_WORK(&state.detach, detach_work);
	guest_attach(test);
	guest_on_op = wait_in_op;
	guest_post(test, &op);
	fake_xen_event();
	wait_for_completion(&state.begun);
	queue_work(pb2_wq, &state.detach);
	msleep(50);
	KUNIT_EXPECT_FALSE(test, READ_ONCE(state.detached));
	KUNIT_EXPECT_EQ(test, fake_xen.mapped, 1);

	complete(&state.go_on);
	flush_work(&state.detach);
	KUNIT_EXPECT_EQ(test, guest_ops, 1);
	KUNIT_EXPECT_EQ(test, fake_xen.mapped, 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_request_is_answered_in_the_page),
	KUNIT_CASE(the_thread_freezes_with_dom0),
	KUNIT_CASE(an_answer_changes_nothing_else_of_the_page),
	KUNIT_CASE(a_request_is_copied_once),
	KUNIT_CASE(vectors_are_those_of_the_copy),
	KUNIT_CASE(only_entries_that_count_are_fetched),
	KUNIT_CASE(all_128_vectors_are_answered),
	KUNIT_CASE(the_drivers_own_code_carries_out_requests),
	KUNIT_CASE(the_page_and_port_are_those_that_the_guest_named),
	KUNIT_CASE(each_step_of_attaching_that_fails_is_undone),
	KUNIT_CASE(detaching_ends_in_the_right_order),
	KUNIT_CASE(without_a_ring_there_is_nothing_to_detach),
	KUNIT_CASE(detaching_waits_for_the_request_at_work),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_ring",
	.init = init,
	.exit = guest_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
