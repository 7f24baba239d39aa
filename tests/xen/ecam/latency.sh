# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# machine: standard
#
# latency - what a guest pays for a read of configuration space, and how often
# it wakes dom0 for it: by xen-pciback's ring, by pciback2's on either way, and
# from its page. All in one boot; as times they mean nothing, only as ratios, and
# only how often dom0 is woken is a condition.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh

READS=2000
PAGE_READS=100000

# measure WHAT WAY COUNT: into $ns, nanoseconds per read, and $woken, events
measure()
{
	local before answer
	before=$(events)
	answer=$(guest_run latency "lsecam -s $V0 -r 0 -n $3 -w $2") ||
		fail "$1: lsecam: exit $?"
	woken=$(($(events) - before))
	ns=$(echo "$answer" | sed -n 's/.* \([0-9]*\) ns.*/\1/p')
	[ -n "$ns" ] || fail "$1: lsecam says $answer"
	say "seen: $1: $ns ns per read, $3 reads, $woken events"
}

assign_add "$NIC"
assign_remove "$NIC"
driver_load xen-pciback || fail "cannot load xen-pciback"
assign_add "$NIC"
guest_start latency "$NIC" modules=xen-pcifront
measure "xen-pciback's ring" ring $READS
expect "reads wake dom0" [ "$woken" -ge $((READS * 9 / 10)) ]
peer=$ns
guest_destroy latency
assign_remove "$NIC"

driver_load "$DRIVER" || fail "cannot go back to $DRIVER"
assign_add "$NIC"
echo any >"$PCI/$NIC/pciback2/handover"
guest_start latency "$NIC" modules=xen-pcifront
echo cf8 >"$PCI/$NIC/pciback2/access"
measure "pciback2's ring, cf8" ring $READS
echo ecam >"$PCI/$NIC/pciback2/access"
measure "pciback2's ring, ecam" ring $READS
expect "no read wakes dom0 more than once" [ "$woken" -le $((READS * 11 / 10)) ]
echo 0 >"$PCI/$NIC/pciback2/poll_us"
measure "pciback2's ring, asleep after each answer" ring $READS
expect "then reads wake dom0" [ "$woken" -ge $((READS * 9 / 10)) ]
# lsecam compares the page with the ring before it uses it, once.
measure "to begin with the page" page 2
begin=$woken
measure "the page" page $PAGE_READS
expect "no read of the page wakes dom0" [ "$woken" = "$begin" ]
tell "# latency: $ns ns for a read of the page, $peer by the peer's ring"
guest_destroy latency
assign_remove "$NIC"
