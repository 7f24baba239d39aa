// SPDX-License-Identifier: GPL-2.0
/*
 * virtio.c - the virtio backend domain of a function
 *
 * The toolstack names the domain through sysfs. The guest finds it in its
 * configuration space (conf/virtio_cap.c), and in xenstore
 * (handover/publish.c) if it does not read the capability.
 */
#include <linux/kernel.h>
#include <linux/string.h>

#include "life.h"

static const char virtio_none[] = "none";

/**
 * pb2_virtio_parse() - parse the ID of a virtio backend domain
 * @word: a decimal domain ID, or "none"; a newline may follow
 *
 * Context: any.
 * Return: the domain ID, %DOMID_INVALID for "none", or -EINVAL if @word is
 * neither.
 */
int pb2_virtio_parse(const char *word)
{
	u16 domid;

	if (sysfs_streq(word, virtio_none))
		return DOMID_INVALID;
	/* IDs from DOMID_FIRST_RESERVED on stand for no domain. */
	if (kstrtou16(word, 10, &domid) || domid >= DOMID_FIRST_RESERVED)
		return -EINVAL;
	return domid;
}

static int virtio_add_capability(struct pb2_device *pbdev, domid_t domid)
{
	int rc;

	device_lock_assert(&pbdev->pdev->dev);

	/* All-ones would look like a configuration space without free space. */
	if (!pb2_health_answers(pbdev->pdev))
		return -EIO;

	mutex_lock(&pbdev->gate.lock);
	rc = pb2_conf_virtio_set(pbdev, domid);
	mutex_unlock(&pbdev->gate.lock);
	return rc;
}

/**
 * pb2_virtio_set() - name the virtio backend domain of a function
 * @pbdev: the function
 * @domid: the domain, or %DOMID_INVALID for none
 *
 * The setting lasts for the next assignment only.
 *
 * Context: device_lock held, may sleep.
 * Return: 0; -EBUSY if the function is neither IDLE nor HELD, because a
 * capability must not appear or vanish under a driver; -EIO if the function
 * does not answer, -ENOSPC if its configuration space has no room for the
 * capability, or -ENOMEM.
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
 * pb2_virtio_show() - show pciback2/backend_domid
 * @pbdev: the function
 * @buf: where to write
 * @size: size of @buf in bytes
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
