// SPDX-License-Identifier: GPL-2.0
/*
 * store_iface.c - the only caller of xenstore, but for the watch of domains
 */
#include "xen_iface.h"

/* The toolstack writes to the same xenstore. */
#define PUBLISH_TRIES	16

/**
 * pb2_xen_read() - read a xenstore node
 * @dir: directory
 * @node: name in it
 *
 * Context: may sleep.
 * Return: the value, to be freed with kfree(), or an ERR_PTR(): -ENOENT for
 * no such node, -ENOMEM and others from xenstore.
 */
char *pb2_xen_read(const char *dir, const char *node)
{
	return xenbus_read(XBT_NIL, dir, node, NULL);
}

/**
 * pb2_xen_write() - write a xenstore node
 * @dir: directory
 * @node: name in it
 * @val: the value
 *
 * Context: may sleep.
 * Return: 0 or an errno of xenstore's.
 */
int pb2_xen_write(const char *dir, const char *node, const char *val)
{
	return xenbus_write(XBT_NIL, dir, node, val);
}

static int store_write_nodes(struct xenbus_transaction xbt, const char *dir,
			     const struct pb2_xen_node *nodes, unsigned int nr)
{
	unsigned int i;
	int rc = xenbus_exists(xbt, dir, "state") ? 0 : -ENOENT;

	for (i = 0; i < nr && !rc; i++)
		rc = xenbus_write(xbt, dir, nodes[i].name, nodes[i].val);
	return rc;
}

/**
 * pb2_xen_publish() - write several xenstore nodes at once
 * @dir: a backend's directory
 * @nodes: what to write
 * @nr: how many
 *
 * Unlike a plain write it does not bring back a directory that is gone.
 *
 * Context: may sleep.
 * Return: 0, -ENOENT if the directory is gone, -EAGAIN if others write there
 * all the time, or another errno of xenstore's; nothing is written then.
 */
int pb2_xen_publish(const char *dir, const struct pb2_xen_node *nodes,
		    unsigned int nr)
{
	struct xenbus_transaction xbt;
	unsigned int try;
	int rc = -EAGAIN;

	for (try = 0; try < PUBLISH_TRIES && rc == -EAGAIN; try++) {
		rc = xenbus_transaction_start(&xbt);
		if (rc)
			break;
		rc = store_write_nodes(xbt, dir, nodes, nr);
		if (rc)
			xenbus_transaction_end(xbt, 1);
		else
			rc = xenbus_transaction_end(xbt, 0);
	}
	return rc;
}

/**
 * pb2_xen_rm() - remove a xenstore node and what is below it
 * @dir: directory
 * @node: name in it
 *
 * Context: may sleep. A node that is not there is no error.
 */
void pb2_xen_rm(const char *dir, const char *node)
{
	xenbus_rm(XBT_NIL, dir, node);
}

/**
 * pb2_xen_state() - read the state in one end's directory
 * @dir: the directory
 *
 * Context: may sleep.
 * Return: the state; XenbusStateUnknown if there is none. The other end may
 * have written any number.
 */
enum xenbus_state pb2_xen_state(const char *dir)
{
	int state;

	/* xenbus_read_driver_state() takes the device as well since 7.0. */
	if (xenbus_scanf(XBT_NIL, dir, "state", "%d", &state) != 1)
		return XenbusStateUnknown;
	return state;
}

/**
 * pb2_xen_switch_state() - write our own state
 * @xdev: the backend's device
 * @state: the new state
 *
 * libxl writes our state as well, and xenbus_switch_state() trusts the last
 * value that it wrote itself: tell it what is really there, or it would take
 * the write for needless.
 *
 * Context: may sleep.
 * Return: 0; errors of xenstore are reported by xenbus itself.
 */
int pb2_xen_switch_state(struct xenbus_device *xdev, enum xenbus_state state)
{
	xdev->state = pb2_xen_state(xdev->nodename);
	return xenbus_switch_state(xdev, state);
}

/**
 * pb2_xen_rewrite_state() - write our state even if it is what stands there
 * @xdev: the backend's device
 * @state: the state
 *
 * For the watch event that every write causes. Unlike a plain write it does
 * not bring back a directory that is gone.
 *
 * Context: may sleep.
 * Return: 0; errors of xenstore are reported by xenbus itself.
 */
int pb2_xen_rewrite_state(struct xenbus_device *xdev, enum xenbus_state state)
{
	xdev->state = XenbusStateUnknown;
	return xenbus_switch_state(xdev, state);
}

/**
 * pb2_xen_is_online() - does the toolstack want the device to stay?
 * @xdev: the backend's device
 *
 * Context: may sleep.
 * Return: the node "online", false if it is not there.
 */
bool pb2_xen_is_online(struct xenbus_device *xdev)
{
	return xenbus_dev_is_online(xdev);
}

/**
 * pb2_xen_error() - report an error in the log and in xenstore's error node
 * @xdev: the backend's device
 * @rc: the errno
 * @fmt: what went wrong
 *
 * Unlike xenbus_dev_fatal() it leaves the state alone: one failing function
 * must not take down the others of its domain.
 *
 * Context: may sleep.
 */
void pb2_xen_error(struct xenbus_device *xdev, int rc, const char *fmt, ...)
{
	struct va_format vaf;
	va_list args;

	va_start(args, fmt);
	vaf.fmt = fmt;
	vaf.va = &args;
	xenbus_dev_error(xdev, rc, "%pV", &vaf);
	va_end(args);
}

/**
 * pb2_xen_watch() - watch the backend's own directory
 * @xdev: the backend's device
 * @watch: storage, until pb2_xen_unwatch()
 * @callback: called in xenwatch's thread, once at once
 *
 * Context: may sleep.
 * Return: 0, or an errno of xenstore's.
 */
int pb2_xen_watch(struct xenbus_device *xdev, struct xenbus_watch *watch,
		  void (*callback)(struct xenbus_watch *watch,
				   const char *path, const char *token))
{
	return xenbus_watch_path(xdev, xdev->nodename, watch, NULL, callback);
}

/**
 * pb2_xen_unwatch() - undo pb2_xen_watch()
 * @watch: a registered watch
 *
 * Context: may sleep; takes xenwatch's mutex unless called in its thread.
 */
void pb2_xen_unwatch(struct xenbus_watch *watch)
{
	unregister_xenbus_watch(watch);
}
