# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# sysfs - wrong usage of every attribute of the driver: the right errno, and
# one message that names what was written.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh

# errno FILE VALUE: what the kernel says to a write of VALUE
errno()
{
	# the shell's own printf does not say why a write failed, and cat
	# tries a second time
	printf '%s' "$2" >/run/word
	dd if=/run/word of="$PCIBACK/$1" bs=4k 2>&1 | sed -n 's/^dd: .*: //p'
}

# wrong FILE VALUE ERROR: refused with ERROR
wrong()
{
	local got
	got=$(errno "$1" "$2")
	[ "$got" = "$3" ] ||
		fail "$1 answers '$(echo "$2" | cut -c1-40)' with '${got:-success}', not '$3'"
}

# clear FILE VALUE ERROR: refused with ERROR and exactly one message with VALUE
clear()
{
	local mark lines
	mark=$(dmesg_mark)
	wrong "$1" "$2" "$3"
	lines=$(dmesg_since "$mark" | grep -c -F "$2")
	[ "$lines" = 1 ] ||
		fail "$1: $lines messages about '$2', not one"
	dmesg_since "$mark"
}

# Messages are limited to ten in five seconds
rest()
{
	sleep 6
}

einval='Invalid argument'
enodev='No such device'
enoent='No such file or directory'
nobody=0000:1f:00.0
addresses='new_slot remove_slot permissive irq_handler_state allow_interrupt_control do_flr'

for file in $addresses quirks; do
	clear "$file" "0000:zz:00.$file" "$einval"
done
rest
clear remove_slot "$nobody" "$enoent"
clear irq_handler_state "$nobody" "$enoent"
for file in permissive allow_interrupt_control do_flr; do
	clear "$file" "$nobody" "$enodev"
done
clear quirks "$nobody-40:4:ff" "$enodev"
rest

long=$(head -c 4000 /dev/zero | tr '\0' a)
for file in $addresses; do
	for value in '
' x : . 0000:01:00 0000:01:00. 0000:01:00.8 0000:01:20.0 0000:100:00.0 \
		10000:01:00.0 -1:00.0 '01:00.0 x' '01:00.0,02:00.0' 0x1:00.0 \
		'01: 00.0' '%s%s%n' "$long"; do
		wrong "$file" "$value" "$einval"
	done
	say "seen: $file refuses what is no address"
done
for value in "$NIC" "$NIC-" "$NIC-40" "$NIC-40:4" "$NIC-40:3:ff" "$NIC-1000:1:ff" \
	"$NIC-fff:2:ff" "$NIC-40:1:100" "$NIC-40:4:ff x" "$NIC-zz:4:ff" "$long"; do
	wrong quirks "$value" "$einval"
done
say "seen: quirks refuses what is no quirk"

wrong bind "$nobody" "$enodev"
wrong bind rubbish "$enodev"
wrong unbind "$nobody" "$enodev"
wrong unbind "$NIC" "$enodev"
expect "dom0's NIC is where it was" [ "$(driver_of "$NIC")" = e1000e ]

# What is right after all that
assign_add "$NIC"
for file in permissive allow_interrupt_control; do
	printf '%s' "$NIC" >"$PCIBACK/$file" || fail "$file does not take $NIC"
	expect "$file lists $NIC" grep -q -x "$NIC" "$PCIBACK/$file"
done
printf '%s' "$NIC-40:4:ff" >"$PCIBACK/quirks" || fail "quirks does not take a quirk"
expect "quirks lists it" grep -q '00000040:4:000000ff' "$PCIBACK/quirks"
printf '%s' "$NIC" >"$PCIBACK/irq_handler_state" || fail "irq_handler_state does not take $NIC"
expect "irq_handlers lists $NIC" grep -q "^$NIC:" "$PCIBACK/irq_handlers"
cat "$PCIBACK/irq_handlers" "$PCIBACK/quirks"
assign_remove "$NIC"

if [ "$DRIVER" = pciback2 ]; then
	cat "$PCIBACK/windows"
	expect "the ECAM window is known, and Xen uses it" \
		[ "$(cat "$PCIBACK/windows")" = '0000:00-ff 0xb0000000 MCFG: Xen uses it' ]
fi
