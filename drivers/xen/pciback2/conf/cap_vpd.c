// SPDX-License-Identifier: GPL-2.0
/*
 * cap_vpd.c - policy of the vital product data capability
 */
#include "conf.h"

/*
 * Flag set means: store the data register, for ever. A write of one half of
 * the register leaves the other as it is, which may have the flag set.
 */
static int vpd_addr_write(struct pb2_device *pbdev, struct pb2_conf_reg *reg,
			  u32 *val, u32 mask)
{
	u32 flag = (u32)PCI_VPD_ADDR_F << 16;
	u32 hw;
	int rc;

	if (mask & flag)
		return *val & flag ? XEN_PCI_ERR_access_denied : 0;

	rc = pb2_access_read(pbdev, reg->off + PCI_VPD_ADDR, 2, &hw);
	if (rc)
		return rc;

	return hw & PCI_VPD_ADDR_F ? XEN_PCI_ERR_access_denied : 0;
}

static const struct pb2_conf_ops vpd_addr_ops = {
	.write = vpd_addr_write,
};

static const struct pb2_conf_field vpd_fields[] = {
	{
		.off = PCI_CAP_LIST_ID, .len = 2, .proof = PB2_CONF_FIXED,
		.why = "name and chain of the capability",
	}, {
		.off = PCI_VPD_ADDR, .len = 2, .proof = PB2_CONF_FIXED,
		.rw = 0xffff,
		.ops = &vpd_addr_ops,
		.why = "reading is harmless; a store is refused, since it outlives the guest",
	}, {
		.off = PCI_VPD_DATA, .len = 4, .proof = PB2_CONF_FIXED,
		.why = "only the next store would use it",
	},
};

const struct pb2_conf_cap pb2_conf_cap_vpd = {
	.id = PCI_CAP_ID_VPD,
	.size = PCI_CAP_VPD_SIZEOF,
	.fields = vpd_fields,
	.nr_fields = ARRAY_SIZE(vpd_fields),
	.why = "data in the device's non-volatile memory",
};
