// SPDX-License-Identifier: GPL-2.0
/*
 * Which addresses a guest sees its functions at
 */
#include "guest.h"

/**
 * pb2_topology_choose() - what the passthrough= parameter stands for
 * @passthrough: its value
 *
 * Context: Any.
 * Return: The real addresses when it is set, else one virtual bus.
 */
const struct pb2_topology_ops *pb2_topology_choose(bool passthrough)
{
	return passthrough ? &pb2_topology_host : &pb2_topology_virtual;
}
