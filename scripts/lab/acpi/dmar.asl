/* SPDX-License-Identifier: GPL-2.0 */
/*
 * DMAR of a machine with two segments. QEMU has one IOMMU, and a unit belongs to
 * one segment: here it is that of segment 1, whose functions are passed through.
 */
[0004]                          Signature : "DMAR"
[0004]                       Table Length : 00000048
[0001]                           Revision : 01
[0001]                           Checksum : 00
[0006]                             Oem ID : "PCIBK2"
[0008]                       Oem Table ID : "SEGMENTS"
[0004]                       Oem Revision : 00000001
[0004]                    Asl Compiler ID : "INTL"
[0004]              Asl Compiler Revision : 20200925

[0001]                 Host Address Width : 26
[0001]                              Flags : 01
[0010]                           Reserved : 00 00 00 00 00 00 00 00 00 00

[0002]                      Subtable Type : 0000 [Hardware Unit Definition]
[0002]                             Length : 0018

[0001]                              Flags : 01
[0001]                           Reserved : 00
[0002]                 PCI Segment Number : 0001
[0008]              Register Base Address : 00000000FED90000

[0001]                  Device Scope Type : 03 [IOAPIC Device]
[0001]                       Entry Length : 08
[0002]                           Reserved : 0000
[0001]                     Enumeration ID : 00
[0001]                     PCI Bus Number : FF

[0002]                           PCI Path : 00,00
