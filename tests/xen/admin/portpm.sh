# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# machine: portpm
#
# portpm - where Linux lets root ports sleep, the port above a seized function
# stays awake: Xen's own accesses wake nothing, and would find all-ones.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh
# shellcheck source=tests/xen/lib/ways.sh
. /tests/lib/ways.sh

# is_status STATUS: of the port, as runtime PM sees it: QEMU's ports have no power
# management capability, and stay in D0 whatever it decides
is_status()
{
	[ "$(cat "$PCI/$port/power/runtime_status")" = "$1" ]
}

port=$(basename "$(dirname "$(readlink -f "$PCI/$DISK")")")
# Without a driver below it the port has no reason to be awake
echo "$DISK" >"$PCI/$DISK/driver/unbind"
echo auto >"$PCI/$DISK/power/control"
expect "$port sleeps without a driver below it" wait_for 60 is_status suspended

assign_add "$DISK"
expect "$DISK sleeps" wait_for 60 in_power_state "$DISK" D3hot
# The port's grace period is 0.1 s
sleep 3
expect "$port is awake" is_status active
guest_start port "$DISK" modules=xen-pcifront,nvme
expect "the guest's disk works" guest_run port "disk_check $V0"
begin=$(date +%s)
guest_destroy port
came_back "$begin" "$DISK"
sleep 3
expect "$port is awake" is_status active

echo 1 >"$PCI/$DISK/pciback2/d3cold"
expect "$port sleeps if the administrator allows it" wait_for 60 is_status suspended
echo 0 >"$PCI/$DISK/pciback2/d3cold"
expect "$port is awake again" is_status active
expect "$DISK is idle" in_state "$DISK" idle
assign_remove "$DISK"
