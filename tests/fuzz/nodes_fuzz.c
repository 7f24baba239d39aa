// SPDX-License-Identifier: GPL-2.0
/*
 * nodes_fuzz.c - any value in any xenstore key that a guest or a toolstack
 * writes
 *
 * Each line of the input is a value, in the order of nodes[].
 */
#include <linux/err.h>

#include "../../drivers/xen/pciback2/guest/guest.h"
#include "../../drivers/xen/pciback2/host/xen_iface.h"
#include "text.h"

#define BACK	"backend"
#define FRONT	"/local/domain/5/device/pci/0"
#define DOMAIN	"/local/domain/5"

static struct {
	const char *dir;
	const char *name;
	char *val;
} nodes[] = {
	{ BACK, "num_devs" },
	{ BACK, "state-0" },
	{ BACK, "dev-0" },
	{ FRONT, "pci-op-ref" },
	{ FRONT, "event-channel" },
	{ FRONT, "magic" },
	{ DOMAIN, "target" },
	{ DOMAIN, "vm" },
};

static struct xenbus_device xdev = { .nodename = BACK, .otherend = FRONT };
static struct pci_dev pdev;
static struct pb2_device pbdev = { .pdev = &pdev };
static domid_t backend;
static struct pb2_frontend fe = { .xdev = &xdev, .domid = 5 };

/* All entries of the device list are the same. */
static unsigned int index_of(const char *name)
{
	unsigned int i;

	if (!strncmp(name, "state-", 6))
		name = "state-0";
	else if (!strncmp(name, "dev-", 4))
		name = "dev-0";
	for (i = 0; i < ARRAY_SIZE(nodes); i++)
		if (!strcmp(nodes[i].name, name))
			return i;
	fuzz_fail("node %s is not ours", name);
}

static const char *value_of(const char *name)
{
	return nodes[index_of(name)].val;
}

/* 0x02 stands for no such node, 0x03 for a xenstore that fails. */
static int rc_of(const char *val)
{
	if (!val || val[0] == 2)
		return -ENOENT;
	return val[0] == 3 ? -EIO : 0;
}

char *pb2_xen_read(const char *dir, const char *node)
{
	const char *val = value_of(node);
	char *copy;

	fuzz_assert(!strcmp(nodes[index_of(node)].dir, dir));
	if (rc_of(val))
		return ERR_PTR(rc_of(val));
	copy = malloc(strlen(val) + 1);
	fuzz_assert(copy);
	fuzz_alloc_live++;
	return strcpy(copy, val);
}

char *pb2_xen_read_within(struct xenbus_transaction xbt, const char *dir,
			  const char *node)
{
	return pb2_xen_read(dir, node);
}

int pb2_xen_transact(int (*body)(struct xenbus_transaction xbt, void *arg),
		     void *arg)
{
	struct xenbus_transaction xbt = {};

	return body(xbt, arg);
}

/* Names that are written have no part that a guest chose, and are short. */
static void check_write(const char *node, const char *val)
{
	fuzz_assert(text_match("^[a-zA-Z0-9/-]+$", node, NULL));
	fuzz_assert(strlen(node) < 40 && strlen(val) < 40);
}

int pb2_xen_publish_if(const char *dir, const struct pb2_xen_node *guard,
		       const struct pb2_xen_node *nodes, unsigned int nr)
{
	check_write(guard->name, "");
	return pb2_xen_publish(dir, nodes, nr);
}

int pb2_xen_publish(const char *dir, const struct pb2_xen_node *node,
		    unsigned int nr)
{
	while (nr--) {
		check_write(node->name, node->val);
		node++;
	}
	return 0;
}

void pb2_xen_rm(const char *dir, const char *node)
{
	check_write(node, "");
}

static int number(const char *name, u64 *val)
{
	const char *s = value_of(name);

	if (rc_of(s))
		return rc_of(s);
	return text_number(s, UINT_MAX, val) ? 0 : -EINVAL;
}

static void check_state(const struct pb2_nodes_entry *entry)
{
	u64 want = 0;

	if (number("state-0", &want) || want > 8)
		want = 0;
	fuzz_assert(entry->substate == want);
}

static void check_dev(const struct pb2_nodes_entry *entry)
{
	const char *s = value_of("dev-0");
	const struct pb2_sbdf sbdf = entry->sbdf;
	struct pb2_pattern pat;
	int rc = entry->rc, want = rc_of(s);

	if (!want && (!text_address(TEXT_BLANKS, TEXT_BLANKS "$", s, &pat) ||
		      pat.slot < 0 || pat.func < 0))
		want = -EINVAL;
	fuzz_assert(rc == want);
	if (!rc)
		fuzz_assert(sbdf.domain == pat.domain && sbdf.bus == pat.bus &&
			    sbdf.devfn == pat.slot * 8 + pat.func);
}

static void check_list(void)
{
	struct pb2_nodes_list list;
	u64 want = 0;
	int rc = pb2_nodes_read_list(&fe, &list);
	int want_rc = number("num_devs", &want);

	if (!want_rc && want > 256)
		want_rc = -ERANGE;
	if (!want_rc && want && (rc_of(value_of("dev-0")) == -EIO ||
				 rc_of(value_of("state-0")) == -EIO))
		want_rc = -EIO;
	fuzz_assert(rc == want_rc && (rc || list.nr == want));
	if (!rc && want) {
		check_state(&list.entries[want - 1]);
		check_dev(&list.entries[want - 1]);
		pb2_nodes_warn_dev(&list, want - 1);
	}
	pb2_nodes_free_list(&list);
}

static void check_ring(void)
{
	const char *magic = value_of("magic");
	unsigned int gref, port;
	u64 want_gref = 0, want_port = 0;
	int want = number("pci-op-ref", &want_gref);

	if (!want)
		want = number("event-channel", &want_port);
	if (!want)
		want = rc_of(magic);
	if (!want && strcmp(magic, "7"))
		want = -EPROTO;
	fuzz_assert(pb2_nodes_ring(&fe, &gref, &port) == want);
	fuzz_assert(want || (gref == want_gref && port == want_port));
}

static void check_domain(void)
{
	const char *vm = value_of("vm"), *target = value_of("target");
	domid_t domid = 0x4321;
	u64 want = 0x4321;
	char *path = pb2_domain_vm_path(5);
	int rc = pb2_domain_target(5, &domid);

	if (rc_of(vm)) {
		fuzz_assert(path == (rc_of(vm) == -ENOENT ? NULL :
							    ERR_PTR(-EIO)));
	} else {
		fuzz_assert(!strcmp(path, vm));
		kfree(path);
	}
	if (rc_of(target))
		fuzz_assert(rc == rc_of(target) && domid == 0x4321);
	else if (text_number(target, 0xffff, &want))
		fuzz_assert(!rc && domid == want);
	else
		fuzz_assert(rc == -EINVAL && domid == 0x4321);
}

static struct pb2_nodes_entry entries[PB2_NODES_MAX];

/* What is made of numbers that came from outside fits its buffers. */
static void write_keys(const u8 *data, size_t size)
{
	struct pb2_nodes_list list = { .fe = &fe, .entries = entries };
	struct pb2_sbdf sbdf = {};
	u64 address = 0;
	u32 i = 0;

	memcpy(&sbdf, data, min(size, sizeof(sbdf)));
	memcpy(&address, data, min(size, sizeof(address)));
	memcpy(&i, data, min(size, sizeof(i)));
	i %= ARRAY_SIZE(entries);
	entries[i].sbdf = sbdf;
	pb2_nodes_set_substate(&list, i, XenbusStateReconfigured);
	pb2_nodes_publish_vdev(&list, i, &sbdf);
	pb2_nodes_refuse(&list, i, "reason");
	pb2_nodes_clear_reason(&fe, &sbdf);
	pb2_publish_page(BACK, &sbdf, address);
	pb2_publish_withdraw_page(BACK, &sbdf);
	backend = i;
	pb2_publish_virtio(&pbdev, BACK, &sbdf);
	pb2_publish_withdraw_virtio(&pbdev, BACK, &sbdf);
}

domid_t pb2_conf_virtio_get(struct pb2_device *pbdev)
{
	return backend;
}

int uuid_parse(const char *str, uuid_t *uuid)
{
	fuzz_fail("a UUID is compared");
}

/* What xenstore says of a domain is read without asking Xen. */
int pb2_xen_domctl(struct xen_domctl *op)
{
	fuzz_fail("Xen is asked");
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct fuzz_input in = { .data = data, .size = size };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(nodes); i++)
		nodes[i].val = fuzz_line(&in);
	check_list();
	check_ring();
	check_domain();
	write_keys(data, size);
	for (i = 0; i < ARRAY_SIZE(nodes); i++)
		kfree(nodes[i].val);
	fuzz_assert(!fuzz_alloc_live);
	return 0;
}
