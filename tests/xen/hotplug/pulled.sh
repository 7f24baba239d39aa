# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# pulled - dom0 takes a device from under a running guest, by unbinding it
# and by unloading the driver: no kernel complains, the guest can be ended,
# and afterwards the device works again.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh

assign_add "$NIC"
guest_start pulled "$NIC"
expect "the guest pings" guest_run pulled "nic_ping $V0 10.0.2.2"
echo "$NIC" >"$PCIBACK/unbind"
refute "$NIC is still on pciback" on_pciback "$NIC"
guest_run pulled 'lspci -n'
guest_destroy pulled
echo "$NIC" >"$PCIBACK/bind"
expect "$NIC can be bound again" on_pciback "$NIC"
guest_start again "$NIC"
expect "the next guest pings" guest_run again "nic_ping $V0 10.0.2.2"

say "unloading $DRIVER under the guest"
if rmmod "$(module_loaded)"; then
	guest_run again 'lspci -n'
	guest_destroy again
	modprobe "$DRIVER"
	echo "$NIC" >"$PCIBACK/new_slot"
	echo "$NIC" >"$PCIBACK/bind"
else
	say "refused"
	guest_destroy again
fi
guest_start third "$NIC"
expect "a guest after that pings" guest_run third "nic_ping $V0 10.0.2.2"
guest_stop third
assign_remove "$NIC"
