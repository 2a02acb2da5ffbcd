/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The sweeper: one timer that turns the timing wheel and looks at the connections that are due. Between two slots of it
 * it has the time to look for what the table can do without, see defence.h.
 */
#ifndef LVS_SWEEPER_H
#define LVS_SWEEPER_H

#include "defence.h"
#include "expiry.h"

/* So many at once, about half a millisecond, and a pause for packets: a million expire in some four seconds. */
#define SWEEP_STEPS 512
#define SWEEP_PAUSE_NS 1000000ULL

/* From <linux/time.h>, which clashes with the C library's. */
#define CLOCK_MONOTONIC 1

static __always_inline struct lvs_sweeper *sweeper_get(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&lvs_sweeper, &zero);
}

/* Takes one entry out of the slot that is due, or goes on to the next slot. Returns 1 when none is due. */
static long sweep_step(__u32 index, __u64 *now_ns)
{
	struct lvs_sweeper *sweeper = sweeper_get();
	struct lvs_wheel_slot *slot;
	struct lvs_ticket ticket;
	struct lvs_tuple *entry;
	struct lvs_flow *owner;
	struct lvs_tuple key;

	if (!sweeper || sweeper->slot >= *now_ns >> LVS_WHEEL_SLOT_SHIFT)
		return 1;
	ticket.slot = sweeper->slot & (LVS_WHEEL_SLOTS - 1);
	slot = wheel_slot(ticket.slot);
	if (!slot)
		return 1;
	if (slot->head == slot->tail) {
		sweeper->slot++;
		return 0;
	}
	ticket.number = __sync_fetch_and_add(&slot->head, 1);
	entry = bpf_map_lookup_elem(&lvs_due, &ticket);
	if (!entry)
		return 0; /* its connection has left, or it comes now and finds that it has been passed */
	key = *entry;
	bpf_map_delete_elem(&lvs_due, &ticket);
	owner = bpf_map_lookup_elem(&lvs_flows, &key);
	if (owner && owner->direction == LVS_TO_SERVER && owner->ticket.slot == ticket.slot &&
	    owner->ticket.number == ticket.number)
		connection_visit(&key, owner, *now_ns);
	return 0;
}

static int sweeper_run(void *map, __u32 *key, struct lvs_sweeper *sweeper)
{
	__u64 now_ns = bpf_ktime_get_ns();
	__u64 pause_ns = SWEEP_PAUSE_NS;

	bpf_loop(SWEEP_STEPS, sweep_step, &now_ns, 0);
	if (sweeper->slot >= now_ns >> LVS_WHEEL_SLOT_SHIFT) {
		pause_ns = 1ULL << LVS_WHEEL_SLOT_SHIFT;
		defend(now_ns);
	}
	bpf_timer_start(&sweeper->timer, pause_ns, 0);
	return 0;
}

/* Starts the sweeper, or makes the one that runs this program's. Returns 0, or a negative error. */
static __always_inline long sweeper_start(void)
{
	struct lvs_sweeper *sweeper = sweeper_get();
	long error;

	if (!sweeper)
		return -EINVAL;
	error = bpf_timer_init(&sweeper->timer, &lvs_sweeper, CLOCK_MONOTONIC);
	if (error && error != -EBUSY)
		return error;
	if (!sweeper->slot)
		sweeper->slot = bpf_ktime_get_ns() >> LVS_WHEEL_SLOT_SHIFT;
	error = bpf_timer_set_callback(&sweeper->timer, sweeper_run);
	return error ? error : bpf_timer_start(&sweeper->timer, SWEEP_PAUSE_NS, 0);
}

#endif
