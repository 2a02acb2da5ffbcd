/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The packet that an ICMP error quotes: whose connection it is about.
 */
#ifndef LVS_ICMP_INNER_H
#define LVS_ICMP_INNER_H

#include "icmp.h"
#include "maps.h"
#include "parse.h"

/* RFC 792 and 4443, besides those of icmp.h. */
#define ICMP_SOURCE_QUENCH 4
#define ICMP_PARAMETER_PROBLEM 12
#define ICMPV6_PARAMETER_PROBLEM 4

/* What begins at `ip`, another packet's payload. */
struct quoted_packet {
	struct packet packet; /* `length` is what it says, not what there is of it */
	struct lvs_tuple turned; /* that of packets of the other direction */
	__u32 ip; /* offset of its IP header from the start of the frame */
	__u32 pad;
};

static __always_inline bool icmp_is_error(const struct icmp_header *icmp, __u8 family)
{
	if (family == LVS_IPV6)
		return icmp->type >= ICMPV6_DEST_UNREACH && icmp->type <= ICMPV6_PARAMETER_PROBLEM;
	return icmp->type == ICMP_DEST_UNREACH || icmp->type == ICMP_TIME_EXCEEDED ||
	       icmp->type == ICMP_SOURCE_QUENCH || icmp->type == ICMP_PARAMETER_PROBLEM;
}

/* Reads a quoted packet's headers, whatever it carries. Returns 0, or a negative error. */
__noinline int quoted_parse_ipv4(struct __sk_buff *skb, struct quoted_packet *quoted)
{
	struct packet *packet = quoted ? &quoted->packet : NULL;
	struct iphdr ip;

	if (!packet || bpf_skb_load_bytes(skb, quoted->ip, &ip, sizeof(ip)) || ip.version != 4 || ip.ihl < 5)
		return -1;
	packet->tuple.src[0] = ip.saddr;
	packet->tuple.dst[0] = ip.daddr;
	packet->tuple.protocol = ip.protocol;
	packet->tuple.family = LVS_IPV4;
	packet->length = bpf_ntohs(ip.tot_len);
	packet->tos = ip.tos;
	packet->dont_fragment = ip.frag_off & bpf_htons(IP_DONT_FRAGMENT);
	packet->fragment = ip.frag_off & bpf_htons(IP_OFFSET) ? FRAGMENT_LATER : FRAGMENT_NONE;
	packet->transport = quoted->ip + ip.ihl * 4;
	return 0;
}

__noinline int quoted_parse_ipv6(struct __sk_buff *skb, struct quoted_packet *quoted)
{
	struct packet *packet = quoted ? &quoted->packet : NULL;
	struct ipv6hdr ip;
	int protocol;

	if (!packet || bpf_skb_load_bytes(skb, quoted->ip, &ip, sizeof(ip)) || ip.version != 6)
		return -1;
	__builtin_memcpy(packet->tuple.src, &ip.saddr, sizeof(packet->tuple.src));
	__builtin_memcpy(packet->tuple.dst, &ip.daddr, sizeof(packet->tuple.dst));
	packet->tuple.family = LVS_IPV6;
	packet->length = bpf_ntohs(ip.payload_len) + sizeof(ip);
	packet->dont_fragment = true;
	packet->fragment = FRAGMENT_NONE;
	packet->transport = quoted->ip + sizeof(ip);
	protocol = parse_extensions(skb, packet, ip.nexthdr);
	if (protocol < 0)
		return -1;
	packet->tuple.protocol = protocol;
	return 0;
}

/* Reads the ports of a quoted packet, if it has some. Returns 0, or a negative error. */
__noinline int quoted_ports(struct __sk_buff *skb, struct quoted_packet *quoted)
{
	struct udphdr ports; /* TCP's and SCTP's ports stand where UDP's do */

	if (!quoted || !protocol_is_ours(quoted->packet.tuple.protocol) || quoted->packet.fragment == FRAGMENT_LATER ||
	    bpf_skb_load_bytes(skb, quoted->packet.transport, &ports, 2 * sizeof(__be16)))
		return -1;
	quoted->packet.tuple.sport = ports.source;
	quoted->packet.tuple.dport = ports.dest;
	return 0;
}

/* The packet that was taken apart last. */
static __always_inline struct quoted_packet *quoted_before(void)
{
	struct lvs_workspace *workspace = workspace_get();

	_Static_assert(sizeof(struct quoted_packet) <= sizeof(workspace->quoted), "it has its place in the workspace");
	return workspace ? (struct quoted_packet *)workspace->quoted : NULL;
}

/* Where a quoted packet is taken apart: it is too large for the stack. All zero but for its place. */
static __always_inline struct quoted_packet *quoted_at(__u32 ip)
{
	struct quoted_packet *quoted = quoted_before();

	if (quoted) {
		__builtin_memset(quoted, 0, sizeof(*quoted));
		quoted->ip = ip;
	}
	return quoted;
}

#endif
