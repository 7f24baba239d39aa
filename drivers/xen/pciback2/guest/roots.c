// SPDX-License-Identifier: GPL-2.0
/*
 * roots.c - the root buses of a guest, which its frontend reads from xenstore
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "guest.h"

/* Room for a segment and a bus number, as in 0000:00 */
#define ROOTS_VAL_LEN	16

/**
 * struct roots - root buses of a guest, each of them once
 * @nr: number of root buses
 * @buses: PCI segment and bus number of each
 */
struct roots {
	unsigned int nr;
	struct {
		u16 domain;
		u8 bus;
	} buses[PB2_NODES_MAX];
};

static bool roots_has_bus(const struct roots *roots,
			  const struct pb2_sbdf *vsbdf)
{
	unsigned int i;

	for (i = 0; i < roots->nr; i++)
		if (roots->buses[i].domain == vsbdf->domain &&
		    roots->buses[i].bus == vsbdf->bus)
			return true;

	return false;
}

static int roots_add_bus(struct roots *roots, const struct pb2_sbdf *vsbdf)
{
	if (roots_has_bus(roots, vsbdf))
		return 0;
	if (roots->nr == PB2_NODES_MAX)
		return -ENOSPC;

	roots->buses[roots->nr].domain = vsbdf->domain;
	roots->buses[roots->nr].bus = vsbdf->bus;
	roots->nr++;
	return 0;
}

static int roots_collect_buses(struct pb2_frontend *fe, struct roots *roots)
{
	struct pb2_export *export;
	int rc = 0;

	mutex_lock(&fe->lock);
	list_for_each_entry(export, &fe->exports, link) {
		if (!fe->topology->is_root(fe, export))
			continue;
		rc = roots_add_bus(roots, &export->vsbdf);
		if (rc)
			break;
	}
	mutex_unlock(&fe->lock);

	return rc;
}

static void roots_format_bus(const struct roots *roots, unsigned int i,
			     char val[ROOTS_VAL_LEN])
{
	snprintf(val, ROOTS_VAL_LEN, "%04x:%02x", roots->buses[i].domain,
		 roots->buses[i].bus);
}

static void roots_drop_bus(struct roots *roots, const char *published)
{
	char val[ROOTS_VAL_LEN];
	unsigned int i;

	for (i = 0; i < roots->nr; i++) {
		roots_format_bus(roots, i, val);
		if (!strcmp(published, val)) {
			roots->buses[i] = roots->buses[--roots->nr];
			return;
		}
	}
}

/* Drops the root buses from @roots that xenstore has already. */
static int roots_drop_published(struct pb2_frontend *fe, unsigned int nr,
				struct roots *roots)
{
	unsigned int i;
	char *str;

	for (i = 0; i < nr; i++) {
		str = pb2_nodes_read_at(fe, "root", i);
		if (IS_ERR(str))
			return PTR_ERR(str);
		roots_drop_bus(roots, str);
		kfree(str);
	}

	return 0;
}

/* Writes @roots behind the @nr root buses that xenstore has already. */
static int roots_write_buses(struct pb2_frontend *fe, unsigned int nr,
			     const struct roots *roots)
{
	char val[ROOTS_VAL_LEN];
	unsigned int i;
	int rc;

	if (nr + roots->nr > PB2_NODES_MAX)
		return -ENOSPC;

	for (i = 0; i < roots->nr; i++) {
		roots_format_bus(roots, i, val);
		rc = pb2_nodes_write_at(fe, "root", nr + i, val);
		if (rc)
			return rc;
	}

	/* The guest reads as many nodes as the number says, so it comes last. */
	return pb2_nodes_set_count(fe, "root_num", nr + roots->nr);
}

/**
 * pb2_roots_publish() - tell the guest which root buses it has
 * @fe: the frontend
 *
 * A published root bus stays published, because guests do not remove any.
 *
 * Context: process context, may sleep. Takes pb2_frontend.lock and releases it
 * before the first xenstore access.
 * Return: 0; -ENOMEM without memory, -ENOSPC if there are more than
 * %PB2_NODES_MAX root buses; -EINVAL if the published number is not a number,
 * -ERANGE if it is larger than %PB2_NODES_MAX, -ENOENT if a published root bus
 * has no node; or the errno of the xenstore access.
 */
int pb2_roots_publish(struct pb2_frontend *fe)
{
	struct roots *roots;
	unsigned int nr;
	int rc;

	roots = kzalloc(sizeof(*roots), GFP_KERNEL);
	if (!roots)
		return -ENOMEM;

	rc = roots_collect_buses(fe, roots);
	if (rc)
		goto out;

	rc = pb2_nodes_count(fe, "root_num", &nr);
	if (rc == -ENOENT)
		nr = 0;
	else if (rc)
		goto out;

	rc = roots_drop_published(fe, nr, roots);
	if (!rc && roots->nr)
		rc = roots_write_buses(fe, nr, roots);
out:
	kfree(roots);
	return rc;
}
