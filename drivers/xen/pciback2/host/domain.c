// SPDX-License-Identifier: GPL-2.0
/*
 * domain.c - whether a domain is alive, what it may map, and who it is
 *
 * xenstore cannot tell: the nodes of a domain outlive it when its toolstack
 * died first. Xen can, by an interface that it offers to its own tools only
 * and renumbers when it changes.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uuid.h>
#include <xen/interface/domctl.h>
#include <xen/page.h>

#include "host.h"
#include "xen_iface.h"

/* Xen 4.14, and some more than 4.22, which is 0x18 */
#define FIRST_VERSION	0x12
#define LAST_VERSION	0x1f

/* Room for the longest path of a domain in xenstore */
#define PATH_LEN	40

/* What Xen calls its interface, 0 for not known */
static u32 domctl_version;

static int domain_get_info(u32 interface_version, domid_t domid,
			   struct xen_domctl_getdomaininfo *info)
{
	struct xen_domctl op = {
		.cmd = XEN_DOMCTL_getdomaininfo,
		.interface_version = interface_version,
		.domain = domid,
	};
	int rc = pb2_xen_domctl(&op);

	*info = op.u.getdomaininfo;
	return rc;
}

static int domain_find_version(u32 first, u32 last)
{
	struct xen_domctl_getdomaininfo info;
	u32 i;
	int rc;

	for (i = first; i <= last; i++) {
		rc = domain_get_info(i, 0, &info);
		if (!rc)
			domctl_version = i;
		/* Of another version, or not for us to ask */
		if (rc != -EACCES)
			break;
	}
	return rc;
}

/**
 * pb2_domain_init() - find out how to ask Xen about domains
 * @wanted: the version of its interface, as the administrator knows it, or 0
 *
 * Context: may sleep. Without Xen's help xenstore has to do, and the log says
 * so.
 */
void pb2_domain_init(u32 wanted)
{
	int rc = wanted ? domain_find_version(wanted, wanted) :
			  domain_find_version(FIRST_VERSION, LAST_VERSION);

	if (rc)
		pr_warn("Xen does not tell which domains are alive (domctl: %d): one that dies is noticed when its xenstore nodes are removed, not before, and nothing is handed over\n",
			rc);
}

/**
 * pb2_domain_exit() - undo pb2_domain_init()
 *
 * Context: any.
 */
void pb2_domain_exit(void)
{
	domctl_version = 0;
}

static char *domain_read_node(domid_t domid, const char *node)
{
	char dir[PATH_LEN];

	snprintf(dir, sizeof(dir), "/local/domain/%u", domid);
	return pb2_xen_read(dir, node);
}

/**
 * pb2_domain_vm_path() - what tells a domain from a later one of the same ID
 * @domid: the domain
 *
 * Context: may sleep.
 * Return: The domain's path under /vm, which holds its UUID, for the caller
 * to kfree(); %NULL when there is no such domain, or an ERR_PTR() of xenstore.
 */
char *pb2_domain_vm_path(domid_t domid)
{
	char *path = domain_read_node(domid, "vm");

	return path == ERR_PTR(-ENOENT) ? NULL : path;
}

/**
 * pb2_domain_target() - whose device model does a domain run?
 * @domid: the domain
 * @target: the other domain; unchanged on failure
 *
 * Context: may sleep.
 * Return: 0 for a stub domain, -ENOENT for any other, -EINVAL if the key
 * holds no domain ID, or an errno of xenstore.
 */
int pb2_domain_target(domid_t domid, domid_t *target)
{
	char *str = domain_read_node(domid, "target");
	int rc;

	if (IS_ERR(str))
		return PTR_ERR(str);
	rc = kstrtou16(str, 10, target) ? -EINVAL : 0;
	kfree(str);
	return rc;
}

/* The path below /vm ends in the UUID, whichever toolstack wrote it. */
static bool domain_parse_uuid(const char *vm_path, uuid_t *uuid)
{
	const char *name = vm_path ? strrchr(vm_path, '/') : NULL;

	return name && !uuid_parse(name + 1, uuid);
}

/**
 * pb2_domain_is_alive() - may a domain still do anything?
 * @domid: the domain
 * @vm_path: its path under /vm, which tells it from a later domain of the
 *	same number; %NULL for any domain of that number
 *
 * A domain that is shut down is alive, its memory map is still in use. One
 * that is dying is not, its virtual CPUs will never run again.
 *
 * Context: may sleep.
 * Return: 1 if it is alive, 0 if it is not, -ESTALE if the domain of that
 * number has another UUID, -EOPNOTSUPP if Xen cannot be asked, or another
 * errno of Xen's.
 */
int pb2_domain_is_alive(domid_t domid, const char *vm_path)
{
	struct xen_domctl_getdomaininfo info;
	uuid_t uuid;
	int rc;

	if (!domctl_version)
		return -EOPNOTSUPP;

	rc = domain_get_info(domctl_version, domid, &info);
	if (rc == -ESRCH)
		return 0;
	if (rc)
		return rc;
	/* Xen skips numbers that are not in use. */
	if (info.domain != domid || info.flags & XEN_DOMINF_dying)
		return 0;
	if (domain_parse_uuid(vm_path, &uuid) &&
	    memcmp(info.handle, uuid.b, UUID_SIZE))
		return -ESTALE;
	return 1;
}

/* A domain ID is used again, the path of its UUID is not. */
static bool domain_is_dead_in_xenstore(domid_t domid, const char *vm_path)
{
	char *now = pb2_domain_vm_path(domid);
	bool dead;

	if (IS_ERR(now))
		return false;
	dead = !now || !vm_path || strcmp(now, vm_path);
	kfree(now);
	return dead;
}

/**
 * pb2_domain_is_dead() - can a domain reach nothing any more?
 * @domid: the domain
 * @vm_path: as for pb2_domain_is_alive()
 *
 * Not knowing is no reason to put a function to sleep under a domain.
 *
 * Context: may sleep.
 * Return: true if it is certain that it is dead.
 */
bool pb2_domain_is_dead(domid_t domid, const char *vm_path)
{
	int alive = pb2_domain_is_alive(domid, vm_path);

	return alive < 0 ? domain_is_dead_in_xenstore(domid, vm_path) : !alive;
}

/**
 * pb2_domain_knows_xen() - can Xen be asked about domains, and told?
 *
 * Context: any.
 * Return: whether the version of its interface is known.
 */
bool pb2_domain_knows_xen(void)
{
	return domctl_version;
}

/**
 * pb2_domain_permit() - let a domain map one page of a device, or forbid it
 * @domid: the domain
 * @address: the page's physical address
 * @allow: which
 *
 * Forbidding it does not take away what the domain has mapped.
 *
 * Context: may sleep.
 * Return: 0, -ESRCH if there is no such domain, -EPERM if dom0 may not map it
 * itself, -EOPNOTSUPP if Xen cannot be asked, or another errno of Xen's.
 */
int pb2_domain_permit(domid_t domid, u64 address, bool allow)
{
	struct xen_domctl op = {
		.cmd = XEN_DOMCTL_iomem_permission,
		.interface_version = domctl_version,
		.domain = domid,
		.u.iomem_permission = {
			.first_mfn = address >> XEN_PAGE_SHIFT,
			.nr_mfns = 1,
			.allow_access = allow,
		},
	};

	return domctl_version ? pb2_xen_domctl(&op) : -EOPNOTSUPP;
}
