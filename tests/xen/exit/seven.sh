# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# seven - seven functions of one guest come back together when the nodes of its
# backend go, reset next to each other: while the longest reset runs, others do. They
# are idle when it is dead. How long do_flr takes of one after another is for the log
# only.
#
# xl destroy by itself would take them back one by one (see guest_drop).

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh
# shellcheck source=tests/xen/lib/ways.sh
. /tests/lib/ways.sh

seven="$NIC $DISK $PF $VIRTIO $MULTI0 $MULTI1 $SPARE"

all_back()
{
	for device in $seven; do
		in_state "$device" held || in_state "$device" idle || return
	done
}

# reset_span MILLISECONDS WHEN: when a reset was, in ms, from begin_ms to end_ms
reset_span()
{
	end_ms=${2%,}
	end_ms=${end_ms%.*}${end_ms#*.}
	begin_ms=$((end_ms - ${1%ms}))
}

# shellcheck disable=SC2086 # seven words
assign_add $seven
# shellcheck disable=SC2086
guest_start seven $seven
expect "the guest has seven functions" [ "$(guest_run seven "ls $PCI | wc -l")" = 7 ]
guest_busy seven "$V0" "$V1" 10.0.2.2

mark=$(dmesg_mark)
begin=$(date +%s)
clock_ms
together=${now_ms:?}
xenstore-rm "/local/domain/0/backend/pci/$(guest_id seven)/0" || fail "xenstore-rm: exit $?"
PAUSE=20000 wait_for 90 all_back || fail "not all of the seven are back after 90 s"
clock_ms
together=$((now_ms - together))
# The resets that just were, with which the end of the guest has nothing to do
sum=0
longest=0
each=
for device in $seven; do
	record=$(reset_record "$device")
	# shellcheck disable=SC2086 # five words
	was_reset "$begin" $record || fail "$device was not reset: $record"
	ms=$(echo "$record" | cut -d' ' -f4)
	each="$each, ${device#0000:} ${record%% *} $ms"
	# It may have been reset along with its neighbour, and counts once
	[ "$device" != "$MULTI1" ] || continue
	sum=$((sum + ${ms%ms}))
	[ "${ms%ms}" -le "$longest" ] || {
		longest=${ms%ms}
		longest_of=$device
	}
done
# shellcheck disable=SC2046 # two words
reset_span $(reset_record "$longest_of" | cut -d' ' -f4,5)
longest_begin=$begin_ms
longest_end=$end_ms
beside=0
for device in $seven; do
	# shellcheck disable=SC2046 # two words
	reset_span $(reset_record "$device" | cut -d' ' -f4,5)
	[ "$device" = "$longest_of" ] || [ "$device" = "$MULTI1" ] ||
		[ "$begin_ms" -ge "$longest_end" ] ||
		[ "$end_ms" -le "$longest_begin" ] || beside=$((beside + 1))
done
guest_destroy seven
# shellcheck disable=SC2086
libxl_forgets $seven
dmesg_since "$mark"
# shellcheck disable=SC2086
came_back "$begin" $seven
tell "# seven: $together ms from the nodes going to the last reset, of which each took${each#,}, together $sum ms"
expect "while that of $longest_of runs, others do" [ "$beside" -ge 2 ]

# As libxl asks for it: once of functions that have slept since their reset, and
# once of the same, which it has woken
flr_all()
{
	clock_ms
	flr_ms=$now_ms
	for device in $seven; do
		echo "$device" >"$PCIBACK/do_flr" || fail "do_flr of $device fails"
	done
	clock_ms
	flr_ms=$((now_ms - flr_ms))
}

records()
{
	for device in $seven; do
		reset_record "$device"
	done
}

before=$(records)
flr_all
from_record=$flr_ms
expect "do_flr of what is clean and asleep resets nothing" [ "$(records)" = "$before" ]
flr_all
for device in $seven; do
	# shellcheck disable=SC2046 # five words
	was_reset "$((begin + 1))" $(reset_record "$device") || fail "$device was not reset"
done
expect "do_flr of what was woken does" [ "$(records)" != "$before" ]
tell "# seven: do_flr one after another takes $flr_ms ms, from the record $from_record ms"
# shellcheck disable=SC2086
assign_remove $seven
