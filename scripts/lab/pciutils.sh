# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# pciutils.sh - the lspci of the next Debian, the first that can read an ECAM
# page, built for this one. Sourced after common.sh and source.sh.

: "${pb2_top:?source lib/common.sh first}" "${pb2_cache:?}"

pciutils_release=trixie

# pciutils_build: unless it is there; it is then $pciutils_lspci, which needs
# no library but the C library
pciutils_build()
{
	local dir=$pb2_cache/pciutils-$pciutils_release
	local tree=$dir.tree log=$dir.build.log

	pciutils_lspci=$dir.lspci
	[ ! -e "$pciutils_lspci" ] || return 0
	(
		set -e
		pb2_lock pciutils
		pb2_need gcc make libc6-dev xz-utils dpkg-dev
		source_fetch "$dir" "$pciutils_release" pciutils --tar-only
		rm -rf "$tree"
		mkdir "$tree"
		tar -xf "$dir"/pciutils_*.orig.tar.* -C "$tree" --strip-components=1
		make -C "$tree" OPT=-O2 SHARED=no ZLIB=no DNS=no LIBKMOD=no \
			HWDB=no lspci >"$log" 2>&1
		cp "$tree/lspci" "$pciutils_lspci.new"
		mv "$pciutils_lspci.new" "$pciutils_lspci"
		rm -r "$tree"
	) || pb2_die "cannot build lspci, see $log"
}
