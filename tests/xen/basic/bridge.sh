# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# bridge - a conventional device behind a bridge from PCIe to PCI, with INTx
# and I/O ports and nothing else, works in a guest, also while the bridge is
# seized and after it was given back.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh

# One requester ID for all behind the bridge: they go together
assign_add "$RTL" "$E100"
guest_start bridge "$RTL" "$E100"
expect "rtl8139 pings" guest_run bridge "nic_ping $V0 10.0.8.2"
before=$(guest_run bridge "irq_events $V0")
expect "rtl8139 pings again" guest_run bridge "nic_ping $V0 10.0.8.2"
after=$(guest_run bridge "irq_events $V0")
expect "interrupts count up, $before to $after" [ "$after" -gt "$before" ]
expect "i82559er pings" guest_run bridge "nic_ping $V1 10.0.9.2"

# With its bus master bit off, a bridge forwards no DMA of what is behind it
above=$(basename "$(dirname "$(readlink -f "$PCI/$RTL")")")
driver=$(driver_of "$above") || driver=
[ -z "$driver" ] || echo "$above" >"$PCI/$above/driver/unbind"
echo "$above" >"$PCIBACK/new_slot"
echo "$above" >"$PCIBACK/bind"
expect "$above is seized" on_pciback "$above"
expect "rtl8139 pings through $above" guest_run bridge "nic_ping $V0 10.0.8.2"
echo "$above" >"$PCIBACK/unbind"
echo "$above" >"$PCIBACK/remove_slot"
expect "rtl8139 pings after its release" guest_run bridge "nic_ping $V0 10.0.8.2"
[ -z "$driver" ] || echo "$above" >"/sys/bus/pci/drivers/$driver/bind"
guest_stop bridge
assign_remove "$RTL" "$E100"
