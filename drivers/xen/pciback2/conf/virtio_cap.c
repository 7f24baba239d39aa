// SPDX-License-Identifier: GPL-2.0
/*
 * virtio_cap.c - the capability that names the virtio backend domain
 *
 * No hardware has this capability. A virtio driver must know the domain to which
 * it grants its pages, and must not learn it from the device, because that domain
 * implements the device. The toolstack tells pciback2, and the guest finds the
 * capability at the head of the list.
 */
#include <linux/bitmap.h>

#include "conf.h"

#define CAP_SIZE	12
#define NR_DWORDS	(PCI_CFG_SPACE_SIZE / 4)

/*
 * VIRTIO_PCI_CAP_VENDOR_CFG (virtio 1.2, 4.1.4): virtio drivers ignore the
 * capability unless they know the vendor and the format.
 */
#define CAP_CFG_TYPE	9
#define CAP_FORMAT	0x4442	/* "BD" */
#define CAP_VERSION	1

/* Rows of the table: the first two are registers of the header. */
enum {
	ROW_STATUS,
	ROW_POINTER,
	ROW_HEADER,
	ROW_SIGNATURE,
	ROW_DOMAIN,
	NR_ROWS,
};

/* The rows govern only the bits of @virt; other bits keep their policy. */
static const struct pb2_conf_field cap_rows[NR_ROWS] = {
	[ROW_STATUS] = {
		.off = PCI_STATUS, .len = 2, .proof = PB2_CONF_FIXED,
		.virt = PCI_STATUS_CAP_LIST,
		.init = PCI_STATUS_CAP_LIST,
		.why = "there is a list now, if there was none",
	},
	[ROW_POINTER] = {
		.off = PCI_CAPABILITY_LIST, .len = 1, .proof = PB2_CONF_FIXED,
		.virt = 0xff,
		.why = "the list begins with the capability of ours",
	},
	[ROW_HEADER] = {
		.off = 0, .len = 4, .proof = PB2_CONF_FIXED,
		.virt = U32_MAX,
		.init = PCI_CAP_ID_VNDR | CAP_SIZE << 16 | CAP_CFG_TYPE << 24,
		.why = "the device's own list goes on behind it",
	},
	[ROW_SIGNATURE] = {
		.off = 4, .len = 4, .proof = PB2_CONF_FIXED,
		.virt = U32_MAX,
		.init = PCI_VENDOR_ID_XEN | CAP_FORMAT << 16,
		.why = "tells it from vendor-specific ones of the device",
	},
	[ROW_DOMAIN] = {
		.off = 8, .len = 4, .proof = PB2_CONF_FIXED,
		.virt = U32_MAX,
		.init = CAP_VERSION,
		.why = "a guest trusts it, so it is the toolstack's word and nobody else's",
	},
};

static unsigned int get_row_offset(unsigned int row, unsigned int pos)
{
	return row < ROW_HEADER ? cap_rows[row].off : pos + cap_rows[row].off;
}

static unsigned int find_cap_end(struct pb2_device *pbdev, unsigned int pos,
				 const unsigned long *starts)
{
	const struct pb2_conf_cap *cap;
	u32 val, size = 0;

	if (!pb2_access_read(pbdev, pos, 4, &val)) {
		cap = pb2_conf_cap_find(val & 0xff);
		if (cap)
			size = cap->size;
		else if ((val & 0xff) == PCI_CAP_ID_VNDR)
			size = val >> 16 & 0xff;
	}

	/* A capability of unknown size may extend up to the next one. */
	if (size < PCI_CAP_SIZEOF)
		return find_next_bit(starts, NR_DWORDS, pos / 4 + 1) * 4;
	return min_t(unsigned int, pos + size, PCI_CFG_SPACE_SIZE);
}

/*
 * Devices have registers outside of all capabilities. A dword that reads 0, has
 * no policy and was not opened by a quirk is most likely no such register.
 */
static bool is_dword_free(struct pb2_device *pbdev, unsigned int off)
{
	const struct pb2_conf *conf = pbdev->conf;
	u32 val;

	return !pb2_conf_find_reg(conf, off)->claimed &&
	       find_next_bit(conf->open, off + 4, off) == off + 4 &&
	       !pb2_access_read(pbdev, off, 4, &val) && !val;
}

/* Marks in @used the dwords of the header and of all capabilities. */
static void mark_used_caps(struct pb2_device *pbdev, const u8 *caps,
			   unsigned int nr, unsigned long *used)
{
	DECLARE_BITMAP(starts, NR_DWORDS) = {};
	unsigned int i, end;

	for (i = 0; i < nr; i++)
		__set_bit(caps[i] / 4, starts);

	bitmap_set(used, 0, PCI_STD_HEADER_SIZEOF / 4);
	for (i = 0; i < nr; i++) {
		end = DIV_ROUND_UP(find_cap_end(pbdev, caps[i], starts), 4);
		bitmap_set(used, caps[i] / 4, end - caps[i] / 4);
	}
}

/* Returns the offset where the capability fits, or 0 if there is no room. */
static unsigned int find_free_space(struct pb2_device *pbdev, const u8 *caps,
				    unsigned int nr)
{
	DECLARE_BITMAP(used, NR_DWORDS) = {};
	unsigned long start;
	unsigned int i;

	mark_used_caps(pbdev, caps, nr, used);
	for (i = PCI_STD_HEADER_SIZEOF / 4; i < NR_DWORDS; i++) {
		if (!is_dword_free(pbdev, i * 4))
			__set_bit(i, used);
	}

	start = bitmap_find_next_zero_area(used, NR_DWORDS, 0, CAP_SIZE / 4, 0);
	return start < NR_DWORDS ? start * 4 : 0;
}

static int make_row_regs(struct pb2_conf *conf, unsigned int pos)
{
	unsigned int i;

	for (i = 0; i < NR_ROWS; i++) {
		if (!pb2_conf_get_reg(conf, get_row_offset(i, pos)))
			return -ENOMEM;
	}
	return 0;
}

/* The guest reads @bits as in @val. Neither permissive nor a quirk opens them. */
static void reg_show_bits(struct pb2_conf_reg *reg, u32 bits, u32 val)
{
	reg->virt |= bits;
	reg->permissive_proof |= bits;
	reg->quirk_proof |= bits;
	reg->init = (reg->init & ~bits) | val;
	reg->shadow = (reg->shadow & ~bits) | val;
}

/* The guest reads @bits from the hardware again. */
static void reg_hide_bits(struct pb2_conf_reg *reg, u32 bits)
{
	reg->virt &= ~bits;
	reg->permissive_proof &= ~bits;
	reg->quirk_proof &= ~bits;
	reg->init &= ~bits;
	reg->shadow &= ~bits;
}

/* Shows the guest @vals, one for each row, or with %NULL the hardware. */
static void update_rows(struct pb2_conf *conf, unsigned int pos,
			const u32 *vals)
{
	struct pb2_conf_reg *reg;
	unsigned int i, off;
	u32 bits;

	for (i = 0; i < NR_ROWS; i++) {
		off = get_row_offset(i, pos);
		reg = pb2_conf_find_reg(conf, off);
		bits = cap_rows[i].virt << pb2_conf_shift(off);
		if (vals)
			reg_show_bits(reg, bits, vals[i] << pb2_conf_shift(off));
		else
			reg_hide_bits(reg, bits);
	}
}

static void show_virtio_cap(struct pb2_conf *conf, unsigned int pos, u8 next,
			    u16 domid)
{
	u32 vals[NR_ROWS];
	unsigned int i;

	for (i = 0; i < NR_ROWS; i++)
		vals[i] = cap_rows[i].init;
	vals[ROW_POINTER] |= pos;
	vals[ROW_HEADER] |= next << 8;
	vals[ROW_DOMAIN] |= (u32)domid << 16;
	update_rows(conf, pos, vals);
}

/**
 * pb2_conf_virtio_clear() - take the capability out of the guest's sight
 * @pbdev: the function; nothing happens if it has no virtual configuration space
 *
 * Context: process context, pb2_device.gate.lock held.
 */
void pb2_conf_virtio_clear(struct pb2_device *pbdev)
{
	struct pb2_conf *conf = pbdev->conf;

	lockdep_assert_held(&pbdev->gate.lock);

	if (!conf || !conf->virtio_cap)
		return;
	update_rows(conf, conf->virtio_cap, NULL);
	conf->virtio_cap = 0;
}

/**
 * pb2_conf_virtio_set() - show the guest the virtio backend domain
 * @pbdev: the function, in D0, assigned to no domain
 * @domid: the virtio backend domain
 *
 * Context: process context, may sleep, pb2_device.gate.lock held.
 * Return: 0; -ENOSPC if configuration space has no room for the capability, which
 * the log tells, too; -ENOMEM if there is no memory for its registers. After an
 * error the guest does not see the capability.
 */
int pb2_conf_virtio_set(struct pb2_device *pbdev, u16 domid)
{
	struct pb2_conf *conf = pbdev->conf;
	u8 caps[PB2_CONF_MAX_CAPS];
	unsigned int nr, pos;
	int rc;

	lockdep_assert_held(&pbdev->gate.lock);

	pb2_conf_virtio_clear(pbdev);
	nr = pb2_conf_find_caps(pbdev, caps);
	pos = find_free_space(pbdev, caps, nr);
	if (!pos) {
		pci_warn(pbdev->pdev, "no %u free bytes in its configuration space to show the backend in\n",
			 CAP_SIZE);
		return -ENOSPC;
	}
	rc = make_row_regs(conf, pos);
	if (rc)
		return rc;

	show_virtio_cap(conf, pos, nr ? caps[0] : 0, domid);
	conf->virtio_cap = pos;
	conf->virtio_domid = domid;
	return 0;
}

/**
 * pb2_conf_virtio_get() - read the domain that the capability names
 * @pbdev: the function
 *
 * Context: process context, may sleep; takes pb2_device.gate.lock.
 * Return: the domain, or %DOMID_INVALID if the guest sees no such capability.
 */
domid_t pb2_conf_virtio_get(struct pb2_device *pbdev)
{
	domid_t domid = DOMID_INVALID;

	mutex_lock(&pbdev->gate.lock);
	if (pbdev->conf && pbdev->conf->virtio_cap)
		domid = pbdev->conf->virtio_domid;
	mutex_unlock(&pbdev->gate.lock);
	return domid;
}
