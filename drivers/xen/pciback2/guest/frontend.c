// SPDX-License-Identifier: GPL-2.0
/*
 * frontend.c - all frontends, and the functions that each of them owns
 *
 * xenbus.c has the state machine of a frontend, ring.c its ring.
 */
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "guest.h"

static LIST_HEAD(frontends);
static DEFINE_SPINLOCK(frontends_lock);

static void frontend_free(struct kref *ref)
{
	struct pb2_frontend *fe = container_of(ref, struct pb2_frontend, ref);

	kfree(fe->dir);
	kfree(fe);
}

/**
 * pb2_frontend_get() - take a reference
 * @fe: the frontend, to which the caller has a reference
 *
 * Context: any.
 */
void pb2_frontend_get(struct pb2_frontend *fe)
{
	kref_get(&fe->ref);
}

/**
 * pb2_frontend_put() - drop a reference; the last one frees the frontend
 * @fe: the frontend, which the caller must not use afterwards
 *
 * Context: any.
 */
void pb2_frontend_put(struct pb2_frontend *fe)
{
	kref_put(&fe->ref, frontend_free);
}

/**
 * pb2_frontend_join() - add a frontend to the list of all frontends
 * @fe: the frontend
 *
 * Context: process context.
 */
void pb2_frontend_join(struct pb2_frontend *fe)
{
	spin_lock(&frontends_lock);
	list_add_tail(&fe->link, &frontends);
	spin_unlock(&frontends_lock);
}

/**
 * pb2_frontend_leave() - remove a frontend from the list of all frontends
 * @fe: the frontend; nothing happens if it is not in the list
 *
 * On return pb2_frontend_check_all() does not queue the frontend's work any
 * more. The work may still be queued from before.
 *
 * Context: process context.
 */
void pb2_frontend_leave(struct pb2_frontend *fe)
{
	spin_lock(&frontends_lock);
	list_del_init(&fe->link);
	spin_unlock(&frontends_lock);
}

/**
 * pb2_frontend_check_all() - queue the work of every frontend
 *
 * The caller knows that some domain has died. Each frontend's work asks Xen
 * whether its own domain is the one.
 *
 * Context: process context.
 */
void pb2_frontend_check_all(void)
{
	struct pb2_frontend *fe;

	spin_lock(&frontends_lock);
	list_for_each_entry(fe, &frontends, link) {
		WRITE_ONCE(fe->suspect, true);
		queue_work(pb2_wq, &fe->work);
	}
	spin_unlock(&frontends_lock);
}

/**
 * pb2_frontend_lost() - record that a frontend has lost a function
 * @fe: the frontend, which does not own the function any more
 *
 * The frontend's work then has the guest release the function.
 *
 * Context: may sleep, briefly; takes pb2_frontend.lock.
 */
void pb2_frontend_lost(struct pb2_frontend *fe)
{
	mutex_lock(&fe->lock);
	/* After it has set dying, the removal cancels the work for good. */
	if (!fe->dying) {
		WRITE_ONCE(fe->lost, true);
		queue_work(pb2_wq, &fe->work);
	}
	mutex_unlock(&fe->lock);
}

/**
 * pb2_frontend_retry() - queue the work of a frontend later
 * @fe: the frontend; nothing happens if it is being removed
 * @when: time (jiffies)
 *
 * Context: the frontend's work.
 */
void pb2_frontend_retry(struct pb2_frontend *fe, unsigned long when)
{
	long delay = when - jiffies;

	if (!READ_ONCE(fe->dying))
		queue_delayed_work(pb2_wq, &fe->retry_work, max(delay, 0L));
}

/* The index of a virtual address in pb2_frontend.places */
static unsigned long frontend_place_index(const struct pb2_sbdf *vsbdf)
{
	return (unsigned long)vsbdf->domain << 16 | vsbdf->bus << 8 |
	       vsbdf->devfn;
}

/**
 * pb2_frontend_init() - prepare the containers of a new frontend's functions
 * @fe: the frontend
 *
 * Context: any.
 */
void pb2_frontend_init(struct pb2_frontend *fe)
{
	INIT_LIST_HEAD(&fe->exports);
	xa_init(&fe->places);
}

static struct pb2_export *frontend_find_device(struct pb2_frontend *fe,
					       const struct pb2_device *pbdev)
{
	struct pb2_export *export;

	lockdep_assert_held(&fe->lock);

	list_for_each_entry(export, &fe->exports, link)
		if (export->pbdev == pbdev)
			return export;
	return NULL;
}

static struct pb2_export *frontend_find_sbdf(struct pb2_frontend *fe,
					     const struct pb2_sbdf *sbdf)
{
	struct pb2_export *export;

	lockdep_assert_held(&fe->lock);

	list_for_each_entry(export, &fe->exports, link)
		if (pb2_sbdf_equal(&export->pbdev->sbdf, sbdf))
			return export;
	return NULL;
}

/* Afterwards no request of the frontend reaches the function. */
static void frontend_unlink_export(struct pb2_frontend *fe,
				   struct pb2_export *export)
{
	lockdep_assert_held(&fe->lock);

	list_del(&export->link);
	xa_erase(&fe->places, frontend_place_index(&export->vsbdf));
	pb2_gate_close(export->pbdev);
}

/* The frontend must not own the function any more, or not yet. */
static void frontend_free_export(struct pb2_export *export)
{
	pb2_device_put(export->pbdev);
	pb2_frontend_put(export->fe);
	/* pb2_frontend_find() may still look at the export under RCU. */
	kfree_rcu(export, rcu);
}

static int frontend_place_export(struct pb2_frontend *fe,
				 struct pb2_export *export)
{
	int rc;

	mutex_lock(&fe->lock);
	rc = fe->topology->place(fe, export);
	if (!rc)
		rc = xa_insert(&fe->places,
			       frontend_place_index(&export->vsbdf), export,
			       GFP_KERNEL);
	if (!rc)
		list_add_tail(&export->link, &fe->exports);
	mutex_unlock(&fe->lock);
	return rc;
}

static struct pb2_export *frontend_new_export(struct pb2_frontend *fe,
					      const struct pb2_sbdf *sbdf)
{
	struct pb2_device *pbdev = pb2_registry_find(sbdf);
	struct pb2_export *export;

	if (!pbdev)
		return ERR_PTR(-ENODEV);

	export = kzalloc(sizeof(*export), GFP_KERNEL);
	if (!export) {
		pb2_device_put(pbdev);
		return ERR_PTR(-ENOMEM);
	}
	export->pbdev = pbdev;
	pb2_frontend_get(fe);
	export->fe = fe;
	return export;
}

static int frontend_claim_export(struct pb2_frontend *fe,
				 struct pb2_export *export)
{
	struct pb2_device *pbdev = export->pbdev;
	int rc;

	device_lock_assert(&pbdev->pdev->dev);

	rc = pb2_assign_claim(pbdev, fe, fe->domid);
	if (rc)
		return rc;

	rc = frontend_place_export(fe, export);
	if (rc) {
		pb2_assign_disown(pbdev, fe);
		return rc;
	}

	pb2_gate_open(pbdev, fe);
	pb2_handover_begin(pbdev, fe->xdev->nodename, &export->vsbdf);
	return 0;
}

/**
 * pb2_frontend_add() - assign a function to a frontend
 * @fe: the frontend
 * @sbdf: real address of the function
 * @vsbdf: where the address that the guest will see goes; unchanged on failure
 *
 * Context: may sleep, for some seconds if a reset of the function is running;
 * takes device_lock and pb2_frontend.lock.
 * Return: 0; -ENODEV if the function is not seized, -ENOSPC if the virtual bus
 * is full, -ENOMEM without memory, or the errno of pb2_assign_lock() or
 * pb2_assign_claim().
 */
int pb2_frontend_add(struct pb2_frontend *fe, const struct pb2_sbdf *sbdf,
		     struct pb2_sbdf *vsbdf)
{
	struct pb2_export *export = frontend_new_export(fe, sbdf);
	struct pb2_device *pbdev;
	int rc;

	if (IS_ERR(export))
		return PTR_ERR(export);
	pbdev = export->pbdev;

	/*
	 * An unbind of the function takes device_lock too, so it finds either
	 * no owner or a complete export.
	 */
	rc = pb2_assign_lock(pbdev, &fe->dying);
	if (!rc) {
		rc = frontend_claim_export(fe, export);
		if (!rc)
			*vsbdf = export->vsbdf;
		device_unlock(&pbdev->pdev->dev);
	}
	if (rc) {
		pb2_assign_refuse(pbdev, fe->domid);
		frontend_free_export(export);
	}
	return rc;
}

/**
 * pb2_frontend_remove() - take one function back from a frontend
 * @fe: the frontend
 * @sbdf: real address of the function
 *
 * Returns before the function is reset. The work queue resets the function.
 *
 * Context: may sleep, briefly; takes pb2_frontend.lock.
 * Return: 0, or -ENOENT if the frontend does not own the function.
 */
int pb2_frontend_remove(struct pb2_frontend *fe, const struct pb2_sbdf *sbdf)
{
	struct pb2_export *export;

	mutex_lock(&fe->lock);
	export = frontend_find_sbdf(fe, sbdf);
	if (export)
		frontend_unlink_export(fe, export);
	mutex_unlock(&fe->lock);
	if (!export)
		return -ENOENT;

	pb2_assign_disown(export->pbdev, fe);
	frontend_free_export(export);
	return 0;
}

/**
 * pb2_frontend_remove_unless() - take functions back that are not to be kept
 * @fe: the frontend
 * @keep: does the frontend keep the function at this address? %NULL to take
 *	all functions back. Called with pb2_frontend.lock held.
 * @arg: argument of @keep
 *
 * Returns before the functions are reset. The work queue resets them in
 * parallel.
 *
 * Context: may sleep, briefly; takes pb2_frontend.lock.
 */
void pb2_frontend_remove_unless(struct pb2_frontend *fe,
				bool (*keep)(const struct pb2_sbdf *sbdf,
					     const void *arg),
				const void *arg)
{
	struct pb2_export *export, *next;
	LIST_HEAD(gone);

	mutex_lock(&fe->lock);
	list_for_each_entry_safe(export, next, &fe->exports, link) {
		if (keep && keep(&export->pbdev->sbdf, arg))
			continue;
		frontend_unlink_export(fe, export);
		list_add_tail(&export->link, &gone);
	}
	mutex_unlock(&fe->lock);

	list_for_each_entry_safe(export, next, &gone, link) {
		pb2_assign_disown(export->pbdev, fe);
		frontend_free_export(export);
	}
}

/**
 * pb2_frontend_remove_all() - take all functions back from a frontend
 * @fe: the frontend
 *
 * Context: as for pb2_frontend_remove_unless().
 */
void pb2_frontend_remove_all(struct pb2_frontend *fe)
{
	pb2_frontend_remove_unless(fe, NULL, NULL);
}

/**
 * pb2_frontend_drop() - remove the export of a function that leaves the driver
 * @fe: the frontend
 * @pbdev: the function, which was unbound or unplugged
 *
 * The caller ends the frontend's claim with pb2_assign_disown().
 *
 * Context: device_lock of @pbdev held, may sleep; takes pb2_frontend.lock.
 * Return: true if the frontend had an export of the function.
 */
bool pb2_frontend_drop(struct pb2_frontend *fe, struct pb2_device *pbdev)
{
	struct pb2_export *export;

	device_lock_assert(&pbdev->pdev->dev);

	mutex_lock(&fe->lock);
	export = frontend_find_device(fe, pbdev);
	if (export)
		frontend_unlink_export(fe, export);
	mutex_unlock(&fe->lock);

	if (!export)
		return false;
	frontend_free_export(export);
	return true;
}

/**
 * pb2_frontend_find() - find the function at a virtual address
 * @fe: the frontend
 * @vsbdf: address at which the guest sees the function
 *
 * Every request of a guest needs this look-up. So it takes no lock, and its
 * duration does not depend on the number of functions.
 *
 * Context: any.
 * Return: the function with a reference, or %NULL if there is none.
 */
struct pb2_device *pb2_frontend_find(struct pb2_frontend *fe,
				     const struct pb2_sbdf *vsbdf)
{
	struct pb2_device *pbdev = NULL;
	struct pb2_export *export;

	rcu_read_lock();
	export = xa_load(&fe->places, frontend_place_index(vsbdf));
	/* The last reference to the function may be gone at this moment. */
	if (export && pb2_device_try_get(export->pbdev))
		pbdev = export->pbdev;
	rcu_read_unlock();
	return pbdev;
}

/**
 * pb2_frontend_has() - does a frontend own a function?
 * @fe: the frontend
 * @sbdf: real address of the function
 *
 * Context: may sleep, briefly; takes pb2_frontend.lock.
 * Return: true if the frontend owns the function.
 */
bool pb2_frontend_has(struct pb2_frontend *fe, const struct pb2_sbdf *sbdf)
{
	bool has;

	mutex_lock(&fe->lock);
	has = frontend_find_sbdf(fe, sbdf);
	mutex_unlock(&fe->lock);
	return has;
}

/**
 * pb2_frontend_vsbdf() - get the virtual address of a function
 * @fe: the frontend
 * @pbdev: the function
 * @vsbdf: where the address goes; unchanged on failure
 *
 * Context: may sleep, briefly; takes pb2_frontend.lock.
 * Return: 0, or -ENOENT if the frontend does not own the function.
 */
int pb2_frontend_vsbdf(struct pb2_frontend *fe, const struct pb2_device *pbdev,
		       struct pb2_sbdf *vsbdf)
{
	struct pb2_export *export;

	mutex_lock(&fe->lock);
	export = frontend_find_device(fe, pbdev);
	if (export)
		*vsbdf = export->vsbdf;
	mutex_unlock(&fe->lock);
	return export ? 0 : -ENOENT;
}

/**
 * pb2_frontend_get_owner() - get the frontend that owns a function
 * @pbdev: the function
 *
 * Context: may sleep, briefly; takes pb2_device.life_lock.
 * Return: the frontend with a reference, or %NULL if no frontend owns the
 * function.
 */
struct pb2_frontend *pb2_frontend_get_owner(struct pb2_device *pbdev)
{
	struct pb2_frontend *fe;

	mutex_lock(&pbdev->life_lock);
	fe = pbdev->fe;
	if (fe)
		pb2_frontend_get(fe);
	mutex_unlock(&pbdev->life_lock);
	return fe;
}
