// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * The director's data plane: entry points only. Attached to the ingress of every NIC of the director's network
 * namespace, it sends packets of virtual services to their servers and leaves all others to the stack.
 */
#include "adopt.h"
#include "census.h"
#include "collect.h"
#include "forward_dr.h"
#include "forward_nat.h"
#include "forward_tun.h"
#include "from_server.h"
#include "ftp.h"
#include "gso.h"
#include "icmp_relay.h"
#include "import.h"
#include "ip_receive.h"
#include "mark_port.h"
#include "localnode.h"
#include "persistence.h"
#include "refresh.h"
#include "split.h"
#include "sweeper.h"
#include "verdict.h"
#include "vocabulary.h"

/* Of the next hop's MTU, what is left for the client's packet; 0: any packet fits. */
static __always_inline __u32 room_towards_hop(const struct lvs_flow *flow)
{
	bool tunnelled = flow->direction == LVS_TO_SERVER && flow->method == LVS_TUN;

	return tunnelled && flow->hop_mtu ? flow->hop_mtu - tunnel_overhead(flow) : flow->hop_mtu;
}

/* A reply at the end of its life: the stack answers it, from the address that the server knows (ip_forward, v6.1). */
static __always_inline bool ends_on_its_way_back(const struct packet *packet, const struct lvs_flow *flow)
{
	return packet->ttl <= 1 && flow->direction == LVS_TO_CLIENT;
}

/* Whether a packet that is longer than `room` is a GSO packet, to be cut into segments that fit. */
static __always_inline bool is_cut_later(struct __sk_buff *skb, const struct packet *packet,
					 const struct lvs_flow *flow, __u32 room)
{
	if (!skb->gso_size)
		return false;
	/* By adjust_room VS-TUN's segments become shorter by the tunnel's header. */
	return flow->method == LVS_TUN || !packet->dont_fragment || gso_fits(skb, packet, room);
}

static __always_inline int forward(struct __sk_buff *skb, const struct packet *packet, struct lvs_flow *flow,
				   bool stale, __u64 now_ns)
{
	const __be32 *virtual_address = flow->direction == LVS_TO_CLIENT ? flow->to_addr : packet->tuple.dst;
	__u32 room;

	if (flow_is_local(flow))
		return forward_local(skb, packet, flow);
	if (packet->ttl <= 1)
		return icmp_answer_from(skb, packet, virtual_address, CAUSE_TTL_EXPIRED, 0);
	room = room_towards_hop(flow);
	if (room && packet->length > room && !is_cut_later(skb, packet, flow, room)) {
		if (packet->dont_fragment)
			return icmp_answer_from(skb, packet, virtual_address, CAUSE_TOO_BIG, room);
		return split_whole(skb, packet, room, now_ns);
	}
	switch (flow->method) {
	case LVS_NAT:
		return forward_nat(skb, packet, flow, stale);
	case LVS_DR:
		return forward_dr(skb, packet, flow, stale);
	case LVS_TUN:
		return forward_tun(skb, packet, flow, stale);
	}
	return drop(LVS_DROP_INTERNAL);
}

/* Of open_connection(), besides verdicts: what is left to do, which its stack has no room for. */
enum unopened {
	/* The connection that was put together is not kept, its packet alone is sent. */
	SEND_ONCE = -2,
	ANSWER_NO_SERVER = -3,
	ANSWER_NO_CONNECTION = -4,
};

/* What becomes of a packet for which no server is left (ip_vs_leave, v6.1). */
static __always_inline int leave(const struct packet *packet, const struct lvs_service *service)
{
	/* It may be for something else on the address. */
	if (service->flags & LVS_SERVICE_FTP && !service_is_at_port(service, packet))
		return TC_ACT_OK;
	return ANSWER_NO_SERVER;
}

/* The server of a new connection: its index, or what REFUSED makes of the reason why there is none. */
static __always_inline __s64 choose_server(struct __sk_buff *skb, const struct packet *packet,
					   const struct lvs_service *service, __u64 now_ns)
{
	bool is_persistent = service->flags & LVS_SERVICE_PERSISTENT;
	struct lvs_member *member;
	__s64 server;

	if (service->flags & LVS_SERVICE_SIP && sip_read(skb, packet))
		return REFUSED(LVS_DROP_NO_CALL_ID);
	if (is_persistent) {
		server = persistence_find(packet, service, skb->mark, now_ns);
		trace_template(server);
		if (server != REFUSED(LVS_DROP_NO_SERVER))
			return server;
	} else if (!service_is_at_port(service, packet) && !(service->flags & LVS_SERVICE_MARK)) {
		return REFUSED(LVS_DROP_NO_SERVER);
	}
	member = schedule(service, packet, now_ns);
	if (!member)
		return REFUSED(LVS_DROP_NO_SERVER);
	if (!is_persistent)
		return member->server;
	server = persistence_keep(packet, service, member->server, now_ns);
	if (server < 0 || server == member->server)
		return server;
	/* Another CPU was first. What it has made may not lead anywhere. */
	server = persistence_find(packet, service, skb->mark, now_ns);
	return server < 0 ? member->server : server;
}

/* What becomes of a packet that is not the director's: an older one, whose place this one takes, may know it. */
static __always_inline int leave_alone(const struct lvs_config *config)
{
	return config->features & LVS_TAKES_OVER ? TC_ACT_UNSPEC : TC_ACT_OK;
}

/* Whether a packet without a connection is nothing to the director, as most that are not for a service. */
static __always_inline bool is_bystander(const struct packet *packet, const struct lvs_config *config)
{
	return !packet->fragment && !packet_opens(packet, config) && !server_is_heard(config);
}

/* Opens a connection where the packet may. Returns it, or NULL with the packet's verdict or enum unopened. */
static __noinline struct lvs_flow *open_connection(struct __sk_buff *skb, const struct packet *packet, __u64 now_ns,
						   int *verdict)
{
	struct lvs_config *config = config_get();
	struct lvs_service *service;
	struct lvs_flow *fresh;
	struct lvs_flow *flow;
	__s64 server;
	int reason;

	if (!packet || !verdict || !config)
		return NULL;
	*verdict = leave_alone(config);
	/* What its first fragment has not opened, no later one does. */
	if (packet->fragment == FRAGMENT_LATER) {
		*verdict = TC_ACT_SHOT;
		return NULL;
	}
	trace_step(LVS_TRACE_ASKED);
	/* The stack answers what opens no connection. */
	if (!packet_opens(packet, config))
		return NULL;
	trace_step(LVS_TRACE_OPENS);
	if (stack_refuses(skb, packet))
		return NULL;
	connection_forget(packet, now_ns);
	if (config->features & LVS_HAS_FTP && packet->tuple.protocol == IPPROTO_TCP && ftp_take(packet, now_ns)) {
		trace_step(LVS_TRACE_FTP_DATA);
		return bpf_map_lookup_elem(&lvs_flows, &packet->tuple);
	}
	service = service_find(packet, skb->mark, config->features);
	if (!service || service_never_takes(packet))
		return NULL;
	trace_service(service, service_is_at_port(service, packet));
	if (config->setting[LVS_DROP_PACKET] && defence_drops()) {
		*verdict = drop(LVS_DROP_DEFENCE);
		return NULL;
	}
	server = choose_server(skb, packet, service, now_ns);
	if (server < 0) {
		bool no_server = server == REFUSED(LVS_DROP_NO_SERVER);

		*verdict = no_server ? leave(packet, service) : drop(REFUSED(server));
		return NULL;
	}
	fresh = connection_blank();
	if (!fresh || describe_connection(fresh, packet, service, server)) {
		*verdict = drop(LVS_DROP_INTERNAL);
		return NULL;
	}
	/* The fragments of a datagram find each other by a connection. */
	if (service->flags & LVS_SERVICE_ONE_PACKET && packet->tuple.protocol == IPPROTO_UDP && !packet->fragment) {
		stats_count_connection(fresh->server, fresh->service, now_ns);
		trace_step(LVS_TRACE_ONE_PACKET);
		*verdict = SEND_ONCE;
		return NULL;
	}
	if (service->flags & LVS_SERVICE_PERSISTENT && persistence_hold(fresh, packet)) {
		*verdict = drop(LVS_DROP_TABLE_FULL);
		return NULL;
	}
	flow = connection_create(&packet->tuple, fresh, now_ns, &reason);
	/* One that is there already may be under nothing: another director has told of it. */
	if (service->flags & LVS_SERVICE_PERSISTENT && (!flow || !(flow->flags & LVS_FLOW_CONTROLLED)))
		template_release(&packet->tuple);
	if (!flow)
		*verdict = drop(reason);
	return flow;
}

/*
 * A packet that opens nothing may be a server's. Returns the connection that it belongs to now, or NULL with its verdict
 * or enum unopened.
 */
static __noinline struct lvs_flow *hear_server(struct __sk_buff *skb, const struct packet *packet, __u64 now_ns,
					       int *verdict)
{
	struct lvs_config *config = config_get();
	struct lvs_real_server *real;
	bool is_kept = true;

	if (!packet || !verdict || !config || stack_refuses(skb, packet))
		return NULL;
	real = server_speaking(packet);
	if (!real)
		return NULL;
	if (call_open(skb, packet, real, &is_kept, now_ns)) {
		if (is_kept)
			return bpf_map_lookup_elem(&lvs_flows, &packet->tuple);
		*verdict = SEND_ONCE;
	} else if (server_is_told(packet, config)) {
		*verdict = ANSWER_NO_CONNECTION;
	}
	return NULL;
}

/* A fragment, or an ICMP error about a packet of the connection. Returns a verdict, GOES_ON or GOES_ON_COUNTED. */
static __always_inline int take_part(struct __sk_buff *skb, const struct packet *packet, struct lvs_flow *flow,
				     bool stale, __u64 now_ns)
{
	__u32 room = room_towards_hop(flow);
	int verdict;

	if (packet->fragment == FRAGMENT_ICMP)
		return relay_send(skb, packet, flow, room, stale);
	if (ends_on_its_way_back(packet, flow))
		return TC_ACT_OK;
	verdict = fragment_pass(skb, packet, room, now_ns);
	if (verdict != GOES_ON || packet->fragment == FRAGMENT_FIRST)
		return verdict;
	fragment_touch(flow, packet, now_ns);
	return GOES_ON_COUNTED;
}

/* A packet that has come in: its verdict. */
static __always_inline int ingress(struct __sk_buff *skb)
{
	struct lvs_config *config = config_get();
	enum packet_kind kind;
	struct packet packet;
	struct lvs_flow *flow;
	__u64 now_ns;
	int verdict;
	bool is_kept = true;
	bool stale;

	if (!config)
		return TC_ACT_OK;
	kind = parse_packet(skb, &packet);
	if (kind != PACKET_OK) {
		/* A malformed packet can't be told to be for a VIP: the stack drops it. */
		if (kind != PACKET_ICMP)
			return TC_ACT_OK;
		flow = relay_find(skb, &packet, &verdict);
		if (!flow)
			return verdict == RELAY_OF_TUNNEL ? icmp_of_tunnel(skb, &packet) : verdict;
		now_ns = bpf_ktime_get_coarse_ns();
		stale = !flow_is_fresh(flow, config, now_ns);
		goto found;
	}
	if (packet.fragment == FRAGMENT_LATER) {
		verdict = fragment_later(skb, &packet, bpf_ktime_get_coarse_ns());
		if (verdict != GOES_ON)
			return verdict;
		trace_fragment(&packet);
	}

	flow = bpf_map_lookup_elem(&lvs_flows, &packet.tuple);
	trace_known(flow);
	if (!flow && is_bystander(&packet, config)) {
		trace_step(LVS_TRACE_ASKED);
		return leave_alone(config);
	}
	now_ns = bpf_ktime_get_coarse_ns();
	stale = !flow || !flow_is_fresh(flow, config, now_ns);
	if (flow && stale && flow_ends_with_server(&packet.tuple, flow, now_ns))
		flow = NULL;
	if (!flow || (flow->direction == LVS_TO_SERVER && connection_is_reused(flow, &packet))) {
		stale = true;
		flow = open_connection(skb, &packet, now_ns, &verdict);
		if (!flow && verdict == TC_ACT_OK && server_is_heard(config))
			flow = hear_server(skb, &packet, now_ns, &verdict);
		if (!flow) {
			if (packet.fragment == FRAGMENT_FIRST)
				verdict = fragment_turned_away(skb, &packet, verdict, now_ns);
			if (verdict == ANSWER_NO_SERVER)
				return icmp_answer_from(skb, &packet, packet.tuple.dst, CAUSE_NO_SERVER, 0);
			if (verdict == ANSWER_NO_CONNECTION)
				return icmp_answer_from(skb, &packet, packet.tuple.dst, CAUSE_NO_CONNECTION, 0);
			if (verdict != SEND_ONCE)
				return verdict;
			flow = connection_draft();
			if (!flow)
				return drop(LVS_DROP_INTERNAL);
			is_kept = false;
		} else {
			trace_step(LVS_TRACE_OPENED);
		}
	}
found:
	trace_flow(flow);
	/* Before the packet is noted: one that its server's removal stops must not keep the connection alive. */
	if (stale) {
		int error = flow_refresh(skb, &packet.tuple, flow, now_ns);

		trace_flow(flow);
		if (error)
			return drop(error - 1);
	}
	if (packet.fragment) {
		verdict = take_part(skb, &packet, flow, stale, now_ns);
		if (verdict == GOES_ON_COUNTED)
			goto noted;
		if (verdict != GOES_ON)
			return verdict;
	}
	if (flow->direction == LVS_TO_CLIENT) {
		if (ends_on_its_way_back(&packet, flow))
			return TC_ACT_OK;
		connection_touch_reply(flow, &packet, now_ns);
	} else if (is_kept) {
		connection_touch(flow, &packet, now_ns);
	} else {
		stats_count_packet(flow, packet.length);
	}
noted:
	if (stale)
		stats_flush(flow, now_ns);
	if (flow->flags & LVS_FLOW_FTP && !packet.fragment && ftp_inspect(skb, &packet, now_ns))
		return drop(LVS_DROP_REWRITE_FAILED);
	trace_flow(flow);
	return forward(skb, &packet, flow, stale, now_ns);
}

SEC("tc")
int lvs_ingress(struct __sk_buff *skb)
{
	return hand_on(ingress(skb));
}

/* On the egress of every NIC, while the director is a server of VS-NAT itself. */
SEC("tc")
int lvs_egress(struct __sk_buff *skb)
{
	return hand_on(answer_local(skb));
}

/* On the way into the pair of devices of firewall marks. */
SEC("tc")
int lvs_mark_hop(struct __sk_buff *skb)
{
	return hand_on(mark_port_undo_hop(skb));
}

/* Run by user space when it has loaded the data plane. Returns 0 when the sweeper runs; otherwise it is to try again. */
SEC("tc")
int lvs_prepare(struct __sk_buff *skb)
{
	return sweeper_start() != 0;
}

/* Run by user space before it reads counters. */
SEC("syscall")
int lvs_census(struct lvs_census *request)
{
	struct lvs_census census = {.number = request->number};

	bpf_for_each_map_elem(&lvs_flows, census_flow, &census, 0);
	request->flows = census.flows;
	return 0;
}

/* Run by user space when it has removed servers, while expire_nodest_conn is on. */
SEC("syscall")
int lvs_expire_removed(struct lvs_expired *request)
{
	struct lvs_expired expired = {};

	bpf_for_each_map_elem(&lvs_flows, expire_if_removed, &expired, 0);
	request->connections = expired.connections;
	return 0;
}

/* Run by user space when it has changed a server's thresholds. */
SEC("syscall")
int lvs_note_load(struct lvs_load_request *request)
{
	__u32 server = request->server;
	struct lvs_connection_counts *counts = bpf_map_lookup_elem(&lvs_connection_counts, &server);

	return counts ? server_note_load(server, counts) : 0;
}

/* Run by user space to hear of what other directors are to be told: afterwards rows of lvs_collected are filled. */
SEC("syscall")
int lvs_collect(struct lvs_collect *request)
{
	struct collect_pass pass = {
		.since_s = request->since_s,
		.now_s = bpf_ktime_get_ns() / NS_PER_S,
	};

	bpf_for_each_map_elem(&lvs_flows, collect_flow, &pass, 0);
	request->count = pass.count;
	return 0;
}

/*
 * Run by user space with what another director tells, in the place of a packet: behind an Ethernet header a struct
 * lvs_shared. Returns an enum lvs_adopted. No syscall program, as those may not use queues before Linux 6.7.
 */
SEC("tc")
int lvs_adopt(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct lvs_shared *shared = bpf_map_lookup_elem(&lvs_adopted_entry, &zero);

	if (!shared || bpf_skb_load_bytes(skb, ETH_HLEN, shared, sizeof(*shared)))
		return LVS_ADOPTED_MALFORMED;
	return adopt(shared, bpf_ktime_get_coarse_ns());
}

/* Run by user space with a connection of a director of another version, likewise. Returns an enum lvs_import_result. */
SEC("tc")
int lvs_import(struct __sk_buff *skb)
{
	return import_connection(skb, bpf_ktime_get_coarse_ns());
}

/* Run by user space with the counters of such a director, likewise: behind an Ethernet header a struct lvs_carry. */
SEC("tc")
int lvs_carry(struct __sk_buff *skb)
{
	return carry(skb, bpf_ktime_get_coarse_ns());
}

/* GPL-compatible, as the kernel's helpers ask. */
char _license[] SEC("license") = "Dual MIT/GPL";
