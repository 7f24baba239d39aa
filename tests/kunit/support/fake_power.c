// SPDX-License-Identifier: GPL-2.0
/*
 * fake_power.c - in place of the calls of pci_iface.c for runtime PM
 */
#include "fake.h"
#include "fake_pci.h"

bool pb2_pci_pm_start(struct pci_dev *pdev, int grace_ms)
{
	struct fake_pci *dev = fake_pci_of(pdev);
	bool was_allowed = dev->suspends;

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
	struct fake_pci *dev = fake_pci_of(pdev);

	fake_note("pm_stop %s", pci_name(pdev));
	device_lock_assert(&pdev->dev);
	if (!dev->managed)
		fake_wrong("runtime PM of %s ended twice", pci_name(pdev));
	dev->managed = false;
	dev->suspends = allow;
	pdev->current_state = PCI_D0;
}

void pb2_pci_allow_d3cold(struct pci_dev *pdev, bool allow)
{
	struct fake_pci *dev = fake_pci_of(pdev);

	fake_note("allow_d3cold=%d %s", allow, pci_name(pdev));
	if (!dev->managed)
		fake_wrong("D3cold of %s, which is not under runtime PM",
			   pci_name(pdev));
}

/* As runtime PM does, this takes the reference even if it fails. */
int pb2_pci_pm_get(struct pci_dev *pdev)
{
	struct fake_pci *dev = fake_pci_of(pdev);
	int rc = fake_call("pm_get %s", pci_name(pdev));

	dev->users++;
	if (!rc)
		pdev->current_state = PCI_D0;
	return rc;
}

/* Runtime PM would wait for the suspend that is running, were it pm_get. */
void pb2_pci_pm_hold(struct pci_dev *pdev)
{
	fake_note("pm_hold %s", pci_name(pdev));
	fake_pci_of(pdev)->users++;
}

void pb2_pci_pm_put(struct pci_dev *pdev)
{
	struct fake_pci *dev = fake_pci_of(pdev);

	fake_note("pm_put %s", pci_name(pdev));
	if (!dev->users)
		fake_wrong("%s put to sleep once too often", pci_name(pdev));
	dev->users--;
}
