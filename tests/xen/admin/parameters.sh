# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# limit: 700
#
# parameters - each parameter of the module does what it says: it is the default of
# new functions, or decides for all; and what it cannot be keeps the module from
# loading, with one message that quotes it. hide= and passthrough= have tests of
# their own (install, ioemu).

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh
# shellcheck source=tests/xen/lib/ways.sh
. /tests/lib/ways.sh
# shellcheck source=tests/xen/lib/page.sh
. /tests/lib/page.sh

# with PARAMETER...: the module is loaded with them, and has the functions
with()
{
	say "parameters: $*"
	rm -f /run/driver.parameters
	mark=$(dmesg_mark)
	driver_load pciback2 "$@" || fail "the module does not load with $*"
	assign_add "$NIC" "$VIRTIO"
}

without()
{
	assign_remove "$NIC" "$VIRTIO"
}

# refused PARAMETER TEXT: the module does not load, and one message has TEXT
refused()
{
	rm -f /run/driver.parameters
	mark=$(dmesg_mark)
	! modprobe pciback2 "$1" 2>/dev/null || fail "the module loads with $1"
	dmesg_since "$mark" >/run/said
	# Busybox loads it once more, in another way, where the kernel refuses it
	[ "$(grep -F -e "$2" /run/said | sed 's/^[^]]*\] //' | sort -u | wc -l)" = 1 ] || {
		cat /run/said
		fail "$1: no message, or several, with: $2"
	}
	refute "$1 leaves a driver behind" [ -e "$PCIBACK" ]
	say "seen: $(grep -F -m 1 -e "$2" /run/said)"
}

# attribute_is DEVICE NAME PATTERN
attribute_is()
{
	local text

	text=$(cat "$PCI/$1/pciback2/$2")
	# shellcheck disable=SC2254 # a pattern
	case $text in
	$3) say "seen: $2 of $1: $text" ;;
	*) fail "$2 of $1 is '$text', not '$3'" ;;
	esac
}

# window_register: of VIRTIO, the one by which a driver chooses where the window of
# its capability lies (VIRTIO_PCI_CAP_PCI_CFG, its offset). No policy knows it.
window_register()
{
	local at id

	at=$(setpci -s "$VIRTIO" 34.b)
	while [ "$at" != 00 ]; do
		id=$(setpci -s "$VIRTIO" "$at.b")
		if [ "$id" = 09 ] && [ "$(setpci -s "$VIRTIO" "$(printf %x $((0x$at + 3))).b")" = 05 ]; then
			printf '%x.l' $((0x$at + 8))
			return
		fi
		at=$(setpci -s "$VIRTIO" "$(printf %x $((0x$at + 1))).b")
	done
	return 1
}

# writes REGISTER VALUE: in the guest, whose second function is VIRTIO; prints what
# is there then
writes()
{
	guest_run set "setpci -s $V1 $1=$2; setpci -s $V1 $1"
}

rmmod pciback2 || fail "rmmod: exit $?"
refused access=fast 'parameter access: "fast" is not auto, cf8 or ecam'
refused access= 'parameter access: "" is not auto, cf8 or ecam'
refused handover=all 'parameter handover: "all" is not off, stubdom or any'
refused host_bridge_op=15 'parameter host_bridge_op: 15 is the number of another call of Xen'
refused permissive=perhaps "\`perhaps' invalid for parameter \`permissive'"
refused poll_us=-1 "\`-1' invalid for parameter \`poll_us'"
refused domctl_version=new "\`new' invalid for parameter \`domctl_version'"

# ---- what they are by default, and what the machine is
with
attribute_is "$NIC" access 'ecam (auto)'
attribute_is "$NIC" handover 'stubdom*'
attribute_is "$NIC" poll_us '400 (default)'
attribute_is "$NIC" iommu "iommu on, interrupt remapping unknown, quarantine unknown"
register=$(window_register) || fail "$VIRTIO has no window"
was=$(setpci -s "$VIRTIO" "$register")
guest_start set "$NIC" "$VIRTIO" modules=xen-pcifront
expect "a guest does not write a register that no policy knows" \
	[ "$(writes "$register" 00000008)" = "$was" ]
refute "a guest has a page" announced set
# Who may be changed while the module is there is read each time
echo 1 >/sys/module/pciback2/parameters/permissive
expect "it does when all may" [ "$(writes "$register" 00000008)" = 00000008 ]
echo 0 >/sys/module/pciback2/parameters/permissive
expect "and no longer" [ "$(writes "$register" 0000000c)" = 00000008 ]
guest_destroy set
without

# ---- all of them otherwise
with access=cf8 handover=any permissive=1 poll_us=0 domctl_version=0x15
attribute_is "$NIC" access 'cf8 (cf8): *'
attribute_is "$NIC" handover 'any*'
attribute_is "$NIC" poll_us '0 (default)'
guest_start set modules=none "passthrough='enabled'"
guest_attach_first set "$NIC"
expect "the guest has the page ($(cat "$PCI/$NIC/pciback2/handover"))" \
	[ "$(announced set)" = "$NIC_PAGE" ]
before=$(events)
expect "the guest reads" guest_run set "lsecam -s $V0 -r 0 -n 200 -w ring"
woken=$(($(events) - before))
expect "each read wakes dom0 ($woken of 200)" [ "$woken" -ge 180 ]
guest_destroy set
without

# ---- a version that Xen has not
with handover=any domctl_version=0x1e
dmesg_since "$mark" >/run/said
expect "the log says that it is wrong" \
	grep "pciback2: domctl_version=0x1e is not Xen's version" /run/said
guest_start set modules=none "passthrough='enabled'"
guest_attach_first set "$NIC"
refute "a page is handed over without an answer of Xen" announced set
begin=$(date +%s)
guest_destroy set
expect "the end of the guest is noticed" wait_for 90 in_state "$NIC" idle
# shellcheck disable=SC2046 # five words
expect "the NIC was reset: $(reset_record "$NIC")" was_reset "$begin" $(reset_record "$NIC")
expect "it stays awake: nobody can say whether a domain has it" \
	[ "$(power_state "$NIC")" = D0 ]
without
rm -f /run/driver.parameters
