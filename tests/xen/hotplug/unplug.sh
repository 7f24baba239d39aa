# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# limit: 800
#
# unplug - a guest's devices lose their power in the middle of its I/O, which
# nobody is told. The guest and dom0 live, the devices are found dead when they
# come back, and a reset or a new bind after they have power again heals them.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh
# shellcheck source=tests/xen/lib/ways.sh
. /tests/lib/ways.sh

fault_of()
{
	cat "$PCI/$1/pciback2/fault"
}

assign_add "$NIC" "$DISK"
guest_start_busy cut
for device in "$NIC" "$DISK"; do
	slot_power "$device" off
	refute "$device is still there" is_present "$device"
done
sleep 2
expect "the guest lives" guest_run cut true
expect "the guest reads all-ones" [ "$(guest_run cut "setpci -s $V0 COMMAND")" = ffff ]
guest_destroy cut
for device in "$NIC" "$DISK"; do
	expect "$device has failed" wait_for 60 in_state "$device" failed
	expect "$device $(fault_of "$device")" sh -c "grep -q 'does not answer' $PCI/$device/pciback2/fault"
done
refute "a function without power is reset" sh -c "echo $NIC >$PCIBACK/do_flr" 2>/dev/null
expect "$NIC is still failed" in_state "$NIC" failed

for device in "$NIC" "$DISK"; do
	slot_power "$device" on
done
expect "do_flr heals $NIC" sh -c "echo $NIC >$PCIBACK/do_flr"
expect "$DISK can be bound again" sh -c "echo $DISK >$PCIBACK/unbind; echo $DISK >$PCIBACK/bind"
for device in "$NIC" "$DISK"; do
	expect "$device is idle" in_state "$device" idle
	expect "$device has no fault" [ -z "$(fault_of "$device")" ]
done

begin=$(date +%s)
guest_start next "$NIC" "$DISK" modules=xen-pcifront,e1000e,nvme
guest_works next "$V0" "$V1" 10.0.2.2
expect "the NIC has its MSI-X again" [ "$(guest_run next "msix_vectors $V0")" = 3 ]
expect "the disk has its MSI-X again" [ "$(guest_run next "msix_vectors $V1")" = 2 ]
guest_destroy next
came_back "$begin" "$NIC" "$DISK"
assign_remove "$NIC" "$DISK"
