// SPDX-License-Identifier: GPL-2.0
/*
 * xenbus.c - the xenbus driver, and the state machine of one frontend
 *
 * Watch callbacks record and queue; everything else happens in the work of
 * the frontend, which reads both ends' states and looks up what the pair
 * asks for. The guest may write any state at any time.
 */
#include <linux/slab.h>

#include "../host/xen_iface.h"
#include "guest.h"

static const struct pb2_topology_ops *topology;

/**
 * enum action - what a pair of states asks for
 * @NOTHING: wait, or nonsense from the guest
 * @SETUP: the toolstack has written its configuration: export it
 * @EXPORT: not connected yet, the toolstack may have added functions
 * @ATTACH: the frontend has published its ring
 * @RECONFIGURE: the frontend is ready for added and removed functions
 * @UNATTENDED: the same, for a domain whose frontend never came (HVM)
 * @CONNECT: the frontend has taken note of the new functions
 * @CLOSING: the frontend is closing
 * @CLOSED: the frontend has closed, or need not be waited for
 * @WITHDRAW: nothing, unless a function was lost under the frontend
 * @REAP: the frontend is gone
 */
enum action {
	NOTHING,
	SETUP,
	EXPORT,
	ATTACH,
	RECONFIGURE,
	UNATTENDED,
	CONNECT,
	CLOSING,
	CLOSED,
	WITHDRAW,
	REAP,
};

#define NR_STATES	(XenbusStateReconfigured + 1)

/*
 * [our state][the frontend's]. The toolstack writes ours too: Reconfiguring
 * to hot add or remove, Closing to end it. Pairs that are not listed ask for
 * NOTHING.
 */
static const u8 actions[NR_STATES][NR_STATES] = {
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
		/* Nobody is there who could close first. */
		[XenbusStateInitialising]	= CLOSED,
		[XenbusStateInitWait]		= CLOSED,
		[XenbusStateClosed]		= CLOSED,
	},
	[XenbusStateClosed] = {
		[XenbusStateUnknown]		= REAP,
		[XenbusStateClosed]		= CLOSED,
	},
};

static enum action choose(enum xenbus_state self, enum xenbus_state peer)
{
	/* Whatever number the guest wrote. */
	if ((unsigned int)self >= NR_STATES || (unsigned int)peer >= NR_STATES)
		return NOTHING;
	return actions[self][peer];
}

static void report_num_devs(struct pb2_frontend *fe, int rc)
{
	if (rc && rc != -ENOENT)
		pb2_xen_error(fe->xdev, rc, "num_devs is not a number from 0 to 256");
}

static void do_setup(struct pb2_frontend *fe)
{
	int rc = pb2_devlist_apply(fe, true);

	if (rc) {
		report_num_devs(fe, rc);
		return;
	}
	rc = pb2_roots_publish(fe);
	if (rc)
		pb2_xen_error(fe->xdev, rc, "cannot publish root buses");
	pb2_xen_switch_state(fe->xdev, XenbusStateInitialised);
}

static int attach_ring(struct pb2_frontend *fe)
{
	unsigned int gref, port;
	int rc;

	if (fe->ring.page)
		return 0;

	rc = pb2_nodes_ring(fe, &gref, &port);
	if (!rc)
		rc = pb2_ring_attach(fe, gref, port);
	if (rc)
		pb2_xen_error(fe->xdev, rc, "domain %u: no ring", fe->domid);
	return rc;
}

static void do_attach(struct pb2_frontend *fe)
{
	report_num_devs(fe, pb2_devlist_apply(fe, false));
	if (!attach_ring(fe))
		pb2_xen_switch_state(fe->xdev, XenbusStateConnected);
}

/* libxl waits for the answer: it must come also if an entry failed. */
static void do_reconfigure(struct pb2_frontend *fe, enum xenbus_state next)
{
	report_num_devs(fe, pb2_devlist_apply(fe, false));
	pb2_xen_switch_state(fe->xdev, next);
}

/* To the frontend it looks as if the toolstack detached the function. */
static void do_withdraw(struct pb2_frontend *fe)
{
	if (!xchg(&fe->lost, false) || !pb2_devlist_withdraw(fe))
		return;
	pb2_xen_switch_state(fe->xdev, XenbusStateReconfiguring);
}

static void do_closed(struct pb2_frontend *fe, bool reap)
{
	pb2_ring_detach(fe);
	pb2_frontend_remove_all(fe);

	if (!reap && pb2_xen_is_online(fe->xdev)) {
		pb2_xen_switch_state(fe->xdev, XenbusStateClosed);
		return;
	}

	/* Before the write, whose watch event is what unregisters us. */
	WRITE_ONCE(fe->reap, true);
	pb2_xen_rewrite_state(fe->xdev, XenbusStateClosed);
}

static void run(struct pb2_frontend *fe, enum action action)
{
	switch (action) {
	case NOTHING:
		break;
	case SETUP:
		do_setup(fe);
		break;
	case EXPORT:
		report_num_devs(fe, pb2_devlist_apply(fe, false));
		break;
	case ATTACH:
		do_attach(fe);
		break;
	case RECONFIGURE:
		if (!attach_ring(fe))
			do_reconfigure(fe, XenbusStateReconfigured);
		break;
	case UNATTENDED:
		do_reconfigure(fe, XenbusStateInitialised);
		break;
	case CONNECT:
		pb2_xen_switch_state(fe->xdev, XenbusStateConnected);
		break;
	case CLOSING:
		pb2_ring_detach(fe);
		pb2_xen_switch_state(fe->xdev, XenbusStateClosing);
		break;
	case CLOSED:
		do_closed(fe, false);
		break;
	case WITHDRAW:
		do_withdraw(fe);
		break;
	case REAP:
		do_closed(fe, true);
		break;
	}
}

/*
 * The nodes of a domain that died without its toolstack say for ever what it
 * wrote last. It has closed, whatever that is.
 */
static enum xenbus_state peer_state(struct pb2_frontend *fe)
{
	enum xenbus_state peer = pb2_xen_state(fe->xdev->otherend);

	if (peer == XenbusStateUnknown || peer == XenbusStateClosed ||
	    pb2_domain_is_alive(fe->domid, NULL))
		return peer;

	if (fe->ring.page || !list_empty_careful(&fe->exports))
		dev_info(&fe->xdev->dev, "domain %u is dead and has left its xenstore nodes\n",
			 fe->domid);
	return XenbusStateClosed;
}

static void frontend_work(struct work_struct *work)
{
	struct pb2_frontend *fe = container_of(work, struct pb2_frontend, work);

	run(fe, choose(pb2_xen_state(fe->xdev->nodename), peer_state(fe)));
}

/*
 * Unregistering has to happen in xenwatch's thread, where xenbus itself
 * unregisters devices whose nodes are gone.
 */
static void backend_changed(struct xenbus_watch *watch, const char *path,
			    const char *token)
{
	struct pb2_frontend *fe = container_of(watch, struct pb2_frontend,
					       watch);

	if (READ_ONCE(fe->reap))
		device_unregister(&fe->xdev->dev);
	else
		queue_work(pb2_wq, &fe->work);
}

static void frontend_changed(struct xenbus_device *xdev,
			     enum xenbus_state state)
{
	struct pb2_frontend *fe = dev_get_drvdata(&xdev->dev);

	queue_work(pb2_wq, &fe->work);
}

static struct pb2_frontend *alloc_frontend(struct xenbus_device *xdev)
{
	struct pb2_frontend *fe = kzalloc(sizeof(*fe), GFP_KERNEL);

	if (!fe)
		return NULL;

	kref_init(&fe->ref);
	INIT_LIST_HEAD(&fe->link);
	fe->xdev = xdev;
	fe->domid = xdev->otherend_id;
	fe->topology = topology;
	mutex_init(&fe->lock);
	pb2_frontend_init(fe);
	pb2_ring_init(fe);
	INIT_WORK(&fe->work, frontend_work);
	return fe;
}

/* In the reverse order of probe; nothing of the frontend is at work after. */
static void retire(struct pb2_frontend *fe)
{
	/* Gives up the wait for a function that is under reset. */
	mutex_lock(&fe->lock);
	WRITE_ONCE(fe->dying, true);
	mutex_unlock(&fe->lock);
	if (fe->watching)
		pb2_xen_unwatch(&fe->watch);
	pb2_frontend_leave(fe);
	/* The last one to queue the work is gone. */
	cancel_work_sync(&fe->work);
	/* No request reaches a function that is on its way back. */
	pb2_ring_detach(fe);
	pb2_frontend_remove_all(fe);
	dev_set_drvdata(&fe->xdev->dev, NULL);
	pb2_frontend_put(fe);
}

static int frontend_probe(struct xenbus_device *xdev,
			  const struct xenbus_device_id *id)
{
	struct pb2_frontend *fe = alloc_frontend(xdev);
	int rc;

	if (!fe)
		return -ENOMEM;
	dev_set_drvdata(&xdev->dev, fe);

	rc = pb2_xen_switch_state(xdev, XenbusStateInitWait);
	if (rc)
		goto err;

	pb2_frontend_join(fe);
	/* Fires once at once, in case everything is there already. */
	rc = pb2_xen_watch(xdev, &fe->watch, backend_changed);
	if (rc)
		goto err;
	fe->watching = true;
	return 0;

err:
	retire(fe);
	return rc;
}

static void frontend_remove(struct xenbus_device *xdev)
{
	struct pb2_frontend *fe = dev_get_drvdata(&xdev->dev);

	if (fe)
		retire(fe);
}

static const struct xenbus_device_id ids[] = {
	{ "pci" },
	{ "" }
};

static struct xenbus_driver xenbus_driver = {
	.name			= PB2_NAME,
	.ids			= ids,
	.probe			= frontend_probe,
	.remove			= frontend_remove,
	.otherend_changed	= frontend_changed,
};

/**
 * pb2_xenbus_init() - begin to serve frontends
 * @passthrough: guests see the host's addresses
 *
 * Context: may sleep.
 * Return: 0 or the errno of xenbus.
 */
int pb2_xenbus_init(bool passthrough)
{
	topology = pb2_topology_choose(passthrough);
	return xenbus_register_backend(&xenbus_driver);
}

/**
 * pb2_xenbus_exit() - undo pb2_xenbus_init()
 *
 * Context: may sleep.
 */
void pb2_xenbus_exit(void)
{
	xenbus_unregister_driver(&xenbus_driver);
}
