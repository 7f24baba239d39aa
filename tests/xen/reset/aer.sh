# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# machine: lockdep
#
# aer - errors of an assigned NIC, injected below its root port. One that was
# corrected disturbs nobody. From others, fatal ones too, dom0 recovers at once;
# then the guest's driver recovers step by step, and the NIC works afterwards. A
# guest that cannot answer, or does not, does not hold dom0 up: BARs and decode
# are back, also those of an idle function at the same port, and the NIC works in
# the next guest.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh
# shellcheck source=tests/xen/lib/ways.sh
. /tests/lib/ways.sh

# inject BUS UNCORRECTABLE CORRECTABLE: function 0 on this bus reports these,
# octal and little endian words for printf. Address, a byte of padding, both, and
# 20 bytes that stay zero, in one write.
inject()
{
	{
		# shellcheck disable=SC2059 # they are formats
		printf "\\$1\\000\\000\\000$2$3"
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

# recovered: dom0 has recovered, and then the guest's driver
recovered()
{
	wait_for 60 logged 'device recovery successful' || {
		dmesg_since "$mark"
		fail "dom0 does not report a recovery"
	}
	wait_for 60 logged 'has recovered it from an error' || {
		dmesg_since "$mark"
		fail "the guest's driver does not recover"
	}
}

# mapped BDF: what a guest's mapping of it needs
mapped()
{
	printf '%s decode %d\n' "$(setpci -s "$1" BASE_ADDRESS_0)" \
		$((0x$(setpci -s "$1" COMMAND) & 3))
}

[ -e /dev/aer_inject ] || modprobe aer_inject || skip "this kernel injects no errors"
assign_add "$NIC"
guest_start aer "$NIC"
expect "the guest pings" guest_run aer "nic_ping $V0 10.0.2.2"

mark=$(dmesg_mark)
expect "a corrected error is injected" inject 001 "$NONE" "$RECEIVER"
wait_for 30 logged 'severity=Corrected' || fail "dom0 does not report a corrected error"
expect "the guest pings after a corrected error" guest_run aer "nic_ping $V0 10.0.2.2"

mark=$(dmesg_mark)
expect "an error is injected" inject 001 "$TIMEOUT" "$NONE"
recovered
dmesg_since "$mark" | grep -i aer
expect "the guest pings after the recovery" guest_run aer "nic_down $V0; nic_ping $V0 10.0.2.2"

mark=$(dmesg_mark)
expect "a fatal error is injected" inject 001 "$MALFORMED" "$NONE"
recovered
expect "it was fatal" logged 'severity=Uncorrected (Fatal)'
expect "the guest pings after it" guest_run aer "nic_down $V0; nic_ping $V0 10.0.2.2"
expect "$NIC has no fault" [ -z "$(cat "$PCI/$NIC/pciback2/fault")" ]

# No driver in the guest: its recovery fails, at once and for this NIC only
expect "the guest's driver lets go" guest_run aer "echo $V0 >$PCI/$V0/driver/unbind"
mark=$(dmesg_mark)
expect "an error is injected" inject 001 "$TIMEOUT" "$NONE"
wait_for 60 logged 'cannot recover it (step error_detected)' || {
	dmesg_since "$mark"
	fail "dom0 does not report the failed recovery"
}
expect "dom0 recovers all the same" logged 'device recovery successful'
backend=/local/domain/0/backend/pci/$(guest_id aer)/0
wait_for 10 xenstore-read "$backend/aerState" ||
	fail "the toolstack is not told"
expect "the toolstack is told" [ "$(xenstore-read "$backend/aerState")" = aerfail ]
fault=$(cat "$PCI/$NIC/pciback2/fault")
expect "$NIC has a fault: $fault" [ -n "$fault" ]
expect "the guest lives" guest_run aer true
begin=$(date +%s)
guest_destroy aer
came_back "$begin" "$NIC"
expect "$NIC has none any more" [ -z "$(cat "$PCI/$NIC/pciback2/fault")" ]

# A guest that is silent, and an idle function of the same device
assign_add "$MULTI0" "$MULTI1"
guest_start silent "$MULTI0"
expect "the guest pings" guest_run silent "nic_ping $V0 10.0.5.2"
before="$(mapped "$MULTI0"), $(mapped "$MULTI1")"
expect "the guest is paused" xl pause silent
mark=$(dmesg_mark)
expect "a fatal error is injected" inject 005 "$MALFORMED" "$NONE"
wait_for 8 logged 'device recovery successful' || {
	dmesg_since "$mark"
	fail "dom0 waits for the guest"
}
after="$(mapped "$MULTI0"), $(mapped "$MULTI1")"
expect "both have BARs and decode as before: $after" [ "$after" = "$before" ]
wait_for 60 logged 'cannot recover it (step error_detected)' || {
	dmesg_since "$mark"
	fail "dom0 still waits for the guest"
}
backend=/local/domain/0/backend/pci/$(guest_id silent)/0
wait_for 10 xenstore-read "$backend/aerState" ||
	fail "the toolstack is not told"
expect "the toolstack is told" [ "$(xenstore-read "$backend/aerState")" = aerfail ]
expect "$MULTI0 has a fault: $(cat "$PCI/$MULTI0/pciback2/fault")" \
	[ -n "$(cat "$PCI/$MULTI0/pciback2/fault")" ]
expect "$MULTI1 has none" [ -z "$(cat "$PCI/$MULTI1/pciback2/fault")" ]
expect "the guest goes on" xl unpause silent
expect "it lives" guest_run silent true
begin=$(date +%s)
guest_destroy silent
came_back "$begin" "$MULTI0"
expect "$MULTI0 has no fault any more" [ -z "$(cat "$PCI/$MULTI0/pciback2/fault")" ]
assign_remove "$MULTI0" "$MULTI1"
modprobe -r aer_inject

guest_start next "$NIC" modules=xen-pcifront,e1000e
expect "the next guest pings" guest_run next "nic_ping $V0 10.0.2.2"
guest_drop next "$NIC"
assign_remove "$NIC"
expect "dom0's NIC works" nic_ping "$NIC" 10.0.2.2
nic_down "$NIC"
