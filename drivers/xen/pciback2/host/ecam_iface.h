/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ecam_iface.h - access to one function's page in an ECAM window
 *
 * ecam_iface.c is the only file that maps and accesses such a page. The KUnit
 * tests link a fake in its place.
 */
#ifndef PB2_ECAM_IFACE_H
#define PB2_ECAM_IFACE_H

#include <linux/types.h>

void __iomem *pb2_ecam_map(u64 address);
void pb2_ecam_unmap(void __iomem *page);
bool pb2_ecam_is_read_only(const void __iomem *page);
u32 pb2_ecam_read(const void __iomem *reg, unsigned int len);
void pb2_ecam_write(void __iomem *reg, unsigned int len, u32 val);

#endif /* PB2_ECAM_IFACE_H */
