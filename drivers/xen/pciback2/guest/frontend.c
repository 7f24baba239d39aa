// SPDX-License-Identifier: GPL-2.0
/*
 * frontend.c - all frontends, and the functions that each owns
 *
 * The state machine of a frontend is xenbus.c, its ring is ring.c.
 */
#include <linux/list.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "guest.h"

static LIST_HEAD(frontends);
static DEFINE_SPINLOCK(frontends_lock);

static void free_frontend(struct kref *ref)
{
	kfree(container_of(ref, struct pb2_frontend, ref));
}

/**
 * pb2_frontend_get() - take a reference
 * @fe: the frontend
 *
 * Context: any.
 */
void pb2_frontend_get(struct pb2_frontend *fe)
{
	kref_get(&fe->ref);
}

/**
 * pb2_frontend_put() - drop a reference
 * @fe: the frontend, not to be used afterwards
 *
 * Context: any.
 */
void pb2_frontend_put(struct pb2_frontend *fe)
{
	kref_put(&fe->ref, free_frontend);
}

/**
 * pb2_frontend_join() - be among all frontends
 * @fe: the frontend
 *
 * Context: any, but no interrupt.
 */
void pb2_frontend_join(struct pb2_frontend *fe)
{
	spin_lock(&frontends_lock);
	list_add_tail(&fe->link, &frontends);
	spin_unlock(&frontends_lock);
}

/**
 * pb2_frontend_leave() - undo pb2_frontend_join()
 * @fe: the frontend; nothing happens if it did not join
 *
 * Context: any, but no interrupt. Its work may be queued, but will not be
 * again.
 */
void pb2_frontend_leave(struct pb2_frontend *fe)
{
	spin_lock(&frontends_lock);
	list_del_init(&fe->link);
	spin_unlock(&frontends_lock);
}

/**
 * pb2_frontend_check_all() - some domain died: let each frontend see to its own
 *
 * Context: any, but no interrupt.
 */
void pb2_frontend_check_all(void)
{
	struct pb2_frontend *fe;

	spin_lock(&frontends_lock);
	list_for_each_entry(fe, &frontends, link)
		queue_work(pb2_wq, &fe->work);
	spin_unlock(&frontends_lock);
}

/**
 * pb2_frontend_lost() - a function is gone from under a frontend
 * @fe: the frontend, which does not own it any more
 *
 * Context: may sleep, briefly.
 */
void pb2_frontend_lost(struct pb2_frontend *fe)
{
	mutex_lock(&fe->lock);
	/* Nobody queues work that retire() has seen end. */
	if (!fe->dying) {
		WRITE_ONCE(fe->lost, true);
		queue_work(pb2_wq, &fe->work);
	}
	mutex_unlock(&fe->lock);
}

/* Of a guest's address among the places of its frontend */
static unsigned long key_of(const struct pb2_sbdf *vsbdf)
{
	return (unsigned long)vsbdf->domain << 16 | vsbdf->bus << 8 |
	       vsbdf->devfn;
}

/**
 * pb2_frontend_init() - no function yet
 * @fe: a new frontend
 *
 * Context: any.
 */
void pb2_frontend_init(struct pb2_frontend *fe)
{
	INIT_LIST_HEAD(&fe->exports);
	xa_init(&fe->places);
}

static struct pb2_export *find_device(struct pb2_frontend *fe,
				     const struct pb2_device *pbdev)
{
	struct pb2_export *export;

	lockdep_assert_held(&fe->lock);

	list_for_each_entry(export, &fe->exports, link)
		if (export->pbdev == pbdev)
			return export;
	return NULL;
}

static struct pb2_export *find_sbdf(struct pb2_frontend *fe,
				   const struct pb2_sbdf *sbdf)
{
	struct pb2_export *export;

	lockdep_assert_held(&fe->lock);

	list_for_each_entry(export, &fe->exports, link)
		if (pb2_sbdf_equal(&export->pbdev->sbdf, sbdf))
			return export;
	return NULL;
}

/* After this no request of the frontend reaches the function. */
static void frontend_unlink_export(struct pb2_frontend *fe,
				   struct pb2_export *export)
{
	lockdep_assert_held(&fe->lock);

	list_del(&export->link);
	xa_erase(&fe->places, key_of(&export->vsbdf));
	pb2_gate_close(export->pbdev);
}

/* The function has no owner any more, or never had this one. */
static void frontend_free_export(struct pb2_export *export)
{
	pb2_device_put(export->pbdev);
	pb2_frontend_put(export->fe);
	/* A request may be looking at it. */
	kfree_rcu(export, rcu);
}

static int place(struct pb2_frontend *fe, struct pb2_export *export)
{
	int rc;

	mutex_lock(&fe->lock);
	rc = fe->topology->place(fe, export);
	if (!rc)
		rc = xa_insert(&fe->places, key_of(&export->vsbdf), export,
			       GFP_KERNEL);
	if (!rc)
		list_add_tail(&export->link, &fe->exports);
	mutex_unlock(&fe->lock);
	return rc;
}

/**
 * pb2_frontend_add() - assign a function to a frontend
 * @fe: the frontend
 * @sbdf: the function's real address
 * @vsbdf: where the address that the guest will see goes
 *
 * Context: may sleep, some seconds while a reset of the function ends.
 * Return: 0; -ENODEV if it is not seized, -ENOSPC if the virtual bus is full,
 * -ENOMEM, or the errno of pb2_assign_lock() or pb2_assign_claim().
 */
int pb2_frontend_add(struct pb2_frontend *fe, const struct pb2_sbdf *sbdf,
		  struct pb2_sbdf *vsbdf)
{
	struct pb2_export *export;
	struct pb2_device *pbdev;
	int rc;

	pbdev = pb2_registry_find(sbdf);
	if (!pbdev)
		return -ENODEV;

	export = kzalloc(sizeof(*export), GFP_KERNEL);
	if (!export) {
		pb2_device_put(pbdev);
		return -ENOMEM;
	}
	export->pbdev = pbdev;
	pb2_frontend_get(fe);
	export->fe = fe;

	/* Against unbind: it finds either no owner or a complete export. */
	rc = pb2_assign_lock(pbdev, &fe->dying);
	if (rc)
		goto err_free;

	rc = pb2_assign_claim(pbdev, fe, fe->domid);
	if (rc)
		goto err_unlock;

	rc = place(fe, export);
	if (rc) {
		pb2_assign_disown(pbdev, fe);
		goto err_unlock;
	}

	*vsbdf = export->vsbdf;
	pb2_gate_open(pbdev, fe);
	pb2_handover_begin(pbdev, fe->xdev->nodename, vsbdf);
	device_unlock(&pbdev->pdev->dev);
	return 0;

err_unlock:
	device_unlock(&pbdev->pdev->dev);
err_free:
	frontend_free_export(export);
	return rc;
}

/**
 * pb2_frontend_remove() - take one function back from a frontend
 * @fe: the frontend
 * @sbdf: the function's real address
 *
 * Returns before the function is reset; that happens on the work queue.
 *
 * Context: may sleep, briefly.
 * Return: 0, or -ENOENT if the frontend does not own it.
 */
int pb2_frontend_remove(struct pb2_frontend *fe, const struct pb2_sbdf *sbdf)
{
	struct pb2_export *export;

	mutex_lock(&fe->lock);
	export = find_sbdf(fe, sbdf);
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
 * pb2_frontend_remove_all() - take everything back from a frontend
 * @fe: the frontend
 *
 * The functions are reset next to each other, on the work queue.
 *
 * Context: may sleep, briefly.
 */
void pb2_frontend_remove_all(struct pb2_frontend *fe)
{
	struct pb2_export *export, *next;
	LIST_HEAD(gone);

	mutex_lock(&fe->lock);
	list_for_each_entry_safe(export, next, &fe->exports, link) {
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
 * pb2_frontend_drop() - a function leaves its frontend because its driver does
 * @fe: the frontend
 * @pbdev: the function
 *
 * Context: device_lock of @pbdev held, may sleep.
 * Return: whether the frontend had it.
 */
bool pb2_frontend_drop(struct pb2_frontend *fe, struct pb2_device *pbdev)
{
	struct pb2_export *export;

	device_lock_assert(&pbdev->pdev->dev);

	mutex_lock(&fe->lock);
	export = find_device(fe, pbdev);
	if (export)
		frontend_unlink_export(fe, export);
	mutex_unlock(&fe->lock);

	if (!export)
		return false;
	frontend_free_export(export);
	return true;
}

/**
 * pb2_frontend_find() - the function at one of the guest's addresses
 * @fe: the frontend
 * @vsbdf: the address as the guest sees it
 *
 * Every request comes here: no lock, and no list that grows.
 *
 * Context: any.
 * Return: the function with a reference, or %NULL.
 */
struct pb2_device *pb2_frontend_find(struct pb2_frontend *fe,
				  const struct pb2_sbdf *vsbdf)
{
	struct pb2_device *pbdev = NULL;
	struct pb2_export *export;

	rcu_read_lock();
	export = xa_load(&fe->places, key_of(vsbdf));
	/* Another may be freeing the export, and the function with it. */
	if (export && pb2_device_try_get(export->pbdev))
		pbdev = export->pbdev;
	rcu_read_unlock();
	return pbdev;
}

/**
 * pb2_frontend_has() - does a frontend own a function?
 * @fe: the frontend
 * @sbdf: the function's real address
 *
 * Context: may sleep, briefly.
 * Return: whether it does.
 */
bool pb2_frontend_has(struct pb2_frontend *fe, const struct pb2_sbdf *sbdf)
{
	bool has;

	mutex_lock(&fe->lock);
	has = find_sbdf(fe, sbdf);
	mutex_unlock(&fe->lock);
	return has;
}

/**
 * pb2_frontend_vsbdf() - where the guest sees a function
 * @fe: the frontend
 * @pbdev: the function
 * @vsbdf: where the address goes
 *
 * Context: may sleep, briefly.
 * Return: 0, or -ENOENT if the frontend does not own it.
 */
int pb2_frontend_vsbdf(struct pb2_frontend *fe, const struct pb2_device *pbdev,
		    struct pb2_sbdf *vsbdf)
{
	struct pb2_export *export;

	mutex_lock(&fe->lock);
	export = find_device(fe, pbdev);
	if (export)
		*vsbdf = export->vsbdf;
	mutex_unlock(&fe->lock);
	return export ? 0 : -ENOENT;
}

/**
 * pb2_frontend_get_owner() - the frontend that owns a function
 * @pbdev: the function
 *
 * Context: may sleep, briefly.
 * Return: the frontend with a reference, or %NULL.
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
