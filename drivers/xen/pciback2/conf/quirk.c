// SPDX-License-Identifier: GPL-2.0
/*
 * quirk.c - registers that an administrator opens for one function
 */
#include <linux/slab.h>

#include "conf.h"

/**
 * pb2_conf_set_permissive() - let guests write unknown registers, or not
 * @pbdev: the function
 * @permissive: for how long
 *
 * Context: any.
 */
void pb2_conf_set_permissive(struct pb2_device *pbdev,
			     enum pb2_permissive permissive)
{
	enum pb2_permissive old = READ_ONCE(pbdev->permissive);

	WRITE_ONCE(pbdev->permissive, permissive);
	if (permissive != PB2_PERMISSIVE_OFF && permissive != old)
		pci_warn(pbdev->pdev,
			 "permissive: %s may write registers of unknown effect, which is potentially unsafe\n",
			 permissive == PB2_PERMISSIVE_ONCE ? "the domain" :
							     "all its domains");
}

static bool is_quirk_valid(const struct pb2_conf *conf, unsigned int off,
			   unsigned int len, u32 mask)
{
	return pb2_conf_is_width(len) && off < conf->size &&
	       (off & 3) + len <= 4 && !(mask & ~pb2_conf_bytes(0, len));
}

static struct pb2_conf_quirk *quirk_find_at(const struct pb2_conf *conf,
					    unsigned int off)
{
	struct pb2_conf_quirk *quirk;

	list_for_each_entry(quirk, &conf->quirks, link) {
		if (quirk->off == off)
			return quirk;
	}

	return NULL;
}

/* Does policy hold all bytes of the register against quirks? */
static bool is_quirk_proof(const struct pb2_conf *conf, unsigned int off,
			   unsigned int len)
{
	u32 quirk_proof = pb2_conf_find_reg(conf, off)->quirk_proof;

	return !(pb2_conf_bytes(off, len) & ~quirk_proof);
}

static int quirk_create(struct pb2_conf *conf, unsigned int off,
			unsigned int len, u32 mask)
{
	struct pb2_conf_quirk *quirk;

	quirk = kzalloc(sizeof(*quirk), GFP_KERNEL);
	if (!quirk)
		return -ENOMEM;

	quirk->off = off;
	quirk->len = len;
	quirk->mask = mask;
	list_add_tail(&quirk->link, &conf->quirks);
	conf->nr_quirks++;
	bitmap_set(conf->open, off, len);
	return 0;
}

/**
 * pb2_conf_quirk_add() - open a register for reads and writes
 * @pbdev: the function
 * @off: offset of the first byte
 * @len: 1, 2 or 4 bytes
 * @mask: bits that pb2_conf_quirk_show() prints. The mask restricts no access:
 *	that of xen-pciback never did, and the quirks of administrators rely on
 *	this.
 *
 * A second quirk at the same offset has no effect and is no error, as with
 * xen-pciback. The same is true for a quirk whose bytes are all proof against
 * quirks, such as those of a BAR.
 *
 * Context: process context, may sleep, pb2_device.gate.lock held.
 * Return: 0, or one of these errors:
 *
 * * -EINVAL - the function has no virtual configuration space, the register is
 *   not 1, 2 or 4 bytes within a dword of it, or @mask is wider than @len bytes
 * * -ENOSPC - the function has %PB2_CONF_MAX_QUIRKS quirks
 * * -ENOMEM - there is no memory for the quirk
 */
int pb2_conf_quirk_add(struct pb2_device *pbdev, unsigned int off,
		       unsigned int len, u32 mask)
{
	struct pb2_conf *conf = pbdev->conf;

	lockdep_assert_held(&pbdev->gate.lock);

	if (!conf || !is_quirk_valid(conf, off, len, mask))
		return -EINVAL;

	if (quirk_find_at(conf, off))
		return 0;

	if (is_quirk_proof(conf, off, len)) {
		pci_warn(pbdev->pdev, "register 0x%03x stays under policy: quirk ignored\n",
			 off);
		return 0;
	}

	if (conf->nr_quirks >= PB2_CONF_MAX_QUIRKS)
		return -ENOSPC;

	return quirk_create(conf, off, len, mask);
}

/**
 * pb2_conf_quirk_keep() - open a register until the function is released
 * @pbdev: the function
 * @off: offset of the first byte
 * @len: 1, 2 or 4 bytes
 * @mask: as for pb2_conf_quirk_add()
 *
 * A quirk at the same offset, which would end with the assignment, lasts from
 * then on.
 *
 * Context: process context, may sleep, pb2_device.gate.lock held.
 * Return: as pb2_conf_quirk_add().
 */
int pb2_conf_quirk_keep(struct pb2_device *pbdev, unsigned int off,
			unsigned int len, u32 mask)
{
	struct pb2_conf_quirk *quirk;
	int rc = pb2_conf_quirk_add(pbdev, off, len, mask);

	if (rc)
		return rc;
	quirk = quirk_find_at(pbdev->conf, off);
	if (quirk)
		quirk->lasts = true;
	return 0;
}

/**
 * pb2_conf_quirk_free() - free all quirks
 * @conf: a virtual configuration space
 *
 * Context: process context, pb2_device.gate.lock held.
 */
void pb2_conf_quirk_free(struct pb2_conf *conf)
{
	struct pb2_conf_quirk *quirk, *next;

	list_for_each_entry_safe(quirk, next, &conf->quirks, link) {
		list_del(&quirk->link);
		kfree(quirk);
	}

	conf->nr_quirks = 0;
	bitmap_zero(conf->open, PB2_CONF_MAX_SIZE);
}

/**
 * pb2_conf_quirk_clear() - close the registers that quirks opened for one
 *	assignment
 * @pbdev: the function; nothing happens if it has no virtual configuration space
 *
 * Context: process context, pb2_device.gate.lock held.
 * Return: the number of quirks that ended; others last.
 */
unsigned int pb2_conf_quirk_clear(struct pb2_device *pbdev)
{
	struct pb2_conf_quirk *quirk, *next;
	struct pb2_conf *conf = pbdev->conf;
	unsigned int ended = 0;

	lockdep_assert_held(&pbdev->gate.lock);

	if (!conf)
		return 0;
	/* Two quirks may open the same byte. */
	bitmap_zero(conf->open, PB2_CONF_MAX_SIZE);
	list_for_each_entry_safe(quirk, next, &conf->quirks, link) {
		if (quirk->lasts) {
			bitmap_set(conf->open, quirk->off, quirk->len);
			continue;
		}
		list_del(&quirk->link);
		kfree(quirk);
		ended++;
	}
	conf->nr_quirks -= ended;
	return ended;
}

static int quirk_show_function(const struct pci_dev *pdev, char *buf,
			       size_t size)
{
	return scnprintf(buf, size, "%02x:%02x.%01x\n\t%04x:%04x:%04x:%04x\n",
			 pdev->bus->number, PCI_SLOT(pdev->devfn),
			 PCI_FUNC(pdev->devfn), pdev->vendor, pdev->device,
			 pdev->subsystem_vendor, pdev->subsystem_device);
}

static int quirk_show_regs(const struct pb2_conf *conf, char *buf, size_t size)
{
	const struct pb2_conf_reg *reg;
	unsigned int i;
	int len = 0;

	for (i = PB2_CONF_NO_REG + 1; i < conf->nr_regs; i++) {
		reg = &conf->regs[i];
		len += scnprintf(buf + len, size - len, "\t\t%08x:4:%08x\n",
				 reg->off, reg->rw | reg->rw1c | reg->vwrite);
	}

	return len;
}

static int quirk_show_entries(const struct pb2_conf *conf, char *buf,
			      size_t size)
{
	const struct pb2_conf_quirk *quirk;
	int len = 0;

	list_for_each_entry(quirk, &conf->quirks, link)
		len += scnprintf(buf + len, size - len, "\t\t%08x:%01x:%08x\n",
				 quirk->off, quirk->len, quirk->mask);

	return len;
}

/**
 * pb2_conf_quirk_show() - print the registers with a policy and the quirks
 * @pbdev: the function
 * @buf: receives the text
 * @size: size of @buf in bytes
 *
 * The format is that of xen-pciback: a line for each register and each quirk with
 * the offset, the number of bytes and the mask, in hexadecimal. The mask of a
 * register with a policy has the bits that a guest may change.
 *
 * Context: process context, pb2_device.gate.lock held.
 * Return: number of bytes written, less than @size unless @size is 0; 0 for a
 * function without a virtual configuration space.
 */
int pb2_conf_quirk_show(struct pb2_device *pbdev, char *buf, size_t size)
{
	const struct pb2_conf *conf = pbdev->conf;
	int len;

	lockdep_assert_held(&pbdev->gate.lock);

	if (!conf)
		return 0;

	len = quirk_show_function(pbdev->pdev, buf, size);
	len += quirk_show_regs(conf, buf + len, size - len);
	len += quirk_show_entries(conf, buf + len, size - len);
	return len;
}
