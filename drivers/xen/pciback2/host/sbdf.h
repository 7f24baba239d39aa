/* SPDX-License-Identifier: GPL-2.0 */
/*
 * sbdf.h - addresses of functions
 */
#ifndef PB2_SBDF_H
#define PB2_SBDF_H

#include <linux/pci.h>

#define PB2_SBDF_FMT		"%04x:%02x:%02x.%u"
/* libxl's spelling: xenstore allows neither colon nor dot in a name. */
#define PB2_SBDF_NODE_FMT	"%04x-%02x-%02x-%u"
#define PB2_SBDF_ARGS(s) \
	(s)->domain, (s)->bus, PCI_SLOT((s)->devfn), PCI_FUNC((s)->devfn)

/**
 * struct pb2_sbdf - the address of one function
 * @domain: PCI segment
 * @bus: bus number
 * @devfn: PCI_DEVFN(slot, function)
 */
struct pb2_sbdf {
	u16 domain;
	u8 bus;
	u8 devfn;
};

/**
 * struct pb2_pattern - the addresses that one word of an administrator means
 * @domain: PCI segment
 * @bus: bus number
 * @slot: device number, or -1 for all of the bus
 * @func: function number, or -1 for all of the slot
 */
struct pb2_pattern {
	u16 domain;
	u8 bus;
	s8 slot;
	s8 func;
};

/* sbdf.c: the only parser of addresses */
const char *pb2_sbdf_scan(const char *s, struct pb2_pattern *pat);
int pb2_sbdf_parse_pattern(const char *s, struct pb2_pattern *pat);
int pb2_sbdf_parse(const char *s, struct pb2_sbdf *sbdf);
int pb2_sbdf_next_hidden(const char **list, struct pb2_pattern *pat);
int pb2_sbdf_of(const struct pci_dev *pdev, struct pb2_sbdf *sbdf);
bool pb2_sbdf_equal(const struct pb2_sbdf *a, const struct pb2_sbdf *b);

#endif /* PB2_SBDF_H */
