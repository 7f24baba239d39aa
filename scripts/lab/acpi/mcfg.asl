/* SPDX-License-Identifier: GPL-2.0 */
/*
 * MCFG of a machine with two segments. They share the one window that QEMU has:
 * the address of each is the one that its bus 00 has, or would have. The IDs are
 * those of QEMU's own table, with a later revision: Linux replaces only that.
 */
[0004]                          Signature : "MCFG"
[0004]                       Table Length : 0000004C
[0001]                           Revision : 01
[0001]                           Checksum : 00
[0006]                             Oem ID : "BOCHS "
[0008]                       Oem Table ID : "BXPC    "
[0004]                       Oem Revision : 00000002
[0004]                    Asl Compiler ID : "INTL"
[0004]              Asl Compiler Revision : 20200925

[0008]                           Reserved : 0000000000000000

[0008]                       Base Address : 00000000B0000000
[0002]               Segment Group Number : 0000
[0001]                   Start Bus Number : 00
[0001]                     End Bus Number : 7F
[0004]                           Reserved : 00000000

[0008]                       Base Address : 00000000B0000000
[0002]               Segment Group Number : 0001
[0001]                   Start Bus Number : 80
[0001]                     End Bus Number : FF
[0004]                           Reserved : 00000000
