# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# hvm.sh - an HVM guest with the NIC, and its device model in a stub domain.
# Sourced after lib.sh.

# the NIC's address in the guest
hvm_nic=
export hvm_nic PAUSE

# hvm_start: the example of Documentation/pciback2/stubdom.rst: the guest hvm with
# $NIC, and hvm-dm, its stub domain. Their processor is emulated by one that is
# emulated: dom0 must not ask all the time.
hvm_start()
{
	PAUSE=3000000
	sed -n '/^  name = "hvm"$/,/^$/s/^  //p' /tests/stubdom.rst >/run/hvm.cfg
	for try in 1 2 3; do
		say "xl create hvm, try $try"
		xl create -q /run/hvm.cfg 2>/run/xl.err && break
		rc=$?
		cat /run/xl.err
		# libxl gives a stub domain 30 s to start, and its QEMU 10 s to
		# answer (ERROR_TIMEDOUT); a busy host may not
		if [ $try = 3 ] || ! grep -q -e 'startup timed out' -e '(rc -9)' /run/xl.err; then
			fail "xl create hvm: exit $rc"
		fi
	done
	guest_ready hvm-dm
	guest_ready hvm 600
	PAUSE=1000000
	hvm_nic=$(guest_run hvm 'basename /sys/bus/pci/drivers/e1000e/0*')
}

# ranges: which memory of devices the domains may map, in Xen's words
ranges()
{
	xl dmesg -c >/dev/null
	xl debug-keys q
	xl dmesg | awk '
		/General information for domain/ { id = $NF }
		/I\/O Memory/ { sub(/.*I\/O Memory */, ""); print "d" id, $0 }'
}

# who_may_map PAGE: the domains whose ranges name just that page. dom0 has it,
# within a larger one.
who_may_map()
{
	ranges >/run/ranges
	grep -w "$(printf %x $(($1 >> 12)))" /run/ranges | sed 's/^d\([0-9]*\):.*/\1/'
}

# differences FILE FILE: the offsets of the bytes that differ in two dumps
differences()
{
	awk 'NR == FNR { line[FNR] = $0; next }
		FNR > 1 && /:/ {
			split(line[FNR], was)
			for (i = 1; i <= 17; i++)
				if (was[i] != $i)
					print substr($1, 1, length($1) - 2) sprintf("%x", i - 2)
		}' "$1" "$2"
}
