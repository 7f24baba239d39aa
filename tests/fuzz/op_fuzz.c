// SPDX-License-Identifier: GPL-2.0
/*
 * op_fuzz.c - any request in the shared page, which its guest goes on writing
 * to while it is served, against the model
 */
#include "model.h"

#include "../../drivers/xen/pciback2/guest/ring.c"

/* Where the guest sees its function, and one that is not its own any more */
#define OURS		0
#define FOREIGN		PCI_DEVFN(1, 0)
#define MSI_PIRQ	1070
#define INTX_PIRQ	1019
#define EVTCHN_IRQ	77

static union {
	struct xen_pci_sharedinfo info;
	u8 bytes[PAGE_SIZE];
} shared;

static struct xenbus_device xdev = { .nodename = "backend" };
static struct pb2_frontend fe, other_fe;
static struct pb2_device foreign;
static struct pci_dev foreign_pdev;
static struct xen_pci_op scribble;
static int references, notified, eois;
static bool scribbled;

/* The guest's second CPU writes as soon as the request is taken. */
struct pb2_device *pb2_frontend_find(struct pb2_frontend *from,
				     const struct pb2_sbdf *vsbdf)
{
	struct pb2_device *pbdev;

	fuzz_assert(from == &fe);
	shared.info.op = scribble;
	scribbled = true;
	if (vsbdf->domain || vsbdf->bus)
		return NULL;
	if (vsbdf->devfn == OURS)
		pbdev = &world.pbdev;
	else if (vsbdf->devfn == FOREIGN)
		pbdev = &foreign;
	else
		return NULL;
	references++;
	return pbdev;
}

void pb2_device_put(struct pb2_device *pbdev)
{
	references--;
}

bool pb2_recovery_event(struct pb2_frontend *from)
{
	return false;
}

u64 local_clock(void)
{
	static u64 now;

	now += 20 * NSEC_PER_USEC;
	return now;
}

bool kthread_should_stop(void)
{
	return true;
}

int pb2_nodes_ring(struct pb2_frontend *from, unsigned int *gref,
		   unsigned int *port)
{
	fuzz_fail("the nodes are read");
}

void pb2_frontend_retry(struct pb2_frontend *from, unsigned long when)
{
	fuzz_fail("the frontend's work is queued");
}

void pb2_xen_error(struct xenbus_device *dev, int rc, const char *fmt, ...)
{
	fuzz_fail("an error is reported");
}

int pb2_xen_map_ring(struct xenbus_device *dev, unsigned int gref, void **page)
{
	*page = &shared;
	return 0;
}

void pb2_xen_unmap_ring(struct xenbus_device *dev, void *page)
{
	fuzz_assert(page == &shared);
}

int pb2_xen_bind_evtchn(struct xenbus_device *dev, unsigned int port,
			irq_handler_t handler, void *arg)
{
	handler(EVTCHN_IRQ, arg);
	return EVTCHN_IRQ;
}

void pb2_xen_unbind_evtchn(unsigned int irq, void *arg)
{
	fuzz_assert(irq == EVTCHN_IRQ);
}

void pb2_xen_notify(unsigned int irq)
{
	fuzz_assert(irq == EVTCHN_IRQ);
	notified++;
}

void pb2_xen_eoi(unsigned int irq, bool spurious)
{
	fuzz_assert(irq == EVTCHN_IRQ && !spurious);
	eois++;
}

static int enable_msi(struct xen_pci_op *op, bool msi, bool msix)
{
	op->value = 0;
	if (!world.pirqs)
		return XEN_PCI_ERR_not_implemented;
	if (world.detaching || msi || msix || world.msi_rc ||
	    !world_is_patient())
		return XEN_PCI_ERR_op_failed;
	op->value = MSI_PIRQ;
	return 0;
}

static int refuse_msix(u32 nvec, bool msi)
{
	if (!world.pirqs)
		return XEN_PCI_ERR_not_implemented;
	if (!nvec || nvec > 128)
		return -EINVAL;
	if (world.detaching)
		return -EBUSY;
	/* Memory decode (XSA-157) */
	if (msi || !(model_hw(PCI_COMMAND) & 2))
		return -ENXIO;
	if (!world_is_patient())
		return -EBUSY;
	return world.msi_rc;
}

static int enable_msix(struct xen_pci_op *op, bool msi)
{
	u32 i, nvec = op->value;

	op->value = refuse_msix(nvec, msi);
	if (op->value)
		return op->value;
	for (i = 0; i < nvec; i++)
		op->msix_entries[i].vector = MSI_PIRQ + i;
	return 0;
}

static int disable(struct xen_pci_op *op)
{
	op->value = 0;
	if (!world.pirqs)
		return XEN_PCI_ERR_not_implemented;
	op->value = world.pbdev.intx.irq ? INTX_PIRQ : 0;
	return 0;
}

static int expect_blocked(struct xen_pci_op *op)
{
	if (op->cmd == XEN_PCI_OP_conf_write)
		return 0;
	if (op->cmd != XEN_PCI_OP_conf_read) {
		op->value = 0;
		return XEN_PCI_ERR_op_failed;
	}
	op->value = op->size == 1 ? 0xff : op->size == 2 ? 0xffff :
		    op->size == 4 ? 0xffffffff : 0;
	return op->value ? 0 : XEN_PCI_ERR_invalid_offset;
}

/* What the answer to a request has to be */
static int expect(struct xen_pci_op *op)
{
	const struct pci_dev *pdev = &world.pdev;

	memset(model.leave, 0, sizeof(model.leave));
	if (op->cmd > 5)
		return XEN_PCI_ERR_not_implemented;
	if (op->domain || op->bus || op->devfn != OURS ||
	    world.pbdev.gate.state == PB2_GATE_CLOSED)
		return XEN_PCI_ERR_dev_not_found;
	if (world.pbdev.gate.state == PB2_GATE_BLOCKED)
		return expect_blocked(op);

	switch (op->cmd) {
	case XEN_PCI_OP_conf_read:
		return model_read(op->offset, op->size, &op->value);
	case XEN_PCI_OP_conf_write:
		return model_write(op->offset, op->size, op->value);
	case XEN_PCI_OP_enable_msi:
		return enable_msi(op, pdev->msi_enabled, pdev->msix_enabled);
	case XEN_PCI_OP_enable_msix:
		return enable_msix(op, pdev->msi_enabled);
	default:
		return disable(op);
	}
}

/* Only the answer's fields of the page may have been written to. */
static void check_page(const struct xen_pci_op *before,
		       const struct xen_pci_op *want)
{
	struct xen_pci_op page = scribbled ? scribble : *before;
	u32 i;

	page.err = want->err;
	page.value = want->value;
	if (before->cmd == XEN_PCI_OP_enable_msix && !want->err)
		for (i = 0; i < before->value; i++)
			page.msix_entries[i].vector =
				want->msix_entries[i].vector;
	if (shared.info.op.err != page.err ||
	    shared.info.op.value != page.value)
		fuzz_fail("command %u: %d, value %#x, and not %d and %#x",
			  before->cmd, shared.info.op.err, shared.info.op.value,
			  page.err, page.value);
	fuzz_assert(!memcmp(&shared.info.op, &page, sizeof(page)));
}

static void check_vectors(const struct xen_pci_op *before, int err)
{
	const struct pci_dev *pdev = &world.pdev;
	u32 i;

	fuzz_assert(!pdev->msi_enabled || !pdev->msix_enabled);
	if (before->cmd != XEN_PCI_OP_enable_msix || err)
		return;
	fuzz_assert(world.vectors == before->value);
	for (i = 0; i < before->value; i++)
		fuzz_assert(world.entries[i] == before->msix_entries[i].entry);
}

static void request(const struct xen_pci_op *op)
{
	struct xen_pci_op want = *op;
	int before = notified;

	want.err = expect(&want);
	world.may_write = model_leaves;
	world.accesses = 0;
	scribbled = false;
	shared.info.op = *op;
	shared.info.flags |= XEN_PCIF_active;

	ring_serve_event(&fe);

	fuzz_assert(!(shared.info.flags & XEN_PCIF_active));
	fuzz_assert(notified == before + 1 && !references);
	fuzz_assert(world.accesses <= WORLD_MAX_ACCESSES);
	check_page(op, &want);
	if (op->cmd <= 5 && world.pbdev.gate.state == PB2_GATE_OPEN)
		check_vectors(op, want.err);
	model_check();
}

static void gate(u8 what)
{
	switch (what % 5) {
	case 0:
		pb2_gate_block(&world.pbdev, PB2_BLOCK_RESET);
		break;
	case 1:
		pb2_gate_unblock(&world.pbdev, PB2_BLOCK_RESET);
		break;
	case 2:
		pb2_gate_close(&world.pbdev);
		break;
	default:
		/* For the messages about resets it is a new assignment. */
		pb2_gate_open(&world.pbdev, &fe);
		fuzz_messages = 0;
	}
}

static void take_request(struct fuzz_input *in, u8 kind)
{
	struct xen_pci_op op = {};

	if (kind & 1) {
		fuzz_bytes(in, &op, offsetof(struct xen_pci_op, msix_entries));
		op.cmd &= kind & 0x80 ? ~0 : 7;
		op.devfn &= kind & 0x40 ? ~0 : 0x38;
	} else {
		op.cmd = kind >> 1 & 7;
		op.offset = fuzz_take(in, 2) & 0xfff;
		op.size = 1 << (kind >> 4 & 3) % 3;
		op.offset &= ~(op.size - 1);
		op.value = fuzz_take(in, 4);
	}
	fuzz_bytes(in, op.msix_entries, fuzz_take(in, 1) % 16);
	request(&op);
}

static void run(struct fuzz_input *in)
{
	u8 kind = fuzz_take(in, 1);

	switch (fuzz_take(in, 1) % 16) {
	case 0:
		gate(kind);
		break;
	case 1:
		world_set_detaching(kind & 1);
		world.pbdev.permissive = kind & 2;
		world.msi_rc = kind & 4 ? -ENOSPC : 0;
		world.pbdev.allow_interrupt_control = kind & 8;
		break;
	case 2:
		fuzz_bytes(in, &scribble, kind);
		break;
	case 3:
		world.lost = kind & 1;
		break;
	case 4:
		jiffies += 10 * kind;
		break;
	default:
		take_request(in, kind);
	}
}

static void start(void)
{
	memset(&fe, 0, sizeof(fe));
	memset(&foreign, 0, sizeof(foreign));
	memset(&scribble, 0xff, sizeof(scribble));
	fe.xdev = &xdev;
	fe.domid = 1;
	pb2_ring_init(&fe);
	fuzz_assert(!pb2_ring_attach(&fe, 1, 2));
	/* Assigned to somebody else since: nothing of it may be touched. */
	foreign.pdev = &foreign_pdev;
	pb2_gate_init(&foreign.gate);
	pb2_gate_open(&foreign, &other_fe);
	pb2_gate_open(&world.pbdev, &fe);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct fuzz_input in = { .data = data, .size = size };
	int rc;

	world_load(&in);
	/* Want of memory is conf_fuzz.c's. */
	fuzz_alloc_countdown = 0;
	mutex_lock(&world.pbdev.gate.lock);
	rc = pb2_conf_init(&world.pbdev);
	mutex_unlock(&world.pbdev.gate.lock);
	fuzz_assert(!rc);
	model_build();
	start();
	while (in.at < in.size)
		run(&in);
	pb2_ring_detach(&fe);
	world_unload();
	return 0;
}
