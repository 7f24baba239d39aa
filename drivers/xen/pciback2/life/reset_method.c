// SPDX-License-Identifier: GPL-2.0
/*
 * reset_method.c - the methods that reset one function and no other
 *
 * The kernel's own list of methods comes first. The kernel stops at the first
 * method that claims success, and does not export its single methods. So the
 * methods that it skipped are implemented here again.
 */
#include <linux/delay.h>
#include <linux/jiffies.h>

#include "../host/pci_iface.h"
#include "life.h"

/*
 * PCIe 6.0 2.3.1 gives a function 1 s to become ready. The kernel waits a
 * minute, and real devices need it.
 */
#define READY_WITHIN_MS		60000
#define READY_POLL_MS		10
/* Waits for pending transactions and for the reset itself (AF ECN 2006) */
#define AF_PENDING_MS		1000
#define AF_RESET_MS		100
/* PCI PM 1.2, 5.4.1 */
#define D3HOT_MS		10U

/*
 * If the card is pulled meanwhile, the hot-plug driver waits for the lock that
 * this reset holds. @occupied: the slot reported a card before.
 */
static int method_wait_ready(struct pci_dev *pdev, bool occupied)
{
	unsigned long until = jiffies + msecs_to_jiffies(READY_WITHIN_MS);

	while (pb2_health_fault(pdev)) {
		if (occupied && pb2_health_slot_fault(pdev))
			return -ENODEV;
		if (time_after(jiffies, until))
			return -ETIMEDOUT;
		msleep(READY_POLL_MS);
	}
	return 0;
}

static void method_wait_pending(struct pci_dev *pdev, int af)
{
	unsigned int ms;
	u8 status;

	for (ms = 0; ms < AF_PENDING_MS; ms += READY_POLL_MS) {
		if (pci_read_config_byte(pdev, af + PCI_AF_STATUS, &status) ||
		    !(status & PCI_AF_STATUS_TP))
			return;
		msleep(READY_POLL_MS);
	}
}

static int method_reset_af_flr(struct pci_dev *pdev)
{
	int af = pci_find_capability(pdev, PCI_CAP_ID_AF);
	const u8 both = PCI_AF_CAP_TP | PCI_AF_CAP_FLR;
	bool occupied = !pb2_health_slot_fault(pdev);
	u8 cap;

	if (!af || pdev->dev_flags & PCI_DEV_FLAGS_NO_FLR_RESET)
		return -ENOTTY;
	if (pci_read_config_byte(pdev, af + PCI_AF_CAP, &cap) ||
	    (cap & both) != both)
		return -ENOTTY;

	method_wait_pending(pdev, af);
	pci_write_config_byte(pdev, af + PCI_AF_CTRL, PCI_AF_CTRL_FLR);
	msleep(AF_RESET_MS);
	return method_wait_ready(pdev, occupied);
}

/*
 * A function without No_Soft_Reset loses its state on the way from D3hot to D0
 * (PCI PM 1.2, 5.4.1).
 */
static int method_reset_pm(struct pci_dev *pdev)
{
	bool occupied = !pb2_health_slot_fault(pdev);
	int ctrl = pdev->pm_cap + PCI_PM_CTRL;
	u16 csr;

	if (!pdev->pm_cap || pdev->dev_flags & PCI_DEV_FLAGS_NO_PM_RESET)
		return -ENOTTY;
	if (pci_read_config_word(pdev, ctrl, &csr) ||
	    csr & PCI_PM_CTRL_NO_SOFT_RESET)
		return -ENOTTY;

	csr &= ~PCI_PM_CTRL_STATE_MASK;
	pci_write_config_word(pdev, ctrl, csr | (__force u16)PCI_D3hot);
	msleep(max(D3HOT_MS, pdev->d3hot_delay));
	pci_write_config_word(pdev, ctrl, csr);
	msleep(max(D3HOT_MS, pdev->d3hot_delay));
	return method_wait_ready(pdev, occupied);
}

/**
 * struct method_list - the methods of the reset_method file, in its order
 * @methods: the kernel's number of each, ended by 0
 */
struct method_list {
	u8 methods[sizeof_field(struct pci_dev, reset_methods)];
};

/*
 * Leaves out the resets of the bus, for which the kernel takes no lock of the
 * bridge above, withdraws no ECAM page and asks no other function: they are
 * reset_bus.c's.
 */
static void method_list_own(struct method_list *list,
			    const struct pci_dev *pdev)
{
	unsigned int i, nr = 0;

	memset(list, 0, sizeof(*list));
	for (i = 0; i < ARRAY_SIZE(list->methods) && pdev->reset_methods[i]; i++)
		if (pdev->reset_methods[i] < PB2_COMPAT_RESET_BUS)
			list->methods[nr++] = pdev->reset_methods[i];
}

static int method_reset_kernel(struct pci_dev *pdev)
{
	struct method_list all, own;
	int rc;

	memcpy(all.methods, pdev->reset_methods, sizeof(all.methods));
	method_list_own(&own, pdev);
	memcpy(pdev->reset_methods, own.methods, sizeof(own.methods));
	rc = pb2_pci_reset_function(pdev);
	/* The administrator may have written another list meanwhile. */
	if (!memcmp(pdev->reset_methods, own.methods, sizeof(own.methods)))
		memcpy(pdev->reset_methods, all.methods, sizeof(all.methods));
	return rc;
}

/**
 * struct reset_method - one way to reset a function
 * @name: the name in pciback2/last_reset
 * @kernel_number: the kernel's number of the method; 0 for the kernel's own
 *	list of methods
 * @reset: the method; 0, -ENOTTY if the function does not have it, or an errno
 */
struct reset_method {
	const char *name;
	u8 kernel_number;
	int (*reset)(struct pci_dev *pdev);
};

static const struct reset_method reset_methods[] = {
	/*
	 * Knows the quirks and the firmware, and honours the reset_method file.
	 */
	{ "kernel",	0,			method_reset_kernel },
	/* The function itself offers it. */
	{ "flr",	PB2_COMPAT_RESET_FLR,	pb2_pci_reset_flr },
	/* The FLR of conventional PCI. */
	{ "af_flr",	PB2_COMPAT_RESET_AF,	method_reset_af_flr },
	/*
	 * The weakest: a reset is only a side effect of it, and often none at
	 * all.
	 */
	{ "pm",		PB2_COMPAT_RESET_PM,	method_reset_pm },
};

/*
 * A method that the administrator removed from the reset_method file stays out.
 * The kernel has just tried the first method in the file. A method of a quirk
 * exists because those below it do harm.
 */
static bool method_is_due(const struct reset_method *method,
			  const struct method_list *own)
{
	unsigned int i;

	if (!method->kernel_number)
		return true;
	for (i = 0; i < ARRAY_SIZE(own->methods); i++) {
		if (own->methods[i] == PB2_COMPAT_RESET_SPECIFIC)
			return false;
		if (i && own->methods[i] == method->kernel_number)
			return true;
	}
	return false;
}

/*
 * Some methods of quirks save and restore configuration space, and with it the
 * marker.
 */
static bool method_keeps_marker(const struct reset_method *method,
				const struct method_list *own)
{
	return !method->kernel_number &&
	       own->methods[0] == PB2_COMPAT_RESET_SPECIFIC;
}

static void method_try(struct pb2_device *pbdev,
		       const struct reset_method *method,
		       const struct method_list *own)
{
	bool marked;

	device_lock_assert(&pbdev->pdev->dev);

	marked = pb2_reset_verdict_place_marker(pbdev->pdev);
	pb2_reset_verdict_record(pbdev, method->name, marked,
				 method->reset(pbdev->pdev));
	if (method_keeps_marker(method, own))
		pb2_reset_verdict_doubt(pbdev);
}

/**
 * pb2_reset_method_run() - try one reset method after another
 * @pbdev: the function, in D0
 *
 * pb2_reset_verdict_record() judges each method; the first one that is proven,
 * or cannot be checked, is the last one tried. So is one after which the
 * function does not answer: what is written does not reach it, and each further
 * method would wait a minute.
 *
 * Context: device_lock and configuration access lock held; sleeps, up to
 * minutes.
 * Return: true if a method has reset the function, as far as can be known.
 */
bool pb2_reset_method_run(struct pb2_device *pbdev)
{
	struct pci_dev *pdev = pbdev->pdev;
	struct method_list own;
	unsigned int i;

	device_lock_assert(&pdev->dev);

	method_list_own(&own, pdev);
	for (i = 0; i < ARRAY_SIZE(reset_methods); i++) {
		if (!method_is_due(&reset_methods[i], &own))
			continue;
		method_try(pbdev, &reset_methods[i], &own);
		if (pb2_reset_verdict_is_final(pbdev))
			return true;
		if (!pb2_health_answers(pdev))
			return false;
	}
	return false;
}
