# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# machine: debsegs
# only with --long
#
# debsegs - the second host bridge is segment 1, and the hypervisor is Debian's
# own, which has no call for host bridges: it is told of each window that is
# reserved, and a function of segment 1 is passed through as on the patched one.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh
# shellcheck source=tests/xen/lib/segments.sh
. /tests/lib/segments.sh

refute "Xen is the patched one" sh -c "xl info | grep xen_ | grep -q pciback2"
# shellcheck disable=SC2119 # the module has no parameters here
driver_again
both_segments "Xen has no call for host bridges"
passed_through "0001:$FAR"
