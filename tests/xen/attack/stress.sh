# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# machine: lockdep
# guests may complain
# limit: 1500
# limit of the long form: 18000
#
# stress - guests get devices, use them, and lose them in a way and at a moment
# of the dice, again and again: every function comes back reset and asleep, the
# next guest works with it, and in the end neither Xen nor dom0 has more of
# anything than before. dom0's kernel proves its locks and watches its memory
# meanwhile. The long form has 200 cycles, or PB2_LONG=N, and three guests at a
# time, the short one 4 and one; the seed is in the log, and PB2_SEED=N throws
# the same dice again.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh
# shellcheck source=tests/xen/lib/ways.sh
. /tests/lib/ways.sh

ways="shutdown destroy crash detach unbind backend orphan killed unplug early"
case $LONG in
'') cycles=4 ;;
1) cycles=200 ;;
*) cycles=$LONG ;;
esac
seed=${SEED:-$(awk '{ print int($1 * 100) }' /proc/uptime)}

# dice SIDES: a number below SIDES is then $dice
dice()
{
	seed=$(((seed * 1103515245 + 12345) & 0x7fffffff))
	dice=$(((seed >> 8) % $1))
}

# busy GUEST: I/O on whatever devices of the lane it has
busy()
{
	case $lane in
	a) guest_busy "$1" "$V0" "$V1" 10.0.2.2 ;;
	b) expect "guest $1 pings twice" guest_run "$1" "
		nic_ping $V0 10.0.4.2 && nic_ping $V1 10.0.6.2 || exit 1
		ping -i 0.1 -I \$(nic_name $V0) 10.0.4.2 >/dev/null 2>&1 &
		ping -i 0.1 -I \$(nic_name $V1) 10.0.6.2 >/dev/null 2>&1 &" ;;
	c) expect "guest $1 reads what it wrote" guest_run "$1" "
		disk_check $V0 || exit 1
		(while sleep 0.5; do
			dd if=/dev/zero of=/dev/\$(disk_name $V0) bs=64k count=16 conv=fsync
		done) >/dev/null 2>&1 &" ;;
	esac
}

# A guest that is taken away before it is up
way_early()
{
	guest_destroy "$1"
}

cycle()
{
	local guest="$lane$1" way

	# shellcheck disable=SC2086 # words
	set -- $ways
	dice $#
	shift "$dice"
	way=$1
	dice 3000
	MOMENT=$dice
	begin=$(date +%s)
	say "guest $guest, way $way, $MOMENT ms"
	# shellcheck disable=SC2086
	if [ "$way" = early ]; then
		guest_create "$guest" $devices
	else
		guest_start "$guest" $devices "modules=$modules"
		busy "$guest"
	fi
	usleep $((MOMENT * 1000))
	# shellcheck disable=SC2086
	"way_$way" "$guest" $devices
	# shellcheck disable=SC2086
	came_back "$begin" $devices
	echo "$way" >>"/run/tests/ways.$lane"
}

# lane NAME CYCLES MODULES DEVICE...: so many cycles with these devices
lane()
{
	local n=0 last="$2"
	lane=$1 modules=$3
	shift 3
	devices=$*

	while [ $((n += 1)) -le "$last" ]; do
		cycle "$n"
	done
}

# census NAME: what there is, a line each, into /run/tests/census.NAME; what may
# differ by itself is left out
census()
{
	xl info | sed -n 's/^free_memory *: *//p' >"/run/tests/census.$1.free"
	what_there_is "/run/tests/census.$1.traces" >"/run/tests/census.$1"
}

what_there_is()
{
	echo "frontends $(find /sys/bus/xen-backend/devices -name 'pci-*' | wc -l)"
	echo "event channels of dom0 $(lsevtchn 0 | wc -l)"
	# A line that has ever counted one stays without its handler
	echo "interrupts of dom0 $(grep -c 'xen-pirq *-[^ ]*  *[^ ]' /proc/interrupts)"
	grep xen-pirq /proc/interrupts >&2
	echo "mapped pages of guests $(grep -c 'xenbus_map\|map_ring' /proc/vmallocinfo)"
	xl dmesg -c >/dev/null
	for key in i g; do
		xl debug-keys "$key"
	done
	xl dmesg >/run/census.xen
	echo "interrupts that Xen routes to guests $(grep -c 'in-flight=' /run/census.xen)"
	echo "grants in use $(grep -c 'gref\|^(XEN) \[ *[0-9a-fx]*\] ' /run/census.xen)"
	# What code of ours has allocated and not freed
	cat /sys/kernel/debug/slab/*/alloc_traces >/run/census.slab 2>/dev/null
	# A backtrace a line; what vmalloc frees at its leisure is no leak,
	# nor is a node of a tree that all of the kernel shares
	awk '
		function line() { if (text ~ /\[pciback2\]/) print text }
		/^ *[0-9]+ / { line(); text = $1; next }
		{ text = text " < " $1 " " $2 }
		END { line() }' /run/census.slab | grep -v -e alloc_vmap_area -e radix_tree_node_alloc | sort -k 2 >"$1"
	awk '{ n += $1 } END { print "objects of ours " n + 0 }' "$1"
}

mount -t debugfs debugfs /sys/kernel/debug 2>/dev/null
[ -d /sys/kernel/debug/slab ] || skip "this kernel does not tell who allocated what"
expect "lockdep is on" lockdep_is_on

assign_add "$NIC" "$DISK" "$VIRTIO" "$SPARE" "$PF"
say "$cycles cycles, seed $seed"
rm -f /run/tests/ways.*

# all_once NAME: what is allocated once for each device that had interrupts, and
# what xl leaves once, is there after this
all_once()
{
	guest_start "$1" "$NIC" "$DISK" "$VIRTIO" "$SPARE" "$PF"
	guest_destroy "$1"
	for device in "$NIC" "$DISK" "$VIRTIO" "$SPARE" "$PF"; do
		wait_for 150 in_power_state "$device" D3hot || fail "$device does not sleep"
	done
	sleep 10
}

all_once first
census before

# The short form takes one lane after another
turn()
{
	[ -n "$LONG" ] || wait "${lanes##* }" || fail "$(cat "$REASON")"
}

each=$((cycles / 3))
(lane a $each xen-pcifront,e1000e,nvme "$NIC" "$DISK") &
lanes=$!
turn
seed=$((seed + 4711))
(lane b $each xen-pcifront,virtio_pci,virtio_net,e1000e "$VIRTIO" "$SPARE") &
lanes="$lanes $!"
turn
seed=$((seed + 4711))
(lane c $((cycles - 2 * each)) xen-pcifront,nvme "$PF") &
lanes="$lanes $!"
turn
if [ -n "$LONG" ]; then
	for pid in $lanes; do
		# shellcheck disable=SC2086 # words
		wait "$pid" || { kill $lanes; break; } 2>/dev/null
	done
fi
[ ! -e "$REASON" ] || fail "$(cat "$REASON")"

all_once last
census after
say "ways: $(cat /run/tests/ways.* | sort | uniq -c | tr '\n' ' ')"
tell "# stress: $(cat /run/tests/ways.* | wc -l) cycles:$(sort /run/tests/ways.* | uniq -c | awk '{ printf " %s %d", $2, $1 }')"
while read -r line; do
	tell "# stress: $line, before: $(grep -F "${line% *} " /run/tests/census.before | sed 's/.* //')"
done </run/tests/census.after
cmp -s /run/tests/census.before /run/tests/census.after || {
	diff -U 0 /run/tests/census.before.traces /run/tests/census.after.traces
	fail "something is left: $(diff /run/tests/census.before /run/tests/census.after | tr '\n' ' ')"
}
before=$(cat /run/tests/census.before.free)
after=$(cat /run/tests/census.after.free)
tell "# stress: MiB that Xen has free $after, before: $before"
# What Xen allocates for itself by the page may cross the border of one
expect "Xen has no less memory free, or 1 MiB" [ "$after" -ge $((before - 1)) ]
expect "lockdep is still on" lockdep_is_on
expect "all cycles were run" [ "$(cat /run/tests/ways.* | wc -l)" = "$cycles" ]
assign_remove "$NIC" "$DISK" "$VIRTIO" "$SPARE" "$PF"
