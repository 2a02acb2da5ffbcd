/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The timing wheel: each connection has one entry, in the slot of the moment when it is to be looked at. Memory comes
 * with the entries; docs/decisions/0010 says why connections have no timers of their own. Who turns the wheel is in
 * sweeper.h.
 */
#ifndef LVS_WHEEL_H
#define LVS_WHEEL_H

#include "maps.h"

/* <errno.h> */
#define ENOMEM 12
#define EBUSY 16
#define EEXIST 17
#define EINVAL 22

/* The rest of the wheel's slots is for one that is swept late: 8.6 s. */
#define WHEEL_REACH_SLOTS (LVS_WHEEL_SLOTS - 64)

/* How many slots an entry is put further when a late sweep has just passed its place. */
#define WHEEL_TRIES 4

static __always_inline struct lvs_wheel_slot *wheel_slot(__u32 slot)
{
	return bpf_map_lookup_elem(&lvs_wheel, &slot);
}

/* Takes a connection's entry out, if it has one. */
static __always_inline void wheel_leave(struct lvs_flow *owner)
{
	if (owner->due_ns)
		bpf_map_delete_elem(&lvs_due, &owner->ticket);
}

/* The slot to look at a connection that expires then: it is over by then, or it is as far as the wheel goes. */
static __always_inline __u64 wheel_slot_of(__u64 expires_ns, __u64 now_ns)
{
	__u64 now_slot = now_ns >> LVS_WHEEL_SLOT_SHIFT;
	__u64 slot = (expires_ns >> LVS_WHEEL_SLOT_SHIFT) + 1;

	if (slot <= now_slot)
		return now_slot + 1;
	return slot > now_slot + WHEEL_REACH_SLOTS ? now_slot + WHEEL_REACH_SLOTS : slot;
}

/*
 * Puts a connection's entry where its expiry wants it. Returns 0, or a negative error: then it has what it had, or none
 * if that has been taken out.
 */
static __noinline int wheel_enter(const struct lvs_tuple *key, struct lvs_flow *owner, __u64 expires_ns, __u64 now_ns)
{
	struct lvs_ticket ticket, former;
	__u64 former_due_ns;
	__u64 slot;

	if (!key || !owner)
		return -EINVAL;
	former = owner->ticket;
	former_due_ns = owner->due_ns;
	slot = wheel_slot_of(expires_ns, now_ns);
	for (int i = 0; i < WHEEL_TRIES; i++, slot++) {
		struct lvs_wheel_slot *place;

		ticket.slot = slot & (LVS_WHEEL_SLOTS - 1);
		place = wheel_slot(ticket.slot);
		if (!place)
			break;
		ticket.number = __sync_fetch_and_add(&place->tail, 1);
		owner->ticket = ticket;
		owner->due_ns = slot << LVS_WHEEL_SLOT_SHIFT;
		if (bpf_map_update_elem(&lvs_due, &ticket, key, BPF_ANY))
			break;
		/* The sweep moves the head before it looks: it has seen the entry, or is seen to have passed. */
		if ((__s32)(ticket.number - __sync_fetch_and_add(&place->head, 0)) >= 0) {
			if (former_due_ns)
				bpf_map_delete_elem(&lvs_due, &former);
			return 0;
		}
		bpf_map_delete_elem(&lvs_due, &ticket);
	}
	owner->ticket = former;
	owner->due_ns = former_due_ns;
	return -ENOMEM;
}

#endif
