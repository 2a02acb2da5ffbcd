/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Where a packet goes next: the route look-up, and the hand-over that skips the rest of the stack. A flow keeps the
 * next hop's frame; once a second a packet goes through the neighbour layer instead, which keeps the neighbour's
 * entry alive and learns when it has moved.
 */
#ifndef LVS_ROUTE_H
#define LVS_ROUTE_H

#include "address.h"
#include "maps.h"
#include "parse.h"
#include "stats.h"

#ifndef AF_INET
#define AF_INET 2
#endif
#ifndef AF_INET6
#define AF_INET6 10
#endif

/* What goes before the IP header, with two bytes before it that keep both aligned and are never sent. */
struct frame {
	__u8 pad[2];
	__u8 destination[ETH_ALEN];
	__u8 source[ETH_ALEN];
	__be16 type;
} __attribute__((aligned(8)));

#define FRAME_PAD sizeof(((struct frame *)0)->pad)

static __always_inline void route_keep_frame(struct lvs_flow *flow, const struct bpf_fib_lookup *fib)
{
	union {
		struct frame frame;
		__u64 words[2];
	} next = {};

	/* Devices without addresses of their own have none for their neighbours. */
	if (!(fib->dmac[0] | fib->dmac[1] | fib->dmac[2] | fib->dmac[3] | fib->dmac[4] | fib->dmac[5]))
		return;
	__builtin_memcpy(next.frame.destination, fib->dmac, ETH_ALEN);
	__builtin_memcpy(next.frame.source, fib->smac, ETH_ALEN);
	next.frame.type = flow->to_family == LVS_IPV4 ? bpf_htons(ETH_P_IP) : bpf_htons(ETH_P_IPV6);
	flow->frame[0] = next.words[0];
	flow->frame[1] = next.words[1];
	flow->flags |= LVS_FLOW_FRAMED;
}

/*
 * Asks the kernel for a route, and for the MTU also where the next hop has not been found: that it tells only to
 * packets that are too big. Returns what bpf_fib_lookup() does.
 */
__noinline int route_ask(struct __sk_buff *skb, struct bpf_fib_lookup *fib)
{
	struct bpf_fib_lookup too_big;
	int result;

	if (!fib)
		return -EINVAL;
	too_big = *fib;
	too_big.tot_len = 0xffff;
	result = bpf_fib_lookup(skb, fib, sizeof(*fib), 0);
	if (result != BPF_FIB_LKUP_RET_NO_NEIGH)
		return result;
	fib->mtu_result = 0;
	if (bpf_fib_lookup(skb, &too_big, sizeof(too_big), 0) == BPF_FIB_LKUP_RET_FRAG_NEEDED)
		fib->mtu_result = too_big.mtu_result;
	return result;
}

/* Fills the flow's hop towards `destination`, an address of flow->to_family. Returns 0, or 1 + enum lvs_drop. */
static __always_inline int route_find(struct __sk_buff *skb, struct lvs_flow *flow, const __be32 *source,
				      const __be32 *destination)
{
	struct bpf_fib_lookup fib = {
		.ifindex = skb->ingress_ifindex,
		.tot_len = 1, /* asks for the route's MTU, which comes back in mtu_result */
	};

	if (flow->to_family == LVS_IPV4) {
		fib.family = AF_INET;
		fib.ipv4_src = source[0];
		fib.ipv4_dst = destination[0];
	} else {
		fib.family = AF_INET6;
		address_copy(fib.ipv6_src, source);
		address_copy(fib.ipv6_dst, destination);
	}
	flow->flags &= ~(LVS_FLOW_FRAMED | LVS_FLOW_SEEKS_HOP);
	switch (route_ask(skb, &fib)) {
	case BPF_FIB_LKUP_RET_SUCCESS:
		route_keep_frame(flow, &fib);
		break;
	case BPF_FIB_LKUP_RET_NO_NEIGH:
		flow->flags |= LVS_FLOW_SEEKS_HOP;
		break;
	case BPF_FIB_LKUP_RET_FWD_DISABLED:
		return 1 + LVS_DROP_FORWARDING_DISABLED;
	default:
		return 1 + LVS_DROP_NO_ROUTE;
	}
	flow->hop_mtu = fib.mtu_result;
	flow->hop_ifindex = fib.ifindex;
	if (flow->to_family == LVS_IPV4)
		flow->hop_addr[0] = fib.ipv4_dst;
	else
		address_copy(flow->hop_addr, fib.ipv6_dst);
	return 0;
}

/* Whether a packet may go out in the frame that the flow keeps. */
static __always_inline bool route_is_framed(const struct lvs_flow *flow, bool stale)
{
	return !stale && flow->flags & LVS_FLOW_FRAMED;
}

/* Through the neighbour layer, which writes the frame. */
static __noinline int route_send_by_neighbour(const struct lvs_flow *flow)
{
	struct bpf_redir_neigh next = {};

	if (!flow)
		return TC_ACT_SHOT;
	if (flow->to_family == LVS_IPV4) {
		next.nh_family = AF_INET;
		next.ipv4_nh = flow->hop_addr[0];
	} else {
		next.nh_family = AF_INET6;
		address_copy(next.ipv6_nh, flow->hop_addr);
	}
	return bpf_redirect_neigh(flow->hop_ifindex, &next, sizeof(next), 0);
}

/* Of a frame and `after`, the headers behind it: without what pads a structure of both. */
#define FRAMED_BYTES(after) (sizeof(struct frame) + (after))

/*
 * Writes `headers` and sends the packet. They begin with a struct frame, for the packet's first bytes; without a kept
 * frame only what follows it is written. `bytes` counts all of them.
 */
static __always_inline int route_send(struct __sk_buff *skb, const struct lvs_flow *flow, bool stale,
				      struct frame *headers, __u32 bytes)
{
	if (route_is_framed(flow, stale)) {
		__u64 *frame = (__u64 *)headers;

		frame[0] = flow->frame[0];
		frame[1] = flow->frame[1];
		if (bpf_skb_store_bytes(skb, 0, headers->destination, bytes - FRAME_PAD, 0))
			return drop(LVS_DROP_REWRITE_FAILED);
		return bpf_redirect(flow->hop_ifindex, 0);
	}
	if (bytes > sizeof(*headers) && bpf_skb_store_bytes(skb, ETH_HLEN, headers + 1, bytes - sizeof(*headers), 0))
		return drop(LVS_DROP_REWRITE_FAILED);
	return route_send_by_neighbour(flow);
}

#endif
