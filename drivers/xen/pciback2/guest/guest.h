/* SPDX-License-Identifier: GPL-2.0 */
/*
 * guest.h - one guest's PCI frontend: its xenstore directory, its ring,
 * and the functions that it owns
 */
#ifndef PB2_GUEST_H
#define PB2_GUEST_H

#include <linux/xarray.h>
#include <xen/xenbus.h>

#include "../life/life.h"

/* The longest that anybody may let a ring's thread look on; see poll.c */
#define PB2_POLL_MAX_US		1000U

/**
 * struct pb2_export - one function in the guest's virtual topology
 * @rcu: the memory stays for the ring, which looks without a lock
 * @link: in pb2_frontend.exports; pb2_frontend.lock
 * @pbdev: the function, reference held; immutable
 * @fe: the frontend that owns it, reference held; immutable
 * @vsbdf: its address as the guest sees it; immutable
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
 * struct pb2_poll - how long a ring's thread looks on after an answer
 * @longest: what the function that was asked last allows
 * @interval: how long at present; 0 for not at all
 * @answered: when the last answer was given
 * @budget: how long it may look on and serve what it sees; below 0 overdrawn
 * @filled: when @budget was filled up last
 * @begun: since when it has not slept and looks on; 0 while it does not
 * @hit: the last request was seen without its event
 * @cpu: where that was
 * @stolen: for how long Xen had let others run in place of @cpu then
 * @paused: until then it does not look on, because others want @cpu
 * @missed: so many answers get their event at once after one whose event was kept
 *	back for nothing
 * @notify_now: so many of them are left
 *
 * In ns, of local_clock() where it is a time. Belongs to the ring's thread.
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
 * struct pb2_ring - the shared page and its event channel
 * @page: the frontend's page, mapped, or %NULL
 * @irq: of the event channel, or 0
 * @task: serves the requests, reference held, or %NULL
 * @pending: an event arrived that @task has not looked at yet
 * @event_cpu: where the last event arrived
 * @event_ns: and when, local_clock()
 * @task_cpu: where @task runs, unless nobody has told it yet
 * @credit: requests served ahead of their event
 * @poll: how long @task looks on after an answer
 * @op: the request, copied out of @page once
 * @aer_lock: one AER step at a time, and none while the page is unmapped
 * @aer_busy: a step was sent, and the event of its answer has not come yet
 * @aer_done: the frontend answered, or the ring is going away
 * @closing: no AER step may start or go on waiting
 *
 * @page, @irq and @task change in the frontend's work and in its removal only,
 * and never while @task can run. @task_cpu, @credit, @poll and @op belong to
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
 * struct pb2_frontend - one guest's frontend
 * @ref: one for the xenbus device, one for each function it owns
 * @link: among all frontends; frontend.c's lock
 * @xdev: the backend's xenbus device; valid until the last reference of the
 *	xenbus device is gone, which @work and @ring never outlive
 * @domid: the guest; immutable
 * @topology: how addresses are made; immutable
 * @lock: protects @exports and @places; held briefly, never over a xenstore access
 * @exports: struct pb2_export, in the order of assignment
 * @places: the same by virtual address; changed under @lock, read under RCU
 * @ring: shared page and event channel
 * @work: runs the state machine after a watch fired
 * @watch: on the backend's own directory
 * @watching: @watch is registered
 * @reap: the frontend is finished, the next watch callback unregisters us
 * @lost: it was told that a function is gone; set under @lock
 * @dying: the xenbus device is going away: give up every wait; set under @lock
 */
struct pb2_frontend {
	struct kref ref;
	struct list_head link;
	struct xenbus_device *xdev;
	domid_t domid;
	const struct pb2_topology_ops *topology;

	struct mutex lock;
	struct list_head exports;
	struct xarray places;

	struct pb2_ring ring;

	struct work_struct work;
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
void pb2_frontend_init(struct pb2_frontend *fe);
int pb2_frontend_add(struct pb2_frontend *fe, const struct pb2_sbdf *sbdf,
		  struct pb2_sbdf *vsbdf);
int pb2_frontend_remove(struct pb2_frontend *fe, const struct pb2_sbdf *sbdf);
void pb2_frontend_remove_all(struct pb2_frontend *fe);
bool pb2_frontend_drop(struct pb2_frontend *fe, struct pb2_device *pbdev);
bool pb2_frontend_has(struct pb2_frontend *fe, const struct pb2_sbdf *sbdf);
struct pb2_device *pb2_frontend_find(struct pb2_frontend *fe,
				  const struct pb2_sbdf *vsbdf);
struct pb2_frontend *pb2_frontend_get_owner(struct pb2_device *pbdev);
int pb2_frontend_vsbdf(struct pb2_frontend *fe, const struct pb2_device *pbdev,
		    struct pb2_sbdf *vsbdf);

/* devlist.c: the toolstack's list of functions */
int pb2_devlist_apply(struct pb2_frontend *fe, bool first);
bool pb2_devlist_withdraw(struct pb2_frontend *fe);

/* topology.c: the addresses at which a guest sees its functions */
const struct pb2_topology_ops *pb2_topology_choose(bool passthrough);
extern const struct pb2_topology_ops pb2_topology_virtual;
extern const struct pb2_topology_ops pb2_topology_host;

/* The number of functions on one bus; also the limit of root buses */
#define PB2_NODES_MAX	256

/* nodes.c: the xenstore nodes of a frontend and its backend */
char *pb2_nodes_read_at(struct pb2_frontend *fe, const char *name,
			unsigned int i);
int pb2_nodes_write_at(struct pb2_frontend *fe, const char *name,
		       unsigned int i, const char *val);
int pb2_nodes_count(struct pb2_frontend *fe, const char *key, unsigned int *nr);
int pb2_nodes_set_count(struct pb2_frontend *fe, const char *key,
			unsigned int nr);
int pb2_nodes_num_devs(struct pb2_frontend *fe, unsigned int *nr);
enum xenbus_state pb2_nodes_substate(struct pb2_frontend *fe, unsigned int i);
int pb2_nodes_set_substate(struct pb2_frontend *fe, unsigned int i,
			   enum xenbus_state state);
int pb2_nodes_dev(struct pb2_frontend *fe, unsigned int i,
		  struct pb2_sbdf *sbdf);
int pb2_nodes_publish_vdev(struct pb2_frontend *fe, unsigned int i,
			   const struct pb2_sbdf *vsbdf);
void pb2_nodes_set_reason(struct pb2_frontend *fe, const struct pb2_sbdf *sbdf,
			  const char *reason);
void pb2_nodes_clear_reason(struct pb2_frontend *fe,
			    const struct pb2_sbdf *sbdf);
int pb2_nodes_ring(struct pb2_frontend *fe, unsigned int *gref,
		   unsigned int *port);
void pb2_nodes_aer_failed(struct pb2_frontend *fe);

/* roots.c: the root buses of the guest's topology */
int pb2_roots_publish(struct pb2_frontend *fe);

/**
 * pb2_ring_flags() - the flags of the shared page
 * @ring: a ring with a page
 *
 * The page is aligned, and bits 0 to 2 are in the word whatever its size.
 *
 * Context: any.
 * Return: the word, for the bit operations that synchronise with a domain.
 */
static inline unsigned long *pb2_ring_flags(struct pb2_ring *ring)
{
	return (unsigned long *)&ring->page->flags;
}

/* ring.c: the shared page */
void pb2_ring_init(struct pb2_frontend *fe);
int pb2_ring_attach(struct pb2_frontend *fe, unsigned int gref,
		    unsigned int port);
void pb2_ring_detach(struct pb2_frontend *fe);

/* poll.c: how long a ring's thread looks on after an answer */
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

/* op.c: one request, already copied */
void pb2_op_run(struct pb2_frontend *fe, struct xen_pci_op *op);

/* recovery.c: a step of error recovery on its way through the ring's page */
pci_ers_result_t pb2_recovery_ask(struct pb2_frontend *fe, u32 cmd,
				  pci_channel_state_t state,
				  const struct pb2_sbdf *vsbdf);
bool pb2_recovery_event(struct pb2_frontend *fe);

#endif /* PB2_GUEST_H */
