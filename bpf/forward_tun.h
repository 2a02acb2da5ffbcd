/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * VS-TUN: the packet goes to the server inside an IP-in-IP packet (RFC 2003); the server takes it out and holds
 * the VIP silently.
 */
#ifndef LVS_FORWARD_TUN_H
#define LVS_FORWARD_TUN_H

#include "route.h"

static __always_inline int forward_tun(struct __sk_buff *skb, const struct packet *packet, const struct lvs_flow *flow)
{
	struct ip_rewrite inner = ip_after_hop(packet);
	struct iphdr outer = {
		.version = 4,
		.ihl = 5,
		.tos = packet->tos,
		.tot_len = bpf_htons(packet->length + sizeof(outer)),
		/* RFC 6864: an atomic datagram's ID means nothing; others take the inner one's, unique in its time. */
		.id = packet->ip_id,
		.frag_off = packet->dont_fragment ? bpf_htons(IP_DONT_FRAGMENT) : 0,
		.ttl = inner.ttl,
		.protocol = IPPROTO_IPIP,
		.saddr = flow->tunnel_source,
		.daddr = flow->to_addr,
	};
	int error;

	outer.check = ip_checksum(&outer);
	error = ip_write(skb, &inner);
	if (error)
		return drop(error - 1);
	if (bpf_skb_adjust_room(skb, sizeof(outer), BPF_ADJ_ROOM_MAC, BPF_F_ADJ_ROOM_ENCAP_L3_IPV4))
		return drop(LVS_DROP_REWRITE_FAILED);
	if (bpf_skb_store_bytes(skb, ETH_HLEN, &outer, sizeof(outer), 0))
		return drop(LVS_DROP_REWRITE_FAILED);
	return route_send(flow);
}

#endif
