/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What a director takes over from one of another version that stands beside it: connections and counters. It is done
 * here, and not by writing tables from outside, for the counts, the expiry, and the packets that come meanwhile.
 */
#ifndef LVS_IMPORT_H
#define LVS_IMPORT_H

#include "connection.h"
#include "parse.h"

/* The connection at work. No packet comes between on this CPU: since Linux 6.1 BPF_PROG_TEST_RUN keeps softirqs out. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct lvs_import);
} lvs_imported_entry SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct lvs_carry);
} lvs_carried_entry SEC(".maps");

/* The flag keeps it from being counted as new, which it is not. */
static __always_inline void import_settle(struct lvs_flow *flow, __u64 seen_ns, bool is_adopted)
{
	flow->last_seen_ns = seen_ns;
	if (!is_adopted)
		flow->flags &= ~LVS_FLOW_ADOPTED;
}

static __noinline int import_new(const struct lvs_import *entry, struct lvs_flow *fresh, __u64 now_ns)
{
	struct lvs_flow *flow, *reply;
	__u64 expires_ns, seen_ns;
	bool is_adopted, is_held, is_parent;
	int reason;

	if (!entry || !fresh)
		return LVS_IMPORT_MALFORMED;
	is_held = fresh->flags & LVS_FLOW_CONTROLLED && entry->parent.family;
	if (is_held) {
		if (!bpf_map_lookup_elem(&lvs_flows, &entry->parent))
			return LVS_IMPORT_WAITS;
		if (template_hold(&entry->key, &entry->parent, fresh->server))
			return LVS_IMPORT_NO_ROOM;
	}
	seen_ns = fresh->last_seen_ns;
	is_parent = fresh->children;
	fresh->children = 0;
	is_adopted = fresh->flags & LVS_FLOW_ADOPTED;
	fresh->flags |= LVS_FLOW_ADOPTED;
	flow = connection_create(&entry->key, fresh, now_ns, &reason);
	if (!flow) {
		if (is_held)
			template_release(&entry->key);
		return LVS_IMPORT_NO_ROOM;
	}
	import_settle(flow, seen_ns, is_adopted);
	reply = connection_reply(&entry->key, flow);
	if (reply)
		import_settle(reply, seen_ns, is_adopted);
	expires_ns = seen_ns + connection_timeout_ns(flow);
	/* What others are under waits for them to come, too. */
	if (!is_parent && expires_ns < flow->due_ns)
		wheel_enter(&entry->key, flow, expires_ns, now_ns);
	return LVS_IMPORT_NEW;
}

/* Whether packets of a connection that was taken over have come here since: what it was elsewhere is past. */
static __always_inline bool import_is_past(const struct lvs_tuple *key, const struct lvs_flow *flow,
					   const struct lvs_flow *fresh)
{
	const struct lvs_flow *reply = connection_reply(key, flow);

	if (flow->state == LVS_S_TEMPLATE)
		return flow->last_seen_ns >= fresh->last_seen_ns;
	return flow->fresh_until_ns || (reply && reply->fresh_until_ns);
}

static __always_inline int import_owner(const struct lvs_import *entry, struct lvs_flow *fresh, __u64 now_ns)
{
	struct lvs_flow *flow = bpf_map_lookup_elem(&lvs_flows, &entry->key);

	if (!flow)
		return import_new(entry, fresh, now_ns);
	if (flow->direction != LVS_TO_SERVER || import_is_past(&entry->key, flow, fresh))
		return LVS_IMPORT_PAST;
	if (flow->server != fresh->server || flow->to_port != fresh->to_port) {
		connection_delete(&entry->key, flow, now_ns);
		return import_new(entry, fresh, now_ns);
	}
	if (flow->state != fresh->state)
		connection_move(&entry->key, flow, fresh->state, now_ns);
	flow->last_seen_ns = fresh->last_seen_ns;
	flow->timeout_s = fresh->timeout_s;
	flow->flags |= fresh->flags & LVS_FLOW_ASSURED;
	return LVS_IMPORT_KNOWN;
}

/* What belongs to the tables that it came from. The route is asked for with its first packet here. */
static __always_inline void import_forget(struct lvs_flow *fresh)
{
	fresh->pending = 0;
	fresh->fresh_until_ns = 0;
	fresh->flags &= ~(LVS_FLOW_FRAMED | LVS_FLOW_SEEKS_HOP);
	fresh->due_ns = 0;
	fresh->ticket.slot = 0;
	fresh->ticket.number = 0;
}

/* Returns an enum lvs_import_result. */
static __always_inline int import_connection(struct __sk_buff *skb, __u64 now_ns)
{
	__u32 zero = 0;
	struct lvs_import *entry = bpf_map_lookup_elem(&lvs_imported_entry, &zero);
	struct lvs_flow *fresh = connection_blank();

	if (!entry || !fresh || bpf_skb_load_bytes(skb, ETH_HLEN, entry, sizeof(*entry)) ||
	    bpf_skb_load_bytes(skb, ETH_HLEN + sizeof(*entry), fresh, sizeof(*fresh)) || fresh->state >= LVS_S_COUNT ||
	    fresh->direction != LVS_TO_SERVER)
		return LVS_IMPORT_MALFORMED;
	import_forget(fresh);
	return import_owner(entry, fresh, now_ns);
}

/* Adds to this CPU's counters what others have counted, as if it had been long ago. */
static __noinline int carry_stats(void *map, const struct lvs_carry *carry, __u64 now_ns)
{
	struct lvs_stats *stats;
	__u32 id;

	if (!carry)
		return 0;
	id = carry->id;
	bpf_map_update_elem(map, &id, &stats_none, BPF_NOEXIST);
	stats = stats_now(map, id, now_ns);
	if (!stats)
		return 0;
	for (int i = 0; i < LVS_COUNTERS; i++) {
		stats->count[i] += carry->count[i];
		stats->period_start_count[i] += carry->count[i];
		stats->rate[i] += carry->rate[i];
	}
	return 0;
}

/* A server between its thresholds is overloaded if it was; the next connection looks at it again. */
static __always_inline void carry_load(const struct lvs_carry *carry)
{
	__u32 id = carry->id;
	struct lvs_connection_counts *counts = bpf_map_lookup_elem(&lvs_connection_counts, &id);
	struct lvs_server *server = bpf_map_lookup_elem(&lvs_servers, &id);

	if (counts && server && carry->overloaded && server->upper_threshold)
		counts->overloaded = 1;
}

static __always_inline int carry(struct __sk_buff *skb, __u64 now_ns)
{
	__u32 zero = 0;
	struct lvs_carry *carry = bpf_map_lookup_elem(&lvs_carried_entry, &zero);
	__u64 *drops;
	__u32 id;

	if (!carry || bpf_skb_load_bytes(skb, ETH_HLEN, carry, sizeof(*carry)))
		return 1;
	id = carry->id;
	switch (carry->kind) {
	case LVS_CARRY_SERVICE:
		carry_stats(&lvs_service_stats, carry, now_ns);
		break;
	case LVS_CARRY_SERVER:
		carry_stats(&lvs_server_stats, carry, now_ns);
		carry_load(carry);
		break;
	case LVS_CARRY_DROPS:
		drops = bpf_map_lookup_elem(&lvs_drops, &id);
		if (drops)
			*drops += carry->count[0];
		break;
	}
	return 0;
}

#endif
