# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# msix - e1000e and nvme have their MSI-X vectors at once and after their
# drivers were loaded again, twice. Today's guests disable MSI, not MSI-X,
# when a driver goes; a backend that takes them at their word refuses MSI-X
# from then on.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh

check()
{
	nic_vectors=$(guest_run msix "msix_vectors $V0")
	disk_vectors=$(guest_run msix "wait_for_disk $V1; msix_vectors $V1")
	expect "$1: e1000e has $nic_vectors vectors" [ "$nic_vectors" -ge 3 ]
	expect "$1: nvme has $disk_vectors vectors" [ "$disk_vectors" -ge 2 ]
	expect "$1: the guest pings" guest_run msix "nic_ping $V0 10.0.2.2"
	expect "$1: the disk reads what was written" guest_run msix "disk_check $V1"
}

assign_add "$NIC" "$DISK"
guest_start msix "$NIC" "$DISK"
check "at first"
for pass in 1 2; do
	expect "e1000e reloads" guest_run msix 'reload e1000e'
	expect "nvme reloads" guest_run msix 'reload nvme'
	check "after reload $pass"
done
guest_destroy msix
assign_remove "$NIC" "$DISK"
