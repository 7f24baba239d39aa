/* SPDX-License-Identifier: GPL-2.0 */
/*
 * life.pml - the life cycle of two functions of one bus, with two domains
 *
 * Function 0 has a reset of its own; function 1 can only be reset together with
 * function 0, by the reset of their bus. Spin visits every interleaving of the
 * driver's threads with what a toolstack, an administrator, the guests, the PCI
 * core and power management may do, within the numbers of events that
 * scripts/model chooses. It looks for deadlocks, for assertions that do not hold,
 * and for a function that is stuck when everything has come to rest.
 *
 * Each rule on which the assertions depend stands in an #ifdef of its own.
 * scripts/model breaks one rule after the other, and each time expects Spin to
 * find that out.
 *
 * Registers, the ECAM page, the ring's requests and time are left out: a wait
 * that has a limit may end at once here.
 *
 * scripts/model makes transitions.pml of the states and of the table of legal
 * transitions in drivers/xen/pciback2/device/state.c.
 */
#include "transitions.pml"

#define NOBODY	2
#define bit(d)	((d) == NOBODY -> 0 : 1 << (d))
#define other(f) (1 - (f))

/* The driver's knowledge of a function */
byte state[2] = IDLE;
byte back_to[2];		/* of RESETTING */
byte owner[2] = NOBODY;			/* pb2_device.fe, a domain here */
byte domain[2] = NOBODY;			/* pb2_device.domid: the last owner */
byte holders[2];		/* the record of domains that may reach it */
bool clean[2] = true;
bool fault[2];
bool was_held[2];		/* a holder lived when the last reset began */
bool detaching[2];
bool awake[2];			/* power.c keeps it in D0 */
bool blocked[2];		/* ... for the toolstack, after do_flr */
bool passed_on[2];		/* do_flr has told of the next domain */
byte incarnation[2];		/* grows when the function is released */
bool reclaim_is_queued[2];

/* The world */
bool alive[2] = true;
byte xen_has[2] = NOBODY;		/* the domain that Xen has assigned it to */
byte mapped[2];			/* domains that may have mapped its BARs */
byte dirty[2];			/* domains that wrote to it since its last reset */
bool sleeps[2];			/* it is in D3hot */
bool lost[2];			/* its configuration space, by error recovery */
byte listed[2];			/* domains whose backend lists it as dev-N */
byte refused[2];		/* ... and which the driver has refused it */
bool is_attaching;		/* the toolstack gives a function to a domain */
bool is_rebinding;		/* the administrator unbinds one and binds it again */

/* Locks */
bool device_lock[2];
bool bridge_lock;
byte bus_readers;		/* of pci_bus_sem */
bool bus_writer_waits;
bool frozen;			/* user space, and works that are freezable */
byte working;			/* how many of these are running */

#define lock(l)		atomic { !l -> l = true }
#define unlock(l)	d_step { assert(l); l = false }

/* A writer that waits keeps new readers out, as in rwsem. */
#define read_lock_bus	atomic { !bus_writer_waits -> bus_readers++ }
#define read_unlock_bus	bus_readers--

#ifdef WORK_DOES_NOT_FREEZE
#define begin_work(condition)	atomic { (condition) -> working++ }
#define is_work_over		true
#else
#define begin_work(condition)	atomic { (condition) && !frozen -> working++ }
#define is_work_over		(working == 0)
#endif
#define end_work	working--

#define living		((alive[0] -> 1 : 0) | (alive[1] -> 2 : 0))
#define mappers(f)	(mapped[f] & living)
#define held_by(f)	(holders[f] & living)

inline set_state(f, to)
{
	assert(legal(state[f], to));
	state[f] = to
}

/*
 * Power
 */
inline wake(f)
{
	awake[f] = true;
	if
	:: sleeps[f] -> sleeps[f] = false; clean[f] = false
	:: else
	fi
}

/* Xen knows of domains that no backend lists, the record of those that left. */
#ifdef SLEEP_WITHOUT_XEN
#define is_in_xen(f)	false
#else
#define is_in_xen(f)	(xen_has[f] != NOBODY)
#endif
#define may_sleep(f)	(state[f] == IDLE && !is_in_xen(f))

/* A memory request to a function in D3hot ends in an error (XSA-120). */
inline fall_asleep(f)
{
	assert(!mappers(f));
	sleeps[f] = true
}

/* Runtime PM calls the driver without device_lock. */
active [2] proctype runtime_pm()
{
	byte f = _pid % 2;
end:
	do
	:: d_step { may_sleep(f) && !awake[f] && !blocked[f] && !sleeps[f] ->
			fall_asleep(f) }
	:: d_step { blocked[f] && !is_attaching -> blocked[f] = false }
	od
}

/*
 * Resets
 */

/*
 * A domain that is alive can write to its mapping as soon as the reset is over,
 * and die before anyone looks. So can one that the toolstack is about to name.
 */
#ifdef CLEAN_UNDER_HOLDER
#define was_spoilt(f)	blocked[f]
#elif defined(CLEAN_WHILE_EXPECTED)
#define was_spoilt(f)	was_held[f]
#else
#define was_spoilt(f)	(was_held[f] || blocked[f])
#endif

inline prove_reset(f)
{
	dirty[f] = 0;
	fault[f] = false;
	was_held[f] = (held_by(f) != 0);
	clean[f] = (owner[f] == NOBODY && !was_spoilt(f))
}

inline reset_alone(f, needs_bus)
{
	d_step {
		assert(device_lock[f] && !sleeps[f]);
		clean[f] = false;
		was_held[f] = (held_by(f) != 0);
		needs_bus = (f == 1);
		if
		:: f == 0 -> prove_reset(f)
		:: else
		fi
	}
	/* The functions of the bus are collected here. */
#ifdef WALK_UNDER_DEVICE_LOCK
	;
	if
	:: needs_bus -> read_lock_bus; read_unlock_bus
	:: else
	fi
#endif
}

/* What a sibling has to do with domains other than the requester's */
#define is_owner_foreign(f) (owner[other(f)] != NOBODY && \
	(owner[other(f)] != domain[f] || !detaching[other(f)]))
/*
 * Xen says only that a domain has it, not which. It can be no other domain than
 * that from which it comes before do_flr announces one.
 */
#ifdef KNOWN_AFTER_FLR
#define is_passed_on(f) false
#else
#define is_passed_on(f) passed_on[f]
#endif
#define is_known(f) (domain[other(f)] == domain[f] && \
	!is_passed_on(other(f)) && (owner[other(f)] != NOBODY || \
	 state[other(f)] == RECLAIMING || state[other(f)] == HELD))
#define is_xen_foreign(f) (xen_has[other(f)] != NOBODY && !is_known(f))
#define foreign(f, domains) ((domains) & ~bit(domain[f]))

#ifdef BUS_RESET_UNDER_OWNER
#define is_owner_in_the_way(f) false
#else
#define is_owner_in_the_way(f) is_owner_foreign(f)
#endif
#ifdef BUS_RESET_UNDER_HOLDER
#define is_holder_in_the_way(f) false
#else
#define is_holder_in_the_way(f) foreign(f, held_by(other(f)))
#endif
#ifdef BUS_RESET_WITHOUT_XEN
#define is_xen_in_the_way(f) false
#else
#define is_xen_in_the_way(f) is_xen_foreign(f)
#endif

#ifdef SETTLE_BY_WHO_LIVES_NOW
#define is_to_hold(f)	held_by(f)
#else
#define is_to_hold(f)	(held_by(f) || was_held[f])
#endif

/* Where a function goes that no domain has */
inline settle(f)
{
	if
	:: fault[f] -> set_state(f, FAILED)
	:: !fault[f] && is_to_hold(f) -> set_state(f, HELD)
	:: else -> set_state(f, IDLE); awake[f] = false
	fi
}

inline reset_sibling(g)
{
	sleeps[g] = false;
	prove_reset(g);
	if
	:: state[g] == FAILED ->
		set_state(g, RESETTING);
		settle(g)
	:: else
	fi
}

/* Every lock is held. */
inline reset_all(f)
{
	d_step {
		assert(bridge_lock && device_lock[0] && device_lock[1]);
		if
		:: clean[f]
		:: !clean[f] && (state[other(f)] == GONE ||
				 is_owner_in_the_way(f) ||
				 is_holder_in_the_way(f) ||
				 is_xen_in_the_way(f)) ->
			fault[f] = true
		:: else ->
			/* Nobody uses what is reset, but whoever gives it back. */
			assert(!foreign(f, mappers(other(f))));
			assert(owner[other(f)] == NOBODY || detaching[other(f)]);
			prove_reset(f);
			reset_sibling(other(f))
		fi
	}
}

/* The caller holds no lock. A function that was released is not touched. */
inline reset_together(f, before)
{
	lock(bridge_lock);
	lock(device_lock[0]);
	lock(device_lock[1]);
	if
	:: incarnation[f] == before -> reset_all(f)
	:: else
	fi;
	unlock(device_lock[1]);
	unlock(device_lock[0]);
	unlock(bridge_lock)
}

/* The caller holds the function's lock, so that it may only try the others. */
inline reset_together_locked(f)
{
#ifdef WAIT_UNDER_DEVICE_LOCK
	lock(bridge_lock);
	lock(device_lock[other(f)]);
#else
	if
	:: atomic { bridge_lock || device_lock[other(f)] -> fault[f] = true }
	:: atomic { !bridge_lock && !device_lock[other(f)] ->
			bridge_lock = true;
			device_lock[other(f)] = true };
#endif
		reset_all(f);
		unlock(device_lock[other(f)]);
		unlock(bridge_lock)
#ifndef WAIT_UNDER_DEVICE_LOCK
	fi
#endif
}

inline leave_reset(f)
{
	d_step {
		if
		:: back_to[f] == IDLE && is_to_hold(f) -> back_to[f] = HELD
		:: else
		fi;
		if
		:: back_to[f] != IDLE -> clean[f] = false
		:: else
		fi;
		if
		:: fault[f] && owner[f] == NOBODY && back_to[f] != RECLAIMING ->
			set_state(f, FAILED)
		:: else -> set_state(f, back_to[f])
		fi;
		if
		:: state[f] == IDLE -> awake[f] = false
		:: state[f] == RECLAIMING -> reclaim_is_queued[f] = true
		:: else
		fi
	}
}

#define may_reset(f) (state[f] == IDLE || state[f] == ASSIGNED || \
		      state[f] == HELD || state[f] == FAILED)

inline enter_reset(f)
{
	if
	:: state[f] == FAILED || state[f] == HELD ->
		back_to[f] = (held_by(f) -> HELD : IDLE)
	:: else -> back_to[f] = state[f]
	fi;
	if
	:: state[f] == ASSIGNED -> detaching[f] = true
	:: else
	fi;
	set_state(f, RESETTING);
	wake(f)
}

/*
 * The caller holds device_lock, which is dropped for the second half of the
 * reset. A function that is in the middle of something is refused.
 */
inline reset_and_return(f, before, needs_bus)
{
	if
	:: d_step { may_reset(f) -> enter_reset(f); before = incarnation[f] };
		reset_alone(f, needs_bus);
		if
		:: needs_bus ->
			unlock(device_lock[f]);
			reset_together(f, before);
			lock(device_lock[f])
		:: else
		fi;
		if
		:: incarnation[f] == before -> leave_reset(f)
		:: else
		fi
	:: d_step { !may_reset(f) -> skip }
	fi
}

/*
 * The toolstack is about to give the function to a domain, which may reach it
 * before pciback2 hears of that, and even die before.
 */
inline expect_domain(f)
{
	if
	:: state[f] == IDLE ->
		blocked[f] = true;
		sleeps[f] = false;
#ifndef CLEAN_AFTER_FLR
		clean[f] = false
#endif
	:: else
	fi
}

/* The first do_flr in the life of an assignment tells of its end. */
inline note_next_domain(f)
{
#ifdef PASSED_ON_WHEN_BACK
	passed_on[f] = passed_on[f] || state[f] != ASSIGNED
#else
	passed_on[f] = passed_on[f] || state[f] != ASSIGNED || detaching[f]
#endif
}

inline do_flr(f, before, needs_bus)
{
	d_step { note_next_domain(f) };
	begin_work(state[f] != RECLAIMING);
	lock(device_lock[f]);
	if
	:: d_step { state[f] == IDLE && clean[f] && sleeps[f] ->
			/* The last reset's record is the answer. */
			assert(!dirty[f]) }
	:: d_step { !(state[f] == IDLE && clean[f] && sleeps[f]) -> skip };
		reset_and_return(f, before, needs_bus)
	fi;
	d_step { expect_domain(f) };
	unlock(device_lock[f]);
	end_work
}

/*
 * Frontends: one thread for each domain
 */
#define is_wanted(d, f)	(alive[d] && (listed[f] & bit(d)))

/* A HELD function whose holders are dead is reset before anybody gets it. */
#ifdef CLAIM_AFTER_HOLD
#define is_hold_settled(f) true
#else
#define is_hold_settled(f) (state[f] != HELD || held_by(f))
#endif
#define is_settled(f)	(state[f] != RECLAIMING && state[f] != RESETTING && \
			 state[f] != SEIZING && is_hold_settled(f))

inline disown(f)
{
	owner[f] = NOBODY;
	if
	:: state[f] == RESETTING -> back_to[f] = RECLAIMING
	:: else -> set_state(f, RECLAIMING)
	fi;
	reclaim_is_queued[f] = true
}

/* A listed domain may have mapped the BARs, also if it is refused. */
inline record_holder(d, f)
{
#ifdef FORGET_HOLDER
	skip
#else
	holders[f] = holders[f] | bit(d)
#endif
}

inline refuse(d, f)
{
	refused[f] = refused[f] | bit(d);
#ifndef FORGET_WHO_WAS_REFUSED
	record_holder(d, f);
	if
	:: state[f] == IDLE -> set_state(f, HELD); wake(f)
	:: else
	fi
#endif
}

inline claim(d, f)
{
	/* Nothing is left of a domain that was dead when the lock was taken. */
	assert(!is_wanted(d, f) || !(dirty[f] & ~bit(d) & ~lived));
	wake(f);
	clean[f] = false;
	blocked[f] = false;
	passed_on[f] = false;
	detaching[f] = false;
	owner[f] = d;
	domain[f] = d;
	record_holder(d, f);
	set_state(f, ASSIGNED)
}

/* The nodes are written in a transaction that sees the function listed. */
inline publish(d, f)
{
	if
	:: owner[f] == d && !is_wanted(d, f) -> disown(f)
	:: else
	fi
}

inline add(d, f)
{
	begin_work(true);
	if
	:: atomic { is_settled(f) && !device_lock[f] ->
			device_lock[f] = true;
			lived = living };
		d_step {
			if
			:: state[f] == IDLE || state[f] == HELD -> claim(d, f)
			:: else -> refuse(d, f)
			fi
		};
		unlock(device_lock[f]);
		d_step { publish(d, f) }
	:: d_step { refuse(d, f) }	/* The wait took too long. */
	fi;
	end_work
}

active [2] proctype frontend()
{
	byte d = _pid % 2;
	byte f, lived;
end:
	do
	:: is_wanted(d, 0) && owner[0] != d && !(refused[0] & bit(d)) ->
		f = 0; add(d, f)
	:: is_wanted(d, 1) && owner[1] != d && !(refused[1] & bit(d)) ->
		f = 1; add(d, f)
	:: d_step { owner[0] == d && !is_wanted(d, 0) -> disown(0) }
	:: d_step { owner[1] == d && !is_wanted(d, 1) -> disown(1) }
	od
}

/*
 * The way back: one work for each function
 */
inline finish_reclaim(f)
{
	d_step {
		detaching[f] = false;
		settle(f)
	}
}

active [2] proctype reclaim_work()
{
	byte f = _pid % 2;
	byte before;
	bool needs_bus;
end:
	do
	:: begin_work(reclaim_is_queued[f]);
		reclaim_is_queued[f] = false;
		lock(device_lock[f]);
		if
		:: state[f] == RECLAIMING ->
			before = incarnation[f];
			needs_bus = false;
			d_step { wake(f) };
			if
			/* A sibling's reset has reset it, too. */
			:: clean[f] -> assert(!dirty[f])
			:: else -> reset_alone(f, needs_bus)
			fi;
			if
			:: needs_bus ->
				unlock(device_lock[f]);
				reset_together(f, before);
				lock(device_lock[f])
			:: else
			fi;
			if
			:: incarnation[f] == before && state[f] == RECLAIMING ->
				finish_reclaim(f)
			:: else
			fi
		:: else
		fi;
		unlock(device_lock[f]);
		end_work
	od
}

/* A HELD function is reset once more when its last holder is dead. */
active [2] proctype hold_work()
{
	byte f = _pid % 2;
	byte before;
	bool needs_bus;
end:
	do
	:: begin_work(state[f] == HELD && !held_by(f));
		lock(device_lock[f]);
		if
#ifdef NO_RESET_AFTER_HOLD
		:: d_step { state[f] == HELD && !held_by(f) ->
				set_state(f, IDLE);
				awake[f] = false }
#else
		:: state[f] == HELD && !held_by(f) ->
			reset_and_return(f, before, needs_bus)
#endif
		:: else
		fi;
		unlock(device_lock[f]);
		end_work
	od
}

/*
 * The toolstack: xl pci-attach and pci-detach
 */
byte attaches = ATTACHES, detaches = DETACHES;

inline attach(d, f)
{
	if
	:: atomic { alive[d] && !listed[f] && xen_has[f] == NOBODY &&
		    state[f] != GONE && !frozen ->
			xen_has[f] = d;
			mapped[f] = mapped[f] | bit(d) };
		if
		:: refused[f] = refused[f] & ~bit(d);
			listed[f] = listed[f] | bit(d);
			owner[f] == d || (refused[f] & bit(d)) || !alive[d];
			if
			:: d_step { refused[f] & bit(d) && alive[d] ->
					listed[f] = listed[f] & ~bit(d);
					xen_has[f] = NOBODY }
			:: else
			fi
		:: skip		/* xl is killed. */
		fi
	:: else
	fi
}

active proctype toolstack()
{
	byte d, f, before;
	bool needs_bus;
end:
	do
	:: atomic { attaches > 0 && !frozen && !is_rebinding ->
			attaches--;
			is_attaching = true;
			/* The domains are alike: call the first one 0. */
			d = 0;
			if
			:: attaches < ATTACHES - 1 -> d = 1
			:: skip
			fi;
			if
			:: f = 0
			:: f = 1
			fi };
		/* libxl asks Xen first. */
		if
		:: xen_has[f] == NOBODY -> do_flr(f, before, needs_bus);
			attach(d, f)
		:: else
		fi;
		is_attaching = false
	:: atomic { detaches > 0 && !frozen && (listed[0] || listed[1]) ->
			detaches--;
			if
			:: listed[0] -> f = 0
			:: listed[1] -> f = 1
			fi };
		do_flr(f, before, needs_bus);
		xen_has[f] = NOBODY;
		listed[f] = 0
	od
}

/*
 * The guests. One that is alive writes to what it has mapped; at its death Xen
 * takes its functions back.
 */
byte deaths = DEATHS;

inline die(d)
{
	alive[d] = false;
	if
	:: xen_has[0] == d -> xen_has[0] = NOBODY
	:: else
	fi;
	if
	:: xen_has[1] == d -> xen_has[1] = NOBODY
	:: else
	fi
}

active [2] proctype guest()
{
	byte d = _pid % 2;
end:
	do
	:: d_step { alive[d] && (mapped[0] & ~dirty[0] & bit(d)) ->
			dirty[0] = dirty[0] | bit(d) }
	:: d_step { alive[d] && (mapped[1] & ~dirty[1] & bit(d)) ->
			dirty[1] = dirty[1] | bit(d) }
	:: d_step { alive[d] && deaths > 0 -> deaths--; die(d) }
	od
}

/*
 * The administrator resets, binds and unbinds functions, and unloads the module.
 * The driver core holds device_lock when a function is bound or unbound. An
 * administrator who does that while xl gives the same function to a domain makes
 * pciback2 forget what do_flr has announced. This is left out.
 */
byte resets = RESETS, rebinds = REBINDS, reloads = RELOADS;

inline unbind(f, needs_bus)
{
	lock(device_lock[f]);
	d_step {
		if
		:: owner[f] != NOBODY ->
			refused[f] = refused[f] | bit(owner[f]);
			disown(f)
		:: else
		fi;
		/* remove came between the halves of a reset. */
		if
		:: state[f] == RESETTING -> set_state(f, back_to[f])
		:: else
		fi;
		wake(f)
	};
	needs_bus = false;
	if
	:: state[f] == RECLAIMING ->
		if
		:: clean[f] -> assert(!dirty[f])
		:: else -> reset_alone(f, needs_bus)
		fi;
		if
		:: needs_bus -> reset_together_locked(f)
		:: else
		fi;
		finish_reclaim(f)
	:: else
	fi;
	d_step {
		set_state(f, GONE);
		incarnation[f]++;
		sleeps[f] = false;
		reclaim_is_queued[f] = false;
		blocked[f] = false;
		detaching[f] = false;
#ifdef FORGET_AT_UNBIND
		holders[f] = 0;
#endif
		clean[f] = false
	};
	unlock(device_lock[f])
}

inline bind(f, needs_bus)
{
	lock(device_lock[f]);
	d_step {
		state[f] = SEIZING;
		domain[f] = NOBODY;
		fault[f] = false;
		awake[f] = true
	};
	reset_alone(f, needs_bus);
	if
	:: needs_bus -> reset_together_locked(f)
	:: else
	fi;
	d_step { settle(f) };
	unlock(device_lock[f])
}

/* The record goes with the module, so each living holder keeps the module. */
#ifdef UNLOAD_UNDER_HOLDER
#define may_unload	true
#elif defined(UNLOAD_UNDER_OWNER)
#define may_unload	(!(held_by(0) & ~bit(owner[0])) && \
			 !(held_by(1) & ~bit(owner[1])))
#else
#define may_unload	(!held_by(0) && !held_by(1))
#endif

active proctype administrator()
{
	byte f, before;
	bool needs_bus;
end:
	do
	:: atomic { resets > 0 && !frozen ->
			resets--;
			if
			:: f = 0
			:: f = 1
			fi };
		do_flr(f, before, needs_bus)
	:: atomic { rebinds > 0 && !frozen && !is_attaching ->
			rebinds--;
			is_rebinding = true;
			if
			:: f = 0
			:: f = 1
			fi };
		begin_work(true);
		unbind(f, needs_bus);
		bind(f, needs_bus);
		end_work;
		is_rebinding = false
	:: atomic { reloads > 0 && !frozen && !is_attaching && may_unload ->
			reloads--;
			is_rebinding = true };
		begin_work(true);
		unbind(0, needs_bus);
		unbind(1, needs_bus);
		d_step { holders[0] = 0; holders[1] = 0 };
		bind(0, needs_bus);
		bind(1, needs_bus);
		end_work;
		is_rebinding = false
	od
}

/*
 * The PCI core: error recovery and hot-plug, with pci_bus_sem
 */
byte errors = ERRORS, hotplugs = HOTPLUGS;

active proctype error_recovery()
{
	byte f;
	bool needs_reset;
end:
	do
	:: errors > 0 && !frozen ->
		errors--;
		needs_reset = false;
		read_lock_bus;
		for (f : 0 .. 1) {
			lock(device_lock[f]);
#ifdef GUEST_VOTES
			if
			:: owner[f] != NOBODY -> needs_reset = true
			:: skip
			fi;
#else
			needs_reset = needs_reset || state[f] != GONE;
#endif
			unlock(device_lock[f])
		}
		read_unlock_bus;
		/* The channel is frozen: the core resets the bus in any case. */
		d_step { lost[0] = true; lost[1] = true };
		if
		:: needs_reset ->
			read_lock_bus;
			for (f : 0 .. 1) {
				lock(device_lock[f]);
				lost[f] = false;
				unlock(device_lock[f])
			}
			read_unlock_bus
		:: else
		fi
	od
}

active proctype hotplug()
{
end:
	do
	:: hotplugs > 0 ->
		hotplugs--;
		bus_writer_waits = true;
		atomic { bus_readers == 0 -> bus_writer_waits = false }
	od
}

/*
 * dom0 sleeps: nothing may be halfway, and a function stays in D0 if a domain
 * may reach it.
 */
byte naps = NAPS;

active proctype system_sleep()
{
	byte f;
end:
	do
	:: naps > 0 ->
		naps--;
		frozen = true;
		is_work_over;
		for (f : 0 .. 1) {
			lock(device_lock[f]);
			assert(state[f] != RESETTING && state[f] != SEIZING);
			d_step {
				if
				:: may_sleep(f) && !sleeps[f] -> fall_asleep(f)
				:: else
				fi
			};
			unlock(device_lock[f])
		}
		frozen = false
	od
}

/* Nothing else can happen: no function may be stuck, no lock be held. */
active proctype at_rest()
{
	byte f;

	timeout;
	d_step {
		assert(!bridge_lock && !device_lock[0] && !device_lock[1]);
		assert(bus_readers == 0 && working == 0);
		for (f : 0 .. 1) {
			assert(may_reset(f));
			assert(state[f] != ASSIGNED || alive[owner[f]]);
			assert(state[f] != HELD || held_by(f));
			assert(state[f] != IDLE || sleeps[f] || !may_sleep(f));
			assert(state[f] == FAILED || !fault[f] || owner[f] != NOBODY);
			assert(!lost[f])
		}
	}
}
