// SPDX-License-Identifier: GPL-2.0
/*
 * pb2_ecam.c - the stub domain's side of the hand-over: finds what is announced
 * in xenstore and keeps up with it
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xenstore.h>

#include "pb2_ecam_page.h"

/* More than 52 bits are no physical address */
#define ADDRESS_END	0x10000000000000ull

struct backend {
	struct backend *next;
	char dir[];
};

struct pb2_ecam {
	struct xs_handle *xs;
	struct pb2_ecam_mapper mapper;
	/* of the domain's own frontends, which come and go */
	bool own;
	struct backend *backends;
	struct pb2_ecam_function *functions;
	pb2_ecam_changed *changed;
	void *data;
};

__printf(2, 3)
static char *read_node(struct pb2_ecam *ecam, const char *fmt, ...)
{
	char path[1024];
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(path, sizeof(path), fmt, args);
	va_end(args);
	if (len >= (int)sizeof(path))
		return NULL;
	return xs_read(ecam->xs, XBT_NULL, path, NULL);
}

/* "0000-00-00-0", the name of a directory, as sysfs has it */
static bool name_to_bdf(const char *name, char *bdf, size_t size)
{
	unsigned int domain, bus, slot, func;
	int end = 0;

	if (sscanf(name, "%4x-%2x-%2x-%1x%n", &domain, &bus, &slot, &func, &end) != 4 ||
	    strlen(name) != 12 || end != 12 || slot > 31 || func > 7)
		return false;
	snprintf(bdf, size, "%04x:%02x:%02x.%x", domain, bus, slot, func);
	return true;
}

static bool parse(const char *text, uint64_t *value)
{
	char *end;

	if (strncmp(text, "0x", 2) || !strchr("0123456789abcdefABCDEF", text[2]))
		return false;
	errno = 0;
	*value = strtoull(text, &end, 16);
	return !errno && end > text + 2 && !*end;
}

/* judge - the address that is announced, or 0 and the reason why not */
static uint64_t judge(struct pb2_ecam_function *f, const char *address,
		      const char *size, const char *access)
{
	uint64_t base, length;

	if (!parse(address, &base))
		pb2_ecam_refuse(f, "the address '%s' is not a number", address);
	else if (!base || base % PB2_ECAM_SIZE)
		pb2_ecam_refuse(f, "the address %s is not that of a page", address);
	else if (base >= ADDRESS_END)
		pb2_ecam_refuse(f, "the address %s is beyond all memory", address);
	else if (!size || !parse(size, &length) || length != PB2_ECAM_SIZE)
		pb2_ecam_refuse(f, "the size '%s' is not 0x1000", size ? size : "");
	else if (!access || strcmp(access, "r"))
		pb2_ecam_refuse(f, "the access '%s' is not 'r'", access ? access : "");
	else
		return base;
	return 0;
}

static void withdraw(struct pb2_ecam *ecam, struct pb2_ecam_function *f)
{
	pb2_ecam_unmap(&ecam->mapper, f);
	f->address = 0;
	f->announced[0] = 0;
	f->reason[0] = 0;
	pb2_ecam_refuse(f, "the page is withdrawn");
	if (ecam->changed)
		ecam->changed(ecam, f, ecam->data);
}

/*
 * The address is written last, so it is read first: where it is, the others
 * are. What changes in between makes an event of its own.
 */
static void read_announcement(struct pb2_ecam *ecam, const char *dir,
			      const char *name, struct pb2_ecam_function *f)
{
	char *address = read_node(ecam, "%s/%s/ecam/address", dir, name);
	char *size, *access;
	char announced[sizeof(f->announced)];

	if (!address)
		return;
	size = read_node(ecam, "%s/%s/ecam/size", dir, name);
	access = read_node(ecam, "%s/%s/ecam/access", dir, name);
	snprintf(announced, sizeof(announced), "%.30s %.30s %.30s",
		 *address ? address : "-", size && *size ? size : "-",
		 access && *access ? access : "-");

	f->seen = true;
	if (strcmp(announced, f->announced)) {
		if (f->announced[0])
			withdraw(ecam, f);
		strcpy(f->announced, announced);
		f->reason[0] = 0;
		f->address = judge(f, address, size, access);
		if (f->address)
			pb2_ecam_refuse(f, "not mapped");
		if (ecam->changed)
			ecam->changed(ecam, f, ecam->data);
	}
	free(address);
	free(size);
	free(access);
}

/* scan - compare what is announced with what is known */
static int scan(struct pb2_ecam *ecam)
{
	struct pb2_ecam_function *f;
	struct backend *b;
	unsigned int n, i;
	char bdf[16];
	char **names;

	for (f = ecam->functions; f; f = f->next)
		f->seen = false;

	for (b = ecam->backends; b; b = b->next) {
		names = xs_directory(ecam->xs, XBT_NULL, b->dir, &n);
		for (i = 0; names && i < n; i++) {
			if (!name_to_bdf(names[i], bdf, sizeof(bdf)))
				continue;
			f = pb2_ecam_find(ecam, bdf);
			if (f)
				read_announcement(ecam, b->dir, names[i], f);
		}
		free(names);
	}

	/* Whatever cannot be read any more counts as withdrawn */
	for (f = ecam->functions; f; f = f->next)
		if (f->announced[0] && !f->seen)
			withdraw(ecam, f);
	return 0;
}

static int add_backend(struct pb2_ecam *ecam, const char *path)
{
	size_t len = strlen(path) + sizeof("/pciback2");
	struct backend *b;

	b = malloc(sizeof(*b) + len);
	if (!b)
		return -ENOMEM;
	snprintf(b->dir, len, "%s/pciback2", path);
	b->next = ecam->backends;
	ecam->backends = b;
	return xs_watch(ecam->xs, b->dir, "backend") ? 0 : -errno;
}

/* find_backends - watch the backends of frontends that have come */
static int find_backends(struct pb2_ecam *ecam)
{
	char **names, *path;
	struct backend *b;
	unsigned int n, i;
	size_t len;
	int rc = 0;

	names = xs_directory(ecam->xs, XBT_NULL, "device/pci", &n);
	for (i = 0; names && i < n && !rc; i++) {
		path = read_node(ecam, "device/pci/%s/backend", names[i]);
		if (!path)
			continue;
		len = strlen(path);
		for (b = ecam->backends; b; b = b->next)
			if (!strncmp(b->dir, path, len) &&
			    !strcmp(b->dir + len, "/pciback2"))
				break;
		if (!b)
			rc = add_backend(ecam, path);
		free(path);
	}
	free(names);
	return rc;
}

/*
 * The directory was removed or made anew: if the same is announced again by now
 * it is a new grant, and the old mapping must go all the same.
 */
static void note_path(struct pb2_ecam *ecam, const char *path)
{
	struct pb2_ecam_function *f;
	char bdf[16], name[16];
	struct backend *b;
	size_t len;
	int end;

	for (b = ecam->backends; b; b = b->next) {
		len = strlen(b->dir);
		end = 0;
		if (strncmp(path, b->dir, len) ||
		    sscanf(path + len, "/%15[^/]%n", name, &end) != 1 ||
		    (path[len + end] && strcmp(path + len + end, "/ecam")) ||
		    !name_to_bdf(name, bdf, sizeof(bdf)))
			continue;
		f = pb2_ecam_find(ecam, bdf);
		if (f && f->announced[0])
			withdraw(ecam, f);
	}
}

/**
 * pb2_ecam_open() - find what is announced, and watch it
 * @backend: the backend's directory in xenstore, or NULL for those of the
 *	domain's own frontends
 * @changed: called whenever a page was announced or withdrawn, from
 *	pb2_ecam_event() and once for each that is there already; may be NULL
 * @data: for @changed
 *
 * Return: a handle, or NULL with errno set.
 */
struct pb2_ecam *pb2_ecam_open(const char *backend, pb2_ecam_changed *changed,
			       void *data)
{
	struct pb2_ecam *ecam = calloc(1, sizeof(*ecam));
	int rc = 0;

	if (!ecam)
		return NULL;
	ecam->own = !backend;
	ecam->changed = changed;
	ecam->data = data;
	ecam->xs = xs_open(0);
	/* Asked for before the first watch, it is told of all of them */
	if (!ecam->xs || xs_fileno(ecam->xs) < 0)
		rc = -errno;
	else if (backend)
		rc = add_backend(ecam, backend);
	else if (!xs_watch(ecam->xs, "device/pci", "frontend"))
		rc = -errno;
	else
		rc = find_backends(ecam);
	if (!rc)
		rc = scan(ecam);
	if (rc) {
		pb2_ecam_close(ecam);
		errno = -rc;
		return NULL;
	}
	return ecam;
}

/**
 * pb2_ecam_close() - unmap all pages and forget all functions
 * @ecam: the handle, or NULL
 */
void pb2_ecam_close(struct pb2_ecam *ecam)
{
	struct pb2_ecam_function *f;
	struct backend *b;

	if (!ecam)
		return;
	while ((f = ecam->functions)) {
		ecam->functions = f->next;
		pb2_ecam_unmap(&ecam->mapper, f);
		free(f);
	}
	while ((b = ecam->backends)) {
		ecam->backends = b->next;
		free(b);
	}
	pb2_ecam_mapper_close(&ecam->mapper);
	if (ecam->xs)
		xs_close(ecam->xs);
	free(ecam);
}

/**
 * pb2_ecam_fd() - what to poll
 * @ecam: the handle
 *
 * Return: a file descriptor; pb2_ecam_event() is due when it is readable.
 */
int pb2_ecam_fd(struct pb2_ecam *ecam)
{
	return xs_fileno(ecam->xs);
}

/**
 * pb2_ecam_event() - keep up with xenstore: unmap what is withdrawn
 * @ecam: the handle
 *
 * A page that is announced is not mapped by that: see pb2_ecam_map().
 *
 * Return: 0 or a negative errno.
 */
int pb2_ecam_event(struct pb2_ecam *ecam)
{
	bool frontends = false;
	char **event;
	int rc = 0;

	while ((event = xs_check_watch(ecam->xs))) {
		if (!strcmp(event[XS_WATCH_TOKEN], "frontend"))
			frontends = true;
		else
			note_path(ecam, event[XS_WATCH_PATH]);
		free(event);
	}
	if (errno != EAGAIN)
		return -errno;
	if (frontends && ecam->own)
		rc = find_backends(ecam);
	return rc ? rc : scan(ecam);
}

/**
 * pb2_ecam_list() - the functions that are known
 * @ecam: the handle
 *
 * Return: the first of them, or NULL.
 */
struct pb2_ecam_function *pb2_ecam_list(struct pb2_ecam *ecam)
{
	return ecam->functions;
}

/**
 * pb2_ecam_find() - a function by its address
 * @ecam: the handle
 * @bdf: the address in this domain, as in sysfs
 *
 * A page need not be announced, now or ever: until then there is the ring.
 *
 * Return: the function, or NULL without memory.
 */
struct pb2_ecam_function *pb2_ecam_find(struct pb2_ecam *ecam, const char *bdf)
{
	struct pb2_ecam_function **at, *f;

	for (at = &ecam->functions; *at; at = &(*at)->next) {
		if (!strcmp((*at)->bdf, bdf))
			return *at;
		if (strcmp((*at)->bdf, bdf) > 0)
			break;
	}
	f = calloc(1, sizeof(*f));
	if (!f)
		return NULL;
	snprintf(f->bdf, sizeof(f->bdf), "%s", bdf);
	f->ring = -1;
	pb2_ecam_refuse(f, "no page is announced");
	f->next = *at;
	*at = f;
	return f;
}

/**
 * pb2_ecam_map() - map the page of a function for reading
 * @ecam: the handle
 * @f: the function
 * @ways: PB2_ECAM_BY() each way that may be tried, or PB2_ECAM_ANY_PAGE; or 0
 *	to unmap it
 *
 * Return: 0, or a negative errno; the reason is then in the function, and it is
 * read through the ring.
 */
int pb2_ecam_map(struct pb2_ecam *ecam, struct pb2_ecam_function *f,
		 unsigned int ways)
{
	if (!f->address)
		return ways ? -ENODEV : 0;
	return pb2_ecam_map_page(&ecam->mapper, f, ways);
}
