/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Persistence: a client's connections go to one server while its template lives (ip_vs_sched_persist, v6.1). A
 * template is an entry of lvs_flows that no packet finds; it ends as connections do, see expiry.h.
 */
#ifndef LVS_PERSISTENCE_H
#define LVS_PERSISTENCE_H

#include "describe.h"
#include "schedule.h"
#include "sip.h"

/* Of functions that return a server's index: a negative number that stands for an enum lvs_drop, and back. */
#define REFUSED(reason) (-1 - (reason))

/*
 * The client's network, and what it is kept at a server for: the service; of FTP, which needs several ports, and of
 * port zero, the whole address; of a firewall mark, the mark. Of SIP the call that has been read is a part of it.
 */
static __always_inline void template_key(struct lvs_tuple *key, const struct packet *packet,
					 const struct lvs_service *service, __u32 mark)
{
	__builtin_memset(key, 0, sizeof(*key));
	for (int i = 0; i < 4; i++)
		key->src[i] = packet->tuple.src[i] & service->netmask[i];
	key->family = packet->tuple.family;
	key->kind = LVS_TEMPLATE;
	if (service->flags & LVS_SERVICE_MARK) {
		key->dst[0] = bpf_htonl(mark);
		return;
	}
	address_copy(key->dst, packet->tuple.dst);
	key->protocol = packet->tuple.protocol;
	if (service_is_at_port(service, packet) && !(service->flags & LVS_SERVICE_FTP))
		key->dport = packet->tuple.dport;
}

/* Whether a template leads to its server still; one of a quiescent server if expire_quiescent_template is off. */
static __always_inline bool template_leads_to(const struct lvs_server *server)
{
	struct lvs_config *config = config_get();

	if (!server || !config || !(server->flags & LVS_SERVER_AVAILABLE))
		return false;
	return !(server->flags & LVS_SERVER_QUIESCENT) || !config->setting[LVS_EXPIRE_QUIESCENT_TEMPLATE];
}

/* The server of the template. One that leads nowhere any more ends here. */
static __always_inline __s64 template_server(const struct lvs_tuple *key, __u64 now_ns)
{
	struct lvs_flow *template = bpf_map_lookup_elem(&lvs_flows, key);
	struct lvs_server *server;
	__u32 index;

	if (!template || template->state != LVS_S_TEMPLATE)
		return REFUSED(LVS_DROP_NO_SERVER);
	index = template->server;
	server = bpf_map_lookup_elem(&lvs_servers, &index);
	if (!template_leads_to(server)) {
		connection_delete(key, template, now_ns);
		return REFUSED(LVS_DROP_NO_SERVER);
	}
	template->last_seen_ns = now_ns;
	return index;
}

/* The server that this packet's client is kept at; afterwards the template's key is KEY_DRAFT_TEMPLATE. */
static __noinline __s64 persistence_find(const struct packet *packet, const struct lvs_service *service, __u32 mark,
					 __u64 now_ns)
{
	struct lvs_tuple *key = key_draft(KEY_DRAFT_TEMPLATE);

	if (!packet || !service || !key)
		return REFUSED(LVS_DROP_INTERNAL);
	template_key(key, packet, service, mark);
	if (service->flags & LVS_SERVICE_SIP && sip_key(key))
		return REFUSED(LVS_DROP_INTERNAL);
	return template_server(key, now_ns);
}

/* Keeps this packet's client at `server` from now on. Returns it, or where another CPU keeps the client by now. */
static __noinline __s64 persistence_keep(const struct packet *packet, const struct lvs_service *service, __u32 server,
					 __u64 now_ns)
{
	struct lvs_tuple *key = key_draft(KEY_DRAFT_TEMPLATE);
	struct lvs_flow *fresh = connection_blank();
	struct lvs_flow *template;
	int reason;

	if (!packet || !service || !key || !fresh || describe_server(fresh, service, server))
		return REFUSED(LVS_DROP_INTERNAL);
	if (!service_is_at_port(service, packet) || service->flags & LVS_SERVICE_FTP)
		fresh->to_port = 0;
	fresh->state = LVS_S_TEMPLATE;
	fresh->timeout_s = service->persistence_s;
	if (key->kind == LVS_CALL && sip_remember(key))
		return REFUSED(LVS_DROP_TABLE_FULL);
	template = connection_create(key, fresh, now_ns, &reason);
	return template ? template->server : REFUSED(reason);
}

/* Puts the connection that this packet opens under its template. Returns 0, or a negative error. */
static __always_inline int persistence_hold(struct lvs_flow *fresh, const struct packet *packet)
{
	struct lvs_tuple *key = key_draft(KEY_DRAFT_TEMPLATE);

	fresh->flags |= LVS_FLOW_CONTROLLED;
	return key ? template_hold(&packet->tuple, key, fresh->server) : -EINVAL;
}

#endif
