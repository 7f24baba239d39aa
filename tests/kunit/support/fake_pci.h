/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fake_pci.h - functions on a bus that is plain memory, and everything that
 * pci_iface.h declares
 *
 * The kernel's own pci_read_config_*() and pci_find_*capability() work on
 * these functions, through a bus with pci_ops of ours.
 *
 *	0000:00		fake_port(), the bridge above bus 3
 *	0000:03		fake_nic(), fake_vf(), fake_intx(), fake_bridge()
 *	  |- 0000:04	fake_behind() of the bridge
 *	  `- 0000:05	fake_vf_elsewhere()
 */
#ifndef FAKE_PCI_H
#define FAKE_PCI_H

#include <kunit/test.h>

#include "../../../drivers/xen/pciback2/host/pci_iface.h"

#define FAKE_PCI_MAX_WRITES	128
#define FAKE_PCI_BUS		3
#define FAKE_PCI_BUS_BEHIND	4
#define FAKE_PCI_BUS_VIRTUAL	5

/* Where the builders put things */
#define FAKE_PCI_PM		0x40
#define FAKE_PCI_MSI		0x50
#define FAKE_PCI_MSIX		0x60
#define FAKE_PCI_EXP		0x70
#define FAKE_PCI_AER		0x100
#define FAKE_PCI_LINE		11
#define FAKE_PCI_MSI_IRQ	40
#define FAKE_PCI_MSIX_IRQ	50
#define FAKE_PCI_MSIX_VECTORS	16

/* Registers of the PCI Express capability that the PCI core saves */
#define FAKE_PCI_EXP_SAVED	7

/**
 * enum fake_reset - what a reset method does
 * @FAKE_RESET_NONE: there is no such method, -ENOTTY
 * @FAKE_RESET_WORKS: resets
 * @FAKE_RESET_LIES: claims success and resets nothing
 * @FAKE_RESET_FAILS: -ETIMEDOUT, and resets nothing
 * @FAKE_RESET_KILLS: claims success, and the function never answers again
 * @FAKE_RESET_UNTRAINED: the link does not come back, nor the function: -ENOTTY,
 *	as from a method that does not exist
 */
enum fake_reset {
	FAKE_RESET_NONE,
	FAKE_RESET_WORKS,
	FAKE_RESET_LIES,
	FAKE_RESET_FAILS,
	FAKE_RESET_KILLS,
	FAKE_RESET_UNTRAINED,
};

/**
 * struct fake_pci_write - a write that reached the hardware
 * @off: offset
 * @len: 1, 2 or 4
 * @val: the value
 */
struct fake_pci_write {
	u16 off;
	u8 len;
	u32 val;
};

/**
 * struct fake_pci - a function
 * @pdev: what the code under test gets
 * @link: in the list of all functions
 * @hw: its registers
 * @wmask: bits that can be written
 * @w1c: bits that writing a one clears
 * @reset_hw: @hw after a reset
 * @absent: reads give all-ones, writes do nothing
 * @bus_rc: what the bus' accessors return, PCIBIOS_*
 * @function_reset: what pb2_pci_reset_function() does
 * @flr_reset: what pb2_pci_reset_flr() does
 * @slot_reset: what pb2_pci_reset_slot() does to this function
 * @bus_reset: what pb2_pci_reset_bus() does to this function
 * @wrote: called after a write that reached the hardware, unless %NULL
 * @resets: resets that were carried out
 * @num_vf: VFs that the function has
 * @reads: reads that reached the hardware
 * @nr_writes: writes that reached the hardware
 * @writes: the first of them
 * @enabled: calls of pb2_pci_enable() minus those of pb2_pci_disable()
 * @assigned: marked as assigned
 * @cfg_locked: user space's accesses wait
 * @managed: between pb2_pci_pm_start() and pb2_pci_pm_stop()
 * @suspends: power/control is "auto"
 * @users: references that keep it awake
 * @suspended: runtime PM has suspended it
 * @saved_exp: what the PCI core has saved beside pdev.saved_config_space
 * @unseen: above 0 while it is the PCI core that accesses the function: neither
 *	@reads nor @writes have that
 * @nvec: MSI-X vectors allocated
 * @line: IRQ of the pin, while pdev.irq is the IRQ of the MSI vector
 * @handler: of the INTx line, or %NULL
 * @arg: its argument
 * @handlers: runs of it at this moment
 */
struct fake_pci {
	struct pci_dev pdev;
	struct list_head link;

	u8 hw[PCI_CFG_SPACE_EXP_SIZE];
	u8 wmask[PCI_CFG_SPACE_EXP_SIZE];
	u8 w1c[PCI_CFG_SPACE_EXP_SIZE];
	u8 reset_hw[PCI_CFG_SPACE_EXP_SIZE];
	bool absent;
	int bus_rc;

	enum fake_reset function_reset;
	enum fake_reset flr_reset;
	enum fake_reset slot_reset;
	enum fake_reset bus_reset;
	void (*wrote)(struct fake_pci *dev, unsigned int off, u32 val);
	unsigned int resets;
	int num_vf;

	unsigned int reads;
	unsigned int nr_writes;
	struct fake_pci_write writes[FAKE_PCI_MAX_WRITES];

	int enabled;
	bool assigned;
	bool cfg_locked;
	bool managed;
	bool suspends;
	int users;
	bool suspended;
	u16 saved_exp[FAKE_PCI_EXP_SAVED];
	atomic_t unseen;
	int nvec;
	unsigned int line;
	irq_handler_t handler;
	void *arg;
	atomic_t handlers;
};

/* fake_bus.c: the hardware */
void fake_pci_reset(void);
struct fake_pci *fake_pci_of(const struct pci_dev *pdev);
struct fake_pci *fake_pci_add(struct kunit *test, struct fake_pci *bridge,
			      u8 devfn);
u32 fake_pci_get(const struct fake_pci *dev, unsigned int off,
		 unsigned int len);
void fake_pci_set(struct fake_pci *dev, unsigned int off, unsigned int len,
		  u32 val);
void fake_pci_add_bus(struct kunit *test, struct fake_pci *bridge, u8 number);
struct fake_pci *fake_pci_add_virtual(struct kunit *test, struct fake_pci *pf,
				      u8 devfn);
void fake_pci_allow(struct fake_pci *dev, unsigned int off, unsigned int len,
		    u32 mask);
void fake_pci_clears(struct fake_pci *dev, unsigned int off, unsigned int len,
		     u32 mask);
void fake_pci_forget(struct fake_pci *dev);
void fake_pci_check(struct kunit *test);
struct fake_pci *fake_port(void);
struct fake_pci *fake_pci_next(struct fake_pci *dev);
void fake_pci_do_reset(struct fake_pci *dev);
int fake_pci_num_vf(struct pci_dev *pdev);

/* fake_devices.c */
struct fake_pci *fake_nic(struct kunit *test, u8 devfn);
struct fake_pci *fake_vf(struct kunit *test, struct fake_pci *pf, u8 devfn);
struct fake_pci *fake_vf_elsewhere(struct kunit *test, struct fake_pci *pf,
				   u8 devfn);
struct fake_pci *fake_intx(struct kunit *test, u8 devfn);
struct fake_pci *fake_bridge(struct kunit *test, u8 devfn);
struct fake_pci *fake_behind(struct kunit *test, struct fake_pci *bridge,
			     u8 devfn);
void fake_slot(void);
void fake_slot_empty(void);

/* fake_pci.c */
irqreturn_t fake_pci_interrupt(struct fake_pci *dev);
struct fake_pci *fake_pci_known(struct pci_dev *pdev);
void fake_pci_expect_d0(struct pci_dev *pdev, const char *what);

/* fake_power.c */
void fake_pci_pass_time(void);

#endif /* FAKE_PCI_H */
