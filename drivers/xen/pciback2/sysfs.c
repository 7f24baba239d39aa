// SPDX-License-Identifier: GPL-2.0
/*
 * Attributes of the driver and of its functions
 *
 * The driver's are those of xen-pciback, which toolstacks and scripts know,
 * and do_flr. Documentation/ABI/testing/sysfs-driver-pciback2 describes all.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/device.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "pciback2.h"

/* So much of a bad word is quoted. */
#define QUOTE_MAX	48
/* The registers of a function end here. */
#define CONF_SIZE	4096

static const char no_address[] = "not an address [DDDD:]BB:SS.F";
static const char no_quirk[] = "not [DDDD:]BB:SS.F-REG:SIZE:MASK";
static const char not_seized[] = "no such function is seized";

/* Says in one line what was written and why it has no effect; returns @rc. */
static int refuse(const char *attr, const char *buf, int rc,
		  const char *reason)
{
	const char *word = skip_spaces(buf);

	pr_warn_ratelimited("%s: \"%*pE\": %s, error %d\n", attr,
			    (int)min_t(size_t, strcspn(word, "\n"), QUOTE_MAX),
			    word, reason, rc);

	return rc;
}

/*
 * Finds the seized function that was written, with a reference. @absent is
 * the errno when it is none.
 */
static struct pb2_device *find_written(const char *attr, const char *buf,
				       int absent)
{
	struct pb2_device *pbdev;
	struct pb2_sbdf sbdf;
	int rc;

	rc = pb2_sbdf_parse(buf, &sbdf);
	if (rc)
		return ERR_PTR(refuse(attr, buf, rc, no_address));

	pbdev = pb2_registry_find(&sbdf);
	if (!pbdev)
		return ERR_PTR(refuse(attr, buf, absent, not_seized));

	return pbdev;
}

static int show_address(const struct pb2_device *pbdev, char *buf, size_t size)
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
		return refuse("new_slot", buf, rc, no_address);

	rc = pb2_wanted_add(&pat);
	if (rc)
		return refuse("new_slot", buf, rc, "not added");

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
		return refuse("remove_slot", buf, rc, no_address);

	rc = pb2_wanted_remove(&pat);
	if (rc)
		return refuse("remove_slot", buf, rc, "not in slots");

	return count;
}
static DRIVER_ATTR_WO(remove_slot);

static ssize_t slots_show(struct device_driver *drv, char *buf)
{
	return pb2_wanted_show(buf, PAGE_SIZE);
}
static DRIVER_ATTR_RO(slots);

static int show_permissive(struct pb2_device *pbdev, char *buf, size_t size)
{
	return READ_ONCE(pbdev->permissive) ? show_address(pbdev, buf, size) :
					      0;
}

static ssize_t permissive_show(struct device_driver *drv, char *buf)
{
	return pb2_registry_show(buf, PAGE_SIZE, show_permissive);
}

static ssize_t permissive_store(struct device_driver *drv, const char *buf,
				size_t count)
{
	struct pb2_device *pbdev = find_written("permissive", buf, -ENODEV);

	if (IS_ERR(pbdev))
		return PTR_ERR(pbdev);

	if (!READ_ONCE(pbdev->permissive)) {
		WRITE_ONCE(pbdev->permissive, true);
		pci_warn(pbdev->pdev,
			 "permissive: the domain may write registers of unknown effect, which is potentially unsafe\n");
	}
	pb2_device_put(pbdev);

	return count;
}
static DRIVER_ATTR_RW(permissive);

static int show_interrupt_control(struct pb2_device *pbdev, char *buf,
				  size_t size)
{
	return READ_ONCE(pbdev->allow_interrupt_control) ?
	       show_address(pbdev, buf, size) : 0;
}

static ssize_t allow_interrupt_control_show(struct device_driver *drv,
					    char *buf)
{
	return pb2_registry_show(buf, PAGE_SIZE, show_interrupt_control);
}

static ssize_t allow_interrupt_control_store(struct device_driver *drv,
					     const char *buf, size_t count)
{
	struct pb2_device *pbdev = find_written("allow_interrupt_control",
						buf, -ENODEV);

	if (IS_ERR(pbdev))
		return PTR_ERR(pbdev);

	WRITE_ONCE(pbdev->allow_interrupt_control, true);
	pb2_device_put(pbdev);

	return count;
}
static DRIVER_ATTR_RW(allow_interrupt_control);

static int show_quirks(struct pb2_device *pbdev, char *buf, size_t size)
{
	int rc;

	mutex_lock(&pbdev->gate.lock);
	rc = pb2_conf_quirk_show(pbdev, buf, size);
	mutex_unlock(&pbdev->gate.lock);

	return rc;
}

static ssize_t quirks_show(struct device_driver *drv, char *buf)
{
	return pb2_registry_show(buf, PAGE_SIZE, show_quirks);
}

/**
 * struct quirk - what was written to quirks
 * @sbdf: the function
 * @off: offset in configuration space
 * @len: 1, 2 or 4
 * @mask: fits into @len bytes
 */
struct quirk {
	struct pb2_sbdf sbdf;
	unsigned int off;
	unsigned int len;
	unsigned int mask;
};

static int parse_quirk(const char *buf, struct quirk *quirk)
{
	struct pb2_pattern pat;
	const char *s;
	int end = 0;

	s = pb2_sbdf_scan(buf, &pat);
	if (!s || pat.slot < 0 || pat.func < 0)
		return -EINVAL;
	quirk->sbdf.domain = pat.domain;
	quirk->sbdf.bus = pat.bus;
	quirk->sbdf.devfn = PCI_DEVFN(pat.slot, pat.func);

	/* Eight digits: a longer number would be cut without a word. */
	if (sscanf(s, "-%8x:%8x:%8x %n", &quirk->off, &quirk->len,
		   &quirk->mask, &end) != 3 || !end || s[end])
		return -EINVAL;

	if (quirk->len != 1 && quirk->len != 2 && quirk->len != 4)
		return -EINVAL;
	if (quirk->off > CONF_SIZE - quirk->len)
		return -EINVAL;
	if (quirk->len < 4 && quirk->mask >> (quirk->len * 8))
		return -EINVAL;

	return 0;
}

static ssize_t quirks_store(struct device_driver *drv, const char *buf,
			    size_t count)
{
	struct pb2_device *pbdev;
	struct quirk quirk;
	int rc;

	rc = parse_quirk(buf, &quirk);
	if (rc)
		return refuse("quirks", buf, rc, no_quirk);

	pbdev = pb2_registry_find(&quirk.sbdf);
	if (!pbdev)
		return refuse("quirks", buf, -ENODEV, not_seized);

	mutex_lock(&pbdev->gate.lock);
	rc = pb2_conf_quirk_add(pbdev, quirk.off, quirk.len, quirk.mask);
	mutex_unlock(&pbdev->gate.lock);
	pb2_device_put(pbdev);
	if (rc)
		return refuse("quirks", buf, rc,
			      rc == -EINVAL ? "no such register" : "not added");

	return count;
}
static DRIVER_ATTR_RW(quirks);

static ssize_t irq_handlers_show(struct device_driver *drv, char *buf)
{
	return pb2_registry_show(buf, PAGE_SIZE, pb2_intx_show);
}
static DRIVER_ATTR_RO(irq_handlers);

static ssize_t irq_handler_state_store(struct device_driver *drv,
				       const char *buf, size_t count)
{
	struct pb2_device *pbdev = find_written("irq_handler_state", buf,
						-ENOENT);

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
	struct pb2_device *pbdev = find_written("do_flr", buf, -ENODEV);
	int rc;

	if (IS_ERR(pbdev))
		return PTR_ERR(pbdev);

	rc = pb2_flr_request(pbdev);
	pb2_device_put(pbdev);
	if (rc)
		return refuse("do_flr", buf, rc, "not reset");

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
	NULL
};

static const struct attribute_group driver_group = {
	.attrs = driver_attrs,
};

const struct attribute_group *pb2_sysfs_driver_groups[] = {
	&driver_group,
	NULL
};

static ssize_t state_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	const struct pb2_device *pbdev = pci_get_drvdata(to_pci_dev(dev));

	return sysfs_emit(buf, "%s\n",
			  pb2_state_name(READ_ONCE(pbdev->state)));
}
static DEVICE_ATTR_RO(state);

static ssize_t last_reset_show(struct device *dev,
			       struct device_attribute *attr, char *buf)
{
	struct pb2_device *pbdev = pci_get_drvdata(to_pci_dev(dev));

	return pb2_reset_show(pbdev, buf, PAGE_SIZE);
}
static DEVICE_ATTR_RO(last_reset);

static ssize_t fault_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	struct pb2_device *pbdev = pci_get_drvdata(to_pci_dev(dev));
	int len = 0;

	mutex_lock(&pbdev->life_lock);
	if (pbdev->fault[0])
		len = sysfs_emit(buf, "%s\n", pbdev->fault);
	mutex_unlock(&pbdev->life_lock);
	return len;
}
static DEVICE_ATTR_RO(fault);

static ssize_t bus_reset_show(struct device *dev,
			      struct device_attribute *attr, char *buf)
{
	const struct pb2_device *pbdev = pci_get_drvdata(to_pci_dev(dev));

	return sysfs_emit(buf, "%d\n", !READ_ONCE(pbdev->bus_reset_off));
}

static ssize_t bus_reset_store(struct device *dev,
			       struct device_attribute *attr, const char *buf,
			       size_t count)
{
	struct pb2_device *pbdev = pci_get_drvdata(to_pci_dev(dev));
	bool on;

	if (kstrtobool(buf, &on))
		return refuse("bus_reset", buf, -EINVAL, "not 0 or 1");

	WRITE_ONCE(pbdev->bus_reset_off, !on);
	return count;
}
static DEVICE_ATTR_RW(bus_reset);

static ssize_t d3cold_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	const struct pb2_device *pbdev = pci_get_drvdata(to_pci_dev(dev));

	return sysfs_emit(buf, "%d\n", READ_ONCE(pbdev->d3cold));
}

static ssize_t d3cold_store(struct device *dev, struct device_attribute *attr,
			    const char *buf, size_t count)
{
	struct pb2_device *pbdev = pci_get_drvdata(to_pci_dev(dev));
	bool on;

	if (kstrtobool(buf, &on))
		return refuse("d3cold", buf, -EINVAL, "not 0 or 1");

	/* Unbinding removes this file with device_lock held. */
	if (!device_trylock(dev))
		return refuse("d3cold", buf, -EBUSY, "the function is busy");
	pb2_power_allow_d3cold(pbdev, on);
	device_unlock(dev);
	return count;
}
static DEVICE_ATTR_RW(d3cold);

static ssize_t access_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	struct pb2_device *pbdev = pci_get_drvdata(to_pci_dev(dev));
	int len;

	mutex_lock(&pbdev->gate.lock);
	len = pb2_access_show(pbdev, buf, PAGE_SIZE);
	mutex_unlock(&pbdev->gate.lock);
	return len;
}

static ssize_t access_store(struct device *dev, struct device_attribute *attr,
			    const char *buf, size_t count)
{
	struct pb2_device *pbdev = pci_get_drvdata(to_pci_dev(dev));
	int way = pb2_access_parse(buf);
	int rc = -EBUSY;

	if (way < 0)
		return refuse("access", buf, way, "not auto, cf8 or ecam");

	/* A reset holds the lock, and what the two ways show changes then. */
	if (!device_trylock(dev))
		return refuse("access", buf, rc, "the function is busy");
	mutex_lock(&pbdev->gate.lock);
	rc = pb2_access_choose(pbdev, way);
	mutex_unlock(&pbdev->gate.lock);
	device_unlock(dev);
	return rc ? refuse("access", buf, rc, "not possible, see pciback2/access")
		  : count;
}
static DEVICE_ATTR_RW(access);

static ssize_t handover_show(struct device *dev,
			     struct device_attribute *attr, char *buf)
{
	const struct pb2_device *pbdev = pci_get_drvdata(to_pci_dev(dev));
	int len;

	/* Unbinding it removes this file with device_lock held. */
	if (!device_trylock(dev))
		return -EBUSY;
	len = pb2_handover_show(pbdev, buf, PAGE_SIZE);
	device_unlock(dev);
	return len;
}

static ssize_t handover_store(struct device *dev,
			      struct device_attribute *attr, const char *buf,
			      size_t count)
{
	struct pb2_device *pbdev = pci_get_drvdata(to_pci_dev(dev));
	int policy = pb2_handover_parse(buf);

	if (policy < 0)
		return refuse("handover", buf, policy, "not off, stubdom or any");
	if (!device_trylock(dev))
		return refuse("handover", buf, -EBUSY, "the function is busy");
	pb2_handover_choose(pbdev, policy);
	device_unlock(dev);
	return count;
}
static DEVICE_ATTR_RW(handover);

static struct attribute *device_attrs[] = {
	&dev_attr_state.attr,
	&dev_attr_fault.attr,
	&dev_attr_last_reset.attr,
	&dev_attr_bus_reset.attr,
	&dev_attr_d3cold.attr,
	&dev_attr_access.attr,
	&dev_attr_handover.attr,
	NULL
};

static const struct attribute_group device_group = {
	.name = PB2_NAME,
	.attrs = device_attrs,
};

const struct attribute_group *pb2_sysfs_device_groups[] = {
	&device_group,
	NULL
};
