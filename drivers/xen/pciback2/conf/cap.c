// SPDX-License-Identifier: GPL-2.0
/*
 * cap.c - the capabilities that have a policy
 *
 * One that is not listed here, vendor-specific ones among them, is read-only.
 */
#include "conf.h"

static const struct pb2_conf_cap *const caps[] = {
	&pb2_conf_cap_pm,
	&pb2_conf_cap_vpd,
	&pb2_conf_cap_msi,
	&pb2_conf_cap_msix,
	&pb2_conf_cap_pcie,
	&pb2_conf_cap_af,
};

/**
 * pb2_conf_cap_find() - the policy of a capability
 * @id: PCI_CAP_ID_*
 *
 * Context: any.
 * Return: the policy, or %NULL for a capability that is read-only.
 */
const struct pb2_conf_cap *pb2_conf_cap_find(u8 id)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(caps); i++) {
		if (caps[i]->id == id)
			return caps[i];
	}

	return NULL;
}
