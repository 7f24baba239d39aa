/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fake_ecam.h - everything that ecam_iface.h declares: pages of the functions on the
 * fake bus
 *
 * They are in the first ECAM window of the machine that the tests run on, as
 * pb2_window_init() finds it; no access goes there.
 */
#ifndef FAKE_ECAM_H
#define FAKE_ECAM_H

#include <kunit/test.h>

#include "../../../drivers/xen/pciback2/host/ecam_iface.h"
#include "fake_pci.h"

/**
 * struct fake_ecam - what the pages are like
 * @swapped: one that is mapped shows this function, unless %NULL
 * @writable: Xen protects no page
 * @mapped: pages mapped
 * @reads: of all pages
 * @writes: of all pages
 */
struct fake_ecam {
	struct fake_pci *swapped;
	bool writable;
	int mapped;
	unsigned int reads;
	unsigned int writes;
};

extern struct fake_ecam fake_ecam;

void fake_ecam_reset(void);
void fake_ecam_check(struct kunit *test);

#endif /* FAKE_ECAM_H */
