/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Fragments that come before the first of their datagram: they are kept until it comes, and then all of them, the first
 * ahead, are let arrive on their NIC once more.
 */
#ifndef LVS_EARLY_FRAGMENT_H
#define LVS_EARLY_FRAGMENT_H

#include "datagram.h"
#include "maps.h"
#include "stats.h"

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

#endif
