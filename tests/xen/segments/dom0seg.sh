# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# machine: dom0seg
#
# dom0seg - dom0 has the second host bridge in segment 1, which it made up: Xen
# has all in segment 0. The conflict is told once and stays in its segment: a
# function of segment 0 is handed over, and one of segment 1, which Xen does not
# see, is seized without harm (Xen 4.17 crashes when it is asked to prepare the
# MSI-X of one), given to nobody, and given back.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh
# shellcheck source=tests/xen/lib/segments.sh
. /tests/lib/segments.sh

F=0001:$FAR

# seize_unseen: as xl cannot, for Xen puts no function that it does not see into
# quarantine
seize_unseen()
{
	refute "xl seizes $F" xl pci-assignable-add "$F"
	wait_for 30 in_state "$F" idle || fail "$F is $(state_of "$F"), not idle"
	say "access: $(cat "$PCI/$F/pciback2/access")"
	expect "it is reached by the kernel's accessors" [ "$(cat "$PCI/$F/pciback2/access")" = "cf8 (auto): Xen does not use its ECAM window" ]
	expect "the log says what that means" driver_said "$F: Xen does not use the ECAM window of its segment"
}

release_unseen()
{
	refute "xl releases $F" xl pci-assignable-remove "$F"
	[ ! -e "$PCIBACK/$F" ] || echo "$F" >"$PCIBACK/unbind"
	echo >"$PCI/$F/driver_override"
	refute "$F is still on pciback" on_pciback "$F"
}

expect "Xen has one segment" sh -c "
	xl dmesg | grep 'MCFG configuration 0: base b0000000 segment 0000 buses 00 - ff'"
expect "it does not see what is in dom0's segment 1" sh -c "xl dmesg | grep '$F: unknown type'"

# With a Xen that has no call for host bridges, as Debian's is
driver_again host_bridge_op=63
expect "Xen does not confirm the window of segment 0" has_line "$WINDOWS" "0000:00-7f 0xb0000000 MCFG: Xen does not use it"
expect "nor that of segment 1" has_line "$WINDOWS" "0001:80-ff 0xb8000000 MCFG: Xen does not use it"
seize_unseen
release_unseen

driver_again
expect "Xen uses the window of segment 0" has_line "$WINDOWS" "0000:00-7f 0xb0000000 MCFG: Xen uses it"
expect "but has another than that of segment 1" has_line "$WINDOWS" "0001:80-ff 0xb8000000 MCFG: Xen has another one for the segment"
expect "the bridge of segment 0 is registered" has_line "$BRIDGES" "0000:00-7f 0xb0000000 registered with Xen"
expect "that of segment 1 is not" has_line "$BRIDGES" "0001:80-81 0xb8000000 Xen has another ECAM window"
expect "the conflict is told once" [ "$(conflicts)" = 1 ]
expect "Xen refuses" xen_said "PCI: host bridge 0001: ECAM 0xb8000000, 0x200000 bytes, refused: overlaps that of another segment (-17)"

seize_unseen
echo any >"$PCI/$F/pciback2/handover"
assign_add "$NIC"
echo any >"$PCI/$NIC/pciback2/handover"
guest_start dom0seg modules=none "passthrough='enabled'"
refute "Xen gives $F to a guest" xl pci-attach dom0seg "$F"
expect "it stays idle" in_state "$F" idle
expect "nothing of it is handed over" [ -z "$(ecam_of dom0seg)$(cat "$PCIBACK/pages")" ]
guest_attach_first dom0seg "$NIC"
say "$(cat "$PCI/$NIC/pciback2/handover"), $(cat "$PCIBACK/pages")"
expect "Xen lets the guest map the page of $NIC, and no other" [ "$(ecam_of dom0seg)" = b0100 ]
expect "the page is announced" [ "$(announced dom0seg)" = "$NIC_PAGE" ]
guest_run dom0seg "modprobe e1000e"
reads_right dom0seg "$NIC"
expect "the guest pings" guest_run dom0seg "nic_ping $V0 10.0.2.2"
since=$(date +%s)
guest_destroy dom0seg
came_back "$since" "$NIC"
assign_remove "$NIC"
release_unseen
expect "the conflict was told once" [ "$(conflicts)" = 1 ]
