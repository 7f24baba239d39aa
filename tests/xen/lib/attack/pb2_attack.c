// SPDX-License-Identifier: GPL-2.0
/*
 * pb2_attack - a frontend that keeps to no rule
 *
 * It takes the place of xen-pcifront, and speaks the ring by hand. "ATTACK SEED
 * SECONDS" written to pb2_attack/run in debugfs carries an attack out, and
 * pb2_attack/report then has what came of it:
 *
 *	connect		publish ring and event channel, as pcifront does
 *	requests	every command with any nonsense, one after another
 *	race		the same, while another processor scribbles over the request
 *	events		events at full speed, with nothing to do
 *	storm		requests and events at full speed, no answer awaited
 *	twice		the ring that dom0 has is published again, or in its place
 *			the page that the console has
 *	states		the frontend's state jumps about
 *	garbage		the frontend's nodes are rubbish, and many
 *	withdraw	a ring that is granted, published and withdrawn at once
 *	prepare		Xen is asked to prepare and release MSI-X, as only dom0 may
 *
 * The seed makes the same sequence again.
 */
#include <linux/cpumask.h>
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/prandom.h>
#include <linux/uaccess.h>

#include <xen/events.h>
#include <xen/grant_table.h>
#include <xen/interface/io/pciif.h>
#include <xen/interface/physdev.h>
#include <xen/xenbus.h>

#include <asm/xen/hypercall.h>

/* pcifront gives a request up after so many. */
#define ANSWER_S	2
/* As many nodes as a flood has */
#define FLOOD_NODES	64

/**
 * struct attack - the one frontend
 * @xdev: its device
 * @page: the shared page
 * @gref: its grant
 * @evtchn: the event channel
 * @irq: of @evtchn
 * @dice: what is thrown for the attacker
 * @scribe: the thread of another processor, or %NULL
 * @end: when the attack ends, in jiffies
 * @requests: sent
 * @answers: that came
 * @refused: of those, with an error
 * @lost: requests that were not answered in time
 * @sent: events sent
 * @got: events that came
 */
struct attack {
	struct xenbus_device *xdev;
	struct xen_pci_sharedinfo *page;
	grant_ref_t gref;
	evtchn_port_t evtchn;
	int irq;
	struct rnd_state dice;
	struct task_struct *scribe;
	unsigned long end;
	unsigned long requests;
	unsigned long answers;
	unsigned long refused;
	unsigned long lost;
	unsigned long sent;
	unsigned long got;
};

static struct attack *attack;
static struct dentry *dir;
static char report[128];
/* One attack at a time */
static DEFINE_MUTEX(lock);

static u32 dice(u32 sides)
{
	return prandom_u32_state(&attack->dice) % sides;
}

static u32 any(void)
{
	return prandom_u32_state(&attack->dice);
}

static bool is_over(void)
{
	return time_after(jiffies, attack->end) || fatal_signal_pending(current);
}

/* Most of it near what is valid: what is far off is refused early. */
static void invent(struct xen_pci_op *op)
{
	static const u32 sizes[] = { 1, 2, 4, 4, 4, 0, 3, 5, 8, ~0U };
	u32 i;

	op->cmd = dice(10) ? dice(10) : any();
	op->err = any();
	op->domain = dice(20) ? 0 : any();
	op->bus = dice(20) ? 0 : any();
	op->devfn = dice(20) ? 0 : any();
	op->offset = dice(10) ? dice(PCI_CFG_SPACE_EXP_SIZE + 8) - 4 : any();
	op->size = sizes[dice(ARRAY_SIZE(sizes))];
	op->value = dice(3) ? dice(SH_INFO_MAX_VEC + 8) : any();
	op->info = any();
	for (i = 0; i < SH_INFO_MAX_VEC; i++) {
		op->msix_entries[i].vector = any();
		op->msix_entries[i].entry = dice(4) ? i : any();
	}
}

static void ask(void)
{
	attack->requests++;
	/* The request must be there before the flag. */
	wmb();
	set_bit(_XEN_PCIF_active, (unsigned long *)&attack->page->flags);
	notify_remote_via_evtchn(attack->evtchn);
	attack->sent++;
}

static bool is_answered(void)
{
	return !test_bit(_XEN_PCIF_active, (unsigned long *)&attack->page->flags);
}

static void await(void)
{
	unsigned long until = jiffies + ANSWER_S * HZ;

	while (!is_answered()) {
		if (time_after(jiffies, until)) {
			attack->lost++;
			return;
		}
		cond_resched();
	}
	attack->answers++;
	if (READ_ONCE(attack->page->op.err))
		attack->refused++;
}

static int requests(void)
{
	while (!is_over()) {
		invent(&attack->page->op);
		ask();
		await();
	}
	return 0;
}

/* Each word of the request, again and again, while dom0 reads it */
static int scribble(void *unused)
{
	u32 *words = (u32 *)&attack->page->op;
	struct rnd_state own;
	u32 i;

	prandom_seed_state(&own, any());
	while (!kthread_should_stop()) {
		i = prandom_u32_state(&own) % (sizeof(attack->page->op) / 4);
		/* The head of it is what decides. */
		if (prandom_u32_state(&own) % 4)
			i %= offsetof(struct xen_pci_op, msix_entries) / 4;
		WRITE_ONCE(words[i], prandom_u32_state(&own) % 2 ?
			   prandom_u32_state(&own) % 8 :
			   prandom_u32_state(&own));
		cond_resched();
	}
	return 0;
}

static int race(void)
{
	struct task_struct *scribe;

	if (num_online_cpus() < 2)
		return -ENODEV;
	scribe = kthread_create(scribble, NULL, "pb2_scribe");
	if (IS_ERR(scribe))
		return PTR_ERR(scribe);
	kthread_bind(scribe, cpumask_next(raw_smp_processor_id(),
					  cpu_online_mask) % nr_cpu_ids);
	wake_up_process(scribe);
	requests();
	kthread_stop(scribe);
	return 0;
}

static int events(void)
{
	while (!is_over()) {
		notify_remote_via_evtchn(attack->evtchn);
		attack->sent++;
		cond_resched();
	}
	return 0;
}

static int storm(void)
{
	while (!is_over()) {
		invent(&attack->page->op);
		ask();
		if (is_answered())
			attack->answers++;
		cond_resched();
	}
	return 0;
}

static int put(const char *node, const char *fmt, u32 value)
{
	attack->requests++;
	return xenbus_printf(XBT_NIL, attack->xdev->nodename, node, fmt, value);
}

static int states(void)
{
	while (!is_over()) {
		put("state", dice(20) ? "%u" : "%u rubbish", dice(20) ?
		    dice(XenbusStateReconfigured + 2) : any());
		msleep(dice(100));
	}
	return 0;
}

static int garbage(void)
{
	static const char * const nodes[] = {
		"pci-op-ref", "event-channel", "magic", "state", "num_devs",
		"dev-0", "vdev-0", "backend-id",
	};
	char name[24];

	while (!is_over()) {
		if (dice(4)) {
			put(nodes[dice(ARRAY_SIZE(nodes))],
			    dice(2) ? "%u" : "\xff\x01%%n%%s-%u", any());
		} else {
			snprintf(name, sizeof(name), "flood-%u",
				 dice(FLOOD_NODES));
			put(name, "%u", any());
		}
		cond_resched();
	}
	return 0;
}

static int publish(grant_ref_t gref)
{
	struct xenbus_device *xdev = attack->xdev;
	int rc;

	rc = xenbus_printf(XBT_NIL, xdev->nodename, "pci-op-ref", "%u",
			   gref);
	if (!rc)
		rc = xenbus_printf(XBT_NIL, xdev->nodename, "event-channel",
				   "%u", attack->evtchn);
	if (!rc)
		rc = xenbus_printf(XBT_NIL, xdev->nodename, "magic",
				   XEN_PCI_MAGIC);
	if (!rc)
		rc = xenbus_switch_state(xdev, XenbusStateInitialised);
	return rc;
}

static int connect(void)
{
	int rc = publish(attack->gref);

	while (!rc && !is_over()) {
		if (xenbus_read_unsigned(attack->xdev->otherend, "state",
					 XenbusStateUnknown) ==
		    XenbusStateConnected)
			return xenbus_switch_state(attack->xdev,
						   XenbusStateConnected);
		msleep(50);
	}
	return rc ?: -ETIMEDOUT;
}

/* Before dom0 maps it, or after: whoever is faster */
static int withdraw(void)
{
	gnttab_end_foreign_access_ref(attack->gref);
	return publish(attack->gref);
}

/* Both pages are dom0's to map, and one of them is in use elsewhere. */
static int twice(void)
{
	while (!is_over()) {
		publish(dice(2) ? attack->gref : GNTTAB_RESERVED_CONSOLE);
		/* A state that is no news is not written by publish(). */
		put("state", "%u", XenbusStateInitialised);
		invent(&attack->page->op);
		ask();
		msleep(dice(100));
		if (is_answered())
			attack->answers++;
	}
	return 0;
}

/* Of every function of the first buses; each call has to be refused. */
static int prepare(void)
{
	struct physdev_pci_device dev = {};
	int rc;

	while (!is_over()) {
		dev.bus = dice(9);
		dev.devfn = dice(2) ? 0 : dice(256);
		rc = HYPERVISOR_physdev_op(dice(2) ? PHYSDEVOP_prepare_msix :
					   PHYSDEVOP_release_msix, &dev);
		attack->requests++;
		if (rc != -EPERM)
			return -EUCLEAN;
		attack->refused++;
		cond_resched();
	}
	return 0;
}

static const struct {
	const char *name;
	int (*run)(void);
} attacks[] = {
	{ "connect", connect },
	{ "requests", requests },
	{ "race", race },
	{ "events", events },
	{ "storm", storm },
	{ "twice", twice },
	{ "states", states },
	{ "garbage", garbage },
	{ "withdraw", withdraw },
	{ "prepare", prepare },
};

static int carry_out(const char *name, u32 seed, unsigned int seconds)
{
	unsigned int i;
	int rc = -EINVAL;

	prandom_seed_state(&attack->dice, seed);
	attack->end = jiffies + seconds * HZ;
	attack->requests = 0;
	attack->answers = 0;
	attack->refused = 0;
	attack->lost = 0;
	attack->sent = 0;
	attack->got = 0;
	for (i = 0; i < ARRAY_SIZE(attacks); i++)
		if (!strcmp(attacks[i].name, name))
			rc = attacks[i].run();
	snprintf(report, sizeof(report),
		 "requests %lu answers %lu refused %lu lost %lu events %lu got %lu\n",
		 attack->requests, attack->answers, attack->refused,
		 attack->lost, attack->sent, READ_ONCE(attack->got));
	return rc;
}

static ssize_t run_write(struct file *file, const char __user *from,
			 size_t size, loff_t *pos)
{
	unsigned int seconds;
	char line[64] = "", name[16];
	u32 seed;
	int rc;

	if (size >= sizeof(line) || copy_from_user(line, from, size))
		return -EFAULT;
	if (sscanf(line, "%15s %u %u", name, &seed, &seconds) != 3)
		return -EINVAL;

	mutex_lock(&lock);
	rc = attack ? carry_out(name, seed, seconds) : -ENODEV;
	mutex_unlock(&lock);
	return rc ?: size;
}

static const struct file_operations run_fops = {
	.owner = THIS_MODULE,
	.write = run_write,
};

static ssize_t report_read(struct file *file, char __user *to, size_t size,
			   loff_t *pos)
{
	return simple_read_from_buffer(to, size, pos, report, strlen(report));
}

static const struct file_operations report_fops = {
	.owner = THIS_MODULE,
	.read = report_read,
};

static irqreturn_t interrupt(int irq, void *arg)
{
	struct attack *ours = arg;

	WRITE_ONCE(ours->got, ours->got + 1);
	return IRQ_HANDLED;
}

static int probe(struct xenbus_device *xdev, const struct xenbus_device_id *id)
{
	struct attack *ours = kzalloc(sizeof(*ours), GFP_KERNEL);
	int rc;

	if (!ours)
		return -ENOMEM;
	ours->xdev = xdev;
	rc = xenbus_setup_ring(xdev, GFP_KERNEL, (void **)&ours->page, 1,
			       &ours->gref);
	if (!rc)
		rc = xenbus_alloc_evtchn(xdev, &ours->evtchn);
	if (!rc)
		rc = bind_evtchn_to_irqhandler(ours->evtchn, interrupt, 0,
					       "pb2_attack", ours);
	if (rc < 0) {
		kfree(ours);
		return rc;
	}
	ours->irq = rc;
	/* Or loading the module would wait for it to connect. */
	xdev->state = XenbusStateConnected;
	attack = ours;
	return 0;
}

/* What a backend does is of no interest. */
static void changed(struct xenbus_device *xdev, enum xenbus_state state)
{
}

static const struct xenbus_device_id ids[] = {
	{ "pci" },
	{ "" }
};

static struct xenbus_driver driver = {
	.name			= "pcifront",
	.ids			= ids,
	.probe			= probe,
	.otherend_changed	= changed,
};

static int __init attack_init(void)
{
	int rc = xenbus_register_frontend(&driver);

	if (rc)
		return rc;
	dir = debugfs_create_dir("pb2_attack", NULL);
	debugfs_create_file("run", 0200, dir, NULL, &run_fops);
	debugfs_create_file("report", 0400, dir, NULL, &report_fops);
	return 0;
}

/* No way out: the guest that does this is destroyed. */
module_init(attack_init);

MODULE_DESCRIPTION("A frontend of xen-pciback that keeps to no rule");
MODULE_LICENSE("GPL");
