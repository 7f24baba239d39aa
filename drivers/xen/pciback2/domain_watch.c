// SPDX-License-Identifier: GPL-2.0
/*
 * domain_watch.c - tells the other parts that a domain has died, or gets a
 * function
 *
 * Xen's event does not name the domain. Each part that waits for the death of
 * a domain therefore checks whether that domain is dead.
 */
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "doors.h"
#include "host/xen_iface.h"

/*
 * xenwatch's thread, which runs this, must not block. Each of these functions
 * only queues work.
 */
static void domain_watch_tell(void)
{
	pb2_registry_each(pb2_hold_check);
	pb2_holder_check();
	pb2_frontend_check_all();
}

static void domain_watch_wake(const char *address)
{
	struct pb2_device *pbdev;
	struct pb2_sbdf sbdf;

	if (pb2_sbdf_parse(address, &sbdf))
		return;
	pbdev = pb2_registry_find(&sbdf);
	if (!pbdev)
		return;
	pb2_power_announce(pbdev);
	pb2_device_put(pbdev);
}

/*
 * A toolstack lists a function for a domain. Some write no more than "dev-N",
 * and give the domain a function that sleeps.
 */
static void domain_watch_listed(const char *path)
{
	const char *node = strrchr(path, '/');
	char *address;

	if (!node || strncmp(node, "/dev-", strlen("/dev-")))
		return;
	address = pb2_xen_read(path, "");
	if (IS_ERR(address))
		return;
	domain_watch_wake(address);
	kfree(address);
}

/**
 * pb2_domain_watch_init() - begin to watch for domains that die or get functions
 *
 * Context: may sleep.
 */
void pb2_domain_watch_init(void)
{
	pb2_xen_watch_domains(domain_watch_tell, domain_watch_listed);
}

/**
 * pb2_domain_watch_exit() - undo pb2_domain_watch_init()
 *
 * Context: may sleep.
 */
void pb2_domain_watch_exit(void)
{
	pb2_xen_unwatch_domains();
}
