// SPDX-License-Identifier: GPL-2.0
/*
 * op.c - one request of a guest, already copied out of the shared page
 *
 * Everything in the request is what an enemy wrote. A row of the table is
 * all that a command can reach.
 */
#include "guest.h"

/* Guests scan their bus: asking for what is not there is no offence. */
static void complain(struct pb2_frontend *fe, const struct xen_pci_op *op,
		     const char *why)
{
	dev_warn_ratelimited(&fe->xdev->dev, "domain %u: %s (command %u, %04x:%02x:%02x.%u offset %#x size %d value %#x)\n",
			     fe->domid, why, op->cmd, op->domain, op->bus,
			     PCI_SLOT(op->devfn), PCI_FUNC(op->devfn),
			     op->offset, op->size, op->value);
}

static int conf_read(struct pb2_device *pbdev, struct xen_pci_op *op)
{
	return pb2_conf_read(pbdev, op->offset, op->size, &op->value);
}

static int conf_write(struct pb2_device *pbdev, struct xen_pci_op *op)
{
	return pb2_conf_write(pbdev, op->offset, op->size, op->value);
}

/* A function under reset: pcifront gives up on who does not answer in 2 s. */
static int read_nothing(struct pb2_device *pbdev, struct xen_pci_op *op)
{
	if (op->size != 1 && op->size != 2 && op->size != 4) {
		op->value = 0;
		return XEN_PCI_ERR_invalid_offset;
	}
	op->value = U32_MAX >> (8 * (4 - op->size));
	return 0;
}

static int write_nothing(struct pb2_device *pbdev, struct xen_pci_op *op)
{
	return 0;
}

static int fail(struct pb2_device *pbdev, struct xen_pci_op *op)
{
	op->value = 0;
	return XEN_PCI_ERR_op_failed;
}

/**
 * struct op_row - what one command does
 * @open: when the gate is open
 * @blocked: while a reset runs
 */
struct op_row {
	int (*open)(struct pb2_device *pbdev, struct xen_pci_op *op);
	int (*blocked)(struct pb2_device *pbdev, struct xen_pci_op *op);
};

static const struct op_row rows[] = {
	[XEN_PCI_OP_conf_read]		= { conf_read, read_nothing },
	[XEN_PCI_OP_conf_write]		= { conf_write, write_nothing },
	[XEN_PCI_OP_enable_msi]		= { pb2_msi_enable, fail },
	[XEN_PCI_OP_disable_msi]	= { pb2_msi_disable, fail },
	[XEN_PCI_OP_enable_msix]	= { pb2_msi_enable_msix, fail },
	[XEN_PCI_OP_disable_msix]	= { pb2_msi_disable_msix, fail },
};

static struct pb2_device *find(struct pb2_frontend *fe,
			       const struct xen_pci_op *op)
{
	struct pb2_sbdf vsbdf = {
		.domain = op->domain,
		.bus = op->bus,
		.devfn = op->devfn,
	};

	/* The fields of the request are wider than an address. */
	if (op->domain > U16_MAX || op->bus > U8_MAX || op->devfn > U8_MAX)
		return NULL;
	return pb2_frontend_find(fe, &vsbdf);
}

static int dispatch(struct pb2_frontend *fe, struct pb2_device *pbdev,
		    struct xen_pci_op *op)
{
	const struct op_row *row = &rows[op->cmd];
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
 * @fe: the frontend that sent it
 * @op: the copy of the request; @op->err and @op->value become the answer
 *
 * Context: process context, may sleep, never for long.
 */
void pb2_op_run(struct pb2_frontend *fe, struct xen_pci_op *op)
{
	struct pb2_device *pbdev;

	if (op->cmd >= ARRAY_SIZE(rows)) {
		complain(fe, op, "unknown command");
		op->err = XEN_PCI_ERR_not_implemented;
		return;
	}

	pbdev = find(fe, op);
	if (!pbdev) {
		op->err = XEN_PCI_ERR_dev_not_found;
		return;
	}

	pb2_poll_limit(&fe->ring.poll, pbdev);
	op->err = dispatch(fe, pbdev, op);
	if (op->err == XEN_PCI_ERR_invalid_offset)
		complain(fe, op, "no such place in configuration space");
	pb2_device_put(pbdev);
}
