// SPDX-License-Identifier: GPL-2.0
/*
 * world.c - the hardware, and fakes of all that the fuzzed sources call
 */
#include "world.h"

#include "../../drivers/xen/pciback2/host/ecam_iface.h"

/* What the hardware's IRQ, and a vector's, is called by Xen */
#define PIRQ_OF(irq)	((irq) + 1000)
#define MSI_IRQ		70

struct world world;

/**
 * world_get() - look at the hardware, unseen
 * @off: offset
 * @len: 1, 2 or 4
 *
 * Return: the value.
 */
u32 world_get(unsigned int off, unsigned int len)
{
	u32 val = 0;

	while (len--)
		val = val << 8 | world.hw[off + len];
	return val;
}

/**
 * world_set() - change the hardware, unseen
 * @off: offset
 * @len: 1, 2 or 4
 * @val: the value
 */
void world_set(unsigned int off, unsigned int len, u32 val)
{
	unsigned int i;

	for (i = 0; i < len; i++)
		world.hw[off + i] = val >> (i * 8);
}

/**
 * world_store() - what the hardware does with a byte that is written to it
 * @hw: its registers, or what somebody thinks that they are
 * @off: offset
 * @byte: what is written
 */
void world_store(u8 *hw, unsigned int off, u8 byte)
{
	u8 ones = world.rw1c[off];

	hw[off] = (byte & ~ones) | (hw[off] & ones & ~byte);
}

static void check_access(int off, unsigned int len)
{
	world.accesses++;
	if (off < 0 || (len != 1 && len != 2 && len != 4) || off % len ||
	    off + len > world.pdev.cfg_size)
		fuzz_fail("access of %u bytes at %#x of the hardware", len,
			  off);
}

static u32 hw_read(int off, unsigned int len)
{
	check_access(off, len);
	return world.lost ? (u32)GENMASK(len * 8 - 1, 0) : world_get(off, len);
}

static void hw_write(int off, unsigned int len, u32 val)
{
	unsigned int i;

	check_access(off, len);
	fuzz_assert(world.may_write);
	if (!world.may_write(off, len))
		fuzz_fail("%u bytes (%#x) written at %#x, which nobody may",
			  len, val, off);
	for (i = 0; i < len && !world.lost; i++)
		world_store(world.hw, off + i, val >> (i * 8));
}

static int config_read(const struct pci_dev *pdev, int off, unsigned int len,
		       u32 *val)
{
	fuzz_assert(pdev == &world.pdev || pdev == &world.pf);
	*val = hw_read(off, len);
	if (world.bus_rc)
		*val = ~0;
	return world.bus_rc;
}

static int config_write(const struct pci_dev *pdev, int off, unsigned int len,
			u32 val)
{
	fuzz_assert(pdev == &world.pdev || pdev == &world.pf);
	if (!world.bus_rc)
		hw_write(off, len, val);
	return world.bus_rc;
}

/* The kernel's accessors */
int pci_read_config_byte(const struct pci_dev *pdev, int off, u8 *val)
{
	u32 dword;
	int rc = config_read(pdev, off, 1, &dword);

	*val = dword;
	return rc;
}

int pci_read_config_word(const struct pci_dev *pdev, int off, u16 *val)
{
	u32 dword;
	int rc = config_read(pdev, off, 2, &dword);

	*val = dword;
	return rc;
}

int pci_read_config_dword(const struct pci_dev *pdev, int off, u32 *val)
{
	return config_read(pdev, off, 4, val);
}

int pci_write_config_byte(const struct pci_dev *pdev, int off, u8 val)
{
	return config_write(pdev, off, 1, val);
}

int pci_write_config_word(const struct pci_dev *pdev, int off, u16 val)
{
	return config_write(pdev, off, 2, val);
}

int pci_write_config_dword(const struct pci_dev *pdev, int off, u32 val)
{
	return config_write(pdev, off, 4, val);
}

/* The other way to the hardware: addresses are not followed, only compared. */
static u8 page[PB2_CONF_MAX_SIZE];

void __iomem *pb2_ecam_map(u64 address)
{
	return page;
}

void pb2_ecam_unmap(void __iomem *map)
{
	fuzz_assert(map == page);
}

u32 pb2_ecam_read(const void __iomem *reg, unsigned int len)
{
	return hw_read((const u8 *)reg - page, len);
}

void pb2_ecam_write(void __iomem *reg, unsigned int len, u32 val)
{
	hw_write((u8 *)reg - page, len, val);
}

u64 pb2_window_page(const struct pb2_sbdf *sbdf, bool *confirmed)
{
	*confirmed = true;
	return 0xb0000000;
}

/* The PCI core, whose writes need nobody's leave */
static void core_bit(unsigned int off, u8 bit, bool on)
{
	if (!world.lost && !world.bus_rc)
		world.hw[off] = on ? world.hw[off] | bit : world.hw[off] & ~bit;
}

void pb2_pci_set_master(struct pci_dev *pdev, bool on)
{
	core_bit(PCI_COMMAND, PCI_COMMAND_MASTER, on);
}

int pb2_pci_set_mwi(struct pci_dev *pdev, bool on)
{
	if (!world.mwi_rc || !on)
		core_bit(PCI_COMMAND, PCI_COMMAND_INVALIDATE, on);
	return world.mwi_rc;
}

void pb2_pci_set_intx(struct pci_dev *pdev, bool on)
{
	fuzz_assert(world.pbdev.allow_interrupt_control);
	core_bit(PCI_COMMAND + 1, PCI_COMMAND_INTX_DISABLE >> 8, !on);
}

/**
 * world_is_patient() - may the PCI core be asked for vectors?
 *
 * Return: whether it was asked in vain less than ten times in five seconds.
 */
bool world_is_patient(void)
{
	if (time_after(jiffies, world.failed + 5 * HZ))
		world.failures = 0;
	return world.failures < 10;
}

static int vectors_rc(void)
{
	/* XSA-43: the kernel tells each time. */
	fuzz_assert(world_is_patient());
	if (world.msi_rc && !world.failures++)
		world.failed = jiffies;
	return world.msi_rc;
}

int pb2_pci_enable_msi(struct pci_dev *pdev)
{
	/* Twice, or both, is a bug of the caller (XSA-157). */
	fuzz_assert(!pdev->msi_enabled && !pdev->msix_enabled);
	if (vectors_rc())
		return world.msi_rc;
	pdev->msi_enabled = true;
	pdev->irq = MSI_IRQ;
	return 0;
}

void pb2_pci_disable_msi(struct pci_dev *pdev)
{
	fuzz_assert(pdev->msi_enabled);
	pdev->msi_enabled = false;
}

int pb2_pci_enable_msix(struct pci_dev *pdev, struct msix_entry *entries,
			int nvec)
{
	int i;

	fuzz_assert(!pdev->msi_enabled && !pdev->msix_enabled);
	fuzz_assert(nvec > 0 && nvec <= SH_INFO_MAX_VEC);
	world.vectors = nvec;
	for (i = 0; i < nvec; i++) {
		world.entries[i] = entries[i].entry;
		entries[i].vector = MSI_IRQ + i;
	}
	if (vectors_rc())
		return world.msi_rc;
	pdev->msix_enabled = true;
	return 0;
}

void pb2_pci_disable_msix(struct pci_dev *pdev)
{
	fuzz_assert(pdev->msix_enabled);
	pdev->msix_enabled = false;
}

/* The rest of the driver */
void pb2_intx_enable(struct pb2_device *pbdev)
{
	world.decode++;
}

void pb2_intx_disable(struct pb2_device *pbdev)
{
	world.decode--;
}

void pb2_intx_pause(struct pb2_device *pbdev, bool pause)
{
	fuzz_assert(pause == (pbdev->pdev->msi_enabled ||
			      pbdev->pdev->msix_enabled));
}

void pb2_work_queue(struct pb2_device *pbdev, struct work_struct *work)
{
	lockdep_assert_held(&pbdev->gate.lock);
	fuzz_assert(work == &pbdev->flr_work);
	fuzz_assert(pbdev->gate.state == PB2_GATE_BLOCKED);
	/* The reset is done at once, and the gate was open. */
	pbdev->gate.state = PB2_GATE_OPEN;
	world.flrs++;
}

/**
 * world_set_detaching() - the toolstack is about to detach the function, or not
 * @detaching: which
 */
void world_set_detaching(bool detaching)
{
	world.detaching = detaching;
	/* Longer than any input lasts */
	world.pbdev.detach_until = detaching ? jiffies + ~0UL / 4 : 0;
}

/* No card is pulled here. */
bool pb2_health_answers(struct pci_dev *pdev)
{
	return true;
}

bool pb2_xen_has_pirqs(void)
{
	return world.pirqs;
}

int pb2_xen_pirq(unsigned int irq)
{
	return irq ? PIRQ_OF(irq) : 0;
}

u64 pb2_xen_stolen(unsigned int cpu)
{
	return 0;
}

/* A BAR as the kernel would have found it, of 2^@order bytes */
static void load_bar(unsigned int i, unsigned int order, bool upper)
{
	unsigned int off = i < PCI_ROM_RESOURCE ? PCI_BASE_ADDRESS_0 + i * 4 :
			   world.pdev.hdr_type ? PCI_ROM_ADDRESS1 :
						 PCI_ROM_ADDRESS;
	struct resource *res = &world.pdev.resource[i];
	u64 base = world_get(off, 4);
	u64 size = 1ULL << (order & 0x1f);

	*res = (struct resource) {};
	if (order < 2 || upper)
		return;
	if (order & 0x40)
		size <<= 12;
	res->flags = IORESOURCE_MEM;
	if (i == PCI_ROM_RESOURCE) {
		res->flags |= order & 0x20 ? IORESOURCE_ROM_SHADOW : 0;
		size = max(size, 2048ULL);
	} else if (base & PCI_BASE_ADDRESS_SPACE_IO) {
		res->flags = IORESOURCE_IO;
	} else {
		size = max(size, 16ULL);
		if (base & PCI_BASE_ADDRESS_MEM_PREFETCH)
			res->flags |= IORESOURCE_PREFETCH;
		if (base & PCI_BASE_ADDRESS_MEM_TYPE_64 && i < 5) {
			res->flags |= IORESOURCE_MEM_64;
			base |= (u64)world_get(off + 4, 4) << 32;
		}
	}
	if (order & 0x80)
		res->flags |= order & 0x40 ? IORESOURCE_UNSET :
					     IORESOURCE_DISABLED;
	res->start = base & ~(size - 1);
	res->end = res->start + size - 1;
}

static void load_bars(const u8 *orders)
{
	unsigned int i;
	bool upper = false;

	for (i = 0; i <= PCI_ROM_RESOURCE; i++) {
		if (world.pdev.hdr_type && i >= 2 && i < PCI_ROM_RESOURCE)
			continue;
		load_bar(i, orders[i], upper);
		upper = i < PCI_ROM_RESOURCE && !upper &&
			world.pdev.resource[i].flags & IORESOURCE_MEM_64;
	}
}

/**
 * world_plug() - the kernel's view of the hardware as it is now
 *
 * That of capabilities is the model's, see model_build().
 */
void world_plug(void)
{
	struct pci_dev *pdev = &world.pdev;

	pdev->vendor = world_get(PCI_VENDOR_ID, 2);
	pdev->device = world_get(PCI_DEVICE_ID, 2);
	pdev->irq = world_get(PCI_INTERRUPT_LINE, 1);
}

/**
 * world_load() - a function out of an input
 * @in: 4 bytes of flags, 7 of BAR sizes, 256 of configuration space, and
 *	offset and value of dwords behind that, to an offset of 0
 */
void world_load(struct fuzz_input *in)
{
	struct pci_dev *pdev = &world.pdev;
	u32 flags = fuzz_take(in, 4);
	u8 orders[PCI_ROM_RESOURCE + 1];
	unsigned int off;

	memset(&world, 0, sizeof(world));
	jiffies = 0;
	pb2_permissive = false;
	fuzz_messages = 0;
	fuzz_bytes(in, orders, sizeof(orders));
	fuzz_bytes(in, world.hw, PCI_CFG_SPACE_SIZE);

	pdev->bus = &world.bus;
	world.pf = *pdev;
	pdev->physfn = &world.pf;
	pdev->error_state = pci_channel_io_normal;
	pdev->cfg_size = flags & 1 ? PCI_CFG_SPACE_EXP_SIZE :
				     PCI_CFG_SPACE_SIZE;
	pdev->hdr_type = flags & 2 ? PCI_HEADER_TYPE_BRIDGE :
				     PCI_HEADER_TYPE_NORMAL;
	pdev->is_virtfn = flags & 4;
	world.pbdev.access.page = flags & 8 ? page : NULL;
	world.pbdev.permissive = flags & 0x10;
	world.pbdev.allow_interrupt_control = flags & 0x20;
	world.pirqs = !(flags & 0x40);
	world.mwi_rc = flags & 0x80 ? -EINVAL : 0;
	world.pbdev.guest_reset.allowed = flags & 0x100;
	world.pbdev.guest_reset.left = 3;
	world.msi_rc = flags & 0x200 ? -ENOSPC : 0;
	world.pbdev.intx.irq = flags & 0x400 ? 19 : 0;
	world.pbdev.poll_us = flags & 0x800 ? 100 : PB2_POLL_DEFAULT;
	fuzz_alloc_countdown = flags >> 16 & 0xff;

	while (pdev->cfg_size > PCI_CFG_SPACE_SIZE) {
		off = fuzz_take(in, 2) & 0xffc;
		if (!off)
			break;
		world_set(off, 4, fuzz_take(in, 4));
	}

	world.pbdev.pdev = pdev;
	world.pbdev.domid = 1;
	pb2_gate_init(&world.pbdev.gate);
	world_plug();
	load_bars(orders);
}

/**
 * world_unload() - the end of the function: nothing of it is left
 */
void world_unload(void)
{
	mutex_lock(&world.pbdev.gate.lock);
	pb2_msi_release(&world.pbdev);
	pb2_conf_free(&world.pbdev);
	mutex_unlock(&world.pbdev.gate.lock);
	fuzz_assert(!world.pdev.msi_enabled && !world.pdev.msix_enabled);
	fuzz_assert(!fuzz_alloc_live);
}
