# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# page.sh - the page of a function that a guest was given, as Xen and as xenstore
# tell of it. Sourced after lib.sh.

# memory_of NAME: what Xen says which memory of devices a domain may map, as
# "{ b0100, fe800-fe883 }"
memory_of()
{
	local id
	id=$(guest_id "$1")
	xl dmesg -c >/dev/null
	xl debug-keys q
	xl dmesg | sed -n "/General information for domain $id:/,/General information/s/.*I\/O Memory *\({.*}\).*/\1/p"
}

# announced NAME: the page that xenstore names to a guest with one function
announced()
{
	xenstore-read "/local/domain/0/backend/pci/$(guest_id "$1")/0/pciback2/0000-00-00-0/ecam/address" 2>/dev/null
}

# stub_start: two guests without devices. The first, target, does nothing; the
# second, stub, plays the part of its stub domain.
stub_start()
{
	guest_start target modules=none
	guest_start stub modules=none "passthrough='enabled'"
	xenstore-write "/local/domain/$(guest_id stub)/target" "$(guest_id target)"
}
