// SPDX-License-Identifier: GPL-2.0
/*
 * reset.c - resetting a function, and finding out whether it was one
 *
 * Methods that claim success and reset nothing exist in the field. A byte of
 * the Cache Line Size register, which every conventional reset and every FLR
 * clears (PCIe 6.0 7.5.1.1.7), serves as a mark: what it holds after the
 * reset says whether there was one.
 */
#include <linux/jiffies.h>
#include <linux/ktime.h>

#include "frontend.h"
#include "pci_iface.h"
#include "pciback2.h"

#define MARK			0x10

/*
 * Between libxl's do_flr and the end of the detach a live guest could start
 * DMA again. It takes libxl well under this.
 */
#define ANNOUNCED_FOR_MS	5000

static const char * const verdicts[] = {
	[PB2_RESET_NEVER]	= "never",
	[PB2_RESET_PROVEN]	= "proven",
	[PB2_RESET_UNPROVEN]	= "unproven",
	[PB2_RESET_DISPROVED]	= "disproved",
	[PB2_RESET_FAILED]	= "failed",
};

/* Does the function hold the mark? VFs and some devices wire it to zero. */
static bool mark(struct pci_dev *pdev)
{
	u8 val;

	pci_write_config_byte(pdev, PCI_CACHE_LINE_SIZE, MARK);
	return !pci_read_config_byte(pdev, PCI_CACHE_LINE_SIZE, &val) &&
	       val == MARK;
}

/* A reset counts by its effect: the mark outweighs what the method claims. */
static enum pb2_verdict judge(struct pb2_device *pbdev, bool marked, int rc)
{
	u8 val;

	if (!pb2_device_is_present(pbdev) ||
	    pci_read_config_byte(pbdev->pdev, PCI_CACHE_LINE_SIZE, &val))
		return PB2_RESET_FAILED;
	if (marked && val != MARK)
		return PB2_RESET_PROVEN;
	if (rc)
		return PB2_RESET_FAILED;
	return marked ? PB2_RESET_DISPROVED : PB2_RESET_UNPROVEN;
}

static bool try_method(struct pb2_device *pbdev, const char *name,
		       int (*method)(struct pci_dev *pdev))
{
	struct pb2_reset *reset = &pbdev->reset;
	bool marked = mark(pbdev->pdev);
	int rc = method(pbdev->pdev);
	enum pb2_verdict verdict = judge(pbdev, marked, rc);

	/* A rung that is not there says nothing of the one before it. */
	if (rc == -ENOTTY && verdict == PB2_RESET_FAILED)
		return false;
	/* It claims success, and nothing answers any more. */
	if (!rc && verdict == PB2_RESET_FAILED)
		rc = -EIO;

	reset->method = name;
	reset->verdict = verdict;
	reset->rc = verdict == PB2_RESET_PROVEN ? 0 : rc;
	return verdict == PB2_RESET_PROVEN || verdict == PB2_RESET_UNPROVEN;
}

static void report(struct pb2_device *pbdev)
{
	const struct pb2_reset *reset = &pbdev->reset;

	if (reset->verdict == PB2_RESET_DISPROVED)
		pci_warn_ratelimited(pbdev->pdev, "%s reset claims success but resets nothing, state of the last user may remain\n",
				     reset->method);
	else if (reset->verdict == PB2_RESET_FAILED)
		pci_warn_ratelimited(pbdev->pdev, "not reset (method %s): %d, state of the last user may remain\n",
				     reset->method, reset->rc);
}

/**
 * pb2_reset_run() - reset the function and restore its pristine state
 * @pbdev: the function
 *
 * Tries the kernel's own methods, then, if they did not reset it and nothing
 * else is on the bus, the bus. Vectors that are allocated are restored with
 * the rest. The result is in @pbdev->reset.
 *
 * Context: device_lock held, gate blocked or closed, function in D0. Sleeps,
 * up to minutes.
 */
void pb2_reset_run(struct pb2_device *pbdev)
{
	struct pci_dev *pdev = pbdev->pdev;
	struct pb2_reset *reset = &pbdev->reset;
	ktime_t start = ktime_get();

	device_lock_assert(&pdev->dev);

	reset->method = "none";
	reset->verdict = PB2_RESET_FAILED;
	reset->rc = -ENOTTY;

	/* Its children belong to somebody. */
	if (pdev->subordinate)
		return;

	/* A function that does DMA while it is reset may hang the bus. */
	pb2_pci_set_master(pdev, false);

	pb2_pci_lock_cfg(pdev);
	if (!try_method(pbdev, "function", pb2_pci_reset_function) &&
	    pb2_pci_may_reset_bus(pdev))
		try_method(pbdev, "bus", pb2_pci_reset_bus);
	/* Also overwrites the mark. */
	pb2_pci_restore(pdev, pbdev->pristine);
	pb2_pci_unlock_cfg(pdev);

	reset->ms = ktime_ms_delta(ktime_get(), start);
	report(pbdev);
}

/**
 * pb2_reset_result() - the last reset as one errno
 * @pbdev: the function
 *
 * Context: device_lock held.
 * Return: 0 if it was proven or could not be checked, -EIO if it was
 * disproved or the function does not answer any more, -ENOTTY if there is no
 * method, or the last method's errno.
 */
int pb2_reset_result(const struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);

	return pbdev->reset.verdict == PB2_RESET_DISPROVED ? -EIO :
							     pbdev->reset.rc;
}

/* RESETTING, unless the function is where no reset may begin. */
static int begin(struct pb2_device *pbdev, bool only_assigned)
{
	enum pb2_state healed = PB2_IDLE;
	int rc = -EBUSY;

	/* Failing does not end the hold: D3hot is as dangerous as before. */
	if (READ_ONCE(pbdev->state) == PB2_FAILED && !pb2_hold_is_over(pbdev))
		healed = PB2_HELD;

	mutex_lock(&pbdev->life_lock);
	if (pbdev->released) {
		rc = -ENODEV;
	} else if (pbdev->state == PB2_ASSIGNED ||
		   (!only_assigned &&
		    pb2_state_is_legal(pbdev->state, PB2_RESETTING))) {
		pbdev->back_to = pbdev->state == PB2_FAILED ? healed :
							      pbdev->state;
		rc = pb2_state_set(pbdev, PB2_RESETTING);
	}
	mutex_unlock(&pbdev->life_lock);
	return rc;
}

/*
 * Where it came from; a domain that left meanwhile has changed back_to. A
 * function with an owner fails at the end of its way back and not before:
 * its vectors and the owner must still be released there.
 */
static void end(struct pb2_device *pbdev)
{
	bool present = pb2_device_is_present(pbdev);

	mutex_lock(&pbdev->life_lock);
	if (!present && !pbdev->fe && pbdev->back_to != PB2_RECLAIMING)
		pbdev->back_to = PB2_FAILED;
	pb2_state_set(pbdev, pbdev->back_to);
	if (pbdev->back_to == PB2_FAILED)
		pci_err(pbdev->pdev, "does not answer after a reset, not assignable\n");
	mutex_unlock(&pbdev->life_lock);
}

/* A reset of the function under a domain that goes on using it. */
static void reset_in_place(struct pb2_device *pbdev)
{
	pb2_gate_block(pbdev);
	pb2_power_wake(pbdev);
	pb2_reset_run(pbdev);

	mutex_lock(&pbdev->gate.lock);
	pb2_conf_reset(pbdev);
	mutex_unlock(&pbdev->gate.lock);

	end(pbdev);
	pb2_gate_unblock(pbdev);
}

/**
 * pb2_reset_request() - the administrator's or the toolstack's do_flr
 * @pbdev: the function, idle or assigned
 *
 * For an assigned function libxl means: I am about to take it away. For some
 * seconds the guest cannot start DMA or interrupts again.
 *
 * Context: may sleep, up to minutes.
 * Return: 0 if the function was reset as far as can be known, -ENOTTY if it
 * has no method, -EIO if the method was a lie or the function does not answer
 * any more, -ENODEV if it is gone, -EBUSY while it is being taken back,
 * -EINTR, or the method's errno.
 */
int pb2_reset_request(struct pb2_device *pbdev)
{
	struct pci_dev *pdev = pbdev->pdev;
	int rc;

	rc = wait_event_interruptible(pbdev->settled,
				      READ_ONCE(pbdev->state) !=
				      PB2_RECLAIMING);
	if (rc)
		return -EINTR;

	device_lock(&pdev->dev);
	rc = begin(pbdev, false);
	if (rc)
		goto out;

	if (pbdev->back_to == PB2_ASSIGNED)
		WRITE_ONCE(pbdev->announced, (jiffies +
			   msecs_to_jiffies(ANNOUNCED_FOR_MS)) ?: 1);
	reset_in_place(pbdev);
	rc = pb2_reset_result(pbdev);

	if (READ_ONCE(pbdev->state) == PB2_IDLE) {
		pb2_power_doze(pbdev);
		pb2_power_park(pbdev);
	} else if (READ_ONCE(pbdev->state) == PB2_HELD) {
		pb2_hold_start(pbdev);
	}
out:
	device_unlock(&pdev->dev);
	return rc;
}

/**
 * pb2_reset_is_announced() - has the toolstack announced a teardown?
 * @pbdev: the function
 *
 * Context: any.
 * Return: true for some seconds after a do_flr of an assigned function.
 */
bool pb2_reset_is_announced(const struct pb2_device *pbdev)
{
	unsigned long until = READ_ONCE(pbdev->announced);

	return until && time_before(jiffies, until);
}

/*
 * Another reset may have come first, or the function may be another domain's
 * by now: both have left the gate in a different state.
 */
static bool is_flr_due(struct pb2_device *pbdev)
{
	bool is_due;

	mutex_lock(&pbdev->gate.lock);
	is_due = pbdev->gate.state == PB2_GATE_BLOCKED;
	mutex_unlock(&pbdev->gate.lock);
	return is_due;
}

static void guest_flr(struct work_struct *work)
{
	struct pb2_device *pbdev = container_of(work, struct pb2_device,
						flr_work);
	struct pci_dev *pdev = pbdev->pdev;

	device_lock(&pdev->dev);
	if (is_flr_due(pbdev) && !begin(pbdev, true))
		reset_in_place(pbdev);
	device_unlock(&pdev->dev);
	pb2_device_put(pbdev);
}

/**
 * pb2_reset_guest_flr() - carry out the guest's own FLR
 * @pbdev: the function
 *
 * Answered at once: until the reset is done the guest reads all-ones, as it
 * would from hardware.
 *
 * Context: gate lock held.
 */
void pb2_reset_guest_flr(struct pb2_device *pbdev)
{
	lockdep_assert_held(&pbdev->gate.lock);

	pbdev->gate.state = PB2_GATE_BLOCKED;
	pb2_device_get(pbdev);
	if (!queue_work(pb2_wq, &pbdev->flr_work))
		pb2_device_put(pbdev);
}

/**
 * pb2_reset_init() - nothing was reset yet
 * @pbdev: a new function
 *
 * Context: any.
 */
void pb2_reset_init(struct pb2_device *pbdev)
{
	INIT_WORK(&pbdev->flr_work, guest_flr);
	pbdev->reset.method = "none";
	pbdev->reset.verdict = PB2_RESET_NEVER;
}

/**
 * pb2_reset_show() - pciback2/last_reset
 * @pbdev: the function
 * @buf: where to
 * @size: its size in bytes
 *
 * Context: any; a glance without locks.
 * Return: bytes written: method, verdict, errno, milliseconds.
 */
int pb2_reset_show(struct pb2_device *pbdev, char *buf, size_t size)
{
	const struct pb2_reset *reset = &pbdev->reset;

	return scnprintf(buf, size, "%s %s %d %ums\n", reset->method,
			 verdicts[reset->verdict], reset->rc, reset->ms);
}
