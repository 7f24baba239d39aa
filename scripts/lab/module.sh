# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# module.sh - builds pciback2.ko for the laboratory's kernel, in a copy of the
# sources under the cache so that the work tree stays clean. Sourced.

# shellcheck source=scripts/lib/mirror.sh
. "${BASH_SOURCE[0]%/*}/../lib/mirror.sh"

: "${pb2_top:?source lib/common.sh first}" "${pb2_cache:?}"

module_packages=(gcc make linux-headers-amd64)

# module_build KERNEL DIR [TREE]: build for KERNEL, which is installed or was
# built in TREE, and put pciback2.ko into DIR; its path is then $module
module_build()
{
	pb2_need "${module_packages[@]}"
	# a subshell, so that the lock ends with the work
	(module_make "$1" "$2" "${3:-/lib/modules/$1/build}") || exit 1
	# shellcheck disable=SC2034 # for those who source this
	module=$2/pciback2.ko
}

module_make()
{
	local tree=$pb2_cache/module/$1 ko

	pb2_lock module
	mirror "$pb2_top" "$tree" Kbuild drivers include

	if ! make -j2 -C "$3" M="$tree" modules \
			>"$tree/build.log" 2>&1; then
		tail -n 20 "$tree/build.log" >&2
		pb2_die "pciback2 does not build (whole log: $tree/build.log)"
	fi
	ko=$(find "$tree" -name pciback2.ko)
	[ -n "$ko" ] || pb2_die "the build made no pciback2.ko"
	cp "$ko" "$2/"
}
