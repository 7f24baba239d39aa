// SPDX-License-Identifier: GPL-2.0
/*
 * window - has a guest's agent carry out a command, and prints what dom0 spent
 * meanwhile
 *
 * usage: window DATA SEQUENCE COMMAND SECONDS
 *
 * DATA is the agent's directory in xenstore, COMMAND in base64 (guest.init has
 * the protocol). When the command writes "SEQUENCE begin" and "SEQUENCE end" to
 * DATA/mark, only what is between them counts. Prints the command's exit status,
 * the nanoseconds of processor time that Xen counted for dom0, the events that
 * frontends sent to pciback, and the nanoseconds that passed. One process that
 * sleeps until the answer is there: a shell that asks again and again would be
 * most of what it measures.
 */
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xenctrl.h>
#include <xenstore.h>

struct spent {
	uint64_t cpu, events, clock;
};

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

/* events - of all processors, on the lines that are pciback's */
static uint64_t events(void)
{
	FILE *file = fopen("/proc/interrupts", "r");
	char line[1024], *at, *end;
	uint64_t sum = 0, n;

	while (file && fgets(line, sizeof(line), file)) {
		at = strchr(line, ':');
		if (!at || !strstr(line, "pciback"))
			continue;
		for (at++; n = strtoull(at, &end, 10), end > at; at = end)
			sum += n;
	}
	if (file)
		fclose(file);
	return sum;
}

static int look(xc_interface *xc, struct spent *spent)
{
	xc_dominfo_t info;

	spent->clock = now();
	spent->events = events();
	if (xc_domain_getinfo(xc, 0, 1, &info) != 1 || info.domid)
		return -1;
	spent->cpu = info.cpu_time;
	return 0;
}

/* drain - one event of the watch, or -1 when none comes in time */
static int drain(struct xs_handle *xs, int ms)
{
	struct pollfd fd = { .fd = xs_fileno(xs), .events = POLLIN };
	unsigned int n;
	char **event;

	if (poll(&fd, 1, ms) != 1)
		return -1;
	event = xs_read_watch(xs, &n);
	free(event);
	return event ? 0 : -1;
}

/* said - what stands behind the sequence in DATA/NAME, to be freed, or NULL */
static char *said(struct xs_handle *xs, char **argv, const char *name)
{
	size_t size = strlen(argv[2]);
	char path[256], *text, *rest = NULL;
	unsigned int n;

	snprintf(path, sizeof(path), "%s/%s", argv[1], name);
	text = xs_read(xs, XBT_NULL, path, &n);
	if (text && !strncmp(text, argv[2], size) && text[size] == ' ')
		rest = strdup(text + size + 1);
	free(text);
	return rest;
}

/* follow - look at the marks, until there is an exit status */
static int follow(xc_interface *xc, struct xs_handle *xs, char **argv,
		  struct spent *before, struct spent *after)
{
	uint64_t end = now() + strtoul(argv[4], NULL, 10) * 1000000000ull;
	bool begun = false, ended = false;
	int status = -1;
	char *text;

	while (now() < end && !drain(xs, (end - now()) / 1000000 + 1)) {
		text = said(xs, argv, "mark");
		if (text && !begun && !strcmp(text, "begin"))
			begun = !look(xc, before);
		if (text && !ended && !strcmp(text, "end"))
			ended = !look(xc, after);
		free(text);
		text = said(xs, argv, "rc");
		if (!text)
			continue;
		status = atoi(text);
		free(text);
		if (begun != ended || (!ended && look(xc, after)))
			return -1;
		return status;
	}
	return -1;
}

int main(int argc, char **argv)
{
	xc_interface *xc = xc_interface_open(NULL, NULL, 0);
	struct xs_handle *xs = xs_open(0);
	char command[4096], cmd[256], rc[256], mark[256];
	struct spent before, after;
	int status;

	if (argc != 5 || !xc || !xs) {
		fprintf(stderr, "usage: window DATA SEQUENCE COMMAND SECONDS, in dom0\n");
		return 2;
	}
	snprintf(cmd, sizeof(cmd), "%s/cmd", argv[1]);
	snprintf(rc, sizeof(rc), "%s/rc", argv[1]);
	snprintf(mark, sizeof(mark), "%s/mark", argv[1]);
	snprintf(command, sizeof(command), "%s %s", argv[2], argv[3]);
	/* A watch fires once when it is set */
	if (!xs_watch(xs, rc, "rc") || drain(xs, 10000) ||
	    !xs_watch(xs, mark, "mark") || drain(xs, 10000) || look(xc, &before) ||
	    !xs_write(xs, XBT_NULL, cmd, command, strlen(command))) {
		perror("window");
		return 1;
	}
	status = follow(xc, xs, argv, &before, &after);
	if (status < 0) {
		fprintf(stderr, "window: no answer within %s s, or half of the marks\n",
			argv[4]);
		return 1;
	}
	printf("%d %llu %llu %llu\n", status,
	       (unsigned long long)(after.cpu - before.cpu),
	       (unsigned long long)(after.events - before.events),
	       (unsigned long long)(after.clock - before.clock));
	return 0;
}
