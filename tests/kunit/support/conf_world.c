// SPDX-License-Identifier: GPL-2.0
/*
 * conf_world.c - one function on a bus of its own, for the tests of the
 * configuration space
 */
#include "conf_world.h"

/* In this file these names mean the real functions, not the replacements. */
#undef pb2_intx_enable
#undef pb2_intx_disable
#undef pb2_pci_set_master
#undef pb2_pci_set_mwi
#undef pb2_pci_set_intx
#undef pb2_guest_reset_start
#undef pb2_gate_is_detaching

/*
 * The two images are what sysfs showed of these devices behind root ports of
 * QEMU 7.2's q35 machine, with Linux 6.1 and no driver bound.
 */
static const struct conf_line e1000e_lines[] = {
	{ 0x000, { 0x86, 0x80, 0xd3, 0x10, 0x03, 0x01, 0x10, 0x00,
		   0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00 } },
	{ 0x010, { 0x00, 0x00, 0x84, 0xfe, 0x00, 0x00, 0x86, 0xfe,
		   0x01, 0xc0, 0x00, 0x00, 0x00, 0x00, 0x88, 0xfe } },
	{ 0x020, { 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
		   0x00, 0x00, 0x00, 0x00, 0x86, 0x80, 0x00, 0x00 } },
	{ 0x030, { 0x00, 0x00, 0x80, 0xfe, 0xc8, 0x00, 0x00, 0x00,
		   0x00, 0x00, 0x00, 0x00, 0x0b, 0x01, 0x00, 0x00 } },
	{ 0x0a0, { 0x11, 0x00, 0x04, 0x00, 0x03, 0x00, 0x00, 0x00,
		   0x03, 0x20, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00 } },
	{ 0x0c0, { 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
		   0x01, 0xd0, 0x22, 0x00, 0x00, 0x00, 0x00, 0x00 } },
	{ 0x0d0, { 0x05, 0xe0, 0x80, 0x00, 0x00, 0x00, 0x00, 0x00,
		   0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00 } },
	{ 0x0e0, { 0x10, 0xa0, 0x01, 0x00, 0x00, 0x80, 0x00, 0x00,
		   0x00, 0x00, 0x00, 0x00, 0x11, 0x04, 0x00, 0x00 } },
	{ 0x0f0, { 0x00, 0x00, 0x11, 0x00, 0x00, 0x00, 0x00, 0x00,
		   0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00 } },
	{ 0x100, { 0x01, 0x00, 0x02, 0x14, 0x00, 0x00, 0x00, 0x00,
		   0x00, 0x00, 0x00, 0x00, 0x30, 0x20, 0x46, 0x00 } },
	{ 0x110, { 0x00, 0x00, 0x00, 0x00, 0x00, 0xe0, 0x00, 0x00,
		   0xa0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00 } },
	{ 0x140, { 0x03, 0x00, 0x01, 0x00, 0x56, 0x34, 0x12, 0xff,
		   0xff, 0x00, 0x54, 0x52, 0x00, 0x00, 0x00, 0x00 } },
};

#define MEM(_start, _end)	\
	{ .start = (_start), .end = (_end), .flags = IORESOURCE_MEM }

const struct conf_image conf_e1000e = {
	.name = "e1000e",
	.lines = e1000e_lines,
	.nr_lines = ARRAY_SIZE(e1000e_lines),
	.res = {
		[0] = MEM(0xfe840000, 0xfe85ffff),
		[1] = MEM(0xfe860000, 0xfe87ffff),
		[2] = { .start = 0xc000, .end = 0xc01f,
			.flags = IORESOURCE_IO },
		[3] = MEM(0xfe880000, 0xfe883fff),
		[PCI_ROM_RESOURCE] = MEM(0xfe800000, 0xfe83ffff),
	},
};

static const struct conf_line nvme_lines[] = {
	{ 0x000, { 0x36, 0x1b, 0x10, 0x00, 0x07, 0x01, 0x10, 0x00,
		   0x02, 0x02, 0x08, 0x01, 0x00, 0x00, 0x00, 0x00 } },
	{ 0x010, { 0x04, 0x00, 0x60, 0xfe, 0x00, 0x00, 0x00, 0x00,
		   0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00 } },
	{ 0x020, { 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
		   0x00, 0x00, 0x00, 0x00, 0xf4, 0x1a, 0x00, 0x11 } },
	{ 0x030, { 0x00, 0x00, 0x00, 0x00, 0x40, 0x00, 0x00, 0x00,
		   0x00, 0x00, 0x00, 0x00, 0x0b, 0x01, 0x00, 0x00 } },
	{ 0x040, { 0x11, 0x80, 0x40, 0x00, 0x00, 0x20, 0x00, 0x00,
		   0x00, 0x30, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00 } },
	{ 0x060, { 0x01, 0x00, 0x03, 0x00, 0x08, 0x00, 0x00, 0x00,
		   0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00 } },
	{ 0x080, { 0x10, 0x60, 0x02, 0x00, 0x00, 0x80, 0x00, 0x10,
		   0x00, 0x00, 0x00, 0x00, 0x11, 0x04, 0x00, 0x00 } },
	{ 0x090, { 0x00, 0x00, 0x11, 0x00, 0x00, 0x00, 0x00, 0x00,
		   0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00 } },
	{ 0x0a0, { 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x30, 0x00,
		   0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00 } },
};

const struct conf_image conf_nvme = {
	.name = "nvme",
	.lines = nvme_lines,
	.nr_lines = ARRAY_SIZE(nvme_lines),
	.res = {
		[0] = { .start = 0xfe600000, .end = 0xfe603fff,
			.flags = IORESOURCE_MEM | IORESOURCE_MEM_64 },
	},
};

/**
 * conf_world_get() - look at the hardware, unseen
 * @world: the world
 * @off: offset
 * @len: 1, 2 or 4
 *
 * Context: any.
 * Return: the value.
 */
u32 conf_world_get(const struct conf_world *world, unsigned int off,
		   unsigned int len)
{
	u32 val = 0;

	while (len--)
		val = val << 8 | world->hw[off + len];
	return val;
}

/**
 * conf_world_set() - change the hardware, unseen
 * @world: the world
 * @off: offset
 * @len: 1, 2 or 4
 * @val: the value
 *
 * Context: any.
 */
void conf_world_set(struct conf_world *world, unsigned int off,
		    unsigned int len, u32 val)
{
	unsigned int i;

	for (i = 0; i < len; i++)
		world->hw[off + i] = val >> (i * 8);
}

static int bus_read(struct pci_bus *bus, unsigned int devfn, int off, int len,
		    u32 *val)
{
	struct conf_world *world = container_of(bus, struct conf_world, bus);

	world->reads++;
	*val = conf_world_get(world, off, len);
	return world->bus_rc;
}

static int bus_write(struct pci_bus *bus, unsigned int devfn, int off, int len,
		     u32 val)
{
	struct conf_world *world = container_of(bus, struct conf_world, bus);
	unsigned int i;
	u8 byte, ones;

	world->writes++;
	world->write_off = off;
	world->write_len = len;
	world->write_val = val;
	for (i = 0; i < len && !world->bus_rc; i++) {
		byte = val >> (i * 8);
		ones = world->rw1c[off + i];
		world->hw[off + i] = (byte & ~ones) |
				     (world->hw[off + i] & ones & ~byte);
	}
	return world->bus_rc;
}

static struct pci_ops bus_ops = {
	.read = bus_read,
	.write = bus_write,
};

/**
 * conf_world_init() - a world without registers, as test->priv
 * @test: the test
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int conf_world_init(struct kunit *test)
{
	struct conf_world *world;

	world = kunit_kzalloc(test, sizeof(*world), GFP_KERNEL);
	if (!world)
		return -ENOMEM;
	world->bridge = kunit_kzalloc(test, sizeof(*world->bridge), GFP_KERNEL);
	if (!world->bridge)
		return -ENOMEM;

	INIT_LIST_HEAD(&world->bridge->windows);
	world->bus.bridge = &world->bridge->dev;
	world->bus.ops = &bus_ops;
	world->bus.number = 3;
	world->pdev.bus = &world->bus;
	world->pdev.dev.init_name = "0000:03:00.0";
	world->pdev.cfg_size = PB2_CONF_MAX_SIZE;
	world->pbdev.pdev = &world->pdev;
	mutex_init(&world->pbdev.gate.lock);
	mutex_lock(&world->pbdev.gate.lock);
	test->priv = world;

	return 0;
}

/**
 * conf_world_exit() - the end of a world
 * @test: the test
 *
 * Context: may sleep.
 */
void conf_world_exit(struct kunit *test)
{
	struct conf_world *world = test->priv;

	if (!world)
		return;
	pb2_conf_free(&world->pbdev);
	mutex_unlock(&world->pbdev.gate.lock);
	mutex_destroy(&world->pbdev.gate.lock);
}

/**
 * conf_world_load() - turn the function into a certain device
 * @world: the world
 * @image: the device
 *
 * Context: any.
 */
void conf_world_load(struct conf_world *world, const struct conf_image *image)
{
	unsigned int i;

	memset(world->hw, 0, sizeof(world->hw));
	for (i = 0; i < image->nr_lines; i++)
		memcpy(world->hw + image->lines[i].off, image->lines[i].bytes,
		       sizeof(image->lines[i].bytes));

	world->pdev.vendor = conf_world_get(world, PCI_VENDOR_ID, 2);
	world->pdev.device = conf_world_get(world, PCI_DEVICE_ID, 2);
	world->pdev.hdr_type = conf_world_get(world, PCI_HEADER_TYPE, 1) & 0x7f;
	world->pdev.irq = conf_world_get(world, PCI_INTERRUPT_LINE, 1);
	for (i = 0; i < ARRAY_SIZE(image->res); i++)
		world->pdev.resource[i] = image->res[i];
}

/**
 * conf_world_create() - set up a world with a certain device, as test->priv
 * @test: the test
 * @image: the device
 *
 * The function has no virtual configuration space yet, so that a test can add
 * registers before it calls pb2_conf_init().
 *
 * Context: may sleep.
 * Return: the world, or %NULL if there is no memory.
 */
struct conf_world *conf_world_create(struct kunit *test,
				     const struct conf_image *image)
{
	struct conf_world *world;

	if (conf_world_init(test))
		return NULL;
	world = test->priv;
	conf_world_load(world, image);
	return world;
}

/**
 * conf_world_start() - set up a world and the device's virtual space
 * @test: the test
 * @image: the device
 *
 * Context: may sleep.
 * Return: 0 or a negative error of pb2_conf_init().
 */
int conf_world_start(struct kunit *test, const struct conf_image *image)
{
	struct conf_world *world = conf_world_create(test, image);

	return world ? pb2_conf_init(&world->pbdev) : -ENOMEM;
}

/**
 * conf_world_read() - what the guest reads
 * @test: the test
 * @off: offset
 * @len: 1, 2 or 4
 *
 * Context: may sleep.
 * Return: the value; an error fails the test.
 */
u32 conf_world_read(struct kunit *test, unsigned int off, unsigned int len)
{
	struct conf_world *world = test->priv;
	u32 val;

	KUNIT_EXPECT_EQ(test, pb2_conf_read(&world->pbdev, off, len, &val), 0);
	return val;
}

/**
 * conf_world_write() - the guest writes
 * @test: the test
 * @off: offset
 * @len: 1, 2 or 4
 * @val: the value
 *
 * Context: may sleep.
 * Return: what the guest gets.
 */
int conf_world_write(struct kunit *test, unsigned int off, unsigned int len,
		     u32 val)
{
	struct conf_world *world = test->priv;

	return pb2_conf_write(&world->pbdev, off, len, val);
}

/*
 * Other suites share the tested sources, which call the replacements below. For
 * a function of such a suite, which is not on this file's bus, a replacement
 * calls the real function.
 */
static struct conf_world *world_of_pdev(struct pci_dev *pdev)
{
	if (pdev->bus->ops != &bus_ops)
		return NULL;
	return container_of(pdev, struct conf_world, pdev);
}

static struct conf_world *world_of(const struct pb2_device *pbdev)
{
	return world_of_pdev(pbdev->pdev);
}

/**
 * conf_world_intx_enable() - in place of pb2_intx_enable()
 * @pbdev: the function
 *
 * Context: any.
 */
void conf_world_intx_enable(struct pb2_device *pbdev)
{
	struct conf_world *world = world_of(pbdev);

	if (world)
		world->decode++;
	else
		pb2_intx_enable(pbdev);
}

/**
 * conf_world_intx_disable() - in place of pb2_intx_disable()
 * @pbdev: the function
 *
 * Context: any.
 */
void conf_world_intx_disable(struct pb2_device *pbdev)
{
	struct conf_world *world = world_of(pbdev);

	if (world)
		world->decode--;
	else
		pb2_intx_disable(pbdev);
}

/**
 * conf_world_set_master() - in place of pb2_pci_set_master()
 * @pdev: the function
 * @on: recorded
 *
 * Context: any.
 */
void conf_world_set_master(struct pci_dev *pdev, bool on)
{
	struct conf_world *world = world_of_pdev(pdev);

	if (!world) {
		pb2_pci_set_master(pdev, on);
		return;
	}
	world->masters++;
	world->master = on;
}

/**
 * conf_world_set_mwi() - in place of pb2_pci_set_mwi()
 * @pdev: the function
 * @on: ignored
 *
 * Context: any.
 * Return: what the test wants.
 */
int conf_world_set_mwi(struct pci_dev *pdev, bool on)
{
	struct conf_world *world = world_of_pdev(pdev);

	if (!world)
		return pb2_pci_set_mwi(pdev, on);
	world->mwis++;
	return world->mwi_rc;
}

/**
 * conf_world_set_intx() - in place of pb2_pci_set_intx()
 * @pdev: the function
 * @on: recorded
 *
 * Context: any.
 */
void conf_world_set_intx(struct pci_dev *pdev, bool on)
{
	struct conf_world *world = world_of_pdev(pdev);

	if (!world) {
		pb2_pci_set_intx(pdev, on);
		return;
	}
	world->intxs++;
	world->intx = on;
}

/**
 * conf_world_guest_flr() - in place of pb2_guest_reset_start()
 * @pbdev: the function
 *
 * Context: any.
 * Return: whether the administrator allows it.
 */
bool conf_world_guest_flr(struct pb2_device *pbdev)
{
	struct conf_world *world = world_of(pbdev);

	if (!world)
		return pb2_guest_reset_start(pbdev);
	world->flrs++;
	return pbdev->guest_reset.allowed;
}

/**
 * conf_world_is_detaching() - in place of pb2_gate_is_detaching()
 * @pbdev: the function
 *
 * Context: any.
 * Return: what the test wants.
 */
bool conf_world_is_detaching(const struct pb2_device *pbdev)
{
	struct conf_world *world = world_of(pbdev);

	return world ? world->detaching : pb2_gate_is_detaching(pbdev);
}
