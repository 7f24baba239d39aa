# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# uevent - user space is told of every change of a function's state, in order.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh

[ "$DRIVER" = pciback2 ] || skip "$DRIVER knows no states"

# states: what was told of the NIC, in one line
states()
{
	sed -n "s/^$NIC //p" /run/uevents | uniq | tr '\n' ' '
}

# is_told STATE...: that, in that order. A reset comes where one is needed, and what
# was reset is idle again or held; whether it is ever held depends on who is
# faster, the reset or the domain's end, but it is only on the way back.
is_told()
{
	local want='^' state

	for state; do
		case $state in
		assigned) want="$want((resetting|idle) )*assigned " ;;
		reclaiming) want="${want}reclaiming ((resetting|held) )*" ;;
		*) want="$want((resetting) )*$state " ;;
		esac
	done
	states | grep -q -E "$want\$"
}

expect_states()
{
	wait_for 20 is_told "$@" || fail "uevents say '$(states)', not '$*'"
	say "seen: $*"
}

# shellcheck disable=SC2016 # the variables are the event's
echo '[ -z "$PCIBACK2_STATE" ] || echo "$PCI_SLOT_NAME $PCIBACK2_STATE" >>/run/uevents' \
	>/run/on-uevent
: >/run/uevents
uevent sh /run/on-uevent &
listener=$!
sleep 1

assign_add "$NIC"
expect_states idle
guest_start told "$NIC"
expect_states idle assigned
guest_stop told
expect_states idle assigned reclaiming idle
assign_remove "$NIC"
expect_states idle assigned reclaiming idle gone
kill $listener
cat /run/uevents
expect "a reset was told of, too" grep -q "^$NIC resetting" /run/uevents
