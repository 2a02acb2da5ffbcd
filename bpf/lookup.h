/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * From a packet without a connection to its service, and from the service to the server of a new connection.
 */
#ifndef LVS_LOOKUP_H
#define LVS_LOOKUP_H

#include "maps.h"
#include "parse.h"

static __always_inline struct lvs_service *service_find(const struct packet *packet)
{
	struct lvs_service_key key = {
		.addr = {packet->tuple.dst},
		.port = packet->tuple.dport,
		.protocol = packet->tuple.protocol,
		.family = LVS_IPV4,
	};

	return bpf_map_lookup_elem(&lvs_services, &key);
}

/*
 * The member that takes the next connection, or NULL when none can. rr and wrr walk the service's schedule table,
 * which user space lays out in the order in which the kernel's own scheduler would go.
 */
static __always_inline struct lvs_member *schedule(const struct lvs_service *service)
{
	__u32 id = service->id;
	__u64 *cursor = bpf_map_lookup_elem(&lvs_cursors, &id);
	__u32 row, *slot;

	if (!cursor || !service->slots_count)
		return NULL;
	row = service->slots_base + __sync_fetch_and_add(cursor, 1) % service->slots_count;
	slot = bpf_map_lookup_elem(&lvs_slots, &row);
	if (!slot || *slot >= service->members_count)
		return NULL;
	row = service->members_base + *slot;
	return bpf_map_lookup_elem(&lvs_members, &row);
}

#endif
