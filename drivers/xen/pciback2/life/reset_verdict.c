// SPDX-License-Identifier: GPL-2.0
/*
 * reset_verdict.c - what a reset did, as opposed to what its method claims
 *
 * There are methods that claim success and reset nothing. Every conventional
 * reset and every FLR clears the Cache Line Size register (PCIe 6.0
 * 7.5.1.1.7), so a value in this register serves as a reset marker: if it
 * survives the reset, there was none.
 */
#include <linux/ktime.h>

#include "../host/xen_iface.h"
#include "../host/pci_iface.h"
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
 * pb2_reset_verdict_place_marker() - place the reset marker before a method
 * @pdev: the function, in D0
 *
 * VFs and some devices hardwire the register to zero.
 *
 * Context: device_lock held.
 * Return: true if the function holds the marker.
 */
bool pb2_reset_verdict_place_marker(struct pci_dev *pdev)
{
	u8 val;

	device_lock_assert(&pdev->dev);

	pci_write_config_byte(pdev, PCI_CACHE_LINE_SIZE, RESET_MARKER);
	return !pci_read_config_byte(pdev, PCI_CACHE_LINE_SIZE, &val) &&
	       val == RESET_MARKER;
}

/* The effect of the method outweighs its return value. */
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
 * pb2_reset_verdict_begin() - start the record of a new reset
 * @pbdev: the function
 *
 * The last result becomes the previous one.
 *
 * Context: device_lock held, may sleep.
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
	/* Such a domain can write after the reset, and be dead at its end. */
	reset->was_held = !pb2_hold_is_over(pbdev);
	reset->blocked = false;
	reset->woken = false;
	reset->start = ktime_get();
}

/**
 * pb2_reset_verdict_record() - judge one method and record the result
 * @pbdev: the function, not yet restored
 * @method: name of the method, a constant string
 * @marked: result of pb2_reset_verdict_place_marker() before the method
 * @rc: what the method returned
 *
 * A method that the function does not have (-ENOTTY) leaves the record of the
 * method before it. The PCI core also returns -ENOTTY if the function, or its
 * link, does not come back; then the method has failed.
 *
 * Context: device_lock held.
 */
void pb2_reset_verdict_record(struct pb2_device *pbdev, const char *method,
			      bool marked, int rc)
{
	struct pb2_reset *reset = &pbdev->reset;
	enum pb2_verdict verdict;
	bool is_lost;

	device_lock_assert(&pbdev->pdev->dev);

	is_lost = pb2_health_fault(pbdev->pdev);
	verdict = verdict_judge(pbdev->pdev, marked, rc);
	if (rc == -ENOTTY && verdict == PB2_RESET_FAILED && !is_lost)
		return;
	/* Success, and -ENOTTY, after which the function does not answer */
	if (verdict == PB2_RESET_FAILED && (!rc || rc == -ENOTTY))
		rc = -EIO;

	reset->method = method;
	reset->verdict = verdict;
	reset->rc = verdict == PB2_RESET_PROVEN ? 0 : rc;
}

/**
 * pb2_reset_verdict_doubt() - the method just recorded may keep the marker
 * @pbdev: the function
 *
 * A marker that survives such a method proves nothing.
 *
 * Context: device_lock held.
 */
void pb2_reset_verdict_doubt(struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);

	if (pbdev->reset.verdict == PB2_RESET_DISPROVED)
		pbdev->reset.verdict = PB2_RESET_UNPROVEN;
}

/**
 * pb2_reset_verdict_is_final() - can no further method improve the result?
 * @pbdev: the function
 *
 * Context: device_lock held.
 * Return: true if the last method is proven, or cannot be checked.
 */
bool pb2_reset_verdict_is_final(const struct pb2_device *pbdev)
{
	enum pb2_verdict verdict = pbdev->reset.verdict;

	device_lock_assert(&pbdev->pdev->dev);

	return verdict == PB2_RESET_PROVEN || verdict == PB2_RESET_UNPROVEN;
}

/* For some dom0s Xen keeps a state of each device itself (vPCI). */
static void verdict_tell_xen(struct pci_dev *pdev)
{
	int rc = pb2_xen_device_reset(pdev);

	if (rc && rc != -ENOSYS)
		pci_warn_ratelimited(pdev, "Xen does not take note of the reset: %d\n",
				     rc);
}

/*
 * A toolstack assigns the functions of a device one after another, and requests
 * a reset of each when the first already has its domain. A function whose bus
 * reset is blocked then stays as clean as it was.
 */
static bool verdict_keep_previous(struct pb2_device *pbdev, const char *fault,
				  const char *blocker)
{
	device_lock_assert(&pbdev->pdev->dev);

	if (!blocker || fault || !pbdev->previous_reset.clean)
		return false;
	pbdev->reset = pbdev->previous_reset;
	return true;
}

/*
 * Who may have the BARs mapped can write to the function at any time, and so can
 * a domain that do_flr has announced and that nobody has listed yet. The reclaim
 * decides about that itself when it is over, and until then asks only whether the
 * function was reset since its isolation.
 */
static bool verdict_is_clean(const struct pb2_device *pbdev, const char *fault)
{
	device_lock_assert(&pbdev->pdev->dev);

	if (pbdev->reset.verdict != PB2_RESET_PROVEN || fault)
		return false;
	return READ_ONCE(pbdev->state) == PB2_RECLAIMING ||
	       (!READ_ONCE(pbdev->fe) && !pbdev->reset.was_held &&
		!pbdev->assignment_expected);
}

static void verdict_complete_record(struct pb2_device *pbdev, const char *fault,
				    const char *blocker)
{
	struct pb2_reset *reset = &pbdev->reset;

	device_lock_assert(&pbdev->pdev->dev);

	if (reset->rc == -ENOTTY && blocker)
		reset->rc = -EBUSY;
	if (fault && reset->rc == -ENOTTY)
		reset->rc = -EIO;
	reset->ms = ktime_ms_delta(ktime_get(), reset->start);
	reset->when = ktime_get_real();
	reset->clean = verdict_is_clean(pbdev, fault);
	WRITE_ONCE(reset->blocked, blocker);
}

static const char *blocker_prefix(const char *blocker)
{
	return blocker ? ", bus not reset: " : "";
}

static void verdict_publish(struct pb2_device *pbdev, const char *fault,
			    const char *blocker)
{
	const struct pb2_reset *reset = &pbdev->reset;

	device_lock_assert(&pbdev->pdev->dev);

	mutex_lock(&pbdev->life_lock);
	pbdev->last_reset = *reset;
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
 * pb2_reset_verdict_finish() - complete the record and set the fault
 * @pbdev: the function, its configuration space restored
 * @blocker: what blocks the bus reset that the function needs, or %NULL
 *
 * A function that does not answer, whose ECAM page Xen did not take back, or
 * whose method was disproved has a fault: state of its last user may remain. A
 * function without any reset method has no fault and stays assignable, as with
 * xen-pciback. If the bus reset is blocked and the previous result is clean,
 * the previous result stays.
 *
 * Context: device_lock held, may sleep.
 */
void pb2_reset_verdict_finish(struct pb2_device *pbdev, const char *blocker)
{
	const char *fault;

	device_lock_assert(&pbdev->pdev->dev);

	fault = pb2_health_fault(pbdev->pdev) ?: pb2_handover_fault(pbdev);
	/*
	 * The restore has enabled MSI and MSI-X again only as far as vectors
	 * are allocated; whatever else is enabled is a leftover.
	 */
	pb2_reset_quiesce_end(pbdev->pdev);
	if (verdict_keep_previous(pbdev, fault, blocker))
		return;
	verdict_complete_record(pbdev, fault, blocker);
	verdict_publish(pbdev, fault, blocker);
	if (!fault)
		pb2_pci_thaw(pbdev->pdev);
	verdict_tell_xen(pbdev->pdev);
	verdict_log_failure(pbdev, blocker);
}

/**
 * pb2_reset_verdict_errno() - the result of the last reset as one errno
 * @pbdev: the function
 *
 * Context: device_lock held.
 * Return: 0 if the reset was proven or could not be checked; -EIO if it was
 * disproved or the function does not answer any more, -ENOTTY if the function
 * has no method, -EBUSY if its only reset would affect functions that others
 * use, or the errno of the last method.
 */
int pb2_reset_verdict_errno(const struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);

	return pbdev->reset.verdict == PB2_RESET_DISPROVED ? -EIO :
							     pbdev->reset.rc;
}

/**
 * pb2_reset_verdict_init() - prepare the record of a new function
 * @pbdev: the function
 *
 * Context: any.
 */
void pb2_reset_verdict_init(struct pb2_device *pbdev)
{
	pbdev->reset.method = "none";
	pbdev->reset.verdict = PB2_RESET_NEVER;
	pbdev->last_reset = pbdev->reset;
}

/**
 * pb2_reset_verdict_show() - show pciback2/last_reset
 * @pbdev: the function
 * @buf: where to write
 * @size: size of @buf in bytes
 *
 * A reset that is running is shown when it is over.
 *
 * Context: may sleep, briefly, for life_lock.
 * Return: bytes written: method, verdict, errno, duration in ms, and the time
 * of its end in seconds since 1970.
 */
int pb2_reset_verdict_show(struct pb2_device *pbdev, char *buf, size_t size)
{
	struct pb2_reset reset;
	struct timespec64 when;

	mutex_lock(&pbdev->life_lock);
	reset = pbdev->last_reset;
	mutex_unlock(&pbdev->life_lock);

	when = ktime_to_timespec64(reset.when);
	return scnprintf(buf, size, "%s %s %d %ums %lld.%03ld\n",
			 reset.method, verdict_names[reset.verdict],
			 reset.rc, reset.ms, when.tv_sec, when.tv_nsec / NSEC_PER_MSEC);
}
