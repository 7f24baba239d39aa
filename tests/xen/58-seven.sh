# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# seven - seven functions of one guest come back together when the nodes of its
# backend go, reset next to each other, and are idle when it is dead. How long
# that takes, and how long each reset took by itself, is for the log only.
#
# xl destroy by itself would take them back one by one (see guest_drop).

# shellcheck source=/dev/null
. /tests/lib.sh
# shellcheck source=/dev/null
. /tests/ways.sh

seven="$NIC $DISK $PF $VIRTIO $MULTI0 $MULTI1 $SPARE"

all_back()
{
	for device in $seven; do
		in_state "$device" held || in_state "$device" idle || return
	done
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
n=0
until all_back || [ $((n += 1)) -gt 3000 ]; do
	usleep 20000
done
clock_ms
together=$((now_ms - together))
guest_destroy seven
libxl_forgets
dmesg_since "$mark"
# shellcheck disable=SC2086
came_back "$begin" $seven
sum=0
each=
for device in $seven; do
	record=$(reset_record "$device")
	ms=$(echo "$record" | cut -d' ' -f4)
	sum=$((sum + ${ms%ms}))
	each="$each, ${device#0000:} ${record%% *} $ms"
done
tell "# seven: $together ms from the nodes going to the last reset, of which each took${each#,}, together $sum ms"
# shellcheck disable=SC2086
assign_remove $seven
