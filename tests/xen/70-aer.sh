# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# aer - an uncorrectable error of an assigned NIC, injected below its root
# port: dom0's recovery asks the guest's driver step by step, and the NIC
# works afterwards. A guest that cannot answer does not hold dom0 up.

# shellcheck source=/dev/null
. /tests/lib.sh

# inject: the NIC (bus 1) reports a completion timeout, which is not fatal.
# Address, a byte of padding, the status, and 24 bytes that stay zero, in one
# write.
inject()
{
	{
		printf '\001\000\000\000\000\100\000\000'
		head -c 24 /dev/zero
	} >/run/error
	cat /run/error >/dev/aer_inject
}

answered()
{
	dmesg_since "$mark" | grep -q "device recovery $1"
}

modprobe aer_inject || skip "this kernel injects no errors"
assign_add "$NIC"
guest_start aer "$NIC"
expect "the guest pings" guest_run aer "nic_ping $V0 10.0.2.2"

mark=$(dmesg_mark)
expect "an error is injected" inject
wait_for 60 answered successful || {
	dmesg_since "$mark"
	fail "dom0 does not report a recovery"
}
dmesg_since "$mark" | grep -i aer
expect "the guest pings after the recovery" guest_run aer "nic_down $V0; nic_ping $V0 10.0.2.2"

# No driver in the guest: the recovery fails, at once and for this NIC only
expect "the guest's driver lets go" guest_run aer "echo $V0 >$PCI/$V0/driver/unbind"
mark=$(dmesg_mark)
expect "an error is injected" inject
wait_for 60 answered failed || {
	dmesg_since "$mark"
	fail "dom0 does not report the failed recovery"
}
backend=/local/domain/0/backend/pci/$(guest_id aer)/0
expect "the toolstack is told" [ "$(xenstore-read "$backend/aerState")" = aerfail ]
expect "the guest lives" guest_run aer true
guest_stop aer
modprobe -r aer_inject
assign_remove "$NIC"
expect "dom0's NIC works" nic_ping "$NIC" 10.0.2.2
nic_down "$NIC"
