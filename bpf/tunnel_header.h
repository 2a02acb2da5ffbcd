/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The headers that VS-TUN puts before a packet, as ip_vs_tunnel_xmit() makes them (ip_vs_xmit.c, v6.1): IPv4 or IPv6,
 * and under it nothing (RFC 2003, RFC 2473, RFC 4213), GRE (RFC 2784) or UDP with GUE (draft-ietf-intarea-gue).
 */
#ifndef LVS_TUNNEL_HEADER_H
#define LVS_TUNNEL_HEADER_H

#include "address.h"
#include "ip.h"
#include <stdbool.h>

/* <linux/in.h> */
#ifndef IPPROTO_GRE
#define IPPROTO_GRE 47
#endif

/* RFC 2784: the checksum-present bit of the first 16 bits. */
#define GRE_CHECKSUM 0x8000

/* net.ipv4.ip_local_port_range unless it has been changed: where UDP source ports are taken from. */
#define FIRST_LOCAL_PORT 32768
#define LAST_LOCAL_PORT 60999

/* RFC 3168: the ECN field of TOS and traffic class. */
#define ECN_MASK 3
#define ECN_CONGESTED 3
#define ECN_CAPABLE_0 2

#define TUNNEL_SHIM_WORDS 3

/* What stands between the outer IP header and the inner one. */
struct tunnel_shim {
	union {
		struct {
			__be16 flags;
			__be16 protocol;
			__u16 checksum; /* with GRE_CHECKSUM alone, as what follows */
			__u16 reserved;
		} gre;
		struct {
			struct udphdr udp;
			__u8 version_and_length; /* version 0, no options */
			__u8 protocol;
			__be16 flags;
		} gue;
		__u32 words[TUNNEL_SHIM_WORDS];
	};
	__u32 bytes; /* of it, from its start on */
	__u8 protocol; /* as the outer header calls it, or the inner one, where there is nothing between */
};

enum tunnel_shim_bytes {
	GRE_BYTES = 4,
	GRE_CHECKSUM_BYTES = 8,
	GUE_BYTES = 12,
};

/*
 * Whether the outer header has a checksum. GSO packets are cut later, by code that cannot be told to make one for
 * each piece.
 */
static __always_inline bool tunnel_has_checksum(const struct lvs_flow *flow, bool is_gso)
{
	return flow->tunnel_flags & (LVS_TUNNEL_CSUM | LVS_TUNNEL_REMCSUM) && !is_gso;
}

static __always_inline __u32 tunnel_shim_bytes(const struct lvs_flow *flow, bool is_gso)
{
	switch (flow->tunnel) {
	case LVS_TUNNEL_GUE:
		return GUE_BYTES;
	case LVS_TUNNEL_GRE:
		return tunnel_has_checksum(flow, is_gso) ? GRE_CHECKSUM_BYTES : GRE_BYTES;
	default:
		return 0;
	}
}

/* Bytes that the tunnel's headers take of the next hop's MTU. */
static __always_inline __u32 tunnel_overhead(const struct lvs_flow *flow)
{
	__u32 ip = flow->to_family == LVS_IPV4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);

	return flow->flags & LVS_FLOW_SHIM ? ip + tunnel_shim_bytes(flow, false) : ip;
}

/* RFC 3168, section 9.1.1, full functionality: congestion that was met before the tunnel is not met in it. */
static __always_inline __u8 tunnel_tos(const struct packet *packet)
{
	bool congested = (packet->tos & ECN_MASK) == ECN_CONGESTED;

	return congested ? (packet->tos & ~ECN_MASK) | ECN_CAPABLE_0 : packet->tos;
}

/* The length field of a header, which cannot say that of a packet over 64 kB (BIG TCP): then it is zero. */
static __always_inline __be16 tunnel_length(__u32 bytes)
{
	return bytes > 0xffff ? 0 : bpf_htons(bytes);
}

/* `bytes` counts what follows the header, `protocol` is that of its first header. */
static __always_inline struct iphdr tunnel_ipv4(const struct packet *packet, const struct lvs_flow *flow, __u8 protocol,
						__u32 bytes)
{
	/* Of an IPv6 packet routers may cut the outer one: DF is of IPv4. */
	bool may_cut = packet->tuple.family == LVS_IPV6 || !packet->dont_fragment;
	struct iphdr outer = {
		.version = 4,
		.ihl = 5,
		.tos = tunnel_tos(packet),
		.tot_len = tunnel_length(bytes + sizeof(outer)),
		.frag_off = may_cut ? 0 : bpf_htons(IP_DONT_FRAGMENT),
		.ttl = packet->ttl - 1,
		.protocol = protocol,
		.saddr = flow->tunnel_source[0],
		.daddr = flow->to_addr[0],
	};

	/* RFC 6864: that of an atomic datagram means nothing. */
	if (may_cut)
		outer.id = bpf_get_prandom_u32();
	outer.check = ip_checksum(&outer);
	return outer;
}

static __always_inline void tunnel_ipv6(struct ipv6hdr *outer, const struct packet *packet, const struct lvs_flow *flow,
					__u8 protocol, __u32 bytes)
{
	*(__be32 *)outer = bpf_htonl(6 << 28 | (__u32)tunnel_tos(packet) << 20);
	outer->payload_len = tunnel_length(bytes);
	outer->nexthdr = protocol;
	outer->hop_limit = packet->ttl - 1;
	__builtin_memcpy(&outer->saddr, flow->tunnel_source, sizeof(outer->saddr));
	__builtin_memcpy(&outer->daddr, flow->to_addr, sizeof(outer->daddr));
}

/* Of the connection, so that routers and NICs keep it on one path: as the kernel's udp_flow_src_port(). */
static __always_inline __be16 tunnel_source_port(struct __sk_buff *skb)
{
	__u32 hash = bpf_get_hash_recalc(skb);

	hash ^= hash << 16;
	return bpf_htons((((__u64)hash * (LAST_LOCAL_PORT - FIRST_LOCAL_PORT)) >> 32) + FIRST_LOCAL_PORT);
}

#endif
