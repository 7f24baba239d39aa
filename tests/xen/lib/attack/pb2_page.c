// SPDX-License-Identifier: GPL-2.0
/*
 * pb2_page - a stub domain that takes what it gets, and keeps it
 *
 * In debugfs pb2_page/map takes a machine address, whose page is mapped for
 * reading and writing as long as the domain lives. pb2_page/word is the first word
 * of the page mapped last, or an error; a number written to pb2_page/fill is
 * written to each word of it, and pb2_page/filled is how many of them did not fault.
 */
#include <linux/debugfs.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/uaccess.h>

static u32 __iomem *page;
static u64 filled;

/* If Xen refuses, it is found out by reading. */
static int map_set(void *unused, u64 address)
{
	u32 __iomem *mapped = ioremap(address, PAGE_SIZE);

	if (!mapped)
		return -ENOMEM;
	page = mapped;
	return 0;
}

/* A fault in what follows is an answer. */
static int word_get(void *unused, u64 *word)
{
	u32 value;

	if (!page)
		return -ENODEV;
	pagefault_disable();
	__get_kernel_nofault(&value, (__force u32 *)page, u32, refused);
	pagefault_enable();
	*word = value;
	return 0;

refused:
	pagefault_enable();
	return -EFAULT;
}

static bool put(u32 __iomem *to, u32 value)
{
	pagefault_disable();
	__put_kernel_nofault((__force u32 *)to, &value, u32, refused);
	pagefault_enable();
	return true;

refused:
	pagefault_enable();
	return false;
}

static int fill_set(void *unused, u64 value)
{
	unsigned int i;

	if (!page)
		return -ENODEV;
	filled = 0;
	for (i = 0; i < PAGE_SIZE / sizeof(*page); i++)
		filled += put(page + i, value);
	return 0;
}

DEFINE_DEBUGFS_ATTRIBUTE(map_fops, NULL, map_set, "%llu\n");
DEFINE_DEBUGFS_ATTRIBUTE(word_fops, word_get, NULL, "%08llx\n");
DEFINE_DEBUGFS_ATTRIBUTE(fill_fops, NULL, fill_set, "%llu\n");

static int __init page_init(void)
{
	struct dentry *dir = debugfs_create_dir("pb2_page", NULL);

	debugfs_create_file_unsafe("map", 0200, dir, NULL, &map_fops);
	debugfs_create_file_unsafe("word", 0400, dir, NULL, &word_fops);
	debugfs_create_file_unsafe("fill", 0200, dir, NULL, &fill_fops);
	debugfs_create_u64("filled", 0400, dir, &filled);
	return 0;
}

/* No way out: the domain that does this is destroyed. */
module_init(page_init);

MODULE_DESCRIPTION("A stub domain that writes into its ECAM page and keeps it");
MODULE_LICENSE("GPL");
