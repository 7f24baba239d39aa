// SPDX-License-Identifier: GPL-2.0
/*
 * handover.c - give a function's ECAM page to the function's domain
 *
 * A device model in a stub domain reads configuration space all the time. With
 * the function's ECAM page it reads without a request to this driver. Xen lets
 * no PV domain write to the page, so the page is harmless; the domain's writes
 * go through the ring.
 */
#include <linux/slab.h>
#include <linux/string.h>

#include "../host/ecam_iface.h"
#include "../host/xen_iface.h"
#include "handover.h"

/* Module parameters */
enum pb2_handover_policy pb2_handover_default;
bool pb2_handover_reassign;

static const char * const policy_names[] = {
	[PB2_HANDOVER_OFF]	= "off",
	[PB2_HANDOVER_STUBDOM]	= "stubdom",
	[PB2_HANDOVER_ANY]	= "any",
};

static bool offer_is_on(const struct pb2_offer *offer)
{
	return offer->policy != PB2_HANDOVER_OFF;
}

static bool offer_suits_domain(const struct pb2_offer *offer)
{
	return offer->policy == PB2_HANDOVER_ANY || offer->is_stubdom;
}

static bool offer_knows_xen(const struct pb2_offer *offer)
{
	return offer->knows_xen;
}

static bool offer_has_page(const struct pb2_offer *offer)
{
	return offer->address;
}

static bool offer_is_one_page(const struct pb2_offer *offer)
{
	return IS_ALIGNED(offer->address, PCI_CFG_SPACE_EXP_SIZE) &&
	       PAGE_SIZE == PCI_CFG_SPACE_EXP_SIZE;
}

static bool offer_is_confirmed(const struct pb2_offer *offer)
{
	return offer->is_confirmed;
}

static bool offer_is_read_only(const struct pb2_offer *offer)
{
	return offer->is_read_only;
}

/*
 * Refuse only if the IOMMU is known to be off: on many hosts the state is not
 * known.
 */
static bool offer_may_have_iommu(const struct pb2_offer *offer)
{
	return offer->iommu.state != PB2_IOMMU_OFF;
}

static bool offer_may_remap(const struct pb2_offer *offer)
{
	return offer->iommu.remapping != PB2_IOMMU_OFF;
}

/*
 * Every condition must hold; the first that fails is the reason. No parameter
 * overrides those after the second.
 */
static const struct {
	bool (*holds)(const struct pb2_offer *offer);
	const char *refusal;
} offer_conditions[] = {
	{ offer_is_on,		"hand-over is off" },
	{ offer_suits_domain,	"the domain is no stub domain" },
	{ offer_knows_xen,	"the version of Xen's domctl is not known" },
	{ offer_has_page,	"no ECAM window covers it" },
	/* The registers of neighbouring functions would be in the same page. */
	{ offer_is_one_page,	"its ECAM page is not one page of memory" },
	/* Xen write-protects only the ECAM windows that it uses itself. */
	{ offer_is_confirmed,	"Xen does not use its ECAM window" },
	/* A domain that can write could move BARs over others' memory. */
	{ offer_is_read_only,	"its ECAM page is not known to be read-only" },
	/* Without an IOMMU the domain can do DMA to anything it reads about. */
	{ offer_may_have_iommu,	"there is no IOMMU" },
	/*
	 * The domain could forge any interrupt with what it reads of others'
	 * MSIs.
	 */
	{ offer_may_remap,	"interrupt remapping is off" },
};

/**
 * pb2_handover_decide() - may a function's page be handed over?
 * @offer: everything that the decision depends on
 *
 * Context: any.
 * Return: %NULL if the page may be handed over, or the reason against it, a
 * constant string.
 */
const char *pb2_handover_decide(const struct pb2_offer *offer)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(offer_conditions); i++)
		if (!offer_conditions[i].holds(offer))
			return offer_conditions[i].refusal;
	return NULL;
}

/*
 * In a PV dom0, a test mapping of the page shows whether Xen made it read-only.
 * A PVH dom0 cannot see that, so there it must suffice that Xen uses the
 * window.
 */
static bool offer_prove_read_only(u64 address)
{
	void __iomem *page;
	bool is_read_only;

	if (!pb2_xen_has_pirqs())
		return true;
	page = pb2_ecam_map(address);
	if (!page)
		return false;
	is_read_only = pb2_ecam_is_read_only(page);
	pb2_ecam_unmap(page);
	return is_read_only;
}

static struct pb2_offer offer_gather(const struct pb2_device *pbdev)
{
	struct pb2_offer offer = {
		.policy = READ_ONCE(pbdev->handover.policy),
		.is_stubdom = pbdev->target_vm_path,
		.knows_xen = pb2_domain_knows_xen(),
		.iommu = *pb2_iommu_get(),
	};

	offer.address = pb2_window_page(&pbdev->sbdf, &offer.is_confirmed);
	if (offer.address && offer.is_confirmed)
		offer.is_read_only = offer_prove_read_only(offer.address);
	return offer;
}

/* Silent if the policy asks for no hand-over to this domain. */
static void handover_log_refusal(struct pb2_device *pbdev,
				 const struct pb2_offer *offer, int rc)
{
	struct pb2_handover *handover = &pbdev->handover;

	if (!offer_is_on(offer) || !offer_suits_domain(offer))
		return;
	if (rc)
		pci_warn(pbdev->pdev, "its ECAM page is not handed over to domain %u: %s: %d\n",
			 pbdev->domid, handover->why, rc);
	else
		pci_warn(pbdev->pdev, "its ECAM page is not handed over to domain %u: %s\n",
			 pbdev->domid, handover->why);
}

/*
 * The grant precedes the xenstore nodes: the domain may map the page at once.
 */
static int handover_give_page(struct pb2_device *pbdev, u64 address)
{
	struct pb2_handover *handover = &pbdev->handover;
	int rc;

	device_lock_assert(&pbdev->pdev->dev);

	handover->why = "Xen refuses it";
	rc = pb2_page_grant(address, pbdev->domid, pbdev->vm_path);
	if (rc)
		return rc;
	handover->address = address;

	handover->why = "it cannot be announced";
	rc = pb2_publish_page(handover->dir, &handover->vsbdf, address);
	if (!rc)
		handover->why = NULL;
	return rc;
}

static void handover_offer_page(struct pb2_device *pbdev)
{
	struct pb2_handover *handover = &pbdev->handover;
	struct pb2_offer offer = offer_gather(pbdev);
	int rc = 0;

	device_lock_assert(&pbdev->pdev->dev);

	handover->why = pb2_handover_decide(&offer);
	if (!handover->why)
		rc = handover_give_page(pbdev, offer.address);
	if (!handover->why) {
		pci_info(pbdev->pdev, "its ECAM page 0x%llx is handed over to domain %u, read-only\n",
			 handover->address, pbdev->domid);
		return;
	}
	handover_log_refusal(pbdev, &offer, rc);
	if (handover->address)
		pb2_handover_suspend(pbdev);
}

/**
 * pb2_handover_begin() - publish a function that a domain has been assigned
 * @pbdev: the function
 * @dir: the backend's directory in xenstore
 * @vsbdf: the function's virtual address
 *
 * Publishes the virtio backend domain under the virtual address, and hands the
 * ECAM page over if nothing is against it. Without the page the domain uses the
 * ring. A failure is logged and shown in pciback2/handover.
 *
 * Context: device_lock held, may sleep.
 */
void pb2_handover_begin(struct pb2_device *pbdev, const char *dir,
			const struct pb2_sbdf *vsbdf)
{
	struct pb2_handover *handover = &pbdev->handover;

	device_lock_assert(&pbdev->pdev->dev);

	handover->vsbdf = *vsbdf;
	handover->dir = kstrdup(dir, GFP_KERNEL);
	if (!handover->dir) {
		handover->why = "out of memory";
		return;
	}
	pb2_publish_virtio(pbdev, dir, vsbdf);
	handover_offer_page(pbdev);
}

/*
 * When the pending detach times out, the function has either left its domain or
 * stays.
 */
static void handover_renew_later(struct pb2_device *pbdev)
{
	unsigned long until = READ_ONCE(pbdev->detach_until);

	device_lock_assert(&pbdev->pdev->dev);

	pbdev->handover.why = "a teardown is announced";
	pb2_work_redelay(pbdev, &pbdev->handover.renew_work,
			 until - jiffies + 1);
}

/**
 * pb2_handover_renew() - hand the page over again after it was withdrawn
 * @pbdev: the function; nothing happens unless a domain owns it and does not
 *	have the page
 *
 * While a detach is pending, the hand-over waits until the detach times out. A
 * page that is handed over only for a moment would count as mapped for as long
 * as the domain lives.
 *
 * Context: device_lock held, may sleep.
 */
void pb2_handover_renew(struct pb2_device *pbdev)
{
	struct pb2_handover *handover = &pbdev->handover;

	device_lock_assert(&pbdev->pdev->dev);

	/*
	 * If no frontend owns the function, its reclaim ends the hand-over
	 * later.
	 */
	if (!handover->dir || handover->address || !READ_ONCE(pbdev->fe))
		return;
	if (pb2_gate_is_detaching(pbdev))
		handover_renew_later(pbdev);
	else
		handover_offer_page(pbdev);
}

static void handover_run_renew(struct work_struct *work)
{
	struct pb2_device *pbdev = container_of(to_delayed_work(work),
						struct pb2_device,
						handover.renew_work);
	struct device *dev = &pbdev->pdev->dev;

	if (pb2_work_postpone(pbdev, work))
		return;
	device_lock(dev);
	/* A running reset renews the hand-over itself when it ends. */
	if (READ_ONCE(pbdev->state) == PB2_ASSIGNED)
		pb2_handover_renew(pbdev);
	device_unlock(dev);
	pb2_device_put(pbdev);
}

/**
 * pb2_handover_init() - prepare a new function's hand-over
 * @pbdev: the function
 *
 * Context: any.
 */
void pb2_handover_init(struct pb2_device *pbdev)
{
	pbdev->handover.policy = pb2_handover_default;
	INIT_DELAYED_WORK(&pbdev->handover.renew_work, handover_run_renew);
}

/**
 * pb2_handover_suspend() - withdraw the page, and forbid it
 * @pbdev: the function; nothing happens if its domain does not have the page
 *
 * The xenstore nodes go first, so that a domain that watches them can unmap the
 * page before it loses the permission. If Xen does not take the page back, the
 * function has a fault until a later call succeeds.
 *
 * Context: device_lock held, may sleep.
 */
void pb2_handover_suspend(struct pb2_device *pbdev)
{
	struct pb2_handover *handover = &pbdev->handover;

	device_lock_assert(&pbdev->pdev->dev);

	if (!handover->address)
		return;
	if (handover->dir)
		pb2_publish_withdraw_page(handover->dir, &handover->vsbdf);
	handover->why = handover->why ?: "withdrawn";
	handover->rc = pb2_page_revoke(handover->address, pbdev->domid,
				       pbdev->vm_path);
	if (handover->rc)
		pci_err(pbdev->pdev, "Xen does not take its ECAM page back from domain %u: %d\n",
			pbdev->domid, handover->rc);
	else
		handover->address = 0;
}

/**
 * pb2_handover_choose() - change the policy of a function
 * @pbdev: the function
 * @policy: which domains may have the page from now on
 *
 * Withdraws the page, and hands it over again if @policy allows it.
 *
 * Context: device_lock held, may sleep.
 */
void pb2_handover_choose(struct pb2_device *pbdev,
			 enum pb2_handover_policy policy)
{
	device_lock_assert(&pbdev->pdev->dev);

	WRITE_ONCE(pbdev->handover.policy, policy);
	pb2_handover_suspend(pbdev);
	pb2_handover_renew(pbdev);
}

/**
 * pb2_handover_end() - withdraw the page and the nodes of a leaving function
 * @pbdev: the function; a second call is harmless
 *
 * Context: device_lock held, may sleep.
 */
void pb2_handover_end(struct pb2_device *pbdev)
{
	struct pb2_handover *handover = &pbdev->handover;

	device_lock_assert(&pbdev->pdev->dev);

	pb2_work_cancel(pbdev, &handover->renew_work);
	pb2_handover_suspend(pbdev);
	if (handover->dir)
		pb2_publish_withdraw_virtio(pbdev, handover->dir, &handover->vsbdf);
	kfree(handover->dir);
	handover->dir = NULL;
	handover->why = "in no domain";
}

/**
 * pb2_handover_fault() - does a former domain keep the function's page?
 * @pbdev: the function
 *
 * Context: device_lock held.
 * Return: %NULL if not, or the fault, a constant string.
 */
const char *pb2_handover_fault(const struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);

	return pbdev->handover.rc ?
		"Xen does not take its ECAM page back from the last domain" :
		NULL;
}

/**
 * pb2_handover_is_free() - is the page free for a new owner?
 * @pbdev: the function
 * @domid: the domain that is to get the function
 * @vm_path: that domain's path under /vm, or %NULL
 *
 * Context: may sleep.
 * Return: true if no other domain can have the page mapped, or the
 * administrator accepts it with handover_reassign.
 */
bool pb2_handover_is_free(const struct pb2_device *pbdev, domid_t domid,
			  const char *vm_path)
{
	domid_t holder;
	bool unused;
	u64 address = pb2_window_page(&pbdev->sbdf, &unused);

	if (!address || !pb2_page_is_held(address, domid, vm_path, &holder))
		return true;
	if (READ_ONCE(pb2_handover_reassign)) {
		pci_warn(pbdev->pdev, "domain %u may still have its ECAM page mapped, and can read the registers that domain %u sees from now on (handover_reassign)\n",
			 holder, domid);
		return true;
	}
	pci_err(pbdev->pdev, "not assigned to domain %u: domain %u may still have its ECAM page mapped; shut that one down, or set handover_reassign\n",
		domid, holder);
	return false;
}

/**
 * pb2_handover_parse() - parse the name of a policy
 * @name: off, stubdom or any; a newline may follow
 *
 * Context: any.
 * Return: the policy, or -EINVAL for any other name.
 */
int pb2_handover_parse(const char *name)
{
	return sysfs_match_string(policy_names, name);
}

/**
 * pb2_handover_show() - show pciback2/handover
 * @pbdev: the function
 * @buf: where to write
 * @size: size of @buf in bytes
 *
 * Context: device_lock held.
 * Return: bytes written: the policy, and either the page and the domain that
 * has it, or the reason against it.
 */
int pb2_handover_show(const struct pb2_device *pbdev, char *buf, size_t size)
{
	const struct pb2_handover *handover = &pbdev->handover;
	const char *policy = policy_names[handover->policy];

	device_lock_assert(&pbdev->pdev->dev);

	if (handover->rc)
		return scnprintf(buf, size, "%s: %s: %d\n", policy,
				 pb2_handover_fault(pbdev), handover->rc);
	if (handover->address)
		return scnprintf(buf, size, "%s: 0x%llx domain %u\n", policy,
				 handover->address, pbdev->domid);
	return scnprintf(buf, size, "%s: not handed over: %s\n", policy,
			 handover->why ?: "in no domain");
}
