# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# silent - a guest that never loads pcifront does no harm: it ends as any
# other, and its device is free for the next. Nor does one whose pcifront
# comes late.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh

assign_add "$NIC"
guest_start silent "$NIC" modules=none
backend=/local/domain/0/backend/pci/$(guest_id silent)/0
expect "the backend waits in state $(xenstore-read "$backend/state")" \
	[ "$(xenstore-read "$backend/state")" = 3 ]
guest_stop silent
wait_for 60 in_power_state "$NIC" D3hot ||
	fail "$NIC is in $(power_state "$NIC"), not in D3hot"

guest_start late "$NIC" modules=none
guest_run late 'modprobe xen-pcifront; modprobe e1000e'
wait_for 60 guest_run late "nic_name $V0" || fail "a pcifront that comes late finds nothing"
expect "a guest with a late pcifront pings" guest_run late "nic_ping $V0 10.0.2.2"
guest_destroy late

guest_start silent2 "$NIC" modules=none
guest_destroy silent2
assign_remove "$NIC"
