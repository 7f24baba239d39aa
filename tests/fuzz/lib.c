// SPDX-License-Identifier: GPL-2.0
/*
 * lib.c - the part of the kernel's API that is more than a line, and what the
 * harnesses share
 */
#include "fuzz.h"

int fuzz_alloc_countdown;
int fuzz_alloc_live;
unsigned int fuzz_messages;
unsigned long jiffies;

void fuzz_fail(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fprintf(stderr, "ORACLE: ");
	vfprintf(stderr, fmt, args);
	fprintf(stderr, "\n");
	va_end(args);
	abort();
}

void *fuzz_alloc(void *old, size_t n, size_t size, bool zero)
{
	void *p;

	fuzz_assert(size && n <= SIZE_MAX / size);
	if (fuzz_alloc_countdown && !--fuzz_alloc_countdown)
		return NULL;

	/* Never in place, so that a stale pointer is found */
	p = zero ? calloc(n, size) : malloc(n * size);
	fuzz_assert(p);
	if (old) {
		memcpy(p, old, min(malloc_usable_size(old), n * size));
		kfree(old);
	}
	fuzz_alloc_live++;
	return p;
}

void kfree(const void *p)
{
	if (!p)
		return;
	fuzz_alloc_live--;
	free((void *)p);
}

static bool has_passed;

bool __ratelimit(struct ratelimit_state *rs)
{
	has_passed = true;
	return true;
}

bool fuzz_take_limit(void)
{
	bool passed = has_passed;

	has_passed = false;
	return passed;
}

void fuzz_log(bool limited, const void *dev, const char *fmt, ...)
{
	if (!limited)
		fuzz_messages++;
}

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(buf, size, fmt, args);
	va_end(args);
	if (!size)
		return 0;
	return len < size ? len : size - 1;
}

/* As lib/kstrtox.c: a plus, digits, a newline, and nothing else */
static int parse_number(const char *s, unsigned int base, u64 top, u64 *val)
{
	u64 n = 0;

	fuzz_assert(base == 10);
	if (*s == '+')
		s++;
	if (!isdigit((unsigned char)*s))
		return -EINVAL;
	for (; isdigit((unsigned char)*s); s++) {
		n = n * 10 + (*s - '0');
		if (n > top)
			return -ERANGE;
	}
	if (*s == '\n')
		s++;
	if (*s)
		return -EINVAL;
	*val = n;
	return 0;
}

int kstrtouint(const char *s, unsigned int base, unsigned int *val)
{
	u64 n;
	int rc = parse_number(s, base, UINT_MAX, &n);

	if (!rc)
		*val = n;
	return rc;
}

int kstrtou16(const char *s, unsigned int base, u16 *val)
{
	u64 n;
	int rc = parse_number(s, base, U16_MAX, &n);

	if (!rc)
		*val = n;
	return rc;
}

bool sysfs_streq(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	if (*a == *b)
		return true;
	if (!*a && *b == '\n' && !b[1])
		return true;
	return *a == '\n' && !a[1] && !*b;
}

int fuzz_sysfs_match(const char * const *names, size_t n, const char *s)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (names[i] && sysfs_streq(names[i], s))
			return i;
	return -EINVAL;
}

/**
 * fuzz_take() - the next bytes of the input, as a number
 * @in: the input
 * @len: bytes, up to 8
 *
 * Return: the number; what lies behind the end is 0.
 */
u64 fuzz_take(struct fuzz_input *in, unsigned int len)
{
	u64 val = 0;
	unsigned int i;

	for (i = 0; i < len && in->at < in->size; i++)
		val |= (u64)in->data[in->at++] << (i * 8);
	return val;
}

/**
 * fuzz_bytes() - the next bytes of the input, as they are
 * @in: the input
 * @to: where they go; what lies behind the end is 0
 * @len: bytes
 */
void fuzz_bytes(struct fuzz_input *in, void *to, size_t len)
{
	size_t n = min(len, in->size - in->at);

	memcpy(to, in->data + in->at, n);
	memset((u8 *)to + n, 0, len - n);
	in->at += n;
}

/**
 * fuzz_line() - the next line of the input, as a string of its own
 * @in: the input
 *
 * Return: the string, without its newline but with any 0x01 in place of one,
 * to be freed by kfree(); %NULL at the end of the input.
 */
char *fuzz_line(struct fuzz_input *in)
{
	const u8 *start = in->data + in->at;
	size_t left = in->size - in->at, len, i;
	const u8 *end;
	char *line;

	if (!left)
		return NULL;
	end = memchr(start, '\n', left);
	len = end ? end - start : left;
	in->at += len + !!end;

	line = malloc(len + 1);
	fuzz_assert(line);
	for (i = 0; i < len; i++)
		line[i] = start[i] == 1 ? '\n' : start[i];
	line[len] = '\0';
	fuzz_alloc_live++;
	return line;
}
