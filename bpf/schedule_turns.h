/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * rr and wrr: servers take turns. rr walks the service's list, wrr a table of one cycle, in which user space has laid
 * down the order that ip_vs_wrr.c finds by itself. The service's cursor counts the turns.
 */
#ifndef LVS_SCHEDULE_TURNS_H
#define LVS_SCHEDULE_TURNS_H

#include "schedule_member.h"

struct schedule_turns {
	const struct lvs_service *service;
	__u64 *cursor;
	__u32 position; /* of the member whose turn it was */
	__u32 weighted; /* members with a weight */
	bool is_available; /* some member takes connections */
};

static __always_inline __u32 schedule_cycle(const struct lvs_service *service)
{
	return service->scheduler == LVS_SCHED_RR ? service->members_count : service->slots_count;
}

/* Takes a turn for the member that is due. NULL when it takes no connections. */
static __always_inline struct lvs_member *schedule_take_turn(const struct lvs_service *service, __u64 *cursor,
							     __u32 *position)
{
	__u32 cycle = schedule_cycle(service);
	struct lvs_member *member;
	__u32 row, *slot;

	if (!cycle)
		return NULL;
	row = __sync_fetch_and_add(cursor, 1) % cycle;
	if (service->scheduler == LVS_SCHED_WRR) {
		row += service->slots_base;
		slot = bpf_map_lookup_elem(&lvs_slots, &row);
		if (!slot)
			return NULL;
		row = *slot;
	}
	*position = row;
	member = schedule_member(service, row);
	return member && schedule_available(member) ? member : NULL;
}

static long schedule_turn_step(__u32 index, struct schedule_turns *turns)
{
	return schedule_take_turn(turns->service, turns->cursor, &turns->position) != NULL;
}

static long schedule_count_step(__u32 position, struct schedule_turns *turns)
{
	struct lvs_member *member = schedule_member(turns->service, position);

	/* Counted down from a number that the verifier does not know: one it knows it would follow step by step. */
	if (!member || !member->weight)
		turns->weighted--;
	else if (schedule_available(member))
		turns->is_available = true;
	return 0;
}

/*
 * No server is available, and a turn was taken for nothing. rr's next turn is the same one again. wrr's search ends
 * at its cycle's beginning, unless it set out in the cycle's last pass, which has every server with a weight once.
 */
static __always_inline void schedule_return_turn(const struct schedule_turns *turns)
{
	const struct lvs_service *service = turns->service;
	__u32 cycle = schedule_cycle(service);
	__u64 turn = *turns->cursor - 1;

	if (service->scheduler == LVS_SCHED_WRR && cycle && (!turn || (turn - 1) % cycle + turns->weighted < cycle))
		turn = 0;
	*turns->cursor = turn;
}

/* The member that was due takes no connections: on to the first behind it that does. */
static __noinline struct lvs_member *schedule_skip_turns(const struct lvs_service *service, __u64 *cursor)
{
	struct schedule_turns turns = {.service = service, .cursor = cursor, .weighted = service->members_count};
	struct lvs_member *member;

	bpf_loop(service->members_count, schedule_count_step, &turns, 0);
	if (!turns.is_available) {
		schedule_return_turn(&turns);
		return NULL;
	}
	bpf_loop(schedule_cycle(service), schedule_turn_step, &turns, 0);
	member = schedule_member(service, turns.position);
	return member && schedule_available(member) ? member : NULL;
}

static __always_inline struct lvs_member *schedule_by_turns(const struct lvs_service *service)
{
	__u32 id = service->id, position;
	__u64 *cursor = bpf_map_lookup_elem(&lvs_cursors, &id);
	struct lvs_member *member;

	if (!cursor || !schedule_cycle(service))
		return NULL;
	member = schedule_take_turn(service, cursor, &position);
	return member ? member : schedule_skip_turns(service, cursor);
}

#endif
