// SPDX-License-Identifier: GPL-2.0
/*
 * pciback2_kunit_select.c - which suites of pciback2_kunit run
 *
 * KUnit runs the suites of a module as soon as the module is loaded, before its
 * own init function, and chooses among those of the kernel only. So a module
 * that is loaded first shortens the other one's list before KUnit reads it.
 */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/string.h>

#define PREFIX	"pciback2_"

static char *only;
module_param(only, charp, 0444);
MODULE_PARM_DESC(only, "Suites to run, without pciback2_ and separated by commas");

static bool is_selected(const struct kunit_suite *suite)
{
	const char *name = suite->name;
	const char *word = only;
	size_t len;

	if (!strncmp(name, PREFIX, strlen(PREFIX)))
		name += strlen(PREFIX);
	while (*word) {
		len = strcspn(word, ",");
		if (strlen(name) == len && !strncmp(name, word, len))
			return true;
		word += len;
		word += strspn(word, ",");
	}
	return false;
}

static int select_suites(struct notifier_block *nb, unsigned long state,
			 void *data)
{
	struct module *mod = data;
	int i, nr = 0;

	if (state != MODULE_STATE_COMING || strcmp(mod->name, "pciback2_kunit"))
		return NOTIFY_DONE;
	for (i = 0; i < mod->num_kunit_suites; i++)
		if (is_selected(mod->kunit_suites[i]))
			mod->kunit_suites[nr++] = mod->kunit_suites[i];
	mod->num_kunit_suites = nr;
	return NOTIFY_OK;
}

static struct notifier_block notifier = {
	.notifier_call = select_suites,
	/* KUnit's own has priority 0. */
	.priority = 1,
};

static int __init select_init(void)
{
	return only ? register_module_notifier(&notifier) : -EINVAL;
}

static void __exit select_exit(void)
{
	unregister_module_notifier(&notifier);
}

module_init(select_init);
module_exit(select_exit);

MODULE_DESCRIPTION("Chooses among the suites of pciback2_kunit");
MODULE_LICENSE("GPL");
