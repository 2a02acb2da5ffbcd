/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What the stack drops before the kernel's IPVS would see it: packets that may not open a connection here either. Only
 * these are looked at so closely; those of open connections have the client's address, and their servers drop the rest.
 */
#ifndef LVS_IP_RECEIVE_H
#define LVS_IP_RECEIVE_H

#include "address.h"
#include "checksum.h"
#include "parse.h"
#include "trace.h"

/* RFC 791, section 3.1: words of a header, and types of options. */
#define IP_MAX_WORDS 15
#define IP_OPTION_END 0
#define IP_OPTION_NO_OPERATION 1
#define IP_OPTION_LOOSE_ROUTE 131
#define IP_OPTION_STRICT_ROUTE 137
#define IP_MAX_OPTIONS 40

/* 0.0.0.0, 127.0.0.0/8, 224.0.0.0/4, 255.255.255.255 (ip_route_input_slow, v6.1). */
static __always_inline bool ipv4_is_martian(__be32 source)
{
	__u32 address = bpf_ntohl(source);

	return !address || address >> 24 == 127 || address >> 28 == 14 || address == 0xffffffff;
}

/* ::, ::1, ff00::/8 (ip6_rcv_core, v6.1, but for the first, to which no answer goes). */
static __always_inline bool ipv6_is_martian(const __be32 *source)
{
	if (bpf_ntohl(source[0]) >> 24 == 0xff)
		return true;
	return !(source[0] | source[1] | source[2]) && bpf_ntohl(source[3]) <= 1;
}

static __always_inline bool source_is_martian(const struct lvs_tuple *tuple)
{
	if (address_equal(tuple->src, tuple->dst))
		return true;
	return tuple->family == LVS_IPV4 ? ipv4_is_martian(tuple->src[0]) : ipv6_is_martian(tuple->src);
}

/* Whether an IPv4 header that ends at `end` has the sum that it says (ip_rcv_core, v6.1). */
static __always_inline bool header_is_intact(struct __sk_buff *skb, __u32 end)
{
	const __be32 *words = packet_data(skb) + ETH_HLEN;
	void *readable = packet_end(skb);
	__u32 count = (end - ETH_HLEN) / sizeof(*words);
	__u64 sum = 0;

	for (__u32 i = 0; i < IP_MAX_WORDS; i++) {
		if (i >= count)
			break;
		if ((void *)(words + i + 1) > readable)
			return false;
		sum += words[i];
	}
	return !checksum_fold((sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32));
}

struct ip_options {
	struct __sk_buff *skb;
	__u32 offset; /* of the next one, in the frame */
	__u32 end;
	bool is_refused;
};

static long ip_option_step(__u32 index, struct ip_options *options)
{
	__u8 type, length = 0;

	if (options->offset >= options->end || bpf_skb_load_bytes(options->skb, options->offset, &type, sizeof(type)) ||
	    type == IP_OPTION_END)
		return 1;
	if (type == IP_OPTION_NO_OPERATION) {
		options->offset++;
		return 0;
	}
	options->is_refused = type == IP_OPTION_LOOSE_ROUTE || type == IP_OPTION_STRICT_ROUTE ||
			      bpf_skb_load_bytes(options->skb, options->offset + 1, &length, sizeof(length)) ||
			      length < 2 || options->offset + length > options->end;
	options->offset += length;
	return options->is_refused;
}

/* Whether IPv4 options are well-formed and none is a source route (ip_rcv_options, v6.1, as hosts are preset). */
static __always_inline bool options_are_fit(struct __sk_buff *skb, __u32 end)
{
	struct ip_options options = {.skb = skb, .offset = ETH_HLEN + sizeof(struct iphdr), .end = end};

	bpf_loop(IP_MAX_OPTIONS, ip_option_step, &options, 0);
	return !options.is_refused;
}

/* Whether the stack will drop this packet, whatever it is for. It has its transport header. */
__noinline bool stack_refuses(struct __sk_buff *skb, const struct packet *packet)
{
	if (!packet)
		return true;
	if (source_is_martian(&packet->tuple)) {
		trace_step(LVS_TRACE_MARTIAN);
		return true;
	}
	if (packet->tuple.family != LVS_IPV4)
		return false;
	if (!header_is_intact(skb, packet->transport)) {
		trace_step(LVS_TRACE_WRONG_CHECKSUM);
		return true;
	}
	if (packet->transport > ETH_HLEN + sizeof(struct iphdr) && !options_are_fit(skb, packet->transport)) {
		trace_step(LVS_TRACE_UNFIT_OPTIONS);
		return true;
	}
	return false;
}

#endif
