/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * ICMP errors about packets of our connections (ip_vs_in_icmp, ip_vs_out_icmp and ip_vs_nat_icmp, v6.1): one that
 * complains of a reply goes to the server that sent it; under VS-NAT one that complains of a request goes to the
 * client. The packet inside is rewritten like the one outside, so that its sender knows it again.
 */
#ifndef LVS_ICMP_RELAY_H
#define LVS_ICMP_RELAY_H

#include "icmp_inner.h"
#include "icmp_tunnel.h"
#include "ip.h"
#include "refresh.h"

/* Offsets of what an IPv4 packet inside has rewritten. */
#define INNER_IPV4_CHECK offsetof(struct iphdr, check)

/* Writes the port inside. The checksum of the segment inside stays as it is: nobody can check it (as IPVS). */
static __always_inline long relay_port(struct __sk_buff *skb, __u32 icmp, __u32 port, __be16 from, __be16 to)
{
	if (from == to)
		return 0;
	if (bpf_l4_csum_replace(skb, icmp + offsetof(struct icmp_header, checksum), from, to, sizeof(to)))
		return -1;
	return bpf_skb_store_bytes(skb, port, &to, sizeof(to), 0);
}

/*
 * Inside, the packet was on its way back: what came from the virtual address goes to whom the server is, and so on.
 * The checksum of the IPv4 header inside makes up for the address, so the ICMP checksum need not.
 */
static __noinline int relay_nat_ipv4(struct __sk_buff *skb, const struct packet *packet,
				     const struct quoted_packet *quoted, const struct lvs_flow *flow, bool stale)
{
	bool to_server;
	__be32 to, from;
	__u32 address;
	struct {
		struct frame frame;
		struct iphdr ip;
	} headers;

	if (!packet || !quoted || !flow)
		return TC_ACT_SHOT;
	to_server = flow->direction == LVS_TO_SERVER;
	to = flow->to_addr[0];
	from = to_server ? quoted->packet.tuple.src[0] : quoted->packet.tuple.dst[0];
	address = quoted->ip + (to_server ? offsetof(struct iphdr, saddr) : offsetof(struct iphdr, daddr));
	if (bpf_l3_csum_replace(skb, quoted->ip + INNER_IPV4_CHECK, from, to, sizeof(to)) ||
	    bpf_skb_store_bytes(skb, address, &to, sizeof(to), 0) ||
	    relay_port(skb, packet->transport, quoted->packet.transport + (to_server ? 0 : sizeof(__be16)),
		       to_server ? quoted->packet.tuple.sport : quoted->packet.tuple.dport, flow->to_port))
		return drop(LVS_DROP_REWRITE_FAILED);
	headers.ip = ipv4_after_hop(packet);
	from = to_server ? packet->tuple.dst[0] : packet->tuple.src[0];
	headers.ip.check = checksum_replace32(headers.ip.check, from, to);
	if (to_server)
		headers.ip.daddr = to;
	else
		headers.ip.saddr = to;
	return route_send(skb, flow, stale, &headers.frame, FRAMED_BYTES(sizeof(headers.ip)));
}

/* The same for IPv6, where the ICMP checksum counts the addresses outside and inside. */
static __noinline int relay_nat_ipv6(struct __sk_buff *skb, const struct packet *packet,
				     const struct quoted_packet *quoted, const struct lvs_flow *flow, bool stale)
{
	bool to_server;
	__be32 to[4], from[4];
	__u32 check, address;
	__s64 difference;
	__u8 hop_limit;
	struct frame frame;

	if (!packet || !quoted || !flow)
		return TC_ACT_SHOT;
	to_server = flow->direction == LVS_TO_SERVER;
	check = packet->transport + offsetof(struct icmp_header, checksum);
	address_copy(to, flow->to_addr);
	address_copy(from, to_server ? quoted->packet.tuple.src : quoted->packet.tuple.dst);
	address = to_server ? offsetof(struct ipv6hdr, saddr) : offsetof(struct ipv6hdr, daddr);
	difference = bpf_csum_diff(from, sizeof(from), to, sizeof(to), 0);
	if (bpf_l4_csum_replace(skb, check, 0, difference, 0) ||
	    bpf_skb_store_bytes(skb, quoted->ip + address, to, sizeof(to), 0) ||
	    relay_port(skb, packet->transport, quoted->packet.transport + (to_server ? 0 : sizeof(__be16)),
		       to_server ? quoted->packet.tuple.sport : quoted->packet.tuple.dport, flow->to_port))
		return drop(LVS_DROP_REWRITE_FAILED);
	address_copy(from, to_server ? packet->tuple.dst : packet->tuple.src);
	address = to_server ? offsetof(struct ipv6hdr, daddr) : offsetof(struct ipv6hdr, saddr);
	difference = bpf_csum_diff(from, sizeof(from), to, sizeof(to), 0);
	hop_limit = packet->ttl - 1;
	if (bpf_l4_csum_replace(skb, check, 0, difference, BPF_F_PSEUDO_HDR) ||
	    bpf_skb_store_bytes(skb, ETH_HLEN + address, to, sizeof(to), BPF_F_RECOMPUTE_CSUM) ||
	    bpf_skb_store_bytes(skb, IPV6_REWRITE_OFFSET, &hop_limit, sizeof(hop_limit), BPF_F_RECOMPUTE_CSUM))
		return drop(LVS_DROP_REWRITE_FAILED);
	return route_send(skb, flow, stale, &frame, FRAMED_BYTES(0));
}

/* The tuple of packets of the other direction than `tuple`. */
static __always_inline void tuple_turn(struct lvs_tuple *turned, const struct lvs_tuple *tuple)
{
	address_copy(turned->src, tuple->dst);
	address_copy(turned->dst, tuple->src);
	turned->sport = tuple->dport;
	turned->dport = tuple->sport;
	turned->protocol = tuple->protocol;
	turned->family = tuple->family;
	turned->kind = LVS_CONNECTION;
	turned->pad = 0;
}

/* No verdict: the packet inside may be one of our tunnels. */
#define RELAY_OF_TUNNEL (-1)

/*
 * The connection that an ICMP packet is about, and then the packet's kind is FRAGMENT_ICMP; or NULL with its verdict:
 * what is no error, or about no connection, is the stack's business.
 */
static __noinline struct lvs_flow *relay_find(struct __sk_buff *skb, struct packet *packet, int *verdict)
{
	struct quoted_packet *quoted;
	struct icmp_header icmp;
	struct lvs_flow *flow;

	if (!packet || !verdict)
		return NULL;
	*verdict = TC_ACT_OK;
	if (bpf_skb_load_bytes(skb, packet->transport, &icmp, sizeof(icmp)) ||
	    !icmp_is_error(&icmp, packet->tuple.family))
		return NULL;
	quoted = quoted_at(packet->transport + sizeof(icmp));
	if (!quoted ||
	    (packet->tuple.family == LVS_IPV4 ? quoted_parse_ipv4(skb, quoted) : quoted_parse_ipv6(skb, quoted)))
		return NULL;
	*verdict = RELAY_OF_TUNNEL;
	if (quoted_ports(skb, quoted))
		return NULL;
	tuple_turn(&quoted->turned, &quoted->packet.tuple);
	flow = bpf_map_lookup_elem(&lvs_flows, &quoted->turned);
	if (!flow || flow_is_local(flow))
		return NULL;
	trace_related(&quoted->turned);
	packet->fragment = FRAGMENT_ICMP;
	return flow;
}

/*
 * Sends an error on along its connection. Returns a verdict, or GOES_ON_COUNTED where it is sent as any packet is: the
 * server knows the packet inside as it is.
 */
static __always_inline int relay_send(struct __sk_buff *skb, const struct packet *packet, struct lvs_flow *flow,
				      __u32 room, bool stale)
{
	struct quoted_packet *quoted = quoted_before();

	if (!quoted)
		return drop(LVS_DROP_INTERNAL);
	/* It keeps no connection alive, but is counted. */
	stats_count_packet(flow, packet->length);
	/* No error is answered with another. */
	if (packet->ttl <= 1)
		return drop(LVS_DROP_TTL_EXPIRED);
	if (room && packet->length > room)
		return drop(LVS_DROP_TOO_BIG);
	if (flow->method != LVS_NAT)
		return GOES_ON_COUNTED;
	if (packet->tuple.family == LVS_IPV4)
		return relay_nat_ipv4(skb, packet, quoted, flow, stale);
	return relay_nat_ipv6(skb, packet, quoted, flow, stale);
}

#endif
