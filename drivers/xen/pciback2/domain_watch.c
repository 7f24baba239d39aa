// SPDX-License-Identifier: GPL-2.0
/*
 * domain_watch.c - who has to know that a domain died
 *
 * Xen's event says only that some domain did. Everybody who waits for the
 * death of one looks whether it was his.
 */
#include "doors.h"
#include "host/xen_iface.h"

/* In xenwatch's thread, which must not wait: each of them only queues work. */
static void domain_watch_tell(void)
{
	pb2_registry_each(pb2_hold_check);
	pb2_page_check();
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
