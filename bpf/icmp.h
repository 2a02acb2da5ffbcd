/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Turns a packet that can't go on into the ICMP error that tells its sender why (RFC 792, RFC 4443), and sends it
 * back the way it came, from the virtual address.
 */
#ifndef LVS_ICMP_H
#define LVS_ICMP_H

#include "address.h"
#include "checksum.h"
#include "parse.h"
#include "stats.h"

/* RFC 792; <linux/icmp.h> would bring the C library's sockets along. */
#define ICMP_DEST_UNREACH 3
#define ICMP_PORT_UNREACH 3
#define ICMP_FRAG_NEEDED 4
#define ICMP_TIME_EXCEEDED 11
#define ICMP_EXC_TTL 0

/* RFC 4443. */
#define ICMPV6_DEST_UNREACH 1
#define ICMPV6_PORT_UNREACH 4
#define ICMPV6_PKT_TOOBIG 2
#define ICMPV6_TIME_EXCEED 3
#define ICMPV6_EXC_HOPLIMIT 0

/* RFC 792 asks for 8 bytes of the transport header; TCP's whole is 20. */
#define QUOTED_TRANSPORT sizeof(struct tcphdr)
#define QUOTED_TRANSPORT_SHORT sizeof(struct udphdr)

enum icmp_cause {
	CAUSE_NO_SERVER,
	CAUSE_TTL_EXPIRED,
	CAUSE_TOO_BIG,
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
	__be32 source[4]; /* the virtual address: it is the director's, whichever side is told */
};

static __always_inline struct icmp_header icmp_header_of(const struct icmp_answer *answer, bool is_ipv6)
{
	switch (answer->cause) {
	case CAUSE_NO_SERVER:
		if (is_ipv6)
			return (struct icmp_header){.type = ICMPV6_DEST_UNREACH, .code = ICMPV6_PORT_UNREACH};
		return (struct icmp_header){.type = ICMP_DEST_UNREACH, .code = ICMP_PORT_UNREACH};
	case CAUSE_TTL_EXPIRED:
		if (is_ipv6)
			return (struct icmp_header){.type = ICMPV6_TIME_EXCEED, .code = ICMPV6_EXC_HOPLIMIT};
		return (struct icmp_header){.type = ICMP_TIME_EXCEEDED, .code = ICMP_EXC_TTL};
	default:
		if (is_ipv6)
			return (struct icmp_header){.type = ICMPV6_PKT_TOOBIG, .info = bpf_htonl(answer->mtu)};
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

__noinline int icmp_answer_ipv4(struct __sk_buff *skb, const struct packet *packet, const struct icmp_answer *answer)
{
	__u8 quoted[sizeof(struct iphdr) + QUOTED_TRANSPORT] = {};
	struct icmp_error error = {};
	__u32 quoted_bytes = sizeof(quoted);
	__s64 sum;

	if (!packet || !answer || packet->transport != ETH_HLEN + sizeof(struct iphdr))
		return TC_ACT_SHOT;
	if (packet->tuple.protocol == IPPROTO_TCP) {
		if (bpf_skb_load_bytes(skb, ETH_HLEN, quoted, sizeof(quoted)))
			return TC_ACT_SHOT;
	} else {
		quoted_bytes = sizeof(struct iphdr) + QUOTED_TRANSPORT_SHORT;
		if (bpf_skb_load_bytes(skb, ETH_HLEN, quoted, sizeof(struct iphdr) + QUOTED_TRANSPORT_SHORT))
			return TC_ACT_SHOT;
	}
	error.icmp = icmp_header_of(answer, false);
	sum = bpf_csum_diff(NULL, 0, (__be32 *)quoted, sizeof(quoted), 0);
	sum = bpf_csum_diff(NULL, 0, (__be32 *)&error.icmp, sizeof(error.icmp), sum);
	error.icmp.checksum = checksum_fold(sum);
	error.ip = (struct iphdr){
		.version = 4,
		.ihl = 5,
		.tos = 0xc0, /* internetwork control, as the kernel's own ICMP errors */
		.ttl = 64,
		.protocol = IPPROTO_ICMP,
		.tot_len = bpf_htons(sizeof(error) + quoted_bytes),
		.saddr = answer->source[0],
		.daddr = packet->tuple.src[0],
	};
	error.ip.check = ip_checksum(&error.ip);
	if (bpf_skb_change_tail(skb, ETH_HLEN + quoted_bytes, 0) ||
	    bpf_skb_adjust_room(skb, sizeof(error), BPF_ADJ_ROOM_MAC, 0) ||
	    bpf_skb_store_bytes(skb, ETH_HLEN, &error, sizeof(error), 0))
		return TC_ACT_SHOT;
	return icmp_send_back(skb);
}

/* The sum of the pseudo-header (RFC 8200, section 8.1), to go on from. */
static __always_inline __s64 ipv6_pseudo_sum(const struct ipv6hdr *ip, __u32 length, __u32 protocol)
{
	__be32 rest[2] = {bpf_htonl(length), bpf_htonl(protocol)};
	__s64 sum = bpf_csum_diff(NULL, 0, (__be32 *)&ip->saddr, 2 * sizeof(ip->saddr), 0);

	return bpf_csum_diff(NULL, 0, rest, sizeof(rest), sum);
}

__noinline int icmp_answer_ipv6(struct __sk_buff *skb, const struct packet *packet, const struct icmp_answer *answer)
{
	__u8 quoted[sizeof(struct ipv6hdr) + QUOTED_TRANSPORT] = {};
	struct icmpv6_error error = {};
	__u32 quoted_bytes = sizeof(quoted);
	__s64 sum;

	if (!packet || !answer)
		return TC_ACT_SHOT;
	if (packet->tuple.protocol == IPPROTO_TCP) {
		if (bpf_skb_load_bytes(skb, ETH_HLEN, quoted, sizeof(quoted)))
			return TC_ACT_SHOT;
	} else {
		quoted_bytes = sizeof(struct ipv6hdr) + QUOTED_TRANSPORT_SHORT;
		if (bpf_skb_load_bytes(skb, ETH_HLEN, quoted, sizeof(struct ipv6hdr) + QUOTED_TRANSPORT_SHORT))
			return TC_ACT_SHOT;
	}
	error.ip.version = 6;
	error.ip.payload_len = bpf_htons(sizeof(error.icmp) + quoted_bytes);
	error.ip.nexthdr = IPPROTO_ICMPV6;
	error.ip.hop_limit = 64;
	__builtin_memcpy(&error.ip.saddr, answer->source, sizeof(error.ip.saddr));
	__builtin_memcpy(&error.ip.daddr, packet->tuple.src, sizeof(error.ip.daddr));
	error.icmp = icmp_header_of(answer, true);
	sum = ipv6_pseudo_sum(&error.ip, sizeof(error.icmp) + quoted_bytes, IPPROTO_ICMPV6);
	sum = bpf_csum_diff(NULL, 0, (__be32 *)quoted, sizeof(quoted), sum);
	sum = bpf_csum_diff(NULL, 0, (__be32 *)&error.icmp, sizeof(error.icmp), sum);
	error.icmp.checksum = checksum_fold(sum);
	if (bpf_skb_change_tail(skb, ETH_HLEN + quoted_bytes, 0) ||
	    bpf_skb_adjust_room(skb, sizeof(error), BPF_ADJ_ROOM_MAC, 0) ||
	    bpf_skb_store_bytes(skb, ETH_HLEN, &error, sizeof(error), 0))
		return TC_ACT_SHOT;
	return icmp_send_back(skb);
}

/* Drops the packet, and answers with an ICMP error where that can be done. */
__noinline int icmp_answer(struct __sk_buff *skb, const struct packet *packet, const struct icmp_answer *answer)
{
	if (!packet || !answer)
		return TC_ACT_SHOT;
	drop(drop_of_cause(answer->cause));
	/* The error would quote what is not there. */
	if (packet->fragment == FRAGMENT_LATER)
		return TC_ACT_SHOT;
	if (packet->tuple.family == LVS_IPV4)
		return icmp_answer_ipv4(skb, packet, answer);
	return icmp_answer_ipv6(skb, packet, answer);
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
