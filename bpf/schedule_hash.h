/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * dh, sh and mh: a hash of the destination or of the source names a row of the service's table, and the row names
 * the server. Where that one takes no connections there is none, unless the service asks for a fallback (sh, mh):
 * then the rows follow that the hash with other offsets names.
 */
#ifndef LVS_SCHEDULE_HASH_H
#define LVS_SCHEDULE_HASH_H

#include "parse.h"
#include "schedule_member.h"
#include "siphash.h"

enum schedule_hash_limits {
	/* IP_VS_SH_TAB_BITS and IP_VS_DH_TAB_BITS. */
	SCHEDULE_BUCKET_BITS = 8,
	SCHEDULE_BUCKETS = 1 << SCHEDULE_BUCKET_BITS,
	/* IP_VS_MH_TAB_SIZE as distributions build it, a prime. */
	SCHEDULE_MAGLEV_ROWS = 4093,
};

/* GOLDEN_RATIO_32 of <linux/hash.h>. */
#define SCHEDULE_GOLDEN_RATIO 0x61c88647U
/* Of generate_hash_secret() in ip_vs_mh.c. */
#define SCHEDULE_MAGLEV_KEY 2654435761ULL

/* hash_32() of <linux/hash.h>. */
static __always_inline __u32 schedule_bucket(__u32 value)
{
	return value * SCHEDULE_GOLDEN_RATIO >> (32 - SCHEDULE_BUCKET_BITS);
}

/* The address as one number; the unused words of an IPv4 address are zero. */
static __always_inline __u32 schedule_fold(const __be32 *addr)
{
	return bpf_ntohl(addr[0] ^ addr[1] ^ addr[2] ^ addr[3]);
}

static __always_inline __u32 schedule_hash_rows(const struct lvs_service *service)
{
	return service->scheduler == LVS_SCHED_MH ? SCHEDULE_MAGLEV_ROWS : SCHEDULE_BUCKETS;
}

static __always_inline __u32 schedule_hash_row(const struct lvs_service *service, __u32 value, __u32 offset)
{
	if (service->scheduler == LVS_SCHED_MH)
		return siphash_u32(value + offset, SCHEDULE_MAGLEV_KEY) % SCHEDULE_MAGLEV_ROWS;
	return (schedule_bucket(value) + offset) % SCHEDULE_BUCKETS;
}

/* The member that a row names, when it takes connections. */
static __always_inline struct lvs_member *schedule_hashed(const struct lvs_service *service, __u32 row)
{
	struct lvs_member *member;
	__u32 *slot;

	if (row >= service->slots_count)
		return NULL;
	row += service->slots_base;
	slot = bpf_map_lookup_elem(&lvs_slots, &row);
	if (!slot)
		return NULL;
	member = schedule_member(service, *slot);
	return member && schedule_available(member) ? member : NULL;
}

struct schedule_fallback {
	const struct lvs_service *service;
	__u32 value;
	__u32 first; /* the row that the hash names without an offset */
	__u32 row;
};

static long schedule_fallback_step(__u32 index, struct schedule_fallback *fallback)
{
	const struct lvs_service *service = fallback->service;
	__u32 rows = schedule_hash_rows(service);
	__u32 offset = fallback->first + index;

	fallback->row = schedule_hash_row(service, fallback->value, offset < rows ? offset : offset - rows);
	return schedule_hashed(service, fallback->row) != NULL;
}

static __noinline struct lvs_member *schedule_fall_back(const struct lvs_service *service, __u32 value, __u32 first)
{
	struct schedule_fallback fallback = {.service = service, .value = value, .first = first};

	bpf_loop(schedule_hash_rows(service), schedule_fallback_step, &fallback, 0);
	return schedule_hashed(service, fallback.row);
}

static __always_inline struct lvs_member *schedule_by_hash(const struct lvs_service *service,
							   const struct packet *packet)
{
	const struct lvs_tuple *tuple = &packet->tuple;
	bool by_destination = service->scheduler == LVS_SCHED_DH;
	__u32 value = schedule_fold(by_destination ? tuple->dst : tuple->src);
	struct lvs_member *member;
	__u32 row;

	if (!by_destination && service->flags & LVS_SERVICE_SCHED_2)
		value += bpf_ntohs(tuple->sport);
	row = schedule_hash_row(service, value, 0);
	member = schedule_hashed(service, row);
	if (member || by_destination || !(service->flags & LVS_SERVICE_SCHED_1))
		return member;
	return schedule_fall_back(service, value, row);
}

#endif
