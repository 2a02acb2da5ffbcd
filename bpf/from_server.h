/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What a server of VS-NAT sends that belongs to no connection: calls of SIP that it opens itself, or answers where
 * datagrams open no connections (ip_vs_new_conn_out, v6.1); and what it is told about the rest (nat_icmp_send).
 */
#ifndef LVS_FROM_SERVER_H
#define LVS_FROM_SERVER_H

#include "persistence.h"

/* While somebody asks, the servers of VS-NAT, by what their packets come from. Of services of marks the protocol is 0. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, LVS_MAX_SERVERS);
	__type(key, struct lvs_service_key);
	__type(value, struct lvs_real_server);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} lvs_real_servers SEC(".maps");

/* The packet at work as if its receiver had sent it to the virtual service: too large for the stack. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct packet);
} lvs_turned SEC(".maps");

/* Whether anybody asks where a packet without a connection comes from. */
static __always_inline bool server_is_heard(const struct lvs_config *config)
{
	return config->features & LVS_HAS_SIP || config->setting[LVS_NAT_ICMP_SEND];
}

static __always_inline struct lvs_real_server *server_speaking(const struct packet *packet)
{
	struct lvs_service_key key = {
		.port = packet->tuple.sport,
		.protocol = packet->tuple.protocol,
		.family = packet->tuple.family,
	};
	struct lvs_real_server *real;

	address_copy(key.addr, packet->tuple.src);
	real = bpf_map_lookup_elem(&lvs_real_servers, &key);
	if (real)
		return real;
	key.protocol = 0;
	return bpf_map_lookup_elem(&lvs_real_servers, &key);
}

static __always_inline void packet_turn(struct packet *turned, const struct packet *packet,
					const struct lvs_service_key *service)
{
	*turned = *packet;
	address_copy(turned->tuple.src, packet->tuple.dst);
	address_copy(turned->tuple.dst, service->addr);
	turned->tuple.sport = packet->tuple.dport;
	turned->tuple.dport = service->port;
}

/* Keeps the call at this server from now on, wherever it was. Returns 0, or a negative error. */
static __always_inline int call_keep(const struct packet *turned, const struct lvs_service *service, __u32 server,
				     __u64 now_ns)
{
	struct lvs_tuple *key = key_draft(KEY_DRAFT_TEMPLATE);
	struct lvs_flow *template;

	if (persistence_find(turned, service, 0, now_ns) == server)
		return 0;
	template = key ? bpf_map_lookup_elem(&lvs_flows, key) : NULL;
	if (template)
		connection_delete(key, template, now_ns);
	/* Another CPU may keep it elsewhere by now; this packet is the server's all the same. */
	return persistence_keep(turned, service, server, now_ns) < 0 ? -EINVAL : 0;
}

/* The call has been answered, which listings show (udp_state_transition, v6.1). Connections tell their templates so. */
static __always_inline void call_assure(void)
{
	struct lvs_tuple *key = key_draft(KEY_DRAFT_TEMPLATE);
	struct lvs_flow *template = key ? bpf_map_lookup_elem(&lvs_flows, key) : NULL;

	if (template && template->state == LVS_S_TEMPLATE)
		template->flags |= LVS_FLOW_ASSURED;
}

/* Describes the way of a single packet to the client. */
static __always_inline void describe_answer(struct lvs_flow *fresh, const struct packet *turned)
{
	fresh->direction = LVS_TO_CLIENT;
	address_copy(fresh->to_addr, turned->tuple.dst);
	fresh->to_port = turned->tuple.dport;
}

/* Whether the packet goes on to the client, by a connection that there is now or by the draft of one. */
static __always_inline bool call_open(struct __sk_buff *skb, const struct packet *packet,
				      const struct lvs_real_server *real, bool *is_kept, __u64 now_ns)
{
	struct lvs_service *service;
	struct packet *turned;
	struct lvs_flow *fresh;
	__u32 zero = 0;
	int reason;

	turned = bpf_map_lookup_elem(&lvs_turned, &zero);
	service = bpf_map_lookup_elem(&lvs_services, &real->service);
	if (!turned || !service || !(service->flags & LVS_SERVICE_SIP) || service->flags & LVS_SERVICE_MARK)
		return false;
	if (sip_read(skb, packet))
		return false;
	packet_turn(turned, packet, &real->service);
	if (call_keep(turned, service, real->server, now_ns))
		return false;
	fresh = connection_blank();
	if (!fresh || describe_connection(fresh, turned, service, real->server))
		return false;
	if (service->flags & LVS_SERVICE_ONE_PACKET && !packet->fragment) {
		stats_count_connection(fresh->server, fresh->service, now_ns);
		describe_answer(fresh, turned);
		call_assure();
		*is_kept = false;
		return true;
	}
	if (persistence_hold(fresh, turned))
		return false;
	if (connection_create(&turned->tuple, fresh, now_ns, &reason))
		return true;
	template_release(&turned->tuple);
	return false;
}

/* Whether a server is to be told that nobody has asked. */
static __always_inline bool server_is_told(const struct packet *packet, const struct lvs_config *config)
{
	if (!config->setting[LVS_NAT_ICMP_SEND])
		return false;
	return packet->tuple.protocol != IPPROTO_TCP || !(packet->tcp_flags & TCP_RST);
}

#endif
