# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# guest-flr - a guest's own reset of its disk. By default there is none: no
# method is offered, and a bit that the guest sets all the same does nothing and
# is counted. Where guest_reset allows it the guest resets the disk through its
# own kernel's reset file: the function is really reset (xen-pciback drops the
# request and the guest believes in it), and afterwards the driver has its
# vectors and its disk.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh
# shellcheck source=tests/xen/lib/ways.sh
. /tests/lib/ways.sh

# guest_resets: the attribute of the disk
guest_resets()
{
	cat "$PCI/$DISK/pciback2/guest_reset"
}

assign_add "$DISK"

# ---- by default
guest_start flr "$DISK"
expect "the disk works" guest_run flr "disk_check $V0"
[ "$(guest_resets)" = '0 done 0 dropped 0' ] || fail "guest_reset: $(guest_resets)"
refute "the guest has no way to reset it" guest_run flr "[ -e $PCI/$V0/reset ]"
before=$(reset_record "$DISK")
expect "the guest sets the bit" guest_run flr "setpci -s $V0 CAP_EXP+8.w=8000:8000"
[ "$(guest_resets)" = '0 done 0 dropped 1' ] || fail "guest_reset: $(guest_resets)"
expect "configuration space reads" [ "$(guest_run flr "setpci -s $V0 0.w")" = 1b36 ]
[ "$(reset_record "$DISK")" = "$before" ] || fail "it was reset: $(reset_record "$DISK")"
expect "the disk still works" guest_run flr "disk_check $V0"
guest_stop flr
wait_for 60 grep -q idle "$PCI/$DISK/pciback2/state" || fail "the disk did not come back"

# ---- allowed
echo 1 >"$PCI/$DISK/pciback2/guest_reset"
guest_start flr "$DISK"
expect "the disk works" guest_run flr "disk_check $V0"
before=$(guest_run flr "msix_vectors $V0")
before_reset=$(reset_record "$DISK")
say "last reset before: $before_reset"
expect "the guest's driver lets go" guest_run flr "echo $V0 >$PCI/$V0/driver/unbind"
say "the guest can reset by $(guest_run flr "cat $PCI/$V0/reset_method")"
[ "$(guest_run flr "cat $PCI/$V0/reset_method")" = flr ] || fail "not by flr alone"

mark=$(dmesg_mark)
begin=$(date +%s)
expect "the guest's reset succeeds" guest_run flr "echo 1 >$PCI/$V0/reset"
dmesg_since "$mark"
record=$(reset_record "$DISK")
say "last reset after: $record"
refute "the record is the old one" [ "$record" = "$before_reset" ]
# shellcheck disable=SC2086 # five words
expect "the reset was seen" was_reset "$begin" $record
expect "it was the kernel's, and proven" [ "${record#kernel proven 0 }" != "$record" ]
[ "$(guest_resets)" = '1 done 1 dropped 0' ] || fail "guest_reset: $(guest_resets)"
expect "configuration space reads again" [ "$(guest_run flr "setpci -s $V0 0.w")" = 1b36 ]

expect "the guest's driver comes back" guest_run flr "echo $V0 >/sys/bus/pci/drivers/nvme/bind"
after=$(guest_run flr "wait_for_disk $V0; msix_vectors $V0")
expect "it has $after MSI-X vectors, $before before" [ "$after" = "$before" ]
expect "the disk works again" guest_run flr "disk_check $V0"
guest_stop flr
wait_for 60 grep -q idle "$PCI/$DISK/pciback2/state" || fail "the disk did not come back"
case $(guest_resets) in
0\ *) ;;
*) fail "allowed beyond the assignment: $(guest_resets)" ;;
esac
assign_remove "$DISK"
