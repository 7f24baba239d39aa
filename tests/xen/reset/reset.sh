# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# reset - do_flr on an idle function resets it: what dom0 wrote into the
# disk's registers is gone, the record says how, and the function is in D3hot
# again. A NIC that claims a reset which it has not is reset by its bus.

# shellcheck source=tests/xen/lib/lib.sh
. /tests/lib/lib.sh
# shellcheck source=tests/xen/lib/ways.sh
. /tests/lib/ways.sh

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
expect "it was the kernel's: $(reset_record "$DISK")" \
	[ "$(reset_record "$DISK" | cut -d' ' -f1-3)" = "kernel proven 0" ]
expect "$DISK goes to D3hot again" wait_for 200 in_power_state "$DISK" D3hot
setpci -s "$DISK" CAP_PM+4.w=0:3
setpci -s "$DISK" COMMAND=2:2
mark=$(devmem $((bar + CC)) 32)
expect "the mark is gone ($mark)" [ $((mark)) = 0 ]

# QEMU's e1000e claims a reset of PM that resets nothing.
forced_reset "$NIC"
expect "e1000e: $(reset_record "$NIC")" \
	[ "$(reset_record "$NIC" | cut -d' ' -f1-3)" = "bus proven 0" ]
assign_remove "$DISK" "$NIC"
expect "dom0's disk works" wait_for 30 disk_name "$DISK"
