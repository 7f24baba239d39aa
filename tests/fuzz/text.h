/* SPDX-License-Identifier: GPL-2.0 */
/*
 * text.h - what a word has to mean, found by regular expressions in place of
 * the driver's parsers
 */
#ifndef TEXT_H
#define TEXT_H

#include "fuzz.h"

#include "../../drivers/xen/pciback2/host/host.h"

/* White space as the kernel knows it */
#define TEXT_BLANKS	"[[:space:]\xa0]*"
#define TEXT_ADDRESS							\
	"(([0-9a-fA-F]{1,4}):)?([0-9a-fA-F]{1,2}):"			\
	"(\\*\\.\\*|([0-9a-fA-F]{1,2})\\.(\\*|[0-9a-fA-F]{1,2}))"

const char *text_match(const char *regex, const char *s, char (*part)[8]);
const char *text_address(const char *before, const char *after, const char *s,
			 struct pb2_pattern *pat);
bool text_number(const char *s, u64 top, u64 *val);

#endif /* TEXT_H */
