/* SPDX-License-Identifier: GPL-2.0 */
/*
 * conf_world.h - one function on a bus of its own, for the tests of the
 * configuration space
 *
 * All of its hardware registers are plain memory, so that every write that
 * gets through leaves its trace.
 */
#ifndef CONF_WORLD_H
#define CONF_WORLD_H

#include <kunit/test.h>

#include "../../../drivers/xen/pciback2/host/pci_iface.h"
#include "../../../drivers/xen/pciback2/doors.h"

/**
 * struct conf_line - 16 bytes of a configuration space
 * @off: where
 * @bytes: what
 */
struct conf_line {
	u16 off;
	u8 bytes[16];
};

/**
 * struct conf_image - a device
 * @name: for messages
 * @lines: all that is not 0
 * @nr_lines: length of @lines
 * @res: the resources, by their index in pci_dev
 */
struct conf_image {
	const char *name;
	const struct conf_line *lines;
	unsigned int nr_lines;
	struct resource res[PCI_ROM_RESOURCE + 1];
};

extern const struct conf_image conf_e1000e;
extern const struct conf_image conf_nvme;

/**
 * struct conf_world - the function, and what was done to it
 * @pbdev: with the gate lock held
 * @pdev: of @pbdev
 * @bus: of @pdev
 * @bridge: of @bus
 * @hw: the hardware's registers
 * @rw1c: bits of @hw that a one clears
 * @bus_rc: what the bus' accessors return, PCIBIOS_*
 * @reads: number of reads of the hardware
 * @writes: number of writes of the hardware
 * @write_off: of the last write
 * @write_len: of the last write
 * @write_val: of the last write
 * @decode: calls of pb2_intx_enable() minus those of pb2_intx_disable()
 * @masters: number of calls of pb2_pci_set_master()
 * @master: last argument
 * @mwis: number of calls of pb2_pci_set_mwi()
 * @mwi_rc: its result
 * @intxs: number of calls of pb2_pci_set_intx()
 * @intx: last argument
 * @flrs: number of calls of pb2_guest_reset_start()
 * @detaching: result of pb2_gate_is_detaching()
 */
struct conf_world {
	struct pb2_device pbdev;
	struct pci_dev pdev;
	struct pci_bus bus;
	struct pci_host_bridge *bridge;
	u8 hw[PB2_CONF_MAX_SIZE];
	u8 rw1c[PB2_CONF_MAX_SIZE];
	int bus_rc;
	unsigned int reads;
	unsigned int writes;
	unsigned int write_off;
	unsigned int write_len;
	u32 write_val;

	int decode;
	unsigned int masters;
	bool master;
	unsigned int mwis;
	int mwi_rc;
	unsigned int intxs;
	bool intx;
	unsigned int flrs;
	bool detaching;
};

int conf_world_init(struct kunit *test);
void conf_world_exit(struct kunit *test);
void conf_world_load(struct conf_world *world, const struct conf_image *image);
struct conf_world *conf_world_create(struct kunit *test,
				     const struct conf_image *image);
int conf_world_start(struct kunit *test, const struct conf_image *image);

u32 conf_world_get(const struct conf_world *world, unsigned int off,
		   unsigned int len);
void conf_world_set(struct conf_world *world, unsigned int off,
		    unsigned int len, u32 val);
u32 conf_world_read(struct kunit *test, unsigned int off, unsigned int len);
int conf_world_write(struct kunit *test, unsigned int off, unsigned int len,
		     u32 val);

/* What a tested source calls in place of the rest of the driver. */
void conf_world_intx_enable(struct pb2_device *pbdev);
void conf_world_intx_disable(struct pb2_device *pbdev);
void conf_world_set_master(struct pci_dev *pdev, bool on);
int conf_world_set_mwi(struct pci_dev *pdev, bool on);
void conf_world_set_intx(struct pci_dev *pdev, bool on);
bool conf_world_guest_flr(struct pb2_device *pbdev);
bool conf_world_is_detaching(const struct pb2_device *pbdev);

#define pb2_intx_enable		conf_world_intx_enable
#define pb2_intx_disable	conf_world_intx_disable
#define pb2_pci_set_master	conf_world_set_master
#define pb2_pci_set_mwi		conf_world_set_mwi
#define pb2_pci_set_intx	conf_world_set_intx
#define pb2_guest_reset_start	conf_world_guest_flr
#define pb2_gate_is_detaching	conf_world_is_detaching

#endif /* CONF_WORLD_H */
