/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Turns a packet that can't go on into the ICMP error that tells its sender why (RFC 792), and sends it back the
 * way it came, from the virtual address.
 */
#ifndef LVS_ICMP_H
#define LVS_ICMP_H

#include "checksum.h"
#include "parse.h"
#include "stats.h"

/* RFC 792; <linux/icmp.h> would bring the C library's sockets along. */
#define ICMP_DEST_UNREACH 3
#define ICMP_PORT_UNREACH 3
#define ICMP_FRAG_NEEDED 4
#define ICMP_TIME_EXCEEDED 11
#define ICMP_EXC_TTL 0

/* The IP header without options and the transport header: RFC 792 asks for 8 bytes of it, TCP's whole is 20. */
#define ICMP_QUOTED_BYTES (sizeof(struct iphdr) + sizeof(struct tcphdr))
#define ICMP_QUOTED_BYTES_UDP (sizeof(struct iphdr) + sizeof(struct udphdr))

struct icmp_header {
	__u8 type;
	__u8 code;
	__u16 checksum;
	__be16 unused;
	__be16 mtu; /* RFC 1191, of "fragmentation needed" only */
};

struct icmp_error {
	struct iphdr ip;
	struct icmp_header icmp;
};

struct icmp_cause {
	__u8 type;
	__u8 code;
	__u16 mtu;
	__be32 source; /* the virtual address: it is the director's, whichever side is told */
	enum lvs_drop reason; /* under which the packet counts as dropped */
};

/* Answers with an ICMP error where that can be done. */
static __noinline int icmp_answer(struct __sk_buff *skb, const struct packet *packet, const struct icmp_cause *cause)
{
	__u8 quoted[ICMP_QUOTED_BYTES] = {};
	struct icmp_error error = {};
	struct ethhdr frame;
	__u32 quoted_bytes;
	__s64 sum;

	if (!packet || !cause)
		return TC_ACT_SHOT;
	drop(cause->reason);
	if (packet->transport != ETH_HLEN + sizeof(struct iphdr))
		return TC_ACT_SHOT;
	quoted_bytes = packet->tuple.protocol == IPPROTO_TCP ? ICMP_QUOTED_BYTES : ICMP_QUOTED_BYTES_UDP;
	if (bpf_skb_load_bytes(skb, 0, &frame, sizeof(frame)))
		return TC_ACT_SHOT;
	if (packet->tuple.protocol == IPPROTO_TCP) {
		if (bpf_skb_load_bytes(skb, ETH_HLEN, quoted, ICMP_QUOTED_BYTES))
			return TC_ACT_SHOT;
	} else if (bpf_skb_load_bytes(skb, ETH_HLEN, quoted, ICMP_QUOTED_BYTES_UDP)) {
		return TC_ACT_SHOT;
	}
	error.icmp.type = cause->type;
	error.icmp.code = cause->code;
	error.icmp.mtu = bpf_htons(cause->mtu);
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
		.saddr = cause->source,
		.daddr = packet->tuple.src,
	};
	error.ip.check = ip_checksum(&error.ip);

	if (bpf_skb_change_tail(skb, ETH_HLEN + quoted_bytes, 0))
		return TC_ACT_SHOT;
	if (bpf_skb_adjust_room(skb, sizeof(error), BPF_ADJ_ROOM_MAC, 0))
		return TC_ACT_SHOT;
	if (bpf_skb_store_bytes(skb, 0, frame.h_source, ETH_ALEN, 0) ||
	    bpf_skb_store_bytes(skb, ETH_ALEN, frame.h_dest, ETH_ALEN, 0) ||
	    bpf_skb_store_bytes(skb, ETH_HLEN, &error, sizeof(error), 0))
		return TC_ACT_SHOT;
	return bpf_redirect(skb->ifindex, 0);
}

#endif
