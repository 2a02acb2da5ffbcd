/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A connection's life: made, kept alive by its packets, moved through its states. Only a state with a shorter timeout
 * touches its timer. How it ends is in expiry.h.
 */
#ifndef LVS_CONNECTION_H
#define LVS_CONNECTION_H

#include "expiry.h"

/* Moves a connection on, with all that hangs on its state: counts, timer, the copy in the way back. */
static __noinline int connection_move(const struct lvs_tuple *key, struct lvs_flow *owner, __u32 next, __u64 now_ns)
{
	struct lvs_flow *reply;
	__u64 timeout_ns;
	__u32 state;

	if (!key || !owner)
		return 0;
	state = owner->state;
	if (state >= LVS_S_COUNT)
		return 0;
	/* Another CPU may have been first: then its packet decided, as it would have under a lock. */
	if (__sync_val_compare_and_swap(&owner->state, state, next) != state)
		return 0;
	if (state_is_active(state) != state_is_active(next)) {
		connection_count(owner->server, state, -1);
		connection_count(owner->server, next, 1);
	}
	stats_flush(owner, now_ns);
	reply = connection_reply(key, owner);
	if (reply) {
		reply->state = next;
		stats_flush(reply, now_ns);
	}
	timeout_ns = connection_timeout_ns(next);
	if (now_ns + timeout_ns < owner->expires_armed_ns)
		connection_arm(owner, now_ns, timeout_ns);
	return 0;
}

/* Notes a packet from the client. */
static __always_inline void connection_touch(struct lvs_flow *owner, const struct packet *packet, __u64 now_ns)
{
	enum tcp_view view = owner->method == LVS_NAT ? TCP_VIEW_INPUT : TCP_VIEW_INPUT_ONLY;
	__u32 state = owner->state;
	__u32 next;

	owner->last_seen_ns = now_ns;
	stats_count_packet(owner, packet->length);
	if (packet->tuple.protocol != IPPROTO_TCP || tcp_is_plain(state, packet))
		return;
	next = tcp_next(state, view, packet);
	if (next != state)
		connection_move(&packet->tuple, owner, next, now_ns);
}

/* Notes a packet from the server. Where it can't change the state, the owner is not even looked up. */
static __always_inline void connection_touch_reply(struct lvs_flow *reply, const struct packet *packet, __u64 now_ns)
{
	struct lvs_tuple owner_key;
	struct lvs_flow *owner;
	__u32 next;

	reply->last_seen_ns = now_ns;
	stats_count_packet(reply, packet->length);
	if (packet->tuple.protocol != IPPROTO_TCP || tcp_is_plain(reply->state, packet))
		return;
	owner_key = reply->peer;
	owner = bpf_map_lookup_elem(&lvs_flows, &owner_key);
	if (!owner)
		return;
	next = tcp_next(owner->state, TCP_VIEW_OUTPUT, packet);
	if (next != owner->state)
		connection_move(&owner_key, owner, next, now_ns);
}

/* IPVS's conn_reuse_mode 1: a SYN starts such a connection anew, perhaps on another server. */
static __always_inline bool connection_is_reused(const struct lvs_flow *flow, const struct packet *packet)
{
	return packet->tuple.protocol == IPPROTO_TCP && tcp_opens(packet) &&
	       (flow->state == LVS_S_TIME_WAIT || flow->state == LVS_S_CLOSE);
}

/* What stands where a new way back goes, hands its counts over; a connection of its own ends. */
static __always_inline void connection_yield(const struct lvs_tuple *key, __u64 now_ns)
{
	struct lvs_flow *flow = bpf_map_lookup_elem(&lvs_flows, key);

	if (!flow)
		return;
	if (flow->direction == LVS_TO_SERVER)
		connection_delete(key, flow, now_ns);
	else
		stats_flush(flow, now_ns);
}

/*
 * Makes the connection that `fresh` describes and counts it. Returns its entry in the map, or NULL when the table
 * is full. When another CPU made the same connection meanwhile, that one is returned.
 */
static __always_inline struct lvs_flow *connection_create(const struct packet *packet, struct lvs_flow *fresh,
							  __u64 now_ns)
{
	struct lvs_tuple key = packet->tuple;
	struct lvs_flow *flow;
	long error;

	fresh->direction = LVS_TO_SERVER;
	fresh->last_seen_ns = now_ns;
	fresh->state = LVS_S_UDP;
	if (key.protocol == IPPROTO_TCP)
		fresh->state =
			tcp_next(LVS_S_NONE, fresh->method == LVS_NAT ? TCP_VIEW_INPUT : TCP_VIEW_INPUT_ONLY, packet);
	if (fresh->method == LVS_NAT)
		fresh->peer = (struct lvs_tuple){
			.src = fresh->to_addr,
			.dst = key.src,
			.sport = fresh->to_port,
			.dport = key.sport,
			.protocol = key.protocol,
		};
	error = bpf_map_update_elem(&lvs_flows, &key, fresh, BPF_NOEXIST);
	flow = bpf_map_lookup_elem(&lvs_flows, &key);
	if (!flow)
		return NULL;
	if (error)
		return flow->direction == LVS_TO_SERVER ? flow : NULL;
	connection_count(fresh->server, fresh->state, 1);
	stats_count_connection(fresh, now_ns);
	if (timer_attach(flow, now_ns) && timer_defer(&key)) {
		/* A connection without a timer would stay for ever. */
		connection_delete(&key, flow, now_ns);
		return NULL;
	}
	if (fresh->method == LVS_NAT) {
		struct lvs_tuple reply_key = fresh->peer;

		fresh->peer = key;
		fresh->direction = LVS_TO_CLIENT;
		fresh->to_addr = key.dst;
		fresh->to_port = key.dport;
		connection_yield(&reply_key, now_ns);
		if (bpf_map_update_elem(&lvs_flows, &reply_key, fresh, BPF_ANY)) {
			connection_delete(&key, flow, now_ns);
			return NULL;
		}
	}
	return flow;
}

#endif
