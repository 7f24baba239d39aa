# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# handover - a stub domain gets the ECAM page of its function: Xen's own list
# has just that page, the domain reads there what the ring shows, and loses it
# with the function. Nobody else gets the function while it may
# still be mapped. Other domains get no page, unless the administrator wants it.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh
# shellcheck source=tests/xen/lib/ways.sh
. /tests/lib/ways.sh
# shellcheck source=tests/xen/lib/page.sh
. /tests/lib/page.sh

PAGES=$PCIBACK/pages
POLICY=$PCI/$NIC/pciback2/handover
KEY=pciback2/0000-00-00-0/ecam

assign_add "$NIC"
stub_start
say "before: $(memory_of stub)"
expect "before, the domain may map nothing" [ "$(memory_of stub)" = "{ }" ]
mark=$(dmesg_mark)
guest_attach_first stub "$NIC"
say "$(cat "$POLICY"), $(cat "$PAGES")"
during=$(memory_of stub)
say "during: $during"
expect "Xen lets it map the page" sh -c "echo '$during' | grep -q -w b0100"
expect "and no other of that window" [ "$(echo "$during" | grep -o 'b0[0-9a-f]*' | sort -u)" = b0100 ]
expect "the page is announced" [ "$(announced stub)" = "$NIC_PAGE" ]
expect "with its size" [ "$(guest_run stub "xenstore-read \$(xenstore-read device/pci/0/backend)/$KEY/size")" = 0x1000 ]

ids=$(guest_run stub "setpci -s $V0 0.l")
page=$(guest_run stub "devmem $NIC_PAGE 32")
expect "the page says $page, the ring $ids" [ $((page)) = $((0x$ids)) ]
guest_detach stub "$NIC"
say "after: $(memory_of stub), $(cat "$PAGES")"
expect "after, it may map nothing" [ "$(memory_of stub)" = "{ }" ]
refute "the page is still announced" announced stub
# libxl's do_flr resets the bus, and takes the function away then
expect "it was handed over once" [ "$(dmesg_since "$mark" | grep -c 'is handed over to domain')" = 1 ]

guest_start other modules=none "passthrough='enabled'"
# xl does not say that it failed
xl pci-attach other "$NIC"
backend=/local/domain/0/backend/pci/$(guest_id other)/0
reason=$(xenstore-read "$backend/pciback2/error/0000-01-00-0")
expect "another domain does not get it: $reason" [ -n "$reason" ]
expect "it is still held" in_state "$NIC" held
expect "the log names the holder" sh -c "dmesg | grep -q 'domain $(guest_id stub) may still have its ECAM page mapped'"
refute "the module goes" rmmod pciback2 2>/dev/null
guest_destroy other
guest_destroy stub
expect "nobody holds a page any more" wait_for 30 sh -c "[ -z \"\$(cat $PAGES)\" ]"
guest_destroy target
wait_for 30 in_state "$NIC" idle || fail "$NIC is $(state_of "$NIC"), not idle"

guest_start other modules=none "passthrough='enabled'"
guest_attach_first other "$NIC"
expect "a guest gets no page ($(cat "$POLICY"))" [ "$(memory_of other | grep -c b0100)" = 0 ]
echo any >"$POLICY"
expect "unless the administrator wants it ($(cat "$POLICY"))" [ "$(announced other)" = "$NIC_PAGE" ]
guest_run other "devmem $NIC_PAGE 32"
echo off >"$POLICY"
refute "it is announced when that is over" announced other
expect "Xen has taken it back" [ "$(memory_of other | grep -c b0100)" = 0 ]
guest_destroy other
wait_for 30 in_state "$NIC" idle || fail "$NIC is $(state_of "$NIC"), not idle"
assign_remove "$NIC"
