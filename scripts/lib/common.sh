# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# common.sh - what every script of the project needs: the top of the tree,
# the cache outside it, packages, messages. Sourced, never run.

pb2_top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
pb2_cache=${PB2_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pciback2}
pb2_started=${pb2_started:-$SECONDS}
export pb2_top pb2_cache

mkdir -p "$pb2_cache"

# pb2_say MESSAGE...: one line of progress with the seconds since the start
pb2_say()
{
	printf '[%4ds] %s\n' "$((SECONDS - pb2_started))" "$*"
}

# pb2_die MESSAGE...: say what failed and stop
pb2_die()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# pb2_lock NAME: at most one process of this user does NAME at a time; held
# until the calling shell ends. Two demos must not build one image at once.
pb2_lock()
{
	exec {pb2_lock_fd}>"$pb2_cache/$1.lock"
	flock -n "$pb2_lock_fd" && return
	pb2_say "waiting for another run to leave '$1'"
	flock "$pb2_lock_fd"
}

# pb2_have PACKAGE: is this Debian package installed?
pb2_have()
{
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# pb2_need PACKAGE...: install what is missing. The package lists are read
# again only when apt does not know a package or cannot fetch it.
pb2_need()
{
	local p missing=()
	local log=$pb2_cache/apt.log
	local -a apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q -y
		      --no-install-recommends install)

	for p in "$@"; do
		pb2_have "$p" || missing+=("$p")
	done
	[ ${#missing[@]} -gt 0 ] || return 0

	[ "$(id -u)" = 0 ] ||
		pb2_die "missing packages, and not root to install them: ${missing[*]}"

	pb2_say "installing ${missing[*]}"
	# a subshell, so that the lock ends with the work
	(
		pb2_lock apt
		"${apt[@]}" "${missing[@]}" >"$log" 2>&1 && exit
		apt-get -q update >>"$log" 2>&1
		"${apt[@]}" "${missing[@]}" >>"$log" 2>&1 && exit
		tail -n 20 "$log" >&2
		exit 1
	) || pb2_die "cannot install ${missing[*]} (whole log: $log)"
}

# pb2_headers: the version of the kernel that linux-headers-amd64 is for
pb2_headers()
{
	pb2_headers_in ""
}

# pb2_headers_in ROOT: the same in a chroot
pb2_headers_in()
{
	dpkg-query --admindir="$1/var/lib/dpkg" -W -f '${Depends}' linux-headers-amd64 |
		sed -n 's/.*linux-headers-\([0-9][^ ,]*\).*/\1/p'
}
