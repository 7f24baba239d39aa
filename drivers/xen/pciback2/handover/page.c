// SPDX-License-Identifier: GPL-2.0
/*
 * page.c - pages of configuration space that domains were given
 *
 * To forbid a page does not take away what is mapped: until the domain is dead
 * it may read what is there, even if that is another function by then. So a
 * page is remembered by its address and by the domain, not by the function,
 * which may be unbound or pulled meanwhile, and the module stays loaded as long
 * as there is one.
 */
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>

#include "handover.h"

/**
 * struct page_grant - a page that a domain was given
 * @link: in the list of all
 * @address: physical
 * @domid: the domain
 * @vm_path: that domain's path under /vm, or %NULL
 * @permitted: it may map it; it may have it mapped in any case
 */
struct page_grant {
	struct list_head link;
	u64 address;
	domid_t domid;
	char *vm_path;
	bool permitted;
};

static LIST_HEAD(page_grants);
/* Protects the list; held over hypercalls and questions to xenstore */
static DEFINE_MUTEX(page_grants_lock);

static bool page_grant_is_dead(const struct page_grant *grant)
{
	return pb2_domain_is_dead(grant->domid, grant->vm_path);
}

static void page_grant_free(struct page_grant *grant)
{
	lockdep_assert_held(&page_grants_lock);

	list_del(&grant->link);
	kfree(grant->vm_path);
	kfree(grant);
	module_put(THIS_MODULE);
}

/* The dead read nothing any more. */
static void page_grants_drop_dead(void)
{
	struct page_grant *grant, *next;

	lockdep_assert_held(&page_grants_lock);

	list_for_each_entry_safe(grant, next, &page_grants, link)
		if (page_grant_is_dead(grant))
			page_grant_free(grant);
}

static bool is_vm_path_same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static bool page_grant_is_of(const struct page_grant *grant, domid_t domid,
			     const char *vm_path)
{
	return grant->domid == domid && is_vm_path_same(grant->vm_path, vm_path);
}

static struct page_grant *page_grant_find(u64 address, domid_t domid,
					  const char *vm_path)
{
	struct page_grant *grant;

	lockdep_assert_held(&page_grants_lock);

	list_for_each_entry(grant, &page_grants, link)
		if (grant->address == address &&
		    page_grant_is_of(grant, domid, vm_path))
			return grant;
	return NULL;
}

static struct page_grant *page_grant_add(u64 address, domid_t domid,
					 const char *vm_path)
{
	struct page_grant *grant;

	lockdep_assert_held(&page_grants_lock);

	grant = kzalloc(sizeof(*grant), GFP_KERNEL);
	if (!grant)
		return NULL;
	grant->vm_path = kstrdup(vm_path, GFP_KERNEL);
	if (vm_path && !grant->vm_path) {
		kfree(grant);
		return NULL;
	}
	grant->address = address;
	grant->domid = domid;
	list_add_tail(&grant->link, &page_grants);
	/* Whoever calls this runs in the module, so it cannot be going. */
	__module_get(THIS_MODULE);
	return grant;
}

/**
 * pb2_page_grant() - let a domain map a page
 * @address: its physical address
 * @domid: the domain
 * @vm_path: its path under /vm, or %NULL
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM, or the errno of pb2_domain_permit().
 */
int pb2_page_grant(u64 address, domid_t domid, const char *vm_path)
{
	struct page_grant *grant;
	bool is_new;
	int rc;

	mutex_lock(&page_grants_lock);
	page_grants_drop_dead();
	grant = page_grant_find(address, domid, vm_path);
	/* One that it had before it may still have mapped. */
	is_new = !grant;
	if (is_new)
		grant = page_grant_add(address, domid, vm_path);

	rc = grant ? pb2_domain_permit(domid, address, true) : -ENOMEM;
	if (!rc)
		grant->permitted = true;
	else if (grant && is_new)
		page_grant_free(grant);
	mutex_unlock(&page_grants_lock);
	return rc;
}

/**
 * pb2_page_revoke() - forbid it again
 * @address: its physical address
 * @domid: the domain
 * @vm_path: its path under /vm, or %NULL
 *
 * With the domain Xen forgets what it permitted; another domain may have the
 * number by now, and is left alone.
 *
 * Context: may sleep.
 * Return: 0, also if the domain is dead, or the errno of pb2_domain_permit().
 */
int pb2_page_revoke(u64 address, domid_t domid, const char *vm_path)
{
	struct page_grant *grant;
	int rc = 0;

	mutex_lock(&page_grants_lock);
	page_grants_drop_dead();
	grant = page_grant_find(address, domid, vm_path);
	if (grant && grant->permitted) {
		rc = pb2_domain_permit(domid, address, false);
		if (rc == -ESRCH)
			rc = 0;
		grant->permitted = rc;
	}
	mutex_unlock(&page_grants_lock);
	return rc;
}

/**
 * pb2_page_is_held() - may another domain have a page mapped?
 * @address: its physical address, 0 for none
 * @domid: the domain that is no other
 * @vm_path: its path under /vm, or %NULL
 * @holder: where the other domain goes
 *
 * Context: may sleep.
 * Return: whether there is one, which is alive.
 */
bool pb2_page_is_held(u64 address, domid_t domid, const char *vm_path,
		      domid_t *holder)
{
	struct page_grant *grant;
	bool is_held = false;

	mutex_lock(&page_grants_lock);
	page_grants_drop_dead();
	list_for_each_entry(grant, &page_grants, link) {
		if (grant->address != address ||
		    page_grant_is_of(grant, domid, vm_path))
			continue;
		*holder = grant->domid;
		is_held = true;
		break;
	}
	mutex_unlock(&page_grants_lock);
	return is_held;
}

static void page_grants_check(struct work_struct *work)
{
	mutex_lock(&page_grants_lock);
	page_grants_drop_dead();
	mutex_unlock(&page_grants_lock);
}

static DECLARE_WORK(page_grants_work, page_grants_check);

/**
 * pb2_page_check() - some domain died: see whether it had a page
 *
 * Context: any.
 */
void pb2_page_check(void)
{
	queue_work(pb2_wq, &page_grants_work);
}

/**
 * pb2_page_show() - who has which page, for the administrator
 * @buf: where to
 * @size: its size in bytes
 *
 * Context: may sleep.
 * Return: bytes written: a line for each page that a domain alive was given.
 */
int pb2_page_show(char *buf, size_t size)
{
	struct page_grant *grant;
	int len = 0;

	mutex_lock(&page_grants_lock);
	page_grants_drop_dead();
	list_for_each_entry(grant, &page_grants, link)
		len += scnprintf(buf + len, size - len, "0x%llx domain %u: %s\n",
				 grant->address, grant->domid,
				 grant->permitted ? "may map it" :
						 "may still have it mapped");
	mutex_unlock(&page_grants_lock);
	return len;
}
