/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * VS-DR: the packet goes on as it is, in a frame to the server, which holds the VIP silently.
 */
#ifndef LVS_FORWARD_DR_H
#define LVS_FORWARD_DR_H

#include "ip.h"
#include "route.h"

static __always_inline int forward_dr(struct __sk_buff *skb, const struct packet *packet, const struct lvs_flow *flow,
				      bool stale)
{
	struct {
		struct frame frame;
		struct iphdr ip;
	} headers;

	if (packet->tuple.family == LVS_IPV6) {
		if (ipv6_write_hop_limit(skb, packet))
			return drop(LVS_DROP_REWRITE_FAILED);
		return route_send(skb, flow, stale, &headers.frame, FRAMED_BYTES(0));
	}
	headers.ip = ipv4_after_hop(packet);
	return route_send(skb, flow, stale, &headers.frame, FRAMED_BYTES(sizeof(headers.ip)));
}

#endif
