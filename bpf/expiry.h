/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * How a connection ends: in the kernel, whoever has died. A packet only notes the time; when the connection is due, see
 * sweeper.h, and has been seen since, it is due again later.
 */
#ifndef LVS_EXPIRY_H
#define LVS_EXPIRY_H

#include "address.h"
#include "maps.h"
#include "occupancy.h"
#include "stats.h"
#include "tcp_state.h"
#include "wheel.h"

#define NS_PER_S 1000000000ULL

#define TEMPLATE_AGAIN_S 60

static __always_inline struct lvs_config *config_get(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&lvs_config, &zero);
}

static __always_inline __u64 state_timeout_ns(__u32 state)
{
	struct lvs_config *config = config_get();

	if (!config || state >= LVS_S_COUNT)
		return NS_PER_S;
	return config->timeout_s[state] * NS_PER_S;
}

static __always_inline __u64 connection_timeout_ns(const struct lvs_flow *owner)
{
	return owner->timeout_s ? owner->timeout_s * NS_PER_S : state_timeout_ns(owner->state);
}

/*
 * A server is overloaded from when its upper threshold is reached until it has fewer connections than the lower one,
 * or than three quarters of the upper one (ip_vs_bind_dest, ip_vs_unbind_dest).
 */
__noinline int server_note_load(__u32 server, struct lvs_connection_counts *counts)
{
	struct lvs_server *limits = bpf_map_lookup_elem(&lvs_servers, &server);
	__u32 total;

	if (!limits || !counts)
		return 0;
	total = counts->active + counts->inactive;
	if (limits->upper_threshold && total >= limits->upper_threshold)
		counts->overloaded = 1;
	else if (limits->lower_threshold ?
			 total < limits->lower_threshold :
			 (__u64)total * 4 < (__u64)limits->upper_threshold * 3 || !limits->upper_threshold)
		counts->overloaded = 0;
	return 0;
}

/* Adds to, or takes from, the count that connections in this state are under. */
static __always_inline struct lvs_connection_counts *connection_count(__u32 server, __u32 state, __s32 change)
{
	struct lvs_connection_counts *counts = bpf_map_lookup_elem(&lvs_connection_counts, &server);

	if (!counts)
		return NULL;
	if (state == LVS_S_TEMPLATE)
		__sync_fetch_and_add(&counts->persistent, change);
	else if (state_is_active(state))
		__sync_fetch_and_add(&counts->active, change);
	else
		__sync_fetch_and_add(&counts->inactive, change);
	return counts;
}

/* A connection has come or gone. */
static __always_inline void connection_enters(__u32 server, __u32 state, __s32 change)
{
	struct lvs_connection_counts *counts = connection_count(server, state, change);

	if (counts && state != LVS_S_TEMPLATE)
		server_note_load(server, counts);
}

/* Whether the server's packets come by, too. */
static __always_inline bool method_sees_replies(__u8 method)
{
	return method == LVS_NAT || method == LVS_LOCAL_NAT;
}

static __always_inline bool has_way_back(const struct lvs_tuple *key, const struct lvs_flow *flow)
{
	return method_sees_replies(flow->method) && key->kind == LVS_CONNECTION;
}

/* How many entries of the table a connection takes. */
static __always_inline __s64 entries_of(const struct lvs_tuple *key, const struct lvs_flow *flow)
{
	return has_way_back(key, flow) ? 2 : 1;
}

/* The way back of the connection that `key` owns. Its client may have come to the same server and port through
 * another service since, and then the way back is that connection's.
 */
static __always_inline struct lvs_flow *connection_reply(const struct lvs_tuple *key, const struct lvs_flow *owner)
{
	struct lvs_flow *reply;

	if (!method_sees_replies(owner->method))
		return NULL;
	reply = bpf_map_lookup_elem(&lvs_flows, &owner->peer);
	if (!reply || reply->direction != LVS_TO_CLIENT || !tuple_equal(&reply->peer, key))
		return NULL;
	return reply;
}

/*
 * What counts a connection among its children, or NULL: a template to another server may have come in the place of the
 * one that the connection was put under.
 */
static __always_inline struct lvs_flow *child_parent(const struct lvs_child *child)
{
	struct lvs_flow *parent = bpf_map_lookup_elem(&lvs_flows, &child->parent);

	return parent && parent->server == child->server ? parent : NULL;
}

/* Takes one from the children; of a template that has come later they may be none. */
static __always_inline void children_leave(struct lvs_flow *parent)
{
	if ((__s32)__sync_fetch_and_add(&parent->children, -1) <= 0)
		__sync_fetch_and_add(&parent->children, 1);
}

/*
 * Puts a connection to `server` under a template, or under the control connection of FTP. Returns 0, or a negative
 * error.
 */
static __noinline int template_hold(const struct lvs_tuple *key, const struct lvs_tuple *parent, __u32 server)
{
	struct lvs_child child = {.server = server};
	struct lvs_flow *template;
	long error;

	if (!key || !parent)
		return -EINVAL;
	child.parent = *parent;
	template = child_parent(&child);
	/* Counted first: as soon as it is found there, another CPU may release it. */
	if (template)
		__sync_fetch_and_add(&template->children, 1);
	error = bpf_map_update_elem(&lvs_templates, key, &child, BPF_NOEXIST);
	if (error && template)
		children_leave(template);
	/* Another CPU made the same connection, and has counted it. */
	return error == -EEXIST ? 0 : error;
}

/* Takes a connection from under its template. */
static __noinline int template_release(const struct lvs_tuple *key)
{
	struct lvs_flow *template;
	struct lvs_child *child;

	if (!key)
		return 0;
	child = bpf_map_lookup_elem(&lvs_templates, key);
	if (!child)
		return 0;
	template = child_parent(child);
	/* Of CPUs that do so at once, one counts. */
	if (!bpf_map_delete_elem(&lvs_templates, key) && template)
		children_leave(template);
	return 0;
}

/* A connection under a template has been established, which listings show (ip_vs_control_assure_ct, v6.1). */
static __noinline int template_assure(const struct lvs_tuple *key)
{
	struct lvs_flow *template;
	struct lvs_child *child;

	if (!key)
		return 0;
	child = bpf_map_lookup_elem(&lvs_templates, key);
	if (!child)
		return 0;
	template = bpf_map_lookup_elem(&lvs_flows, &child->parent);
	if (template && template->state == LVS_S_TEMPLATE)
		template->flags |= LVS_FLOW_ASSURED;
	return 0;
}

/*
 * Removes both directions. Whoever moves the state to GONE does it, so it happens once, whether the timer or a
 * packet that starts the connection anew comes first.
 */
static __noinline int connection_delete(const struct lvs_tuple *key, struct lvs_flow *owner, __u64 now_ns)
{
	struct lvs_flow *reply;
	bool is_controlled;
	__u32 state;

	if (!key || !owner)
		return 0;
	state = __sync_lock_test_and_set(&owner->state, LVS_S_GONE);
	if (state == LVS_S_GONE)
		return 0;
	connection_enters(owner->server, state, -1);
	occupancy_add(-entries_of(key, owner));
	wheel_leave(owner);
	is_controlled = owner->flags & LVS_FLOW_CONTROLLED;
	if (key->kind == LVS_CALL)
		bpf_map_delete_elem(&lvs_calls, key);
	stats_flush(owner, now_ns);
	reply = connection_reply(key, owner);
	if (reply) {
		stats_flush(reply, now_ns);
		bpf_map_delete_elem(&lvs_flows, &owner->peer);
	}
	bpf_map_delete_elem(&lvs_flows, key);
	/* Last: a packet that still finds the connection cannot put it under its template again. */
	if (is_controlled)
		template_release(key);
	return 0;
}

/* Ends the connection of this packet's tuple, if there is one, so that it can start anew. */
static __always_inline void connection_forget(const struct packet *packet, __u64 now_ns)
{
	struct lvs_flow *owner = bpf_map_lookup_elem(&lvs_flows, &packet->tuple);

	if (owner && owner->direction == LVS_TO_SERVER)
		connection_delete(&packet->tuple, owner, now_ns);
}

/* When the last packet of either side came. */
static __always_inline __u64 connection_seen_ns(const struct lvs_tuple *key, const struct lvs_flow *owner)
{
	const struct lvs_flow *reply = connection_reply(key, owner);
	__u64 seen_ns = owner->last_seen_ns;

	return reply && reply->last_seen_ns > seen_ns ? reply->last_seen_ns : seen_ns;
}

/* Looks at a connection whose entry in the wheel has been taken out: it ends, or is due again. */
static __noinline int connection_visit(const struct lvs_tuple *key, struct lvs_flow *owner, __u64 now_ns)
{
	__u64 expires_ns;

	if (!key || !owner)
		return 0;
	owner->due_ns = 0;
	expires_ns = connection_seen_ns(key, owner) + connection_timeout_ns(owner);
	/*
	 * A template stays while connections are under it, and is looked at again; from then on that is its timeout
	 * (ip_vs_conn_expire, v6.1). A control connection's timeout is its state's, which its next packet restores.
	 */
	if (expires_ns <= now_ns && owner->children) {
		expires_ns = now_ns + TEMPLATE_AGAIN_S * NS_PER_S;
		if (owner->state == LVS_S_TEMPLATE) {
			owner->timeout_s = TEMPLATE_AGAIN_S;
			owner->last_seen_ns = now_ns;
		}
	}
	/* One that can't be entered again would stay for ever. */
	if (expires_ns <= now_ns || wheel_enter(key, owner, expires_ns, now_ns))
		connection_delete(key, owner, now_ns);
	return 0;
}

#endif
