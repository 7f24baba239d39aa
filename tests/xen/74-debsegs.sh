# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# machine: debsegs
# only with --long
#
# debsegs - the second host bridge is segment 1, and the hypervisor is Debian's
# own, which has no call for host bridges: it is told of each window that is
# reserved, and a function of segment 1 is passed through as on the patched one.

# shellcheck source=/dev/null
. /tests/lib.sh
# shellcheck source=/dev/null
. /tests/ways.sh
# shellcheck source=/dev/null
. /tests/page.sh
# shellcheck source=/dev/null
. /tests/segments.sh

refute "Xen is the patched one" sh -c "xl info | grep xen_ | grep -q pciback2"
driver_again
both_segments "Xen has no call for host bridges"
passed_through "0001:$FAR"
