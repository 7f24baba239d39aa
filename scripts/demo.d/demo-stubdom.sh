# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# limit: 1100
#
# demo-stubdom - dom0's half of scripts/demo --stubdom, as demo.sh is of
# scripts/demo

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh
# shellcheck source=tests/xen/lib/ways.sh
. /tests/lib/ways.sh
# shellcheck source=tests/xen/lib/hvm.sh
. /tests/lib/hvm.sh

seen()
{
	what=$1
	shift
	tell seen "$what: $*"
}

tell step 5 "start an HVM guest with the NIC and a stub domain"
driver_load "$DRIVER" passthrough=1 || fail "cannot load $DRIVER with passthrough=1"
assign_add "$NIC"
tell wait "the guest to boot (some minutes: emulation in emulation)"
hvm_start
stub=$(guest_id hvm-dm)
seen "the guest" "HVM, Linux $(guest_run hvm 'uname -r'), $(guest_run hvm "driver_of $hvm_nic") with $(guest_run hvm "msix_vectors $hvm_nic") MSI-X vectors"
seen "the stub domain" "domain $stub, Linux $(guest_run hvm-dm 'uname -r') with QEMU"

tell step 6 "read the NIC's page in the stub domain while the guest uses it"
[ "$(who_may_map "$NIC_PAGE")" = "$stub" ] || fail "not the stub domain alone may map the page"
seen "Xen lets it map" "$(sed -n "s/^d$stub: //p" /run/ranges)"
seen "lsecam there says" "$(guest_run hvm-dm lsecam)"
for way in page ring; do
	line=$(guest_run hvm-dm "lsecam -s $NIC -r 0 -n 1000 -w $way") || fail "lsecam: $line"
	seen "vendor and device" "$line per read"
done
guest_run hvm "nic_ping $hvm_nic 10.0.2.2" >/run/ping ||
	fail "the guest cannot ping: $(tail -n 1 /run/ping)"
seen "guest's NIC" "$(grep 'packets transmitted' /run/ping)"

tell step 7 "destroy the guest"
begin=$(date +%s)
guest_destroy hvm
tell wait "the NIC to be in D3hot"
came_back "$begin" "$NIC"
[ -z "$(cat "$PCIBACK/pages")" ] || fail "somebody still has a page: $(cat "$PCIBACK/pages")"
[ -z "$(who_may_map "$NIC_PAGE")" ] || fail "somebody may still map the page"
seen "the page" "no domain may map it any more"
seen "the NIC" "$(state_of "$NIC"), $(power_state "$NIC"), reset: $(reset_record "$NIC")"
assign_remove "$NIC"
