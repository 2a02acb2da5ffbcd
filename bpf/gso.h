/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * GSO packets: what a NIC, the stack or a sender on the same machine has merged, to be cut into segments when it
 * leaves. Only then is its transport checksum filled in, too.
 */
#ifndef LVS_GSO_H
#define LVS_GSO_H

#include "packet_sum.h"
#include "parse.h"

/* The length of a whole segment with its IP header: skb_gso_network_seglen(), v6.1. */
static __always_inline __u32 gso_segment_bytes(struct __sk_buff *skb, const struct packet *packet)
{
	__u32 transport = packet->transport;
	__u32 headers = transport - ETH_HLEN;
	__u8 *data_offset;

	/* Of BIG TCP, whose hop-by-hop header the segments do not have. */
	if (packet->tuple.family == LVS_IPV6 && packet->length > 0xffff + sizeof(struct ipv6hdr))
		headers = sizeof(struct ipv6hdr);
	if (packet->tuple.protocol != IPPROTO_TCP)
		return headers + sizeof(struct udphdr) + skb->gso_size;
	if (transport > MAX_TRANSPORT_OFFSET)
		return 0;
	data_offset = packet_data(skb) + transport + TCP_DATA_OFFSET;
	if ((void *)(data_offset + 1) > packet_end(skb))
		return 0;
	return headers + (*data_offset >> 4) * 4 + skb->gso_size;
}

/* Whether a GSO packet's segments fit into `room`: skb_gso_validate_network_len(), v6.1. How long SCTP's are is not told. */
static __always_inline bool gso_fits(struct __sk_buff *skb, const struct packet *packet, __u32 room)
{
	return skb->gso_size == GSO_BY_FRAGS || gso_segment_bytes(skb, packet) <= room;
}

/* Offset of the transport checksum in its header; 0 where nobody fills it in. */
static __always_inline __u32 gso_checksum_offset(const struct packet *packet)
{
	switch (packet->tuple.protocol) {
	case IPPROTO_TCP:
		return offsetof(struct tcphdr, check);
	case IPPROTO_UDP:
		return offsetof(struct udphdr, check);
	default:
		return 0;
	}
}

/*
 * For an ICMP error that quotes the packet's first `bytes`: the kernel would still fill the checksum in, as that of what
 * is left, and spoil the error's. So it becomes the one that is filled in then: c = -(rest + c). Returns 0, or a
 * negative error.
 */
static __noinline int gso_settle_checksum(struct __sk_buff *skb, const struct packet *packet, __u32 bytes)
{
	__u32 offset, end, twice;
	__u16 checksum = 0;
	__s64 rest;

	if (!packet)
		return -1;
	offset = gso_checksum_offset(packet);
	if (!offset)
		return 0;
	offset += packet->transport;
	end = ETH_HLEN + bytes;
	if (end < packet->transport || bpf_skb_store_bytes(skb, offset, &checksum, sizeof(checksum), 0))
		return -1;
	rest = packet_sum(skb, packet->transport, end - packet->transport);
	if (rest < 0)
		return -1;
	/* Half of it, in ones' complement. */
	twice = ~rest & 0xffff;
	checksum = (twice & 1 ? twice + 0xffff : twice) / 2;
	return bpf_skb_store_bytes(skb, offset, &checksum, sizeof(checksum), 0);
}

#endif
