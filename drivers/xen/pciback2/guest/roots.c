// SPDX-License-Identifier: GPL-2.0
/*
 * The root buses of a guest, as its frontend finds them in xenstore
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../host/xen_iface.h"
#include "guest.h"

#define KEY_LEN		40

/**
 * struct roots - root buses of a guest, each once
 * @nr: how many
 * @buses: PCI segment and bus number of each
 */
struct roots {
	unsigned int nr;
	struct {
		u16 domain;
		u8 bus;
	} buses[PB2_NODES_MAX];
};

static bool has_root(const struct roots *roots, const struct pb2_sbdf *vsbdf)
{
	unsigned int i;

	for (i = 0; i < roots->nr; i++)
		if (roots->buses[i].domain == vsbdf->domain &&
		    roots->buses[i].bus == vsbdf->bus)
			return true;

	return false;
}

static int collect_roots(struct pb2_frontend *fe, struct roots *roots)
{
	struct pb2_export *export;
	int rc = 0;

	mutex_lock(&fe->lock);
	list_for_each_entry(export, &fe->exports, link) {
		if (!fe->topology->is_root(fe, export) ||
		    has_root(roots, &export->vsbdf))
			continue;
		if (roots->nr == PB2_NODES_MAX) {
			rc = -ENOSPC;
			break;
		}
		roots->buses[roots->nr].domain = export->vsbdf.domain;
		roots->buses[roots->nr].bus = export->vsbdf.bus;
		roots->nr++;
	}
	mutex_unlock(&fe->lock);

	return rc;
}

static void format_root(const struct roots *roots, unsigned int i, char *val,
			size_t size)
{
	snprintf(val, size, "%04x:%02x", roots->buses[i].domain,
		 roots->buses[i].bus);
}

/* Takes those that are published already out of @roots. */
static int drop_published(struct pb2_frontend *fe, unsigned int nr,
			  struct roots *roots)
{
	char key[KEY_LEN], val[KEY_LEN];
	unsigned int i, j;
	char *str;

	for (i = 0; i < nr; i++) {
		snprintf(key, sizeof(key), "root-%u", i);
		str = pb2_xen_read(fe->xdev->nodename, key);
		if (IS_ERR(str))
			return PTR_ERR(str);
		for (j = 0; j < roots->nr; j++) {
			format_root(roots, j, val, sizeof(val));
			if (!strcmp(str, val)) {
				roots->buses[j] = roots->buses[--roots->nr];
				break;
			}
		}
		kfree(str);
	}

	return 0;
}

static int write_roots(struct pb2_frontend *fe, unsigned int nr,
		       const struct roots *roots)
{
	char key[KEY_LEN], val[KEY_LEN];
	unsigned int i;
	int rc;

	if (nr + roots->nr > PB2_NODES_MAX)
		return -ENOSPC;

	for (i = 0; i < roots->nr; i++) {
		snprintf(key, sizeof(key), "root-%u", nr + i);
		format_root(roots, i, val, sizeof(val));
		rc = pb2_xen_write(fe->xdev->nodename, key, val);
		if (rc)
			return rc;
	}

	/* Last, since the guest believes it. */
	snprintf(val, sizeof(val), "%u", nr + roots->nr);
	return pb2_xen_write(fe->xdev->nodename, "root_num", val);
}

/**
 * pb2_roots_publish() - tell the guest which root buses it has
 * @fe: the frontend
 *
 * A root bus that is published stays so, as guests do not remove any.
 *
 * Context: Process context. Sleeps. Takes pb2_frontend.lock, and lets it go
 * before it goes to xenstore.
 * Return: 0, -ENOMEM, -ENOSPC when there are more than 256, -EINVAL, -ERANGE
 * or -ENOENT when what is published makes no sense, or an errno of xenstore.
 */
int pb2_roots_publish(struct pb2_frontend *fe)
{
	struct roots *roots;
	unsigned int nr;
	int rc;

	roots = kzalloc(sizeof(*roots), GFP_KERNEL);
	if (!roots)
		return -ENOMEM;

	rc = collect_roots(fe, roots);
	if (rc)
		goto out;

	rc = pb2_nodes_count(fe, "root_num", &nr);
	if (rc == -ENOENT)
		nr = 0;
	else if (rc)
		goto out;

	rc = drop_published(fe, nr, roots);
	if (!rc && roots->nr)
		rc = write_roots(fe, nr, roots);
out:
	kfree(roots);
	return rc;
}
