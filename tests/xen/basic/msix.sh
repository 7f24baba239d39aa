# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# msix - e1000e and nvme have their MSI-X vectors at once and after their
# drivers were loaded again, twice. Today's guests disable MSI, not MSI-X,
# when a driver goes; a backend that takes them at their word refuses MSI-X
# from then on.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh

# vectors: how many MSI and MSI-X Xen has, of all domains
vectors()
{
	xl dmesg -c >/dev/null
	xl debug-keys M
	xl dmesg | grep -c ' vec='
}

vectors_are()
{
	[ "$(vectors)" = "$1" ]
}

check()
{
	nic_vectors=$(guest_run msix "msix_vectors $V0")
	disk_vectors=$(guest_run msix "wait_for_disk $V1; msix_vectors $V1")
	expect "$1: e1000e has $nic_vectors vectors" [ "$nic_vectors" -ge 3 ]
	expect "$1: nvme has $disk_vectors vectors" [ "$disk_vectors" -ge 2 ]
	has=$((none + nic_vectors + disk_vectors))
	expect "$1: Xen has $has, $none before" vectors_are $has
	expect "$1: the guest pings" guest_run msix "nic_ping $V0 10.0.2.2"
	expect "$1: the disk reads what was written" guest_run msix "disk_check $V1"
}

assign_add "$NIC" "$DISK"
none=$(vectors)
guest_start msix "$NIC" "$DISK"
check "at first"
for pass in 1 2; do
	expect "e1000e reloads" guest_run msix 'reload e1000e'
	expect "nvme reloads" guest_run msix 'reload nvme'
	check "after reload $pass"
done
# With MSI a function has one vector, whatever it could have. A machine as slow as
# this one may fail the driver's test of it, once the NIC is up.
expect "e1000e is told to use MSI" guest_run msix 'rmmod e1000e; modprobe e1000e IntMode=1'
irqs=$(guest_run msix "cat $PCI/$V0/msi_irqs/*" | tr '\n' ' ')
expect "it has one vector, and that is MSI: $irqs" [ "$irqs" = "msi " ]
expect "Xen has $((none + 1 + disk_vectors))" vectors_are $((none + 1 + disk_vectors))
expect "the guest pings" guest_run msix "nic_ping $V0 10.0.2.2"
guest_destroy msix
expect "Xen has $none again" wait_for 30 vectors_are "$none"
assign_remove "$NIC" "$DISK"
