# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# reset - do_flr on an idle function resets it: what dom0 wrote into the
# disk's registers is gone, the record says how, and the function is in D3hot
# again.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh

# Any bits of CC, without the one that enables the controller
CC=0x14
bar=$(head -n 1 "$PCI/$DISK/resource" | cut -d" " -f1)
assign_add "$DISK" "$NIC"
expect "$DISK goes to D3hot" wait_for 60 in_power_state "$DISK" D3hot
setpci -s "$DISK" CAP_PM+4.w=0:3
setpci -s "$DISK" COMMAND=2:2
devmem $((bar + CC)) 32 0x00460000
mark=$(devmem $((bar + CC)) 32)
expect "a mark is in the disk ($mark)" [ $((mark)) = $((0x460000)) ]
expect "do_flr succeeds" sh -c "printf %s $DISK >$PCIBACK/do_flr"
cat "$PCI/$DISK/pciback2/last_reset"
expect "$DISK goes to D3hot again" wait_for 200 in_power_state "$DISK" D3hot
setpci -s "$DISK" CAP_PM+4.w=0:3
setpci -s "$DISK" COMMAND=2:2
mark=$(devmem $((bar + CC)) 32)
expect "the mark is gone ($mark)" [ $((mark)) = 0 ]

# QEMU's e1000e claims a reset that it has not. Whatever is claimed must hold.
printf %s "$NIC" >"$PCIBACK/do_flr" 2>/dev/null
say "e1000e: do_flr gives $?, $(reset_record "$NIC")"
assign_remove "$DISK" "$NIC"
expect "dom0's disk works" wait_for 30 disk_name "$DISK"
