# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# module.sh - builds pciback2.ko for the laboratory's kernel, in a copy of the
# sources under the cache so that the work tree stays clean. Sourced.

# shellcheck source=scripts/lib/mirror.sh
. "${BASH_SOURCE[0]%/*}/../lib/mirror.sh"

: "${pb2_top:?source lib/common.sh first}" "${pb2_cache:?}" "${pair_root=}"

module_packages=(gcc make linux-headers-amd64)

# module_build KERNEL DIR [TREE]: build for KERNEL, which is the pair's or was
# built in TREE, and put pciback2.ko into DIR; its path is then $module
module_build()
{
	if [ -n "${3:-}" ]; then
		pb2_need "${module_packages[@]}"
	else
		pair_need "${module_packages[@]}"
	fi
	# a subshell, so that the lock ends with the work
	(module_make "$1" "$2" "${3:-}") || exit 1
	# shellcheck disable=SC2034 # for those who source this
	module=$2/pciback2.ko
}

module_make()
{
	local root='' tree=$pb2_cache/module/$1 log ko
	local -a run=()

	pb2_lock module
	if [ -n "$pair_root" ] && [ -z "$3" ]; then
		root=$pair_root
		tree=/var/tmp/pb2-module
		run=(pair_run)
	fi
	log=$root$tree/build.log
	mirror "$pb2_top" "$root$tree" Kbuild drivers include

	if ! "${run[@]}" make -j2 -C "${3:-/lib/modules/$1/build}" M="$tree" modules \
			>"$log" 2>&1; then
		tail -n 20 "$log" >&2
		pb2_die "pciback2 does not build (whole log: $log)"
	fi
	ko=$(find "$root$tree" -name pciback2.ko)
	[ -n "$ko" ] || pb2_die "the build made no pciback2.ko"
	cp "$ko" "$2/"
}
