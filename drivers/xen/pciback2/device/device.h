/* SPDX-License-Identifier: GPL-2.0 */
/*
 * device.h - the seized function as an object: state, gate, interrupts, locks
 *
 * Lock order, outermost first. Whoever holds one of these locks may take those
 * below it, but none above it.
 *
 * device_lock of the upstream bridge
 *	Taken: for the reset of a bus or slot (life/reset_affected.c).
 *	Protects: the bus below the bridge from any other reset.
 *
 * device_lock of the function
 *	Taken: by the driver core for probe and remove; by the PCI core for the
 *	error handlers and its own resets; by assignment (pb2_assign_lock());
 *	by do_flr, reclaim_work, flr_work, hold_work, suspend_work,
 *	announced_work, handover.renew_work and recovery.work, which does not
 *	hold it while it waits for a guest;
 *	by the sysfs attributes d3cold, access, handover and backend_domid,
 *	which only try: unbinding removes these files with the lock held.
 *	Protects: pb2_device.handover, .xen_has_msix, .saved_state, .reset,
 *	.previous_reset, .d3cold, .awake, .assignment_expected and .recovery.
 *	A reset of a bus takes the locks of all functions in the order of the
 *	bus. A thread that already holds one of them (probe, remove) takes the
 *	bridge's and the others' with trylock.
 *
 * configuration access lock of the function (pci_cfg_access_lock())
 *	Taken: with device_lock, for a reset.
 *	Protects: configuration space from user space's accesses.
 *
 * pb2_device.life_lock
 *	Taken: to change the state or the owner, to record a fault, and to read
 *	a fault for sysfs.
 *	Protects: pb2_device.state, .back_to, .fe, .domid, .vm_path, .target,
 *	.target_vm_path, .released, .last_reset and .fault.
 *	All of these also change under device_lock only, except that
 *	pb2_assign_disown() changes .fe, .state and .back_to without it, and
 *	pb2_assign_refuse() changes .state from IDLE to HELD. A
 *	holder of device_lock therefore reads the others without life_lock.
 *	Readers without any lock use READ_ONCE() on .state and .fe. A request
 *	that found the gate open may read .domid, which changes only while the
 *	gate is closed.
 *
 * pb2_frontend.lock
 *	Taken: to add, remove or look up an exported function, and to tell a
 *	frontend that it lost one or is going away. Never held over a xenstore
 *	access.
 *	Protects: pb2_frontend.exports, .places, .lost and .dying. The ring
 *	reads .places under RCU.
 *
 * pb2_device.gate.lock
 *	Taken: by the ring's thread for each request (pb2_gate_enter()); by
 *	whoever changes what requests find: assignment, isolation, resets, error
 *	recovery, and writers to sysfs.
 *	Protects: pb2_device.gate, .access, .conf with everything behind it,
 *	.msi, .intx and .guest_reset, and the function's vectors.
 *
 * Leaves, below which no other lock of this driver is taken:
 *	registry_lock, a spinlock: the registry and pb2_device.link
 *	slots_lock, a spinlock: the slots (hide list)
 *	frontends_lock, a spinlock: the list of frontends, pb2_frontend.link
 *	windows_lock, a mutex: the ECAM windows
 *
 * Locks outside that order:
 *	bridges_lock, a mutex: the list of host bridges. Module init and exit, a
 *	PCI bus notifier and sysfs take it with no other lock of this driver
 *	held; only windows_lock is taken under it.
 *	holders_lock, a mutex: the record of holders. Assignment, reclaim, resets
 *	and the hand-over take it under device_lock; the work that forgets dead
 *	domains and sysfs take it alone. It is held over hypercalls and xenstore
 *	accesses, and no lock of this driver is taken under it.
 *	pb2_ring.aer_lock, a mutex: the ring's page while error recovery uses
 *	it. recovery.work takes it with no other lock of this driver held, and
 *	so do the frontend's work and its removal. No lock of this driver is
 *	taken under it.
 *
 * No lock: pb2_device.poll_us, .bus_reset_off, .permissive,
 * .allow_interrupt_control, .detach_until and .passed_on are single words, for
 * which READ_ONCE() and WRITE_ONCE() suffice. So are .reset.woken, which runtime PM
 * sets, and .intx.ack and .intx.handled, which the interrupt handler uses. sysfs
 * shows .state and .d3cold without a lock.
 *
 * The PCI core calls the error handlers with pci_bus_sem held for reading, so
 * nothing that takes pci_bus_sem is called under life_lock or a lock below it.
 *
 * Of all these locks a request from the ring takes only the gate lock of its
 * function, so that no reset, no xenstore access and no other function can
 * delay the answer.
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
#include "gate.h"
#include "guest_reset.h"
#include "holder.h"

struct pb2_conf;
struct pb2_frontend;

/* Room for a reset method that reset nothing and what blocked a bus reset */
#define PB2_FAULT_SIZE		160

#define PB2_POLL_DEFAULT	(-1)	/* of pb2_device.poll_us: as the module parameter */

/**
 * enum pb2_state - the life of a function, from seizing to release
 * @PB2_SEIZING: taken from the PCI core, not yet known to be usable
 * @PB2_IDLE: seized, reset, in no domain; enters D3hot after a grace period
 * @PB2_ASSIGNED: a domain owns the function
 * @PB2_RESETTING: under reset; pb2_device.back_to has the state to return to
 * @PB2_RECLAIMING: being taken back from a domain
 * @PB2_HELD: taken back and reset, but the former domain is alive and may still
 *	have the BARs mapped, so the function stays in D0
 * @PB2_FAILED: does not answer, or a reset was disproved; not assignable
 * @PB2_GONE: removed by surprise, or released; nothing may touch it any more
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
 * enum pb2_access_way - how the driver reaches configuration space
 * @PB2_ACCESS_AUTO: through the ECAM page where possible, else as
 *	%PB2_ACCESS_KERNEL
 * @PB2_ACCESS_KERNEL: through the kernel's accessors
 * @PB2_ACCESS_ECAM: through the function's ECAM page
 */
enum pb2_access_way {
	PB2_ACCESS_AUTO,
	PB2_ACCESS_KERNEL,
	PB2_ACCESS_ECAM,
};

/**
 * struct pb2_access - the way to a function's configuration space
 * @way: what the administrator asked for
 * @page: the mapped ECAM page, or %NULL for the kernel's accessors
 * @why: why the page cannot be used, a constant; %NULL if it can
 *
 * Protected by pb2_device.gate.lock.
 */
struct pb2_access {
	enum pb2_access_way way;
	void __iomem *page;
	const char *why;
};

/*
 * How many requests for vectors may fail in an interval (jiffies) before the
 * driver refuses further ones: as many as printk's default rate limit.
 */
#define PB2_MSI_INTERVAL	DEFAULT_RATELIMIT_INTERVAL
#define PB2_MSI_MAX_FAILURES	DEFAULT_RATELIMIT_BURST

/**
 * struct pb2_msi - requests for vectors that the PCI core or Xen failed
 * @since: when the first of them failed, jiffies
 * @failures: how many have failed since then, at most %PB2_MSI_MAX_FAILURES
 *
 * Protected by pb2_device.gate.lock.
 */
struct pb2_msi {
	unsigned long since;
	unsigned int failures;
};

/*
 * How often a guest may have the dummy handler installed in one assignment. The
 * kernel may log a line each time, because Xen does not let dom0 have the line,
 * or because another driver does not share it.
 */
#define PB2_INTX_MAX_REQUESTS	10

/**
 * struct pb2_intx - dummy shared-IRQ handler of an INTx line
 * @irq: IRQ number of the line, 0 for none; kept here because MSI replaces
 *	pci_dev.irq
 * @hidden: the value of pci_dev.irq before pb2_intx_init() cleared it, in a dom0
 *	without pirqs; 0 otherwise
 * @installed: the handler is registered
 * @parked: the handler stays registered although the guest has disabled decode
 * @requests: how often the handler was to be registered in this assignment
 * @ack: the handler claims interrupts
 * @handled: number of interrupts claimed so far
 * @name: as shown in /proc/interrupts
 *
 * @irq and @hidden are set before other threads can find the function.
 * @installed, @parked, @requests and @ack are protected by
 * pb2_device.gate.lock, but the handler reads and may clear @ack, and it alone
 * writes @handled, both without a lock.
 */
struct pb2_intx {
	unsigned int irq;
	unsigned int hidden;
	bool installed;
	bool parked;
	unsigned int requests;
	bool ack;
	unsigned long handled;
	char name[32];
};

/**
 * enum pb2_verdict - what is known about a reset
 * @PB2_RESET_NEVER: no reset was tried
 * @PB2_RESET_PROVEN: the reset marker, set before the reset, was gone after it
 * @PB2_RESET_UNPROVEN: the method reported success, and no reset marker could
 *	be set
 * @PB2_RESET_DISPROVED: the method reported success, but the reset marker
 *	survived
 * @PB2_RESET_FAILED: the function has no reset method, or the last method failed
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
 * @verdict: what the reset marker shows
 * @rc: errno of the last method tried, 0 if it reported success
 * @clean: the reset is proven, and no domain could reach the function since
 * @was_held: a domain that lived when the reset began might have the BARs mapped
 * @blocked: another function blocked the bus reset that this one needs
 * @woken: runtime PM has resumed the function since the reset
 * @ms: duration of all methods tried, in ms
 * @start: when the reset began, monotonic clock
 * @when: when it ended, wall clock
 *
 * Protected by device_lock, except @woken, which runtime PM sets without it, and
 * @blocked, which a sibling reads without it, as a hint.
 */
struct pb2_reset {
	const char *method;
	enum pb2_verdict verdict;
	int rc;
	bool clean;
	bool was_held;
	bool blocked;
	bool woken;
	unsigned int ms;
	ktime_t start;
	ktime_t when;
};

/**
 * struct pb2_recovery - error recovery of a function
 * @pending: the PCI core has reported an error, and @work is not done with it
 * @frozen: the channel was reported as frozen, so the PCI core resets the
 *	function
 * @restored: the function was restored after that reset
 * @was_reset: the owner does not know yet that its function was reset
 * @fault: what was wrong with the function after the reset, a constant; %NULL if
 *	it was restored
 * @checks: how often @work has waited for the PCI core
 * @work: restores the function if the PCI core does not let it, and takes the
 *	owner's driver through its recovery
 *
 * Protected by device_lock.
 */
struct pb2_recovery {
	bool pending;
	bool frozen;
	bool restored;
	bool was_reset;
	const char *fault;
	unsigned int checks;
	struct delayed_work work;
};

/**
 * struct pb2_device - a seized function
 * @ref: one reference for the registry, one for each user and each queued work;
 *	the last one dropped frees the function
 * @rcu: delays the release of the memory for pb2_frontend_find()
 * @link: in the registry; registry_lock
 * @pdev: the function, with a reference; immutable
 * @sbdf: the function's address; immutable
 * @life_lock: protects the members from @state to @fault
 * @state: see enum pb2_state; only pb2_state_set() changes it
 * @back_to: the state that a running reset returns to
 * @settled: woken whenever @state changes
 * @fe: the frontend that owns the function, or %NULL. The owner's pb2_export
 *	holds the reference to the frontend until @fe is %NULL again.
 * @domid: the domain that owns the function or owned it last, %DOMID_INVALID if
 *	no domain ever did
 * @vm_path: the path of domain @domid under /vm, or %NULL. The path holds the
 *	domain's UUID, so it vanishes with the domain and is never used again.
 * @target: the domain whose device model domain @domid runs, if @domid is a stub
 *	domain
 * @target_vm_path: the path of domain @target under /vm, %NULL if @domid is no
 *	stub domain
 * @released: the driver has released the function
 * @last_reset: copy of @reset at the end of the last reset, for sysfs
 * @fault: why the function is FAILED, or will be once its domain is gone; empty
 *	for a healthy function
 * @gate: what every request to the function passes
 * @access: how the driver reaches configuration space; gate lock
 * @conf: virtual configuration space, %NULL before it is built and after the
 *	function is released; gate lock
 * @msi: requests for vectors that failed; gate lock
 * @intx: dummy shared-IRQ handler; gate lock
 * @guest_reset: resets that the guest asks for; gate lock
 * @handover: the ECAM page and the domain that may map it; device_lock
 * @poll_us: for how many microseconds the frontend's thread may busy-poll after
 *	an answer, or %PB2_POLL_DEFAULT; no lock
 * @bus_reset_off: the administrator forbids resets of the bus or slot; no lock
 * @permissive: enum pb2_permissive; no lock
 * @allow_interrupt_control: the guest may change the enable bits of INTx, MSI
 *	and MSI-X, for one assignment; no lock
 * @detach_until: a detach is pending until this time (jiffies), and the guest
 *	can start neither DMA nor interrupts; 0 if none is pending; no lock
 * @xen_has_msix: Xen can see the function's MSI-X capability, and may be asked
 *	about it; device_lock
 * @saved_state: configuration space at the time of seizing, with decode on and
 *	bus master off; device_lock
 * @reset: result of the last reset; device_lock
 * @previous_reset: result of the reset before; device_lock
 * @d3cold: the administrator allows D3cold; device_lock
 * @awake: the life cycle holds a runtime PM reference; device_lock
 * @dom0_suspends: power/control was "auto" before seizing; device_lock
 * @assignment_expected: a toolstack has announced an assignment; device_lock
 * @passed_on: do_flr has told of the next domain, which may have the function
 * @suspend_refused: the log says why it stays in D0; runtime PM's suspend only
 * @recovery: error recovery; device_lock
 * @reclaim_work: takes the function back from its former domain
 * @flr_work: carries out an FLR that the guest started
 * @hold_work: checks whether the former domain of a HELD function is dead
 * @suspend_work: drops the runtime PM reference of do_flr or a refused suspend
 * @announced_work: wakes the function because a toolstack lists it for a domain
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
	struct pb2_reset last_reset;
	char fault[PB2_FAULT_SIZE];

	struct pb2_gate gate;
	struct pb2_access access;
	struct pb2_conf *conf;
	struct pb2_msi msi;
	struct pb2_intx intx;
	struct pb2_guest_reset guest_reset;

	struct pb2_handover handover;

	int poll_us;
	bool bus_reset_off;
	u8 permissive;
	bool allow_interrupt_control;
	unsigned long detach_until;

	bool xen_has_msix;
	struct pci_saved_state *saved_state;
	struct pb2_reset reset;
	struct pb2_reset previous_reset;
	bool d3cold;
	bool awake;
	bool dom0_suspends;
	bool assignment_expected;
	bool passed_on;
	bool suspend_refused;
	struct pb2_recovery recovery;

	struct work_struct reclaim_work;
	struct work_struct flr_work;
	struct delayed_work hold_work;
	struct delayed_work suspend_work;
	struct work_struct announced_work;
};

/* device.c: references to a seized function */
void pb2_device_get(struct pb2_device *pbdev);
bool pb2_device_try_get(struct pb2_device *pbdev);
void pb2_device_put(struct pb2_device *pbdev);

/* work.c: the work queue, and the works of a function */
extern struct workqueue_struct *pb2_wq;
int pb2_work_init(void);
void pb2_work_exit(void);
bool pb2_work_postpone(struct pb2_device *pbdev, struct work_struct *work);
void pb2_work_queue(struct pb2_device *pbdev, struct work_struct *work);
bool pb2_work_delay(struct pb2_device *pbdev, struct delayed_work *work,
		    unsigned long delay);
bool pb2_work_redelay(struct pb2_device *pbdev, struct delayed_work *work,
		      unsigned long delay);
bool pb2_work_cancel(struct pb2_device *pbdev, struct delayed_work *work);

/* registry.c: all seized functions */
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

/* slots.c: addresses that the administrator wants seized */
int pb2_slots_add(const struct pb2_pattern *pat);
int pb2_slots_add_override(const struct pb2_sbdf *sbdf);
void pb2_slots_remove_override(const struct pb2_sbdf *sbdf);
int pb2_slots_add_list(const char *list);
int pb2_slots_remove(const struct pb2_pattern *pat);
bool pb2_slots_match(const struct pci_dev *pdev);
int pb2_slots_show(char *buf, size_t size);
void pb2_slots_clear(void);

/* state.c: the life cycle's states and their legal transitions */
const char *pb2_state_name(enum pb2_state state);
bool pb2_state_is_legal(enum pb2_state from, enum pb2_state to);
int pb2_state_set(struct pb2_device *pbdev, enum pb2_state to);

/* health.c: is the function there, and is it the one that was seized? */
const char *pb2_health_slot_fault(struct pci_dev *pdev);
bool pb2_health_answers(struct pci_dev *pdev);
const char *pb2_health_fault(struct pci_dev *pdev);

/* bar.c: base address registers in the hardware */
bool pb2_bar_is_usable(const struct resource *res);
bool pb2_bar_is_lost(struct pci_dev *pdev);
bool pb2_bar_restore(struct pci_dev *pdev);

/* intx.c: dummy handler for a line that dom0 shares with the guest */
void pb2_intx_init(struct pb2_device *pbdev);
void pb2_intx_exit(struct pb2_device *pbdev);
void pb2_intx_enable(struct pb2_device *pbdev);
void pb2_intx_disable(struct pb2_device *pbdev);
void pb2_intx_release(struct pb2_device *pbdev);
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
