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
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <stdbool.h>
#include <stddef.h>

/* RFC 791: more-fragments bit, offset field and don't-fragment bit of frag_off. */
#define IP_MORE_FRAGMENTS 0x2000
#define IP_OFFSET 0x1fff
#define IP_DONT_FRAGMENT 0x4000

/* RFC 8200, section 4.5: more-fragments bit and offset field of the fragment header. */
#define IP6_MORE_FRAGMENTS 0x0001
#define IP6_OFFSET 0xfff8
#define IP6_FRAGMENT_BYTES 8

/* IANA's protocol numbers of IPv6 extension headers. */
#define IP6_HOP_BY_HOP 0
#define IP6_ROUTING 43
#define IP6_FRAGMENT 44
#define IP6_DESTINATION 60
/* As many of them as are looked through. */
#define IP6_EXTENSIONS 6

/* IEEE 802.1Q: of a tag, the rest is a priority. */
#define VLAN_ID_MASK 0x0fff

#ifndef IPPROTO_SCTP
#define IPPROTO_SCTP 132
#endif

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10
/* Offset of the byte with the flags in the TCP header (RFC 9293, section 3.1). */
#define TCP_FLAGS_OFFSET 13
/* Of the byte whose upper half is the header's length in words. */
#define TCP_DATA_OFFSET 12

/* Offsets of the first chunk's type and length in an SCTP packet (RFC 9260, section 3). */
#define SCTP_HEADER_BYTES 12
#define SCTP_CHUNK_BYTES 4

/* Types of chunks (RFC 9260, section 3.2). */
#define SCTP_CHUNK_INIT 1
#define SCTP_CHUNK_INIT_ACK 2
#define SCTP_CHUNK_ABORT 6
#define SCTP_CHUNK_SHUTDOWN 7
#define SCTP_CHUNK_SHUTDOWN_ACK 8
#define SCTP_CHUNK_ERROR 9
#define SCTP_CHUNK_COOKIE_ECHO 10
#define SCTP_CHUNK_COOKIE_ACK 11
#define SCTP_CHUNK_SHUTDOWN_COMPLETE 14

/* The kernel's mark of GSO packets that are lists of packets, as those of SCTP are (include/linux/skbuff.h). */
#define GSO_BY_FRAGS 0xffff

/* As far as a transport header may lie from the frame's start, so that the verifier knows a bound. */
#define MAX_TRANSPORT_OFFSET 1024

enum packet_kind {
	PACKET_NOT_OURS, /* neither TCP, UDP nor SCTP over IP: the stack's business */
	PACKET_MALFORMED,
	PACKET_ICMP, /* perhaps an error about one of our packets; of the tuple only the addresses are known */
	PACKET_OK,
};

enum packet_fragment {
	FRAGMENT_NONE,
	FRAGMENT_FIRST,
	FRAGMENT_LATER, /* without ports */
	FRAGMENT_ICMP, /* none: an ICMP error about a packet of a connection, without ports either */
};

struct packet {
	struct lvs_tuple tuple;
	__u32 transport; /* offset of the transport header from the start of the frame */
	__u32 length; /* IP bytes with the header; of a GSO packet, of the whole of it */
	__be32 fragment_id;
	__u16 ip_check; /* as on the wire, IPv4 only */
	__u16 ip_id; /* as on the wire, IPv4 only */
	__u16 frag_off; /* as on the wire; of IPv6, the fragment header's */
	__u8 ttl;
	__u8 tos;
	__u8 fragment; /* enum packet_fragment */
	__u8 tcp_flags; /* TCP_SYN and its like; of SCTP the type of the chunk that counts; 0 of UDP */
	bool dont_fragment;
	__u8 options; /* of IPv6, in units of 8 bytes: how much of a fragment's payload comes before the transport header */
};

/* No verdicts: the packet goes on through the director; the second kind has been counted. */
#define GOES_ON (-1)
#define GOES_ON_COUNTED (-2)

/* Where headers of neither options nor extensions end; checked before anything is looked at. */
#define IPV4_HEADERS (ETH_HLEN + sizeof(struct iphdr) + sizeof(struct tcphdr))
#define IPV6_HEADERS (ETH_HLEN + sizeof(struct ipv6hdr) + sizeof(struct tcphdr))
/* The largest IPv4 header (15 words) and the smallest TCP header behind it. */
#define IPV4_PULL (ETH_HLEN + 60 + sizeof(struct tcphdr))

/*
 * The packet's first byte and the byte behind its last that is readable. Written out, because clang may otherwise
 * keep only 32 bits of what the verifier knows as a pointer.
 */
static __always_inline void *packet_data(struct __sk_buff *skb)
{
	void *data;

	asm volatile("%[data] = *(u32 *)(%[skb] + %[offset])"
		     : [data] "=r"(data)
		     : [skb] "r"(skb), [offset] "i"(offsetof(struct __sk_buff, data)));
	return data;
}

static __always_inline void *packet_end(struct __sk_buff *skb)
{
	void *end;

	asm volatile("%[end] = *(u32 *)(%[skb] + %[offset])"
		     : [end] "=r"(end)
		     : [skb] "r"(skb), [offset] "i"(offsetof(struct __sk_buff, data_end)));
	return end;
}

/* Makes the first `bytes` readable as one piece, as far as the packet has them. */
static __always_inline void packet_pull(struct __sk_buff *skb, __u32 bytes)
{
	/* Where SCTP's packets begin is told by the pieces of memory that they lie in: pulling would mix them. */
	if (skb->gso_size == GSO_BY_FRAGS)
		return;
	bpf_skb_pull_data(skb, skb->len < bytes ? skb->len : bytes);
}

struct sctp_chunk {
	__u8 type;
	__u8 flags;
	__be16 length; /* with this header, without what pads it to 4 bytes */
};

/*
 * The type of the chunk that decides what a packet means: the first, or an ABORT behind a COOKIE ECHO or COOKIE ACK,
 * as set_sctp_state() sees it (ip_vs_proto_sctp.c, v6.1). `offset` is the first one's. Negative where there is none.
 */
__noinline int parse_sctp_chunk(struct __sk_buff *skb, __u32 offset)
{
	struct sctp_chunk first, second;
	__u32 length;

	if (bpf_skb_load_bytes(skb, offset, &first, sizeof(first)))
		return -1;
	length = bpf_ntohs(first.length);
	if ((first.type == SCTP_CHUNK_COOKIE_ECHO || first.type == SCTP_CHUNK_COOKIE_ACK) && length >= sizeof(first) &&
	    !bpf_skb_load_bytes(skb, offset + ((length + 3) & ~3), &second, sizeof(second)) &&
	    second.type == SCTP_CHUNK_ABORT)
		return second.type;
	return first.type;
}

/* Ports and flags. The transport header's offset and the packet's length are known. */
static __always_inline enum packet_kind parse_transport(struct __sk_buff *skb, struct packet *packet)
{
	void *data = packet_data(skb), *end = packet_end(skb);
	__u32 transport = packet->transport;
	__u32 bytes = packet->length + ETH_HLEN;

	if (transport > MAX_TRANSPORT_OFFSET)
		return PACKET_MALFORMED;
	if (packet->tuple.protocol == IPPROTO_TCP) {
		struct tcphdr *tcp = data + transport;

		if ((void *)(tcp + 1) > end || bytes < transport + sizeof(*tcp))
			return PACKET_MALFORMED;
		packet->tuple.sport = tcp->source;
		packet->tuple.dport = tcp->dest;
		packet->tcp_flags = ((__u8 *)tcp)[TCP_FLAGS_OFFSET];
	} else if (packet->tuple.protocol == IPPROTO_UDP) {
		struct udphdr *udp = data + transport;

		if ((void *)(udp + 1) > end || bytes < transport + sizeof(*udp))
			return PACKET_MALFORMED;
		packet->tuple.sport = udp->source;
		packet->tuple.dport = udp->dest;
	} else if (packet->tuple.protocol == IPPROTO_SCTP) {
		struct udphdr *ports = data + transport; /* SCTP's ports stand where UDP's do */
		int chunk;

		if ((void *)(ports + 1) > end || bytes < transport + SCTP_HEADER_BYTES + SCTP_CHUNK_BYTES)
			return PACKET_MALFORMED;
		packet->tuple.sport = ports->source;
		packet->tuple.dport = ports->dest;
		chunk = parse_sctp_chunk(skb, transport + SCTP_HEADER_BYTES);
		if (chunk < 0)
			return PACKET_MALFORMED;
		packet->tcp_flags = chunk;
	} else {
		return PACKET_NOT_OURS;
	}
	return PACKET_OK;
}

static __always_inline bool protocol_is_ours(__u8 protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP || protocol == IPPROTO_SCTP;
}

static __always_inline enum packet_kind parse_ipv4(struct __sk_buff *skb, struct packet *packet)
{
	void *data = packet_data(skb);
	struct iphdr *ip;
	__u32 header_bytes;

	/* UDP is 12 bytes shorter than TCP: only what is too short for both is pulled. */
	if (data + IPV4_HEADERS > packet_end(skb)) {
		packet_pull(skb, IPV4_PULL);
		data = packet_data(skb);
	}
	ip = data + ETH_HLEN;
	if ((void *)(ip + 1) > packet_end(skb))
		return PACKET_NOT_OURS;
	if (!protocol_is_ours(ip->protocol) && ip->protocol != IPPROTO_ICMP)
		return PACKET_NOT_OURS;
	header_bytes = ip->ihl * 4;
	if (ip->version != 4 || header_bytes < sizeof(*ip))
		return PACKET_MALFORMED;

	packet->tuple = (struct lvs_tuple){
		.src = {ip->saddr},
		.dst = {ip->daddr},
		.protocol = ip->protocol,
		.family = LVS_IPV4,
	};
	packet->ip_check = ip->check;
	packet->ip_id = ip->id;
	packet->frag_off = ip->frag_off;
	packet->fragment_id = ip->id;
	packet->ttl = ip->ttl;
	packet->tos = ip->tos;
	/* Zero in packets over 64 kB (BIG TCP). */
	packet->length = ip->tot_len ? bpf_ntohs(ip->tot_len) : skb->len - ETH_HLEN;
	packet->dont_fragment = ip->frag_off & bpf_htons(IP_DONT_FRAGMENT);
	packet->transport = ETH_HLEN + header_bytes;
	packet->tcp_flags = 0;
	packet->fragment = FRAGMENT_NONE;
	if (packet->length + ETH_HLEN > skb->len || packet->length < header_bytes)
		return PACKET_MALFORMED;
	if (ip->frag_off & bpf_htons(IP_MORE_FRAGMENTS | IP_OFFSET)) {
		if (ip->protocol == IPPROTO_ICMP)
			return PACKET_NOT_OURS;
		if (ip->frag_off & bpf_htons(IP_OFFSET)) {
			packet->fragment = FRAGMENT_LATER;
			return PACKET_OK;
		}
		packet->fragment = FRAGMENT_FIRST;
	}
	if (ip->protocol == IPPROTO_ICMP)
		return PACKET_ICMP;
	return parse_transport(skb, packet);
}

struct ip6_extension {
	__u8 next;
	__u8 length; /* in units of 8 bytes, without the first; of fragment headers reserved */
	__be16 frag_off; /* of fragment headers */
	__be32 id; /* of fragment headers */
};

/* Finds the transport header from packet->transport on, behind extension headers. Returns its protocol, or -1. */
__noinline int parse_extensions(struct __sk_buff *skb, struct packet *packet, __u8 next)
{
	__u32 payload = 0;
	__u32 offset;

	if (!packet)
		return -1;
	offset = packet->transport;
	for (int i = 0; i < IP6_EXTENSIONS; i++) {
		struct ip6_extension extension;

		if (next != IP6_HOP_BY_HOP && next != IP6_ROUTING && next != IP6_DESTINATION && next != IP6_FRAGMENT)
			break;
		if (bpf_skb_load_bytes(skb, offset, &extension, sizeof(extension)))
			return -1;
		if (next == IP6_FRAGMENT) {
			packet->fragment_id = extension.id;
			packet->frag_off = extension.frag_off;
			payload = offset + sizeof(extension);
			if (extension.frag_off & bpf_htons(IP6_OFFSET))
				packet->fragment = FRAGMENT_LATER;
			else if (extension.frag_off & bpf_htons(IP6_MORE_FRAGMENTS))
				packet->fragment = FRAGMENT_FIRST;
			offset += sizeof(extension);
		} else {
			offset += (extension.length + 1) * 8;
		}
		next = extension.next;
		if (packet->fragment == FRAGMENT_LATER)
			break;
	}
	packet->transport = offset;
	packet->options = payload ? (offset - payload) / 8 : 0;
	return next;
}

static __always_inline enum packet_kind parse_ipv6(struct __sk_buff *skb, struct packet *packet)
{
	void *data = packet_data(skb);
	struct ipv6hdr *ip;
	int protocol;

	if (data + IPV6_HEADERS > packet_end(skb)) {
		packet_pull(skb, IPV6_HEADERS);
		data = packet_data(skb);
	}
	ip = data + ETH_HLEN;
	if ((void *)(ip + 1) > packet_end(skb))
		return PACKET_NOT_OURS;
	if (ip->version != 6)
		return PACKET_MALFORMED;
	__builtin_memcpy(packet->tuple.src, &ip->saddr, sizeof(packet->tuple.src));
	__builtin_memcpy(packet->tuple.dst, &ip->daddr, sizeof(packet->tuple.dst));
	packet->tuple.sport = 0;
	packet->tuple.dport = 0;
	packet->tuple.protocol = protocol = ip->nexthdr;
	packet->tuple.family = LVS_IPV6;
	packet->tuple.kind = LVS_CONNECTION;
	packet->tuple.pad = 0;
	packet->ip_check = 0;
	packet->ip_id = 0;
	packet->frag_off = 0;
	packet->fragment_id = 0;
	packet->ttl = ip->hop_limit;
	packet->tos = (bpf_ntohs(*(__be16 *)ip) >> 4) & 0xff;
	/* Zero in packets over 64 kB (BIG TCP), whose hop-by-hop header says it. */
	packet->length = ip->payload_len ? bpf_ntohs(ip->payload_len) + sizeof(*ip) : skb->len - ETH_HLEN;
	packet->dont_fragment = true;
	packet->transport = ETH_HLEN + sizeof(*ip);
	packet->tcp_flags = 0;
	packet->fragment = FRAGMENT_NONE;
	if (packet->length + ETH_HLEN > skb->len)
		return PACKET_MALFORMED;
	if (!protocol_is_ours(protocol)) {
		__u32 needed;

		if (protocol != IPPROTO_ICMPV6) {
			protocol = parse_extensions(skb, packet, protocol);
			if (protocol < 0)
				return PACKET_NOT_OURS;
			packet->tuple.protocol = protocol;
		}
		if (protocol == IPPROTO_ICMPV6)
			return packet->fragment == FRAGMENT_NONE ? PACKET_ICMP : PACKET_NOT_OURS;
		/* Its protocol, if the header that follows the fragment's is not the transport's, the first alone tells. */
		if (packet->fragment == FRAGMENT_LATER)
			return PACKET_OK;
		if (!protocol_is_ours(protocol))
			return PACKET_NOT_OURS;
		needed = packet->transport + sizeof(struct tcphdr);
		if (needed > MAX_TRANSPORT_OFFSET)
			return PACKET_NOT_OURS;
		packet_pull(skb, needed);
	}
	return parse_transport(skb, packet);
}

static __always_inline enum packet_kind parse_packet(struct __sk_buff *skb, struct packet *packet)
{
	/* What is for another host, or for many, is not for a virtual service, though a bridge or tcpdump shows it to us. */
	if (skb->pkt_type != 0 /* PACKET_HOST */)
		return PACKET_NOT_OURS;
	/* On a trunk: the VLAN's device gets it next, without the tag. VLAN 0 is none. */
	if (skb->vlan_present && skb->vlan_tci & VLAN_ID_MASK)
		return PACKET_NOT_OURS;
	packet->options = 0;
	if (skb->protocol == bpf_htons(ETH_P_IP))
		return parse_ipv4(skb, packet);
	if (skb->protocol == bpf_htons(ETH_P_IPV6))
		return parse_ipv6(skb, packet);
	return PACKET_NOT_OURS;
}

#endif
