/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The second host bridge, which QEMU calls PC80 after its first bus, is in a
 * segment of its own.
 */
DefinitionBlock ("", "SSDT", 1, "PCIBK2", "SEGMENTS", 1)
{
	External (\_SB.PC80, DeviceObj)

	Scope (\_SB.PC80)
	{
		Name (_SEG, 1)
	}
}
