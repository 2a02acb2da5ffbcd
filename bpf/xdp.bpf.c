// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * The short way, where a NIC's driver runs programs before it makes a socket buffer: packets of established
 * connections go from NIC to NIC here. Everything else (first packets, changes of state, fragments, options, ICMP, a
 * route to look up again) is passed on to lvs_ingress, which shares the tables; so nothing is decided here.
 */
#include "address.h"
#include "checksum.h"
#include "maps.h"
#include "tcp_state.h"

/* RFC 3168: both bits of the TOS's last two say that a router was congested. */
#define INET_ECN_MASK 3

/* Devices that take frames from XDP, by their number: user space tries each, and leaves out those that refuse. */
struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, __u32);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} lvs_xdp_ports SEC(".maps");

/* The MAC address of each device that frames come in by, in the order of a frame: others' are the stack's to refuse. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, __u64);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} lvs_xdp_macs SEC(".maps");

/* The commonest headers, IPv4 without options, where they lie in a frame. */
struct plain_frame {
	struct ethhdr *eth;
	struct iphdr *ip;
	struct udphdr *ports; /* TCP's stand in the same place */
};

static __always_inline bool frame_find(struct xdp_md *xdp, struct plain_frame *frame)
{
	void *data = (void *)(long)xdp->data, *end = (void *)(long)xdp->data_end;

	frame->eth = data;
	frame->ip = data + ETH_HLEN;
	frame->ports = (void *)(frame->ip + 1);
	if ((void *)(frame->ports + 1) > end)
		return false;
	if (frame->eth->h_proto != bpf_htons(ETH_P_IP))
		return false;
	if (frame->ip->version != 4 || frame->ip->ihl != 5 || frame->ip->ttl <= 1)
		return false;
	return !(frame->ip->frag_off & bpf_htons(IP_MORE_FRAGMENTS | IP_OFFSET));
}

static __always_inline bool frame_is_for(const struct plain_frame *frame, __u32 ifindex)
{
	__u64 *own = bpf_map_lookup_elem(&lvs_xdp_macs, &ifindex);
	__u64 mac = 0;

	__builtin_memcpy(&mac, frame->eth->h_dest, ETH_ALEN);
	return own && *own == mac;
}

static __always_inline struct tcphdr *tcp_of(struct xdp_md *xdp, struct plain_frame *frame)
{
	struct tcphdr *tcp = (void *)frame->ports;

	return (void *)(tcp + 1) > (void *)(long)xdp->data_end ? NULL : tcp;
}

static __always_inline bool flow_is_simple(const struct lvs_flow *flow, const struct lvs_config *config, __u64 now_ns)
{
	if (now_ns >= flow->fresh_until_ns || flow->epoch != config->epoch || !(flow->flags & LVS_FLOW_FRAMED) ||
	    flow->flags & LVS_FLOW_FTP)
		return false;
	/* A tracer sees the long way alone. */
	if (now_ns < config->trace_until_ns)
		return false;
	if (flow->method == LVS_TUN)
		return flow->tunnel == LVS_TUNNEL_IPIP && flow->to_family == LVS_IPV4;
	return flow->method == LVS_NAT || flow->method == LVS_DR;
}

static __always_inline void flow_count(struct lvs_flow *flow, __u32 length, __u64 now_ns)
{
	flow->last_seen_ns = now_ns;
	__sync_fetch_and_add(&flow->pending, (1ULL << LVS_PENDING_PACKETS_SHIFT) + length);
}

static __always_inline void frame_address(struct ethhdr *eth, const struct lvs_flow *flow)
{
	union {
		__u64 words[2];
		__u8 bytes[16];
	} next = {.words = {flow->frame[0], flow->frame[1]}};

	/* The first two bytes are padding. */
	__builtin_memcpy(eth, next.bytes + 2, sizeof(*eth));
}

static __always_inline void ttl_fall(struct iphdr *ip)
{
	ip->check = checksum_replace16(ip->check, bpf_htons(ip->ttl << 8), bpf_htons((ip->ttl - 1) << 8));
	ip->ttl--;
}

static __always_inline __u16 nat_checksum(__u16 check, __be32 from, __be32 to, __be16 from_port, __be16 to_port)
{
	check = checksum_replace32(check, from, to);
	return from_port == to_port ? check : checksum_replace16(check, from_port, to_port);
}

/* Rewrites addresses, ports and checksums in place. */
static __always_inline int nat(struct xdp_md *xdp, struct plain_frame *frame, const struct lvs_flow *flow)
{
	bool to_server = flow->direction == LVS_TO_SERVER;
	__be32 *addr = to_server ? &frame->ip->daddr : &frame->ip->saddr;
	__be16 *port = to_server ? &frame->ports->dest : &frame->ports->source;
	__be32 was = *addr, becomes = flow->to_addr[0];
	__be16 was_port = *port, becomes_port = flow->to_port;

	if (frame->ip->protocol == IPPROTO_TCP) {
		struct tcphdr *tcp = tcp_of(xdp, frame);

		if (!tcp)
			return -1;
		tcp->check = nat_checksum(tcp->check, was, becomes, was_port, becomes_port);
	} else if (frame->ports->check) {
		__u16 check = nat_checksum(frame->ports->check, was, becomes, was_port, becomes_port);

		/* Zero would mean that there is none (RFC 768). */
		frame->ports->check = check ? check : 0xffff;
	}
	*port = becomes_port;
	*addr = becomes;
	frame->ip->check = checksum_replace32(frame->ip->check, was, becomes);
	ttl_fall(frame->ip);
	frame_address(frame->eth, flow);
	return 0;
}

/* Congestion (RFC 6040) and what may be cut on the way are seen to on the long way. */
static __always_inline bool tunnel_is_plain(const struct iphdr *ip)
{
	return (ip->tos & INET_ECN_MASK) != INET_ECN_MASK && ip->frag_off & bpf_htons(IP_DONT_FRAGMENT);
}

/* Puts the packet into one to the server (RFC 2003). Returns 0, or a negative error with the packet as it was. */
static __always_inline int tunnel(struct xdp_md *xdp, struct plain_frame *frame, const struct lvs_flow *flow)
{
	struct iphdr inner = *frame->ip;
	struct iphdr *outer;
	void *data;

	ttl_fall(frame->ip);
	if (bpf_xdp_adjust_head(xdp, -(int)sizeof(struct iphdr)))
		return -1;
	data = (void *)(long)xdp->data;
	outer = data + ETH_HLEN;
	if ((void *)(outer + 1) > (void *)(long)xdp->data_end)
		return -1;
	frame_address(data, flow);
	*outer = (struct iphdr){
		.version = 4,
		.ihl = 5,
		.tos = inner.tos,
		.tot_len = bpf_htons(bpf_ntohs(inner.tot_len) + sizeof(inner)),
		/* RFC 6864: an atomic datagram's ID means nothing. */
		.frag_off = bpf_htons(IP_DONT_FRAGMENT),
		.ttl = inner.ttl - 1,
		.protocol = IPPROTO_IPIP,
		.saddr = flow->tunnel_source[0],
		.daddr = flow->to_addr[0],
	};
	outer->check = ip_checksum(outer);
	return 0;
}

static __always_inline int xdp_forward(struct xdp_md *xdp, struct plain_frame *frame, const struct lvs_flow *flow)
{
	__u32 port = flow->hop_ifindex;
	int error = 0;

	switch (flow->method) {
	case LVS_NAT:
		error = nat(xdp, frame, flow);
		break;
	case LVS_DR:
		ttl_fall(frame->ip);
		frame_address(frame->eth, flow);
		break;
	default:
		/* After a failure the packet may be half changed. */
		if (tunnel(xdp, frame, flow))
			return XDP_DROP;
	}
	if (error)
		return XDP_PASS;
	return port == xdp->ingress_ifindex ? XDP_TX : bpf_redirect_map(&lvs_xdp_ports, port, 0);
}

SEC("xdp")
int lvs_xdp(struct xdp_md *xdp)
{
	struct plain_frame frame;
	struct lvs_tuple tuple = {.family = LVS_IPV4};
	__u32 zero = 0, length, room, port;
	struct lvs_config *config;
	struct lvs_flow *flow;
	__u64 now_ns;

	if (!frame_find(xdp, &frame))
		return XDP_PASS;
	tuple.src[0] = frame.ip->saddr;
	tuple.dst[0] = frame.ip->daddr;
	tuple.sport = frame.ports->source;
	tuple.dport = frame.ports->dest;
	tuple.protocol = frame.ip->protocol;
	length = bpf_ntohs(frame.ip->tot_len);
	if (frame.ip->protocol == IPPROTO_TCP) {
		struct tcphdr *tcp = tcp_of(xdp, &frame);

		/* Only what can't move a state. */
		if (!tcp || ((__u8 *)tcp)[TCP_FLAGS_OFFSET] & (TCP_SYN | TCP_FIN | TCP_RST))
			return XDP_PASS;
	} else if (frame.ip->protocol != IPPROTO_UDP) {
		return XDP_PASS;
	}
	if (length < sizeof(struct iphdr) + sizeof(struct udphdr) ||
	    length + ETH_HLEN > (__u32)(xdp->data_end - xdp->data))
		return XDP_PASS;

	flow = bpf_map_lookup_elem(&lvs_flows, &tuple);
	if (!flow || (flow->state != LVS_S_ESTABLISHED && flow->state != LVS_S_UDP))
		return XDP_PASS;
	config = bpf_map_lookup_elem(&lvs_config, &zero);
	now_ns = bpf_ktime_get_coarse_ns();
	if (!config || !flow_is_simple(flow, config, now_ns))
		return XDP_PASS;
	if (flow->method == LVS_TUN && !tunnel_is_plain(frame.ip))
		return XDP_PASS;
	room = flow->method == LVS_TUN ? flow->hop_mtu - sizeof(struct iphdr) : flow->hop_mtu;
	if (length > room)
		return XDP_PASS;
	/* To a device that takes no frames from XDP the packet goes by the long way. */
	port = flow->hop_ifindex;
	if (!bpf_map_lookup_elem(&lvs_xdp_ports, &port) || !frame_is_for(&frame, xdp->ingress_ifindex))
		return XDP_PASS;
	flow_count(flow, length, now_ns);
	return xdp_forward(xdp, &frame, flow);
}

/* GPL-compatible, as the kernel's helpers ask. */
char _license[] SEC("license") = "Dual MIT/GPL";
