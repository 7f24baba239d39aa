# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# permissive - a setting made once at boot: the driver's files set it for one
# guest, the function's own for all, and the log says what has ended.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh
# shellcheck source=tests/xen/lib/ways.sh
. /tests/lib/ways.sh

own=$PCI/$VIRTIO/pciback2

# device_control NAME: what the guest reads of the lower bits of Device Control
# after it cleared them; the policy drops such a write
device_control()
{
	guest_run "$1" "setpci -s $V0 CAP_EXP+8.w=0:f; setpci -s $V0 CAP_EXP+8.w"
}

# round VALUE: what a new guest reads then
round()
{
	guest_start guest "$VIRTIO" modules=xen-pcifront
	expect "the guest reads $1" [ "$(device_control guest)" = "$1" ]
	guest_destroy guest
	expect "$VIRTIO is idle" wait_for 30 in_state "$VIRTIO" idle
}

assign_add "$VIRTIO"
say "once, as the recipes have it"
echo "$VIRTIO" >"$PCIBACK/permissive"
expect "it is listed as such" [ "$(cat "$own/permissive")" = once ]
mark=$(dmesg_mark)
round 0000
expect "the log says that it ended" sh -c "dmesg | grep -q 'no longer permissive'"
expect "it is off" [ "$(cat "$own/permissive")" = off ]
round 000f
dmesg_since "$mark"

say "always"
echo always >"$own/permissive"
expect "the driver's file lists it" grep -qx "$VIRTIO" "$PCIBACK/permissive"
round 0000
round 0000
echo off >"$own/permissive"
round 000f
assign_remove "$VIRTIO"
