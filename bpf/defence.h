/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What keeps a flood of clients that never answer from filling the table: connections that look like theirs end before
 * their time (drop_entry; ip_vs_random_dropentry, v6.1), and some packets that would open more are dropped
 * (drop_packet; ip_vs_todrop). Both as their settings say: never, while room is short, always.
 */
#ifndef LVS_DEFENCE_H
#define LVS_DEFENCE_H

#include "expiry.h"

/* IPVS's modes: 1 and 2 mean while room is short. */
#define DEFENCE_ALWAYS 3

/* Slots of the wheel that are looked through with each turn of it: all of them in 34 s, about IPVS's 1/32 a second. */
#define DEFENCE_SLOTS 2
/* And entries at most, about two milliseconds. */
#define DEFENCE_STEPS 8192

/* How long a datagram connection, or a template, is left in peace. */
#define DEFENCE_IDLE_NS (60 * NS_PER_S)

static __always_inline bool defence_is_on(__u32 mode, const struct lvs_occupancy *occupancy)
{
	return mode == DEFENCE_ALWAYS || (mode && room_shortage(occupancy));
}

/* Whether a connection looks like one that nobody will miss. Nothing that is established does. */
static __always_inline bool connection_is_expendable(const struct lvs_tuple *key, const struct lvs_flow *owner,
						     __u64 now_ns)
{
	if (owner->children)
		return false;
	switch (owner->state) {
	case LVS_S_SYN_RECV:
	case LVS_S_SYNACK:
	case LVS_S_SCTP_INIT1:
	case LVS_S_SCTP_INIT:
		return true;
	case LVS_S_TEMPLATE:
		if (owner->flags & LVS_FLOW_ASSURED)
			return false;
		break;
	case LVS_S_UDP:
		break;
	default:
		return false;
	}
	return connection_seen_ns(key, owner) + DEFENCE_IDLE_NS <= now_ns;
}

/* Goes on to the next slot. Returns 1 when that is left to the next pass. */
static __always_inline long defence_turn(struct lvs_occupancy *occupancy)
{
	struct lvs_wheel_slot *slot;

	occupancy->slot = (occupancy->slot + 1) & (LVS_WHEEL_SLOTS - 1);
	slot = wheel_slot(occupancy->slot);
	if (slot)
		occupancy->number = slot->head;
	occupancy->slots_left--;
	return !occupancy->slots_left;
}

/* Looks at one entry of the wheel, which stays where it is unless its connection ends. */
static long defence_step(__u32 index, __u64 *now_ns)
{
	struct lvs_occupancy *occupancy = occupancy_get();
	struct lvs_wheel_slot *slot;
	struct lvs_ticket ticket;
	struct lvs_tuple *entry;
	struct lvs_flow *owner;
	struct lvs_tuple key;

	if (!occupancy)
		return 1;
	ticket.slot = occupancy->slot & (LVS_WHEEL_SLOTS - 1);
	slot = wheel_slot(ticket.slot);
	if (!slot)
		return 1;
	/* Swept meanwhile. */
	if ((__s32)(occupancy->number - slot->head) < 0)
		occupancy->number = slot->head;
	if ((__s32)(occupancy->number - slot->tail) >= 0)
		return defence_turn(occupancy);
	ticket.number = occupancy->number++;
	entry = bpf_map_lookup_elem(&lvs_due, &ticket);
	if (!entry)
		return 0;
	key = *entry;
	owner = bpf_map_lookup_elem(&lvs_flows, &key);
	if (owner && owner->direction == LVS_TO_SERVER && connection_is_expendable(&key, owner, *now_ns))
		connection_delete(&key, owner, *now_ns);
	return 0;
}

/* The sweeper does this between two slots. */
static __always_inline void defend(__u64 now_ns)
{
	struct lvs_occupancy *occupancy = occupancy_get();
	struct lvs_config *config = config_get();

	if (!occupancy || !config || !defence_is_on(config->setting[LVS_DROP_ENTRY], occupancy))
		return;
	/* Here, where the verifier does not count along. */
	occupancy->slots_left = DEFENCE_SLOTS;
	bpf_loop(DEFENCE_STEPS, defence_step, &now_ns, 0);
}

/*
 * Whether a packet that would open a connection is dropped: one of am_droprate, or while room is short one of so many
 * that the last entries are never taken.
 */
static __noinline bool defence_drops(void)
{
	struct lvs_occupancy *occupancy = occupancy_get();
	struct lvs_config *config = config_get();
	__u32 mode, rate, shortage;

	if (!occupancy || !config)
		return false;
	mode = config->setting[LVS_DROP_PACKET];
	if (!defence_is_on(mode, occupancy))
		return false;
	shortage = room_shortage(occupancy);
	rate = mode == DEFENCE_ALWAYS ? config->setting[LVS_AM_DROPRATE] : shortage ? ROOM_THRESHOLD / shortage : 0;
	return rate && __sync_fetch_and_add(&occupancy->openers, 1) % rate == rate - 1;
}

#endif
