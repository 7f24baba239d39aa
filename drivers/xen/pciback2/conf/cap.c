// SPDX-License-Identifier: GPL-2.0
/*
 * cap.c - the tables of capabilities, conventional and extended
 *
 * A capability in neither table, such as a vendor-specific one, is visible and
 * read-only. Permissive mode and quirks make it writable.
 */
#include "conf.h"

/* Not in the headers of all kernels that this builds against */
#define EXT_CAP_ID_VF_REBAR	0x24

/* The header, and control and capability registers of six BARs */
#define REBAR_MAX_SIZEOF	(4 + 6 * 8)

static const struct pb2_conf_cap *const conventional_caps[] = {
	&pb2_conf_cap_pm,
	&pb2_conf_cap_vpd,
	&pb2_conf_cap_msi,
	&pb2_conf_cap_msix,
	&pb2_conf_cap_pcie,
	&pb2_conf_cap_af,
};

static const struct pb2_conf_cap extended_caps[] = {
	{
		.id = PCI_EXT_CAP_ID_SRIOV, .hide = true,
		.proof_len = PCI_EXT_CAP_SRIOV_SIZEOF,
		.why = "virtual functions are devices that only dom0 can make known to Xen",
	}, {
		.id = PCI_EXT_CAP_ID_MRIOV, .hide = true, .proof_len = 4,
		.why = "sharing among root complexes is no guest's business",
	}, {
		.id = PCI_EXT_CAP_ID_ATS, .hide = true,
		.proof_len = PCI_EXT_CAP_ATS_SIZEOF,
		.why = "translated requests pass the IOMMU unchecked; Xen enables them or nobody",
	}, {
		.id = PCI_EXT_CAP_ID_PRI, .hide = true,
		.proof_len = PCI_EXT_CAP_PRI_SIZEOF,
		.why = "page requests go to an IOMMU driver, which the guest is not",
	}, {
		.id = PCI_EXT_CAP_ID_PASID, .hide = true,
		.proof_len = PCI_EXT_CAP_PASID_SIZEOF,
		.why = "address spaces are set up in the IOMMU, which the guest does not own",
	}, {
		.id = PCI_EXT_CAP_ID_REBAR, .hide = true,
		.proof_len = REBAR_MAX_SIZEOF,
		.why = "a larger BAR would cover its neighbours",
	}, {
		.id = EXT_CAP_ID_VF_REBAR, .hide = true,
		.proof_len = REBAR_MAX_SIZEOF,
		.why = "as resizable BARs, for virtual functions",
	}, {
		.id = PCI_EXT_CAP_ID_ACS, .proof_len = 8,
		.why = "decides who reaches whom past the IOMMU; looking is harmless",
	},
};

/**
 * pb2_conf_cap_find() - find the policy of a conventional capability
 * @id: PCI_CAP_ID_*
 *
 * Context: any.
 * Return: the policy, or %NULL for a capability that is read-only.
 */
const struct pb2_conf_cap *pb2_conf_cap_find(u8 id)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(conventional_caps); i++) {
		if (conventional_caps[i]->id == id)
			return conventional_caps[i];
	}

	return NULL;
}

/**
 * pb2_conf_cap_find_ext() - find the policy of an extended capability
 * @id: PCI_EXT_CAP_ID_*
 *
 * Context: any.
 * Return: the policy, or %NULL for a capability that is read-only.
 */
const struct pb2_conf_cap *pb2_conf_cap_find_ext(u16 id)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(extended_caps); i++) {
		if (extended_caps[i].id == id)
			return &extended_caps[i];
	}

	return NULL;
}
