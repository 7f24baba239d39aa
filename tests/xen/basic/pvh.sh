# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# machine: pvh
# guests may complain
#
# pvh - in a PVH dom0, whose BARs and ECAM accesses are Xen's business, a function
# is seized, reset and given to a PV guest by xl. The guest gets configuration
# space, over the ring and by its page, and is told that there are no vectors; its
# driver works without. Then dom0's own driver works again.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh
# shellcheck source=tests/xen/lib/ways.sh
. /tests/lib/ways.sh
# shellcheck source=tests/xen/lib/page.sh
. /tests/lib/page.sh

window_is_used()
{
	grep -qx '0000:00-ff 0xb0000000 MCFG: Xen uses it' "$PCIBACK/windows"
}

# works DEVICE: its driver has found it, and its BARs decode
works()
{
	[ "$(driver_of "$1")" = e1000e ] && ls "$PCI/$1/net" >/dev/null
}

expect "dom0 is PVH" dom0_is_pvh
expect "$(cat "$PCIBACK/windows")" window_is_used
assign_add "$NIC"
# libxl 4.17 cannot map one for a PVH dom0, and gives up
expect "sysfs names no interrupt" [ "$(cat "$PCI/$NIC/irq")" = 0 ]
expect "it is reached by its page ($(cat "$PCI/$NIC/pciback2/access"))" \
	grep -q '^ecam' "$PCI/$NIC/pciback2/access"
# With pci= in its file xl wants dom0's memory map, which a PVH dom0 has not
guest_start pvh modules=none "passthrough='enabled'"
echo any >"$PCI/$NIC/pciback2/handover"
say "before: $(memory_of pvh)"
expect "before, the guest may map nothing" [ "$(memory_of pvh)" = "{ }" ]
guest_attach_first pvh "$NIC"
during=$(memory_of pvh)
say "during: $during, $(cat "$PCI/$NIC/pciback2/handover")"
expect "Xen lets it map the page" sh -c "echo '$during' | grep -q -w b0100"
expect "the page is announced" [ "$(announced pvh)" = "$NIC_PAGE" ]

ids=$(setpci -s "$NIC" 0.l)
ring=$(guest_run pvh "lsecam -s $V0 -w ring -r 0")
page=$(guest_run pvh "lsecam -s $V0 -w page -r 0")
expect "the ring says $ring, the page $page" [ "${ring% *}-${page% *}" = "$ids-$ids" ]
say "$(guest_run pvh "lsecam -s $V0 -w ring -r 0 -n 1000"), $(guest_run pvh "lsecam -s $V0 -w page -r 0 -n 1000")"

mark=$(dmesg_mark)
guest_run pvh "modprobe e1000e && sleep 2; dmesg | grep e1000e"
expect "its driver does without vectors" guest_run pvh \
	"dmesg | grep -q 'Failed to initialize MSI interrupts' && [ -d $PCI/$V0/net ]"
refute "dom0 gave it any" [ -d "$PCI/$NIC/msi_irqs" ]
dmesg_since "$mark"

begin=$(date +%s)
guest_detach pvh "$NIC"
say "after: $(memory_of pvh), $(cat "$PCIBACK/pages")"
expect "after, it may map nothing" [ "$(memory_of pvh)" = "{ }" ]
guest_destroy pvh
came_back "$begin" "$NIC"
assign_remove "$NIC"
expect "dom0's driver works" works "$NIC"
