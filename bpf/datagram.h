/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What is known of a datagram in fragments, from its first fragment on. */
#ifndef LVS_DATAGRAM_H
#define LVS_DATAGRAM_H

#include "address.h"
#include "maps.h"
#include "parse.h"

/* How long a datagram's fragments may take (net.ipv4.ipfrag_time). */
#define DATAGRAM_NS 30000000000ULL

static __always_inline void datagram_key(struct lvs_datagram_key *key, const struct packet *packet)
{
	address_copy(key->src, packet->tuple.src);
	address_copy(key->dst, packet->tuple.dst);
	key->id = packet->fragment_id;
	/* IPv6's are told apart by their ID alone, as what follows the fragment header need not be the transport's. */
	key->protocol = packet->tuple.family == LVS_IPV4 ? packet->tuple.protocol : 0;
	key->family = packet->tuple.family;
	key->pad = 0;
}

static __always_inline bool datagram_key_equal(const struct lvs_datagram_key *a, const struct lvs_datagram_key *b)
{
	return address_equal(a->src, b->src) && address_equal(a->dst, b->dst) && a->id == b->id &&
	       a->protocol == b->protocol && a->family == b->family;
}

/* The datagram's entry; one that has grown old is another datagram's, whose ID this one has again. */
static __always_inline struct lvs_datagram *datagram_find(const struct lvs_datagram_key *key, __u64 now_ns)
{
	struct lvs_datagram *datagram = bpf_map_lookup_elem(&lvs_datagrams, key);

	/* Zero: another CPU is making it. */
	if (!datagram || !datagram->seen_ns || now_ns < datagram->seen_ns + DATAGRAM_NS)
		return datagram;
	bpf_map_delete_elem(&lvs_datagrams, key);
	return NULL;
}

static const struct lvs_datagram new_datagram;

static __always_inline struct lvs_datagram *datagram_make(const struct lvs_datagram_key *key, __u64 now_ns)
{
	struct lvs_datagram *datagram;

	bpf_map_update_elem(&lvs_datagrams, key, &new_datagram, BPF_NOEXIST);
	datagram = bpf_map_lookup_elem(&lvs_datagrams, key);
	if (datagram)
		datagram->seen_ns = now_ns;
	return datagram;
}

static __always_inline void datagram_ports(const struct lvs_datagram *datagram, struct packet *packet)
{
	packet->tuple.protocol = datagram->protocol;
	packet->tuple.sport = datagram->sport;
	packet->tuple.dport = datagram->dport;
}

/* Tells what the first fragment has told. The ID may have been another datagram's, of which not all came. */
static __always_inline void datagram_tell(struct lvs_datagram *datagram, const struct packet *packet, __u32 flags)
{
	bool is_known = datagram->flags && datagram->protocol == packet->tuple.protocol &&
			datagram->sport == packet->tuple.sport && datagram->dport == packet->tuple.dport;

	if (!is_known) {
		datagram->protocol = packet->tuple.protocol;
		datagram->sport = packet->tuple.sport;
		datagram->dport = packet->tuple.dport;
		datagram->bytes = 0;
		datagram->total = 0;
		datagram->flags = 0;
	}
	__sync_lock_test_and_set(&datagram->flags, flags | (datagram->flags & LVS_DATAGRAM_COUNTED));
}

/* Enters the datagram of a first fragment, which may have an entry. Returns it, or NULL. */
static __noinline struct lvs_datagram *datagram_register(const struct packet *packet, __u32 flags, __u64 now_ns)
{
	struct lvs_datagram_key key;
	struct lvs_datagram *datagram;

	if (!packet)
		return NULL;
	datagram_key(&key, packet);
	datagram = datagram_find(&key, now_ns);
	if (!datagram)
		datagram = datagram_make(&key, now_ns);
	if (datagram)
		datagram_tell(datagram, packet, flags);
	return datagram;
}

#endif
