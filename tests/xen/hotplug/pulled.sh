# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# pulled - dom0 takes a device from under a running guest, by unbinding it: no
# kernel complains, the guest can be ended, and afterwards the device works again.
# The driver cannot be unloaded meanwhile: xenbus keeps it while it has a backend.

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

refute "$DRIVER is unloaded under the guest" rmmod "$(module_loaded)" 2>/run/rmmod
# kmod says the one, Busybox the other, which is EWOULDBLOCK
expect "the reason is that it is in use: $(cat /run/rmmod)" \
	grep -iE 'in use|temporarily unavailable' /run/rmmod
expect "the guest still pings" guest_run again "nic_ping $V0 10.0.2.2"
guest_destroy again
guest_start third "$NIC"
expect "a guest after that pings" guest_run third "nic_ping $V0 10.0.2.2"
guest_stop third
assign_remove "$NIC"
