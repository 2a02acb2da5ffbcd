// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * The tracer: the same director once more, compiled so that it tells of its decisions (trace.h), over the same tables.
 * While `lvskit trace` runs, it stands on the NICs before the director, takes the packets that are asked for, and
 * decides about them as the director would have done; it leaves all others to the director itself, which thus pays
 * nothing for being traceable.
 */
#define LVS_TRACED

#include "lvs.bpf.c"
#include "trace_filter.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, LVS_TRACE_RING_BYTES);
} trace_events SEC(".maps");

/* Whether anybody looks, and may still be told of packets. */
static __always_inline bool trace_is_on(void)
{
	struct lvs_trace_control *control = control_get();
	struct lvs_trace_lease *lease;
	__u32 zero = 0;

	if (!control || !control->left)
		return false;
	lease = bpf_map_lookup_elem(&trace_lease, &zero);
	return lease && bpf_ktime_get_coarse_ns() < lease->until_ns;
}

/* Begins the event of a packet that is asked for. Says whether it is. */
static __noinline int trace_begin(struct __sk_buff *skb, __u32 place)
{
	struct lvs_trace_event *event = trace_event_get();
	struct packet packet = {};
	enum packet_kind kind = parse_packet(skb, &packet);

	if (!event || kind == PACKET_NOT_OURS || !filter_before(&packet))
		return false;
	__builtin_memset(event, 0, sizeof(*event));
	event->time_ns = bpf_ktime_get_ns();
	event->tuple = packet.tuple;
	event->flow_key = packet.tuple;
	event->length = packet.length;
	event->ttl = packet.ttl;
	event->mark = skb->mark;
	event->ifindex = skb->ifindex;
	event->place = place;
	event->fragment = packet.fragment;
	event->drop = LVS_TRACE_NOT_DROPPED;
	if (kind == PACKET_OK)
		event->tcp_flags = packet.tcp_flags;
	else if (kind == PACKET_ICMP)
		bpf_skb_load_bytes(skb, packet.transport, &event->icmp_type, 2);
	else
		event->steps = LVS_TRACE_MALFORMED;
	return true;
}

static __always_inline bool is_virtual_address(const struct lvs_tuple *tuple)
{
	struct lvs_address_key address = {.family = tuple->family};

	address_copy(address.addr, tuple->dst);
	return bpf_map_lookup_elem(&lvs_addresses, &address) != NULL;
}

/* Whether the packet is for a service, or of a connection. Others are passed, to the stack or to the next filter. */
static __always_inline bool event_concerns_service(const struct lvs_trace_event *event)
{
	bool is_passed = event->verdict == TC_ACT_OK || event->verdict == (__u32)TC_ACT_UNSPEC;

	return event->steps & (LVS_TRACE_HAS_FLOW | LVS_TRACE_TO_VIP) || event->found || !is_passed;
}

/* It is decided: the event goes out if it is one that was asked for. */
static __noinline int trace_end(__u32 verdict)
{
	struct lvs_trace_event *event = trace_event_get();
	struct lvs_trace_control *control = control_get();

	if (!event || !control)
		return 0;
	event->verdict = verdict;
	if (is_virtual_address(&event->tuple))
		event->steps |= LVS_TRACE_TO_VIP;
	if ((!control->all && !event_concerns_service(event)) || !filter_after(event))
		return 0;
	if ((__s64)__sync_fetch_and_add(&control->left, -1) <= 0)
		control->left = 0;
	else if (bpf_ringbuf_output(&trace_events, event, sizeof(*event), BPF_RB_NO_WAKEUP))
		__sync_fetch_and_add(&control->lost, 1);
	return 0;
}

SEC("tc")
int trace_ingress(struct __sk_buff *skb)
{
	int verdict;

	if (!trace_is_on() || !trace_begin(skb, LVS_TRACE_INGRESS))
		return TC_ACT_UNSPEC;
	verdict = ingress(skb);
	trace_end(verdict);
	return device_verdict(verdict);
}

/* Only answers of servers that are the director itself are changed there: the event tells of those alone. */
SEC("tc")
int trace_egress(struct __sk_buff *skb)
{
	struct lvs_trace_event *event;
	struct lvs_flow *flow;
	int verdict;

	if (!trace_is_on() || skb->ingress_ifindex || !trace_begin(skb, LVS_TRACE_EGRESS))
		return TC_ACT_UNSPEC;
	event = trace_event_get();
	if (!event)
		return TC_ACT_UNSPEC;
	flow = bpf_map_lookup_elem(&lvs_flows, &event->tuple);
	if (!flow || flow->method != LVS_LOCAL_NAT || flow->direction != LVS_TO_CLIENT)
		return TC_ACT_UNSPEC;
	trace_known(flow);
	verdict = answer_local(skb);
	trace_flow(flow);
	trace_end(verdict);
	return device_verdict(verdict);
}
