// SPDX-License-Identifier: GPL-2.0
/*
 * gate.c - what every request from the ring to a function passes
 *
 * A request holds the gate lock while it works on the function. When the call
 * that closes or blocks the gate returns, no request is therefore working on the
 * function, and none will start. No lengthy operation runs under the lock.
 */
#include <linux/jiffies.h>

#include "device.h"

/*
 * How long a detach is expected to take after libxl wrote do_flr; libxl needs
 * much less. Meanwhile a running guest must not be able to start DMA again.
 */
#define DETACH_TIMEOUT_MS	5000

/**
 * pb2_gate_init() - initialise a gate, closed
 * @gate: the gate of a function that no other thread can find yet
 *
 * Context: any.
 */
void pb2_gate_init(struct pb2_gate *gate)
{
	mutex_init(&gate->lock);
	gate->state = PB2_GATE_CLOSED;
	gate->reasons = 0;
	gate->fe = NULL;
}

/**
 * pb2_gate_open() - let the requests of one frontend through
 * @pbdev: the function
 * @fe: the frontend that owns the function
 *
 * Context: may sleep.
 */
void pb2_gate_open(struct pb2_device *pbdev, const struct pb2_frontend *fe)
{
	struct pb2_gate *gate = &pbdev->gate;

	mutex_lock(&gate->lock);
	gate->fe = fe;
	gate->reasons = 0;
	gate->state = PB2_GATE_OPEN;
	pbdev->guest_reset.done = 0;
	pbdev->guest_reset.dropped = 0;
	mutex_unlock(&gate->lock);
}

/**
 * pb2_gate_block() - keep requests from touching the function
 * @pbdev: the function; nothing happens if its gate is closed
 * @reason: what the caller is about to do
 *
 * Until pb2_gate_unblock() requests are answered without the function. On return
 * no request is working on it.
 *
 * Context: may sleep.
 */
void pb2_gate_block(struct pb2_device *pbdev, enum pb2_gate_reason reason)
{
	struct pb2_gate *gate = &pbdev->gate;

	mutex_lock(&gate->lock);
	if (gate->state != PB2_GATE_CLOSED) {
		gate->state = PB2_GATE_BLOCKED;
		gate->reasons |= reason;
	}
	mutex_unlock(&gate->lock);
}

/**
 * pb2_gate_unblock() - undo pb2_gate_block()
 * @pbdev: the function; nothing happens if its gate has been closed meanwhile
 * @reason: what the caller has finished
 *
 * The gate stays blocked while another reason is left.
 *
 * Context: may sleep.
 */
void pb2_gate_unblock(struct pb2_device *pbdev, enum pb2_gate_reason reason)
{
	struct pb2_gate *gate = &pbdev->gate;

	mutex_lock(&gate->lock);
	gate->reasons &= ~reason;
	if (gate->state == PB2_GATE_BLOCKED && !gate->reasons)
		gate->state = PB2_GATE_OPEN;
	mutex_unlock(&gate->lock);
}

/**
 * pb2_gate_close() - let no request through, of any frontend
 * @pbdev: the function
 *
 * On return no request is working on the function, and none will start. The next
 * domain may not reset the function, unless the administrator allows that again.
 *
 * Context: may sleep.
 */
void pb2_gate_close(struct pb2_device *pbdev)
{
	struct pb2_gate *gate = &pbdev->gate;

	mutex_lock(&gate->lock);
	gate->state = PB2_GATE_CLOSED;
	gate->reasons = 0;
	gate->fe = NULL;
	pbdev->guest_reset.allowed = false;
	mutex_unlock(&gate->lock);
}

/**
 * pb2_gate_enter() - begin a request
 * @pbdev: the function that the request names
 * @fe: the frontend that sent it
 *
 * The frontend is compared under the gate lock, because the function may have
 * been assigned to another domain since the request looked it up.
 *
 * Context: may sleep. Returns with the gate lock held in every case;
 * pb2_gate_leave() releases it.
 * Return: what the request may do.
 */
enum pb2_gate_state pb2_gate_enter(struct pb2_device *pbdev,
				   const struct pb2_frontend *fe)
{
	struct pb2_gate *gate = &pbdev->gate;

	mutex_lock(&gate->lock);
	return gate->fe == fe ? gate->state : PB2_GATE_CLOSED;
}

/**
 * pb2_gate_leave() - end a request
 * @pbdev: the function
 *
 * Context: gate lock held; released here.
 */
void pb2_gate_leave(struct pb2_device *pbdev)
{
	lockdep_assert_held(&pbdev->gate.lock);

	mutex_unlock(&pbdev->gate.lock);
}

/**
 * pb2_gate_allow_flr() - may the guest have its function reset?
 * @pbdev: the function
 * @allow: it may, %PB2_GUEST_RESET_BUDGET times from now on
 *
 * During an FLR memory decode is off in the hardware, and Xen cannot take the
 * mappings of the BARs away from a PV guest meanwhile, as vfio does
 * (CVE-2020-12888). So it is for the administrator to allow it, and
 * pb2_gate_close() ends it.
 *
 * Context: may sleep.
 */
void pb2_gate_allow_flr(struct pb2_device *pbdev, bool allow)
{
	struct pb2_guest_reset *guest_reset = &pbdev->guest_reset;

	mutex_lock(&pbdev->gate.lock);
	if (allow && !guest_reset->allowed)
		guest_reset->next = jiffies;
	guest_reset->allowed = allow;
	guest_reset->left = PB2_GUEST_RESET_BUDGET;
	mutex_unlock(&pbdev->gate.lock);
}

/**
 * pb2_gate_start_flr() - start an FLR that the guest asked for
 * @pbdev: the function, with an open gate
 *
 * The FLR runs on the work queue, so that the guest's write is answered at once.
 * Until the FLR is done the guest reads all-ones, as it would from hardware.
 *
 * Context: gate lock held.
 * Return: true, or false if the request is dropped, because the administrator
 * has not allowed it, or not so many.
 */
bool pb2_gate_start_flr(struct pb2_device *pbdev)
{
	struct pb2_guest_reset *guest_reset = &pbdev->guest_reset;

	lockdep_assert_held(&pbdev->gate.lock);

	if (!guest_reset->allowed || !guest_reset->left) {
		if (!guest_reset->dropped++)
			pci_warn(pbdev->pdev, "not reset for its guest, which may %s. To change that write 1 to pciback2/guest_reset\n",
				 guest_reset->allowed ? "no longer reset it" :
							"not reset it");
		return false;
	}

	guest_reset->left--;
	pbdev->gate.state = PB2_GATE_BLOCKED;
	pbdev->gate.reasons |= PB2_BLOCK_RESET;
	pb2_work_queue(pbdev, &pbdev->flr_work);
	return true;
}

/**
 * pb2_gate_flr_delay() - when may an FLR that the guest asked for begin?
 * @pbdev: the function
 *
 * Context: may sleep.
 * Return: the time until then in ms, at most %PB2_GUEST_RESET_INTERVAL.
 */
unsigned int pb2_gate_flr_delay(struct pb2_device *pbdev)
{
	unsigned long delay = 0;

	mutex_lock(&pbdev->gate.lock);
	if (time_after(pbdev->guest_reset.next, jiffies))
		delay = pbdev->guest_reset.next - jiffies;
	mutex_unlock(&pbdev->gate.lock);
	return jiffies_to_msecs(min_t(unsigned long, delay,
				      PB2_GUEST_RESET_INTERVAL));
}

/**
 * pb2_gate_count_flr() - note that an FLR for the guest is over
 * @pbdev: the function
 *
 * Context: may sleep.
 */
void pb2_gate_count_flr(struct pb2_device *pbdev)
{
	mutex_lock(&pbdev->gate.lock);
	pbdev->guest_reset.done++;
	pbdev->guest_reset.next = jiffies + PB2_GUEST_RESET_INTERVAL;
	mutex_unlock(&pbdev->gate.lock);
}

/**
 * pb2_gate_show_flr() - print the attribute pciback2/guest_reset
 * @pbdev: the function
 * @buf: receives the text
 * @size: size of @buf in bytes
 *
 * Context: may sleep.
 * Return: number of bytes written.
 */
int pb2_gate_show_flr(struct pb2_device *pbdev, char *buf, size_t size)
{
	const struct pb2_guest_reset *guest_reset = &pbdev->guest_reset;
	int len;

	mutex_lock(&pbdev->gate.lock);
	len = scnprintf(buf, size, "%d done %lu dropped %lu\n",
			guest_reset->allowed, guest_reset->done,
			guest_reset->dropped);
	mutex_unlock(&pbdev->gate.lock);
	return len;
}

/**
 * pb2_gate_expect_detach() - note that a detach is pending
 * @pbdev: an assigned function, which the toolstack is about to detach
 *
 * For %DETACH_TIMEOUT_MS the function's domain can start neither DMA nor
 * interrupts.
 *
 * Context: any.
 */
void pb2_gate_expect_detach(struct pb2_device *pbdev)
{
	WRITE_ONCE(pbdev->detach_until,
		   (jiffies + msecs_to_jiffies(DETACH_TIMEOUT_MS)) ?: 1);
}

/**
 * pb2_gate_forget_detach() - note that no detach is pending any more
 * @pbdev: the function
 *
 * Context: any.
 */
void pb2_gate_forget_detach(struct pb2_device *pbdev)
{
	WRITE_ONCE(pbdev->detach_until, 0);
}

/**
 * pb2_gate_is_detaching() - is a detach pending?
 * @pbdev: the function
 *
 * Context: any.
 * Return: true for %DETACH_TIMEOUT_MS after pb2_gate_expect_detach(), unless
 * pb2_gate_forget_detach() came first.
 */
bool pb2_gate_is_detaching(const struct pb2_device *pbdev)
{
	unsigned long until = READ_ONCE(pbdev->detach_until);

	return until && time_before(jiffies, until);
}
