/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * How a connection ends: in the kernel, whoever has died. One timer, the sweeper, turns the timing wheel and looks at
 * the connections that are due. A packet only notes the time; a connection that has been seen since is due again later.
 */
#ifndef LVS_EXPIRY_H
#define LVS_EXPIRY_H

#include "address.h"
#include "maps.h"
#include "stats.h"
#include "tcp_state.h"
#include "wheel.h"

#define NS_PER_S 1000000000ULL

/* So many at once, about half a millisecond, and a pause for packets: a million expire in some four seconds. */
#define SWEEP_STEPS 512
#define SWEEP_PAUSE_NS 1000000ULL

#define TEMPLATE_AGAIN_S 60

/* From <linux/time.h>, which clashes with the C library's. */
#define CLOCK_MONOTONIC 1

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

/* Puts a connection under a template, or under the control connection of FTP. Returns 0, or a negative error. */
static __noinline int template_hold(const struct lvs_tuple *key, const struct lvs_tuple *parent)
{
	struct lvs_flow *template;
	long error;

	if (!key || !parent)
		return -EINVAL;
	error = bpf_map_update_elem(&lvs_templates, key, parent, BPF_NOEXIST);
	/* Another CPU made the same connection, and has counted it. */
	if (error == -EEXIST)
		return 0;
	if (error)
		return error;
	template = bpf_map_lookup_elem(&lvs_flows, parent);
	if (template)
		__sync_fetch_and_add(&template->children, 1);
	return 0;
}

/*
 * Takes a connection to `server` from under its template. A template to another server has come in the place of the
 * one that the connection was under.
 */
static __noinline int template_release(const struct lvs_tuple *key, __u32 server)
{
	struct lvs_flow *template;
	struct lvs_tuple *parent;

	if (!key)
		return 0;
	parent = bpf_map_lookup_elem(&lvs_templates, key);
	if (!parent)
		return 0;
	template = bpf_map_lookup_elem(&lvs_flows, parent);
	if (template && template->children && template->server == server)
		__sync_fetch_and_add(&template->children, -1);
	bpf_map_delete_elem(&lvs_templates, key);
	return 0;
}

/* A connection under a template has been established, which listings show (ip_vs_control_assure_ct, v6.1). */
static __noinline int template_assure(const struct lvs_tuple *key)
{
	struct lvs_flow *template;
	struct lvs_tuple *parent;

	if (!key)
		return 0;
	parent = bpf_map_lookup_elem(&lvs_templates, key);
	if (!parent)
		return 0;
	template = bpf_map_lookup_elem(&lvs_flows, parent);
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
	__u32 state;

	if (!key || !owner)
		return 0;
	state = __sync_lock_test_and_set(&owner->state, LVS_S_GONE);
	if (state == LVS_S_GONE)
		return 0;
	connection_enters(owner->server, state, -1);
	wheel_leave(owner);
	if (owner->flags & LVS_FLOW_CONTROLLED)
		template_release(key, owner->server);
	stats_flush(owner, now_ns);
	reply = connection_reply(key, owner);
	if (reply) {
		stats_flush(reply, now_ns);
		bpf_map_delete_elem(&lvs_flows, &owner->peer);
	}
	bpf_map_delete_elem(&lvs_flows, key);
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

static __always_inline struct lvs_sweeper *sweeper_get(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&lvs_sweeper, &zero);
}

/* Takes one entry out of the slot that is due, or goes on to the next slot. Returns 1 when none is due. */
static long sweep_step(__u32 index, __u64 *now_ns)
{
	struct lvs_sweeper *sweeper = sweeper_get();
	struct lvs_wheel_slot *slot;
	struct lvs_ticket ticket;
	struct lvs_tuple *entry;
	struct lvs_flow *owner;
	struct lvs_tuple key;

	if (!sweeper || sweeper->slot >= *now_ns >> LVS_WHEEL_SLOT_SHIFT)
		return 1;
	ticket.slot = sweeper->slot & (LVS_WHEEL_SLOTS - 1);
	slot = wheel_slot(ticket.slot);
	if (!slot)
		return 1;
	if (slot->head == slot->tail) {
		sweeper->slot++;
		return 0;
	}
	ticket.number = __sync_fetch_and_add(&slot->head, 1);
	entry = bpf_map_lookup_elem(&lvs_due, &ticket);
	if (!entry)
		return 0; /* its connection has left, or it comes now and finds that it has been passed */
	key = *entry;
	bpf_map_delete_elem(&lvs_due, &ticket);
	owner = bpf_map_lookup_elem(&lvs_flows, &key);
	if (owner && owner->direction == LVS_TO_SERVER && owner->ticket.slot == ticket.slot &&
	    owner->ticket.number == ticket.number)
		connection_visit(&key, owner, *now_ns);
	return 0;
}

static int sweeper_run(void *map, __u32 *key, struct lvs_sweeper *sweeper)
{
	__u64 now_ns = bpf_ktime_get_ns();
	__u64 pause_ns = SWEEP_PAUSE_NS;

	bpf_loop(SWEEP_STEPS, sweep_step, &now_ns, 0);
	if (sweeper->slot >= now_ns >> LVS_WHEEL_SLOT_SHIFT)
		pause_ns = 1ULL << LVS_WHEEL_SLOT_SHIFT;
	bpf_timer_start(&sweeper->timer, pause_ns, 0);
	return 0;
}

/* Starts the sweeper, or makes the one that runs this program's. Returns 0, or a negative error. */
static __always_inline long sweeper_start(void)
{
	struct lvs_sweeper *sweeper = sweeper_get();
	long error;

	if (!sweeper)
		return -EINVAL;
	error = bpf_timer_init(&sweeper->timer, &lvs_sweeper, CLOCK_MONOTONIC);
	if (error && error != -EBUSY)
		return error;
	if (!sweeper->slot)
		sweeper->slot = bpf_ktime_get_ns() >> LVS_WHEEL_SLOT_SHIFT;
	error = bpf_timer_set_callback(&sweeper->timer, sweeper_run);
	return error ? error : bpf_timer_start(&sweeper->timer, SWEEP_PAUSE_NS, 0);
}

#endif
