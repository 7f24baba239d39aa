# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# virtio - a virtio NIC with FLR, PM and AER works in a guest like any other
# device, and again after its driver was loaded again.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh

assign_add "$VIRTIO"
guest_start virtio "$VIRTIO"
guest_run virtio "lspci -vv"
for pass in 1 2; do
	expect "the guest pings" guest_run virtio "nic_ping $V0 10.0.4.2"
	[ $pass != 1 ] || expect "virtio_net reloads" \
		guest_run virtio 'rmmod virtio_net virtio_pci; modprobe virtio_pci && modprobe virtio_net && sleep 1'
done
guest_stop virtio
assign_remove "$VIRTIO"
