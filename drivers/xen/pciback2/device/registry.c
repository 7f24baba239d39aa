// SPDX-License-Identifier: GPL-2.0
/*
 * registry.c - all seized functions
 */
#include <linux/err.h>
#include <linux/list.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "device.h"

static LIST_HEAD(registry);
static DEFINE_SPINLOCK(registry_lock);

/**
 * struct registry_snapshot - the registry at one moment
 * @nr: length of @pbdevs
 * @pbdevs: the seized functions, each with a reference
 */
struct registry_snapshot {
	unsigned int nr;
	struct pb2_device *pbdevs[];
};

/**
 * pb2_registry_add() - add a seized function
 * @pbdev: the function; the caller's reference becomes the registry's
 *
 * Context: any, except interrupt.
 */
void pb2_registry_add(struct pb2_device *pbdev)
{
	spin_lock(&registry_lock);
	list_add_tail(&pbdev->link, &registry);
	spin_unlock(&registry_lock);
}

/**
 * pb2_registry_del() - remove a function
 * @pbdev: the function; the registry's reference becomes the caller's
 *
 * Context: any, except interrupt.
 */
void pb2_registry_del(struct pb2_device *pbdev)
{
	spin_lock(&registry_lock);
	list_del_init(&pbdev->link);
	spin_unlock(&registry_lock);
}

static bool registry_is_address_same(const struct pb2_device *pbdev,
				     const void *sbdf)
{
	return pb2_sbdf_equal(&pbdev->sbdf, sbdf);
}

static bool registry_is_pdev_same(const struct pb2_device *pbdev,
				  const void *pdev)
{
	return pbdev->pdev == pdev;
}

static struct pb2_device *
registry_find_match(bool (*is_same)(const struct pb2_device *pbdev,
				    const void *key), const void *key)
{
	struct pb2_device *pbdev, *found = NULL;

	spin_lock(&registry_lock);
	list_for_each_entry(pbdev, &registry, link) {
		if (is_same(pbdev, key)) {
			pb2_device_get(pbdev);
			found = pbdev;
			break;
		}
	}
	spin_unlock(&registry_lock);

	return found;
}

/**
 * pb2_registry_find() - find a seized function by its address
 * @sbdf: the address
 *
 * Context: any, except interrupt.
 * Return: the function with a reference for the caller, or %NULL if none is
 * seized at that address.
 */
struct pb2_device *pb2_registry_find(const struct pb2_sbdf *sbdf)
{
	return registry_find_match(registry_is_address_same, sbdf);
}

/**
 * pb2_registry_find_pdev() - find a seized function by its PCI device
 * @pdev: the PCI device
 *
 * Context: any, except interrupt.
 * Return: the function with a reference for the caller, or %NULL if it is not
 * seized.
 */
struct pb2_device *pb2_registry_find_pdev(const struct pci_dev *pdev)
{
	return registry_find_match(registry_is_pdev_same, pdev);
}

static unsigned int registry_count_all(void)
{
	struct pb2_device *pbdev;
	unsigned int nr = 0;

	spin_lock(&registry_lock);
	list_for_each_entry(pbdev, &registry, link)
		nr++;
	spin_unlock(&registry_lock);

	return nr;
}

/* The snapshot may lack a function that is added while this runs. */
static struct registry_snapshot *registry_take_snapshot(void)
{
	unsigned int max = registry_count_all();
	struct pb2_device *pbdev;
	struct registry_snapshot *snap;

	snap = kzalloc(struct_size(snap, pbdevs, max), GFP_KERNEL);
	if (!snap)
		return NULL;

	spin_lock(&registry_lock);
	list_for_each_entry(pbdev, &registry, link) {
		if (snap->nr == max)
			break;
		pb2_device_get(pbdev);
		snap->pbdevs[snap->nr++] = pbdev;
	}
	spin_unlock(&registry_lock);

	return snap;
}

static void registry_drop_snapshot(struct registry_snapshot *snap)
{
	unsigned int i;

	for (i = 0; i < snap->nr; i++)
		pb2_device_put(snap->pbdevs[i]);
	kfree(snap);
}

/**
 * pb2_registry_each() - call a function for every seized function
 * @visit: called under the registry's spinlock; must neither sleep nor drop
 *	the last reference
 *
 * Context: any, except interrupt.
 */
void pb2_registry_each(void (*visit)(struct pb2_device *pbdev))
{
	struct pb2_device *pbdev;

	spin_lock(&registry_lock);
	list_for_each_entry(pbdev, &registry, link)
		visit(pbdev);
	spin_unlock(&registry_lock);
}

/**
 * pb2_registry_each_vf() - call a function for every seized VF of a PF
 * @pf: the PF
 * @visit: called with no lock held; may sleep. A VF that is seized meanwhile may
 *	be left out, and a VF that is released meanwhile may still be visited.
 *
 * If there is no memory, a message is logged and no VF is visited.
 *
 * Context: may sleep.
 */
void pb2_registry_each_vf(struct pci_dev *pf,
			  void (*visit)(struct pb2_device *vf))
{
	struct registry_snapshot *snap = registry_take_snapshot();
	struct pci_dev *pdev;
	unsigned int i;

	if (!snap) {
		pci_warn(pf, "no memory to look for its virtual functions\n");
		return;
	}
	for (i = 0; i < snap->nr; i++) {
		pdev = snap->pbdevs[i]->pdev;
		if (pdev->is_virtfn && pci_physfn(pdev) == pf)
			visit(snap->pbdevs[i]);
	}
	registry_drop_snapshot(snap);
}

/* Cuts a full buffer after its last complete line; returns the new length. */
static size_t registry_cut_line(char *buf, size_t count)
{
	while (count && buf[count - 1] != '\n')
		count--;
	buf[count] = '\0';

	return count;
}

/**
 * pb2_registry_show() - print lines about every seized function
 * @buf: destination
 * @size: size of @buf in bytes, not 0; lines that do not fit are left out
 * @show: prints lines about one function into a buffer of the given size, and
 *	returns an errno or the number of characters, either written (as
 *	scnprintf()) or needed (as snprintf()). Called with no lock held; may
 *	sleep and take any lock of the function.
 *
 * Context: may sleep.
 * Return: the number of characters written, less than @size; -ENOMEM if there is
 * no memory for the list of functions; or the first errno of @show.
 */
int pb2_registry_show(char *buf, size_t size,
		      int (*show)(struct pb2_device *pbdev, char *buf,
				  size_t size))
{
	struct registry_snapshot *snap;
	size_t count = 0;
	unsigned int i;
	int rc = 0;

	snap = registry_take_snapshot();
	if (!snap)
		return -ENOMEM;

	buf[0] = '\0';
	for (i = 0; i < snap->nr; i++) {
		rc = show(snap->pbdevs[i], buf + count, size - count);
		if (rc < 0)
			break;
		count += rc;
		if (count >= size - 1) {
			count = registry_cut_line(buf, strnlen(buf, size - 1));
			break;
		}
	}
	registry_drop_snapshot(snap);

	return rc < 0 ? rc : count;
}
