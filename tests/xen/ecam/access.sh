# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# access - the two ways to configuration space show the same, the whole 4 KiB of
# it; and while dom0 reads it in a loop, resets the function and changes the
# way, a guest that reads and writes reads nothing but what is there, or
# all-ones during a reset.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh
# shellcheck source=tests/xen/lib/ways.sh
. /tests/lib/ways.sh

WAY=$PCI/$NIC/pciback2/access

way_is()
{
	[ "$(cut -d' ' -f1 "$WAY")" = "$1" ]
}

# dump: all that the guest sees, without STATUS and what its NIC counts
dump()
{
	guest_run access "lspci -s $V0 -xxxx"
}

assign_add "$NIC"
expect "it is reached by its page ($(cat "$WAY"))" way_is ecam
guest_start access "$NIC" modules=xen-pcifront
ecam=$(dump)
echo cf8 >"$WAY"
expect "it is reached by the kernel's accessors ($(cat "$WAY"))" way_is cf8
cf8=$(dump)
expect "the guest sees 256 lines by either way" [ "$(echo "$ecam" | wc -l)" -ge 257 ]
expect "they are the same" [ "$ecam" = "$cf8" ]
expect "a capability is at 100" guest_run access "[ \$(setpci -s $V0 100.w) = 0001 ]"
refute "a way of no name is taken" sh -c "echo fast >$WAY" 2>/dev/null
echo ecam >"$WAY"
expect "it is reached by its page again" way_is ecam

# Both halves of the IDs and of the subsystem's, torn nowhere
guest_run access "cat >/tmp/read <<'EOF'
while [ ! -e /tmp/stop ]; do
	setpci -s $V0 0.l 2c.l 100.l
	setpci -s $V0 c.b=10
done >/tmp/seen
EOF
sh /tmp/read >/dev/null 2>&1 &"
touch /run/loop
(while [ -e /run/loop ]; do lspci -s "$NIC" -xxxx >/dev/null; done) &
for way in cf8 ecam auto cf8 auto ecam; do
	sleep 2
	# A reset that runs may keep it from being changed.
	wait_for 10 sh -c "echo $way >$WAY" 2>/dev/null || fail "the way is not changed to $way"
	forced_reset "$NIC"
done
rm /run/loop
wait
# The reset's record of what is below the guest's eyes
seen=$(guest_run access "touch /tmp/stop; sleep 1; sort /tmp/seen | uniq -c")
echo "$seen"
ids=$(setpci -s "$NIC" 0.l)
subsystem=$(setpci -s "$NIC" 2c.l)
aer=$(setpci -s "$NIC" 100.l)
expect "the guest read its IDs" [ "$(echo "$seen" | grep -c -w "$ids")" = 1 ]
expect "it read nothing but what is there, or all-ones" \
	[ -z "$(echo "$seen" | grep -v -w -e "$ids" -e "$subsystem" -e "$aer" -e ffffffff)" ]
guest_destroy access
assign_remove "$NIC"
