# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# bridge - a conventional device behind a bridge from PCIe to PCI, with INTx
# and I/O ports and nothing else, works in a guest.

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
guest_stop bridge
assign_remove "$RTL" "$E100"
