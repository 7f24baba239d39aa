# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# guests may complain
# limit: 1500
# limit of the long form: 3600
#
# attack - guests whose frontend keeps to no rule: nonsense in every field of a
# request, another processor that changes it meanwhile, events and requests at
# full speed, a ring that is published twice or withdrawn, states and nodes that
# jump about, calls of Xen that are dom0's, some of it also while the function is
# detached and the guest destroyed. Each attack must have been one. dom0 goes on,
# the other guest's disk too, the log does not fill, no memory is lost, the
# neighbours' configuration is as it was, and the next guest's NIC works. How late a task of dom0 was meanwhile is said; it is no condition. The
# long form attacks for ten times as long. PB2_DRIVER=xen-pciback attacks the peer.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh

seconds=5
[ -z "$LONG" ] || seconds=50
seed=${SEED:-$(awk '{ print int($1 * 100) }' /proc/uptime)}
debugfs=/sys/kernel/debug/pb2_attack
# As many lines of the log may come of an attack as the kernel's limit of rates
# lets through, in the driver's few places
lines_allowed=$((20 * (seconds + 5)))

# least KIND: what an attack must have done to be one, in so many of what a second:
# a tenth or less of what it does on a machine that is emulated
least()
{
	case $1 in
	requests | race) echo 10 answers ;;
	events) echo 10000 events ;;
	storm) echo 1000 requests ;;
	# Most of them are withdrawn before the driver looks
	twice) echo 2 requests ;;
	states) echo 2 requests ;;
	garbage) echo 10 requests ;;
	prepare) echo 1000 refused ;;
	# It is done when it succeeds
	withdraw) echo 0 requests ;;
	*) fail "no attack '$1'" ;;
	esac
}

# number WHAT REPORT: how many of those it has
number()
{
	echo "$2" | sed -n "s/^\(.* \)\{0,1\}$1 \([0-9]*\)\( .*\)\{0,1\}\$/\2/p"
}

# neighbours: the configuration of all that no attacker has, but for STATUS and
# what a disk at work changes
neighbours()
{
	for device in "$PF" "$VIRTIO" "$MULTI0" "$MULTI1" "$SPARE"; do
		lspci -s "$device" -xxxx | sed 's/^00: \(.\{17\}\).\{6\}/00: \1/'
	done
}

free_kb()
{
	echo 3 >/proc/sys/vm/drop_caches
	sed -n 's/^MemFree: *\([0-9]*\) kB/\1/p' /proc/meminfo
}

# attacker NAME: a guest with the NIC, and nobody's frontend but ours
attacker()
{
	guest_start "$1" "$NIC" modules=none vcpus=2
	guest_run "$1" "mount -t debugfs debugfs /sys/kernel/debug; insmod /pb2_attack.ko" ||
		fail "the attacking module does not load"
}

connect()
{
	guest_run "$1" "echo connect 0 60 >$debugfs/run" || fail "no connection for $1"
}

# disk_works: without interrupts it is its configuration space that must
disk_works()
{
	if dom0_is_pvh; then
		[ "$(guest_run victim "setpci -s $V0 0.l")" = "$disk_ids" ]
	else
		guest_run victim "disk_check $V0"
	fi
}

# attack NAME KIND: watched from dom0
attack()
{
	local mark lines report rc want what

	mark=$(dmesg_mark)
	pulse "$seconds" >/run/pulse &
	guest_run "$1" "echo $2 $seed $seconds >$debugfs/run"
	rc=$?
	report=$(guest_run "$1" "cat $debugfs/report")
	wait $!
	dmesg_lines "$mark"
	tell "# attack: $2, $report, dom0: $(cat /run/pulse), $lines lines"
	seed=$((seed + 1))
	[ -n "$report" ] || fail "$2: the attacker does not answer"
	[ $rc = 0 ] || fail "$2: the attacker gives up: exit $rc"
	read -r want what <<-EOF
		$(least "$2")
	EOF
	expect "$2: at least $((want * seconds)) $what" \
		[ "$(number "$what" "$report")" -ge $((want * seconds)) ]
	expect "$2: dom0's log has $lines lines more" [ "$lines" -le "$lines_allowed" ]
	expect "$2: the other guest's disk works" disk_works
}

# under_attack NAME KIND COMMAND...: dom0 does that meanwhile
under_attack()
{
	local guest="$1" kind="$2" begin mark lines rc
	shift 2

	# It ends early when it cannot do what it is asked for
	guest_run "$guest" "rm -f /run/over
		(echo $kind $seed 60 >$debugfs/run; touch /run/over) >/dev/null 2>&1 &
		sleep 1; [ ! -e /run/over ]" || fail "$kind: the attacker gives up"
	say "$kind while dom0 does $*"
	begin=$(date +%s)
	mark=$(dmesg_mark)
	"$@"
	rc=$?
	dmesg_lines "$mark"
	begin=$(($(date +%s) - begin))
	tell "# attack: $kind during $*, $begin s, $lines lines"
	expect "$kind during $*: dom0's log has $lines lines more" \
		[ "$lines" -le $((20 * (begin + 5))) ]
	seed=$((seed + 1))
	return $rc
}

# detach_under_attack GUEST KIND: xen-pciback's dom0 would die of it
detach_under_attack()
{
	if [ "$DRIVER" != pciback2 ]; then
		say "left out with $DRIVER: xl pci-detach while a guest attacks"
		return
	fi
	under_attack "$1" "$2" xl pci-detach "$1" "$NIC" ||
		say "the detach failed: the guest does not take note"
}

assign_add "$NIC" "$DISK"
disk_ids=$(setpci -s "$DISK" 0.l)
# A driver that waits for interrupts would keep the guest from coming up
modules=xen-pcifront,nvme
! dom0_is_pvh || modules=xen-pcifront
guest_start victim "$DISK" "modules=$modules"
expect "the other guest's disk works" disk_works
neighbours >/run/neighbours.before
say "seed $seed"
pulse 5 >/run/pulse
tell "# attack: nobody attacks: $(cat /run/pulse)"

attacker first
attack first prepare
before=$(free_kb)
connect first
for kind in requests race events storm; do
	attack first $kind
done
detach_under_attack first race
guest_destroy first

attacker second
connect second
attack second twice
attack second states
guest_destroy second

attacker third
attack third garbage
detach_under_attack third garbage
guest_destroy third

attacker fourth
attack fourth withdraw
guest_destroy fourth

attacker fifth
connect fifth
under_attack fifth storm guest_destroy fifth

lost=$((before - $(free_kb)))
tell "# attack: dom0 has $lost kB less"
expect "dom0 has lost little memory ($lost kB)" [ $lost -lt 8192 ]
neighbours >/run/neighbours.after
expect "the neighbours are as they were" cmp /run/neighbours.before /run/neighbours.after
expect "the other guest's disk works" disk_works
guest_stop victim
guest_start next "$NIC" modules=xen-pcifront,e1000e
dom0_is_pvh || expect "the next guest's NIC works" guest_run next "nic_ping $V0 10.0.2.2"
guest_stop next
assign_remove "$NIC" "$DISK"
