# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# pair.sh - the pairs of a kernel and a Xen that the laboratory boots, each from
# the packages of one release of Debian. Those of this machine's release are
# installed here, those of another one in a chroot in the cache. Sourced.

: "${pb2_top:?source lib/common.sh first}" "${pb2_cache:?}"

# shellcheck source=scripts/lib/suite.sh
. "$pb2_top/scripts/lib/suite.sh"

# A pair's release, and the version in the names of its packages of Xen
declare -A pair_releases=([old]=bookworm [stable]=trixie)
declare -A pair_xens=([old]=4.17 [stable]=4.20)

pair=${PB2_PAIR:-old}
pair_release=${pair_releases[$pair]:-}
pair_xen=${pair_xens[$pair]:-}
[ -n "$pair_release" ] ||
	pb2_die "no pair '$pair'; there are ${!pair_releases[*]}"
# All packages of the laboratory that run in dom0, or are built or booted for it
pair_packages=(linux-image-amd64 linux-headers-amd64
	       "xen-hypervisor-$pair_xen-amd64" "xen-utils-$pair_xen" xenstore-utils
	       busybox-static kmod pciutils nvme-cli libxen-dev gcc make libc6-dev
	       qemu-system-xen seabios)
# Where the packages are: nothing, or the top of a chroot
pair_root=

# pair_need PACKAGE...: install what is missing. A chroot is made with all that a
# pair ever needs, so that one call does not remove what another one installed.
pair_need()
{
	local p
	local -a missing=()

	if [ "$(. /etc/os-release && echo "$VERSION_CODENAME")" = "$pair_release" ]; then
		pb2_need "$@"
		return
	fi
	pb2_need debootstrap
	suite_make "pair-$pair_release" "${pair_packages[@]}" ||
		pb2_die "no packages of $pair_release"
	# shellcheck disable=SC2154 # set by suite_make
	pair_root=$suite
	for p; do
		[ -n "$(pair_versions "$p")" ] || missing+=("$p")
	done
	[ ${#missing[@]} = 0 ] || pb2_die "not among the packages of a pair: ${missing[*]}"
}

# pair_versions PACKAGE...: name and version of each
pair_versions()
{
	# shellcheck disable=SC2016 # dpkg's own variables
	dpkg-query --admindir="$pair_root/var/lib/dpkg" \
		-W -f '${Package} ${Version}\n' "$@" 2>/dev/null
}

# pair_run COMMAND...: where the packages are
pair_run()
{
	if [ -z "$pair_root" ]; then
		"$@"
	else
		suite=$pair_root suite_run "$@"
	fi
}

# pair_path FILE: the file of a package, links followed
pair_path()
{
	local real

	real=$(readlink -e "$pair_root$1") || pb2_die "no $1 in the packages of $pair"
	[ "${real#"$pair_root/"}" != "$real" ] || pb2_die "$1 is not in $pair_root"
	echo "$real"
}

# pair_build DIR COMMAND...: in a copy of DIR where the compiler and the headers of
# the pair are; the copy becomes DIR
pair_build()
{
	local dir=$1 work
	shift

	if [ -z "$pair_root" ]; then
		(cd "$dir" && "$@")
		return
	fi
	work=$(mktemp -d "$pair_root/var/tmp/pb2-build.XXXXXX") || return
	cp -a "$dir/." "$work"
	# shellcheck disable=SC2016 # for the shell there
	pair_run sh -c 'cd "$1" && shift && "$@"' sh "${work#"$pair_root"}" "$@" || {
		rm -rf "$work"
		return 1
	}
	rm -rf "$dir"
	mv "$work" "$dir"
}

# pair_libraries FILE...: those that programs name, which are packages' or were
# built by pair_build
pair_libraries()
{
	local file copy=/var/tmp/pb2-program
	local -a programs=()

	for file; do
		if [ -n "$pair_root" ] && [ ! -e "$pair_root$file" ]; then
			install "$file" "$pair_root$copy"
			file=$copy
		fi
		programs+=("$file")
	done
	pair_run ldd "${programs[@]}" 2>/dev/null |
		sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p; s/^\t\(\/[^ ]*\) (.*/\1/p' | sort -u
}
