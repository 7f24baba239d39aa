# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# destroy - xl destroy in the middle of I/O: the devices come back without the
# last guest's registers, and the next guest can use them.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh

# The register by which a guest's driver sets its controller up and enables it
# (CC); a reset clears it. Read from dom0, with the device's decoding on for
# the moment.
controller()
{
	local bar command
	bar=$(head -n 1 "$PCI/$DISK/resource" | cut -d" " -f1)
	command=$(setpci -s "$DISK" COMMAND)
	setpci -s "$DISK" COMMAND=2:2
	devmem $((bar + 0x14)) 32
	setpci -s "$DISK" COMMAND="$command"
}

assign_add "$NIC" "$DISK"
guest_start destroyed "$NIC" "$DISK"
expect "the guest pings" guest_run destroyed "nic_ping $V0 10.0.2.2"
guest_run destroyed "
	(while :; do dd if=/dev/zero of=/dev/\$(disk_name $V1) bs=64k count=64 conv=fsync; done) >/dev/null 2>&1 &
	ping -i 0.1 10.0.2.2 >/dev/null 2>&1 &
	sleep 3"
used=$(controller)
expect "the guest's driver uses the disk (CC $used)" [ "$((used))" != 0 ]
guest_destroy destroyed

for device in "$NIC" "$DISK"; do
	wait_for 60 in_power_state "$device" D3hot ||
		fail "$device is in $(power_state "$device") after xl destroy, not in D3hot"
done
for device in "$NIC" "$DISK"; do
	command=$(setpci -s "$device" COMMAND)
	expect "bus master is off in $device (COMMAND $command)" [ $((0x$command & 4)) = 0 ]
done
setpci -s "$DISK" CAP_PM+4.w=0:3
left=$(controller)
expect "the disk forgot the guest (CC $left)" [ "$((left))" = 0 ]

guest_start next "$NIC" "$DISK"
expect "the next guest pings" guest_run next "nic_ping $V0 10.0.2.2"
expect "the next guest's disk works" guest_run next "disk_check $V1"
guest_destroy next
assign_remove "$NIC" "$DISK"
