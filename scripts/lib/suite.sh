# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# suite.sh - other releases of Debian than this machine's, each in a chroot in
# the cache. Sourced.

: "${pb2_top:?source lib/common.sh first}" "${pb2_cache:?}"

# shellcheck source=scripts/lib/source.sh
. "$(dirname "${BASH_SOURCE[0]}")/source.sh"

# suite_run COMMAND...: in the chroot $suite. objtool and others need /proc. It
# is mounted in a mount namespace, and goes with it. Where this machine is a
# chroot itself, its mounts may not be private to the namespace, so suite_run
# unmounts /proc as well.
suite_run()
{
	# shellcheck disable=SC2016 # for the shell in the namespace
	unshare --mount --propagation unchanged sh -c '
		mount --make-rprivate / 2>/dev/null
		mount -t proc proc "$1/proc" || exit
		trap "umount \"\$1/proc\"" EXIT
		trap "exit 1" HUP INT TERM
		chroot "$@"' sh "$suite" env PATH=/usr/sbin:/usr/bin:/sbin:/bin \
		LC_ALL=C DEBIAN_FRONTEND=noninteractive "$@" </dev/null
}

# suite_bootstrap NAME: a chroot with the least that a release has
suite_bootstrap()
{
	local mirror

	mirror=$(source_mirror | head -n 1)
	[ -n "$mirror" ] || { echo "apt has no package lists of Debian"; return 1; }
	rm -rf --one-file-system "$suite"
	debootstrap --variant=minbase "$1" "$suite" "$mirror" || return
	# The lists of a mirror that stands still are valid for a week or two only
	echo 'Acquire::Check-Valid-Until "false";' \
		>"$suite/etc/apt/apt.conf.d/90pciback2"
}

# suite_install PACKAGE...: in the versions that the mirror has today
suite_install()
{
	suite_run apt-get -q update &&
		suite_run apt-get -q -y --no-install-recommends install "$@" &&
		suite_run apt-get -q -y --purge autoremove &&
		suite_run apt-get -q clean
}

# suite_is_fresh PACKAGE...: the chroot has them, as new as a day ago at least
suite_is_fresh()
{
	[ "$(cat "$suite/pb2-complete" 2>/dev/null)" = "$*" ] &&
		[ -n "$(find "$suite/pb2-complete" -mmin -1440)" ]
}

# suite_make NAME PACKAGE...: sets $suite to a chroot NAME, whose last word is the
# release, with these packages. It is made once; apt is asked for newer packages
# when a day has passed. The caller has installed debootstrap. Non-zero if it
# cannot be made, after a word about the reason.
suite_make()
{
	local name=$1 log=$pb2_cache/suite-$1.log
	shift

	suite=$pb2_cache/suite-$name
	# a subshell, so that the lock ends with the work
	(
		pb2_lock "suite-$name"
		! suite_is_fresh "$@" || exit 0
		[ "$(id -u)" = 0 ] || pb2_die "not root to make a chroot of $name"
		pb2_say "making a chroot of $name"
		{
			{ [ -e "$suite/pb2-complete" ] || suite_bootstrap "${name##*-}"; } &&
				suite_install "$@"
		} >"$log" 2>&1 && echo "$*" >"$suite/pb2-complete" && exit
		tail -n 5 "$log" >&2
		pb2_die "no chroot of $name (whole log: $log)"
	)
}
