// SPDX-License-Identifier: GPL-2.0
/*
 * intx.c - stand-in handler for an INTx line that dom0 shares with a guest
 *
 * dom0 receives the interrupts of such a line too. With no handler of its own
 * on it, it would call them spurious and shut the line; the stand-in claims
 * them on behalf of the guest's driver.
 */
#include "../host/pci_iface.h"
#include "../host/xen_iface.h"
#include "device.h"

/* How often the handler asks Xen whether anybody else is on the line. */
#define IRQS_PER_CHECK	1000

static irqreturn_t intx_handle_irq(int irq, void *arg)
{
	struct pb2_device *pbdev = arg;
	struct pb2_intx *intx = &pbdev->intx;

	if (!READ_ONCE(intx->ack))
		return IRQ_NONE;

	WRITE_ONCE(intx->handled, intx->handled + 1);
	if (intx->handled % IRQS_PER_CHECK == 0 && pb2_xen_irq_is_unshared(irq)) {
		pci_info(pbdev->pdev, "IRQ %d is shared with no other domain, no longer claimed\n",
			 irq);
		WRITE_ONCE(intx->ack, false);
	}
	return IRQ_HANDLED;
}

/**
 * pb2_intx_init() - remember the line before an MSI hides it
 * @pbdev: a function that was just enabled
 *
 * A dom0 without pirqs has no line to give: there sysfs shows none.
 *
 * Context: any; nobody else knows @pbdev yet.
 */
void pb2_intx_init(struct pb2_device *pbdev)
{
	struct pb2_intx *intx = &pbdev->intx;

	snprintf(intx->name, sizeof(intx->name), PB2_NAME "[%s]",
		 pci_name(pbdev->pdev));
	if (!pb2_xen_has_pirqs()) {
		/* libxl would map what sysfs names, and fail. */
		swap(intx->hidden, pbdev->pdev->irq);
		return;
	}
	/* VFs have no pin and no line. */
	intx->irq = pbdev->pdev->pin ? pbdev->pdev->irq : 0;
}

/**
 * pb2_intx_exit() - undo pb2_intx_init()
 * @pbdev: a function that is about to be disabled
 *
 * Context: any; nobody else knows @pbdev any more.
 */
void pb2_intx_exit(struct pb2_device *pbdev)
{
	struct pb2_intx *intx = &pbdev->intx;

	if (intx->hidden)
		swap(intx->hidden, pbdev->pdev->irq);
}

/**
 * pb2_intx_enable() - the guest has turned the function on
 * @pbdev: the function
 *
 * Context: gate lock held, may sleep.
 */
void pb2_intx_enable(struct pb2_device *pbdev)
{
	struct pb2_intx *intx = &pbdev->intx;
	int rc;

	lockdep_assert_held(&pbdev->gate.lock);

	if (intx->installed || !intx->irq || pbdev->pdev->subordinate)
		return;
	/* The handler would sit on an MSI vector when the guest dies. */
	if (pbdev->pdev->msi_enabled || pbdev->pdev->msix_enabled)
		return;

	WRITE_ONCE(intx->ack, true);
	rc = pb2_pci_request_irq(pbdev->pdev, intx->irq, intx_handle_irq, intx->name,
				 pbdev);
	if (rc) {
		WRITE_ONCE(intx->ack, false);
		pci_warn_ratelimited(pbdev->pdev, "no stand-in handler for IRQ %u: %d\n",
				     intx->irq, rc);
		return;
	}
	intx->installed = true;
}

/**
 * pb2_intx_disable() - the guest has turned the function off, or is gone
 * @pbdev: the function
 *
 * Context: gate lock held, may sleep.
 */
void pb2_intx_disable(struct pb2_device *pbdev)
{
	struct pb2_intx *intx = &pbdev->intx;

	lockdep_assert_held(&pbdev->gate.lock);

	if (!intx->installed)
		return;
	pb2_pci_free_irq(pbdev->pdev, intx->irq, pbdev);
	intx->installed = false;
	WRITE_ONCE(intx->ack, false);
}

/**
 * pb2_intx_pause() - claim nothing while the function uses MSI
 * @pbdev: the function
 * @pause: whether
 *
 * Context: gate lock held.
 */
void pb2_intx_pause(struct pb2_device *pbdev, bool pause)
{
	lockdep_assert_held(&pbdev->gate.lock);

	WRITE_ONCE(pbdev->intx.ack, pbdev->intx.installed && !pause);
}

/**
 * pb2_intx_toggle() - the administrator's irq_handler_state
 * @pbdev: the function
 *
 * Context: gate lock held.
 */
void pb2_intx_toggle(struct pb2_device *pbdev)
{
	lockdep_assert_held(&pbdev->gate.lock);

	WRITE_ONCE(pbdev->intx.ack, pbdev->intx.installed && !pbdev->intx.ack);
}

/**
 * pb2_intx_show() - one line of irq_handlers
 * @pbdev: the function
 * @buf: where to
 * @size: its size in bytes
 *
 * Context: any; a glance without locks.
 * Return: bytes written.
 */
int pb2_intx_show(struct pb2_device *pbdev, char *buf, size_t size)
{
	const struct pb2_intx *intx = &pbdev->intx;

	return scnprintf(buf, size, "%s:%s:%sing:%lu\n",
			 pci_name(pbdev->pdev),
			 READ_ONCE(intx->installed) ? "on" : "off",
			 READ_ONCE(intx->ack) ? "ack" : "not ack",
			 READ_ONCE(intx->handled));
}
