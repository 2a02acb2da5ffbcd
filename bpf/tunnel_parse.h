/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Where in a tunnel's packet the inner one is: behind IPv4 or IPv6, and there directly, behind GRE, or behind GUE. Reads
 * and never changes the packet. What is not wholly understood is no tunnel's packet.
 */
#ifndef LVS_TUNNEL_PARSE_H
#define LVS_TUNNEL_PARSE_H

#include "abi.h"
#include "parse.h"
#include "tunnel_header.h"

/* draft-ietf-intarea-gue: version, control bit and length of options, in the first byte. */
#define GUE_VERSION_AND_CONTROL 0xe0
#define GUE_OPTION_WORDS 0x1f
/* Of the flags: private ones follow. */
#define GUE_PRIVATE 0x0001

/* draft-herbert-remotecsumoffload, as Linux has it (include/net/gue.h): the only private flag, and what it brings. */
#define GUE_REMOTE_CHECKSUM 0x80000000
struct gue_remote_checksum {
	__be32 private_flags;
	__be16 start; /* of what is summed up, from the inner packet on */
	__be16 offset; /* of the checksum, likewise */
};

struct tunnel_packet {
	__u32 inner; /* offset of the inner IP header */
	__u8 outer_family; /* enum lvs_family */
	__u8 inner_family; /* enum lvs_family */
	__u8 tunnel; /* enum lvs_tunnel */
	__u8 tos; /* the outer one */
	bool has_checksum; /* a checksum of the outer headers, which may be all that the device has looked at */
	bool is_remote_checksum; /* the inner one is to be completed */
	bool is_datagram; /* UDP is inside */
	__u16 checksum_start;
	__u16 checksum_offset;
	__be16 gue_port;
	__u16 inner_bytes; /* of the inner packet; 0 when it does not say (BIG TCP) */
	struct lvs_address_key destination; /* of the inner packet */
};

static __always_inline bool tunnel_parse_gre(struct __sk_buff *skb, struct tunnel_packet *found)
{
	struct {
		__be16 flags;
		__be16 protocol;
	} gre;

	if (bpf_skb_load_bytes(skb, found->inner, &gre, sizeof(gre)) || gre.flags & ~bpf_htons(GRE_CHECKSUM))
		return false;
	found->has_checksum = gre.flags;
	found->inner += found->has_checksum ? GRE_CHECKSUM_BYTES : GRE_BYTES;
	found->inner_family = gre.protocol == bpf_htons(ETH_P_IP) ? LVS_IPV4 : LVS_IPV6;
	return gre.protocol == bpf_htons(ETH_P_IP) || gre.protocol == bpf_htons(ETH_P_IPV6);
}

/* The one option that a director of IPVS sends. */
static __always_inline bool tunnel_parse_gue_option(struct __sk_buff *skb, struct tunnel_packet *found)
{
	struct gue_remote_checksum option;

	if (bpf_skb_load_bytes(skb, found->inner, &option, sizeof(option)) ||
	    option.private_flags != bpf_htonl(GUE_REMOTE_CHECKSUM))
		return false;
	found->is_remote_checksum = true;
	found->checksum_start = bpf_ntohs(option.start);
	found->checksum_offset = bpf_ntohs(option.offset);
	found->inner += sizeof(option);
	return true;
}

static __always_inline bool tunnel_parse_gue(struct __sk_buff *skb, struct tunnel_packet *found)
{
	struct tunnel_shim shim;
	__u32 option_words;

	if (bpf_skb_load_bytes(skb, found->inner, shim.words, GUE_BYTES))
		return false;
	if (shim.gue.version_and_length & GUE_VERSION_AND_CONTROL || shim.gue.flags & ~bpf_htons(GUE_PRIVATE))
		return false;
	if (shim.gue.protocol != IPPROTO_IPIP && shim.gue.protocol != IPPROTO_IPV6)
		return false;
	found->gue_port = shim.gue.udp.dest;
	found->has_checksum = shim.gue.udp.check;
	found->inner_family = shim.gue.protocol == IPPROTO_IPIP ? LVS_IPV4 : LVS_IPV6;
	found->inner += GUE_BYTES;
	option_words = shim.gue.version_and_length & GUE_OPTION_WORDS;
	if (!shim.gue.flags)
		return !option_words;
	return option_words * 4 == sizeof(struct gue_remote_checksum) && tunnel_parse_gue_option(skb, found);
}

/*
 * What follows an outer IP header, from `found->inner` on: moves that behind it. False when no packet follows; whether
 * a datagram's port is GUE's is for the caller to say.
 */
static __always_inline bool tunnel_parse_shim(struct __sk_buff *skb, int protocol, struct tunnel_packet *found)
{
	switch (protocol) {
	case IPPROTO_IPIP:
		found->inner_family = LVS_IPV4;
		return true;
	case IPPROTO_IPV6:
		found->inner_family = LVS_IPV6;
		return true;
	case IPPROTO_GRE:
		found->tunnel = LVS_TUNNEL_GRE;
		return tunnel_parse_gre(skb, found);
	case IPPROTO_UDP:
		found->tunnel = LVS_TUNNEL_GUE;
		return tunnel_parse_gue(skb, found);
	default:
		return false;
	}
}

/* The outer IP header. Returns the protocol of what follows it, or -1. */
static __always_inline int tunnel_parse_outer(struct __sk_buff *skb, struct tunnel_packet *found)
{
	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		struct iphdr ip;

		if (bpf_skb_load_bytes(skb, ETH_HLEN, &ip, sizeof(ip)) || ip.ihl != 5 ||
		    ip.frag_off & bpf_htons(IP_MORE_FRAGMENTS | IP_OFFSET))
			return -1;
		found->outer_family = LVS_IPV4;
		found->tos = ip.tos;
		found->inner = ETH_HLEN + sizeof(ip);
		return ip.protocol;
	}
	if (skb->protocol == bpf_htons(ETH_P_IPV6)) {
		__be32 words[2];

		if (bpf_skb_load_bytes(skb, ETH_HLEN, words, sizeof(words)))
			return -1;
		found->outer_family = LVS_IPV6;
		found->tos = bpf_ntohl(words[0]) >> 20;
		found->inner = ETH_HLEN + sizeof(struct ipv6hdr);
		return ((struct ipv6hdr *)words)->nexthdr;
	}
	return -1;
}

static __always_inline bool tunnel_parse_inner(struct __sk_buff *skb, struct tunnel_packet *found)
{
	found->destination.family = found->inner_family;
	if (found->inner_family == LVS_IPV4) {
		struct iphdr ip;

		if (bpf_skb_load_bytes(skb, found->inner, &ip, sizeof(ip)) || ip.version != 4)
			return false;
		found->destination.addr[0] = ip.daddr;
		found->is_datagram = ip.protocol == IPPROTO_UDP;
		found->inner_bytes = bpf_ntohs(ip.tot_len);
	} else {
		struct ipv6hdr ip;

		if (bpf_skb_load_bytes(skb, found->inner, &ip, sizeof(ip)) || ip.version != 6)
			return false;
		__builtin_memcpy(found->destination.addr, &ip.daddr, sizeof(found->destination.addr));
		found->is_datagram = ip.nexthdr == IPPROTO_UDP;
		found->inner_bytes = ip.payload_len ? bpf_ntohs(ip.payload_len) + sizeof(ip) : 0;
	}
	return true;
}

static __always_inline bool is_gue_port(void *gue_ports, __be16 port)
{
	__u32 key = bpf_ntohs(port);

	return bpf_map_lookup_elem(gue_ports, &key);
}

/* Fills `found`, which is all zero. False when the packet is none that has come through a tunnel. */
static __always_inline bool tunnel_parse(struct __sk_buff *skb, void *gue_ports, struct tunnel_packet *found)
{
	if (!tunnel_parse_shim(skb, tunnel_parse_outer(skb, found), found))
		return false;
	if (found->tunnel == LVS_TUNNEL_GUE && !is_gue_port(gue_ports, found->gue_port))
		return false;
	return tunnel_parse_inner(skb, found);
}

#endif
