// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses of functions, and the only parser of them
 *
 * Stricter than sscanf(): each number has the digits that its range needs and
 * no more, without sign, 0x or inner blanks, so that no word can name another
 * function than the one its writer reads in it.
 */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "host.h"

/* Reads 1 to @max hexadecimal digits; returns behind them, or %NULL. */
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

/* Reads "SS.F", "SS.*" or "*.*"; returns behind it, or %NULL. */
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

	/* Two digits, because the PV protocol writes functions as %02x. */
	s = sbdf_scan_hex(s, 2, &func);
	if (!s || func > 7)
		return NULL;
	pat->func = func;

	return s;
}

/* Reads "BB:" and what follows it; returns behind it, or %NULL. */
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
 * @pat: what it means; undefined when there is no address
 *
 * Context: Any.
 * Return: The first character behind the address, or %NULL when there is
 * none, or a number is out of range or too long.
 */
const char *pb2_sbdf_scan(const char *s, struct pb2_pattern *pat)
{
	unsigned int domain;
	const char *end;

	s = skip_spaces(s);

	/* Only what follows tells a domain from a bus. */
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
 * @pat: what it means; undefined on failure
 *
 * Context: Any.
 * Return: 0, or -EINVAL when @s is anything else than one address.
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
 * Context: Any.
 * Return: 0, or -EINVAL when @s is anything else than one address, or the
 * address has a wildcard.
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
 * @list: cursor in a string such as ``(01:00.0)(0000:02:*.*)``; moved behind
 *	what was read, or to the text that is no address in parentheses
 * @pat: what the address means; undefined when none was read
 *
 * Context: Any.
 * Return: 0 when one was read, -ENOENT at the end of the list, -EINVAL when
 * the text at the cursor is no address in parentheses.
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
 * pb2_sbdf_of() - the address of a function
 * @pdev: the function
 * @sbdf: its address; unchanged on failure
 *
 * Context: Any.
 * Return: 0, or -ERANGE when the PCI segment has more than 16 bits, as those
 * that Linux invents for the functions behind a VMD have. Xen knows no such
 * function.
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
 * @a: one
 * @b: the other
 *
 * Context: Any.
 * Return: Are they the same?
 */
bool pb2_sbdf_equal(const struct pb2_sbdf *a, const struct pb2_sbdf *b)
{
	return a->domain == b->domain && a->bus == b->bus &&
	       a->devfn == b->devfn;
}
