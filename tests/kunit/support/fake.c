// SPDX-License-Identifier: GPL-2.0
/*
 * fake.c - records the calls to the fakes and lets them fail on demand
 */
#include <linux/module.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "../../../drivers/xen/pciback2/doors.h"
#include "fake.h"
#include "fake_ecam.h"
#include "fake_pci.h"
#include "fake_xen.h"

/* More than any test makes: a list that is full fails the test that looks at it. */
#define MAX_CALLS	8192
#define CALL_SIZE	80

static struct {
	/* The fakes are called by works, threads and interrupt handlers. */
	spinlock_t lock;
	struct kunit *test;
	unsigned int nr;
	char calls[MAX_CALLS][CALL_SIZE];
	const char *fail_call;
	unsigned int fail_nth;
	int fail_rc;
	bool failed;
} fake = { .lock = __SPIN_LOCK_UNLOCKED(fake.lock) };

/**
 * fake_init() - begin a test that uses the fakes
 * @test: the test
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int fake_init(struct kunit *test)
{
	fake.test = test;
	fake_forget();
	fake_fail_nth(0, 0);
	fake_xen_reset();
	fake_pci_reset();
	fake_ecam_reset();

	pb2_permissive = false;
	pb2_access_default = PB2_ACCESS_AUTO;
	pb2_handover_default = PB2_HANDOVER_STUBDOM;
	pb2_handover_reassign = false;
	/* Busy-polling delays events, so a test that wants it turns it on. */
	pb2_poll_us = 0;
	return pb2_work_init();
}

/**
 * fake_exit() - end a test, and expect that nothing is still in use
 * @test: the test
 *
 * Context: may sleep. Waits for works that run or are queued; the test has
 * cancelled the delayed ones.
 */
void fake_exit(struct kunit *test)
{
	if (pb2_wq)
		pb2_work_exit();

	/* No prepared failure may disturb the checks. */
	fake_fail_nth(0, 0);
	/* Each holder keeps the module loaded, and domains end with the test. */
	pb2_holder_exit();
	fake_pci_check(test);
	fake_xen_check(test);
	fake_ecam_check(test);
	fake_pci_reset();
	fake_xen_reset();
	fake.test = NULL;
}

static bool matches(const char *line, const char *call)
{
	size_t len = strlen(call);

	return !strncmp(line, call, len) &&
	       (!line[len] || line[len] == ' ' || line[len] == '=');
}

/* Called with the lock held. */
static __printf(1, 0) const char *record(const char *fmt, va_list args)
{
	char *line = fake.calls[min_t(unsigned int, fake.nr, MAX_CALLS - 1)];

	vsnprintf(line, CALL_SIZE, fmt, args);
	fake.nr++;
	return line;
}

static bool must_fail(const char *line)
{
	if (!fake.fail_nth || (fake.fail_call && !matches(line, fake.fail_call)))
		return false;
	if (--fake.fail_nth)
		return false;
	fake.failed = true;
	return true;
}

/**
 * fake_call() - a call was made that can fail
 * @fmt: how to record it
 *
 * Context: any.
 * Return: 0, or what the test wants it to fail with.
 */
int fake_call(const char *fmt, ...)
{
	unsigned long flags;
	const char *line;
	va_list args;
	int rc = 0;

	spin_lock_irqsave(&fake.lock, flags);
	va_start(args, fmt);
	line = record(fmt, args);
	va_end(args);
	if (must_fail(line))
		rc = fake.fail_rc;
	spin_unlock_irqrestore(&fake.lock, flags);
	return rc;
}

/**
 * fake_note() - a call was made that cannot fail
 * @fmt: how to record it
 *
 * Context: any.
 */
void fake_note(const char *fmt, ...)
{
	unsigned long flags;
	va_list args;

	spin_lock_irqsave(&fake.lock, flags);
	va_start(args, fmt);
	record(fmt, args);
	va_end(args);
	spin_unlock_irqrestore(&fake.lock, flags);
}

/**
 * fake_wrong() - the code under test broke a rule of what it called
 * @fmt: which
 *
 * Fails the test that runs, from whatever thread.
 *
 * Context: may sleep.
 */
void fake_wrong(const char *fmt, ...)
{
	struct va_format vaf = { .fmt = fmt };
	va_list args;

	va_start(args, fmt);
	vaf.va = &args;
	if (fake.test)
		KUNIT_FAIL(fake.test, "%pV", &vaf);
	else
		WARN(1, "%pV\n", &vaf);
	va_end(args);
}

static void expect_whole(void)
{
	if (fake.nr <= MAX_CALLS)
		return;
	fake_wrong("%u calls, of which only %u are in the list", fake.nr,
		   MAX_CALLS);
	/* The test has failed; once is enough. */
	fake.nr = MAX_CALLS;
}

/**
 * fake_count() - how often was it called?
 * @call: the first words of the record, or "" for any call
 *
 * Context: may sleep. The test fails if the list could not hold all calls.
 * Return: the number.
 */
unsigned int fake_count(const char *call)
{
	unsigned int i, nr = 0;
	unsigned long flags;

	expect_whole();
	spin_lock_irqsave(&fake.lock, flags);
	for (i = 0; i < fake.nr && i < MAX_CALLS; i++)
		if (!*call || matches(fake.calls[i], call))
			nr++;
	spin_unlock_irqrestore(&fake.lock, flags);
	return nr;
}

/**
 * fake_call_at() - look at the list
 * @i: from 0
 *
 * Context: may sleep; nothing may be calling meanwhile. The test fails if the
 * list could not hold all calls.
 * Return: the call, or %NULL behind the last.
 */
const char *fake_call_at(unsigned int i)
{
	expect_whole();
	return i < fake.nr && i < MAX_CALLS ? fake.calls[i] : NULL;
}

/**
 * fake_forget() - forget all calls so far
 *
 * Context: any.
 */
void fake_forget(void)
{
	unsigned long flags;

	spin_lock_irqsave(&fake.lock, flags);
	fake.nr = 0;
	spin_unlock_irqrestore(&fake.lock, flags);
}

/**
 * fake_print() - print the list into the test's log
 * @test: the test
 *
 * Context: may sleep.
 */
void fake_print(struct kunit *test)
{
	unsigned int i;

	for (i = 0; fake_call_at(i); i++)
		kunit_info(test, "call %u: %s", i, fake_call_at(i));
}

/**
 * fake_expect_calls() - expect these calls and no other
 * @test: the test
 *
 * The calls follow, in their order, and %NULL.
 *
 * Context: may sleep.
 */
void fake_expect_calls(struct kunit *test, ...)
{
	const char *want, *line;
	unsigned int i = 0;
	va_list args;

	va_start(args, test);
	do {
		want = va_arg(args, const char *);
		line = fake_call_at(i++);
		if (!want && !line)
			break;
		if (!want || !line || !matches(line, want)) {
			fake_print(test);
			KUNIT_FAIL(test, "call %u is '%s', expected '%s'",
				   i - 1, line ?: "none", want ?: "none");
			break;
		}
	} while (true);
	va_end(args);
}

/**
 * fake_expect_order() - expect these calls in this order, others among them
 * @test: the test
 *
 * The calls follow, and %NULL.
 *
 * Context: may sleep.
 */
void fake_expect_order(struct kunit *test, ...)
{
	const char *want, *line;
	unsigned int i = 0;
	va_list args;

	va_start(args, test);
	while ((want = va_arg(args, const char *))) {
		do {
			line = fake_call_at(i++);
		} while (line && !matches(line, want));
		if (!line) {
			fake_print(test);
			KUNIT_FAIL(test, "'%s' was not called, or not in its turn",
				   want);
			break;
		}
	}
	va_end(args);
}

/**
 * fake_fail() - let a call fail
 * @call: the first words of the call
 * @nth: which one, from 1, of those from now on
 * @rc: what it returns
 *
 * One failure is prepared at a time.
 *
 * Context: any.
 */
void fake_fail(const char *call, unsigned int nth, int rc)
{
	unsigned long flags;

	spin_lock_irqsave(&fake.lock, flags);
	fake.fail_call = call;
	fake.fail_nth = nth;
	fake.fail_rc = rc;
	fake.failed = false;
	spin_unlock_irqrestore(&fake.lock, flags);
}

/**
 * fake_fail_nth() - let the nth call fail that can fail, whichever it is
 * @nth: from 1; 0 for none
 * @rc: what it returns
 *
 * For loops that let each step of a sequence fail in turn, until
 * fake_has_failed() says that the sequence has no such step any more.
 *
 * Context: any.
 */
void fake_fail_nth(unsigned int nth, int rc)
{
	fake_fail(NULL, nth, rc);
}

/**
 * fake_has_failed() - did the prepared failure happen?
 *
 * Context: any.
 * Return: true if it did.
 */
bool fake_has_failed(void)
{
	return fake.failed;
}

MODULE_DESCRIPTION("KUnit tests of pciback2");
MODULE_LICENSE("GPL");
