/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What a director tells others of its connections: one pass over the table finds those that are new, have changed, or
 * go on and were told of some time ago. Packets do nothing for it. In the place of ip_vs_sync_conn_needed() (v6.1),
 * which asks at every packet and tells at every 50th.
 */
#ifndef LVS_COLLECT_H
#define LVS_COLLECT_H

#include "connection.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, LVS_MAX_SHARED);
	__type(key, __u32);
	__type(value, struct lvs_shared);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} lvs_collected SEC(".maps");

/* A connection that goes on is told of again after this, or after a quarter of its timeout if that is less. */
#define TELL_AGAIN_S 60
#define TELL_AGAIN_SHARE 4

/* The states that IPVS tells of; before them a connection is not worth its place on another director. */
#define TOLD_STATES                                                                                                \
	(1U << LVS_S_ESTABLISHED | 1U << LVS_S_FIN_WAIT | 1U << LVS_S_CLOSE | 1U << LVS_S_CLOSE_WAIT |             \
	 1U << LVS_S_TIME_WAIT | 1U << LVS_S_UDP | 1U << LVS_S_SCTP_ESTABLISHED | 1U << LVS_S_SCTP_SHUTDOWN_SENT | \
	 1U << LVS_S_SCTP_SHUTDOWN_RECEIVED | 1U << LVS_S_SCTP_SHUTDOWN_ACK_SENT | 1U << LVS_S_SCTP_CLOSED |       \
	 1U << LVS_S_TEMPLATE)

/* IPVS's sync_threshold: the packets of a datagram connection before others are told of it. The first one is not pending. */
#define TELL_FROM_PACKETS 3

struct collect_pass {
	__u32 since_s;
	__u32 now_s;
	__u32 count;
};

static __always_inline bool collect_has_moved(const struct lvs_tuple *key, const struct lvs_flow *owner)
{
	return connection_seen_ns(key, owner) / NS_PER_S > owner->told_s;
}

/* Of a connection that nobody was told of: questions with a single answer are not worth it, so wait for more packets. */
static __always_inline bool collect_is_worth_it(const struct lvs_tuple *key, struct lvs_flow *owner, __u32 now_s)
{
	if (owner->state != LVS_S_UDP || owner->pending >> LVS_PENDING_PACKETS_SHIFT >= TELL_FROM_PACKETS - 1)
		return true;
	if (owner->told_state == LVS_S_GONE)
		return collect_has_moved(key, owner);
	owner->told_s = now_s;
	owner->told_state = LVS_S_GONE;
	return false;
}

static __always_inline bool collect_is_due(const struct lvs_tuple *key, struct lvs_flow *owner,
					   const struct collect_pass *pass)
{
	__u32 state = owner->state;
	__u64 again_s = TELL_AGAIN_S;
	__u64 share_s;

	if (owner->direction != LVS_TO_SERVER || owner->flags & LVS_FLOW_ADOPTED || key->kind >= LVS_EXPECTED)
		return false;
	if (state >= LVS_S_COUNT || !(TOLD_STATES >> state & 1))
		return false;
	if (owner->told_s < pass->since_s || owner->told_state == LVS_S_GONE)
		return collect_is_worth_it(key, owner, pass->now_s);
	if (owner->told_state != state)
		return true;
	if (pass->now_s == owner->told_s)
		return false;
	share_s = connection_timeout_ns(owner) / NS_PER_S / TELL_AGAIN_SHARE;
	if (share_s < again_s)
		again_s = share_s;
	return pass->now_s - owner->told_s >= again_s && collect_has_moved(key, owner);
}

static int collect_flow(void *map, struct lvs_tuple *key, struct lvs_flow *owner, struct collect_pass *pass)
{
	struct lvs_shared *row;
	__u32 at = pass->count;

	if (!collect_is_due(key, owner, pass))
		return 0;
	row = bpf_map_lookup_elem(&lvs_collected, &at);
	if (!row)
		return 1; /* the others in the next pass */
	row->key = *key;
	address_copy(row->to_addr, owner->to_addr);
	row->to_port = owner->to_port;
	row->method = owner->method;
	row->to_family = owner->to_family;
	row->state = owner->state;
	row->timeout_s = connection_timeout_ns(owner) / NS_PER_S;
	row->server = owner->server;
	row->service = owner->service;
	row->flags = state_is_active(row->state) ? 0 : LVS_SHARED_INACTIVE;
	if (owner->flags & LVS_FLOW_ASSURED)
		row->flags |= LVS_SHARED_ASSURED;
	owner->told_s = pass->now_s;
	owner->told_state = row->state;
	pass->count = at + 1;
	return 0;
}

#endif
