/* SPDX-License-Identifier: GPL-2.0 */
/*
 * guest.h - domain 5 with a PCI frontend, for the tests of what a guest can
 * reach: the driver's own code from the ring down to the fakes
 */
#ifndef GUEST_H
#define GUEST_H

#include <linux/delay.h>
#include <linux/jiffies.h>

#include <kunit/test.h>

#include "../../../drivers/xen/pciback2/doors.h"
#include "fake.h"
#include "fake_pci.h"
#include "fake_xen.h"

#define GUEST_DOMID	5
#define GUEST_HOME	"/local/domain/5"
#define GUEST_BACK	"/local/domain/0/backend/pci/5/0"
#define GUEST_FRONT	"/local/domain/5/device/pci/0"
#define GUEST_GREF	8
#define GUEST_PORT	19
#define GUEST_MAX_FUNCS	256

/**
 * struct guest - the guest; in kunit.priv
 * @xdev: the backend's xenbus device
 * @fe: the frontend, %NULL where a test makes its own
 * @page: the shared page, as the guest sees it
 * @seize_reads: of the hardware, while the last function was seized
 * @nr: functions that were seized
 * @funcs: they
 */
struct guest {
	struct xenbus_device xdev;
	struct pb2_frontend *fe;
	struct xen_pci_sharedinfo *page;
	unsigned int seize_reads;
	unsigned int nr;
	struct pci_dev *funcs[GUEST_MAX_FUNCS];
};

extern void (*guest_on_op)(struct pb2_frontend *fe, struct xen_pci_op *op);
extern u64 *guest_clock;
extern atomic_t guest_clock_reads;
extern bool guest_cpu_is_wanted;
extern unsigned int guest_relaxed;
extern unsigned int guest_yields;
extern unsigned int guest_ops;
extern struct xen_pci_op guest_seen;

int guest_init(struct kunit *test);
int guest_init_frontend(struct kunit *test);
void guest_exit(struct kunit *test);

struct pb2_frontend *guest_new_frontend(struct kunit *test, domid_t domid);
void guest_free_frontend(struct kunit *test, struct pb2_frontend *fe);
struct pb2_device *guest_seize(struct kunit *test, struct fake_pci *dev);
struct pb2_device *guest_give(struct kunit *test, struct fake_pci *dev);
void guest_settle(void);

struct pb2_frontend *guest_attach(struct kunit *test);
struct xen_pci_op guest_request(u32 cmd, u32 value);
void guest_count_op(struct pb2_frontend *fe, struct xen_pci_op *op);
void guest_post(struct kunit *test, const struct xen_pci_op *op);
bool guest_is_answered(struct kunit *test);
bool guest_sends_event(struct kunit *test);

/* Waits until a condition holds; false after some seconds. */
#define guest_wait(cond) ({						\
	unsigned long until_ = jiffies + 10 * HZ;			\
	bool holds_;							\
									\
	do {								\
		holds_ = (cond);					\
		if (!holds_)						\
			usleep_range(100, 500);				\
	} while (!holds_ && time_before(jiffies, until_));		\
	holds_;								\
})

#endif /* GUEST_H */
