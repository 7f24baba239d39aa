// SPDX-License-Identifier: GPL-2.0
/*
 * store.c - both ends of xenstore, and the xenbus core in between
 */
#include "store.h"

#define VM	"/vm/5e1f0000-0000-4000-8000-000000000005"

static struct xenbus_driver *xenbus_driver;

static struct xenbus_device *xdev_of(struct kunit *test)
{
	struct guest *guest = test->priv;

	return &guest->xdev;
}

/**
 * store_register_backend() - in place of xenbus_register_backend()
 * @driver: the driver
 *
 * Context: may sleep.
 * Return: 0 or what the test wants.
 */
int store_register_backend(struct xenbus_driver *driver)
{
	xenbus_driver = driver;
	return fake_call("register_backend");
}

/**
 * store_unregister_driver() - in place of xenbus_unregister_driver()
 * @driver: the driver
 *
 * Context: may sleep.
 */
void store_unregister_driver(struct xenbus_driver *driver)
{
	fake_note("unregister_driver");
}

/**
 * store_unregister_device() - in place of device_unregister()
 * @dev: of a xenbus device
 *
 * Context: may sleep.
 */
void store_unregister_device(struct device *dev)
{
	fake_note("unregister");
	xenbus_driver->remove(to_xenbus_device(dev));
}

/**
 * store_try_probe() - xenbus finds the device
 * @test: the test
 *
 * Context: may sleep.
 * Return: result of the probe.
 */
int store_try_probe(struct kunit *test)
{
	int rc;

	fake_xenwatch_enter();
	rc = xenbus_driver->probe(xdev_of(test), &xenbus_driver->ids[0]);
	fake_xenwatch_leave();
	/* Both watches fire when they are registered. */
	if (!rc) {
		fake_xen_fire(GUEST_BACK);
		store_tell(test, pb2_xen_state(GUEST_FRONT));
		guest_settle();
	}
	return rc;
}

/**
 * store_remove() - xenbus takes the device away from the driver
 * @test: the test
 *
 * Context: may sleep.
 */
void store_remove(struct kunit *test)
{
	fake_xenwatch_enter();
	xenbus_driver->remove(xdev_of(test));
	fake_xenwatch_leave();
}

/**
 * store_tell() - xenbus tells of the guest's state
 * @test: the test
 * @state: the state, or what is none
 *
 * Context: may sleep.
 */
void store_tell(struct kunit *test, int state)
{
	fake_xenwatch_enter();
	xenbus_driver->otherend_changed(xdev_of(test), state);
	fake_xenwatch_leave();
}

/**
 * store_fe() - the frontend
 * @test: the test
 *
 * Context: may sleep.
 * Return: the frontend, %NULL when there is none.
 */
struct pb2_frontend *store_fe(struct kunit *test)
{
	return dev_get_drvdata(&xdev_of(test)->dev);
}

/**
 * store_init() - begin a test
 * @test: the test
 *
 * Context: may sleep.
 * Return: 0 or an errno.
 */
int store_init(struct kunit *test)
{
	int rc = guest_init(test) ?: pb2_xenbus_init(false);

	fake_forget();
	return rc;
}

/**
 * store_exit() - end a test, and expect that nothing is still in use
 * @test: the test
 *
 * Context: may sleep.
 */
void store_exit(struct kunit *test)
{
	fake_fail_nth(0, 0);
	if (test->priv && store_fe(test))
		store_remove(test);
	guest_settle();
	guest_exit(test);
}

/**
 * store_put() - the toolstack writes a key of the backend's
 * @key: name
 * @val: the value
 *
 * Context: may sleep.
 */
void store_put(const char *key, const char *val)
{
	fake_xen_put(GUEST_BACK, key, val);
}

/**
 * store_put_state() - somebody writes a state
 * @dir: whose directory
 * @state: the state, or what is none
 *
 * Context: may sleep.
 */
void store_put_state(const char *dir, int state)
{
	char val[12];

	snprintf(val, sizeof(val), "%d", state);
	fake_xen_put(dir, "state", val);
}

/**
 * store_expect() - expect a key of the backend's
 * @test: the test
 * @key: name
 * @val: the value, %NULL for no such key
 *
 * Context: may sleep.
 */
void store_expect(struct kunit *test, const char *key, const char *val)
{
	const char *str = fake_xen_get(GUEST_BACK, key);

	if (val)
		KUNIT_EXPECT_STREQ_MSG(test, str ?: "nothing", val, "%s", key);
	else
		KUNIT_EXPECT_NULL_MSG(test, str, "%s", key);
}

/**
 * store_expect_state() - expect our own state
 * @test: the test
 * @state: the state
 *
 * Context: may sleep.
 */
void store_expect_state(struct kunit *test, enum xenbus_state state)
{
	KUNIT_EXPECT_EQ(test, (int)pb2_xen_state(GUEST_BACK), (int)state);
}

/**
 * store_run_watch() - the watch fires, until nothing changes
 * @test: the test
 *
 * The driver writes below the watched directory itself, so one watch event may
 * cause another.
 *
 * Context: may sleep.
 */
void store_run_watch(struct kunit *test)
{
	enum xenbus_state before;
	unsigned int i;

	for (i = 0; i < 10; i++) {
		before = pb2_xen_state(GUEST_BACK);
		fake_xen_fire(GUEST_BACK "/state");
		guest_settle();
		if (!fake_xen.watch || before == pb2_xen_state(GUEST_BACK))
			return;
	}
	KUNIT_FAIL(test, "our own state does not settle");
}

/**
 * store_let_time_pass() - no limit on the frontend's attempts is in force
 * @test: the test
 *
 * Context: may sleep.
 */
void store_let_time_pass(struct kunit *test)
{
	struct pb2_frontend *fe = store_fe(test);

	fe->retry_after = jiffies;
	fe->restart_after = jiffies;
	flush_delayed_work(&fe->retry_work);
	guest_settle();
}

/**
 * store_toolstack_sets() - the toolstack writes our state
 * @test: the test
 * @state: the state
 *
 * Context: may sleep.
 */
void store_toolstack_sets(struct kunit *test, enum xenbus_state state)
{
	store_put_state(GUEST_BACK, state);
	store_run_watch(test);
}

/**
 * store_guest_sets() - the guest writes its state
 * @test: the test
 * @state: the state, or what is none
 *
 * Context: may sleep.
 */
void store_guest_sets(struct kunit *test, int state)
{
	store_put_state(GUEST_FRONT, state);
	store_tell(test, state);
	guest_settle();
	store_run_watch(test);
}

/**
 * store_probe() - libxl makes the device, and xenbus finds it
 * @test: the test
 *
 * Context: may sleep.
 */
void store_probe(struct kunit *test)
{
	fake_xen_put(GUEST_HOME, "vm", VM);
	store_put("online", "1");
	store_put_state(GUEST_BACK, XenbusStateInitialising);
	store_put_state(GUEST_FRONT, XenbusStateInitialising);
	KUNIT_ASSERT_EQ(test, store_try_probe(test), 0);
}

/**
 * store_list() - libxl lists a function
 * @i: index
 * @sbdf: real address
 * @substate: its state
 *
 * Context: may sleep.
 */
void store_list(unsigned int i, const char *sbdf, const char *substate)
{
	char key[16];

	snprintf(key, sizeof(key), "dev-%u", i);
	store_put(key, sbdf);
	snprintf(key, sizeof(key), "state-%u", i);
	store_put(key, substate);
}

/**
 * store_list_two() - libxl lists the functions of struct store_two
 *
 * Context: may sleep.
 */
void store_list_two(void)
{
	store_list(0, "0000:03:00.0", "1");
	store_list(1, "0000:03:01.0", "1");
	store_put("num_devs", "2");
}

/**
 * store_publish_ring() - the guest says where its ring is
 *
 * Context: may sleep.
 */
void store_publish_ring(void)
{
	fake_xen_put(GUEST_FRONT, "pci-op-ref", "8");
	fake_xen_put(GUEST_FRONT, "event-channel", "19");
	fake_xen_put(GUEST_FRONT, "magic", "7");
}

/**
 * store_seize_two() - seize the functions of struct store_two
 * @test: the test
 *
 * Context: may sleep.
 * Return: they.
 */
struct store_two store_seize_two(struct kunit *test)
{
	return (struct store_two) {
		.a = guest_seize(test, fake_nic(test, PCI_DEVFN(0, 0))),
		.b = guest_seize(test, fake_nic(test, PCI_DEVFN(1, 0))),
	};
}

/**
 * store_connect() - both functions assigned, both ends Connected
 * @test: the test
 *
 * Context: may sleep.
 * Return: the functions.
 */
struct store_two store_connect(struct kunit *test)
{
	struct store_two two = store_seize_two(test);

	store_probe(test);
	store_list_two();
	store_run_watch(test);
	store_publish_ring();
	store_guest_sets(test, XenbusStateInitialised);
	store_guest_sets(test, XenbusStateConnected);
	store_expect_state(test, XenbusStateConnected);
	KUNIT_ASSERT_EQ(test, fake_xen.mapped, 1);
	KUNIT_ASSERT_EQ(test, two.a->state, PB2_ASSIGNED);
	KUNIT_ASSERT_EQ(test, two.b->state, PB2_ASSIGNED);
	fake_forget();
	return two;
}
