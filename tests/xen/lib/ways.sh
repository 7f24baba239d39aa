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
		# After a do_flr of an idle function it takes two minutes
		wait_for 150 in_power_state "$device" D3hot ||
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
		(while sleep 0.5; do
			dd if=/dev/zero of=/dev/\$(disk_name $3) bs=64k count=16 conv=fsync
		done) >/dev/null 2>&1 &
		sleep 1"
}

# guest_start_busy NAME: a guest with NIC and DISK, and I/O on both
guest_start_busy()
{
	guest_start "$1" "$NIC" "$DISK" modules=xen-pcifront,e1000e,nvme
	guest_busy "$1" "$V0" "$V1" 10.0.2.2
}

# guest_detach NAME DEVICE: the guest lives, so the device is held for it
guest_detach()
{
	say "xl pci-detach $1 $2"
	xl pci-detach "$1" "$2" || fail "xl pci-detach $1 $2: exit $?"
	wait_for 90 in_state "$2" held ||
		fail "$2, detached from running guest $1, is $(state_of "$2"), not held"
}

# next_guest_works NIC DISK [DEVICE...]: another guest gets them, and they come back
next_guest_works()
{
	local begin

	begin=$(date +%s)
	guest_start next "$@" modules=xen-pcifront,e1000e,nvme
	guest_works next "$V0" "$V1" 10.0.2.2
	guest_destroy next
	came_back "$begin" "$@"
}

# helper COMMAND...: in the background, until helpers_end
helpers=
helper()
{
	"$@" &
	helpers="$helpers $!"
}

helpers_end()
{
	local pid

	for pid in $helpers; do
		kill "$pid"
		wait "$pid"
	done 2>/dev/null
	helpers=
}

# forced_reset DEVICE: do_flr resets it. Of what is clean and asleep there is
# nothing to reset: the first one wakes it, as libxl does when it asks.
forced_reset()
{
	local begin before

	begin=$(date +%s)
	printf %s "$1" >"$PCIBACK/do_flr" || fail "do_flr of $1 fails: $(reset_record "$1")"
	before=$(reset_record "$1")
	printf %s "$1" >"$PCIBACK/do_flr" || fail "do_flr of $1 fails: $(reset_record "$1")"
	[ "$(reset_record "$1")" != "$before" ] ||
		fail "do_flr of $1 resets nothing: $before"
	# shellcheck disable=SC2046 # five words
	was_reset "$begin" $(reset_record "$1") ||
		fail "do_flr of $1 did not reset it: $(reset_record "$1")"
	say "seen: do_flr resets $1: $(reset_record "$1")"
}

# libxl_forgets DEVICE...: libxl keeps a record of who has a function, which
# goes stale when the backend's node does; xl would then refuse to assign it
libxl_forgets()
{
	local device
	for device; do
		xenstore-rm "/libxl/pci/$(echo "$device" | tr :. --)/domid" 2>/dev/null
	done
}

# is_freed DOMID: Xen does not list it any more, not even as dying
is_freed()
{
	! xl list "$1" >/dev/null 2>&1
}

# bury DOMID DEVICE...: what a toolstack does about a domain that lost its own
bury()
{
	local id="$1"
	shift

	is_freed "$id" || xl destroy "$id"
	PAUSE=1000000 wait_for 60 is_freed "$id" ||
		fail "domain $id is still there after 60 s"
	xenstore-rm "/local/domain/0/backend/pci/$id" 2>/dev/null
	xenstore-rm "/local/domain/$id" 2>/dev/null
	xenstore-rm "/libxl/$id" 2>/dev/null
	libxl_forgets "$@"
}

# xl_killed MS WORD...: xl WORD..., killed after so many milliseconds
xl_killed()
{
	local ms="$1" pid
	shift

	say "xl $*, killed after $ms ms"
	xl "$@" &
	pid=$!
	usleep $((ms * 1000))
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
}

# slot_power DEVICE on|off: of the slot that it is in. Off, the device vanishes
# and nobody is told; on, it is there again.
slot_power()
{
	local port off=0400

	[ "$2" = off ] || off=0000
	port=$(port_of "$1")
	say "the slot of $1 below $port is switched $2"
	setpci -s "$port" CAP_EXP+18.w=$off:0400
	[ "$2" = off ] || wait_for 20 is_present "$1" || fail "$1 does not come back"
}

# bind_again DEVICE: the driver gives it up and takes it
bind_again()
{
	echo "$1" >"$PCIBACK/unbind" || fail "cannot unbind $1"
	echo "$1" >"$PCIBACK/bind" || fail "cannot bind $1 again"
}

is_present()
{
	[ "$(setpci -s "$1" 0.l)" != ffffffff ]
}

# slot_plug OPTIONS DEVICE: into the slot where dom0 sees it as DEVICE
slot_plug()
{
	monitor "device_add $1"
	wait_for 60 test -e "$PCI/$2" || fail "dom0 does not see $2: ${1%%,*}"
}

# slot_unplug ID DEVICE: and the slot is empty then. Linux removes what is in sysfs
# before it ejects the device (_EJ0), and until it is ejected QEMU refuses
# another one for that slot.
slot_unplug()
{
	! slot_is_empty "$2" || fail "the slot of $2 is empty"
	monitor "device_del $1"
	wait_for 60 test ! -e "$PCI/$2" || fail "dom0 keeps $2"
	wait_for 60 slot_is_empty "$2" || fail "$2 is not ejected"
}

# slot_is_empty DEVICE: as the kernel finds it, asking the hardware. lspci -H1
# would use the ports that the kernel uses, and neither waits for the other.
slot_is_empty()
{
	local slot adapter

	slot=$(grep -l -x "${1%.*}" /sys/bus/pci/slots/*/address) || fail "no slot of $1"
	adapter=$(cat "$(dirname "$slot")/adapter") || fail "the slot of $1: exit $?"
	[ "$adapter" = 0 ]
}

# guest_drop NAME DEVICE...: the quick end of a guest whose end is not what is
# tested. libxl waits 10 s for a guest that has stopped, for each function but
# one, unless there is no backend.
guest_drop()
{
	local guest="$1"
	shift

	xenstore-rm "/local/domain/0/backend/pci/$(guest_id "$guest")/0" ||
		fail "xenstore-rm: exit $?"
	guest_destroy "$guest"
	libxl_forgets "$@"
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
	PAUSE=1000000 wait_for 120 guest_gone "$1" ||
		fail "crashed guest $1 is still there after 120 s"
}

way_detach()
{
	local guest="$1" device
	shift

	for device; do
		guest_detach "$guest" "$device"
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
	libxl_forgets "$@"
}

# The domain is gone and the toolstack with it; the nodes stay for a while
way_orphan()
{
	local guest="$1" device id
	shift

	id=$(guest_id "$guest")
	say "XEN_DOMCTL_destroydomain of guest $guest"
	/tests/destroy-domain "$id" || fail "destroy-domain: exit $?"
	for device; do
		wait_for 90 in_state "$device" idle ||
			fail "$device, whose domain died alone, is $(state_of "$device"), not idle"
	done
	bury "$id" "$@"
}

# The toolstack is killed while it destroys the guest, another one ends it
way_killed()
{
	local guest="$1" id
	shift

	id=$(guest_id "$guest")
	xl_killed "${MOMENT:-700}" destroy "$guest"
	bury "$id" "$@"
}

# The devices lose their power under the guest, and come back after it
way_unplug()
{
	local guest="$1" device
	shift

	for device; do
		slot_power "$device" off
	done
	guest_destroy "$guest"
	for device; do
		wait_for 90 in_state "$device" failed ||
			fail "$device, without power, is $(state_of "$device"), not failed"
		say "seen: $device $(cat "$PCI/$device/pciback2/fault")"
		slot_power "$device" on
		bind_again "$device"
	done
}
