# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# limit: 500
#
# xl-killed - the toolstack is killed while it creates a guest, attaches,
# detaches and destroys. Once the next one has buried the guest, its devices
# are back, and work in another.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh
# shellcheck source=tests/xen/lib/ways.sh
. /tests/lib/ways.sh

all="$NIC $DISK $SPARE"

# shellcheck disable=SC2086 # three words
assign_add $all
guest_start_busy alive
id=$(guest_id alive)
xl_killed 400 pci-attach alive "$SPARE"
say "$SPARE is $(state_of "$SPARE")"
xl_killed 400 pci-detach alive "$DISK"
say "$DISK is $(state_of "$DISK")"
expect "the guest lives" guest_run alive true
begin=$(date +%s)
xl_killed 700 destroy alive
# shellcheck disable=SC2086
bury "$id" $all
came_back "$begin" "$NIC" "$DISK"
expect "$SPARE is idle" wait_for 60 in_state "$SPARE" idle

for moment in 300 1200 2500; do
	xl_killed "$moment" create -q /run/alive.cfg
	for id in $(xl list | awk 'NR > 1 && $2 != 0 { print $2 }'); do
		# shellcheck disable=SC2086
		bury "$id" $all
	done
	for device in $all; do
		expect "$device is idle" wait_for 60 in_state "$device" idle
	done
done

next_guest_works "$NIC" "$DISK"
# shellcheck disable=SC2086
assign_remove $all
