/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A service's servers as its scheduler sees them: a member of the list by its position, and whether it takes new
 * connections. It is quiescent when its weight is zero, and overloaded when its counts say so.
 */
#ifndef LVS_SCHEDULE_MEMBER_H
#define LVS_SCHEDULE_MEMBER_H

#include "maps.h"
#include <stdbool.h>
#include <stddef.h>

static __always_inline struct lvs_member *schedule_member(const struct lvs_service *service, __u32 position)
{
	__u32 row = service->members_base + position;

	return position < service->members_count ? bpf_map_lookup_elem(&lvs_members, &row) : NULL;
}

static __always_inline struct lvs_connection_counts *schedule_counts(const struct lvs_member *member)
{
	__u32 server = member->server;

	return bpf_map_lookup_elem(&lvs_connection_counts, &server);
}

static __always_inline bool schedule_available(const struct lvs_member *member)
{
	struct lvs_connection_counts *counts = schedule_counts(member);

	return member->weight && counts && !counts->overloaded;
}

/* ip_vs_dest_conn_overhead(): an active connection costs as much as 256 inactive ones. */
static __always_inline __u32 schedule_overhead(const struct lvs_connection_counts *counts)
{
	return (counts->active << 8) + counts->inactive;
}

#endif
