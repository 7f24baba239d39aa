# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# devices.sh - what a domain does with its devices, named by address: ping,
# write and read back, count vectors and interrupts. The same in dom0 and in
# guests, whose agent has it sourced before every command.

PCI=/sys/bus/pci/devices

# nic_name BDF: its network interface, which virtio has one level below
nic_name()
{
	for nic in "$PCI/$1"/net/* "$PCI/$1"/virtio*/net/*; do
		[ -e "$nic" ] && echo "${nic##*/}" && return
	done
	return 1
}

# nic_ping BDF GATEWAY: an address by DHCP, then an answer from the gateway
nic_ping()
{
	nic=$(nic_name "$1") || return 1
	ip -4 addr show dev "$nic" | grep -q inet ||
		udhcpc -i "$nic" -s /etc/udhcpc.script -n -q -t 30 -T 2 || return 1
	ping -c 3 -w 60 -I "$nic" "$2"
}

# nic_down BDF: forget the address
nic_down()
{
	nic=$(nic_name "$1") || return 1
	ip addr flush dev "$nic"
	ip link set "$nic" down
}

# disk_name BDF: the block device of an NVMe controller; where several
# controllers may share a namespace, sysfs has it as nvme0c0n1
disk_name()
{
	find "$PCI/$1/nvme/" -mindepth 2 -maxdepth 2 2>/dev/null |
		sed -n 's/.*\/\(nvme[0-9]*\)\(c[0-9]*\)\{0,1\}\(n[0-9]*\)$/\1\3/p' | head -n 1
}

# disk_sum BDF: the checksum of the first MiB, read past the cache
disk_sum()
{
	disk=/dev/$(disk_name "$1")
	blockdev --flushbufs "$disk"
	echo 3 >/proc/sys/vm/drop_caches
	dd if="$disk" bs=64k count=16 2>/dev/null | sha256sum | cut -c1-64
}

# disk_check BDF: write a MiB of noise, read it back, print its checksum
disk_check()
{
	wait_for_disk "$1" || return 1
	disk=/dev/$(disk_name "$1")
	dd if=/dev/urandom of=/run/noise bs=64k count=16 2>/dev/null
	dd if=/run/noise of="$disk" bs=64k conv=fsync 2>/dev/null || return 1
	noise=$(sha256sum </run/noise | cut -c1-64)
	echo "$noise"
	[ "$noise" = "$(disk_sum "$1")" ]
}

# driver_of BDF
driver_of()
{
	[ -e "$PCI/$1/driver" ] && basename "$(readlink "$PCI/$1/driver")"
}

# msix_vectors BDF: how many MSI-X vectors its driver has
msix_vectors()
{
	cat "$PCI/$1"/msi_irqs/* 2>/dev/null | grep -c msix
}

# irq_events BDF: interrupts so far, on all its lines and processors
irq_events()
{
	for irq in "$PCI/$1"/msi_irqs/*; do
		[ -e "$irq" ] || irq=$(cat "$PCI/$1/irq")
		sed -n "s/^ *${irq##*/}: *//p" /proc/interrupts
	done | awk '{ for (i = 1; i <= NF && $i ~ /^[0-9]+$/; i++) n += $i } END { print n + 0 }'
}

# reload MODULE: out and in again
reload()
{
	# modprobe -r would fail over a dependency that is still in use
	rmmod "$1" && modprobe "$1"
}

# wait_for_disk BDF: nvme makes its disk after modprobe came back
wait_for_disk()
{
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
		[ ! -b "/dev/$(disk_name "$1")" ] || return 0
		sleep 1
	done
	return 1
}
