/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Which server of a service takes a new connection. Every scheduler decides as the kernel's of the same name
 * (net/netfilter/ipvs/ip_vs_*.c, v6.1) would with the same servers, weights and counts, ties included. None changes
 * the counts: that is for whoever makes the connection.
 */
#ifndef LVS_SCHEDULE_H
#define LVS_SCHEDULE_H

#include "schedule_destination.h"
#include "schedule_hash.h"
#include "schedule_load.h"
#include "schedule_turns.h"

/* The member that takes the connection that this packet opens, or NULL when none can. */
static __always_inline struct lvs_member *schedule(const struct lvs_service *service, const struct packet *packet,
						   __u64 now_ns)
{
	switch (service->scheduler) {
	case LVS_SCHED_RR:
	case LVS_SCHED_WRR:
		return schedule_by_turns(service);
	case LVS_SCHED_DH:
	case LVS_SCHED_SH:
	case LVS_SCHED_MH:
		return schedule_by_hash(service, packet);
	case LVS_SCHED_LBLC:
	case LVS_SCHED_LBLCR:
		return schedule_by_destination(service, packet, now_ns);
	case LVS_SCHED_TWOS:
		return schedule_by_draw(service);
	default:
		return schedule_by_load(service);
	}
}

#endif
