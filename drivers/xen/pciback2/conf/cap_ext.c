// SPDX-License-Identifier: GPL-2.0
/*
 * cap_ext.c - the extended capabilities that are more than read-only
 *
 * One that is not listed here is visible, read-only, and open to permissive.
 */
#include "conf.h"

/* Not in the headers of all kernels that this builds against */
#define EXT_CAP_ID_VF_REBAR	0x24

#define REBAR_MAX_SIZEOF	(4 + 6 * 8)

static const struct pb2_conf_cap caps[] = {
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
 * pb2_conf_ext_find() - the policy of an extended capability
 * @id: PCI_EXT_CAP_ID_*
 *
 * Context: any.
 * Return: the policy, or %NULL for a capability that is read-only.
 */
const struct pb2_conf_cap *pb2_conf_ext_find(u16 id)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(caps); i++) {
		if (caps[i].id == id)
			return &caps[i];
	}

	return NULL;
}
