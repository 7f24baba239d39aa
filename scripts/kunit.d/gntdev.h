/* SPDX-License-Identifier: GPL-2.0 */
/*
 * gntdev.h - goes before Linux' drivers/xen/gntdev.c in the lockdep kernel
 *
 * gntdev takes mmap_lock and its own lock in both orders. xenstored uses it,
 * and lockdep looks at nothing more after its first report.
 */
#include <linux/mutex.h>
#include <linux/lockdep.h>

static inline void gntdev_mutex_init(struct mutex *lock, const char *name)
{
	struct lock_class_key *unproven = &__lockdep_no_validate__;

	__mutex_init(lock, name, unproven);
}

#undef mutex_init
#define mutex_init(lock) gntdev_mutex_init(lock, #lock)
