# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# hotplug-refused - a hot add that cannot be done fails alone: the backend
# goes back to Connected, the other devices go on working, the reason is in
# xenstore, and the next hot add works. libxl refuses such a device itself,
# so this writes what libxl would.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh

reconfigure()
{
	xenstore-write "$backend/state" 7
	wait_for 60 backend_connected ||
		fail "$1: the backend is in state $(xenstore-read "$backend/state"), not in 4"
	say "seen: the backend is back in state 4"
}

backend_connected()
{
	[ "$(xenstore-read "$backend/state")" = 4 ]
}

entry()
{
	xenstore-write "$backend/key-$1" "$2" "$backend/dev-$1" "$2" \
		"$backend/opts-$1" "msitranslate=0,power_mgmt=0,permissive=0" \
		"$backend/state-$1" 1
}

assign_add "$NIC" "$SPARE"
guest_start refused "$NIC"
expect "the guest pings" guest_run refused "nic_ping $V0 10.0.2.2"
backend=/local/domain/0/backend/pci/$(guest_id refused)/0

# The disk still belongs to dom0's driver
entry 1 "$DISK"
xenstore-write "$backend/num_devs" 2
reconfigure "a device that is not seized"
expect "the first NIC still pings" guest_run refused "nic_ping $V0 10.0.2.2"
reason=$(xenstore-read "$backend/pciback2/error/0000-02-00-0")
expect "the reason is in xenstore: $reason" [ -n "$reason" ]

entry 1 "no:such.device"
reconfigure "an address that is none"
expect "the first NIC still pings" guest_run refused "nic_ping $V0 10.0.2.2"

# What was written by hand goes by hand; libxl then adds a device that is there
for key in key dev opts state; do
	xenstore-rm "$backend/$key-1"
done
xenstore-write "$backend/num_devs" 1
xl pci-attach refused "$SPARE" || fail "xl pci-attach $SPARE: exit $?"
wait_for 60 guest_run refused "nic_name $V1" || fail "the next hot add does not work"
expect "the added NIC pings" guest_run refused "nic_ping $V1 10.0.6.2"
guest_stop refused
assign_remove "$NIC" "$SPARE"
