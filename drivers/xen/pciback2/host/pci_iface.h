/* SPDX-License-Identifier: GPL-2.0 */
/*
 * pci_iface.h - every call of the PCI core that changes or looks for a function
 *
 * pci_iface.c is the only file that makes these calls. The KUnit tests link a
 * fake in its place. Plain configuration reads and writes need no wrapper:
 * they end in the pci_ops of the bus, which a test replaces.
 */
#ifndef PB2_PCI_IFACE_H
#define PB2_PCI_IFACE_H

#include <linux/interrupt.h>
#include <linux/pci.h>

int pb2_pci_enable(struct pci_dev *pdev);
void pb2_pci_disable(struct pci_dev *pdev);
void pb2_pci_set_master(struct pci_dev *pdev, bool on);
int pb2_pci_set_mwi(struct pci_dev *pdev, bool on);
void pb2_pci_set_intx(struct pci_dev *pdev, bool on);
void pb2_pci_set_assigned(struct pci_dev *pdev, bool on);

int pb2_pci_enable_msi(struct pci_dev *pdev);
void pb2_pci_disable_msi(struct pci_dev *pdev);
int pb2_pci_enable_msix(struct pci_dev *pdev, struct msix_entry *entries,
			int nvec);
void pb2_pci_disable_msix(struct pci_dev *pdev);

int pb2_pci_set_power(struct pci_dev *pdev, pci_power_t state);
void pb2_pci_pme_off(struct pci_dev *pdev);

struct pci_saved_state *pb2_pci_save(struct pci_dev *pdev);
int pb2_pci_restore(struct pci_dev *pdev, struct pci_saved_state *saved);
void pb2_pci_save_now(struct pci_dev *pdev);

void pb2_pci_lock_cfg(struct pci_dev *pdev);
void pb2_pci_unlock_cfg(struct pci_dev *pdev);
int pb2_pci_reset_function(struct pci_dev *pdev);
int pb2_pci_reset_flr(struct pci_dev *pdev);
int pb2_pci_reset_slot(struct pci_dev *pdev, bool probe);
int pb2_pci_reset_bus(struct pci_dev *bridge);
struct pci_dev *pb2_pci_next(struct pci_dev *from);
void pb2_pci_lock(struct pci_dev *pdev);
bool pb2_pci_trylock(struct pci_dev *pdev);
void pb2_pci_unlock(struct pci_dev *pdev);

bool pb2_pci_pm_start(struct pci_dev *pdev, int grace_ms);
void pb2_pci_pm_stop(struct pci_dev *pdev, bool allow);
void pb2_pci_allow_d3cold(struct pci_dev *pdev, bool allow);
int pb2_pci_pm_get(struct pci_dev *pdev);
void pb2_pci_pm_hold(struct pci_dev *pdev);
void pb2_pci_pm_put(struct pci_dev *pdev);

int pb2_pci_request_irq(struct pci_dev *pdev, unsigned int irq,
			irq_handler_t handler, const char *name, void *arg);
void pb2_pci_free_irq(struct pci_dev *pdev, unsigned int irq, void *arg);

/**
 * pb2_pci_thaw() - end what a failed error recovery has left of itself
 * @pdev: the function, which answers
 *
 * The PCI core leaves a channel frozen when it gives up. Drivers then take the
 * function for dead. A function whose failure is permanent stays as it is.
 *
 * Context: any.
 */
static inline void pb2_pci_thaw(struct pci_dev *pdev)
{
	cmpxchg(&pdev->error_state, pci_channel_io_frozen,
		pci_channel_io_normal);
}

#endif /* PB2_PCI_IFACE_H */
