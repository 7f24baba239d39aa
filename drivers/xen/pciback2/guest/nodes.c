// SPDX-License-Identifier: GPL-2.0
/*
 * nodes.c - the xenstore nodes of the backend's and the frontend's directory
 *
 * The toolstack and the driver write the backend's directory, which the guest
 * reads. The guest writes the frontend's directory.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/ratelimit.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../host/xen_iface.h"
#include "guest.h"

/* Longest part of a bad value that a log message quotes */
#define NODES_QUOTE_LEN	32
/* Room for the longest key or value that this file formats */
#define NODES_TEXT_LEN	40

/* The guest decides how often its nodes are read. */
__printf(2, 3)
static void nodes_warn(struct pb2_frontend *fe, const char *fmt, ...)
{
	struct va_format vaf = { .fmt = fmt };
	va_list args;

	if (!__ratelimit(&fe->warnings))
		return;
	va_start(args, fmt);
	vaf.va = &args;
	dev_warn(&fe->xdev->dev, "domain %u: xenstore key %pV", fe->domid,
		 &vaf);
	va_end(args);
}

static void nodes_warn_value(struct pb2_frontend *fe, const char *key,
			     const char *val, const char *reason)
{
	nodes_warn(fe, "%s is \"%*pE\": %s\n", key,
		   (int)min_t(size_t, strlen(val), NODES_QUOTE_LEN), val,
		   reason);
}

/* Takes @str, the value of the node or an ERR_PTR(), and frees it. */
static int nodes_parse_uint(struct pb2_frontend *fe, const char *key, char *str,
			    unsigned int *val)
{
	int rc;

	if (IS_ERR(str))
		return PTR_ERR(str);

	rc = kstrtouint(str, 10, val);
	if (rc) {
		nodes_warn_value(fe, key, str,
				 "not a decimal number of 32 bits");
		rc = -EINVAL;
	}
	kfree(str);

	return rc;
}

/* Does not create a directory that the toolstack has removed. */
static int nodes_write(struct pb2_frontend *fe, const char *key,
		       const char *val)
{
	const struct pb2_xen_node node = { key, val };

	return pb2_xen_publish(fe->xdev->nodename, &node, 1);
}

static void nodes_format_key(char key[NODES_TEXT_LEN], const char *name,
			     unsigned int i)
{
	snprintf(key, NODES_TEXT_LEN, "%s-%u", name, i);
}

/**
 * pb2_nodes_read_at() - read a node with an index from the backend's directory
 * @fe: the frontend
 * @name: name of the node without its index
 * @i: index of the node
 *
 * Context: process context, may sleep; not under pb2_frontend.lock.
 * Return: the value, which the caller frees with kfree(); ERR_PTR(-ENOENT) if
 * there is no such node, or the errno of the xenstore access.
 */
char *pb2_nodes_read_at(struct pb2_frontend *fe, const char *name,
			unsigned int i)
{
	char key[NODES_TEXT_LEN];

	nodes_format_key(key, name, i);
	return pb2_xen_read(fe->xdev->nodename, key);
}

/**
 * pb2_nodes_write_at() - write a node with an index to the backend's directory
 * @fe: the frontend
 * @name: name of the node without its index
 * @i: index of the node
 * @val: value to write
 *
 * Context: process context, may sleep; not under pb2_frontend.lock.
 * Return: 0; -ENOENT if the backend's directory is gone, or another errno of
 * the xenstore access.
 */
int pb2_nodes_write_at(struct pb2_frontend *fe, const char *name,
		       unsigned int i, const char *val)
{
	char key[NODES_TEXT_LEN];

	nodes_format_key(key, name, i);
	return nodes_write(fe, key, val);
}

/* As pb2_nodes_count(), of what was read already. */
static int nodes_parse_count(struct pb2_frontend *fe, const char *key,
			     char *str, unsigned int *nr)
{
	int rc = nodes_parse_uint(fe, key, str, nr);

	if (rc)
		return rc;
	if (*nr > PB2_NODES_MAX) {
		nodes_warn(fe, "%s is %u, more than %u\n", key, *nr,
			   PB2_NODES_MAX);
		return -ERANGE;
	}

	return 0;
}

/**
 * pb2_nodes_count() - read how many nodes with an index there are
 * @fe: the frontend
 * @key: node in the backend's directory that holds the number
 * @nr: where the number goes, 0 to %PB2_NODES_MAX; undefined on failure
 *
 * Logs a value that is no such number.
 *
 * Context: process context, may sleep; not under pb2_frontend.lock.
 * Return: 0; -ENOENT if there is no such node, -EINVAL if it does not hold a
 * number, -ERANGE if the number is too large, or the errno of the xenstore
 * access.
 */
int pb2_nodes_count(struct pb2_frontend *fe, const char *key, unsigned int *nr)
{
	return nodes_parse_count(fe, key, pb2_xen_read(fe->xdev->nodename, key),
				 nr);
}

/**
 * pb2_nodes_set_count() - write how many nodes with an index there are
 * @fe: the frontend
 * @key: node in the backend's directory that holds the number
 * @nr: the number
 *
 * Context: process context, may sleep; not under pb2_frontend.lock.
 * Return: 0, or the errno of the xenstore access.
 */
int pb2_nodes_set_count(struct pb2_frontend *fe, const char *key,
			unsigned int nr)
{
	char val[NODES_TEXT_LEN];

	snprintf(val, sizeof(val), "%u", nr);
	return nodes_write(fe, key, val);
}

static void nodes_clear_list(struct pb2_nodes_list *list)
{
	unsigned int i;

	for (i = 0; list->entries && i < list->nr; i++)
		kfree(list->entries[i].dev);
	kvfree(list->entries);
	list->entries = NULL;
	list->nr = 0;
}

/* Returns %NULL instead of -ENOENT. */
static char *nodes_collect_node(struct xenbus_transaction xbt,
				const struct pb2_nodes_list *list,
				const char *name, unsigned int i)
{
	char key[NODES_TEXT_LEN];
	char *str;

	nodes_format_key(key, name, i);
	str = pb2_xen_read_within(xbt, list->fe->xdev->nodename, key);
	return str == ERR_PTR(-ENOENT) ? NULL : str;
}

static int nodes_collect_entry(struct xenbus_transaction xbt,
			       struct pb2_nodes_list *list, unsigned int i)
{
	struct pb2_nodes_entry *entry = &list->entries[i];
	unsigned int state;
	char *str;

	str = nodes_collect_node(xbt, list, "dev", i);
	if (IS_ERR(str))
		return PTR_ERR(str);
	entry->dev = str;
	entry->rc = str ? pb2_sbdf_parse(str, &entry->sbdf) : -ENOENT;

	str = nodes_collect_node(xbt, list, "state", i);
	if (IS_ERR(str))
		return PTR_ERR(str);
	entry->substate = XenbusStateUnknown;
	if (str && !kstrtouint(str, 10, &state) &&
	    state <= XenbusStateReconfigured)
		entry->substate = state;
	kfree(str);
	return 0;
}

static int nodes_collect_list(struct xenbus_transaction xbt, void *arg)
{
	struct pb2_nodes_list *list = arg;
	unsigned int i, nr;
	char *str;
	int rc;

	/* A former attempt may have met a concurrent write. */
	nodes_clear_list(list);
	str = pb2_xen_read_within(xbt, list->fe->xdev->nodename, "num_devs");
	rc = nodes_parse_count(list->fe, "num_devs", str, &nr);
	if (rc)
		return rc;

	list->entries = kvcalloc(nr, sizeof(*list->entries), GFP_KERNEL);
	if (!list->entries)
		return -ENOMEM;
	list->nr = nr;
	for (i = 0; i < nr && !rc; i++)
		rc = nodes_collect_entry(xbt, list, i);
	return rc;
}

/**
 * pb2_nodes_read_list() - read the toolstack's device list
 * @fe: the frontend
 * @list: where the list goes; the caller frees it with pb2_nodes_free_list(),
 *	also after a failure
 *
 * The toolstack may renumber the entries at any time, so all nodes are read in
 * one transaction: the list is that of one moment.
 *
 * Context: process context, may sleep; not under pb2_frontend.lock.
 * Return: 0; -ENOENT if the toolstack has not written its list yet, -EINVAL if
 * the number of entries is not a number, -ERANGE if it is larger than
 * %PB2_NODES_MAX; -ENOMEM without memory; or the errno of pb2_xen_transact().
 */
int pb2_nodes_read_list(struct pb2_frontend *fe, struct pb2_nodes_list *list)
{
	*list = (struct pb2_nodes_list) { .fe = fe };
	return pb2_xen_transact(nodes_collect_list, list);
}

/**
 * pb2_nodes_free_list() - free what pb2_nodes_read_list() has read
 * @list: the list
 *
 * Context: process context.
 */
void pb2_nodes_free_list(struct pb2_nodes_list *list)
{
	nodes_clear_list(list);
}

/* Writes nodes of an entry, if the entry is still that of the same function. */
static int nodes_write_entry(const struct pb2_nodes_list *list, unsigned int i,
			     const struct pb2_xen_node *nodes, unsigned int nr)
{
	char key[NODES_TEXT_LEN];
	const struct pb2_xen_node guard = { key, list->entries[i].dev };

	nodes_format_key(key, "dev", i);
	return pb2_xen_publish_if(list->fe->xdev->nodename, &guard, nodes, nr);
}

/**
 * pb2_nodes_set_substate() - write the substate of one entry of the device list
 * @list: the list
 * @i: index of the entry
 * @state: substate to write
 *
 * Context: process context, may sleep; not under pb2_frontend.lock.
 * Return: 0; -ESTALE if the entry has moved, and nothing was written; or
 * another errno of pb2_xen_publish_if().
 */
int pb2_nodes_set_substate(const struct pb2_nodes_list *list, unsigned int i,
			   enum xenbus_state state)
{
	char key[NODES_TEXT_LEN], val[12];
	const struct pb2_xen_node node = { key, val };

	nodes_format_key(key, "state", i);
	snprintf(val, sizeof(val), "%d", state);
	return nodes_write_entry(list, i, &node, 1);
}

/**
 * pb2_nodes_publish_vdev() - tell the guest the virtual address of a function
 * @list: the list
 * @i: index of the function's entry
 * @vsbdf: the virtual address
 *
 * Writes the substate Initialised as well.
 *
 * Context: process context, may sleep; not under pb2_frontend.lock.
 * Return: as pb2_nodes_set_substate().
 */
int pb2_nodes_publish_vdev(const struct pb2_nodes_list *list, unsigned int i,
			   const struct pb2_sbdf *vsbdf)
{
	char key[NODES_TEXT_LEN], state_key[NODES_TEXT_LEN];
	char val[NODES_TEXT_LEN], state[12];
	const struct pb2_xen_node nodes[] = {
		{ key, val },
		{ state_key, state },
	};

	nodes_format_key(key, "vdev", i);
	nodes_format_key(state_key, "state", i);
	snprintf(state, sizeof(state), "%d", XenbusStateInitialised);
	/* The PV protocol writes the function number with two digits. */
	snprintf(val, sizeof(val), "%04x:%02x:%02x.%02x", vsbdf->domain,
		 vsbdf->bus, PCI_SLOT(vsbdf->devfn), PCI_FUNC(vsbdf->devfn));
	return nodes_write_entry(list, i, nodes, ARRAY_SIZE(nodes));
}

/**
 * pb2_nodes_warn_dev() - log an entry that does not hold an address
 * @list: the list
 * @i: index of the entry
 *
 * Context: process context.
 */
void pb2_nodes_warn_dev(const struct pb2_nodes_list *list, unsigned int i)
{
	char key[NODES_TEXT_LEN];

	nodes_format_key(key, "dev", i);
	nodes_warn_value(list->fe, key, list->entries[i].dev ?: "",
			 "not the address of a function");
}

/*
 * The key holds the real address and no index, because the toolstack renumbers
 * its own keys only.
 */
static void nodes_format_reason(const struct pb2_sbdf *sbdf, char *key,
				size_t size)
{
	snprintf(key, size, PB2_NAME "/error/" PB2_SBDF_NODE_FMT,
		 PB2_SBDF_ARGS(sbdf));
}

/**
 * pb2_nodes_refuse() - tell the toolstack why a function is not assigned
 * @list: the list
 * @i: index of the function's entry
 * @reason: one line for a human
 *
 * Writes the substate Closed as well. An entry that holds no address gets no
 * reason, because the node of the reason has the address for its name.
 *
 * Context: process context, may sleep; not under pb2_frontend.lock.
 * Return: as pb2_nodes_set_substate().
 */
int pb2_nodes_refuse(const struct pb2_nodes_list *list, unsigned int i,
		     const char *reason)
{
	const struct pb2_nodes_entry *entry = &list->entries[i];
	char key[NODES_TEXT_LEN], state_key[NODES_TEXT_LEN], state[12];
	const struct pb2_xen_node nodes[] = {
		{ state_key, state },
		{ key, reason },
	};

	nodes_format_key(state_key, "state", i);
	snprintf(state, sizeof(state), "%d", XenbusStateClosed);
	if (!entry->rc)
		nodes_format_reason(&entry->sbdf, key, sizeof(key));
	return nodes_write_entry(list, i, nodes, entry->rc ? 1 : 2);
}

/**
 * pb2_nodes_clear_reason() - remove the reason that pb2_nodes_refuse() gave
 * @fe: the frontend
 * @sbdf: real address of the function
 *
 * Context: process context, may sleep; not under pb2_frontend.lock.
 */
void pb2_nodes_clear_reason(struct pb2_frontend *fe,
			    const struct pb2_sbdf *sbdf)
{
	char key[NODES_TEXT_LEN];

	nodes_format_reason(sbdf, key, sizeof(key));
	pb2_xen_rm(fe->xdev->nodename, key);
}

/**
 * pb2_nodes_ring() - read where the guest has put its ring
 * @fe: the frontend
 * @gref: where the grant reference of the shared page goes; undefined on
 *	failure
 * @port: where the guest's event channel port goes; undefined on failure
 *
 * Logs a value that is not what it should be.
 *
 * Context: process context, may sleep; not under pb2_frontend.lock.
 * Return: 0; -ENOENT if the guest has not written one of the nodes yet, -EINVAL
 * if one does not hold a number, -EPROTO if the guest speaks a protocol other
 * than %XEN_PCI_MAGIC, or the errno of the xenstore access.
 */
int pb2_nodes_ring(struct pb2_frontend *fe, unsigned int *gref,
		   unsigned int *port)
{
	const char *dir = fe->xdev->otherend;
	char *magic;
	int rc;

	rc = nodes_parse_uint(fe, "pci-op-ref",
			      pb2_xen_read(dir, "pci-op-ref"), gref);
	if (rc)
		return rc;
	rc = nodes_parse_uint(fe, "event-channel",
			      pb2_xen_read(dir, "event-channel"), port);
	if (rc)
		return rc;

	magic = pb2_xen_read(dir, "magic");
	if (IS_ERR(magic))
		return PTR_ERR(magic);
	if (strcmp(magic, XEN_PCI_MAGIC)) {
		nodes_warn_value(fe, "magic", magic, "not " XEN_PCI_MAGIC);
		rc = -EPROTO;
	}
	kfree(magic);

	return rc;
}

/**
 * pb2_nodes_aer_failed() - tell the toolstack that error recovery failed
 * @fe: the frontend of the function that failed; its xenbus device may be gone
 *
 * Nothing is written if the toolstack has removed the backend's directory. Logs
 * another failure and returns nothing, because no other step depends on the
 * node.
 *
 * Context: process context, may sleep; not under pb2_frontend.lock.
 */
void pb2_nodes_aer_failed(struct pb2_frontend *fe)
{
	const struct pb2_xen_node node = { "aerState", "aerfail" };
	int rc = pb2_xen_publish(fe->dir, &node, 1);

	if (rc && rc != -ENOENT)
		pr_warn_ratelimited("domain %u: xenstore key aerState not written: error %d\n",
				    fe->domid, rc);
}
