/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * An IPv4 packet that is larger than what its next hop takes, and may be fragmented (RFC 791, section 3.2). It is cut
 * before it goes on: both parts arrive on its NIC once more, and each takes its way as any fragment does, the second
 * perhaps to be cut again. So every way of forwarding has its packets cut, and a tunnel carries fragments of the
 * client's packet, never fragments of its own.
 */
#ifndef LVS_SPLIT_H
#define LVS_SPLIT_H

#include "checksum.h"
#include "fragment.h"
#include "packet_sum.h"

/* The kernel removes less than 4096 bytes at once. */
#define CUT_BYTES 4088
/* Longer than two headers, so that cutting off a part also ends what a device was to do about the checksum. */
#define LEAST_ROOM 256
/* As much as packet_sum() takes at once, and how often that goes into a packet. */
#define SUM_BYTES (SUM_CHUNK * SUM_CHUNKS)
#define SEGMENT_PIECES 8

/* The sum of a segment of any length, 16 bits; negative when there is not so much of it. */
static __always_inline __s64 segment_sum(struct __sk_buff *skb, __u32 offset, __u32 end)
{
	__u32 sum = 0;

	for (int i = 0; i < SEGMENT_PIECES && offset < end; i++) {
		__u32 bytes = end - offset < SUM_BYTES ? end - offset : SUM_BYTES;
		__s64 piece = packet_sum(skb, offset, bytes);

		if (piece < 0)
			return -1;
		sum += piece;
		offset += bytes;
	}
	return offset < end ? -1 : (__s64)sum;
}

/*
 * Completes the checksum of a segment that came in one piece, if its sender left it to a device that now will not see
 * the whole: then there is the sum of the pseudo-header in its place. Returns 0, or a negative error.
 */
__noinline int split_checksum(struct __sk_buff *skb, const struct packet *packet)
{
	bool is_tcp;
	__be32 pseudo[3];
	__u16 check, partial;
	__u32 place, end;
	__s64 sum;

	if (!packet || (packet->tuple.protocol != IPPROTO_TCP && packet->tuple.protocol != IPPROTO_UDP))
		return 0;
	is_tcp = packet->tuple.protocol == IPPROTO_TCP;
	end = ETH_HLEN + packet->length;
	place = packet->transport + (is_tcp ? offsetof(struct tcphdr, check) : offsetof(struct udphdr, check));
	if (bpf_skb_load_bytes(skb, place, &check, sizeof(check)))
		return -1;
	pseudo[0] = packet->tuple.src[0];
	pseudo[1] = packet->tuple.dst[0];
	pseudo[2] = bpf_htonl((__u32)packet->tuple.protocol << 16 | (end - packet->transport));
	partial = ~checksum_fold(bpf_csum_diff(NULL, 0, pseudo, sizeof(pseudo), 0));
	if (check != partial)
		return 0;
	sum = segment_sum(skb, packet->transport, end);
	if (sum < 0)
		return -1;
	check = checksum_fold(sum);
	if (!check && !is_tcp)
		check = 0xffff;
	return bpf_skb_store_bytes(skb, place, &check, sizeof(check), 0);
}

/* Writes a fragment's IPv4 header but for its options. Returns 0, or a negative error. */
static __always_inline long split_write_header(struct __sk_buff *skb, const struct packet *packet, __u32 length,
					       __u16 frag_off)
{
	struct iphdr ip = {
		.version = 4,
		.ihl = (packet->transport - ETH_HLEN) / 4,
		.tos = packet->tos,
		.tot_len = bpf_htons(length),
		.id = packet->ip_id,
		.frag_off = frag_off,
		.ttl = packet->ttl,
		.protocol = packet->tuple.protocol,
		.check = packet->ip_check,
		.saddr = packet->tuple.src[0],
		.daddr = packet->tuple.dst[0],
	};

	ip.check = checksum_replace16(ip.check, bpf_htons(packet->length), ip.tot_len);
	ip.check = checksum_replace16(ip.check, packet->frag_off, frag_off);
	return bpf_skb_store_bytes(skb, ETH_HLEN, &ip, sizeof(ip), BPF_F_RECOMPUTE_CSUM);
}

/* Removes `bytes` behind the Ethernet header. Returns 0, or a negative error. */
static __always_inline long split_remove(struct __sk_buff *skb, __u32 bytes)
{
	for (int i = 0; i < LVS_EARLY_BYTES / CUT_BYTES + 1 && bytes > 0; i++) {
		__u32 now = bytes < CUT_BYTES ? bytes : CUT_BYTES;
		long error = bpf_skb_adjust_room(skb, -(__s32)now, BPF_ADJ_ROOM_MAC, 0);

		if (error)
			return error;
		bytes -= now;
	}
	return 0;
}

/* Cuts the packet so that its first part fits into `room`. Returns its verdict. */
__noinline int split_packet(struct __sk_buff *skb, const struct packet *packet, __u32 room)
{
	struct lvs_workspace *workspace = workspace_get();
	__u32 headers, part, saved;

	if (!packet || !workspace)
		return drop(LVS_DROP_INTERNAL);
	if (room < LEAST_ROOM || fragment_offset(packet) + packet->length > 0xffff)
		return drop(LVS_DROP_TOO_BIG);
	if (packet->fragment == FRAGMENT_NONE && split_checksum(skb, packet))
		return drop(LVS_DROP_REWRITE_FAILED);
	if (room > LVS_EARLY_BYTES - ETH_HLEN)
		room = LVS_EARLY_BYTES - ETH_HLEN;
	headers = packet->transport;
	part = (room + ETH_HLEN - headers) & ~7U;
	saved = headers + part;
	if (frame_load(skb, (struct frame_bytes *)workspace->bytes, saved))
		return drop(LVS_DROP_REWRITE_FAILED);
	/* The rest goes first: what is cut off it is saved. What pads the frame is no payload. */
	if (bpf_skb_change_tail(skb, ETH_HLEN + packet->length, 0) || split_remove(skb, part) ||
	    frame_store(skb, (struct frame_bytes *)workspace->bytes, headers) ||
	    split_write_header(skb, packet, packet->length - part, bpf_htons(bpf_ntohs(packet->frag_off) + part / 8)) ||
	    bpf_clone_redirect(skb, skb->ifindex, BPF_F_INGRESS))
		return drop(LVS_DROP_REWRITE_FAILED);
	if (frame_replace(skb, workspace->bytes, saved) ||
	    split_write_header(skb, packet, saved - ETH_HLEN, packet->frag_off | bpf_htons(IP_MORE_FRAGMENTS)))
		return drop(LVS_DROP_REWRITE_FAILED);
	return bpf_redirect(skb->ifindex, BPF_F_INGRESS);
}

/* The same for a packet that came in one piece, which has been counted. */
static __noinline int split_whole(struct __sk_buff *skb, const struct packet *packet, __u32 room, __u64 now_ns)
{
	if (!packet)
		return TC_ACT_SHOT;
	trace_step(LVS_TRACE_SPLIT);
	fragment_first(skb, packet, LVS_DATAGRAM_KNOWN | LVS_DATAGRAM_COUNTED, now_ns);
	return split_packet(skb, packet, room);
}

/* A fragment whose connection is there. Returns a verdict, or GOES_ON, or GOES_ON_COUNTED. */
static __noinline int fragment_pass(struct __sk_buff *skb, const struct packet *packet, __u32 room, __u64 now_ns)
{
	if (!packet)
		return TC_ACT_SHOT;
	if (packet->fragment == FRAGMENT_FIRST) {
		int verdict = fragment_first(skb, packet, LVS_DATAGRAM_KNOWN, now_ns);

		if (verdict != GOES_ON)
			return verdict;
	}
	if (room && packet->length > room && !packet->dont_fragment && packet->ttl > 1)
		return split_packet(skb, packet, room);
	return fragment_note(packet) ? GOES_ON : GOES_ON_COUNTED;
}

#endif
