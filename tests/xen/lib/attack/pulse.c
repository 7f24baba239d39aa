// SPDX-License-Identifier: GPL-2.0
/*
 * pulse - how late a task is that wants to run every millisecond
 *
 * usage: pulse SECONDS
 *
 * Prints how often it ran, and by how much it was late: the median, the worst
 * of a hundred, and the worst, in microseconds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define PERIOD_NS	1000000
#define SECOND_NS	1000000000LL

static long long now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * SECOND_NS + t.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
	long long x = *(const long long *)a, y = *(const long long *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	long long seconds = argc == 2 ? atoi(argv[1]) : 0;
	struct timespec period = { .tv_nsec = PERIOD_NS };
	long long *late, begin, end;
	size_t n = 0, room;

	if (seconds <= 0 || seconds > 600) {
		fprintf(stderr, "usage: pulse SECONDS\n");
		return 1;
	}
	room = seconds * (SECOND_NS / PERIOD_NS);
	late = malloc(room * sizeof(*late));
	if (!late)
		return 1;

	end = now_ns() + seconds * SECOND_NS;
	while (n < room && now_ns() < end) {
		begin = now_ns();
		nanosleep(&period, NULL);
		late[n++] = now_ns() - begin - PERIOD_NS;
	}
	qsort(late, n, sizeof(*late), by_value);
	printf("%zu times, late by %lld %lld %lld us\n", n,
	       late[n / 2] / 1000, late[n * 99 / 100] / 1000,
	       late[n - 1] / 1000);
	return 0;
}
