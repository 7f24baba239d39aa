# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# ecam-client - lsecam reads a page of configuration space that is announced,
# and no other: through privcmd in dom0, through /dev/mem and privcmd in a guest
# that was given some pages. What is malformed or wrong is refused with a reason,
# what is withdrawn is unmapped, and the ring serves instead. The announcements
# are written by hand, in the place of the driver's.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh

# As QEMU's firmware has it: 1 MiB for each bus
window=0xb0000000
page_of_disk=0xb0200000
page_of_nobody=0xb0108000
page_of_vf=0xb0301000
backend=/local/domain/0/ecam-client

# node BACKEND BDF: where it is announced
node()
{
	echo "$1/pciback2/$(echo "$2" | tr :. --)/ecam"
}

# announce BACKEND BDF ADDRESS [SIZE [ACCESS]]
announce()
{
	xenstore-write "$(node "$1" "$2")/access" "${5-r}" \
		"$(node "$1" "$2")/size" "${4-0x1000}" \
		"$(node "$1" "$2")/address" "$3"
}

withdraw()
{
	xenstore-rm "$(node "$1" "$2")"
}

# in_dom0 WORD...: lsecam with dom0's announcements
in_dom0()
{
	lsecam -p $backend "$@"
}

# refused REASON ANNOUNCEMENT...: the ring is used, and this is why
refused()
{
	local reason="$1" line
	shift

	announce $backend "$NIC" "$@" || fail "cannot announce $*"
	line=$(in_dom0) || fail "lsecam: exit $?"
	case $line in
	*" ring: "*"$reason"*) say "seen: $line" ;;
	*) fail "$*: '$line' instead of '$reason'" ;;
	esac
	[ "$(in_dom0 -s "$NIC" -r 0)" = "$ids ring" ] || fail "$*: the ring does not serve"
	withdraw $backend "$NIC"
}

# ends STATUS COMMAND...
ends()
{
	local want="$1" rc=0
	shift
	"$@" >/run/out 2>&1 || rc=$?
	[ $rc = "$want" ] || fail "$*: exit $rc, not $want: $(cat /run/out)"
	say "seen: exit $rc of $*: $(head -n 1 /run/out)"
}

# same_space FILE [BDF]: what lspci shows, also where lspci itself reads it
same_space()
{
	lspci -xxxx -s "${2:-$NIC}" | sed 1d >/run/lspci
	sed 1d "$1" | cmp - /run/lspci &&
		[ "$(wc -l </run/lspci)" = 257 ] &&
		lspci -F "$1" -vv | grep -q 'Advanced Error Reporting'
}

last_line()
{
	[ "$(tail -n 1 "$1")" = "$2" ]
}

# withdrawn NUMBER: so often
withdrawn()
{
	[ "$(grep -c '^withdrawn' /run/watch)" = "$1" ]
}

# maps PID FILE: does it have that mapped?
maps()
{
	grep -q " $2\$" "/proc/$1/maps"
}

grep -q "^ *${window#0x}-.*PCI MMCONFIG" /proc/iomem || fail "the window is not at $window"
ids=$(setpci -s "$NIC" 0.l)

# ---- dom0

expect "nothing is announced" [ -z "$(in_dom0)" ]
announce $backend "$NIC" $NIC_PAGE
line=$(in_dom0)
expect "$line" [ "$line" = "$NIC $NIC_PAGE 0x1000 r privcmd" ]
in_dom0 -s "${NIC#0000:}" -x >/run/space
head -n 2 /run/space
expect "the page shows what lspci shows" same_space /run/space
expect "the ring too" sh -c "lsecam -p $backend -s $NIC -w ring -x >/run/space"
expect "which is what lspci shows" same_space /run/space
for reg in 0.w 2.w 8.b e.b 2c.l; do
	[ "$(in_dom0 -s "$NIC" -w page -r $reg)" = "$(setpci -s "$NIC" $reg) privcmd" ] ||
		fail "register $reg: $(in_dom0 -s "$NIC" -w page -r $reg)"
done
expect "ten reads are tallied" [ "$(in_dom0 -s "$NIC" -r 0 -n 10 -c)" = "10 $ids privcmd" ]
say "dword reads: page $(in_dom0 -s "$NIC" -r 0 -n 1000), ring $(in_dom0 -s "$NIC" -r 0 -n 1000 -w ring)"

ends 0 lsecam --help
ends 1 lsecam -r 0
ends 1 in_dom0 -s "$NIC" -r 2.l
ends 1 in_dom0 -s "$NIC" -r 1000.b
ends 1 lsecam -s 1:2
ends 1 in_dom0 -s "$NIC" -c
ends 2 env XENSTORED_PATH=/none lsecam
ends 3 in_dom0 -s 7f:1f.7 -r 0
ends 3 in_dom0 -s 7f:1f.7 -x
# Debian's kernel keeps what is busy from everybody (CONFIG_IO_STRICT_DEVMEM)
ends 4 in_dom0 -s "$NIC" -w devmem -r 0
grep -q 'devmem: mmap: Operation not permitted' /run/out || fail "$(cat /run/out)"

refused "the address 'b0100000' is not a number" b0100000
refused "the address '0xpage' is not a number" 0xpage
refused "the address '' is not a number" ''
refused "is not that of a page" 0xb0100800
refused "is not that of a page" 0x0
refused "is beyond all memory" 0xfffffffffffff000
refused "is not a number" 0x1ffffffffffffff000
refused "the size '0' is not 0x1000" $NIC_PAGE 0
refused "the size '0x0' is not 0x1000" $NIC_PAGE 0x0
refused "the size '0x10000000' is not 0x1000" $NIC_PAGE 0x10000000
refused "the access 'rw' is not 'r'" $NIC_PAGE 0x1000 rw
# 64 MiB is RAM for Xen and for dom0
refused "privcmd: " 0x4000000
refused "devmem: 0x4000000 is RAM of this domain" 0x4000000
xenstore-write $backend/pciback2/nonsense/ecam/address $NIC_PAGE
expect "what is no address is no function" [ -z "$(in_dom0)" ]

announce $backend "$NIC" $NIC_PAGE
lsecam -p $backend -W -s "$NIC" -r 0 >/run/watch &
pid=$!
expect "the page is read" wait_for 10 last_line /run/watch "$ids privcmd"
expect "it is mapped" maps $pid /dev/xen/privcmd
withdraw $backend "$NIC"
expect "the ring serves where the page is withdrawn" wait_for 10 last_line /run/watch "$ids ring"
refute "the page is still mapped" maps $pid /dev/xen/privcmd
expect "it is reported" grep -qx "withdrawn $NIC" /run/watch
announce $backend "$NIC" $NIC_PAGE
expect "the page is back" wait_for 10 last_line /run/watch "$ids privcmd"
# The same again is a new grant all the same
withdraw $backend "$NIC"
announce $backend "$NIC" $NIC_PAGE
expect "both withdrawals are reported" wait_for 10 withdrawn 2
cat /run/watch
expect "the page is back again" wait_for 10 last_line /run/watch "$ids privcmd"
kill $pid
xenstore-rm $backend

# ---- a guest

# way WORD...: the line of its only function
way()
{
	guest_run stub "lsecam $*"
}

guest_says()
{
	guest_run stub "tail -n 1 /run/watch" | grep -qx "$1"
}

guest_maps()
{
	guest_run stub "grep -q ' $1\$' /proc/\$(cat /run/pid)/maps"
}

# vf_ids: vendor and device as the kernel knows them, in one register
vf_ids()
{
	echo "$(sed s/0x// "$PCI/$VF1/device")$(sed s/0x// "$PCI/$VF1/vendor")"
}

# wrong ADDRESS REASON: announced to the guest, it is refused
wrong()
{
	local line

	announce "$backend" "$V0" "$1"
	line=$(way -w devmem)
	expect "$line" [ "$line" = "$V0 $1 0x1000 r ring: $2" ]
}

make_vfs 1
assign_add "$NIC"
guest_start stub modules=xen-pcifront "passthrough='enabled'" \
	"iomem=['b0100,1','b0108,1','b0200,1','b0301,1']"
id=$(guest_id stub)
# shellcheck disable=SC2016 # the guest's
guest_run stub 'lsecam -W -s 00:00.0 -r 0 >/run/watch 2>&1 & echo $! >/run/pid'
guest_attach_first stub "$NIC"
backend=/local/domain/0/backend/pci/$id/0
announce "$backend" "$V0" $NIC_PAGE
expect "the guest reads the page" wait_for 20 guest_says "$ids devmem"
expect "it is mapped" guest_maps /dev/mem
line=$(way)
expect "$line" [ "$line" = "$V0 $NIC_PAGE 0x1000 r devmem" ]
guest_run stub "lsecam -s $V0 -x" >/run/space
expect "the guest sees what lspci in dom0 shows" same_space /run/space
page=$(way -s "$V0" -r 0 -n 1000)
ring=$(way -s "$V0" -r 0 -n 1000 -w ring)
say "dword reads: page $page, ring $ring"
page=${page% ns} ring=${ring% ns}
expect "the page is faster" [ "${page##* }" -lt "${ring##* }" ]

withdraw "$backend" "$V0"
expect "the ring serves where the page is withdrawn" wait_for 20 guest_says "$ids ring"
refute "the page is still mapped" guest_maps /dev/mem
wrong $page_of_disk "devmem: another device: vendor and device is 101b36, on the ring $ids"
wrong $page_of_nobody "devmem: nothing answers at $page_of_nobody"
wrong 0x4000000 "devmem: 0x4000000 is RAM of this domain"
announce "$backend" "$V0" $NIC_PAGE
guest_run stub "timeout 3 ecam-example" >/run/out
cat /run/out
expect "the documentation's example works" grep -qx "$ids by devmem" /run/out

assign_add $VF1
xl pci-attach stub $VF1 || fail "xl pci-attach: exit $?"
wait_for 30 guest_run stub "ls $PCI | grep -v $V0" || fail "the VF does not come"
seen=$(guest_run stub "ls $PCI | grep -v $V0")
announce "$backend" "$seen" $page_of_vf
line=$(way -s "$seen" -w devmem)
expect "$line" [ "$line" = "$seen $page_of_vf 0x1000 r devmem" ]
line="$(way -s "$seen" -r 0), $(way -s "$seen" -r 0 -w ring)"
expect "a VF has its identity on the ring: $line" \
	[ "$line" = "ffffffff devmem, $(vf_ids) ring" ]
announce "$backend" "$seen" $NIC_PAGE
expect "the NIC is not the VF" guest_run stub \
	"lsecam -s $seen -w devmem 2>&1 | grep 'another device'"
withdraw "$backend" "$seen"
xl pci-detach stub $VF1 || fail "xl pci-detach: exit $?"

guest_run stub 'modprobe xen-privcmd'
announce "$backend" "$V0" $NIC_PAGE
line=$(way -s "$V0" -w privcmd)
expect "privcmd is restricted: $line" [ "$line" = "lsecam: $V0: privcmd: Operation not permitted" ]
expect "/dev/mem serves" [ "$(way -s "$V0" -r 0)" = "$ids devmem" ]
# shellcheck disable=SC2016 # the guest's
guest_run stub 'kill $(cat /run/pid); rmmod xen-privcmd; modprobe xen-privcmd unrestricted=1'
expect "unrestricted it serves" [ "$(way -s "$V0" -r 0)" = "$ids privcmd" ]
guest_run stub "lsecam -s $V0 -x" >/run/space
expect "the guest sees what lspci in dom0 shows" same_space /run/space
announce "$backend" "$V0" 0xb0300000
line=$(way -w privcmd)
expect "a page that is not the guest's: $line" guest_run stub "lsecam -w privcmd | grep -q 'ring: privcmd: '"
guest_stop stub
assign_remove "$NIC"
assign_remove $VF1
echo 0 >"$PCI/$PF/sriov_numvfs"
