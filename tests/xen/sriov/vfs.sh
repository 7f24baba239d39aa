# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# vfs - two virtual functions of one controller in two guests, which write at
# the same time; when one guest is destroyed the other goes on, and the function
# it had works in the next. The physical function, dom0's, stays awake.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh
# shellcheck source=tests/xen/lib/ways.sh
. /tests/lib/ways.sh

# A function keeps its number in the guest
seen1=0000:00:00.1
seen2=0000:00:00.2

# equip N: controller N of the subsystem gets queues and vectors and goes online
equip()
{
	nvme virt-mgmt "$ctrl" -c "$1" -r 1 -a 8 -n 1 &&
		nvme virt-mgmt "$ctrl" -c "$1" -r 0 -a 8 -n 2
}

online()
{
	nvme virt-mgmt "$ctrl" -c "$1" -r 0 -a 9 -n 0
}

# writer OFFSET: for a guest: MiB after MiB, without an end, from OFFSET MiB on
writer()
{
	echo "(while :; do
		dd if=/dev/zero of=/dev/\$(disk_name $2) bs=64k count=64 seek=$(($1 * 16)) conv=fsync || exit
	done) >/dev/null 2>&1 &"
}

ctrl=/dev/$(ls "$PCI/$PF/nvme")
# What the physical function gives up it lets go of in a reset
nvme virt-mgmt "$ctrl" -c 0 -r 1 -a 1 -n 0 || fail "nvme virt-mgmt: exit $?"
nvme virt-mgmt "$ctrl" -c 0 -r 0 -a 1 -n 0 || fail "nvme virt-mgmt: exit $?"
echo "$PF" >"$PCI/$PF/driver/unbind"
echo 1 >"$PCI/$PF/reset"
echo "$PF" >/sys/bus/pci/drivers/nvme/bind
wait_for 30 test -c "$ctrl" || fail "the controller does not come back"

make_vfs 2
expect "the first one gets what it needs" equip 1
expect "the second one gets what it needs" equip 2
assign_add "$VF1" "$VF2"
expect "the first one is online" online 1
expect "the second one is online" online 2

guest_start one "$VF1" modules=xen-pcifront,nvme
guest_start two "$VF2" modules=xen-pcifront,nvme
expect "the first guest reads what it wrote" guest_run one "disk_check $seen1"
expect "the second guest reads what it wrote" guest_run two "disk_check $seen2"
expect "it has MSI-X" [ "$(guest_run two "msix_vectors $seen2")" -ge 1 ]
guest_run one "$(writer 16 $seen1)"
guest_run two "$(writer 32 $seen2)"
sleep 3
expect "the physical function is awake" in_power_state "$PF" D0
begin=$(date +%s)
guest_destroy one
came_back "$begin" "$VF1"
expect "the second guest goes on" guest_run two "disk_check $seen2"

# Its reset took it offline
online 1
guest_start next "$VF1" modules=xen-pcifront,nvme
expect "the next guest reads what it wrote" guest_run next "disk_check $seen1"
expect "the second guest still goes on" guest_run two "disk_check $seen2"
begin=$(date +%s)
guest_destroy next
guest_destroy two
came_back "$begin" "$VF1" "$VF2"
assign_remove "$VF1" "$VF2"
expect "SR-IOV can be disabled" sh -c "echo 0 >$PCI/$PF/sriov_numvfs"
