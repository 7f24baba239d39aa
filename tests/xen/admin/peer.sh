# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# machine: standard
#
# peer - the way back: after pciback2 was at work xen-pciback takes its place,
# and a guest works with it. While one is loaded the other refuses.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh

assign_add "$NIC"
guest_start ours "$NIC"
expect "a guest of $DRIVER pings" guest_run ours "nic_ping $V0 10.0.2.2"
guest_stop ours
assign_remove "$NIC"

if [ "$DRIVER" = pciback2 ]; then
	mark=$(dmesg_mark)
	refute "xen-pciback loads beside pciback2" modprobe xen-pciback
	dmesg_since "$mark"
fi
driver_load xen-pciback || fail "cannot load xen-pciback"
if [ "$DRIVER" = pciback2 ]; then
	mark=$(dmesg_mark)
	refute "pciback2 loads beside xen-pciback" modprobe pciback2
	dmesg_since "$mark" >/run/said
	expect "pciback2 says why" grep 'pciback2: xen-pciback is loaded' /run/said
fi
assign_add "$NIC"
guest_start peer "$NIC"
expect "a guest of xen-pciback pings" guest_run peer "nic_ping $V0 10.0.2.2"
guest_stop peer
assign_remove "$NIC"
driver_load "$DRIVER" || fail "cannot go back to $DRIVER"
