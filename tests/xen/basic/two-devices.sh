# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# two-devices - a NIC and a disk of one guest work at the same time.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh

assign_add "$NIC" "$DISK"
guest_start two "$NIC" "$DISK"
expect "the guest pings" guest_run two "nic_ping $V0 10.0.2.2"
expect "ping and disk at once" guest_run two "
	ping -c 20 -i 0.2 -w 60 -I \$(nic_name $V0) 10.0.2.2 >/run/ping & pid=\$!
	for n in 1 2 3 4 5; do disk_check $V1 || exit 1; done
	wait \$pid || exit 1
	grep -q ' 0% packet loss' /run/ping"
guest_stop two
assign_remove "$NIC" "$DISK"
