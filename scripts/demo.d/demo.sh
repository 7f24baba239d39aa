# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# limit: 900
#
# demo - dom0's half of scripts/demo, which shows what this says: `step N
# TEXT`, `wait TEXT` (what it waits for) and `seen WHAT: TEXT`.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh

seen()
{
	what=$1
	shift
	tell seen "$what: $*"
}

tell step 5 "assign the NIC and the disk to a guest with xl"
assign_add "$NIC" "$DISK"
seen "drivers in dom0" "$NIC and $DISK are on $(driver_of "$NIC") (module $(module_loaded))"
tell wait "the guest to boot"
guest_start demo "$NIC" "$DISK"
seen "the guest" "Linux $(guest_run demo 'uname -r'), drivers $(guest_run demo "driver_of $V0; driver_of $V1" | tr '\n' ' ')"

tell step 6 "use the NIC and the disk in the guest"
tell wait "an address and the gateway's answer"
guest_run demo "nic_ping $V0 10.0.2.2" >/run/ping ||
	fail "the guest cannot ping: $(tail -n 1 /run/ping)"
before=$(guest_run demo "irq_events $V0")
guest_run demo "nic_ping $V0 10.0.2.2" >/run/ping2 || fail "the guest's second ping fails"
after=$(guest_run demo "irq_events $V0")
[ "$after" -gt "$before" ] || fail "the NIC's interrupts do not count up ($before, $after)"
cat /run/ping /run/ping2
seen "guest's NIC" "address $(guest_run demo "ip -4 addr show dev \$(nic_name $V0)" |
	sed -n 's/.*inet \([^ ]*\).*/\1/p'), $(grep 'packets transmitted' /run/ping)"
seen "guest's NIC interrupts" "$(guest_run demo "msix_vectors $V0") MSI-X vectors, $before then $after interrupts"
tell wait "1 MiB to be written and read back"
sum=$(guest_run demo "disk_check $V1") || fail "the guest's disk does not read back what was written"
seen "guest's disk" "wrote and read back 1 MiB, sha256 $(echo "$sum" | cut -c1-16)..., $(guest_run demo "msix_vectors $V1") MSI-X vectors"

tell step 7 "unload the guest's drivers and load them again, twice"
for pass in 1 2; do
	for driver in e1000e nvme; do
		guest_run demo "reload $driver" || fail "cannot reload $driver in the guest"
	done
	for device in $V0 $V1; do
		vectors=$(guest_run demo "sleep 1; msix_vectors $device")
		[ "$vectors" -gt 0 ] ||
			fail "$(guest_run demo "driver_of $device") has no MSI-X vectors after reload $pass"
		seen "after reload $pass" "$(guest_run demo "driver_of $device") has $vectors MSI-X vectors"
	done
done
tell wait "the gateway's answer"
guest_run demo "nic_ping $V0 10.0.2.2" || fail "no ping after the reload"
[ "$(guest_run demo "disk_sum $V1")" = "$sum" ] || fail "the disk reads differently after the reload"

tell step 8 "hot-add a second NIC and remove it again"
assign_add "$SPARE"
xl pci-attach demo "$SPARE" || fail "xl pci-attach: exit $?"
tell wait "the device to appear in the guest"
wait_for 60 guest_run demo "nic_name $V2" || fail "the hot-added NIC does not appear"
guest_run demo "nic_ping $V2 10.0.6.2" || fail "the hot-added NIC cannot ping"
seen "hot-added NIC" "$(guest_run demo "driver_of $V2") at $V2 pings its gateway"
xl pci-detach demo "$SPARE" || fail "xl pci-detach: exit $?"
tell wait "the device to leave the guest"
wait_for 60 guest_run demo "! [ -e /sys/bus/pci/devices/$V2 ]" || fail "the hot-removed NIC stays"
guest_run demo "nic_ping $V0 10.0.2.2" || fail "the first NIC stopped with the second"
seen "hot removal" "the device is gone, the first NIC still pings"

tell step 9 "shut the guest down and give the devices back to dom0"
tell wait "the guest to end"
guest_stop demo
tell wait "the devices to be in D3hot"
for device in "$NIC" "$DISK" "$SPARE"; do
	wait_for 60 in_power_state "$device" D3hot ||
		fail "$device is in $(power_state "$device"), not in D3hot"
done
for device in "$NIC" "$DISK" "$SPARE"; do
	state=$(cat "$PCI/$device/pciback2/state" 2>/dev/null || echo "no state")
	seen "after shutdown" "$device $state, $(power_state "$device"), reset: $(reset_record "$device")"
done
assign_remove "$NIC" "$DISK" "$SPARE"
tell wait "the gateway's answer to dom0"
wait_for 30 nic_name "$NIC" || fail "dom0's e1000e has no interface"
nic_ping "$NIC" 10.0.2.2 >/run/ping || fail "dom0 cannot ping: $(tail -n 1 /run/ping)"
seen "dom0's NIC" "$(driver_of "$NIC"): $(grep 'packets transmitted' /run/ping)"
wait_for 30 disk_name "$DISK" || fail "dom0's nvme has no disk"
[ "$(disk_sum "$DISK")" = "$sum" ] || fail "dom0 does not read from the disk what the guest wrote"
seen "dom0's disk" "$(driver_of "$DISK"): reads what the guest wrote, sha256 $(echo "$sum" | cut -c1-16)..."
nic_down "$NIC"
