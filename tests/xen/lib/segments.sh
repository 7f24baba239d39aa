# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# segments.sh - the segments as dom0 and Xen see them, and what a guest gets of a
# function in one. Sourced after lib.sh.

# shellcheck source=tests/xen/lib/ways.sh
. /tests/lib/ways.sh
# shellcheck source=tests/xen/lib/page.sh
. /tests/lib/page.sh

# A NIC behind the second host bridge: its number there, and its page, which is
# the same in whichever segment
FAR=81:00.0
FAR_PAGE=0xb8100000
# Lines of the windows and of the host bridges
WINDOWS=$PCIBACK/windows
BRIDGES=$PCIBACK/bridges
export FAR FAR_PAGE WINDOWS BRIDGES

# has_line FILE LINE
has_line()
{
	grep -qxF "$2" "$1"
}

mark=

# driver_again [PARAMETER...]: load the driver once more. What it says comes then
# after $mark, and what Xen says is all that xl dmesg has.
driver_again()
{
	wait_for 30 rmmod pciback2 || fail "rmmod: exit $?"
	rm -f /run/driver.parameters
	mark=$(dmesg_mark)
	xl dmesg -c >/dev/null
	driver_load pciback2 "$@" || fail "the module does not load"
	say "windows: $(cat "$WINDOWS")"
	say "bridges: $(cat "$BRIDGES")"
	xl dmesg | grep "PCI: host bridge"
	dmesg_since "$mark" | grep "Xen has another"
}

# conflicts: how often the driver says that Xen has another window
conflicts()
{
	dmesg_since "$mark" | grep -c "Xen has another ECAM window for segment"
}

# driver_said TEXT: since it was loaded
driver_said()
{
	dmesg_since "$mark" | grep -qF "$1"
}

# xen_said TEXT: since then
xen_said()
{
	xl dmesg | grep -qF "$1"
}

# ecam_of NAME: of that, what lies in QEMU's window of 256 MiB at 0xb0000000
ecam_of()
{
	memory_of "$1" | tr -d ' {}' | tr , '\n' | grep '^b[0-9a-f]\{4\}\(-\|$\)'
}

# registers BDF: the IDs and, which no other NIC has, the serial number
registers()
{
	setpci -s "$1" 0.l 144.l 148.l
}

# reads_right NAME DEVICE: does a guest read of it what dom0 reads, and reach it
# when it writes, by either way?
reads_right()
{
	local way here there

	here=$(registers "$2")
	for way in cf8 auto; do
		echo $way >"$PCI/$2/pciback2/access"
		say "access: $(cat "$PCI/$2/pciback2/access")"
		there=$(guest_run "$1" "setpci -s $V0 0.l 144.l 148.l")
		expect "the guest reads $(echo "$there" | tr '\n' ' ')" [ "$here" = "$there" ]
		guest_run "$1" "setpci -s $V0 c.b=08"
		expect "what it writes arrives" [ "$(setpci -s "$2" c.b)" = 08 ]
		guest_run "$1" "setpci -s $V0 c.b=10"
		expect "and the other value" [ "$(setpci -s "$2" c.b)" = 10 ]
	done
}

# not_handed_over NAME DEVICE WHY: a guest has the function, and no page, for
# that reason, though the policy would let it
not_handed_over()
{
	local shown

	shown=$(cat "$PCI/$2/pciback2/handover")
	expect "$2: $shown" [ "$shown" = "any: not handed over: $3" ]
	expect "the log says why, once" [ "$(dmesg_since "$mark" |
		grep -c "$2: its ECAM page is not handed over .*: $3")" = 1 ]
	refute "a page is announced" announced "$1"
	expect "the guest may map no configuration space" [ -z "$(ecam_of "$1")" ]
	expect "nobody holds a page" [ -z "$(cat "$PCIBACK/pages")" ]
}

# both_segments BRIDGES: what is listed, and what Xen says of the bridges
both_segments()
{
	expect "there are two windows" [ "$(wc -l <"$WINDOWS")" = 2 ]
	expect "Xen uses that of segment 0" has_line "$WINDOWS" "0000:00-7f 0xb0000000 MCFG: Xen uses it"
	expect "and that of segment 1" has_line "$WINDOWS" "0001:80-ff 0xb8000000 MCFG: Xen uses it"
	expect "there are two bridges" [ "$(wc -l <"$BRIDGES")" = 2 ]
	expect "one in segment 0" has_line "$BRIDGES" "0000:00-7f 0xb0000000 $1"
	expect "and one in segment 1" has_line "$BRIDGES" "0001:80-88 0xb8000000 $1"
	expect "there is no conflict" [ "$(conflicts)" = 0 ]
}

# passed_through DEVICE: a guest gets a function of segment 1, with its own page
# and no other, and gives it back
passed_through()
{
	local page here since offset

	assign_add "$1"
	expect "it is reached by its page" grep -q '^ecam' "$PCI/$1/pciback2/access"
	echo any >"$PCI/$1/pciback2/handover"
	guest_start segment modules=none "passthrough='enabled'"
	expect "before, the guest may map nothing" [ "$(memory_of segment)" = "{ }" ]
	guest_attach_first segment "$1"
	say "$(cat "$PCI/$1/pciback2/handover"), $(cat "$PCIBACK/pages")"
	say "during: $(memory_of segment)"
	expect "Xen lets it map the page, and no other of configuration space" [ "$(ecam_of segment)" = b8100 ]
	expect "the page is announced" [ "$(announced segment)" = "$FAR_PAGE" ]
	for offset in 0 0x144 0x148; do
		page=$(guest_run segment "devmem $((FAR_PAGE + offset)) 32")
		here=$(setpci -s "$1" "$(printf %x "$((offset))").l")
		expect "at $offset it shows $page" [ $((page)) = $((0x$here)) ]
	done
	reads_right segment "$1"
	guest_run segment "modprobe e1000e"
	expect "the guest pings" guest_run segment "nic_ping $V0 10.0.2.2"

	since=$(date +%s)
	guest_detach segment "$1"
	say "after: $(memory_of segment), $(cat "$PCIBACK/pages")"
	expect "after, it may map nothing" [ "$(memory_of segment)" = "{ }" ]
	refute "the page is still announced" announced segment
	guest_destroy segment
	came_back "$since" "$1"
	expect "nobody holds a page any more" [ -z "$(cat "$PCIBACK/pages")" ]
	assign_remove "$1"
}
