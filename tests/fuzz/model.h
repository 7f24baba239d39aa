/* SPDX-License-Identifier: GPL-2.0 */
/*
 * model.h - what a guest may do to a function, byte by byte
 *
 * Written by hand from the specifications and from config-policy.rst, and not
 * from the tables of the driver.
 */
#ifndef MODEL_H
#define MODEL_H

#include "world.h"

/**
 * enum act - what a write of a byte is besides a write
 * @ACT_NONE: nothing
 * @ACT_COMMAND: of the command register
 * @ACT_VPD: of the address in non-volatile memory
 * @ACT_MSI: of the flags of MSI
 * @ACT_MSIX: of the flags of MSI-X
 * @ACT_DEVCTL: of PCI Express' device control
 * @ACT_AF: of the reset bit of the advanced features
 */
enum act {
	ACT_NONE,
	ACT_COMMAND,
	ACT_VPD,
	ACT_MSI,
	ACT_MSIX,
	ACT_DEVCTL,
	ACT_AF,
};

/**
 * struct model_rule - what a guest may do to one register
 * @off: from the start of its capability
 * @len: bytes
 * @proof: 'x' against permissive and quirks, 's' against quirks, 0 against none
 * @act: see enum act
 * @rw: bits that change in the hardware
 * @rw1c: bits that a one clears there
 * @virt: bits that are not the hardware's
 * @vwrite: those of them that change
 * @trap: bits that are never written as ones
 * @offer: bits that read 0 unless the guest may reset the function
 * @keep: bits that come back after a reset that dom0 does not know of
 */
struct model_rule {
	u8 off;
	u8 len;
	char proof;
	u8 act;
	u32 rw;
	u32 rw1c;
	u32 virt;
	u32 vwrite;
	u32 trap;
	u32 keep;
	u32 offer;
};

/**
 * struct model - the rules of one function, byte by byte, and its state
 * @rw: as of struct model_rule, as all up to @trap
 * @rw1c: likewise
 * @virt: likewise
 * @vwrite: likewise
 * @trap: likewise
 * @keep: likewise
 * @kept: what comes back
 * @offer: as of struct model_rule
 * @permissive_proof: bits that permissive does not open
 * @quirk_proof: bits that a quirk does not open
 * @act: what a write does
 * @claimed: a rule covers the byte
 * @open: a quirk does
 * @init: virtual bits after a reset
 * @seen: virtual bits now
 * @hw: the hardware, as it has to be
 * @leave: the byte may see a write now
 * @caps: the capabilities, in the order of their list
 * @nr_caps: length of @caps
 * @pos: offset of the first capability of an ID, or 0
 * @quirks: number of quirks
 * @quirk_at: there is one at the offset
 * @backend: offset of the backend's capability, or 0
 * @decode: dummy IRQ handler started minus stopped
 * @flrs: resets that the guest asked for
 */
struct model {
	u8 rw[PB2_CONF_MAX_SIZE];
	u8 rw1c[PB2_CONF_MAX_SIZE];
	u8 virt[PB2_CONF_MAX_SIZE];
	u8 vwrite[PB2_CONF_MAX_SIZE];
	u8 trap[PB2_CONF_MAX_SIZE];
	u8 keep[PB2_CONF_MAX_SIZE];
	u8 kept[PB2_CONF_MAX_SIZE];
	u8 offer[PB2_CONF_MAX_SIZE];
	u8 permissive_proof[PB2_CONF_MAX_SIZE];
	u8 quirk_proof[PB2_CONF_MAX_SIZE];
	u8 act[PB2_CONF_MAX_SIZE];
	u8 claimed[PB2_CONF_MAX_SIZE];
	u8 open[PB2_CONF_MAX_SIZE];
	u8 init[PB2_CONF_MAX_SIZE];
	u8 seen[PB2_CONF_MAX_SIZE];
	u8 hw[PB2_CONF_MAX_SIZE];
	u8 leave[PB2_CONF_MAX_SIZE];
	u8 caps[64];
	unsigned int nr_caps;
	u8 pos[256];
	unsigned int quirks;
	u8 quirk_at[PB2_CONF_MAX_SIZE];
	u8 backend;
	int decode;
	unsigned int flrs;
};

extern struct model model;

/* model_build.c: the rules */
void model_build(void);
void model_reset(void);
int model_quirk(unsigned int off, unsigned int len, u32 mask);
void model_quirks_clear(void);
void model_backend(int rc, u16 domid);
void model_backend_clear(void);

/* model.c: what follows from them */
u8 model_hw(unsigned int off);
u8 model_raw(unsigned int off);
bool model_is_absent(void);
int model_read(int off, int len, u32 *val);
int model_write(int off, int len, u32 val);
bool model_leaves(unsigned int off, unsigned int len);
void model_check(void);

#endif /* MODEL_H */
