/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Datagrams in fragments: the first has the ports, and each of the others goes where the first went. Nothing is put
 * together here: the server, or the client, gets the fragments as they were sent. Those that come before their first
 * are kept until it comes, and then all of them, the first ahead, are let arrive on their NIC once more.
 */
#ifndef LVS_FRAGMENT_H
#define LVS_FRAGMENT_H

#include "address.h"
#include "maps.h"
#include "parse.h"
#include "stats.h"

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

/* Whether fragments of this packet's addresses are kept until their first has come. */
static __always_inline bool fragment_concerns_us(struct __sk_buff *skb, const struct packet *packet)
{
	struct lvs_address_key address = {.family = packet->tuple.family};

	address_copy(address.addr, packet->tuple.dst);
	if (bpf_map_lookup_elem(&lvs_addresses, &address))
		return true;
	address_copy(address.addr, packet->tuple.src);
	address.is_source = 1;
	if (bpf_map_lookup_elem(&lvs_addresses, &address))
		return true;
	if (skb->mark) {
		struct lvs_service_key service = {.addr = {bpf_htonl(skb->mark)}, .family = packet->tuple.family};

		return bpf_map_lookup_elem(&lvs_services, &service) != NULL;
	}
	return false;
}

/* Bytes of a frame from its start on. */
struct frame_bytes {
	__u8 bytes[LVS_EARLY_BYTES];
};

/*
 * The next two are functions of their own so that Linux 6.1 sees the bounds of `length`, one by one. They return 0, or
 * a negative error.
 */
__noinline int frame_load(struct __sk_buff *skb, struct frame_bytes *to, __u32 length)
{
	if (!to || length > sizeof(to->bytes))
		return -1;
	barrier_var(length);
	return length < ETH_HLEN ? -1 : bpf_skb_load_bytes(skb, 0, to->bytes, length);
}

__noinline int frame_store(struct __sk_buff *skb, const struct frame_bytes *from, __u32 length)
{
	if (!from || length > sizeof(from->bytes))
		return -1;
	barrier_var(length);
	return length < ETH_HLEN ? -1 : bpf_skb_store_bytes(skb, 0, from->bytes, length, BPF_F_RECOMPUTE_CSUM);
}

/* Keeps a copy of the packet's frame. Returns 1 + its place, or 0 when it is too long. */
static __always_inline __u32 early_keep(struct __sk_buff *skb, const struct lvs_datagram_key *key)
{
	struct lvs_early_fragment *early;
	__u32 length = skb->len;
	__u32 zero = 0;
	__u32 *cursor;
	__u32 place;

	cursor = bpf_map_lookup_elem(&lvs_early_cursor, &zero);
	if (!cursor)
		return 0;
	place = __sync_fetch_and_add(cursor, 1) % LVS_MAX_EARLY_FRAGMENTS;
	early = bpf_map_lookup_elem(&lvs_early_fragments, &place);
	if (!early || length > LVS_EARLY_BYTES)
		return 0;
	/* The one that has waited longest gives way; its first will hardly come any more. */
	if (__sync_lock_test_and_set(&early->length, 0))
		drop(LVS_DROP_FRAGMENT_LOST);
	early->datagram = *key;
	if (frame_load(skb, (struct frame_bytes *)early->frame, length))
		return 0;
	__sync_lock_test_and_set(&early->length, length);
	return place + 1;
}

/* Takes a kept fragment for oneself. Returns its length; 0 when another has taken it, or its place is another's now. */
static __always_inline __u32 early_claim(struct lvs_early_fragment *early, const struct lvs_datagram_key *key)
{
	return datagram_key_equal(&early->datagram, key) ? __sync_lock_test_and_set(&early->length, 0) : 0;
}

/*
 * A fragment that is not the first. Its protocol and ports are filled in where they are known; where they are not
 * yet, it is kept if it could be ours. Returns a verdict, or GOES_ON.
 */
static __noinline int fragment_later(struct __sk_buff *skb, struct packet *packet, __u64 now_ns)
{
	struct lvs_datagram_key key;
	struct lvs_datagram *datagram;
	__u32 flags;

	if (!packet)
		return TC_ACT_OK;
	datagram_key(&key, packet);
	datagram = datagram_find(&key, now_ns);
	if (!datagram) {
		if (!fragment_concerns_us(skb, packet))
			return TC_ACT_OK;
		datagram = datagram_make(&key, now_ns);
		if (!datagram)
			return drop(LVS_DROP_FRAGMENT_LOST);
	}
	flags = datagram->flags;
	if (!flags) {
		__u32 place = early_keep(skb, &key);
		__u32 position = __sync_fetch_and_add(&datagram->early_count, 1);
		struct lvs_early_fragment *early;

		if (!place || position >= LVS_DATAGRAM_EARLY)
			return drop(LVS_DROP_FRAGMENT_LOST);
		__sync_lock_test_and_set(&datagram->early[position], place);
		/* The first may have come meanwhile, on another CPU: who takes the kept copy lets it go on. */
		flags = __sync_fetch_and_or(&datagram->flags, 0);
		if (!flags)
			return TC_ACT_STOLEN;
		place--;
		early = bpf_map_lookup_elem(&lvs_early_fragments, &place);
		if (!early || !early_claim(early, &key))
			return TC_ACT_STOLEN;
	}
	if (flags & LVS_DATAGRAM_PASSED)
		return TC_ACT_OK;
	datagram_ports(datagram, packet);
	return GOES_ON;
}

/* Makes the packet one with these bytes, up to the end of it. Returns 0, or a negative error. */
static __always_inline long frame_replace(struct __sk_buff *skb, const __u8 *bytes, __u32 length)
{
	long error = bpf_skb_change_tail(skb, length, 0);

	return error ? error : frame_store(skb, (const struct frame_bytes *)bytes, length);
}

/* Lets the fragment at this place arrive once more, by a packet that has done its service. */
__noinline int early_send(struct __sk_buff *skb, const struct lvs_datagram_key *key, __u32 place)
{
	struct lvs_early_fragment *early = bpf_map_lookup_elem(&lvs_early_fragments, &place);
	__u32 length;

	if (!early || !key)
		return 0;
	length = early_claim(early, key);
	if (!length)
		return 0;
	if (frame_replace(skb, early->frame, length) ||
	    /* Another may have been written over it while it was read. */
	    !datagram_key_equal(&early->datagram, key) || bpf_clone_redirect(skb, skb->ifindex, BPF_F_INGRESS))
		drop(LVS_DROP_FRAGMENT_LOST);
	return 0;
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

/* What lets the fragments of a datagram that came before its first arrive once more. */
struct early_release {
	struct __sk_buff *skb;
	struct lvs_datagram *datagram;
	struct lvs_datagram_key key;
	bool is_sent; /* the first, before them */
	bool is_lost;
};

/* Looks at one of the places where they may be kept. By bpf_loop, because the verifier follows each turn of a loop here. */
static long early_release_step(__u32 index, struct early_release *release)
{
	struct __sk_buff *skb = release->skb;
	__u32 place;

	if (index >= LVS_DATAGRAM_EARLY)
		return 1;
	place = __sync_lock_test_and_set(&release->datagram->early[index], 0);
	if (!place)
		return 0;
	if (!release->is_sent && bpf_clone_redirect(skb, skb->ifindex, BPF_F_INGRESS)) {
		release->is_lost = true;
		return 1;
	}
	release->is_sent = true;
	early_send(skb, &release->key, place - 1);
	return 0;
}

/*
 * The first fragment, whose connection is there by now. Returns a verdict when others had to wait for it: then it
 * arrives once more, and they behind it. Otherwise it goes on.
 */
static __noinline int fragment_first(struct __sk_buff *skb, const struct packet *packet, __u32 flags, __u64 now_ns)
{
	struct early_release release = {.skb = skb};

	if (!packet)
		return TC_ACT_OK;
	if (flags & LVS_DATAGRAM_PASSED && !fragment_concerns_us(skb, packet))
		return GOES_ON;
	release.datagram = datagram_register(packet, LVS_DATAGRAM_KNOWN | flags, now_ns);
	if (!release.datagram || !release.datagram->early_count)
		return GOES_ON;
	datagram_key(&release.key, packet);
	bpf_loop(LVS_DATAGRAM_EARLY, early_release_step, &release, 0);
	if (release.is_lost)
		return drop(LVS_DROP_FRAGMENT_LOST);
	return release.is_sent ? TC_ACT_STOLEN : GOES_ON;
}

/*
 * The first fragment of a datagram that has no connection: the stack gets the others, too, or they are dropped as it
 * was. Returns its verdict.
 */
static __noinline int fragment_turned_away(struct __sk_buff *skb, const struct packet *packet, int verdict,
					   __u64 now_ns)
{
	if (!packet)
		return verdict;
	if (verdict == TC_ACT_OK) {
		int sent = fragment_first(skb, packet, LVS_DATAGRAM_PASSED, now_ns);

		return sent == GOES_ON ? TC_ACT_OK : sent;
	}
	/* By now the packet may be an ICMP error: those that wait are dropped when others want their places. */
	datagram_register(packet, LVS_DATAGRAM_KNOWN, now_ns);
	return verdict;
}

/* Bytes of a fragment's payload, and where in the datagram's they belong. */
static __always_inline __u32 fragment_bytes(const struct packet *packet)
{
	return packet->length + ETH_HLEN - packet->transport + packet->options * 8;
}

static __always_inline __u32 fragment_offset(const struct packet *packet)
{
	__u32 field = bpf_ntohs(packet->frag_off);

	return packet->tuple.family == LVS_IPV4 ? (field & IP_OFFSET) * 8 : field & IP6_OFFSET;
}

static __always_inline bool fragment_is_last(const struct packet *packet)
{
	__u32 field = bpf_ntohs(packet->frag_off);

	return !(field & (packet->tuple.family == LVS_IPV4 ? IP_MORE_FRAGMENTS : IP6_MORE_FRAGMENTS));
}

/* Notes that a fragment goes on, and forgets the datagram after its last byte. Returns whether to count the packet. */
static __noinline int fragment_note(const struct packet *packet)
{
	struct lvs_datagram_key key;
	struct lvs_datagram *datagram;
	__u32 bytes, total, counted;

	if (!packet)
		return true;
	datagram_key(&key, packet);
	datagram = bpf_map_lookup_elem(&lvs_datagrams, &key);
	if (!datagram)
		return true;
	counted = datagram->flags & LVS_DATAGRAM_COUNTED;
	if (fragment_is_last(packet))
		__sync_lock_test_and_set(&datagram->total, fragment_offset(packet) + fragment_bytes(packet));
	bytes = __sync_add_and_fetch(&datagram->bytes, fragment_bytes(packet));
	total = __sync_fetch_and_or(&datagram->total, 0);
	if (total && bytes == total)
		bpf_map_delete_elem(&lvs_datagrams, &key);
	return !counted;
}

/*
 * Notes a later fragment. A datagram counts as if it had come in one piece (as IPVS puts it together): its first as a
 * packet, of the others the payload, and of IPv6 the first's fragment header is taken off again.
 */
static __always_inline void fragment_touch(struct lvs_flow *flow, const struct packet *packet, __u64 now_ns)
{
	__u32 bytes = fragment_bytes(packet);

	if (packet->tuple.family == LVS_IPV6 && fragment_is_last(packet) && bytes >= IP6_FRAGMENT_BYTES)
		bytes -= IP6_FRAGMENT_BYTES;
	flow->last_seen_ns = now_ns;
	__sync_fetch_and_add(&flow->pending, bytes);
}

/* Of the director's own datagrams, which it sends in order: whether the first has gone out. Fills in the ports. */
static __noinline int fragment_follows(struct packet *packet, __u64 now_ns)
{
	struct lvs_datagram_key key;
	struct lvs_datagram *datagram;

	if (!packet)
		return false;
	datagram_key(&key, packet);
	datagram = datagram_find(&key, now_ns);
	if (!datagram || !(datagram->flags & LVS_DATAGRAM_KNOWN))
		return false;
	datagram_ports(datagram, packet);
	return true;
}

/* A fragment of the director's own that is rewritten. */
static __noinline int fragment_leaves(const struct packet *packet, __u64 now_ns)
{
	if (!packet)
		return 0;
	if (packet->fragment == FRAGMENT_FIRST)
		datagram_register(packet, LVS_DATAGRAM_KNOWN, now_ns);
	return fragment_note(packet);
}

#endif
