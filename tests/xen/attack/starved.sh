# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# limit: 1000
# limit of the long form: 1500
#
# starved - dom0 lacks what it needs: xenstored does not answer, or slowly, memory
# is short, processors are overcommitted, and a card loses its power, each while a
# function is given to a guest, used, and taken back. What a guest asks over the
# ring is answered without xenstored. What fails, fails with an error, and the
# next attempt succeeds.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh
# shellcheck source=tests/xen/lib/ways.sh
. /tests/lib/ways.sh

xenstored=$(cat /run/xen/xenstored.pid)
us=20000
stops=3
# after the beginning of xl pci-attach, ms
moments=400
if [ -n "$LONG" ]; then
	stops=9
	moments="0 200 400 600 900 1500"
fi

# xenstored_goes_on: before anybody is waited for, who may wait for it
xenstored_goes_on()
{
	helpers_end
	kill -CONT "$xenstored"
}
trap 'xenstored_goes_on; ends_hog; leftovers' EXIT

# xenstored works for a quarter of the time, in the long form for a tenth
slow_xenstored()
{
	while :; do
		kill -STOP "$xenstored"
		usleep $((us * stops))
		kill -CONT "$xenstored"
		usleep $us
	done
}

busy()
{
	while :; do :; done
}

# events_since BEGIN NUMBER: that many
events_since()
{
	[ $(($(events) - $1)) -ge "$2" ]
}

# available_kb: what dom0 can still give
available_kb()
{
	sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo
}

# take_memory KB: all of dom0's but so much
take_memory()
{
	mkdir -p /run/hog
	mount -t tmpfs -o size=100% hog /run/hog || fail "mount: exit $?"
	dd if=/dev/zero of=/run/hog/all bs=4k count=$((($(available_kb) - $1) / 4)) 2>/dev/null
	say "dom0 has $(available_kb) kB left"
	[ "$(available_kb)" -lt $(($1 * 2)) ] || fail "memory is not short"
}

ends_hog()
{
	! grep -q ' /run/hog ' /proc/mounts || umount /run/hog
}

# not_busy BDF: nobody has it, whatever it is
not_busy()
{
	in_state "$1" idle || in_state "$1" held || in_state "$1" failed
}

# goes_round WHAT: the NIC comes, works, and goes; the disk works all the time
goes_round()
{
	guest_attach starved "$NIC" "$V1"
	expect "$1: the NIC pings" guest_run starved "nic_ping $V1 10.0.2.2"
	expect "$1: the disk works" guest_run starved "disk_check $V0"
	guest_detach starved "$NIC"
}

assign_add "$NIC" "$DISK"
guest_start starved "$DISK" modules=xen-pcifront,nvme,e1000e

# ---- no xenstored: what is there goes on
ids=$(guest_run starved "setpci -s $V0 0.l")
guest_run starved "(until [ -e /run/enough ]; do
	setpci -s $V0 0.l c.b=10 c.b=0
	usleep 500000
done >/run/read) >/dev/null 2>&1 &"
kill -STOP "$xenstored"
begin=$(events)
# Each round begins with an event
expect "without xenstored the guest reads on" wait_for 90 events_since "$begin" 10
forced_reset "$NIC"
kill -CONT "$xenstored"
guest_run starved "touch /run/enough"
expect "and reads its IDs, and nothing else" \
	guest_run starved "grep -q -x $ids /run/read && ! grep -v -x $ids /run/read"

# ---- a teardown that xenstored sleeps through
guest_attach starved "$NIC" "$V1"
xl pci-detach starved "$NIC" &
usleep 300000
kill -STOP "$xenstored"
sleep 5
kill -CONT "$xenstored"
wait $! || fail "xl pci-detach: exit $?"
expect "$NIC is held" wait_for 90 in_state "$NIC" held

helper slow_xenstored
goes_round "a slow xenstored"
xenstored_goes_on

# ---- memory
take_memory 12000
goes_round "memory is short"
ends_hog

# ---- processors: dom0's and the guest's on one, and dom0 busy
for domain in Domain-0 starved; do
	xl vcpu-pin $domain all 0 || fail "xl vcpu-pin $domain: exit $?"
done
helper busy
helper busy
helper busy
goes_round "processors are short"
helpers_end
xl vcpu-pin Domain-0 all all

begin=$(date +%s)
guest_stop starved
libxl_forgets "$NIC"
came_back "$begin" "$DISK"

# ---- power goes while the function comes. The guest's driver may try for longer
# than libxl waits for it, so the end is that of the guest.
for moment in $moments; do
	guest_start powerless "$DISK" modules=xen-pcifront,nvme,e1000e
	xl pci-attach powerless "$NIC" &
	usleep $((moment * 1000))
	slot_power "$NIC" off
	wait $!
	say "power off $moment ms after xl pci-attach, exit $?"
	expect "the disk works" guest_run powerless "disk_check $V0"
	guest_destroy powerless
	slot_power "$NIC" on
	wait_for 60 not_busy "$NIC" || fail "$NIC is $(state_of "$NIC")"
	bind_again "$NIC"
	libxl_forgets "$NIC" "$DISK"
	expect "$NIC is idle" wait_for 60 in_state "$NIC" idle
	expect "$DISK is idle" wait_for 60 in_state "$DISK" idle
done

next_guest_works "$NIC" "$DISK"
assign_remove "$NIC" "$DISK"
