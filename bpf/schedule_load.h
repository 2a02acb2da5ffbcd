/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * lc, wlc, sed, nq, fo, ovf and twos: one look at all the servers of a service, and the one with the least load for
 * its capacity. A ratio is compared by multiplying crosswise, as the kernel does; the first of equals stays.
 */
#ifndef LVS_SCHEDULE_LOAD_H
#define LVS_SCHEDULE_LOAD_H

#include "schedule_member.h"

struct schedule_ratio {
	__u32 load;
	__u32 capacity;
};

/* More than any server's. */
#define SCHEDULE_NO_SERVER ((struct schedule_ratio){.load = 1, .capacity = 0})

static __always_inline bool schedule_less(struct schedule_ratio a, struct schedule_ratio b)
{
	return (__u64)a.load * b.capacity < (__u64)b.load * a.capacity;
}

enum schedule_limits {
	/* Members in one turn of the loop: its call costs as much as looking at one of them. */
	SCHEDULE_BATCH = 4,
};

struct schedule_scan {
	const struct lvs_service *service;
	struct schedule_ratio least;
	__u32 position; /* of the member with the least */
};

static __always_inline struct schedule_ratio schedule_ratio_of(__u32 scheduler, const struct lvs_member *member,
							       const struct lvs_connection_counts *counts)
{
	switch (scheduler) {
	case LVS_SCHED_LC:
		return (struct schedule_ratio){schedule_overhead(counts), 1};
	case LVS_SCHED_SED:
	case LVS_SCHED_NQ:
		return (struct schedule_ratio){counts->active + 1, member->weight};
	case LVS_SCHED_FO:
	case LVS_SCHED_OVF:
		return (struct schedule_ratio){1, member->weight};
	default:
		return (struct schedule_ratio){schedule_overhead(counts), member->weight};
	}
}

/* Whether the search is over. */
static __always_inline bool schedule_scan_member(__u32 position, struct schedule_scan *scan)
{
	__u32 scheduler = scan->service->scheduler;
	struct lvs_member *member = schedule_member(scan->service, position);
	struct lvs_connection_counts *counts;
	struct schedule_ratio ratio;
	bool is_idle;

	if (!member || !member->weight)
		return false;
	counts = schedule_counts(member);
	if (!counts || counts->overloaded)
		return false;
	if (scheduler == LVS_SCHED_OVF && counts->active > member->weight)
		return false;
	is_idle = scheduler == LVS_SCHED_NQ && !counts->active;
	ratio = schedule_ratio_of(scheduler, member, counts);
	if (!is_idle && !schedule_less(ratio, scan->least))
		return false;
	scan->least = ratio;
	scan->position = position;
	return is_idle;
}

static long schedule_scan_step(__u32 batch, struct schedule_scan *scan)
{
	for (__u32 i = 0; i < SCHEDULE_BATCH; i++)
		if (schedule_scan_member(batch * SCHEDULE_BATCH + i, scan))
			return 1;
	return 0;
}

static __noinline struct lvs_member *schedule_by_load(const struct lvs_service *service)
{
	struct schedule_scan scan = {.service = service, .least = SCHEDULE_NO_SERVER};

	bpf_loop((service->members_count + SCHEDULE_BATCH - 1) / SCHEDULE_BATCH, schedule_scan_step, &scan, 0);
	return scan.least.capacity ? schedule_member(service, scan.position) : NULL;
}

struct schedule_choice {
	__s32 draw; /* what is left of the number drawn, of which each server takes its weight */
	__s32 weight; /* of the server that used it up; 0: none did yet */
	__s32 overhead;
	__u32 position;
};

struct schedule_draws {
	const struct lvs_service *service;
	struct schedule_choice first;
	struct schedule_choice second;
	__u32 weights;
};

static long schedule_sum_step(__u32 position, struct schedule_draws *draws)
{
	struct lvs_member *member = schedule_member(draws->service, position);

	if (member && schedule_available(member))
		draws->weights += member->weight;
	return 0;
}

static __always_inline void schedule_draw(struct schedule_choice *choice, __u32 position,
					  const struct lvs_member *member, const struct lvs_connection_counts *counts)
{
	choice->draw -= member->weight;
	if (choice->draw > 0 || choice->weight)
		return;
	choice->weight = member->weight;
	choice->overhead = schedule_overhead(counts);
	choice->position = position;
}

static long schedule_draw_step(__u32 position, struct schedule_draws *draws)
{
	struct lvs_member *member = schedule_member(draws->service, position);
	struct lvs_connection_counts *counts;

	if (!member || !member->weight)
		return 0;
	counts = schedule_counts(member);
	if (!counts || counts->overloaded)
		return 0;
	schedule_draw(&draws->first, position, member, counts);
	schedule_draw(&draws->second, position, member, counts);
	return draws->first.weight && draws->second.weight;
}

/*
 * Two servers drawn by weight, and of these the one with less load. As in ip_vs_twos.c a draw may be zero, so the
 * first server's chance is a little greater than its weight; products are of 32 bits and may overflow.
 */
static __noinline struct lvs_member *schedule_by_draw(const struct lvs_service *service)
{
	struct schedule_draws draws = {.service = service};

	bpf_loop(service->members_count, schedule_sum_step, &draws, 0);
	if (!draws.weights)
		return NULL;
	/* As prandom_u32_max() takes a number below its argument. */
	draws.first.draw = (__u64)bpf_get_prandom_u32() * (draws.weights + 1) >> 32;
	draws.second.draw = (__u64)bpf_get_prandom_u32() * (draws.weights + 1) >> 32;
	bpf_loop(service->members_count, schedule_draw_step, &draws, 0);
	if (!draws.first.weight)
		return NULL;
	if (draws.second.weight * draws.first.overhead > draws.first.weight * draws.second.overhead)
		return schedule_member(service, draws.second.position);
	return schedule_member(service, draws.first.position);
}

#endif
