/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * VS-NAT: the client's packets get the server's address and port as destination, the server's packets get the
 * virtual ones as source. Checksums are mended, not computed: payload is never read.
 */
#ifndef LVS_FORWARD_NAT_H
#define LVS_FORWARD_NAT_H

#include "address.h"
#include "ip.h"
#include "route.h"

/* Writes the port and mends the transport checksum for it. Returns 0, or a negative error. */
static __always_inline long nat_port(struct __sk_buff *skb, const struct packet *packet, __be16 from, __be16 to,
				     bool to_server, __u32 check, __u64 flags)
{
	/* The same place in TCP and UDP. */
	__u32 port = packet->transport + (to_server ? offsetof(struct tcphdr, dest) : 0);

	if (from == to)
		return 0;
	if (bpf_l4_csum_replace(skb, check, from, to, flags | sizeof(to)))
		return -1;
	return bpf_skb_store_bytes(skb, port, &to, sizeof(to), 0);
}

/* Where the transport checksum is. */
static __always_inline __u32 nat_check_offset(const struct packet *packet)
{
	bool is_tcp = packet->tuple.protocol == IPPROTO_TCP;

	return packet->transport + (is_tcp ? offsetof(struct tcphdr, check) : offsetof(struct udphdr, check));
}

/* A UDP checksum of zero means none, and a computed one may not become zero. */
static __always_inline __u64 nat_check_flags(const struct packet *packet)
{
	return packet->tuple.protocol == IPPROTO_TCP ? 0 : BPF_F_MARK_MANGLED_0;
}

/* Only the first fragment has the transport header, and SCTP's checksum is not of addresses. */
static __always_inline bool nat_changes_transport(const struct packet *packet)
{
	return packet->fragment != FRAGMENT_LATER && packet->tuple.protocol != IPPROTO_SCTP;
}

/* IPv6: no header checksum, and addresses of four words. Returns 0, or a negative error. */
static __noinline int nat_ipv6(struct __sk_buff *skb, const struct packet *packet, const struct lvs_flow *flow,
			       __u8 hop_limit)
{
	bool to_server = flow->direction == LVS_TO_SERVER;
	struct ipv6_rewrite ip = {.hop_limit = hop_limit};
	__be32 was[4], becomes[4];

	address_copy(was, to_server ? packet->tuple.dst : packet->tuple.src);
	address_copy(becomes, flow->to_addr);
	if (nat_changes_transport(packet)) {
		__s64 difference = bpf_csum_diff(was, sizeof(was), becomes, sizeof(becomes), 0);
		__u64 flags = nat_check_flags(packet);
		__u32 check = nat_check_offset(packet);

		if (bpf_l4_csum_replace(skb, check, 0, difference, flags | BPF_F_PSEUDO_HDR) ||
		    nat_port(skb, packet, to_server ? packet->tuple.dport : packet->tuple.sport, flow->to_port,
			     to_server, check, flags))
			return -1;
	}
	__builtin_memcpy(ip.src, to_server ? packet->tuple.src : becomes, sizeof(ip.src));
	__builtin_memcpy(ip.dst, to_server ? becomes : packet->tuple.dst, sizeof(ip.dst));
	return bpf_skb_store_bytes(skb, IPV6_REWRITE_OFFSET, &ip, sizeof(ip), BPF_F_RECOMPUTE_CSUM);
}

/* IPv4: ports and checksum of the transport header. Returns 0, or a negative error. */
static __always_inline long nat_ipv4_transport(struct __sk_buff *skb, const struct packet *packet,
					       const struct lvs_flow *flow)
{
	bool to_server = flow->direction == LVS_TO_SERVER;
	__be32 was = to_server ? packet->tuple.dst[0] : packet->tuple.src[0];
	__u64 flags = nat_check_flags(packet);
	__u32 check = nat_check_offset(packet);

	if (!nat_changes_transport(packet))
		return 0;
	if (bpf_l4_csum_replace(skb, check, was, flow->to_addr[0], flags | BPF_F_PSEUDO_HDR | sizeof(was)))
		return -1;
	return nat_port(skb, packet, to_server ? packet->tuple.dport : packet->tuple.sport, flow->to_port, to_server,
			check, flags);
}

/*
 * The flow says what the destination (towards the server) or the source (towards the client) becomes. After a failure
 * the packet must not go on.
 */
static __always_inline int forward_nat(struct __sk_buff *skb, const struct packet *packet, const struct lvs_flow *flow,
				       bool stale)
{
	bool to_server = flow->direction == LVS_TO_SERVER;
	__be32 was = to_server ? packet->tuple.dst[0] : packet->tuple.src[0];
	__be32 becomes = flow->to_addr[0];
	struct {
		struct frame frame;
		struct iphdr ip;
	} headers;

	if (packet->tuple.family == LVS_IPV6) {
		if (nat_ipv6(skb, packet, flow, packet->ttl - 1))
			return drop(LVS_DROP_REWRITE_FAILED);
		return route_send(skb, flow, stale, &headers.frame, FRAMED_BYTES(0));
	}
	if (nat_ipv4_transport(skb, packet, flow))
		return drop(LVS_DROP_REWRITE_FAILED);
	headers.ip = ipv4_after_hop(packet);
	headers.ip.check = checksum_replace32(headers.ip.check, was, becomes);
	if (to_server)
		headers.ip.daddr = becomes;
	else
		headers.ip.saddr = becomes;
	return route_send(skb, flow, stale, &headers.frame, FRAMED_BYTES(sizeof(headers.ip)));
}

#endif
