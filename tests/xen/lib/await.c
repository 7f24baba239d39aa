// SPDX-License-Identifier: GPL-2.0
/*
 * await - waits for a node of xenstore
 *
 * usage: await SECONDS NODE [WORD]
 *
 * Until NODE is there and, with WORD, that is the first word of its value. One
 * process that sleeps: a shell that asks again and again would take the
 * processor, which is an emulated one, from those that it waits for.
 *
 * Exit status: 0 it is so, 1 it was not in time, 2 wrong usage or no xenstore.
 */
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xenstore.h>

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static bool is_so(struct xs_handle *xs, const char *node, const char *word)
{
	unsigned int size;
	char *value = xs_read(xs, XBT_NULL, node, &size);
	size_t want = word ? strlen(word) : 0;
	bool so = value && (!word || (!strncmp(value, word, want) &&
				      strchr(" ", value[want])));

	free(value);
	return so;
}

/* A watch fires once when it is set. */
static bool await(struct xs_handle *xs, const char *node, const char *word,
		  long long until)
{
	struct pollfd fd = { .fd = xs_fileno(xs), .events = POLLIN };
	unsigned int n;
	long long left;

	while ((left = until - now_ms()) > 0 && poll(&fd, 1, left) == 1) {
		free(xs_read_watch(xs, &n));
		if (is_so(xs, node, word))
			return true;
	}
	return false;
}

int main(int argc, char **argv)
{
	long long seconds = argc == 3 || argc == 4 ? atoll(argv[1]) : 0;
	struct xs_handle *xs = xs_open(0);

	if (seconds <= 0) {
		fprintf(stderr, "usage: await SECONDS NODE [WORD]\n");
		return 2;
	}
	if (!xs || !xs_watch(xs, argv[2], "")) {
		perror("await");
		return 2;
	}
	return !await(xs, argv[2], argv[3], now_ms() + seconds * 1000);
}
