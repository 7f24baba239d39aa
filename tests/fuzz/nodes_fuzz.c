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
	{ BACK, "state-7" },
	{ BACK, "dev-4294967295" },
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

static const char *value_of(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(nodes); i++)
		if (!strcmp(nodes[i].name, name))
			return nodes[i].val;
	fuzz_fail("node %s is not ours", name);
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
	unsigned int i;
	const char *val = value_of(node);
	char *copy;

	for (i = 0; strcmp(nodes[i].name, node); i++)
		;
	fuzz_assert(!strcmp(nodes[i].dir, dir));
	if (rc_of(val))
		return ERR_PTR(rc_of(val));
	copy = malloc(strlen(val) + 1);
	fuzz_assert(copy);
	fuzz_alloc_live++;
	return strcpy(copy, val);
}

/* Names that are written have no part that a guest chose, and are short. */
int pb2_xen_write(const char *dir, const char *node, const char *val)
{
	fuzz_assert(text_match("^[a-zA-Z0-9/-]+$", node, NULL));
	fuzz_assert(strlen(node) < 40 && strlen(val) < 40);
	return 0;
}

int pb2_xen_publish(const char *dir, const struct pb2_xen_node *node,
		    unsigned int nr)
{
	while (nr--) {
		pb2_xen_write(dir, node->name, node->val);
		node++;
	}
	return 0;
}

void pb2_xen_rm(const char *dir, const char *node)
{
	pb2_xen_write(dir, node, "");
}

static int number(const char *name, u64 *val)
{
	const char *s = value_of(name);

	if (rc_of(s))
		return rc_of(s);
	return text_number(s, UINT_MAX, val) ? 0 : -EINVAL;
}

static void check_count(void)
{
	u64 want = 0;
	unsigned int nr = 0;
	int rc = pb2_nodes_num_devs(&fe, &nr), want_rc = number("num_devs", &want);

	if (!want_rc && want > 256)
		want_rc = -ERANGE;
	fuzz_assert(rc == want_rc && (rc || nr == want));
}

static void check_state(void)
{
	u64 want = 0;

	if (number("state-7", &want) || want > 8)
		want = 0;
	fuzz_assert(pb2_nodes_substate(&fe, 7) == want);
}

static void check_dev(void)
{
	const char *s = value_of("dev-4294967295");
	struct pb2_sbdf sbdf;
	struct pb2_pattern pat;
	int rc = pb2_nodes_dev(&fe, 4294967295U, &sbdf), want = rc_of(s);

	if (!want && (!text_address(TEXT_BLANKS, TEXT_BLANKS "$", s, &pat) ||
		      pat.slot < 0 || pat.func < 0))
		want = -EINVAL;
	fuzz_assert(rc == want);
	if (!rc)
		fuzz_assert(sbdf.domain == pat.domain && sbdf.bus == pat.bus &&
			    sbdf.devfn == pat.slot * 8 + pat.func);
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

/* What is made of numbers that came from outside fits its buffers. */
static void write_keys(const u8 *data, size_t size)
{
	struct pb2_sbdf sbdf = {};
	u64 address = 0;
	u32 i = 0;

	memcpy(&sbdf, data, min(size, sizeof(sbdf)));
	memcpy(&address, data, min(size, sizeof(address)));
	memcpy(&i, data, min(size, sizeof(i)));
	pb2_nodes_set_substate(&fe, i, XenbusStateReconfigured);
	pb2_nodes_publish_vdev(&fe, i, &sbdf);
	pb2_nodes_set_reason(&fe, &sbdf, "reason");
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
	check_count();
	check_state();
	check_dev();
	check_ring();
	check_domain();
	write_keys(data, size);
	for (i = 0; i < ARRAY_SIZE(nodes); i++)
		kfree(nodes[i].val);
	fuzz_assert(!fuzz_alloc_live);
	return 0;
}
