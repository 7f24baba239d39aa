# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# machine: patched
#
# bridges - a Xen that can be told of host bridges is told of each of the two, as
# often as the module is loaded, and its log says so.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh

BRIDGES=$PCIBACK/bridges

# said_by_xen: what Xen said of host bridges since the last time
said_by_xen()
{
	xl dmesg -c | grep "PCI: host bridge"
}

capabilities=$(cat /sys/hypervisor/properties/capabilities)
say "capabilities: $capabilities"
expect "Xen can be told of host bridges" \
	sh -c "echo ' $capabilities ' | grep -q ' pci_host_bridge_add-44 '"
expect "xl sees the same capabilities" \
	sh -c "xl info xen_caps | grep -qw pci_host_bridge_add-44"
expect "xl still knows what Xen can run" \
	sh -c "xl info xen_caps | grep -qw xen-3.0-x86_64"

for time in first second; do
	rmmod pciback2
	rm -f /run/driver.parameters
	xl dmesg -c >/dev/null
	driver_load pciback2 || fail "the module does not load"
	say "$(cat "$BRIDGES")"
	expect "there are two" [ "$(wc -l <"$BRIDGES")" = 2 ]
	expect "each host bridge is registered" sh -c "
		[ -s $BRIDGES ] && ! grep -v ' registered with Xen\$' $BRIDGES"
	log=$(said_by_xen)
	say "$time: $log"
	expect "so says Xen" [ "$(echo "$log" | grep -c registered)" = "$(wc -l <"$BRIDGES")" ]
	expect "the window is confirmed" grep -q "Xen uses it" "$PCIBACK/windows"
done
