# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# limit: 5400
#
# bench - dom0's half of scripts/bench: rounds, in each of which one driver
# serves a guest of its own, and what is measured once for each driver. The
# figures go to the disk of $DISK as a tar archive:
#
#   runs.csv     round,driver,operation,count,dom0_ns,events,elapsed_ns
#   values.csv   round,driver,what,value,unit
#   samples/ROUND-DRIVER-OPERATION.gz   nanoseconds of each, as u64, with the
#                highest bit set in those of lost requests
#
# It says `step TEXT`, and `seen TEXT` of what is for whoever waits.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh
# shellcheck source=tests/xen/lib/ways.sh
. /tests/lib/ways.sh

# shellcheck source=/dev/null
. /tests/bench/settings
: "${rounds:?}" "${burst:?}" "${page_count:?}" "${lone:?}" "${sysfs_count:?}" \
	"${lspci_count:?}" "${silent_s:?}" "${once:?}"

# The controller whose virtual functions are there to be many, see machine.sh, and
# what the others are
CROWD=0000:09:00.0
rng='0x1af4
0x1044'
seven="$NIC $DISK $PF $VIRTIO $MULTI0 $MULTI1 $SPARE"
out=/run/bench
here=/tests/bench

# value WHAT NUMBER UNIT: without commas
value()
{
	echo "$round,$driver,$1,$2,$3" >>$out/values.csv
	tell seen "$round $driver $1: $2 $3"
}

# carry_out OPERATION COUNT COMMAND: in the guest, with what dom0 spends on it
carry_out()
{
	local id seq line

	id=$(guest_id bench) || fail "no guest in round $round"
	seq=$(cut -c1-8 /proc/sys/kernel/random/uuid)
	line=$($here/window "/local/domain/$id/data" "$seq" \
		"$(printf 'seq=%s\n%s\n' "$seq" "$3" | base64 -w 0)" 600) ||
		fail "round $round, $driver: no answer to $1"
	# shellcheck disable=SC2086 # four words
	set -- "$1" "$2" $line
	[ "$3" = 0 ] || fail "round $round, $driver: $1: exit $3"
	echo "$round,$driver,$1,$2,$4,$5,$6" >>$out/runs.csv
	cpu_ns=$4 events=$5 elapsed_ns=$6
	elapsed_ms=$((elapsed_ns / 1000000))
	say "$round $driver $1: $2 in $elapsed_ms ms, dom0 $((cpu_ns / 1000000)) ms, $events events"
}

# marked OPERATION COUNT COMMAND: the same, between marks. Until dom0 has seen the
# first it has something to do.
marked()
{
	carry_out "$1" "$2" "echo \$seq begin >$debugfs/mark && usleep 200000 || exit 1
		$3
		rc=\$?
		echo \$seq end >$debugfs/mark && exit \$rc"
}

# timed OPERATION COUNT FILE COMMAND: one that leaves samples in the guest's FILE
timed()
{
	local name="$round-$driver-$1"

	marked "$1" $(($2 * ${BATCH:-1})) "$4"
	guest_run bench "gzip -c $3" >"$out/samples/$name.gz" ||
		fail "$name: no samples"
	[ "$(zcat "$out/samples/$name.gz" | wc -c)" = $(($2 * 8)) ] ||
		fail "$name: not $2 samples"
}

# kernel OPERATION KIND COUNT GAP_US: by the guest's kernel
kernel()
{
	timed "$1" "$3" $debugfs/samples "echo $2 $3 $4 >$debugfs/run"
}

# guest_with DEVICE...: it knows nothing of its devices yet
guest_with()
{
	guest_start bench modules=none "ramdisk='/run/bench.initrd'" "$@"
}

# page_of_guest: where the page of its first function is, if it has that
page_of_guest()
{
	xenstore-read "/local/domain/0/backend/pci/$(guest_id bench)/0/pciback2/$(
		echo "$V0" | tr :. --)/ecam/address" 2>/dev/null
}

# guest_starts: from xl create to the NIC's driver
guest_starts()
{
	local begin

	clock_ms
	begin=${now_ms:?}
	guest_with "$NIC"
	clock_ms
	begin=$((now_ms - begin))
	carry_out scan 1 "modprobe xen-pcifront && modprobe e1000e &&
		/bench/guest there $PCI/$V0/driver 60"
	value "xl create to driver bound" $((begin + elapsed_ms)) ms
	value "bus scan and probe - of that" "$elapsed_ms" ms
}

# asleep OPERATION EMPTY WHILE: what dom0 does while the guest sleeps, less what a
# command costs that does nothing, the operation EMPTY
asleep()
{
	local cpu=0 elapsed=0

	for _ in 1 2 3 4; do
		marked "$2" 1 true
		cpu=$((cpu + cpu_ns / 4)) elapsed=$((elapsed + elapsed_ns / 4))
	done
	marked "$1" 1 "sleep $silent_s"
	cpu=$((cpu_ns - cpu)) elapsed=$((elapsed_ns - elapsed))
	value "dom0 while $3" $((cpu * 1000 / (elapsed / 1000))) us/s
	value "events while $3" $((events * 1000000 / (elapsed / 1000))) 1/s
}

# guest_module: which has the page, if there is one, at $page
guest_module()
{
	page=$(page_of_guest)
	guest_run bench "mount -t debugfs debugfs /sys/kernel/debug &&
		insmod /bench/pb2_bench.ko device=$V0 page=${page:-0}" ||
		fail "round $round, $driver: the guest's module does not load"
}

operations()
{
	# Its power management would have its say
	guest_run bench "rmmod e1000e" || fail "the guest's e1000e does not unload"
	guest_module
	# The first requests of a guest are no measure of those that follow
	carry_out warm-up "$((burst / 4))" "echo dword $((burst / 4)) 0 >$debugfs/run"
	asleep silence nothing "the guest is silent"
	kernel dword dword "$burst" 0
	kernel command command "$burst" 0
	kernel byte byte "$burst" 0
	kernel lone dword "$lone" 10000
	timed sysfs "$sysfs_count" /run/samples \
		"/bench/guest file $PCI/$V0/config $sysfs_count /run/samples"
	timed lspci "$lspci_count" /run/samples \
		"/bench/guest run 'lspci -vvv' $lspci_count /run/samples"
	# as many reads as the module takes into one sample
	BATCH=64
	[ -z "$page" ] || kernel page page "$page_count" 0
	BATCH=1
}

# take DRIVER: it has the place of the other
take()
{
	driver=$1
	tell step "round $round: $driver"
	set --
	[ "$driver" != pciback2 ] || set -- ${parameters:+"$parameters"}
	driver_load "$driver" "$@" || fail "cannot load $driver"
}

round()
{
	take "$1"
	assign_add "$NIC"
	[ "$driver" != pciback2 ] || echo any >"$PCI/$NIC/pciback2/handover"
	guest_starts
	[ "$driver" != pciback2 ] || [ -n "$(page_of_guest)" ] ||
		fail "no page was handed over"
	operations
	guest_destroy bench
	assign_remove "$NIC"
}

# ---- once for each driver

# backend_gone DEVICE...: the driver has let go of the domain, as far as sysfs can
# tell, and has reset what it had
backend_gone()
{
	[ ! -e "$backend" ] || return
	[ "$driver" = pciback2 ] || return 0
	for device; do
		in_state "$device" held || in_state "$device" idle || return
	done
}

# teardown WHAT DEVICE...: a guest with these loses them at once, when the nodes
# of its backend go. (xl destroy would take them back one by one.)
teardown()
{
	local what="$1" begin id
	shift

	assign_add "$@"
	guest_start bench "$@"
	wait_for 60 guest_run bench "[ \$(ls $PCI | wc -l) = $# ]" ||
		fail "the guest has not got its $# functions"
	id=$(guest_id bench)
	backend=/sys/bus/xen-backend/devices/pci-$id-0
	[ -e "$backend" ] || fail "no $backend"
	clock_ms
	begin=$now_ms
	xenstore-rm "/local/domain/0/backend/pci/$id/0" || fail "xenstore-rm: exit $?"
	PAUSE=10000 wait_for 120 backend_gone "$@" || fail "$what: not back after 120 s"
	clock_ms
	value "teardown - $what" $((now_ms - begin)) ms
	guest_destroy bench
	libxl_forgets "$@"
	assign_remove "$@"
}

# hostile: another guest asks for ever, beside the one that is measured
hostile()
{
	assign_add "$NIC" "$SPARE"
	guest_start hostile modules=none "ramdisk='/run/bench.initrd'" "$SPARE"
	guest_with "$NIC"
	carry_out beside-scan 1 "modprobe xen-pcifront && /bench/guest there $PCI/$V0 60"
	guest_module
	guest_run hostile "modprobe xen-pcifront && /bench/guest there $PCI/$V0 60 &&
		mount -t debugfs debugfs /sys/kernel/debug &&
		insmod /bench/pb2_bench.ko device=$V0 || exit 1
		(while :; do echo dword 1000000 0 >$debugfs/run; done) >/dev/null 2>&1 &
		sleep 2" || fail "the hostile guest does not ask"
	asleep endless endless-nothing "a guest asks for ever"
	kernel beside dword "$burst" 0
	kernel beside_lone dword "$lone" 10000
	guest_destroy hostile
	guest_destroy bench
	assign_remove "$NIC" "$SPARE"
}

# memory FIELD: kilobytes of /proc/meminfo, caches aside
memory()
{
	sed -n "s/^$1: *\([0-9]*\) kB/\1/p" /run/memory
}

memory_look()
{
	sync
	echo 3 >/proc/sys/vm/drop_caches
	sleep 1
	cat /proc/meminfo >/run/memory
}

# each WHAT TOTAL UNIT: a value divided by the number of functions
each()
{
	value "$1" "$(awk -v total="$2" -v n="$many" 'BEGIN { printf "%.2f", total / n }')" "$3"
}

# crowd: seize all functions that are there to be many, and let go of them
crowd()
{
	local device begin free slab

	memory_look
	free=$(memory MemFree) slab=$(memory Slab)
	clock_ms
	begin=$now_ms
	for device in $crowd; do
		echo "$device" >"$PCIBACK/new_slot" || fail "no new_slot for $device"
		echo "$device" >"$PCIBACK/bind" || fail "cannot seize $device"
	done
	clock_ms
	each "seized - each of $many" $((now_ms - begin)) ms
	for device in $crowd; do
		on_pciback "$device" || fail "$device is not seized"
	done
	memory_look
	each "MemFree lost - each" $((free - $(memory MemFree))) kB
	each "Slab gained - each" $(($(memory Slab) - slab)) kB

	assign_add "$NIC"
	guest_with "$NIC"
	carry_out crowd-scan 1 "modprobe xen-pcifront && /bench/guest there $PCI/$V0 60"
	guest_module
	kernel crowd dword "$burst" 0
	guest_destroy bench
	assign_remove "$NIC"

	clock_ms
	begin=$now_ms
	for device in $crowd; do
		echo "$device" >"$PCIBACK/unbind" || fail "cannot let go of $device"
		echo "$device" >"$PCIBACK/remove_slot" || fail "$device keeps its slot"
	done
	clock_ms
	each "let go of - each" $((now_ms - begin)) ms
}

# gather: the functions of the crowd into $crowd, without a driver in dom0
gather()
{
	local path

	wait_for 60 test -e "$PCI/$CROWD/driver" || fail "$CROWD has no driver"
	echo 0 >"$PCI/$CROWD/sriov_drivers_autoprobe"
	cat "$PCI/$CROWD/sriov_totalvfs" >"$PCI/$CROWD/sriov_numvfs" ||
		fail "cannot make virtual functions"
	# Without it the kernel binds no driver at all to them
	echo 1 >"$PCI/$CROWD/sriov_drivers_autoprobe"
	crowd=
	for path in "$PCI/$CROWD"/virtfn*; do
		crowd="$crowd $(basename "$(readlink "$path")")"
	done
	for path in "$PCI"/*; do
		[ "$(cat "$path/vendor" "$path/device")" = "$rng" ] || continue
		[ ! -e "$path/driver" ] || echo "${path##*/}" >"$path/driver/unbind" ||
			fail "${path##*/} keeps its driver"
		crowd="$crowd ${path##*/}"
	done
	# shellcheck disable=SC2086 # a list
	many=$(echo $crowd | wc -w)
}

debugfs=/sys/kernel/debug/pb2_bench
mkdir -p $out/samples
echo round,driver,operation,count,dom0_ns,events,elapsed_ns >$out/runs.csv
echo round,driver,what,value,unit >$out/values.csv
cat $here/guest.cpio /guest/initrd >/run/bench.initrd

round=0
while [ $round -lt "$rounds" ]; do
	round=$((round + 1))
	for driver in xen-pciback pciback2; do
		round $driver
	done
done

if [ "$once" = 1 ]; then
	gather
	for driver in xen-pciback pciback2; do
		take $driver
		hostile
		teardown "one function" "$SPARE"
		# shellcheck disable=SC2086 # seven words
		teardown "seven functions" $seven
		crowd
	done
	echo 0 >"$PCI/$CROWD/sriov_numvfs"
fi

wait_for_disk "$DISK" || fail "no disk for the figures"
tar -C $out -cf "/dev/$(disk_name "$DISK")" . || fail "cannot write the figures"
sync
