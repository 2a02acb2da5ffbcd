/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Which packets are told of: every term of the filter must hold. What can be told from the packet alone is asked before
 * anything else is done for it, the rest when the director has done with it.
 */
#ifndef LVS_TRACE_FILTER_H
#define LVS_TRACE_FILTER_H

#include "address.h"
#include "trace_abi.h"
#include "trace.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct lvs_trace_control);
} trace_control SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, LVS_TRACE_TERMS);
	__type(key, __u32);
	__type(value, struct lvs_trace_term);
} trace_terms SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct lvs_trace_lease);
} trace_lease SEC(".maps");

static __always_inline struct lvs_trace_control *control_get(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&trace_control, &zero);
}

static __always_inline bool term_is_address(const struct lvs_trace_term *term, const __be32 *address, __u8 family)
{
	return term->family == family && address_equal(term->addr, address);
}

static __always_inline bool term_is_protocol(const struct lvs_trace_term *term, __u8 protocol)
{
	return term->protocol == protocol || (term->protocol == IPPROTO_ICMP && protocol == IPPROTO_ICMPV6);
}

/* Terms that are not about the packet hold. */
static __always_inline bool term_holds_before(const struct lvs_trace_term *term, const struct packet *packet)
{
	const struct lvs_tuple *tuple = &packet->tuple;

	switch (term->kind) {
	case LVS_TRACE_PROTOCOL:
		return term_is_protocol(term, tuple->protocol);
	case LVS_TRACE_HOST:
		return term_is_address(term, tuple->src, tuple->family) ||
		       term_is_address(term, tuple->dst, tuple->family);
	case LVS_TRACE_SOURCE:
		return term_is_address(term, tuple->src, tuple->family);
	case LVS_TRACE_DESTINATION:
		return term_is_address(term, tuple->dst, tuple->family);
	case LVS_TRACE_PORT:
		/* A later fragment's are not known yet. */
		return packet->fragment == FRAGMENT_LATER || bpf_ntohs(tuple->sport) == term->port ||
		       bpf_ntohs(tuple->dport) == term->port;
	}
	return true;
}

__noinline int filter_before(const struct packet *packet)
{
	struct lvs_trace_control *control = control_get();

	if (!packet || !control)
		return false;
	for (__u32 i = 0; i < LVS_TRACE_TERMS; i++) {
		struct lvs_trace_term *term;
		__u32 row = i;

		if (i >= control->terms)
			break;
		term = bpf_map_lookup_elem(&trace_terms, &row);
		if (!term || !term_holds_before(term, packet))
			return false;
	}
	return true;
}

/* From the client to the virtual address, whichever way the packet goes. */
static __always_inline const struct lvs_tuple *connection_key(const struct lvs_trace_event *event)
{
	bool is_reply = event->steps & LVS_TRACE_HAS_FLOW && event->direction == LVS_TO_CLIENT;

	return is_reply ? &event->peer : &event->flow_key;
}

static __always_inline bool term_is_client(const struct lvs_trace_term *term, const struct lvs_trace_event *event)
{
	const struct lvs_tuple *key = connection_key(event);

	return term_is_address(term, key->src, key->family);
}

static __always_inline bool term_is_server(const struct lvs_trace_term *term, const struct lvs_trace_event *event)
{
	if (!(event->steps & LVS_TRACE_HAS_FLOW))
		return false;
	if (event->direction == LVS_TO_CLIENT)
		return term_is_address(term, event->flow_key.src, event->flow_key.family);
	return term_is_address(term, event->to_addr, event->to_family);
}

static __always_inline bool term_is_vip(const struct lvs_trace_term *term, const struct lvs_trace_event *event)
{
	const struct lvs_tuple *key = connection_key(event);

	if (!term_is_address(term, key->dst, key->family))
		return false;
	return !term->port || term->port == bpf_ntohs(key->dport);
}

/* Terms that are about the packet alone hold: they have been asked. */
static __always_inline bool term_holds_after(const struct lvs_trace_term *term, const struct lvs_trace_event *event)
{
	switch (term->kind) {
	case LVS_TRACE_PORT:
		return bpf_ntohs(event->tuple.sport) == term->port || bpf_ntohs(event->tuple.dport) == term->port;
	case LVS_TRACE_CLIENT:
		return term_is_client(term, event);
	case LVS_TRACE_SERVER:
		return term_is_server(term, event);
	case LVS_TRACE_VIP:
		return term_is_vip(term, event);
	case LVS_TRACE_DROPPED:
		return event->drop != LVS_TRACE_NOT_DROPPED;
	}
	return true;
}

__noinline int filter_after(const struct lvs_trace_event *event)
{
	struct lvs_trace_control *control = control_get();

	if (!event || !control)
		return false;
	for (__u32 i = 0; i < LVS_TRACE_TERMS; i++) {
		struct lvs_trace_term *term;
		__u32 row = i;

		if (i >= control->terms)
			break;
		term = bpf_map_lookup_elem(&trace_terms, &row);
		if (!term || !term_holds_after(term, event))
			return false;
	}
	return true;
}

#endif
