/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * From packet to struct packet: the headers' offsets, the tuple, the TCP flags. It reads, and never changes, the
 * packet. parse_packet() says whether the packet is one that a virtual service could be about.
 */
#ifndef LVS_PARSE_H
#define LVS_PARSE_H

#include "abi.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <stdbool.h>
#include <stddef.h>

/* RFC 791: more-fragments bit, offset field and don't-fragment bit of frag_off. */
#define IP_MORE_FRAGMENTS 0x2000
#define IP_OFFSET 0x1fff
#define IP_DONT_FRAGMENT 0x4000

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10
/* Offset of the byte with the flags in the TCP header (RFC 9293, section 3.1). */
#define TCP_FLAGS_OFFSET 13

/* The largest IPv4 header (15 words) and the smallest TCP header behind it. */
#define PULL_BYTES (ETH_HLEN + 60 + sizeof(struct tcphdr))

enum packet_kind {
	PACKET_NOT_OURS, /* not IPv4 TCP or UDP, or a fragment: the stack's business */
	PACKET_MALFORMED,
	PACKET_OK,
};

struct packet {
	struct lvs_tuple tuple;
	__u32 transport; /* offset of the TCP or UDP header from the start of the frame */
	__u32 length; /* IP total length; of a GSO packet, of the whole of it */
	__u16 ip_check; /* as on the wire */
	__u16 ip_id; /* as on the wire */
	__u8 ttl;
	__u8 tos;
	bool dont_fragment;
	__u8 tcp_flags; /* TCP_SYN and its like; 0 of UDP */
};

static __always_inline void *packet_data(struct __sk_buff *skb)
{
	return (void *)(long)skb->data;
}

static __always_inline void *packet_end(struct __sk_buff *skb)
{
	return (void *)(long)skb->data_end;
}

static __always_inline enum packet_kind parse_packet(struct __sk_buff *skb, struct packet *packet)
{
	void *data, *end;
	struct iphdr *ip;
	__u32 header_bytes;

	/* What is for another host, or for many, is not for a virtual service, though a bridge or tcpdump shows it to us. */
	if (skb->protocol != bpf_htons(ETH_P_IP) || skb->pkt_type != 0 /* PACKET_HOST */)
		return PACKET_NOT_OURS;
	data = packet_data(skb);
	end = packet_end(skb);
	/* UDP is 12 bytes shorter than TCP: only what is too short for both is pulled. */
	if (data + ETH_HLEN + sizeof(*ip) + sizeof(struct tcphdr) > end) {
		bpf_skb_pull_data(skb, skb->len < PULL_BYTES ? skb->len : PULL_BYTES);
		data = packet_data(skb);
		end = packet_end(skb);
	}
	ip = data + ETH_HLEN;
	if ((void *)(ip + 1) > end)
		return PACKET_NOT_OURS;
	if (ip->protocol != IPPROTO_TCP && ip->protocol != IPPROTO_UDP)
		return PACKET_NOT_OURS;
	if (ip->frag_off & bpf_htons(IP_MORE_FRAGMENTS | IP_OFFSET))
		return PACKET_NOT_OURS;
	header_bytes = ip->ihl * 4;
	if (ip->version != 4 || header_bytes < sizeof(*ip))
		return PACKET_MALFORMED;

	packet->tuple = (struct lvs_tuple){
		.src = ip->saddr,
		.dst = ip->daddr,
		.protocol = ip->protocol,
	};
	packet->ip_check = ip->check;
	packet->ip_id = ip->id;
	packet->ttl = ip->ttl;
	packet->tos = ip->tos;
	/* Zero in packets over 64 kB (BIG TCP). */
	packet->length = ip->tot_len ? bpf_ntohs(ip->tot_len) : skb->len - ETH_HLEN;
	packet->dont_fragment = ip->frag_off & bpf_htons(IP_DONT_FRAGMENT);
	packet->transport = ETH_HLEN + header_bytes;
	if (packet->length + ETH_HLEN > skb->len)
		return PACKET_MALFORMED;
	packet->tcp_flags = 0;

	if (packet->tuple.protocol == IPPROTO_TCP) {
		struct tcphdr *tcp = data + packet->transport;

		if ((void *)(tcp + 1) > end || packet->length < header_bytes + sizeof(*tcp))
			return PACKET_MALFORMED;
		packet->tuple.sport = tcp->source;
		packet->tuple.dport = tcp->dest;
		packet->tcp_flags = ((__u8 *)tcp)[TCP_FLAGS_OFFSET];
	} else {
		struct udphdr *udp = data + packet->transport;

		if ((void *)(udp + 1) > end || packet->length < header_bytes + sizeof(*udp))
			return PACKET_MALFORMED;
		packet->tuple.sport = udp->source;
		packet->tuple.dport = udp->dest;
	}
	return PACKET_OK;
}

#endif
