# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# crash - the guest's kernel panics in the middle of I/O: the devices come back
# reset and asleep, and the next guest works with them.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh
# shellcheck source=tests/xen/lib/ways.sh
. /tests/lib/ways.sh

assign_add "$NIC" "$DISK"
guest_start_busy crashed
begin=$(date +%s)
way_crash crashed
expect "it was a crash" grep -q 'sysrq: Trigger a crash' "$(guest_log crashed)"
came_back "$begin" "$NIC" "$DISK"

guest_start next "$NIC" "$DISK" modules=xen-pcifront,e1000e,nvme
guest_works next "$V0" "$V1" 10.0.2.2
guest_drop next "$NIC" "$DISK"
assign_remove "$NIC" "$DISK"
