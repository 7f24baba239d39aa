// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of publish.c: nodes about a function in the backend's xenstore
 * directory
 */
#include "../support/life_world.h"

#include "../../../drivers/xen/pciback2/handover/publish.c"

#define PAGE	"pciback2/0012-34-05-6/ecam"
#define BACKEND	"pciback2/0012-34-05-6/backend-domid"

static const struct pb2_sbdf vsbdf = {
	.domain = 0x12, .bus = 0x34, .devfn = PCI_DEVFN(5, 6),
};

static void a_page_is_published_as_a_whole(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, pb2_publish_page(LIFE_BACK, &vsbdf,
					       0xfedcba9876543000), 0);
	KUNIT_EXPECT_STREQ(test, fake_xen_get(LIFE_BACK, PAGE "/address") ?: "",
			   "0xfedcba9876543000");
	KUNIT_EXPECT_STREQ(test, fake_xen_get(LIFE_BACK, PAGE "/size") ?: "",
			   "0x1000");
	KUNIT_EXPECT_STREQ(test, fake_xen_get(LIFE_BACK, PAGE "/access") ?: "",
			   "r");

	pb2_publish_withdraw_page(LIFE_BACK, &vsbdf);
	KUNIT_EXPECT_NULL(test, fake_xen_get(LIFE_BACK, PAGE "/address"));
	KUNIT_EXPECT_NULL(test, fake_xen_get(LIFE_BACK, PAGE "/size"));
	KUNIT_EXPECT_NULL(test, fake_xen_get(LIFE_BACK, PAGE "/access"));
}

static void a_directory_that_is_gone_does_not_come_back(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, pb2_publish_page("/local/domain/0/backend/pci/9/0",
					       &vsbdf, 0x1000), -ENOENT);
	KUNIT_EXPECT_NULL(test, fake_xen_get("/local/domain/0/backend/pci/9/0",
					     PAGE "/address"));
}

static void a_function_without_a_backend_is_not_mentioned(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	device_lock(&world->pdev->dev);
	pb2_publish_virtio(world->pbdev, LIFE_BACK, &vsbdf);
	KUNIT_EXPECT_NULL(test, fake_xen_get(LIFE_BACK, BACKEND));

	KUNIT_EXPECT_EQ(test, pb2_virtio_set(world->pbdev, 65535 - 16), 0);
	pb2_publish_virtio(world->pbdev, LIFE_BACK, &vsbdf);
	KUNIT_EXPECT_STREQ(test, fake_xen_get(LIFE_BACK, BACKEND) ?: "",
			   "65519");
	pb2_publish_withdraw_virtio(world->pbdev, LIFE_BACK, &vsbdf);
	KUNIT_EXPECT_NULL(test, fake_xen_get(LIFE_BACK, BACKEND));
	device_unlock(&world->pdev->dev);
}

static void without_xenstore_there_is_the_capability(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	device_lock(&world->pdev->dev);
	KUNIT_EXPECT_EQ(test, pb2_virtio_set(world->pbdev, 3), 0);
	device_unlock(&world->pdev->dev);
	fake_fail("publish", 1, -ENOSPC);
	life_assign(test, world->pbdev, &world->fe);
	KUNIT_EXPECT_EQ(test, pb2_conf_virtio_get(world->pbdev), 3);
	KUNIT_EXPECT_NULL(test, fake_xen_get(LIFE_BACK, "pciback2/0000-00-00-0/backend-domid"));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_page_is_published_as_a_whole),
	KUNIT_CASE(a_directory_that_is_gone_does_not_come_back),
	KUNIT_CASE(a_function_without_a_backend_is_not_mentioned),
	KUNIT_CASE(without_xenstore_there_is_the_capability),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_publish",
	.init = life_world_init,
	.exit = life_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
