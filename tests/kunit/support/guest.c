// SPDX-License-Identifier: GPL-2.0
/*
 * guest.c - domain 5 with a PCI frontend
 */
#include <linux/slab.h>

#include "guest.h"

/* Carries out requests in place of pb2_op_run(), unless %NULL */
void (*guest_on_op)(struct pb2_frontend *fe, struct xen_pci_op *op);

/* The clock of the ring's thread in place of local_clock(), unless %NULL */
u64 *guest_clock;
atomic_t guest_clock_reads;

/* Another task waits for the CPU of the ring's thread */
bool guest_cpu_is_wanted;

/* How often the ring's thread has called cpu_relax() while it busy-polled */
unsigned int guest_relaxed;
/* How often the thread has yielded the CPU */
unsigned int guest_yields;

/* Number of requests that guest_count_op() got, and the last of them */
unsigned int guest_ops;
struct xen_pci_op guest_seen;

/**
 * guest_init() - begin a test that makes its frontends itself
 * @test: the test
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int guest_init(struct kunit *test)
{
	struct guest *guest = kunit_kzalloc(test, sizeof(*guest), GFP_KERNEL);
	int rc = fake_init(test);

	guest_on_op = NULL;
	guest_clock = NULL;
	atomic_set(&guest_clock_reads, 0);
	guest_cpu_is_wanted = false;
	guest_relaxed = 0;
	guest_yields = 0;
	guest_ops = 0;
	test->priv = guest;
	if (rc || !guest)
		return -ENOMEM;

	guest->page = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);
	if (!guest->page)
		return -ENOMEM;
	guest->xdev.nodename = GUEST_BACK;
	guest->xdev.otherend = GUEST_FRONT;
	guest->xdev.otherend_id = GUEST_DOMID;
	fake_xen.page = guest->page;
	return 0;
}

/**
 * guest_init_frontend() - begin a test of one frontend
 * @test: the test
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int guest_init_frontend(struct kunit *test)
{
	int rc = guest_init(test);
	struct guest *guest = test->priv;

	if (rc)
		return rc;
	guest->fe = guest_new_frontend(test, GUEST_DOMID);
	fake_xen_put(GUEST_BACK, "state", "4");
	return 0;
}

/**
 * guest_exit() - end a test, and expect that nothing is still in use
 * @test: the test
 *
 * Context: may sleep.
 */
void guest_exit(struct kunit *test)
{
	struct guest *guest = test->priv;
	struct pci_dev *pdev;

	fake_fail_nth(0, 0);
	if (guest && guest->fe)
		guest_free_frontend(test, guest->fe);
	while (guest && guest->nr) {
		pdev = guest->funcs[--guest->nr];
		if (!pci_get_drvdata(pdev))
			continue;
		device_lock(&pdev->dev);
		pb2_pci_driver.remove(pdev);
		pdev->driver = NULL;
		device_unlock(&pdev->dev);
	}
	pb2_slots_clear();
	fake_exit(test);
}

static void no_work(struct work_struct *work)
{
}

/**
 * guest_new_frontend() - a frontend with neither entries nor a ring
 * @test: the test
 * @domid: of its domain
 *
 * Context: may sleep.
 * Return: the frontend; without memory the test ends.
 */
struct pb2_frontend *guest_new_frontend(struct kunit *test, domid_t domid)
{
	struct pb2_frontend *fe = kzalloc(sizeof(*fe), GFP_KERNEL);
	struct guest *guest = test->priv;

	KUNIT_ASSERT_NOT_NULL(test, fe);
	kref_init(&fe->ref);
	fe->xdev = &guest->xdev;
	fe->dir = kstrdup(GUEST_BACK, GFP_KERNEL);
	fe->domid = domid;
	fe->topology = &pb2_topology_virtual;
	mutex_init(&fe->lock);
	pb2_frontend_init(fe);
	INIT_WORK(&fe->work, no_work);
	INIT_DELAYED_WORK(&fe->retry_work, no_work);
	pb2_ring_init(fe);
	return fe;
}

/**
 * guest_free_frontend() - end a frontend, which nobody else knows afterwards
 * @test: the test
 * @fe: the frontend
 *
 * Context: may sleep.
 */
void guest_free_frontend(struct kunit *test, struct pb2_frontend *fe)
{
	pb2_ring_detach(fe);
	pb2_frontend_remove_all(fe);
	guest_settle();
	KUNIT_EXPECT_EQ_MSG(test, kref_read(&fe->ref), 1,
			    "references of a frontend");
	pb2_frontend_put(fe);
}

/**
 * guest_seize() - the driver takes a function
 * @test: the test
 * @dev: the function
 *
 * Context: may sleep.
 * Return: the function; if it cannot be seized the test ends.
 */
struct pb2_device *guest_seize(struct kunit *test, struct fake_pci *dev)
{
	struct pb2_pattern pat = {
		.bus = dev->pdev.bus->number,
		.slot = PCI_SLOT(dev->pdev.devfn),
		.func = PCI_FUNC(dev->pdev.devfn),
	};
	struct guest *guest = test->priv;
	int rc;

	KUNIT_ASSERT_LT(test, guest->nr, GUEST_MAX_FUNCS);
	KUNIT_ASSERT_EQ(test, pb2_slots_add(&pat), 0);
	device_lock(&dev->pdev.dev);
	dev->pdev.driver = &pb2_pci_driver;
	rc = pb2_pci_driver.probe(&dev->pdev, NULL);
	device_unlock(&dev->pdev.dev);
	KUNIT_ASSERT_EQ(test, rc, 0);

	guest->funcs[guest->nr++] = &dev->pdev;
	guest->seize_reads = dev->reads;
	fake_pci_forget(dev);
	return pci_get_drvdata(&dev->pdev);
}

/**
 * guest_give() - seize a function and assign it to the guest's frontend
 * @test: the test
 * @dev: the function
 *
 * Context: may sleep.
 * Return: the function; if that fails the test ends.
 */
struct pb2_device *guest_give(struct kunit *test, struct fake_pci *dev)
{
	struct pb2_device *pbdev = guest_seize(test, dev);
	struct guest *guest = test->priv;
	struct pb2_sbdf vsbdf;

	KUNIT_ASSERT_EQ(test, pb2_frontend_add(guest->fe, &pbdev->sbdf, &vsbdf),
			0);
	fake_pci_forget(dev);
	fake_forget();
	return pbdev;
}

/**
 * guest_settle() - wait for everything that was queued
 *
 * Context: may sleep.
 */
void guest_settle(void)
{
	/* The first flush may run a work that queues another one. */
	flush_workqueue(pb2_wq);
	flush_workqueue(pb2_wq);
}

/**
 * guest_attach() - attach the ring, of a page that is 0xa5 but for the flags
 * @test: the test
 *
 * Context: may sleep.
 * Return: the frontend; if that fails the test ends.
 */
struct pb2_frontend *guest_attach(struct kunit *test)
{
	struct guest *guest = test->priv;

	memset(guest->page, 0xa5, PAGE_SIZE);
	guest->page->flags = 0;
	KUNIT_ASSERT_EQ(test,
			pb2_ring_attach(guest->fe, GUEST_GREF, GUEST_PORT), 0);
	return guest->fe;
}

/**
 * guest_request() - a request that has something in each field
 * @cmd: XEN_PCI_OP_*
 * @value: the value, or the count of MSI-X entries
 *
 * Context: any.
 * Return: the request.
 */
struct xen_pci_op guest_request(u32 cmd, u32 value)
{
	struct xen_pci_op op = {
		.cmd = cmd,
		.err = 0x5555,
		.domain = 1,
		.bus = 2,
		.devfn = 3,
		.offset = 4,
		.size = 5,
		.value = value,
		.info = 6,
	};
	unsigned int i;

	for (i = 0; i < SH_INFO_MAX_VEC; i++) {
		op.msix_entries[i].vector = 0xeeee;
		op.msix_entries[i].entry = i;
	}
	return op;
}

/**
 * guest_count_op() - a value for guest_on_op: count, and succeed
 * @fe: the frontend
 * @op: the request; 0x1234 becomes its value
 *
 * Context: the ring's thread.
 */
void guest_count_op(struct pb2_frontend *fe, struct xen_pci_op *op)
{
	guest_ops++;
	guest_seen = *op;
	op->err = 0;
	op->value = 0x1234;
}

/**
 * guest_post() - the guest writes a request, without an event
 * @test: the test
 * @op: the request
 *
 * Context: any.
 */
void guest_post(struct kunit *test, const struct xen_pci_op *op)
{
	struct guest *guest = test->priv;

	guest->page->op = *op;
	smp_wmb(); /* as pcifront: the request before its flag */
	set_bit(_XEN_PCIF_active, (unsigned long *)&guest->page->flags);
}

/**
 * guest_is_answered() - is the flag of the last request down?
 * @test: the test
 *
 * Context: any.
 * Return: whether.
 */
bool guest_is_answered(struct kunit *test)
{
	struct guest *guest = test->priv;

	return !test_bit(_XEN_PCIF_active,
			 (unsigned long *)&guest->page->flags);
}

/**
 * guest_sends_event() - an event, and wait for its EOI
 * @test: the test
 *
 * Context: may sleep.
 * Return: whether the event was called spurious.
 */
bool guest_sends_event(struct kunit *test)
{
	unsigned int spurious = fake_xen.spurious;
	unsigned int eois = fake_xen.eois;

	fake_xen_event();
	KUNIT_EXPECT_TRUE_MSG(test,
			      guest_wait(READ_ONCE(fake_xen.eois) > eois),
			      "an event got no EOI");
	return READ_ONCE(fake_xen.spurious) != spurious;
}
