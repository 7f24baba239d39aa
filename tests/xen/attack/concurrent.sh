# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# machine: lockdep
# limit: 600
# limit of the long form: 1500
#
# concurrent - all that anybody may do to functions, at once, on a kernel that
# proves its locks: readers of every attribute, writers of every setting, binds
# and unbinds, a card that is plugged and unplugged, and a guest that reads and
# writes configuration space while its drivers work. Half a minute of it, or ten
# minutes in the long form.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh
# shellcheck source=tests/xen/lib/ways.sh
. /tests/lib/ways.sh

seconds=30
[ -z "$LONG" ] || seconds=600
counts=/run/concurrent
mkdir -p "$counts"

# repeat NAME COMMAND...: without an end. The rounds that succeed are counted; what
# fails because somebody else was faster is not judged: the end is.
repeat()
{
	local name="$1" n=0
	shift

	echo 0 >"$counts/$name"
	while :; do
		"$@" >/dev/null 2>&1 || continue
		n=$((n + 1))
		echo $n >"$counts/$name"
	done
}

trap 'helpers_end; leftovers' EXIT

# read_all: of what can be read, 4 KiB each are configuration space
read_all()
{
	[ "$(cat "$PCIBACK"/* "$PCI"/*/pciback2/* "$PCI/$NIC/config" \
		"$PCI/$VIRTIO/config" 2>/dev/null | wc -c)" -gt 8192 ]
}

# write_all: what only depends on the two functions that the guest has succeeds
write_all()
{
	local device mode

	for device in "$NIC" "$DISK"; do
		echo 1 >"$PCI/$device/pciback2/poll_us" || return
	done
	for device in "$NIC" "$DISK" "$VIRTIO" "$SPARE"; do
		echo 0 >"$PCI/$device/pciback2/poll_us"
		echo default >"$PCI/$device/pciback2/poll_us"
		echo "$device" >"$PCIBACK/permissive"
		mode=$(cat "$PCI/$device/pciback2/access")
		echo "${mode%% *}" >"$PCI/$device/pciback2/access"
	done
	# Nobody's: what is not wanted any more could not be bound again
	echo 0000:1f:1e.0 >"$PCIBACK/new_slot" &&
		echo 0000:1f:1e.0 >"$PCIBACK/remove_slot"
}

bind_unbind()
{
	echo "$VIRTIO" >"$PCIBACK/unbind" &&
		echo "$VIRTIO" >"$PCIBACK/bind" &&
		echo "$VIRTIO" >"$PCIBACK/do_flr"
}

expect "lockdep is on" lockdep_is_on
assign_add "$NIC" "$DISK" "$VIRTIO"
guest_start_busy busy
guest_run busy "for device in $V0 $V1; do
	(while :; do
		lspci -vvv -s \$device &&
			setpci -s \$device CACHE_LINE_SIZE=10 CACHE_LINE_SIZE=0 || continue
		n=\$((n + 1))
		echo \$n >/run/concurrent.\$device
	done) >/dev/null 2>&1 &
done"

helper repeat reads read_all
helper repeat "more reads" read_all
helper repeat writes write_all
helper repeat binds bind_unbind
begin=$(date +%s)
plugged=0
while [ $(($(date +%s) - begin)) -lt $seconds ]; do
	slot_unplug spare "$SPARE"
	slot_plug e1000e,id=spare,bus=rp6,netdev=n6 "$SPARE"
	echo "$SPARE" >"$PCI/$SPARE/driver/unbind" 2>/dev/null
	echo pciback >"$PCI/$SPARE/driver_override"
	echo "$SPARE" >"$PCIBACK/bind" 2>/dev/null
	[ "$(driver_of "$SPARE")" != pciback ] || plugged=$((plugged + 1))
done
helpers_end
for name in "$counts"/*; do
	tell "# concurrent: ${name##*/}: $(cat "$name") in $seconds s"
	expect "${name##*/}: more than one" [ "$(cat "$name")" -gt 1 ]
done
tell "# concurrent: plugged and seized: $plugged"
expect "the plugged card is seized" [ "$plugged" -gt 0 ]
for device in "$V0" "$V1"; do
	n=$(guest_run busy "cat /run/concurrent.$device")
	tell "# concurrent: the guest's rounds on $device: $n"
	expect "the guest goes round on $device" [ "$n" -gt 1 ]
done

expect "lockdep is still on" lockdep_is_on
# Not by xl, which has never heard of it
[ "$(driver_of "$SPARE")" != pciback ] || echo "$SPARE" >"$PCIBACK/unbind"
echo "" >"$PCI/$SPARE/driver_override"
echo "$SPARE" >/sys/bus/pci/drivers_probe
expect "$SPARE has its driver again" [ "$(driver_of "$SPARE")" = e1000e ]
[ "$(driver_of "$VIRTIO")" = pciback ] || echo "$VIRTIO" >"$PCIBACK/bind" || fail "cannot bind $VIRTIO"
expect "$VIRTIO is idle" wait_for 60 in_state "$VIRTIO" idle
guest_destroy busy
next_guest_works "$NIC" "$DISK" "$VIRTIO"
assign_remove "$NIC" "$DISK" "$VIRTIO"
