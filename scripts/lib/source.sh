# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# source.sh - source packages of Debian's releases, this machine's or another.
# Sourced.

: "${pb2_top:?source lib/common.sh first}"

# source_mirror: where the machine's own apt has Debian from
source_mirror()
{
	local own
	own=$(. /etc/os-release && echo "$VERSION_CODENAME")

	# shellcheck disable=SC2016 # the variables are apt-get's
	apt-get indextargets --format '$(RELEASE) $(REPO_URI)' \
		'Created-By: Packages' 'Origin: Debian' 'Component: main' |
		sed -n "s/^$own //p" | sort -u
}

# source_list RELEASE: lines for apt's sources.list. A machine need not have
# deb-src lines: they are made of what apt has for binaries.
source_list()
{
	source_mirror | sed "s/.*/deb-src & $1 main/"
}

# source_fetch DIR RELEASE PACKAGE [OPTION...]: the source package, or PACKAGE=VERSION,
# into DIR, checked by apt, once. OPTIONs are for apt-get source.
source_fetch()
{
	local dir=$1 log=$1.log release=$2
	local -a apt=(apt-get -q -o Dir::Etc::sourcelist="$dir/sources.list"
		      -o Dir::Etc::sourceparts=/dev/null
		      -o Dir::State::lists="$dir/lists" -o APT::Sandbox::User=root)
	shift 2

	[ "$(cat "$dir/complete" 2>/dev/null)" != "$release $*" ] || return 0
	pb2_say "fetching the source of $1 from $release"
	rm -rf "$dir"
	mkdir -p "$dir/lists/partial"
	source_list "$release" >"$dir/sources.list"
	[ -s "$dir/sources.list" ] || pb2_die "apt has no package lists of Debian"
	(cd "$dir" && "${apt[@]}" update && "${apt[@]}" source --download-only \
		"$@") >"$log" 2>&1 ||
		{ tail -n 20 "$log"; pb2_die "cannot fetch the source, see $log"; }
	rm -r "$dir/lists"
	echo "$release $*" >"$dir/complete"
}
