/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * IP headers after one hop. Nothing is written into packets directly: a program that does so makes the kernel
 * unshare every packet that comes by, also those that are not for it.
 */
#ifndef LVS_IP_H
#define LVS_IP_H

#include "checksum.h"
#include "parse.h"

/* The IPv4 header (without its options, which stay) as it goes on: one hop older. */
static __always_inline struct iphdr ipv4_after_hop(const struct packet *packet)
{
	struct iphdr ip = {
		.version = 4,
		.ihl = (packet->transport - ETH_HLEN) / 4,
		.tos = packet->tos,
		/* BIG TCP's length does not fit. */
		.tot_len = packet->length > 0xffff ? 0 : bpf_htons(packet->length),
		.id = packet->ip_id,
		.frag_off = packet->frag_off,
		.ttl = packet->ttl - 1,
		.protocol = packet->tuple.protocol,
		.saddr = packet->tuple.src[0],
		.daddr = packet->tuple.dst[0],
	};

	/* TTL is the first byte of its 16-bit word on the wire. */
	ip.check = checksum_replace16(packet->ip_check, bpf_htons(packet->ttl << 8), bpf_htons(ip.ttl << 8));
	return ip;
}

/* The last 33 bytes of an IPv6 header. */
struct ipv6_rewrite {
	__u8 hop_limit;
	__be32 src[4];
	__be32 dst[4];
} __attribute__((packed));

#define IPV6_REWRITE_OFFSET (ETH_HLEN + offsetof(struct ipv6hdr, hop_limit))

/* Returns 0, or a negative error. Where the device has summed the packet up, its sum follows (RECOMPUTE_CSUM). */
static __always_inline long ipv6_write_hop_limit(struct __sk_buff *skb, const struct packet *packet)
{
	__u8 hop_limit = packet->ttl - 1;

	return bpf_skb_store_bytes(skb, IPV6_REWRITE_OFFSET, &hop_limit, sizeof(hop_limit), BPF_F_RECOMPUTE_CSUM);
}

#endif
