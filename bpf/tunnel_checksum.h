/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The checksum of a tunnel's header covers the whole inner packet, which is not read for it (Documentation/networking/
 * checksum-offloads, local checksum offload): what a right transport checksum covers sums up to nothing but its
 * pseudo-header. Only where there is no such checksum is the packet read.
 */
#ifndef LVS_TUNNEL_CHECKSUM_H
#define LVS_TUNNEL_CHECKSUM_H

#include "checksum.h"
#include "packet_sum.h"
#include "parse.h"
#include "tunnel_header.h"

/* What a 64-bit sum of words amounts to in 16 bits. */
static __always_inline __u16 sum_fold(__u64 sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	return ~checksum_fold(sum);
}

static __always_inline __u64 sum_of_address(const __be32 *address)
{
	return (__u64)address[0] + address[1] + address[2] + address[3];
}

/* Whether the packet's transport checksum covers all of it, and is there. */
static __always_inline bool inner_is_covered(struct __sk_buff *skb, const struct packet *packet)
{
	__u16 checksum;

	if (packet->fragment != FRAGMENT_NONE)
		return false;
	if (packet->tuple.family == LVS_IPV6 && packet->transport != ETH_HLEN + sizeof(struct ipv6hdr))
		return false;
	if (packet->tuple.protocol == IPPROTO_TCP)
		return true;
	if (packet->tuple.protocol != IPPROTO_UDP ||
	    bpf_skb_load_bytes(skb, packet->transport + offsetof(struct udphdr, check), &checksum, sizeof(checksum)))
		return false;
	return checksum;
}

/* The sum of the packet from its IP header on, which is as it goes on already. Negative when it cannot be told. */
__noinline __s64 inner_sum(struct __sk_buff *skb, const struct packet *packet)
{
	__u32 first[2];
	__u64 pseudo;
	__u32 bytes;

	if (!packet)
		return -1;
	if (!inner_is_covered(skb, packet))
		return packet_sum(skb, ETH_HLEN, packet->length);
	bytes = packet->length + ETH_HLEN - packet->transport;
	pseudo = (__u64)bpf_htonl(bytes) + bpf_htonl(packet->tuple.protocol);
	/* An IPv4 header with its own checksum sums up to nothing. */
	if (packet->tuple.family == LVS_IPV4)
		return checksum_fold(sum_fold(pseudo + packet->tuple.src[0] + packet->tuple.dst[0]));
	/* The addresses are in the IPv6 header and in the pseudo-header. */
	if (bpf_skb_load_bytes(skb, ETH_HLEN, first, sizeof(first)))
		return -1;
	return sum_fold((__u64)first[0] + first[1] + checksum_fold(sum_fold(pseudo)));
}

/* Of a GRE header whose checksum is still zero. */
static __always_inline __u16 gre_checksum(const struct tunnel_shim *shim, __u32 inner)
{
	return checksum_fold(sum_fold((__u64)shim->words[0] + shim->words[1] + inner));
}

/* Of a UDP header whose checksum is still zero, before GUE's. `bytes` counts from it on. */
static __always_inline __u16 gue_checksum(const struct tunnel_shim *shim, const struct lvs_flow *flow, __u32 bytes,
					  __u32 inner)
{
	__u64 pseudo = (__u64)bpf_htonl(bytes) + bpf_htonl(IPPROTO_UDP) + sum_of_address(flow->tunnel_source) +
		       sum_of_address(flow->to_addr);
	__u64 header = (__u64)shim->words[0] + shim->words[1] + shim->words[2];
	__u16 checksum = checksum_fold(sum_fold(pseudo + header + inner));

	/* RFC 768: zero would say that there is none. */
	return checksum ? checksum : 0xffff;
}

#endif
