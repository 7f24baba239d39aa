// SPDX-License-Identifier: GPL-2.0
/*
 * iommu.c - what protects the machine from a function, as far as dom0 can know
 *
 * Xen hides the IOMMUs from dom0, and answers few questions: whether it uses
 * them, and what the administrator wrote on its command line. That is enough
 * to know that something is off, never that it is on, save the IOMMU itself.
 * So what is found here may forbid something, and allows nothing.
 */
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <xen/interface/sysctl.h>

#include "host.h"
#include "xen_iface.h"

/* Xen 4.13, and some more than 4.22, which is 0x16 */
#define FIRST_VERSION	0x12
#define LAST_VERSION	0x1f

#define OPTION		"iommu="
#define SEPARATORS	",:;"

static const char * const iommu_state_names[] = {
	[PB2_IOMMU_UNKNOWN]	= "unknown",
	[PB2_IOMMU_OFF]		= "off",
	[PB2_IOMMU_ON]		= "on",
};

static struct pb2_iommu iommu;

static enum pb2_iommu_state iommu_ask_xen(void)
{
	struct xen_sysctl op;
	u32 i;
	int rc;

	for (i = FIRST_VERSION; i <= LAST_VERSION; i++) {
		op = (struct xen_sysctl) {
			.cmd = XEN_SYSCTL_physinfo,
			.interface_version = i,
		};
		rc = pb2_xen_sysctl(&op);
		if (!rc)
			return op.u.physinfo.capabilities &
			       XEN_SYSCTL_PHYSCAP_directio ? PB2_IOMMU_ON :
							     PB2_IOMMU_OFF;
		/* Of another version, or not for us to ask */
		if (rc != -EACCES)
			break;
	}
	return PB2_IOMMU_UNKNOWN;
}

/*
 * A switch as Xen reads it: "name", "no-name", or "name=" and a word. A word
 * that is none leaves the switch as it was.
 */
static void iommu_read_switch(const char *word, const char *name,
			      enum pb2_iommu_state *state)
{
	static const char * const on[] = { "yes", "on", "true", "enable", "1" };
	static const char * const off[] = {
		"no", "off", "false", "disable", "0",
	};
	bool is_negated = !strncmp(word, "no-", 3);
	size_t len = strlen(name);

	if (is_negated)
		word += 3;
	if (strncmp(word, name, len))
		return;
	word += len;
	if (!*word)
		*state = is_negated ? PB2_IOMMU_OFF : PB2_IOMMU_ON;
	else if (*word != '=' || is_negated)
		return;
	else if (match_string(on, ARRAY_SIZE(on), word + 1) >= 0 ||
		 !strcmp(word + 1, "scratch-page"))
		*state = PB2_IOMMU_ON;
	else if (match_string(off, ARRAY_SIZE(off), word + 1) >= 0)
		*state = PB2_IOMMU_OFF;
}

/* The last word on the command line is the one that counts. */
static void iommu_read_command_line(char *line)
{
	char *option, *word;

	while ((option = strsep(&line, " "))) {
		if (strncmp(option, OPTION, strlen(OPTION)))
			continue;
		option += strlen(OPTION);
		while ((word = strsep(&option, SEPARATORS))) {
			iommu_read_switch(word, "intremap", &iommu.remapping);
			iommu_read_switch(word, "quarantine", &iommu.quarantine);
		}
	}
	/* What was asked for need not be there. */
	if (iommu.remapping == PB2_IOMMU_ON)
		iommu.remapping = PB2_IOMMU_UNKNOWN;
}

/**
 * pb2_iommu_init() - find out what protects the machine
 *
 * What cannot be found out is unknown.
 *
 * Context: may sleep.
 */
void pb2_iommu_init(void)
{
	char *line = pb2_xen_command_line();

	iommu = (struct pb2_iommu) { .state = iommu_ask_xen() };
	if (line)
		iommu_read_command_line(line);
	kfree(line);
	if (iommu.state == PB2_IOMMU_OFF) {
		iommu.remapping = PB2_IOMMU_OFF;
		iommu.quarantine = PB2_IOMMU_OFF;
	}
}

/**
 * pb2_iommu_get() - what protects the machine
 *
 * Context: any.
 * Return: what pb2_iommu_init() has found.
 */
const struct pb2_iommu *pb2_iommu_get(void)
{
	return &iommu;
}

/**
 * pb2_iommu_show() - pciback2/iommu
 * @buf: where to
 * @size: its size in bytes
 *
 * Context: any.
 * Return: bytes written: one line.
 */
int pb2_iommu_show(char *buf, size_t size)
{
	return scnprintf(buf, size,
			 "iommu %s, interrupt remapping %s, quarantine %s\n",
			 iommu_state_names[iommu.state],
			 iommu_state_names[iommu.remapping],
			 iommu_state_names[iommu.quarantine]);
}
