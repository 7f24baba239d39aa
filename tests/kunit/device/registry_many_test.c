// SPDX-License-Identifier: GPL-2.0
/*
 * registry_many_test.c - tests of a bus with 256 functions, of which none costs
 * more than the first
 */
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "../support/guest.h"

#define NR	256

/**
 * struct bus - all functions of one bus
 * @devs: the fake devices
 * @pbdevs: the seized functions
 * @reads: number of hardware reads while each function was seized
 */
struct bus {
	struct fake_pci *devs[NR];
	struct pb2_device *pbdevs[NR];
	unsigned int reads[NR];
};

static struct bus *fill(struct kunit *test)
{
	struct bus *bus = kunit_kzalloc(test, sizeof(*bus), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, bus);
	for (i = 0; i < NR; i++)
		bus->devs[i] = fake_nic(test, i);
	return bus;
}

static void seize_all(struct kunit *test, struct bus *bus)
{
	struct guest *guest = test->priv;
	u64 begun = ktime_get_ns();
	unsigned int i;

	for (i = 0; i < NR; i++) {
		bus->pbdevs[i] = guest_seize(test, bus->devs[i]);
		bus->reads[i] = guest->seize_reads;
		/* 256 of them take the processor for longer than RCU likes. */
		cond_resched();
	}
	/* Only printed: KASAN makes the time meaningless as a limit. */
	kunit_info(test, "%llu us for each of %u\n",
		   div_u64(ktime_get_ns() - begun, NR * NSEC_PER_USEC), NR);
}

static size_t memory_of(const struct pb2_device *pbdev)
{
	return sizeof(*pbdev) +
	       pbdev->conf->size / 4 * sizeof(*pbdev->conf->index) +
	       pbdev->conf->nr_regs * sizeof(*pbdev->conf->regs);
}

/* Compares memory and hardware reads; the reads take most of the time. */
static void expect_like_first(struct kunit *test, const struct bus *bus)
{
	size_t first = memory_of(bus->pbdevs[0]);
	unsigned int i;

	kunit_info(test, "%zu bytes for each\n", first);
	KUNIT_EXPECT_LE(test, first, (size_t)SZ_16K);
	KUNIT_EXPECT_GT(test, bus->reads[0], 0);
	for (i = 1; i < NR; i++) {
		KUNIT_EXPECT_EQ(test, memory_of(bus->pbdevs[i]), first);
		KUNIT_EXPECT_EQ(test, bus->reads[i], bus->reads[0]);
	}
}

/* Looks the function up by its virtual and its real address. */
static void expect_found(struct kunit *test, struct pb2_device *pbdev)
{
	struct guest *guest = test->priv;
	struct pb2_sbdf vsbdf;

	KUNIT_ASSERT_EQ(test, pb2_frontend_add(guest->fe, &pbdev->sbdf, &vsbdf),
			0);
	KUNIT_EXPECT_PTR_EQ(test, pb2_frontend_find(guest->fe, &vsbdf), pbdev);
	pb2_device_put(pbdev);
	KUNIT_EXPECT_PTR_EQ(test, pb2_registry_find(&pbdev->sbdf), pbdev);
	pb2_device_put(pbdev);
}

static void each_of_256_functions_is_like_the_first(struct kunit *test)
{
	struct bus *bus = fill(test);
	unsigned int i;

	seize_all(test, bus);
	expect_like_first(test, bus);
	for (i = 0; i < NR; i++)
		expect_found(test, bus->pbdevs[i]);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(each_of_256_functions_is_like_the_first),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_registry_many",
	.init = guest_init_frontend,
	.exit = guest_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
