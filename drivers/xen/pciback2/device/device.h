/* SPDX-License-Identifier: GPL-2.0 */
/*
 * device.h - the seized function as an object: its state, its gate, its interrupts
 *
 * Lock order, outermost first:
 *
 *   device_lock of the upstream bridge	(life/reset_bus.c)
 *   device_lock of the function	(of several on one bus, in its order;
 *					whoever holds one already only tries)
 *   configuration access lock of the function (blocks user space's accesses)
 *   pb2_device.life_lock
 *   pb2_frontend.lock
 *   pb2_device.gate.lock
 *   registry, slots and frontends spinlocks, and the windows' mutex (leaves;
 *					the last also under the bridges' mutex)
 *
 * The pages' mutex is taken under device_lock only, and held over hypercalls
 * and xenstore accesses; nothing is taken under it.
 *
 * The ring takes the gate lock only, so that no reset, no xenstore access and
 * no other function can delay its answer.
 */
#ifndef PB2_DEVICE_H
#define PB2_DEVICE_H

#include <linux/completion.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/ratelimit_types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <xen/interface/io/pciif.h>

#include "../host/host.h"

struct pb2_conf;
struct pb2_frontend;

/* The longest text of a fault: a method that lied, and who forbids another */
#define PB2_FAULT_SIZE		160

#define PB2_POLL_DEFAULT	(-1)	/* in pb2_device.poll_us: the module's parameter */

/**
 * enum pb2_state - the life of a function, from seizing to release
 * @PB2_SEIZING: taken from the PCI core, not yet known to be usable
 * @PB2_IDLE: ours, reset, in no domain; D3hot after a grace period
 * @PB2_ASSIGNED: a domain owns it
 * @PB2_RESETTING: under reset, for the state it came from
 * @PB2_RECLAIMING: on its way back from a domain
 * @PB2_HELD: back, but its former domain lives and may still map its BARs
 * @PB2_FAILED: does not answer, or a reset was disproved: not assignable
 * @PB2_GONE: surprise removal, or released: nothing may touch it any more
 * @PB2_NR_STATES: number of states
 *
 * state.c has the table of legal transitions.
 */
enum pb2_state {
	PB2_SEIZING,
	PB2_IDLE,
	PB2_ASSIGNED,
	PB2_RESETTING,
	PB2_RECLAIMING,
	PB2_HELD,
	PB2_FAILED,
	PB2_GONE,
	PB2_NR_STATES,
};

/**
 * enum pb2_gate_state - what the ring may do to a function
 * @PB2_GATE_CLOSED: no frontend has a claim; requests find no device
 * @PB2_GATE_BLOCKED: a frontend has a claim, but a reset runs: reads give
 *	all-ones, writes are dropped, everything else fails
 * @PB2_GATE_OPEN: requests reach the configuration engine
 */
enum pb2_gate_state {
	PB2_GATE_CLOSED,
	PB2_GATE_BLOCKED,
	PB2_GATE_OPEN,
};

/**
 * struct pb2_gate - the one door between the ring and a function
 * @lock: held while a request works on the function; also protects
 *	pb2_device.conf and pb2_device.intx
 * @state: protected by @lock
 * @fe: the frontend with the claim, compared only, never followed;
 *	protected by @lock
 */
struct pb2_gate {
	struct mutex lock;
	enum pb2_gate_state state;
	const struct pb2_frontend *fe;
};

/**
 * enum pb2_access_way - how configuration space is reached
 * @PB2_ACCESS_AUTO: by its ECAM page where that is possible
 * @PB2_ACCESS_KERNEL: by the kernel's accessors
 * @PB2_ACCESS_ECAM: by its ECAM page
 */
enum pb2_access_way {
	PB2_ACCESS_AUTO,
	PB2_ACCESS_KERNEL,
	PB2_ACCESS_ECAM,
};

/**
 * struct pb2_access - the way to a function's configuration space
 * @way: what was asked for
 * @page: the mapped page, or %NULL for the kernel's accessors
 * @why: what is against the page, a constant; %NULL for nothing
 *
 * Protected by pb2_device.gate.lock.
 */
struct pb2_access {
	enum pb2_access_way way;
	void __iomem *page;
	const char *why;
};

/* How often the PCI core is asked for vectors in vain: as printk's limit */
#define PB2_MSI_INTERVAL	DEFAULT_RATELIMIT_INTERVAL
#define PB2_MSI_MAX_FAILURES	DEFAULT_RATELIMIT_BURST

/**
 * struct pb2_msi - requests for vectors that failed
 * @since: when the first of them did, jiffies
 * @failures: how many did since then, %PB2_MSI_INTERVAL at most
 *
 * Protected by pb2_device.gate.lock.
 */
struct pb2_msi {
	unsigned long since;
	unsigned int failures;
};

/**
 * struct pb2_intx - stand-in handler of a shared INTx line
 * @irq: the line's IRQ, kept because MSI replaces pci_dev.irq; 0 for none
 * @hidden: pci_dev.irq before it was cleared, where guests can have no line
 * @installed: the handler is registered
 * @ack: the handler claims interrupts
 * @handled: interrupts claimed so far
 * @name: as it appears in /proc/interrupts
 *
 * @irq and @installed are protected by pb2_device.gate.lock, @ack and
 * @handled are also used by the handler.
 */
struct pb2_intx {
	unsigned int irq;
	unsigned int hidden;
	bool installed;
	bool ack;
	unsigned long handled;
	char name[32];
};

/**
 * enum pb2_verdict - what is known of a reset
 * @PB2_RESET_NEVER: none was tried
 * @PB2_RESET_PROVEN: a mark set before the reset was gone after it
 * @PB2_RESET_UNPROVEN: the method claims success and nothing could be marked
 * @PB2_RESET_DISPROVED: the method claims success and the mark survived
 * @PB2_RESET_FAILED: there is no method, or the last one failed
 */
enum pb2_verdict {
	PB2_RESET_NEVER,
	PB2_RESET_PROVEN,
	PB2_RESET_UNPROVEN,
	PB2_RESET_DISPROVED,
	PB2_RESET_FAILED,
};

/**
 * struct pb2_reset - result of the last reset of a function
 * @method: "kernel", "flr", "af_flr", "pm", "slot", "bus" or "none"
 * @verdict: what the mark says
 * @rc: errno of the last method tried, 0 when it claimed success
 * @clean: proven, and since then no domain could touch the function
 * @woken: it was put to sleep since then, and woken
 * @ms: how long all of it took
 * @start: when it began, monotonic
 * @when: when it ended, wall clock
 */
struct pb2_reset {
	const char *method;
	enum pb2_verdict verdict;
	int rc;
	bool clean;
	bool woken;
	unsigned int ms;
	ktime_t start;
	ktime_t when;
};

/**
 * enum pb2_handover_policy - who may be given a function's ECAM page
 * @PB2_HANDOVER_OFF: nobody
 * @PB2_HANDOVER_STUBDOM: a stub domain
 * @PB2_HANDOVER_ANY: any domain
 */
enum pb2_handover_policy {
	PB2_HANDOVER_OFF,
	PB2_HANDOVER_STUBDOM,
	PB2_HANDOVER_ANY,
};

/**
 * struct pb2_handover - a function's ECAM page and its domain
 * @policy: who may have it
 * @dir: the backend's directory in xenstore, or %NULL
 * @vsbdf: the function's virtual address, while there is @dir
 * @address: physical, of the page that the domain may map; 0 for none
 * @rc: why Xen does not take it back, or 0
 * @why: what is against a hand-over, a constant; %NULL for nothing
 * @renew_work: hands over again what was withdrawn, after an announcement
 *
 * Protected by device_lock.
 */
struct pb2_handover {
	enum pb2_handover_policy policy;
	char *dir;
	struct pb2_sbdf vsbdf;
	u64 address;
	int rc;
	const char *why;
	struct delayed_work renew_work;
};

/**
 * struct pb2_device - a seized function
 * @ref: one for the registry, one for each user; the last frees it
 * @rcu: the memory stays for who found it without a lock
 * @link: in the registry; protected by the registry's lock
 * @pdev: the function, reference held; immutable
 * @sbdf: its address; immutable
 * @life_lock: protects the life cycle: @state, @back_to, @fe, @domid,
 *	@vm_path, @target, @target_vm_path, @released
 * @state: see enum pb2_state; set by pb2_state_set() only
 * @back_to: where a reset came from
 * @settled: woken whenever @state changes
 * @fe: the frontend that owns the function, or %NULL; its list of functions
 *	holds the reference to it for as long
 * @domid: the domain that owns or owned it last, %DOMID_INVALID for none
 * @vm_path: that domain's path under /vm, which outlives no domain and is
 *	never used again, or %NULL
 * @target: if that is a stub domain, the one whose device model it runs
 * @target_vm_path: of @target as @vm_path, %NULL if there is none
 * @released: the driver has let go of the function
 * @fault: why the function is, or will be, FAILED; empty for healthy;
 *	life_lock
 * @gate: between the ring and the function
 * @access: the way to the hardware's; gate lock
 * @conf: virtual configuration space, or %NULL before it is built and after the
 *	function is released; gate lock
 * @msi: requests for vectors that failed; gate lock
 * @intx: stand-in interrupt handler; gate lock
 * @handover: its ECAM page in its domain; device_lock
 * @poll_us: how long its frontend's thread may look on after an answer, or
 *	%PB2_POLL_DEFAULT
 * @bus_reset_off: the administrator forbids resets of slot and bus
 * @permissive: unknown registers are writable; one assignment only
 * @allow_interrupt_control: the guest may flip INTx and MSI enables; one
 *	assignment only
 * @detach_until: until then (jiffies) writes that start DMA or interrupts are
 *	refused, because the toolstack is about to detach the function; 0 for
 *	no detach pending
 * @xen_has_msix: Xen can be asked about its MSI-X; device_lock
 * @saved_state: configuration space as it was when seized, with decode on and
 *	bus master off; device_lock
 * @reset: result of the last reset; device_lock
 * @previous_reset: the last result while a new reset runs; device_lock
 * @d3cold: the administrator allows D3cold; device_lock
 * @awake: runtime PM references that the life cycle holds; device_lock
 * @reclaim_work: the way back, run without any lock held
 * @flr_work: the guest's own FLR, carried out as a reset of ours
 * @hold_work: looks whether the former domain is gone
 * @suspend_work: gives up the wake reference that do_flr took
 */
struct pb2_device {
	struct kref ref;
	struct rcu_head rcu;
	struct list_head link;
	struct pci_dev *pdev;
	struct pb2_sbdf sbdf;

	struct mutex life_lock;
	enum pb2_state state;
	enum pb2_state back_to;
	wait_queue_head_t settled;
	struct pb2_frontend *fe;
	domid_t domid;
	char *vm_path;
	domid_t target;
	char *target_vm_path;
	bool released;
	char fault[PB2_FAULT_SIZE];

	struct pb2_gate gate;
	struct pb2_access access;
	struct pb2_conf *conf;
	struct pb2_msi msi;
	struct pb2_intx intx;

	struct pb2_handover handover;

	int poll_us;
	bool bus_reset_off;
	bool permissive;
	bool allow_interrupt_control;
	unsigned long detach_until;

	bool xen_has_msix;
	struct pci_saved_state *saved_state;
	struct pb2_reset reset;
	struct pb2_reset previous_reset;
	bool d3cold;
	bool awake;

	struct work_struct reclaim_work;
	struct work_struct flr_work;
	struct delayed_work hold_work;
	struct delayed_work suspend_work;
};

/* device.c: the references to a seized function */
void pb2_device_get(struct pb2_device *pbdev);
bool pb2_device_try_get(struct pb2_device *pbdev);
void pb2_device_put(struct pb2_device *pbdev);

/* work.c: the work queue of everything slow, and the works of a function */
extern struct workqueue_struct *pb2_wq;
int pb2_work_init(void);
void pb2_work_exit(void);
void pb2_work_queue(struct pb2_device *pbdev, struct work_struct *work);
void pb2_work_delay(struct pb2_device *pbdev, struct delayed_work *work,
		    unsigned long delay);
bool pb2_work_redelay(struct pb2_device *pbdev, struct delayed_work *work,
		      unsigned long delay);
bool pb2_work_cancel(struct pb2_device *pbdev, struct delayed_work *work);

/* registry.c: the functions that are seized */
void pb2_registry_add(struct pb2_device *pbdev);
void pb2_registry_del(struct pb2_device *pbdev);
struct pb2_device *pb2_registry_find(const struct pb2_sbdf *sbdf);
struct pb2_device *pb2_registry_find_pdev(const struct pci_dev *pdev);
void pb2_registry_each_vf(struct pci_dev *pf,
			  void (*visit)(struct pb2_device *vf));
int pb2_registry_show(char *buf, size_t size,
		      int (*show)(struct pb2_device *pbdev, char *buf,
				  size_t size));
void pb2_registry_each(void (*visit)(struct pb2_device *pbdev));

/* slots.c: the addresses that the administrator wants seized */
int pb2_slots_add(const struct pb2_pattern *pat);
int pb2_slots_add_list(const char *list);
int pb2_slots_remove(const struct pb2_pattern *pat);
bool pb2_slots_match(const struct pci_dev *pdev);
int pb2_slots_show(char *buf, size_t size);
void pb2_slots_clear(void);

/* state.c: the life cycle's states and their legal transitions */
const char *pb2_state_name(enum pb2_state state);
bool pb2_state_is_legal(enum pb2_state from, enum pb2_state to);
int pb2_state_set(struct pb2_device *pbdev, enum pb2_state to);

/* gate.c: between the ring and a function */
void pb2_gate_init(struct pb2_gate *gate);
void pb2_gate_open(struct pb2_device *pbdev, const struct pb2_frontend *fe);
void pb2_gate_block(struct pb2_device *pbdev);
void pb2_gate_unblock(struct pb2_device *pbdev);
void pb2_gate_close(struct pb2_device *pbdev);
enum pb2_gate_state pb2_gate_enter(struct pb2_device *pbdev,
				   const struct pb2_frontend *fe);
void pb2_gate_leave(struct pb2_device *pbdev);
void pb2_gate_start_flr(struct pb2_device *pbdev);
void pb2_gate_expect_detach(struct pb2_device *pbdev);
void pb2_gate_forget_detach(struct pb2_device *pbdev);
bool pb2_gate_is_detaching(const struct pb2_device *pbdev);

/* health.c: is it there, and is it the one that was seized? */
const char *pb2_health_slot_fault(struct pci_dev *pdev);
bool pb2_health_answers(struct pci_dev *pdev);
const char *pb2_health_fault(struct pci_dev *pdev);

/* bar.c: base address registers in the hardware */
bool pb2_bar_is_usable(const struct resource *res);
bool pb2_bar_restore(struct pci_dev *pdev);

/* intx.c: stand-in handler for a line that dom0 shares with the guest */
void pb2_intx_init(struct pb2_device *pbdev);
void pb2_intx_exit(struct pb2_device *pbdev);
void pb2_intx_enable(struct pb2_device *pbdev);
void pb2_intx_disable(struct pb2_device *pbdev);
void pb2_intx_pause(struct pb2_device *pbdev, bool pause);
void pb2_intx_toggle(struct pb2_device *pbdev);
int pb2_intx_show(struct pb2_device *pbdev, char *buf, size_t size);

/* msi.c: MSI and MSI-X on behalf of the guest */
int pb2_msi_enable(struct pb2_device *pbdev, struct xen_pci_op *op);
int pb2_msi_disable(struct pb2_device *pbdev, struct xen_pci_op *op);
int pb2_msi_enable_msix(struct pb2_device *pbdev, struct xen_pci_op *op);
int pb2_msi_disable_msix(struct pb2_device *pbdev, struct xen_pci_op *op);
void pb2_msi_begin(struct pb2_device *pbdev);
void pb2_msi_release(struct pb2_device *pbdev);

#endif /* PB2_DEVICE_H */
