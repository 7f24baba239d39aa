# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# image.sh - makes what the laboratory boots: Xen, Debian's own kernel, a
# dom0 and a guest, all from Debian packages. Sourced.
#
# The base is cached by what went in (package versions, this file, the
# guest's init, lsecam's sources). What changes from run to run, the module
# under test and tests/xen, goes into a small second cpio behind the base, which
# the kernel unpacks over it.

: "${pb2_top:?source lib/common.sh first}" "${pb2_cache:?}" "${machine_splats=}"

# shellcheck source=scripts/lab/pair.sh
. "$pb2_top/scripts/lab/pair.sh"
# shellcheck source=scripts/lib/mirror.sh
. "$pb2_top/scripts/lib/mirror.sh"

# What builds an image, and what is in it
image_tools=(cpio kmod gcc make libc6-dev binutils xz-utils zstd)
image_packages=(linux-image-amd64 linux-headers-amd64
		"xen-hypervisor-$pair_xen-amd64" "xen-utils-$pair_xen" xenstore-utils
		busybox-static kmod pciutils nvme-cli
		libxen-dev gcc make libc6-dev)

image_dom0_modules=(xenfs xen-evtchn xen-privcmd xen-gntdev xen-gntalloc xen-pciback
		    e1000e e100 8139cp nvme virtio_net virtio_pci
		    xhci_pci aer_inject)
image_guest_modules=(xenfs xen-privcmd xen-pcifront e1000e e100 8139cp nvme virtio_net
		     virtio_pci xhci_pci)

# image_kernel: the version of the kernel that linux-image-amd64 stands for,
# which need not be the one that runs here
image_kernel()
{
	dpkg-query --admindir="$pair_root/var/lib/dpkg" -W -f '${Depends}' \
			linux-image-amd64 |
		sed -n 's/.*linux-image-\([0-9][^ ,]*\).*/\1/p'
}

# image_file TREE FILE...: copy files to the same place in TREE. Debian's /bin
# and /lib are links into /usr, here too.
image_file()
{
	local tree=$1 file dest real
	shift

	for file; do
		real=$(pair_path "$file") || exit
		dest=$file
		case $dest in /bin/* | /sbin/* | /lib/* | /lib64/*) dest=/usr$dest ;; esac
		install -D "$real" "$tree$dest"
	done
}

# image_program TREE FILE...: programs with the libraries that they name
image_program()
{
	image_file "$@"
	image_libraries "$@"
}

# image_libraries TREE FILE...: only the libraries
image_libraries()
{
	local tree=$1 lib
	shift

	for lib in $(pair_libraries "$@"); do
		image_file "$tree" "$lib"
	done
}

# image_modules TREE KERNEL MODULE...: modules with those they depend on
image_modules()
{
	local tree=$1 kernel=$2 file
	shift 2

	for file in $(modprobe -d "$pair_root/" -S "$kernel" -a --ignore-install \
			--show-depends "$@" |
			sed -n "s|^insmod $pair_root/*\\(/[^ ]*\\).*|\\1|p" | sort -u); do
		image_file "$tree" "$file"
	done
	image_file "$tree" "/lib/modules/$kernel/modules.builtin" \
		"/lib/modules/$kernel/modules.builtin.modinfo" \
		"/lib/modules/$kernel/modules.order"
	depmod -b "$tree" "$kernel"
}

# image_ecam TREE: lsecam and its documentation's example, built outside of the
# sources
image_ecam()
{
	local tree=$1 build=$1.ecam

	mirror "$pb2_top" "$build" scripts/ecam Documentation/pciback2/stubdom.rst
	pair_build "$build" make -s -C scripts/ecam O=out DESTDIR=install \
		install out/example || pb2_die "cannot build lsecam"
	install -D "$build/scripts/ecam/install/usr/bin/lsecam" "$tree/usr/bin/lsecam"
	install "$build/scripts/ecam/out/example" "$tree/usr/bin/ecam-example"
	image_libraries "$tree" "$tree/usr/bin/lsecam"
	# pthread_cancel() loads it by name, so ldd does not see it
	image_file "$tree" /lib/x86_64-linux-gnu/libgcc_s.so.1
	rm -r "$build"
}

# image_common TREE: what a dom0 and a guest have in common
image_common()
{
	local tree=$1 name

	mkdir -p "$tree"/{dev,proc,sys,run,tmp,root,etc,mnt,var/lib/xen,var/log/xen} \
		"$tree"/usr/{bin,lib,lib64}
	ln -s bin "$tree/usr/sbin"
	for name in bin sbin lib lib64; do
		ln -s "usr/$name" "$tree/$name"
	done
	ln -s /run "$tree/var/run"
	ln -s /run/lock "$tree/var/lock"
	ln -s /proc/mounts "$tree/etc/mtab"
	echo 'root:x:0:0:root:/root:/bin/sh' >"$tree/etc/passwd"

	image_program "$tree" /usr/bin/busybox
	for name in $("$(pair_path /usr/bin/busybox)" --list); do
		[ "$name" = busybox ] || ln -s busybox "$tree/usr/bin/$name"
	done

	rm -f "$tree"/usr/bin/{modprobe,insmod,rmmod,lsmod,depmod,modinfo,lspci}
	image_program "$tree" /bin/kmod /usr/bin/lspci /usr/bin/setpci \
		/usr/bin/xenstore
	for name in modprobe insmod rmmod lsmod depmod modinfo; do
		ln -s kmod "$tree/usr/bin/$name"
	done
	for name in chmod exists list ls read rm watch write; do
		ln -s xenstore "$tree/usr/bin/xenstore-$name"
	done
	image_ecam "$tree"
	# busybox' udhcpc leaves the configuration to a script
	cat >"$tree/etc/udhcpc.script" <<'EOS'
#!/bin/sh
case $1 in
deconfig)
	ip addr flush dev "$interface"
	ip link set "$interface" up
	;;
bound | renew)
	ip addr flush dev "$interface"
	ip addr add "$ip/${mask:-24}" dev "$interface"
	;;
esac
EOS
	chmod +x "$tree/etc/udhcpc.script"
}

# image_attack TREE KERNEL: the modules of guests that keep to no rule
image_attack()
{
	local tree=$1 kernel=$2 build=$1.attack name

	mkdir -p "$build"
	cp "$pb2_top"/tests/xen/lib/attack/{Kbuild,pb2_*.c} "$build/"
	# shellcheck disable=SC2016 # for the shell there
	pair_build "$build" sh -c 'make -C "/lib/modules/$1/build" M="$PWD" modules' \
			sh "$kernel" >"$build.log" 2>&1 || {
		tail -n 20 "$build.log" >&2
		pb2_die "an attacking guest's module does not build"
	}
	for name in pb2_attack pb2_page; do
		objcopy --strip-debug "$build/$name.ko" "$tree/$name.ko"
	done
	rm -r "$build" "$build.log"
}

image_guest_tree()
{
	local tree=$1 kernel=$2

	image_common "$tree"
	image_attack "$tree" "$kernel"
	image_modules "$tree" "$kernel" "${image_guest_modules[@]}"
	install -m 755 "$pb2_top/tests/xen/lib/guest.init" "$tree/init"
	cp "$pb2_top/tests/xen/lib/devices.sh" "$tree/"
}

image_dom0_tree()
{
	local tree=$1 kernel=$2 xen=/usr/lib/xen-$pair_xen/bin

	image_common "$tree"
	image_modules "$tree" "$kernel" "${image_dom0_modules[@]}"
	image_program "$tree" "$xen"/{xl,xenstored,xenconsoled,xenconsole} \
		"$xen"/{xen-init-dom0,lsevtchn} /usr/sbin/nvme
	gcc -O2 -static -o "$tree/usr/bin/pulse" "$pb2_top/tests/xen/lib/attack/pulse.c" ||
		pb2_die "pulse does not build"
	ln -s "../lib/xen-$pair_xen/bin/xl" "$tree/usr/bin/xl"
	# libxl looks for its own under the name with the version
	ln -s "xen-$pair_xen" "$tree/usr/lib/xen"
	mkdir -p "$tree/etc/xen" "$tree/guest"
	: >"$tree/etc/xen/xl.conf"
}

# image_pack TREE OUT
image_pack()
{
	(cd "$1" && find . -mindepth 1 -print0 | LC_ALL=C sort -z |
		cpio --quiet -0 -o -H newc -R 0:0) | gzip -1 >"$2"
}

# image_number FILE OFFSET SIZE: the number there
image_number()
{
	od -A n -t "u$3" -j "$2" -N "$3" "$1" | tr -d ' '
}

# image_unpack_kernel BZIMAGE OUT: the ELF file in it (boot protocol 2.08), which
# xl takes as well. Unpacked by xl in dom0, where a processor is emulated, it
# takes half of the time that a guest needs to start.
image_unpack_kernel()
{
	local sectors offset length unpack=xz

	sectors=$(image_number "$1" $((0x1f1)) 1)
	offset=$(image_number "$1" $((0x248)) 4)
	length=$(image_number "$1" $((0x24c)) 4)
	offset=$(((sectors + 1) * 512 + offset))
	# The first bytes say whether it is Zstandard (RFC 8878)
	[ "$(image_number "$1" "$offset" 4)" != $((0xfd2fb528)) ] || unpack=zstd
	# Behind the stream are four bytes with its size
	tail -c +$((offset + 1)) "$1" | head -c $((length - 4)) | $unpack -dc >"$2"
}

# image_base: build Xen, kernel and base image unless they are there; the
# directory is then $image_dir
image_base()
{
	local kernel key

	pb2_need "${image_tools[@]}"
	pair_need "${image_packages[@]}"
	kernel=$(image_kernel)
	[ -n "$kernel" ] || pb2_die "linux-image-amd64 names no kernel"
	key=$({
		pair_versions "${image_packages[@]}" xen-utils-common libc6 \
			"libxenmisc$pair_xen" "linux-image-$kernel"
		cat "$pb2_top"/scripts/lab/{image,pair}.sh \
			"$pb2_top"/tests/xen/lib/{guest.init,devices.sh} \
			"$pb2_top"/scripts/ecam/* "$pb2_top"/tests/xen/lib/attack/* \
			"$pb2_top/Documentation/pciback2/stubdom.rst"
	} | sha256sum | cut -c1-16)
	image_dir=$pb2_cache/image/$key
	export image_kernel_version=$kernel

	[ ! -e "$image_dir/complete" ] || return 0
	# A subshell: the lock ends with it, and errors end it, which they would
	# not on the left of ||
	(
		set -e
		image_build
	)
	[ -e "$image_dir/complete" ] || pb2_die "cannot build the images"
}

image_build()
{
	local kernel=$image_kernel_version tmp=$image_dir.tmp

	pb2_lock image
	[ ! -e "$image_dir/complete" ] || return 0

	pb2_say "building the images (kernel $kernel)"
	mkdir -p "$pb2_cache/image"
	find "$pb2_cache/image" -mindepth 1 -maxdepth 1 -mtime +1 -exec rm -r {} +
	rm -rf "$tmp" "$image_dir"
	mkdir "$tmp"
	image_guest_tree "$tmp/guest" "$kernel"
	image_dom0_tree "$tmp/dom0" "$kernel"
	cp "$(pair_path "/boot/vmlinuz-$kernel")" "$tmp/vmlinuz"
	image_unpack_kernel "$tmp/vmlinuz" "$tmp/dom0/guest/vmlinux"
	image_pack "$tmp/guest" "$tmp/dom0/guest/initrd"
	image_pack "$tmp/dom0" "$tmp/dom0.cpio.gz"
	# QEMU wants the ELF image itself
	zcat "$(pair_path "/boot/xen-$pair_xen-amd64.gz")" >"$tmp/xen"
	rm -r "$tmp/guest" "$tmp/dom0"
	touch "$tmp/complete"
	mv "$tmp" "$image_dir"
}

# image_tests DIR: the programs that tests run in dom0
image_tests()
{
	local build=$1.build name

	mkdir -p "$build"
	cp "$pb2_top"/tests/xen/lib/{destroy-domain,give-device,await}.c "$build/"
	pair_build "$build" sh -ec '
		gcc -O2 -static -o destroy-domain destroy-domain.c
		gcc -O2 -o give-device give-device.c -lxenctrl
		gcc -O2 -o await await.c -lxenstore' || return
	for name in destroy-domain give-device await; do
		cp "$build/$name" "$1/"
	done
	rm -r "$build"
}

# image_run DIR MODULE PLAN [KERNEL [CPIO]]: the initramfs of one run in DIR: the
# base, behind it CPIO, the tests, the module (may be empty) for dom0's kernel,
# and the file PLAN, which says what dom0 has to run
image_run()
{
	local dir=$1 module=$2 plan=$3 tree=$1/overlay
	local kernel=${4:-$image_kernel_version} more=${5:-}

	pair_need gcc libc6-dev libxen-dev
	rm -rf "$tree"
	mkdir -p "$tree/tests/lib"
	# A test has its short name there, whatever its group is
	find "$pb2_top/tests/xen" -path '*/xen/lib' -prune -o -name '*.sh' \
		-exec cp -t "$tree/tests" {} +
	cp "$pb2_top"/tests/xen/lib/*.sh "$tree/tests/lib/"
	cp "$pb2_top"/scripts/demo.d/*.sh "$tree/tests/"
	cp "$pb2_top/scripts/modprobe.conf" \
		"$pb2_top/Documentation/pciback2/stubdom.rst" "$tree/tests/"
	install -m 755 "$pb2_top/tests/xen/lib/dom0.init" "$tree/init"
	cp "$plan" "$tree/tests/plan"
	image_tests "$tree/tests" || return
	if [ -n "$module" ]; then
		install -D -m 644 "$module" \
			"$tree/usr/lib/modules/$kernel/updates/pciback2.ko"
	fi
	echo "$machine_splats" >"$tree/tests/splats"
	image_pack "$tree" "$dir/overlay.cpio.gz"
	cat "$image_dir/dom0.cpio.gz" ${more:+"$more"} "$dir/overlay.cpio.gz" \
		>"$dir/dom0.img"
	rm -r "$tree" "$dir/overlay.cpio.gz"
}
