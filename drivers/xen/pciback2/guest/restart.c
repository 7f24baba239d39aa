// SPDX-License-Identifier: GPL-2.0
/*
 * restart.c - the end of a frontend, and its next start
 *
 * A frontend starts anew when its driver was unbound and bound again, or when
 * another kernel runs in the domain. That is up to the guest, so it may happen
 * as often as the guest likes.
 */
#include <linux/jiffies.h>

#include "../host/xen_iface.h"
#include "guest.h"

/* Time (jiffies) from the end of a frontend to its next start */
#define RESTART_DELAY	HZ

/**
 * pb2_frontend_is_dead() - has the frontend's domain died?
 * @fe: the frontend
 *
 * The guest decides how often the frontend's work runs, so Xen is asked only
 * when some domain has died, or has not answered the last time.
 *
 * Context: the frontend's work, may sleep.
 * Return: true if Xen has said so.
 */
bool pb2_frontend_is_dead(struct pb2_frontend *fe)
{
	int alive;

	if (xchg(&fe->suspect, false)) {
		alive = pb2_domain_is_alive(fe->domid, NULL);
		if (!alive)
			fe->dead = true;
		else if (alive < 0)
			WRITE_ONCE(fe->suspect, true);
	}
	return fe->dead;
}

/**
 * pb2_frontend_restart() - have the backend wait for a frontend that starts anew
 * @fe: the frontend, in whose place another one may come; nothing happens if it
 *	has never been there, or if its domain is dead
 *
 * A driver that starts in the guest looks at the backend's state, and gives up
 * if it is Closed. So the backend waits in InitWait, but not before everybody
 * could see that it was closed. Each start resets the functions, which is the
 * other reason why there is one in a second at most.
 *
 * Context: the frontend's work, may sleep.
 */
void pb2_frontend_restart(struct pb2_frontend *fe)
{
	if (!fe->closed)
		return;
	if (time_before(jiffies, fe->restart_after))
		pb2_frontend_retry(fe, fe->restart_after);
	else if (!pb2_frontend_is_dead(fe))
		pb2_xen_switch_state(fe->xdev, XenbusStateInitWait);
}

static void restart_settle_closed(struct pb2_frontend *fe,
				  enum xenbus_state self,
				  enum xenbus_state peer)
{
	if (self == XenbusStateClosed) {
		pb2_frontend_restart(fe);
		return;
	}
	/* The backend waits for the frontend to start anew. */
	if (self == XenbusStateInitWait && fe->closed)
		return;

	/* A frontend that never came does not start anew. */
	fe->closed = peer == XenbusStateClosed || self == XenbusStateConnected;
	fe->restart_after = jiffies + RESTART_DELAY;
	pb2_xen_switch_state(fe->xdev, XenbusStateClosed);
}

static void restart_give_back(struct pb2_frontend *fe)
{
	pb2_ring_detach(fe);
	pb2_frontend_remove_all(fe);
	fe->tried = (struct pb2_ring_try) {};
}

static void restart_reap_device(struct pb2_frontend *fe)
{
	/* The write fires the watch, whose callback unregisters the device. */
	WRITE_ONCE(fe->reap, true);
	pb2_xen_rewrite_state(fe->xdev, XenbusStateClosed);
}

/**
 * pb2_frontend_end() - take everything back from a frontend that has closed
 * @fe: the frontend
 * @self: the backend's state
 * @peer: the frontend's state
 *
 * Unless the toolstack has put the device offline, the backend is ready for the
 * frontend's next start a second later.
 *
 * Context: the frontend's work, may sleep until the current request is answered.
 */
void pb2_frontend_end(struct pb2_frontend *fe, enum xenbus_state self,
		      enum xenbus_state peer)
{
	restart_give_back(fe);
	if (pb2_xen_is_online(fe->xdev))
		restart_settle_closed(fe, self, peer);
	else
		restart_reap_device(fe);
}

/**
 * pb2_frontend_reap() - take everything back from a frontend that will not return
 * @fe: the frontend, whose directory is gone
 *
 * Context: as for pb2_frontend_end().
 */
void pb2_frontend_reap(struct pb2_frontend *fe)
{
	restart_give_back(fe);
	restart_reap_device(fe);
}
