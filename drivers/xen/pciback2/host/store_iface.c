// SPDX-License-Identifier: GPL-2.0
/*
 * store_iface.c - the only caller of xenstore
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/notifier.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "host.h"
#include "xen_iface.h"

/* A transaction fails with -EAGAIN if the toolstack has written meanwhile. */
#define TRANSACTION_TRIES	16

/**
 * pb2_xen_read() - read a xenstore node
 * @dir: the directory
 * @node: name of the node in @dir
 *
 * Context: may sleep.
 * Return: the value, to be freed with kfree(), or an ERR_PTR(): -ENOENT if
 * there is no such node, or xenstore's errno.
 */
char *pb2_xen_read(const char *dir, const char *node)
{
	return xenbus_read(XBT_NIL, dir, node, NULL);
}

/**
 * pb2_xen_list() - list the xenstore nodes of a directory
 * @dir: the directory
 * @nr: set to the number of nodes
 *
 * Context: may sleep.
 * Return: the names, to be freed with one kfree(), or an ERR_PTR(): -ENOENT if
 * there is no such directory, or xenstore's errno.
 */
char **pb2_xen_list(const char *dir, unsigned int *nr)
{
	return xenbus_directory(XBT_NIL, dir, "", nr);
}

/**
 * pb2_xen_transact() - see or change several xenstore nodes at one moment
 * @body: reads and writes nodes within the transaction that it gets. A negative
 *	errno gives the transaction up. Called again, up to 16 times, if somebody
 *	else has written meanwhile.
 * @arg: argument of @body
 *
 * Context: may sleep.
 * Return: 0; the errno of @body; -EAGAIN if every attempt met a concurrent
 * write; or xenstore's errno.
 */
int pb2_xen_transact(int (*body)(struct xenbus_transaction xbt, void *arg),
		     void *arg)
{
	struct xenbus_transaction xbt;
	unsigned int try;
	int rc = -EAGAIN;

	for (try = 0; try < TRANSACTION_TRIES && rc == -EAGAIN; try++) {
		rc = xenbus_transaction_start(&xbt);
		if (rc)
			break;
		rc = body(xbt, arg);
		if (rc)
			xenbus_transaction_end(xbt, 1);
		else
			rc = xenbus_transaction_end(xbt, 0);
	}
	return rc;
}

/**
 * pb2_xen_read_within() - read a xenstore node within a transaction
 * @xbt: the transaction
 * @dir: the directory
 * @node: name of the node in @dir
 *
 * Context: in the body of pb2_xen_transact().
 * Return: as pb2_xen_read().
 */
char *pb2_xen_read_within(struct xenbus_transaction xbt, const char *dir,
			  const char *node)
{
	return xenbus_read(xbt, dir, node, NULL);
}

/**
 * struct publication - nodes to write at once
 * @dir: the directory
 * @guard: a node that must have its value, or %NULL
 * @nodes: the nodes to write
 * @nr: number of @nodes
 */
struct publication {
	const char *dir;
	const struct pb2_xen_node *guard;
	const struct pb2_xen_node *nodes;
	unsigned int nr;
};

static int store_check_guard(struct xenbus_transaction xbt, const char *dir,
			     const struct pb2_xen_node *guard)
{
	char *val = xenbus_read(xbt, dir, guard->name, NULL);
	int rc;

	if (val == ERR_PTR(-ENOENT))
		return guard->val ? -ESTALE : 0;
	if (IS_ERR(val))
		return PTR_ERR(val);
	rc = guard->val && !strcmp(val, guard->val) ? 0 : -ESTALE;
	kfree(val);
	return rc;
}

static int store_write_nodes(struct xenbus_transaction xbt, void *arg)
{
	const struct publication *pub = arg;
	unsigned int i;
	int rc = xenbus_exists(xbt, pub->dir, "state") ? 0 : -ENOENT;

	if (!rc && pub->guard)
		rc = store_check_guard(xbt, pub->dir, pub->guard);
	for (i = 0; i < pub->nr && !rc; i++)
		rc = xenbus_write(xbt, pub->dir, pub->nodes[i].name,
				  pub->nodes[i].val);
	return rc;
}

/**
 * pb2_xen_publish_if() - write several xenstore nodes at once on a condition
 * @dir: a backend's directory
 * @guard: a node in @dir that must have just this value, or must not exist if
 *	the value is %NULL
 * @nodes: the nodes to write
 * @nr: number of @nodes
 *
 * Unlike a plain write, this does not create a directory that the toolstack has
 * removed. On failure nothing is written.
 *
 * Context: may sleep.
 * Return: 0; -ESTALE if @guard does not hold; -ENOENT if the directory is gone;
 * -EAGAIN if every attempt met a concurrent write; or xenstore's errno.
 */
int pb2_xen_publish_if(const char *dir, const struct pb2_xen_node *guard,
		       const struct pb2_xen_node *nodes, unsigned int nr)
{
	struct publication pub = {
		.dir = dir,
		.guard = guard,
		.nodes = nodes,
		.nr = nr,
	};

	return pb2_xen_transact(store_write_nodes, &pub);
}

/**
 * pb2_xen_publish() - write several xenstore nodes at once
 * @dir: a backend's directory
 * @nodes: the nodes to write
 * @nr: number of @nodes
 *
 * Context: may sleep.
 * Return: as pb2_xen_publish_if() without a guard.
 */
int pb2_xen_publish(const char *dir, const struct pb2_xen_node *nodes,
		    unsigned int nr)
{
	return pb2_xen_publish_if(dir, NULL, nodes, nr);
}

/**
 * pb2_xen_rm() - remove a xenstore node and all nodes below it
 * @dir: the directory
 * @node: name of the node in @dir
 *
 * A missing node is no error.
 *
 * Context: may sleep.
 */
void pb2_xen_rm(const char *dir, const char *node)
{
	xenbus_rm(XBT_NIL, dir, node);
}

/**
 * pb2_xen_state() - read the xenbus state of the backend or the frontend
 * @dir: the directory of that end
 *
 * Context: may sleep.
 * Return: the state, or XenbusStateUnknown if there is none. The frontend may
 * have written any number.
 */
enum xenbus_state pb2_xen_state(const char *dir)
{
	int state;

	/* xenbus_read_driver_state() has another prototype since 7.0. */
	if (xenbus_scanf(XBT_NIL, dir, "state", "%d", &state) != 1)
		return XenbusStateUnknown;
	return state;
}

/**
 * pb2_xen_switch_state() - write the backend's state
 * @xdev: the backend's xenbus device
 * @state: the new state
 *
 * libxl writes the backend's state as well. xenbus_switch_state() skips the
 * write if the new state equals the one that it wrote last, so this reads the
 * state from xenstore first.
 *
 * Context: may sleep.
 * Return: 0; xenbus itself reports errors of xenstore.
 */
int pb2_xen_switch_state(struct xenbus_device *xdev, enum xenbus_state state)
{
	xdev->state = pb2_xen_state(xdev->nodename);
	return xenbus_switch_state(xdev, state);
}

/**
 * pb2_xen_rewrite_state() - write the backend's state even if it is the same
 * @xdev: the backend's xenbus device
 * @state: the state
 *
 * Every write triggers the watches on the state, which is why a caller writes
 * the same state again. Unlike a plain write, this does not create a directory
 * that the toolstack has removed.
 *
 * Context: may sleep.
 * Return: 0; xenbus itself reports errors of xenstore.
 */
int pb2_xen_rewrite_state(struct xenbus_device *xdev, enum xenbus_state state)
{
	xdev->state = XenbusStateUnknown;
	return xenbus_switch_state(xdev, state);
}

/**
 * pb2_xen_is_online() - does the toolstack want the device to stay?
 * @xdev: the backend's xenbus device
 *
 * Context: may sleep.
 * Return: the value of the node "online", false if there is none.
 */
bool pb2_xen_is_online(struct xenbus_device *xdev)
{
	return xenbus_dev_is_online(xdev);
}

/**
 * pb2_xen_error() - report an error in the log and in xenstore's error node
 * @xdev: the backend's xenbus device
 * @rc: the errno
 * @fmt: format of the message
 *
 * Unlike xenbus_dev_fatal(), this does not change the state: one failing
 * function must not take the domain's other functions down.
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
 * @xdev: the backend's xenbus device
 * @watch: storage for the watch, in use until pb2_xen_unwatch()
 * @callback: called in xenwatch's thread for each change, and once when the
 *	watch begins
 *
 * Context: may sleep.
 * Return: 0, or xenstore's errno.
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
 * Context: may sleep; takes xenwatch's mutex unless xenwatch's thread calls it.
 */
void pb2_xen_unwatch(struct xenbus_watch *watch)
{
	unregister_xenbus_watch(watch);
}

static void (*store_on_release)(void);
static void (*store_on_backend)(const char *path);
static bool store_is_ready;

static void store_domain_released(struct xenbus_watch *watch, const char *path,
				  const char *token)
{
	store_on_release();
}

static void store_backend_changed(struct xenbus_watch *watch, const char *path,
				  const char *token)
{
	store_on_backend(path);
}

/**
 * struct store_watch - a watch, and whether it is registered
 * @watch: for xenbus
 * @what: what is not noticed without the watch
 * @is_registered: unregistering a watch that is not warns
 */
struct store_watch {
	struct xenbus_watch watch;
	const char *what;
	bool is_registered;
};

static struct store_watch store_watches[] = {
	{
		.watch.node	= "@releaseDomain",
		.watch.callback	= store_domain_released,
		.what		= "the death of domains",
	}, {
		.watch.node	= "/local/domain/0/backend/pci",
		.watch.callback	= store_backend_changed,
		.what		= "what toolstacks list",
	},
};

static int store_watch_all(struct notifier_block *nb, unsigned long event,
			   void *data)
{
	unsigned int i;
	int rc;

	for (i = 0; i < ARRAY_SIZE(store_watches); i++) {
		rc = register_xenbus_watch(&store_watches[i].watch);
		store_watches[i].is_registered = !rc;
		if (rc)
			pr_err("%s cannot be watched: %d\n",
			       store_watches[i].what, rc);
	}
	WRITE_ONCE(store_is_ready, true);
	return NOTIFY_DONE;
}

static struct notifier_block store_notifier = {
	.notifier_call	= store_watch_all,
};

/**
 * pb2_xen_watch_domains() - watch for domains that shut down or die, and for
 * what toolstacks write for backends
 * @died: called for each domain that shuts down or dies, and once when the watch
 *	begins
 * @listed: called with the path of each node that is written or removed in the
 *	directory of all PCI backends, and once when the watch begins
 *
 * xenwatch's thread makes the calls. A request to xenstore blocks until
 * xenstored runs, so the watches begin when xenstored has started.
 *
 * Context: may sleep.
 */
void pb2_xen_watch_domains(void (*died)(void), void (*listed)(const char *path))
{
	store_on_release = died;
	store_on_backend = listed;
	register_xenstore_notifier(&store_notifier);
}

/**
 * pb2_xen_unwatch_domains() - undo pb2_xen_watch_domains()
 *
 * Context: may sleep; no callback runs any more on return.
 */
void pb2_xen_unwatch_domains(void)
{
	unsigned int i;

	unregister_xenstore_notifier(&store_notifier);
	for (i = 0; i < ARRAY_SIZE(store_watches); i++) {
		if (store_watches[i].is_registered)
			unregister_xenbus_watch(&store_watches[i].watch);
		store_watches[i].is_registered = false;
	}
}

/**
 * pb2_xen_store_is_ready() - does xenstored run?
 *
 * Context: any.
 * Return: false as long as a request to xenstore would wait for xenstored.
 */
bool pb2_xen_store_is_ready(void)
{
	return READ_ONCE(store_is_ready);
}
