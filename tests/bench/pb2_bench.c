// SPDX-License-Identifier: GPL-2.0
/*
 * pb2_bench - times a guest's accesses to the configuration space of one
 * function, each by itself
 *
 * "OPERATION COUNT GAP_US" written to pb2_bench/run in debugfs carries COUNT of
 * them out, GAP_US microseconds apart; pb2_bench/samples then has what each
 * took, in nanoseconds, as u64. The highest bit says of a request that it was
 * not answered, or wrongly. What is written to pb2_bench/mark goes to data/mark
 * in xenstore, for dom0 to know where something begins and ends.
 */
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/io.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/sched.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include <xen/xenbus.h>

#define MAX_COUNT	1000000
#define LOST		BIT_ULL(63)
/* More than one in so many is no measurement any more. */
#define LOST_SHARE	100

static char *device = "0000:00:00.0";
module_param(device, charp, 0444);
MODULE_PARM_DESC(device, "the function, as DOMAIN:BUS:SLOT.FUNCTION");

static unsigned long page;
module_param(page, ulong, 0444);
MODULE_PARM_DESC(page, "machine address of its page, 0 for none");

static struct pci_dev *pdev;
static void __iomem *ecam;
static u32 identity;
static u8 line_size;

static struct dentry *dir;
static struct debugfs_blob_wrapper samples;
/* Held while the samples are taken. */
static DEFINE_MUTEX(lock);

static int read_dword(void)
{
	u32 value;

	if (pci_read_config_dword(pdev, PCI_VENDOR_ID, &value))
		return -EIO;

	return value == identity ? 0 : -EILSEQ;
}

static int read_command(void)
{
	u16 value;

	if (pci_read_config_word(pdev, PCI_COMMAND, &value))
		return -EIO;

	return value == 0xffff ? -EILSEQ : 0;
}

/* What it has already: no device does anything about that. */
static int write_byte(void)
{
	return pci_write_config_byte(pdev, PCI_CACHE_LINE_SIZE, line_size) ?
	       -EIO : 0;
}

static int read_page(void)
{
	return readl(ecam + PCI_VENDOR_ID) == identity ? 0 : -EILSEQ;
}

/**
 * struct bench_op - something to time
 * @name: what it is called in debugfs
 * @run: does it once, or fails
 * @batch: so many make a sample, which is their mean: one alone would be
 *	shorter than the clock takes to be read
 */
struct bench_op {
	const char *name;
	int (*run)(void);
	unsigned int batch;
};

static const struct bench_op ops[] = {
	{ "dword", read_dword, 1 },
	{ "command", read_command, 1 },
	{ "byte", write_byte, 1 },
	{ "page", read_page, 64 },
};

static int sample(const struct bench_op *op, u64 *ns)
{
	ktime_t begin = ktime_get();
	unsigned int i;
	int rc = 0;

	for (i = 0; i < op->batch && !rc; i++)
		rc = op->run();
	*ns = div_u64(ktime_to_ns(ktime_sub(ktime_get(), begin)), i);
	if (rc)
		*ns |= LOST;

	return rc;
}

static int take(const struct bench_op *op, unsigned int count,
		unsigned int gap_us)
{
	u64 *ns = vmalloc(array_size(count, sizeof(*ns)));
	unsigned int i, lost = 0;

	if (!ns)
		return -ENOMEM;

	for (i = 0; i < count && lost <= count / LOST_SHARE; i++) {
		if (sample(op, &ns[i]))
			lost++;
		cond_resched();
		if (gap_us)
			fsleep(gap_us);
	}
	if (lost > count / LOST_SHARE) {
		pr_err("%s: %u of %u failed\n", op->name, lost, i);
		vfree(ns);
		return -EIO;
	}

	vfree(samples.data);
	samples.data = ns;
	samples.size = array_size(count, sizeof(*ns));

	return 0;
}

static ssize_t run_write(struct file *file, const char __user *from,
			 size_t size, loff_t *pos)
{
	unsigned int count, gap_us, i;
	char line[64] = "", name[16];
	int rc = -EINVAL;

	if (size >= sizeof(line) || copy_from_user(line, from, size))
		return -EFAULT;
	if (sscanf(line, "%15s %u %u", name, &count, &gap_us) != 3)
		return -EINVAL;
	if (!count || count > MAX_COUNT)
		return -ERANGE;

	mutex_lock(&lock);
	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		if (strcmp(ops[i].name, name))
			continue;
		if (ops[i].run != read_page || ecam)
			rc = take(&ops[i], count, gap_us);
	}
	mutex_unlock(&lock);

	return rc ?: size;
}

static const struct file_operations run_fops = {
	.owner = THIS_MODULE,
	.write = run_write,
};

static ssize_t mark_write(struct file *file, const char __user *from,
			  size_t size, loff_t *pos)
{
	char line[64] = "";
	int rc;

	if (size >= sizeof(line) || copy_from_user(line, from, size))
		return -EFAULT;

	rc = xenbus_write(XBT_NIL, "data", "mark", strim(line));

	return rc ?: size;
}

static const struct file_operations mark_fops = {
	.owner = THIS_MODULE,
	.write = mark_write,
};

static int __init bench_init(void)
{
	unsigned int domain, bus, slot, func;

	if (sscanf(device, "%x:%x:%x.%x", &domain, &bus, &slot, &func) != 4)
		return -EINVAL;
	pdev = pci_get_domain_bus_and_slot(domain, bus, PCI_DEVFN(slot, func));
	if (!pdev)
		return -ENODEV;

	if (pci_read_config_dword(pdev, PCI_VENDOR_ID, &identity) ||
	    pci_read_config_byte(pdev, PCI_CACHE_LINE_SIZE, &line_size) ||
	    PCI_POSSIBLE_ERROR(identity))
		goto put;
	if (page) {
		ecam = ioremap(page, PAGE_SIZE);
		if (!ecam)
			goto put;
	}

	dir = debugfs_create_dir("pb2_bench", NULL);
	debugfs_create_file("run", 0200, dir, NULL, &run_fops);
	debugfs_create_file("mark", 0200, dir, NULL, &mark_fops);
	debugfs_create_blob("samples", 0400, dir, &samples);

	return 0;

put:
	pci_dev_put(pdev);
	return -EIO;
}

static void __exit bench_exit(void)
{
	debugfs_remove_recursive(dir);
	if (ecam)
		iounmap(ecam);
	vfree(samples.data);
	pci_dev_put(pdev);
}

module_init(bench_init);
module_exit(bench_exit);

MODULE_DESCRIPTION("Times accesses to configuration space");
MODULE_LICENSE("GPL");
