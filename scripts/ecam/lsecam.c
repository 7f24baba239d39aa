// SPDX-License-Identifier: GPL-2.0
/*
 * lsecam - shows the pages of configuration space that are handed over to this
 * domain, and reads them
 */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pb2_ecam.h"

#define CONVENTIONAL_SIZE	256
/* So many different values are told apart */
#define MAX_VALUES		16

static const char usage[] =
"usage: lsecam [OPTION...]\n"
"\n"
"Without -s: a line for each function that is announced: its address in this\n"
"domain; machine address, size and access of the page; the way it is read,\n"
"which is privcmd, devmem or ring, and why if that is the ring.\n"
"\n"
"  -s [DOMAIN:]BUS:SLOT.FUNC  this function\n"
"  -x            with -s: print its configuration space like lspci -xxxx\n"
"  -r OFF[.WIDTH]  with -s: print this register; WIDTH is b, w or l (default)\n"
"  -n COUNT      with -r: read it so often, and print the nanoseconds per read\n"
"  -c            with -r: print how often each value was read\n"
"  -w WAY        ring, page, privcmd or devmem (a page by this means), no other\n"
"  -W            print what is announced and withdrawn, until killed; with -r the\n"
"                register after each\n"
"  -p PATH       the backend's directory in xenstore, instead of those of this\n"
"                domain's own frontends\n"
"  -h, --help    this text\n"
"\n"
"Exit status: 0 done, 1 wrong usage, 2 no xenstore, 3 the function cannot be\n"
"read, 4 it cannot be read the way that -w wants.\n";

enum status { DONE, USAGE, NO_XENSTORE, UNREADABLE, REFUSED };

struct options {
	char bdf[16];
	bool dump, watch, read, tally;
	unsigned int offset, width;
	unsigned long count;
	/* 0 is the ring */
	unsigned int ways;
	bool forced;
	const char *backend;
};

static bool parse_bdf(const char *text, char *bdf, size_t size)
{
	unsigned int domain = 0, bus, slot, func;
	int end = 0;

	if (sscanf(text, "%x:%x:%x.%x%n", &domain, &bus, &slot, &func, &end) != 4) {
		domain = 0;
		if (sscanf(text, "%x:%x.%x%n", &bus, &slot, &func, &end) != 3)
			return false;
	}
	if (text[end] || domain > 0xffff || bus > 0xff || slot > 31 || func > 7)
		return false;
	snprintf(bdf, size, "%04x:%02x:%02x.%x", domain, bus, slot, func);
	return true;
}

static bool parse_register(char *text, struct options *o)
{
	char *end;

	o->offset = strtoul(text, &end, 16);
	o->width = 4;
	if (!strcmp(end, ".b"))
		o->width = 1;
	else if (!strcmp(end, ".w"))
		o->width = 2;
	else if (*end && strcmp(end, ".l"))
		return false;
	return end > text && o->offset < PB2_ECAM_SIZE && !(o->offset % o->width);
}

static bool parse_way(const char *text, struct options *o)
{
	o->forced = true;
	if (!strcmp(text, "ring"))
		o->ways = 0;
	else if (!strcmp(text, "page"))
		o->ways = PB2_ECAM_ANY_PAGE;
	else if (!strcmp(text, "privcmd"))
		o->ways = PB2_ECAM_BY(PB2_ECAM_PRIVCMD);
	else if (!strcmp(text, "devmem"))
		o->ways = PB2_ECAM_BY(PB2_ECAM_DEVMEM);
	else
		return false;
	return true;
}

static bool parse_count(const char *text, struct options *o)
{
	char *end;

	o->count = strtoul(text, &end, 10);
	return end > text && !*end && o->count;
}

static bool parse_option(int option, struct options *o)
{
	switch (option) {
	case 's':
		return parse_bdf(optarg, o->bdf, sizeof(o->bdf));
	case 'r':
		o->read = true;
		return parse_register(optarg, o);
	case 'n':
		return parse_count(optarg, o);
	case 'w':
		return parse_way(optarg, o);
	case 'x':
		o->dump = true;
		return true;
	case 'c':
		o->tally = true;
		return true;
	case 'W':
		o->watch = true;
		return true;
	case 'p':
		o->backend = optarg;
		return true;
	}
	return false;
}

/* obtain - the way that is wanted, or else the ring; fails if -w forbids that */
static enum status obtain(struct pb2_ecam *ecam, struct pb2_ecam_function *f,
			  const struct options *o)
{
	if (!pb2_ecam_map(ecam, f, o->ways) || !o->forced)
		return DONE;
	return REFUSED;
}

static void show(const struct pb2_ecam_function *f)
{
	printf("%s %s %s%s%s\n", f->bdf, f->announced, pb2_ecam_way_name(f->way),
	       f->reason[0] ? ": " : "", f->reason);
}

static enum status list(struct pb2_ecam *ecam, const struct options *o)
{
	enum status status = DONE;
	struct pb2_ecam_function *f;

	for (f = pb2_ecam_list(ecam); f; f = f->next) {
		if (!f->announced[0])
			continue;
		if (obtain(ecam, f, o) != DONE)
			status = REFUSED;
		show(f);
	}
	return status;
}

static enum status unreadable(const struct pb2_ecam_function *f, int rc)
{
	fprintf(stderr, "lsecam: %s: %s\n", f->bdf, strerror(-rc));
	return UNREADABLE;
}

static enum status dump(struct pb2_ecam_function *f)
{
	uint32_t space[PB2_ECAM_SIZE / 4];
	const uint8_t *bytes = (const uint8_t *)space;
	unsigned int size, i;
	int rc;

	for (size = 0; size < PB2_ECAM_SIZE; size += 4) {
		rc = pb2_ecam_read(f, size, 4, &space[size / 4], NULL);
		/* The ring of a conventional device ends early */
		if (rc && size == CONVENTIONAL_SIZE)
			break;
		if (rc)
			return unreadable(f, rc);
	}

	printf("%s configuration space, by %s\n", f->bdf, pb2_ecam_way_name(f->way));
	for (i = 0; i < size; i++) {
		if (!(i % 16))
			printf("%02x:", i);
		printf(" %02x%s", bytes[i], i % 16 == 15 ? "\n" : "");
	}
	printf("\n");
	return DONE;
}

static enum status print_register(struct pb2_ecam_function *f,
				  const struct options *o)
{
	struct timespec begin, end;
	enum pb2_ecam_way way;
	unsigned long i;
	uint32_t value;
	int rc = 0;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (i = 0; i < o->count && !rc; i++)
		rc = pb2_ecam_read(f, o->offset, o->width, &value, &way);
	clock_gettime(CLOCK_MONOTONIC, &end);
	if (rc)
		return unreadable(f, rc);

	printf("%0*x %s", (int)o->width * 2, value, pb2_ecam_way_name(way));
	if (o->count > 1)
		printf(" %.0f ns", ((end.tv_sec - begin.tv_sec) * 1e9 +
				    (end.tv_nsec - begin.tv_nsec)) / o->count);
	printf("\n");
	return DONE;
}

/* tally - like uniq -c; what is one value too many is counted as "others" */
static enum status tally(struct pb2_ecam_function *f, const struct options *o)
{
	struct {
		uint32_t value;
		enum pb2_ecam_way way;
		unsigned long count;
	} seen[MAX_VALUES] = { 0 };
	unsigned long i, others = 0;
	enum pb2_ecam_way way;
	uint32_t value;
	int rc, v;

	for (i = 0; i < o->count; i++) {
		rc = pb2_ecam_read(f, o->offset, o->width, &value, &way);
		if (rc)
			return unreadable(f, rc);
		for (v = 0; v < MAX_VALUES && seen[v].count; v++)
			if (seen[v].value == value && seen[v].way == way)
				break;
		if (v == MAX_VALUES) {
			others++;
			continue;
		}
		seen[v].value = value;
		seen[v].way = way;
		seen[v].count++;
	}

	for (v = 0; v < MAX_VALUES && seen[v].count; v++)
		printf("%lu %0*x %s\n", seen[v].count, (int)o->width * 2,
		       seen[v].value, pb2_ecam_way_name(seen[v].way));
	if (others)
		printf("%lu others\n", others);
	return DONE;
}

static enum status one(struct pb2_ecam *ecam, const struct options *o)
{
	struct pb2_ecam_function *f = pb2_ecam_find(ecam, o->bdf);

	if (!f) {
		perror("lsecam");
		return UNREADABLE;
	}
	if (obtain(ecam, f, o) != DONE) {
		fprintf(stderr, "lsecam: %s: %s\n", f->bdf, f->reason);
		return REFUSED;
	}
	if (o->read)
		return o->tally ? tally(f, o) : print_register(f, o);
	if (o->dump)
		return dump(f);
	show(f);
	return DONE;
}

static void on_change(struct pb2_ecam *ecam, struct pb2_ecam_function *f,
		      void *data)
{
	const struct options *o = data;

	if (!o->watch || (o->bdf[0] && strcmp(o->bdf, f->bdf)))
		return;
	if (f->announced[0]) {
		obtain(ecam, f, o);
		printf("announced ");
		show(f);
	} else {
		printf("withdrawn %s\n", f->bdf);
	}
	if (o->read)
		print_register(f, o);
	fflush(stdout);
}

static enum status watch(struct pb2_ecam *ecam)
{
	struct pollfd poll_fd = { .fd = pb2_ecam_fd(ecam), .events = POLLIN };
	int rc = 0;

	while (!rc && poll(&poll_fd, 1, -1) >= 0)
		rc = pb2_ecam_event(ecam);
	fprintf(stderr, "lsecam: xenstore: %s\n", strerror(rc ? -rc : errno));
	return NO_XENSTORE;
}

int main(int argc, char **argv)
{
	static const struct option longs[] = { { "help", 0, NULL, 'h' }, { 0 } };
	struct options o = { .count = 1, .ways = PB2_ECAM_ANY_PAGE };
	struct pb2_ecam *ecam;
	enum status status;
	int option;

	while ((option = getopt_long(argc, argv, "s:r:n:cw:xWp:h", longs, NULL)) != -1) {
		if (option == 'h') {
			fputs(usage, stdout);
			return DONE;
		}
		if (!parse_option(option, &o)) {
			fputs(usage, stderr);
			return USAGE;
		}
	}
	if (optind != argc || ((o.read || o.dump) && !o.bdf[0]) ||
	    ((o.count > 1 || o.tally) && !o.read)) {
		fputs(usage, stderr);
		return USAGE;
	}

	ecam = pb2_ecam_open(o.backend, on_change, &o);
	if (!ecam) {
		fprintf(stderr, "lsecam: xenstore: %s\n", strerror(errno));
		return NO_XENSTORE;
	}
	if (o.watch)
		status = watch(ecam);
	else if (o.bdf[0])
		status = one(ecam, &o);
	else
		status = list(ecam, &o);
	pb2_ecam_close(ecam);
	return status;
}
