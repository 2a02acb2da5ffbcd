/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Datagrams in fragments: the first has the ports, and each of the others goes where the first went. Nothing is put
 * together here: the server, or the client, gets the fragments as they were sent.
 */
#ifndef LVS_FRAGMENT_H
#define LVS_FRAGMENT_H

#include "address.h"
#include "datagram.h"
#include "early_fragment.h"
#include "maps.h"
#include "parse.h"
#include "stats.h"

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
