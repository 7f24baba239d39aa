# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# limit: 600
#
# orphan - a domain dies without its toolstack, and its xenstore nodes stay:
# its devices come back all the same, also one that was detached from it
# before. Once somebody removes the nodes, the next guest can have them.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh
# shellcheck source=tests/xen/lib/ways.sh
. /tests/lib/ways.sh

start()
{
	guest_start "$1" "$NIC" "$DISK" "$SPARE"
	id=$(guest_id "$1")
	backend=/local/domain/0/backend/pci/$id/0
	frontend=/local/domain/$id/device/pci/0
	trap 'bury "$id" "$NIC" "$DISK" "$SPARE"; leftovers' EXIT
	expect "the guest pings" guest_run "$1" "nic_ping $V0 10.0.2.2"
	expect "the guest's disk works" guest_run "$1" "disk_check $V1"
}

# destroy NAME: in the middle of I/O, and everything has come back after it
destroy()
{
	guest_run "$1" "
		(while :; do dd if=/dev/zero of=/dev/\$(disk_name $V1) bs=64k count=64 conv=fsync; done) >/dev/null 2>&1 &
		ping -i 0.1 10.0.2.2 >/dev/null 2>&1 &
		sleep 2"
	say "XEN_DOMCTL_destroydomain of domain $id"
	/tests/destroy-domain "$id" || fail "destroy-domain: exit $?"
	for device in "$NIC" "$DISK" "$SPARE"; do
		wait_for 20 in_state "$device" idle ||
			fail "$device is $(state_of "$device") after its domain died, not idle"
		wait_for 20 in_power_state "$device" D3hot ||
			fail "$device is in $(power_state "$device"), not in D3hot"
		say "seen: $device is idle and in D3hot"
	done
	expect "the nodes are still there, and say Closed" \
		[ "$(xenstore-read "$backend/state")" = 6 ]
	wait_for 20 is_freed "$id" || fail "something keeps domain $id: $(xl list)"
}

assign_add "$NIC" "$DISK" "$SPARE"

# Xen's own xenstored removes what belongs to a domain that died, others do not
start first
guest_detach first "$SPARE"
xenstore-chmod -r "$frontend" n0 b"$id"
destroy first
expect "the frontend's nodes say what the guest wrote last" \
	[ "$(xenstore-read "$frontend/state")" = 4 ]
expect "the backend's device waits for them to go" \
	[ -e "/sys/bus/xen-backend/devices/pci-$id-0" ]
bury "$id" "$NIC" "$DISK" "$SPARE"
wait_for 20 test ! -e "/sys/bus/xen-backend/devices/pci-$id-0" ||
	fail "the backend's device stays without its nodes"

# Xen frees the vectors of a domain when the last of it goes, which may be after
# the reset. It masks them then, and refuses to assign what it finds masked.
setpci -s "$DISK" CAP_MSIX+2.w=4000:4000
expect "the disk's MSI-X is masked" [ "$(setpci -s "$DISK" CAP_MSIX+2.w)" != \
	"$(printf '%04x' $((0x$(setpci -s "$DISK" CAP_MSIX+2.w) & 0x3fff)))" ]
start second
guest_detach second "$SPARE"
destroy second
bury "$id" "$NIC" "$DISK" "$SPARE"

start third
guest_stop third
assign_remove "$NIC" "$DISK" "$SPARE"
