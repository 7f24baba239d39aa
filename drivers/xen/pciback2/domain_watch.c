// SPDX-License-Identifier: GPL-2.0
/*
 * domain_watch.c - tells the other parts that a domain has died
 *
 * Xen's event does not name the domain. Each part that waits for the death of
 * a domain therefore checks whether that domain is dead.
 */
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

/**
 * pb2_domain_watch_init() - begin to watch for domains that die
 *
 * Context: may sleep.
 */
void pb2_domain_watch_init(void)
{
	pb2_xen_watch_domains(domain_watch_tell);
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
