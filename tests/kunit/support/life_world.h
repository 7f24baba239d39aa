/* SPDX-License-Identifier: GPL-2.0 */
/*
 * life_world.h - a function and two guests, for the tests of the life cycle
 *
 * Functions are seized and released the way the PCI core does it, and go to
 * the guests and back the way xenbus does it.
 */
#ifndef LIFE_WORLD_H
#define LIFE_WORLD_H

#include <kunit/test.h>

#include "../../../drivers/xen/pciback2/doors.h"
#include "fake.h"
#include "fake_pci.h"
#include "fake_xen.h"

#define LIFE_MAX_SEIZED		4
#define LIFE_DOMID		7
#define LIFE_OTHER_DOMID	8
#define LIFE_UUID		"7e57ab1e-0000-4000-8000-000000000007"
#define LIFE_OTHER_UUID		"7e57ab1e-0000-4000-8000-000000000008"
/* The backend's directory of domain 7 */
#define LIFE_BACK		"/local/domain/0/backend/pci/7/0"

/**
 * struct life_world - what every test has
 * @dev: 0000:03:00.0, a network card; not seized
 * @pdev: of @dev
 * @pbdev: of @dev, once it is seized
 * @fe: the frontend of domain 7
 * @other: the frontend of domain 8
 * @xdevs: of the two
 * @seized: all that was seized, with a reference of the test's
 * @nr_seized: length of @seized
 * @overridden: the driver_override of functions that are probed is our name
 */
struct life_world {
	struct fake_pci *dev;
	struct pci_dev *pdev;
	struct pb2_device *pbdev;
	struct pb2_frontend fe;
	struct pb2_frontend other;
	struct xenbus_device xdevs[2];
	struct pb2_device *seized[LIFE_MAX_SEIZED];
	unsigned int nr_seized;
	bool overridden;
};

/**
 * struct life_pair - two functions that only a reset of their bus resets
 * @a: 03:00.0
 * @b: 03:00.1
 */
struct life_pair {
	struct pb2_device *a;
	struct pb2_device *b;
};

/* The world of the test that runs */
extern struct life_world *life_world;
/* reset_method_test.c: called in the middle of the next reset, unless %NULL */
extern void (*life_during_reset)(struct life_world *world);

int life_world_init(struct kunit *test);
void life_world_exit(struct kunit *test);

void life_ask_xen(void);

int life_probe(struct pci_dev *pdev);
void life_remove(struct pci_dev *pdev);
struct pb2_device *life_seize(struct kunit *test, struct fake_pci *dev);
void life_seize_dev(struct kunit *test);
void life_need_bus(struct fake_pci *dev);
struct life_pair life_seize_pair(struct kunit *test);
void life_assign(struct kunit *test, struct pb2_device *pbdev,
		 struct pb2_frontend *fe);
void life_assign_dev(struct kunit *test);
void life_take_back(struct pb2_device *pbdev, struct pb2_frontend *fe);
void life_settle(struct pb2_device *pbdev);
const char *life_flr_fault(struct pb2_device *pbdev);
void life_hold_dev(struct kunit *test);
void life_look_again(struct pb2_device *pbdev);
u32 life_overwrite_bar(struct pb2_device *pbdev);
u32 life_read_bar(struct pb2_device *pbdev);
void life_kill(unsigned int domid);
enum pb2_gate_state life_gate(struct pb2_device *pbdev,
			      const struct pb2_frontend *fe);
void life_ask_for_flr(struct pb2_device *pbdev);
int life_request(struct life_world *world, u32 cmd, s32 offset, s32 size,
		 u32 *value);

#define LIFE_EXPECT_STATE(test, pbdev, want)				\
	KUNIT_EXPECT_STREQ(test, pb2_state_name((pbdev)->state),	\
			   pb2_state_name(want))

#endif /* LIFE_WORLD_H */
