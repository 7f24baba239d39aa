# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# passthrough - with passthrough=1 a guest sees its devices where dom0 has
# them, several buses and functions among them, and they work.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh

driver_load "$DRIVER" passthrough=1 || fail "cannot load $DRIVER with passthrough=1"
assign_add "$NIC" "$MULTI0" "$MULTI1" "$SPARE"
guest_start real "$NIC" "$MULTI0" "$MULTI1"
guest_run real 'lspci -nnk'
for device in "$NIC" "$MULTI0" "$MULTI1"; do
	expect "the guest has $device" guest_run real "[ -e $PCI/$device/driver ]"
done
expect "$NIC pings" guest_run real "nic_ping $NIC 10.0.2.2"
expect "$MULTI0 pings" guest_run real "nic_ping $MULTI0 10.0.5.2"
expect "$MULTI1 works" guest_run real "disk_check $MULTI1"
xl pci-attach real "$SPARE" || fail "xl pci-attach: exit $?"
wait_for 60 guest_run real "nic_name $SPARE" ||
	fail "a device on a new bus does not appear"
expect "$SPARE, hot-added, pings" guest_run real "nic_ping $SPARE 10.0.6.2"
guest_destroy real
assign_remove "$NIC" "$MULTI0" "$MULTI1" "$SPARE"
