/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The contract between the tracer (trace.bpf.c) and user space: what is asked for, and what is told of a packet.
 * Apart from abi.h, so that a change here makes no loaded director one of another version. src/dataplane/trace-abi.ts
 * is generated from it.
 */
#ifndef LVS_TRACE_ABI_H
#define LVS_TRACE_ABI_H

#include "abi.h"

enum lvs_trace_limits {
	/* Terms of a filter. */
	LVS_TRACE_TERMS = 8,
	/* Servers of a service that an event tells of. */
	LVS_TRACE_MEMBERS = 16,
	/* Of the ring of events: as many as come while user space looks away, for 50 ms. */
	LVS_TRACE_RING_BYTES = 4194304,
};

enum lvs_trace_term_kind {
	LVS_TRACE_PROTOCOL = 1,
	/* Of the packet, as it came: either address, or one of them. */
	LVS_TRACE_HOST,
	LVS_TRACE_SOURCE,
	LVS_TRACE_DESTINATION,
	LVS_TRACE_PORT,
	/* Of the connection, whichever way the packet goes. */
	LVS_TRACE_CLIENT,
	LVS_TRACE_SERVER,
	LVS_TRACE_VIP,
	LVS_TRACE_DROPPED,
};

/* All terms of a filter hold for a packet that is told of. */
struct lvs_trace_term {
	__be32 addr[4];
	__u32 kind; /* enum lvs_trace_term_kind */
	__u32 family; /* of the address, enum lvs_family */
	__u32 port; /* host order; of LVS_TRACE_VIP, 0: any */
	__u32 protocol; /* ICMPv6 counts as ICMP */
};

struct lvs_trace_control {
	__u64 left; /* packets that may still be told of */
	__u64 lost; /* of which there was no room to tell */
	__u32 terms; /* how many are asked for */
	__u32 all; /* not zero: also packets that concern no service */
};

/* Apart from the control, which the tracer itself writes. */
struct lvs_trace_lease {
	/* CLOCK_MONOTONIC: nothing is traced from then on. User space moves it forward as long as it lives. */
	__u64 until_ns;
};

/* Where a packet was seen. */
enum lvs_trace_place {
	LVS_TRACE_INGRESS = 0,
	/* An answer of a server that is the director itself. */
	LVS_TRACE_EGRESS,
};

/* What was done with the packet on its way. */
enum lvs_trace_steps {
	/* It had a connection when it came. */
	LVS_TRACE_KNOWN = 1,
	/* It had none, or one that was over: whether it opens one was decided. */
	LVS_TRACE_ASKED = 2,
	/* It is of a kind that opens connections. */
	LVS_TRACE_OPENS = 4,
	LVS_TRACE_OPENED = 8,
	/* Sent as a connection of its own that is not kept. */
	LVS_TRACE_ONE_PACKET = 16,
	/* The data connection of FTP that was expected. */
	LVS_TRACE_FTP_DATA = 32,
	/* An ICMP error about a connection, or about a tunnel's packet. */
	LVS_TRACE_ICMP_RELATED = 64,
	LVS_TRACE_ICMP_OF_TUNNEL = 128,
	/* Turned into an ICMP error to its sender. */
	LVS_TRACE_ANSWERED = 512,
	/* Larger than its next hop takes: cut in two. */
	LVS_TRACE_SPLIT = 1024,
	/* It is for an address that is a virtual one. */
	LVS_TRACE_TO_VIP = 2048,
	/* Where its flow leads is told. */
	LVS_TRACE_HAS_FLOW = 8192,
	/* Its headers contradict. */
	LVS_TRACE_MALFORMED = 256,
	/* It opens nothing because the stack drops it, see ip_receive.h: for its source address, */
	LVS_TRACE_MARTIAN = 4096,
	/* its IPv4 header's checksum, */
	LVS_TRACE_WRONG_CHECKSUM = 16384,
	/* or its IPv4 options. */
	LVS_TRACE_UNFIT_OPTIONS = 32768,
};

enum lvs_trace_found {
	LVS_TRACE_NO_SERVICE = 0,
	LVS_TRACE_BY_MARK,
	LVS_TRACE_BY_PORT,
	LVS_TRACE_BY_FTP,
	LVS_TRACE_BY_ADDRESS,
};

enum lvs_trace_template {
	LVS_TRACE_NOT_PERSISTENT = 0,
	LVS_TRACE_TEMPLATE_NONE,
	LVS_TRACE_TEMPLATE_FOUND,
	LVS_TRACE_TEMPLATE_FAILED,
};

enum lvs_trace_no_drop {
	/* In the place of an enum lvs_drop. */
	LVS_TRACE_NOT_DROPPED = 255,
};

struct lvs_trace_event {
	__u64 time_ns; /* CLOCK_MONOTONIC */
	struct lvs_tuple tuple; /* as it came; later fragments have their ports once these are known */
	struct lvs_tuple flow_key; /* what its flow is found by: of an ICMP error, the packet inside turned round */
	__u32 length; /* of IP */
	__u32 mark;
	__u32 ifindex; /* where it came in, or goes out */
	__u32 steps; /* enum lvs_trace_steps */
	__u32 verdict; /* TC_ACT_* */
	__u8 place; /* enum lvs_trace_place */
	__u8 tcp_flags;
	__u8 fragment; /* enum packet_fragment */
	__u8 drop; /* enum lvs_drop, or LVS_TRACE_NOT_DROPPED */
	__u8 icmp_type;
	__u8 icmp_code;
	__u8 ttl;
	__u8 state_before; /* enum lvs_state; LVS_S_NONE without a connection */
	/* Of a packet that asked for a connection. */
	__u8 found; /* enum lvs_trace_found */
	__u8 template; /* enum lvs_trace_template */
	__u16 pad;
	__u32 scheduler; /* enum lvs_scheduler */
	__u32 members; /* servers of the service; of the first of them: */
	__u32 member_server[LVS_TRACE_MEMBERS];
	__u32 member_weight[LVS_TRACE_MEMBERS];
	__u32 member_active[LVS_TRACE_MEMBERS];
	__u32 member_inactive[LVS_TRACE_MEMBERS];
	__u32 member_overloaded[LVS_TRACE_MEMBERS];
	/* Of its flow afterwards, if LVS_TRACE_HAS_FLOW; `service` also where one was found. */
	__u32 service; /* id */
	__u32 server; /* index into lvs_servers */
	__be32 to_addr[4];
	__be32 hop_addr[4];
	__u32 hop_ifindex;
	__u32 hop_mtu;
	__be16 to_port;
	__u8 hop_mac[6]; /* if LVS_FLOW_FRAMED */
	__u8 state; /* enum lvs_state */
	__u8 direction; /* enum lvs_direction */
	__u8 method; /* enum lvs_method */
	__u8 to_family; /* enum lvs_family */
	__u8 flow_flags; /* enum lvs_flow_flags */
	__u8 tunnel; /* enum lvs_tunnel */
	__u16 pad2;
	struct lvs_tuple peer; /* of LVS_TO_CLIENT: the connection's key */
	__u32 room; /* of a packet that is too big: what would have fitted */
};

#endif
