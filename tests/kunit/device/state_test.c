// SPDX-License-Identifier: GPL-2.0
/*
 * state_test.c - tests of the life cycle's states
 */
#include <kunit/test.h>

#include "../../../drivers/xen/pciback2/doors.h"
#include "../support/fake.h"

/*
 * The test kernel panics on WARN. These tests provoke the WARN of an illegal
 * transition, so it is counted instead; in any other suite it fails the test.
 */
static unsigned int complaints;
static bool is_expected;

#undef WARN_ONCE
#define WARN_ONCE(condition, format...) ({		\
	bool is_wrong = (condition);			\
							\
	if (is_wrong && is_expected)			\
		complaints++;				\
	else if (is_wrong)				\
		fake_wrong(format);			\
	is_wrong;					\
})

/* The last uevent, and the number of notifications of the sysfs attribute */
static char told[64];
static unsigned int file_changes;

static int note_uevent(struct kobject *kobj, enum kobject_action action,
		       char *env[])
{
	if (action != KOBJ_CHANGE || !env[0] || env[1])
		fake_wrong("not a change with one variable");
	else
		strscpy(told, env[0], sizeof(told));
	return 0;
}

static void note_file(struct kobject *kobj, const char *dir, const char *attr)
{
	if (strcmp(dir, "pciback2") || strcmp(attr, "state"))
		fake_wrong("%s/%s is no file of ours", dir, attr);
	file_changes++;
}

#define kobject_uevent_env	note_uevent
#define sysfs_notify		note_file

#include "../../../drivers/xen/pciback2/device/state.c"

/*
 * Written by hand from the state table of the design document, not copied from
 * state.c. "Released" there is GONE here. A reset returns to IDLE, ASSIGNED or
 * HELD, or goes to RECLAIMING if the domain lost the function during the reset.
 * A HELD function can be reset, because libxl resets a function that it is about
 * to attach to another domain. A function that is seized goes to HELD if a domain
 * that had it before it was unbound lives, and so does an IDLE one that a domain
 * was refused.
 */
static const char * const table[PB2_NR_STATES] = {
	/* to:		    SIARCHFG */
	[PB2_SEIZING]	 = ".x...xxx",
	[PB2_IDLE]	 = "..xx.x.x",
	[PB2_ASSIGNED]	 = "...xx..x",
	[PB2_RESETTING]	 = ".xx.xxxx",
	[PB2_RECLAIMING] = ".x...xxx",
	[PB2_HELD]	 = ".xxx...x",
	[PB2_FAILED]	 = "...x...x",
	[PB2_GONE]	 = "........",
};

/**
 * struct world - a function, and a waiter for changes of its state
 * @pdev: the PCI device
 * @pbdev: the seized function
 * @waiter: waits on pb2_device.settled
 * @woken: how often @waiter was woken
 */
struct world {
	struct pci_dev pdev;
	struct pb2_device pbdev;
	struct wait_queue_entry waiter;
	unsigned int woken;
};

static int note_wake(struct wait_queue_entry *waiter, unsigned int mode,
		     int flags, void *key)
{
	container_of(waiter, struct world, waiter)->woken++;
	return 0;
}

static int init(struct kunit *test)
{
	struct world *world = kunit_kzalloc(test, sizeof(*world), GFP_KERNEL);

	if (!world)
		return -ENOMEM;
	test->priv = world;

	world->pdev.dev.init_name = "0000:03:00.0";
	world->pbdev.pdev = &world->pdev;
	mutex_init(&world->pbdev.life_lock);
	init_waitqueue_head(&world->pbdev.settled);
	init_waitqueue_func_entry(&world->waiter, note_wake);
	add_wait_queue(&world->pbdev.settled, &world->waiter);
	told[0] = '\0';
	file_changes = 0;
	complaints = 0;
	is_expected = true;
	return 0;
}

static void finish(struct kunit *test)
{
	is_expected = false;
}

static void every_pair_is_as_the_design_says(struct kunit *test)
{
	unsigned int from, to;

	for (from = 0; from < PB2_NR_STATES; from++)
		for (to = 0; to < PB2_NR_STATES; to++)
			KUNIT_EXPECT_EQ_MSG(test, pb2_state_is_legal(from, to),
					    table[from][to] == 'x',
					    "%s -> %s", pb2_state_name(from),
					    pb2_state_name(to));
}

static void what_is_not_a_state_is_never_legal(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i <= PB2_NR_STATES; i++) {
		KUNIT_EXPECT_FALSE(test, pb2_state_is_legal(i, PB2_NR_STATES));
		KUNIT_EXPECT_FALSE(test, pb2_state_is_legal(PB2_NR_STATES, i));
		KUNIT_EXPECT_FALSE(test, pb2_state_is_legal(i, -1));
		KUNIT_EXPECT_FALSE(test, pb2_state_is_legal(-1, i));
	}
}

static void states_are_named_as_documented(struct kunit *test)
{
	static const char * const want[] = {
		"seizing", "idle", "assigned", "resetting", "reclaiming",
		"held", "failed", "gone", "unknown",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(want); i++)
		KUNIT_EXPECT_STREQ(test, pb2_state_name(i), want[i]);
	KUNIT_EXPECT_STREQ(test, pb2_state_name(-1), "unknown");
}

static int set(struct world *world, enum pb2_state from, enum pb2_state to)
{
	int rc;

	mutex_lock(&world->pbdev.life_lock);
	world->pbdev.state = from;
	rc = pb2_state_set(&world->pbdev, to);
	mutex_unlock(&world->pbdev.life_lock);
	return rc;
}

static void the_setter_takes_legal_steps_and_wakes_who_waits(struct kunit *test)
{
	struct world *world = test->priv;
	unsigned int from, to, steps = 0;

	for (from = 0; from < PB2_NR_STATES; from++) {
		for (to = 0; to < PB2_NR_STATES; to++) {
			if (table[from][to] != 'x')
				continue;
			KUNIT_EXPECT_EQ(test, set(world, from, to), 0);
			KUNIT_EXPECT_EQ(test, world->pbdev.state, to);
			KUNIT_EXPECT_EQ(test, world->woken, ++steps);
		}
	}
	KUNIT_EXPECT_EQ(test, complaints, 0);
}

static void every_step_is_told_to_user_space(struct kunit *test)
{
	struct world *world = test->priv;

	set(world, PB2_SEIZING, PB2_IDLE);
	KUNIT_EXPECT_STREQ(test, told, "PCIBACK2_STATE=idle");
	set(world, PB2_IDLE, PB2_RESETTING);
	KUNIT_EXPECT_STREQ(test, told, "PCIBACK2_STATE=resetting");
	set(world, PB2_ASSIGNED, PB2_RECLAIMING);
	KUNIT_EXPECT_STREQ(test, told, "PCIBACK2_STATE=reclaiming");
	set(world, PB2_HELD, PB2_GONE);
	KUNIT_EXPECT_STREQ(test, told, "PCIBACK2_STATE=gone");
	KUNIT_EXPECT_EQ(test, file_changes, 4);
}

static void the_setter_refuses_other_steps_and_leaves_the_state(struct kunit *test)
{
	struct world *world = test->priv;
	unsigned int from, to, steps = 0;

	for (from = 0; from < PB2_NR_STATES; from++) {
		for (to = 0; to <= PB2_NR_STATES; to++) {
			if (to < PB2_NR_STATES && table[from][to] == 'x')
				continue;
			KUNIT_EXPECT_EQ(test, set(world, from, to), -EINVAL);
			KUNIT_EXPECT_EQ(test, world->pbdev.state, from);
			KUNIT_EXPECT_EQ(test, complaints, ++steps);
		}
	}
	KUNIT_EXPECT_EQ(test, world->woken, 0);
	KUNIT_EXPECT_STREQ(test, told, "");
	KUNIT_EXPECT_EQ(test, file_changes, 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(every_pair_is_as_the_design_says),
	KUNIT_CASE(what_is_not_a_state_is_never_legal),
	KUNIT_CASE(states_are_named_as_documented),
	KUNIT_CASE(the_setter_takes_legal_steps_and_wakes_who_waits),
	KUNIT_CASE(every_step_is_told_to_user_space),
	KUNIT_CASE(the_setter_refuses_other_steps_and_leaves_the_state),
	{ }
};

static struct kunit_suite suite = {
	.name = "pciback2_state",
	.init = init,
	.exit = finish,
	.test_cases = cases,
};

kunit_test_suite(suite);
