# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# mirror.sh - copies sources to where they are built. Sourced.

# mirror FROM TO PATH...: make the sources in TO equal to PATHs in FROM. Only
# what differs is written, and gets today's date: make must neither build all
# again nor miss a change to something that is older than the last build.
mirror()
{
	local from=$1 to=$2 file list
	shift 2

	mkdir -p "$to"
	list=$(mktemp)
	for file; do
		[ ! -e "$from/$file" ] || (cd "$from" && find "$file" -type f)
	done >"$list"

	while read -r file; do
		cmp -s "$from/$file" "$to/$file" ||
			install -D -m 644 "$from/$file" "$to/$file"
	done <"$list"

	# What is no longer there, make's own files aside
	(cd "$to" && find . -type f \( -name '*.[ch]' -o -name Kbuild -o \
		-name Makefile \) ! -name '*.mod.c' -printf '%P\n') |
		{ grep -vxFf "$list" || true; } | while read -r file; do
			rm -f "$to/$file"
		done
	rm -f "$list"
}
