// SPDX-License-Identifier: GPL-2.0
/*
 * ecam_iface.c - access to one function's page in an ECAM window
 */
#include <linux/io.h>
#include <linux/pci.h>
#ifdef CONFIG_X86
#include <asm/pci_x86.h>
#endif

#include "ecam_iface.h"

/**
 * pb2_ecam_map() - map a function's ECAM page
 * @address: physical address of the page, a multiple of 4 KiB
 *
 * Context: may sleep.
 * Return: the uncached mapping, or %NULL if the kernel cannot map the page.
 */
void __iomem *pb2_ecam_map(u64 address)
{
	return ioremap(address, PCI_CFG_SPACE_EXP_SIZE);
}

/**
 * pb2_ecam_unmap() - undo pb2_ecam_map()
 * @page: the result of pb2_ecam_map()
 *
 * Context: may sleep.
 */
void pb2_ecam_unmap(void __iomem *page)
{
	iounmap(page);
}

#ifdef CONFIG_X86

/**
 * pb2_ecam_is_read_only() - has Xen made a mapping read-only?
 * @page: the result of pb2_ecam_map()
 *
 * Xen keeps the ECAM windows that it uses read-only for every PV domain: it
 * clears the write bit in each page table entry that maps one. In a PVH dom0
 * the kernel owns its page tables, and the entry says nothing about Xen.
 *
 * Context: any; in a PV dom0 only.
 * Return: true if the mapping cannot be written to.
 */
bool pb2_ecam_is_read_only(const void __iomem *page)
{
	unsigned int level;
	const pte_t *pte = lookup_address((unsigned long)page, &level);

	return pte && level == PG_LEVEL_4K && pte_present(*pte) &&
	       !pte_write(*pte);
}

/**
 * pb2_ecam_read() - read a register
 * @reg: address of the register in a mapped page
 * @len: size of the register: 1, 2 or 4 bytes
 *
 * mmio_config_read*() and mmio_config_write*() use plain moves from and to
 * eax, because processors of AMD's family 10h support no other instruction
 * for ECAM (BKDG 31116, 2.11).
 *
 * Context: any.
 * Return: the value of the register.
 */
u32 pb2_ecam_read(const void __iomem *reg, unsigned int len)
{
	void __iomem *pos = (void __iomem *)reg;

	switch (len) {
	case 1:
		return mmio_config_readb(pos);
	case 2:
		return mmio_config_readw(pos);
	default:
		return mmio_config_readl(pos);
	}
}

/**
 * pb2_ecam_write() - write a register
 * @reg: address of the register in a mapped page
 * @len: size of the register: 1, 2 or 4 bytes
 * @val: the value to write
 *
 * Context: any.
 */
void pb2_ecam_write(void __iomem *reg, unsigned int len, u32 val)
{
	switch (len) {
	case 1:
		mmio_config_writeb(reg, val);
		break;
	case 2:
		mmio_config_writew(reg, val);
		break;
	default:
		mmio_config_writel(reg, val);
		break;
	}
}

#else /* !CONFIG_X86 */

bool pb2_ecam_is_read_only(const void __iomem *page)
{
	/* Only x86 can tell. With false, pciback2 hands over no page. */
	return false;
}

u32 pb2_ecam_read(const void __iomem *reg, unsigned int len)
{
	switch (len) {
	case 1:
		return readb(reg);
	case 2:
		return readw(reg);
	default:
		return readl(reg);
	}
}

void pb2_ecam_write(void __iomem *reg, unsigned int len, u32 val)
{
	switch (len) {
	case 1:
		writeb(val, reg);
		break;
	case 2:
		writew(val, reg);
		break;
	default:
		writel(val, reg);
		break;
	}
}

#endif /* CONFIG_X86 */
