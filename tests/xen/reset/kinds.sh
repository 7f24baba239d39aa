# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# limit: 400
#
# kinds - devices that differ in how they can be reset: each is seized, goes to
# a guest, comes back reset by what it has, and is released. A function that
# only a reset of all of its device cleans has failed while its sibling has a
# driver of dom0, and is healed when the sibling is seized. Where the administrator
# forbids resets of the bus there is none.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh
# shellcheck source=tests/xen/lib/ways.sh
. /tests/lib/ways.sh

# to_guest_and_back DEVICE...: together, without a driver for them
to_guest_and_back()
{
	begin=$(date +%s)
	guest_start kinds "$@" modules=xen-pcifront
	expect "the guest sees $*" [ "$(guest_run kinds "ls $PCI | wc -l")" = $# ]
	guest_drop kinds "$@"
}

# kind NAME METHOD VERDICT DEVICE...
kind()
{
	local name="$1" want="$2 $3" device record
	shift 3

	for device; do
		record=$(reset_record "$device")
		tell "# kinds: $name: $record, $(power_state "$device")"
		expect "$device was reset by: $want" \
			[ "$(echo "$record" | cut -d' ' -f1,2)" = "$want" ]
		# shellcheck disable=SC2086 # five words
		was_reset "$begin" $record || fail "$device was not reset since $begin: $record"
	done
}

say "conventional, behind a bridge: neither FLR nor PM, and a D3hot that is none"
assign_add "$RTL" "$E100"
to_guest_and_back "$RTL" "$E100"
for device in "$RTL" "$E100"; do
	wait_for 60 in_state "$device" idle || fail "$device is $(state_of "$device")"
done
kind "conventional" bus proven "$RTL" "$E100"
echo 0 >"$PCI/$RTL/pciback2/bus_reset"
refute "do_flr succeeds without a bus" sh -c "printf %s $RTL >$PCIBACK/do_flr" 2>/dev/null
expect "it was not reset by its bus: $(reset_record "$RTL")" \
	[ "$(reset_record "$RTL" | cut -d' ' -f1,2)" = "none failed" ]
expect "the log names the reason" sh -c "dmesg | tail -n 5 | grep '$RTL'"
echo 1 >"$PCI/$RTL/pciback2/bus_reset"
forced_reset "$RTL"
assign_remove "$RTL" "$E100"

say "FLR, and NoSoftRst"
assign_add "$DISK"
to_guest_and_back "$DISK"
came_back "$begin" "$DISK"
kind "FLR, PM with NoSoftRst" kernel proven "$DISK"
assign_remove "$DISK"

say "FLR, and a PM reset that is offered"
assign_add "$VIRTIO"
to_guest_and_back "$VIRTIO"
came_back "$begin" "$VIRTIO"
kind "FLR, PM without NoSoftRst" kernel proven "$VIRTIO"
assign_remove "$VIRTIO"

say "the sibling has a driver of dom0"
expect "$MULTI1 has a driver of dom0" [ "$(driver_of "$MULTI1")" = nvme ]
assign_add "$MULTI0"
expect "$MULTI0 has failed: $(cat "$PCI/$MULTI0/pciback2/fault")" in_state "$MULTI0" failed
expect "it says who forbids its reset" grep -q "$MULTI1 has a driver of dom0" "$PCI/$MULTI0/pciback2/fault"
assign_add "$MULTI1"
expect "$MULTI0 is idle now" wait_for 30 in_state "$MULTI0" idle
to_guest_and_back "$MULTI0" "$MULTI1"
came_back "$begin" "$MULTI0" "$MULTI1"
kind "one of two, PM lies" bus proven "$MULTI0"
# By its own FLR, or along with the other
record=$(reset_record "$MULTI1")
kind "one of two, FLR" "${record%% *}" proven "$MULTI1"
assign_remove "$MULTI0" "$MULTI1"

slot_unplug spare "$SPARE"

say "PM only"
slot_plug virtio-net-pci-non-transitional,netdev=n6,x-pcie-pm-init=on,x-pcie-flr-init=off,id=kind,bus=rp6 "$SPARE"
assign_add "$SPARE"
to_guest_and_back "$SPARE"
came_back "$begin" "$SPARE"
# QEMU offers a PM reset that resets nothing
kind "PM only" bus proven "$SPARE"
assign_remove "$SPARE"
slot_unplug kind "$SPARE"

say "neither FLR nor PM"
slot_plug qemu-xhci,id=kind,bus=rp6 "$SPARE"
assign_add "$SPARE"
to_guest_and_back "$SPARE"
wait_for 60 in_state "$SPARE" idle || fail "$SPARE is $(state_of "$SPARE")"
# The reset of its bus is in the kernel's own list, but needs more locks
kind "neither" bus proven "$SPARE"
assign_remove "$SPARE"
slot_unplug kind "$SPARE"

slot_plug e1000e,id=spare,bus=rp6,netdev=n6 "$SPARE"
