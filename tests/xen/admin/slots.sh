# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# slots - new_slot, remove_slot and hide=, single functions and wildcards, are
# what decides which functions the driver takes.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh

# listed PATTERN...: slots has just these
listed()
{
	[ "$(sort "$PCIBACK/slots" | tr '\n' ' ')" = "$*${1:+ }" ]
}

wait_for 5 listed || fail "slots is not empty: $(cat "$PCIBACK/slots")"
refute "a function that nobody wants can be bound" \
	sh -c "echo $NIC >$PCI/$NIC/driver/unbind; echo $NIC >$PCIBACK/bind" 2>/dev/null
echo "$NIC" >"$PCIBACK/new_slot"
echo "$NIC" >"$PCIBACK/new_slot"
expect "a slot twice is one" listed "$NIC"
echo "$NIC" >"$PCIBACK/bind"
expect "a wanted function can be bound" on_pciback "$NIC"
echo "$NIC" >"$PCIBACK/unbind"
echo "$NIC" >"$PCIBACK/remove_slot"
expect "slots is empty again" listed
echo 05:00.* >"$PCIBACK/new_slot"
expect "a wildcard means eight functions" [ "$(wc -l <"$PCIBACK/slots")" = 8 ]
echo 0000:05:00.* >"$PCIBACK/remove_slot"
expect "a wildcard takes them back" listed

echo "$MULTI0" >"$PCI/$MULTI0/driver/unbind"
echo "$MULTI1" >"$PCI/$MULTI1/driver/unbind"
driver_load "$DRIVER" 'hide=(01:00.0)(0000:05:*.*)' || fail "cannot load with hide="
for device in "$NIC" "$MULTI0" "$MULTI1"; do
	expect "hide= took $device" on_pciback "$device"
done
expect "hide= leaves the rest" [ "$(driver_of "$DISK")" = nvme ]

driver_load "$DRIVER" || fail "cannot load without hide="
for device in "$NIC" "$MULTI0" "$MULTI1"; do
	echo "$device" >/sys/bus/pci/drivers_probe
done
echo pciback >"$PCI/$SPARE/driver_override"
echo "$SPARE" >"$PCI/$SPARE/driver/unbind"
echo "$SPARE" >/sys/bus/pci/drivers_probe
expect "driver_override took $SPARE" on_pciback "$SPARE"
expect "$SPARE is in slots" listed "$SPARE"
echo >"$PCI/$SPARE/driver_override"
echo "$SPARE" >"$PCIBACK/unbind"
expect "$SPARE has left slots" listed
echo "$SPARE" >/sys/bus/pci/drivers_probe
for device in "$NIC" "$MULTI0" "$SPARE"; do
	expect "dom0 has $device again" [ "$(driver_of "$device")" = e1000e ]
done
