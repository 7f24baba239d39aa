// SPDX-License-Identifier: GPL-2.0
/*
 * Tests that the page shared with pcifront has the layout of the PV protocol
 *
 * The numbers were written by hand from xen/include/public/io/pciif.h, with
 * which every guest since 2005 was compiled.
 */
#include <linux/mm.h>
#include <linux/stddef.h>
#include <xen/interface/io/pciif.h>

#include <kunit/test.h>

static void a_request_has_548_bytes(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, sizeof(struct xen_pci_op), 548);
	KUNIT_EXPECT_EQ(test, offsetof(struct xen_pci_op, cmd), 0);
	KUNIT_EXPECT_EQ(test, offsetof(struct xen_pci_op, err), 4);
	KUNIT_EXPECT_EQ(test, offsetof(struct xen_pci_op, domain), 8);
	KUNIT_EXPECT_EQ(test, offsetof(struct xen_pci_op, bus), 12);
	KUNIT_EXPECT_EQ(test, offsetof(struct xen_pci_op, devfn), 16);
	KUNIT_EXPECT_EQ(test, offsetof(struct xen_pci_op, offset), 20);
	KUNIT_EXPECT_EQ(test, offsetof(struct xen_pci_op, size), 24);
	KUNIT_EXPECT_EQ(test, offsetof(struct xen_pci_op, value), 28);
	KUNIT_EXPECT_EQ(test, offsetof(struct xen_pci_op, info), 32);
	KUNIT_EXPECT_EQ(test, offsetof(struct xen_pci_op, msix_entries), 36);
}

static void an_msix_entry_is_vector_and_index(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, sizeof(struct xen_msix_entry), 4);
	KUNIT_EXPECT_EQ(test, offsetof(struct xen_msix_entry, vector), 0);
	KUNIT_EXPECT_EQ(test, offsetof(struct xen_msix_entry, entry), 2);
	KUNIT_EXPECT_EQ(test, SH_INFO_MAX_VEC, 128);
}

static void an_aer_step_has_20_bytes(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, sizeof(struct xen_pcie_aer_op), 20);
	KUNIT_EXPECT_EQ(test, offsetof(struct xen_pcie_aer_op, cmd), 0);
	KUNIT_EXPECT_EQ(test, offsetof(struct xen_pcie_aer_op, err), 4);
	KUNIT_EXPECT_EQ(test, offsetof(struct xen_pcie_aer_op, domain), 8);
	KUNIT_EXPECT_EQ(test, offsetof(struct xen_pcie_aer_op, bus), 12);
	KUNIT_EXPECT_EQ(test, offsetof(struct xen_pcie_aer_op, devfn), 16);
}

static void the_page_holds_flags_request_and_step(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, sizeof(struct xen_pci_sharedinfo), 572);
	KUNIT_EXPECT_EQ(test, offsetof(struct xen_pci_sharedinfo, flags), 0);
	KUNIT_EXPECT_EQ(test, offsetof(struct xen_pci_sharedinfo, op), 4);
	KUNIT_EXPECT_EQ(test, offsetof(struct xen_pci_sharedinfo, aer_op), 552);
	/* The driver sets and clears bits 0 to 2 of an unsigned long. */
	KUNIT_EXPECT_EQ(test, XEN_PCIF_active, 1);
	KUNIT_EXPECT_EQ(test, XEN_PCIB_AERHANDLER, 2);
	KUNIT_EXPECT_EQ(test, XEN_PCIB_active, 4);
}

static void commands_and_errors_have_their_numbers(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, XEN_PCI_MAGIC, "7");
	KUNIT_EXPECT_EQ(test, XEN_PCI_OP_conf_read, 0);
	KUNIT_EXPECT_EQ(test, XEN_PCI_OP_conf_write, 1);
	KUNIT_EXPECT_EQ(test, XEN_PCI_OP_enable_msi, 2);
	KUNIT_EXPECT_EQ(test, XEN_PCI_OP_disable_msi, 3);
	KUNIT_EXPECT_EQ(test, XEN_PCI_OP_enable_msix, 4);
	KUNIT_EXPECT_EQ(test, XEN_PCI_OP_disable_msix, 5);
	KUNIT_EXPECT_EQ(test, XEN_PCI_OP_aer_detected, 6);
	KUNIT_EXPECT_EQ(test, XEN_PCI_OP_aer_resume, 7);
	KUNIT_EXPECT_EQ(test, XEN_PCI_OP_aer_mmio, 8);
	KUNIT_EXPECT_EQ(test, XEN_PCI_OP_aer_slotreset, 9);
	KUNIT_EXPECT_EQ(test, XEN_PCI_ERR_success, 0);
	KUNIT_EXPECT_EQ(test, XEN_PCI_ERR_dev_not_found, -1);
	KUNIT_EXPECT_EQ(test, XEN_PCI_ERR_invalid_offset, -2);
	KUNIT_EXPECT_EQ(test, XEN_PCI_ERR_access_denied, -3);
	KUNIT_EXPECT_EQ(test, XEN_PCI_ERR_not_implemented, -4);
	KUNIT_EXPECT_EQ(test, XEN_PCI_ERR_op_failed, -5);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_request_has_548_bytes),
	KUNIT_CASE(an_msix_entry_is_vector_and_index),
	KUNIT_CASE(an_aer_step_has_20_bytes),
	KUNIT_CASE(the_page_holds_flags_request_and_step),
	KUNIT_CASE(commands_and_errors_have_their_numbers),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_pciif_layout",
	.test_cases = cases,
};

kunit_test_suite(suite);
