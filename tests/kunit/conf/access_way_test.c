// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the choice between the two ways of access to configuration space
 */
#include "../support/fake_ecam.h"
#include "../support/life_world.h"

static void expect_way(struct kunit *test, const char *want)
{
	struct life_world *world = test->priv;
	char buf[80];

	mutex_lock(&world->pbdev->gate.lock);
	pb2_access_show(world->pbdev, buf, sizeof(buf));
	mutex_unlock(&world->pbdev->gate.lock);
	KUNIT_EXPECT_STREQ(test, buf, want);
}

static int choose(struct life_world *world, enum pb2_access_way way)
{
	int rc;

	mutex_lock(&world->pbdev->gate.lock);
	rc = pb2_access_choose(world->pbdev, way);
	mutex_unlock(&world->pbdev->gate.lock);
	return rc;
}

static u32 read_ids(struct life_world *world)
{
	u32 val = 0;

	mutex_lock(&world->pbdev->gate.lock);
	pb2_access_read(world->pbdev, PCI_VENDOR_ID, 4, &val);
	mutex_unlock(&world->pbdev->gate.lock);
	return val;
}

static void a_page_that_agrees_is_used(struct kunit *test)
{
	struct life_world *world = test->priv;
	unsigned int reads;
	u8 line = fake_pci_get(world->dev, PCI_CACHE_LINE_SIZE, 1);

	pb2_window_init();
	pb2_window_ask();
	life_seize_dev(test);
	expect_way(test, "ecam (auto)\n");
	KUNIT_EXPECT_EQ(test, fake_pci_get(world->dev, PCI_CACHE_LINE_SIZE, 1),
			line);

	reads = fake_ecam.reads;
	KUNIT_EXPECT_EQ(test, read_ids(world),
			fake_pci_get(world->dev, PCI_VENDOR_ID, 4));
	KUNIT_EXPECT_EQ(test, fake_ecam.reads, reads + 1);

	mutex_lock(&world->pbdev->gate.lock);
	pb2_access_write(world->pbdev, PCI_CACHE_LINE_SIZE, 1, 0x20);
	mutex_unlock(&world->pbdev->gate.lock);
	KUNIT_EXPECT_EQ(test, fake_pci_get(world->dev, PCI_CACHE_LINE_SIZE, 1),
			0x20);
	KUNIT_EXPECT_EQ(test, fake_ecam.writes, 1);
}

static void a_page_of_a_twin_is_not_used(struct kunit *test)
{
	struct life_world *world = test->priv;

	pb2_window_init();
	pb2_window_ask();
	fake_ecam.swapped = fake_nic(test, PCI_DEVFN(1, 0));
	memcpy(fake_ecam.swapped->hw, world->dev->hw, sizeof(world->dev->hw));
	life_seize_dev(test);
	expect_way(test, "cf8 (auto): its page shows something else\n");
	KUNIT_EXPECT_EQ(test, fake_ecam.mapped, 0);
	KUNIT_EXPECT_EQ(test, choose(world, PB2_ACCESS_ECAM), -EOPNOTSUPP);
}

static void without_a_window_it_is_the_old_way(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	expect_way(test, "cf8 (auto): no ECAM window covers it\n");
	KUNIT_EXPECT_EQ(test, choose(world, PB2_ACCESS_ECAM), -EOPNOTSUPP);
	expect_way(test, "cf8 (ecam): no ECAM window covers it\n");
	KUNIT_EXPECT_EQ(test, choose(world, PB2_ACCESS_AUTO), 0);
	KUNIT_EXPECT_EQ(test, fake_count("ecam_map"), 0);
}

static void a_window_that_xen_does_not_use_is_not_either(struct kunit *test)
{
	fake_fail("mmcfg_reserved", 1, -ENODEV);
	pb2_window_init();
	pb2_window_ask();
	life_seize_dev(test);
	expect_way(test, "cf8 (auto): Xen does not use its ECAM window\n");
	KUNIT_EXPECT_EQ(test, fake_count("ecam_map"), 0);
}

static void a_page_that_cannot_be_mapped_is_no_obstacle(struct kunit *test)
{
	pb2_window_init();
	pb2_window_ask();
	fake_fail("ecam_map", 1, -ENOMEM);
	life_seize_dev(test);
	expect_way(test, "cf8 (auto): its page cannot be mapped\n");
}

static void the_way_can_be_changed(struct kunit *test)
{
	struct life_world *world = test->priv;
	unsigned int reads;

	pb2_window_init();
	pb2_window_ask();
	life_assign_dev(test);
	KUNIT_EXPECT_EQ(test, choose(world, PB2_ACCESS_KERNEL), 0);
	expect_way(test, "cf8 (cf8): chosen\n");
	KUNIT_EXPECT_EQ(test, fake_ecam.mapped, 0);
	reads = fake_ecam.reads;
	KUNIT_EXPECT_EQ(test, read_ids(world),
			fake_pci_get(world->dev, PCI_VENDOR_ID, 4));
	KUNIT_EXPECT_EQ(test, fake_ecam.reads, reads);

	KUNIT_EXPECT_EQ(test, choose(world, PB2_ACCESS_ECAM), 0);
	expect_way(test, "ecam (ecam)\n");
	/* A second choice of the page does not map it a second time. */
	KUNIT_EXPECT_EQ(test, choose(world, PB2_ACCESS_AUTO), 0);
	KUNIT_EXPECT_EQ(test, fake_ecam.mapped, 1);
}

static void what_is_gone_reads_as_ones_on_either_way(struct kunit *test)
{
	struct life_world *world = test->priv;

	pb2_window_init();
	pb2_window_ask();
	life_seize_dev(test);
	world->pdev->error_state = pci_channel_io_perm_failure;
	KUNIT_EXPECT_EQ(test, read_ids(world), U32_MAX);
	KUNIT_EXPECT_EQ(test, choose(world, PB2_ACCESS_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, read_ids(world), U32_MAX);
	world->pdev->error_state = pci_channel_io_normal;
}

static void names_are_parsed(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, pb2_access_parse("auto"), PB2_ACCESS_AUTO);
	KUNIT_EXPECT_EQ(test, pb2_access_parse("cf8\n"), PB2_ACCESS_KERNEL);
	KUNIT_EXPECT_EQ(test, pb2_access_parse("ecam"), PB2_ACCESS_ECAM);
	KUNIT_EXPECT_EQ(test, pb2_access_parse("ECAM"), -EINVAL);
	KUNIT_EXPECT_EQ(test, pb2_access_parse(""), -EINVAL);
}

static void finish(struct kunit *test)
{
	life_world_exit(test);
	pb2_window_exit();
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_page_that_agrees_is_used),
	KUNIT_CASE(a_page_of_a_twin_is_not_used),
	KUNIT_CASE(without_a_window_it_is_the_old_way),
	KUNIT_CASE(a_window_that_xen_does_not_use_is_not_either),
	KUNIT_CASE(a_page_that_cannot_be_mapped_is_no_obstacle),
	KUNIT_CASE(the_way_can_be_changed),
	KUNIT_CASE(what_is_gone_reads_as_ones_on_either_way),
	KUNIT_CASE(names_are_parsed),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_access_way",
	.init = life_world_init,
	.exit = finish,
	.test_cases = cases,
};

kunit_test_suite(suite);
