/* SPDX-License-Identifier: GPL-2.0 */
/*
 * pb2_ecam.h - configuration space of the functions that are assigned to this
 * domain, read from the pages that pciback2 hands over. For device models in
 * stub domains; the protocol is in Documentation/pciback2/stubdom.rst.
 *
 * One thread at a time may use what one pb2_ecam_open() gave. pb2_ecam_map()
 * handles SIGBUS and SIGSEGV for the whole process while it probes a page.
 */
#ifndef PB2_ECAM_H
#define PB2_ECAM_H

#include <stdbool.h>
#include <stdint.h>

#define PB2_ECAM_SIZE	0x1000

/**
 * enum pb2_ecam_way - how configuration space is read
 * @PB2_ECAM_RING: the domain's own sysfs, behind which is pcifront
 * @PB2_ECAM_PRIVCMD: the page, mapped by privcmd; Xen saw to it that it is
 *	MMIO that this domain may use
 * @PB2_ECAM_DEVMEM: the page, mapped from /dev/mem; it was compared with the
 *	ring
 */
enum pb2_ecam_way {
	PB2_ECAM_RING,
	PB2_ECAM_PRIVCMD,
	PB2_ECAM_DEVMEM,
};

/* For the ways that pb2_ecam_map() may go */
#define PB2_ECAM_BY(way)	(1u << (way))
#define PB2_ECAM_ANY_PAGE	(PB2_ECAM_BY(PB2_ECAM_PRIVCMD) | \
				 PB2_ECAM_BY(PB2_ECAM_DEVMEM))

/**
 * struct pb2_ecam_function - a function, as long as the handle lives; for
 * others to read only
 * @next: the next one, in the order of addresses
 * @bdf: its address in this domain, as in sysfs
 * @announced: what xenstore says: address, size, access; empty if nothing
 * @address: machine address of the page, 0 if none is announced or if the
 *	announcement is refused
 * @way: how pb2_ecam_read() reads it
 * @reason: why that is the ring
 */
struct pb2_ecam_function {
	struct pb2_ecam_function *next;
	char bdf[16];
	char announced[96];
	uint64_t address;
	enum pb2_ecam_way way;
	char reason[192];
	/* private: */
	const void *page;
	int ring;
	bool seen;
};

struct pb2_ecam;

typedef void pb2_ecam_changed(struct pb2_ecam *ecam,
			      struct pb2_ecam_function *f, void *data);

struct pb2_ecam *pb2_ecam_open(const char *backend, pb2_ecam_changed *changed,
			       void *data);
void pb2_ecam_close(struct pb2_ecam *ecam);
int pb2_ecam_fd(struct pb2_ecam *ecam);
int pb2_ecam_event(struct pb2_ecam *ecam);
struct pb2_ecam_function *pb2_ecam_list(struct pb2_ecam *ecam);
struct pb2_ecam_function *pb2_ecam_find(struct pb2_ecam *ecam, const char *bdf);
int pb2_ecam_map(struct pb2_ecam *ecam, struct pb2_ecam_function *f,
		 unsigned int ways);
int pb2_ecam_read_page(struct pb2_ecam_function *f, unsigned int offset,
		       unsigned int width, uint32_t *value);
int pb2_ecam_read_ring(struct pb2_ecam_function *f, unsigned int offset,
		       unsigned int width, uint32_t *value);
int pb2_ecam_read(struct pb2_ecam_function *f, unsigned int offset,
		  unsigned int width, uint32_t *value,
		  enum pb2_ecam_way *way);
const char *pb2_ecam_way_name(enum pb2_ecam_way way);

#endif
