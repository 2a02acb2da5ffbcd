// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * Makes a wire of a token bucket (tbf): after a pause a bucket is full, and what comes then passes at once, which no wire
 * does. Here every frame that finds the wire idle sends another one before it, a filler, which takes as much out of the
 * bucket as the pause has put in; so the frame itself waits until all of it would have been sent. A bucket that is never
 * full in a pause may hold as much as late timers need without losing rate. The far end drops fillers.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <stdbool.h>
#include <stddef.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "wire_abi.h"

/* IEEE Std 802, Local Experimental EtherType 1. */
#define ETH_P_FILLER 0x88b5
/* Preamble 8, frame check sequence 4, gap 12: as the bucket has it. */
#define FRAME_OVERHEAD_BYTES 24
/* A shorter filler could not hold the headers of the frame that it is made of. */
#define LEAST_FILLER_BYTES 128
/* The kernel makes a frame no longer than four pages. */
#define MOST_FILLER_BYTES 15000
#define MOST_FILLERS 8
#define NS_PER_SECOND 1000000000ULL
/* Longer than the queue, and than any timer is late. */
#define LOST_AFTER_NS (NS_PER_SECOND / 5)

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32); /* ifindex */
	__type(value, struct lvs_wire);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} lvs_wires SEC(".maps");

static __always_inline bool is_filler(struct __sk_buff *skb)
{
	struct ethhdr *eth = (void *)(long)skb->data;

	return (void *)(eth + 1) <= (void *)(long)skb->data_end && eth->h_proto == bpf_htons(ETH_P_FILLER);
}

/* A copy of a frame, with its length in the mark, becomes a filler; it is sent anew, to be counted with that length. */
static __always_inline int become_filler(struct __sk_buff *skb)
{
	__be16 type = bpf_htons(ETH_P_FILLER);
	__u32 bytes = skb->mark;

	skb->mark = 0;
	if (bpf_skb_change_tail(skb, bytes, 0) ||
	    bpf_skb_store_bytes(skb, offsetof(struct ethhdr, h_proto), &type, sizeof(type), 0))
		return TC_ACT_SHOT;
	return bpf_redirect(skb->ifindex, 0);
}

static __always_inline __u64 wire_time(const struct lvs_wire *wire, __u64 bytes)
{
	return wire->bytes_per_second ? bytes * NS_PER_SECOND / wire->bytes_per_second : 0;
}

static __always_inline __u64 frame_time(const struct lvs_wire *wire, const struct __sk_buff *skb)
{
	return wire_time(wire, skb->len + (skb->gso_segs ?: 1) * FRAME_OVERHEAD_BYTES);
}

/* What is on its way through the bucket, as time. */
static __always_inline __u64 backlog(const struct lvs_wire *wire)
{
	__s64 ns = wire->given_ns - wire->taken_ns;

	return ns > 0 ? ns : 0;
}

/* Bytes that the bucket has too much for a wire that has been idle; -1 where the queue is full. */
static __always_inline __s64 find_surplus(struct lvs_wire *wire, __u64 now)
{
	__u64 free_ns = wire->empty_ns + backlog(wire), idle_ns, bytes;

	if (free_ns >= now)
		return free_ns - now > wire->queue_ns ? -1 : 0;
	idle_ns = now - free_ns;
	/* What has not come out by now is lost. */
	if (idle_ns > LOST_AFTER_NS)
		wire->taken_ns = wire->given_ns;
	if (idle_ns > wire->credit_ns)
		idle_ns = wire->credit_ns;
	bytes = idle_ns * wire->bytes_per_second / NS_PER_SECOND;
	if (bytes > MOST_FILLERS * MOST_FILLER_BYTES)
		bytes = MOST_FILLERS * MOST_FILLER_BYTES;
	return bytes < LEAST_FILLER_BYTES + FRAME_OVERHEAD_BYTES ? 0 : bytes;
}

/* So many bytes of them, with their overhead. */
static __always_inline void send_fillers(struct __sk_buff *skb, struct lvs_wire *wire, __u32 bytes)
{
	/* Of one size, so that none is too short. */
	__u32 count = (bytes + MOST_FILLER_BYTES - 1) / MOST_FILLER_BYTES, each = bytes / count;

	for (__u32 i = 0; i < MOST_FILLERS && i < count; i++) {
		skb->mark = each - FRAME_OVERHEAD_BYTES;
		if (!bpf_clone_redirect(skb, skb->ifindex, 0))
			__sync_fetch_and_add(&wire->given_ns, wire_time(wire, each));
	}
	skb->mark = 0;
}

/* On the egress of a wire's end, before its bucket. */
SEC("tc")
int lvs_wire_out(struct __sk_buff *skb)
{
	__u32 device = skb->ifindex;
	struct lvs_wire *wire = bpf_map_lookup_elem(&lvs_wires, &device);
	__s64 surplus;

	if (!wire || is_filler(skb))
		return TC_ACT_UNSPEC;
	/* A lab's switch has no marks of its own. */
	if (skb->mark)
		return become_filler(skb);
	surplus = find_surplus(wire, bpf_ktime_get_ns());
	if (surplus < 0)
		return TC_ACT_SHOT;
	if (surplus)
		send_fillers(skb, wire, surplus);
	__sync_fetch_and_add(&wire->given_ns, frame_time(wire, skb));
	return TC_ACT_UNSPEC;
}

/* On the ingress of a wire's end: what has come through the other end's bucket. */
SEC("tc")
int lvs_wire_in(struct __sk_buff *skb)
{
	__u32 device = skb->ifindex;
	struct lvs_wire *own = bpf_map_lookup_elem(&lvs_wires, &device), *wire;
	__u64 time, full;

	wire = own ? bpf_map_lookup_elem(&lvs_wires, &own->peer) : NULL;
	if (!wire)
		return TC_ACT_UNSPEC;
	time = frame_time(wire, skb);
	/* A bucket that has been full for a while has lost what came then. */
	full = bpf_ktime_get_ns() - wire->credit_ns;
	wire->empty_ns = (wire->empty_ns > full ? wire->empty_ns : full) + time;
	__sync_fetch_and_add(&wire->taken_ns, time);
	return is_filler(skb) ? TC_ACT_SHOT : TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "Dual MIT/GPL";
