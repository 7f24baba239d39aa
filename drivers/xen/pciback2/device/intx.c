// SPDX-License-Identifier: GPL-2.0
/*
 * intx.c - dummy handler for an INTx line that dom0 shares with a guest
 *
 * dom0 receives the interrupts of such a line, too. If no handler claimed those
 * of the guest's function, dom0's kernel would take them for spurious and
 * disable the line. The dummy handler claims them for the guest's driver.
 */
#include "../host/pci_iface.h"
#include "../host/xen_iface.h"
#include "device.h"

/*
 * After so many interrupts the handler asks Xen whether the line is still
 * shared with another domain.
 */
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
 * pb2_intx_init() - note the INTx line, which MSI hides in pci_dev.irq
 * @pbdev: a function that was just enabled
 *
 * A dom0 without pirqs (PVH) cannot give a line to a guest, so pci_dev.irq is
 * cleared there. A line that firmware has not connected, or which Linux knows no
 * route of, is none: its number in pci_dev.irq does not stand for a pirq.
 *
 * Context: any; no other thread can find @pbdev yet.
 */
void pb2_intx_init(struct pb2_device *pbdev)
{
	struct pb2_intx *intx = &pbdev->intx;

	snprintf(intx->name, sizeof(intx->name), PB2_NAME "[%s]",
		 pci_name(pbdev->pdev));
	if (!pb2_xen_has_pirqs()) {
		/* libxl would map the IRQ that sysfs shows, and fail. */
		swap(intx->hidden, pbdev->pdev->irq);
		return;
	}
	/* A VF has no pin, and its pci_dev.irq means nothing. */
	if (pbdev->pdev->pin && pb2_xen_is_pirq(pbdev->pdev->irq))
		intx->irq = pbdev->pdev->irq;
}

/**
 * pb2_intx_exit() - undo pb2_intx_init()
 * @pbdev: a function that is about to be disabled
 *
 * Context: any; no other thread can find @pbdev any more.
 */
void pb2_intx_exit(struct pb2_device *pbdev)
{
	struct pb2_intx *intx = &pbdev->intx;

	if (intx->hidden)
		swap(intx->hidden, pbdev->pdev->irq);
}

static void intx_install_handler(struct pb2_device *pbdev)
{
	struct pb2_intx *intx = &pbdev->intx;
	int rc;

	if (intx->requests >= PB2_INTX_MAX_REQUESTS)
		return;
	intx->requests++;

	WRITE_ONCE(intx->ack, true);
	rc = pb2_pci_request_irq(pbdev->pdev, intx->irq, intx_handle_irq, intx->name,
				 pbdev);
	if (rc) {
		WRITE_ONCE(intx->ack, false);
		pci_warn_ratelimited(pbdev->pdev, "no dummy handler for the shared IRQ %u: %d\n",
				     intx->irq, rc);
		return;
	}
	intx->installed = true;
}

static void intx_remove_handler(struct pb2_device *pbdev)
{
	struct pb2_intx *intx = &pbdev->intx;

	if (!intx->installed)
		return;
	pb2_pci_free_irq(pbdev->pdev, intx->irq, pbdev);
	intx->installed = false;
	intx->parked = false;
	WRITE_ONCE(intx->ack, false);
}

/**
 * pb2_intx_enable() - install the dummy handler when the guest enables decode
 * @pbdev: the function
 *
 * Nothing happens if the handler is installed, the function has no line, is a
 * bridge, or has MSI or MSI-X on, or if the guest has caused
 * %PB2_INTX_MAX_REQUESTS attempts. A failure is logged: the guest's driver works
 * without the handler unless dom0 disables the line.
 *
 * Context: gate lock held, may sleep.
 */
void pb2_intx_enable(struct pb2_device *pbdev)
{
	struct pb2_intx *intx = &pbdev->intx;

	lockdep_assert_held(&pbdev->gate.lock);

	if (!intx->irq || pbdev->pdev->subordinate)
		return;
	/*
	 * With MSI or MSI-X on, the function raises no INTx. xen-pciback once put
	 * its handler on the vector, and freeing the vector hit a BUG (XSA-157).
	 */
	if (pbdev->pdev->msi_enabled || pbdev->pdev->msix_enabled)
		return;

	if (!intx->installed) {
		intx_install_handler(pbdev);
	} else if (intx->parked) {
		intx->parked = false;
		WRITE_ONCE(intx->ack, true);
	}
}

/**
 * pb2_intx_disable() - remove the dummy handler when the guest disables decode
 * @pbdev: the function; nothing happens if no handler is installed
 *
 * A guest that has used up its installations keeps the last one, which claims
 * nothing until the guest enables decode again: without a handler dom0 might
 * disable a line that others need.
 *
 * Context: gate lock held, may sleep.
 */
void pb2_intx_disable(struct pb2_device *pbdev)
{
	struct pb2_intx *intx = &pbdev->intx;

	lockdep_assert_held(&pbdev->gate.lock);

	if (intx->requests < PB2_INTX_MAX_REQUESTS) {
		intx_remove_handler(pbdev);
	} else if (intx->installed) {
		intx->parked = true;
		WRITE_ONCE(intx->ack, false);
	}
}

/**
 * pb2_intx_release() - remove the dummy handler of a guest that loses the
 *			function, and forget how often it was installed
 * @pbdev: the function
 *
 * Context: gate lock held, may sleep.
 */
void pb2_intx_release(struct pb2_device *pbdev)
{
	lockdep_assert_held(&pbdev->gate.lock);

	intx_remove_handler(pbdev);
	pbdev->intx.requests = 0;
}

/**
 * pb2_intx_pause() - stop or resume claiming interrupts
 * @pbdev: the function
 * @pause: true while MSI or MSI-X is on, when the function raises no INTx
 *
 * Context: gate lock held.
 */
void pb2_intx_pause(struct pb2_device *pbdev, bool pause)
{
	lockdep_assert_held(&pbdev->gate.lock);

	WRITE_ONCE(pbdev->intx.ack, pbdev->intx.installed &&
		   !pbdev->intx.parked && !pause);
}

/**
 * pb2_intx_toggle() - claim interrupts, or stop doing so (irq_handler_state)
 * @pbdev: the function; nothing is claimed if no handler is installed
 *
 * Context: gate lock held.
 */
void pb2_intx_toggle(struct pb2_device *pbdev)
{
	lockdep_assert_held(&pbdev->gate.lock);

	WRITE_ONCE(pbdev->intx.ack, pbdev->intx.installed && !pbdev->intx.ack);
}

/**
 * pb2_intx_show() - print a function's line of irq_handlers
 * @pbdev: the function
 * @buf: destination
 * @size: size of @buf in bytes
 *
 * Context: any. Takes no lock, so the values may be of different moments.
 * Return: number of bytes written.
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
