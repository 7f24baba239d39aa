# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# backend - the toolstack names the domain that backs a virtio NIC: the guest
# finds it in the first capability and in xenstore, cannot change it, and its
# driver works as before. When the guest is gone so is the name.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh
# shellcheck source=tests/xen/lib/ways.sh
. /tests/lib/ways.sh

BACKEND=$PCI/$VIRTIO/pciback2/backend_domid
KEY=pciback2/0000-00-00-0/backend-domid

# reads WORD...: registers as the guest sees them, each as setpci has it
reads()
{
	guest_run virtio "setpci -s $V0 $*" | tr '\n' ' '
}

# refused WORD
refused()
{
	refute "'$1' is taken" sh -c "echo '$1' >$BACKEND" 2>/dev/null
}

backend_is()
{
	[ "$(cat "$BACKEND")" = "$1" ]
}

assign_add "$VIRTIO"
expect "there is no backend" backend_is none
for word in '' -1 32752 0x10 dom0; do
	refused "$word"
done
echo 5 >"$BACKEND"
expect "the backend is set" backend_is 5
own=$(setpci -s "$VIRTIO" 34.b)

guest_start virtio "$VIRTIO"
pos=$(reads 34.b)
pos=${pos% }
say "the device's own list begins at $own, the guest's at $pos"
refute "the guest's list begins where the device's does" [ "$pos" = "$own" ]
at=$((0x$pos))
# shellcheck disable=SC2046 # one word for each dword
set -- $(printf '%x.l ' $at $((at + 4)) $((at + 8)))
bytes=$(reads "$@")
expect "the guest finds $bytes" [ "$bytes" = "090c${own}09 44425853 00050001 " ]
hardware=$(setpci -s "$VIRTIO" "$@" | tr '\n' ' ')
expect "the hardware has $hardware there" [ "$hardware" = "00000000 00000000 00000000 " ]

guest_run virtio "lspci -s $V0 -vv"
expect "lspci lists it" guest_run virtio \
	"lspci -s $V0 -v | grep -q 'Capabilities: \[$pos\] Vendor Specific Information: Len=0c'"
count=$(guest_run virtio "lspci -s $V0 -v | grep -c 'Capabilities: \[..\]'")
expect "and all that dom0 lists ($count)" \
	[ "$count" = $(($(lspci -s "$VIRTIO" -v | grep -c 'Capabilities: \[..\]') + 1)) ]

guest_run virtio "setpci -s $V0 34.b=40 34.l=0 06.w=0"
for off in 0 1 2 3 4 5 6 7 8 9 a b; do
	guest_run virtio "setpci -s $V0 $(printf %x $((at + 0x$off))).b=ff"
done
guest_run virtio "setpci -s $V0 $(printf '%x.w=1' $((at + 10))) $(printf '%x.l=0' $((at + 8)))"
expect "the guest cannot change it" [ "$(reads "$@")" = "$bytes" ]
expect "nor the pointer" [ "$(reads 34.b)" = "$pos " ]
expect "the hardware is as it was" [ "$(setpci -s "$VIRTIO" 34.b)" = "$own" ]
refused 6
refused none
expect "the backend is still set" backend_is 5

expect "the guest pings" guest_run virtio "nic_ping $V0 10.0.4.2"
expect "virtio_net reloads" guest_run virtio \
	'rmmod virtio_net virtio_pci; modprobe virtio_pci && modprobe virtio_net && sleep 1'
expect "the guest pings again" guest_run virtio "nic_ping $V0 10.0.4.2"

expect "the guest reads it in xenstore" \
	[ "$(guest_run virtio "xenstore-read \$(xenstore-read device/pci/0/backend)/$KEY")" = 5 ]
refute "the guest writes it there" guest_run virtio \
	"xenstore-write \$(xenstore-read device/pci/0/backend)/$KEY 0" 2>/dev/null
node=/local/domain/0/backend/pci/$(guest_id virtio)/0/$KEY
begin=$(date +%s)
guest_stop virtio
came_back "$begin" "$VIRTIO"
expect "there is no backend any more" backend_is none
refute "it is still in xenstore" xenstore-read "$node" 2>/dev/null

guest_start virtio "$VIRTIO"
expect "the next guest sees the device's own list" [ "$(reads 34.b)" = "$own " ]
guest_stop virtio
assign_remove "$VIRTIO"
