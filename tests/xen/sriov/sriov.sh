# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# machine: lockdep
#
# sriov - virtual functions: a guest sees the IDs of one, which the hardware
# itself does not show, and they leave when their physical function does,
# assigned or not, and whenever they were seized. dom0's kernel proves its locks meanwhile: those of the driver
# core are held when a driver leaves.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh

# A function keeps its number in the guest
seen_vf=0000:00:00.1
make_vfs 2
assign_add "$VF1" "$VF2"
guest_start vf "$VF1" modules=xen-pcifront
# link_of VF: what the driver core makes of the link to its physical function
link_of()
{
	cat "/sys/class/devlink/pci:$PF--pci:$1/status"
}
expect "the link of $VF1 is active" [ "$(link_of "$VF1")" = active ]
expect "the link of $VF2 is active" [ "$(link_of "$VF2")" = active ]
ids=$(guest_run vf "cat $PCI/$seen_vf/vendor $PCI/$seen_vf/device" | tr '\n' ' ')
expect "the guest reads the IDs $ids" [ "$ids" = "0x1b36 0x0010 " ]
guest_run vf "lspci -s $seen_vf -vv; setpci -s $seen_vf 0.l"
expect "configuration space has them too" [ "$(guest_run vf "setpci -s $seen_vf 0.l")" = 00101b36 ]

refute "SR-IOV is disabled under an assigned function" \
	sh -c "echo 0 >$PCI/$PF/sriov_numvfs" 2>/dev/null

say "the physical function's driver leaves"
mark=$(dmesg_mark)
echo "$PF" >"$PCI/$PF/driver/unbind"
dmesg_since "$mark"
refute "an assigned virtual function is still seized" on_pciback "$VF1"
refute "an idle virtual function is still seized" on_pciback "$VF2"
expect "the guest lives" guest_run vf true
guest_destroy vf

echo "$PF" >/sys/bus/pci/drivers/nvme/bind
expect "SR-IOV can be disabled" sh -c "echo 0 >$PCI/$PF/sriov_numvfs"
refute "a virtual function is still there" [ -e "$PCI/$VF1" ]
expect "the physical function works" [ "$(driver_of "$PF")" = nvme ]

say "the driver is loaded when the virtual functions are there already"
make_vfs 2
driver_load "$DRIVER" "hide=($VF1)($VF2)" || fail "cannot load with hide="
expect "hide= took $VF1" on_pciback "$VF1"
expect "the link of $VF1 is active" [ "$(link_of "$VF1")" = active ]
expect "the link of $VF2 is active" [ "$(link_of "$VF2")" = active ]
echo "$PF" >"$PCI/$PF/driver/unbind"
refute "$VF1 is still seized" on_pciback "$VF1"
refute "$VF2 is still seized" on_pciback "$VF2"
echo "$PF" >/sys/bus/pci/drivers/nvme/bind
expect "SR-IOV can be disabled again" sh -c "echo 0 >$PCI/$PF/sriov_numvfs"
driver_load "$DRIVER" || fail "cannot load without hide="
