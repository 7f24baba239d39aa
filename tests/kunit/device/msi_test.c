// SPDX-License-Identifier: GPL-2.0
/*
 * msi_test.c - tests of MSI and MSI-X on behalf of the guest
 */
#include "../../../drivers/xen/pciback2/device/msi.c"

#include "../support/guest.h"

#define LINE_PIRQ	FAKE_XEN_PIRQ(FAKE_PCI_LINE)
#define MSI_PIRQ	FAKE_XEN_PIRQ(FAKE_PCI_MSI_IRQ)
#define MSIX_PIRQ(i)	FAKE_XEN_PIRQ(FAKE_PCI_MSIX_IRQ + (i))

/* Seizes @dev, takes its gate lock, and installs the handler of its line. */
static struct pb2_device *begin(struct kunit *test, struct fake_pci *dev)
{
	struct pb2_device *pbdev = guest_seize(test, dev);

	mutex_lock(&pbdev->gate.lock);
	pb2_intx_enable(pbdev);
	fake_forget();
	return pbdev;
}

static void end(struct pb2_device *pbdev)
{
	pb2_msi_release(pbdev);
	pb2_intx_release(pbdev);
	mutex_unlock(&pbdev->gate.lock);
}

static void prepare(struct xen_pci_op *op, u32 nvec)
{
	u32 i;

	memset(op, 0, sizeof(*op));
	op->cmd = XEN_PCI_OP_enable_msix;
	op->value = nvec;
	for (i = 0; i < SH_INFO_MAX_VEC; i++) {
		op->msix_entries[i].entry = i;
		op->msix_entries[i].vector = 0xeeee;
	}
}

static struct xen_pci_op *new_op(struct kunit *test)
{
	struct xen_pci_op *op = kunit_kzalloc(test, sizeof(*op), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, op);
	prepare(op, 2);
	return op;
}

static bool is_pin_off(const struct fake_pci *dev)
{
	return fake_pci_get(dev, PCI_COMMAND, 2) & PCI_COMMAND_INTX_DISABLE;
}

static void an_msi_gives_the_pirq_and_its_end_the_line(struct kunit *test)
{
	struct fake_pci *dev = fake_nic(test, 0);
	struct pb2_device *pbdev = begin(test, dev);
	struct xen_pci_op *op = new_op(test);

	KUNIT_EXPECT_EQ(test, pb2_msi_enable(pbdev, op), 0);
	KUNIT_EXPECT_EQ(test, op->value, MSI_PIRQ);
	KUNIT_EXPECT_TRUE(test, dev->pdev.msi_enabled);
	KUNIT_EXPECT_TRUE(test, is_pin_off(dev));
	KUNIT_EXPECT_FALSE(test, pbdev->intx.ack);

	KUNIT_EXPECT_EQ(test, pb2_msi_disable(pbdev, op), 0);
	KUNIT_EXPECT_EQ(test, op->value, LINE_PIRQ);
	KUNIT_EXPECT_FALSE(test, dev->pdev.msi_enabled);
	KUNIT_EXPECT_FALSE(test, is_pin_off(dev));
	KUNIT_EXPECT_TRUE(test, pbdev->intx.ack);
	fake_expect_calls(test, "enable_msi", "disable_msi", NULL);
	end(pbdev);
}

/* Where xen-pciback asked for the pirq of such a line, the kernel hits a BUG(). */
static void a_line_that_is_not_connected_has_pirq_0(struct kunit *test)
{
	struct fake_pci *dev = fake_nic(test, 0);
	struct xen_pci_op *op = new_op(test);
	struct pb2_device *pbdev;

	dev->pdev.irq = IRQ_NOTCONNECTED;
	pbdev = begin(test, dev);
	KUNIT_EXPECT_EQ(test, pb2_msi_disable(pbdev, op), 0);
	KUNIT_EXPECT_EQ(test, op->value, 0);
	KUNIT_EXPECT_EQ(test, pb2_msi_enable(pbdev, op), 0);
	KUNIT_EXPECT_EQ(test, op->value, MSI_PIRQ);
	dev->pdev.irq = IRQ_NOTCONNECTED;
	KUNIT_EXPECT_EQ(test, pb2_msi_disable_msix(pbdev, op), 0);
	KUNIT_EXPECT_EQ(test, op->value, 0);
	end(pbdev);
}

static void msix_gives_every_entry_a_pirq(struct kunit *test)
{
	struct fake_pci *dev = fake_nic(test, 0);
	struct pb2_device *pbdev = begin(test, dev);
	struct xen_pci_op *op = new_op(test);

	prepare(op, 3);
	op->msix_entries[0].entry = 9;
	op->msix_entries[2].entry = 15;
	KUNIT_EXPECT_EQ(test, pb2_msi_enable_msix(pbdev, op), 0);
	KUNIT_EXPECT_EQ(test, op->value, 0);
	KUNIT_EXPECT_EQ(test, op->msix_entries[0].vector, MSIX_PIRQ(9));
	KUNIT_EXPECT_EQ(test, op->msix_entries[1].vector, MSIX_PIRQ(1));
	KUNIT_EXPECT_EQ(test, op->msix_entries[2].vector, MSIX_PIRQ(15));
	KUNIT_EXPECT_EQ(test, op->msix_entries[3].vector, 0xeeee);
	KUNIT_EXPECT_EQ(test, dev->nvec, 3);
	KUNIT_EXPECT_FALSE(test, pbdev->intx.ack);

	KUNIT_EXPECT_EQ(test, pb2_msi_disable_msix(pbdev, op), 0);
	KUNIT_EXPECT_EQ(test, op->value, LINE_PIRQ);
	KUNIT_EXPECT_EQ(test, dev->nvec, 0);
	KUNIT_EXPECT_TRUE(test, pbdev->intx.ack);
	end(pbdev);
}

static void a_function_without_a_line_ends_at_pirq_0(struct kunit *test)
{
	struct fake_pci *pf = fake_nic(test, 0);
	struct pb2_device *pbdev = begin(test, fake_vf(test, pf, 8));
	struct xen_pci_op *op = new_op(test);

	fake_pci_set(pf, PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
	KUNIT_EXPECT_EQ(test, pb2_msi_enable_msix(pbdev, op), 0);
	KUNIT_EXPECT_EQ(test, pb2_msi_disable_msix(pbdev, op), 0);
	KUNIT_EXPECT_EQ(test, op->value, 0);
	KUNIT_EXPECT_FALSE(test, pbdev->intx.ack);
	end(pbdev);
}

/* XSA-157: the PCI core must not see a count larger than the array. */
static void msix_rejects_counts_of_0_and_above_128(struct kunit *test)
{
	static const u32 counts[] = { 0, 129, 256, 0x7fffffff, 0x80000000,
				      0x80000001, 0xffffffff };
	struct pb2_device *pbdev = begin(test, fake_nic(test, 0));
	struct xen_pci_op *op = new_op(test);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		prepare(op, counts[i]);
		KUNIT_EXPECT_EQ_MSG(test, pb2_msi_enable_msix(pbdev, op),
				    -EINVAL, "count %u", counts[i]);
		KUNIT_EXPECT_EQ(test, op->msix_entries[0].vector, 0xeeee);
	}
	fake_expect_calls(test, NULL);
	end(pbdev);
}

static void msix_lets_the_core_judge_other_counts(struct kunit *test)
{
	struct fake_pci *dev = fake_nic(test, 0);
	struct pb2_device *pbdev = begin(test, dev);
	struct xen_pci_op *op = new_op(test);
	u32 nvec;

	for (nvec = 1; nvec <= 128; nvec++) {
		prepare(op, nvec);
		KUNIT_EXPECT_EQ_MSG(test, pb2_msi_enable_msix(pbdev, op),
				    nvec <= FAKE_PCI_MSIX_VECTORS ? 0 : -ENOSPC,
				    "count %u", nvec);
		KUNIT_EXPECT_EQ(test, dev->nvec,
				nvec <= FAKE_PCI_MSIX_VECTORS ? nvec : 0);
		pb2_msi_begin(pbdev);
	}
	KUNIT_EXPECT_EQ(test, fake_count("enable_msix=128"), 1);
	end(pbdev);
}

static void an_entry_outside_of_the_table_is_refused(struct kunit *test)
{
	struct fake_pci *dev = fake_nic(test, 0);
	struct pb2_device *pbdev = begin(test, dev);
	struct xen_pci_op *op = new_op(test);

	op->msix_entries[1].entry = 0xffff;
	KUNIT_EXPECT_EQ(test, pb2_msi_enable_msix(pbdev, op), -EINVAL);
	KUNIT_EXPECT_EQ(test, (s32)op->value, -EINVAL);
	KUNIT_EXPECT_FALSE(test, dev->pdev.msix_enabled);
	KUNIT_EXPECT_EQ(test, op->msix_entries[0].vector, 0xeeee);
	KUNIT_EXPECT_TRUE(test, pbdev->intx.ack);
	end(pbdev);
}

static void an_entry_that_is_wanted_twice_is_refused(struct kunit *test)
{
	struct fake_pci *dev = fake_nic(test, 0);
	struct pb2_device *pbdev = begin(test, dev);
	struct xen_pci_op *op = new_op(test);

	op->msix_entries[1].entry = op->msix_entries[0].entry;
	KUNIT_EXPECT_EQ(test, pb2_msi_enable_msix(pbdev, op), -EINVAL);
	KUNIT_EXPECT_FALSE(test, dev->pdev.msix_enabled);
	KUNIT_EXPECT_FALSE(test, is_pin_off(dev));
	KUNIT_EXPECT_TRUE(test, pbdev->intx.ack);
	end(pbdev);
}

/* XSA-157: Linux' PCI core WARNs or BUGs if MSI and MSI-X are on together. */
static void one_is_refused_on_top_of_the_other(struct kunit *test)
{
	struct fake_pci *dev = fake_nic(test, 0);
	struct pb2_device *pbdev = begin(test, dev);
	struct xen_pci_op *op = new_op(test);

	KUNIT_EXPECT_EQ(test, pb2_msi_enable(pbdev, op), 0);
	KUNIT_EXPECT_EQ(test, pb2_msi_enable(pbdev, op),
			XEN_PCI_ERR_op_failed);
	KUNIT_EXPECT_EQ(test, op->value, 0);
	prepare(op, 2);
	KUNIT_EXPECT_EQ(test, pb2_msi_enable_msix(pbdev, op), -ENXIO);
	KUNIT_EXPECT_EQ(test, (s32)op->value, -ENXIO);
	KUNIT_EXPECT_TRUE(test, dev->pdev.msi_enabled);
	pb2_msi_release(pbdev);

	prepare(op, 2);
	KUNIT_EXPECT_EQ(test, pb2_msi_enable_msix(pbdev, op), 0);
	KUNIT_EXPECT_EQ(test, pb2_msi_enable(pbdev, op),
			XEN_PCI_ERR_op_failed);
	KUNIT_EXPECT_EQ(test, op->value, 0);
	KUNIT_EXPECT_EQ(test, dev->nvec, 2);
	end(pbdev);
}

/* XSA-157: the PCI core reads the MSI-X table through a BAR that must decode. */
static void without_memory_decode_msix_is_refused(struct kunit *test)
{
	struct fake_pci *dev = fake_nic(test, 0);
	struct pb2_device *pbdev = begin(test, dev);
	struct xen_pci_op *op = new_op(test);

	fake_pci_set(dev, PCI_COMMAND, 2, PCI_COMMAND_IO | PCI_COMMAND_MASTER);
	KUNIT_EXPECT_EQ(test, pb2_msi_enable_msix(pbdev, op), -ENXIO);
	fake_expect_calls(test, NULL);
	end(pbdev);
}

static void decode_of_a_vf_is_that_of_its_pf(struct kunit *test)
{
	struct fake_pci *pf = fake_nic(test, 0);
	struct fake_pci *vf = fake_vf(test, pf, 8);
	struct pb2_device *pbdev = begin(test, vf);
	struct xen_pci_op *op = new_op(test);

	fake_pci_set(vf, PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
	fake_pci_set(pf, PCI_COMMAND, 2, 0);
	KUNIT_EXPECT_EQ(test, pb2_msi_enable_msix(pbdev, op), -ENXIO);
	fake_pci_set(vf, PCI_COMMAND, 2, 0);
	fake_pci_set(pf, PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
	prepare(op, 2);
	KUNIT_EXPECT_EQ(test, pb2_msi_enable_msix(pbdev, op), 0);
	end(pbdev);
}

/* Linux guests send disable_msi for MSI-X when they unload a driver. */
static void disable_msi_releases_msix(struct kunit *test)
{
	struct fake_pci *dev = fake_nic(test, 0);
	struct pb2_device *pbdev = begin(test, dev);
	struct xen_pci_op *op = new_op(test);

	KUNIT_EXPECT_EQ(test, pb2_msi_enable_msix(pbdev, op), 0);
	KUNIT_EXPECT_EQ(test, pb2_msi_disable(pbdev, op), 0);
	KUNIT_EXPECT_EQ(test, op->value, LINE_PIRQ);
	KUNIT_EXPECT_FALSE(test, dev->pdev.msix_enabled);
	prepare(op, 1);
	KUNIT_EXPECT_EQ(test, pb2_msi_enable_msix(pbdev, op), 0);
	end(pbdev);
}

static void enabled_again_msix_gets_new_vectors(struct kunit *test)
{
	struct fake_pci *dev = fake_nic(test, 0);
	struct pb2_device *pbdev = begin(test, dev);
	struct xen_pci_op *op = new_op(test);

	KUNIT_EXPECT_EQ(test, pb2_msi_enable_msix(pbdev, op), 0);
	prepare(op, 5);
	KUNIT_EXPECT_EQ(test, pb2_msi_enable_msix(pbdev, op), 0);
	KUNIT_EXPECT_EQ(test, op->msix_entries[4].vector, MSIX_PIRQ(4));
	KUNIT_EXPECT_EQ(test, dev->nvec, 5);
	fake_expect_calls(test, "enable_msix=2", "disable_msix",
			  "enable_msix=5", NULL);
	end(pbdev);
}

/*
 * After the failure the function raises INTx again; if no handler claimed it,
 * dom0 would disable the shared line.
 */
static void enabled_again_in_vain_it_is_back_to_the_line(struct kunit *test)
{
	struct fake_pci *dev = fake_nic(test, 0);
	struct pb2_device *pbdev = begin(test, dev);
	struct xen_pci_op *op = new_op(test);

	KUNIT_EXPECT_EQ(test, pb2_msi_enable_msix(pbdev, op), 0);
	prepare(op, 4);
	fake_fail("enable_msix", 1, -ENOSPC);
	KUNIT_EXPECT_EQ(test, pb2_msi_enable_msix(pbdev, op), -ENOSPC);
	KUNIT_EXPECT_FALSE(test, dev->pdev.msix_enabled);
	KUNIT_EXPECT_TRUE(test, pbdev->intx.ack);
	end(pbdev);
}

static void a_core_that_fails_leaves_no_trace(struct kunit *test)
{
	struct fake_pci *dev = fake_nic(test, 0);
	struct pb2_device *pbdev = begin(test, dev);
	struct xen_pci_op *op = new_op(test);

	fake_fail("enable_msi", 1, -ENOSPC);
	KUNIT_EXPECT_EQ(test, pb2_msi_enable(pbdev, op),
			XEN_PCI_ERR_op_failed);
	KUNIT_EXPECT_EQ(test, op->value, 0);
	KUNIT_EXPECT_TRUE(test, pbdev->intx.ack);
	KUNIT_EXPECT_EQ(test, pb2_msi_enable(pbdev, op), 0);
	pb2_msi_release(pbdev);
	pb2_intx_pause(pbdev, false);

	prepare(op, 2);
	fake_fail("enable_msix", 1, -ENOMEM);
	KUNIT_EXPECT_EQ(test, pb2_msi_enable_msix(pbdev, op), -ENOMEM);
	KUNIT_EXPECT_EQ(test, (s32)op->value, -ENOMEM);
	KUNIT_EXPECT_EQ(test, op->msix_entries[0].vector, 0xeeee);
	KUNIT_EXPECT_TRUE(test, pbdev->intx.ack);
	prepare(op, 2);
	KUNIT_EXPECT_EQ(test, pb2_msi_enable_msix(pbdev, op), 0);
	end(pbdev);
}

static void a_pending_detach_refuses_new_vectors(struct kunit *test)
{
	struct pb2_device *pbdev = begin(test, fake_nic(test, 0));
	struct xen_pci_op *op = new_op(test);

	KUNIT_EXPECT_EQ(test, pb2_msi_enable_msix(pbdev, op), 0);
	pbdev->detach_until = jiffies + HZ * 3600;
	prepare(op, 2);
	KUNIT_EXPECT_EQ(test, pb2_msi_enable_msix(pbdev, op), -EBUSY);
	KUNIT_EXPECT_EQ(test, pb2_msi_disable_msix(pbdev, op), 0);
	KUNIT_EXPECT_EQ(test, pb2_msi_enable(pbdev, op),
			XEN_PCI_ERR_op_failed);
	fake_expect_calls(test, "enable_msix=2", "disable_msix", NULL);
	end(pbdev);
}

/* The kernel BUGs when a PVH dom0 asks it for a pirq. */
static void without_pirqs_there_is_no_msi(struct kunit *test)
{
	struct pb2_device *pbdev = begin(test, fake_nic(test, 0));
	struct xen_pci_op *op = new_op(test);

	fake_xen.pirqs = false;
	KUNIT_EXPECT_EQ(test, pb2_msi_enable(pbdev, op),
			XEN_PCI_ERR_not_implemented);
	KUNIT_EXPECT_EQ(test, pb2_msi_disable(pbdev, op),
			XEN_PCI_ERR_not_implemented);
	KUNIT_EXPECT_EQ(test, pb2_msi_enable_msix(pbdev, op),
			XEN_PCI_ERR_not_implemented);
	KUNIT_EXPECT_EQ(test, pb2_msi_disable_msix(pbdev, op),
			XEN_PCI_ERR_not_implemented);
	fake_expect_calls(test, NULL);
	end(pbdev);
}

/**
 * struct model - a model of what is enabled
 * @msi: MSI is enabled
 * @msix: MSI-X is enabled
 */
struct model {
	bool msi;
	bool msix;
};

static bool model_step(struct model *model, unsigned int cmd)
{
	switch (cmd) {
	case XEN_PCI_OP_enable_msi:
		if (model->msi || model->msix)
			return false;
		model->msi = true;
		break;
	case XEN_PCI_OP_disable_msi:
		model->msi = false;
		model->msix = false;
		break;
	case XEN_PCI_OP_enable_msix:
		if (model->msi)
			return false;
		model->msix = true;
		break;
	default:
		model->msix = false;
	}
	return true;
}

static int drive(struct pb2_device *pbdev, struct xen_pci_op *op,
		 unsigned int cmd)
{
	prepare(op, 2);
	switch (cmd) {
	case XEN_PCI_OP_enable_msi:
		return pb2_msi_enable(pbdev, op);
	case XEN_PCI_OP_disable_msi:
		return pb2_msi_disable(pbdev, op);
	case XEN_PCI_OP_enable_msix:
		return pb2_msi_enable_msix(pbdev, op);
	default:
		return pb2_msi_disable_msix(pbdev, op);
	}
}

/* Runs @length commands, which are the digits of @order in base 4. */
static void run_order(struct kunit *test, struct pb2_device *pbdev,
		      struct xen_pci_op *op, unsigned int order,
		      unsigned int length)
{
	const struct pci_dev *pdev = pbdev->pdev;
	struct model model = { };
	unsigned int i, cmd;
	bool done;

	for (i = 0; i < length; i++) {
		cmd = XEN_PCI_OP_enable_msi + (order >> 2 * i) % 4;
		done = !drive(pbdev, op, cmd);
		KUNIT_EXPECT_EQ_MSG(test, done, model_step(&model, cmd),
				    "order %#x step %u", order, i);
		KUNIT_EXPECT_EQ_MSG(test, !!pdev->msi_enabled, model.msi,
				    "order %#x step %u", order, i);
		KUNIT_EXPECT_EQ_MSG(test, !!pdev->msix_enabled, model.msix,
				    "order %#x step %u", order, i);
		/* The handler claims interrupts exactly while INTx is in use. */
		KUNIT_EXPECT_EQ_MSG(test, pbdev->intx.ack,
				    !model.msi && !model.msix,
				    "order %#x step %u", order, i);
	}

	pb2_msi_release(pbdev);
	KUNIT_EXPECT_FALSE(test, pdev->msi_enabled);
	KUNIT_EXPECT_FALSE(test, pdev->msix_enabled);
	pb2_intx_pause(pbdev, false);
}

static void every_order_of_commands_is_that_of_the_model(struct kunit *test)
{
	struct pb2_device *pbdev = begin(test, fake_nic(test, 0));
	struct xen_pci_op *op = new_op(test);
	unsigned int order, length;

	for (length = 1; length <= 4; length++)
		for (order = 0; order < 1 << 2 * length; order++)
			run_order(test, pbdev, op, order, length);
	KUNIT_EXPECT_EQ(test, fake_count("enable_msi"),
			fake_count("disable_msi"));
	KUNIT_EXPECT_EQ(test, fake_count("enable_msix"),
			fake_count("disable_msix"));
	end(pbdev);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(an_msi_gives_the_pirq_and_its_end_the_line),
	KUNIT_CASE(a_line_that_is_not_connected_has_pirq_0),
	KUNIT_CASE(msix_gives_every_entry_a_pirq),
	KUNIT_CASE(a_function_without_a_line_ends_at_pirq_0),
	KUNIT_CASE(msix_rejects_counts_of_0_and_above_128),
	KUNIT_CASE(msix_lets_the_core_judge_other_counts),
	KUNIT_CASE(an_entry_outside_of_the_table_is_refused),
	KUNIT_CASE(an_entry_that_is_wanted_twice_is_refused),
	KUNIT_CASE(one_is_refused_on_top_of_the_other),
	KUNIT_CASE(without_memory_decode_msix_is_refused),
	KUNIT_CASE(decode_of_a_vf_is_that_of_its_pf),
	KUNIT_CASE(disable_msi_releases_msix),
	KUNIT_CASE(enabled_again_msix_gets_new_vectors),
	KUNIT_CASE(enabled_again_in_vain_it_is_back_to_the_line),
	KUNIT_CASE(a_core_that_fails_leaves_no_trace),
	KUNIT_CASE(a_pending_detach_refuses_new_vectors),
	KUNIT_CASE(without_pirqs_there_is_no_msi),
	KUNIT_CASE(every_order_of_commands_is_that_of_the_model),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_msi",
	.init = guest_init,
	.exit = guest_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
