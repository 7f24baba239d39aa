# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# machine: stubdom
# limit: 1200
# limit of the long form: 9000
#
# ioemu - an HVM guest drives the NIC, and QEMU in a stub domain of its own is its
# device model. Nothing has to be permitted by hand. The stub domain has the ECAM
# page, and reads there what the ring shows; when the guest is destroyed, page and
# function are back. The long form does it ten times, or PB2_LONG=N.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh
# shellcheck source=tests/xen/lib/ways.sh
. /tests/lib/ways.sh
# shellcheck source=tests/xen/lib/hvm.sh
. /tests/lib/hvm.sh

# in_stub COMMAND: the page, read in the stub domain
in_stub()
{
	guest_run hvm-dm "$1"
}

# same_but_virtual COMMAND: what it shows of the page is what the ring shows, but
# for COMMAND, the interrupt line, and No_Soft_Reset of the power state
same_but_virtual()
{
	in_stub "lsecam -s $NIC -w ring -x" >/run/ring
	in_stub "$1" >/run/page
	differences /run/ring /run/page >/run/differences
	say "they differ at $(tr '\n' ' ' </run/differences)"
	[ "$(grep -c '^[0-9a-f]*: ' /run/page)" = 256 ] &&
		[ "$(grep -c '^[0-9a-f]*: ' /run/ring)" = 256 ] &&
		! grep -vxE '04|05|3c|cc' /run/differences
}

# only_good_reads: the loop has read something, and always the same
only_good_reads()
{
	in_stub "cat /run/reads" >/run/reads
	say "reads, a million each: $(wc -l </run/reads), $(tail -n 1 /run/reads)"
	[ -s /run/reads ] && ! grep -v "^$ids privcmd [0-9]* ns$" /run/reads
}

pings_while_read()
{
	# shellcheck disable=SC2016 # the stub domain's
	in_stub "while lsecam -s $NIC -w page -r 0 -n 1000000; do :; done >/run/reads 2>&1 &"
	guest_run hvm "nic_ping $hvm_nic 10.0.2.2" || return
	wait_for 60 in_stub "[ -s /run/reads ]"
}

no_pages()
{
	[ -z "$(cat "$PCIBACK/pages")" ]
}

story()
{
	local id stub before

	expect "before, nobody may map the page" [ -z "$(who_may_map "$NIC_PAGE")" ]
	hvm_start
	id=$(guest_id hvm)
	stub=$(guest_id hvm-dm)
	expect "the NIC is assigned" in_state "$NIC" assigned
	expect "$(cat "$PCI/$NIC/pciback2/handover")" \
		[ "$(cat "$PCI/$NIC/pciback2/handover")" = "stubdom: $NIC_PAGE domain $stub" ]
	refute "the NIC is permissive" grep -q "$NIC" "$PCIBACK/permissive"
	expect "the stub domain, d$stub, may map the page" [ "$(who_may_map "$NIC_PAGE")" = "$stub" ]
	say "$(grep -v '^d0:' /run/ranges | tr '\n' ' ')"
	expect "it is announced there" \
		[ "$(in_stub lsecam)" = "$NIC $NIC_PAGE 0x1000 r privcmd" ]
	expect "page and ring differ in what is virtual only" \
		same_but_virtual "lsecam -s $NIC -w page -x"
	# It takes the page for the first of bus 0.
	expect "so they do for lspci, which knows nothing of pciback2" same_but_virtual \
		"lspci-ecam -A ecam -O ecam.addrs=00:${NIC_PAGE#0x}+1000 -s 00:00.0 -xxxx"

	ids=$(in_stub "lsecam -s $NIC -w ring -r 0 | cut -d' ' -f1")
	before=$(guest_run hvm "irq_events $hvm_nic")
	expect "the guest pings while the page is read" pings_while_read
	expect "all reads are good" only_good_reads
	expect "the guest has $(guest_run hvm "msix_vectors $hvm_nic") MSI-X vectors" \
		[ "$(guest_run hvm "msix_vectors $hvm_nic")" = 3 ]
	expect "its interrupts come" \
		[ "$(guest_run hvm "irq_events $hvm_nic")" -gt "$before" ]

	begin=$(date +%s)
	guest_destroy hvm
	for domain in $id $stub; do
		wait_for 60 is_freed "$domain" || fail "domain $domain is still there"
	done
	expect "nobody has the page" wait_for 30 no_pages
	expect "after, nobody may map it" [ -z "$(who_may_map "$NIC_PAGE")" ]
	expect "Xen knows no domain but dom0" [ "$(cut -d: -f1 /run/ranges)" = d0 ]
	came_back "$begin" "$NIC"
}

driver_load "$DRIVER" passthrough=1 || fail "cannot load $DRIVER with passthrough=1"
assign_add "$NIC"
case $LONG in
'') rounds=1 ;;
1) rounds=10 ;;
*) rounds=$LONG ;;
esac
for round in $(seq "$rounds"); do
	say "round $round of $rounds"
	story
done
assign_remove "$NIC"
