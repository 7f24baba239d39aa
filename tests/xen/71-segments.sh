# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# machine: segments
#
# segments - the second host bridge is segment 1, for dom0 and for Xen: both are
# told apart, as often as the module is loaded, and a function of segment 1 is
# passed through, with its own page and no other.

# shellcheck source=/dev/null
. /tests/lib.sh
# shellcheck source=/dev/null
. /tests/ways.sh
# shellcheck source=/dev/null
. /tests/page.sh
# shellcheck source=/dev/null
. /tests/segments.sh

F=0001:$FAR

# both_segments BRIDGES: what is listed, and what Xen says of the bridges
both_segments()
{
	expect "there are two windows" [ "$(wc -l <"$WINDOWS")" = 2 ]
	expect "Xen uses that of segment 0" has_line "$WINDOWS" "0000:00-7f 0xb0000000 MCFG: Xen uses it"
	expect "and that of segment 1" has_line "$WINDOWS" "0001:80-ff 0xb8000000 MCFG: Xen uses it"
	expect "there are two bridges" [ "$(wc -l <"$BRIDGES")" = 2 ]
	expect "one in segment 0" has_line "$BRIDGES" "0000:00-7f 0xb0000000 $1"
	expect "and one in segment 1" has_line "$BRIDGES" "0001:80-88 0xb8000000 $1"
	expect "there is no conflict" [ "$(conflicts)" = 0 ]
}

expect "Xen knows the function in segment 1" sh -c "
	xl dmesg | grep 'PCI add device $F\$'"

# With a Xen that has no call for host bridges, as Debian's is
driver_again host_bridge_op=63
both_segments "Xen has no call for host bridges"
for _ in first second; do
	driver_again
	both_segments "registered with Xen"
	expect "Xen says so of segment 0" xen_said "PCI: host bridge 0000: ECAM 0xb0000000-0xb7ffffff, buses 00-7f, registered"
	expect "and of segment 1" xen_said "PCI: host bridge 0001: ECAM 0xb8000000-0xb88fffff, buses 80-88, registered"
done

assign_add "$F"
expect "it is reached by its page" grep -q '^ecam' "$PCI/$F/pciback2/access"
echo any >"$PCI/$F/pciback2/handover"
guest_start segment modules=none "passthrough='enabled'"
expect "before, the guest may map nothing" [ "$(memory_of segment)" = "{ }" ]
attach segment "$F"
say "$(cat "$PCI/$F/pciback2/handover"), $(cat "$PCIBACK/pages")"
say "during: $(memory_of segment)"
expect "Xen lets it map the page, and no other of configuration space" [ "$(ecam_of segment)" = b8100 ]
expect "the page is announced" [ "$(announced segment)" = "$FAR_PAGE" ]
for offset in 0 0x144 0x148; do
	page=$(guest_run segment "devmem $((FAR_PAGE + offset)) 32")
	here=$(setpci -s "$F" "$(printf %x "$((offset))").l")
	expect "at $offset it shows $page" [ $((page)) = $((0x$here)) ]
done
reads_right segment "$F"
guest_run segment "modprobe e1000e"
expect "the guest pings" guest_run segment "nic_ping $V0 10.0.2.2"

since=$(date +%s)
xl pci-detach segment "$F" || fail "xl pci-detach: exit $?"
wait_for 30 in_state "$F" held || fail "$F is $(state_of "$F"), not held"
say "after: $(memory_of segment), $(cat "$PCIBACK/pages")"
expect "after, it may map nothing" [ "$(memory_of segment)" = "{ }" ]
refute "the page is still announced" announced segment
guest_destroy segment
came_back "$since" "$F"
expect "nobody holds a page any more" [ -z "$(cat "$PCIBACK/pages")" ]
assign_remove "$F"
