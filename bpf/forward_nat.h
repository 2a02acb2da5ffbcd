/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * VS-NAT: the client's packets get the server's address and port as destination, the server's packets get the
 * virtual ones as source. Checksums are mended, not computed: payload is never read.
 */
#ifndef LVS_FORWARD_NAT_H
#define LVS_FORWARD_NAT_H

#include "route.h"

struct rewrite {
	__be32 from_addr, to_addr;
	__be16 from_port, to_port;
	bool destination; /* which end is rewritten: the destination, or else the source */
};

/* Returns 0, or 1 + enum lvs_drop; after a failure the packet must not go on. */
static __always_inline int nat_rewrite(struct __sk_buff *skb, const struct packet *packet, const struct rewrite *to)
{
	__u32 transport = packet->transport;
	bool is_tcp = packet->tuple.protocol == IPPROTO_TCP;
	__u32 check = transport + (is_tcp ? offsetof(struct tcphdr, check) : offsetof(struct udphdr, check));
	/* A UDP checksum of zero means none, and a computed one may not become zero. */
	__u64 flags = is_tcp ? 0 : BPF_F_MARK_MANGLED_0;
	struct ip_rewrite ip = ip_after_hop(packet);

	if (bpf_l4_csum_replace(skb, check, to->from_addr, to->to_addr, flags | BPF_F_PSEUDO_HDR | sizeof(__be32)))
		return 1 + LVS_DROP_REWRITE_FAILED;
	if (to->from_port != to->to_port) {
		__u32 port = transport + (to->destination ? offsetof(struct tcphdr, dest) : 0);

		if (bpf_l4_csum_replace(skb, check, to->from_port, to->to_port, flags | sizeof(__be16)) ||
		    bpf_skb_store_bytes(skb, port, &to->to_port, sizeof(to->to_port), 0))
			return 1 + LVS_DROP_REWRITE_FAILED;
	}
	if (to->destination)
		ip.daddr = to->to_addr;
	else
		ip.saddr = to->to_addr;
	ip.check = checksum_replace32(ip.check, to->from_addr, to->to_addr);
	return ip_write(skb, &ip);
}

static __always_inline int forward_nat_to_server(struct __sk_buff *skb, const struct packet *packet,
						 const struct lvs_flow *flow)
{
	struct rewrite to = {
		.from_addr = packet->tuple.dst,
		.to_addr = flow->to_addr,
		.from_port = packet->tuple.dport,
		.to_port = flow->to_port,
		.destination = true,
	};
	int error = nat_rewrite(skb, packet, &to);

	return error ? drop(error - 1) : route_send(flow);
}

static __always_inline int forward_nat_to_client(struct __sk_buff *skb, const struct packet *packet,
						 const struct lvs_flow *reply)
{
	struct rewrite to = {
		.from_addr = packet->tuple.src,
		.to_addr = reply->to_addr,
		.from_port = packet->tuple.sport,
		.to_port = reply->to_port,
		.destination = false,
	};
	int error = nat_rewrite(skb, packet, &to);

	return error ? drop(error - 1) : route_send(reply);
}

#endif
