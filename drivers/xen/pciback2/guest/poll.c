// SPDX-License-Identifier: GPL-2.0
/*
 * poll.c - how long a ring's thread looks on after an answer
 *
 * Guests ask in bursts, and being woken costs the thread ten times what a
 * read costs. So after an answer it looks at the page for a while before it
 * goes to sleep: not at all where that would not have caught the last request,
 * and longer each time where it would have, or has.
 *
 * Nothing here waits or sleeps: ring.c does, and says what time it is.
 */
#include <linux/cpumask.h>
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "../host/xen_iface.h"
#include "guest.h"

/* A guest that was woken needs about this long for its next request. */
#define FIRST_NS	(50ULL * NSEC_PER_USEC)

/*
 * What looking on may take of one CPU, however the guest asks: all of it for a
 * second, which is longer than any scan of a bus, and then so many percent.
 */
#define BUDGET_NS	(1ULL * NSEC_PER_SEC)
#define SHARE_PERCENT	25

/*
 * Others want the CPU when Xen ran them for so many percent of the time in
 * which the thread did not sleep. It keeps off for so many times as long as they
 * ran: a tick costs little, and who computes gets most of the CPU.
 */
#define STOLEN_PERCENT	12
#define PAUSE_TIMES	4
#define MAX_PAUSE_NS	(10ULL * NSEC_PER_MSEC)

/*
 * Then the thread looks whether there are events, of which the answer to a step of
 * error recovery is one, and what it has taken from others.
 */
#define STRETCH_NS	(20ULL * NSEC_PER_MSEC)

/*
 * pcifront looks for its answer before it asks Xen to wait for the event, and one
 * that asks again has seen it: then an event would cost dom0 more than the read
 * did, and interrupt the guest for nothing. So it is kept back for as long as
 * such a guest takes. One that does wait gets it so much later: after that
 * so many answers come with their event at once, twice as many each time.
 */
#define HOLD_NS		(30ULL * NSEC_PER_USEC)
#define MAX_PROMPT	1023U

/* A parameter of the module */
unsigned int pb2_poll_us = 400;

static u64 default_ns(void)
{
	return min(READ_ONCE(pb2_poll_us), PB2_POLL_MAX_US) *
	       (u64)NSEC_PER_USEC;
}

/**
 * pb2_poll_init() - of a ring that nobody has asked yet
 * @poll: of the ring
 * @now: ns
 *
 * Context: any.
 */
void pb2_poll_init(struct pb2_poll *poll, u64 now)
{
	*poll = (struct pb2_poll) {
		.longest = default_ns(),
		.answered = now,
		.budget = BUDGET_NS,
		.filled = now,
		.paused = now,
	};
}

/**
 * pb2_poll_limit() - a request names a function
 * @poll: of the ring
 * @pbdev: the function; what its administrator allows counts from now on
 *
 * Context: any.
 */
void pb2_poll_limit(struct pb2_poll *poll, const struct pb2_device *pbdev)
{
	int us = READ_ONCE(pbdev->poll_us);

	poll->longest = us < 0 ? default_ns() : us * (u64)NSEC_PER_USEC;
}

static void grow(struct pb2_poll *poll)
{
	poll->interval = min(max(2 * poll->interval, FIRST_NS), poll->longest);
}

/**
 * pb2_poll_woken() - a request comes with an event
 * @poll: of the ring
 * @event: when that came, ns, maybe before the last answer. Waking the thread
 *	may take longer than the guest did.
 *
 * Context: the ring's thread.
 */
void pb2_poll_woken(struct pb2_poll *poll, u64 event)
{
	if ((s64)(event - poll->answered) < (s64)poll->longest)
		grow(poll);
	else if (poll->interval > FIRST_NS)
		poll->interval /= 2;
	else
		poll->interval = 0;
}

static void fill(struct pb2_poll *poll, u64 now)
{
	/* Long before that it is full, and the product stays small. */
	u64 passed = min(now - poll->filled, 1000 * BUDGET_NS);

	poll->budget = min_t(s64, poll->budget + passed * SHARE_PERCENT / 100,
			     BUDGET_NS);
	poll->filled = now;
}

/* From here on the thread does not sleep, so nobody runs but in its place. */
static void begin(struct pb2_poll *poll, u64 now)
{
	poll->begun = now;
	poll->cpu = raw_smp_processor_id();
	poll->stolen = pb2_xen_stolen(poll->cpu);
}

/**
 * pb2_poll_answered() - a request was answered
 * @poll: of the ring
 * @now: ns
 *
 * Context: the ring's thread.
 * Return: ns to look on for the next one.
 */
u64 pb2_poll_answered(struct pb2_poll *poll, u64 now)
{
	poll->answered = now;
	if (!poll->interval || !poll->longest)
		return 0;

	/* The guest cannot ask while the only CPU looks on. */
	if (num_online_cpus() < 2)
		return 0;

	fill(poll, now);
	if (poll->budget <= 0 || (s64)(now - poll->paused) < 0)
		return 0;
	if (poll->begun && now - poll->begun >= STRETCH_NS)
		return 0;
	poll->hit = poll->begun;
	if (poll->hit)
		grow(poll);
	else
		begin(poll, now);
	return min(poll->interval, poll->longest);
}

/**
 * pb2_poll_notify_delay() - may the event of an answer wait?
 * @poll: of the ring, whose pb2_poll_answered() was not 0
 *
 * Context: the ring's thread.
 * Return: ns for which it may, or 0; then pb2_poll_delayed() wants to know.
 */
u64 pb2_poll_notify_delay(struct pb2_poll *poll)
{
	/* It is long since the guest asked: it waits. */
	if (!poll->hit)
		return 0;
	if (poll->notify_now) {
		poll->notify_now--;
		return 0;
	}
	return HOLD_NS;
}

/**
 * pb2_poll_delayed() - an event was kept back
 * @poll: of the ring
 * @saved: the guest did without it
 *
 * Context: the ring's thread.
 */
void pb2_poll_delayed(struct pb2_poll *poll, bool saved)
{
	if (saved) {
		poll->missed /= 2;
		return;
	}
	poll->missed = min(2 * poll->missed + 1, MAX_PROMPT);
	poll->notify_now = poll->missed;
}

/**
 * pb2_poll_ended() - the thread goes to sleep
 * @poll: of the ring
 * @now: ns
 *
 * Context: the ring's thread.
 */
void pb2_poll_ended(struct pb2_poll *poll, u64 now)
{
	u64 spent = now - poll->begun;
	u64 stolen;

	if (!poll->begun)
		return;
	poll->begun = 0;
	poll->budget -= spent;

	/* It has moved: what was stolen from another CPU says nothing. */
	if (poll->cpu != raw_smp_processor_id())
		return;
	stolen = pb2_xen_stolen(poll->cpu) - poll->stolen;
	if (stolen > spent / 100 * STOLEN_PERCENT)
		poll->paused = now + min(PAUSE_TIMES * stolen, MAX_PAUSE_NS);
}

/**
 * pb2_poll_parse() - the longest window of a function
 * @word: microseconds, or "default"; a newline may follow
 * @us: where they go, or %PB2_POLL_DEFAULT
 *
 * Context: any.
 * Return: 0, or -EINVAL for something else, or beyond %PB2_POLL_MAX_US.
 */
int pb2_poll_parse(const char *word, int *us)
{
	unsigned int val;

	if (sysfs_streq(word, "default")) {
		*us = PB2_POLL_DEFAULT;
		return 0;
	}
	/* The kernel's parser takes a sign, which is no digit. */
	if (!isdigit(word[0]) || kstrtouint(word, 10, &val) ||
	    val > PB2_POLL_MAX_US)
		return -EINVAL;
	*us = val;
	return 0;
}

/**
 * pb2_poll_show() - pciback2/poll_us
 * @pbdev: the function
 * @buf: where to
 * @size: its size in bytes
 *
 * Context: any.
 * Return: bytes written.
 */
int pb2_poll_show(const struct pb2_device *pbdev, char *buf, size_t size)
{
	int us = READ_ONCE(pbdev->poll_us);

	if (us < 0)
		return scnprintf(buf, size, "%llu (default)\n",
				 default_ns() / NSEC_PER_USEC);
	return scnprintf(buf, size, "%d\n", us);
}
