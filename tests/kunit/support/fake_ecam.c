// SPDX-License-Identifier: GPL-2.0
/*
 * fake_ecam.c - pages of configuration space that are the fake bus' functions
 */
#include "fake.h"
#include "fake_ecam.h"

#define BUS_OF(address)		((u8)((address) >> 20))
#define DEVFN_OF(address)	((u8)((address) >> 12))

/* Where no memory of the kernel can be, nor anything else */
#define PAGES			0xdead000000000000UL
#define MAX_PAGES		1024

struct fake_ecam fake_ecam;

/* Each page that was ever mapped in this test, %NULL once it is unmapped */
static struct fake_pci *pages[MAX_PAGES];
static unsigned int nr_pages;

/**
 * fake_ecam_reset() - nothing is mapped
 *
 * Context: any.
 */
void fake_ecam_reset(void)
{
	memset(&fake_ecam, 0, sizeof(fake_ecam));
	memset(pages, 0, sizeof(pages));
	nr_pages = 0;
}

/**
 * fake_ecam_check() - expect that every page was unmapped
 * @test: the test
 *
 * Context: may sleep.
 */
void fake_ecam_check(struct kunit *test)
{
	KUNIT_EXPECT_EQ_MSG(test, fake_ecam.mapped, 0, "page still mapped");
}

/*
 * No address of the fake bus' memory, so that nobody gets at a page but through
 * pb2_ecam_read() and pb2_ecam_write(), and at none that is unmapped.
 */
static void __iomem *page_at(unsigned int i)
{
	return (void __iomem __force *)(PAGES + i * PAGE_SIZE);
}

static struct fake_pci *function_at(const void __iomem *reg, unsigned int *off)
{
	unsigned long pos = (unsigned long __force)reg - PAGES;
	unsigned int i = pos / PAGE_SIZE;

	if (i >= nr_pages || !pages[i]) {
		fake_wrong("an access to a page that is not mapped");
		return NULL;
	}
	*off = pos % PAGE_SIZE;
	return pages[i];
}

/* From here on: what ecam_iface.h declares */

void __iomem *pb2_ecam_map(u64 address)
{
	struct fake_pci *dev;

	might_sleep();
	if (fake_call("ecam_map=0x%llx", address))
		return NULL;
	for (dev = fake_pci_next(NULL); dev; dev = fake_pci_next(dev))
		if (dev->pdev.bus->number == BUS_OF(address) &&
		    dev->pdev.devfn == DEVFN_OF(address))
			break;
	if (!dev) {
		fake_wrong("a page of no function is mapped: 0x%llx", address);
		return NULL;
	}
	if (fake_ecam.swapped)
		dev = fake_ecam.swapped;
	if (nr_pages == MAX_PAGES) {
		fake_wrong("more pages mapped than the fake has numbers for");
		return NULL;
	}
	fake_ecam.mapped++;
	pages[nr_pages] = dev;
	return page_at(nr_pages++);
}

void pb2_ecam_unmap(void __iomem *page)
{
	unsigned int off;

	might_sleep();
	fake_note("ecam_unmap");
	if (!function_at(page, &off))
		return;
	if (off)
		fake_wrong("unmapped at 0x%x of a page", off);
	pages[((unsigned long __force)page - PAGES) / PAGE_SIZE] = NULL;
	fake_ecam.mapped--;
}

bool pb2_ecam_is_read_only(const void __iomem *page)
{
	unsigned int off;

	return function_at(page, &off) && !fake_ecam.writable;
}

u32 pb2_ecam_read(const void __iomem *reg, unsigned int len)
{
	unsigned int off;
	struct fake_pci *dev = function_at(reg, &off);
	u32 val = GENMASK(len * 8 - 1, 0);

	fake_ecam.reads++;
	if (dev)
		dev->pdev.bus->ops->read(dev->pdev.bus, dev->pdev.devfn, off,
					 len, &val);
	return val;
}

void pb2_ecam_write(void __iomem *reg, unsigned int len, u32 val)
{
	unsigned int off;
	struct fake_pci *dev = function_at(reg, &off);

	fake_ecam.writes++;
	if (dev)
		dev->pdev.bus->ops->write(dev->pdev.bus, dev->pdev.devfn, off,
					  len, val);
}
