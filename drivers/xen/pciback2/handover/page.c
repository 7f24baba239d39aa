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
 * struct page_out - a page that a domain was given
 * @link: in the list of all
 * @address: physical
 * @domid: the domain
 * @vm_path: that domain's path under /vm, or %NULL
 * @granted: it may map it; it may have it mapped in any case
 */
struct page_out {
	struct list_head link;
	u64 address;
	domid_t domid;
	char *vm_path;
	bool granted;
};

static LIST_HEAD(pages);
/* Protects the list; held over hypercalls and questions to xenstore */
static DEFINE_MUTEX(pages_lock);

static bool is_dead(const struct page_out *page)
{
	return pb2_domain_is_dead(page->domid, page->vm_path);
}

static void forget(struct page_out *page)
{
	lockdep_assert_held(&pages_lock);

	list_del(&page->link);
	kfree(page->vm_path);
	kfree(page);
	module_put(THIS_MODULE);
}

/* The dead read nothing any more. */
static void bury(void)
{
	struct page_out *page, *next;

	lockdep_assert_held(&pages_lock);

	list_for_each_entry_safe(page, next, &pages, link)
		if (is_dead(page))
			forget(page);
}

static bool is_same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static struct page_out *find(u64 address, domid_t domid, const char *vm_path)
{
	struct page_out *page;

	lockdep_assert_held(&pages_lock);

	list_for_each_entry(page, &pages, link)
		if (page->address == address && page->domid == domid &&
		    is_same(page->vm_path, vm_path))
			return page;
	return NULL;
}

static struct page_out *remember(u64 address, domid_t domid,
				 const char *vm_path)
{
	struct page_out *page;

	lockdep_assert_held(&pages_lock);

	page = kzalloc(sizeof(*page), GFP_KERNEL);
	if (!page)
		return NULL;
	page->vm_path = kstrdup(vm_path, GFP_KERNEL);
	if (vm_path && !page->vm_path) {
		kfree(page);
		return NULL;
	}
	page->address = address;
	page->domid = domid;
	list_add_tail(&page->link, &pages);
	/* Whoever calls this runs in the module, so it cannot be going. */
	__module_get(THIS_MODULE);
	return page;
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
	struct page_out *page;
	bool is_new;
	int rc;

	mutex_lock(&pages_lock);
	bury();
	page = find(address, domid, vm_path);
	/* One that it had before it may still have mapped. */
	is_new = !page;
	if (is_new)
		page = remember(address, domid, vm_path);

	rc = page ? pb2_domain_permit(domid, address, true) : -ENOMEM;
	if (!rc)
		page->granted = true;
	else if (page && is_new)
		forget(page);
	mutex_unlock(&pages_lock);
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
	struct page_out *page;
	int rc = 0;

	mutex_lock(&pages_lock);
	bury();
	page = find(address, domid, vm_path);
	if (page && page->granted) {
		rc = pb2_domain_permit(domid, address, false);
		if (rc == -ESRCH)
			rc = 0;
		page->granted = rc;
	}
	mutex_unlock(&pages_lock);
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
	struct page_out *page;
	bool is_held = false;

	mutex_lock(&pages_lock);
	bury();
	list_for_each_entry(page, &pages, link) {
		if (page->address != address ||
		    (page->domid == domid && is_same(page->vm_path, vm_path)))
			continue;
		*holder = page->domid;
		is_held = true;
		break;
	}
	mutex_unlock(&pages_lock);
	return is_held;
}

static void look(struct work_struct *work)
{
	mutex_lock(&pages_lock);
	bury();
	mutex_unlock(&pages_lock);
}

static DECLARE_WORK(look_work, look);

/**
 * pb2_page_check() - some domain died: see whether it had a page
 *
 * Context: any.
 */
void pb2_page_check(void)
{
	queue_work(pb2_wq, &look_work);
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
	struct page_out *page;
	int len = 0;

	mutex_lock(&pages_lock);
	bury();
	list_for_each_entry(page, &pages, link)
		len += scnprintf(buf + len, size - len, "0x%llx domain %u: %s\n",
				 page->address, page->domid,
				 page->granted ? "may map it" :
						 "may still have it mapped");
	mutex_unlock(&pages_lock);
	return len;
}
