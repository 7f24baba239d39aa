# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# guests may complain
#
# ecam-attack - a stub domain whose kernel is an enemy: it maps its function's page,
# and its neighbours', before it has them; it writes into each word of the page; it
# switches the function's decoding off, through the ring; and it keeps the mapping when the page is taken back, to read, to write, and
# to map it again. It reads its own function as long as nobody else has it, and that
# is all: nothing is written, here or next to it, and the next guest's NIC works.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh
# shellcheck source=tests/xen/lib/ways.sh
. /tests/lib/ways.sh
# shellcheck source=tests/xen/lib/page.sh
. /tests/lib/page.sh

is_announced()
{
	[ "$(announced stub)" = "$NIC_PAGE" ]
}

NEIGHBOUR=0xb0200000

# enemy 'COMMAND': where the files of the stub domain's module are
enemy()
{
	guest_run stub "cd /sys/kernel/debug/pb2_page && $1"
}

# mapped ADDRESS: says the first word, if Xen lets the page be mapped
mapped()
{
	enemy "echo $1 >map && cat word"
}

# in_vain: not one word can be written, and configuration space stays as it was
in_vain()
{
	local before n value

	before=$(lspci -xxxx -s "$NIC"; lspci -xxxx -s "$DISK")
	for value in 0 0xffffffff 0x5a5a5a5a; do
		n=$(enemy "echo $value >fill && cat filled")
		expect "of the words written as $value, $n arrive" [ "$n" = 0 ]
	done
	expect "configuration space is as before" \
		[ "$before" = "$(lspci -xxxx -s "$NIC"; lspci -xxxx -s "$DISK")" ]
}

assign_add "$NIC" "$DISK"
ids=$(setpci -s "$NIC" 0.l)
stub_start
guest_run stub "mount -t debugfs debugfs /sys/kernel/debug; insmod /pb2_page.ko" ||
	fail "the stub domain's module does not load"

refute "a page is mapped before it is given" mapped "$NIC_PAGE"
guest_attach_first stub "$NIC"
expect "the page is announced" wait_for 30 is_announced
refute "another function's page is mapped" mapped $NEIGHBOUR
seen=$(mapped "$NIC_PAGE")
expect "the page says $seen, the function $ids" [ "$seen" = "$ids" ]
in_vain

# Hardware that does not decode would take the next access to its registers, of
# whomever, for none of its own (XSA-120, XSA-126)
guest_run stub "setpci -s $V0 COMMAND=7"
expect "the NIC decodes" [ $((0x$(setpci -s "$NIC" COMMAND) & 3)) = 3 ]
guest_run stub "setpci -s $V0 COMMAND=0"
expect "the stub domain believes that it does not any more" \
	[ $((0x$(guest_run stub "setpci -s $V0 COMMAND") & 3)) = 0 ]
expect "it does" [ $((0x$(setpci -s "$NIC" COMMAND) & 3)) = 3 ]

guest_detach stub "$NIC"
expect "Xen lets it map nothing any more" [ "$(memory_of stub)" = "{ }" ]
say "seen: what is mapped still says $(enemy 'cat word')"
in_vain
expect "the function is held" in_state "$NIC" held
refute "what was taken back is mapped again" mapped "$NIC_PAGE"

begin=$(date +%s)
guest_destroy stub
guest_destroy target
came_back "$begin" "$NIC"
next_guest_works "$NIC" "$DISK"
assign_remove "$NIC" "$DISK"
