# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# vanish - a NIC is pulled out of its slot under a running guest, and another
# plugged in: the guest lives, and the new one can be assigned.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh
# shellcheck source=tests/xen/lib/ways.sh
. /tests/lib/ways.sh

assign_add "$SPARE"
guest_start pulled "$SPARE" modules=xen-pcifront,e1000e
expect "the guest pings" guest_run pulled "nic_ping $V0 10.0.6.2"
guest_run pulled "ping -i 0.1 10.0.6.2 >/dev/null 2>&1 &"
id=$(guest_id pulled)
slot_unplug spare "$SPARE"
say "seen: dom0 lets go of it"
expect "the guest lives" guest_run pulled true
expect "the toolstack reads that it is closed" \
	[ "$(xenstore-read "/local/domain/0/backend/pci/$id/0/state-0")" -ge 5 ]
guest_destroy pulled

slot_plug e1000e,id=spare,bus=rp6,netdev=n6 "$SPARE"
say "seen: dom0 sees the new one"
[ "$(driver_of "$SPARE")" = pciback ] || assign_add "$SPARE"
begin=$(date +%s)
guest_start next "$SPARE" modules=xen-pcifront,e1000e
expect "the next guest pings" guest_run next "nic_ping $V0 10.0.6.2"
guest_destroy next
came_back "$begin" "$SPARE"
assign_remove "$SPARE"
