// SPDX-License-Identifier: GPL-2.0
/*
 * op.c - one request of a guest, already copied out of the shared page
 *
 * Every field of the request is untrusted. A command can only reach the two
 * functions in its row of the table.
 */
#include "guest.h"

static void op_warn_request(struct pb2_frontend *fe,
			    const struct xen_pci_op *op, const char *why)
{
	dev_warn_ratelimited(&fe->xdev->dev, "domain %u: %s (command %u, %04x:%02x:%02x.%u offset %#x size %d value %#x)\n",
			     fe->domid, why, op->cmd, op->domain, op->bus,
			     PCI_SLOT(op->devfn), PCI_FUNC(op->devfn),
			     op->offset, op->size, op->value);
}

static int op_conf_read(struct pb2_device *pbdev, struct xen_pci_op *op)
{
	return pb2_conf_read(pbdev, op->offset, op->size, &op->value);
}

static int op_conf_write(struct pb2_device *pbdev, struct xen_pci_op *op)
{
	return pb2_conf_write(pbdev, op->offset, op->size, op->value);
}

/*
 * A reset may last longer than 2 s, after which pcifront gives up waiting for
 * an answer. So requests to a function under reset are answered at once.
 */
static int op_blocked_read(struct pb2_device *pbdev, struct xen_pci_op *op)
{
	if (op->size != 1 && op->size != 2 && op->size != 4) {
		op->value = 0;
		return XEN_PCI_ERR_invalid_offset;
	}
	op->value = U32_MAX >> (8 * (4 - op->size));
	return 0;
}

static int op_blocked_write(struct pb2_device *pbdev, struct xen_pci_op *op)
{
	return 0;
}

static int op_blocked_msi(struct pb2_device *pbdev, struct xen_pci_op *op)
{
	op->value = 0;
	return XEN_PCI_ERR_op_failed;
}

/**
 * struct op_row - what carries out one command
 * @open: called while the gate is open
 * @blocked: called while a reset blocks the gate
 *
 * Context: pb2_device.gate.lock held. Both return 0, a XEN_PCI_ERR_* or an
 * errno, which becomes the answer's err.
 */
struct op_row {
	int (*open)(struct pb2_device *pbdev, struct xen_pci_op *op);
	int (*blocked)(struct pb2_device *pbdev, struct xen_pci_op *op);
};

static const struct op_row op_rows[] = {
	[XEN_PCI_OP_conf_read]		= { op_conf_read, op_blocked_read },
	[XEN_PCI_OP_conf_write]		= { op_conf_write, op_blocked_write },
	[XEN_PCI_OP_enable_msi]		= { pb2_msi_enable, op_blocked_msi },
	[XEN_PCI_OP_disable_msi]	= { pb2_msi_disable, op_blocked_msi },
	[XEN_PCI_OP_enable_msix]	= { pb2_msi_enable_msix, op_blocked_msi },
	[XEN_PCI_OP_disable_msix]	= { pb2_msi_disable_msix, op_blocked_msi },
};

static struct pb2_device *op_find_device(struct pb2_frontend *fe,
					 const struct xen_pci_op *op)
{
	struct pb2_sbdf vsbdf = {
		.domain = op->domain,
		.bus = op->bus,
		.devfn = op->devfn,
	};

	/* The fields of a request are wider than those of an address. */
	if (op->domain > U16_MAX || op->bus > U8_MAX || op->devfn > U8_MAX)
		return NULL;
	return pb2_frontend_find(fe, &vsbdf);
}

static int op_dispatch_request(struct pb2_frontend *fe,
			       struct pb2_device *pbdev, struct xen_pci_op *op)
{
	const struct op_row *row = &op_rows[op->cmd];
	int rc;

	switch (pb2_gate_enter(pbdev, fe)) {
	case PB2_GATE_OPEN:
		rc = row->open(pbdev, op);
		break;
	case PB2_GATE_BLOCKED:
		rc = row->blocked(pbdev, op);
		break;
	default:
		rc = XEN_PCI_ERR_dev_not_found;
	}
	pb2_gate_leave(pbdev);
	return rc;
}

/**
 * pb2_op_run() - carry out a request
 * @fe: the frontend that sent the request
 * @op: copy of the request; its err and value become the answer
 *
 * Logs an unknown command and an access outside of configuration space. A
 * request to an address without a function is not logged, because every guest
 * sends such requests when it scans its buses.
 *
 * Context: process context, may sleep briefly; takes pb2_device.gate.lock.
 */
void pb2_op_run(struct pb2_frontend *fe, struct xen_pci_op *op)
{
	struct pb2_device *pbdev;

	if (op->cmd >= ARRAY_SIZE(op_rows)) {
		op_warn_request(fe, op, "unknown command");
		op->err = XEN_PCI_ERR_not_implemented;
		return;
	}

	pbdev = op_find_device(fe, op);
	if (!pbdev) {
		op->err = XEN_PCI_ERR_dev_not_found;
		return;
	}

	pb2_poll_limit(&fe->ring.poll, pbdev);
	op->err = op_dispatch_request(fe, pbdev, op);
	if (op->err == XEN_PCI_ERR_invalid_offset)
		op_warn_request(fe, op, "no such place in configuration space");
	pb2_device_put(pbdev);
}
