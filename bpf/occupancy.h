/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * How much of the connection table is in use, and whether that is so much that room is short: IPVS asks the same of
 * the machine's memory (update_defense_level, ip_vs_ctl.c, v6.1).
 */
#ifndef LVS_OCCUPANCY_H
#define LVS_OCCUPANCY_H

#include "maps.h"

/* Room is short when less than this is left: a tenth of the table. */
#define ROOM_THRESHOLD (LVS_MAX_FLOWS / 10)

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct lvs_occupancy);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} lvs_occupancy SEC(".maps");

static __always_inline struct lvs_occupancy *occupancy_get(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&lvs_occupancy, &zero);
}

static __always_inline void occupancy_add(__s64 entries)
{
	struct lvs_occupancy *occupancy = occupancy_get();

	if (occupancy)
		__sync_fetch_and_add(&occupancy->entries, entries);
}

/* How many entries less than the threshold are left; 0 while room is not short. */
static __always_inline __u32 room_shortage(const struct lvs_occupancy *occupancy)
{
	__s64 entries = occupancy->entries;
	__s64 lacking = entries - (LVS_MAX_FLOWS - ROOM_THRESHOLD);

	if (lacking <= 0)
		return 0;
	return lacking < ROOM_THRESHOLD ? lacking : ROOM_THRESHOLD;
}

#endif
