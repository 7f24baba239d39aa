// SPDX-License-Identifier: GPL-2.0
/*
 * sysfs.c - attributes of the driver
 *
 * These are the attributes of xen-pciback, which toolstacks and scripts use,
 * do_flr, and the attributes about the whole machine.
 * Documentation/ABI/testing/sysfs-driver-pciback2 describes them all.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/device.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "doors.h"

/* The log quotes at most this many characters of a bad write. */
#define QUOTE_MAX	48

static const char no_address[] = "not an address [DDDD:]BB:SS.F";
static const char no_quirk[] = "not [DDDD:]BB:SS.F-REG:SIZE:MASK";
static const char not_seized[] = "no such function is seized";

/**
 * pb2_sysfs_refuse() - log a bad write and why it has no effect
 * @attr: name of the attribute
 * @buf: the text that was written
 * @rc: the errno
 * @reason: the reason, as text for the log
 *
 * Context: any.
 * Return: @rc.
 */
int pb2_sysfs_refuse(const char *attr, const char *buf, int rc,
		     const char *reason)
{
	const char *word = skip_spaces(buf);

	pr_warn_ratelimited("%s: \"%*pE\": %s, error %d\n", attr,
			    (int)min_t(size_t, strcspn(word, "\n"), QUOTE_MAX),
			    word, reason, rc);

	return rc;
}

/*
 * Returns the seized function whose address is in @buf, with a reference.
 * @absent is the errno if pciback2 has not seized that function.
 */
static struct pb2_device *sysfs_find_function(const char *attr, const char *buf,
					      int absent)
{
	struct pb2_device *pbdev;
	struct pb2_sbdf sbdf;
	int rc;

	rc = pb2_sbdf_parse(buf, &sbdf);
	if (rc)
		return ERR_PTR(pb2_sysfs_refuse(attr, buf, rc, no_address));

	pbdev = pb2_registry_find(&sbdf);
	if (!pbdev)
		return ERR_PTR(pb2_sysfs_refuse(attr, buf, absent, not_seized));

	return pbdev;
}

static int sysfs_show_address(const struct pb2_device *pbdev, char *buf,
			      size_t size)
{
	return scnprintf(buf, size, PB2_SBDF_FMT "\n",
			 PB2_SBDF_ARGS(&pbdev->sbdf));
}

static ssize_t new_slot_store(struct device_driver *drv, const char *buf,
			      size_t count)
{
	struct pb2_pattern pat;
	int rc;

	rc = pb2_sbdf_parse_pattern(buf, &pat);
	if (rc)
		return pb2_sysfs_refuse("new_slot", buf, rc, no_address);

	rc = pb2_slots_add(&pat);
	if (rc)
		return pb2_sysfs_refuse("new_slot", buf, rc, "not added");

	return count;
}
static DRIVER_ATTR_WO(new_slot);

static ssize_t remove_slot_store(struct device_driver *drv, const char *buf,
				 size_t count)
{
	struct pb2_pattern pat;
	int rc;

	rc = pb2_sbdf_parse_pattern(buf, &pat);
	if (rc)
		return pb2_sysfs_refuse("remove_slot", buf, rc, no_address);

	rc = pb2_slots_remove(&pat);
	if (rc)
		return pb2_sysfs_refuse("remove_slot", buf, rc, "not in slots");

	return count;
}
static DRIVER_ATTR_WO(remove_slot);

static ssize_t slots_show(struct device_driver *drv, char *buf)
{
	return pb2_slots_show(buf, PAGE_SIZE);
}
static DRIVER_ATTR_RO(slots);

static int sysfs_list_permissive(struct pb2_device *pbdev, char *buf,
				 size_t size)
{
	return READ_ONCE(pbdev->permissive) ?
	       sysfs_show_address(pbdev, buf, size) : 0;
}

/* The attributes of a function have the plain names of these functions. */
static ssize_t sysfs_show_permissive(struct device_driver *drv, char *buf)
{
	return pb2_registry_show(buf, PAGE_SIZE, sysfs_list_permissive);
}

static ssize_t sysfs_store_permissive(struct device_driver *drv,
				      const char *buf, size_t count)
{
	struct pb2_device *pbdev;

	pbdev = sysfs_find_function("permissive", buf, -ENODEV);
	if (IS_ERR(pbdev))
		return PTR_ERR(pbdev);

	if (READ_ONCE(pbdev->permissive) == PB2_PERMISSIVE_OFF)
		pb2_conf_set_permissive(pbdev, PB2_PERMISSIVE_ONCE);
	pb2_device_put(pbdev);

	return count;
}

static struct driver_attribute driver_attr_permissive =
	__ATTR(permissive, 0644, sysfs_show_permissive, sysfs_store_permissive);

static int sysfs_list_interrupt_control(struct pb2_device *pbdev, char *buf,
					size_t size)
{
	return READ_ONCE(pbdev->allow_interrupt_control) ?
	       sysfs_show_address(pbdev, buf, size) : 0;
}

static ssize_t allow_interrupt_control_show(struct device_driver *drv,
					    char *buf)
{
	return pb2_registry_show(buf, PAGE_SIZE, sysfs_list_interrupt_control);
}

static ssize_t allow_interrupt_control_store(struct device_driver *drv,
					     const char *buf, size_t count)
{
	struct pb2_device *pbdev;

	pbdev = sysfs_find_function("allow_interrupt_control", buf, -ENODEV);
	if (IS_ERR(pbdev))
		return PTR_ERR(pbdev);

	WRITE_ONCE(pbdev->allow_interrupt_control, true);
	pb2_device_put(pbdev);

	return count;
}
static DRIVER_ATTR_RW(allow_interrupt_control);

static int sysfs_list_quirks(struct pb2_device *pbdev, char *buf, size_t size)
{
	int rc;

	mutex_lock(&pbdev->gate.lock);
	rc = pb2_conf_quirk_show(pbdev, buf, size);
	mutex_unlock(&pbdev->gate.lock);

	return rc;
}

static ssize_t sysfs_show_quirks(struct device_driver *drv, char *buf)
{
	return pb2_registry_show(buf, PAGE_SIZE, sysfs_list_quirks);
}

static ssize_t sysfs_store_quirk(struct device_driver *drv, const char *buf,
				 size_t count)
{
	struct pb2_device *pbdev;
	struct pb2_quirk quirk;
	const char *rest;
	int rc;

	rest = pb2_quirk_scan(buf, &quirk);
	if (!rest || *rest)
		return pb2_sysfs_refuse("quirks", buf, -EINVAL, no_quirk);

	pbdev = pb2_registry_find(&quirk.sbdf);
	if (!pbdev)
		return pb2_sysfs_refuse("quirks", buf, -ENODEV, not_seized);

	mutex_lock(&pbdev->gate.lock);
	rc = pb2_conf_quirk_add(pbdev, quirk.off, quirk.len, quirk.mask);
	mutex_unlock(&pbdev->gate.lock);
	pb2_device_put(pbdev);
	if (rc)
		return pb2_sysfs_refuse("quirks", buf, rc,
			      rc == -EINVAL ? "no such register" : "not added");

	return count;
}

static struct driver_attribute driver_attr_quirks =
	__ATTR(quirks, 0644, sysfs_show_quirks, sysfs_store_quirk);

static ssize_t irq_handlers_show(struct device_driver *drv, char *buf)
{
	return pb2_registry_show(buf, PAGE_SIZE, pb2_intx_show);
}
static DRIVER_ATTR_RO(irq_handlers);

static ssize_t irq_handler_state_store(struct device_driver *drv,
				       const char *buf, size_t count)
{
	struct pb2_device *pbdev;

	pbdev = sysfs_find_function("irq_handler_state", buf, -ENOENT);
	if (IS_ERR(pbdev))
		return PTR_ERR(pbdev);

	mutex_lock(&pbdev->gate.lock);
	pb2_intx_toggle(pbdev);
	mutex_unlock(&pbdev->gate.lock);
	pb2_device_put(pbdev);

	return count;
}
static DRIVER_ATTR_WO(irq_handler_state);

static ssize_t do_flr_store(struct device_driver *drv, const char *buf,
			    size_t count)
{
	struct pb2_device *pbdev;
	int rc;

	pbdev = sysfs_find_function("do_flr", buf, -ENODEV);
	if (IS_ERR(pbdev))
		return PTR_ERR(pbdev);

	rc = pb2_reset_request_run(pbdev);
	pb2_device_put(pbdev);
	if (rc)
		return pb2_sysfs_refuse("do_flr", buf, rc, "not reset");

	return count;
}
static DRIVER_ATTR_WO(do_flr);

static ssize_t windows_show(struct device_driver *drv, char *buf)
{
	return pb2_window_show(buf, PAGE_SIZE);
}
static DRIVER_ATTR_RO(windows);

static ssize_t bridges_show(struct device_driver *drv, char *buf)
{
	return pb2_bridge_show(buf, PAGE_SIZE);
}
static DRIVER_ATTR_RO(bridges);

static ssize_t pages_show(struct device_driver *drv, char *buf)
{
	return pb2_page_show(buf, PAGE_SIZE);
}
static DRIVER_ATTR_RO(pages);

static ssize_t holders_show(struct device_driver *drv, char *buf)
{
	return pb2_holder_show(PB2_HELD_BARS, buf, PAGE_SIZE);
}
static DRIVER_ATTR_RO(holders);

static struct attribute *driver_attrs[] = {
	&driver_attr_new_slot.attr,
	&driver_attr_remove_slot.attr,
	&driver_attr_slots.attr,
	&driver_attr_permissive.attr,
	&driver_attr_allow_interrupt_control.attr,
	&driver_attr_quirks.attr,
	&driver_attr_irq_handlers.attr,
	&driver_attr_irq_handler_state.attr,
	&driver_attr_do_flr.attr,
	&driver_attr_windows.attr,
	&driver_attr_bridges.attr,
	&driver_attr_pages.attr,
	&driver_attr_holders.attr,
	NULL
};

static const struct attribute_group driver_group = {
	.attrs = driver_attrs,
};

const struct attribute_group *pb2_sysfs_driver_groups[] = {
	&driver_group,
	NULL
};
