// SPDX-License-Identifier: GPL-2.0
/*
 * sysfs_device.c - attributes of a function, in its directory pciback2/
 *
 * Documentation/ABI/testing/sysfs-driver-pciback2 describes them all.
 */
#include <linux/device.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "doors.h"

static int sysfs_parse_bool(const char *attr, const char *buf, bool *on)
{
	return kstrtobool(buf, on) ?
	       pb2_sysfs_refuse(attr, buf, -EINVAL, "not 0 or 1") : 0;
}

/*
 * Unbinding removes the attributes under device_lock, and waits for their
 * users, so a store must not wait for that lock.
 */
static int sysfs_lock_device(struct device *dev, const char *attr,
			     const char *buf)
{
	return device_trylock(dev) ? 0 :
	       pb2_sysfs_refuse(attr, buf, -EBUSY, "the function is busy");
}

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

	return pb2_reset_verdict_show(pbdev, buf, PAGE_SIZE);
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
	int rc = sysfs_parse_bool("bus_reset", buf, &on);

	if (rc)
		return rc;

	WRITE_ONCE(pbdev->bus_reset_off, !on);
	return count;
}
static DEVICE_ATTR_RW(bus_reset);

static const char * const permissive_names[] = {
	[PB2_PERMISSIVE_OFF]	= "off",
	[PB2_PERMISSIVE_ONCE]	= "once",
	[PB2_PERMISSIVE_ALWAYS]	= "always",
};

static ssize_t permissive_show(struct device *dev,
			       struct device_attribute *attr, char *buf)
{
	const struct pb2_device *pbdev = pci_get_drvdata(to_pci_dev(dev));

	return sysfs_emit(buf, "%s\n",
			  permissive_names[READ_ONCE(pbdev->permissive)]);
}

static ssize_t permissive_store(struct device *dev,
				struct device_attribute *attr, const char *buf,
				size_t count)
{
	int permissive = sysfs_match_string(permissive_names, buf);

	if (permissive < 0)
		return pb2_sysfs_refuse("permissive", buf, permissive,
					"not off, once or always");
	pb2_conf_set_permissive(pci_get_drvdata(to_pci_dev(dev)), permissive);
	return count;
}
static DEVICE_ATTR_RW(permissive);

static ssize_t quirks_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	struct pb2_device *pbdev = pci_get_drvdata(to_pci_dev(dev));
	int len;

	mutex_lock(&pbdev->gate.lock);
	len = pb2_quirk_show_own(pbdev, buf, PAGE_SIZE);
	mutex_unlock(&pbdev->gate.lock);
	return len;
}

static int sysfs_keep_quirk(struct pb2_device *pbdev,
			    const struct pb2_quirk *quirk)
{
	int rc;

	mutex_lock(&pbdev->gate.lock);
	rc = pb2_conf_quirk_keep(pbdev, quirk->off, quirk->len, quirk->mask);
	mutex_unlock(&pbdev->gate.lock);
	return rc;
}

static void sysfs_drop_quirks(struct pb2_device *pbdev)
{
	mutex_lock(&pbdev->gate.lock);
	if (pbdev->conf)
		pb2_conf_quirk_free(pbdev->conf);
	mutex_unlock(&pbdev->gate.lock);
}

static ssize_t quirks_store(struct device *dev, struct device_attribute *attr,
			    const char *buf, size_t count)
{
	struct pb2_device *pbdev = pci_get_drvdata(to_pci_dev(dev));
	struct pb2_quirk quirk;
	const char *rest;
	int rc;

	if (sysfs_streq(buf, "none")) {
		sysfs_drop_quirks(pbdev);
		return count;
	}
	rest = pb2_quirk_scan_reg(skip_spaces(buf), &quirk);
	if (!rest || *rest)
		return pb2_sysfs_refuse("quirks", buf, -EINVAL,
					"not REG:SIZE:MASK or none");
	rc = sysfs_keep_quirk(pbdev, &quirk);
	if (rc)
		return pb2_sysfs_refuse("quirks", buf, rc, rc == -EINVAL ?
					"no such register" : "not added");
	return count;
}
static DEVICE_ATTR_RW(quirks);

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
	int rc = sysfs_parse_bool("d3cold", buf, &on) ?:
		 sysfs_lock_device(dev, "d3cold", buf);

	if (rc)
		return rc;
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
	int rc;

	if (way < 0)
		return pb2_sysfs_refuse("access", buf, way, "not auto, cf8 or ecam");

	/*
	 * A reset holds device_lock. During a reset, kernel accessors and the
	 * ECAM page may read different values.
	 */
	rc = sysfs_lock_device(dev, "access", buf);
	if (rc)
		return rc;
	mutex_lock(&pbdev->gate.lock);
	rc = pb2_access_choose(pbdev, way);
	mutex_unlock(&pbdev->gate.lock);
	device_unlock(dev);
	return rc ? pb2_sysfs_refuse("access", buf, rc, "not possible, see pciback2/access")
		  : count;
}
static DEVICE_ATTR_RW(access);

static ssize_t handover_show(struct device *dev,
			     struct device_attribute *attr, char *buf)
{
	const struct pb2_device *pbdev = pci_get_drvdata(to_pci_dev(dev));
	int len;

	/* As in sysfs_lock_device(), this must not wait. */
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
	int rc;

	if (policy < 0)
		return pb2_sysfs_refuse("handover", buf, policy, "not off, stubdom or any");
	rc = sysfs_lock_device(dev, "handover", buf);
	if (rc)
		return rc;
	pb2_handover_choose(pbdev, policy);
	device_unlock(dev);
	return count;
}
static DEVICE_ATTR_RW(handover);

static ssize_t poll_us_show(struct device *dev,
			    struct device_attribute *attr, char *buf)
{
	return pb2_poll_show(pci_get_drvdata(to_pci_dev(dev)), buf, PAGE_SIZE);
}

static ssize_t poll_us_store(struct device *dev,
			     struct device_attribute *attr, const char *buf,
			     size_t count)
{
	struct pb2_device *pbdev = pci_get_drvdata(to_pci_dev(dev));
	int rc, us;

	rc = pb2_poll_parse(buf, &us);
	if (rc)
		return pb2_sysfs_refuse("poll_us", buf, rc,
					"not 0 to 1000 or default");
	WRITE_ONCE(pbdev->poll_us, us);
	return count;
}
static DEVICE_ATTR_RW(poll_us);

static ssize_t guest_reset_show(struct device *dev,
				struct device_attribute *attr, char *buf)
{
	return pb2_guest_reset_show(pci_get_drvdata(to_pci_dev(dev)), buf,
				 PAGE_SIZE);
}

static ssize_t guest_reset_store(struct device *dev,
				 struct device_attribute *attr,
				 const char *buf, size_t count)
{
	bool on;
	int rc = sysfs_parse_bool("guest_reset", buf, &on);

	if (rc)
		return rc;
	pb2_guest_reset_allow(pci_get_drvdata(to_pci_dev(dev)), on);
	return count;
}
static DEVICE_ATTR_RW(guest_reset);

static ssize_t iommu_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	return pb2_iommu_show(buf, PAGE_SIZE);
}
static DEVICE_ATTR_RO(iommu);

static ssize_t backend_domid_show(struct device *dev,
				  struct device_attribute *attr, char *buf)
{
	return pb2_virtio_show(pci_get_drvdata(to_pci_dev(dev)), buf,
			       PAGE_SIZE);
}

static ssize_t backend_domid_store(struct device *dev,
				   struct device_attribute *attr,
				   const char *buf, size_t count)
{
	struct pb2_device *pbdev = pci_get_drvdata(to_pci_dev(dev));
	int domid = pb2_virtio_parse(buf);
	int rc;

	if (domid < 0)
		return pb2_sysfs_refuse("backend_domid", buf, domid,
					"not none or the ID of a domain");
	rc = sysfs_lock_device(dev, "backend_domid", buf);
	if (rc)
		return rc;
	rc = pb2_virtio_set(pbdev, domid);
	device_unlock(dev);
	if (rc)
		return pb2_sysfs_refuse("backend_domid", buf, rc,
					rc == -EBUSY ? "in a domain, or failed" :
						       "not shown to any guest");
	return count;
}
static DEVICE_ATTR_RW(backend_domid);

static struct attribute *device_attrs[] = {
	&dev_attr_state.attr,
	&dev_attr_fault.attr,
	&dev_attr_last_reset.attr,
	&dev_attr_bus_reset.attr,
	&dev_attr_permissive.attr,
	&dev_attr_quirks.attr,
	&dev_attr_d3cold.attr,
	&dev_attr_access.attr,
	&dev_attr_handover.attr,
	&dev_attr_poll_us.attr,
	&dev_attr_guest_reset.attr,
	&dev_attr_iommu.attr,
	&dev_attr_backend_domid.attr,
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
