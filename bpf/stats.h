/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Counters of services, servers and drops, per CPU. A packet is counted in its flow, where it costs next to nothing;
 * once a second, at each change of state and at its end a flow adds what it has gathered. Readers add what flows
 * still hold, so no packet is ever missing.
 *
 * Functions that are not static, here and in other headers, are verified once, by themselves, instead of at every call.
 */
#ifndef LVS_STATS_H
#define LVS_STATS_H

#include "maps.h"
#include "trace.h"
#include <linux/pkt_cls.h>
#include <stdbool.h>

/* (3/4)^40 is under 2^-16: after that many idle periods an average is zero. */
#define STATS_MAX_IDLE_PERIODS 40

/* Closes the period that has ended, and the idle ones since: average += (rate - average) / 4 for each. */
__noinline int stats_end_period(struct lvs_stats *stats, __u64 now_ns)
{
	__u64 periods;

	if (!stats)
		return 0;
	periods = (now_ns - stats->period_start_ns) / LVS_RATE_PERIOD_NS;
	for (int i = 0; i < LVS_COUNTERS; i++) {
		__u64 moved = stats->count[i] - stats->period_start_count[i];
		__u64 rate = (moved << LVS_RATE_FRACTION_BITS) / (LVS_RATE_PERIOD_NS / 1000000000);

		stats->rate[i] += ((__s64)(rate - stats->rate[i])) >> 2;
		stats->period_start_count[i] = stats->count[i];
	}
	for (int idle = 1; idle < STATS_MAX_IDLE_PERIODS && idle < periods; idle++)
		for (int i = 0; i < LVS_COUNTERS; i++)
			stats->rate[i] -= stats->rate[i] >> 2;
	if (periods > STATS_MAX_IDLE_PERIODS)
		for (int i = 0; i < LVS_COUNTERS; i++)
			stats->rate[i] = 0;
	/* Periods start at multiples of their length, on every CPU alike. */
	stats->period_start_ns = now_ns - now_ns % LVS_RATE_PERIOD_NS;
	return 0;
}

/* Timers read a finer clock than packets do, so a packet's time may lie before the start of the period. */
static __always_inline bool stats_period_has_ended(const struct lvs_stats *stats, __u64 now_ns)
{
	return (__s64)(now_ns - stats->period_start_ns) >= LVS_RATE_PERIOD_NS;
}

/* This CPU's counters of a service or server, in the present period. NULL when there are none. */
static __always_inline struct lvs_stats *stats_now(void *map, __u32 id, __u64 now_ns)
{
	struct lvs_stats *stats = bpf_map_lookup_elem(map, &id);

	if (stats && stats_period_has_ended(stats, now_ns))
		stats_end_period(stats, now_ns);
	return stats;
}

static __always_inline void stats_add(void *map, __u32 id, __u64 now_ns, __u64 pending, bool inbound)
{
	struct lvs_stats *stats = stats_now(map, id, now_ns);

	if (!stats)
		return;
	stats->count[inbound ? LVS_COUNT_IN_PACKETS : LVS_COUNT_OUT_PACKETS] += pending >> LVS_PENDING_PACKETS_SHIFT;
	stats->count[inbound ? LVS_COUNT_IN_BYTES : LVS_COUNT_OUT_BYTES] +=
		pending & ((1ULL << LVS_PENDING_PACKETS_SHIFT) - 1);
}

static __always_inline void stats_count_packet(struct lvs_flow *flow, __u32 length)
{
	__sync_fetch_and_add(&flow->pending, (1ULL << LVS_PENDING_PACKETS_SHIFT) + length);
}

/* Adds to a server's and its service's counters. */
__noinline int stats_add_pending(__u32 server, __u32 service, __u64 now_ns, __u64 pending, bool inbound)
{
	stats_add(&lvs_server_stats, server, now_ns, pending, inbound);
	stats_add(&lvs_service_stats, service, now_ns, pending, inbound);
	return 0;
}

/* Moves what a flow has gathered into its server's and its service's counters. */
static __always_inline void stats_flush(struct lvs_flow *flow, __u64 now_ns)
{
	if (flow->pending)
		stats_add_pending(flow->server, flow->service, now_ns, __sync_lock_test_and_set(&flow->pending, 0),
				  flow->direction == LVS_TO_SERVER);
}

/* Too large for the stack. */
static const struct lvs_stats stats_none;

/* A connection more; the first makes the counters. */
static __always_inline void stats_count_new(void *map, __u32 id, __u64 now_ns)
{
	struct lvs_stats *stats = stats_now(map, id, now_ns);

	if (!stats) {
		bpf_map_update_elem(map, &id, &stats_none, BPF_NOEXIST);
		stats = stats_now(map, id, now_ns);
	}
	if (stats)
		stats->count[LVS_COUNT_CONNECTIONS]++;
}

/* A new connection of a server, and of its service. */
__noinline int stats_count_connection(__u32 server, __u32 service, __u64 now_ns)
{
	stats_count_new(&lvs_server_stats, server, now_ns);
	stats_count_new(&lvs_service_stats, service, now_ns);
	return 0;
}

static __always_inline int drop(enum lvs_drop reason)
{
	__u32 key = reason;
	__u64 *count = bpf_map_lookup_elem(&lvs_drops, &key);

	trace_drop(reason);
	if (count)
		(*count)++;
	return TC_ACT_SHOT;
}

#endif
