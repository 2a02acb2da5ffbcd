/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What a flow knows from other tables, and when it must ask them again: its server, its route. In between a packet
 * touches nothing but its flow.
 */
#ifndef LVS_REFRESH_H
#define LVS_REFRESH_H

#include "connection.h"
#include "route.h"

/* A changed route is noticed within this time; a changed configuration at once, by its epoch. */
#define REFRESH_NS 1000000000ULL

/* Returns 0, or 1 + enum lvs_drop. `flow` is the packet's own, of either direction. */
static __noinline int flow_refresh(struct __sk_buff *skb, const struct packet *packet, struct lvs_flow *flow,
				   __u64 now_ns)
{
	struct lvs_config *config = config_get();
	__be32 source, destination;
	int error;

	if (!packet || !flow || !config)
		return 1 + LVS_DROP_INTERNAL;
	if (flow->direction == LVS_TO_SERVER) {
		__u32 index = flow->server;
		struct lvs_server *server = bpf_map_lookup_elem(&lvs_servers, &index);

		if (!server || !(server->flags & LVS_SERVER_AVAILABLE))
			return 1 + LVS_DROP_SERVER_REMOVED;
		flow->tunnel_source = server->tunnel_source[0];
		source = packet->tuple.src;
		destination = flow->to_addr;
	} else {
		/* Routed as what it will be: from the virtual address. */
		source = flow->to_addr;
		destination = packet->tuple.dst;
	}
	error = route_find(skb, flow, source, destination);
	if (error)
		return error;
	flow->epoch = config->epoch;
	flow->fresh_until_ns = flow->hop_mtu ? now_ns + REFRESH_NS : now_ns;
	return 0;
}

static __always_inline bool flow_is_fresh(const struct lvs_flow *flow, const struct lvs_config *config, __u64 now_ns)
{
	return now_ns < flow->fresh_until_ns && flow->epoch == config->epoch;
}

#endif
