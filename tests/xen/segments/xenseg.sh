# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# machine: xenseg
#
# xenseg - Xen has the second host bridge in segment 1, and dom0 all in segment
# 0: the conflict is told once, nothing of that segment is handed over, and the
# functions work through the ring.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh
# shellcheck source=tests/xen/lib/segments.sh
. /tests/lib/segments.sh

F=0000:$FAR
WHY="Xen does not use its ECAM window"

# passed_through DEVICE GATEWAY: to a guest, which works with it and has no page
passed_through()
{
	assign_add "$1"
	expect "$1 is reached by the kernel's accessors" [ "$(cat "$PCI/$1/pciback2/access")" = "cf8 (auto): $WHY" ]
	echo any >"$PCI/$1/pciback2/handover"
	guest_start xenseg modules=none "passthrough='enabled'"
	guest_attach_first xenseg "$1"
	not_handed_over xenseg "$1" "$WHY"
	guest_run xenseg "modprobe e1000e"
	reads_right xenseg "$1"
	expect "the guest pings" guest_run xenseg "nic_ping $V0 $2"
	since=$(date +%s)
	guest_destroy xenseg
	came_back "$since" "$1"
	assign_remove "$1"
}

expect "Xen has two segments" sh -c "xl dmesg | grep 'Using MCFG for segment 0001 bus 80-ff'"

# With a Xen that has no call for host bridges, as Debian's is
driver_again host_bridge_op=63
expect "Xen does not confirm the window" has_line "$WINDOWS" "0000:00-ff 0xb0000000 MCFG: Xen does not use it"
passed_through "$NIC" 10.0.2.2

driver_again
expect "Xen has another window" has_line "$WINDOWS" "0000:00-ff 0xb0000000 MCFG: Xen has another one for the segment"
expect "it has that of the first bridge" has_line "$BRIDGES" "0000:00-7f 0xb0000000 registered with Xen"
expect "but not of the second" has_line "$BRIDGES" "0000:80-81 0xb8000000 Xen has another ECAM window"
expect "the conflict is told once" [ "$(conflicts)" = 1 ]
expect "Xen refuses" xen_said "PCI: host bridge 0000: ECAM 0xb8000000, 0x200000 bytes, refused: overlaps that of another segment (-17)"
passed_through "$F" 10.0.81.2
expect "the conflict was told once" [ "$(conflicts)" = 1 ]
