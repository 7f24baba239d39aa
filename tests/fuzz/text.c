// SPDX-License-Identifier: GPL-2.0
/*
 * text.c - what a word has to mean, found by regular expressions in place of
 * the driver's parsers
 */
#include <regex.h>

#include "text.h"

#define MAX_PARTS	8
#define MAX_REGEXES	8

/* Compiled once: that takes longer than all the rest. */
static regex_t *compiled(const char *regex)
{
	static struct {
		const char *text;
		regex_t regex;
	} cache[MAX_REGEXES];
	unsigned int i;

	for (i = 0; i < MAX_REGEXES && cache[i].text; i++)
		if (!strcmp(cache[i].text, regex))
			return &cache[i].regex;
	fuzz_assert(i < MAX_REGEXES);
	fuzz_assert(!regcomp(&cache[i].regex, regex, REG_EXTENDED));
	cache[i].text = strdup(regex);
	return &cache[i].regex;
}

/**
 * text_match() - match a string
 * @regex: extended
 * @s: the string
 * @part: where the parenthesized parts go, from the second one on; those that
 *	are not there are empty
 *
 * Return: the first character behind the match, or %NULL.
 */
const char *text_match(const char *regex, const char *s, char (*part)[8])
{
	regmatch_t match[MAX_PARTS];
	unsigned int i;
	size_t len;

	if (regexec(compiled(regex), s, MAX_PARTS, match, 0))
		return NULL;
	for (i = 0; part && i < MAX_PARTS; i++) {
		len = match[i].rm_so < 0 ? 0 : match[i].rm_eo - match[i].rm_so;
		if (len > 7)
			len = 0;
		memcpy(part[i], s + max(match[i].rm_so, 0), len);
		part[i][len] = '\0';
	}
	return s + match[0].rm_eo;
}

/**
 * text_address() - an address, as an administrator or a toolstack writes it
 * @before: regular expression of what stands before it
 * @after: of what stands behind it
 * @s: the string
 * @pat: what it means
 *
 * Return: the first character behind all of it, or %NULL.
 */
const char *text_address(const char *before, const char *after, const char *s,
			 struct pb2_pattern *pat)
{
	char part[MAX_PARTS][8], regex[256];
	const char *end;

	snprintf(regex, sizeof(regex), "^%s%s%s", before, TEXT_ADDRESS, after);
	end = text_match(regex, s, part);
	if (!end)
		return NULL;
	pat->domain = strtoul(part[2], NULL, 16);
	pat->bus = strtoul(part[3], NULL, 16);
	pat->slot = part[4][0] == '*' ? -1 : strtoul(part[5], NULL, 16) & 0x7f;
	pat->func = part[4][0] == '*' || part[6][0] == '*' ? -1 :
		    strtoul(part[6], NULL, 16) & 0x7f;
	if (part[4][0] != '*' && strtoul(part[5], NULL, 16) > 0x1f)
		return NULL;
	if (pat->func >= 0 && strtoul(part[6], NULL, 16) > 7)
		return NULL;
	return end;
}

/**
 * text_number() - a decimal number
 * @s: the string
 * @top: the largest one
 * @val: where it goes
 *
 * Return: whether it is one.
 */
bool text_number(const char *s, u64 top, u64 *val)
{
	if (!text_match("^\\+?[0-9]+\n?$", s, NULL))
		return false;
	errno = 0;
	*val = strtoull(s, NULL, 10);
	return !errno && *val <= top;
}
