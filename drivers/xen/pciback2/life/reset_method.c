// SPDX-License-Identifier: GPL-2.0
/*
 * reset_method.c - the ways to reset one function without touching any other
 *
 * The kernel's own list comes first. It stops at the first method that claims
 * success, and its single methods are not exported, so those that it skipped
 * stand here again.
 */
#include <linux/delay.h>
#include <linux/jiffies.h>

#include "../host/pci_iface.h"
#include "life.h"

/* PCIe 6.0 2.3.1 asks for 1 s; the kernel, and real devices, for a minute */
#define READY_WITHIN_MS		60000
#define READY_POLL_MS		10
/* Transactions that are under way, and the reset itself (AF ECN 2006) */
#define AF_PENDING_MS		1000
#define AF_RESET_MS		100
/* PCI PM 1.2, 5.4.1 */
#define D3HOT_MS		10U

static int method_wait_ready(struct pci_dev *pdev)
{
	unsigned long until = jiffies + msecs_to_jiffies(READY_WITHIN_MS);

	while (pb2_health_fault(pdev)) {
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
	u8 cap;

	if (!af || pdev->dev_flags & PCI_DEV_FLAGS_NO_FLR_RESET)
		return -ENOTTY;
	if (pci_read_config_byte(pdev, af + PCI_AF_CAP, &cap) ||
	    (cap & both) != both)
		return -ENOTTY;

	method_wait_pending(pdev, af);
	pci_write_config_byte(pdev, af + PCI_AF_CTRL, PCI_AF_CTRL_FLR);
	msleep(AF_RESET_MS);
	return method_wait_ready(pdev);
}

/* A function without No_Soft_Reset comes out of D3hot as after a reset. */
static int method_reset_pm(struct pci_dev *pdev)
{
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
	return method_wait_ready(pdev);
}

/**
 * struct reset_method - one method
 * @name: as last_reset shows it
 * @kernel_number: the kernel's number of it, 0 for the kernel's list itself
 * @reset: 0, -ENOTTY if the function has no such method, or an errno
 */
struct reset_method {
	const char *name;
	u8 kernel_number;
	int (*reset)(struct pci_dev *pdev);
};

static const struct reset_method reset_methods[] = {
	/* quirks and firmware know best; honours the reset_method file */
	{ "kernel",	0,			pb2_pci_reset_function },
	/* asked for by the function itself */
	{ "flr",	PB2_COMPAT_RESET_FLR,	pb2_pci_reset_flr },
	/* the same, of conventional PCI */
	{ "af_flr",	PB2_COMPAT_RESET_AF,	method_reset_af_flr },
	/* the weakest: often a side effect that is none */
	{ "pm",		PB2_COMPAT_RESET_PM,	method_reset_pm },
};

/*
 * A method that the administrator took out of reset_method stays out; the
 * first one there is what the kernel has just tried.
 */
static bool method_is_due(const struct reset_method *method,
			  const struct pci_dev *pdev)
{
	unsigned int i;

	if (!method->kernel_number)
		return true;
	for (i = 1; i < ARRAY_SIZE(pdev->reset_methods); i++)
		if (pdev->reset_methods[i] == method->kernel_number)
			return true;
	return false;
}

/**
 * pb2_reset_method_run() - reset a function by itself, one method after another
 * @pbdev: the function, in D0
 *
 * The result is recorded by pb2_reset_verdict_record() after each method.
 *
 * Context: device_lock and configuration access lock held; sleeps, up to
 * minutes.
 * Return: whether a method has reset it as far as can be known.
 */
bool pb2_reset_method_run(struct pb2_device *pbdev)
{
	struct pci_dev *pdev = pbdev->pdev;
	const struct reset_method *method;
	unsigned int i;
	bool marked;

	device_lock_assert(&pdev->dev);

	for (i = 0; i < ARRAY_SIZE(reset_methods); i++) {
		method = &reset_methods[i];
		if (!method_is_due(method, pdev))
			continue;
		marked = pb2_reset_verdict_place_marker(pdev);
		pb2_reset_verdict_record(pbdev, method->name, marked,
					 method->reset(pdev));
		if (pb2_reset_verdict_is_final(pbdev))
			return true;
	}
	return false;
}
