// SPDX-License-Identifier: GPL-2.0
/*
 * fake_domain.c - the domains that Xen knows, and its answers about them
 */
#include <linux/uuid.h>

#include "../../../drivers/xen/pciback2/doors.h"
#include "fake.h"
#include "fake_xen.h"

#define MAX_DOMAINS	8
#define MAX_PAGES	8
/*
 * Size of the union in Xen's own struct xen_domctl, in bytes. Xen copies all of
 * it back to the caller.
 */
#define COPIED_BACK	128

static struct domain {
	bool exists;
	domid_t domid;
	u32 flags;
	uuid_t uuid;
	u32 function;
	/* Physical addresses that the domain may map, 0 for an unused entry */
	u64 pages[MAX_PAGES];
} domains[MAX_DOMAINS];

/**
 * fake_domain_reset() - no domain, not even dom0
 *
 * Context: any.
 */
void fake_domain_reset(void)
{
	memset(domains, 0, sizeof(domains));
}

static struct domain *find(domid_t domid)
{
	unsigned int i;

	for (i = 0; i < MAX_DOMAINS; i++)
		if (domains[i].exists && domains[i].domid == domid)
			return &domains[i];
	return NULL;
}

/**
 * fake_domain_create() - create a domain, or reuse its number for another one
 * @domid: its number
 * @uuid: its UUID
 *
 * Context: any.
 */
void fake_domain_create(domid_t domid, const char *uuid)
{
	struct domain *domain = find(domid);
	unsigned int i;

	for (i = 0; !domain && i < MAX_DOMAINS; i++)
		if (!domains[i].exists)
			domain = &domains[i];
	if (WARN_ON(!domain))
		return;
	domain->exists = true;
	domain->domid = domid;
	domain->flags = 0;
	domain->function = 0;
	memset(domain->pages, 0, sizeof(domain->pages));
	WARN_ON(uuid_parse(uuid, &domain->uuid));
}

/**
 * fake_domain_set_flags() - the domain shuts down, or begins to die
 * @domid: its number
 * @flags: XEN_DOMINF_*
 *
 * Context: any.
 */
void fake_domain_set_flags(domid_t domid, u32 flags)
{
	find(domid)->flags = flags;
}

/**
 * fake_domain_free() - Xen frees a dead domain
 * @domid: its number
 *
 * Context: any.
 */
void fake_domain_free(domid_t domid)
{
	find(domid)->exists = false;
}

/**
 * fake_domain_event() - xenstore tells that some domain died
 *
 * Context: may sleep.
 */
void fake_domain_event(void)
{
	if (fake_xen.on_release)
		fake_xen.on_release();
}

/* As in Xen: the existing domain with the lowest ID that is not below @domid */
static struct domain *find_from(domid_t domid)
{
	struct domain *best = NULL;
	unsigned int i;

	for (i = 0; i < MAX_DOMAINS; i++)
		if (domains[i].exists && domains[i].domid >= domid &&
		    (!best || best->domid > domains[i].domid))
			best = &domains[i];
	return best;
}

static u64 *find_page(struct domain *domain, u64 page)
{
	unsigned int i;

	for (i = 0; i < MAX_PAGES; i++)
		if (domain->pages[i] == page)
			return &domain->pages[i];
	return NULL;
}

/**
 * fake_domain_page() - the page of a device that a domain may map
 * @domid: its number
 *
 * Context: may sleep. A test fails here if the domain may map several pages;
 * it asks fake_domain_may_map().
 * Return: its address, 0 for none.
 */
u64 fake_domain_page(domid_t domid)
{
	struct domain *domain = find(domid);
	u64 page = 0;
	unsigned int i;

	for (i = 0; i < MAX_PAGES; i++) {
		if (page && domain->pages[i])
			fake_wrong("domain %u may map more than one page",
				   domid);
		page = domain->pages[i] ?: page;
	}
	return page;
}

/**
 * fake_domain_may_map() - may a domain map this page of a device?
 * @domid: its number
 * @page: physical address of the page
 *
 * Context: any.
 * Return: whether.
 */
bool fake_domain_may_map(domid_t domid, u64 page)
{
	return page && find_page(find(domid), page);
}

/*
 * As with Xen's rangesets: a page that is permitted twice is forbidden at once,
 * and forbidding one that was never permitted succeeds.
 */
static int set_page(struct domain *domain, u64 page, bool allow)
{
	u64 *known = find_page(domain, page);
	u64 *unused = find_page(domain, 0);

	if (!allow) {
		if (known)
			*known = 0;
		return 0;
	}
	if (known)
		return 0;
	if (!unused)
		return -ENOMEM;
	*unused = page;
	return 0;
}

/**
 * fake_domain_give() - Xen assigns a function to a domain, as a toolstack asks
 * @domid: the domain's number
 * @sbdf: the function, or %NULL to take the last one away
 *
 * Context: any.
 */
void fake_domain_give(domid_t domid, const struct pb2_sbdf *sbdf)
{
	find(domid)->function = sbdf ? pb2_sbdf_number(sbdf) : 0;
}

/* In the order of Xen's iommu_do_domctl() and iommu_do_pci_domctl() */
static int answer_assign(struct xen_domctl *op)
{
	const struct xen_domctl_assign_device *assign = &op->u.assign_device;
	int rc = fake_call("test_assign=%x", assign->machine_sbdf);
	unsigned int i;

	if (rc)
		return rc;
	if (op->interface_version != fake_xen.domctl)
		return -EACCES;
	if (op->domain != DOMID_INVALID) {
		fake_wrong("whether domain %u can have a function", op->domain);
		return -ESRCH;
	}
	if (fake_xen.no_iommu)
		return -EOPNOTSUPP;
	if (assign->dev != XEN_DOMCTL_DEV_PCI)
		return -ENODEV;
	if (assign->flags)
		return -EINVAL;
	for (i = 0; i < MAX_DOMAINS; i++)
		if (domains[i].exists &&
		    domains[i].function == assign->machine_sbdf)
			return -EINVAL;
	return 0;
}

static int permit(struct xen_domctl *op)
{
	const struct xen_domctl_iomem_permission *perm =
		&op->u.iomem_permission;
	struct domain *domain = find(op->domain);
	int rc = fake_call("%s=%u", perm->allow_access ? "permit" : "forbid",
			   op->domain);

	if (rc)
		return rc;
	if (op->interface_version != fake_xen.domctl)
		return -EACCES;
	if (!domain)
		return -ESRCH;
	if (perm->nr_mfns != 1)
		fake_wrong("%llu pages at once", perm->nr_mfns);
	if (!perm->first_mfn)
		fake_wrong("page 0 is no device's");
	return set_page(domain, perm->first_mfn << PAGE_SHIFT,
			perm->allow_access);
}

/* From here on: what xen_iface.h declares */

int pb2_xen_domctl(struct xen_domctl *op)
{
	struct xen_domctl_getdomaininfo *info = &op->u.getdomaininfo;
	struct domain *domain = find_from(op->domain);
	int rc;

	might_sleep();
	if (op->cmd == XEN_DOMCTL_iomem_permission)
		return permit(op);
	if (op->cmd == XEN_DOMCTL_test_assign_device)
		return answer_assign(op);
	if (fake_xen.silent)
		return -EPERM;

	rc = fake_call("domctl=%u", op->domain);
	if (rc)
		return rc;
	if (op->interface_version != fake_xen.domctl)
		return -EACCES;
	if (op->cmd != XEN_DOMCTL_getdomaininfo)
		return -ENOSYS;
	if (!domain)
		return -ESRCH;

	memset(&op->u, 0x5a, COPIED_BACK);
	op->domain = domain->domid;
	info->domain = domain->domid;
	info->flags = domain->flags;
	memcpy(info->handle, &domain->uuid, sizeof(domain->uuid));
	return 0;
}

void pb2_xen_watch_domains(void (*died)(void),
			   void (*listed)(const char *path))
{
	might_sleep();
	if (fake_xen.on_release)
		fake_wrong("domains are watched already");
	fake_xen.on_release = died;
	fake_xen.on_backend = listed;
}

void pb2_xen_unwatch_domains(void)
{
	might_sleep();
	fake_xen.on_release = NULL;
	fake_xen.on_backend = NULL;
}
