// SPDX-License-Identifier: GPL-2.0
/*
 * quirk_text_test.c - tests of quirks as text, and of the parameter quirks=
 */
#include "../../../drivers/xen/pciback2/conf/quirk_text.c"

#include "../support/life_world.h"

/* The quirks of the module's parameter are there whenever it is seized. */
static void quirks_of_the_parameter_are_there_from_the_start(struct kunit *test)
{
	static char list[] =
		"0000:03:00.1-e0:1:1,03:00.0-e4:2:ff,0000:03:00.0-e2:4:0";
	struct life_world *world = test->priv;
	char text[64];

	KUNIT_EXPECT_EQ(test, pb2_quirk_list_check(list), 0);
	pb2_quirk_list = list;
	life_seize_dev(test);
	pb2_quirk_list = NULL;
	mutex_lock(&world->pbdev->gate.lock);
	pb2_quirk_show_own(world->pbdev, text, sizeof(text));
	mutex_unlock(&world->pbdev->gate.lock);
	/* What lies across two dwords is left out, with a message. */
	KUNIT_EXPECT_STREQ(test, text, "e4:2:ff always\n");
}

static void the_parameter_is_well_formed_or_refused(struct kunit *test)
{
	static const char * const bad[] = {
		",", "03:00.0", "03:00.0-", "03:00.0-e0:2:ff,", "x",
		"03:00.0-e0:2:ff;03:00.0-e4:2:ff", "03:00.*-e0:2:ff",
		"03:00.0-e0:2:ff,,03:00.0-e4:2:ff", "e0:2:ff",
	};
	unsigned int i;

	KUNIT_EXPECT_EQ(test, pb2_quirk_list_check(NULL), 0);
	KUNIT_EXPECT_EQ(test, pb2_quirk_list_check(""), 0);
	KUNIT_EXPECT_EQ(test, pb2_quirk_list_check("03:00.0-e0:2:ff"), 0);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_EXPECT_EQ_MSG(test, pb2_quirk_list_check(bad[i]),
				    -EINVAL, "'%s'", bad[i]);
}

static void one_that_is_seized_again_has_them_again(struct kunit *test)
{
	struct life_world *world = test->priv;
	char list[] = "03:00.0-e4:2:ff";

	pb2_quirk_list = list;
	life_seize_dev(test);
	life_assign(test, world->pbdev, &world->fe);
	life_take_back(world->pbdev, &world->fe);
	KUNIT_EXPECT_EQ(test, world->pbdev->conf->nr_quirks, 1);
	life_remove(world->pdev);
	life_seize_dev(test);
	pb2_quirk_list = NULL;
	KUNIT_EXPECT_EQ(test, world->pbdev->conf->nr_quirks, 1);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(quirks_of_the_parameter_are_there_from_the_start),
	KUNIT_CASE(the_parameter_is_well_formed_or_refused),
	KUNIT_CASE(one_that_is_seized_again_has_them_again),
	{ }
};

static struct kunit_suite suite = {
	.name = "pciback2_quirk_text",
	.init = life_world_init,
	.exit = life_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
