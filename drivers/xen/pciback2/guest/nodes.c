// SPDX-License-Identifier: GPL-2.0
/*
 * The xenstore keys of the backend's and the frontend's directory
 *
 * The backend's is written by the toolstack and read by the guest, the
 * frontend's is written by the guest.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../host/xen_iface.h"
#include "guest.h"

/* So much of a bad value is quoted. */
#define QUOTE_MAX	32
#define KEY_LEN		40

static void complain(struct pb2_frontend *fe, const char *key, const char *val,
		     const char *reason)
{
	dev_warn_ratelimited(&fe->xdev->dev,
			     "domain %u: xenstore key %s is \"%*pE\": %s\n",
			     fe->domid, key,
			     (int)min_t(size_t, strlen(val), QUOTE_MAX), val,
			     reason);
}

static int read_uint(struct pb2_frontend *fe, const char *dir, const char *key,
		     unsigned int *val)
{
	char *str = pb2_xen_read(dir, key);
	int rc;

	if (IS_ERR(str))
		return PTR_ERR(str);

	rc = kstrtouint(str, 10, val);
	if (rc) {
		complain(fe, key, str, "not a decimal number of 32 bits");
		rc = -EINVAL;
	}
	kfree(str);

	return rc;
}

/**
 * pb2_nodes_count() - how many keys with an index there are
 * @fe: the frontend
 * @key: the key in the backend's directory that says so
 * @nr: 0 to 256; undefined on failure
 *
 * Context: Process context. Sleeps; not under pb2_frontend.lock.
 * Return: 0, -ENOENT when there is no such key, -EINVAL when it holds no
 * number, -ERANGE when the number is too large, or an errno of xenstore. What
 * is wrong with the value is logged.
 */
int pb2_nodes_count(struct pb2_frontend *fe, const char *key, unsigned int *nr)
{
	int rc;

	rc = read_uint(fe, fe->xdev->nodename, key, nr);
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
 * pb2_nodes_num_devs() - how many functions the toolstack lists
 * @fe: the frontend
 * @nr: 0 to 256; undefined on failure
 *
 * Context: Process context. Sleeps; not under pb2_frontend.lock.
 * Return: as pb2_nodes_count().
 */
int pb2_nodes_num_devs(struct pb2_frontend *fe, unsigned int *nr)
{
	return pb2_nodes_count(fe, "num_devs", nr);
}

/**
 * pb2_nodes_substate() - the state of one listed function
 * @fe: the frontend
 * @i: index in the list, which the toolstack renumbers as it likes
 *
 * Context: Process context. Sleeps; not under pb2_frontend.lock.
 * Return: The state, XenbusStateUnknown when there is none or it is no state.
 */
enum xenbus_state pb2_nodes_substate(struct pb2_frontend *fe, unsigned int i)
{
	unsigned int state;
	char key[KEY_LEN];
	char *str;
	int rc;

	snprintf(key, sizeof(key), "state-%u", i);
	str = pb2_xen_read(fe->xdev->nodename, key);
	if (IS_ERR(str))
		return XenbusStateUnknown;

	rc = kstrtouint(str, 10, &state);
	kfree(str);
	if (rc || state > XenbusStateReconfigured)
		return XenbusStateUnknown;

	return state;
}

/**
 * pb2_nodes_set_substate() - tell the toolstack the state of one function
 * @fe: the frontend
 * @i: index in the list
 * @state: the state
 *
 * Context: Process context. Sleeps; not under pb2_frontend.lock.
 * Return: 0, or an errno of xenstore.
 */
int pb2_nodes_set_substate(struct pb2_frontend *fe, unsigned int i,
			  enum xenbus_state state)
{
	char key[KEY_LEN], val[12];

	snprintf(key, sizeof(key), "state-%u", i);
	snprintf(val, sizeof(val), "%d", state);

	return pb2_xen_write(fe->xdev->nodename, key, val);
}

/**
 * pb2_nodes_dev() - the real address of one listed function
 * @fe: the frontend
 * @i: index in the list
 * @sbdf: the address; unchanged on failure
 *
 * Context: Process context. Sleeps; not under pb2_frontend.lock.
 * Return: 0, -ENOENT when there is no such key, -EINVAL when it holds no
 * address, which is logged, or an errno of xenstore.
 */
int pb2_nodes_dev(struct pb2_frontend *fe, unsigned int i,
		 struct pb2_sbdf *sbdf)
{
	char key[KEY_LEN];
	char *str;
	int rc;

	snprintf(key, sizeof(key), "dev-%u", i);
	str = pb2_xen_read(fe->xdev->nodename, key);
	if (IS_ERR(str))
		return PTR_ERR(str);

	rc = pb2_sbdf_parse(str, sbdf);
	if (rc)
		complain(fe, key, str, "not the address of a function");
	kfree(str);

	return rc;
}

/**
 * pb2_nodes_publish_vdev() - tell the guest where it finds a function
 * @fe: the frontend
 * @i: index in the list
 * @vsbdf: the virtual address
 *
 * Context: Process context. Sleeps; not under pb2_frontend.lock.
 * Return: 0, or an errno of xenstore.
 */
int pb2_nodes_publish_vdev(struct pb2_frontend *fe, unsigned int i,
			  const struct pb2_sbdf *vsbdf)
{
	char key[KEY_LEN], val[KEY_LEN];

	/* Two digits of function number are part of the PV protocol. */
	snprintf(key, sizeof(key), "vdev-%u", i);
	snprintf(val, sizeof(val), "%04x:%02x:%02x.%02x", vsbdf->domain,
		 vsbdf->bus, PCI_SLOT(vsbdf->devfn), PCI_FUNC(vsbdf->devfn));

	return pb2_xen_write(fe->xdev->nodename, key, val);
}

/* By the real address, since the toolstack renumbers its own keys only */
static void format_reason(const struct pb2_sbdf *sbdf, char *key, size_t size)
{
	snprintf(key, size, PB2_NAME "/error/" PB2_SBDF_NODE_FMT,
		 PB2_SBDF_ARGS(sbdf));
}

/**
 * pb2_nodes_set_reason() - tell the toolstack why a function is not assigned
 * @fe: the frontend
 * @sbdf: the real address of the function
 * @reason: one line for a human
 *
 * A failure is logged: the reason is an aid, nothing depends on it.
 *
 * Context: Process context. Sleeps; not under pb2_frontend.lock.
 */
void pb2_nodes_set_reason(struct pb2_frontend *fe, const struct pb2_sbdf *sbdf,
			 const char *reason)
{
	char key[KEY_LEN];
	int rc;

	format_reason(sbdf, key, sizeof(key));
	rc = pb2_xen_write(fe->xdev->nodename, key, reason);
	if (rc)
		dev_warn_ratelimited(&fe->xdev->dev,
				     "domain %u: xenstore key %s not written: error %d\n",
				     fe->domid, key, rc);
}

/**
 * pb2_nodes_clear_reason() - take back pb2_nodes_set_reason()
 * @fe: the frontend
 * @sbdf: the real address of the function
 *
 * Context: Process context. Sleeps; not under pb2_frontend.lock.
 */
void pb2_nodes_clear_reason(struct pb2_frontend *fe,
			   const struct pb2_sbdf *sbdf)
{
	char key[KEY_LEN];

	format_reason(sbdf, key, sizeof(key));
	pb2_xen_rm(fe->xdev->nodename, key);
}

/**
 * pb2_nodes_ring() - where the guest says that its ring is
 * @fe: the frontend
 * @gref: grant reference of the shared page; undefined on failure
 * @port: event channel of the guest; undefined on failure
 *
 * Context: Process context. Sleeps; not under pb2_frontend.lock.
 * Return: 0, -ENOENT when a key is missing as yet, -EINVAL when one holds no
 * number, -EPROTO when the guest speaks another protocol than
 * %XEN_PCI_MAGIC, or an errno of xenstore. What is wrong with a value is
 * logged.
 */
int pb2_nodes_ring(struct pb2_frontend *fe, unsigned int *gref,
		  unsigned int *port)
{
	const char *dir = fe->xdev->otherend;
	char *magic;
	int rc;

	rc = read_uint(fe, dir, "pci-op-ref", gref);
	if (rc)
		return rc;
	rc = read_uint(fe, dir, "event-channel", port);
	if (rc)
		return rc;

	magic = pb2_xen_read(dir, "magic");
	if (IS_ERR(magic))
		return PTR_ERR(magic);
	if (strcmp(magic, XEN_PCI_MAGIC)) {
		complain(fe, "magic", magic, "not " XEN_PCI_MAGIC);
		rc = -EPROTO;
	}
	kfree(magic);

	return rc;
}

/**
 * pb2_nodes_aer_failed() - tell the toolstack that error recovery failed
 * @fe: the frontend of the function that failed
 *
 * Context: Process context. Sleeps; not under pb2_frontend.lock.
 */
void pb2_nodes_aer_failed(struct pb2_frontend *fe)
{
	int rc;

	rc = pb2_xen_write(fe->xdev->nodename, "aerState", "aerfail");
	if (rc)
		dev_warn_ratelimited(&fe->xdev->dev,
				     "domain %u: xenstore key aerState not written: error %d\n",
				     fe->domid, rc);
}
