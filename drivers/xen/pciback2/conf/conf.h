/* SPDX-License-Identifier: GPL-2.0 */
/*
 * conf.h - the virtual configuration space of one function
 *
 * A few masks per dword decide what a guest reads from a register and which
 * bits its writes change. The masks come from const tables, one per capability;
 * the engine in engine.c knows no register by name.
 */
#ifndef PB2_CONF_H
#define PB2_CONF_H

#include <linux/bitmap.h>
#include <linux/bits.h>
#include <linux/list.h>
#include <linux/types.h>

#include "../device/device.h"

struct pb2_conf_reg;

/* The register of each dword without a policy: readable, never writable */
#define PB2_CONF_NO_REG		0

/* COMMAND's bits with which a function answers at its BARs */
#define PB2_CONF_DECODE		(PCI_COMMAND_IO | PCI_COMMAND_MEMORY)

#define PB2_CONF_MAX_SIZE	4096
#define PB2_CONF_MAX_QUIRKS	256

/* Each capability takes at least a dword, and all lie behind the header. */
#define PB2_CONF_MAX_CAPS	((PCI_CFG_SPACE_SIZE - PCI_STD_HEADER_SIZEOF) / 4)

/* struct pb2_conf_field.proof */
#define PB2_CONF_PERMISSIVE_PROOF	BIT(0)	/* permissive does not relax it */
#define PB2_CONF_QUIRK_PROOF		BIT(1)	/* a quirk does not open it */
#define PB2_CONF_FIXED			(PB2_CONF_PERMISSIVE_PROOF | PB2_CONF_QUIRK_PROOF)

/* struct pb2_conf_ops.write: the write is complete, the engine adds nothing. */
#define PB2_CONF_DONE		1

/**
 * struct pb2_conf_ops - the behaviour of a register that masks cannot express
 * @reset: computes the shadow for a fresh assignment; with %NULL the engine
 *	takes the field's @init. The function is in D0. The callback may set
 *	&pb2_conf_reg.init and &pb2_conf_reg.vwrite.
 * @restore: after a reset that dom0 does not know of, computes what goes back to
 *	the hardware, of which only the bits of &pb2_conf_reg.keep count. @hw is
 *	the dword as it is in the hardware. With %NULL the engine takes
 *	&pb2_conf_reg.kept.
 * @write: carries out the side effects of a guest's write, before the engine
 *	applies the masks. @mask has the bits of the bytes that the guest
 *	writes. *@val has these bits as the guest writes them, the other virtual
 *	bits as they are in the shadow, and 0 for the rest. The callback may
 *	change *@val, for example where it could not set a bit. It returns 0 to
 *	let the engine apply the masks, %PB2_CONF_DONE to end the write with
 *	success, or a negative XEN_PCI_ERR_* to end it with this error.
 *
 * Context: process context, may sleep, pb2_device.gate.lock held.
 */
struct pb2_conf_ops {
	u32 (*reset)(struct pb2_device *pbdev, struct pb2_conf_reg *reg);
	u32 (*restore)(const struct pb2_conf_reg *reg, u32 hw);
	int (*write)(struct pb2_device *pbdev, struct pb2_conf_reg *reg,
		     u32 *val, u32 mask);
};

/**
 * struct pb2_conf_field - the policy of one register
 * @off: byte offset, from the start of the header or of the capability
 * @len: 1, 2 or 4 bytes; a field never crosses a dword
 * @proof: %PB2_CONF_PERMISSIVE_PROOF, %PB2_CONF_QUIRK_PROOF, both or 0
 * @rw: bits that a guest's write changes in the hardware
 * @rw1c: bits that the hardware clears when a one is written
 * @virt: bits that the guest reads from the shadow, not from the hardware
 * @vwrite: bits of @virt that a guest's write changes in the shadow
 * @trap: bits that only @ops act upon: neither permissive nor a quirk lets a
 *	guest write them to the hardware
 * @keep: bits of dom0's that the guest cannot write: after a reset that dom0 does
 *	not know of the engine writes them to the hardware again
 * @offer: bits by which the hardware offers a reset of the function alone; they
 *	read 0, whatever permissive mode or a quirk opens, unless the guest may
 *	reset the function
 * @init: the shadow at the start of an assignment
 * @presence: the register reads as all-ones, and not from the shadow, while the
 *	function does not answer: PCI drivers read it to detect a lost device
 * @full_width: the hardware needs writes of all bytes of the register at once
 * @ops: side effects, or %NULL
 * @why: the reason, word for word as in config-policy.rst
 *
 * A guest reads a bit that is in none of the masks from the hardware, and cannot
 * change it. A field with writable bits lists all the RW1C bits of its bytes in
 * @rw1c. All masks are relative to @off.
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
	u32 keep;
	u32 offer;
	u32 init;
	bool presence;
	bool full_width;
	const struct pb2_conf_ops *ops;
	const char *why;
};

/**
 * struct pb2_conf_cap - the policy of one capability, or of a header
 * @id: PCI_CAP_ID_* or PCI_EXT_CAP_ID_*; unused for a header
 * @hide: the guest sees a null capability in its place: ID and version read 0,
 *	and the pointer leads to the next capability; extended capabilities only
 * @size: length of its longest form in bytes; conventional capabilities only
 * @proof_len: number of bytes from its start that permissive does not relax;
 *	the next capability ends them early; extended capabilities only
 * @fields: the registers with a policy, or %NULL where all are read-only
 * @nr_fields: length of @fields
 * @why: the reason, word for word as in config-policy.rst
 *
 * All fields lie within the shortest form of the capability, because another
 * capability may begin behind it.
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
 * @rw: see struct pb2_conf_field; shifted to its place in the dword
 * @rw1c: likewise
 * @virt: likewise
 * @vwrite: likewise
 * @trap: likewise
 * @keep: likewise
 * @offer: likewise
 * @permissive_proof: bytes, as a bit mask, that permissive does not relax
 * @quirk_proof: bytes, as a bit mask, that a quirk does not open
 * @presence: bytes, as a bit mask, that read as all-ones while the function does
 *	not answer
 * @full_width: bytes, as a bit mask, that the hardware needs written together
 * @claimed: bytes, as a bit mask, that a field covers
 * @op_bytes: bytes, as a bit mask, whose write calls @ops
 * @init: the shadow at the start of an assignment
 * @kept: the bits of @keep when the function last answered at the start of an
 *	assignment or at the end of a reset; 0 if it never did
 * @shadow: the virtual bits as the guest sees them now
 * @ops: side effects of the one field of the dword that has some, or %NULL
 */
struct pb2_conf_reg {
	u16 off;
	u32 rw;
	u32 rw1c;
	u32 virt;
	u32 vwrite;
	u32 trap;
	u32 keep;
	u32 offer;
	u32 permissive_proof;
	u32 quirk_proof;
	u32 presence;
	u32 full_width;
	u32 claimed;
	u32 op_bytes;
	u32 init;
	u32 kept;
	u32 shadow;
	const struct pb2_conf_ops *ops;
};

/**
 * struct pb2_conf_quirk - bytes that an administrator opened for a function
 * @link: in pb2_conf.quirks
 * @off: offset in configuration space
 * @len: 1, 2 or 4
 * @mask: as the administrator gave it; sysfs shows it, and it restricts no
 *	access, as with xen-pciback
 * @lasts: until the function is released, and not only for one assignment
 */
struct pb2_conf_quirk {
	struct list_head link;
	u16 off;
	u8 len;
	u32 mask;
	bool lasts;
};

/**
 * struct pb2_conf - the virtual configuration space of one function
 * @index: the place in @regs of the register of each dword; %PB2_CONF_NO_REG for
 *	a dword without a policy
 * @size: size of configuration space in bytes: 256 to 4096
 * @regs: the registers; @regs[0] is the read-only one of %PB2_CONF_NO_REG
 * @nr_regs: length of @regs
 * @max_regs: room in @regs
 * @open: one bit per byte that a quirk opens
 * @quirks: struct pb2_conf_quirk
 * @nr_quirks: length of @quirks
 * @warned: the log has the first dropped write of this assignment
 * @restored: the log has the first pb2_conf_restore() of this assignment
 * @msi_cap: offset of the MSI capability, or 0; immutable
 * @msix_cap: offset of the MSI-X capability, or 0; immutable
 * @pcie_cap: offset of the PCI Express capability, or 0; immutable
 * @aer_cap: offset of the AER extended capability, or 0; immutable
 * @virtio_cap: offset of the capability that names the virtio backend domain,
 *	or 0
 * @virtio_domid: the domain that this capability names
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
	bool restored;
	u8 msi_cap;
	u8 msix_cap;
	u8 pcie_cap;
	u16 aer_cap;
	u8 virtio_cap;
	u16 virtio_domid;
};

/**
 * pb2_conf_is_width() - can an access of configuration space be this wide?
 * @len: width in bytes; a negative width from a guest becomes a huge one here
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
 * pb2_conf_find_reg() - find the register of a dword
 * @conf: a virtual configuration space
 * @off: offset of any byte of the dword, below &pb2_conf.size
 *
 * Context: pb2_device.gate.lock held.
 * Return: the register, or the read-only one of %PB2_CONF_NO_REG for a dword
 * without a policy. The pointer is valid until pb2_conf_get_reg() creates a
 * register.
 */
static inline struct pb2_conf_reg *pb2_conf_find_reg(const struct pb2_conf *conf,
						     unsigned int off)
{
	return &conf->regs[conf->index[off / 4]];
}

/* engine.c: reads and writes of a guest */
extern bool pb2_permissive;

/**
 * enum pb2_permissive - may guests write registers without a policy?
 * @PB2_PERMISSIVE_OFF: no
 * @PB2_PERMISSIVE_ONCE: the domain that has the function, or gets it next
 * @PB2_PERMISSIVE_ALWAYS: all, until the function is released
 */
enum pb2_permissive {
	PB2_PERMISSIVE_OFF,
	PB2_PERMISSIVE_ONCE,
	PB2_PERMISSIVE_ALWAYS,
};

void pb2_conf_reset(struct pb2_device *pbdev);
void pb2_conf_begin(struct pb2_device *pbdev);
int pb2_conf_restore(struct pb2_device *pbdev);
bool pb2_conf_has_lost_decode(const struct pb2_conf *conf, u32 command);
bool pb2_conf_is_permissive(const struct pb2_device *pbdev);
int pb2_conf_read(struct pb2_device *pbdev, int off, int len, u32 *val);
int pb2_conf_write(struct pb2_device *pbdev, int off, int len, u32 val);

/* build.c: merge the tables into the registers of one function */
int pb2_conf_init(struct pb2_device *pbdev);
void pb2_conf_free(struct pb2_device *pbdev);
unsigned int pb2_conf_find_caps(struct pb2_device *pbdev, u8 *caps);
struct pb2_conf_reg *pb2_conf_get_reg(struct pb2_conf *conf, unsigned int off);

/* virtio_cap.c: the capability that names the virtio backend domain */
int pb2_conf_virtio_set(struct pb2_device *pbdev, u16 domid);
void pb2_conf_virtio_clear(struct pb2_device *pbdev);
domid_t pb2_conf_virtio_get(struct pb2_device *pbdev);

/* quirk.c: registers that an administrator opens for one function */
int pb2_conf_quirk_add(struct pb2_device *pbdev, unsigned int off,
		       unsigned int len, u32 mask);
void pb2_conf_set_permissive(struct pb2_device *pbdev,
			     enum pb2_permissive permissive);
int pb2_conf_quirk_keep(struct pb2_device *pbdev, unsigned int off,
			unsigned int len, u32 mask);
unsigned int pb2_conf_quirk_clear(struct pb2_device *pbdev);
void pb2_conf_quirk_free(struct pb2_conf *conf);
int pb2_conf_quirk_show(struct pb2_device *pbdev, char *buf, size_t size);

/**
 * struct pb2_quirk - a quirk as an administrator names it
 * @sbdf: address of the function
 * @off: offset of the register in configuration space
 * @len: size of the register: 1, 2 or 4 bytes
 * @mask: mask of at most @len bytes
 */
struct pb2_quirk {
	struct pb2_sbdf sbdf;
	unsigned int off;
	unsigned int len;
	unsigned int mask;
};

/* quirk_text.c: quirks as text */
extern char *pb2_quirk_list;
const char *pb2_quirk_scan_reg(const char *s, struct pb2_quirk *quirk);
const char *pb2_quirk_scan(const char *s, struct pb2_quirk *quirk);
int pb2_quirk_list_check(const char *list);
void pb2_quirk_list_apply(struct pb2_device *pbdev);
int pb2_quirk_show_own(const struct pb2_device *pbdev, char *buf, size_t size);

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

/* The tables of policy, and cap.c: find the one of a capability */
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
