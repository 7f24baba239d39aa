# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# guest-flr - a guest resets its disk through its own kernel's reset file: the
# function is really reset (xen-pciback drops the request and the guest
# believes in it), and afterwards the driver has its vectors and its disk.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh

assign_add "$DISK"
guest_start flr "$DISK"
expect "the disk works" guest_run flr "disk_check $V0"
before=$(guest_run flr "msix_vectors $V0")
before_reset=$(reset_record "$DISK")
say "last reset before: $before_reset"
expect "the guest's driver lets go" guest_run flr "echo $V0 >$PCI/$V0/driver/unbind"
say "the guest can reset by $(guest_run flr "cat $PCI/$V0/reset_method")"
expect "the guest chooses FLR" guest_run flr "echo flr >$PCI/$V0/reset_method"

mark=$(dmesg_mark)
expect "the guest's reset succeeds" guest_run flr "echo 1 >$PCI/$V0/reset"
dmesg_since "$mark"
say "last reset after: $(reset_record "$DISK")"
reset_record "$DISK" | grep -q '^kernel proven 0 ' ||
	fail "the reset was not seen: $(reset_record "$DISK")"
expect "configuration space reads again" [ "$(guest_run flr "setpci -s $V0 0.w")" = 1b36 ]

expect "the guest's driver comes back" guest_run flr "echo $V0 >/sys/bus/pci/drivers/nvme/bind"
after=$(guest_run flr "wait_for_disk $V0; msix_vectors $V0")
expect "it has $after MSI-X vectors, $before before" [ "$after" = "$before" ]
expect "the disk works again" guest_run flr "disk_check $V0"
guest_stop flr
assign_remove "$DISK"
