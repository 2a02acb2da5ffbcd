/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The way of a packet that got a service's firewall mark from iptables or nft: it is routed into a pair of devices and
 * comes to the data plane a second time (src/dataplane/mark-port.ts). Here the hop that this took is given back.
 */
#ifndef LVS_MARK_PORT_H
#define LVS_MARK_PORT_H

#include "ip.h"

static __always_inline int mark_port_ipv4(struct __sk_buff *skb)
{
	/* TTL and protocol are one 16-bit word on the wire. */
	const __u32 offset = ETH_HLEN + offsetof(struct iphdr, ttl);
	__u8 word[2], older[2];
	__u16 from, to;

	if (bpf_skb_load_bytes(skb, offset, word, sizeof(word)) || word[0] == 255)
		return TC_ACT_OK;
	older[0] = word[0] + 1;
	older[1] = word[1];
	__builtin_memcpy(&from, word, sizeof(from));
	__builtin_memcpy(&to, older, sizeof(to));
	if (bpf_l3_csum_replace(skb, ETH_HLEN + offsetof(struct iphdr, check), from, to, sizeof(to)) ||
	    bpf_skb_store_bytes(skb, offset, older, sizeof(older), 0))
		return TC_ACT_SHOT;
	return TC_ACT_OK;
}

static __always_inline int mark_port_ipv6(struct __sk_buff *skb)
{
	__u8 hop_limit;

	if (bpf_skb_load_bytes(skb, IPV6_REWRITE_OFFSET, &hop_limit, sizeof(hop_limit)) || hop_limit == 255)
		return TC_ACT_OK;
	hop_limit++;
	if (bpf_skb_store_bytes(skb, IPV6_REWRITE_OFFSET, &hop_limit, sizeof(hop_limit), BPF_F_RECOMPUTE_CSUM))
		return TC_ACT_SHOT;
	return TC_ACT_OK;
}

/* A packet of the director's own has come no hop yet. */
static __always_inline int mark_port_undo_hop(struct __sk_buff *skb)
{
	if (!skb->ingress_ifindex)
		return TC_ACT_OK;
	if (skb->protocol == bpf_htons(ETH_P_IP))
		return mark_port_ipv4(skb);
	if (skb->protocol == bpf_htons(ETH_P_IPV6))
		return mark_port_ipv6(skb);
	return TC_ACT_OK;
}

#endif
