/* SPDX-License-Identifier: GPL-2.0 */
/*
 * nodes_world.h - a frontend with its directories in xenstore and nothing else
 */
#ifndef PB2_NODES_WORLD_H
#define PB2_NODES_WORLD_H

#include <kunit/test.h>

#include "../../../drivers/xen/pciback2/guest/guest.h"
#include "fake.h"
#include "fake_xen.h"

#define NODES_BACK	"/local/domain/0/backend/pci/5/0"
#define NODES_FRONT	"/local/domain/5/device/pci/0"

int nodes_world_init(struct kunit *test);
void nodes_world_exit(struct kunit *test);
struct pb2_frontend *nodes_fe(struct kunit *test);
void nodes_expect(struct kunit *test, const char *key, const char *val);

#endif /* PB2_NODES_WORLD_H */
