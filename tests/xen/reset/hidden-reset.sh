# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# hidden-reset - a disk is reset behind the back of dom0's kernel while a guest
# has it, as mlx4 and tg3 do with their device at each start of their driver: the
# guest sees that its COMMAND is gone, its driver enables the device again, and
# the disk works. And a guest's sleep leaves the hardware awake.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh

# hw REGISTER: what the hardware has there
hw()
{
	setpci -s "$DISK" "$1"
}

assign_add "$DISK"
guest_start hidden "$DISK"
expect "the disk works" guest_run hidden "disk_check $V0"
vectors=$(guest_run hidden "msix_vectors $V0")
bar=$(hw BASE_ADDRESS_0)
devctl=$(hw CAP_EXP+8.w)
say "before: COMMAND $(hw COMMAND), BAR 0 $bar, device control $devctl"

expect "the guest's driver lets go" guest_run hidden "echo $V0 >$PCI/$V0/driver/unbind"
guest_run hidden "setpci -s $V0 COMMAND=2:2"
[ "$(guest_run hidden "setpci -s $V0 COMMAND" | tail -c 2)" = 2 ] ||
	fail "the guest reads $(guest_run hidden "setpci -s $V0 COMMAND")"
setpci -s "$DISK" CAP_EXP+8.w=8000:8000
sleep 1
say "after the reset: COMMAND $(hw COMMAND), BAR 0 $(hw BASE_ADDRESS_0)"
expect "the hardware has lost decode" [ "$(hw COMMAND)" = 0000 ]
refute "the hardware has its BAR" [ "$(hw BASE_ADDRESS_0)" = "$bar" ]
expect "the guest sees it" [ "$(guest_run hidden "setpci -s $V0 COMMAND")" = 0000 ]

mark=$(dmesg_mark)
expect "the guest's driver comes back" guest_run hidden "echo $V0 >/sys/bus/pci/drivers/nvme/bind"
after=$(guest_run hidden "wait_for_disk $V0; msix_vectors $V0")
expect "it has $after MSI-X vectors, $vectors before" [ "$after" = "$vectors" ]
expect "the disk works again" guest_run hidden "disk_check $V0"
say "restored: COMMAND $(hw COMMAND), BAR 0 $(hw BASE_ADDRESS_0), device control $(hw CAP_EXP+8.w)"
expect "the hardware has its BAR again" [ "$(hw BASE_ADDRESS_0)" = "$bar" ]
dmesg_since "$mark" | grep -q 'was reset without dom0' || fail "the log does not say so"

guest_run hidden "setpci -s $V0 CAP_PM+4.b=3:3"
expect "the guest reads D3hot" [ "$(guest_run hidden "setpci -s $V0 CAP_PM+4.b")" = 0b ]
expect "the hardware is in D0" [ "$(hw CAP_PM+4.b)" = 08 ]
guest_run hidden "setpci -s $V0 CAP_PM+4.b=0:3"
expect "the disk works after its sleep" guest_run hidden "disk_check $V0"
guest_stop hidden
assign_remove "$DISK"
