# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# machine: stubdom
# limit: 3000
# limit of the long form: 14000
#
# hvm-detach - xl pci-detach of an HVM guest, whose device model is in dom0: libxl
# does not wait for the backend before it removes and renumbers the entries. Each
# function that leaves comes back, and the one that stays keeps its entry. Twenty
# times, in the long form a hundred times, or PB2_LONG=N.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh
# shellcheck source=tests/xen/lib/ways.sh
. /tests/lib/ways.sh

# Processors are emulated by emulated ones: dom0 must not ask all the time.
PAUSE=1000000
export PAUSE

# start: an HVM guest with both NICs. It boots from the disk of the stub domain.
start()
{
	mkdir -p /run/stub
	(cd /run/stub && gzip -dc /usr/lib/xen/boot/qemu-stubdom-linux-rootfs |
		cpio -id disk ./disk) 2>/dev/null
	[ -s /run/stub/disk ] || fail "no disk for the guest"
	cat >/run/hvm.cfg <<EOC
name = "hvm"
type = "hvm"
memory = 256
vga = "none"
on_poweroff = "destroy"
on_crash = "destroy"
pci = ["$NIC", "$SPARE"]
device_model_version = "qemu-xen"
device_model_override = "/usr/libexec/xen-qemu-system-i386"
device_model_args_hvm = [ "-device", "ahci,id=ahci", "-drive", "if=none,id=disk,format=raw,file=/run/stub/disk", "-device", "ide-hd,bus=ahci.0,drive=disk" ]
EOC
	say "xl create hvm"
	xl create -q /run/hvm.cfg || fail "xl create hvm: exit $?"
	guest_ready hvm 900
}

# entries: the addresses and substates in the device list
entries()
{
	local i=0 nr
	nr=$(xenstore-read "$backend/num_devs")
	while [ $i -lt "$nr" ]; do
		echo "$(xenstore-read "$backend/dev-$i")=$(xenstore-read "$backend/state-$i")"
		i=$((i + 1))
	done
}

has_nics()
{
	[ "$(guest_run hvm 'ls -d /sys/bus/pci/drivers/e1000e/0*' | wc -l)" = "$1" ]
}

# detach LEAVES STAYS: the one that stays was assigned all the time
detach()
{
	local assigned
	assigned=$(dmesg | grep -c "$2: assigned to domain")
	xl pci-detach hvm "$1" || fail "xl pci-detach $1: exit $?"
	wait_for 90 in_state "$1" held || fail "$1 is $(state_of "$1"), not held; $(entries)"
	in_state "$2" assigned || fail "$2 is $(state_of "$2"), not assigned; $(entries)"
	wait_for 30 lists "$2=3" || fail "the list is $(entries)"
	[ "$(dmesg | grep -c "$2: assigned to domain")" = "$assigned" ] ||
		fail "$2 was taken back and assigned again"
}

attach()
{
	xl pci-attach hvm "$1" || fail "xl pci-attach $1: exit $?"
	wait_for 90 lists "$2=3 $1=3" || fail "the list is $(entries)"
	in_state "$1" assigned || fail "$1 is $(state_of "$1"), not assigned"
	wait_for 120 has_nics 2 || fail "the guest does not get $1"
}

# lists ENTRIES: with blanks between them
lists()
{
	[ "$(entries | tr '\n' ' ')" = "$1 " ]
}

assign_add "$NIC" "$SPARE"
start
backend=/local/domain/0/backend/pci/$(guest_id hvm)/0
expect "the guest has both NICs" wait_for 120 has_nics 2
expect "the list is $(entries | tr '\n' ' ')" lists "$NIC=3 $SPARE=3"

case $LONG in
'') rounds=20 ;;
1) rounds=100 ;;
*) rounds=$LONG ;;
esac
leaves=$NIC
stays=$SPARE
for round in $(seq "$rounds"); do
	say "round $round of $rounds: $leaves"
	# The first entry leaves, so libxl renumbers the other
	detach "$leaves" "$stays"
	attach "$leaves" "$stays"
	was=$leaves
	leaves=$stays
	stays=$was
done
say "seen: $rounds times the right one came back"

begin=$(date +%s)
guest_destroy hvm
came_back "$begin" "$NIC" "$SPARE"
assign_remove "$NIC" "$SPARE"
