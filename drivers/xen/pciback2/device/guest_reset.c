// SPDX-License-Identifier: GPL-2.0
/*
 * guest_reset.c - resets of a function that its guest asks for
 */
#include <linux/jiffies.h>

#include "device.h"

/**
 * pb2_guest_reset_allow() - may the guest have its function reset?
 * @pbdev: the function
 * @allow: it may, %PB2_GUEST_RESET_BUDGET times from now on
 *
 * During an FLR memory decode is off in the hardware, and Xen cannot take the
 * mappings of the BARs away from a PV guest meanwhile, as vfio does
 * (CVE-2020-12888). So it is for the administrator to allow it, for one
 * assignment.
 *
 * Context: may sleep.
 */
void pb2_guest_reset_allow(struct pb2_device *pbdev, bool allow)
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
 * pb2_guest_reset_start() - start an FLR that the guest asked for
 * @pbdev: the function, with an open gate
 *
 * The FLR runs on the work queue, so that the guest's write is answered at once.
 * Until the FLR is done the guest reads all-ones, as it would from hardware.
 *
 * Context: gate lock held.
 * Return: true, or false if the request is dropped, because the administrator
 * has not allowed it, or not so many.
 */
bool pb2_guest_reset_start(struct pb2_device *pbdev)
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
	pb2_gate_block_next(pbdev, PB2_BLOCK_RESET);
	pb2_work_queue(pbdev, &pbdev->flr_work);
	return true;
}

/**
 * pb2_guest_reset_delay() - when may an FLR that the guest asked for begin?
 * @pbdev: the function
 *
 * Context: may sleep.
 * Return: the time until then in ms, at most %PB2_GUEST_RESET_INTERVAL.
 */
unsigned int pb2_guest_reset_delay(struct pb2_device *pbdev)
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
 * pb2_guest_reset_count() - note that an FLR for the guest is over
 * @pbdev: the function
 *
 * Context: may sleep.
 */
void pb2_guest_reset_count(struct pb2_device *pbdev)
{
	mutex_lock(&pbdev->gate.lock);
	pbdev->guest_reset.done++;
	pbdev->guest_reset.next = jiffies + PB2_GUEST_RESET_INTERVAL;
	mutex_unlock(&pbdev->gate.lock);
}

/**
 * pb2_guest_reset_show() - print the attribute pciback2/guest_reset
 * @pbdev: the function
 * @buf: receives the text
 * @size: size of @buf in bytes
 *
 * Context: may sleep.
 * Return: number of bytes written.
 */
int pb2_guest_reset_show(struct pb2_device *pbdev, char *buf, size_t size)
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
 * pb2_guest_reset_end() - the next domain begins anew, and may not reset it
 * @pbdev: the function
 *
 * Context: gate lock held.
 * Return: true if the guest was allowed to.
 */
bool pb2_guest_reset_end(struct pb2_device *pbdev)
{
	struct pb2_guest_reset *guest_reset = &pbdev->guest_reset;
	bool was_allowed = guest_reset->allowed;

	lockdep_assert_held(&pbdev->gate.lock);

	guest_reset->allowed = false;
	guest_reset->done = 0;
	guest_reset->dropped = 0;
	return was_allowed;
}
