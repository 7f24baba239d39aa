# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# hotplug - xl pci-attach and pci-detach, the last entry and one before it
# (libxl then renumbers the rest), while the first device goes on working, and
# while another guest with a function dies.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh

detach()
{
	say "xl pci-detach $1"
	xl pci-detach hot "$1" || fail "xl pci-detach $1: exit $?"
	wait_for 60 guest_run hot "! [ -e $PCI/$2 ]" ||
		fail "$1 stays in the guest at $2"
}

assign_add "$NIC" "$DISK" "$SPARE" "$VIRTIO"
guest_start hot "$NIC"
expect "the first NIC pings" guest_run hot "nic_ping $V0 10.0.2.2"

guest_attach hot "$SPARE" "$V1"
expect "the added NIC pings" guest_run hot "nic_ping $V1 10.0.6.2"
guest_attach hot "$DISK" "$V2"
expect "the added disk works" guest_run hot "disk_check $V2"

detach "$SPARE" "$V1"
expect "the disk works after a removal before it" guest_run hot "disk_check $V2"
detach "$DISK" "$V2"
expect "the first NIC still pings" guest_run hot "nic_ping $V0 10.0.2.2"

# Xen changes the IOMMU's tables for both at once
guest_attach hot "$SPARE" "$V1"
expect "what was removed can be added again" guest_run hot "nic_ping $V1 10.0.6.2"
guest_start dying "$VIRTIO" modules=xen-pcifront
xl destroy dying &
detach "$SPARE" "$V1"
wait $! || fail "xl destroy dying: exit $?"
guest_start dying "$VIRTIO" modules=xen-pcifront
xl destroy dying &
guest_attach hot "$SPARE" "$V1"
wait $! || fail "xl destroy dying: exit $?"
expect "the added NIC pings beside a dying guest" guest_run hot "nic_ping $V1 10.0.6.2"
expect "the first one, too" guest_run hot "nic_ping $V0 10.0.2.2"
wait_for 60 guest_gone dying || fail "the dying guest is still there"
guest_stop hot
assign_remove "$NIC" "$DISK" "$SPARE" "$VIRTIO"
