// SPDX-License-Identifier: GPL-2.0
/*
 * conf_fuzz.c - any configuration space, and any sequence of what a guest, an
 * administrator and the hardware do to it, against the model
 */
#include "model.h"

/* What one step of the input does; everything else is a read. */
enum step {
	STEP_READ,
	STEP_WRITE,
	STEP_POKE,
	STEP_QUIRK,
	STEP_QUIRKS_CLEAR,
	STEP_QUIRKS_SHOW,
	STEP_BACKEND,
	STEP_BACKEND_CLEAR,
	STEP_RESET,
	STEP_SWITCH,
	STEP_LOSE,
	STEP_BREAK,
	STEP_REBUILD,
	STEP_CHOOSE,
	NR_STEPS,
};

static bool nowhere(unsigned int off, unsigned int len)
{
	return false;
}

static bool cache_line(unsigned int off, unsigned int len)
{
	return off == PCI_CACHE_LINE_SIZE && len == 1;
}

static void guest_reads(int off, int len)
{
	u32 val, want;
	int rc, want_rc = model_read(off, len, &want);

	world.may_write = nowhere;
	rc = pb2_conf_read(&world.pbdev, off, len, &val);
	if (world.bus_rc) {
		fuzz_assert(rc <= 0);
		return;
	}
	if (rc != want_rc || val != want)
		fuzz_fail("read %d at %#x: %#x (%d), and not %#x (%d)", len,
			  off, val, rc, want, want_rc);
	/* Of the hardware's width, and whether it is there */
	fuzz_assert(world.accesses <= 2);
}

static void guest_writes(int off, int len, u32 val)
{
	struct model saved;
	int rc, want;

	if (world.bus_rc) {
		saved = model;
		world.may_write = nowhere;
		rc = pb2_conf_write(&world.pbdev, off, len, val);
		fuzz_assert(rc <= 0);
		/* The dummy IRQ handler, and no more */
		saved.decode = world.decode;
		saved.flrs = world.flrs;
		model = saved;
		return;
	}
	want = model_write(off, len, val);
	world.may_write = model_leaves;
	rc = pb2_conf_write(&world.pbdev, off, len, val);
	if (rc != want)
		fuzz_fail("write %d at %#x, %#x: %d, and not %d", len, off, val,
			  rc, want);
}

static void poke(unsigned int off, int len, u32 val)
{
	unsigned int i;

	off &= world.pdev.cfg_size - 1;
	off &= ~(len - 1);
	for (i = 0; i < len; i++) {
		model.hw[off + i] = val >> (i * 8);
		world.hw[off + i] = val >> (i * 8);
	}
}

static void show_quirks(unsigned int size)
{
	char *buf = malloc(size ?: 1);
	int len;

	fuzz_assert(buf);
	len = pb2_conf_quirk_show(&world.pbdev, buf, size);
	fuzz_assert(len >= 0 && (len < size || !size));
	fuzz_assert(!size || strlen(buf) == len);
	free(buf);
}

static void reset(void)
{
	pb2_conf_reset(&world.pbdev);
	model_reset();
}

static void break_bus(bool broken)
{
	world.bus_rc = broken ? PCIBIOS_DEVICE_NOT_FOUND : 0;
	world.pdev.error_state = broken ? pci_channel_io_perm_failure :
					  pci_channel_io_normal;
	/* What a guest did meanwhile is anybody's guess. */
	if (!broken)
		reset();
}

static void flip(u8 bits)
{
	struct pb2_device *pbdev = &world.pbdev;

	pbdev->permissive ^= bits & 1;
	pbdev->allow_interrupt_control ^= bits >> 1 & 1;
	pb2_permissive ^= bits >> 2 & 1;
	world_set_detaching(world.detaching ^ (bits >> 3 & 1));
	world.mwi_rc = bits & 0x10 ? -EINVAL : 0;
	pbdev->guest_reset.allowed ^= bits >> 5 & 1;
}

/* Seizing: false if there was no memory for it */
static bool build(void)
{
	int rc;

	world.accesses = 0;
	rc = pb2_conf_init(&world.pbdev);
	fuzz_assert(world.accesses < WORLD_MAX_BUILD);
	if (rc) {
		fuzz_assert(rc == -ENOMEM && !world.pbdev.conf);
		fuzz_assert(!fuzz_alloc_live);
		return false;
	}
	model_build();
	return true;
}

/* What an administrator gets to hear is not the guest's doing. */
static void add_quirk(unsigned int off, unsigned int len, u32 mask)
{
	unsigned int said = fuzz_messages;
	int rc = pb2_conf_quirk_add(&world.pbdev, off, len, mask);

	fuzz_messages = said;
	if (rc != -ENOMEM)
		fuzz_assert(rc == model_quirk(off, len, mask));
}

static void name_backend(u16 domid)
{
	unsigned int said = fuzz_messages;

	if (world.bus_rc)
		return;
	model_backend(pb2_conf_virtio_set(&world.pbdev, domid), domid);
	fuzz_messages = said;
}

/* It is tried on the cache line size whether the page is the function's. */
static void choose(u8 way)
{
	unsigned int said = fuzz_messages;

	world.may_write = cache_line;
	pb2_access_choose(&world.pbdev, way % 3);
	fuzz_messages = said;
}

static bool run(struct fuzz_input *in)
{
	unsigned int kind = fuzz_take(in, 1) % (2 * NR_STEPS);
	u8 arg = fuzz_take(in, 1);
	/* Most are valid, and some are not. */
	int len = arg & 4 ? (s8)arg : 1 << (arg & 3) % 3;
	int off = fuzz_take(in, 2), place = arg & 8 ? (s16)off : off & 0xfff;
	u32 val = fuzz_take(in, 4);

	if (len > 0 && len <= 4 && !(arg & 0x10))
		place &= ~(len - 1);
	switch (kind) {
	case STEP_POKE:
		poke(off, 1 << (arg & 3) % 3, val);
		break;
	case STEP_QUIRK:
		add_quirk(place, len, val & arg ? 0 : val);
		break;
	case STEP_QUIRKS_CLEAR:
		pb2_conf_quirk_clear(&world.pbdev);
		model_quirks_clear();
		break;
	case STEP_QUIRKS_SHOW:
		show_quirks(off & 0x1fff);
		break;
	case STEP_BACKEND:
		name_backend(val);
		break;
	case STEP_BACKEND_CLEAR:
		pb2_conf_virtio_clear(&world.pbdev);
		model_backend_clear();
		break;
	case STEP_RESET:
		reset();
		break;
	case STEP_SWITCH:
		flip(arg);
		break;
	case STEP_LOSE:
		world.lost = arg & 1;
		break;
	case STEP_BREAK:
		break_bus(arg & 1);
		break;
	case STEP_REBUILD:
		if (world.bus_rc)
			break;
		pb2_conf_free(&world.pbdev);
		world_plug();
		return build();
	case STEP_CHOOSE:
		choose(arg);
		break;
	default:
		world.accesses = 0;
		if (kind & 1)
			guest_writes(place, len, val);
		else
			guest_reads(place, len);
		fuzz_assert(world.accesses <= WORLD_MAX_ACCESSES);
	}
	return true;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct fuzz_input in = { .data = data, .size = size };
	bool built;

	world_load(&in);
	/* The ring calls conf/ behind an open gate only. */
	pb2_gate_open(&world.pbdev, NULL);
	mutex_lock(&world.pbdev.gate.lock);
	built = build();
	while (built && in.at < in.size) {
		built = run(&in);
		if (built)
			model_check();
	}
	fuzz_alloc_countdown = 0;
	mutex_unlock(&world.pbdev.gate.lock);
	world_unload();
	return 0;
}
