// SPDX-License-Identifier: GPL-2.0
/*
 * sysfs_device_test.c - the attributes of a function
 */
#include "support/life_world.h"

#include "../../drivers/xen/pciback2/sysfs_device.c"

/* sysfs passes a page to show(), and sysfs_emit() requires one. */
static char page[PAGE_SIZE] __aligned(PAGE_SIZE);

static const char *read_from(struct kunit *test, struct device_attribute *attr)
{
	struct life_world *world = test->priv;
	ssize_t rc;

	memset(page, 0, sizeof(page));
	rc = attr->show(&world->pdev->dev, attr, page);
	KUNIT_EXPECT_EQ(test, rc, strlen(page));
	return page;
}

static ssize_t write_to(struct kunit *test, struct device_attribute *attr,
			const char *word)
{
	struct life_world *world = test->priv;

	return attr->store(&world->pdev->dev, attr, word, strlen(word));
}

static void attributes_have_names_and_modes(struct kunit *test)
{
	static const struct {
		const char *name;
		umode_t mode;
	} want[] = {
		{ "state", 0444 }, { "fault", 0444 }, { "last_reset", 0444 },
		{ "bus_reset", 0644 }, { "permissive", 0644 },
		{ "quirks", 0644 }, { "d3cold", 0644 }, { "access", 0644 },
		{ "handover", 0644 }, { "poll_us", 0644 },
		{ "guest_reset", 0644 }, { "iommu", 0444 },
		{ "backend_domid", 0644 },
	};
	struct attribute **attrs = pb2_sysfs_device_groups[0]->attrs;
	unsigned int i;

	KUNIT_EXPECT_STREQ(test, pb2_sysfs_device_groups[0]->name, "pciback2");
	for (i = 0; i < ARRAY_SIZE(want); i++) {
		KUNIT_ASSERT_NOT_NULL(test, attrs[i]);
		KUNIT_EXPECT_STREQ(test, attrs[i]->name, want[i].name);
		KUNIT_EXPECT_EQ(test, attrs[i]->mode, want[i].mode);
	}
	KUNIT_EXPECT_NULL(test, attrs[i]);
}

static void a_function_shows_its_state_and_last_reset(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	KUNIT_EXPECT_STREQ(test, read_from(test, &dev_attr_state), "idle\n");
	KUNIT_EXPECT_EQ(test, strncmp(read_from(test, &dev_attr_last_reset),
				      "kernel proven 0 ", 16), 0);
	life_assign(test, world->pbdev, &world->fe);
	KUNIT_EXPECT_STREQ(test, read_from(test, &dev_attr_state), "assigned\n");
}

static void a_function_shows_its_fault_or_nothing(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	KUNIT_EXPECT_STREQ(test, read_from(test, &dev_attr_fault), "");
	strscpy(world->pbdev->fault, "is gone", sizeof(world->pbdev->fault));
	KUNIT_EXPECT_STREQ(test, read_from(test, &dev_attr_fault), "is gone\n");
	world->pbdev->fault[0] = '\0';
}

static bool is_permissive(struct pb2_device *pbdev)
{
	bool is;

	mutex_lock(&pbdev->gate.lock);
	is = pb2_conf_is_permissive(pbdev);
	mutex_unlock(&pbdev->gate.lock);
	return is;
}

static void permissive_may_last(struct kunit *test)
{
	struct device_attribute *attr = &dev_attr_permissive;
	struct life_world *world = test->priv;

	life_seize_dev(test);
	KUNIT_EXPECT_STREQ(test, read_from(test, attr), "off\n");
	KUNIT_EXPECT_EQ(test, write_to(test, attr, "1"), -EINVAL);
	KUNIT_EXPECT_EQ(test, write_to(test, attr, ""), -EINVAL);
	KUNIT_EXPECT_EQ(test, write_to(test, attr, "always\n"), 7);
	KUNIT_EXPECT_STREQ(test, read_from(test, attr), "always\n");
	life_assign(test, world->pbdev, &world->fe);
	KUNIT_EXPECT_TRUE(test, is_permissive(world->pbdev));
	life_take_back(world->pbdev, &world->fe);
	KUNIT_EXPECT_STREQ(test, read_from(test, attr), "always\n");

	KUNIT_EXPECT_EQ(test, write_to(test, attr, "once"), 4);
	life_assign(test, world->pbdev, &world->fe);
	KUNIT_EXPECT_STREQ(test, read_from(test, attr), "once\n");
	life_take_back(world->pbdev, &world->fe);
	KUNIT_EXPECT_STREQ(test, read_from(test, attr), "off\n");

	KUNIT_EXPECT_EQ(test, write_to(test, attr, "always"), 6);
	KUNIT_EXPECT_EQ(test, write_to(test, attr, "off"), 3);
	KUNIT_EXPECT_STREQ(test, read_from(test, attr), "off\n");
}

static void quirks_may_last(struct kunit *test)
{
	struct device_attribute *attr = &dev_attr_quirks;
	struct life_world *world = test->priv;

	life_seize_dev(test);
	KUNIT_EXPECT_STREQ(test, read_from(test, attr), "");
	KUNIT_EXPECT_EQ(test, write_to(test, attr, "e4:2:ff\n"), 8);
	mutex_lock(&world->pbdev->gate.lock);
	KUNIT_EXPECT_EQ(test, pb2_conf_quirk_add(world->pbdev, 0xe4, 1, 1), 0);
	KUNIT_EXPECT_EQ(test, pb2_conf_quirk_add(world->pbdev, 0xe5, 1, 1), 0);
	KUNIT_EXPECT_EQ(test, pb2_conf_quirk_add(world->pbdev, 0xe8, 4, 0), 0);
	mutex_unlock(&world->pbdev->gate.lock);
	KUNIT_EXPECT_STREQ(test, read_from(test, attr),
			   "e4:2:ff always\ne5:1:1 once\ne8:4:0 once\n");
	life_assign(test, world->pbdev, &world->fe);
	life_take_back(world->pbdev, &world->fe);
	KUNIT_EXPECT_STREQ(test, read_from(test, attr), "e4:2:ff always\n");
	/* What ended has not closed what lasts. */
	KUNIT_EXPECT_TRUE(test, test_bit(0xe5, world->pbdev->conf->open));
	KUNIT_EXPECT_FALSE(test, test_bit(0xe8, world->pbdev->conf->open));
	KUNIT_EXPECT_EQ(test, world->pbdev->conf->nr_quirks, 1);

	KUNIT_EXPECT_EQ(test, write_to(test, attr, "none\n"), 5);
	KUNIT_EXPECT_STREQ(test, read_from(test, attr), "");
	KUNIT_EXPECT_FALSE(test, test_bit(0xe5, world->pbdev->conf->open));
}

static void what_is_no_quirk_is_refused(struct kunit *test)
{
	static const char * const words[] = {
		"", "e0", "e0:2", "e0:3:0", "e0:2:1ffff", "e0:2:ff x",
		"e0:2:ff,e4:2:ff", "1000:1:0", "ffe:4:0", "03:00.0-e0:2:ff",
		"100000000e0:2:ff", "e0:2:fffffffff",
	};
	unsigned int i;

	life_seize_dev(test);
	for (i = 0; i < ARRAY_SIZE(words); i++)
		KUNIT_EXPECT_EQ_MSG(test, write_to(test, &dev_attr_quirks,
						   words[i]), -EINVAL,
				    "'%s'", words[i]);
	KUNIT_EXPECT_STREQ(test, read_from(test, &dev_attr_quirks), "");
}

static void the_bus_can_be_forbidden(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	KUNIT_EXPECT_STREQ(test, read_from(test, &dev_attr_bus_reset), "1\n");
	KUNIT_EXPECT_EQ(test, write_to(test, &dev_attr_bus_reset, "0\n"), 2);
	KUNIT_EXPECT_TRUE(test, world->pbdev->bus_reset_off);
	KUNIT_EXPECT_EQ(test, write_to(test, &dev_attr_bus_reset, "x"), -EINVAL);
	KUNIT_EXPECT_TRUE(test, world->pbdev->bus_reset_off);
}

/* Unbinding removes the attributes under device_lock. */
static void none_waits_for_an_unbind(struct kunit *test)
{
	static struct device_attribute * const attrs[] = {
		&dev_attr_d3cold, &dev_attr_access, &dev_attr_handover,
		&dev_attr_backend_domid,
	};
	static const char * const words[] = { "1", "cf8", "off", "none" };
	struct life_world *world = test->priv;
	unsigned int i;

	life_seize_dev(test);
	device_lock(&world->pdev->dev);
	for (i = 0; i < ARRAY_SIZE(attrs); i++)
		KUNIT_EXPECT_EQ(test, write_to(test, attrs[i], words[i]),
				-EBUSY);
	KUNIT_EXPECT_EQ(test, dev_attr_handover.show(&world->pdev->dev,
						     &dev_attr_handover, page),
			-EBUSY);
	device_unlock(&world->pdev->dev);
	for (i = 0; i < ARRAY_SIZE(attrs); i++) {
		KUNIT_EXPECT_EQ(test, write_to(test, attrs[i], "-2"), -EINVAL);
		KUNIT_EXPECT_EQ(test, write_to(test, attrs[i], words[i]),
				strlen(words[i]));
	}
	KUNIT_EXPECT_EQ(test, write_to(test, &dev_attr_d3cold, "0"), 1);
}

static void d3cold_is_allowed_by_choice(struct kunit *test)
{
	life_seize_dev(test);
	KUNIT_EXPECT_STREQ(test, read_from(test, &dev_attr_d3cold), "0\n");
	KUNIT_EXPECT_EQ(test, write_to(test, &dev_attr_d3cold, "1\n"), 2);
	KUNIT_EXPECT_STREQ(test, read_from(test, &dev_attr_d3cold), "1\n");
	KUNIT_EXPECT_EQ(test, fake_count("allow_d3cold=1"), 1);
	KUNIT_EXPECT_EQ(test, write_to(test, &dev_attr_d3cold, "0\n"), 2);
	KUNIT_EXPECT_STREQ(test, read_from(test, &dev_attr_d3cold), "0\n");
	KUNIT_EXPECT_EQ(test, fake_count("allow_d3cold=0"), 1);
}

static void a_choice_is_shown(struct kunit *test)
{
	life_seize_dev(test);
	KUNIT_EXPECT_EQ(test, write_to(test, &dev_attr_access, "cf8\n"), 4);
	KUNIT_EXPECT_STREQ(test, read_from(test, &dev_attr_access),
			   "cf8 (cf8): chosen\n");
	/* No ECAM window is known here. */
	KUNIT_EXPECT_EQ(test, write_to(test, &dev_attr_access, "ecam"),
			-EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, write_to(test, &dev_attr_handover, "any"), 3);
	KUNIT_EXPECT_STREQ(test, read_from(test, &dev_attr_handover),
			   "any: not handed over: in no domain\n");
	KUNIT_EXPECT_STREQ(test, read_from(test, &dev_attr_iommu),
			   "iommu unknown, interrupt remapping unknown, quarantine unknown\n");
}

static void a_polling_interval_can_be_chosen(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	KUNIT_EXPECT_STREQ(test, read_from(test, &dev_attr_poll_us),
			   "0 (default)\n");
	KUNIT_EXPECT_EQ(test, write_to(test, &dev_attr_poll_us, "1000\n"), 5);
	KUNIT_EXPECT_STREQ(test, read_from(test, &dev_attr_poll_us), "1000\n");
	KUNIT_EXPECT_EQ(test, write_to(test, &dev_attr_poll_us, "1001"),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, world->pbdev->poll_us, 1000);
}

static void a_guests_reset_can_be_allowed(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	KUNIT_EXPECT_STREQ(test, read_from(test, &dev_attr_guest_reset),
			   "0 done 0 dropped 0\n");
	KUNIT_EXPECT_EQ(test, write_to(test, &dev_attr_guest_reset, "1\n"), 2);
	KUNIT_EXPECT_STREQ(test, read_from(test, &dev_attr_guest_reset),
			   "1 done 0 dropped 0\n");
	KUNIT_EXPECT_EQ(test, write_to(test, &dev_attr_guest_reset, "x"),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, write_to(test, &dev_attr_guest_reset, "0"), 1);
	KUNIT_EXPECT_FALSE(test, world->pbdev->guest_reset.allowed);
}

static void a_virtio_backend_is_a_domain_or_none(struct kunit *test)
{
	static const char * const bad[] = {
		"", "\n", " ", "-1", "32752", "32753", "65535", "65536", "0x10",
		"1 2", "1,2", " 1", "1 ", "1\n\n", "none1", "None", "1.0", "%s%n",
	};
	struct device_attribute *attr = &dev_attr_backend_domid;
	unsigned int i;

	life_seize_dev(test);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_EXPECT_EQ_MSG(test, write_to(test, attr, bad[i]), -EINVAL,
				    "\"%s\"", bad[i]);
	KUNIT_EXPECT_STREQ(test, read_from(test, attr), "none\n");

	KUNIT_EXPECT_EQ(test, write_to(test, attr, "0"), 1);
	KUNIT_EXPECT_STREQ(test, read_from(test, attr), "0\n");
	KUNIT_EXPECT_EQ(test, write_to(test, attr, "32751\n"), 6);
	KUNIT_EXPECT_STREQ(test, read_from(test, attr), "32751\n");
	KUNIT_EXPECT_EQ(test, write_to(test, attr, "none\n"), 5);
	KUNIT_EXPECT_STREQ(test, read_from(test, attr), "none\n");
}

static void a_virtio_backend_stays_under_a_guest(struct kunit *test)
{
	life_assign_dev(test);
	KUNIT_EXPECT_EQ(test, write_to(test, &dev_attr_backend_domid, "1"),
			-EBUSY);
	KUNIT_EXPECT_STREQ(test, read_from(test, &dev_attr_backend_domid),
			   "none\n");
}

static struct kunit_case cases[] = {
	KUNIT_CASE(attributes_have_names_and_modes),
	KUNIT_CASE(a_function_shows_its_state_and_last_reset),
	KUNIT_CASE(a_function_shows_its_fault_or_nothing),
	KUNIT_CASE(permissive_may_last),
	KUNIT_CASE(quirks_may_last),
	KUNIT_CASE(what_is_no_quirk_is_refused),
	KUNIT_CASE(the_bus_can_be_forbidden),
	KUNIT_CASE(none_waits_for_an_unbind),
	KUNIT_CASE(d3cold_is_allowed_by_choice),
	KUNIT_CASE(a_choice_is_shown),
	KUNIT_CASE(a_polling_interval_can_be_chosen),
	KUNIT_CASE(a_guests_reset_can_be_allowed),
	KUNIT_CASE(a_virtio_backend_is_a_domain_or_none),
	KUNIT_CASE(a_virtio_backend_stays_under_a_guest),
	{ }
};

static struct kunit_suite suite = {
	.name = "pciback2_sysfs_device",
	.init = life_world_init,
	.exit = life_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
