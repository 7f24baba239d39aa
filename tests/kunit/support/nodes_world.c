// SPDX-License-Identifier: GPL-2.0
/*
 * nodes_world.c - a frontend with its directories in xenstore and nothing else
 */
#include "nodes_world.h"

/**
 * struct nodes_world - a frontend; in kunit.priv
 * @fe: the frontend
 * @xdev: its xenbus device
 */
struct nodes_world {
	struct pb2_frontend fe;
	struct xenbus_device xdev;
};

/**
 * nodes_world_init() - begin a test
 * @test: the test
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int nodes_world_init(struct kunit *test)
{
	struct nodes_world *world = kunit_kzalloc(test, sizeof(*world),
						  GFP_KERNEL);

	if (!world)
		return -ENOMEM;

	world->xdev.nodename = NODES_BACK;
	world->xdev.otherend = NODES_FRONT;
	world->fe.xdev = &world->xdev;
	world->fe.dir = NODES_BACK;
	world->fe.domid = 5;
	mutex_init(&world->fe.lock);
	INIT_LIST_HEAD(&world->fe.exports);
	test->priv = world;

	if (fake_init(test))
		return -ENOMEM;
	fake_xen_put(NODES_BACK, "state", "2");
	return 0;
}

/**
 * nodes_world_exit() - end a test
 * @test: the test
 *
 * Context: may sleep.
 */
void nodes_world_exit(struct kunit *test)
{
	fake_exit(test);
}

/**
 * nodes_fe() - the frontend
 * @test: the test
 *
 * Context: any.
 * Return: the frontend, without a topology.
 */
struct pb2_frontend *nodes_fe(struct kunit *test)
{
	struct nodes_world *world = test->priv;

	return &world->fe;
}

/**
 * nodes_expect() - expect the value of a node in the backend's directory
 * @test: the test
 * @key: name of the node
 * @val: the value, or %NULL if there must be no such node
 *
 * Context: may sleep.
 */
void nodes_expect(struct kunit *test, const char *key, const char *val)
{
	const char *str = fake_xen_get(NODES_BACK, key);

	if (!val || !str)
		KUNIT_EXPECT_PTR_EQ_MSG(test, str, val, "%s", key);
	else
		KUNIT_EXPECT_STREQ_MSG(test, str, val, "%s", key);
}
