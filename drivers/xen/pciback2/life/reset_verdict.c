// SPDX-License-Identifier: GPL-2.0
/*
 * reset_verdict.c - what a reset did, as opposed to what its method claims
 *
 * Methods that claim success and reset nothing exist in the field. A byte of
 * the Cache Line Size register, which every conventional reset and every FLR
 * clears (PCIe 6.0 7.5.1.1.7), serves as a mark: what it holds after the
 * reset says whether there was one.
 */
#include <linux/ktime.h>

#include "../host/xen_iface.h"
#include "life.h"

#define RESET_MARKER		0x10

static const char * const verdict_names[] = {
	[PB2_RESET_NEVER]	= "never",
	[PB2_RESET_PROVEN]	= "proven",
	[PB2_RESET_UNPROVEN]	= "unproven",
	[PB2_RESET_DISPROVED]	= "disproved",
	[PB2_RESET_FAILED]	= "failed",
};

/**
 * pb2_reset_verdict_place_marker() - prepare to find out whether a reset takes place
 * @pdev: the function, in D0
 *
 * VFs and some devices wire the register to zero.
 *
 * Context: device_lock held.
 * Return: whether the function holds the mark.
 */
bool pb2_reset_verdict_place_marker(struct pci_dev *pdev)
{
	u8 val;

	pci_write_config_byte(pdev, PCI_CACHE_LINE_SIZE, RESET_MARKER);
	return !pci_read_config_byte(pdev, PCI_CACHE_LINE_SIZE, &val) &&
	       val == RESET_MARKER;
}

/* The effect outweighs the claim. */
static enum pb2_verdict verdict_judge(struct pci_dev *pdev, bool marked, int rc)
{
	u8 val;

	if (pb2_health_fault(pdev) ||
	    pci_read_config_byte(pdev, PCI_CACHE_LINE_SIZE, &val))
		return PB2_RESET_FAILED;
	if (marked && val != RESET_MARKER)
		return PB2_RESET_PROVEN;
	if (rc)
		return PB2_RESET_FAILED;
	return marked ? PB2_RESET_DISPROVED : PB2_RESET_UNPROVEN;
}

/**
 * pb2_reset_verdict_begin() - forget the last result
 * @pbdev: the function
 *
 * Context: device_lock held.
 */
void pb2_reset_verdict_begin(struct pb2_device *pbdev)
{
	struct pb2_reset *reset = &pbdev->reset;

	device_lock_assert(&pbdev->pdev->dev);

	pbdev->previous_reset = *reset;
	reset->method = "none";
	reset->verdict = PB2_RESET_FAILED;
	reset->rc = -ENOTTY;
	reset->clean = false;
	reset->woken = false;
	reset->start = ktime_get();
}

/**
 * pb2_reset_verdict_record() - judge and record one method
 * @pbdev: the function, not yet restored
 * @method: its name, a constant
 * @marked: result of pb2_reset_verdict_place_marker() before the method
 * @rc: what the method returned
 *
 * A method that does not exist leaves the record of the one before it.
 *
 * Context: device_lock held.
 */
void pb2_reset_verdict_record(struct pb2_device *pbdev, const char *method,
			      bool marked, int rc)
{
	struct pb2_reset *reset = &pbdev->reset;
	enum pb2_verdict verdict;

	device_lock_assert(&pbdev->pdev->dev);

	verdict = verdict_judge(pbdev->pdev, marked, rc);
	if (rc == -ENOTTY && verdict == PB2_RESET_FAILED)
		return;
	/* It claims success, and nothing answers any more. */
	if (!rc && verdict == PB2_RESET_FAILED)
		rc = -EIO;

	reset->method = method;
	reset->verdict = verdict;
	reset->rc = verdict == PB2_RESET_PROVEN ? 0 : rc;
}

/**
 * pb2_reset_verdict_is_final() - is there nothing left to try?
 * @pbdev: the function
 *
 * Context: device_lock held.
 * Return: true if the last method is proven, or cannot be.
 */
bool pb2_reset_verdict_is_final(const struct pb2_device *pbdev)
{
	enum pb2_verdict verdict = pbdev->reset.verdict;

	device_lock_assert(&pbdev->pdev->dev);

	return verdict == PB2_RESET_PROVEN || verdict == PB2_RESET_UNPROVEN;
}

/* Xen keeps state of its own for the devices of some dom0s (vPCI). */
static void verdict_tell_xen(struct pci_dev *pdev)
{
	int rc = pb2_xen_device_reset(pdev);

	if (rc && rc != -ENOSYS)
		pci_warn_ratelimited(pdev, "Xen does not take note of the reset: %d\n",
				     rc);
}

/* A reset that did nothing leaves a clean function clean. */
static bool verdict_keep_previous(struct pb2_device *pbdev, const char *fault,
				  const char *blocker)
{
	device_lock_assert(&pbdev->pdev->dev);

	if (!blocker || fault || !pbdev->previous_reset.clean)
		return false;
	pbdev->reset = pbdev->previous_reset;
	return true;
}

static void verdict_complete_record(struct pb2_reset *reset, const char *fault,
				    const char *blocker)
{
	if (reset->rc == -ENOTTY && blocker)
		reset->rc = -EBUSY;
	if (fault && reset->rc == -ENOTTY)
		reset->rc = -EIO;
	reset->ms = ktime_ms_delta(ktime_get(), reset->start);
	reset->when = ktime_get_real();
	reset->clean = reset->verdict == PB2_RESET_PROVEN && !fault;
}

static const char *blocker_prefix(const char *blocker)
{
	return blocker ? ", bus not reset: " : "";
}

static void verdict_set_fault(struct pb2_device *pbdev, const char *fault,
			      const char *blocker)
{
	const struct pb2_reset *reset = &pbdev->reset;

	device_lock_assert(&pbdev->pdev->dev);

	mutex_lock(&pbdev->life_lock);
	if (fault)
		strscpy(pbdev->fault, fault, sizeof(pbdev->fault));
	else if (reset->verdict == PB2_RESET_DISPROVED)
		snprintf(pbdev->fault, sizeof(pbdev->fault),
			 "%s reset claims success but resets nothing%s%s",
			 reset->method, blocker_prefix(blocker),
			 blocker ?: "");
	else
		pbdev->fault[0] = '\0';
	mutex_unlock(&pbdev->life_lock);
}

static void verdict_log_failure(struct pb2_device *pbdev, const char *blocker)
{
	const struct pb2_reset *reset = &pbdev->reset;

	device_lock_assert(&pbdev->pdev->dev);

	if (reset->verdict == PB2_RESET_FAILED)
		pci_warn_ratelimited(pbdev->pdev, "not reset (method %s): %d%s%s, state of the last user may remain\n",
				     reset->method, reset->rc,
				     blocker_prefix(blocker), blocker ?: "");
}

/**
 * pb2_reset_verdict_finish() - complete the record, and find out what is wrong
 * @pbdev: the function, restored
 * @blocker: what forbids a reset of the bus that was wanted, or %NULL
 *
 * A function of which is known that its last user's state may still be there
 * has a fault; one that has no reset at all works as it always did. One that
 * a sibling keeps from being reset stays as clean as it was: a toolstack
 * assigns the functions of a device one after another, and asks for a reset
 * of each when the first already has its domain.
 *
 * Context: device_lock held, may sleep.
 */
void pb2_reset_verdict_finish(struct pb2_device *pbdev, const char *blocker)
{
	const char *fault;

	device_lock_assert(&pbdev->pdev->dev);

	fault = pb2_health_fault(pbdev->pdev) ?: pb2_handover_fault(pbdev);
	/* The saved state of vectors is that of those which are allocated. */
	pb2_reset_quiesce_end(pbdev->pdev);
	if (verdict_keep_previous(pbdev, fault, blocker))
		return;
	verdict_complete_record(&pbdev->reset, fault, blocker);
	verdict_set_fault(pbdev, fault, blocker);
	verdict_tell_xen(pbdev->pdev);
	verdict_log_failure(pbdev, blocker);
}

/**
 * pb2_reset_verdict_errno() - the last reset as one errno
 * @pbdev: the function
 *
 * Context: device_lock held.
 * Return: 0 if it was proven or could not be checked, -EIO if it was
 * disproved or the function does not answer any more, -ENOTTY if there is no
 * method, -EBUSY if there is only one that would hit another's function, or
 * the last method's errno.
 */
int pb2_reset_verdict_errno(const struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);

	return pbdev->reset.verdict == PB2_RESET_DISPROVED ? -EIO :
							     pbdev->reset.rc;
}

/**
 * pb2_reset_verdict_init() - nothing was reset yet
 * @pbdev: a new function
 *
 * Context: any.
 */
void pb2_reset_verdict_init(struct pb2_device *pbdev)
{
	pbdev->reset.method = "none";
	pbdev->reset.verdict = PB2_RESET_NEVER;
}

/**
 * pb2_reset_verdict_show() - pciback2/last_reset
 * @pbdev: the function
 * @buf: where to
 * @size: its size in bytes
 *
 * Context: any; a glance without locks.
 * Return: bytes written: method, verdict, errno, milliseconds, and when it
 * ended in seconds since 1970.
 */
int pb2_reset_verdict_show(struct pb2_device *pbdev, char *buf, size_t size)
{
	const struct pb2_reset *reset = &pbdev->reset;
	struct timespec64 when = ktime_to_timespec64(reset->when);

	return scnprintf(buf, size, "%s %s %d %ums %lld.%03ld\n",
			 reset->method, verdict_names[reset->verdict],
			 reset->rc, reset->ms, when.tv_sec, when.tv_nsec / NSEC_PER_MSEC);
}
