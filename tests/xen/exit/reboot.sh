# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# reboot - a guest that reboots finds its devices again, in the same places
# and in working order, twice.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh

rebooted()
{
	[ -n "$(guest_id reboot)" ] && [ "$(guest_id reboot)" != "$1" ]
}

assign_add "$NIC" "$DISK"
guest_start reboot "$NIC" "$DISK" "on_reboot='restart'"
for pass in 1 2 3; do
	expect "boot $pass: the guest pings" guest_run reboot "nic_ping $V0 10.0.2.2"
	expect "boot $pass: the disk works" guest_run reboot "disk_check $V1"
	[ $pass != 3 ] || break
	id=$(guest_id reboot)
	guest_run reboot '(sleep 1; reboot -f) >/dev/null 2>&1 &'
	wait_for 120 rebooted "$id" || fail "the guest did not come back after a reboot"
	guest_ready reboot
done
guest_stop reboot
assign_remove "$NIC" "$DISK"
