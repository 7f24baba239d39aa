/* SPDX-License-Identifier: GPL-2.0 */
/*
 * compat.h - differences between kernel versions, from 6.1 on, and no others
 */
#ifndef PB2_COMPAT_H
#define PB2_COMPAT_H

#include <linux/pci.h>

/* Not in 6.1, which has the info and notice levels only. */
#ifndef pci_warn_ratelimited
#define pci_warn_ratelimited(pdev, fmt, arg...) \
	dev_warn_ratelimited(&(pdev)->dev, fmt, ##arg)
#endif

#endif /* PB2_COMPAT_H */
