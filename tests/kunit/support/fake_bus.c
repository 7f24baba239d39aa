// SPDX-License-Identifier: GPL-2.0
/*
 * fake_bus.c - a PCI bus that is plain memory, and functions to put on it
 */
#include <linux/device.h>
#include <linux/pci.h>

#include "fake.h"
#include "fake_pci.h"

/**
 * struct fake_bus - a bus
 * @bus: for the PCI core
 * @sysdata: where x86 looks for the segment
 */
struct fake_bus {
	struct pci_bus bus;
	struct pci_sysdata sysdata;
};

static LIST_HEAD(devices);
static struct fake_bus host;
static struct fake_bus root;
static struct fake_pci *port;

/**
 * fake_pci_reset() - forget all functions
 *
 * Their memory is the test's.
 *
 * Context: any; no function may be in use.
 */
void fake_pci_reset(void)
{
	INIT_LIST_HEAD(&devices);
	memset(&host, 0, sizeof(host));
	memset(&root, 0, sizeof(root));
	port = NULL;
}

/**
 * fake_port() - the bridge above bus 3
 *
 * Context: any; once there is a function.
 * Return: it.
 */
struct fake_pci *fake_port(void)
{
	return port;
}

/**
 * fake_pci_next() - the next function, in the order in which they were added
 * @dev: a function, or %NULL for the first one
 *
 * Context: any.
 * Return: the next one, %NULL after the last.
 */
struct fake_pci *fake_pci_next(struct fake_pci *dev)
{
	dev = list_prepare_entry(dev, &devices, link);
	list_for_each_entry_continue(dev, &devices, link)
		return dev;
	return NULL;
}

/**
 * fake_pci_do_reset() - every register is as it was at first
 * @dev: the function
 *
 * Context: any.
 */
void fake_pci_do_reset(struct fake_pci *dev)
{
	memcpy(dev->hw, dev->reset_hw, sizeof(dev->hw));
	dev->resets++;
}

static struct pci_ops bus_ops;

/**
 * fake_pci_of() - the fake behind a function
 * @pdev: the function
 *
 * Context: any.
 * Return: the fake, %NULL if it is not of ours.
 */
struct fake_pci *fake_pci_of(const struct pci_dev *pdev)
{
	if (!pdev->bus || pdev->bus->ops != &bus_ops)
		return NULL;
	return container_of(pdev, struct fake_pci, pdev);
}

/**
 * fake_pci_num_vf() - in place of pci_num_vf()
 * @pdev: the function
 *
 * The PCI core keeps the number of VFs where only the core can write it.
 *
 * Context: any.
 * Return: the number of VFs.
 */
int fake_pci_num_vf(struct pci_dev *pdev)
{
	struct fake_pci *dev = fake_pci_of(pdev);

	return dev ? dev->num_vf : 0;
}

/**
 * fake_pci_get() - look at the hardware, unseen
 * @dev: the function
 * @off: offset
 * @len: 1, 2 or 4
 *
 * Context: any.
 * Return: the value.
 */
u32 fake_pci_get(const struct fake_pci *dev, unsigned int off,
		 unsigned int len)
{
	u32 val = 0;

	while (len--)
		val = val << 8 | dev->hw[off + len];
	return val;
}

static void put(u8 *bytes, unsigned int off, unsigned int len, u32 val)
{
	for (; len--; val >>= 8)
		bytes[off++] = val;
}

/**
 * fake_pci_set() - change the hardware, unseen
 * @dev: the function
 * @off: offset
 * @len: 1, 2 or 4
 * @val: the value
 *
 * Context: any.
 */
void fake_pci_set(struct fake_pci *dev, unsigned int off, unsigned int len,
		  u32 val)
{
	put(dev->hw, off, len, val);
}

/**
 * fake_pci_allow() - say which bits the hardware lets be written
 * @dev: the function
 * @off: offset
 * @len: 1, 2 or 4
 * @mask: the bits
 *
 * Context: any.
 */
void fake_pci_allow(struct fake_pci *dev, unsigned int off, unsigned int len,
		    u32 mask)
{
	put(dev->wmask, off, len, mask);
}

/**
 * fake_pci_clears() - say which bits writing a one clears
 * @dev: the function
 * @off: offset
 * @len: 1, 2 or 4
 * @mask: the bits
 *
 * Context: any.
 */
void fake_pci_clears(struct fake_pci *dev, unsigned int off, unsigned int len,
		     u32 mask)
{
	put(dev->w1c, off, len, mask);
}

/**
 * fake_pci_forget() - forget the accesses so far
 * @dev: the function
 *
 * Context: any.
 */
void fake_pci_forget(struct fake_pci *dev)
{
	dev->reads = 0;
	dev->nr_writes = 0;
}

static struct fake_pci *target(struct pci_bus *bus, unsigned int devfn)
{
	struct fake_pci *dev;

	list_for_each_entry(dev, &devices, link)
		if (dev->pdev.bus == bus && dev->pdev.devfn == devfn)
			return dev;
	return NULL;
}

static int bus_read(struct pci_bus *bus, unsigned int devfn, int off, int len,
		    u32 *val)
{
	struct fake_pci *dev = target(bus, devfn);

	*val = GENMASK(len * 8 - 1, 0);
	if (!dev || dev->absent)
		return PCIBIOS_SUCCESSFUL;
	if (!atomic_read(&dev->unseen))
		dev->reads++;
	if (!dev->bus_rc)
		*val = fake_pci_get(dev, off, len);
	return dev->bus_rc;
}

static void note_write(struct fake_pci *dev, int off, int len, u32 val)
{
	if (atomic_read(&dev->unseen))
		return;
	if (dev->nr_writes < FAKE_PCI_MAX_WRITES) {
		dev->writes[dev->nr_writes].off = off;
		dev->writes[dev->nr_writes].len = len;
		dev->writes[dev->nr_writes].val = val;
	}
	dev->nr_writes++;
}

static u16 pm_control(const struct fake_pci *dev)
{
	unsigned int pm = dev->pdev.pm_cap;

	return pm ? fake_pci_get(dev, pm + PCI_PM_CTRL, 2) : 0;
}

static pci_power_t power_state(const struct fake_pci *dev)
{
	return (__force pci_power_t)(pm_control(dev) & PCI_PM_CTRL_STATE_MASK);
}

/* PCI PM 1.2, 5.4.1: without No_Soft_Reset a function resets itself. */
static void leave_d3hot(struct fake_pci *dev)
{
	if (!(pm_control(dev) & PCI_PM_CTRL_NO_SOFT_RESET))
		memcpy(dev->hw, dev->reset_hw, sizeof(dev->hw));
}

static int bus_write(struct pci_bus *bus, unsigned int devfn, int off, int len,
		     u32 val)
{
	struct fake_pci *dev = target(bus, devfn);
	pci_power_t before;
	u32 whole = val;
	int i;

	if (!dev || dev->absent)
		return PCIBIOS_SUCCESSFUL;
	note_write(dev, off, len, val);
	if (dev->bus_rc)
		return dev->bus_rc;
	before = power_state(dev);
	for (i = off; i < off + len; i++, val >>= 8) {
		dev->hw[i] &= ~(val & dev->w1c[i]);
		dev->hw[i] = (dev->hw[i] & ~dev->wmask[i]) |
			     (val & dev->wmask[i]);
	}
	if (before == PCI_D3hot && power_state(dev) == PCI_D0)
		leave_d3hot(dev);
	if (dev->wrote)
		dev->wrote(dev, off, whole);
	return PCIBIOS_SUCCESSFUL;
}

static struct pci_ops bus_ops = {
	.read = bus_read,
	.write = bus_write,
};

/* Without address windows: bus addresses are physical addresses. */
static struct pci_host_bridge root_bridge;

static void init_bus(struct fake_bus *bus, unsigned char number,
		     struct fake_pci *bridge)
{
	INIT_LIST_HEAD(&bus->bus.children);
	INIT_LIST_HEAD(&bus->bus.devices);
	INIT_LIST_HEAD(&bus->bus.slots);
	INIT_LIST_HEAD(&bus->bus.resources);
	bus->bus.number = number;
	bus->bus.ops = &bus_ops;
	bus->bus.sysdata = &bus->sysdata;
	if (bridge) {
		bus->bus.self = &bridge->pdev;
		bus->bus.parent = bridge->pdev.bus;
	} else {
		INIT_LIST_HEAD(&root_bridge.windows);
		bus->bus.bridge = &root_bridge.dev;
	}
}

static unsigned int count_devices(void)
{
	struct list_head *pos;
	unsigned int nr = 0;

	list_for_each(pos, &devices)
		nr++;
	return nr;
}

/*
 * The driver core hides each device_lock from lockdep. Here lockdep sees them,
 * as a class each, because a reset takes them in the order of the bus.
 */
static void init_device_lock(struct pci_dev *pdev)
{
	static struct lock_class_key keys[32];
	unsigned int nr = count_devices();

	if (nr < ARRAY_SIZE(keys))
		lockdep_set_class(&pdev->dev.mutex, &keys[nr]);
}

static struct fake_pci *add(struct kunit *test, struct pci_bus *bus, u8 devfn)
{
	struct fake_pci *dev = kunit_kzalloc(test, sizeof(*dev), GFP_KERNEL);
	char *name = kunit_kzalloc(test, sizeof("0000:00:00.0"), GFP_KERNEL);
	struct pci_dev *pdev = &dev->pdev;

	KUNIT_ASSERT_NOT_NULL(test, dev);
	KUNIT_ASSERT_NOT_NULL(test, name);

	/*
	 * The device is never registered and its last reference never dropped,
	 * so it needs no release; fake_pci_check() counts the references.
	 */
	device_initialize(&pdev->dev);
	init_device_lock(pdev);
	pdev->dev.bus = &pci_bus_type;
	pdev->bus = bus;
	pdev->sysdata = bus->sysdata;
	pdev->devfn = devfn;
	pdev->cfg_size = PCI_CFG_SPACE_EXP_SIZE;
	pdev->current_state = PCI_D0;
	pdev->error_state = pci_channel_io_normal;
	list_add_tail(&pdev->bus_list, &bus->devices);
	snprintf(name, sizeof("0000:00:00.0"), "0000:%02x:%02x.%u",
		 bus->number, PCI_SLOT(devfn), PCI_FUNC(devfn));
	pdev->dev.init_name = name;

	list_add_tail(&dev->link, &devices);
	return dev;
}

/**
 * fake_pci_add() - a function without any register
 * @test: the test, which the memory goes with
 * @bridge: which it is behind, or %NULL
 * @devfn: its address on that bus
 *
 * Context: may sleep.
 * Return: the function; without memory the test ends.
 */
struct fake_pci *fake_pci_add(struct kunit *test, struct fake_pci *bridge,
			      u8 devfn)
{
	if (!port) {
		init_bus(&host, 0, NULL);
		port = add(test, &host.bus, PCI_DEVFN(1, 0));
		init_bus(&root, FAKE_PCI_BUS, port);
		port->pdev.subordinate = &root.bus;
	}
	return add(test, bridge ? bridge->pdev.subordinate : &root.bus, devfn);
}

/**
 * fake_pci_check() - expect that all was given back
 * @test: the test
 *
 * Context: may sleep.
 */
void fake_pci_check(struct kunit *test)
{
	struct fake_pci *dev;

	list_for_each_entry(dev, &devices, link) {
		const char *name = pci_name(&dev->pdev);

		KUNIT_EXPECT_EQ_MSG(test, kref_read(&dev->pdev.dev.kobj.kref),
				    1, "references of %s", name);
		KUNIT_EXPECT_EQ_MSG(test, dev->enabled, 0, "%s enabled", name);
		KUNIT_EXPECT_EQ_MSG(test, dev->users, 0, "%s kept awake", name);
		KUNIT_EXPECT_FALSE_MSG(test, dev->assigned,
				       "%s marked as assigned", name);
		KUNIT_EXPECT_FALSE_MSG(test, dev->cfg_locked,
				       "%s locked", name);
		KUNIT_EXPECT_FALSE_MSG(test, dev->managed,
				       "%s under runtime PM", name);
		KUNIT_EXPECT_FALSE_MSG(test, dev->pdev.msi_enabled,
				       "%s has MSI", name);
		KUNIT_EXPECT_FALSE_MSG(test, dev->pdev.msix_enabled,
				       "%s has MSI-X", name);
		KUNIT_EXPECT_FALSE_MSG(test, !!dev->handler,
				       "%s has a handler", name);
	}
}

/**
 * fake_pci_add_bus() - an empty bus behind a bridge
 * @test: the test, which the memory goes with
 * @bridge: the bridge
 * @number: of the bus
 *
 * Context: may sleep.
 */
void fake_pci_add_bus(struct kunit *test, struct fake_pci *bridge, u8 number)
{
	struct fake_bus *bus = kunit_kzalloc(test, sizeof(*bus), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, bus);
	init_bus(bus, number, bridge);
	bridge->pdev.subordinate = &bus->bus;
}

/**
 * fake_pci_add_virtual() - a VF whose bus number is not that of its PF
 * @test: the test, which the memory goes with
 * @pf: the physical function
 * @devfn: its address on that bus
 *
 * As the PCI core does, this adds a bus that no bridge leads to. pci_walk_bus()
 * does not find what is on it.
 *
 * Context: may sleep.
 * Return: the function.
 */
struct fake_pci *fake_pci_add_virtual(struct kunit *test, struct fake_pci *pf,
				      u8 devfn)
{
	struct fake_bus *bus = kunit_kzalloc(test, sizeof(*bus), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, bus);
	init_bus(bus, FAKE_PCI_BUS_VIRTUAL, NULL);
	bus->bus.parent = pf->pdev.bus;
	return add(test, &bus->bus, devfn);
}
