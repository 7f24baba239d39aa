// SPDX-License-Identifier: GPL-2.0
/*
 * xenbus.c - the xenbus driver, and the state machine of one frontend
 *
 * Watch callbacks only queue the frontend's work. The work reads the backend's
 * and the frontend's state and carries out the action that the table has for
 * the pair. The guest may write any state at any time.
 */
#include <linux/jiffies.h>
#include <linux/ratelimit.h>
#include <linux/slab.h>

#include "../host/xen_iface.h"
#include "guest.h"

/*
 * How often in a period (jiffies) the log may have a value in one frontend's
 * nodes: the guest may write as often as it likes.
 */
#define XENBUS_MAX_WARNINGS	10
#define XENBUS_WARNING_PERIOD	(3600 * HZ)

static const struct pb2_topology_ops *xenbus_topology;

/**
 * enum xenbus_action - what a pair of states asks for
 * @NOTHING: wait for the guest, or ignore a state that makes no sense
 * @SETUP: export the functions that the toolstack has listed
 * @EXPORT: export functions that the toolstack may have added before the
 *	frontend connects
 * @ATTACH: attach the ring that the frontend has published
 * @RECONFIGURE: add and remove functions; the frontend is ready for it
 * @UNATTENDED: add and remove functions of a domain without a running
 *	frontend (HVM)
 * @CONNECT: connect again; the frontend has taken note of the new functions
 * @CLOSING: detach the ring, because the frontend is closing
 * @CLOSED: take all functions back, because the frontend has closed or there
 *	is none to wait for
 * @RESTART: wait for the frontend as for a new one, because it starts anew
 * @VERIFY: the frontend has not taken note of the connection yet, unless it has
 *	published another ring and starts anew
 * @WITHDRAW: have the guest release the functions that it lost, if any
 * @REAP: take all functions back and unregister the xenbus device, because the
 *	frontend's directory is gone
 */
enum xenbus_action {
	NOTHING,
	SETUP,
	EXPORT,
	ATTACH,
	RECONFIGURE,
	UNATTENDED,
	CONNECT,
	CLOSING,
	CLOSED,
	RESTART,
	VERIFY,
	WITHDRAW,
	REAP,
};

#define XENBUS_NR_STATES	(XenbusStateReconfigured + 1)

/*
 * The first index is the backend's state, the second the frontend's. The
 * toolstack writes the backend's state too: Reconfiguring to add or remove
 * functions while the guest runs, Closing to end the connection. A pair that
 * is not listed asks for NOTHING.
 */
static const u8 xenbus_actions[XENBUS_NR_STATES][XENBUS_NR_STATES] = {
	[XenbusStateInitWait] = {
		[XenbusStateUnknown]		= REAP,
		[XenbusStateInitialising]	= SETUP,
		[XenbusStateInitWait]		= SETUP,
		[XenbusStateInitialised]	= SETUP,
		[XenbusStateConnected]		= SETUP,
		[XenbusStateReconfiguring]	= SETUP,
		[XenbusStateReconfigured]	= SETUP,
		[XenbusStateClosing]		= CLOSING,
		[XenbusStateClosed]		= CLOSED,
	},
	[XenbusStateInitialised] = {
		[XenbusStateUnknown]		= REAP,
		[XenbusStateInitialising]	= EXPORT,
		[XenbusStateInitWait]		= EXPORT,
		[XenbusStateInitialised]	= ATTACH,
		[XenbusStateClosing]		= CLOSING,
		[XenbusStateClosed]		= CLOSED,
	},
	[XenbusStateConnected] = {
		[XenbusStateUnknown]		= REAP,
		/* It has closed and started anew before the driver looked. */
		[XenbusStateInitialising]	= CLOSED,
		[XenbusStateInitWait]		= CLOSED,
		[XenbusStateInitialised]	= VERIFY,
		[XenbusStateConnected]		= WITHDRAW,
		[XenbusStateClosing]		= CLOSING,
		[XenbusStateClosed]		= CLOSED,
	},
	[XenbusStateReconfiguring] = {
		[XenbusStateUnknown]		= REAP,
		[XenbusStateInitialising]	= UNATTENDED,
		[XenbusStateInitWait]		= UNATTENDED,
		[XenbusStateReconfiguring]	= RECONFIGURE,
		[XenbusStateClosing]		= CLOSING,
		[XenbusStateClosed]		= CLOSED,
	},
	[XenbusStateReconfigured] = {
		[XenbusStateUnknown]		= REAP,
		[XenbusStateConnected]		= CONNECT,
		[XenbusStateClosing]		= CLOSING,
		[XenbusStateClosed]		= CLOSED,
	},
	[XenbusStateClosing] = {
		[XenbusStateUnknown]		= REAP,
		/* There is no running frontend that could close first. */
		[XenbusStateInitialising]	= CLOSED,
		[XenbusStateInitWait]		= CLOSED,
		[XenbusStateClosed]		= CLOSED,
	},
	[XenbusStateClosed] = {
		[XenbusStateUnknown]		= REAP,
		[XenbusStateInitialising]	= RESTART,
		[XenbusStateInitWait]		= RESTART,
		[XenbusStateInitialised]	= RESTART,
		[XenbusStateClosed]		= CLOSED,
	},
};

static enum xenbus_action xenbus_choose_action(enum xenbus_state self,
					       enum xenbus_state peer)
{
	/* The guest may have written any number. */
	if ((unsigned int)self >= XENBUS_NR_STATES ||
	    (unsigned int)peer >= XENBUS_NR_STATES)
		return NOTHING;
	return xenbus_actions[self][peer];
}

/* The guest causes the list to be read, so the same failure is told once. */
static void xenbus_report_list(struct pb2_frontend *fe, int rc)
{
	if (rc == fe->list_rc)
		return;
	fe->list_rc = rc;
	if (rc == -EINVAL || rc == -ERANGE)
		pb2_xen_error(fe->xdev, rc, "num_devs is not a number from 0 to 256");
	else if (rc && rc != -ENOENT)
		pb2_xen_error(fe->xdev, rc, "cannot read the device list");
}

static void xenbus_setup_frontend(struct pb2_frontend *fe)
{
	int rc = pb2_devlist_apply(fe, true);

	if (rc) {
		xenbus_report_list(fe, rc);
		return;
	}
	rc = pb2_roots_publish(fe);
	if (rc)
		pb2_xen_error(fe->xdev, rc, "cannot publish root buses");
	fe->closed = false;
	pb2_xen_switch_state(fe->xdev, XenbusStateInitialised);
}

static void xenbus_connect_ring(struct pb2_frontend *fe)
{
	xenbus_report_list(fe, pb2_devlist_apply(fe, false));
	if (!pb2_ring_connect(fe))
		pb2_xen_switch_state(fe->xdev, XenbusStateConnected);
}

/*
 * libxl waits for the new state, so the driver must write it even if an entry
 * of the device list failed.
 */
static void xenbus_reconfigure_devices(struct pb2_frontend *fe,
				       enum xenbus_state next)
{
	xenbus_report_list(fe, pb2_devlist_apply(fe, false));
	pb2_xen_switch_state(fe->xdev, next);
}

/* The guest cannot tell this from a detach by the toolstack. */
static void xenbus_withdraw_devices(struct pb2_frontend *fe)
{
	if (!xchg(&fe->lost, false) || !pb2_devlist_withdraw(fe))
		return;
	pb2_xen_switch_state(fe->xdev, XenbusStateReconfiguring);
}

static void xenbus_run_action(struct pb2_frontend *fe, enum xenbus_state self,
			      enum xenbus_state peer)
{
	switch (xenbus_choose_action(self, peer)) {
	case NOTHING:
		break;
	case SETUP:
		xenbus_setup_frontend(fe);
		break;
	case EXPORT:
		xenbus_report_list(fe, pb2_devlist_apply(fe, false));
		break;
	case ATTACH:
		xenbus_connect_ring(fe);
		break;
	case RECONFIGURE:
		if (!pb2_ring_connect(fe))
			xenbus_reconfigure_devices(fe, XenbusStateReconfigured);
		break;
	case UNATTENDED:
		xenbus_reconfigure_devices(fe, XenbusStateInitialised);
		break;
	case CONNECT:
		pb2_xen_switch_state(fe->xdev, XenbusStateConnected);
		break;
	case CLOSING:
		pb2_ring_detach(fe);
		pb2_xen_switch_state(fe->xdev, XenbusStateClosing);
		break;
	case CLOSED:
		pb2_frontend_end(fe, self, peer);
		break;
	case RESTART:
		pb2_frontend_restart(fe);
		break;
	case VERIFY:
		if (pb2_ring_is_replaced(fe))
			pb2_frontend_end(fe, self, peer);
		break;
	case WITHDRAW:
		xenbus_withdraw_devices(fe);
		break;
	case REAP:
		pb2_frontend_reap(fe);
		break;
	}
}

/*
 * If a domain dies and no toolstack removes its nodes, they keep the state
 * that the guest wrote last. A dead domain counts as closed, whatever state
 * that is.
 */
static enum xenbus_state xenbus_peer_state(struct pb2_frontend *fe)
{
	enum xenbus_state peer = pb2_xen_state(fe->xdev->otherend);

	if (peer == XenbusStateUnknown || peer == XenbusStateClosed)
		return peer;
	if (!pb2_frontend_is_dead(fe))
		return peer;

	if (fe->ring.page || !list_empty_careful(&fe->exports))
		dev_info(&fe->xdev->dev, "domain %u is dead and has left its xenstore nodes\n",
			 fe->domid);
	return XenbusStateClosed;
}

static void xenbus_frontend_work(struct work_struct *work)
{
	struct pb2_frontend *fe = container_of(work, struct pb2_frontend, work);
	enum xenbus_state peer, self;

	if (pb2_work_postpone(NULL, work))
		return;
	peer = xenbus_peer_state(fe);
	self = pb2_xen_state(fe->xdev->nodename);
	xenbus_run_action(fe, self, peer);
}

static void xenbus_retry_work(struct work_struct *work)
{
	struct pb2_frontend *fe = container_of(to_delayed_work(work),
					       struct pb2_frontend, retry_work);

	queue_work(pb2_wq, &fe->work);
}

/*
 * xenbus itself unregisters devices whose nodes are gone, in the thread of
 * xenwatch. The driver must do it in the same thread, so that the two do not
 * unregister one device at the same time.
 */
static void xenbus_backend_changed(struct xenbus_watch *watch,
				   const char *path, const char *token)
{
	struct pb2_frontend *fe = container_of(watch, struct pb2_frontend,
					       watch);

	if (READ_ONCE(fe->reap))
		device_unregister(&fe->xdev->dev);
	else
		queue_work(pb2_wq, &fe->work);
}

static void xenbus_frontend_changed(struct xenbus_device *xdev,
				    enum xenbus_state state)
{
	struct pb2_frontend *fe = dev_get_drvdata(&xdev->dev);

	queue_work(pb2_wq, &fe->work);
}

static struct pb2_frontend *xenbus_alloc_frontend(struct xenbus_device *xdev)
{
	struct pb2_frontend *fe = kzalloc(sizeof(*fe), GFP_KERNEL);

	if (!fe)
		return NULL;
	fe->dir = kstrdup(xdev->nodename, GFP_KERNEL);
	if (!fe->dir) {
		kfree(fe);
		return NULL;
	}

	kref_init(&fe->ref);
	INIT_LIST_HEAD(&fe->link);
	fe->xdev = xdev;
	fe->domid = xdev->otherend_id;
	fe->topology = xenbus_topology;
	mutex_init(&fe->lock);
	pb2_frontend_init(fe);
	pb2_ring_init(fe);
	fe->retry_after = jiffies;
	fe->restart_after = jiffies;
	ratelimit_state_init(&fe->warnings, XENBUS_WARNING_PERIOD,
			     XENBUS_MAX_WARNINGS);
	/* It may have died before. */
	fe->suspect = true;
	INIT_WORK(&fe->work, xenbus_frontend_work);
	INIT_DELAYED_WORK(&fe->retry_work, xenbus_retry_work);
	return fe;
}

/*
 * Undoes the steps of the probe in reverse order. On return neither the work
 * nor the ring's thread of the frontend runs any more.
 */
static void xenbus_retire_frontend(struct pb2_frontend *fe)
{
	/* The work gives up waiting for a function that is under reset. */
	mutex_lock(&fe->lock);
	WRITE_ONCE(fe->dying, true);
	mutex_unlock(&fe->lock);
	if (fe->watching)
		pb2_xen_unwatch(&fe->watch);
	pb2_frontend_leave(fe);
	/* From here on only the retry queues the work, and nobody the retry. */
	cancel_work_sync(&fe->work);
	cancel_delayed_work_sync(&fe->retry_work);
	cancel_work_sync(&fe->work);
	/* The thread ends first, so no request reaches a returned function. */
	pb2_ring_detach(fe);
	pb2_frontend_remove_all(fe);
	dev_set_drvdata(&fe->xdev->dev, NULL);
	pb2_frontend_put(fe);
}

static int xenbus_frontend_probe(struct xenbus_device *xdev,
				 const struct xenbus_device_id *id)
{
	struct pb2_frontend *fe = xenbus_alloc_frontend(xdev);
	int rc;

	if (!fe)
		return -ENOMEM;
	dev_set_drvdata(&xdev->dev, fe);

	rc = pb2_xen_switch_state(xdev, XenbusStateInitWait);
	if (rc)
		goto err;

	pb2_frontend_join(fe);
	/*
	 * xenbus fires a new watch at once. So the work runs even if the
	 * toolstack has already written everything.
	 */
	rc = pb2_xen_watch(xdev, &fe->watch, xenbus_backend_changed);
	if (rc)
		goto err;
	fe->watching = true;
	return 0;

err:
	xenbus_retire_frontend(fe);
	return rc;
}

static void xenbus_frontend_remove(struct xenbus_device *xdev)
{
	struct pb2_frontend *fe = dev_get_drvdata(&xdev->dev);

	if (fe)
		xenbus_retire_frontend(fe);
}

static const struct xenbus_device_id xenbus_ids[] = {
	{ "pci" },
	{ "" }
};

static struct xenbus_driver xenbus_driver = {
	.name			= PB2_NAME,
	.ids			= xenbus_ids,
	.probe			= xenbus_frontend_probe,
	.remove			= xenbus_frontend_remove,
	.otherend_changed	= xenbus_frontend_changed,
};

/**
 * pb2_xenbus_init() - register the xenbus driver
 * @passthrough: guests see their functions at the real addresses
 *
 * Context: may sleep.
 * Return: 0, or the errno of xenbus_register_backend().
 */
int pb2_xenbus_init(bool passthrough)
{
	xenbus_topology = pb2_topology_choose(passthrough);
	return xenbus_register_backend(&xenbus_driver);
}

/**
 * pb2_xenbus_exit() - unregister the xenbus driver
 *
 * Takes all functions back from all frontends.
 *
 * Context: may sleep.
 */
void pb2_xenbus_exit(void)
{
	xenbus_unregister_driver(&xenbus_driver);
}
