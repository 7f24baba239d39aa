// SPDX-License-Identifier: GPL-2.0
/*
 * poll.c - busy-polling by a ring's thread: for how long, and when not
 *
 * Guests send requests in bursts, and waking the thread for a request costs
 * ten times as much as a read of a register. So after an answer the thread
 * polls the shared page for the next request before it goes to sleep. A
 * request that the thread finds this way, without its event, is a poll hit.
 * The polling interval grows while polling hits, or would have hit, and shrinks
 * to nothing while the guest makes longer pauses.
 *
 * The functions in this file neither wait nor read the clock. ring.c polls and
 * passes the time to them.
 */
#include <linux/cpumask.h>
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "../host/xen_iface.h"
#include "guest.h"

/*
 * First polling interval. A guest that was woken by the event of an answer
 * needs about this long for its next request.
 */
#define POLL_FIRST_NS		(50ULL * NSEC_PER_USEC)

/*
 * Limit of the CPU time that polling takes, whatever the guest does. The full
 * budget lets the thread use a whole CPU for one second, which is longer than
 * the scan of any bus takes. The budget fills up again by this share of the
 * time that passes.
 */
#define POLL_BUDGET_NS		(1ULL * NSEC_PER_SEC)
#define POLL_SHARE_PERCENT	25

/*
 * Other domains want the CPU if Xen ran them in place of the thread for more
 * than this percentage of a stretch of polling. The thread then stops polling
 * for a multiple of the time for which Xen ran them, up to the maximum. So a
 * domain that runs for one tick costs little polling, and a domain that
 * computes all the time gets most of the CPU.
 */
#define POLL_STOLEN_PERCENT	12
#define POLL_PAUSE_FACTOR	4
#define POLL_MAX_PAUSE_NS	(10ULL * NSEC_PER_MSEC)

/*
 * Longest stretch of polling without sleep. It ends even if the guest sends one
 * request after another. The thread then looks at its events, one of which may
 * announce the answer to a step of error recovery, and finds out for how long
 * Xen ran other domains meanwhile.
 */
#define POLL_STRETCH_NS		(20ULL * NSEC_PER_MSEC)

/*
 * The notify delay: for how long the thread holds back the event of an answer
 * after a poll hit. pcifront looks for its answer before it asks Xen to wait
 * for the event, and sends its next request within this time. That request
 * shows that the guest has seen the answer. Sending the event would then cost
 * dom0 more than the read did, and would interrupt the guest for nothing.
 *
 * A guest that does wait for the event gets it late by the notify delay. That
 * is a missed suppression. After it the thread sends the events of the next
 * answers at once: of one answer after the first missed suppression, of about
 * twice as many after each further one, up to the maximum. Each event that the
 * guest did not need halves the number again.
 */
#define POLL_NOTIFY_DELAY_NS	(30ULL * NSEC_PER_USEC)
#define POLL_MAX_NOTIFY_NOW	1023U

/* Module parameter: longest polling interval in us, limit %PB2_POLL_MAX_US */
unsigned int pb2_poll_us = 400;

static u64 poll_get_default_ns(void)
{
	return min(READ_ONCE(pb2_poll_us), PB2_POLL_MAX_US) *
	       (u64)NSEC_PER_USEC;
}

/**
 * pb2_poll_init() - prepare the polling state of a new ring
 * @poll: polling state of the ring
 * @now: current time in ns
 *
 * Context: any.
 */
void pb2_poll_init(struct pb2_poll *poll, u64 now)
{
	*poll = (struct pb2_poll) {
		.longest = poll_get_default_ns(),
		.answered = now,
		.budget = POLL_BUDGET_NS,
		.filled = now,
		.paused = now,
	};
}

/**
 * pb2_poll_limit() - apply the polling limit of the function that a guest asks
 * @poll: polling state of the ring
 * @pbdev: function to which the current request goes
 *
 * The limit stays in force until the guest asks another function.
 *
 * Context: the ring's thread.
 */
void pb2_poll_limit(struct pb2_poll *poll, const struct pb2_device *pbdev)
{
	int us = READ_ONCE(pbdev->poll_us);

	poll->longest = us < 0 ? poll_get_default_ns() :
				 us * (u64)NSEC_PER_USEC;
}

static void poll_grow_interval(struct pb2_poll *poll)
{
	poll->interval = min(max(2 * poll->interval, POLL_FIRST_NS),
			     poll->longest);
}

/**
 * pb2_poll_woken() - adapt the polling interval after an event woke the thread
 * @poll: polling state of the ring
 * @event: time in ns when the event of the request came
 *
 * If the longest allowed polling interval would have covered the guest's pause,
 * the interval grows, otherwise it shrinks. The pause ends with the event and
 * not with the wake-up, because waking the thread may take longer than the
 * guest's pause. @event may be before the last answer.
 *
 * Context: the ring's thread.
 */
void pb2_poll_woken(struct pb2_poll *poll, u64 event)
{
	if ((s64)(event - poll->answered) < (s64)poll->longest)
		poll_grow_interval(poll);
	else if (poll->interval > POLL_FIRST_NS)
		poll->interval /= 2;
	else
		poll->interval = 0;
}

static void poll_fill_budget(struct pb2_poll *poll, u64 now)
{
	/* The limit keeps the product small and fills the budget all the same. */
	u64 passed = min(now - poll->filled, 1000 * POLL_BUDGET_NS);

	poll->budget = min_t(s64, poll->budget +
				  passed * POLL_SHARE_PERCENT / 100,
			     POLL_BUDGET_NS);
	poll->filled = now;
}

/*
 * The thread does not sleep from here to pb2_poll_ended(). Time that Xen steals
 * from the CPU in between is therefore stolen from the thread.
 */
static void poll_begin_stretch(struct pb2_poll *poll, u64 now)
{
	poll->begun = now;
	poll->cpu = raw_smp_processor_id();
	poll->stolen = pb2_xen_stolen(poll->cpu);
}

static bool is_poll_allowed(const struct pb2_poll *poll, u64 now)
{
	if (poll->budget <= 0 || (s64)(now - poll->paused) < 0)
		return false;
	return !poll->begun || now - poll->begun < POLL_STRETCH_NS;
}

/**
 * pb2_poll_answered() - decide for how long to poll after an answer
 * @poll: polling state of the ring
 * @now: time of the answer in ns
 *
 * The thread must call pb2_poll_ended() before it goes to sleep.
 *
 * Context: the ring's thread.
 * Return: polling interval in ns, or 0 if the thread must not poll.
 */
u64 pb2_poll_answered(struct pb2_poll *poll, u64 now)
{
	poll->answered = now;
	if (!poll->interval || !poll->longest)
		return 0;

	/* If dom0's only CPU polls, it may keep the guest from asking. */
	if (num_online_cpus() < 2)
		return 0;

	poll_fill_budget(poll, now);
	if (!is_poll_allowed(poll, now))
		return 0;

	/* A request that came while the thread polled was a poll hit. */
	poll->hit = poll->begun;
	if (poll->hit)
		poll_grow_interval(poll);
	else
		poll_begin_stretch(poll, now);
	return min(poll->interval, poll->longest);
}

/**
 * pb2_poll_notify_delay() - decide for how long to hold back an answer's event
 * @poll: polling state of the ring, for which pb2_poll_answered() returned a
 *	polling interval other than 0
 *
 * If the delay is not 0, the thread reports the result to pb2_poll_delayed().
 *
 * Context: the ring's thread.
 * Return: notify delay in ns, or 0 to send the event at once.
 */
u64 pb2_poll_notify_delay(struct pb2_poll *poll)
{
	/* Waking the thread took so long that the guest waits by now. */
	if (!poll->hit)
		return 0;
	if (poll->notify_now) {
		poll->notify_now--;
		return 0;
	}
	return POLL_NOTIFY_DELAY_NS;
}

/**
 * pb2_poll_delayed() - record the result of a notify delay
 * @poll: polling state of the ring
 * @saved: true if the guest sent its next request before the delay was over, so
 *	that no event was sent; false for a missed suppression
 *
 * Context: the ring's thread.
 */
void pb2_poll_delayed(struct pb2_poll *poll, bool saved)
{
	if (saved) {
		poll->missed /= 2;
		return;
	}
	poll->missed = min(2 * poll->missed + 1, POLL_MAX_NOTIFY_NOW);
	poll->notify_now = poll->missed;
}

/**
 * pb2_poll_ended() - account for the polling when the thread stops polling
 * @poll: polling state of the ring
 * @now: current time in ns
 *
 * Context: the ring's thread, before it goes to sleep.
 */
void pb2_poll_ended(struct pb2_poll *poll, u64 now)
{
	u64 spent = now - poll->begun;
	u64 stolen;

	if (!poll->begun)
		return;
	poll->begun = 0;
	poll->budget -= spent;

	/* The counts of two CPUs cannot be compared. */
	if (poll->cpu != raw_smp_processor_id())
		return;
	stolen = pb2_xen_stolen(poll->cpu) - poll->stolen;
	if (stolen > spent / 100 * POLL_STOLEN_PERCENT)
		poll->paused = now + min(POLL_PAUSE_FACTOR * stolen,
					 POLL_MAX_PAUSE_NS);
}

/**
 * pb2_poll_parse() - parse the longest polling interval of a function
 * @word: number of microseconds, or "default"; a newline may follow
 * @us: where the number goes, or %PB2_POLL_DEFAULT; unchanged on failure
 *
 * Context: any.
 * Return: 0, or -EINVAL if @word is neither of the two or its number is larger
 * than %PB2_POLL_MAX_US.
 */
int pb2_poll_parse(const char *word, int *us)
{
	unsigned int val;

	if (sysfs_streq(word, "default")) {
		*us = PB2_POLL_DEFAULT;
		return 0;
	}
	/* kstrtouint() accepts a sign, so the first digit is checked here. */
	if (!isdigit(word[0]) || kstrtouint(word, 10, &val) ||
	    val > PB2_POLL_MAX_US)
		return -EINVAL;
	*us = val;
	return 0;
}

/**
 * pb2_poll_show() - format the attribute pciback2/poll_us
 * @pbdev: the function
 * @buf: where the text goes
 * @size: size of @buf in bytes
 *
 * Context: any.
 * Return: number of bytes written.
 */
int pb2_poll_show(const struct pb2_device *pbdev, char *buf, size_t size)
{
	int us = READ_ONCE(pbdev->poll_us);

	if (us < 0)
		return scnprintf(buf, size, "%llu (default)\n",
				 poll_get_default_ns() / NSEC_PER_USEC);
	return scnprintf(buf, size, "%d\n", us);
}
