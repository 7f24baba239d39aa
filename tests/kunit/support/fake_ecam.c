// SPDX-License-Identifier: GPL-2.0
/*
 * fake_ecam.c - pages of configuration space that are the fake bus' functions
 */
#include "fake.h"
#include "fake_ecam.h"

#define BUS_OF(address)		((u8)((address) >> 20))
#define DEVFN_OF(address)	((u8)((address) >> 12))

struct fake_ecam fake_ecam;

/**
 * fake_ecam_reset() - nothing is mapped
 *
 * Context: any.
 */
void fake_ecam_reset(void)
{
	memset(&fake_ecam, 0, sizeof(fake_ecam));
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

/* The address of a page is that of the function's registers. */
static struct fake_pci *function_at(const void __iomem *reg, unsigned int *off)
{
	const u8 *pos = (const u8 __force *)reg;
	struct fake_pci *dev;

	for (dev = fake_pci_next(NULL); dev; dev = fake_pci_next(dev)) {
		if (pos >= dev->hw && pos < dev->hw + sizeof(dev->hw)) {
			*off = pos - dev->hw;
			return dev;
		}
	}
	fake_wrong("an access to no page");
	return NULL;
}

/* From here on: what ecam_iface.h declares */

void __iomem *pb2_ecam_map(u64 address)
{
	struct fake_pci *dev;

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
	fake_ecam.mapped++;
	return (void __iomem __force *)dev->hw;
}

void pb2_ecam_unmap(void __iomem *page)
{
	fake_note("ecam_unmap");
	fake_ecam.mapped--;
}

bool pb2_ecam_is_read_only(const void __iomem *page)
{
	return !fake_ecam.writable;
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
