/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What a new connection is: from the packet that opens it, its service and its server. Nothing is written into the
 * tables here, see connection_create().
 */
#ifndef LVS_DESCRIBE_H
#define LVS_DESCRIBE_H

#include "connection.h"
#include "lookup.h"

/*
 * Whether a packet may open a connection. The sloppy settings take connections over that another director has opened
 * (tcp_conn_schedule, sctp_conn_schedule, v6.1).
 */
static __always_inline bool packet_opens(const struct packet *packet, const struct lvs_config *config)
{
	switch (packet->tuple.protocol) {
	case IPPROTO_TCP:
		return tcp_opens(packet) || (config->setting[LVS_SLOPPY_TCP] && !(packet->tcp_flags & TCP_RST));
	case IPPROTO_SCTP:
		return sctp_opens(packet) ||
		       (config->setting[LVS_SLOPPY_SCTP] && packet->tcp_flags != SCTP_CHUNK_ABORT);
	}
	return true;
}

/* The state of a connection whose first packet this is. */
static __always_inline __u32 state_first(const struct packet *packet, __u8 method)
{
	switch (packet->tuple.protocol) {
	case IPPROTO_TCP:
		return state_next(LVS_S_NONE, method_sees_replies(method), false, packet);
	case IPPROTO_SCTP:
		/* The same INIT moves it on when it is noted, and a second time would mean a second INIT. */
		return LVS_S_SCTP_NONE;
	}
	return LVS_S_UDP;
}

/* enum lvs_method of the connections to a server. */
static __always_inline __u8 method_towards(const struct lvs_server *server)
{
	__u8 method = server->flags >> LVS_SERVER_METHOD_SHIFT;

	if (server->flags & LVS_SERVER_LOCAL)
		return method == LVS_NAT ? LVS_LOCAL_NAT : LVS_LOCAL;
	return method;
}

/* Describes who forwards what, and where. Returns 0, or a negative error when the tables contradict. */
static __always_inline int describe_server(struct lvs_flow *fresh, const struct lvs_service *service, __u32 index)
{
	struct lvs_server *server = bpf_map_lookup_elem(&lvs_servers, &index);

	if (!server)
		return -EINVAL;
	fresh->server = index;
	fresh->service = service->id;
	fresh->method = method_towards(server);
	fresh->to_family = server->family;
	address_copy(fresh->to_addr, server->addr);
	fresh->to_port = server->port;
	return 0;
}

/* Whether this is FTP's control connection, in whose payload addresses are to be rewritten. */
static __always_inline bool connection_is_ftp(const struct lvs_tuple *key, const struct lvs_flow *flow)
{
	return flow->method == LVS_NAT && key->protocol == IPPROTO_TCP && key->dport == bpf_htons(FTP_PORT);
}

/* Describes the connection of `service` to a server that this packet opens. Returns 0, or a negative error. */
static __always_inline int describe_connection(struct lvs_flow *fresh, const struct packet *packet,
					       const struct lvs_service *service, __u32 server)
{
	if (describe_server(fresh, service, server))
		return -EINVAL;
	/* ip_vs_sched_persist(), v6.1: what goes to another port than the service's keeps its port. */
	if (!fresh->to_port || (service->flags & LVS_SERVICE_PERSISTENT && !service_is_at_port(service, packet)))
		fresh->to_port = packet->tuple.dport;
	/* A new port would need a new CRC32c over all of the packet. */
	if (packet->tuple.protocol == IPPROTO_SCTP)
		fresh->to_port = packet->tuple.dport;
	fresh->state = state_first(packet, fresh->method);
	if (connection_is_ftp(&packet->tuple, fresh))
		fresh->flags |= LVS_FLOW_FTP;
	return 0;
}

#endif
