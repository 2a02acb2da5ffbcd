// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * The director's data plane: entry points only. Attached to the ingress of every NIC of the director's network
 * namespace, it sends packets of virtual services to their servers and leaves all others to the stack.
 */
#include "connection.h"
#include "forward_dr.h"
#include "forward_nat.h"
#include "forward_tun.h"
#include "icmp.h"
#include "lookup.h"
#include "refresh.h"

/* Of the next hop's MTU, what is left for the client's packet; 0 while the MTU is not known. */
static __always_inline __u32 room_towards_hop(const struct lvs_flow *flow)
{
	bool tunnelled = flow->direction == LVS_TO_SERVER && flow->method == LVS_TUN;

	return tunnelled && flow->hop_mtu ? flow->hop_mtu - sizeof(struct iphdr) : flow->hop_mtu;
}

static __always_inline int forward(struct __sk_buff *skb, const struct packet *packet, struct lvs_flow *flow)
{
	__be32 virtual_address = flow->direction == LVS_TO_CLIENT ? flow->to_addr : packet->tuple.dst;
	__u32 room;

	if (packet->ttl <= 1) {
		struct icmp_cause expired = {
			.type = ICMP_TIME_EXCEEDED,
			.code = ICMP_EXC_TTL,
			.source = virtual_address,
			.reason = LVS_DROP_TTL_EXPIRED,
		};

		return icmp_answer(skb, packet, &expired);
	}
	room = room_towards_hop(flow);
	/* A GSO packet is cut later, into segments that adjust_room has made shorter by the tunnel's header. */
	if (!skb->gso_size && room && packet->length > room) {
		struct icmp_cause too_big = {
			.type = ICMP_DEST_UNREACH,
			.code = ICMP_FRAG_NEEDED,
			.mtu = room,
			.source = virtual_address,
			.reason = LVS_DROP_TOO_BIG,
		};

		return packet->dont_fragment ? icmp_answer(skb, packet, &too_big) : drop(LVS_DROP_TOO_BIG);
	}
	switch (flow->method) {
	case LVS_NAT:
		return forward_nat(skb, packet, flow);
	case LVS_DR:
		return forward_dr(skb, packet, flow);
	case LVS_TUN:
		return forward_tun(skb, packet, flow);
	}
	return drop(LVS_DROP_INTERNAL);
}

/* Opens a connection where the packet may. Returns it, or NULL with the packet's verdict. */
static __noinline struct lvs_flow *open_connection(struct __sk_buff *skb, const struct packet *packet, __u64 now_ns,
						   int *verdict)
{
	struct lvs_service *service;
	struct lvs_flow fresh = {};
	struct lvs_member *member;
	struct lvs_server *server;
	struct lvs_flow *flow;
	__u32 index;

	if (!packet || !verdict)
		return NULL;
	*verdict = TC_ACT_OK;
	/* Only a SYN opens a connection; the stack answers anything else with a reset. */
	if (packet->tuple.protocol == IPPROTO_TCP && !tcp_opens(packet))
		return NULL;
	connection_forget(packet, now_ns);
	service = service_find(packet);
	if (!service)
		return NULL;
	member = schedule(service);
	if (!member) {
		struct icmp_cause no_server = {
			.type = ICMP_DEST_UNREACH,
			.code = ICMP_PORT_UNREACH,
			.source = packet->tuple.dst,
			.reason = LVS_DROP_NO_SERVER,
		};

		*verdict = icmp_answer(skb, packet, &no_server);
		return NULL;
	}
	index = member->server;
	server = bpf_map_lookup_elem(&lvs_servers, &index);
	if (!server) {
		*verdict = drop(LVS_DROP_INTERNAL);
		return NULL;
	}
	fresh.server = index;
	fresh.service = service->id;
	fresh.method = member->method;
	fresh.to_addr = server->addr[0];
	fresh.to_port = server->port;
	flow = connection_create(packet, &fresh, now_ns);
	if (!flow)
		*verdict = drop(LVS_DROP_TABLE_FULL);
	return flow;
}

SEC("tc")
int lvs_ingress(struct __sk_buff *skb)
{
	struct lvs_config *config = config_get();
	struct packet packet;
	struct lvs_flow *flow;
	__u64 now_ns;
	int verdict;
	bool stale;

	if (!config)
		return TC_ACT_OK;
	/* A malformed packet can't be told to be for a VIP: the stack drops it. */
	if (parse_packet(skb, &packet) != PACKET_OK)
		return TC_ACT_OK;

	flow = bpf_map_lookup_elem(&lvs_flows, &packet.tuple);
	now_ns = bpf_ktime_get_coarse_ns();
	if (!flow || (flow->direction == LVS_TO_SERVER && connection_is_reused(flow, &packet))) {
		flow = open_connection(skb, &packet, now_ns, &verdict);
		if (!flow)
			return verdict;
	}
	stale = !flow_is_fresh(flow, config, now_ns);
	/* Before the packet is noted: one that its server's removal stops must not keep the connection alive. */
	if (stale) {
		int error = flow_refresh(skb, &packet, flow, now_ns);

		if (error)
			return drop(error - 1);
	}
	if (flow->direction == LVS_TO_CLIENT)
		connection_touch_reply(flow, &packet, now_ns);
	else
		connection_touch(flow, &packet, now_ns);
	if (stale)
		stats_flush(flow, now_ns);
	return forward(skb, &packet, flow);
}

/*
 * Run by user space when it has loaded the data plane: gives the sweeper its timer, before connections want theirs.
 * Returns 0 when it has one; otherwise user space tries again.
 */
SEC("tc")
int lvs_prepare(struct __sk_buff *skb)
{
	struct lvs_sweeper *sweeper = sweeper_get();
	long error;

	if (!sweeper)
		return 1;
	error = bpf_timer_init(&sweeper->timer, &lvs_sweeper, CLOCK_MONOTONIC);
	if (error && error != -EBUSY)
		return 1;
	return bpf_timer_set_callback(&sweeper->timer, sweeper_run) != 0;
}

/* GPL-compatible, as the kernel's helpers ask. */
char _license[] SEC("license") = "Dual MIT/GPL";
