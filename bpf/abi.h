/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The contract between the data plane and user space: keys, values, flags, codes. Nothing else defines them:
 * src/dataplane/abi.ts is generated from this file's BTF. Constants are enums because BTF carries those.
 * __be16 and __be32 are wire order; everything else is host order. No implicit padding.
 */
#ifndef LVS_ABI_H
#define LVS_ABI_H

#include <linux/bpf.h>
#include <linux/types.h>

enum lvs_limits {
	/* Servers of all services together, with the removed ones whose connections still live. */
	LVS_MAX_SERVERS = 131072,
	LVS_MAX_SERVICES = 16384,
	/* Rows of all schedule tables: a Maglev table takes 4093, rr one per server. */
	LVS_MAX_SLOTS = 1048576,
	/* Connections, counting a VS-NAT one twice (each direction has its entry). Set anew at load time. */
	LVS_MAX_FLOWS = 1048576,
	/* Connections that wait for the kernel to have memory for their timer. */
	LVS_MAX_UNTIMED = 65536,
};

enum lvs_method {
	LVS_NAT = 0,
	LVS_DR = 1,
	LVS_TUN = 2,
};

enum lvs_scheduler {
	LVS_SCHED_RR = 0,
	LVS_SCHED_WRR = 1,
};

/* IPVS's TCP states in the kernel's order (include/net/ip_vs.h, v6.1), then the one state of UDP. */
enum lvs_state {
	LVS_S_NONE = 0,
	LVS_S_ESTABLISHED,
	LVS_S_SYN_SENT,
	LVS_S_SYN_RECV,
	LVS_S_FIN_WAIT,
	LVS_S_TIME_WAIT,
	LVS_S_CLOSE,
	LVS_S_CLOSE_WAIT,
	LVS_S_LAST_ACK,
	LVS_S_LISTEN,
	LVS_S_SYNACK,
	LVS_S_UDP,
	LVS_S_COUNT,
	/* Expired and about to be deleted: no packet may move it on. */
	LVS_S_GONE,
};

/* Why a packet for a virtual service was dropped. Each has a counter; names are shown to users. */
enum lvs_drop {
	LVS_DROP_NO_SERVER = 0,
	LVS_DROP_SERVER_REMOVED,
	LVS_DROP_TABLE_FULL,
	LVS_DROP_NO_ROUTE,
	LVS_DROP_FORWARDING_DISABLED,
	LVS_DROP_TTL_EXPIRED,
	LVS_DROP_TOO_BIG,
	LVS_DROP_REWRITE_FAILED,
	LVS_DROP_INTERNAL,
	LVS_DROP_COUNT,
};

/* A packet's addresses and ports as they are on the wire. */
struct lvs_tuple {
	__be32 src;
	__be32 dst;
	__be16 sport;
	__be16 dport;
	__u8 protocol;
	__u8 pad[3];
};

enum lvs_direction {
	/* From the client to the VIP: owns the connection's state and timer. */
	LVS_TO_SERVER = 0,
	/* From the server to the client, VS-NAT only. */
	LVS_TO_CLIENT = 1,
};

enum lvs_pending {
	/* Of lvs_flow.pending: bytes below, packets above. Room for a second of 1 Tbit/s and of 16 M packets. */
	LVS_PENDING_PACKETS_SHIFT = 40,
};

/*
 * One direction of a connection, found by its tuple. The LVS_TO_SERVER entry owns the connection; under VS-NAT a
 * second entry, LVS_TO_CLIENT, is its way back. Everything that a packet of an established connection needs is
 * here, in the first 64 bytes: other tables are asked at most once a second, and after a change of the
 * configuration.
 */
struct lvs_flow {
	struct bpf_timer timer; /* of the owner: the connection's expiry */
	__u64 last_seen_ns; /* CLOCK_MONOTONIC, coarse */
	__u64 pending; /* packets and bytes not yet in the counters, see enum lvs_pending */
	__u64 fresh_until_ns; /* route and server are to be looked up again after this */
	__u64 hop; /* route: ifindex in the low half, next hop (__be32) in the high half */
	__u32 epoch; /* lvs_config.epoch when they were */
	__u32 state; /* enum lvs_state; the owner's is moved by compare-and-swap, the other's is a copy */
	__be32 to_addr; /* the server; of LVS_TO_CLIENT, the virtual address that becomes the source */
	__be16 to_port;
	__u8 direction; /* enum lvs_direction */
	__u8 method; /* enum lvs_method */
	__be32 tunnel_source;
	__u16 hop_mtu; /* 0 while not known */
	__u8 pad[2];
	struct lvs_tuple peer; /* the other direction's key; all zero under VS-DR and VS-TUN */
	__u32 server; /* index into lvs_servers */
	__u32 service; /* service id, for its counters */
	__u64 expires_armed_ns; /* of the owner: when the timer fires next; 0 while it has none */
};

/* Gives timers to connections that could not have one at once. */
struct lvs_sweeper {
	struct bpf_timer timer;
};

enum lvs_family {
	LVS_IPV4 = 4,
};

/* IPv4 addresses stand in addr[0], the rest zero. */
struct lvs_service_key {
	__be32 addr[4];
	__be16 port;
	__u8 protocol;
	__u8 family; /* enum lvs_family */
};

/*
 * A service as packets see it. One hash element, so an update of it is the commit point of every change to the
 * service: the rows it names are written before, and never written again while it names them.
 */
struct lvs_service {
	__u32 id;
	__u32 scheduler; /* enum lvs_scheduler */
	__u32 members_base;
	__u32 members_count;
	__u32 slots_base;
	__u32 slots_count; /* 0: no server takes new connections */
	__u64 sequence; /* grows with each added service: the order of listings that are not sorted */
};

/* A server in a service's list, in IPVS's order (newest first). */
struct lvs_member {
	__u32 server; /* index into servers */
	__u32 weight;
	__u32 upper_threshold;
	__u32 lower_threshold;
	__u32 method; /* enum lvs_method */
};

enum lvs_server_flags {
	/* In its service's list; without it the packets of its connections are dropped. */
	LVS_SERVER_AVAILABLE = 1,
};

struct lvs_server {
	__be32 addr[4];
	__be32 tunnel_source[4]; /* outer source address of VS-TUN */
	__be16 port;
	__u16 family;
	__u32 flags; /* enum lvs_server_flags */
	__u32 service; /* id of its service, under which its connections count; for user space alone */
};

/* A server's identity: it keeps its index, connections and counters when it is removed and added again. */
struct lvs_server_key {
	struct lvs_service_key service;
	__be32 addr[4];
	__be16 port;
	__u16 family;
};

/* Changed by the data plane alone, atomically. */
struct lvs_connection_counts {
	__u32 active;
	__u32 inactive;
	__u32 persistent;
	__u32 pad;
};

enum lvs_counter {
	LVS_COUNT_CONNECTIONS = 0,
	LVS_COUNT_IN_PACKETS,
	LVS_COUNT_OUT_PACKETS,
	LVS_COUNT_IN_BYTES,
	LVS_COUNT_OUT_BYTES,
	LVS_COUNTERS,
};

enum lvs_rate {
	LVS_RATE_PERIOD_NS = 2000000000,
	LVS_RATE_FRACTION_BITS = 10,
};

/*
 * Counters of one CPU, with IPVS's rate estimator (every 2 s, average += (rate - average) / 4). The periods are
 * the same on all CPUs and the estimator is linear, so the sum of the CPUs' averages is the average of the sum.
 */
struct lvs_stats {
	__u64 count[5]; /* by enum lvs_counter */
	__u64 period_start_count[5];
	__u64 rate[5]; /* per second, LVS_RATE_FRACTION_BITS fraction bits, as of period_start_ns */
	__u64 period_start_ns;
};

enum lvs_zero_kind {
	LVS_ZERO_SERVICE = 0,
	LVS_ZERO_SERVER = 1,
};

struct lvs_zero_key {
	__u32 kind; /* enum lvs_zero_kind */
	__u32 id; /* service id or server index */
};

struct lvs_zero {
	__u64 count[5]; /* by enum lvs_counter */
};

struct lvs_config {
	__u32 epoch; /* grows with each change of the configuration: flows then look again */
	__u32 timeout_s[12]; /* by enum lvs_state */
	__u32 pad;
};

#endif
