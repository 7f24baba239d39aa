// SPDX-License-Identifier: GPL-2.0
/*
 * virtio.c - the domain that backs a function, as the toolstack names it
 *
 * The guest is told twice: in its configuration space (conf_backend.c), and in
 * xenstore (publish.c) for those that do not see that.
 */
#include <linux/kernel.h>
#include <linux/string.h>

#include "life.h"

static const char virtio_none[] = "none";

/**
 * pb2_virtio_parse() - a backend as it is written
 * @word: a decimal domain ID, or "none"; a newline may follow
 *
 * Context: any.
 * Return: the domain ID, %DOMID_INVALID for none, or -EINVAL.
 */
int pb2_virtio_parse(const char *word)
{
	u16 domid;

	if (sysfs_streq(word, virtio_none))
		return DOMID_INVALID;
	/* The domain IDs from there on are no domains. */
	if (kstrtou16(word, 10, &domid) || domid >= DOMID_FIRST_RESERVED)
		return -EINVAL;
	return domid;
}

static int virtio_add_capability(struct pb2_device *pbdev, domid_t domid)
{
	int rc;

	device_lock_assert(&pbdev->pdev->dev);

	/* All-ones would look like a space that is full. */
	if (!pb2_health_answers(pbdev->pdev))
		return -EIO;

	mutex_lock(&pbdev->gate.lock);
	rc = pb2_conf_virtio_set(pbdev, domid);
	mutex_unlock(&pbdev->gate.lock);
	return rc;
}

/**
 * pb2_virtio_set() - name the domain that backs a function
 * @pbdev: the function
 * @domid: the domain, or %DOMID_INVALID for none
 *
 * For the next assignment, and no other.
 *
 * Context: device_lock held, may sleep.
 * Return: 0; -EBUSY if the function is in a domain, under a reset or failed:
 * no capability appears or vanishes under a driver; -EIO if it does not
 * answer, -ENOSPC if its configuration space is full, or -ENOMEM.
 */
int pb2_virtio_set(struct pb2_device *pbdev, domid_t domid)
{
	enum pb2_state state = READ_ONCE(pbdev->state);
	int rc;

	device_lock_assert(&pbdev->pdev->dev);

	if (state != PB2_IDLE && state != PB2_HELD)
		return -EBUSY;

	if (domid == DOMID_INVALID) {
		mutex_lock(&pbdev->gate.lock);
		pb2_conf_virtio_clear(pbdev);
		mutex_unlock(&pbdev->gate.lock);
		return 0;
	}

	pb2_power_wake(pbdev);
	rc = virtio_add_capability(pbdev, domid);
	if (state == PB2_IDLE)
		pb2_power_allow_suspend(pbdev);
	return rc;
}

/**
 * pb2_virtio_show() - pciback2/backend_domid
 * @pbdev: the function
 * @buf: where to
 * @size: its size in bytes
 *
 * Context: may sleep.
 * Return: bytes written.
 */
int pb2_virtio_show(struct pb2_device *pbdev, char *buf, size_t size)
{
	domid_t domid = pb2_conf_virtio_get(pbdev);

	if (domid == DOMID_INVALID)
		return scnprintf(buf, size, "%s\n", virtio_none);
	return scnprintf(buf, size, "%u\n", domid);
}
