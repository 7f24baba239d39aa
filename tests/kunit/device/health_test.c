// SPDX-License-Identifier: GPL-2.0
/*
 * health_test.c - tests of recognising a function that is gone, not ready, or
 * replaced by another
 */
#include "../support/life_world.h"

#include "../../../drivers/xen/pciback2/device/health.c"

static void a_function_as_it_was_has_no_fault(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct fake_pci *vf = fake_vf(test, world->dev, PCI_DEVFN(1, 0));

	KUNIT_EXPECT_NULL(test, pb2_health_fault(world->pdev));
	/* The multifunction bit does not belong to the header type. */
	fake_pci_set(world->dev, PCI_HEADER_TYPE, 1, 0x80);
	KUNIT_EXPECT_NULL(test, pb2_health_fault(world->pdev));
	/* The IDs of a VF read as all-ones. */
	KUNIT_EXPECT_NULL(test, pb2_health_fault(&vf->pdev));
}

static void each_fault_is_named(struct kunit *test)
{
	static const struct {
		unsigned int off;
		unsigned int len;
		u32 val;
		const char *want;
	} rows[] = {
		{ PCI_VENDOR_ID, 4, 0xffff0001, "not ready" },
		{ PCI_VENDOR_ID, 2, 0x1234, "other IDs" },
		{ PCI_DEVICE_ID, 2, 0x1234, "other IDs" },
		{ PCI_VENDOR_ID, 4, 0, "other IDs" },
		{ PCI_HEADER_TYPE, 1, 0x7f, "header type" },
	};
	struct life_world *world = test->priv;
	const char *fault;
	unsigned int i;
	u32 was;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		was = fake_pci_get(world->dev, rows[i].off, rows[i].len);
		fake_pci_set(world->dev, rows[i].off, rows[i].len, rows[i].val);
		fault = pb2_health_fault(world->pdev);
		KUNIT_ASSERT_NOT_NULL(test, fault);
		KUNIT_EXPECT_NOT_NULL(test, strstr(fault, rows[i].want));
		fake_pci_set(world->dev, rows[i].off, rows[i].len, was);
	}
	KUNIT_EXPECT_NULL(test, pb2_health_fault(world->pdev));
}

static void what_does_not_answer_is_recognised_even_as_a_vf(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct fake_pci *vf = fake_vf(test, world->dev, PCI_DEVFN(1, 0));

	vf->absent = true;
	KUNIT_EXPECT_NOT_NULL(test, pb2_health_fault(&vf->pdev));
	vf->absent = false;
	vf->bus_rc = PCIBIOS_DEVICE_NOT_FOUND;
	KUNIT_EXPECT_NOT_NULL(test, pb2_health_fault(&vf->pdev));
}

static void a_slot_says_why_nobody_answers(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct fake_pci *port = fake_port();
	const char *fault;

	fake_slot();
	KUNIT_EXPECT_NULL(test, pb2_health_slot_fault(world->pdev));
	world->dev->absent = true;
	KUNIT_EXPECT_NOT_NULL(test, strstr(pb2_health_fault(world->pdev),
					   "all-ones"));

	fake_pci_set(port, FAKE_PCI_EXP + PCI_EXP_SLTCTL, 2,
		     PCI_EXP_SLTCTL_PCC);
	fault = pb2_health_fault(world->pdev);
	KUNIT_EXPECT_NOT_NULL(test, strstr(fault, "switched off"));
	/* A slot without a power controller ignores the power control bit. */
	fake_pci_set(port, FAKE_PCI_EXP + PCI_EXP_SLTCAP, 4, 0);
	KUNIT_EXPECT_NULL(test, pb2_health_slot_fault(world->pdev));

	fake_pci_set(port, FAKE_PCI_EXP + PCI_EXP_SLTSTA, 2, 0);
	fault = pb2_health_fault(world->pdev);
	KUNIT_EXPECT_NOT_NULL(test, strstr(fault, "empty"));
}

static void a_port_that_is_gone_accuses_no_slot(struct kunit *test)
{
	struct life_world *world = test->priv;

	fake_slot();
	fake_port()->absent = true;
	KUNIT_EXPECT_NULL(test, pb2_health_slot_fault(world->pdev));
	/* A port without a slot has no slot registers to believe. */
	fake_port()->absent = false;
	fake_port()->pdev.pcie_flags_reg &= ~PCI_EXP_FLAGS_SLOT;
	fake_pci_set(fake_port(), FAKE_PCI_EXP + PCI_EXP_SLTSTA, 2, 0);
	KUNIT_EXPECT_NULL(test, pb2_health_slot_fault(world->pdev));
}

static void only_silence_is_no_answer(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct fake_pci *vf = fake_vf(test, world->dev, PCI_DEVFN(1, 0));

	KUNIT_EXPECT_TRUE(test, pb2_health_answers(world->pdev));
	KUNIT_EXPECT_TRUE(test, pb2_health_answers(&vf->pdev));
	fake_pci_set(world->dev, PCI_VENDOR_ID, 4, 0x12345678);
	KUNIT_EXPECT_TRUE(test, pb2_health_answers(world->pdev));
	fake_pci_set(world->dev, PCI_VENDOR_ID, 4, 0xffff0001);
	KUNIT_EXPECT_FALSE(test, pb2_health_answers(world->pdev));
	world->dev->absent = true;
	KUNIT_EXPECT_FALSE(test, pb2_health_answers(world->pdev));
	vf->absent = true;
	KUNIT_EXPECT_FALSE(test, pb2_health_answers(&vf->pdev));
}

static void a_sick_function_is_neither_seized_nor_assigned(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct pb2_sbdf vsbdf;

	fake_pci_set(world->dev, PCI_VENDOR_ID, 4, 0xffff0001);
	KUNIT_EXPECT_EQ(test, life_probe(world->pdev), -EIO);

	fake_pci_set(world->dev, PCI_VENDOR_ID, 4, 0x10d38086);
	life_seize_dev(test);
	fake_pci_set(world->dev, PCI_VENDOR_ID, 4, 0x12345678);
	KUNIT_EXPECT_EQ(test, pb2_frontend_add(&world->fe, &world->pbdev->sbdf,
					       &vsbdf), -EIO);
	/* The domain that was refused may have mapped it before. */
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_HELD);
	fake_pci_set(world->dev, PCI_VENDOR_ID, 4, 0x10d38086);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_function_as_it_was_has_no_fault),
	KUNIT_CASE(each_fault_is_named),
	KUNIT_CASE(what_does_not_answer_is_recognised_even_as_a_vf),
	KUNIT_CASE(a_slot_says_why_nobody_answers),
	KUNIT_CASE(a_port_that_is_gone_accuses_no_slot),
	KUNIT_CASE(only_silence_is_no_answer),
	KUNIT_CASE(a_sick_function_is_neither_seized_nor_assigned),
	{ }
};

static struct kunit_suite suite = {
	.name = "pciback2_health",
	.init = life_world_init,
	.exit = life_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
