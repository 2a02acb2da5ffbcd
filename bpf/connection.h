/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A connection's life: made, kept alive by its packets, moved through its states. Only a state with a shorter timeout
 * makes it due earlier. How it ends is in expiry.h.
 */
#ifndef LVS_CONNECTION_H
#define LVS_CONNECTION_H

#include "expiry.h"
#include "sctp_state.h"

/* Of conn_reuse_mode: where the server's packets do not come by, FIN_WAIT is an end, too. */
#define REUSE_HALF_SEEN 2

/* Moves a connection on, with all that hangs on its state: counts, expiry, the copy in the way back. */
static __noinline int connection_move(const struct lvs_tuple *key, struct lvs_flow *owner, __u32 next, __u64 now_ns)
{
	struct lvs_flow *reply;
	__u64 expires_ns;
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
	if (owner->flags & LVS_FLOW_CONTROLLED && (next == LVS_S_ESTABLISHED || next == LVS_S_SCTP_ESTABLISHED))
		template_assure(key);
	stats_flush(owner, now_ns);
	reply = connection_reply(key, owner);
	if (reply) {
		reply->state = next;
		stats_flush(reply, now_ns);
	}
	expires_ns = now_ns + state_timeout_ns(next);
	if (expires_ns < owner->due_ns)
		wheel_enter(key, owner, expires_ns, now_ns);
	return 0;
}

/* The state that a packet moves a connection to. */
static __always_inline __u32 state_next(__u32 state, bool sees_replies, bool is_reply, const struct packet *packet)
{
	enum tcp_view view = is_reply ? TCP_VIEW_OUTPUT : sees_replies ? TCP_VIEW_INPUT : TCP_VIEW_INPUT_ONLY;

	if (packet->fragment == FRAGMENT_LATER)
		return state;
	if (packet->tuple.protocol == IPPROTO_TCP)
		return tcp_is_plain(state, packet) ? state : tcp_next(state, view, packet);
	if (packet->tuple.protocol == IPPROTO_SCTP)
		return sctp_next(state, view, packet);
	return state;
}

/* A packet from the client: a connection that another director told of is this one's from now on. */
static __always_inline void connection_own(struct lvs_flow *owner)
{
	if (!(owner->flags & LVS_FLOW_ADOPTED))
		return;
	owner->flags &= ~LVS_FLOW_ADOPTED;
	owner->timeout_s = 0;
}

/* Notes a packet from the client. */
static __always_inline void connection_touch(struct lvs_flow *owner, const struct packet *packet, __u64 now_ns)
{
	__u32 state = owner->state;
	__u32 next;

	owner->last_seen_ns = now_ns;
	stats_count_packet(owner, packet->length);
	next = state_next(state, method_sees_replies(owner->method), false, packet);
	if (next != state)
		connection_move(&packet->tuple, owner, next, now_ns);
}

/* Notes a packet from the server. Where it can't change the state, the owner is not even looked up. */
static __always_inline void connection_touch_reply(struct lvs_flow *reply, const struct packet *packet, __u64 now_ns)
{
	struct lvs_flow *owner;
	__u32 next;

	reply->last_seen_ns = now_ns;
	stats_count_packet(reply, packet->length);
	if (state_next(reply->state, true, true, packet) == reply->state)
		return;
	owner = bpf_map_lookup_elem(&lvs_flows, &reply->peer);
	if (!owner)
		return;
	next = state_next(owner->state, true, true, packet);
	if (next != owner->state)
		connection_move(&reply->peer, owner, next, now_ns);
}

/* Whether the connection has come to an end after which its client uses the port again (is_new_conn_expected, v6.1). */
static __always_inline bool connection_is_over(const struct lvs_flow *flow, const struct packet *packet, __u32 mode)
{
	if (packet->tuple.protocol == IPPROTO_SCTP)
		return flow->state == LVS_S_SCTP_CLOSED;
	return flow->state == LVS_S_TIME_WAIT || flow->state == LVS_S_CLOSE ||
	       (mode & REUSE_HALF_SEEN && flow->state == LVS_S_FIN_WAIT && !method_sees_replies(flow->method));
}

/*
 * Whether the SYN or INIT starts its connection anew, perhaps on another server; but not one that persistence or FTP
 * keeps where it is (ip_vs_in, v6.1).
 */
static __noinline bool connection_restarts(const struct lvs_flow *flow, const struct packet *packet)
{
	struct lvs_config *config = config_get();
	struct lvs_server *server;
	__u32 index, mode;

	if (!flow || !packet || !config)
		return false;
	if (config->setting[LVS_EXPIRE_NODEST_CONN]) {
		index = flow->server;
		server = bpf_map_lookup_elem(&lvs_servers, &index);
		if (server && server->flags & LVS_SERVER_QUIESCENT)
			return true;
	}
	mode = config->setting[LVS_CONN_REUSE_MODE];
	return mode && !(flow->flags & LVS_FLOW_CONTROLLED) && connection_is_over(flow, packet, mode);
}

static __always_inline bool connection_is_reused(const struct lvs_flow *flow, const struct packet *packet)
{
	switch (packet->tuple.protocol) {
	case IPPROTO_TCP:
		return tcp_opens(packet) && connection_restarts(flow, packet);
	case IPPROTO_SCTP:
		return sctp_opens(packet) && connection_restarts(flow, packet);
	}
	return false;
}

/* What stands where a new way back goes, hands its counts over; a connection of its own ends. */
static __noinline int connection_yield(const struct lvs_tuple *key, __u64 now_ns)
{
	struct lvs_flow *flow;

	if (!key)
		return 0;
	flow = bpf_map_lookup_elem(&lvs_flows, key);
	if (!flow)
		return 0;
	if (flow->direction == LVS_TO_SERVER)
		connection_delete(key, flow, now_ns);
	else
		stats_flush(flow, now_ns);
	return 0;
}

/* The key of the way back: from the server to the client. */
static __always_inline void reply_key(struct lvs_tuple *reply, const struct lvs_tuple *owner,
				      const struct lvs_flow *flow)
{
	address_copy(reply->src, flow->to_addr);
	address_copy(reply->dst, owner->src);
	reply->sport = flow->to_port;
	reply->dport = owner->sport;
	reply->protocol = owner->protocol;
	reply->family = owner->family;
	reply->kind = LVS_CONNECTION;
	reply->pad = 0;
}

/* The connection that this packet has put together. */
static __always_inline struct lvs_flow *connection_draft(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&lvs_new_flow, &zero);
}

/* Where a new connection is put together, all zero. */
static __always_inline struct lvs_flow *connection_blank(void)
{
	struct lvs_flow *draft = connection_draft();

	if (draft)
		__builtin_memset(draft, 0, sizeof(*draft));
	return draft;
}

/* The way back's entry, after its owner's. Returns 0, or a negative error. */
static __noinline int connection_add_reply(const struct lvs_tuple *key, struct lvs_flow *fresh)
{
	struct lvs_tuple *back = key_draft(KEY_DRAFT_REPLY);

	if (!key || !fresh || !back)
		return -EINVAL;
	*back = fresh->peer;
	fresh->peer = *key;
	fresh->direction = LVS_TO_CLIENT;
	fresh->flags &= ~LVS_FLOW_CONTROLLED;
	address_copy(fresh->to_addr, key->dst);
	fresh->to_port = key->dport;
	return bpf_map_update_elem(&lvs_flows, back, fresh, BPF_ANY);
}

/*
 * Makes the connection that `fresh` (of connection_blank) describes, and counts it. Returns its entry in the map, or
 * NULL with the reason (enum lvs_drop). When another CPU made the same connection meanwhile, that one is returned.
 */
static __noinline struct lvs_flow *connection_create(const struct lvs_tuple *key, struct lvs_flow *fresh, __u64 now_ns,
						     int *reason)
{
	struct lvs_flow *flow;
	long error;

	if (!key || !fresh || !reason)
		return NULL;
	*reason = LVS_DROP_TABLE_FULL;
	fresh->direction = LVS_TO_SERVER;
	fresh->last_seen_ns = now_ns;
	if (has_way_back(key, fresh))
		reply_key(&fresh->peer, key, fresh);
	error = bpf_map_update_elem(&lvs_flows, key, fresh, BPF_NOEXIST);
	flow = bpf_map_lookup_elem(&lvs_flows, key);
	if (!flow)
		return NULL;
	if (error)
		return flow->direction == LVS_TO_SERVER ? flow : NULL;
	connection_enters(fresh->server, fresh->state, 1);
	occupancy_add(entries_of(key, fresh));
	if (wheel_enter(key, flow, now_ns + connection_timeout_ns(flow), now_ns)) {
		/* A connection without an entry would stay for ever. */
		connection_delete(key, flow, now_ns);
		*reason = LVS_DROP_NO_TIMER;
		return NULL;
	}
	if (has_way_back(key, fresh)) {
		/* Here, because the stack of deeper calls would be too much for Linux 6.1. */
		connection_yield(&fresh->peer, now_ns);
		if (connection_add_reply(key, fresh)) {
			connection_delete(key, flow, now_ns);
			return NULL;
		}
	}
	/* One that another director opened counts there. */
	if (fresh->state != LVS_S_TEMPLATE && fresh->state != LVS_S_LISTEN && !(fresh->flags & LVS_FLOW_ADOPTED))
		stats_count_connection(fresh->server, fresh->service, now_ns);
	return flow;
}

#endif
