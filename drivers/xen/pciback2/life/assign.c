// SPDX-License-Identifier: GPL-2.0
/*
 * assign.c - assign a function to a frontend, and end the assignment
 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/slab.h>

#include "../host/xen_iface.h"
#include "life.h"

/* libxl waits 10 s for an answer; a shorter wait leaves time for the reason. */
#define RESET_WAIT_MS	8000
#define RETRY_INTERVAL_MS	10

static bool function_is_settled(struct pb2_device *pbdev)
{
	enum pb2_state state = READ_ONCE(pbdev->state);

	return state != PB2_RECLAIMING && state != PB2_RESETTING &&
	       state != PB2_SEIZING;
}

/*
 * The dead can have written to the function. Nobody gets it before the reset that
 * follows their death.
 */
static bool function_awaits_reset(struct pb2_device *pbdev, bool *asked)
{
	device_lock_assert(&pbdev->pdev->dev);

	if (READ_ONCE(pbdev->state) != PB2_HELD || !pb2_hold_is_over(pbdev))
		return false;
	/* Asked for again, the reset would go to the end of the queue. */
	if (!*asked)
		pb2_hold_check(pbdev);
	*asked = true;
	return true;
}

/**
 * pb2_assign_lock() - take the device_lock of a function that is not in a reset
 * @pbdev: the function
 * @give_up: set by another thread to end the wait
 *
 * A reset holds device_lock for as long as it takes, up to minutes. This
 * function polls with device_trylock() instead of blocking, so that the caller
 * can give up: a blocked caller would block xenwatch, and with it all of
 * xenbus.
 *
 * Context: may sleep, up to 8 s.
 * Return: 0 with device_lock held; -EBUSY if a reset, a reclaim or the seizing
 * of the function took longer, also a reset that has to come first because the
 * function's former domain is dead; -ESHUTDOWN if *@give_up became true.
 */
int pb2_assign_lock(struct pb2_device *pbdev, const bool *give_up)
{
	unsigned long until = jiffies + msecs_to_jiffies(RESET_WAIT_MS);
	bool asked = false;

	do {
		if (function_is_settled(pbdev) && device_trylock(&pbdev->pdev->dev)) {
			if (function_is_settled(pbdev) &&
			    !function_awaits_reset(pbdev, &asked))
				return 0;
			device_unlock(&pbdev->pdev->dev);
		}
		msleep(RETRY_INTERVAL_MS);
		if (READ_ONCE(*give_up))
			return -ESHUTDOWN;
	} while (time_before(jiffies, until));

	return -EBUSY;
}

static int claim_check_state(struct pb2_device *pbdev)
{
	lockdep_assert_held(&pbdev->life_lock);

	if (pbdev->released || pbdev->state == PB2_GONE)
		return -ENODEV;
	if (pbdev->state == PB2_FAILED)
		return -EIO;
	if (pbdev->state != PB2_IDLE && pbdev->state != PB2_HELD)
		return -EBUSY;
	/*
	 * A domain that controls a bridge controls every device behind the
	 * bridge. A bridge may be without a bus for now.
	 */
	if (pbdev->pdev->hdr_type != PCI_HEADER_TYPE_NORMAL)
		return -EPERM;
	/* A domain that controls a PF controls its VFs, and no reset cleans it. */
	if (pci_num_vf(pbdev->pdev))
		return -ENOTEMPTY;
	return 0;
}

/**
 * struct claim - what an assignment must know about the domain
 * @vm_path: the domain's path under /vm
 * @target: the domain whose device model the domain runs, if @target_vm_path
 * @target_vm_path: path of @target under /vm, or %NULL if the domain is no stub
 *	domain
 * @is_new: the domain was not recorded as a holder of the BARs before
 * @is_target_new: @target was not recorded as a holder of the BARs before
 */
struct claim {
	char *vm_path;
	domid_t target;
	char *target_vm_path;
	bool is_new;
	bool is_target_new;
};

static void claim_free(struct claim *claim)
{
	kfree(claim->vm_path);
	kfree(claim->target_vm_path);
}

/* The caller frees what this leaves in @claim, also after a failure. */
static int claim_prepare(struct claim *claim, domid_t domid)
{
	char *vm_path = pb2_domain_vm_path(domid);

	*claim = (struct claim) {};
	if (IS_ERR(vm_path))
		return PTR_ERR(vm_path);
	claim->vm_path = vm_path;
	if (pb2_domain_target(domid, &claim->target))
		return 0;

	vm_path = pb2_domain_vm_path(claim->target);
	if (IS_ERR(vm_path))
		return PTR_ERR(vm_path);
	claim->target_vm_path = vm_path;
	return 0;
}

static void claim_forget_holders(const struct claim *claim, domid_t domid,
				 const struct pb2_held *bars)
{
	if (claim->is_new)
		pb2_holder_remove(bars, domid, claim->vm_path);
	if (claim->is_target_new)
		pb2_holder_remove(bars, claim->target, claim->target_vm_path);
}

/* A stub domain and the guest that it serves can both reach the function. */
static int claim_record_holders(struct claim *claim, domid_t domid,
				const struct pb2_held *bars)
{
	int rc = pb2_holder_add(bars, domid, claim->vm_path);

	if (rc < 0)
		return rc;
	claim->is_new = rc;
	if (!claim->target_vm_path)
		return 0;

	rc = pb2_holder_add(bars, claim->target, claim->target_vm_path);
	if (rc < 0) {
		claim_forget_holders(claim, domid, bars);
		return rc;
	}
	claim->is_target_new = rc;
	return 0;
}

static void claim_permit_holders(const struct pb2_device *pbdev,
				 const struct pb2_held *bars)
{
	device_lock_assert(&pbdev->pdev->dev);

	pb2_holder_set_permitted(bars, pbdev->domid, pbdev->vm_path, true);
	if (pbdev->target_vm_path)
		pb2_holder_set_permitted(bars, pbdev->target,
					 pbdev->target_vm_path, true);
}

/* From here on nothing can fail. */
static void claim_apply(struct pb2_device *pbdev, struct pb2_frontend *fe,
			domid_t domid, struct claim *claim)
{
	lockdep_assert_held(&pbdev->life_lock);

	mutex_lock(&pbdev->gate.lock);
	pb2_conf_begin(pbdev);
	pb2_msi_begin(pbdev);
	mutex_unlock(&pbdev->gate.lock);

	/*
	 * The assignment is the step for which suspend was blocked. A block
	 * that outlived the assignment would keep the function awake after its
	 * return.
	 */
	pb2_power_unblock_suspend(pbdev);
	pb2_gate_forget_detach(pbdev);
	WRITE_ONCE(pbdev->passed_on, false);
	pbdev->reset.clean = false;
	/* A device model cannot ask the administrator for interrupt control. */
	if (claim->target_vm_path)
		WRITE_ONCE(pbdev->allow_interrupt_control, true);

	pbdev->fe = fe;
	pbdev->domid = domid;
	pbdev->target = claim->target;
	swap(pbdev->vm_path, claim->vm_path);
	swap(pbdev->target_vm_path, claim->target_vm_path);
	pb2_state_set(pbdev, PB2_ASSIGNED);
	pci_info(pbdev->pdev, "assigned to domain %u\n", domid);
}

static int claim_register_owner(struct pb2_device *pbdev, domid_t domid)
{
	const char *fault;
	int rc;

	device_lock_assert(&pbdev->pdev->dev);

	fault = pb2_health_fault(pbdev->pdev);
	if (fault) {
		pci_err(pbdev->pdev, "%s, not assigned to domain %u\n", fault,
			domid);
		return -EIO;
	}

	/*
	 * The owner comes before any MSI: Xen maps vectors for the registered
	 * owner.
	 */
	rc = pb2_xen_register_owner(pbdev->pdev, domid);
	return rc == -EEXIST ? -EBUSY : rc;
}

static int claim_try(struct pb2_device *pbdev, struct pb2_frontend *fe,
		     domid_t domid, struct claim *claim)
{
	int rc;

	lockdep_assert_held(&pbdev->life_lock);

	rc = claim_check_state(pbdev);
	if (rc)
		return rc;

	pb2_power_wake(pbdev);
	rc = claim_register_owner(pbdev, domid);
	if (!rc)
		claim_apply(pbdev, fe, domid, claim);
	else if (pbdev->state == PB2_IDLE)
		pb2_power_allow_suspend(pbdev);
	return rc;
}

/*
 * The settings were for this assignment. If another domain has the function, or
 * it is on its way back, they are not those of the domain that asked.
 */
static void claim_end_settings(struct pb2_device *pbdev)
{
	enum pb2_state state = READ_ONCE(pbdev->state);

	device_lock_assert(&pbdev->pdev->dev);

	if (state == PB2_IDLE || state == PB2_HELD || state == PB2_FAILED)
		pb2_settings_clear(pbdev);
}

/* The record of holders is never behind what a domain can reach. */
static int claim_run(struct pb2_device *pbdev, struct pb2_frontend *fe,
		     domid_t domid, struct claim *claim)
{
	struct pb2_held bars = pb2_held_bars(&pbdev->sbdf);
	int rc;

	device_lock_assert(&pbdev->pdev->dev);

	rc = claim_record_holders(claim, domid, &bars);
	if (rc)
		return rc;

	mutex_lock(&pbdev->life_lock);
	rc = claim_try(pbdev, fe, domid, claim);
	mutex_unlock(&pbdev->life_lock);
	if (rc)
		claim_forget_holders(claim, domid, &bars);
	else
		claim_permit_holders(pbdev, &bars);
	return rc;
}

/**
 * pb2_assign_claim() - make a frontend the owner of a function
 * @pbdev: the function
 * @fe: the frontend, compared only; it must stay until pb2_assign_disown()
 * @domid: the frontend's domain
 *
 * The gate stays closed. The caller opens it once the function has a virtual
 * address. On failure the settings of one assignment end, unless another domain
 * has the function.
 *
 * Context: device_lock held, may sleep.
 * Return: 0; -ENODEV if the function is released or gone, -EIO if it is FAILED
 * or does not answer, -EBUSY if a domain owns it or a reset or reclaim runs,
 * -EADDRINUSE if another domain may still have the function's ECAM page mapped,
 * -EPERM for a bridge, -ENOTEMPTY for a PF that has VFs, -ENOMEM, or the errno
 * of xenstore or of Xen's owner registration.
 */
int pb2_assign_claim(struct pb2_device *pbdev, struct pb2_frontend *fe,
		     domid_t domid)
{
	struct claim claim;
	int rc;

	device_lock_assert(&pbdev->pdev->dev);

	rc = claim_prepare(&claim, domid);
	if (!rc && !READ_ONCE(pbdev->fe) &&
	    !pb2_handover_is_free(pbdev, domid, claim.vm_path))
		rc = -EADDRINUSE;
	if (!rc)
		rc = claim_run(pbdev, fe, domid, &claim);
	claim_free(&claim);
	if (rc)
		claim_end_settings(pbdev);
	return rc;
}

static int refusal_record(struct pb2_device *pbdev, domid_t domid)
{
	struct pb2_held bars = pb2_held_bars(&pbdev->sbdf);
	struct claim claim;
	int rc = claim_prepare(&claim, domid);

	if (!rc)
		rc = claim_record_holders(&claim, domid, &bars);
	claim_free(&claim);
	return rc;
}

/**
 * pb2_assign_refuse() - a domain does not get a function
 * @pbdev: the function
 * @domid: the domain
 *
 * The toolstack has let the domain map the BARs before, and takes that back when
 * it learns of the refusal. What the domain has mapped until then stays mapped.
 * So an IDLE function becomes HELD.
 *
 * Context: may sleep.
 */
void pb2_assign_refuse(struct pb2_device *pbdev, domid_t domid)
{
	bool is_held = false;

	if (refusal_record(pbdev, domid))
		return;

	mutex_lock(&pbdev->life_lock);
	if (!pbdev->released && pbdev->state == PB2_IDLE)
		is_held = !pb2_state_set(pbdev, PB2_HELD);
	mutex_unlock(&pbdev->life_lock);
	if (!is_held)
		return;
	pci_info(pbdev->pdev, "refused to domain %u, which may have its BARs mapped: until that domain is gone it stays in D0, and pciback2 cannot be unloaded\n",
		 domid);
	pb2_hold_check(pbdev);
}

/**
 * pb2_assign_disown() - end a frontend's assignment and queue the reclaim
 * @pbdev: the function
 * @fe: the frontend; nothing happens if another frontend, or none, owns @pbdev
 *
 * The caller must have closed the gate. A running reset finishes first; the
 * reclaim follows it.
 *
 * Context: may sleep, briefly, for life_lock.
 */
void pb2_assign_disown(struct pb2_device *pbdev, const struct pb2_frontend *fe)
{
	domid_t domid;

	mutex_lock(&pbdev->life_lock);
	if (pbdev->fe != fe) {
		mutex_unlock(&pbdev->life_lock);
		return;
	}

	pbdev->fe = NULL;
	domid = pbdev->domid;
	if (pbdev->state == PB2_RESETTING)
		pbdev->back_to = PB2_RECLAIMING;
	else
		pb2_state_set(pbdev, PB2_RECLAIMING);
	mutex_unlock(&pbdev->life_lock);

	pci_info(pbdev->pdev, "taken back from domain %u\n", domid);
	pb2_work_queue(pbdev, &pbdev->reclaim_work);
}

/**
 * pb2_assign_reason() - explain an errno to the administrator
 * @rc: negative errno of an assignment
 *
 * Context: any.
 * Return: a constant string.
 */
const char *pb2_assign_reason(int rc)
{
	switch (rc) {
	case -ENODEV:
		return "not seized by pciback2 (xl pci-assignable-add)";
	case -EBUSY:
		return "owned by a domain, or its reset takes too long";
	case -EADDRINUSE:
		return "another domain may still have its ECAM page mapped";
	case -EIO:
		return "failed, see pciback2/fault and the log";
	case -EPERM:
		return "a bridge, which is not exported";
	case -ENOTEMPTY:
		return "has virtual functions, which its own driver must remove first";
	case -ENOSPC:
		return "the guest's virtual bus is full";
	case -EINVAL:
		return "malformed address or key";
	case -ESHUTDOWN:
		return "the backend is going away";
	default:
		return "internal error";
	}
}
