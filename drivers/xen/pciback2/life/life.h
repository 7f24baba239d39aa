/* SPDX-License-Identifier: GPL-2.0 */
/*
 * life.h - who owns a function: assignment, reclaim, resets, power
 */
#ifndef PB2_LIFE_H
#define PB2_LIFE_H

#include "../handover/handover.h"

struct pb2_reset_bus;

/*
 * Grace period of an idle function in D0; default of power/autosuspend_delay_ms
 */
#define PB2_POWER_GRACE_MS	1000

/* assign.c: assign a function to a frontend, and end the assignment */
int pb2_assign_lock(struct pb2_device *pbdev, const bool *give_up);
int pb2_assign_claim(struct pb2_device *pbdev, struct pb2_frontend *fe,
		     domid_t domid);
void pb2_assign_refuse(struct pb2_device *pbdev, domid_t domid);
void pb2_assign_disown(struct pb2_device *pbdev, const struct pb2_frontend *fe);
const char *pb2_assign_reason(int rc);

/* reclaim.c: take a function back from its domain */
void pb2_reclaim_init(struct pb2_device *pbdev);
void pb2_reclaim_now(struct pb2_device *pbdev);

/* settings.c: what is set for one assignment */
void pb2_settings_clear(struct pb2_device *pbdev);

/* isolation.c: keep a former domain away from a function */
void pb2_isolation_enforce(struct pb2_device *pbdev);

/* hold.c: a function whose former domain lives and may still map its BARs */
void pb2_hold_init(struct pb2_device *pbdev);
void pb2_hold_start(struct pb2_device *pbdev);
void pb2_hold_stop(struct pb2_device *pbdev);
void pb2_hold_check(struct pb2_device *pbdev);
bool pb2_hold_is_over(const struct pb2_device *pbdev);
bool pb2_hold_is_due(const struct pb2_device *pbdev);
void pb2_hold_retire(const struct pb2_device *pbdev);

/* virtio.c: the virtio backend domain of a function */
int pb2_virtio_parse(const char *word);
int pb2_virtio_set(struct pb2_device *pbdev, domid_t domid);
int pb2_virtio_show(struct pb2_device *pbdev, char *buf, size_t size);

/* reset_verdict.c: what a reset did, as opposed to what its method claims */
void pb2_reset_verdict_init(struct pb2_device *pbdev);
void pb2_reset_verdict_begin(struct pb2_device *pbdev);
bool pb2_reset_verdict_place_marker(struct pci_dev *pdev);
void pb2_reset_verdict_record(struct pb2_device *pbdev, const char *method,
			      bool marked, int rc);
void pb2_reset_verdict_doubt(struct pb2_device *pbdev);
bool pb2_reset_verdict_is_final(const struct pb2_device *pbdev);
void pb2_reset_verdict_finish(struct pb2_device *pbdev, const char *blocker);
int pb2_reset_verdict_errno(const struct pb2_device *pbdev);
int pb2_reset_verdict_show(struct pb2_device *pbdev, char *buf, size_t size);

/* reset_quiesce.c: stop DMA and interrupts of a function around a reset */
void pb2_reset_quiesce_begin(struct pci_dev *pdev);
bool pb2_reset_quiesce_check(struct pci_dev *pdev);
void pb2_reset_quiesce_end(struct pci_dev *pdev);

/* reset_method.c: the methods that reset one function and no other */
bool pb2_reset_method_run(struct pb2_device *pbdev);

/* reset_bus.c: reset of a bus or hot-plug slot, with every function there */
struct pb2_reset_bus *pb2_reset_bus_find(struct pb2_device *pbdev);
void pb2_reset_bus_run(struct pb2_reset_bus *bus_reset, bool requester_locked);
void pb2_reset_bus_free(struct pb2_reset_bus *bus_reset);
void pb2_reset_bus_recover(struct pb2_device *pbdev);

/* reset.c: reset a function, and as few others with it as possible */
struct pb2_reset_bus *pb2_reset_alone(struct pb2_device *pbdev);
void pb2_reset_together(struct pb2_reset_bus *bus_reset, bool requester_locked);
void pb2_reset_run(struct pb2_device *pbdev);

/* reset_request.c: resets on request */
void pb2_reset_request_init(struct pb2_device *pbdev);
int pb2_reset_request_run(struct pb2_device *pbdev);

/* reset_state.c: into the state RESETTING, and out of it */
int pb2_reset_state_enter(struct pb2_device *pbdev, bool only_assigned);
void pb2_reset_state_leave(struct pb2_device *pbdev);
void pb2_reset_state_recover(struct pb2_device *pbdev);
void pb2_reset_state_abort(struct pb2_device *pbdev);

/* power.c: D3hot while no domain uses a function, D0 otherwise */
extern const struct dev_pm_ops pb2_power_ops;
void pb2_power_init(struct pb2_device *pbdev);
void pb2_power_exit(struct pb2_device *pbdev);
void pb2_power_wake(struct pb2_device *pbdev);
void pb2_power_allow_suspend(struct pb2_device *pbdev);
bool pb2_power_is_asleep(const struct pb2_device *pbdev);
void pb2_power_block_suspend(struct pb2_device *pbdev);
void pb2_power_announce(struct pb2_device *pbdev);
void pb2_power_allow_d3cold(struct pb2_device *pbdev, bool allow);
void pb2_power_unblock_suspend(struct pb2_device *pbdev);

#endif /* PB2_LIFE_H */
