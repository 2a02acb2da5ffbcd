/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What the director tells of its decisions, for `lvskit trace`. In the director itself these functions are empty. The
 * tracer (trace.bpf.c) is the same director compiled with LVS_TRACED: there they note what they are told in the
 * event of the packet that this CPU is at.
 */
#ifndef LVS_TRACE_H
#define LVS_TRACE_H

#include "address.h"
#include "maps.h"
#include "parse.h"
#include "trace_abi.h"

#ifdef LVS_TRACED

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct lvs_trace_event);
} trace_event SEC(".maps");

static __always_inline struct lvs_trace_event *trace_event_get(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&trace_event, &zero);
}

/* Of enum lvs_trace_steps. */
static __always_inline void trace_step(__u32 step)
{
	struct lvs_trace_event *event = trace_event_get();

	if (event)
		event->steps |= step;
}

/* Of enum lvs_drop. */
static __always_inline void trace_drop(__u32 reason)
{
	struct lvs_trace_event *event = trace_event_get();

	if (event)
		event->drop = reason;
}

/* The packet cannot go on, and is turned into an ICMP error. `room` is what would have fitted, or 0. */
static __always_inline void trace_answer(__u32 room)
{
	struct lvs_trace_event *event = trace_event_get();

	if (!event)
		return;
	event->steps |= LVS_TRACE_ANSWERED;
	event->room = room;
}

/* The flow that the packet's tuple was found under, if it was. */
static __always_inline void trace_known(const struct lvs_flow *flow)
{
	struct lvs_trace_event *event = trace_event_get();

	if (!flow || !event)
		return;
	event->steps |= LVS_TRACE_KNOWN;
	event->state_before = flow->state;
}

/* A later fragment's ports. */
static __always_inline void trace_fragment(const struct packet *packet)
{
	struct lvs_trace_event *event = trace_event_get();

	if (!event)
		return;
	event->tuple = packet->tuple;
	event->flow_key = packet->tuple;
}

/* An ICMP error is about the connection of packets with this tuple. */
static __always_inline void trace_related(const struct lvs_tuple *tuple)
{
	struct lvs_trace_event *event = trace_event_get();

	if (!event)
		return;
	event->steps |= LVS_TRACE_ICMP_RELATED;
	event->flow_key = *tuple;
}

/* Of enum lvs_trace_template: what was found by a server's index, or the reason why there is none, as REFUSED() has it. */
static __always_inline void trace_template(__s64 server)
{
	struct lvs_trace_event *event = trace_event_get();

	if (!event)
		return;
	if (server >= 0)
		event->template = LVS_TRACE_TEMPLATE_FOUND;
	else
		event->template =
			server == -1 - LVS_DROP_NO_SERVER ? LVS_TRACE_TEMPLATE_NONE : LVS_TRACE_TEMPLATE_FAILED;
}

/* The service's servers, as its scheduler is about to see them. */
__noinline int trace_members(struct lvs_trace_event *event, __u32 base)
{
	if (!event)
		return 0;
	for (__u32 i = 0; i < LVS_TRACE_MEMBERS; i++) {
		struct lvs_connection_counts *counts;
		struct lvs_member *member;
		__u32 row = base + i;
		__u32 server;

		if (i >= event->members)
			break;
		member = bpf_map_lookup_elem(&lvs_members, &row);
		if (!member)
			break;
		server = member->server;
		event->member_server[i] = server;
		event->member_weight[i] = member->weight;
		counts = bpf_map_lookup_elem(&lvs_connection_counts, &server);
		if (!counts)
			continue;
		event->member_active[i] = counts->active;
		event->member_inactive[i] = counts->inactive;
		event->member_overloaded[i] = counts->overloaded;
	}
	return 0;
}

/* The service of a packet that may open a connection. */
static __noinline int trace_service(const struct lvs_service *service, bool is_at_port)
{
	struct lvs_trace_event *event = trace_event_get();

	if (!service || !event)
		return 0;
	event->found = service->flags & LVS_SERVICE_MARK     ? LVS_TRACE_BY_MARK :
		       service->flags & LVS_SERVICE_ANY_PORT ? LVS_TRACE_BY_ADDRESS :
		       is_at_port			     ? LVS_TRACE_BY_PORT :
							       LVS_TRACE_BY_FTP;
	event->service = service->id;
	event->scheduler = service->scheduler;
	event->members = service->members_count;
	return trace_members(event, service->members_base);
}

/* Where the packet's flow leads by now. */
static __noinline int trace_flow(const struct lvs_flow *flow)
{
	struct lvs_trace_event *event = trace_event_get();

	if (!flow || !event)
		return 0;
	event->steps |= LVS_TRACE_HAS_FLOW;
	event->service = flow->service;
	event->server = flow->server;
	address_copy(event->to_addr, flow->to_addr);
	address_copy(event->hop_addr, flow->hop_addr);
	event->hop_ifindex = flow->hop_ifindex;
	event->hop_mtu = flow->hop_mtu;
	event->to_port = flow->to_port;
	/* Two bytes of nothing come first. */
	__builtin_memcpy(event->hop_mac, (__u8 *)flow->frame + 2, sizeof(event->hop_mac));
	event->state = flow->state;
	event->direction = flow->direction;
	event->method = flow->method;
	event->to_family = flow->to_family;
	event->flow_flags = flow->flags;
	event->tunnel = flow->tunnel;
	event->peer = flow->peer;
	return 0;
}

#else

static __always_inline void trace_step(__u32 step)
{
}

static __always_inline void trace_drop(__u32 reason)
{
}

static __always_inline void trace_answer(__u32 room)
{
}

static __always_inline void trace_known(const struct lvs_flow *flow)
{
}

static __always_inline void trace_fragment(const struct packet *packet)
{
}

static __always_inline void trace_related(const struct lvs_tuple *tuple)
{
}

static __always_inline void trace_template(__s64 server)
{
}

static __always_inline void trace_service(const struct lvs_service *service, bool is_at_port)
{
}

static __always_inline void trace_flow(const struct lvs_flow *flow)
{
}

#endif

#endif
