// SPDX-License-Identifier: GPL-2.0
/*
 * owner.c - whether any domain has a function, as Xen or xenstore knows it
 *
 * pciback2 learns of an assignment from the nodes that libxl writes last. Other
 * toolstacks write less, and one that is killed leaves the rest out: so the
 * driver's own idea of a function is no proof that no domain has it. Xen knows,
 * where it assigns functions. Without an IOMMU it does not, and "dev-N" in the
 * directory of a backend, which all toolstacks write, has to do.
 */
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "host.h"
#include "xen_iface.h"

#define BACKENDS	"/local/domain/0/backend/pci"

/* Size in bytes of the directory of one backend in BACKENDS, with its NUL */
#define DIR_LEN		64

/**
 * typedef owner_visit_t - looks at one node of a directory
 * @dir: the directory
 * @node: name of the node in @dir
 * @sbdf: the function that is looked for
 *
 * Returns true if the function may be listed there.
 */
typedef bool (*owner_visit_t)(const char *dir, const char *node,
			      const struct pb2_sbdf *sbdf);

/*
 * Only toolstacks write below BACKENDS, and xenstore lists at most 4 KiB of names
 * at once: the search ends. What cannot be read may hold the function.
 */
static bool owner_search_dir(const char *dir, const struct pb2_sbdf *sbdf,
			     owner_visit_t visit)
{
	unsigned int i, nr = 0;
	bool found = false;
	char **nodes = pb2_xen_list(dir, &nr);

	if (IS_ERR(nodes))
		return PTR_ERR(nodes) != -ENOENT;
	for (i = 0; i < nr && !found; i++)
		found = visit(dir, nodes[i], sbdf);
	kfree(nodes);
	return found;
}

static bool owner_visit_node(const char *dir, const char *node,
			     const struct pb2_sbdf *sbdf)
{
	struct pb2_sbdf listed;
	bool is_same;
	char *val;

	if (strncmp(node, "dev-", strlen("dev-")))
		return false;
	val = pb2_xen_read(dir, node);
	if (IS_ERR(val))
		return PTR_ERR(val) != -ENOENT;
	is_same = !pb2_sbdf_parse(val, &listed) && pb2_sbdf_equal(&listed, sbdf);
	kfree(val);
	return is_same;
}

static bool owner_visit_backend(const char *dir, const char *node,
				const struct pb2_sbdf *sbdf)
{
	char backend[DIR_LEN];

	if (snprintf(backend, sizeof(backend), "%s/%s", dir, node) >=
	    sizeof(backend))
		return true;
	return owner_search_dir(backend, sbdf, owner_visit_node);
}

/* The nodes of a domain may outlive it. */
static bool owner_visit_domain(const char *dir, const char *node,
			       const struct pb2_sbdf *sbdf)
{
	char backends[DIR_LEN];
	domid_t domid;

	if (kstrtou16(node, 10, &domid) ||
	    snprintf(backends, sizeof(backends), "%s/%u", dir, domid) >=
	    sizeof(backends))
		return true;
	return pb2_domain_is_alive(domid, NULL) &&
	       owner_search_dir(backends, sbdf, owner_visit_backend);
}

/*
 * Before xenstored runs, a request would wait for it, and whoever wakes the
 * function would wait as well.
 */
static bool owner_is_listed(const struct pb2_sbdf *sbdf)
{
	return !pb2_xen_store_is_ready() ||
	       owner_search_dir(BACKENDS, sbdf, owner_visit_domain);
}

/**
 * pb2_owner_may_exist() - may any domain have a function?
 * @sbdf: address of the function
 *
 * The question is about harm: whether a function may enter D3hot, or be reset
 * with another one. So doubt counts as yes. Ask rarely: where a domain has the
 * function, Xen logs a line.
 *
 * Context: may sleep.
 * Return: false if Xen says that no domain but dom0 has the function, or,
 * without an IOMMU, no backend in xenstore lists it for a living domain. True if
 * there is one, if Xen does not know the function, or if neither can tell.
 */
bool pb2_owner_may_exist(const struct pb2_sbdf *sbdf)
{
	switch (pb2_domain_test_assign(sbdf)) {
	case 0:
		return false;
	case -EOPNOTSUPP:
	case -ENOSYS:
	case -ENODEV:
		return owner_is_listed(sbdf);
	default:
		return true;
	}
}
