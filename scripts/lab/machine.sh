# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# machine.sh - the machine of the laboratory: QEMU without KVM, q35 with an
# emulated VT-d, Xen, dom0, and one set of devices for all tests. Sourced.
#
# As dom0 sees them, each behind a root port of its own (tests/xen/lib/lib.sh has
# the same table as names):
#
#   01:00.0  e1000e, user network 10.0.2.0/24   MSI-X, claims a reset it has not
#   02:00.0  nvme, 64 MiB                       MSI-X, FLR
#   03:00.0  nvme, SR-IOV, up to four VFs       MSI-X, FLR
#   04:00.0  virtio-net                         MSI-X, FLR, PM, AER
#   05:00.0  e1000e   } one multifunction
#   05:00.1  nvme     } device
#   06:00.0  e1000e, to hot-add                 user network 10.0.6.0/24
#   07:00.0  bridge from PCIe to PCI, behind it
#   08:01.0    rtl8139, INTx only               user network 10.0.8.0/24
#   08:02.0    i82559er, INTx only, stays in D0
#
# In the directory of a run: console (Xen's console with dom0's kernel and
# what the tests print), verdict (com2: what dom0 says about itself, and
# nothing else writes there), qmp (socket), com1.in (input of the console),
# hmp.in (monitor), hmp.out (what the monitor answered), silence (what a machine
# that hung was doing). dom0 reaches the monitor with a line "hmp COMMAND" over
# the verdict channel, which system-tests passes on.

: "${pb2_top:?source lib/common.sh first}" "${pb2_cache:?}" "${image_dir=}"

# shellcheck source=scripts/lab/acpi.sh
. "$pb2_top/scripts/lab/acpi.sh"

machine_packages=(qemu-system-x86 procps)

# Seconds without a word: longer than any test waits for anything
machine_patience=400

# What no log may contain. "WARNING: CPU" is the kernel's WARN; xl's and
# udhcpc's warnings are none. Of DMA that the IOMMU stops Xen says which device
# requested it: no guest here does any that it may not do.
machine_splats='Kernel panic|WARNING: (CPU|possible|inconsistent|suspicious|bad|held|lock)|BUG: |kernel BUG|Oops|general protection fault|KASAN: |UBSAN: |Call Trace|INFO: (possible|task|rcu)|rcu_.*self-detected stall|possible recursive locking|DEBUG_LOCKS_WARN|Assertion .* failed|Panic on CPU|Xen BUG|Xen WARN|FATAL TRAP|FATAL PAGE FAULT|Hardware Dom0 crashed|Request device|IO_PAGE_FAULT'

# Machines that differ, by the name that a test gives in "# machine: NAME":
# words for dom0's kernel; a kernel of scripts/kernel instead of Debian's; the
# hypervisor of scripts/xen instead of Debian's; the image of stubdom.sh; how
# QEMU runs processors; words for Xen; and options of QEMU. Of an option that is
# given twice the last one counts, with Xen as with QEMU.
#   portpm	Linux keeps ports awake that it thinks too old, or that others
#		hot-plug: here it lets all of them sleep
#   lockdep	dom0's kernel proves its locks and watches its memory
#   patched	Xen has the calls of scripts/xen.d, and there is a second host
#		bridge, for buses 80 and up
#   stubdom	HVM guests whose device model is in a stub domain. AMD's nested
#		page tables are no page tables for the emulated VT-d.
#   pvh	dom0 is a PVH domain: its mappings, interrupts and ECAM accesses are
#		the hypervisor's business. Needs what HVM guests need. Of a guest that
#		xl builds each page is unmapped alone, and flushed from the IOMMU:
#		half a minute in one call, which the kernel would complain of.
#   kasan	the same with a kernel that watches its memory
#	bench	for times: under the scheduler of old a domain that wakes up
#		often waits for milliseconds. scripts/bench says how many
#		threads: with two a request waits for the host's scheduler as
#		soon as the host has anything else to do, 20 ms or until
#		pcifront gives it up; with one nothing runs at the same time.
#		09:00.0 is an nvme with 120 VFs, 0a:00 and 0b:00 have eight
#		functions each.
#   segments	the second host bridge, with all devices, is segment 1, and the
#		IOMMU that segment's; Xen as in patched
#   debsegs	the same with Debian's Xen
#   xenseg	Xen sees these segments, and dom0 sees all in segment 0: they
#		disagree. An e1000e is behind the second bridge, 81:00.0.
#   dom0seg	dom0 sees these segments, and Xen sees all in segment 0
declare -A machine_words=(
	[standard]=''
	[portpm]='pcie_port_pm=force'
	[lockdep]=''
	[patched]=''
	[stubdom]=''
	[pvh]='nosoftlockup rcupdate.rcu_cpu_stall_suppress=1'
	[bench]=''
	[segments]="acpi_rsdp=$acpi_grub_rsdp"
	[debsegs]="acpi_rsdp=$acpi_grub_rsdp"
	[xenseg]=''
	[dom0seg]=''
)
# Tables of scripts/lab/acpi, for GRUB or for the initramfs
declare -A machine_grub=(
	[segments]='mcfg segment dmar'
	[debsegs]='mcfg segment dmar'
	[xenseg]='mcfg'
)
declare -A machine_initramfs=([dom0seg]='mcfg segment')
# shellcheck disable=SC2034 # for those who source this
declare -A machine_flavour=([lockdep]=lockdep [kasan]=dom0-kasan)
# The tests of which machine it may run besides those that may run anywhere
# shellcheck disable=SC2034 # for those who source this
declare -A machine_like=([kasan]=pvh)
# shellcheck disable=SC2034 # for those who source this
declare -A machine_patched=([patched]=1 [segments]=1 [xenseg]=1 [dom0seg]=1)
# shellcheck disable=SC2034 # for those who source this
declare -A machine_stubdom=([stubdom]=1)
declare -A machine_thread=([stubdom]=multi [pvh]=multi [kasan]=multi)
# What two threads emulate waits for both, and libxl gives a device model 10 s: a
# machine with one thread gives way to it
declare -A machine_nice=([stubdom]=0 [pvh]=0 [kasan]=0 [bench]=0)
declare -A machine_xen_words=(
	[stubdom]='dom0_mem=1200M,max:1200M iommu=no-sharept sched=credit2'
	[pvh]='dom0=pvh cpuidle=0 mwait-idle=0 iommu=no-sharept'
	[bench]='sched=credit2'
)
# machine_crowd: devices to be seized by the hundred
machine_crowd()
{
	local port function

	echo "-device pcie-root-port,id=rp11,chassis=11,slot=11,addr=b.0,x-speed=5,mem-reserve=8M"
	echo "-device nvme-subsys,id=crowd"
	echo "-device nvme,bus=rp11,serial=crowd,subsys=crowd,sriov_max_vfs=120,max_ioqpairs=242,sriov_vq_flexible=240,sriov_vi_flexible=120,msix_qsize=241"
	for port in 12 13; do
		echo "-device pcie-root-port,id=rp$port,chassis=$port,slot=$port,addr=$(printf %x $port).0,x-speed=5"
		for function in 0 1 2 3 4 5 6 7; do
			echo "-device virtio-rng-pci-non-transitional,bus=rp$port,addr=0.$function,multifunction=on"
		done
	done
}

# A processor with AMD's extensions for virtual machines
machine_svm='-cpu qemu64,+ssse3,+sse4.1,+sse4.2,+svm,+npt'
# Which host bridge the devices are behind
declare -A machine_bus=([patched]=pxb [segments]=pxb [debsegs]=pxb)
machine_bridge='-device pxb-pcie,id=pxb,bus_nr=128,bus=pcie.0,addr=1e.0'
machine_far="$machine_bridge -device pcie-root-port,id=rp81,chassis=81,slot=81,bus=pxb,addr=0.0,x-speed=5 -netdev user,id=n81,restrict=on,net=10.0.81.0/24 -device e1000e,bus=rp81,netdev=n81"
declare -A machine_options=(
	[portpm]='-global pcie-root-port.hotplug=off'
	[patched]=$machine_bridge
	[segments]=$machine_bridge
	[debsegs]=$machine_bridge
	[xenseg]=$machine_far
	[dom0seg]=$machine_far
	[stubdom]="$machine_svm -m 3072"
	[pvh]=$machine_svm
	[bench]="$(machine_crowd | paste -sd ' ')"
)
# What differs from pvh: memory for the shadow, and that call takes longer
machine_words[kasan]="${machine_words[pvh]} workqueue.watchdog_thresh=0"
machine_xen_words[kasan]="${machine_xen_words[pvh]} dom0_mem=1400M,max:1400M"
machine_options[kasan]=${machine_options[pvh]}

# The one to start, the kernel of its dom0, and its hypervisor
machine_kind=standard
machine_kernel=
machine_xen=

machine_disk()
{
	local dir=$1 name

	for name in disk vfdisk multidisk; do
		truncate -s 64M "$dir/$name.raw"
	done
}

# machine_boot DIR XEN_WORDS KERNEL_WORDS: how a $machine_kind boots is then in
# machine_start's array boot
machine_boot()
{
	local dir=$1 xen_words=$2 words=$3
	local xen=${machine_xen:-$image_dir/xen} kernel=${machine_kernel:-$image_dir/vmlinuz}
	local -a tables=()

	read -ra tables <<<"${machine_initramfs[$machine_kind]:-}"
	[ ${#tables[@]} = 0 ] || acpi_initramfs "$dir" "${tables[@]}"
	read -ra tables <<<"${machine_grub[$machine_kind]:-}"
	if [ ${#tables[@]} = 0 ]; then
		# -initrd's own separator is the comma: a comma in a word is doubled
		boot=(-kernel "$xen" -append "$xen_words"
		      -initrd "$kernel ${words//,/,,},dom0.img")
		return
	fi
	acpi_grub "$dir" "$xen" "$kernel" "$xen_words" "$words" "${tables[@]}"
	# shellcheck disable=SC2054 # the commas are for QEMU
	boot=(-drive if=none,id=grub,format=raw,file=grub.raw
	      -drive if=none,id=files,format=raw,file=files.raw
	      -device ide-hd,drive=grub,bus=ide.0,bootindex=0
	      -device ide-hd,drive=files,bus=ide.1,bootindex=1)
}

# machine_start DIR SERIAL [WORD...]: start a $machine_kind on DIR/dom0.img
# with SERIAL as the console; the words go to dom0's command line. Its process
# is then $machine_pid.
machine_start()
{
	local dir=$1 serial=$2
	local -a devices=() options=() boot=()
	local words xen_words n speed
	shift 2
	machine_dir=$dir

	pb2_need "${machine_packages[@]}"
	machine_disk "$dir"
	rm -f "$dir"/{console,verdict,qmp,hmp.in,hmp.out,com1.in,com1.out,qemu.log}
	: >"$dir/verdict"
	: >"$dir/console"
	# QEMU calls it a pipe and takes any file for its second end
	: >"$dir/hmp.out"
	ln -s console "$dir/com1.out"
	mkfifo "$dir/hmp.in" "$dir/com1.in"

	# QEMU's links above 5 GT/s never report themselves active after a reset
	# of the bus, which costs a second and makes the kernel call it failed.
	# The spare NIC keeps such a link, as a method that denies its success.
	for n in 1 2 3 4 5 6 7; do
		speed=,x-speed=5
		[ $n != 6 ] || speed=
		devices+=(-device "pcie-root-port,id=rp$n,bus=${machine_bus[$machine_kind]:-pcie.0},chassis=$n,slot=$n,addr=$((n + 1)).0$speed")
	done
	# shellcheck disable=SC2054 # the commas are for QEMU
	devices+=(
		-netdev user,id=n1,restrict=on
		-netdev user,id=n4,restrict=on,net=10.0.4.0/24
		-netdev user,id=n5,restrict=on,net=10.0.5.0/24
		-netdev user,id=n6,restrict=on,net=10.0.6.0/24
		-netdev user,id=n8,restrict=on,net=10.0.8.0/24
		-netdev user,id=n9,restrict=on,net=10.0.9.0/24
		-drive if=none,id=d2,format=raw,file=disk.raw
		-drive if=none,id=d3,format=raw,file=vfdisk.raw
		-drive if=none,id=d5,format=raw,file=multidisk.raw
		-device e1000e,bus=rp1,netdev=n1
		-device nvme,bus=rp2,serial=disk,drive=d2
		-device nvme-subsys,id=vfs
		-device nvme,bus=rp3,serial=vf,subsys=vfs,sriov_max_vfs=4,max_ioqpairs=20,sriov_vq_flexible=8,sriov_vi_flexible=4,msix_qsize=21
		-device nvme-ns,drive=d3
		-device virtio-net-pci-non-transitional,bus=rp4,netdev=n4,x-pcie-flr-init=on,x-pcie-pm-init=on,aer=on
		-device e1000e,bus=rp5,addr=0.0,multifunction=on,netdev=n5
		-device nvme,bus=rp5,addr=0.1,serial=multi,drive=d5
		-device e1000e,id=spare,bus=rp6,netdev=n6
		-device pcie-pci-bridge,id=pci7,bus=rp7
		-device rtl8139,bus=pci7,addr=1.0,netdev=n8
		-device i82559er,bus=pci7,addr=2.0,netdev=n9
	)
	# Xen 4.17's default scheduler, credit2, now and then lets both processors
	# idle while both of dom0's are runnable (pause_flags=0, upcall_pend=1,
	# has=F), until some interrupt comes. That of old has a tick.
	# One thread for both processors: QEMU before 8.1 crashes now and then
	# where one of them moves a BAR while the other reads one. It costs no
	# time that could be measured. HVM guests need two: with one, SeaBIOS
	# hangs in its default interrupt handler (QEMU 7.2).
	words="console=hvc0 log_buf_len=1M panic=5 panic_on_warn=1 sysctl.kernel.hung_task_panic=1 ${machine_words[$machine_kind]} $*"
	xen_words="console=com1 com1=115200,8n1 dom0_mem=1024M,max:1024M loglvl=all guest_loglvl=all conring_size=64k sched=credit ${machine_xen_words[$machine_kind]:-}"
	read -ra options <<<"${machine_options[$machine_kind]:-}"
	machine_boot "$dir" "$xen_words" "$words"

	(
		cd "$dir" || exit 1
		exec nice -n "${machine_nice[$machine_kind]:-5}" qemu-system-x86_64 \
			-machine q35,kernel-irqchip=split \
			-accel "tcg,thread=${machine_thread[$machine_kind]:-single}" \
			-cpu qemu64,+ssse3,+sse4.1,+sse4.2 -smp 2 -m 2304 \
			-display none -no-reboot -nic none \
			-device intel-iommu,intremap=on \
			"${boot[@]}" -serial "$serial" -serial file:verdict \
			-qmp unix:qmp,server=on,wait=off \
			-chardev pipe,id=com1,path=com1 \
			-chardev pipe,id=hmp,path=hmp -mon chardev=hmp,mode=readline \
			"${options[@]}" "${devices[@]}"
	) 2>"$dir/qemu.log" &
	machine_pid=$!
}

machine_runs()
{
	kill -0 "$machine_pid" 2>/dev/null
}

# machine_monitor DIR COMMAND: to the monitor of the machine. Opened for both
# directions a pipe without a reader makes nobody wait.
machine_monitor()
{
	echo "$2" 1<>"$1/hmp.in"
}

# machine_answers DIR: the last three lines that the monitor answered. It shows
# commands as they are typed, behind its prompt.
machine_answers()
{
	tr -d '\r' <"$1/hmp.out" | grep -a -v -e '^(qemu) ' -e '^QEMU .* monitor' -e '^$' |
		tail -n 3
}

# machine_stop: end QEMU. How it ended is then in $machine_end, and
# $machine_crashed is set if it was QEMU that crashed as it does now and then where
# it moves a BAR: that says nothing of what ran in it. An assertion of QEMU
# (SIGABRT) does, and so does any other signal: what ran has provoked it.
machine_stop()
{
	local status stopped=

	[ -n "${machine_pid:-}" ] || return 0
	# A process that has gone leaves its status to wait
	! kill "$machine_pid" 2>/dev/null || stopped=1
	wait "$machine_pid" 2>/dev/null
	status=$?
	machine_pid=
	machine_crashed=
	# shellcheck disable=SC2034 # for those who source this
	case $status${stopped:+ stopped} in
	0) machine_end="the machine was switched off or reset" ;;
	137) machine_end="the machine said nothing for $machine_patience s" ;;
	*stopped) machine_end="the machine ran out of time" ;;
	139)
		machine_end="QEMU crashed with signal 11"
		machine_crashed=1
		;;
	13[2-8])
		machine_end="QEMU ended itself with signal $((status - 128)): $(tail -n 1 "$machine_dir/qemu.log")"
		;;
	*) machine_end="QEMU ended with status $status" ;;
	esac
}

# machine_mixed_up DIR: did QEMU take Xen's registers for those of dom0? Now and then
# a dom0 that is no PV domain "triple faults" at an address of Xen's, in Xen's code
# segment: the emulated processor had left the domain halfway. What faults by
# itself has its own registers, and is no dom0 if it is a guest.
machine_mixed_up()
{
	grep -a -A 6 'd0v[0-9]* Triple fault - invoking HVM shutdown' "$1/console" |
		grep -a -q 'RIP: *e008:'
}

# machine_scan FILE: print what no log may contain; fails when there is any.
# dom0 has judged its guests' logs, which stand behind "guest: ".
machine_scan()
{
	! grep -a -v "^guest: " "$1" | grep -a -n -E -- "$machine_splats"
}

# machine_keys DIR KEY...: debug keys for Xen, which answers on the console
machine_keys()
{
	local dir=$1 key
	shift

	# Three times control-a turns the console's input to Xen, and back
	for key in $'\001\001\001' "$@" $'\001\001\001'; do
		printf %s "$key" 1<>"$dir/com1.in"
		sleep 3
	done
}

# machine_examine DIR: what a machine that hangs is doing: in DIR/silence QEMU's
# threads, and where its processors are, once QEMU answers at all; on the
# console what Xen knows of dom0 (0), timers (a), event channels (e), domains
# (q) and run queues (r)
machine_examine()
{
	local size

	size=$(stat -c %s "$1/hmp.out")
	{
		ps -L -o tid,stat,time,wchan:20,comm -p "$machine_pid"
		machine_monitor "$1" "info registers -a"
		sleep 5
		ps -L -o tid,stat,time,wchan:20,comm -p "$machine_pid"
		tail -c "+$((size + 1))" "$1/hmp.out"
	} >"$1/silence" 2>&1
	machine_keys "$1" 0 a e q r
}

# machine_mind_silence DIR: kill a machine whose console and verdict do not
# grow any more
machine_mind_silence()
{
	local size last='' silent=0

	while kill -0 "$machine_pid" 2>/dev/null; do
		sleep 10
		size=$(stat -c %s "$1/console" "$1/verdict" 2>/dev/null)
		silent=$((silent + 10))
		[ "$size" = "$last" ] || silent=0
		last=$size
		[ "$silent" -ge "$machine_patience" ] || continue
		machine_examine "$1"
		kill -KILL "$machine_pid" 2>/dev/null
	done
}

# machine_verdicts DIR SECONDS: what comes over the verdict channel, line by
# line, until the machine ends or the time is over
machine_verdicts()
{
	machine_mind_silence "$1" >/dev/null &
	timeout "$2" tail --pid="$machine_pid" -n +1 -f "$1/verdict"
}
