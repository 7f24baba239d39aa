// SPDX-License-Identifier: GPL-2.0
/*
 * handover.c - a function's page of configuration space, given to its domain
 *
 * A device model in a stub domain reads configuration space all the time. Given
 * the function's ECAM page it needs nobody for that. Xen lets no PV domain write
 * to the page, which is what makes it harmless; writes go through the ring.
 */
#include <linux/slab.h>
#include <linux/string.h>

#include "../host/ecam_iface.h"
#include "../host/xen_iface.h"
#include "handover.h"

/* Parameters of the module */
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

/* Not knowing is normal, and no reason to refuse. */
static bool offer_may_have_iommu(const struct pb2_offer *offer)
{
	return offer->iommu.state != PB2_IOMMU_OFF;
}

static bool offer_may_remap(const struct pb2_offer *offer)
{
	return offer->iommu.remapping != PB2_IOMMU_OFF;
}

/* All must hold, in this order. No parameter overrides those after the second. */
static const struct {
	bool (*holds)(const struct pb2_offer *offer);
	const char *refusal;
} offer_conditions[] = {
	{ offer_is_on,		"hand-over is off" },
	{ offer_suits_domain,	"the domain is no stub domain" },
	{ offer_knows_xen,	"the version of Xen's domctl is not known" },
	{ offer_has_page,	"no ECAM window covers it" },
	/* Its neighbours' registers would be in the same page. */
	{ offer_is_one_page,	"its ECAM page is not one page of memory" },
	/* Xen protects the windows that it uses, and no others. */
	{ offer_is_confirmed,	"Xen does not use its ECAM window" },
	/* A domain that can write could move BARs onto others' memory. */
	{ offer_is_read_only,	"its ECAM page is not known to be read-only" },
	/* Its domain could as well do DMA to whatever it reads about. */
	{ offer_may_have_iommu,	"there is no IOMMU" },
	/* It could forge any interrupt with what it reads of others' MSIs. */
	{ offer_may_remap,	"interrupt remapping is off" },
};

/**
 * pb2_handover_decide() - may a page be handed over?
 * @offer: all that matters
 *
 * Context: any.
 * Return: %NULL if it may, or what is against it.
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
 * In a PV dom0 by what Xen made of a mapping of our own. A PVH dom0 cannot see
 * that; there Xen's word for the window has to do.
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

/* One message, and none where nobody asked for it. */
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

/* Granted first, then announced: the domain may map it at once. */
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
 * pb2_handover_begin() - a function has a domain and an address in it
 * @pbdev: the function
 * @dir: the backend's directory in xenstore
 * @vsbdf: the function's virtual address
 *
 * The domain is told of all that stands under that address: who backs the
 * function, and its page. Whatever is against a hand-over, it has the ring.
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

/* When the announcement is over the function has left, or stays. */
static void handover_renew_later(struct pb2_device *pbdev)
{
	unsigned long until = READ_ONCE(pbdev->detach_until);

	device_lock_assert(&pbdev->pdev->dev);

	pbdev->handover.why = "a teardown is announced";
	pb2_work_redelay(pbdev, &pbdev->handover.renew_work,
			 until - jiffies + 1);
}

/**
 * pb2_handover_renew() - hand the page over again, if it was withdrawn
 * @pbdev: the function; nothing happens unless a domain has it
 *
 * Not while a teardown is announced: it would be for a moment only, and the
 * page has to be awaited for as long as the domain lives.
 *
 * Context: device_lock held, may sleep.
 */
void pb2_handover_renew(struct pb2_device *pbdev)
{
	struct pb2_handover *handover = &pbdev->handover;

	device_lock_assert(&pbdev->pdev->dev);

	/* Whoever takes it from its domain ends the hand-over after us. */
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

	device_lock(dev);
	/* A reset that runs renews it itself when it ends. */
	if (READ_ONCE(pbdev->state) == PB2_ASSIGNED)
		pb2_handover_renew(pbdev);
	device_unlock(dev);
	pb2_device_put(pbdev);
}

/**
 * pb2_handover_init() - the page is nobody's yet
 * @pbdev: a new function
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
 * @pbdev: the function
 *
 * The announcement goes first: a domain that looks for it loses its mapping
 * before the right to it. If Xen does not take the page back, the function has
 * a fault until it does; the next call tries again.
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
 * pb2_handover_choose() - who may have the page from now on
 * @pbdev: the function
 * @policy: who
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
 * pb2_handover_end() - the function leaves its domain
 * @pbdev: the function; harmless when done twice
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
 * pb2_handover_fault() - what is wrong with a function's page?
 * @pbdev: the function
 *
 * Context: device_lock held.
 * Return: %NULL for nothing, or a constant string.
 */
const char *pb2_handover_fault(const struct pb2_device *pbdev)
{
	device_lock_assert(&pbdev->pdev->dev);

	return pbdev->handover.rc ?
		"Xen does not take its ECAM page back from the last domain" :
		NULL;
}

/**
 * pb2_handover_is_free() - can nobody else have the function's page mapped?
 * @pbdev: the function
 * @domid: the domain that shall get it
 * @vm_path: its path under /vm, or %NULL
 *
 * Context: may sleep.
 * Return: true if nobody can, or the administrator does not mind.
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
 * pb2_handover_parse() - a policy by its name
 * @name: off, stubdom or any; a newline may follow
 *
 * Context: any.
 * Return: the policy, or -EINVAL.
 */
int pb2_handover_parse(const char *name)
{
	return sysfs_match_string(policy_names, name);
}

/**
 * pb2_handover_show() - pciback2/handover
 * @pbdev: the function
 * @buf: where to
 * @size: its size in bytes
 *
 * Context: device_lock held.
 * Return: bytes written: the policy, and the page and the domain that has it,
 * or what is against it.
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
