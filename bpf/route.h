/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Where a packet goes next and what it needs for that: route look-up, TTL, and the hand-over to the neighbour
 * layer, which skips the rest of the stack.
 */
#ifndef LVS_ROUTE_H
#define LVS_ROUTE_H

#include "checksum.h"
#include "maps.h"
#include "stats.h"
#include "parse.h"

#ifndef AF_INET
#define AF_INET 2
#endif

/* Fills the flow's hop towards `destination`. Returns 0, or 1 + enum lvs_drop. */
static __always_inline int route_find(struct __sk_buff *skb, struct lvs_flow *flow, __be32 source, __be32 destination)
{
	struct bpf_fib_lookup fib = {
		.family = AF_INET,
		.ipv4_src = source,
		.ipv4_dst = destination,
		.ifindex = skb->ingress_ifindex,
		.tot_len = 1, /* asks for the route's MTU, which comes back in mtu_result */
	};

	switch (bpf_fib_lookup(skb, &fib, sizeof(fib), 0)) {
	case BPF_FIB_LKUP_RET_SUCCESS:
		flow->hop_mtu = fib.mtu_result;
		break;
	case BPF_FIB_LKUP_RET_NO_NEIGH:
		/* The route is known, but its MTU is not told before ARP has found the next hop. */
		flow->hop_mtu = 0;
		break;
	case BPF_FIB_LKUP_RET_FWD_DISABLED:
		return 1 + LVS_DROP_FORWARDING_DISABLED;
	default:
		return 1 + LVS_DROP_NO_ROUTE;
	}
	flow->hop = (__u64)fib.ipv4_dst << 32 | fib.ifindex;
	return 0;
}

static __always_inline int route_send(const struct lvs_flow *flow)
{
	__u64 hop = flow->hop;
	struct bpf_redir_neigh next = {
		.nh_family = AF_INET,
		.ipv4_nh = hop >> 32,
	};

	return bpf_redirect_neigh((__u32)hop, &next, sizeof(next), 0);
}

/* What forwarding changes in an IP header: the 12 bytes from the TTL on. */
struct ip_rewrite {
	__u8 ttl;
	__u8 protocol;
	__u16 check;
	__be32 saddr;
	__be32 daddr;
};

/*
 * The header's fields after one hop. Nothing is written into the packet directly: a program that does so makes
 * the kernel unshare every packet that comes by, also those that are not for it.
 */
static __always_inline struct ip_rewrite ip_after_hop(const struct packet *packet)
{
	struct ip_rewrite ip = {
		.ttl = packet->ttl - 1,
		.protocol = packet->tuple.protocol,
		.saddr = packet->tuple.src,
		.daddr = packet->tuple.dst,
	};

	/* TTL is the first byte of its 16-bit word on the wire. */
	ip.check = checksum_replace16(packet->ip_check, bpf_htons(packet->ttl << 8), bpf_htons(ip.ttl << 8));
	return ip;
}

/* Returns 0, or 1 + enum lvs_drop. */
static __always_inline int ip_write(struct __sk_buff *skb, const struct ip_rewrite *ip)
{
	if (bpf_skb_store_bytes(skb, ETH_HLEN + offsetof(struct iphdr, ttl), ip, sizeof(*ip), 0))
		return 1 + LVS_DROP_REWRITE_FAILED;
	return 0;
}

#endif
