// SPDX-License-Identifier: GPL-2.0
/*
 * destroy-domain - ends a domain behind the toolstack's back: its virtual
 * CPUs and its memory go, its xenstore nodes stay
 *
 * usage: destroy-domain DOMID
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <linux/types.h>

#define HYPERVISOR_DOMCTL	36
#define DOMCTL_DESTROYDOMAIN	2

/* The kernel's <xen/privcmd.h> needs headers that are not installed. */
struct hypercall {
	__u64 nr;
	__u64 arg[5];
};

#define PRIVCMD_HYPERCALL	_IOC(_IOC_NONE, 'P', 0, sizeof(struct hypercall))

struct domctl {
	__u32 cmd;
	__u32 interface_version;
	__u16 domain;
	__u16 pad[3];
	__u8 space[240];
};

int main(int argc, char **argv)
{
	int fd = open("/dev/xen/privcmd", O_RDWR);
	struct domctl *op;
	__u32 version;
	int rc = -1;

	/* Xen does not wait for a page to be brought in. */
	op = mmap(NULL, sizeof(*op), PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED | MAP_POPULATE, -1, 0);
	if (argc != 2 || fd < 0 || op == MAP_FAILED) {
		fprintf(stderr, "usage: destroy-domain DOMID, in dom0\n");
		return 2;
	}

	errno = EACCES;
	for (version = 0x12; rc && errno == EACCES && version < 0x20; version++) {
		struct hypercall call = { HYPERVISOR_DOMCTL, { (unsigned long)op } };

		memset(op, 0, sizeof(*op));
		op->cmd = DOMCTL_DESTROYDOMAIN;
		op->interface_version = version;
		op->domain = atoi(argv[1]);
		rc = ioctl(fd, PRIVCMD_HYPERCALL, &call);
	}
	if (rc)
		perror("destroy-domain");
	return !!rc;
}
