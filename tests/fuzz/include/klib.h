/* SPDX-License-Identifier: GPL-2.0 */
/*
 * klib.h - lists, bitmaps and strings as the kernel has them
 */
#ifndef FUZZ_KLIB_H
#define FUZZ_KLIB_H

#include <ctype.h>

/* Lists */
struct list_head {
	struct list_head *next, *prev;
};

#define LIST_HEAD(name)		struct list_head name = { &(name), &(name) }
#define list_entry(ptr, type, member) container_of(ptr, type, member)
#define list_for_each_entry(pos, head, member)				\
	for (pos = list_entry((head)->next, __typeof__(*pos), member);	\
	     &pos->member != (head);					\
	     pos = list_entry(pos->member.next, __typeof__(*pos), member))
#define list_for_each_entry_safe(pos, n, head, member)			\
	for (pos = list_entry((head)->next, __typeof__(*pos), member),	\
	     n = list_entry(pos->member.next, __typeof__(*pos), member);\
	     &pos->member != (head);					\
	     pos = n, n = list_entry(n->member.next, __typeof__(*n), member))

static inline void INIT_LIST_HEAD(struct list_head *head)
{
	head->next = head;
	head->prev = head;
}

static inline void list_add_tail(struct list_head *item, struct list_head *head)
{
	item->next = head;
	item->prev = head->prev;
	head->prev->next = item;
	head->prev = item;
}

static inline void list_del(struct list_head *item)
{
	item->prev->next = item->next;
	item->next->prev = item->prev;
	item->next = NULL;
	item->prev = NULL;
}

static inline void list_splice_init(struct list_head *from,
				    struct list_head *to)
{
	struct list_head *item;

	while (from->next != from) {
		item = from->next;
		list_del(item);
		list_add_tail(item, to);
	}
}

/* Bitmaps, bit by bit: the sanitizer sees every one that is out of place. */
#define BITS_PER_LONG		64
#define BITS_TO_LONGS(n)	DIV_ROUND_UP(n, BITS_PER_LONG)
#define DECLARE_BITMAP(name, bits) unsigned long name[BITS_TO_LONGS(bits)]

static inline bool test_bit(unsigned long bit, const unsigned long *map)
{
	return map[bit / BITS_PER_LONG] >> bit % BITS_PER_LONG & 1;
}

static inline void __set_bit(unsigned long bit, unsigned long *map)
{
	map[bit / BITS_PER_LONG] |= 1UL << bit % BITS_PER_LONG;
}

static inline void __clear_bit(unsigned long bit, unsigned long *map)
{
	map[bit / BITS_PER_LONG] &= ~(1UL << bit % BITS_PER_LONG);
}

static inline bool __test_and_set_bit(unsigned long bit, unsigned long *map)
{
	bool old = test_bit(bit, map);

	__set_bit(bit, map);
	return old;
}

static inline unsigned long find_next_bit(const unsigned long *map,
					  unsigned long size, unsigned long bit)
{
	while (bit < size && !test_bit(bit, map)) {
		/* Whole words, or most of the time would be spent here */
		if (bit % BITS_PER_LONG == 0 && !map[bit / BITS_PER_LONG])
			bit += BITS_PER_LONG;
		else
			bit++;
	}
	return min(bit, size);
}

#define find_first_bit(map, size) find_next_bit(map, size, 0)
#define for_each_set_bit(bit, map, size)				\
	for (bit = find_first_bit(map, size); bit < (size);		\
	     bit = find_next_bit(map, size, bit + 1))

static inline void bitmap_set(unsigned long *map, unsigned int bit,
			      unsigned int len)
{
	while (len--)
		__set_bit(bit++, map);
}

#define bitmap_zero(map, bits)	memset(map, 0, BITS_TO_LONGS(bits) * 8)
#define bitmap_fill(map, bits)	memset(map, 0xff, BITS_TO_LONGS(bits) * 8)
#define bitmap_empty(map, bits)	(find_first_bit(map, bits) >= (bits))

static inline void bitmap_or(unsigned long *to, const unsigned long *a,
			     const unsigned long *b, unsigned int bits)
{
	unsigned int i;

	for (i = 0; i < BITS_TO_LONGS(bits); i++)
		to[i] = a[i] | b[i];
}

static inline void bitmap_andnot(unsigned long *to, const unsigned long *a,
				 const unsigned long *b, unsigned int bits)
{
	unsigned int i;

	for (i = 0; i < BITS_TO_LONGS(bits); i++)
		to[i] = a[i] & ~b[i];
}

static inline bool bitmap_intersects(const unsigned long *a,
				     const unsigned long *b, unsigned int bits)
{
	unsigned int i;

	for (i = 0; i < BITS_TO_LONGS(bits); i++)
		if (a[i] & b[i])
			return true;
	return false;
}

/* Returns something beyond @size where there is none; @align is 0. */
static inline unsigned long
bitmap_find_next_zero_area(const unsigned long *map, unsigned long size,
			   unsigned long start, unsigned int nr,
			   unsigned long align)
{
	unsigned long bit, run = 0;

	for (bit = start; bit < size; bit++) {
		run = test_bit(bit, map) ? 0 : run + 1;
		if (run == nr)
			return bit + 1 - nr;
	}
	return size + 1;
}

/* Bits of shared words; the harness has one thread */
#define sync_test_bit(bit, map)	test_bit(bit, (const unsigned long *)(map))
#define sync_set_bit(bit, map)	__set_bit(bit, map)

static inline void sync_clear_bit(unsigned long bit, unsigned long *map)
{
	map[bit / BITS_PER_LONG] &= ~(1UL << bit % BITS_PER_LONG);
}

/* Strings */
int scnprintf(char *buf, size_t size, const char *fmt, ...);
int kstrtouint(const char *s, unsigned int base, unsigned int *val);
int kstrtou16(const char *s, unsigned int base, u16 *val);
bool sysfs_streq(const char *a, const char *b);
int fuzz_sysfs_match(const char * const *names, size_t n, const char *s);

#define sysfs_match_string(names, s) \
	fuzz_sysfs_match(names, ARRAY_SIZE(names), s)

static inline char *skip_spaces(const char *s)
{
	/* The kernel takes a no-break space for one, too. */
	while (isspace((unsigned char)*s) || (unsigned char)*s == 0xa0)
		s++;
	return (char *)s;
}

static inline int hex_to_bin(unsigned char c)
{
	if (!isxdigit(c))
		return -1;
	return isdigit(c) ? c - '0' : tolower(c) - 'a' + 10;
}

#endif /* FUZZ_KLIB_H */
