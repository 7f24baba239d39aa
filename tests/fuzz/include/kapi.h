/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kapi.h - as much of the kernel's API as the fuzzed sources use, in user
 * space
 *
 * scripts/fuzz makes every kernel header that they name out of this one. Locks
 * only know whether they are held, and memory fails when the harness says so.
 */
#ifndef FUZZ_KAPI_H
#define FUZZ_KAPI_H

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed char s8;
typedef short s16;
typedef int s32;
typedef long long s64;
typedef u8 uint8_t;
typedef u16 uint16_t;
typedef u32 uint32_t;
typedef s32 int32_t;
typedef s64 ktime_t;
typedef u16 domid_t;
typedef unsigned long xen_pfn_t;
typedef u64 aligned_u64 __attribute__((aligned(8)));

#define U8_MAX		0xffU
#define U16_MAX		0xffffU
#define U32_MAX		0xffffffffU

#define __iomem
#define __force
#define __printf(fmt, args)
#define KBUILD_MODNAME	"pciback2"

/**
 * fuzz_fail() - an oracle was hurt: say so and end, for libFuzzer to keep the
 * input
 * @fmt: as printf()'s
 */
__attribute__((noreturn, format(printf, 1, 2)))
void fuzz_fail(const char *fmt, ...);

#define fuzz_assert(cond) \
	((cond) ? (void)0 : fuzz_fail("%s:%d: %s", __FILE__, __LINE__, #cond))

/* Compiler and arithmetic */
#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, val)	(*(volatile __typeof__(x) *)&(x) = (val))
#define barrier()		__asm__ __volatile__("" : : : "memory")
#define virt_rmb()		barrier()
#define virt_wmb()		barrier()
#define smp_store_mb(x, val)	WRITE_ONCE(x, val)
#define xchg(ptr, val)		__atomic_exchange_n(ptr, val, __ATOMIC_SEQ_CST)
#define cmpxchg(ptr, old, new)	__sync_val_compare_and_swap(ptr, old, new)

#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define BIT(n)			(1UL << (n))
#define GENMASK(h, l)		((~0UL << (l)) & (~0UL >> (63 - (h))))
#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))
#define min(a, b)		((a) < (b) ? (a) : (b))
#define max(a, b)		((a) > (b) ? (a) : (b))
#define min_t(t, a, b)		min((t)(a), (t)(b))
#define max_t(t, a, b)		max((t)(a), (t)(b))
#define clamp_t(t, v, lo, hi)	min_t(t, max_t(t, v, lo), hi)
#define lower_32_bits(n)	((u32)(n))
#define upper_32_bits(n)	((u32)((u64)(n) >> 32))
#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))

#define NSEC_PER_USEC		1000L
#define NSEC_PER_MSEC		1000000L
#define NSEC_PER_SEC		1000000000L
#define PAGE_SIZE		4096UL

#define MAX_ERRNO		4095
#define ERR_PTR(rc)		((void *)(long)(rc))
#define PTR_ERR(ptr)		((long)(ptr))
#define IS_ERR(ptr)		((unsigned long)(ptr) >= (unsigned long)-MAX_ERRNO)

/* Memory: the harness makes the n-th allocation fail, and counts the rest. */
#define GFP_KERNEL		0

extern int fuzz_alloc_countdown;
extern int fuzz_alloc_live;
void *fuzz_alloc(void *old, size_t n, size_t size, bool zero);
void kfree(const void *p);

#define kzalloc(size, gfp)	fuzz_alloc(NULL, 1, size, true)
#define kcalloc(n, size, gfp)	fuzz_alloc(NULL, n, size, true)
#define kvcalloc(n, size, gfp)	fuzz_alloc(NULL, n, size, true)
#define kvfree(p)		kfree(p)
#define krealloc_array(p, n, size, gfp) fuzz_alloc(p, n, size, false)

/* Locks: one thread, so all that can go wrong is who holds what. */
struct mutex {
	bool held;
};

#define spinlock_t		struct mutex
#define DEFINE_SPINLOCK(name)	struct mutex name
#define lockdep_assert_held(lock) fuzz_assert((lock)->held)

static inline void mutex_init(struct mutex *lock)
{
	lock->held = false;
}

static inline void mutex_lock(struct mutex *lock)
{
	fuzz_assert(!lock->held);
	lock->held = true;
}

static inline void mutex_unlock(struct mutex *lock)
{
	fuzz_assert(lock->held);
	lock->held = false;
}

#define spin_lock(lock)		mutex_lock(lock)
#define spin_unlock(lock)	mutex_unlock(lock)

/* What is part of the driver's structures, and of nothing that is fuzzed */
struct kref { int count; };
struct rcu_head { void *next; };
struct work_struct { int unused; };
struct delayed_work { int unused; };
struct workqueue_struct;
struct xarray { int unused; };
struct attribute_group;
struct dev_pm_ops;
struct task_struct { int unused; };

#define wait_queue_head_t	struct work_struct
#define init_waitqueue_head(wq)	((void)(wq))
#define wake_up_all(wq)		((void)(wq))
#define smp_mb()		barrier()

/* Threads: the harness is the ring's. */
#define TASK_RUNNING		0
#define TASK_INTERRUPTIBLE	1
#define IRQ_HANDLED		1

typedef int irqreturn_t;
typedef irqreturn_t (*irq_handler_t)(int irq, void *arg);

u64 local_clock(void);
bool kthread_should_stop(void);
/* Nobody sleeps here. */
#define kthread_freezable_should_stop(frozen)	kthread_should_stop()
#define set_freezable()				do { } while (0)
#define freezing(task)				false
#define need_resched()			false
#define cpu_relax()			barrier()
#define schedule()			barrier()
#define cond_resched()			barrier()
#define set_current_state(state)	((void)(state))
#define __set_current_state(state)	((void)(state))
#define kthread_create(fn, arg, ...)	((void)(fn), (void *)(arg))
#define kthread_stop(task)		((void)(task))
#define get_task_struct(task)		((void)(task))
#define put_task_struct(task)		((void)(task))
#define wake_up_process(task)		((void)(task))
#define num_online_cpus()		2
#define raw_smp_processor_id()	0
#define nr_cpu_ids		2U
#define current			((struct task_struct *)NULL)
#define cpumask_of(cpu)		(cpu)
#define set_cpus_allowed_ptr(task, mask)	((void)(task), (void)(mask), 0)

/* Time goes on where the fuzzer says so. */
extern unsigned long jiffies;
#define HZ				250
#define DEFAULT_RATELIMIT_INTERVAL	(5 * HZ)
#define DEFAULT_RATELIMIT_BURST		10
#define time_after(a, b)		((long)((b) - (a)) < 0)
#define time_before(a, b)		time_after(b, a)
#define msecs_to_jiffies(ms)		((unsigned long)(ms) * HZ / 1000)
#define jiffies_to_msecs(j)		((unsigned int)((j) * 1000 / HZ))

/* Messages: their arguments are evaluated, and they are counted. */
struct va_format {
	const char *fmt;
	va_list *va;
};

struct ratelimit_state { int unused; };
/* The next message is one that has passed a limit. */
bool __ratelimit(struct ratelimit_state *rs);
bool fuzz_take_limit(void);
extern unsigned int fuzz_messages;
void fuzz_log(bool limited, const void *dev, const char *fmt, ...);

#define pr_err(fmt, ...)	fuzz_log(false, NULL, fmt, ##__VA_ARGS__)
#define pr_warn(fmt, ...)	fuzz_log(false, NULL, fmt, ##__VA_ARGS__)
#define pr_notice		pr_warn
#define pr_warn_ratelimited	pr_warn
#define dev_warn(dev, fmt, ...) \
	fuzz_log(fuzz_take_limit(), dev, fmt, ##__VA_ARGS__)
#define dev_warn_ratelimited(dev, fmt, ...) \
	fuzz_log(true, dev, fmt, ##__VA_ARGS__)
#define pci_warn(pdev, fmt, ...) \
	fuzz_log(false, &(pdev)->dev, fmt, ##__VA_ARGS__)
#define pci_err(pdev, fmt, ...) \
	fuzz_log(false, &(pdev)->dev, fmt, ##__VA_ARGS__)
#define pci_info pci_warn
#define pci_warn_ratelimited(pdev, fmt, ...) \
	fuzz_log(true, &(pdev)->dev, fmt, ##__VA_ARGS__)

#include "klib.h"
#include "kpci.h"

#endif /* FUZZ_KAPI_H */
