/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * VS-NAT: the client's packets get the server's address and port as destination, the server's packets get the
 * virtual ones as source. Checksums are mended, not computed: payload is never read.
 */
#ifndef LVS_FORWARD_NAT_H
#define LVS_FORWARD_NAT_H

#include "route.h"

/*
 * One direction of a connection: the flow says what the destination (towards the server) or the source (towards the
 * client) becomes. After a failure the packet must not go on.
 */
static __always_inline int forward_nat(struct __sk_buff *skb, const struct packet *packet, const struct lvs_flow *flow)
{
	bool to_server = flow->direction == LVS_TO_SERVER;
	__be32 from_addr = to_server ? packet->tuple.dst : packet->tuple.src;
	__be16 from_port = to_server ? packet->tuple.dport : packet->tuple.sport;
	__be32 to_addr = flow->to_addr;
	__be16 to_port = flow->to_port;
	bool is_tcp = packet->tuple.protocol == IPPROTO_TCP;
	__u32 check = packet->transport + (is_tcp ? offsetof(struct tcphdr, check) : offsetof(struct udphdr, check));
	/* A UDP checksum of zero means none, and a computed one may not become zero. */
	__u64 flags = is_tcp ? 0 : BPF_F_MARK_MANGLED_0;
	struct ip_rewrite ip = ip_after_hop(packet);

	if (bpf_l4_csum_replace(skb, check, from_addr, to_addr, flags | BPF_F_PSEUDO_HDR | sizeof(__be32)))
		return drop(LVS_DROP_REWRITE_FAILED);
	if (from_port != to_port) {
		/* The same place in TCP and UDP. */
		__u32 port = packet->transport + (to_server ? offsetof(struct tcphdr, dest) : 0);

		if (bpf_l4_csum_replace(skb, check, from_port, to_port, flags | sizeof(__be16)) ||
		    bpf_skb_store_bytes(skb, port, &to_port, sizeof(to_port), 0))
			return drop(LVS_DROP_REWRITE_FAILED);
	}
	if (to_server)
		ip.daddr = to_addr;
	else
		ip.saddr = to_addr;
	ip.check = checksum_replace32(ip.check, from_addr, to_addr);
	if (ip_write(skb, &ip))
		return drop(LVS_DROP_REWRITE_FAILED);
	return route_send(flow);
}

#endif
