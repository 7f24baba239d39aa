/* SPDX-License-Identifier: GPL-2.0 */
/*
 * world.h - one function whose hardware is memory, and an account of all that
 * reached it
 */
#ifndef WORLD_H
#define WORLD_H

#include "fuzz.h"

#include "../../drivers/xen/pciback2/guest/guest.h"
#include "../../drivers/xen/pciback2/host/pci_iface.h"
#include "../../drivers/xen/pciback2/host/xen_iface.h"

/* A request costs the hardware no more accesses than this. */
#define WORLD_MAX_ACCESSES	48
/* Nor does building and resetting its virtual configuration space. */
#define WORLD_MAX_BUILD		4096

/**
 * struct world - the function, its hardware, and what it was asked to do
 * @pbdev: the function
 * @pdev: of @pbdev
 * @pf: of which @pdev is a VF, if it is one
 * @bus: of both
 * @hw: the registers
 * @rw1c: bits of @hw that a one clears
 * @msi: offset of the first MSI capability, 0 for none
 * @msix: likewise of MSI-X
 * @lost: the hardware does not answer: all-ones, writes go nowhere
 * @bus_rc: the bus' accessors fail with this
 * @accesses: of the hardware, since somebody set it to 0
 * @may_write: may the hardware see a write at this place and width now?
 * @mwi_rc: what the PCI core says to memory write and invalidate
 * @msi_rc: to MSI and MSI-X
 * @failures: how often it did in the last five seconds
 * @failed: when the first of them was, jiffies
 * @pirqs: dom0 is a PV domain
 * @detaching: the toolstack is about to detach the function
 * @decode: dummy IRQ handler started minus stopped
 * @flrs: resets that the guest asked for
 * @vectors: vectors that the PCI core was asked for last, and were there
 * @entries: their entries
 */
struct world {
	struct pb2_device pbdev;
	struct pci_dev pdev;
	struct pci_dev pf;
	struct pci_bus bus;
	u8 hw[PB2_CONF_MAX_SIZE];
	u8 rw1c[PB2_CONF_MAX_SIZE];
	u8 msi;
	u8 msix;
	bool lost;
	int bus_rc;
	unsigned int accesses;
	bool (*may_write)(unsigned int off, unsigned int len);
	int mwi_rc;
	int msi_rc;
	unsigned int failures;
	unsigned long failed;
	bool pirqs;
	bool detaching;
	int decode;
	unsigned int flrs;
	unsigned int vectors;
	u16 entries[SH_INFO_MAX_VEC];
};

extern struct world world;

void world_set_detaching(bool detaching);
u32 world_get(unsigned int off, unsigned int len);
void world_set(unsigned int off, unsigned int len, u32 val);
void world_store(u8 *hw, unsigned int off, u8 byte);
void world_load(struct fuzz_input *in);
void world_unload(void);
void world_plug(void);
bool world_is_patient(void);

#endif /* WORLD_H */
