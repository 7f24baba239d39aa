# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# lib.sh - what a system test says: devices by name, assignment, guests, what
# runs in a guest, what the kernel said. Sourced by every test in dom0.
#
# A test ends with 0, with `fail REASON` or with `skip REASON`. What it
# assigned and started is taken back when it ends, however that happens; one that
# ends with 0 must have left nothing.

# The devices, see scripts/lab/machine.sh
NIC=0000:01:00.0
DISK=0000:02:00.0
PF=0000:03:00.0
VIRTIO=0000:04:00.0
MULTI0=0000:05:00.0
MULTI1=0000:05:00.1
SPARE=0000:06:00.0
RTL=0000:08:01.0
E100=0000:08:02.0
# PF's, when there are any
VF1=0000:03:00.1
VF2=0000:03:00.2
# The page of configuration space of NIC, where QEMU's firmware puts it
NIC_PAGE=0xb0100000

# Where a guest sees its first devices (passthrough=0)
V0=0000:00:00.0
V1=0000:00:01.0
V2=0000:00:02.0
export NIC DISK PF VIRTIO MULTI0 MULTI1 SPARE RTL E100 VF1 VF2 NIC_PAGE V0 V1 V2

# shellcheck source=tests/xen/lib/devices.sh
. /tests/lib/devices.sh

PCIBACK=/sys/bus/pci/drivers/pciback

say()
{
	echo "$TEST: $*"
}

fail()
{
	echo "$*" >"$REASON"
	say "FAIL $*"
	exit 1
}

skip()
{
	echo "$*" >"$REASON"
	exit 77
}

# expect WHAT COMMAND...: COMMAND succeeds, or the test fails saying WHAT
expect()
{
	local what="$1"
	shift
	"$@" || fail "$what"
	say "seen: $what"
}

# refute WHAT COMMAND...: COMMAND fails, or the test does, saying WHAT
refute()
{
	local what="$1"
	shift
	! "$@" || fail "$what"
}

# wait_for SECONDS COMMAND...: until COMMAND succeeds, asked every $PAUSE
# microseconds. A process more in each round would be dear: there is no KVM under
# the laboratory.
wait_for()
{
	local end
	uptime_s
	end=$((now + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		uptime_s
		[ "$now" -lt "$end" ] || return 1
		usleep "${PAUSE:-200000}"
	done
}

# uptime_s: the seconds since dom0 started are then $now
uptime_s()
{
	read -r now _ </proc/uptime
	now=${now%%.*}
}

# A test that finds no mark of its own in the kernel's log adds a line here, and
# does not pass
LOST=${LOST:-/run/lost}

# dmesg_mark: a mark in the kernel's log; dmesg_since MARK: what came after. A log
# that has lost the mark has lost some of that, too: it fails then.
dmesg_mark()
{
	local mark
	mark="pb2-mark-$(cat /proc/sys/kernel/random/uuid)"
	echo "$mark" >/dev/kmsg
	echo "$mark"
}

dmesg_since()
{
	dmesg | awk -v mark="$1" '
		seen
		index($0, mark) { seen = 1 }
		END { exit !seen }' && return
	echo "the kernel's log is without its mark $1" | tee -a "$LOST" >&2
	return 1
}

# dmesg_lines MARK: how many came after are then in $lines
dmesg_lines()
{
	dmesg_since "$1" >/run/dmesg || fail "dom0's log has overflowed"
	# shellcheck disable=SC2034 # for the caller
	lines=$(wc -l </run/dmesg)
}

# lockdep_is_on: does dom0's kernel prove its locks, and has found nothing yet?
lockdep_is_on()
{
	grep -q 'debug_locks: *1' /proc/lockdep_stats
}

# tell WORD TEXT...: a line for who reads the verdict channel
tell()
{
	echo "$*" >/dev/ttyS1
	say "$*"
}

# monitor COMMAND: to the monitor of the machine itself (QEMU's HMP). Its answer
# stays in hmp.out: what came of it has to be seen otherwise.
monitor()
{
	tell hmp "$*"
}

# ---- the driver

# driver_load NAME [PARAMETER...]: NAME and no other, with just these
# parameters
driver_load()
{
	local name="$1" had="" f
	shift

	for f in xen_pciback pciback2; do
		[ -d /sys/module/$f ] && had=$f
	done
	# A test that loads it in its own way removes the file
	if [ "$had" = "$(echo "$name" | tr - _)" ] && [ -e /run/driver.parameters ] &&
		[ "$*" = "$(cat /run/driver.parameters)" ]; then
		return 0
	fi
	# A guest that has just ended may count as alive for some seconds
	[ -z "$had" ] || wait_for 30 modprobe -r $had || return 1
	modprobe "$name" "$@" || return 1
	echo "$*" >/run/driver.parameters
}


# module_loaded: the module behind the driver pciback
module_loaded()
{
	local m
	for m in pciback2 xen_pciback; do
		[ ! -d /sys/module/$m ] || echo $m
	done
}

# reset_record BDF: what the driver says about the last reset
reset_record()
{
	cat "$PCI/$1/pciback2/last_reset" 2>/dev/null || echo "no record of a reset"
}

on_pciback()
{
	[ "$(driver_of "$1")" = pciback ]
}

power_state()
{
	cat "$PCI/$1/power_state"
}

# in_power_state BDF STATE, without a process: it is asked often
in_power_state()
{
	read -r state <"$PCI/$1/power_state" && [ "$state" = "$2" ]
}

# events: how often frontends have woken dom0
events()
{
	awk '/pciback/ { for (i = 2; i <= 3; i++) n += $i } END { print n + 0 }' /proc/interrupts
}

# ---- assignment

assign_add()
{
	local bdf
	for bdf; do
		say "xl pci-assignable-add $bdf"
		xl pci-assignable-add "$bdf" || fail "xl pci-assignable-add $bdf: exit $?"
		on_pciback "$bdf" || fail "$bdf is not on pciback after assignable-add"
	done
}

assign_remove()
{
	local bdf
	for bdf; do
		say "xl pci-assignable-remove -r $bdf"
		xl pci-assignable-remove -r "$bdf" ||
			fail "xl pci-assignable-remove $bdf: exit $?"
		refute "$bdf is still on pciback" on_pciback "$bdf"
	done
}

# make_vfs COUNT: virtual functions of PF. dom0's driver does not take them; from
# then on others may.
make_vfs()
{
	echo 0 >"$PCI/$PF/sriov_drivers_autoprobe"
	echo "$1" >"$PCI/$PF/sriov_numvfs" || fail "cannot make $1 virtual functions"
	echo 1 >"$PCI/$PF/sriov_drivers_autoprobe"
	[ -e "$PCI/${PF%.*}.$1" ] || fail "there are no $1 virtual functions"
}

# ---- guests

# guest_start NAME WORD...: a PV guest. A word is the address of a device, a
# line of the guest's configuration (key=value), modules=a,b (what its init
# loads) or cmdline=WORDS (for its kernel). Comes back when the
# guest's agent answers.
guest_start()
{
	guest_create "$@"
	guest_ready "$1"
}

# dom0_is_pvh: libxl 4.17 cannot create a guest with functions there, since it asks
# for the host's memory map, and guests get no interrupts
dom0_is_pvh()
{
	grep -q PVH /sys/hypervisor/guest_type
}

guest_create()
{
	local name="$1" word pci='' later='' cmdline='' file=/run/$1.cfg
	shift

	{
		echo "name='$name'"
		echo "type='pv'"
		echo "kernel='/guest/vmlinux'"
		echo "ramdisk='/guest/initrd'"
		echo "memory=256"
		echo "vcpus=1"
		echo "on_poweroff='destroy'"
		echo "on_crash='destroy'"
		for word; do
			case $word in
			modules=*) cmdline="$cmdline pb2.$word" ;;
			cmdline=*) cmdline="$cmdline ${word#*=}" ;;
			*=*) echo "$word" ;;
			*) if dom0_is_pvh; then
				[ -n "$later" ] || echo "passthrough='enabled'"
				later="$later $word"
			   else
				pci="$pci'$word',"
			   fi ;;
			esac
		done
		echo "pci=[$pci]"
		# Warnings and what is worse: the rest costs seconds to print. A
		# guest may starve on a busy host, and must not complain of that.
		echo "extra='console=hvc0 panic=-1 loglevel=5 nosoftlockup$cmdline'"
	} >"$file"
	say "xl create $name${pci:+ with $pci}"
	xl create -q "$file" || fail "xl create $name: exit $?"
	for word in $later; do
		xl pci-attach "$name" "$word" || fail "xl pci-attach $name $word: exit $?"
	done
}

guest_id()
{
	xl domid "$1" 2>/dev/null
}

guest_log()
{
	echo "/var/log/xen/console/guest-$1.log"
}

# guest_ready NAME [SECONDS]. One that reboots has no number for a moment, and
# then another one.
guest_ready()
{
	local id end

	uptime_s
	end=$((now + ${2:-180}))
	until id=$(guest_id "$1") && /tests/await 20 "/local/domain/$id/data/ready"; do
		uptime_s
		[ "$now" -lt "$end" ] && usleep 200000 && continue
		tail -n 20 "$(guest_log "$1")"
		fail "guest $1 did not come up within ${2:-180} s"
	done
}

guest_gone()
{
	! guest_id "$1" >/dev/null
}

# guest_run NAME 'COMMAND': run it in the guest, print what it printed, return
# what it returned; 125 when the guest gives no answer
guest_run()
{
	local id data seq rc n i

	id=$(guest_id "$1") || return 125
	data=/local/domain/$id/data
	seq=$(cut -c1-8 /proc/sys/kernel/random/uuid)
	xenstore-write "$data/cmd" "$seq $(echo "$2" | base64 -w 0)"
	if ! /tests/await "${GUEST_LIMIT:-120}" "$data/rc" "$seq"; then
		say "guest $1 gave no answer to: $2" >&2
		return 125
	fi
	rc=$(xenstore-read "$data/rc")
	n=${rc##* }
	rc=${rc#* }
	i=0
	while [ $i -lt "$n" ]; do
		xenstore-read "$data/out/$i"
		i=$((i + 1))
	done | base64 -d
	return "${rc%% *}"
}

guest_stop()
{
	say "xl shutdown $1"
	xl shutdown "$1" >/dev/null || fail "xl shutdown $1: exit $?"
	# xl is dear where a processor is emulated
	PAUSE=1000000 wait_for 120 guest_gone "$1" ||
		fail "guest $1 is still there after 120 s"
}

guest_destroy()
{
	say "xl destroy $1"
	xl destroy "$1" || fail "xl destroy $1: exit $?"
	wait_for 60 guest_gone "$1" || fail "guest $1 is still there after 60 s"
}

# guest_attach_first NAME DEVICE: to a guest that has no function yet, and no driver
# for this one
guest_attach_first()
{
	say "xl pci-attach $1 $2"
	xl pci-attach "$1" "$2" || fail "xl pci-attach $1 $2: exit $?"
	guest_run "$1" "modprobe xen-pcifront"
	expect "guest $1 has $2" wait_for 30 guest_run "$1" "[ -e $PCI/$V0 ]"
}

# guest_attach NAME DEVICE ADDRESS: until a driver of the guest has it, there
guest_attach()
{
	say "xl pci-attach $1 $2"
	xl pci-attach "$1" "$2" || fail "xl pci-attach $1 $2: exit $?"
	wait_for 60 guest_run "$1" "[ -e $PCI/$3/driver ]" ||
		fail "$2 does not appear in guest $1 at $3"
}

# ---- taking back

# By number where the name is lost, as in what a killed xl left
guests()
{
	xl list 2>/dev/null | awk 'NR > 1 && $1 != "Domain-0" { print $1 == "(null)" ? $2 : $1 }'
}

owned()
{
	local d
	for d in "$PCIBACK"/*:*; do
		[ -e "$d" ] && echo "${d##*/}"
	done
}

# port_of BDF: of its slot
port_of()
{
	basename "$(dirname "$(readlink -f "$PCI/$1")")"
}

# powerless: the devices whose slot is switched off
powerless()
{
	local device control

	for device in "$NIC" "$DISK" "$PF" "$VIRTIO" "$MULTI0" "$SPARE"; do
		[ -e "$PCI/$device" ] || continue
		control=$(setpci -s "$(port_of "$device")" CAP_EXP+18.w 2>/dev/null)
		[ $((0x${control:-0} & 0x400)) = 0 ] || echo "$device"
	done
}

# overridden: the functions that only a driver of some name may have
overridden()
{
	local file name

	for file in "$PCI"/*/driver_override; do
		read -r name <"$file"
		[ -z "$name" ] || [ "$name" = "(null)" ] || basename "${file%/*}"
	done
}

# leftovers: destroy the guests and take back whatever else a test left; each gets a
# line in $LEFT
LEFT=${LEFT:-/run/leftovers}
leftovers()
{
	local name

	for name in $(guests); do
		echo "guest $name" >>"$LEFT"
		timeout 60 xl destroy "$name"
	done
	for name in $(powerless); do
		echo "slot of $name without power" >>"$LEFT"
		setpci -s "$(port_of "$name")" CAP_EXP+18.w=0:0400
	done
	for name in $(owned); do
		echo "device $name" >>"$LEFT"
		timeout 60 xl pci-assignable-remove -r "$name"
	done
	for name in $(overridden); do
		echo "driver_override of $name" >>"$LEFT"
		echo "" >"$PCI/$name/driver_override"
	done
	name=$(cat "$PCI/$PF/sriov_numvfs" 2>/dev/null)
	if [ "${name:-0}" != 0 ]; then
		echo "$name virtual functions" >>"$LEFT"
		echo 0 >"$PCI/$PF/sriov_numvfs"
	fi
}

# init sources this file too, and lives on
[ $$ = 1 ] || trap leftovers EXIT
