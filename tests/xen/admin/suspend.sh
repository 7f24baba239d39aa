# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# suspend - dom0 suspends all devices, as far as the kernel's own rehearsal of
# a suspend goes, and resumes them, with one function idle and two assigned:
# the guest goes on using its own, and the idle one works in the next guest. The
# guest may be busy with configuration space and resets at that moment, and a
# domain may come or go.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh
# shellcheck source=tests/xen/lib/ways.sh
. /tests/lib/ways.sh

[ -w /sys/power/pm_test ] || skip "this kernel rehearses no suspend (no /sys/power/pm_test)"
grep -q freeze /sys/power/state || skip "this kernel cannot suspend to idle"
# Seconds that a rehearsal stays at its deepest
echo 1 >/sys/module/suspend/parameters/pm_test_delay

# Before interrupts are turned off: beyond that a PV dom0 of this kernel warns
# of its ACPI interrupt, with no device passed through at all
rehearse()
{
	local mark
	mark=$(dmesg_mark)
	echo devices >/sys/power/pm_test
	expect "a suspend and a resume" sh -c 'echo freeze >/sys/power/state'
	echo none >/sys/power/pm_test
	dmesg_since "$mark"
}

assign_add "$NIC" "$DISK" "$SPARE"
guest_start suspended "$NIC" "$DISK" modules=xen-pcifront,e1000e,nvme
guest_works suspended "$V0" "$V1" 10.0.2.2
expect "$SPARE sleeps" wait_for 60 in_power_state "$SPARE" D3hot
rehearse
expect "$SPARE is idle" in_state "$SPARE" idle
expect "$SPARE sleeps again" wait_for 60 in_power_state "$SPARE" D3hot
expect "$NIC is assigned" in_state "$NIC" assigned
guest_works suspended "$V0" "$V1" 10.0.2.2
say "the guest is busy while dom0 suspends"
# A PV guest's kernel cannot reset a function that has MSI-X on: it writes to the
# vector table afterwards, which Xen keeps for itself.
guest_run suspended "echo $V0 >$PCI/$V0/driver/unbind"
guest_run suspended "(while :; do
		lspci -vvxxx
		[ ! -e $PCI/$V0/reset ] || echo 1 >$PCI/$V0/reset
	done) >/dev/null 2>&1 &"
helper sh -c "while :; do echo $SPARE >$PCIBACK/do_flr; done"
for round in 1 2 3 4 5; do
	say "round $round"
	rehearse
	expect "$NIC is assigned" in_state "$NIC" assigned
	expect "$NIC is awake" in_power_state "$NIC" D0
	expect "$DISK is awake" in_power_state "$DISK" D0
	expect "the guest lives" guest_run suspended true
done
helpers_end
expect "$SPARE is idle" in_state "$SPARE" idle
expect "the guest reads what it wrote" guest_run suspended "disk_check $V1"

begin=$(date +%s)
guest_destroy suspended
came_back "$begin" "$NIC" "$DISK"

guest_start next "$SPARE" modules=xen-pcifront,e1000e
expect "the next guest pings" guest_run next "nic_ping $V0 10.0.6.2"
guest_destroy next
assign_remove "$NIC" "$DISK" "$SPARE"
