# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# stubdom.sh - what dom0 needs besides image.sh's to run HVM guests whose device
# model is in a Linux stub domain: QEMU and firmware, and that stub domain's
# kernel and initramfs, under the names that libxl has for them, and an lspci
# that reads ECAM pages. Sourced after image.sh.

: "${pb2_top:?source lib/common.sh first}" "${pb2_cache:?}" "${image_dir=}" \
	"${image_kernel_version=}" "${pair_xen=}"

# shellcheck source=scripts/lib/source.sh
. "$pb2_top/scripts/lib/source.sh"
# shellcheck source=scripts/lab/pciutils.sh
. "$pb2_top/scripts/lab/pciutils.sh"

stubdom_tools=(grub-common grub-pc-bin)
stubdom_packages=(qemu-system-xen qemu-system-data seabios)
stubdom_modules=(xen-evtchn xen-gntdev xen-gntalloc xen-privcmd xen-pcifront)

# stubdom_qemu TREE: QEMU as Xen's device model, and libxl's way to its monitor.
# QEMU wants a keyboard also where there is no screen.
stubdom_qemu()
{
	local xen=/usr/lib/xen-$pair_xen/bin

	image_program "$1" /usr/libexec/xen-qemu-system-i386 \
		"$xen/vchan-socket-proxy"
	ln -s "../lib/xen-$pair_xen/bin/vchan-socket-proxy" "$1/usr/bin/"
	image_file "$1" /usr/share/qemu/keymaps/en-us
}

# stubdom_sectors FILE: how many of 512 bytes it takes
stubdom_sectors()
{
	echo $((($(stat -Lc %s "$1") + 511) / 512))
}

# stubdom_disk TREE DIR: DIR/disk, which boots the kernel and the initramfs of
# TREE. With kernel= in xl.cfg the firmware would get them from QEMU byte by byte.
# Of the guest's own kernel the early search for AGP bridges, which an HVM guest
# of AMD's does twice, would take half a minute.
stubdom_disk()
{
	local kernel=$image_dir/vmlinuz initrd=$1/guest/initrd dir=$2
	local grub=/usr/lib/grub/i386-pc first=2048 second end

	second=$((first + $(stubdom_sectors "$kernel")))
	end=$((second + $(stubdom_sectors "$initrd")))
	cat >"$dir/grub.cfg" <<EOC
linux (hd0)$first+$((second - first)) console=hvc0 panic=-1 loglevel=5 nosoftlockup mitigations=off pci=noearly pb2.modules=e1000e
initrd (hd0)$second+$((end - second))
boot
EOC
	grub-mkimage -O i386-pc -p / -c "$dir/grub.cfg" -o "$dir/core.img" \
		biosdisk linux boot
	cat $grub/boot.img "$dir/core.img" >"$dir/disk"
	[ "$(stubdom_sectors "$dir/disk")" -le "$first" ]
	dd if="$kernel" of="$dir/disk" seek="$first" conv=notrunc status=none
	dd if="$initrd" of="$dir/disk" seek="$second" conv=notrunc status=none
	truncate -s $((end * 512)) "$dir/disk"
}

# stubdom_base: build it unless it is there. It is then $stubdom_image, a cpio to
# put behind the base.
stubdom_base()
{
	local key

	pb2_need "${stubdom_tools[@]}"
	pair_need "${stubdom_packages[@]}"
	pciutils_build
	key=$({
		pair_versions "${stubdom_packages[@]}"
		cat "$pb2_top"/scripts/lab/{stubdom,pciutils}.sh \
			"$pb2_top/tests/xen/lib/device-model"
	} | sha256sum | cut -c1-16)
	stubdom_image=$image_dir/stubdom-$key.cpio.gz

	[ ! -e "$stubdom_image" ] || return 0
	# A subshell, as in image_base
	(
		set -e
		stubdom_build
	)
	[ -e "$stubdom_image" ] || pb2_die "cannot build the stub domain's image"
}

stubdom_build()
{
	local tmp=$stubdom_image.tmp boot=/usr/lib/xen-$pair_xen/boot
	local base=$tmp/base stub=$tmp/stub dom0=$tmp/dom0

	pb2_lock image
	[ ! -e "$stubdom_image" ] || return 0

	pb2_say "building the stub domain's image"
	rm -rf "$tmp"
	mkdir -p "$base" "$dom0$boot" "$dom0/usr/bin"
	zcat "$image_dir/dom0.cpio.gz" | (cd "$base" && cpio --quiet -idm 'guest/*')

	image_common "$stub"
	image_modules "$stub" "$image_kernel_version" "${stubdom_modules[@]}"
	install -m 755 "$pb2_top/tests/xen/lib/guest.init" "$stub/init"
	install -m 755 "$pb2_top/tests/xen/lib/device-model" "$stub/"
	cp "$pb2_top/tests/xen/lib/devices.sh" "$stub/"
	install "$pciutils_lspci" "$stub/usr/bin/lspci-ecam"
	stubdom_qemu "$stub"
	stubdom_disk "$base" "$tmp"
	cp "$tmp/disk" "$stub/"

	stubdom_qemu "$dom0"
	image_file "$dom0" "$boot/hvmloader" /usr/share/seabios/bios-256k.bin
	cp "$base/guest/vmlinux" "$dom0$boot/qemu-stubdom-linux-kernel"
	# Xen unpacks a PV domain's initramfs itself, and only the first member
	image_pack "$stub" "$dom0$boot/qemu-stubdom-linux-rootfs"
	image_pack "$dom0" "$tmp/cpio.gz"
	mv "$tmp/cpio.gz" "$stubdom_image"
	rm -r "$tmp"
}
