// SPDX-License-Identifier: GPL-2.0
/*
 * holder.c - the domains that may still reach a function or an ECAM page
 *
 * A domain keeps what it has mapped when its permission ends, and when the
 * function leaves it. So only the death of a domain ends what it holds. The
 * record is by address and domain, not by function: the function may be unbound
 * or removed meanwhile, and another one may have its address.
 */
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>

#include "device.h"

/**
 * struct holder - a domain that may have something mapped
 * @link: in the list of all holders
 * @held: what it may have mapped
 * @domid: the domain
 * @vm_path: that domain's path under /vm, or %NULL
 * @permitted: the domain may map it anew: it was granted the page, or owns the
 *	function. Even without this the domain may still have it mapped.
 *
 * Each holder keeps the module loaded, since without the module nobody would know
 * of it.
 */
struct holder {
	struct list_head link;
	struct pb2_held held;
	domid_t domid;
	char *vm_path;
	bool permitted;
};

static LIST_HEAD(holders);
/* Protects the list; held over hypercalls and accesses to xenstore */
static DEFINE_MUTEX(holders_lock);

/**
 * pb2_held_page() - an ECAM page, as something that a domain may hold
 * @address: physical address of the page
 *
 * Context: any.
 * Return: the page.
 */
struct pb2_held pb2_held_page(u64 address)
{
	return (struct pb2_held) {
		.kind = PB2_HELD_PAGE,
		.address = address,
	};
}

/**
 * pb2_held_bars() - the BARs of a function, as something that a domain may hold
 * @sbdf: address of the function
 *
 * Context: any.
 * Return: the BARs.
 */
struct pb2_held pb2_held_bars(const struct pb2_sbdf *sbdf)
{
	return (struct pb2_held) {
		.kind = PB2_HELD_BARS,
		.address = pb2_sbdf_number(sbdf),
	};
}

static bool holder_is_dead(const struct holder *holder)
{
	return pb2_domain_is_dead(holder->domid, holder->vm_path);
}

static bool holder_has(const struct holder *holder, const struct pb2_held *held)
{
	return holder->held.kind == held->kind &&
	       holder->held.address == held->address;
}

static bool is_vm_path_same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static bool holder_is_domain(const struct holder *holder, domid_t domid,
			     const char *vm_path)
{
	return holder->domid == domid &&
	       is_vm_path_same(holder->vm_path, vm_path);
}

static void holder_free(struct holder *holder)
{
	lockdep_assert_held(&holders_lock);

	list_del(&holder->link);
	kfree(holder->vm_path);
	kfree(holder);
	module_put(THIS_MODULE);
}

/* A dead domain has no mappings. */
static void holders_drop_dead(const struct pb2_held *held)
{
	struct holder *holder, *next;

	lockdep_assert_held(&holders_lock);

	list_for_each_entry_safe(holder, next, &holders, link)
		if ((!held || holder_has(holder, held)) &&
		    holder_is_dead(holder))
			holder_free(holder);
}

static struct holder *holder_find(const struct pb2_held *held, domid_t domid,
				  const char *vm_path)
{
	struct holder *holder;

	lockdep_assert_held(&holders_lock);

	list_for_each_entry(holder, &holders, link)
		if (holder_has(holder, held) &&
		    holder_is_domain(holder, domid, vm_path))
			return holder;
	return NULL;
}

static int holder_add(const struct pb2_held *held, domid_t domid,
		      const char *vm_path)
{
	struct holder *holder;

	lockdep_assert_held(&holders_lock);

	if (!try_module_get(THIS_MODULE))
		return -ESHUTDOWN;
	holder = kzalloc(sizeof(*holder), GFP_KERNEL);
	if (!holder)
		goto no_holder;
	holder->vm_path = kstrdup(vm_path, GFP_KERNEL);
	if (vm_path && !holder->vm_path)
		goto no_path;
	holder->held = *held;
	holder->domid = domid;
	list_add_tail(&holder->link, &holders);
	return 0;

no_path:
	kfree(holder);
no_holder:
	module_put(THIS_MODULE);
	return -ENOMEM;
}

/**
 * pb2_holder_add() - record that a domain may map something from now on
 * @held: what the domain may map
 * @domid: the domain
 * @vm_path: the domain's path under /vm, or %NULL
 *
 * The caller lets the domain map it afterwards, and calls
 * pb2_holder_set_permitted() or, if that fails, pb2_holder_remove().
 *
 * Context: may sleep.
 * Return: 1; 0 if the domain is recorded already, since it may still have it
 * mapped; -ENOMEM; or -ESHUTDOWN if the module is being unloaded.
 */
int pb2_holder_add(const struct pb2_held *held, domid_t domid,
		   const char *vm_path)
{
	int rc = 0;

	mutex_lock(&holders_lock);
	holders_drop_dead(held);
	if (!holder_find(held, domid, vm_path))
		rc = holder_add(held, domid, vm_path) ?: 1;
	mutex_unlock(&holders_lock);
	return rc;
}

/**
 * pb2_holder_remove() - undo pb2_holder_add()
 * @held: what the domain could not map after all
 * @domid: the domain
 * @vm_path: the domain's path under /vm, or %NULL
 *
 * Context: may sleep.
 */
void pb2_holder_remove(const struct pb2_held *held, domid_t domid,
		       const char *vm_path)
{
	struct holder *holder;

	mutex_lock(&holders_lock);
	holder = holder_find(held, domid, vm_path);
	if (holder)
		holder_free(holder);
	mutex_unlock(&holders_lock);
}

/**
 * pb2_holder_set_permitted() - record whether a holder may map it anew
 * @held: what the domain holds
 * @domid: the domain; nothing happens if it is no holder, or not any more
 * @vm_path: the domain's path under /vm, or %NULL
 * @permitted: whether it may
 *
 * Context: may sleep.
 */
void pb2_holder_set_permitted(const struct pb2_held *held, domid_t domid,
			      const char *vm_path, bool permitted)
{
	struct holder *holder;

	mutex_lock(&holders_lock);
	holder = holder_find(held, domid, vm_path);
	if (holder)
		holder->permitted = permitted;
	mutex_unlock(&holders_lock);
}

/**
 * pb2_holder_retire() - record that no domain owns a function any more
 * @held: the function's BARs
 * @holder: set to a domain that may still have them mapped, if there is one
 *
 * Context: may sleep.
 * Return: true if there is such a domain. The module cannot be unloaded while it
 * lives.
 */
bool pb2_holder_retire(const struct pb2_held *held, domid_t *holder)
{
	struct holder *one;
	bool found = false;

	mutex_lock(&holders_lock);
	holders_drop_dead(held);
	list_for_each_entry(one, &holders, link) {
		if (!holder_has(one, held))
			continue;
		one->permitted = false;
		*holder = one->domid;
		found = true;
	}
	mutex_unlock(&holders_lock);
	return found;
}

/**
 * pb2_holder_is_permitted() - may a living domain map something anew?
 * @held: what it is
 * @domid: the domain
 * @vm_path: the domain's path under /vm, or %NULL
 *
 * Context: may sleep.
 * Return: false also for a domain that is dead or no holder.
 */
bool pb2_holder_is_permitted(const struct pb2_held *held, domid_t domid,
			     const char *vm_path)
{
	const struct holder *holder;
	bool permitted;

	mutex_lock(&holders_lock);
	holders_drop_dead(held);
	holder = holder_find(held, domid, vm_path);
	permitted = holder && holder->permitted;
	mutex_unlock(&holders_lock);
	return permitted;
}

/**
 * pb2_holder_find_other() - may another domain have something mapped?
 * @held: what it is
 * @domid: the domain that does not count
 * @vm_path: the path of @domid under /vm, or %NULL
 * @other: set to the other domain if there is one
 *
 * Context: may sleep.
 * Return: true if a living domain other than @domid holds it.
 */
bool pb2_holder_find_other(const struct pb2_held *held, domid_t domid,
			   const char *vm_path, domid_t *other)
{
	struct holder *holder;
	bool found = false;

	mutex_lock(&holders_lock);
	holders_drop_dead(held);
	list_for_each_entry(holder, &holders, link) {
		if (!holder_has(holder, held) ||
		    holder_is_domain(holder, domid, vm_path))
			continue;
		*other = holder->domid;
		found = true;
		break;
	}
	mutex_unlock(&holders_lock);
	return found;
}

static bool holder_is_last_domain(const struct holder *holder,
				  const struct pb2_device *pbdev)
{
	if (holder_is_domain(holder, pbdev->domid, pbdev->vm_path))
		return true;
	return pbdev->target_vm_path &&
	       holder_is_domain(holder, pbdev->target, pbdev->target_vm_path);
}

/**
 * pb2_holder_has_stranger() - may a domain that has nothing to do with a function
 *	have something mapped?
 * @held: what it is
 * @pbdev: the function. Its present or last domain does not count, and for a stub
 *	domain neither does its target.
 *
 * Context: @pbdev's device_lock held, may sleep.
 * Return: true if another domain that is alive holds it.
 */
bool pb2_holder_has_stranger(const struct pb2_held *held,
			     const struct pb2_device *pbdev)
{
	struct holder *holder;
	bool found = false;

	device_lock_assert(&pbdev->pdev->dev);

	mutex_lock(&holders_lock);
	holders_drop_dead(held);
	list_for_each_entry(holder, &holders, link)
		if (holder_has(holder, held) &&
		    !holder_is_last_domain(holder, pbdev))
			found = true;
	mutex_unlock(&holders_lock);
	return found;
}

/**
 * pb2_holder_exists() - may any domain have something mapped?
 * @held: what it is
 *
 * Context: may sleep.
 * Return: true if a living domain holds it.
 */
bool pb2_holder_exists(const struct pb2_held *held)
{
	domid_t unused;

	return pb2_holder_find_other(held, DOMID_INVALID, NULL, &unused);
}

static void holders_check(struct work_struct *work)
{
	if (pb2_work_postpone(NULL, work))
		return;
	mutex_lock(&holders_lock);
	holders_drop_dead(NULL);
	mutex_unlock(&holders_lock);
}

static DECLARE_WORK(holders_work, holders_check);

/**
 * pb2_holder_check() - forget dead domains, because some domain died
 *
 * Context: any; the work queue does the work.
 */
void pb2_holder_check(void)
{
	queue_work(pb2_wq, &holders_work);
}

/**
 * pb2_holder_exit() - forget all holders
 *
 * Context: may sleep; nothing can become held any more.
 */
void pb2_holder_exit(void)
{
	struct holder *holder, *next;

	mutex_lock(&holders_lock);
	list_for_each_entry_safe(holder, next, &holders, link)
		holder_free(holder);
	mutex_unlock(&holders_lock);
}

static int holder_show(const struct holder *holder, char *buf, size_t size)
{
	u64 address = holder->held.address;
	const struct pb2_sbdf sbdf = {
		.domain = address >> 16,
		.bus = address >> 8,
		.devfn = address,
	};

	if (holder->held.kind == PB2_HELD_BARS)
		return scnprintf(buf, size, PB2_SBDF_FMT " domain %u: %s\n",
				 PB2_SBDF_ARGS(&sbdf), holder->domid,
				 holder->permitted ?
				 "owns it" :
				 "may still have its BARs mapped");
	return scnprintf(buf, size, "0x%llx domain %u: %s\n",
			 address, holder->domid,
			 holder->permitted ? "may map it" :
					     "may still have it mapped");
}

/**
 * pb2_holder_show() - show which domain may have what mapped
 * @kind: what to show
 * @buf: where to write
 * @size: size of @buf in bytes
 *
 * Context: may sleep.
 * Return: bytes written: one line for each holder that is alive.
 */
int pb2_holder_show(enum pb2_held_kind kind, char *buf, size_t size)
{
	struct holder *holder;
	int len = 0;

	mutex_lock(&holders_lock);
	holders_drop_dead(NULL);
	list_for_each_entry(holder, &holders, link)
		if (holder->held.kind == kind)
			len += holder_show(holder, buf + len, size - len);
	mutex_unlock(&holders_lock);
	return len;
}
