# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# limit: 600
#
# hold-lost - a domain that had a function lives: it may have the BARs mapped still.
# Neither the next owner, nor unbinding, nor unloading makes pciback2 forget it.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh
# shellcheck source=tests/xen/lib/ways.sh
. /tests/lib/ways.sh

# still_held WHEN: also after the grace period of an idle function
still_held()
{
	sleep 3
	expect "held $1" in_state "$VIRTIO" held
	expect "awake $1" in_power_state "$VIRTIO" D0
	expect "domain $id is listed $1" \
		grep -q "^$VIRTIO domain $id: may still have its BARs mapped" "$PCIBACK/holders"
}

echo auto >"$PCI/$SPARE/power/control"
assign_add "$SPARE"
assign_remove "$SPARE"
expect "dom0's power/control of $SPARE is restored" \
	[ "$(cat "$PCI/$SPARE/power/control")" = auto ]

assign_add "$VIRTIO"
guest_start former "$VIRTIO" modules=xen-pcifront
id=$(guest_id former)
guest_detach former "$VIRTIO"
still_held "after the detach"
refute "the module can be unloaded, and forget domain $id" rmmod "$(module_loaded)"

guest_start next "$VIRTIO" modules=xen-pcifront
guest_destroy next
wait_for 60 in_state "$VIRTIO" held ||
	fail "$VIRTIO is $(state_of "$VIRTIO") after its next owner died, and domain $id lives"
still_held "after the next owner"

echo "$VIRTIO" >"$PCIBACK/unbind"
refute "the module can be unloaded without the function" rmmod "$(module_loaded)"
expect "dom0 cannot suspend what domain $id may have mapped" \
	[ "$(cat "$PCI/$VIRTIO/power/control")" = on ]
echo "$VIRTIO" >"$PCIBACK/bind"
still_held "after unbind and bind"

guest_destroy former
wait_for 60 in_state "$VIRTIO" idle ||
	fail "$VIRTIO is $(state_of "$VIRTIO"), and nobody can reach it any more"
wait_for 20 in_power_state "$VIRTIO" D3hot ||
	fail "$VIRTIO is in $(power_state "$VIRTIO"), not in D3hot"
expect "nobody is listed" [ -z "$(cat "$PCIBACK/holders")" ]
assign_remove "$VIRTIO"
module=$(module_loaded)
expect "the module can be unloaded" rmmod "$module"
expect "the module can be loaded" modprobe "$DRIVER"
