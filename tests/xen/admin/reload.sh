# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# limit: 600
#
# reload - the module twenty times out and in again, with and without seized
# devices: nothing is left behind, and the devices work.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh

module=$(module_loaded)
expect "the driver is loaded" [ -n "$module" ]
for pass in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	rmmod "$module" || fail "cannot unload $module, pass $pass"
	refute "the driver's directory stays after pass $pass" [ -e "$PCIBACK" ]
	modprobe "$DRIVER" || fail "cannot load $DRIVER, pass $pass"
	[ $((pass % 4)) = 0 ] || continue
	for device in "$NIC" "$DISK"; do
		[ ! -e "$PCI/$device/driver" ] || echo "$device" >"$PCI/$device/driver/unbind"
		echo "$device" >"$PCIBACK/new_slot"
		echo "$device" >"$PCIBACK/bind" || fail "cannot seize $device, pass $pass"
	done
done
rmmod "$module" || fail "cannot unload $module with seized devices"
modprobe "$DRIVER" || fail "cannot load $DRIVER"
for device in "$NIC" "$DISK"; do
	refute "$device is on pciback without having been asked for" on_pciback "$device"
	echo "$device" >/sys/bus/pci/drivers_probe
done
expect "dom0's NIC pings" nic_ping "$NIC" 10.0.2.2
nic_down "$NIC"
wait_for 30 disk_name "$DISK" || fail "dom0's nvme finds no disk"
expect "dom0's disk works" disk_check "$DISK"
