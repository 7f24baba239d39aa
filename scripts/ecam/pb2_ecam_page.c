// SPDX-License-Identifier: GPL-2.0
/*
 * pb2_ecam_page.c - maps a page so that it is certainly the device, and reads
 * configuration space from it or through the ring
 *
 * What must not happen is that the domain's own RAM is taken for the device: a
 * PV domain's /dev/mem counts in its own pages wherever it has some. privcmd
 * counts in the machine's, and Xen lets DOMID_IO stand for nothing but MMIO that
 * the caller was given. It is restricted in most domains other than dom0, so
 * there is /dev/mem as well, with proofs of our own.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pb2_ecam_page.h"

/* counts on what the library brings */
#include <xen/xen.h>

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

/* Registers that hold still, and tell one function from another */
static const struct {
	unsigned int offset, width;
	const char *name;
} identity[] = {
	/* of a VF they are all-ones in the hardware, but not on the ring */
	{ 0x00, 4, "vendor and device" },
	{ 0x08, 4, "class and revision" },
	{ 0x0e, 1, "header type" },
	{ 0x2c, 4, "subsystem" },
};

#define IDENTITIES	ARRAY_SIZE(identity)

static __thread sigjmp_buf probe_env;
static __thread volatile sig_atomic_t probing;

/**
 * pb2_ecam_refuse() - note why a function is read through the ring
 * @f: the function
 * @fmt: the reason, which comes behind the one that is there already
 */
void pb2_ecam_refuse(struct pb2_ecam_function *f, const char *fmt, ...)
{
	size_t size = sizeof(f->reason), len = strlen(f->reason);
	va_list args;

	if (len)
		len += snprintf(f->reason + len, size - len, "; ");
	if (len >= size)
		return;
	va_start(args, fmt);
	vsnprintf(f->reason + len, size - len, fmt, args);
	va_end(args);
}

/*
 * Exactly one access of the width that was asked for. AMD's processors demand
 * that MMCFG is read into the A register ("BIOS and Kernel Developer's Guide"),
 * which a compiler does not know.
 */
static uint32_t read_mmcfg(const void *at, unsigned int width)
{
	uint32_t value = 0;

	switch (width) {
	case 1:
		asm volatile("movb (%1), %%al" : "+a" (value) : "r" (at) : "memory");
		break;
	case 2:
		asm volatile("movw (%1), %%ax" : "+a" (value) : "r" (at) : "memory");
		break;
	case 4:
		asm volatile("movl (%1), %%eax" : "=a" (value) : "r" (at) : "memory");
		break;
	}
	return value;
}

static bool is_access(unsigned int offset, unsigned int width)
{
	return (width == 1 || width == 2 || width == 4) &&
	       !(offset % width) && offset < PB2_ECAM_SIZE;
}

/**
 * pb2_ecam_read_page() - read a register from the page
 * @f: the function
 * @offset: the register, a multiple of @width
 * @width: 1, 2 or 4 bytes
 * @value: where the value goes
 *
 * Return: 0, -EINVAL for what is no register, or -ENODEV where no page is
 * mapped: use the ring.
 */
int pb2_ecam_read_page(struct pb2_ecam_function *f, unsigned int offset,
		       unsigned int width, uint32_t *value)
{
	if (!is_access(offset, width))
		return -EINVAL;
	if (!f->page)
		return -ENODEV;
	*value = read_mmcfg((const char *)f->page + offset, width);
	return 0;
}

/**
 * pb2_ecam_read_ring() - read a register through the ring
 * @f: the function
 * @offset: the register, a multiple of @width
 * @width: 1, 2 or 4 bytes
 * @value: where the value goes
 *
 * Return: 0 or a negative errno.
 */
int pb2_ecam_read_ring(struct pb2_ecam_function *f, unsigned int offset,
		       unsigned int width, uint32_t *value)
{
	char path[64];
	ssize_t n;
	int rc;

	if (!is_access(offset, width))
		return -EINVAL;
	if (f->ring < 0) {
		snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/config", f->bdf);
		f->ring = open(path, O_RDONLY | O_CLOEXEC);
		if (f->ring < 0)
			return -errno;
	}
	/* x86 has the first byte in the lowest bits, as PCI has */
	*value = 0;
	n = pread(f->ring, value, width, offset);
	if (n == (ssize_t)width)
		return 0;

	/* There may be another function at this address when it is next read */
	rc = n < 0 ? -errno : -EIO;
	close(f->ring);
	f->ring = -1;
	return rc;
}

/**
 * pb2_ecam_read() - read a register from the page, or else through the ring
 * @f: the function
 * @offset: the register, a multiple of @width
 * @width: 1, 2 or 4 bytes
 * @value: where the value goes
 * @way: where the way goes that was taken; may be NULL
 *
 * Return: 0 or a negative errno.
 */
int pb2_ecam_read(struct pb2_ecam_function *f, unsigned int offset,
		  unsigned int width, uint32_t *value,
		  enum pb2_ecam_way *way)
{
	int rc = pb2_ecam_read_page(f, offset, width, value);

	if (way)
		*way = f->way;
	if (rc == -ENODEV)
		rc = pb2_ecam_read_ring(f, offset, width, value);
	return rc;
}

/**
 * pb2_ecam_way_name() - for people
 * @way: a way
 *
 * Return: its name.
 */
const char *pb2_ecam_way_name(enum pb2_ecam_way way)
{
	static const char * const names[] = { "ring", "privcmd", "devmem" };

	return names[way];
}

static void on_fault(int number)
{
	if (probing)
		siglongjmp(probe_env, 1);
	/* Not ours: the access is tried again, and ends the process */
	signal(number, SIG_DFL);
}

/*
 * A page that the domain was not given lets itself be mapped from /dev/mem, and
 * faults when it is read.
 */
static int probe_page(const char *page, uint32_t *values)
{
	struct sigaction action = { .sa_handler = on_fault }, bus, segv;
	volatile int rc = 0;
	unsigned int i;

	sigaction(SIGBUS, &action, &bus);
	sigaction(SIGSEGV, &action, &segv);
	if (sigsetjmp(probe_env, 1)) {
		rc = -EFAULT;
	} else {
		probing = 1;
		for (i = 0; i < IDENTITIES; i++)
			values[i] = read_mmcfg(page + identity[i].offset,
					       identity[i].width);
	}
	probing = 0;
	sigaction(SIGBUS, &bus, NULL);
	sigaction(SIGSEGV, &segv, NULL);
	return rc;
}

static bool all_ones(uint32_t value, unsigned int width)
{
	return value == (width == 4 ? 0xffffffff : (1u << 8 * width) - 1);
}

/* is_this_function - does the page show what the ring shows? */
static bool is_this_function(struct pb2_ecam_function *f, const char *page)
{
	uint32_t raw[IDENTITIES], ring;
	bool silent = true;
	unsigned int i;
	int rc;

	if (probe_page(page, raw)) {
		pb2_ecam_refuse(f, "devmem: the page cannot be read, it is not this domain's");
		return false;
	}
	for (i = 1; i < IDENTITIES; i++)
		silent = silent && all_ones(raw[i], identity[i].width);
	if (silent) {
		pb2_ecam_refuse(f, "devmem: nothing answers at 0x%llx",
				(unsigned long long)f->address);
		return false;
	}
	for (i = 0; i < IDENTITIES; i++) {
		rc = pb2_ecam_read_ring(f, identity[i].offset,
					identity[i].width, &ring);
		if (rc) {
			pb2_ecam_refuse(f, "devmem: nothing to compare with: the ring: %s",
					strerror(-rc));
			return false;
		}
		if (raw[i] == ring || (!i && all_ones(raw[i], 4)))
			continue;
		pb2_ecam_refuse(f, "devmem: another device: %s is %x, on the ring %x",
				identity[i].name, raw[i], ring);
		return false;
	}
	return true;
}

/* is_ram - does the kernel have RAM of its own there, or not tell? */
static bool is_ram(struct pb2_ecam_function *f)
{
	unsigned long long start, end, known = 0;
	FILE *file = fopen("/proc/iomem", "re");
	bool found = false;
	char line[256];
	int name;

	while (file && fgets(line, sizeof(line), file)) {
		name = 0;
		if (sscanf(line, " %llx-%llx : %n", &start, &end, &name) != 2 ||
		    strncmp(line + name, "System RAM", 10))
			continue;
		known |= end;
		if (start < f->address + PB2_ECAM_SIZE && end >= f->address)
			found = true;
	}
	if (file)
		fclose(file);
	/* Without the right to know, all of them are 0 */
	if (!known)
		pb2_ecam_refuse(f, "devmem: /proc/iomem does not tell where RAM is");
	else if (found)
		pb2_ecam_refuse(f, "devmem: 0x%llx is RAM of this domain",
				(unsigned long long)f->address);
	return !known || found;
}

static const void *map_devmem(struct pb2_ecam_function *f)
{
	int fd, error;
	void *page;

	if (is_ram(f)) {
		errno = EPERM;
		return NULL;
	}
	fd = open("/dev/mem", O_RDONLY | O_SYNC | O_CLOEXEC);
	if (fd < 0) {
		pb2_ecam_refuse(f, "devmem: /dev/mem: %s", strerror(errno));
		return NULL;
	}
	page = mmap(NULL, PB2_ECAM_SIZE, PROT_READ, MAP_SHARED, fd, f->address);
	error = errno;
	close(fd);
	errno = error;
	if (page == MAP_FAILED) {
		pb2_ecam_refuse(f, "devmem: mmap: %s", strerror(error));
		return NULL;
	}
	if (!is_this_function(f, page)) {
		munmap(page, PB2_ECAM_SIZE);
		errno = ENXIO;
		return NULL;
	}
	return page;
}

static const void *map_privcmd(struct pb2_ecam_mapper *m,
			       struct pb2_ecam_function *f)
{
	xen_pfn_t frame = f->address / PB2_ECAM_SIZE;
	const void *page = NULL;

	/* A way that is closed is nothing to be told on stderr */
	if (!m->logger)
		m->logger = (xentoollog_logger *)
			xtl_createlogger_stdiostream(stderr, XTL_CRITICAL, 0);
	if (!m->fmem && m->logger)
		m->fmem = xenforeignmemory_open(m->logger, 0);
	if (m->fmem)
		page = xenforeignmemory_map(m->fmem, DOMID_IO, PROT_READ, 1,
					    &frame, NULL);
	if (!page)
		pb2_ecam_refuse(f, "privcmd: %s", strerror(errno));
	return page;
}

/**
 * pb2_ecam_map_page() - map the page that is announced
 * @m: what the handle keeps for this
 * @f: the function
 * @ways: as in pb2_ecam_map()
 *
 * Return: 0 or a negative errno.
 */
int pb2_ecam_map_page(struct pb2_ecam_mapper *m, struct pb2_ecam_function *f,
		      unsigned int ways)
{
	int rc = -EINVAL;

	pb2_ecam_unmap(m, f);
	f->reason[0] = 0;
	if (!ways) {
		pb2_ecam_refuse(f, "asked for");
		return 0;
	}
	if (ways & PB2_ECAM_BY(PB2_ECAM_PRIVCMD)) {
		f->page = map_privcmd(m, f);
		rc = -errno;
		if (f->page)
			f->way = PB2_ECAM_PRIVCMD;
	}
	if (!f->page && (ways & PB2_ECAM_BY(PB2_ECAM_DEVMEM))) {
		f->page = map_devmem(f);
		rc = -errno;
		if (f->page)
			f->way = PB2_ECAM_DEVMEM;
	}
	if (!f->page)
		return rc;
	f->reason[0] = 0;
	return 0;
}

/**
 * pb2_ecam_unmap() - from here on there is only the ring
 * @m: what the handle keeps for this
 * @f: the function
 */
void pb2_ecam_unmap(struct pb2_ecam_mapper *m, struct pb2_ecam_function *f)
{
	if (f->way == PB2_ECAM_PRIVCMD)
		xenforeignmemory_unmap(m->fmem, (void *)f->page, 1);
	else if (f->way == PB2_ECAM_DEVMEM)
		munmap((void *)f->page, PB2_ECAM_SIZE);
	f->page = NULL;
	f->way = PB2_ECAM_RING;
	if (f->ring >= 0)
		close(f->ring);
	f->ring = -1;
}

/**
 * pb2_ecam_mapper_close() - once nothing is mapped any more
 * @m: what the handle keeps for this
 */
void pb2_ecam_mapper_close(struct pb2_ecam_mapper *m)
{
	if (m->fmem)
		xenforeignmemory_close(m->fmem);
	if (m->logger)
		xtl_logger_destroy(m->logger);
}
