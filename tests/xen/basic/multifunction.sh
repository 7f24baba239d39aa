# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# multifunction - two functions of one device stay together in the guest: one
# slot, two functions, and both work.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh

assign_add "$MULTI0" "$MULTI1"
guest_start multi "$MULTI0" "$MULTI1"
guest_run multi 'lspci -nnk'
expect "function 0 is e1000e" [ "$(guest_run multi 'driver_of 0000:00:00.0')" = e1000e ]
expect "function 1 is nvme" [ "$(guest_run multi 'driver_of 0000:00:00.1')" = nvme ]
expect "the NIC pings" guest_run multi "nic_ping 0000:00:00.0 10.0.5.2"
expect "the disk reads what was written" guest_run multi "disk_check 0000:00:00.1"
guest_destroy multi
assign_remove "$MULTI0" "$MULTI1"
