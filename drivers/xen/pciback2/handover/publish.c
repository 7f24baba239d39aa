// SPDX-License-Identifier: GPL-2.0
/*
 * publish.c - nodes about a function in the backend's xenstore directory
 *
 * The nodes stand under the function's virtual address, the only address that
 * the domain knows. They do not stand under an index, because libxl renumbers
 * its own nodes only.
 */
#include <linux/kernel.h>

#include "../host/xen_iface.h"
#include "handover.h"

#define KEY_LEN		40

static void publish_format_page(const struct pb2_sbdf *vsbdf, char *key,
				size_t size, const char *leaf)
{
	snprintf(key, size, PB2_NAME "/" PB2_SBDF_NODE_FMT "/ecam%s",
		 PB2_SBDF_ARGS(vsbdf), leaf);
}

/**
 * pb2_publish_page() - publish the address of a function's ECAM page
 * @dir: the backend's directory in xenstore
 * @vsbdf: the function's virtual address
 * @address: physical address of the page, which is 4 KiB
 *
 * Context: may sleep.
 * Return: 0, -ENOENT if the directory does not exist any more, or an errno of
 * xenstore.
 */
int pb2_publish_page(const char *dir, const struct pb2_sbdf *vsbdf,
		     u64 address)
{
	char access[KEY_LEN], size[KEY_LEN], start[KEY_LEN], val[20];
	const struct pb2_xen_node nodes[] = {
		{ access,	"r" },
		{ size,		"0x1000" },
		{ start,	val },
	};

	publish_format_page(vsbdf, access, sizeof(access), "/access");
	publish_format_page(vsbdf, size, sizeof(size), "/size");
	publish_format_page(vsbdf, start, sizeof(start), "/address");
	snprintf(val, sizeof(val), "0x%llx", address);

	return pb2_xen_publish(dir, nodes, ARRAY_SIZE(nodes));
}

/**
 * pb2_publish_withdraw_page() - undo pb2_publish_page()
 * @dir: the backend's directory in xenstore, which may not exist any more
 * @vsbdf: the function's virtual address
 *
 * Context: may sleep.
 */
void pb2_publish_withdraw_page(const char *dir, const struct pb2_sbdf *vsbdf)
{
	char key[KEY_LEN];

	publish_format_page(vsbdf, key, sizeof(key), "");
	pb2_xen_rm(dir, key);
}

static void publish_format_virtio(const struct pb2_sbdf *vsbdf, char *key,
				  size_t size)
{
	snprintf(key, size, PB2_NAME "/" PB2_SBDF_NODE_FMT "/backend-domid",
		 PB2_SBDF_ARGS(vsbdf));
}

static int publish_write_virtio(const char *dir, const struct pb2_sbdf *vsbdf,
				domid_t domid)
{
	char key[KEY_LEN], val[KEY_LEN];
	const struct pb2_xen_node node = { key, val };

	publish_format_virtio(vsbdf, key, sizeof(key));
	snprintf(val, sizeof(val), "%u", domid);

	return pb2_xen_publish(dir, &node, 1);
}

/**
 * pb2_publish_virtio() - publish the virtio backend domain of a function
 * @pbdev: the function; nothing happens if it has no virtio backend domain
 * @dir: the backend's directory in xenstore
 * @vsbdf: the function's virtual address
 *
 * A failure is only logged: the guest still has the capability.
 *
 * Context: device_lock held, may sleep.
 */
void pb2_publish_virtio(struct pb2_device *pbdev, const char *dir,
			const struct pb2_sbdf *vsbdf)
{
	domid_t domid;
	int rc;

	device_lock_assert(&pbdev->pdev->dev);

	domid = pb2_conf_virtio_get(pbdev);
	if (domid == DOMID_INVALID)
		return;
	rc = publish_write_virtio(dir, vsbdf, domid);
	if (rc)
		pci_warn(pbdev->pdev, "its backend is not named in xenstore: error %d\n",
			 rc);
}

/**
 * pb2_publish_withdraw_virtio() - undo pb2_publish_virtio()
 * @pbdev: the function; nothing happens if it has no virtio backend domain
 * @dir: the backend's directory in xenstore, which may not exist any more
 * @vsbdf: the function's virtual address
 *
 * Context: device_lock held, may sleep.
 */
void pb2_publish_withdraw_virtio(struct pb2_device *pbdev, const char *dir,
				 const struct pb2_sbdf *vsbdf)
{
	char key[KEY_LEN];

	device_lock_assert(&pbdev->pdev->dev);

	if (pb2_conf_virtio_get(pbdev) == DOMID_INVALID)
		return;
	publish_format_virtio(vsbdf, key, sizeof(key));
	pb2_xen_rm(dir, key);
}
