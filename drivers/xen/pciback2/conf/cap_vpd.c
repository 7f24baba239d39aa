// SPDX-License-Identifier: GPL-2.0
/*
 * cap_vpd.c - policy of the Vital Product Data capability
 */
#include "conf.h"

/*
 * A write of the address with the flag set makes the device store the data
 * register in its non-volatile memory (PCI Local Bus 3.0, appendix I). A write
 * of the lower byte alone goes to the hardware without the flag's byte, where
 * the flag may be set.
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
