# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# nic - a guest's e1000e gets an address and pings the gateway, with MSI-X
# interrupts counting up.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh

assign_add "$NIC"
guest_start nic "$NIC"
guest_run nic 'lspci -nnk'
vectors=$(guest_run nic "msix_vectors $V0")
expect "the NIC has $vectors MSI-X vectors" [ "$vectors" -ge 3 ]
expect "the guest pings over the NIC" guest_run nic "nic_ping $V0 10.0.2.2"
before=$(guest_run nic "irq_events $V0")
expect "the guest pings again" guest_run nic "nic_ping $V0 10.0.2.2"
after=$(guest_run nic "irq_events $V0")
expect "interrupts count up, $before to $after" [ "$after" -gt "$before" ]
guest_stop nic
assign_remove "$NIC"
expect "dom0 pings over the NIC" nic_ping "$NIC" 10.0.2.2
nic_down "$NIC"
