// SPDX-License-Identifier: GPL-2.0
/*
 * page.c - grants of ECAM pages to domains
 *
 * Forbidding a page does not remove an existing mapping. Until the domain is
 * dead it may read the page, even if another function has this address by then.
 * So a grant is recorded by the page's address and the domain, not by the
 * function, which may be unbound or removed meanwhile. The module stays loaded
 * as long as there is a grant.
 */
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>

#include "handover.h"

/**
 * struct page_grant - a page that a domain was allowed to map
 * @link: in the list of all grants
 * @address: physical address of the page
 * @domid: the domain
 * @vm_path: that domain's path under /vm, or %NULL
 * @permitted: Xen lets the domain map the page. Even without this the domain
 *	may still have it mapped.
 */
struct page_grant {
	struct list_head link;
	u64 address;
	domid_t domid;
	char *vm_path;
	bool permitted;
};

static LIST_HEAD(page_grants);
/* Protects the list; held over hypercalls and accesses to xenstore */
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

/* A dead domain has no mappings. */
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
	/* The caller runs in the module, so the module cannot be unloading. */
	__module_get(THIS_MODULE);
	return grant;
}

/**
 * pb2_page_grant() - let a domain map a page
 * @address: physical address of the page
 * @domid: the domain
 * @vm_path: the domain's path under /vm, or %NULL
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
	/*
	 * The domain may still have a page mapped that it was granted before.
	 */
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
 * pb2_page_revoke() - forbid a domain to map a page
 * @address: physical address of the page
 * @domid: the domain
 * @vm_path: the domain's path under /vm, or %NULL
 *
 * The permissions of a domain end with it. Another domain may have the same ID
 * by now; it has another @vm_path, and its permissions are not changed.
 *
 * Context: may sleep.
 * Return: 0, also if the domain is dead or was never granted the page, or the
 * errno of pb2_domain_permit().
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
 * @address: physical address of the page, 0 for none
 * @domid: the domain whose own grant does not count
 * @vm_path: the path of @domid under /vm, or %NULL
 * @holder: set to the other domain if there is one
 *
 * Context: may sleep.
 * Return: true if a living domain other than @domid was granted the page.
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
 * pb2_page_check() - drop the grants of dead domains, because some domain died
 *
 * Context: any; the work queue does the work.
 */
void pb2_page_check(void)
{
	queue_work(pb2_wq, &page_grants_work);
}

/**
 * pb2_page_show() - show which domain may have which page mapped
 * @buf: where to write
 * @size: size of @buf in bytes
 *
 * Context: may sleep.
 * Return: bytes written: one line for each page granted to a living domain.
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
