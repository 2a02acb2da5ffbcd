/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * ICMP errors about VS-TUN's outer packets, which routers between director and servers send to the director. The
 * client whose packet was inside is told instead (ip_vs_in_icmp, v6.1), in the terms of its packet (RFC 2473,
 * section 8; RFC 4213, section 3.4).
 */
#ifndef LVS_ICMP_TUNNEL_H
#define LVS_ICMP_TUNNEL_H

#include "forward_tun.h"
#include "icmp_inner.h"
#include "tunnel_parse.h"

/* The least MTU of IPv4 (RFC 791); a smaller one is no router's. */
#define LEAST_MTU 68

/* What the client is told, of what the director was told. Returns 0, or a negative error when it is told nothing. */
static __always_inline int tunnel_translate(struct icmp_answer *answer, const struct icmp_header *icmp,
					    __u8 from_family, __u8 to_family)
{
	bool is_ipv6 = from_family == LVS_IPV6;

	answer->cause = CAUSE_RELAYED;
	answer->type = icmp->type;
	answer->code = icmp->code;
	if (is_ipv6 ? icmp->type == ICMPV6_PKT_TOOBIG :
		      icmp->type == ICMP_DEST_UNREACH && icmp->code == ICMP_FRAG_NEEDED) {
		answer->cause = CAUSE_TOO_BIG;
		answer->mtu = bpf_ntohl(icmp->info);
		if (!is_ipv6)
			answer->mtu &= 0xffff;
		return 0;
	}
	if (icmp->type != (is_ipv6 ? ICMPV6_DEST_UNREACH : ICMP_DEST_UNREACH) &&
	    icmp->type != (is_ipv6 ? ICMPV6_TIME_EXCEED : ICMP_TIME_EXCEEDED))
		return -1;
	if (from_family == to_family)
		return 0;
	/* Whatever the tunnel's trouble: the client's packet did not reach its host. */
	answer->type = to_family == LVS_IPV6 ? ICMPV6_DEST_UNREACH : ICMP_DEST_UNREACH;
	answer->code = to_family == LVS_IPV6 ? ICMPV6_ADDR_UNREACH : ICMP_HOST_UNREACH;
	return 0;
}

/* Sends what has become an error from the virtual address `source` to the client `destination`, by its route. */
__noinline int tunnel_send_error(struct __sk_buff *skb, const struct lvs_tuple *tuple)
{
	struct bpf_fib_lookup fib = {.ifindex = skb->ifindex};
	struct bpf_redir_neigh next = {};
	int result;

	if (!tuple)
		return TC_ACT_SHOT;
	if (tuple->family == LVS_IPV4) {
		fib.family = AF_INET;
		fib.ipv4_src = tuple->dst[0];
		fib.ipv4_dst = tuple->src[0];
	} else {
		fib.family = AF_INET6;
		address_copy(fib.ipv6_src, tuple->dst);
		address_copy(fib.ipv6_dst, tuple->src);
	}
	result = bpf_fib_lookup(skb, &fib, sizeof(fib), 0);
	if (result != BPF_FIB_LKUP_RET_SUCCESS && result != BPF_FIB_LKUP_RET_NO_NEIGH)
		return drop(LVS_DROP_NO_ROUTE);
	next.nh_family = fib.family;
	if (tuple->family == LVS_IPV4)
		next.ipv4_nh = fib.ipv4_dst;
	else
		address_copy(next.ipv6_nh, fib.ipv6_dst);
	return bpf_redirect_neigh(fib.ifindex, &next, sizeof(next), 0);
}

/* Makes the packet an error about the one inside it at `ip`, of which there is all up to the end. */
static __always_inline int tunnel_answer(struct __sk_buff *skb, const struct packet *packet,
					 struct quoted_packet *quoted, struct icmp_answer *answer)
{
	__u32 before = quoted->ip - ETH_HLEN;
	struct lvs_tuple tuple = quoted->packet.tuple;

	if (before > packet->length || bpf_skb_adjust_room(skb, -(__s32)before, BPF_ADJ_ROOM_MAC, 0))
		return TC_ACT_SHOT;
	address_copy(answer->source, tuple.dst);
	quoted->packet.length = packet->length - before;
	quoted->packet.transport -= before;
	if (tuple.family == LVS_IPV4 ? icmp_wrap_ipv4(skb, &quoted->packet, answer) :
				       icmp_wrap_ipv6(skb, &quoted->packet, answer))
		return TC_ACT_SHOT;
	return tunnel_send_error(skb, &tuple);
}

/* Whether a packet with its outer IP header at `ip` went through the flow's own tunnel. */
static __noinline bool tunnel_is_of(struct __sk_buff *skb, __u32 ip, const struct tunnel_packet *found,
				    const struct lvs_flow *flow)
{
	__be32 source[4] = {}, destination[4] = {};
	__u32 bytes;

	if (!found || !flow || found->tunnel != flow->tunnel ||
	    (found->tunnel == LVS_TUNNEL_GUE && found->gue_port != flow->tunnel_port))
		return false;
	if (flow->to_family == LVS_IPV4) {
		ip += offsetof(struct iphdr, saddr);
		bytes = sizeof(source[0]);
	} else {
		ip += offsetof(struct ipv6hdr, saddr);
		bytes = sizeof(source);
	}
	if (bpf_skb_load_bytes(skb, ip, source, bytes) || bpf_skb_load_bytes(skb, ip + bytes, destination, bytes))
		return false;
	return address_equal(source, flow->tunnel_source) && address_equal(destination, flow->to_addr);
}

/* An error whose packet inside is a tunnel's. What is not of one of our tunnels is left to the stack. */
static __noinline int icmp_of_tunnel(struct __sk_buff *skb, const struct packet *packet)
{
	struct tunnel_packet found = {};
	struct icmp_answer answer = {};
	struct quoted_packet *quoted;
	struct icmp_header icmp;
	struct lvs_flow *flow;
	__u32 overhead, inside;
	bool may_fragment;

	if (!packet || bpf_skb_load_bytes(skb, packet->transport, &icmp, sizeof(icmp)))
		return TC_ACT_OK;
	inside = packet->transport + sizeof(icmp);
	quoted = quoted_at(inside);
	if (!quoted ||
	    (packet->tuple.family == LVS_IPV4 ? quoted_parse_ipv4(skb, quoted) : quoted_parse_ipv6(skb, quoted)) ||
	    quoted->packet.fragment == FRAGMENT_LATER)
		return TC_ACT_OK;
	may_fragment = !quoted->packet.dont_fragment;
	found.inner = quoted->packet.transport;
	if (!tunnel_parse_shim(skb, quoted->packet.tuple.protocol, &found))
		return TC_ACT_OK;
	quoted = quoted_at(found.inner);
	if (!quoted ||
	    (found.inner_family == LVS_IPV4 ? quoted_parse_ipv4(skb, quoted) : quoted_parse_ipv6(skb, quoted)) ||
	    quoted_ports(skb, quoted))
		return TC_ACT_OK;
	flow = bpf_map_lookup_elem(&lvs_flows, &quoted->packet.tuple);
	if (!flow || flow->direction != LVS_TO_SERVER || flow->method != LVS_TUN ||
	    flow->to_family != packet->tuple.family || !tunnel_is_of(skb, inside, &found, flow) ||
	    tunnel_translate(&answer, &icmp, packet->tuple.family, found.inner_family))
		return TC_ACT_OK;
	trace_step(LVS_TRACE_ICMP_OF_TUNNEL);
	if (answer.cause == CAUSE_TOO_BIG) {
		overhead = tunnel_overhead(flow);
		if (answer.mtu <= LEAST_MTU + overhead)
			return TC_ACT_SHOT;
		/* Until the route is asked again; by then the client has learnt it. */
		if (answer.mtu < flow->hop_mtu)
			flow->hop_mtu = answer.mtu;
		answer.mtu -= overhead;
		if (may_fragment)
			return TC_ACT_STOLEN;
	}
	return tunnel_answer(skb, packet, quoted, &answer);
}

#endif
