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

/* Whether its server is the director itself: no route leads there. */
static __always_inline bool flow_is_local(const struct lvs_flow *flow)
{
	return flow->method >= LVS_LOCAL;
}

/* Returns 0, or 1 + enum lvs_drop. `flow` is that of the packet with this tuple, of either direction. */
static __noinline int flow_refresh(struct __sk_buff *skb, const struct lvs_tuple *tuple, struct lvs_flow *flow,
				   __u64 now_ns)
{
	struct lvs_config *config = config_get();
	int error;

	if (!tuple || !flow || !config)
		return 1 + LVS_DROP_INTERNAL;
	if (flow->direction == LVS_TO_SERVER) {
		__u32 index = flow->server;
		struct lvs_server *server = bpf_map_lookup_elem(&lvs_servers, &index);

		/* A connection that another director told of may lead to a server that is not configured here. */
		if (!server ? index != LVS_MAX_SERVERS || flow->method == LVS_TUN :
			      !(server->flags & LVS_SERVER_AVAILABLE))
			return 1 + LVS_DROP_SERVER_REMOVED;
		connection_own(flow);
		if (flow->method == LVS_TUN && server) {
			address_copy(flow->tunnel_source, server->tunnel_source);
			flow->tunnel = server->tunnel;
			flow->tunnel_flags = server->tunnel_flags;
			flow->tunnel_port = server->tunnel_port;
			if (server->tunnel == LVS_TUNNEL_IPIP)
				flow->flags &= ~LVS_FLOW_SHIM;
			else
				flow->flags |= LVS_FLOW_SHIM;
			error = route_find(skb, flow, flow->tunnel_source, flow->to_addr);
		} else if (flow_is_local(flow)) {
			error = 0;
		} else {
			error = route_find(skb, flow, tuple->src, flow->to_addr);
		}
	} else {
		/* A datagram's connection is established when it is answered (udp_state_transition, v6.1). */
		if (tuple->protocol == IPPROTO_UDP)
			template_assure(&flow->peer);
		/* Routed as what it will be: from the virtual address. */
		error = flow_is_local(flow) ? 0 : route_find(skb, flow, flow->to_addr, tuple->dst);
	}
	if (error)
		return error;
	flow->epoch = config->epoch;
	flow->fresh_until_ns = flow->flags & LVS_FLOW_SEEKS_HOP ? now_ns : now_ns + REFRESH_NS;
	return 0;
}

/*
 * Whether the connection ends because its server has been removed: then its packet may open another (expire_nodest_conn;
 * ip_vs_in, v6.1).
 */
static __noinline bool flow_ends_with_server(const struct lvs_tuple *tuple, struct lvs_flow *flow, __u64 now_ns)
{
	struct lvs_config *config = config_get();
	struct lvs_server *server;
	__u32 index;

	if (!tuple || !flow || !config || !config->setting[LVS_EXPIRE_NODEST_CONN])
		return false;
	if (flow->direction != LVS_TO_SERVER)
		return false;
	index = flow->server;
	server = bpf_map_lookup_elem(&lvs_servers, &index);
	if (!server || server->flags & LVS_SERVER_AVAILABLE)
		return false;
	connection_delete(tuple, flow, now_ns);
	return true;
}

/* For a pass over the table: the same for all connections at once, when servers have been removed. */
static int expire_if_removed(void *map, const struct lvs_tuple *key, struct lvs_flow *flow, struct lvs_expired *expired)
{
	struct lvs_tuple tuple = *key;

	if (tuple.kind == LVS_CONNECTION && flow_ends_with_server(&tuple, flow, bpf_ktime_get_ns()))
		expired->connections++;
	return 0;
}

static __always_inline bool flow_is_fresh(const struct lvs_flow *flow, const struct lvs_config *config, __u64 now_ns)
{
	return now_ns < flow->fresh_until_ns && flow->epoch == config->epoch;
}

#endif
