// SPDX-License-Identifier: GPL-2.0
/*
 * words_fuzz.c - what an administrator writes: addresses, the list of those
 * in slots, and single words
 */
#include "../../drivers/xen/pciback2/guest/guest.h"
#include "text.h"

#define MAX_BUSES	16

/* The addresses in slots as they have to be, in the order of their first use */
static struct {
	u16 domain;
	u8 bus;
	bool devfn[256];
} slots[MAX_BUSES];
static unsigned int nr_slots;

u64 pb2_xen_stolen(unsigned int cpu)
{
	return 0;
}

/* Of backend.c only the parser is of interest. */
bool pb2_health_answers(struct pci_dev *pdev)
{
	fuzz_fail("not called from a parser");
}

void pb2_power_wake(struct pb2_device *pbdev)
{
}

void pb2_power_allow_suspend(struct pb2_device *pbdev)
{
}

int pb2_conf_virtio_set(struct pb2_device *pbdev, u16 domid)
{
	return 0;
}

void pb2_conf_virtio_clear(struct pb2_device *pbdev)
{
}

domid_t pb2_conf_virtio_get(struct pb2_device *pbdev)
{
	return DOMID_INVALID;
}

static bool hits(const struct pb2_pattern *pat, unsigned int devfn)
{
	return (pat->slot < 0 || PCI_SLOT(devfn) == pat->slot) &&
	       (pat->func < 0 || PCI_FUNC(devfn) == pat->func);
}

static int bus_of(const struct pb2_pattern *pat)
{
	unsigned int i;

	for (i = 0; i < nr_slots; i++)
		if (slots[i].domain == pat->domain &&
		    slots[i].bus == pat->bus)
			return i;
	return -1;
}

static void want(const struct pb2_pattern *pat)
{
	int i = bus_of(pat);
	unsigned int devfn;

	if (i < 0) {
		i = nr_slots++;
		memset(&slots[i], 0, sizeof(slots[i]));
		slots[i].domain = pat->domain;
		slots[i].bus = pat->bus;
	}
	for (devfn = 0; devfn < 256; devfn++)
		slots[i].devfn[devfn] |= hits(pat, devfn);
}

static int forget(const struct pb2_pattern *pat)
{
	int i = bus_of(pat);
	unsigned int devfn, left = 0;
	int rc = -ENOENT;

	for (devfn = 0; i >= 0 && devfn < 256; devfn++) {
		if (slots[i].devfn[devfn] && hits(pat, devfn)) {
			slots[i].devfn[devfn] = false;
			rc = 0;
		}
		left += slots[i].devfn[devfn];
	}
	if (i >= 0 && !left) {
		nr_slots--;
		memmove(&slots[i], &slots[i + 1],
			(nr_slots - i) * sizeof(slots[0]));
	}
	return rc;
}

static bool is_equal(const struct pb2_pattern *a, const struct pb2_pattern *b)
{
	return a->domain == b->domain && a->bus == b->bus &&
	       a->slot == b->slot && a->func == b->func;
}

/* The functions in slots and no others, with the bridge above them */
static void try_match(const struct pb2_pattern *pat)
{
	struct pci_bus bus = { .domain = pat->domain, .number = pat->bus };
	struct pci_bus below = { .domain = 0x1ffff, .number = 1 };
	struct pci_dev up = { .bus = &bus };
	struct pci_dev child = { .bus = &below, .up = &up };
	int i = bus_of(pat);

	for (up.devfn = 0; up.devfn < 256; up.devfn += 3) {
		bool is = i >= 0 && slots[i].devfn[up.devfn];

		fuzz_assert(pb2_slots_match(&up) == is);
		fuzz_assert(pb2_slots_match(&child) == is);
	}
}

static void try_address(const char *s)
{
	struct pb2_pattern pat, want_pat;
	struct pb2_sbdf sbdf = { .domain = 0x1234 };
	bool ok = text_address(TEXT_BLANKS, TEXT_BLANKS "$", s, &want_pat);
	int rc = pb2_sbdf_parse_pattern(s, &pat);

	fuzz_assert(rc == (ok ? 0 : -EINVAL));
	fuzz_assert(!ok || is_equal(&pat, &want_pat));
	ok = ok && pat.slot >= 0 && pat.func >= 0;
	fuzz_assert(pb2_sbdf_parse(s, &sbdf) == (ok ? 0 : -EINVAL));
	if (!ok)
		fuzz_assert(sbdf.domain == 0x1234 && !sbdf.bus && !sbdf.devfn);
	else
		fuzz_assert(sbdf.domain == pat.domain && sbdf.bus == pat.bus &&
			    sbdf.devfn == PCI_DEVFN(pat.slot, pat.func));
}

static void try_slot(char what, const char *s)
{
	struct pb2_pattern pat;

	if (pb2_sbdf_parse_pattern(s, &pat))
		return;
	if (what == '-') {
		fuzz_assert(pb2_slots_remove(&pat) == forget(&pat));
	} else if (nr_slots < MAX_BUSES) {
		fuzz_assert(!pb2_slots_add(&pat));
		want(&pat);
	}
	try_match(&pat);
}

static void try_list(const char *list)
{
	struct pb2_pattern pat;
	const char *s = list, *end;
	int rc;

	if (strlen(list) > 100)
		return;
	pb2_slots_clear();
	nr_slots = 0;
	while ((end = text_address(TEXT_BLANKS "\\(" TEXT_BLANKS,
				   TEXT_BLANKS "\\)", s, &pat))) {
		want(&pat);
		s = end;
	}
	rc = pb2_slots_add_list(list);
	fuzz_assert(rc == (text_match("^" TEXT_BLANKS "$", s, NULL) ? 0 :
								      -EINVAL));
}

static void try_show(const char *s)
{
	size_t size = strtoul(s, NULL, 10) % 5000 + 1, count = 0;
	char *buf = malloc(size), line[32];
	unsigned int i, devfn;
	int len;

	fuzz_assert(buf);
	len = pb2_slots_show(buf, size);
	fuzz_assert(len >= 0 && len < size && strlen(buf) == len);
	for (i = 0; i < nr_slots; i++)
		for (devfn = 0; devfn < 256; devfn++) {
			if (!slots[i].devfn[devfn])
				continue;
			snprintf(line, sizeof(line), "%04x:%02x:%02x.%x\n",
				 slots[i].domain, slots[i].bus, devfn / 8,
				 devfn % 8);
			if (count + strlen(line) < size)
				fuzz_assert(!strncmp(buf + count, line,
						     strlen(line)));
			else
				fuzz_assert(len == count);
			if (count + strlen(line) >= size)
				goto out;
			count += strlen(line);
		}
	fuzz_assert(len == count);
out:
	free(buf);
}

static int word_of(const char *regex, const char *s)
{
	return text_match(regex, s, NULL) ? 0 : -EINVAL;
}

static void try_word(const char *s)
{
	int us = 77, rc = pb2_poll_parse(s, &us);
	u64 val = 0;
	bool is = text_number(s, PB2_POLL_MAX_US, &val) && *s != '+';

	if (!word_of("^default\n?$", s))
		fuzz_assert(!rc && us == PB2_POLL_DEFAULT);
	else
		fuzz_assert(rc == (is ? 0 : -EINVAL));
	fuzz_assert(!is || us == atoi(s));

	rc = pb2_virtio_parse(s);
	if (!word_of("^none\n?$", s))
		fuzz_assert(rc == DOMID_INVALID);
	else if (text_number(s, 0x7fef, &val))
		fuzz_assert(rc == val);
	else
		fuzz_assert(rc == -EINVAL);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct fuzz_input in = { .data = data, .size = size };
	char *line;

	while ((line = fuzz_line(&in))) {
		if (line[0] == '+' || line[0] == '-')
			try_slot(line[0], line + 1);
		else if (line[0] == 'h')
			try_list(line + 1);
		else if (line[0] == 's')
			try_show(line + 1);
		else if (line[0] == 'w')
			try_word(line + 1);
		else
			try_address(line);
		kfree(line);
	}
	pb2_slots_clear();
	nr_slots = 0;
	fuzz_assert(!fuzz_alloc_live);
	return 0;
}
