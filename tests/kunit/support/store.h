/* SPDX-License-Identifier: GPL-2.0 */
/*
 * store.h - both ends of xenstore, for the tests of the state machine: what
 * libxl and the guest write, and the xenbus core in between
 */
#ifndef STORE_H
#define STORE_H

#include "guest.h"

/**
 * struct store_two - the two functions of most tests
 * @a: 0000:03:00.0
 * @b: 0000:03:01.0
 */
struct store_two {
	struct pb2_device *a;
	struct pb2_device *b;
};

int store_init(struct kunit *test);
void store_exit(struct kunit *test);

/* The xenbus core */
int store_register_backend(struct xenbus_driver *driver);
void store_unregister_driver(struct xenbus_driver *driver);
void store_unregister_device(struct device *dev);
int store_try_probe(struct kunit *test);
void store_remove(struct kunit *test);
void store_tell(struct kunit *test, int state);
void store_run_watch(struct kunit *test);
void store_let_time_pass(struct kunit *test);
struct pb2_frontend *store_fe(struct kunit *test);

/* What is written, and what is found */
void store_put(const char *key, const char *val);
void store_put_state(const char *dir, int state);
void store_list(unsigned int i, const char *sbdf, const char *substate);
void store_list_two(void);
void store_publish_ring(void);
void store_expect(struct kunit *test, const char *key, const char *val);
void store_expect_state(struct kunit *test, enum xenbus_state state);

/* Steps of a guest's life */
void store_probe(struct kunit *test);
void store_toolstack_sets(struct kunit *test, enum xenbus_state state);
void store_guest_sets(struct kunit *test, int state);
struct store_two store_seize_two(struct kunit *test);
struct store_two store_connect(struct kunit *test);

#endif /* STORE_H */
