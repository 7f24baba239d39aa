/* SPDX-License-Identifier: GPL-2.0 */
/*
 * pb2_ecam_page.h - what the two halves of the library have in common: one
 * knows xenstore, the other pages and the ring
 */
#ifndef PB2_ECAM_PAGE_H
#define PB2_ECAM_PAGE_H

#include <xenforeignmemory.h>
#include <xentoollog.h>

#include "pb2_ecam.h"

#define __printf(a, b)	__attribute__((format(printf, a, b)))

struct pb2_ecam_mapper {
	xenforeignmemory_handle *fmem;
	xentoollog_logger *logger;
};

__printf(2, 3)
void pb2_ecam_refuse(struct pb2_ecam_function *f, const char *fmt, ...);
int pb2_ecam_map_page(struct pb2_ecam_mapper *m, struct pb2_ecam_function *f,
		      unsigned int ways);
void pb2_ecam_unmap(struct pb2_ecam_mapper *m, struct pb2_ecam_function *f);
void pb2_ecam_mapper_close(struct pb2_ecam_mapper *m);

#endif
