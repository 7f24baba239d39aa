// SPDX-License-Identifier: GPL-2.0
/*
 * nodes.c - the xenstore nodes of the backend's and the frontend's directory
 *
 * The toolstack and the driver write the backend's directory, which the guest
 * reads. The guest writes the frontend's directory.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../host/xen_iface.h"
#include "guest.h"

/* Longest part of a bad value that a log message quotes */
#define NODES_QUOTE_LEN	32
/* Room for the longest key or value that this file formats */
#define NODES_TEXT_LEN	40

static void nodes_warn_value(struct pb2_frontend *fe, const char *key,
			     const char *val, const char *reason)
{
	dev_warn_ratelimited(&fe->xdev->dev,
			     "domain %u: xenstore key %s is \"%*pE\": %s\n",
			     fe->domid, key,
			     (int)min_t(size_t, strlen(val), NODES_QUOTE_LEN),
			     val, reason);
}

static int nodes_read_uint(struct pb2_frontend *fe, const char *dir,
			   const char *key, unsigned int *val)
{
	char *str = pb2_xen_read(dir, key);
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

static void nodes_write_or_warn(struct pb2_frontend *fe, const char *key,
				const char *val)
{
	int rc = pb2_xen_write(fe->xdev->nodename, key, val);

	if (rc)
		dev_warn_ratelimited(&fe->xdev->dev,
				     "domain %u: xenstore key %s not written: error %d\n",
				     fe->domid, key, rc);
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
 * Return: 0, or the errno of the xenstore access.
 */
int pb2_nodes_write_at(struct pb2_frontend *fe, const char *name,
		       unsigned int i, const char *val)
{
	char key[NODES_TEXT_LEN];

	nodes_format_key(key, name, i);
	return pb2_xen_write(fe->xdev->nodename, key, val);
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
	int rc;

	rc = nodes_read_uint(fe, fe->xdev->nodename, key, nr);
	if (rc)
		return rc;
	if (*nr > PB2_NODES_MAX) {
		dev_warn_ratelimited(&fe->xdev->dev,
				     "domain %u: xenstore key %s is %u, more than %u\n",
				     fe->domid, key, *nr, PB2_NODES_MAX);
		return -ERANGE;
	}

	return 0;
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
	return pb2_xen_write(fe->xdev->nodename, key, val);
}

/**
 * pb2_nodes_num_devs() - read how many functions the toolstack lists
 * @fe: the frontend
 * @nr: where the number goes, 0 to %PB2_NODES_MAX; undefined on failure
 *
 * Context: process context, may sleep; not under pb2_frontend.lock.
 * Return: as pb2_nodes_count().
 */
int pb2_nodes_num_devs(struct pb2_frontend *fe, unsigned int *nr)
{
	return pb2_nodes_count(fe, "num_devs", nr);
}

/**
 * pb2_nodes_substate() - read the substate of one entry of the device list
 * @fe: the frontend
 * @i: index of the entry; the toolstack may renumber the entries at any time
 *
 * Context: process context, may sleep; not under pb2_frontend.lock.
 * Return: the substate; XenbusStateUnknown if there is none, if its value is
 * not a state, or if it cannot be read.
 */
enum xenbus_state pb2_nodes_substate(struct pb2_frontend *fe, unsigned int i)
{
	unsigned int state;
	char *str;
	int rc;

	str = pb2_nodes_read_at(fe, "state", i);
	if (IS_ERR(str))
		return XenbusStateUnknown;

	rc = kstrtouint(str, 10, &state);
	kfree(str);
	if (rc || state > XenbusStateReconfigured)
		return XenbusStateUnknown;

	return state;
}

/**
 * pb2_nodes_set_substate() - write the substate of one entry of the device list
 * @fe: the frontend
 * @i: index of the entry
 * @state: substate to write
 *
 * Context: process context, may sleep; not under pb2_frontend.lock.
 * Return: 0, or the errno of the xenstore access.
 */
int pb2_nodes_set_substate(struct pb2_frontend *fe, unsigned int i,
			   enum xenbus_state state)
{
	char val[12];

	snprintf(val, sizeof(val), "%d", state);
	return pb2_nodes_write_at(fe, "state", i, val);
}

/**
 * pb2_nodes_dev() - read the real address of one entry of the device list
 * @fe: the frontend
 * @i: index of the entry
 * @sbdf: where the address goes; unchanged on failure
 *
 * Logs a value that is not an address.
 *
 * Context: process context, may sleep; not under pb2_frontend.lock.
 * Return: 0; -ENOENT if there is no such node, -EINVAL if it does not hold the
 * address of a function, or the errno of the xenstore access.
 */
int pb2_nodes_dev(struct pb2_frontend *fe, unsigned int i,
		  struct pb2_sbdf *sbdf)
{
	char key[NODES_TEXT_LEN];
	char *str;
	int rc;

	str = pb2_nodes_read_at(fe, "dev", i);
	if (IS_ERR(str))
		return PTR_ERR(str);

	rc = pb2_sbdf_parse(str, sbdf);
	if (rc) {
		nodes_format_key(key, "dev", i);
		nodes_warn_value(fe, key, str, "not the address of a function");
	}
	kfree(str);

	return rc;
}

/**
 * pb2_nodes_publish_vdev() - tell the guest the virtual address of a function
 * @fe: the frontend
 * @i: index of the function's entry in the device list
 * @vsbdf: the virtual address
 *
 * Context: process context, may sleep; not under pb2_frontend.lock.
 * Return: 0, or the errno of the xenstore access.
 */
int pb2_nodes_publish_vdev(struct pb2_frontend *fe, unsigned int i,
			   const struct pb2_sbdf *vsbdf)
{
	char val[NODES_TEXT_LEN];

	/* The PV protocol writes the function number with two digits. */
	snprintf(val, sizeof(val), "%04x:%02x:%02x.%02x", vsbdf->domain,
		 vsbdf->bus, PCI_SLOT(vsbdf->devfn), PCI_FUNC(vsbdf->devfn));

	return pb2_nodes_write_at(fe, "vdev", i, val);
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
 * pb2_nodes_set_reason() - tell the toolstack why a function is not assigned
 * @fe: the frontend
 * @sbdf: real address of the function
 * @reason: one line for a human
 *
 * Logs a failure and returns nothing, because no other step depends on the
 * node.
 *
 * Context: process context, may sleep; not under pb2_frontend.lock.
 */
void pb2_nodes_set_reason(struct pb2_frontend *fe, const struct pb2_sbdf *sbdf,
			  const char *reason)
{
	char key[NODES_TEXT_LEN];

	nodes_format_reason(sbdf, key, sizeof(key));
	nodes_write_or_warn(fe, key, reason);
}

/**
 * pb2_nodes_clear_reason() - remove the node of pb2_nodes_set_reason()
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

	rc = nodes_read_uint(fe, dir, "pci-op-ref", gref);
	if (rc)
		return rc;
	rc = nodes_read_uint(fe, dir, "event-channel", port);
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
 * @fe: the frontend of the function that failed
 *
 * Logs a failure and returns nothing, because no other step depends on the
 * node.
 *
 * Context: process context, may sleep; not under pb2_frontend.lock.
 */
void pb2_nodes_aer_failed(struct pb2_frontend *fe)
{
	nodes_write_or_warn(fe, "aerState", "aerfail");
}
