/* SPDX-License-Identifier: GPL-2.0 */
/*
 * conf.h - the virtual configuration space of one function
 *
 * What a guest sees of a register, and what a write of it reaches, is a
 * matter of a few masks per dword. The masks come from const tables, one per
 * capability; the engine in engine.c knows no register by name.
 */
#ifndef PB2_CONF_H
#define PB2_CONF_H

#include <linux/bitmap.h>
#include <linux/bits.h>
#include <linux/list.h>
#include <linux/types.h>

#include "../device/device.h"

struct pb2_conf_reg;

/* A dword that carries no policy of its own: readable, never writable. */
#define PB2_CONF_NO_REG		0

#define PB2_CONF_MAX_SIZE	4096
#define PB2_CONF_MAX_QUIRKS	256

/* More do not fit behind the header, at a dword each */
#define PB2_CONF_MAX_CAPS	((PCI_CFG_SPACE_SIZE - PCI_STD_HEADER_SIZEOF) / 4)

/* struct pb2_conf_field.proof */
#define PB2_CONF_PERMISSIVE_PROOF		BIT(0)	/* permissive does not relax it */
#define PB2_CONF_QUIRK_PROOF		BIT(1)	/* a quirk does not open it */
#define PB2_CONF_FIXED		(PB2_CONF_PERMISSIVE_PROOF | PB2_CONF_QUIRK_PROOF)

/* struct pb2_conf_ops.write: the write is done, no mask is to be applied. */
#define PB2_CONF_DONE		1

/**
 * struct pb2_conf_ops - what masks cannot say of a register
 * @reset: compute the shadow of a fresh assignment; %NULL: take the field's
 *	@init. Called with the function in D0; it may set &pb2_conf_reg.init
 *	and &pb2_conf_reg.vwrite.
 * @write: side effects of a guest's write, before the masks are applied.
 *	@mask has the bits of the bytes that were written; @val has those
 *	bits as written, the other virtual bits from the shadow, and 0 for
 *	the rest. It may change *@val (a bit that could not be set). It
 *	returns 0 to go on, %PB2_CONF_DONE to leave it at that, or a negative
 *	XEN_PCI_ERR_* that the guest gets in place of the write.
 *
 * Context: process context, may sleep, pb2_device.gate.lock held.
 */
struct pb2_conf_ops {
	u32 (*reset)(struct pb2_device *pbdev, struct pb2_conf_reg *reg);
	int (*write)(struct pb2_device *pbdev, struct pb2_conf_reg *reg,
		     u32 *val, u32 mask);
};

/**
 * struct pb2_conf_field - one line of policy
 * @off: byte offset, from the start of the header or of the capability
 * @len: 1, 2 or 4 bytes; a field never crosses a dword
 * @proof: %PB2_CONF_PERMISSIVE_PROOF, %PB2_CONF_QUIRK_PROOF, both or 0
 * @rw: bits that a guest's write changes in the hardware
 * @rw1c: bits that the hardware clears when a one is written
 * @virt: bits that the guest reads from the shadow, not from the hardware
 * @vwrite: bits of @virt that a guest's write changes in the shadow
 * @trap: bits that only @ops act upon: no relaxation lets them through
 * @init: the shadow of a fresh assignment
 * @presence: read as all-ones from a function that does not answer, as its driver
 *	expects, and not from the shadow
 * @full_width: is written to the hardware at its full width, or not at all
 * @ops: side effects, or %NULL
 * @why: the reason, word for word as in config-policy.rst
 *
 * A bit in none of the masks is read from the hardware and never written. A
 * field with writable bits lists all the RW1C bits of its bytes in @rw1c. All
 * masks are relative to @off.
 */
struct pb2_conf_field {
	u16 off;
	u8 len;
	u8 proof;
	u32 rw;
	u32 rw1c;
	u32 virt;
	u32 vwrite;
	u32 trap;
	u32 init;
	bool presence;
	bool full_width;
	const struct pb2_conf_ops *ops;
	const char *why;
};

/**
 * struct pb2_conf_cap - the policy of one capability, or of a header
 * @id: PCI_CAP_ID_* or PCI_EXT_CAP_ID_*; unused for a header
 * @hide: the guest sees a null capability in its place (ID and version read
 *	0, the chain goes on); extended capabilities only
 * @size: bytes of its longest form; conventional capabilities only
 * @proof_len: bytes from its start that permissive does not relax, up to the
 *	next capability; extended capabilities only
 * @fields: table, or %NULL where the whole capability is read-only
 * @nr_fields: length of @fields
 * @why: the reason, word for word as in config-policy.rst
 *
 * Fields lie within the shortest form of the capability: what lies behind it
 * may be another capability.
 */
struct pb2_conf_cap {
	u16 id;
	bool hide;
	u8 size;
	u16 proof_len;
	const struct pb2_conf_field *fields;
	unsigned int nr_fields;
	const char *why;
};

/**
 * struct pb2_conf_reg - the merged policy of one dword of one function
 * @off: offset of the dword in configuration space
 * @rw: see struct pb2_conf_field, as all masks here; shifted into the dword
 * @rw1c: likewise
 * @virt: likewise
 * @vwrite: likewise
 * @trap: likewise
 * @permissive_proof: bytes, as a bit mask, that permissive does not relax
 * @quirk_proof: bytes, as a bit mask, that a quirk does not open
 * @presence: bytes, as a bit mask, that a function must answer for
 * @full_width: bytes, as a bit mask, that are written together or not at all
 * @claimed: bytes, as a bit mask, that a field covers
 * @op_bytes: bytes, as a bit mask, whose write calls @ops
 * @init: shadow of a fresh assignment
 * @shadow: the virtual bits as the guest sees them now
 * @ops: at most one field of a dword has side effects
 */
struct pb2_conf_reg {
	u16 off;
	u32 rw;
	u32 rw1c;
	u32 virt;
	u32 vwrite;
	u32 trap;
	u32 permissive_proof;
	u32 quirk_proof;
	u32 presence;
	u32 full_width;
	u32 claimed;
	u32 op_bytes;
	u32 init;
	u32 shadow;
	const struct pb2_conf_ops *ops;
};

/**
 * struct pb2_conf_quirk - bytes that an administrator opened for a function
 * @link: in pb2_conf.quirks
 * @off: offset in configuration space
 * @len: 1, 2 or 4
 * @mask: as given; shown, and without effect on access, as with xen-pciback
 */
struct pb2_conf_quirk {
	struct list_head link;
	u16 off;
	u8 len;
	u32 mask;
};

/**
 * struct pb2_conf - the virtual configuration space of one function
 * @index: for each dword the place of its register in @regs, 0 for none;
 *	%NULL while it is being built
 * @size: bytes of configuration space, 0 where @index is %NULL
 * @regs: @regs[0] is the register of PB2_CONF_NO_REG: read-only
 * @nr_regs: length of @regs
 * @max_regs: room in @regs
 * @open: one bit per byte that a quirk opens
 * @quirks: struct pb2_conf_quirk
 * @nr_quirks: length of @quirks
 * @warned: a dropped write was reported in this assignment
 * @msi_cap: offset of the MSI capability, or 0; immutable
 * @msix_cap: offset of the MSI-X capability, or 0; immutable
 * @pcie_cap: offset of the PCI Express capability, or 0; immutable
 * @virtio_cap: offset of the capability that names the backend, or 0
 * @virtio_domid: the domain that it names
 *
 * Protected by pb2_device.gate.lock.
 */
struct pb2_conf {
	u16 *index;
	unsigned int size;
	struct pb2_conf_reg *regs;
	unsigned int nr_regs;
	unsigned int max_regs;
	DECLARE_BITMAP(open, PB2_CONF_MAX_SIZE);
	struct list_head quirks;
	unsigned int nr_quirks;
	bool warned;
	u8 msi_cap;
	u8 msix_cap;
	u8 pcie_cap;
	u8 virtio_cap;
	u16 virtio_domid;
};

/**
 * pb2_conf_is_width() - can an access of configuration space be this wide?
 * @len: bytes; a negative one of a guest is a huge one here
 *
 * Context: any.
 * Return: true for 1, 2 and 4.
 */
static inline bool pb2_conf_is_width(unsigned int len)
{
	return len == 1 || len == 2 || len == 4;
}

/**
 * pb2_conf_shift() - place of a byte within its dword
 * @off: offset in configuration space
 *
 * Context: any.
 * Return: the number of the byte's lowest bit: 0, 8, 16 or 24.
 */
static inline unsigned int pb2_conf_shift(unsigned int off)
{
	return (off & 3) * 8;
}

/**
 * pb2_conf_bytes() - bit mask of an access within its dword
 * @off: offset in configuration space
 * @len: 1, 2 or 4; the access does not cross a dword
 *
 * Context: any.
 * Return: the mask.
 */
static inline u32 pb2_conf_bytes(unsigned int off, unsigned int len)
{
	return GENMASK(len * 8 - 1, 0) << pb2_conf_shift(off);
}

/**
 * pb2_conf_find_reg() - the register of a dword, as far as there is one
 * @conf: a virtual configuration space that was built
 * @off: offset of any byte of the dword, below &pb2_conf.size
 *
 * Context: pb2_device.gate.lock held.
 * Return: the register; the read-only one of %PB2_CONF_NO_REG for a dword
 * without a policy of its own. It may move when pb2_conf_get_reg() makes another.
 */
static inline struct pb2_conf_reg *pb2_conf_find_reg(const struct pb2_conf *conf,
						     unsigned int off)
{
	return &conf->regs[conf->index[off / 4]];
}

/* engine.c: reads and writes of a guest */
extern bool pb2_permissive;
void pb2_conf_reset(struct pb2_device *pbdev);
bool pb2_conf_is_permissive(const struct pb2_device *pbdev);
int pb2_conf_read(struct pb2_device *pbdev, int off, int len, u32 *val);
int pb2_conf_write(struct pb2_device *pbdev, int off, int len, u32 val);

/* build.c: merges the tables into the registers of one function */
int pb2_conf_init(struct pb2_device *pbdev);
void pb2_conf_free(struct pb2_device *pbdev);
unsigned int pb2_conf_find_caps(struct pb2_device *pbdev, u8 *caps);
struct pb2_conf_reg *pb2_conf_get_reg(struct pb2_conf *conf, unsigned int off);

/* virtio_cap.c: a capability that names the domain behind a function */
int pb2_conf_virtio_set(struct pb2_device *pbdev, u16 domid);
void pb2_conf_virtio_clear(struct pb2_device *pbdev);
domid_t pb2_conf_virtio_get(struct pb2_device *pbdev);

/* quirk.c: registers that an administrator opens for one function */
int pb2_conf_quirk_add(struct pb2_device *pbdev, unsigned int off,
		       unsigned int len, u32 mask);
void pb2_conf_quirk_clear(struct pb2_device *pbdev);
void pb2_conf_quirk_free(struct pb2_conf *conf);
int pb2_conf_quirk_show(struct pb2_device *pbdev, char *buf, size_t size);

/* access.c: the configuration space of the hardware */
extern enum pb2_access_way pb2_access_default;
int pb2_access_choose(struct pb2_device *pbdev, enum pb2_access_way way);
void pb2_access_exit(struct pb2_device *pbdev);
int pb2_access_parse(const char *name);
int pb2_access_show(const struct pb2_device *pbdev, char *buf, size_t size);
int pb2_access_read(struct pb2_device *pbdev, unsigned int off,
		    unsigned int len, u32 *val);
int pb2_access_write(struct pb2_device *pbdev, unsigned int off,
		     unsigned int len, u32 val);

/* The tables */
extern const struct pb2_conf_cap pb2_conf_header;
extern const struct pb2_conf_cap pb2_conf_bars_normal;
extern const struct pb2_conf_cap pb2_conf_bars_bridge;
extern const struct pb2_conf_cap pb2_conf_cap_pm;
extern const struct pb2_conf_cap pb2_conf_cap_vpd;
extern const struct pb2_conf_cap pb2_conf_cap_msi;
extern const struct pb2_conf_cap pb2_conf_cap_msix;
extern const struct pb2_conf_cap pb2_conf_cap_pcie;
extern const struct pb2_conf_cap pb2_conf_cap_af;
const struct pb2_conf_cap *pb2_conf_cap_find(u8 id);
const struct pb2_conf_cap *pb2_conf_cap_find_ext(u16 id);

#endif /* PB2_CONF_H */
