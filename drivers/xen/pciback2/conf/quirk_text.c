// SPDX-License-Identifier: GPL-2.0
/*
 * quirk_text.c - quirks as text: in sysfs, and in the parameter quirks=
 */
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/pci.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "conf.h"

/* Module parameter: quirks that last, separated by commas; %NULL for none */
char *pb2_quirk_list;

/**
 * pb2_quirk_scan_reg() - parse REG:SIZE:MASK, all in hexadecimal
 * @s: the text
 * @quirk: what @s says; the address stays as it is
 *
 * Context: any.
 * Return: what follows, without white space; or %NULL if @s is no such text, or
 * no register of a configuration space.
 */
const char *pb2_quirk_scan_reg(const char *s, struct pb2_quirk *quirk)
{
	int end = 0;

	/* sscanf() would silently truncate a number of more than eight digits. */
	if (sscanf(s, "%8x:%8x:%8x%n", &quirk->off, &quirk->len, &quirk->mask,
		   &end) != 3 || !end || isxdigit(s[end]))
		return NULL;

	if (quirk->len != 1 && quirk->len != 2 && quirk->len != 4)
		return NULL;
	if (quirk->off > PB2_CONF_MAX_SIZE - quirk->len)
		return NULL;
	if (quirk->len < 4 && quirk->mask >> (quirk->len * 8))
		return NULL;

	return skip_spaces(s + end);
}

/**
 * pb2_quirk_scan() - parse [DDDD:]BB:SS.F-REG:SIZE:MASK
 * @s: the text
 * @quirk: what @s says
 *
 * Context: any.
 * Return: as pb2_quirk_scan_reg().
 */
const char *pb2_quirk_scan(const char *s, struct pb2_quirk *quirk)
{
	struct pb2_pattern pat;

	s = pb2_sbdf_scan(s, &pat);
	if (!s || pat.slot < 0 || pat.func < 0 || *s != '-')
		return NULL;
	quirk->sbdf.domain = pat.domain;
	quirk->sbdf.bus = pat.bus;
	quirk->sbdf.devfn = PCI_DEVFN(pat.slot, pat.func);
	return pb2_quirk_scan_reg(s + 1, quirk);
}

/* Returns what follows the quirk and its comma, or %NULL. */
static const char *quirk_scan_list(const char *s, struct pb2_quirk *quirk)
{
	s = pb2_quirk_scan(s, quirk);
	if (!s || !*s)
		return s;
	return *s == ',' && s[1] ? s + 1 : NULL;
}

/**
 * pb2_quirk_list_check() - is a list of quirks well-formed?
 * @list: quirks with commas between; %NULL for none
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int pb2_quirk_list_check(const char *list)
{
	struct pb2_quirk quirk;

	if (!list)
		return 0;
	while (list && *list)
		list = quirk_scan_list(list, &quirk);
	return list ? 0 : -EINVAL;
}

/**
 * pb2_quirk_list_apply() - give a function the quirks of pb2_quirk_list
 * @pbdev: a function with a new virtual configuration space
 *
 * A quirk that the function cannot have is logged and left out.
 *
 * Context: process context, may sleep, pb2_device.gate.lock held.
 */
void pb2_quirk_list_apply(struct pb2_device *pbdev)
{
	const char *list = pb2_quirk_list;
	struct pb2_quirk quirk;
	int rc;

	lockdep_assert_held(&pbdev->gate.lock);

	while (list && *list) {
		list = quirk_scan_list(list, &quirk);
		if (!list)
			return;
		if (!pb2_sbdf_equal(&quirk.sbdf, &pbdev->sbdf))
			continue;
		rc = pb2_conf_quirk_keep(pbdev, quirk.off, quirk.len,
					 quirk.mask);
		if (rc)
			pci_warn(pbdev->pdev, "quirk %x:%x:%x of the parameter quirks is left out: %d\n",
				 quirk.off, quirk.len, quirk.mask, rc);
	}
}

/**
 * pb2_quirk_show_own() - print the quirks of a function, one per line
 * @pbdev: the function
 * @buf: destination
 * @size: size of @buf in bytes
 *
 * Context: process context, pb2_device.gate.lock held.
 * Return: the number of bytes written.
 */
int pb2_quirk_show_own(const struct pb2_device *pbdev, char *buf, size_t size)
{
	const struct pb2_conf_quirk *quirk;
	int len = 0;

	lockdep_assert_held(&pbdev->gate.lock);

	if (!pbdev->conf)
		return 0;
	list_for_each_entry(quirk, &pbdev->conf->quirks, link)
		len += scnprintf(buf + len, size - len, "%x:%x:%x %s\n",
				 quirk->off, quirk->len, quirk->mask,
				 quirk->lasts ? "always" : "once");
	return len;
}
