# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# limit: 1000
# limit of the long form: 3600
#
# restart - a guest's xen-pcifront is unbound and bound again: the backend waits
# for it, the NIC comes back reset, and works. Five times, in the long form a
# hundred times, or PB2_LONG=N.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh
# shellcheck source=tests/xen/lib/ways.sh
. /tests/lib/ways.sh

PCIFRONT=/sys/bus/xen/drivers/pcifront

backend_is()
{
	[ "$(xenstore-read "$backend/state")" = "$1" ]
}

# unbind: the guest's driver lets go, and the backend is ready for the next
unbind()
{
	guest_run restart "echo pci-0 >$PCIFRONT/unbind" || fail "the guest cannot unbind pcifront"
	guest_run restart "! [ -e $PCI/$V0 ]" || fail "the guest still has the NIC"
	wait_for 30 in_state "$NIC" held || fail "the NIC is $(state_of "$NIC"), not held"
	wait_for 30 backend_is 2 ||
		fail "the backend is in state $(xenstore-read "$backend/state"), not in 2"
}

bind()
{
	guest_run restart "echo pci-0 >$PCIFRONT/bind" || fail "the guest cannot bind pcifront"
	wait_for 60 guest_run restart "[ -e $PCI/$V0/driver ]" ||
		fail "the NIC does not come back to the guest"
	in_state "$NIC" assigned || fail "the NIC is $(state_of "$NIC"), not assigned"
}

assign_add "$NIC"
guest_start restart "$NIC"
backend=/local/domain/0/backend/pci/$(guest_id restart)/0
expect "the guest pings" guest_run restart "nic_ping $V0 10.0.2.2"

case $LONG in
'') rounds=5 ;;
1) rounds=100 ;;
*) rounds=$LONG ;;
esac
for round in $(seq "$rounds"); do
	say "round $round of $rounds"
	begin=$(date +%s)
	unbind
	# shellcheck disable=SC2046 # five words
	was_reset "$begin" $(reset_record "$NIC") ||
		fail "the NIC was not reset: $(reset_record "$NIC")"
	bind
	expect "the guest pings again" guest_run restart "nic_ping $V0 10.0.2.2"
done

# One that is bound at once finds the backend closed, and gives up. The next one
# is served.
guest_run restart "echo pci-0 >$PCIFRONT/unbind; echo pci-0 >$PCIFRONT/bind; sleep 1
	echo pci-0 >$PCIFRONT/unbind"
wait_for 30 backend_is 2 || fail "the backend does not wait for another try"
bind
expect "after a try too early the guest pings" guest_run restart "nic_ping $V0 10.0.2.2"

begin=$(date +%s)
guest_stop restart
came_back "$begin" "$NIC"
assign_remove "$NIC"
