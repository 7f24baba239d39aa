# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# intx - a guest that uses neither MSI nor MSI-X gets its interrupts over the
# shared line.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh

assign_add "$NIC" "$DISK"
guest_start intx "$NIC" "$DISK" cmdline=pci=nomsi
expect "no MSI-X vectors" [ "$(guest_run intx "msix_vectors $V0")" = 0 ]
expect "the guest pings" guest_run intx "nic_ping $V0 10.0.2.2"
before=$(guest_run intx "irq_events $V0")
expect "the disk reads what was written" guest_run intx "disk_check $V1"
expect "the guest pings again" guest_run intx "nic_ping $V0 10.0.2.2"
after=$(guest_run intx "irq_events $V0")
expect "interrupts count up, $before to $after" [ "$after" -gt "$before" ]
cat "$PCIBACK/irq_handlers"
guest_destroy intx
assign_remove "$NIC" "$DISK"
