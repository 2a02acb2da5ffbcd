/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Turns a packet that can't go on into the ICMP error that tells its sender why (RFC 792, RFC 4443), and sends it
 * back the way it came, from the virtual address.
 */
#ifndef LVS_ICMP_H
#define LVS_ICMP_H

#include "address.h"
#include "checksum.h"
#include "gso.h"
#include "icmp_limit.h"
#include "packet_sum.h"
#include "parse.h"
#include "stats.h"

/* RFC 792; <linux/icmp.h> would bring the C library's sockets along. */
#define ICMP_DEST_UNREACH 3
#define ICMP_HOST_UNREACH 1
#define ICMP_PORT_UNREACH 3
#define ICMP_FRAG_NEEDED 4
#define ICMP_TIME_EXCEEDED 11
#define ICMP_EXC_TTL 0

/* RFC 4443. */
#define ICMPV6_DEST_UNREACH 1
#define ICMPV6_ADDR_UNREACH 3
#define ICMPV6_PORT_UNREACH 4
#define ICMPV6_PKT_TOOBIG 2
#define ICMPV6_TIME_EXCEED 3
#define ICMPV6_EXC_HOPLIMIT 0

/* How long an error may be (RFC 1812, section 4.3.2.3; RFC 4443, section 2.4): it quotes what fits. */
#define ICMP_ERROR_BYTES 576
#define ICMPV6_ERROR_BYTES 1280

/* Of which every link takes packets (RFC 8200, section 5): nobody can be told to send smaller ones. */
#define IPV6_LEAST_MTU 1280

/* Internetwork control, and of the packet's TOS the rest (RFC 1812, section 4.3.2.5). */
#define ICMP_PRECEDENCE 0xc0
#define ICMP_TOS_KEPT 0x1e

enum icmp_cause {
	CAUSE_NO_SERVER,
	CAUSE_NO_CONNECTION,
	CAUSE_TTL_EXPIRED,
	CAUSE_TOO_BIG,
	CAUSE_RELAYED, /* somebody else's, told on with type and code */
};

struct icmp_header {
	__u8 type;
	__u8 code;
	__u16 checksum;
	__be32 info; /* the MTU of "fragmentation needed" (RFC 1191) and "packet too big" */
};

struct icmp_error {
	struct iphdr ip;
	struct icmp_header icmp;
};

struct icmpv6_error {
	struct ipv6hdr ip;
	struct icmp_header icmp;
};

struct icmp_answer {
	enum icmp_cause cause;
	__u32 mtu; /* of CAUSE_TOO_BIG */
	__u32 type, code; /* of CAUSE_RELAYED */
	__be32 source[4]; /* the virtual address: it is the director's, whichever side is told */
};

static __always_inline struct icmp_header icmp_header_of(const struct icmp_answer *answer, bool is_ipv6)
{
	switch (answer->cause) {
	case CAUSE_NO_SERVER:
	case CAUSE_NO_CONNECTION:
		if (is_ipv6)
			return (struct icmp_header){.type = ICMPV6_DEST_UNREACH, .code = ICMPV6_PORT_UNREACH};
		return (struct icmp_header){.type = ICMP_DEST_UNREACH, .code = ICMP_PORT_UNREACH};
	case CAUSE_TTL_EXPIRED:
		if (is_ipv6)
			return (struct icmp_header){.type = ICMPV6_TIME_EXCEED, .code = ICMPV6_EXC_HOPLIMIT};
		return (struct icmp_header){.type = ICMP_TIME_EXCEEDED, .code = ICMP_EXC_TTL};
	case CAUSE_RELAYED:
		return (struct icmp_header){.type = answer->type, .code = answer->code};
	default:
		if (is_ipv6)
			return (struct icmp_header){
				.type = ICMPV6_PKT_TOOBIG,
				.info = bpf_htonl(answer->mtu > IPV6_LEAST_MTU ? answer->mtu : IPV6_LEAST_MTU),
			};
		return (struct icmp_header){
			.type = ICMP_DEST_UNREACH,
			.code = ICMP_FRAG_NEEDED,
			.info = bpf_htonl(answer->mtu & 0xffff),
		};
	}
}

static __always_inline enum lvs_drop drop_of_cause(enum icmp_cause cause)
{
	switch (cause) {
	case CAUSE_NO_SERVER:
		return LVS_DROP_NO_SERVER;
	case CAUSE_NO_CONNECTION:
		return LVS_DROP_NO_CONNECTION;
	case CAUSE_TTL_EXPIRED:
		return LVS_DROP_TTL_EXPIRED;
	default:
		return LVS_DROP_TOO_BIG;
	}
}

/* Sends what has become the answer back to where it came from. */
static __always_inline int icmp_send_back(struct __sk_buff *skb)
{
	struct ethhdr frame;

	if (bpf_skb_load_bytes(skb, 0, &frame, sizeof(frame)) ||
	    bpf_skb_store_bytes(skb, 0, frame.h_source, ETH_ALEN, 0) ||
	    bpf_skb_store_bytes(skb, ETH_ALEN, frame.h_dest, ETH_ALEN, 0))
		return TC_ACT_SHOT;
	return bpf_redirect(skb->ifindex, 0);
}

/* How much of a packet an error quotes. */
static __always_inline __u32 quoted_bytes(const struct packet *packet)
{
	__u32 room = packet->tuple.family == LVS_IPV4 ? ICMP_ERROR_BYTES - sizeof(struct icmp_error) :
							ICMPV6_ERROR_BYTES - sizeof(struct icmpv6_error);

	return packet->length < room ? packet->length : room;
}

/* Makes room for an error's headers before what it quotes, and writes them. Returns 0, or a negative error. */
static __always_inline long icmp_wrap(struct __sk_buff *skb, __u32 quoted, const void *headers, __u32 header_bytes,
				      __be16 type)
{
	/* What came in a tunnel of the other family: this makes the packet one of the error's. */
	__u64 flags = skb->protocol == type	  ? 0 :
		      type == bpf_htons(ETH_P_IP) ? BPF_F_ADJ_ROOM_ENCAP_L3_IPV4 :
						    BPF_F_ADJ_ROOM_ENCAP_L3_IPV6;

	if (bpf_skb_change_tail(skb, ETH_HLEN + quoted, 0) ||
	    bpf_skb_adjust_room(skb, header_bytes, BPF_ADJ_ROOM_MAC, flags))
		return -1;
	return bpf_skb_store_bytes(skb, ETH_HLEN, headers, header_bytes, 0);
}

/* Puts the packet into an IPv4 error. Returns 0, or a negative error. */
__noinline int icmp_wrap_ipv4(struct __sk_buff *skb, const struct packet *packet, const struct icmp_answer *answer)
{
	struct icmp_error error = {};
	__u32 quoted;
	__s64 sum;

	/* A sender's options would have to be answered, too. */
	if (!packet || !answer || packet->transport != ETH_HLEN + sizeof(struct iphdr))
		return -1;
	quoted = quoted_bytes(packet);
	sum = packet_sum(skb, ETH_HLEN, quoted);
	if (sum < 0)
		return -1;
	error.icmp = icmp_header_of(answer, false);
	sum = bpf_csum_diff(NULL, 0, (__be32 *)&error.icmp, sizeof(error.icmp), sum);
	error.icmp.checksum = checksum_fold(sum);
	error.ip = (struct iphdr){
		.version = 4,
		.ihl = 5,
		.tos = ICMP_PRECEDENCE | (packet->tos & ICMP_TOS_KEPT),
		.id = bpf_get_prandom_u32() | 1, /* it may be fragmented, so it has one */
		.ttl = 64,
		.protocol = IPPROTO_ICMP,
		.tot_len = bpf_htons(sizeof(error) + quoted),
		.saddr = answer->source[0],
		.daddr = packet->tuple.src[0],
	};
	error.ip.check = ip_checksum(&error.ip);
	return icmp_wrap(skb, quoted, &error, sizeof(error), bpf_htons(ETH_P_IP));
}

/* The sum of the pseudo-header (RFC 8200, section 8.1), to go on from. */
static __always_inline __s64 ipv6_pseudo_sum(const struct ipv6hdr *ip, __u32 length, __u32 protocol, __s64 sum)
{
	__be32 rest[2] = {bpf_htonl(length), bpf_htonl(protocol)};

	sum = bpf_csum_diff(NULL, 0, (__be32 *)&ip->saddr, 2 * sizeof(ip->saddr), sum);
	return bpf_csum_diff(NULL, 0, rest, sizeof(rest), sum);
}

/* Puts the packet into an IPv6 error. Returns 0, or a negative error. */
__noinline int icmp_wrap_ipv6(struct __sk_buff *skb, const struct packet *packet, const struct icmp_answer *answer)
{
	struct icmpv6_error error = {};
	__u32 quoted;
	__s64 sum;

	if (!packet || !answer)
		return -1;
	quoted = quoted_bytes(packet);
	sum = packet_sum(skb, ETH_HLEN, quoted);
	if (sum < 0)
		return -1;
	error.ip.version = 6;
	error.ip.payload_len = bpf_htons(sizeof(error.icmp) + quoted);
	error.ip.nexthdr = IPPROTO_ICMPV6;
	error.ip.hop_limit = 64;
	__builtin_memcpy(&error.ip.saddr, answer->source, sizeof(error.ip.saddr));
	__builtin_memcpy(&error.ip.daddr, packet->tuple.src, sizeof(error.ip.daddr));
	error.icmp = icmp_header_of(answer, true);
	sum = ipv6_pseudo_sum(&error.ip, sizeof(error.icmp) + quoted, IPPROTO_ICMPV6, sum);
	sum = bpf_csum_diff(NULL, 0, (__be32 *)&error.icmp, sizeof(error.icmp), sum);
	error.icmp.checksum = checksum_fold(sum);
	return icmp_wrap(skb, quoted, &error, sizeof(error), bpf_htons(ETH_P_IPV6));
}

/* Drops the packet, and answers with an ICMP error where that can be done. */
__noinline int icmp_answer(struct __sk_buff *skb, const struct packet *packet, const struct icmp_answer *answer)
{
	if (!packet || !answer)
		return TC_ACT_SHOT;
	drop(drop_of_cause(answer->cause));
	/* Senders depend on being told what fits. */
	if (answer->cause != CAUSE_TOO_BIG && !icmp_is_allowed(packet))
		return TC_ACT_SHOT;
	trace_answer(answer->mtu);
	/* The error would quote what is not there. */
	if (packet->fragment == FRAGMENT_LATER)
		return TC_ACT_SHOT;
	if (skb->gso_size && gso_settle_checksum(skb, packet, quoted_bytes(packet)))
		return TC_ACT_SHOT;
	if (packet->tuple.family == LVS_IPV4 ? icmp_wrap_ipv4(skb, packet, answer) :
					       icmp_wrap_ipv6(skb, packet, answer))
		return TC_ACT_SHOT;
	return icmp_send_back(skb);
}

/* The same, from `source`. */
static __noinline int icmp_answer_from(struct __sk_buff *skb, const struct packet *packet, const __be32 *source,
				       enum icmp_cause cause, __u32 mtu)
{
	struct icmp_answer answer = {.cause = cause, .mtu = mtu};

	address_copy(answer.source, source);
	return icmp_answer(skb, packet, &answer);
}

#endif
