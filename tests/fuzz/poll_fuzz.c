// SPDX-License-Identifier: GPL-2.0
/*
 * poll_fuzz.c - any guest's rhythm: what looking on takes is bounded
 */
#include "../../drivers/xen/pciback2/guest/guest.h"
#include "../../drivers/xen/pciback2/host/xen_iface.h"
#include "fuzz.h"

/* A second at once, and a quarter of one CPU for ever */
#define AT_ONCE		1000000000ULL

#define MAX_HOLD	30000ULL

static u64 stolen;

u64 pb2_xen_stolen(unsigned int cpu)
{
	return stolen;
}

/* Time goes by in steps of ns up to hours. */
static u64 pause_of(struct fuzz_input *in)
{
	u64 steps = fuzz_take(in, 1);

	return steps << fuzz_take(in, 1) % 40;
}

/* However often a guest was too slow, it is tried again. */
static void hold(struct pb2_poll *poll, bool saved)
{
	u64 ns = pb2_poll_notify_delay(poll);

	fuzz_assert(ns <= MAX_HOLD);
	fuzz_assert(poll->notify_now <= poll->missed && poll->missed < 1024);
	if (ns)
		pb2_poll_delayed(poll, saved);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct fuzz_input in = { .data = data, .size = size };
	struct pb2_device pbdev = { .poll_us = PB2_POLL_DEFAULT };
	u64 start, now, window, busy, taken = 0;
	u8 what;
	struct pb2_poll poll;

	pb2_poll_us = fuzz_take(&in, 4);
	start = fuzz_take(&in, 8) >> 2;
	now = start;
	stolen = fuzz_take(&in, 8) >> 2;
	pb2_poll_init(&poll, now);
	while (in.at < in.size) {
		now += pause_of(&in);
		stolen += (s64)(s8)fuzz_take(&in, 1) * 100000;
		what = fuzz_take(&in, 1);
		if (what & 1)
			pbdev.poll_us = fuzz_take(&in, 2) % 1002 - 1;
		/* The event is older, or even older than the last answer. */
		pb2_poll_woken(&poll, now - (what & 0xf0) * 10000);
		pb2_poll_limit(&poll, &pbdev);
		busy = fuzz_take(&in, 2);
		now += busy;
		window = pb2_poll_answered(&poll, now);
		/* Others come while it polls. */
		for (what = what >> 1 & 7; what; what--) {
			if (window)
				hold(&poll, what & 1);
			window = pb2_poll_answered(&poll, now);
		}
		fuzz_assert(window <= 1000 * PB2_POLL_MAX_US);
		if (pbdev.poll_us >= 0)
			fuzz_assert(window <= pbdev.poll_us * 1000);
		/* Before the last time, which may overdraw it */
		fuzz_assert(!window ||
			    taken <= AT_ONCE + (now - start) / 4 + 1);
		now += window;
		taken += window;
		pb2_poll_ended(&poll, now);
	}
	return 0;
}
