// SPDX-License-Identifier: GPL-2.0
/*
 * iommu.c - what protects the machine from its functions, as far as dom0 knows
 *
 * Xen hides the IOMMUs from dom0. It tells dom0 only whether it uses them, and
 * its own command line. From these dom0 can know that the IOMMU is on or off,
 * and that interrupt remapping or quarantine is off, but not that they work.
 * The result may therefore forbid an action, and must never allow one.
 */
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <xen/interface/sysctl.h>

#include "host.h"
#include "xen_iface.h"

/* Interface versions of sysctl, from Xen 4.13 to 4.22, compared as for domctl */
#define FIRST_VERSION	0x12
#define LAST_VERSION	0x16

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
		/* -EACCES means a wrong version; any other error is final. */
		if (rc != -EACCES)
			break;
	}
	return PB2_IOMMU_UNKNOWN;
}

/*
 * Xen reads a switch as "name", "no-name", or "name=" and a boolean word. It
 * ignores a switch with any other word.
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

/* A later word on the command line overrides an earlier one. */
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
	/* Xen may lack interrupt remapping although the administrator wants it. */
	if (iommu.remapping == PB2_IOMMU_ON)
		iommu.remapping = PB2_IOMMU_UNKNOWN;
}

/**
 * pb2_iommu_init() - find out what protects the machine
 *
 * Whatever Xen does not tell stays PB2_IOMMU_UNKNOWN.
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
 * Return: the result of pb2_iommu_init().
 */
const struct pb2_iommu *pb2_iommu_get(void)
{
	return &iommu;
}

/**
 * pb2_iommu_show() - print the attribute pciback2/iommu
 * @buf: the buffer to fill
 * @size: size of @buf in bytes
 *
 * Context: any.
 * Return: the number of bytes written, one line.
 */
int pb2_iommu_show(char *buf, size_t size)
{
	return scnprintf(buf, size,
			 "iommu %s, interrupt remapping %s, quarantine %s\n",
			 iommu_state_names[iommu.state],
			 iommu_state_names[iommu.remapping],
			 iommu_state_names[iommu.quarantine]);
}
