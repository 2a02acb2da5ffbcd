/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * VS-TUN: the packet goes to the server inside another IP packet; the server takes it out and holds the VIP silently.
 * Inside and outside may be of either family, and GRE or GUE may stand between them.
 */
#ifndef LVS_FORWARD_TUN_H
#define LVS_FORWARD_TUN_H

#include "route.h"
#include "tunnel_checksum.h"
#include "tunnel_header.h"

/* The commonest case, IPv4 in IPv4 and nothing between, with all headers in one write. */
static __noinline int tunnel_4in4(struct __sk_buff *skb, const struct packet *packet, const struct lvs_flow *flow,
				  bool stale)
{
	struct {
		struct frame frame;
		struct iphdr outer;
		struct iphdr inner;
	} headers;

	if (!packet || !flow)
		return TC_ACT_SHOT;
	if (bpf_skb_adjust_room(skb, sizeof(struct iphdr), BPF_ADJ_ROOM_MAC, BPF_F_ADJ_ROOM_ENCAP_L3_IPV4))
		return drop(LVS_DROP_REWRITE_FAILED);
	headers.outer = tunnel_ipv4(packet, flow, IPPROTO_IPIP, packet->length);
	headers.inner = ipv4_after_hop(packet);
	return route_send(skb, flow, stale, &headers.frame, FRAMED_BYTES(2 * sizeof(struct iphdr)));
}

/* Makes the inner packet one hop older. Returns 0, or a negative error. */
static __always_inline long tunnel_write_inner(struct __sk_buff *skb, const struct packet *packet)
{
	struct iphdr inner;

	if (packet->tuple.family == LVS_IPV6)
		return ipv6_write_hop_limit(skb, packet);
	inner = ipv4_after_hop(packet);
	return bpf_skb_store_bytes(skb, ETH_HLEN, &inner, sizeof(inner), 0);
}

/*
 * Builds what stands between the IP headers. Returns 0, or a negative error when the checksum that is asked for cannot
 * be made.
 */
static __noinline int tunnel_make_shim(struct __sk_buff *skb, const struct packet *packet, const struct lvs_flow *flow,
				       struct tunnel_shim *shim)
{
	bool has_checksum;
	__s64 inner = 0;

	if (!packet || !flow || !shim)
		return -1;
	has_checksum = tunnel_has_checksum(flow, skb->gso_size);
	if (has_checksum) {
		inner = inner_sum(skb, packet);
		if (inner < 0)
			return -1;
	}
	shim->bytes = tunnel_shim_bytes(flow, skb->gso_size);
	if (flow->tunnel == LVS_TUNNEL_GRE) {
		bool is_ipv4 = packet->tuple.family == LVS_IPV4;

		shim->protocol = IPPROTO_GRE;
		shim->gre.flags = has_checksum ? bpf_htons(GRE_CHECKSUM) : 0;
		shim->gre.protocol = is_ipv4 ? bpf_htons(ETH_P_IP) : bpf_htons(ETH_P_IPV6);
		if (has_checksum)
			shim->gre.checksum = gre_checksum(shim, inner);
	} else {
		__u32 bytes = packet->length + GUE_BYTES;

		shim->gue.protocol = shim->protocol;
		shim->protocol = IPPROTO_UDP;
		shim->gue.udp.source = tunnel_source_port(skb);
		shim->gue.udp.dest = flow->tunnel_port;
		shim->gue.udp.len = tunnel_length(bytes);
		if (has_checksum)
			shim->gue.udp.check = gue_checksum(shim, flow, bytes, inner);
	}
	return 0;
}

/* What the kernel is told of the headers that it makes room for. */
static __always_inline __u64 tunnel_room_flags(struct __sk_buff *skb, const struct packet *packet,
					       const struct lvs_flow *flow)
{
	__u64 flags = flow->to_family == LVS_IPV4 ? BPF_F_ADJ_ROOM_ENCAP_L3_IPV4 : BPF_F_ADJ_ROOM_ENCAP_L3_IPV6;

	if (flow->flags & LVS_FLOW_SHIM)
		flags |= flow->tunnel == LVS_TUNNEL_GRE ? BPF_F_ADJ_ROOM_ENCAP_L4_GRE : BPF_F_ADJ_ROOM_ENCAP_L4_UDP;
	/* TCP's segments become shorter by the headers, datagrams must stay as long as they are. */
	if (skb->gso_size && packet->tuple.protocol == IPPROTO_UDP)
		flags |= BPF_F_ADJ_ROOM_FIXED_GSO;
	return flags;
}

/* Returns 0, or a negative error. */
static __always_inline long tunnel_write_shim(struct __sk_buff *skb, __u32 offset, const struct tunnel_shim *shim)
{
	switch (shim->bytes) {
	case 0:
		return 0;
	case GRE_BYTES:
		return bpf_skb_store_bytes(skb, offset, shim->words, GRE_BYTES, 0);
	case GRE_CHECKSUM_BYTES:
		return bpf_skb_store_bytes(skb, offset, shim->words, GRE_CHECKSUM_BYTES, 0);
	default:
		return bpf_skb_store_bytes(skb, offset, shim->words, GUE_BYTES, 0);
	}
}

/* The two are functions of their own because both together would take too much of the stack. */
static __noinline int tunnel_in_ipv4(struct __sk_buff *skb, const struct packet *packet, const struct lvs_flow *flow,
				     const struct tunnel_shim *shim, bool stale)
{
	struct {
		struct frame frame;
		struct iphdr outer;
	} headers;

	if (!packet || !flow || !shim)
		return TC_ACT_SHOT;
	if (bpf_skb_adjust_room(skb, sizeof(headers.outer) + shim->bytes, BPF_ADJ_ROOM_MAC,
				tunnel_room_flags(skb, packet, flow)) ||
	    tunnel_write_shim(skb, ETH_HLEN + sizeof(headers.outer), shim))
		return drop(LVS_DROP_REWRITE_FAILED);
	headers.outer = tunnel_ipv4(packet, flow, shim->protocol, packet->length + shim->bytes);
	return route_send(skb, flow, stale, &headers.frame, FRAMED_BYTES(sizeof(headers.outer)));
}

static __noinline int tunnel_in_ipv6(struct __sk_buff *skb, const struct packet *packet, const struct lvs_flow *flow,
				     const struct tunnel_shim *shim, bool stale)
{
	struct {
		struct frame frame;
		struct ipv6hdr outer;
	} headers;

	if (!packet || !flow || !shim)
		return TC_ACT_SHOT;
	if (bpf_skb_adjust_room(skb, sizeof(headers.outer) + shim->bytes, BPF_ADJ_ROOM_MAC,
				tunnel_room_flags(skb, packet, flow)) ||
	    tunnel_write_shim(skb, ETH_HLEN + sizeof(headers.outer), shim))
		return drop(LVS_DROP_REWRITE_FAILED);
	tunnel_ipv6(&headers.outer, packet, flow, shim->protocol, packet->length + shim->bytes);
	return route_send(skb, flow, stale, &headers.frame, FRAMED_BYTES(sizeof(headers.outer)));
}

static __noinline int tunnel_any(struct __sk_buff *skb, const struct packet *packet, const struct lvs_flow *flow,
				 bool stale)
{
	struct tunnel_shim shim = {};

	if (!packet || !flow)
		return TC_ACT_SHOT;
	shim.protocol = packet->tuple.family == LVS_IPV4 ? IPPROTO_IPIP : IPPROTO_IPV6;
	if (tunnel_write_inner(skb, packet) ||
	    (flow->flags & LVS_FLOW_SHIM && tunnel_make_shim(skb, packet, flow, &shim)))
		return drop(LVS_DROP_REWRITE_FAILED);
	if (flow->to_family == LVS_IPV4)
		return tunnel_in_ipv4(skb, packet, flow, &shim, stale);
	return tunnel_in_ipv6(skb, packet, flow, &shim, stale);
}

static __always_inline int forward_tun(struct __sk_buff *skb, const struct packet *packet, const struct lvs_flow *flow,
				       bool stale)
{
	if (packet->tuple.family == LVS_IPV4 && flow->to_family == LVS_IPV4 && !(flow->flags & LVS_FLOW_SHIM))
		return tunnel_4in4(skb, packet, flow, stale);
	return tunnel_any(skb, packet, flow, stale);
}

#endif
