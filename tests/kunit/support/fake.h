/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fake.h - what the fakes of Xen and of the PCI core have in common: a list
 * of the calls that were made, calls that fail on demand, and the variables
 * of main.c, which is not linked into the tests
 *
 * A call is recorded as "NAME", "NAME ADDRESS" or "NAME=ARGUMENT ADDRESS".
 * Wherever a test names a call, the first words of it are enough: "set_power"
 * or "set_power=3" for "set_power=3 0000:03:00.0".
 *
 * KUnit runs one test at a time, so there is one list. Works and threads of
 * the code under test add to it as well.
 */
#ifndef FAKE_H
#define FAKE_H

#include <kunit/test.h>

int fake_init(struct kunit *test);
void fake_exit(struct kunit *test);

/* What was called */
unsigned int fake_count(const char *call);
const char *fake_call_at(unsigned int i);
void fake_forget(void);
void fake_print(struct kunit *test);
void fake_expect_calls(struct kunit *test, ...);
void fake_expect_order(struct kunit *test, ...);

/* What shall fail */
void fake_fail(const char *call, unsigned int nth, int rc);
void fake_fail_nth(unsigned int nth, int rc);
bool fake_has_failed(void);

/* For the fakes themselves */
__printf(1, 2) int fake_call(const char *fmt, ...);
__printf(1, 2) void fake_note(const char *fmt, ...);
__printf(1, 2) void fake_wrong(const char *fmt, ...);

/* work_test.c: dom0 is about to sleep, or is awake again: PM_* of suspend.h */
void fake_dom0_sleeps(unsigned long event);

#endif /* FAKE_H */
