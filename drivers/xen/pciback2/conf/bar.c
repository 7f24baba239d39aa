// SPDX-License-Identifier: GPL-2.0
/*
 * bar.c - policy of the base address registers and of the expansion ROM's
 *
 * A guest sees registers that can be sized and that hold an address like real
 * ones, in accesses of every width. The hardware keeps the address that dom0
 * assigned.
 */
#include "conf.h"

#define BAR_SIZE	4

/**
 * struct bar - what one register stands for
 * @res: the resource, or %NULL where the register is not implemented or has no
 *	address
 * @shift: 32 for the upper half of a 64-bit BAR, else 0
 * @type: the type bits below the address
 * @rom: the register is that of the expansion ROM
 */
struct bar {
	const struct resource *res;
	unsigned int shift;
	u32 type;
	bool rom;
};

static u32 bar_get_type(const struct resource *res)
{
	u32 type = PCI_BASE_ADDRESS_SPACE_MEMORY;

	if (res->flags & IORESOURCE_IO)
		return PCI_BASE_ADDRESS_SPACE_IO;

	if (res->flags & IORESOURCE_PREFETCH)
		type |= PCI_BASE_ADDRESS_MEM_PREFETCH;
	if (res->flags & IORESOURCE_MEM_64)
		type |= PCI_BASE_ADDRESS_MEM_TYPE_64;
	return type;
}

static void bar_find(const struct pci_dev *pdev, unsigned int off,
		     struct bar *bar)
{
	const struct resource *res;
	unsigned int i;

	*bar = (struct bar) {};

	if (off == PCI_ROM_ADDRESS || off == PCI_ROM_ADDRESS1) {
		bar->rom = true;
		res = &pdev->resource[PCI_ROM_RESOURCE];
	} else {
		i = (off - PCI_BASE_ADDRESS_0) / BAR_SIZE;
		res = &pdev->resource[i];
		if (i && (res[-1].flags & IORESOURCE_MEM_64)) {
			bar->shift = 32;
			res--;
		} else {
			bar->type = bar_get_type(res);
		}
	}

	if (pb2_bar_is_usable(res))
		bar->res = res;
	else
		bar->type = 0;
}

static u32 bar_reset(struct pb2_device *pbdev, struct pb2_conf_reg *reg)
{
	struct bar bar;

	bar_find(pbdev->pdev, reg->off, &bar);
	if (!bar.res) {
		reg->init = 0;
		reg->vwrite = 0;
		return 0;
	}

	reg->vwrite = ~(u64)(resource_size(bar.res) - 1) >> bar.shift;
	reg->init = (u64)bar.res->start >> bar.shift;
	reg->init = (reg->init & reg->vwrite) | bar.type;
	if (bar.rom)
		reg->vwrite |= PCI_ROM_ADDRESS_ENABLE;

	return reg->init;
}

static const struct pb2_conf_ops bar_ops = {
	.reset = bar_reset,
};

#define BAR_WHY	"it can be sized; elsewhere it could cover RAM, or other devices"
#define ROM_WHY	"as a BAR; enabled in hardware, the ROM may disable a BAR's decoder"

#define REGISTER(_off, _keep, _why)				\
	{							\
		.off = (_off), .len = 4, .proof = PB2_CONF_FIXED,\
		.virt = 0xffffffff, .keep = (_keep),		\
		.ops = &bar_ops,				\
		.why = (_why),					\
	}

#define BAR(_off)	REGISTER(_off, 0xffffffff, BAR_WHY)

/*
 * A domain's reads of the ROM's pages give all-ones, as with xen-pciback: a ROM
 * may share its decoder with a BAR, which would then vanish under the domain's
 * mappings (PCI 3.0, 6.2.5.2).
 */
#define ROM(_off)	REGISTER(_off, (u32)PCI_ROM_ADDRESS_MASK, ROM_WHY)

static const struct pb2_conf_field normal_fields[] = {
	BAR(PCI_BASE_ADDRESS_0),
	BAR(PCI_BASE_ADDRESS_1),
	BAR(PCI_BASE_ADDRESS_2),
	BAR(PCI_BASE_ADDRESS_3),
	BAR(PCI_BASE_ADDRESS_4),
	BAR(PCI_BASE_ADDRESS_5),
	ROM(PCI_ROM_ADDRESS),
};

const struct pb2_conf_cap pb2_conf_bars_normal = {
	.fields = normal_fields,
	.nr_fields = ARRAY_SIZE(normal_fields),
	.why = BAR_WHY,
};

static const struct pb2_conf_field bridge_fields[] = {
	BAR(PCI_BASE_ADDRESS_0),
	BAR(PCI_BASE_ADDRESS_1),
	ROM(PCI_ROM_ADDRESS1),
};

const struct pb2_conf_cap pb2_conf_bars_bridge = {
	.fields = bridge_fields,
	.nr_fields = ARRAY_SIZE(bridge_fields),
	.why = BAR_WHY,
};
