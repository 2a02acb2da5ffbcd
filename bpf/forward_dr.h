/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * VS-DR: the packet goes on as it is, in a frame to the server, which holds the VIP silently.
 */
#ifndef LVS_FORWARD_DR_H
#define LVS_FORWARD_DR_H

#include "route.h"

static __always_inline int forward_dr(struct __sk_buff *skb, const struct packet *packet, const struct lvs_flow *flow)
{
	struct ip_rewrite ip = ip_after_hop(packet);
	int error = ip_write(skb, &ip);

	return error ? drop(error - 1) : route_send(flow);
}

#endif
