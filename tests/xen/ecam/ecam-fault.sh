# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# guests may complain
#
# ecam-fault - a page that is announced to a guest but was never given to it:
# its kernel maps /dev/mem and warns that Xen refuses, the read faults, and
# lsecam lives on with the ring.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh

assign_add "$NIC"
guest_start stub "$NIC" modules=xen-pcifront
node=/local/domain/0/backend/pci/$(guest_id stub)/0/pciback2/0000-00-00-0/ecam
xenstore-write "$node/access" r "$node/size" 0x1000 "$node/address" "$NIC_PAGE"
guest_run stub lsecam
expect "the fault is survived" \
	guest_run stub "lsecam | grep 'ring: .*devmem: the page cannot be read'"
expect "the ring serves" \
	[ "$(guest_run stub "lsecam -s $V0 -r 0")" = "$(setpci -s "$NIC" 0.l) ring" ]
guest_stop stub
assign_remove "$NIC"
