# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# machine: standard
#
# install - the README's way in and back: with scripts/modprobe.conf in place
# the backend's alias loads pciback2 and seizes what hide= names, and so does
# xen-pciback's name, with the parameters that it is given; without it
# xen-pciback can take over.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh

[ "$DRIVER" = pciback2 ] || skip "about pciback2 only"

# The backend of a guest that has just gone may still be on its way out
wait_for 30 rmmod pciback2 || fail "cannot unload pciback2"
mkdir -p /etc/modprobe.d
cp /tests/modprobe.conf /etc/modprobe.d/pciback2.conf
# A driver that is there already keeps its devices, as with xen-pciback
echo "$DISK" >"$PCI/$DISK/driver/unbind"
echo "options pciback2 hide=($DISK)(06:00.*)" >>/etc/modprobe.d/pciback2.conf
[ ! -e "$PCI/$SPARE/driver" ] || echo "$SPARE" >"$PCI/$SPARE/driver/unbind"

# By its path modprobe is kmod's, as in other dom0s; busybox' own one, which the
# shell prefers, knows no install lines
expect "the alias loads a module" /sbin/modprobe xen-backend:pci
expect "it is pciback2" [ "$(module_loaded)" = pciback2 ]
expect "hide= seizes a function" on_pciback "$DISK"
expect "hide= seizes a wildcard" on_pciback "$SPARE"
expect "slots names them" [ "$(grep -c -e "$DISK" -e 0000:06:00 "$PCIBACK/slots")" = 9 ]

rmmod pciback2
expect "the name xen-pciback loads a module" /sbin/modprobe xen-pciback
expect "it is pciback2, too" [ "$(module_loaded)" = pciback2 ]
expect "hide= seizes a function, too" on_pciback "$DISK"
expect "the name does no harm a second time" /sbin/modprobe xen-pciback
rmmod pciback2
expect "parameters go with the name" /sbin/modprobe xen-pciback 'hide=(06:00.0)(06:00.1)' permissive=1
expect "it is pciback2 that gets them" [ "$(module_loaded)" = pciback2 ]
expect "hide= is the one beside the name" [ "$(cat "$PCIBACK/slots")" = "0000:06:00.0
0000:06:00.1" ]
expect "permissive=1 comes after it" [ "$(cat /sys/module/pciback2/parameters/permissive)" = Y ]
rmmod pciback2
expect "xen-pciback can be had by force" /sbin/modprobe --ignore-install xen-pciback
expect "it is xen-pciback" [ "$(module_loaded)" = xen_pciback ]
rmmod xen-pciback

rm /etc/modprobe.d/pciback2.conf
expect "xen-pciback takes over" /sbin/modprobe xen-pciback
expect "it is not pciback2" [ "$(module_loaded)" = xen_pciback ]
rmmod xen-pciback
expect "a malformed hide= is refused" sh -c "! modprobe pciback2 'hide=(01:00.0)(oops)'"
expect "the message quotes it" sh -c "dmesg | tail -n 20 | grep 'pciback2.*oops'"
modprobe pciback2
for device in "$DISK" "$SPARE"; do
	echo "$device" >/sys/bus/pci/drivers_probe
done
