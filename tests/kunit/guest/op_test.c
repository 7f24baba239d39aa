// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of one request of a guest
 */
#include "../../../drivers/xen/pciback2/guest/op.c"

#include <linux/prandom.h>

#include "../support/guest.h"

#define REQUESTS	20000

static struct xen_pci_op request(u32 cmd, s32 offset, s32 size, u32 value)
{
	return (struct xen_pci_op) {
		.cmd = cmd,
		.err = 0x5555,
		.offset = offset,
		.size = size,
		.value = value,
	};
}

/* Carries out a request to the function at 0000:00:00.0, returns its error. */
static int run(struct kunit *test, struct xen_pci_op *op)
{
	struct guest *guest = test->priv;

	pb2_op_run(guest->fe, op);
	return op->err;
}

static int run_cmd(struct kunit *test, u32 cmd)
{
	struct xen_pci_op op = request(cmd, 0, 4, 1);

	return run(test, &op);
}

static void expect_untouched(struct kunit *test, struct fake_pci *dev,
			     const char *what, u32 value)
{
	KUNIT_EXPECT_EQ_MSG(test, dev->reads, 0, "%s %#x", what, value);
	KUNIT_EXPECT_EQ_MSG(test, dev->nr_writes, 0, "%s %#x", what, value);
	if (fake_call_at(0))
		KUNIT_FAIL(test, "%s %#x: %s", what, value, fake_call_at(0));
}

static void configuration_space_is_read_and_written(struct kunit *test)
{
	struct fake_pci *dev = fake_nic(test, 0x28);
	struct xen_pci_op op;

	guest_give(test, dev);
	op = request(XEN_PCI_OP_conf_read, PCI_VENDOR_ID, 4, 0);
	KUNIT_EXPECT_EQ(test, run(test, &op), 0);
	KUNIT_EXPECT_EQ(test, op.value, 0x10d38086);
	op = request(XEN_PCI_OP_conf_read, PCI_DEVICE_ID, 2, 0xffffffff);
	KUNIT_EXPECT_EQ(test, run(test, &op), 0);
	KUNIT_EXPECT_EQ(test, op.value, 0x10d3);
	op = request(XEN_PCI_OP_conf_write, PCI_CACHE_LINE_SIZE, 1, 0x20);
	KUNIT_EXPECT_EQ(test, run(test, &op), 0);
	KUNIT_EXPECT_EQ(test, fake_pci_get(dev, PCI_CACHE_LINE_SIZE, 1), 0x20);
	op = request(XEN_PCI_OP_conf_read, PCI_CACHE_LINE_SIZE, 1, 0);
	KUNIT_EXPECT_EQ(test, run(test, &op), 0);
	KUNIT_EXPECT_EQ(test, op.value, 0x20);
}

static void every_command_reaches_its_own_place(struct kunit *test)
{
	struct fake_pci *dev = fake_nic(test, 0);

	guest_give(test, dev);
	KUNIT_EXPECT_EQ(test, run_cmd(test, XEN_PCI_OP_enable_msi), 0);
	KUNIT_EXPECT_EQ(test, run_cmd(test, XEN_PCI_OP_disable_msi), 0);
	KUNIT_EXPECT_EQ(test, run_cmd(test, XEN_PCI_OP_enable_msix), 0);
	KUNIT_EXPECT_EQ(test, run_cmd(test, XEN_PCI_OP_disable_msix), 0);
	fake_expect_calls(test, "enable_msi", "disable_msi", "enable_msix=1",
			  "disable_msix", NULL);
}

static void other_commands_are_not_implemented(struct kunit *test)
{
	/* Commands 6 to 9 are sent by the backend only. */
	static const u32 cmds[] = { 6, 7, 8, 9, 10, 16, 0x100, 0x10000,
				    0x7fffffff, 0x80000000, 0xffffffff };
	struct fake_pci *dev = fake_nic(test, 0);
	unsigned int i;

	guest_give(test, dev);
	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		KUNIT_EXPECT_EQ_MSG(test, run_cmd(test, cmds[i]),
				    XEN_PCI_ERR_not_implemented,
				    "command %#x", cmds[i]);
		expect_untouched(test, dev, "command", cmds[i]);
	}
}

static void an_address_that_is_not_the_guests_finds_nothing(struct kunit *test)
{
	/* Some would be right if they were cut to the width of an address. */
	static const struct {
		u32 domain;
		u32 bus;
		u32 devfn;
	} where[] = {
		{ 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 }, { 0, 0, 8 },
		{ 0, 3, 0x28 }, { 0x10000, 0, 0 }, { 0, 0x100, 0 },
		{ 0, 0, 0x100 }, { 0x80000000, 0, 0 }, { 0, 0x80000000, 0 },
		{ 0, 0, 0x80000000 }, { 0xffffffff, 0, 0 },
		{ 0, 0xffffffff, 0 }, { 0, 0, 0xffffffff },
		{ 0xffff0000, 0xffffff00, 0xffffff00 },
	};
	struct fake_pci *dev = fake_nic(test, 0x28);
	struct xen_pci_op op;
	unsigned int i, cmd;

	guest_give(test, dev);
	for (i = 0; i < ARRAY_SIZE(where); i++) {
		for (cmd = 0; cmd <= XEN_PCI_OP_disable_msix; cmd++) {
			op = request(cmd, 4, 4, 1);
			op.domain = where[i].domain;
			op.bus = where[i].bus;
			op.devfn = where[i].devfn;
			KUNIT_EXPECT_EQ_MSG(test, run(test, &op),
					    XEN_PCI_ERR_dev_not_found,
					    "address %u", i);
			expect_untouched(test, dev, "address", i);
		}
	}
}

static void expect_no_such_place(struct kunit *test, struct fake_pci *dev,
				 s32 offset, s32 size)
{
	struct xen_pci_op op = request(XEN_PCI_OP_conf_read, offset, size, 7);

	KUNIT_EXPECT_EQ_MSG(test, run(test, &op), XEN_PCI_ERR_invalid_offset,
			    "read of %d at %d", size, offset);
	KUNIT_EXPECT_EQ(test, op.value, 0);
	op = request(XEN_PCI_OP_conf_write, offset, size, 7);
	KUNIT_EXPECT_EQ_MSG(test, run(test, &op), XEN_PCI_ERR_invalid_offset,
			    "write of %d at %d", size, offset);
	expect_untouched(test, dev, "offset", offset);
}

static void a_size_is_1_2_or_4(struct kunit *test)
{
	static const s32 sizes[] = { 0, 3, 5, 8, 16, 0x100, 0x101, 0x10001,
				     0x7fffffff, -1, -2, -4, -0x7fffffff - 1 };
	struct fake_pci *dev = fake_nic(test, 0);
	unsigned int i;

	guest_give(test, dev);
	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		expect_no_such_place(test, dev, PCI_COMMAND, sizes[i]);
}

static void an_offset_is_aligned_and_within_4096(struct kunit *test)
{
	static const s32 offsets[] = { -1, -2, -4, -256, -4096, 4096, 4100,
				       0x10000, 0x10004, 0x7ffffffc,
				       0x7fffffff, -0x7fffffff - 1 };
	struct fake_pci *dev = fake_nic(test, 0);
	unsigned int i;
	s32 size;

	guest_give(test, dev);
	for (i = 0; i < ARRAY_SIZE(offsets); i++)
		for (size = 1; size <= 4; size *= 2)
			expect_no_such_place(test, dev, offsets[i], size);
	expect_no_such_place(test, dev, 5, 2);
	expect_no_such_place(test, dev, 7, 2);
	expect_no_such_place(test, dev, 5, 4);
	expect_no_such_place(test, dev, 6, 4);
	expect_no_such_place(test, dev, 7, 4);
	expect_no_such_place(test, dev, 4095, 4);
	expect_no_such_place(test, dev, 4095, 2);
}

static void a_conventional_function_ends_at_256(struct kunit *test)
{
	struct fake_pci *dev = fake_intx(test, 0);

	guest_give(test, dev);
	expect_no_such_place(test, dev, 256, 1);
	expect_no_such_place(test, dev, 0x100, 4);
	expect_no_such_place(test, dev, 4092, 4);
}

static void under_reset_reads_are_all_ones(struct kunit *test)
{
	struct fake_pci *dev = fake_nic(test, 0);
	struct pb2_device *pbdev = guest_give(test, dev);
	struct xen_pci_op op;
	s32 size;

	pb2_gate_block(pbdev, PB2_BLOCK_RESET);
	for (size = 1; size <= 4; size *= 2) {
		op = request(XEN_PCI_OP_conf_read, 0, size, 0);
		KUNIT_EXPECT_EQ(test, run(test, &op), 0);
		KUNIT_EXPECT_EQ(test, op.value,
				size == 4 ? 0xffffffff :
				size == 2 ? 0xffff : 0xff);
	}
	op = request(XEN_PCI_OP_conf_read, 0, 3, 9);
	KUNIT_EXPECT_EQ(test, run(test, &op), XEN_PCI_ERR_invalid_offset);
	KUNIT_EXPECT_EQ(test, op.value, 0);
	op = request(XEN_PCI_OP_conf_read, 0, -4, 9);
	KUNIT_EXPECT_EQ(test, run(test, &op), XEN_PCI_ERR_invalid_offset);
	op = request(XEN_PCI_OP_conf_read, -5, 0x7fffffff, 9);
	KUNIT_EXPECT_EQ(test, run(test, &op), XEN_PCI_ERR_invalid_offset);
	expect_untouched(test, dev, "blocked read", 0);

	pb2_gate_unblock(pbdev, PB2_BLOCK_RESET);
	op = request(XEN_PCI_OP_conf_read, 0, 2, 0);
	KUNIT_EXPECT_EQ(test, run(test, &op), 0);
	KUNIT_EXPECT_EQ(test, op.value, 0x8086);
}

static void under_reset_writes_go_nowhere_and_msi_fails(struct kunit *test)
{
	struct fake_pci *dev = fake_nic(test, 0);
	struct pb2_device *pbdev = guest_give(test, dev);
	struct xen_pci_op op;
	u32 cmd;

	pb2_gate_block(pbdev, PB2_BLOCK_RESET);
	op = request(XEN_PCI_OP_conf_write, PCI_CACHE_LINE_SIZE, 1, 0x20);
	KUNIT_EXPECT_EQ(test, run(test, &op), 0);
	for (cmd = XEN_PCI_OP_enable_msi; cmd <= XEN_PCI_OP_disable_msix;
	     cmd++) {
		op = request(cmd, 0, 0, 1);
		KUNIT_EXPECT_EQ(test, run(test, &op), XEN_PCI_ERR_op_failed);
		KUNIT_EXPECT_EQ(test, op.value, 0);
	}
	expect_untouched(test, dev, "blocked command", 0);
}

static void behind_a_closed_gate_there_is_nothing(struct kunit *test)
{
	struct fake_pci *dev = fake_nic(test, 0);
	struct pb2_device *pbdev = guest_give(test, dev);
	u32 cmd;

	pb2_gate_close(pbdev);
	for (cmd = 0; cmd <= XEN_PCI_OP_disable_msix; cmd++)
		KUNIT_EXPECT_EQ(test, run_cmd(test, cmd),
				XEN_PCI_ERR_dev_not_found);
	expect_untouched(test, dev, "closed", 0);
}

/* Between the look-up and the gate a function may change hands. */
static void a_gate_open_to_another_guest_is_closed(struct kunit *test)
{
	struct pb2_frontend *other = guest_new_frontend(test, 6);
	struct fake_pci *dev = fake_nic(test, 0);
	struct pb2_device *pbdev = guest_give(test, dev);
	u32 cmd;

	pb2_gate_open(pbdev, other);
	for (cmd = 0; cmd <= XEN_PCI_OP_disable_msix; cmd++)
		KUNIT_EXPECT_EQ(test, run_cmd(test, cmd),
				XEN_PCI_ERR_dev_not_found);
	pb2_gate_block(pbdev, PB2_BLOCK_RESET);
	KUNIT_EXPECT_EQ(test, run_cmd(test, XEN_PCI_OP_conf_read),
			XEN_PCI_ERR_dev_not_found);
	expect_untouched(test, dev, "another's", 0);
	guest_free_frontend(test, other);
}

static void each_guest_has_its_own_0000_00_00_0(struct kunit *test)
{
	struct pb2_frontend *other = guest_new_frontend(test, 6);
	struct fake_pci *ours = fake_nic(test, 0);
	struct fake_pci *theirs = fake_intx(test, 8);
	struct pb2_device *pbdev;
	struct pb2_sbdf vsbdf;
	struct xen_pci_op op;

	guest_give(test, ours);
	pbdev = guest_seize(test, theirs);
	KUNIT_ASSERT_EQ(test, pb2_frontend_add(other, &pbdev->sbdf, &vsbdf), 0);

	op = request(XEN_PCI_OP_conf_read, 0, 4, 0);
	KUNIT_EXPECT_EQ(test, run(test, &op), 0);
	KUNIT_EXPECT_EQ(test, op.value, 0x10d38086);
	op = request(XEN_PCI_OP_conf_read, 0, 4, 0);
	pb2_op_run(other, &op);
	KUNIT_EXPECT_EQ(test, op.err, 0);
	KUNIT_EXPECT_EQ(test, op.value, 0x813910ec);
	guest_free_frontend(test, other);
}

static void without_functions_nothing_is_found(struct kunit *test)
{
	u32 cmd;

	for (cmd = 0; cmd <= XEN_PCI_OP_disable_msix; cmd++)
		KUNIT_EXPECT_EQ(test, run_cmd(test, cmd),
				XEN_PCI_ERR_dev_not_found);
}

static void in_a_pvh_dom0_there_is_no_msi(struct kunit *test)
{
	struct fake_pci *dev = fake_nic(test, 0);
	u32 cmd;

	guest_give(test, dev);
	fake_xen.pirqs = false;
	for (cmd = XEN_PCI_OP_enable_msi; cmd <= XEN_PCI_OP_disable_msix;
	     cmd++)
		KUNIT_EXPECT_EQ(test, run_cmd(test, cmd),
				XEN_PCI_ERR_not_implemented);
	expect_untouched(test, dev, "PVH", 0);
}

static void a_function_that_was_pulled_reads_as_ones(struct kunit *test)
{
	struct fake_pci *dev = fake_nic(test, 0);
	struct xen_pci_op op;

	guest_give(test, dev);
	dev->absent = true;
	/* The IDs are virtual and stay, so the test reads the class. */
	op = request(XEN_PCI_OP_conf_read, PCI_CLASS_DEVICE, 2, 0);
	run(test, &op);
	KUNIT_EXPECT_EQ(test, op.value, 0xffff);
}

/*
 * Half of the fields get likely values. Otherwise nearly all requests would
 * find no function.
 */
static struct xen_pci_op any_request(struct rnd_state *rnd)
{
	u32 dice = prandom_u32_state(rnd);
	struct xen_pci_op op;

	prandom_bytes_state(rnd, &op, sizeof(op));
	if (dice & 7)
		op.cmd %= 6;
	if (dice & 0x18) {
		op.domain = 0;
		op.bus = 0;
		op.devfn = 0;
	}
	if (dice & 0x20)
		op.size = 1 << op.cmd % 3;
	if (dice & 0xc0)
		op.offset = (op.offset & 0xfff) & -op.size;
	if (dice & 0x100)
		op.value %= 4;
	if (dice & 0x200)
		op.msix_entries[0].entry %= 16;
	return op;
}

static void no_request_does_harm(struct kunit *test)
{
	struct xen_pci_op *op = kunit_kzalloc(test, sizeof(*op), GFP_KERNEL);
	struct fake_pci *neighbour = fake_nic(test, 8);
	struct fake_pci *dev = fake_nic(test, 0);
	struct pb2_device *pbdev;
	unsigned int i, found = 0;
	struct rnd_state rnd;

	KUNIT_ASSERT_NOT_NULL(test, op);
	guest_seize(test, neighbour);
	pbdev = guest_give(test, dev);
	prandom_seed_state(&rnd, 20091120);

	for (i = 0; i < REQUESTS; i++) {
		*op = any_request(&rnd);
		if (!run(test, op))
			found++;
		if (dev->pdev.msi_enabled && dev->pdev.msix_enabled) {
			KUNIT_FAIL(test, "request %u: MSI and MSI-X", i);
			break;
		}
	}
	guest_settle();
	/* If nearly all requests failed, the test would prove little. */
	KUNIT_EXPECT_GT(test, found, REQUESTS / 4);
	KUNIT_EXPECT_LT(test, found, REQUESTS);
	KUNIT_EXPECT_EQ(test, neighbour->reads, 0);
	KUNIT_EXPECT_EQ(test, neighbour->nr_writes, 0);
	KUNIT_EXPECT_EQ(test, pbdev->state, PB2_ASSIGNED);
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&pbdev->gate.lock));
	/* The references of the registry and of the export, and one at most */
	KUNIT_EXPECT_LE(test, kref_read(&pbdev->ref), 3);
}

static void a_request_leaves_neither_lock_nor_reference(struct kunit *test)
{
	struct pb2_device *pbdev = guest_give(test, fake_nic(test, 0));
	unsigned int refs = kref_read(&pbdev->ref);
	struct xen_pci_op op;
	u32 cmd;

	for (cmd = 0; cmd < 12; cmd++) {
		run_cmd(test, cmd);
		op = request(cmd, -1, -1, -1);
		run(test, &op);
		KUNIT_EXPECT_EQ(test, kref_read(&pbdev->ref), refs);
		KUNIT_EXPECT_FALSE(test, mutex_is_locked(&pbdev->gate.lock));
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(configuration_space_is_read_and_written),
	KUNIT_CASE(every_command_reaches_its_own_place),
	KUNIT_CASE(other_commands_are_not_implemented),
	KUNIT_CASE(an_address_that_is_not_the_guests_finds_nothing),
	KUNIT_CASE(a_size_is_1_2_or_4),
	KUNIT_CASE(an_offset_is_aligned_and_within_4096),
	KUNIT_CASE(a_conventional_function_ends_at_256),
	KUNIT_CASE(under_reset_reads_are_all_ones),
	KUNIT_CASE(under_reset_writes_go_nowhere_and_msi_fails),
	KUNIT_CASE(behind_a_closed_gate_there_is_nothing),
	KUNIT_CASE(a_gate_open_to_another_guest_is_closed),
	KUNIT_CASE(each_guest_has_its_own_0000_00_00_0),
	KUNIT_CASE(without_functions_nothing_is_found),
	KUNIT_CASE(in_a_pvh_dom0_there_is_no_msi),
	KUNIT_CASE(a_function_that_was_pulled_reads_as_ones),
	KUNIT_CASE(a_request_leaves_neither_lock_nor_reference),
	KUNIT_CASE(no_request_does_harm),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_op",
	.init = guest_init_frontend,
	.exit = guest_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
