// SPDX-License-Identifier: GPL-2.0
/*
 * fake_store.c - in place of store_iface.c: a xenstore that is a list of keys
 * and values
 */
#include <linux/err.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../../../drivers/xen/pciback2/doors.h"
#include "fake.h"
#include "fake_xen.h"

struct key {
	struct list_head link;
	char *path;
	char *val;
};

static LIST_HEAD(keys);
static DEFINE_MUTEX(keys_lock);

/* How often somebody has written, and the transaction that runs, 0 for none */
static unsigned int generation;
static u32 transaction;

/* Held while xenwatch's thread, or who plays it, runs a callback */
static DEFINE_MUTEX(xenwatch_lock);
static struct task_struct *xenwatch;

/**
 * fake_store_reset() - an empty xenstore
 *
 * Context: may sleep.
 */
void fake_store_reset(void)
{
	struct key *key, *next;

	mutex_lock(&keys_lock);
	list_for_each_entry_safe(key, next, &keys, link) {
		list_del(&key->link);
		kfree(key->path);
		kfree(key->val);
		kfree(key);
	}
	mutex_unlock(&keys_lock);
}

/* Called with the lock held, as all that work on the list. */
static struct key *find(const char *path)
{
	struct key *key;

	list_for_each_entry(key, &keys, link)
		if (!strcmp(key->path, path))
			return key;
	return NULL;
}

static int store(const char *dir, const char *node, const char *val)
{
	char *path = kasprintf(GFP_KERNEL, "%s/%s", dir, node);
	char *copy = kstrdup(val, GFP_KERNEL);
	struct key *key;
	int rc = -ENOMEM;

	mutex_lock(&keys_lock);
	generation++;
	if (!path || !copy)
		goto out;
	key = find(path);
	if (!key) {
		key = kzalloc(sizeof(*key), GFP_KERNEL);
		if (!key)
			goto out;
		swap(key->path, path);
		list_add_tail(&key->link, &keys);
	}
	swap(key->val, copy);
	rc = 0;
out:
	mutex_unlock(&keys_lock);
	kfree(path);
	kfree(copy);
	return rc;
}

/**
 * fake_xen_put() - the guest or the toolstack writes a key
 * @dir: directory
 * @key: name in it
 * @val: the value
 *
 * Context: may sleep.
 */
void fake_xen_put(const char *dir, const char *key, const char *val)
{
	WARN_ON(store(dir, key, val));
}

/**
 * fake_xen_get() - look at a key
 * @dir: directory
 * @key: name in it
 *
 * Context: may sleep.
 * Return: the value, until it is written next; %NULL if there is no such key.
 */
const char *fake_xen_get(const char *dir, const char *key)
{
	char *path = kasprintf(GFP_KERNEL, "%s/%s", dir, key);
	struct key *found = NULL;

	mutex_lock(&keys_lock);
	if (path)
		found = find(path);
	mutex_unlock(&keys_lock);
	kfree(path);
	return found ? found->val : NULL;
}

/* The driver's work reads while a test writes, so it gets a copy. */
static char *read_copy(const char *dir, const char *node)
{
	char *path = kasprintf(GFP_KERNEL, *node ? "%s/%s" : "%s%s", dir, node);
	char *val = ERR_PTR(-ENOENT);
	struct key *key;

	mutex_lock(&keys_lock);
	key = path ? find(path) : NULL;
	if (key)
		val = kstrdup(key->val, GFP_KERNEL) ?: ERR_PTR(-ENOMEM);
	mutex_unlock(&keys_lock);
	kfree(path);
	return val;
}

static int read_number(const char *dir, const char *node, int otherwise)
{
	char *val = read_copy(dir, node);
	int number;

	if (IS_ERR(val))
		return otherwise;
	if (kstrtoint(val, 10, &number))
		number = otherwise;
	kfree(val);
	return number;
}

static void meanwhile(void (*hook)(const char *node), const char *node)
{
	if (hook)
		hook(node);
}

/* From here on: what xen_iface.h declares */

char *pb2_xen_read(const char *dir, const char *node)
{
	int rc = fake_call("read=%s", node);
	char *val;

	might_sleep();
	meanwhile(fake_xen.on_read, node);
	val = read_copy(dir, node);
	if (!rc)
		return val;
	if (!IS_ERR(val))
		kfree(val);
	return ERR_PTR(rc);
}

bool pb2_xen_store_is_ready(void)
{
	return !fake_xen.store_is_late;
}

/* The first word of what follows @dir in a key's path; %NULL if nothing does */
static const char *child(const struct key *key, const char *dir, size_t *len)
{
	const char *name = key->path + strlen(dir);

	if (strncmp(key->path, dir, strlen(dir)) || *name != '/')
		return NULL;
	*len = strcspn(++name, "/");
	return name;
}

static bool is_listed(char **names, unsigned int nr, const char *name,
		      size_t len)
{
	while (nr--)
		if (strlen(names[nr]) == len && !strncmp(names[nr], name, len))
			return true;
	return false;
}

/* As xenbus_directory(): the array and the names are one allocation. */
char **pb2_xen_list(const char *dir, unsigned int *nr)
{
	int rc = fake_call("list=%s", dir);
	const char *name;
	struct key *key;
	char **names, *to;
	size_t len;

	if (rc)
		return ERR_PTR(rc);
	if (fake_xen.store_is_late)
		fake_wrong("xenstore used before it is there");
	names = kzalloc(PAGE_SIZE, GFP_KERNEL);
	if (!names)
		return ERR_PTR(-ENOMEM);
	to = (char *)(names + 64);
	*nr = 0;
	mutex_lock(&keys_lock);
	list_for_each_entry(key, &keys, link) {
		name = child(key, dir, &len);
		if (!name || *nr == 64 || is_listed(names, *nr, name, len))
			continue;
		names[(*nr)++] = to;
		memcpy(to, name, len);
		to += len + 1;
	}
	mutex_unlock(&keys_lock);
	if (*nr)
		return names;
	kfree(names);
	return ERR_PTR(-ENOENT);
}

/* As xenstored: what was read must still hold when the transaction ends. */
int pb2_xen_transact(int (*body)(struct xenbus_transaction xbt, void *arg),
		     void *arg)
{
	struct xenbus_transaction xbt = { .id = 7 };
	unsigned int try, begun;
	int rc = fake_call("transaction");

	for (try = 0; try < 16 && !rc; try++) {
		begun = READ_ONCE(generation);
		WRITE_ONCE(transaction, xbt.id);
		rc = body(xbt, arg);
		WRITE_ONCE(transaction, 0);
		if (rc || begun == READ_ONCE(generation))
			return rc;
	}
	return rc ?: -EAGAIN;
}

char *pb2_xen_read_within(struct xenbus_transaction xbt, const char *dir,
			  const char *node)
{
	if (!xbt.id || xbt.id != READ_ONCE(transaction))
		fake_wrong("%s is read within no transaction", node);
	return pb2_xen_read(dir, node);
}

static bool holds(const char *dir, const struct pb2_xen_node *guard)
{
	char *val = read_copy(dir, guard->name);
	bool same = !IS_ERR(val) && guard->val && !strcmp(val, guard->val);

	if (IS_ERR(val))
		return !guard->val;
	kfree(val);
	return same;
}

int pb2_xen_publish_if(const char *dir, const struct pb2_xen_node *guard,
		       const struct pb2_xen_node *nodes, unsigned int nr)
{
	char *state = pb2_xen_read(dir, "state");
	int rc = fake_call("publish=%s", nodes[0].name);
	unsigned int i;

	might_sleep();
	if (IS_ERR(state))
		return PTR_ERR(state);
	kfree(state);
	meanwhile(fake_xen.on_write, nodes[0].name);
	if (!rc && guard && !holds(dir, guard))
		rc = -ESTALE;
	for (i = 0; i < nr && !rc; i++)
		rc = store(dir, nodes[i].name, nodes[i].val);
	return rc;
}

int pb2_xen_publish(const char *dir, const struct pb2_xen_node *nodes,
		    unsigned int nr)
{
	return pb2_xen_publish_if(dir, NULL, nodes, nr);
}

void pb2_xen_rm(const char *dir, const char *node)
{
	char *path = kasprintf(GFP_KERNEL, "%s/%s", dir, node);
	size_t len = path ? strlen(path) : 0;
	struct key *key, *next;

	might_sleep();
	fake_note("rm=%s", node);
	mutex_lock(&keys_lock);
	generation++;
	list_for_each_entry_safe(key, next, &keys, link) {
		if (!path || strncmp(key->path, path, len) ||
		    (key->path[len] && key->path[len] != '/'))
			continue;
		list_del(&key->link);
		kfree(key->path);
		kfree(key->val);
		kfree(key);
	}
	mutex_unlock(&keys_lock);
	kfree(path);
}

enum xenbus_state pb2_xen_state(const char *dir)
{
	might_sleep();
	return read_number(dir, "state", XenbusStateUnknown);
}

/*
 * As xenbus_switch_state() does it: a directory that is gone does not come back,
 * and the state becomes Closing where xenstore does not take the new one.
 */
static void write_state(struct xenbus_device *xdev, enum xenbus_state state,
			int rc)
{
	char val[12];

	if (rc) {
		pb2_xen_error(xdev, rc, "writing new state");
		state = XenbusStateClosing;
	}
	snprintf(val, sizeof(val), "%d", state);
	if (read_number(xdev->nodename, "state", -1) >= 0 &&
	    store(xdev->nodename, "state", val))
		fake_wrong("no memory for a state");
	xdev->state = state;
}

int pb2_xen_switch_state(struct xenbus_device *xdev, enum xenbus_state state)
{
	int rc = fake_call("switch_state=%d", state);

	xdev->state = pb2_xen_state(xdev->nodename);
	if (state != xdev->state)
		write_state(xdev, state, rc);
	return 0;
}

int pb2_xen_rewrite_state(struct xenbus_device *xdev, enum xenbus_state state)
{
	int rc = fake_call("rewrite_state=%d", state);

	might_sleep();
	write_state(xdev, state, rc);
	return 0;
}

bool pb2_xen_is_online(struct xenbus_device *xdev)
{
	might_sleep();
	return read_number(xdev->nodename, "online", 0) == 1;
}

void pb2_xen_error(struct xenbus_device *xdev, int rc, const char *fmt, ...)
{
	va_list args;

	might_sleep();
	va_start(args, fmt);
	vsnprintf(fake_xen.error, sizeof(fake_xen.error), fmt, args);
	va_end(args);
	fake_xen.error_rc = rc;
	fake_note("error=%d", rc);
}

/**
 * fake_xenwatch_enter() - become the thread that tells of changes in xenstore
 *
 * Context: may sleep.
 */
void fake_xenwatch_enter(void)
{
	mutex_lock(&xenwatch_lock);
	xenwatch = current;
}

/**
 * fake_xenwatch_leave() - undo fake_xenwatch_enter()
 *
 * Context: the thread of xenwatch.
 */
void fake_xenwatch_leave(void)
{
	xenwatch = NULL;
	mutex_unlock(&xenwatch_lock);
}

/**
 * fake_xen_fire() - somebody wrote below the watched directory
 * @path: where
 *
 * Context: may sleep; not the thread of xenwatch.
 */
void fake_xen_fire(const char *path)
{
	struct xenbus_watch *watch;

	fake_xenwatch_enter();
	watch = fake_xen.watch;
	if (watch)
		watch->callback(watch, path, "token");
	fake_xenwatch_leave();
}

/* From here on again: what xen_iface.h declares */

int pb2_xen_watch(struct xenbus_device *xdev, struct xenbus_watch *watch,
		  void (*callback)(struct xenbus_watch *watch,
				   const char *path, const char *token))
{
	int rc = fake_call("watch");

	might_sleep();
	if (rc)
		return rc;
	if (fake_xen.watch)
		fake_wrong("a second watch");
	watch->callback = callback;
	fake_xen.watch = watch;
	return 0;
}

void pb2_xen_unwatch(struct xenbus_watch *watch)
{
	might_sleep();
	fake_note("unwatch");
	if (fake_xen.watch != watch)
		fake_wrong("a watch is unregistered that is not registered");
	fake_xen.watch = NULL;
	/* As in xenbus: a callback that runs ends first, but for the caller's. */
	if (READ_ONCE(xenwatch) != current) {
		mutex_lock(&xenwatch_lock);
		mutex_unlock(&xenwatch_lock);
	}
}
