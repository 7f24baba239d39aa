# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# acpi.sh - ACPI tables of scripts/lab/acpi in place of QEMU's, which know but one
# segment: through GRUB for Xen, and for dom0 where it is told; through the
# initramfs for dom0 alone. Sourced.
#
# GRUB puts the tables, and a root pointer of its own, into the extended BIOS data
# area. Xen looks there first. A PV dom0 does not see that area and finds QEMU's
# tables, unless acpi_rsdp= tells it where to look.

: "${pb2_top:?source lib/common.sh first}"

acpi_packages=(grub-common grub-pc-bin acpica-tools cpio)
acpi_grub_modules=(acpi biosdisk boot multiboot2 serial tar terminal)

# Where GRUB 2.06 has its root pointer under the SeaBIOS of QEMU 7.2
# shellcheck disable=SC2034 # for those who source this
acpi_grub_rsdp=0x9f100

# acpi_compile DIR TABLE...: the tables as DIR/TABLE.aml
acpi_compile()
{
	local dir=$1 table
	shift

	pb2_need "${acpi_packages[@]}"
	for table; do
		iasl -p "$dir/$table" "$pb2_top/scripts/lab/acpi/$table.asl" \
			>"$dir/iasl.log" 2>&1 ||
			pb2_die "$table.asl does not compile (see $dir/iasl.log)"
	done
}

# acpi_initramfs DIR TABLE...: put them in front of DIR/dom0.img, where the kernel
# looks for tables that replace a firmware's
acpi_initramfs()
{
	local dir=$1 tree=$1/acpi place=kernel/firmware/acpi
	shift

	rm -rf "$tree"
	mkdir -p "$tree/$place"
	acpi_compile "$tree/$place" "$@"
	rm "$tree/$place/iasl.log"
	(cd "$tree" && find kernel -print0 | cpio --quiet -0 -o -H newc) >"$dir/acpi.cpio"
	cat "$dir/acpi.cpio" "$dir/dom0.img" >"$tree/dom0.img"
	mv "$tree/dom0.img" "$dir/dom0.img"
	rm -r "$tree" "$dir/acpi.cpio"
}

# acpi_grub_config XEN_WORDS KERNEL_WORDS TABLE...: what GRUB has to do. What it
# does not like it says on the serial port.
acpi_grub_config()
{
	local xen_words=$1 kernel_words=$2 table
	local -a files=() replaced=()
	shift 2

	for table; do
		files+=("/$table.aml")
		# There may be several of the others
		case $table in mcfg | dmar) replaced+=("${table^^}") ;; esac
	done
	cat <<-EOC
		serial --unit=0 --speed=115200
		terminal_output serial
		set root=hd1
		acpi --exclude=$(IFS=,; echo "${replaced[*]}") ${files[*]}
		multiboot2 /xen $xen_words
		module2 /vmlinuz $kernel_words
		module2 /dom0.img
		boot
	EOC
}

# acpi_grub DIR XEN KERNEL XEN_WORDS KERNEL_WORDS TABLE...: the disks DIR/grub.raw,
# which boots, and DIR/files.raw, an archive of what it boots, with DIR/dom0.img
acpi_grub()
{
	local dir=$1 xen=$2 kernel=$3 xen_words=$4 kernel_words=$5
	local grub=/usr/lib/grub/i386-pc tree=$1/acpi
	shift 5

	rm -rf "$tree"
	mkdir "$tree"
	acpi_compile "$tree" "$@"
	acpi_grub_config "$xen_words" "$kernel_words" "$@" >"$tree/grub.cfg"
	grub-mkimage -O i386-pc -p / -c "$tree/grub.cfg" -o "$tree/core.img" \
		"${acpi_grub_modules[@]}" || pb2_die "GRUB makes no image"
	cat $grub/boot.img "$tree/core.img" >"$dir/grub.raw"
	truncate -s 1M "$dir/grub.raw"
	ln -s "$(readlink -f "$xen")" "$tree/xen"
	ln -s "$(readlink -f "$kernel")" "$tree/vmlinuz"
	ln -s "$(readlink -f "$dir/dom0.img")" "$tree/dom0.img"
	tar -chf "$dir/files.raw" -C "$tree" xen vmlinuz dom0.img "${@/%/.aml}" ||
		pb2_die "no archive for GRUB"
	rm -r "$tree"
}
