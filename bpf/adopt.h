/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What a director does with a connection that another one tells it of: makes it its own, or brings its own up to date
 * (ip_vs_proc_conn, v6.1). It is done here, and not by writing tables from outside, for the counts and the expiry.
 */
#ifndef LVS_ADOPT_H
#define LVS_ADOPT_H

#include "describe.h"

/* The entry at work. No packet comes between on this CPU: since Linux 6.1 BPF_PROG_TEST_RUN keeps softirqs out. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct lvs_shared);
} lvs_adopted_entry SEC(".maps");

/* Templates' packets are those of their connections: nothing would say that they are one's own. */
static __always_inline __u8 adopt_flags(const struct lvs_shared *shared)
{
	if (shared->state != LVS_S_TEMPLATE)
		return LVS_FLOW_ADOPTED;
	return shared->flags & LVS_SHARED_ASSURED ? LVS_FLOW_ASSURED : 0;
}

static __always_inline void adopt_note(struct lvs_flow *flow, const struct lvs_shared *shared, __u64 now_ns)
{
	flow->timeout_s = shared->timeout_s;
	flow->told_s = now_ns / NS_PER_S;
	flow->told_state = shared->state;
}

static __noinline int adopt_new(const struct lvs_shared *shared, __u64 now_ns)
{
	struct lvs_flow *fresh = connection_blank();
	struct lvs_server *server;
	__u32 index;
	int reason;

	if (!shared || !fresh)
		return LVS_ADOPTED_MALFORMED;
	index = shared->server;
	server = bpf_map_lookup_elem(&lvs_servers, &index);
	fresh->server = index;
	fresh->service = shared->service;
	/* The way of forwarding is one's own. */
	fresh->method = server ? method_towards(server) : shared->method;
	fresh->to_family = shared->to_family;
	address_copy(fresh->to_addr, shared->to_addr);
	fresh->to_port = shared->to_port;
	fresh->state = shared->state;
	fresh->flags = adopt_flags(shared);
	if (connection_is_ftp(&shared->key, fresh))
		fresh->flags |= LVS_FLOW_FTP;
	adopt_note(fresh, shared, now_ns);
	return connection_create(&shared->key, fresh, now_ns, &reason) ? LVS_ADOPTED_NEW : LVS_ADOPTED_NO_ROOM;
}

static __always_inline bool adopt_leads_elsewhere(const struct lvs_flow *flow, const struct lvs_shared *shared)
{
	return flow->to_port != shared->to_port || !address_equal(flow->to_addr, shared->to_addr);
}

/* Moves a connection on to what the other director says of it, as a packet would. */
static __always_inline int adopt_known(const struct lvs_shared *shared, struct lvs_flow *flow, __u64 now_ns)
{
	__u32 next = shared->state;
	__u32 state = flow->state;
	struct lvs_flow *reply;
	__u64 expires_ns;

	if (state >= LVS_S_COUNT || __sync_val_compare_and_swap(&flow->state, state, next) != state)
		return LVS_ADOPTED_OUTDATED;
	if (state_is_active(state) != state_is_active(next)) {
		connection_count(flow->server, state, -1);
		connection_count(flow->server, next, 1);
	}
	reply = connection_reply(&shared->key, flow);
	if (reply)
		reply->state = next;
	adopt_note(flow, shared, now_ns);
	flow->last_seen_ns = now_ns;
	flow->flags |= adopt_flags(shared);
	/* So that the next packet finds that it is here, see flow_refresh(). */
	flow->fresh_until_ns = 0;
	expires_ns = now_ns + connection_timeout_ns(flow);
	if (expires_ns < flow->due_ns)
		wheel_enter(&shared->key, flow, expires_ns, now_ns);
	return LVS_ADOPTED_KNOWN;
}

/* Returns an enum lvs_adopted. */
static __always_inline int adopt(const struct lvs_shared *shared, __u64 now_ns)
{
	struct lvs_flow *flow = bpf_map_lookup_elem(&lvs_flows, &shared->key);
	bool is_template = shared->state == LVS_S_TEMPLATE;

	if (!flow)
		return adopt_new(shared, now_ns);
	if (flow->direction != LVS_TO_SERVER)
		return LVS_ADOPTED_OUTDATED;
	/* The end of a connection that another one of the same addresses has replaced here is nothing new. */
	if (!is_template && adopt_leads_elsewhere(flow, shared)) {
		if (shared->flags & LVS_SHARED_INACTIVE)
			return LVS_ADOPTED_OUTDATED;
	} else if (flow->server < LVS_MAX_SERVERS || shared->server >= LVS_MAX_SERVERS) {
		return adopt_known(shared, flow, now_ns);
	}
	/* It leads to another server now, or its server has been configured since. */
	connection_delete(&shared->key, flow, now_ns);
	return adopt_new(shared, now_ns);
}

#endif
