/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * lblc and lblcr: a destination address keeps its server (lblcr: its set of servers) as long as that one is not
 * overloaded, so that caches see the same addresses again. Where the kernel keeps a set without bound, this one
 * forgets its oldest server when LVS_DESTINATION_SERVERS are in it.
 */
#ifndef LVS_SCHEDULE_DESTINATION_H
#define LVS_SCHEDULE_DESTINATION_H

#include "parse.h"
#include "schedule_load.h"

/* Not NO_PREALLOC, which this kind cannot: the least recently used destination makes room. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, LVS_MAX_DESTINATIONS);
	__type(key, struct lvs_destination_key);
	__type(value, struct lvs_destination);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} lvs_destinations SEC(".maps");

/*
 * DEFAULT_EXPIRATION of ip_vs_lblc.c and ip_vs_lblcr.c: a destination unused for longer is forgotten, and lblcr's
 * set loses a server when it has not changed for longer.
 */
#define SCHEDULE_DESTINATION_NS (24ULL * 60 * 60 * 1000000000)

enum schedule_rank {
	/* Of a server that is not in the destination's set. The others' is their place in it, plus one. */
	SCHEDULE_NOT_IN_SET = 0,
};

/* One look at a service's members finds everything that the decision needs. */
struct schedule_set_scan {
	const struct lvs_service *service;
	const struct lvs_destination *destination; /* NULL: none is remembered */
	struct schedule_ratio least; /* of all members that take connections */
	struct schedule_ratio set_least;
	struct schedule_ratio set_most; /* overloaded ones too */
	__u32 position;
	__u32 set_position;
	__u32 set_least_rank;
	__u32 set_most_rank;
	bool has_idle; /* some member is less than half as active as its weight says */
	bool set_is_busy; /* the member of set_least is more active than its weight says */
};

/* Global, not static: verified once, by itself, and not again for each rank that it may return. */
__noinline __u32 schedule_rank_of(const struct lvs_destination *destination, __u32 server)
{
	if (!destination)
		return SCHEDULE_NOT_IN_SET;
	for (__u32 place = 0; place < LVS_DESTINATION_SERVERS; place++)
		if (place < destination->count && destination->server[place] == server)
			return place + 1;
	return SCHEDULE_NOT_IN_SET;
}

/* The kernel walks a set from its newest server on, and of equals the first stays: the higher rank. */
static __always_inline void schedule_scan_set(struct schedule_set_scan *scan, __u32 position, __u32 rank,
					      const struct lvs_member *member,
					      const struct lvs_connection_counts *counts)
{
	struct schedule_ratio ratio = {schedule_overhead(counts), member->weight};
	bool is_later = rank > scan->set_most_rank;

	if (schedule_less(scan->set_most, ratio) || (is_later && !schedule_less(ratio, scan->set_most))) {
		scan->set_most = ratio;
		scan->set_most_rank = rank;
	}
	/* ip_vs_lblc.c asks nobody whether the server that it remembers has reached its threshold. */
	if (counts->overloaded && scan->service->scheduler == LVS_SCHED_LBLCR)
		return;
	is_later = rank > scan->set_least_rank;
	if (schedule_less(ratio, scan->set_least) || (is_later && !schedule_less(scan->set_least, ratio))) {
		scan->set_least = ratio;
		scan->set_least_rank = rank;
		scan->set_position = position;
		scan->set_is_busy = counts->active > member->weight;
	}
}

static long schedule_set_step(__u32 position, struct schedule_set_scan *scan)
{
	struct lvs_member *member = schedule_member(scan->service, position);
	struct lvs_connection_counts *counts;
	struct schedule_ratio ratio;
	__u32 rank;

	if (!member || !member->weight)
		return 0;
	counts = schedule_counts(member);
	if (!counts)
		return 0;
	if (counts->active * 2 < member->weight)
		scan->has_idle = true;
	ratio = (struct schedule_ratio){schedule_overhead(counts), member->weight};
	if (!counts->overloaded && schedule_less(ratio, scan->least)) {
		scan->least = ratio;
		scan->position = position;
	}
	rank = scan->destination ? schedule_rank_of(scan->destination, member->server) : SCHEDULE_NOT_IN_SET;
	if (rank != SCHEDULE_NOT_IN_SET)
		schedule_scan_set(scan, position, rank, member, counts);
	return 0;
}

/* Two CPUs may be at one set: should they count it down too far, it begins anew. */
static __always_inline void schedule_set_remove(struct lvs_destination *destination, __u32 place)
{
	__u32 count = destination->count;

	for (__u32 i = 0; i + 1 < LVS_DESTINATION_SERVERS; i++)
		if (i >= place)
			destination->server[i] = destination->server[i + 1];
	destination->count = count && count <= LVS_DESTINATION_SERVERS ? count - 1 : 0;
}

/* To the end, where the newest are. */
static __always_inline void schedule_set_add(struct lvs_destination *destination, __u32 server, __u64 now_ns)
{
	__u32 place;

	if (destination->count >= LVS_DESTINATION_SERVERS)
		schedule_set_remove(destination, 0);
	place = destination->count;
	if (place >= LVS_DESTINATION_SERVERS)
		return;
	destination->server[place] = server;
	destination->count = place + 1;
	destination->last_changed_ns = now_ns;
}

/* Where a new destination is put together: it is too large for the stack. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct lvs_destination);
} lvs_new_destination SEC(".maps");

static __noinline void schedule_remember(const struct lvs_destination_key *key, __u32 server, __u64 now_ns)
{
	__u32 zero = 0;
	struct lvs_destination *destination = bpf_map_lookup_elem(&lvs_new_destination, &zero);

	if (!destination)
		return;
	__builtin_memset(destination, 0, sizeof(*destination));
	destination->last_used_ns = now_ns;
	destination->last_changed_ns = now_ns;
	destination->count = 1;
	destination->server[0] = server;
	/* Where there is no memory for it, the connection has its server all the same. */
	bpf_map_update_elem(&lvs_destinations, key, destination, BPF_ANY);
}

/* The clocks of two CPUs may be a little apart: what lies ahead is not old. */
static __always_inline bool schedule_is_old(__u64 then_ns, __u64 now_ns)
{
	return (__s64)(now_ns - then_ns) > (__s64)SCHEDULE_DESTINATION_NS;
}

static __noinline struct lvs_member *schedule_by_destination(const struct lvs_service *service,
							     const struct packet *packet, __u64 now_ns)
{
	const struct lvs_tuple *tuple = &packet->tuple;
	struct lvs_destination_key key = {
		.addr = {tuple->dst[0], tuple->dst[1], tuple->dst[2], tuple->dst[3]},
		.service = service->id,
		.family = tuple->family,
	};
	struct schedule_set_scan scan = {
		.service = service,
		.least = SCHEDULE_NO_SERVER,
		.set_least = SCHEDULE_NO_SERVER,
		.set_most = {.load = 0, .capacity = 1},
	};
	struct lvs_destination *destination = bpf_map_lookup_elem(&lvs_destinations, &key);
	struct lvs_member *member;

	if (destination && schedule_is_old(destination->last_used_ns, now_ns))
		destination = NULL;
	scan.destination = destination;
	bpf_loop(service->members_count, schedule_set_step, &scan, 0);
	if (destination) {
		destination->last_used_ns = now_ns;
		if (destination->count > 1 && scan.set_most_rank != SCHEDULE_NOT_IN_SET &&
		    schedule_is_old(destination->last_changed_ns, now_ns)) {
			schedule_set_remove(destination, scan.set_most_rank - 1);
			destination->last_changed_ns = now_ns;
		}
		if (scan.set_least_rank != SCHEDULE_NOT_IN_SET && !(scan.set_is_busy && scan.has_idle))
			return schedule_member(service, scan.set_position);
	}
	if (!scan.least.capacity)
		return NULL;
	member = schedule_member(service, scan.position);
	if (!member)
		return NULL;
	if (!destination)
		schedule_remember(&key, member->server, now_ns);
	else if (service->scheduler == LVS_SCHED_LBLC)
		destination->server[0] = member->server;
	else if (schedule_rank_of(destination, member->server) == SCHEDULE_NOT_IN_SET)
		schedule_set_add(destination, member->server, now_ns);
	return member;
}

#endif
