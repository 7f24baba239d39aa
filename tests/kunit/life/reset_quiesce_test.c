// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of reset_quiesce.c: stop DMA and interrupts around a reset
 */
#include <linux/ktime.h>

#include "../../../drivers/xen/pciback2/life/reset_quiesce.c"

#include "../support/life_world.h"

#define FLAGS	(FAKE_PCI_MSIX + PCI_MSIX_FLAGS)

static int init(struct kunit *test)
{
	struct life_world *world;
	int rc = life_world_init(test);

	if (rc)
		return rc;
	life_seize_dev(test);
	world = test->priv;
	device_lock(&world->pdev->dev);
	return 0;
}

static void finish(struct kunit *test)
{
	struct life_world *world = test->priv;

	device_unlock(&world->pdev->dev);
	life_world_exit(test);
}

static void only_what_nobody_allocated_is_turned_off(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct pci_dev *pdev = world->pdev;
	struct fake_pci *dev = world->dev;

	KUNIT_EXPECT_TRUE(test, pb2_reset_quiesce_check(pdev));
	fake_pci_set(dev, FLAGS, 2, PCI_MSIX_FLAGS_ENABLE | 0xf);
	KUNIT_EXPECT_FALSE(test, pb2_reset_quiesce_check(pdev));

	pdev->msix_enabled = 1;
	pb2_reset_quiesce_end(pdev);
	KUNIT_EXPECT_EQ(test, fake_pci_get(dev, FLAGS, 2),
			PCI_MSIX_FLAGS_ENABLE | 0xf);
	KUNIT_EXPECT_TRUE(test, pb2_reset_quiesce_check(pdev));

	pdev->msix_enabled = 0;
	pb2_reset_quiesce_end(pdev);
	KUNIT_EXPECT_EQ(test, fake_pci_get(dev, FLAGS, 2), 0xf);

	/* A function that does not answer has no readable flags. */
	dev->absent = true;
	KUNIT_EXPECT_TRUE(test, pb2_reset_quiesce_check(pdev));
	dev->absent = false;
}

static void a_vector_on_its_way_arrives_before_decode_goes(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct fake_pci *dev = world->dev;
	ktime_t start = ktime_get();

	/*
	 * The vectors of a device model, which dom0 does not know, count too.
	 */
	fake_pci_set(dev, FLAGS, 2, PCI_MSIX_FLAGS_ENABLE | 0xf);
	fake_pci_set(dev, PCI_COMMAND, 2,
		     PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	pb2_reset_quiesce_begin(world->pdev);
	KUNIT_EXPECT_GE(test, ktime_ms_delta(ktime_get(), start), IN_FLIGHT_MS);
	KUNIT_EXPECT_EQ(test, fake_pci_get(dev, PCI_COMMAND, 2) &
			(PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER), 0);
}

static void what_does_not_answer_is_not_waited_for(struct kunit *test)
{
	struct life_world *world = test->priv;

	world->dev->absent = true;
	KUNIT_EXPECT_FALSE(test, quiesce_has_msix(world->pdev));
	pb2_reset_quiesce_begin(world->pdev);
	world->dev->absent = false;
}

static struct kunit_case cases[] = {
	KUNIT_CASE(only_what_nobody_allocated_is_turned_off),
	KUNIT_CASE(a_vector_on_its_way_arrives_before_decode_goes),
	KUNIT_CASE(what_does_not_answer_is_not_waited_for),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_reset_quiesce",
	.init = init,
	.exit = finish,
	.test_cases = cases,
};

kunit_test_suite(suite);
