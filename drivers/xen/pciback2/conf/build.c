// SPDX-License-Identifier: GPL-2.0
/*
 * build.c - merge the policy tables into the registers of one function
 *
 * The device supplies the lists of capabilities. A broken or malicious one may
 * make them loop, overlap or point anywhere; then fewer bits are writable, never
 * more.
 */
#include <linux/slab.h>

#include "conf.h"

/* Registers that the array grows by */
#define REGS_STEP	32

static struct pb2_conf *conf_alloc(const struct pci_dev *pdev)
{
	struct pb2_conf *conf = kzalloc(sizeof(*conf), GFP_KERNEL);

	if (!conf)
		return NULL;

	conf->size = clamp_t(unsigned int, pdev->cfg_size, PCI_CFG_SPACE_SIZE,
			     PB2_CONF_MAX_SIZE);
	INIT_LIST_HEAD(&conf->quirks);
	conf->index = kcalloc(conf->size / 4, sizeof(*conf->index),
			      GFP_KERNEL);
	if (!conf->index) {
		kfree(conf);
		return NULL;
	}
	return conf;
}

static struct pb2_conf_reg *reg_alloc(struct pb2_conf *conf)
{
	unsigned int max = conf->max_regs + REGS_STEP;
	struct pb2_conf_reg *regs;

	if (conf->nr_regs == conf->max_regs) {
		regs = krealloc_array(conf->regs, max, sizeof(*regs),
				      GFP_KERNEL);
		if (!regs)
			return NULL;
		conf->regs = regs;
		conf->max_regs = max;
	}

	regs = &conf->regs[conf->nr_regs++];
	memset(regs, 0, sizeof(*regs));
	return regs;
}

/**
 * pb2_conf_get_reg() - find or create the register of a dword
 * @conf: a virtual configuration space
 * @off: offset of any byte of the dword, below &pb2_conf.size
 *
 * A new register allows what the register of %PB2_CONF_NO_REG allows. Creating
 * one may move the array, which invalidates all pointers to registers.
 *
 * Context: process context, may sleep, pb2_device.gate.lock held.
 * Return: the register, or %NULL if there is no memory for it.
 */
struct pb2_conf_reg *pb2_conf_get_reg(struct pb2_conf *conf, unsigned int off)
{
	u16 *index = &conf->index[off / 4];
	struct pb2_conf_reg *reg;

	if (*index != PB2_CONF_NO_REG)
		return &conf->regs[*index];

	reg = reg_alloc(conf);
	if (!reg)
		return NULL;

	reg->off = off & ~3;
	*index = reg - conf->regs;
	return reg;
}

/*
 * Two capabilities claim @bytes, so nobody can tell what a write of them does in
 * the hardware.
 */
static void reg_forbid_bytes(struct pb2_conf_reg *reg, u32 bytes)
{
	reg->rw &= ~bytes;
	reg->rw1c &= ~bytes;
	reg->vwrite &= ~bytes;
	reg->keep &= ~bytes;
	reg->permissive_proof |= bytes;
	reg->quirk_proof |= bytes;
	if (reg->op_bytes & bytes)
		reg->op_bytes = 0;
}

static void reg_merge_field(struct pb2_conf_reg *reg, unsigned int off,
			    const struct pb2_conf_field *field)
{
	unsigned int shift = pb2_conf_shift(off);
	u32 bytes = pb2_conf_bytes(off, field->len);

	reg->claimed |= bytes;
	reg->rw |= field->rw << shift;
	reg->rw1c |= field->rw1c << shift;
	reg->virt |= field->virt << shift;
	reg->vwrite |= field->vwrite << shift;
	reg->trap |= field->trap << shift;
	reg->keep |= field->keep << shift;
	reg->offer |= field->offer << shift;
	reg->init |= field->init << shift;
	if (field->proof & PB2_CONF_PERMISSIVE_PROOF)
		reg->permissive_proof |= bytes;
	if (field->proof & PB2_CONF_QUIRK_PROOF)
		reg->quirk_proof |= bytes;
	if (field->presence)
		reg->presence |= bytes;
	if (field->full_width)
		reg->full_width = bytes;
	if (field->ops) {
		reg->ops = field->ops;
		if (field->ops->write)
			reg->op_bytes = bytes;
	}
}

static int add_field(struct pb2_device *pbdev, unsigned int base,
		     const struct pb2_conf_field *field)
{
	unsigned int off = base + field->off;
	u32 bytes = pb2_conf_bytes(off, field->len);
	struct pb2_conf_reg *reg;

	reg = pb2_conf_get_reg(pbdev->conf, off);
	if (!reg)
		return -ENOMEM;

	if (reg->claimed & bytes) {
		pci_warn(pbdev->pdev, "capabilities overlap at 0x%03x, which is read-only therefore\n",
			 off);
		reg_forbid_bytes(reg, reg->claimed & bytes);
	} else {
		reg_merge_field(reg, off, field);
	}

	return 0;
}

static int add_fields(struct pb2_device *pbdev, unsigned int base,
		      const struct pb2_conf_cap *cap, unsigned int limit)
{
	unsigned int i;
	int rc;

	for (i = 0; i < cap->nr_fields; i++) {
		if (base + cap->fields[i].off + cap->fields[i].len > limit)
			continue;
		rc = add_field(pbdev, base, &cap->fields[i]);
		if (rc)
			return rc;
	}

	return 0;
}

static int add_header(struct pb2_device *pbdev)
{
	const struct pb2_conf_cap *bars;
	int rc;

	switch (pbdev->pdev->hdr_type) {
	case PCI_HEADER_TYPE_NORMAL:
		bars = &pb2_conf_bars_normal;
		break;
	case PCI_HEADER_TYPE_BRIDGE:
		bars = &pb2_conf_bars_bridge;
		break;
	default:
		pci_err(pbdev->pdev, "header type %u is not supported\n",
			pbdev->pdev->hdr_type);
		return -ENODEV;
	}

	rc = add_fields(pbdev, 0, &pb2_conf_header, PCI_STD_HEADER_SIZEOF);
	if (rc)
		return rc;

	return add_fields(pbdev, 0, bars, PCI_STD_HEADER_SIZEOF);
}

/**
 * pb2_conf_find_caps() - walk the hardware's list of capabilities
 * @pbdev: the function, in D0
 * @caps: receives the offsets in the order of the list; has room for
 *	%PB2_CONF_MAX_CAPS
 *
 * A list that loops or points into the header ends at this point, and the log
 * says so (PCI Local Bus 3.0, 6.7). A list also ends where the hardware does not
 * answer.
 *
 * Context: process context, may sleep, pb2_device.gate.lock held.
 * Return: the number of capabilities.
 */
unsigned int pb2_conf_find_caps(struct pb2_device *pbdev, u8 *caps)
{
	DECLARE_BITMAP(seen, PCI_CFG_SPACE_SIZE / 4) = {};
	unsigned int nr = 0, pos;
	u32 val;

	lockdep_assert_held(&pbdev->gate.lock);

	if (pb2_access_read(pbdev, PCI_STATUS, 2, &val) ||
	    !(val & PCI_STATUS_CAP_LIST))
		return 0;
	if (pb2_access_read(pbdev, PCI_CAPABILITY_LIST, 1, &val))
		return 0;

	for (;;) {
		pos = val & 0xfc;
		if (!pos)
			break;
		if (pos < PCI_STD_HEADER_SIZEOF || __test_and_set_bit(pos / 4, seen)) {
			pci_warn(pbdev->pdev, "list of capabilities is broken at 0x%02x\n",
				 pos);
			break;
		}
		if (pb2_access_read(pbdev, pos, 2, &val) ||
		    (val & 0xff) == 0xff)
			break;
		caps[nr++] = pos;
		val >>= 8;
	}

	return nr;
}

static void record_cap(struct pb2_conf *conf, u8 id, u8 pos)
{
	if (id == PCI_CAP_ID_MSI)
		conf->msi_cap = pos;
	else if (id == PCI_CAP_ID_MSIX)
		conf->msix_cap = pos;
	else if (id == PCI_CAP_ID_EXP)
		conf->pcie_cap = pos;
}

static int add_caps(struct pb2_device *pbdev)
{
	DECLARE_BITMAP(seen, 256) = {};
	const struct pb2_conf_cap *cap;
	unsigned int nr, i;
	u8 caps[PB2_CONF_MAX_CAPS];
	u32 id;
	int rc;

	/*
	 * The kernel uses the first of two capabilities with the same ID, so the
	 * second one gets no policy.
	 */
	nr = pb2_conf_find_caps(pbdev, caps);
	for (i = 0; i < nr; i++) {
		if (pb2_access_read(pbdev, caps[i], 1, &id) ||
		    __test_and_set_bit(id, seen))
			continue;
		cap = pb2_conf_cap_find(id);
		if (!cap)
			continue;
		record_cap(pbdev->conf, id, caps[i]);
		rc = add_fields(pbdev, caps[i], cap, PCI_CFG_SPACE_SIZE);
		if (rc)
			return rc;
	}

	return 0;
}

static void find_ext_caps(struct pb2_device *pbdev, unsigned long *caps)
{
	unsigned int pos = PCI_CFG_SPACE_SIZE;
	u32 val;

	while (pos) {
		if (pos < PCI_CFG_SPACE_SIZE || pos >= pbdev->conf->size ||
		    test_bit(pos / 4, caps)) {
			pci_warn(pbdev->pdev, "list of extended capabilities is broken at 0x%03x\n",
				 pos);
			break;
		}
		if (pb2_access_read(pbdev, pos, 4, &val) ||
		    val == 0 || val == U32_MAX)
			break;
		__set_bit(pos / 4, caps);
		pos = PCI_EXT_CAP_NEXT(val);
	}
}

/* The guest sees a null capability, whose pointer leads to the next one. */
static int hide_ext_cap(struct pb2_device *pbdev, unsigned int pos)
{
	static const struct pb2_conf_field null_header = {
		.off = 0, .len = 4, .proof = PB2_CONF_PERMISSIVE_PROOF,
		.virt = 0x000fffff,
	};

	return add_field(pbdev, pos, &null_header);
}

static int protect_ext_cap(struct pb2_device *pbdev, unsigned int pos,
			   unsigned int end)
{
	struct pb2_conf_reg *reg;

	for (; pos < end; pos += 4) {
		reg = pb2_conf_get_reg(pbdev->conf, pos);
		if (!reg)
			return -ENOMEM;
		reg->permissive_proof = U32_MAX;
	}

	return 0;
}

static int add_ext_cap(struct pb2_device *pbdev, unsigned int pos,
		       unsigned int end)
{
	const struct pb2_conf_cap *cap;
	u32 val;
	int rc;

	if (pb2_access_read(pbdev, pos, 4, &val))
		return 0;
	if (PCI_EXT_CAP_ID(val) == PCI_EXT_CAP_ID_ERR)
		pbdev->conf->aer_cap = pos;
	cap = pb2_conf_cap_find_ext(PCI_EXT_CAP_ID(val));
	if (!cap)
		return 0;

	if (cap->hide) {
		rc = hide_ext_cap(pbdev, pos);
		if (rc)
			return rc;
	}

	return protect_ext_cap(pbdev, pos, min(end, pos + cap->proof_len));
}

static int add_ext_caps(struct pb2_device *pbdev)
{
	DECLARE_BITMAP(caps, PB2_CONF_MAX_SIZE / 4) = {};
	unsigned int nr = pbdev->conf->size / 4;
	unsigned int bit, next;
	int rc;

	if (pbdev->conf->size <= PCI_CFG_SPACE_SIZE)
		return 0;

	find_ext_caps(pbdev, caps);
	for (bit = find_first_bit(caps, nr); bit < nr; bit = next) {
		next = find_next_bit(caps, nr, bit + 1);
		rc = add_ext_cap(pbdev, bit * 4, next * 4);
		if (rc)
			return rc;
	}

	return 0;
}

static int build_regs(struct pb2_device *pbdev)
{
	int rc;

	/* The first register is that of PB2_CONF_NO_REG. */
	if (!reg_alloc(pbdev->conf))
		return -ENOMEM;

	rc = add_header(pbdev);
	if (rc)
		return rc;
	rc = add_caps(pbdev);
	if (rc)
		return rc;

	return add_ext_caps(pbdev);
}

/**
 * pb2_conf_free() - free the virtual configuration space
 * @pbdev: the function; nothing happens if it has no virtual configuration space
 *
 * Context: process context, may sleep, pb2_device.gate.lock held.
 */
void pb2_conf_free(struct pb2_device *pbdev)
{
	struct pb2_conf *conf = pbdev->conf;

	lockdep_assert_held(&pbdev->gate.lock);

	if (!conf)
		return;

	pbdev->conf = NULL;
	pb2_conf_quirk_free(conf);
	kfree(conf->regs);
	kfree(conf->index);
	kfree(conf);
}

/**
 * pb2_conf_init() - build the virtual configuration space of a function
 * @pbdev: the function, in D0, without a virtual configuration space
 *
 * Context: process context, may sleep, pb2_device.gate.lock held.
 * Return: 0, -ENOMEM if there is no memory, or -ENODEV if the header has another
 * type than 0 and 1. After an error the function has no virtual configuration
 * space.
 */
int pb2_conf_init(struct pb2_device *pbdev)
{
	int rc;

	lockdep_assert_held(&pbdev->gate.lock);

	pbdev->conf = conf_alloc(pbdev->pdev);
	if (!pbdev->conf)
		return -ENOMEM;

	rc = build_regs(pbdev);
	if (rc) {
		pb2_conf_free(pbdev);
		return rc;
	}

	pb2_conf_reset(pbdev);
	return 0;
}
