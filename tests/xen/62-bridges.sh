# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# machine: patched
#
# bridges - Xen says that it can be told of host bridges, and what reads its
# capabilities otherwise is not disturbed by that.

# shellcheck source=/dev/null
. /tests/lib.sh

capabilities=$(cat /sys/hypervisor/properties/capabilities)
say "capabilities: $capabilities"
expect "Xen can be told of host bridges" \
	sh -c "echo ' $capabilities ' | grep -q ' pci_host_bridge_add-44 '"

xl info
expect "xl sees the same capabilities" \
	sh -c "xl info xen_caps | grep -qw pci_host_bridge_add-44"
expect "xl still knows what Xen can run" \
	sh -c "xl info xen_caps | grep -qw xen-3.0-x86_64"
