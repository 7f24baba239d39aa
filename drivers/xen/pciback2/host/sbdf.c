// SPDX-License-Identifier: GPL-2.0
/*
 * sbdf.c - addresses of functions, and their only parser
 *
 * The parser is stricter than sscanf(): a number has no more digits than its
 * range needs, and no sign, prefix 0x or inner blank. No word can then name
 * another function than the one that its writer had in mind.
 */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "host.h"

/* Reads 1 to @max hexadecimal digits. Returns the next character, or %NULL. */
static const char *sbdf_scan_hex(const char *s, unsigned int max,
				 unsigned int *val)
{
	unsigned int n = 0;
	int digit;

	*val = 0;
	for (digit = hex_to_bin(*s); digit >= 0; digit = hex_to_bin(s[n])) {
		if (++n > max)
			return NULL;
		*val = *val << 4 | digit;
	}

	return n ? s + n : NULL;
}

/* Reads "SS.F", "SS.*" or "*.*". Returns the next character, or %NULL. */
static const char *sbdf_scan_devfn(const char *s, struct pb2_pattern *pat)
{
	unsigned int slot, func;

	if (!strncmp(s, "*.*", 3)) {
		pat->slot = -1;
		pat->func = -1;
		return s + 3;
	}

	s = sbdf_scan_hex(s, 2, &slot);
	if (!s || slot > 0x1f || *s++ != '.')
		return NULL;
	pat->slot = slot;

	if (*s == '*') {
		pat->func = -1;
		return s + 1;
	}

	/* The PV protocol writes a function number as %02x, with two digits. */
	s = sbdf_scan_hex(s, 2, &func);
	if (!s || func > 7)
		return NULL;
	pat->func = func;

	return s;
}

/* Reads "BB:" and a device.function. Returns the next character, or %NULL. */
static const char *sbdf_scan_bdf(const char *s, struct pb2_pattern *pat)
{
	unsigned int bus;

	s = sbdf_scan_hex(s, 2, &bus);
	if (!s || *s++ != ':')
		return NULL;
	pat->bus = bus;

	return sbdf_scan_devfn(s, pat);
}

/**
 * pb2_sbdf_scan() - read one address at the start of a string
 * @s: the string: ``[DDDD:]BB:SS.F``, ``[DDDD:]BB:SS.*`` or ``[DDDD:]BB:*.*``
 *	in hexadecimal, after any blanks
 * @pat: set to the addresses that it matches; undefined on failure
 *
 * Context: any.
 * Return: the first character after the address, or %NULL if there is no
 * address, or if a number is out of range or too long.
 */
const char *pb2_sbdf_scan(const char *s, struct pb2_pattern *pat)
{
	unsigned int domain;
	const char *end;

	s = skip_spaces(s);

	/* Only the characters that follow tell a segment from a bus. */
	end = sbdf_scan_hex(s, 4, &domain);
	if (end && *end == ':') {
		end = sbdf_scan_bdf(end + 1, pat);
		if (end) {
			pat->domain = domain;
			return end;
		}
	}

	pat->domain = 0;
	return sbdf_scan_bdf(s, pat);
}

/**
 * pb2_sbdf_parse_pattern() - read a string that is one address
 * @s: the string; white space around the address is allowed
 * @pat: set to the addresses that it matches; undefined on failure
 *
 * Context: any.
 * Return: 0, or -EINVAL if @s is not exactly one address.
 */
int pb2_sbdf_parse_pattern(const char *s, struct pb2_pattern *pat)
{
	s = pb2_sbdf_scan(s, pat);
	if (!s || *skip_spaces(s))
		return -EINVAL;

	return 0;
}

/**
 * pb2_sbdf_parse() - read a string that is the address of one function
 * @s: the string; white space around the address is allowed
 * @sbdf: the address; unchanged on failure
 *
 * Context: any.
 * Return: 0, or -EINVAL if @s is not exactly one address, or if the address has
 * a wildcard.
 */
int pb2_sbdf_parse(const char *s, struct pb2_sbdf *sbdf)
{
	struct pb2_pattern pat;
	int rc;

	rc = pb2_sbdf_parse_pattern(s, &pat);
	if (rc)
		return rc;
	if (pat.slot < 0 || pat.func < 0)
		return -EINVAL;

	sbdf->domain = pat.domain;
	sbdf->bus = pat.bus;
	sbdf->devfn = PCI_DEVFN(pat.slot, pat.func);

	return 0;
}

/**
 * pb2_sbdf_next_hidden() - read the next address of the hide= parameter
 * @list: cursor in a string such as ``(01:00.0)(0000:02:*.*)``. On success it
 *	moves past the address, on -EINVAL it moves to the faulty text.
 * @pat: set to the addresses that it matches; undefined on failure
 *
 * Context: any.
 * Return: 0, -ENOENT at the end of the list, or -EINVAL if the text at the
 * cursor is not an address in parentheses.
 */
int pb2_sbdf_next_hidden(const char **list, struct pb2_pattern *pat)
{
	const char *s;

	*list = skip_spaces(*list);
	if (!**list)
		return -ENOENT;
	if (**list != '(')
		return -EINVAL;

	s = pb2_sbdf_scan(*list + 1, pat);
	if (!s)
		return -EINVAL;
	s = skip_spaces(s);
	if (*s != ')')
		return -EINVAL;

	*list = s + 1;
	return 0;
}

/**
 * pb2_sbdf_of() - get the address of a function
 * @pdev: the function
 * @sbdf: set to its address; unchanged on failure
 *
 * Linux gives the functions behind a VMD a segment of more than 16 bits. Xen
 * does not know these functions.
 *
 * Context: any.
 * Return: 0, or -ERANGE if the segment has more than 16 bits.
 */
int pb2_sbdf_of(const struct pci_dev *pdev, struct pb2_sbdf *sbdf)
{
	int domain = pci_domain_nr(pdev->bus);

	if (domain < 0 || domain > 0xffff)
		return -ERANGE;

	sbdf->domain = domain;
	sbdf->bus = pdev->bus->number;
	sbdf->devfn = pdev->devfn;

	return 0;
}

/**
 * pb2_sbdf_equal() - compare two addresses
 * @a: an address
 * @b: the other address
 *
 * Context: any.
 * Return: true if @a and @b are the same.
 */
bool pb2_sbdf_equal(const struct pb2_sbdf *a, const struct pb2_sbdf *b)
{
	return a->domain == b->domain && a->bus == b->bus &&
	       a->devfn == b->devfn;
}

/**
 * pb2_sbdf_number() - an address as one number
 * @sbdf: the address
 *
 * Context: any.
 * Return: 16 bits of segment, 8 of bus and 8 of devfn, as Xen's domctls have it.
 */
u32 pb2_sbdf_number(const struct pb2_sbdf *sbdf)
{
	return (u32)sbdf->domain << 16 | sbdf->bus << 8 | sbdf->devfn;
}
