// SPDX-License-Identifier: GPL-2.0
/*
 * domain.c - whether a domain is alive, what it may map, and who it is
 *
 * xenstore cannot tell whether a domain is alive: the nodes of a domain outlive
 * it if its toolstack has died. Xen can tell, through the domctl interface,
 * which is meant for Xen's own tools and gets a new version number with each
 * change.
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

/*
 * Interface versions of domctl, from Xen 4.13 to 4.22. The layouts of exactly
 * these are compared with Xen's headers by scripts/check-interface. In another
 * version a call that changes something might do something else.
 */
#define FIRST_VERSION	0x12
#define LAST_VERSION	0x18

/* Size in bytes of the longest xenstore directory of a domain, with its NUL */
#define PATH_LEN	40

/* Version of Xen's domctl interface, 0 for unknown */
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
		/* -EACCES means a wrong version; any other error is final. */
		if (rc != -EACCES)
			break;
	}
	return rc;
}

static void domain_warn_unknown(u32 interface_version, int rc)
{
	static const char effect[] =
		"deaths are noticed late, nothing is handed over, sleeps, or is reset with others";

	if (rc == -EACCES && interface_version)
		pr_warn("domctl_version=%#x is not Xen's version: %s\n",
			interface_version, effect);
	else if (rc == -EACCES)
		pr_warn("Xen's domctl interface is of no known version (%#x to %#x): %s. If Xen's header domctl.h still has the same getdomaininfo, iomem_permission and assign_device, load with its version as domctl_version=\n",
			FIRST_VERSION, LAST_VERSION, effect);
	else
		pr_warn("Xen does not tell which domains are alive and what they have (domctl: %d): %s\n",
			rc, effect);
}

/**
 * pb2_domain_init() - find out how to ask Xen about domains
 * @interface_version: version of the domctl interface, from the administrator,
 *	who answers for its layout; 0 to try all whose layouts are known
 *
 * If Xen does not answer, pciback2 relies on xenstore, and logs a warning.
 *
 * Context: may sleep.
 */
void pb2_domain_init(u32 interface_version)
{
	u32 first = interface_version ?: FIRST_VERSION;
	u32 last = interface_version ?: LAST_VERSION;
	int rc = domain_find_version(first, last);

	if (rc)
		domain_warn_unknown(interface_version, rc);
	else if (domctl_version < FIRST_VERSION || domctl_version > LAST_VERSION)
		pr_notice("uses version %#x of Xen's domctl interface, which it does not know, because domctl_version says so\n",
			  domctl_version);
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
 * pb2_domain_vm_path() - read the VM path of a domain
 * @domid: ID of the domain
 *
 * The path holds the domain's UUID, and so tells the domain from a later one
 * with the same ID.
 *
 * Context: may sleep.
 * Return: the path under /vm, to be freed with kfree(); %NULL if xenstore has
 * no such domain; or an ERR_PTR() with xenstore's errno.
 */
char *pb2_domain_vm_path(domid_t domid)
{
	char *path = domain_read_node(domid, "vm");

	return path == ERR_PTR(-ENOENT) ? NULL : path;
}

/**
 * pb2_domain_target() - which domain does a stub domain serve?
 * @domid: ID of the stub domain
 * @target: set to the ID of the domain whose device model runs in @domid;
 *	unchanged on failure
 *
 * Context: may sleep.
 * Return: 0; -ENOENT if the domain is not a stub domain; -EINVAL if the node
 * "target" holds no domain ID; or xenstore's errno.
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

/* Every toolstack ends the path under /vm with the UUID. */
static bool domain_parse_uuid(const char *vm_path, uuid_t *uuid)
{
	const char *name = vm_path ? strrchr(vm_path, '/') : NULL;

	return name && !uuid_parse(name + 1, uuid);
}

/**
 * pb2_domain_is_alive() - can a domain still run or use its memory map?
 * @domid: ID of the domain
 * @vm_path: the domain's path under /vm, which tells it from a later domain
 *	with the same ID; %NULL for any domain with that ID
 *
 * A domain that has shut down is alive, since its memory map is still in use.
 * A dying domain is not alive, since its virtual CPUs never run again.
 *
 * Context: may sleep.
 * Return: 1 if the domain is alive; 0 if it is not; -ESTALE if the domain with
 * that ID has another UUID; -EOPNOTSUPP if the version of the domctl interface
 * is unknown; or Xen's errno.
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
	/* For an unused ID, Xen answers about the next domain. */
	if (info.domain != domid || info.flags & XEN_DOMINF_dying)
		return 0;
	if (domain_parse_uuid(vm_path, &uuid) &&
	    memcmp(info.handle, uuid.b, UUID_SIZE))
		return -ESTALE;
	return 1;
}

/* Xen reuses a domain ID; a later domain has another path under /vm. */
static bool domain_is_dead_in_xenstore(domid_t domid, const char *vm_path)
{
	char *current_path = pb2_domain_vm_path(domid);
	bool dead;

	if (IS_ERR(current_path))
		return false;
	dead = !current_path || !vm_path || strcmp(current_path, vm_path);
	kfree(current_path);
	return dead;
}

/**
 * pb2_domain_is_dead() - is it certain that a domain is dead?
 * @domid: ID of the domain
 * @vm_path: as for pb2_domain_is_alive()
 *
 * If Xen does not answer, xenstore decides. Doubt counts as alive: a function
 * must not be put to sleep under a running domain.
 *
 * Context: may sleep.
 * Return: true if the domain is certainly dead.
 */
bool pb2_domain_is_dead(domid_t domid, const char *vm_path)
{
	int alive = pb2_domain_is_alive(domid, vm_path);

	return alive < 0 ? domain_is_dead_in_xenstore(domid, vm_path) : !alive;
}

/**
 * pb2_domain_knows_xen() - can pciback2 use Xen's domctl interface?
 *
 * Context: any.
 * Return: true if the version of the interface is known.
 */
bool pb2_domain_knows_xen(void)
{
	return domctl_version;
}

/**
 * pb2_domain_permit() - allow or forbid a domain to map one page of a device
 * @domid: ID of the domain
 * @address: physical address of the page
 * @allow: true to allow, false to forbid
 *
 * Forbidding leaves existing mappings of the domain in place.
 *
 * Context: may sleep.
 * Return: 0; -ESRCH if there is no such domain; -EPERM if dom0 may not map the
 * page itself; -EOPNOTSUPP if the version of the domctl interface is unknown;
 * or Xen's errno.
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

/**
 * pb2_domain_test_assign() - ask Xen whether a function is in a domain
 * @sbdf: address of the function
 *
 * Xen logs a line at the level of guests' information whenever it answers with
 * -EINVAL.
 *
 * Context: may sleep.
 * Return: 0 if dom0 or the quarantine has the function; -EINVAL if another
 * domain or Xen itself has it, or Xen does not know it; -EOPNOTSUPP, -ENOSYS or
 * -ENODEV if Xen assigns no functions, since there is no IOMMU; -EACCES if the
 * version of the domctl interface is unknown; or Xen's errno.
 */
int pb2_domain_test_assign(const struct pb2_sbdf *sbdf)
{
	struct xen_domctl op = {
		.cmd = XEN_DOMCTL_test_assign_device,
		.interface_version = domctl_version,
		/* The question is not about a particular domain. */
		.domain = DOMID_INVALID,
		.u.assign_device = {
			.dev = XEN_DOMCTL_DEV_PCI,
			.machine_sbdf = pb2_sbdf_number(sbdf),
		},
	};

	return domctl_version ? pb2_xen_domctl(&op) : -EACCES;
}
