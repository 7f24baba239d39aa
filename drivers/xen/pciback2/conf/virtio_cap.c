// SPDX-License-Identifier: GPL-2.0
/*
 * virtio_cap.c - a capability that no hardware has: who backs the function
 *
 * A virtio driver needs to know to which domain it grants its pages. It must
 * not hear that from the device, which is that very domain. So the toolstack
 * tells us, and the guest finds it at the head of the list of capabilities.
 */
#include <linux/bitmap.h>

#include "conf.h"

#define CAP_SIZE	12
#define NR_DWORDS	(PCI_CFG_SPACE_SIZE / 4)

/*
 * VIRTIO_PCI_CAP_VENDOR_CFG of virtio 1.2: all drivers of virtio leave the
 * capability alone, but for those that know the vendor and the format.
 */
#define CFG_TYPE	9
#define FORMAT		0x4442	/* "BD" */
#define VERSION		1

/* Rows of the table: the first two are of the header. */
enum {
	STATUS,
	POINTER,
	NAME,
	SIGNATURE,
	DOMAIN,
	NR_ROWS,
};

/* Only the bits of @virt are held; their neighbours keep their own policy. */
static const struct pb2_conf_field rows[NR_ROWS] = {
	[STATUS] = {
		.off = PCI_STATUS, .len = 2, .proof = PB2_CONF_FIXED,
		.virt = PCI_STATUS_CAP_LIST,
		.init = PCI_STATUS_CAP_LIST,
		.why = "there is a list now, if there was none",
	},
	[POINTER] = {
		.off = PCI_CAPABILITY_LIST, .len = 1, .proof = PB2_CONF_FIXED,
		.virt = 0xff,
		.why = "the list begins with the capability of ours",
	},
	[NAME] = {
		.off = 0, .len = 4, .proof = PB2_CONF_FIXED,
		.virt = U32_MAX,
		.init = PCI_CAP_ID_VNDR | CAP_SIZE << 16 | CFG_TYPE << 24,
		.why = "the device's own list goes on behind it",
	},
	[SIGNATURE] = {
		.off = 4, .len = 4, .proof = PB2_CONF_FIXED,
		.virt = U32_MAX,
		.init = PCI_VENDOR_ID_XEN | FORMAT << 16,
		.why = "tells it from vendor-specific ones of the device",
	},
	[DOMAIN] = {
		.off = 8, .len = 4, .proof = PB2_CONF_FIXED,
		.virt = U32_MAX,
		.init = VERSION,
		.why = "a guest trusts it, so it is the toolstack's word and nobody else's",
	},
};

static unsigned int offset_of(unsigned int row, unsigned int pos)
{
	return row < NAME ? rows[row].off : pos + rows[row].off;
}

static unsigned int end_of(struct pb2_device *pbdev, unsigned int pos,
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

	/* Of no known size: all that can be its own is. */
	if (size < PCI_CAP_SIZEOF)
		return find_next_bit(starts, NR_DWORDS, pos / 4 + 1) * 4;
	return min_t(unsigned int, pos + size, PCI_CFG_SPACE_SIZE);
}

/*
 * Devices have registers that no capability names. What reads 0, has no rule
 * and was not opened by a quirk is no such register, as far as we can know.
 */
static bool is_spare(struct pb2_device *pbdev, unsigned int off)
{
	const struct pb2_conf *conf = pbdev->conf;
	u32 val;

	return !pb2_conf_find_reg(conf, off)->claimed &&
	       find_next_bit(conf->open, off + 4, off) == off + 4 &&
	       !pb2_access_read(pbdev, off, 4, &val) && !val;
}

/* Returns 0 if there is none. */
static unsigned int find_hole(struct pb2_device *pbdev, const u8 *caps,
			      unsigned int nr)
{
	DECLARE_BITMAP(starts, NR_DWORDS) = {};
	DECLARE_BITMAP(used, NR_DWORDS) = {};
	unsigned long hole;
	unsigned int i, end;

	for (i = 0; i < nr; i++)
		__set_bit(caps[i] / 4, starts);

	bitmap_set(used, 0, PCI_STD_HEADER_SIZEOF / 4);
	for (i = 0; i < nr; i++) {
		end = DIV_ROUND_UP(end_of(pbdev, caps[i], starts), 4);
		bitmap_set(used, caps[i] / 4, end - caps[i] / 4);
	}
	for (i = PCI_STD_HEADER_SIZEOF / 4; i < NR_DWORDS; i++) {
		if (!is_spare(pbdev, i * 4))
			__set_bit(i, used);
	}

	hole = bitmap_find_next_zero_area(used, NR_DWORDS, 0, CAP_SIZE / 4, 0);
	return hole < NR_DWORDS ? hole * 4 : 0;
}

static int make_room(struct pb2_conf *conf, unsigned int pos)
{
	unsigned int i;

	for (i = 0; i < NR_ROWS; i++) {
		if (!pb2_conf_get_reg(conf, offset_of(i, pos)))
			return -ENOMEM;
	}
	return 0;
}

/* Shows what is in @vals, or the hardware for %NULL. */
static void change(struct pb2_conf *conf, unsigned int pos, const u32 *vals)
{
	struct pb2_conf_reg *reg;
	unsigned int i, off;
	u32 bits, val;

	for (i = 0; i < NR_ROWS; i++) {
		off = offset_of(i, pos);
		reg = pb2_conf_find_reg(conf, off);
		bits = rows[i].virt << pb2_conf_shift(off);
		val = vals ? vals[i] << pb2_conf_shift(off) : 0;

		reg->virt = vals ? reg->virt | bits : reg->virt & ~bits;
		reg->permissive_proof = vals ? reg->permissive_proof | bits : reg->permissive_proof & ~bits;
		reg->quirk_proof = vals ? reg->quirk_proof | bits : reg->quirk_proof & ~bits;
		reg->init = (reg->init & ~bits) | val;
		/* Nothing else of the function's state changes. */
		reg->shadow = (reg->shadow & ~bits) | val;
	}
}

/**
 * pb2_conf_virtio_clear() - the guest sees no backend
 * @pbdev: the function; one without a virtual configuration space is fine
 *
 * Context: process context, pb2_device.gate.lock held.
 */
void pb2_conf_virtio_clear(struct pb2_device *pbdev)
{
	struct pb2_conf *conf = pbdev->conf;

	lockdep_assert_held(&pbdev->gate.lock);

	if (!conf || !conf->virtio_cap)
		return;
	change(conf, conf->virtio_cap, NULL);
	conf->virtio_cap = 0;
}

/**
 * pb2_conf_virtio_set() - show the guest who backs the function
 * @pbdev: the function, in D0, in no domain
 * @domid: the domain
 *
 * Context: process context, may sleep, pb2_device.gate.lock held.
 * Return: 0; -ENOSPC if there is no place for the capability, which is
 * logged, or -ENOMEM. After an error the guest sees no backend.
 */
int pb2_conf_virtio_set(struct pb2_device *pbdev, u16 domid)
{
	struct pb2_conf *conf = pbdev->conf;
	u8 caps[PB2_CONF_MAX_CAPS];
	unsigned int nr, pos, i;
	u32 vals[NR_ROWS];
	int rc;

	lockdep_assert_held(&pbdev->gate.lock);

	pb2_conf_virtio_clear(pbdev);
	nr = pb2_conf_find_caps(pbdev, caps);
	pos = find_hole(pbdev, caps, nr);
	if (!pos) {
		pci_warn(pbdev->pdev, "no %u free bytes in its configuration space to show the backend in\n",
			 CAP_SIZE);
		return -ENOSPC;
	}
	rc = make_room(conf, pos);
	if (rc)
		return rc;

	for (i = 0; i < NR_ROWS; i++)
		vals[i] = rows[i].init;
	vals[POINTER] |= pos;
	vals[NAME] |= nr ? caps[0] << 8 : 0;
	vals[DOMAIN] |= (u32)domid << 16;
	change(conf, pos, vals);

	conf->virtio_cap = pos;
	conf->virtio_domid = domid;
	return 0;
}

/**
 * pb2_conf_virtio_get() - which domain does the capability name?
 * @pbdev: the function
 *
 * Context: may sleep; takes the gate lock.
 * Return: the domain, or %DOMID_INVALID if there is no such capability.
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
