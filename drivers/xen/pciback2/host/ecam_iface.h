/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ecam_iface.h - one function's page of configuration space in memory
 *
 * Like pci_iface.h: ecam_iface.c touches the hardware, and the KUnit tests link
 * a fake in its place.
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
