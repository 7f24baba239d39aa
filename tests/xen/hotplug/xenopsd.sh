# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# limit: 600
#
# xenopsd - the toolstack of XCP-ng gives a function to a domain with no more than
# dev-N in the backend's directory: no frontend, no state, hence no backend. The
# function is idle for pciback2, but Xen knows who has it: it must not sleep.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh
# shellcheck source=tests/xen/lib/ways.sh
. /tests/lib/ways.sh

# stays_awake SECONDS: DISK is idle, and in D0, all the time
stays_awake()
{
	local second

	for second in $(seq "$1"); do
		sleep 1
		in_state "$DISK" idle || fail "$DISK is $(state_of "$DISK") after $second s, not idle"
		in_power_state "$DISK" D0 ||
			fail "$DISK is in $(power_state "$DISK") after $second s, under domain $id"
	done
}

asleep_within()
{
	wait_for "$1" in_power_state "$DISK" D3hot ||
		fail "$DISK is in $(power_state "$DISK"), not in D3hot, after $1 s"
}

assign_add "$DISK"
guest_start x "passthrough='enabled'" modules=none
id=$(guest_id x)
backend=/local/domain/0/backend/pci/$id/0
asleep_within 20

# Nothing in xenstore at all: the toolstack's reset wakes the function
echo 1 >"$PCI/$DISK/reset"
expect "Xen gives it to domain $id" /tests/give-device "$id" "$DISK"
stays_awake 6
expect "the log says why it stays awake" \
	sh -c "dmesg | grep -q '$DISK: stays in D0: a domain may have it'"
expect "Xen takes it away" /tests/give-device "$id" "$DISK" take
# Xen is asked again each minute
asleep_within 90

# dev-N wakes the function before Xen gives it away
xenstore-write "$backend/dev-0" "$DISK"
wait_for 10 in_power_state "$DISK" D0 ||
	fail "$DISK sleeps, though dev-0 announces that domain $id gets it"
expect "Xen gives it to domain $id again" /tests/give-device "$id" "$DISK"
stays_awake 6
expect "Xen takes it away again" /tests/give-device "$id" "$DISK" take
xenstore-rm "$backend"
guest_destroy x
# Xen has put it into quarantine: only xl gives it back to dom0
assign_remove "$DISK"
