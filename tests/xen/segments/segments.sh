# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# machine: segments
#
# segments - the second host bridge is segment 1, for dom0 and for Xen: both are
# told apart, as often as the module is loaded, and a function of segment 1 is
# passed through, with its own page and no other.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh
# shellcheck source=tests/xen/lib/segments.sh
. /tests/lib/segments.sh

F=0001:$FAR

expect "Xen knows the function in segment 1" sh -c "
	xl dmesg | grep 'PCI add device $F\$'"

# With a Xen that has no call for host bridges, as Debian's is
driver_again host_bridge_op=63
both_segments "Xen has no call for host bridges"
for _ in first second; do
	driver_again
	both_segments "registered with Xen"
	expect "Xen says so of segment 0" xen_said "PCI: host bridge 0000: ECAM 0xb0000000-0xb7ffffff, buses 00-7f, registered"
	expect "and of segment 1" xen_said "PCI: host bridge 0001: ECAM 0xb8000000-0xb88fffff, buses 80-88, registered"
done

passed_through "$F"
