# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# guests may complain
# limit: 700
#
# mixed - everybody who can reach configuration space does so at once: lspci and
# setpci in dom0, a stub domain by its page and by the ring, a guest by the ring,
# both writing, and an idle function falls asleep and wakes up. Every value that
# is read is there. Then the functions are reset meanwhile, too: all-ones are
# read besides, and nothing else; dom0 does not read even those.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh
# shellcheck source=tests/xen/lib/ways.sh
. /tests/lib/ways.sh
# shellcheck source=tests/xen/lib/page.sh
. /tests/lib/page.sh

# loop GUEST FILE COMMAND: again and again in the guest, into a file there; what
# fails (a page that is withdrawn) says nothing
loop()
{
	guest_run "$1" "(while [ ! -e /run/stop ]; do
		$3 || sleep 1
		usleep 50000
	done >>/run/$2 2>/dev/null) >/dev/null 2>&1 &"
}

# reads WAY COUNT: a command that tallies four registers, read over and over
reads()
{
	local register
	for register in 0 8 2c 100; do
		printf '%s' "lsecam -s $V0 -w $1 -r $register -n $2 -c && "
	done
	echo true
}

# values BDF: what may be read of those registers
values()
{
	setpci -s "$1" 0.l 8.l 2c.l 100.l
}

# seen GUEST FILE: the tally so far, which begins anew
seen()
{
	guest_run "$1" "cp /run/$2 /run/taken; : >/run/$2; cat /run/taken" |
		awk '{ n[$2 " " $3] += $1 } END { for (v in n) print v, n[v] }' >/run/tally
	say "$1 read: $(tr '\n' ';' </run/tally)"
}

# only GUEST FILE VALUES...: it has read something, and nothing but these
only()
{
	local guest="$1" file="$2"
	shift 2

	seen "$guest" "$file"
	printf '%s\n' "$@" >/run/allowed
	[ -s /run/tally ] && ! cut -d' ' -f1 /run/tally | grep -vxf /run/allowed
}

# dom0_reads BDF FILE
dom0_reads()
{
	while [ -e /run/loop ]; do
		setpci -s "$1" 0.l 8.l 2c.l 100.l
		lspci -s "$1" -xxxx >/dev/null
	done >"$2" 2>&1
}

# only_there BDF FILE: dom0 has read nothing else
only_there()
{
	values "$1" >/run/allowed
	say "dom0 read of $1: $(sort "$2" | uniq -c | tr -s ' \n' ' ')"
	[ -s "$2" ] && ! grep -vxf /run/allowed "$2"
}

# naps: SPARE falls asleep and is woken, until /run/loop is gone
naps()
{
	local n=0
	echo 0 >"$PCI/$SPARE/power/autosuspend_delay_ms"
	while [ -e /run/loop ]; do
		wait_for 20 in_power_state "$SPARE" D3hot || return
		[ "$(setpci -s "$SPARE" 0.l)" = "$spare_ids" ] || return
		n=$((n + 1))
	done
	echo $n >/run/naps
}

assign_add "$NIC" "$DISK" "$SPARE"
stub_start
guest_attach_first stub "$NIC"
expect "the stub domain has the page" announced stub
guest_start other "$DISK" modules=xen-pcifront

nic=$(values "$NIC")
disk=$(values "$DISK")
spare_ids=$(setpci -s "$SPARE" 0.l)
loop stub page "$(reads page 20000)"
loop stub ring "$(reads ring 100)"
loop stub writes "setpci -s $V0 c.b=10 c.b=0 COMMAND=400:400 COMMAND=0:400"
loop other ring "$(reads ring 100)"
loop other writes "setpci -s $V0 c.b=10 c.b=0 COMMAND=400:400 COMMAND=0:400"
touch /run/loop
dom0_reads "$NIC" /run/dom0.nic &
dom0_reads "$DISK" /run/dom0.disk &
naps &

sleep 20
# shellcheck disable=SC2086 # words
{
	expect "by the page the stub domain read what is there" only stub page $nic
	expect "and by the ring" only stub ring $nic
	expect "the guest, too" only other ring $disk
}

for _ in 1 2 3; do
	for device in "$NIC" "$DISK"; do
		printf %s "$device" >"$PCIBACK/do_flr" || fail "do_flr of $device: exit $?"
		sleep 1
	done
done
# The page is back when the announcement of a teardown is over
expect "the stub domain has its page again" wait_for 20 announced stub
sleep 5
# shellcheck disable=SC2086
{
	expect "during resets the stub domain read that or all-ones by the page" \
		only stub page $nic ffffffff
	expect "and by the ring" only stub ring $nic ffffffff
	expect "the guest, too" only other ring $disk ffffffff
}
rm /run/loop
wait
expect "dom0 read of the NIC what is there" only_there "$NIC" /run/dom0.nic
expect "and of the disk" only_there "$DISK" /run/dom0.disk
expect "the spare NIC slept $(cat /run/naps) times" [ "$(cat /run/naps)" -gt 2 ]
guest_run stub "touch /run/stop"
guest_run other "touch /run/stop"

begin=$(date +%s)
guest_destroy stub
guest_destroy target
guest_destroy other
came_back "$begin" "$NIC" "$DISK"
echo 1000 >"$PCI/$SPARE/power/autosuspend_delay_ms"
assign_remove "$NIC" "$DISK" "$SPARE"
