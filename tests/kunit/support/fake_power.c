// SPDX-License-Identifier: GPL-2.0
/*
 * fake_power.c - in place of pci_iface.c: power states, runtime PM, and the
 * state that the PCI core saves and restores
 *
 * The hardware forgets what it forgets in D3hot (fake_bus.c). The functions here
 * access it as the PCI core does and give back what the core gives back, so that
 * a test sees what is lost. Runtime PM suspends a function when the test lets
 * time pass by fake_pci_pass_time().
 */
#include <linux/slab.h>

#include "fake.h"
#include "fake_pci.h"

/* The only registers of the PCI Express capability that the core saves */
static const u8 exp_regs[FAKE_PCI_EXP_SAVED] = {
	PCI_EXP_DEVCTL, PCI_EXP_LNKCTL, PCI_EXP_SLTCTL, PCI_EXP_RTCTL,
	PCI_EXP_DEVCTL2, PCI_EXP_LNKCTL2, PCI_EXP_SLTCTL2,
};

/**
 * struct pci_saved_state - opaque to everybody but pb2_pci_restore()
 * @header: the first 64 bytes of the configuration space
 * @exp: the registers of @exp_regs
 */
struct pci_saved_state {
	u32 header[16];
	u16 exp[FAKE_PCI_EXP_SAVED];
};

/* Protects the counts of users */
static DEFINE_SPINLOCK(users_lock);
/* Held while a function suspends or resumes, as runtime PM lets others wait */
static DEFINE_MUTEX(transition_lock);

/* Accesses by the PCI core are none of the driver's. */
static void core_begins(struct fake_pci *dev)
{
	atomic_inc(&dev->unseen);
}

static void core_ends(struct fake_pci *dev)
{
	atomic_dec(&dev->unseen);
}

static int do_nothing(struct pci_dev *pdev, void *arg)
{
	return 0;
}

/* For lockdep: the core takes pci_bus_sem where it changes the ASPM of a link. */
static void take_bus_sem(struct pci_bus *bus)
{
	if (bus->self && bus->self->link_state)
		pci_walk_bus(bus, do_nothing, NULL);
}

static void save(struct fake_pci *dev)
{
	struct pci_dev *pdev = &dev->pdev;
	unsigned int i;

	core_begins(dev);
	for (i = 0; i < 16; i++)
		pci_read_config_dword(pdev, 4 * i, &pdev->saved_config_space[i]);
	for (i = 0; pdev->pcie_cap && i < FAKE_PCI_EXP_SAVED; i++)
		pcie_capability_read_word(pdev, exp_regs[i], &dev->saved_exp[i]);
	core_ends(dev);
	pdev->state_saved = true;
}

static void restore_header(struct pci_dev *pdev, int first, int last)
{
	u32 val;
	int i;

	for (i = last; i >= first; i--) {
		pci_read_config_dword(pdev, 4 * i, &val);
		if (val != pdev->saved_config_space[i])
			pci_write_config_dword(pdev, 4 * i,
					       pdev->saved_config_space[i]);
	}
}

/* Xen restores the messages themselves. */
static void restore_msi(struct pci_dev *pdev)
{
	unsigned int flags = 0;
	u16 enable = 0, val;

	if (pdev->msi_enabled) {
		flags = pdev->msi_cap + PCI_MSI_FLAGS;
		enable = PCI_MSI_FLAGS_ENABLE;
	} else if (pdev->msix_enabled) {
		flags = pdev->msix_cap + PCI_MSIX_FLAGS;
		enable = PCI_MSIX_FLAGS_ENABLE;
	}
	if (!enable)
		return;
	pci_intx(pdev, 0);
	pci_read_config_word(pdev, flags, &val);
	pci_write_config_word(pdev, flags, val | enable);
}

/* What pci_restore_state() writes, in its order */
static void restore(struct fake_pci *dev)
{
	struct pci_dev *pdev = &dev->pdev;
	unsigned int i;

	if (!pdev->state_saved)
		return;
	core_begins(dev);
	for (i = 0; pdev->pcie_cap && i < FAKE_PCI_EXP_SAVED; i++)
		pcie_capability_write_word(pdev, exp_regs[i],
					   dev->saved_exp[i]);
	restore_header(pdev, 10, 15);
	restore_header(pdev, 4, 9);
	restore_header(pdev, 0, 3);
	restore_msi(pdev);
	core_ends(dev);
	pdev->state_saved = false;
}

/* As pci_restore_bars(): nothing but the addresses, and no address of a VF */
static void restore_bars(struct pci_dev *pdev)
{
	unsigned int i;

	for (i = 0; i < PCI_STD_NUM_BARS && !pdev->is_virtfn; i++)
		if (pdev->resource[i].flags)
			pci_write_config_dword(pdev, PCI_BASE_ADDRESS_0 + 4 * i,
					       pdev->resource[i].start);
}

/* As pci_power_up(). Returns 1 if the function may have lost its BARs. */
static int power_up(struct pci_dev *pdev)
{
	pci_power_t before = pdev->current_state, state;
	bool lost;
	u16 csr;

	if (!pdev->pm_cap) {
		pdev->current_state = PCI_D0;
		return 0;
	}
	pci_read_config_word(pdev, pdev->pm_cap + PCI_PM_CTRL, &csr);
	if (PCI_POSSIBLE_ERROR(csr)) {
		pdev->current_state = PCI_D3cold;
		return -EIO;
	}
	state = (__force pci_power_t)(csr & PCI_PM_CTRL_STATE_MASK);
	lost = (state == PCI_D3hot || before >= PCI_D3hot) &&
	       !(csr & PCI_PM_CTRL_NO_SOFT_RESET);
	if (state != PCI_D0)
		pci_write_config_word(pdev, pdev->pm_cap + PCI_PM_CTRL, 0);
	pdev->current_state = PCI_D0;
	return lost;
}

static int power_down(struct pci_dev *pdev, pci_power_t state)
{
	u16 csr;

	if (!pdev->pm_cap)
		return -EIO;
	if (pdev->current_state <= PCI_D3cold && pdev->current_state > state)
		return -EINVAL;
	if ((state == PCI_D1 && !pdev->d1_support) ||
	    (state == PCI_D2 && !pdev->d2_support))
		return -EIO;
	pci_read_config_word(pdev, pdev->pm_cap + PCI_PM_CTRL, &csr);
	if (PCI_POSSIBLE_ERROR(csr)) {
		pdev->current_state = PCI_D3cold;
		return -EIO;
	}
	csr &= ~PCI_PM_CTRL_STATE_MASK;
	pci_write_config_word(pdev, pdev->pm_cap + PCI_PM_CTRL,
			      csr | (__force u16)state);
	pdev->current_state = state;
	return 0;
}

static int set_power(struct pci_dev *pdev, pci_power_t state)
{
	int rc;

	if (pdev->current_state == state)
		return 0;
	if (state != PCI_D0)
		return power_down(pdev, state);
	rc = power_up(pdev);
	if (rc < 0)
		return rc;
	if (rc)
		restore_bars(pdev);
	take_bus_sem(pdev->bus);
	return 0;
}

static const struct dev_pm_ops *pm_ops(const struct pci_dev *pdev)
{
	return pdev->driver ? pdev->driver->driver.pm : NULL;
}

/* As pci_pm_runtime_suspend() */
static void suspend_function(struct fake_pci *dev)
{
	struct pci_dev *pdev = &dev->pdev;
	const struct dev_pm_ops *pm = pm_ops(pdev);
	int rc;

	if (!pm)
		return;
	pdev->state_saved = false;
	rc = pm->runtime_suspend(&pdev->dev);
	if (rc && rc != -EBUSY && rc != -EAGAIN)
		fake_wrong("%s cannot suspend: %d", pci_name(pdev), rc);
	if (rc)
		return;
	/* The core would choose a state itself, and arm PME. */
	if (!pdev->state_saved)
		fake_wrong("%s suspended without its state saved",
			   pci_name(pdev));
	dev->suspended = true;
}

/* As pci_pm_runtime_resume() */
static int resume_function(struct fake_pci *dev)
{
	struct pci_dev *pdev = &dev->pdev;
	const struct dev_pm_ops *pm = pm_ops(pdev);

	if (!dev->suspended)
		return 0;
	core_begins(dev);
	power_up(pdev);
	core_ends(dev);
	restore(dev);
	dev->suspended = false;
	return pm ? pm->runtime_resume(&pdev->dev) : 0;
}

/**
 * fake_pci_pass_time() - so long that whatever nobody uses is suspended
 *
 * Context: may sleep.
 */
void fake_pci_pass_time(void)
{
	struct fake_pci *dev;

	mutex_lock(&transition_lock);
	for (dev = fake_pci_next(NULL); dev; dev = fake_pci_next(dev))
		if (dev->managed && dev->suspends && !dev->users &&
		    !dev->suspended)
			suspend_function(dev);
	mutex_unlock(&transition_lock);
}

/* From here on: what pci_iface.h declares */

int pb2_pci_set_power(struct pci_dev *pdev, pci_power_t state)
{
	struct fake_pci *dev = fake_pci_known(pdev);
	int rc = fake_call("set_power=%d %s", (__force int)state,
			   pci_name(pdev));

	might_sleep();
	if (rc)
		return rc;
	core_begins(dev);
	rc = set_power(pdev, state);
	core_ends(dev);
	return rc;
}

void pb2_pci_pme_off(struct pci_dev *pdev)
{
	might_sleep();
	fake_note("pme_off %s", pci_name(pdev));
}

struct pci_saved_state *pb2_pci_save(struct pci_dev *pdev)
{
	struct fake_pci *dev = fake_pci_known(pdev);
	struct pci_saved_state *saved;

	might_sleep();
	if (fake_call("save %s", pci_name(pdev)))
		return NULL;
	fake_pci_expect_d0(pdev, "save");
	save(dev);
	saved = kmalloc(sizeof(*saved), GFP_KERNEL);
	if (!saved)
		return NULL;
	memcpy(saved->header, pdev->saved_config_space, sizeof(saved->header));
	memcpy(saved->exp, dev->saved_exp, sizeof(saved->exp));
	return saved;
}

int pb2_pci_restore(struct pci_dev *pdev, struct pci_saved_state *saved)
{
	struct fake_pci *dev = fake_pci_known(pdev);
	int rc = fake_call("restore %s", pci_name(pdev));

	might_sleep();
	pdev->state_saved = false;
	if (rc)
		return rc;
	fake_pci_expect_d0(pdev, "restore");
	if (!saved) {
		fake_wrong("restore of %s from nothing", pci_name(pdev));
		return -EINVAL;
	}
	memcpy(pdev->saved_config_space, saved->header, sizeof(saved->header));
	memcpy(dev->saved_exp, saved->exp, sizeof(saved->exp));
	pdev->state_saved = true;
	restore(dev);
	return 0;
}

void pb2_pci_save_now(struct pci_dev *pdev)
{
	might_sleep();
	fake_note("save_now %s", pci_name(pdev));
	save(fake_pci_known(pdev));
}

bool pb2_pci_pm_start(struct pci_dev *pdev, int grace_ms)
{
	struct fake_pci *dev = fake_pci_known(pdev);
	bool was_allowed = dev->suspends;

	might_sleep();
	fake_note("pm_start=%d %s", grace_ms, pci_name(pdev));
	device_lock_assert(&pdev->dev);
	if (dev->managed)
		fake_wrong("runtime PM of %s begun twice", pci_name(pdev));
	dev->managed = true;
	dev->suspends = true;
	return was_allowed;
}

void pb2_pci_pm_stop(struct pci_dev *pdev, bool allow)
{
	struct fake_pci *dev = fake_pci_known(pdev);

	might_sleep();
	fake_note("pm_stop %s", pci_name(pdev));
	device_lock_assert(&pdev->dev);
	if (!dev->managed)
		fake_wrong("runtime PM of %s ended twice", pci_name(pdev));
	mutex_lock(&transition_lock);
	resume_function(dev);
	dev->managed = false;
	dev->suspends = allow;
	mutex_unlock(&transition_lock);
}

void pb2_pci_allow_d3cold(struct pci_dev *pdev, bool allow)
{
	struct fake_pci *dev = fake_pci_known(pdev);

	might_sleep();
	fake_note("allow_d3cold=%d %s", allow, pci_name(pdev));
	if (!dev->managed)
		fake_wrong("D3cold of %s, which is not under runtime PM",
			   pci_name(pdev));
}

static void take_user(struct fake_pci *dev)
{
	unsigned long flags;

	spin_lock_irqsave(&users_lock, flags);
	dev->users++;
	spin_unlock_irqrestore(&users_lock, flags);
}

/* As runtime PM does, this takes the reference even if it fails. */
int pb2_pci_pm_get(struct pci_dev *pdev)
{
	struct fake_pci *dev = fake_pci_known(pdev);
	int rc = fake_call("pm_get %s", pci_name(pdev));

	might_sleep();
	take_user(dev);
	if (rc)
		return rc;
	mutex_lock(&transition_lock);
	rc = resume_function(dev);
	mutex_unlock(&transition_lock);
	return rc;
}

/* Runtime PM would wait for the suspend that is running, were it pm_get. */
void pb2_pci_pm_hold(struct pci_dev *pdev)
{
	fake_note("pm_hold %s", pci_name(pdev));
	take_user(fake_pci_known(pdev));
}

void pb2_pci_pm_put(struct pci_dev *pdev)
{
	struct fake_pci *dev = fake_pci_known(pdev);
	unsigned long flags;
	int left;

	fake_note("pm_put %s", pci_name(pdev));
	spin_lock_irqsave(&users_lock, flags);
	left = --dev->users;
	spin_unlock_irqrestore(&users_lock, flags);
	if (left < 0)
		fake_wrong("%s put to sleep once too often", pci_name(pdev));
}
