/* SPDX-License-Identifier: GPL-2.0 */
/*
 * guest.h - one guest's PCI frontend: its xenstore directory, its ring, and
 * the functions that it owns
 */
#ifndef PB2_GUEST_H
#define PB2_GUEST_H

#include <linux/ratelimit_types.h>
#include <linux/xarray.h>
#include <xen/xenbus.h>

#include "../life/life.h"

/* Upper limit of every polling interval that an administrator can set */
#define PB2_POLL_MAX_US		1000U

/**
 * struct pb2_export - one function that a frontend owns
 * @rcu: delays freeing, because the ring finds exports without a lock
 * @link: entry in pb2_frontend.exports; protected by pb2_frontend.lock
 * @pbdev: the function, reference held; immutable
 * @fe: the frontend that owns the function, reference held; immutable
 * @vsbdf: address at which the guest sees the function; immutable once the
 *	export is in pb2_frontend.exports
 */
struct pb2_export {
	struct rcu_head rcu;
	struct list_head link;
	struct pb2_device *pbdev;
	struct pb2_frontend *fe;
	struct pb2_sbdf vsbdf;
};

/**
 * struct pb2_topology_ops - how a function gets the address that its guest sees
 * @name: name of the topology
 * @place: choose export->vsbdf among the functions that the frontend owns.
 *	Returns 0, or -ENOSPC when the virtual bus is full. Context:
 *	pb2_frontend.lock held.
 * @is_root: does the function need a root bus of its own in the guest?
 *	Context: pb2_frontend.lock held.
 */
struct pb2_topology_ops {
	const char *name;
	int (*place)(struct pb2_frontend *fe, struct pb2_export *export);
	bool (*is_root)(struct pb2_frontend *fe, struct pb2_export *export);
};

/**
 * struct pb2_poll - state of a ring's busy-polling
 * @longest: longest polling interval that the function allows that the guest
 *	asked last
 * @interval: current polling interval; 0 if the thread does not poll
 * @answered: time of the last answer
 * @budget: CPU time left for polling and for serving the requests that come
 *	meanwhile; negative after the thread took more
 * @filled: time when @budget was last filled up
 * @begun: start of the current stretch of polling, in which the thread does not
 *	sleep; 0 outside of a stretch
 * @hit: the last request was a poll hit: the thread found it without its event
 * @cpu: CPU on which the thread ran at @begun
 * @stolen: time for which Xen had run others in place of @cpu until @begun
 * @paused: time until which the thread does not poll, because other domains
 *	want its CPU
 * @missed: number of answers whose events the thread sends at once after a
 *	missed suppression, which is an event that was held back although the
 *	guest waited for it
 * @notify_now: number of these answers that are still to come
 *
 * All times are in ns, and points in time are those of local_clock(). Belongs
 * to the ring's thread.
 */
struct pb2_poll {
	u64 longest;
	u64 interval;
	u64 answered;
	s64 budget;
	u64 filled;
	u64 begun;
	bool hit;
	unsigned int cpu;
	u64 stolen;
	u64 paused;
	unsigned int missed;
	unsigned int notify_now;
};

/**
 * struct pb2_ring - shared page and event channel of a frontend
 * @page: the frontend's page, mapped; %NULL if the ring is not attached
 * @irq: IRQ of the event channel, or 0
 * @task: thread that serves the requests, reference held; %NULL if the ring is
 *	not attached
 * @pending: an event has arrived that @task has not handled yet
 * @event_cpu: CPU on which the last event arrived
 * @event_ns: time when the last event arrived, in ns of local_clock()
 * @task_cpu: CPU to which @task is bound, or nr_cpu_ids before the first event
 * @credit: number of requests that were served before their events arrived;
 *	so many further events may find no request
 * @poll: state of busy-polling
 * @op: current request, copied out of @page once
 * @aer_lock: serialises the steps of error recovery, and excludes them while
 *	@page is mapped or unmapped
 * @aer_busy: a step was sent, and the event of its answer has not arrived yet
 * @aer_done: woken when the frontend answers a step or the ring is detached
 * @closing: no step of error recovery may start or wait any longer
 *
 * Only the frontend's work and its removal change @page, @irq and @task, and
 * only while @task cannot run. @task_cpu, @credit, @poll and @op belong to
 * @task.
 */
struct pb2_ring {
	struct xen_pci_sharedinfo *page;
	unsigned int irq;
	struct task_struct *task;
	bool pending;
	unsigned int event_cpu;
	u64 event_ns;
	unsigned int task_cpu;
	unsigned int credit;
	struct pb2_poll poll;
	struct xen_pci_op op;
	struct mutex aer_lock;
	bool aer_busy;
	wait_queue_head_t aer_done;
	bool closing;
};

/**
 * struct pb2_ring_try - a ring that a guest has published, and what came of it
 * @nodes_rc: result of pb2_nodes_ring()
 * @gref: grant reference of the page, 0 if @nodes_rc is not 0
 * @port: event channel port, 0 if @nodes_rc is not 0
 * @rc: why the ring is not attached; 0 if there was no attempt
 */
struct pb2_ring_try {
	int nodes_rc;
	unsigned int gref;
	unsigned int port;
	int rc;
};

/**
 * struct pb2_frontend - one guest's frontend
 * @ref: one reference for the xenbus device, one for each function that the
 *	frontend owns
 * @link: in the list of all frontends; protected by the lock in frontend.c
 * @xdev: xenbus device of the backend; valid until the xenbus device has
 *	dropped its reference, which happens after @work and @ring have ended
 * @dir: the backend's directory in xenstore, a copy that outlives @xdev;
 *	immutable
 * @domid: domain of the guest; immutable
 * @topology: how functions get virtual addresses; immutable
 * @lock: protects @exports and changes of @places; held briefly and never over
 *	a xenstore access
 * @exports: list of struct pb2_export in the order of assignment
 * @places: the same exports by virtual address; read under RCU
 * @ring: shared page and event channel
 * @tried: the ring that was tried last; if it could not be attached it is not
 *	tried again until the guest publishes another one or closes
 * @retry_after: time (jiffies) before which no ring is tried after a failure
 * @closed: the frontend has closed, and may start anew; the functions that the
 *	device list says it has were taken back
 * @restart_after: time (jiffies) before which a frontend that has closed cannot
 *	start anew
 * @list_rc: result of the last attempt to read the device list
 * @warnings: limits what the log says about values in xenstore
 * @suspect: some domain has died, and Xen must be asked whether it was this one
 * @dead: Xen has said that the domain is dead
 * @work: runs the state machine after a watch fired
 * @retry_work: queues @work when a limit has held it back
 * @watch: watch of the backend's own directory
 * @watching: @watch is registered
 * @reap: the frontend has ended, and the next callback of @watch unregisters
 *	the xenbus device
 * @lost: a function was unbound or unplugged; set under @lock
 * @dying: the xenbus device is being removed, and every wait must end; set
 *	under @lock
 */
struct pb2_frontend {
	struct kref ref;
	struct list_head link;
	struct xenbus_device *xdev;
	const char *dir;
	domid_t domid;
	const struct pb2_topology_ops *topology;

	struct mutex lock;
	struct list_head exports;
	struct xarray places;

	struct pb2_ring ring;
	struct pb2_ring_try tried;
	unsigned long retry_after;
	bool closed;
	unsigned long restart_after;
	int list_rc;
	struct ratelimit_state warnings;
	bool suspect;
	bool dead;

	struct work_struct work;
	struct delayed_work retry_work;
	struct xenbus_watch watch;
	bool watching;
	bool reap;
	bool lost;
	bool dying;
};

/* xenbus.c: the xenbus driver and the state machine */
int pb2_xenbus_init(bool passthrough);
void pb2_xenbus_exit(void);

/* frontend.c: all frontends, and the functions that each owns */
void pb2_frontend_get(struct pb2_frontend *fe);
void pb2_frontend_put(struct pb2_frontend *fe);
void pb2_frontend_lost(struct pb2_frontend *fe);
void pb2_frontend_join(struct pb2_frontend *fe);
void pb2_frontend_leave(struct pb2_frontend *fe);
void pb2_frontend_check_all(void);
void pb2_frontend_retry(struct pb2_frontend *fe, unsigned long when);
void pb2_frontend_init(struct pb2_frontend *fe);
int pb2_frontend_add(struct pb2_frontend *fe, const struct pb2_sbdf *sbdf,
		     struct pb2_sbdf *vsbdf);
int pb2_frontend_remove(struct pb2_frontend *fe, const struct pb2_sbdf *sbdf);
void pb2_frontend_remove_unless(struct pb2_frontend *fe,
				bool (*keep)(const struct pb2_sbdf *sbdf,
					     const void *arg),
				const void *arg);
void pb2_frontend_remove_all(struct pb2_frontend *fe);
bool pb2_frontend_drop(struct pb2_frontend *fe, struct pb2_device *pbdev);
bool pb2_frontend_has(struct pb2_frontend *fe, const struct pb2_sbdf *sbdf);
struct pb2_device *pb2_frontend_find(struct pb2_frontend *fe,
				     const struct pb2_sbdf *vsbdf);
struct pb2_frontend *pb2_frontend_get_owner(struct pb2_device *pbdev);
int pb2_frontend_vsbdf(struct pb2_frontend *fe, const struct pb2_device *pbdev,
		       struct pb2_sbdf *vsbdf);

/* restart.c: the end of a frontend, and its next start */
bool pb2_frontend_is_dead(struct pb2_frontend *fe);
void pb2_frontend_restart(struct pb2_frontend *fe);
void pb2_frontend_end(struct pb2_frontend *fe, enum xenbus_state self,
		      enum xenbus_state peer);
void pb2_frontend_reap(struct pb2_frontend *fe);

/* devlist.c: the toolstack's list of functions */
int pb2_devlist_apply(struct pb2_frontend *fe, bool first);
bool pb2_devlist_withdraw(struct pb2_frontend *fe);

/* topology.c: the addresses at which a guest sees its functions */
const struct pb2_topology_ops *pb2_topology_choose(bool passthrough);
extern const struct pb2_topology_ops pb2_topology_virtual;
extern const struct pb2_topology_ops pb2_topology_host;

/* The number of functions on one bus; also the limit of root buses */
#define PB2_NODES_MAX	256

/**
 * struct pb2_nodes_entry - one entry of the toolstack's device list
 * @dev: the entry's address as the toolstack has written it, or %NULL if the
 *	entry has no such node
 * @sbdf: the address, if @rc is 0
 * @rc: 0; -ENOENT without @dev, -EINVAL if @dev is not the address of a
 *	function
 * @substate: the entry's substate; XenbusStateUnknown if it has none, or one
 *	that is not a state
 */
struct pb2_nodes_entry {
	char *dev;
	struct pb2_sbdf sbdf;
	int rc;
	enum xenbus_state substate;
};

/**
 * struct pb2_nodes_list - the toolstack's device list at one moment
 * @fe: the frontend
 * @nr: number of entries, up to %PB2_NODES_MAX
 * @entries: the entries by their index
 */
struct pb2_nodes_list {
	struct pb2_frontend *fe;
	unsigned int nr;
	struct pb2_nodes_entry *entries;
};

/* nodes.c: the xenstore nodes of a frontend and its backend */
char *pb2_nodes_read_at(struct pb2_frontend *fe, const char *name,
			unsigned int i);
int pb2_nodes_write_at(struct pb2_frontend *fe, const char *name,
		       unsigned int i, const char *val);
int pb2_nodes_count(struct pb2_frontend *fe, const char *key, unsigned int *nr);
int pb2_nodes_set_count(struct pb2_frontend *fe, const char *key,
			unsigned int nr);
int pb2_nodes_read_list(struct pb2_frontend *fe, struct pb2_nodes_list *list);
void pb2_nodes_free_list(struct pb2_nodes_list *list);
int pb2_nodes_set_substate(const struct pb2_nodes_list *list, unsigned int i,
			   enum xenbus_state state);
int pb2_nodes_publish_vdev(const struct pb2_nodes_list *list, unsigned int i,
			   const struct pb2_sbdf *vsbdf);
void pb2_nodes_warn_dev(const struct pb2_nodes_list *list, unsigned int i);
int pb2_nodes_refuse(const struct pb2_nodes_list *list, unsigned int i,
		     const char *reason);
void pb2_nodes_clear_reason(struct pb2_frontend *fe,
			    const struct pb2_sbdf *sbdf);
int pb2_nodes_ring(struct pb2_frontend *fe, unsigned int *gref,
		   unsigned int *port);
void pb2_nodes_aer_failed(struct pb2_frontend *fe);

/* roots.c: the root buses of the guest's topology */
int pb2_roots_publish(struct pb2_frontend *fe);

/**
 * pb2_ring_flags() - get the flags of the shared page for bit operations
 * @ring: a ring that is attached
 *
 * The bit operations that synchronise with another domain take an unsigned
 * long. The flags have 32 bits. The page is aligned, and bits 0 to 2 are in the
 * same place of both on a little-endian machine.
 *
 * Context: any.
 * Return: address of the flags.
 */
static inline unsigned long *pb2_ring_flags(struct pb2_ring *ring)
{
	return (unsigned long *)&ring->page->flags;
}

/* ring.c: the shared page, and the thread that serves it */
void pb2_ring_init(struct pb2_frontend *fe);
int pb2_ring_attach(struct pb2_frontend *fe, unsigned int gref,
		    unsigned int port);
int pb2_ring_connect(struct pb2_frontend *fe);
bool pb2_ring_is_replaced(struct pb2_frontend *fe);
void pb2_ring_detach(struct pb2_frontend *fe);

/* poll.c: busy-polling by a ring's thread */
extern unsigned int pb2_poll_us;
int pb2_poll_parse(const char *word, int *us);
int pb2_poll_show(const struct pb2_device *pbdev, char *buf, size_t size);
void pb2_poll_init(struct pb2_poll *poll, u64 now);
void pb2_poll_limit(struct pb2_poll *poll, const struct pb2_device *pbdev);
void pb2_poll_woken(struct pb2_poll *poll, u64 now);
u64 pb2_poll_answered(struct pb2_poll *poll, u64 now);
u64 pb2_poll_notify_delay(struct pb2_poll *poll);
void pb2_poll_delayed(struct pb2_poll *poll, bool saved);
void pb2_poll_ended(struct pb2_poll *poll, u64 now);

/* op.c: one request, already copied out of the shared page */
void pb2_op_run(struct pb2_frontend *fe, struct xen_pci_op *op);

/* recovery.c: error recovery by the guest's driver, through the ring's page */
const char *pb2_recovery_run(struct pb2_frontend *fe,
			     const struct pb2_sbdf *vsbdf, bool was_reset);
bool pb2_recovery_event(struct pb2_frontend *fe);

#endif /* PB2_GUEST_H */
