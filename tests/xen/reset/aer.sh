# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# machine: lockdep
#
# aer - errors of an assigned NIC, injected below its root port. One that was
# corrected disturbs nobody; dom0's recovery from others, fatal ones too, asks
# the guest's driver step by step, and the NIC works afterwards. A guest that
# cannot answer does not hold dom0 up, and the NIC works in the next.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh
# shellcheck source=tests/xen/lib/ways.sh
. /tests/lib/ways.sh

# inject UNCORRECTABLE CORRECTABLE: the NIC (bus 1) reports these, little
# endian words for printf. Address, a byte of padding, both, and 20 bytes that
# stay zero, in one write.
inject()
{
	{
		printf '\001\000\000\000'
		# shellcheck disable=SC2059 # they are formats
		printf "$1$2"
		head -c 20 /dev/zero
	} >/run/error
	cat /run/error >/dev/aer_inject
}

NONE='\000\000\000\000'
TIMEOUT='\000\100\000\000'
MALFORMED='\000\000\004\000'
RECEIVER='\001\000\000\000'

logged()
{
	dmesg_since "$mark" | grep -q "$1"
}

answered()
{
	logged "device recovery $1"
}

[ -e /dev/aer_inject ] || modprobe aer_inject || skip "this kernel injects no errors"
assign_add "$NIC"
guest_start aer "$NIC"
expect "the guest pings" guest_run aer "nic_ping $V0 10.0.2.2"

mark=$(dmesg_mark)
expect "a corrected error is injected" inject "$NONE" "$RECEIVER"
wait_for 30 logged 'severity=Corrected' || fail "dom0 does not report a corrected error"
expect "the guest pings after a corrected error" guest_run aer "nic_ping $V0 10.0.2.2"

mark=$(dmesg_mark)
expect "an error is injected" inject "$TIMEOUT" "$NONE"
wait_for 60 answered successful || {
	dmesg_since "$mark"
	fail "dom0 does not report a recovery"
}
dmesg_since "$mark" | grep -i aer
expect "the guest pings after the recovery" guest_run aer "nic_down $V0; nic_ping $V0 10.0.2.2"

mark=$(dmesg_mark)
expect "a fatal error is injected" inject "$MALFORMED" "$NONE"
wait_for 60 answered successful || {
	dmesg_since "$mark"
	fail "dom0 does not report a recovery from a fatal error"
}
expect "it was fatal" logged 'severity=Uncorrected (Fatal)'
expect "the guest pings after it" guest_run aer "nic_down $V0; nic_ping $V0 10.0.2.2"
expect "$NIC has no fault" [ -z "$(cat "$PCI/$NIC/pciback2/fault")" ]

# No driver in the guest: the recovery fails, at once and for this NIC only
expect "the guest's driver lets go" guest_run aer "echo $V0 >$PCI/$V0/driver/unbind"
mark=$(dmesg_mark)
expect "an error is injected" inject "$TIMEOUT" "$NONE"
wait_for 60 answered failed || {
	dmesg_since "$mark"
	fail "dom0 does not report the failed recovery"
}
backend=/local/domain/0/backend/pci/$(guest_id aer)/0
expect "the toolstack is told" [ "$(xenstore-read "$backend/aerState")" = aerfail ]
fault=$(cat "$PCI/$NIC/pciback2/fault")
expect "$NIC has a fault: $fault" [ -n "$fault" ]
expect "the guest lives" guest_run aer true
begin=$(date +%s)
guest_destroy aer
came_back "$begin" "$NIC"
expect "$NIC has none any more" [ -z "$(cat "$PCI/$NIC/pciback2/fault")" ]
modprobe -r aer_inject

guest_start next "$NIC" modules=xen-pcifront,e1000e
expect "the next guest pings" guest_run next "nic_ping $V0 10.0.2.2"
guest_drop next "$NIC"
assign_remove "$NIC"
expect "dom0's NIC works" nic_ping "$NIC" 10.0.2.2
nic_down "$NIC"
