# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# ways.sh - the ways in which a guest loses its devices, and what must be true
# of them afterwards. Sourced after lib.sh.

[ "$DRIVER" = pciback2 ] || skip "about pciback2 only"

state_of()
{
	cat "$PCI/$1/pciback2/state" 2>/dev/null || echo "not seized"
}

# in_state BDF STATE, without a process: it is asked often
in_state()
{
	read -r state <"$PCI/$1/pciback2/state" && [ "$state" = "$2" ]
}

# clock_ms: milliseconds since dom0 started are then $now_ms
clock_ms()
{
	read -r now_ms _ </proc/uptime
	now_ms=${now_ms%.*}${now_ms#*.}0
}

# was_reset SECONDS METHOD VERDICT ERRNO MILLISECONDS WHEN: says a record of a
# reset that there was one at or after SECONDS (since 1970)?
was_reset()
{
	case $3 in
	proven | unproven) [ "${6%.*}" -ge "$1" ] ;;
	*) return 1 ;;
	esac 2>/dev/null
}

# came_back SECONDS DEVICE...: they were reset at or after SECONDS, are idle,
# asleep, and can do no DMA
came_back()
{
	local since="$1" device record
	shift

	for device; do
		wait_for 90 in_state "$device" idle ||
			fail "$device is $(state_of "$device"), not idle"
		wait_for 60 in_power_state "$device" D3hot ||
			fail "$device is in $(power_state "$device"), not in D3hot"
		record=$(reset_record "$device")
		# shellcheck disable=SC2086 # five words
		was_reset "$since" $record ||
			fail "$device was not reset since $since: $record"
		[ $((0x$(setpci -s "$device" COMMAND) & 4)) = 0 ] ||
			fail "$device may still do DMA"
		say "seen: $device is back, $(state_of "$device") in D3hot, reset: $record"
	done
}

# guest_works NAME NIC DISK GATEWAY: at these addresses of the guest
guest_works()
{
	expect "guest $1 pings" guest_run "$1" "nic_ping $2 $4"
	expect "guest $1 reads what it wrote" guest_run "$1" "disk_check $3"
}

# guest_busy NAME NIC DISK GATEWAY: I/O on both, without an end
guest_busy()
{
	expect "guest $1 pings and writes" guest_run "$1" "
		nic_ping $2 $4 && wait_for_disk $3 || exit 1
		ping -i 0.1 -I \$(nic_name $2) $4 >/dev/null 2>&1 &
		(while sleep 0.1; do
			dd if=/dev/zero of=/dev/\$(disk_name $3) bs=64k count=16 conv=fsync
		done) >/dev/null 2>&1 &
		sleep 1"
}

# libxl_forgets: libxl keeps a record of who has a function, which goes stale
# when the backend's node does; xl would then refuse to assign it
libxl_forgets()
{
	local function
	for function in $(xenstore-list /libxl/pci); do
		xenstore-rm "/libxl/pci/$function/domid" 2>/dev/null
	done
}

# guest_drop NAME: the quick end of a guest whose end is not what is tested.
# libxl waits 10 s for a guest that has stopped, for each function but one,
# unless there is no backend.
guest_drop()
{
	xenstore-rm "/local/domain/0/backend/pci/$(guest_id "$1")/0" ||
		fail "xenstore-rm: exit $?"
	guest_destroy "$1"
	libxl_forgets
}

# ---- the ways: way_NAME GUEST DEVICE...; the guest is gone afterwards

way_shutdown()
{
	guest_stop "$1"
}

way_destroy()
{
	guest_destroy "$1"
}

# The guest's kernel panics; the toolstack's daemon destroys what is left
way_crash()
{
	say "guest $1 crashes"
	guest_run "$1" '(sleep 1; echo c >/proc/sysrq-trigger) >/dev/null 2>&1 &'
	wait_for 120 guest_gone "$1" || fail "crashed guest $1 is still there after 120 s"
}

way_detach()
{
	local guest="$1" device
	shift

	for device; do
		say "xl pci-detach $guest $device"
		xl pci-detach "$guest" "$device" ||
			fail "xl pci-detach $guest $device: exit $?"
		wait_for 60 in_state "$device" held ||
			fail "$device, detached from a running guest, is $(state_of "$device"), not held"
	done
	guest_destroy "$guest"
}

way_unbind()
{
	local guest="$1" device
	shift

	for device; do
		say "unbinding $device under guest $guest"
		echo "$device" >"$PCIBACK/unbind" || fail "cannot unbind $device"
	done
	guest_destroy "$guest"
	for device; do
		echo "$device" >"$PCIBACK/bind" || fail "cannot bind $device again"
	done
}

# The toolstack's half of the devices' directory vanishes as a whole
way_backend()
{
	local guest="$1" device
	shift

	say "removing the backend of guest $guest"
	xenstore-rm "/local/domain/0/backend/pci/$(guest_id "$guest")/0" ||
		fail "xenstore-rm: exit $?"
	for device; do
		wait_for 90 in_state "$device" held ||
			fail "$device, without a backend, is $(state_of "$device"), not held"
	done
	guest_destroy "$guest"
	libxl_forgets
}
