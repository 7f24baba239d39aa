# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# backend-gone - the backend's node is removed under a running guest: the
# devices come back and stay awake while that guest lives, and go to sleep when
# it is destroyed; the next guest works with them.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh
# shellcheck source=tests/xen/lib/ways.sh
. /tests/lib/ways.sh

assign_add "$NIC" "$DISK"
guest_start_busy bare
begin=$(date +%s)
expect "the node can be removed" xenstore-rm "/local/domain/0/backend/pci/$(guest_id bare)/0"
for device in "$NIC" "$DISK"; do
	expect "$device is held" wait_for 90 in_state "$device" held
done
# Twice the grace period after which an idle function sleeps
sleep 3
expect "the guest lives" guest_run bare true
for device in "$NIC" "$DISK"; do
	expect "$device is still held" in_state "$device" held
	expect "$device is awake" in_power_state "$device" D0
done
guest_destroy bare
came_back "$begin" "$NIC" "$DISK"

libxl_forgets "$NIC" "$DISK"
guest_start next "$NIC" "$DISK" modules=xen-pcifront,e1000e,nvme
guest_works next "$V0" "$V1" 10.0.2.2
guest_drop next "$NIC" "$DISK"
assign_remove "$NIC" "$DISK"
