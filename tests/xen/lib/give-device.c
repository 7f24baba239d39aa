// SPDX-License-Identifier: GPL-2.0
/*
 * give-device - gives a function to a domain as XCP-ng's toolstack does: the
 * permission to map its BARs, and Xen's assignment; none of the xenstore nodes
 * that make a backend
 *
 * usage: give-device DOMID DDDD:BB:SS.F [take]
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xenctrl.h>

#define NR_BARS		6
#define IS_PORT		0x100	/* IORESOURCE_IO */
#define PAGE_BITS	12

struct function {
	unsigned int segment;
	unsigned int bus;
	unsigned int slot;
	unsigned int number;
};

static int complain(const char *what)
{
	fprintf(stderr, "give-device: %s: %s\n", what, strerror(errno));
	return 1;
}

static int permit_bar(xc_interface *xch, int domid, unsigned long first,
		      unsigned long last, unsigned long flags, bool give)
{
	if (flags & IS_PORT)
		return xc_domain_ioport_permission(xch, domid, first,
						   last - first + 1, give);
	return xc_domain_iomem_permission(xch, domid, first >> PAGE_BITS,
					  (last >> PAGE_BITS) -
					  (first >> PAGE_BITS) + 1, give);
}

static int permit_bars(xc_interface *xch, int domid, const char *name, bool give)
{
	unsigned long first, last, flags;
	char path[80];
	int i, rc = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/resource", name);
	file = fopen(path, "r");
	if (!file)
		return complain(path);
	for (i = 0; i < NR_BARS && !rc; i++) {
		if (fscanf(file, "%lx %lx %lx", &first, &last, &flags) != 3)
			break;
		if (first && permit_bar(xch, domid, first, last, flags, give))
			rc = complain("BAR");
	}
	fclose(file);
	return rc;
}

static int assign(xc_interface *xch, int domid, const struct function *f,
		  bool give)
{
	unsigned int sbdf = f->segment << 16 | f->bus << 8 | f->slot << 3 |
			    f->number;

	if (give ? xc_assign_device(xch, domid, sbdf, 0) :
		   xc_deassign_device(xch, domid, sbdf))
		return complain(give ? "assign" : "deassign");
	return 0;
}

int main(int argc, char **argv)
{
	bool give = argc == 3;
	struct function f;
	xc_interface *xch;
	int domid;

	if (argc < 3 || argc > 4 ||
	    sscanf(argv[2], "%x:%x:%x.%x", &f.segment, &f.bus, &f.slot,
		   &f.number) != 4) {
		fprintf(stderr, "usage: give-device DOMID DDDD:BB:SS.F [take]\n");
		return 2;
	}
	xch = xc_interface_open(NULL, NULL, 0);
	if (!xch)
		return complain("Xen");
	domid = atoi(argv[1]);
	return permit_bars(xch, domid, argv[2], give) ||
	       assign(xch, domid, &f, give);
}
