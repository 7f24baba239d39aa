# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# stubdom - a domain that has a target runs its device model: it may set the
# interrupt enables of a device without being allowed to by hand, and the last
# reset comes after both are dead. A Linux guest plays the part of the stub
# domain.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh
# shellcheck source=tests/xen/lib/ways.sh
. /tests/lib/ways.sh

# msix_enable: in the guest, as a device model does: no INTx, vectors masked
msix_enable()
{
	guest_run stub "setpci -s $V0 COMMAND=400:400; setpci -s $V0 CAP_MSIX+2.w=c000:c000"
}

msix_control()
{
	setpci -s "$NIC" CAP_MSIX+2.w
}

is_msix_on()
{
	[ $((0x$(msix_control) & 0x8000)) != 0 ]
}

# attach: the NIC to guest stub, which then tries to enable MSI-X
attach()
{
	guest_attach_first stub "$NIC"
	guest_run stub "echo 1 >$PCI/$V0/enable"
	msix_enable
}

assign_add "$NIC"
guest_start target modules=none
guest_start stub modules=none "passthrough='enabled'"
attach
refute "a guest enables MSI-X (control $(msix_control))" is_msix_on
guest_detach stub "$NIC"
guest_destroy stub

guest_start stub modules=none "passthrough='enabled'"
xenstore-write "/local/domain/$(guest_id stub)/target" "$(guest_id target)"
attach
expect "a stub domain enables MSI-X (control $(msix_control))" is_msix_on
guest_run stub "setpci -s $V0 CAP_MSIX+2.w=0:c000; setpci -s $V0 CAP_MSI+2.w=1:1"
expect "it disables MSI-X (control $(msix_control))" [ $((0x$(msix_control) & 0x8000)) = 0 ]
msi=$(setpci -s "$NIC" CAP_MSI+2.w)
expect "it enables MSI (control $msi)" [ $((0x$msi & 1)) = 1 ]
guest_run stub "setpci -s $V0 CAP_MSI+2.w=0:1"
msix_enable
expect "and MSI-X again" is_msix_on
expect "nobody had to allow it by hand" grep -q "$NIC" "$PCIBACK/allow_interrupt_control"

guest_destroy stub
expect "$NIC is held for the target" wait_for 60 in_state "$NIC" held
expect "$NIC has MSI-X off (control $(msix_control))" \
	[ $((0x$(msix_control) & 0xc000)) = 0 ]
refute "interrupt control outlasts the assignment" \
	grep -q "$NIC" "$PCIBACK/allow_interrupt_control"
sleep 3
expect "$NIC is awake" in_power_state "$NIC" D0
begin=$(date +%s)
guest_destroy target
came_back "$begin" "$NIC"
assign_remove "$NIC"
