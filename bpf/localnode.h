/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * LocalNode: the server is the director itself. Packets go up the stack: under VS-DR and VS-TUN as they came, under
 * VS-NAT for the server's address and port, and then the answers leave by lvs_egress, which makes them the VIP's.
 */
#ifndef LVS_LOCALNODE_H
#define LVS_LOCALNODE_H

#include "connection.h"
#include "fragment.h"
#include "forward_nat.h"
#include "refresh.h"

/* 127.0.0.0/8 and ::1, to which nothing is let in from outside (ip_vs_nat_xmit, ip_vs_nat_xmit_v6, v6.1). */
static __always_inline bool address_is_loopback(const __be32 *address, __u8 family)
{
	if (family == LVS_IPV4)
		return (address[0] & bpf_htonl(0xff000000)) == bpf_htonl(0x7f000000);
	return !(address[0] | address[1] | address[2]) && address[3] == bpf_htonl(1);
}

/* Rewrites addresses and ports as the flow says, without a hop. Returns 0, or a negative error. */
static __noinline int local_rewrite(struct __sk_buff *skb, const struct packet *packet, const struct lvs_flow *flow)
{
	bool to_server;
	__be32 was, becomes;

	if (!packet || !flow)
		return -1;
	if (packet->tuple.family == LVS_IPV6)
		return nat_ipv6(skb, packet, flow, packet->ttl);
	to_server = flow->direction == LVS_TO_SERVER;
	was = to_server ? packet->tuple.dst[0] : packet->tuple.src[0];
	becomes = flow->to_addr[0];
	if (nat_ipv4_transport(skb, packet, flow) ||
	    bpf_l3_csum_replace(skb, ETH_HLEN + offsetof(struct iphdr, check), was, becomes, sizeof(was)))
		return -1;
	return bpf_skb_store_bytes(
		skb, ETH_HLEN + (to_server ? offsetof(struct iphdr, daddr) : offsetof(struct iphdr, saddr)), &becomes,
		sizeof(becomes), 0);
}

static __noinline int forward_local(struct __sk_buff *skb, const struct packet *packet, const struct lvs_flow *flow)
{
	if (!packet || !flow)
		return TC_ACT_SHOT;
	/* What comes from outside with the director's own address is no answer. */
	if (flow->method == LVS_LOCAL || flow->direction == LVS_TO_CLIENT)
		return TC_ACT_OK;
	if (address_is_loopback(flow->to_addr, packet->tuple.family))
		return drop(LVS_DROP_NO_ROUTE);
	return local_rewrite(skb, packet, flow) ? drop(LVS_DROP_REWRITE_FAILED) : TC_ACT_OK;
}

/* A packet that leaves the director: an answer of a LocalNode under VS-NAT gets its virtual source. */
static __always_inline int answer_local(struct __sk_buff *skb)
{
	struct lvs_config *config = config_get();
	struct packet packet;
	struct lvs_flow *flow;
	__u64 now_ns;

	/* What has come from elsewhere is only passing. */
	if (!config || skb->ingress_ifindex || parse_packet(skb, &packet) != PACKET_OK)
		return TC_ACT_OK;
	now_ns = bpf_ktime_get_coarse_ns();
	if (packet.fragment == FRAGMENT_LATER && !fragment_follows(&packet, now_ns))
		return TC_ACT_OK;
	flow = bpf_map_lookup_elem(&lvs_flows, &packet.tuple);
	if (!flow || flow->method != LVS_LOCAL_NAT || flow->direction != LVS_TO_CLIENT)
		return TC_ACT_OK;
	if (packet.fragment)
		fragment_leaves(&packet, now_ns);
	if (packet.fragment == FRAGMENT_LATER)
		fragment_touch(flow, &packet, now_ns);
	else
		connection_touch_reply(flow, &packet, now_ns);
	if (!flow_is_fresh(flow, config, now_ns)) {
		flow_refresh(skb, &packet.tuple, flow, now_ns);
		stats_flush(flow, now_ns);
	}
	return local_rewrite(skb, &packet, flow) ? drop(LVS_DROP_REWRITE_FAILED) : TC_ACT_OK;
}

#endif
