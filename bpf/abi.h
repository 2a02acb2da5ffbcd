/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The contract between the data plane and user space: keys, values, flags, codes. Nothing else defines them:
 * src/dataplane/abi.ts is generated from this file's BTF. Constants are enums because BTF carries those.
 * __be16 and __be32 are wire order; everything else is host order. No implicit padding.
 * Addresses are four words; an IPv4 address stands in the first, the others are zero.
 */
#ifndef LVS_ABI_H
#define LVS_ABI_H

#include <linux/bpf.h>
#include <linux/types.h>

enum lvs_abi {
	/*
	 * Grows when a field or a number keeps its name and changes its meaning: then a director of another generation
	 * can't be replaced with its connections kept. Fields and numbers that come, go or move do not count.
	 */
	LVS_ABI_GENERATION = 1,
};

enum lvs_limits {
	/* Servers of all services together, with the removed ones whose connections still live. */
	LVS_MAX_SERVERS = 131072,
	LVS_MAX_SERVICES = 16384,
	/* Rows of all schedule tables: a Maglev table takes 4093, wrr one for each turn of a cycle, rr none. */
	LVS_MAX_SLOTS = 2097152,
	/* Connections, counting a VS-NAT one twice (each direction has its entry). Set anew at load time. */
	LVS_MAX_FLOWS = 2097152,
	/* Connections under persistence templates. */
	LVS_MAX_CHILDREN = 1048576,
	/* Calls of SIP under way. */
	LVS_MAX_CALLS = 262144,
	/* A Call-ID is no longer (IP_VS_PEDATA_MAXLEN, v6.1). */
	LVS_CALL_ID_BYTES = 255,
	/* As much of a line of FTP as is read. */
	LVS_FTP_LINE_BYTES = 128,
	/* A power of two, because slots are found by the low bits of their number. See wheel.h. */
	LVS_WHEEL_SLOTS = 512,
	/* How long a slot is: 2^27 ns, 134 ms. */
	LVS_WHEEL_SLOT_SHIFT = 27,
	/* Destinations that lblc and lblcr remember, of all services together. */
	LVS_MAX_DESTINATIONS = 65536,
	/* Fragmented datagrams under way, and fragments that came before their first. */
	LVS_MAX_DATAGRAMS = 4096,
	LVS_MAX_EARLY_FRAGMENTS = 512,
	/* Whom the director has told by ICMP. More than it may tell in the six seconds after which all of it is forgiven. */
	LVS_MAX_ICMP_HOSTS = 16384,
};

enum lvs_family {
	LVS_IPV4 = 4,
	LVS_IPV6 = 6,
};

enum lvs_method {
	LVS_NAT = 0,
	LVS_DR = 1,
	LVS_TUN = 2,
	/* The server is the director itself: packets go up its stack as they are, */
	LVS_LOCAL = 3,
	/* or, where it was to be VS-NAT, rewritten. */
	LVS_LOCAL_NAT = 4,
};

enum lvs_tunnel {
	LVS_TUNNEL_IPIP = 0,
	LVS_TUNNEL_GUE = 1,
	LVS_TUNNEL_GRE = 2,
};

enum lvs_tunnel_flags {
	LVS_TUNNEL_CSUM = 1,
	LVS_TUNNEL_REMCSUM = 2,
};

enum lvs_scheduler {
	LVS_SCHED_RR = 0,
	LVS_SCHED_WRR,
	LVS_SCHED_LC,
	LVS_SCHED_WLC,
	LVS_SCHED_LBLC,
	LVS_SCHED_LBLCR,
	LVS_SCHED_DH,
	LVS_SCHED_SH,
	LVS_SCHED_SED,
	LVS_SCHED_NQ,
	LVS_SCHED_FO,
	LVS_SCHED_OVF,
	LVS_SCHED_MH,
	LVS_SCHED_TWOS,
};

/*
 * IPVS's TCP states in the kernel's order (include/net/ip_vs.h, v6.1), then the one state of UDP, SCTP's in the
 * kernel's order, and that of persistence templates.
 */
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
	LVS_S_SCTP_NONE,
	LVS_S_SCTP_INIT1,
	LVS_S_SCTP_INIT,
	LVS_S_SCTP_COOKIE_SENT,
	LVS_S_SCTP_COOKIE_REPLIED,
	LVS_S_SCTP_COOKIE_WAIT,
	LVS_S_SCTP_COOKIE,
	LVS_S_SCTP_COOKIE_ECHOED,
	LVS_S_SCTP_ESTABLISHED,
	LVS_S_SCTP_SHUTDOWN_SENT,
	LVS_S_SCTP_SHUTDOWN_RECEIVED,
	LVS_S_SCTP_SHUTDOWN_ACK_SENT,
	LVS_S_SCTP_REJECTED,
	LVS_S_SCTP_CLOSED,
	LVS_S_TEMPLATE,
	LVS_S_COUNT,
	/* Expired and about to be deleted: no packet may move it on. */
	LVS_S_GONE,
};

/* Why a packet for a virtual service was dropped. Each has a counter; names are shown to users. */
enum lvs_drop {
	LVS_DROP_NO_SERVER = 0,
	LVS_DROP_SERVER_REMOVED,
	LVS_DROP_TABLE_FULL,
	/* The kernel has no memory for what is to end the connection. */
	LVS_DROP_NO_TIMER,
	LVS_DROP_NO_ROUTE,
	LVS_DROP_FORWARDING_DISABLED,
	LVS_DROP_TTL_EXPIRED,
	LVS_DROP_TOO_BIG,
	LVS_DROP_REWRITE_FAILED,
	/* A fragment whose first never came, or more of them at once than are kept. */
	LVS_DROP_FRAGMENT_LOST,
	/* For a service that keeps calls of SIP together. */
	LVS_DROP_NO_CALL_ID,
	/* From a server of VS-NAT, while nat_icmp_send is on. */
	LVS_DROP_NO_CONNECTION,
	/* By drop_packet. */
	LVS_DROP_DEFENCE,
	LVS_DROP_INTERNAL,
	LVS_DROP_COUNT,
};

enum lvs_tuple_kind {
	LVS_CONNECTION = 0,
	/* A persistence template: the client's network, no client port, the service. */
	LVS_TEMPLATE = 1,
	/* A connection that is to come, of which the opener's port is not known (FTP's data): sport is zero. */
	LVS_EXPECTED = 2,
	/* A template of SIP: instead of the client's network stands a hash of that and the Call-ID, see lvs_calls. */
	LVS_CALL = 3,
};

/* A packet's addresses and ports as they are on the wire. */
struct lvs_tuple {
	__be32 src[4];
	__be32 dst[4];
	__be16 sport;
	__be16 dport;
	__u8 protocol; /* 0 (IPPROTO_IP) in templates of firewall marks, whose dst[0] is the mark */
	__u8 family; /* enum lvs_family */
	__u8 kind; /* enum lvs_tuple_kind */
	__u8 pad;
};

/* What a connection is under: a persistence template; of FTP's data connections, the control connection. */
struct lvs_child {
	struct lvs_tuple parent;
	__u32 server; /* index into lvs_servers: parents of other servers do not count this connection */
};

/* What a template of SIP is about. */
struct lvs_call {
	__be32 client[4]; /* its network */
	__u32 length; /* of the Call-ID */
	__u8 id[256]; /* the rest is zero */
	__u32 pad;
};

enum lvs_direction {
	/* From the client to the VIP: owns the connection's state and expiry. */
	LVS_TO_SERVER = 0,
	/* From the server to the client, VS-NAT only. */
	LVS_TO_CLIENT = 1,
};

enum lvs_pending {
	/* Of lvs_flow.pending: bytes below, packets above. Room for a second of 1 Tbit/s and of 16 M packets. */
	LVS_PENDING_PACKETS_SHIFT = 40,
};

enum lvs_flow_flags {
	/* Under a persistence template, found by lvs_templates. */
	LVS_FLOW_CONTROLLED = 1,
	/* FTP's control connection under VS-NAT: its payload names addresses. */
	LVS_FLOW_FTP = 2,
	/* `frame` is known. */
	LVS_FLOW_FRAMED = 4,
	/* The next hop has not been found yet: it is asked for again with each packet. */
	LVS_FLOW_SEEKS_HOP = 128,
	/* Of VS-TUN: GRE or GUE stands between the IP headers. */
	LVS_FLOW_SHIM = 16,
	/* Of a template: a connection under it has been established. */
	LVS_FLOW_ASSURED = 8,
	/* Another director's: none of its packets has come here yet. Its timeout is that director's until one does. */
	LVS_FLOW_ADOPTED = 64,
};

/* The key of an entry of the timing wheel: see wheel.h. */
struct lvs_ticket {
	__u32 slot;
	__u32 number; /* in this slot, one after the other */
};

/* The numbers of the entries of a slot, from the first to before the last. */
struct lvs_wheel_slot {
	__u32 head;
	__u32 tail;
};

/*
 * One direction of a connection, found by its tuple. The LVS_TO_SERVER entry owns the connection; under VS-NAT a
 * second entry, LVS_TO_CLIENT, is its way back. Everything that a packet of an established connection needs is
 * here, the most needed first: other tables are asked at most once a second, and after a change of the configuration.
 */
struct lvs_flow {
	__u64 last_seen_ns; /* CLOCK_MONOTONIC, coarse */
	__u64 pending; /* packets and bytes not yet in the counters, see enum lvs_pending */
	__u64 fresh_until_ns; /* route and server are to be looked up again after this */
	__u32 epoch; /* lvs_config.epoch when they were */
	__u32 state; /* enum lvs_state; the owner's is moved by compare-and-swap, the other's is a copy */
	__u8 direction; /* enum lvs_direction */
	__u8 method; /* enum lvs_method */
	__u8 to_family; /* enum lvs_family: of the server; differs from the packets' under VS-TUN alone */
	__u8 flags; /* enum lvs_flow_flags */
	__be16 to_port;
	__u16 hop_mtu; /* 0: any packet fits */
	__u32 hop_ifindex;
	__u32 server; /* index into lvs_servers */
	__u64 frame[2]; /* towards the next hop: two bytes of nothing, destination, source, type; if LVS_FLOW_FRAMED */
	__be32 to_addr[4]; /* the server; of LVS_TO_CLIENT, the virtual address that becomes the source */
	__be32 hop_addr[4]; /* the next hop, of to_family */
	__be32 tunnel_source[4];
	__u8 tunnel; /* enum lvs_tunnel */
	__u8 tunnel_flags; /* enum lvs_tunnel_flags */
	__be16 tunnel_port;
	__u32 service; /* service id, for its counters */
	__u32 timeout_s; /* of templates; 0: the state's */
	__u32 children; /* connections under it, see struct lvs_child */
	struct lvs_tuple peer; /* the other direction's key; all zero under VS-DR and VS-TUN */
	/* Of the owner: when it is looked at next, at its expiry or before; 0: never yet. And its entry in lvs_due. */
	__u64 due_ns;
	struct lvs_ticket ticket;
	__u32 told_s; /* CLOCK_MONOTONIC: when other directors were told of it; 0: never */
	__u32 told_state; /* what its state was then; LVS_S_GONE: it was seen, and not told of yet */
};

enum lvs_shared_limits {
	/* What one pass over the connections gathers at most. */
	LVS_MAX_SHARED = 8192,
};

enum lvs_shared_flags {
	LVS_SHARED_INACTIVE = 1,
	/* Of a template, see LVS_FLOW_ASSURED. */
	LVS_SHARED_ASSURED = 2,
};

/* A connection, or a template, as one director tells another of it. */
struct lvs_shared {
	struct lvs_tuple key;
	__be32 to_addr[4];
	__be16 to_port;
	__u8 method; /* enum lvs_method */
	__u8 to_family; /* enum lvs_family */
	__u32 state; /* enum lvs_state */
	__u32 timeout_s;
	__u32 server; /* index into lvs_servers; LVS_MAX_SERVERS where the server is not configured */
	__u32 service; /* its id; LVS_MAX_SERVICES then */
	__u32 flags; /* enum lvs_shared_flags */
};

/* What lvs_collect is given and gives back. */
struct lvs_collect {
	__u32 since_s; /* what was told before is told again */
	__u32 count; /* rows of lvs_collected that are filled */
};

/* What has become of a connection that lvs_adopt was given. */
enum lvs_adopted {
	LVS_ADOPTED_NEW = 1,
	LVS_ADOPTED_KNOWN,
	LVS_ADOPTED_OUTDATED,
	LVS_ADOPTED_NO_ROOM,
	LVS_ADOPTED_MALFORMED,
};

/* A connection of a director of another version, as lvs_import is given it. Behind it stands its struct lvs_flow. */
struct lvs_import {
	struct lvs_tuple key;
	struct lvs_tuple parent; /* what it is under, see lvs_templates; all zero: nothing */
};

enum lvs_import_result {
	LVS_IMPORT_NEW = 1,
	LVS_IMPORT_KNOWN,
	/* Its packets come here by now, or another has taken its place. */
	LVS_IMPORT_PAST,
	/* What it is under is not here yet. */
	LVS_IMPORT_WAITS,
	LVS_IMPORT_NO_ROOM,
	LVS_IMPORT_MALFORMED,
};

/* How much of the connection table is in use, and how far its defence is. */
struct lvs_occupancy {
	__u64 entries;
	__u64 openers; /* packets that would open a connection, while drop_packet is on */
	__u32 slot; /* of the wheel, looked through next */
	__u32 number; /* of the entry in it */
	__u32 slots_left; /* to look through in this pass */
	__u32 pad;
};

/* Turns the timing wheel. */
struct lvs_sweeper {
	struct bpf_timer timer;
	__u64 slot; /* the one that is swept next, of all since the machine started */
};

/* A service's address, or its firewall mark: then port and protocol are zero, and the mark is addr[0]. */
struct lvs_service_key {
	__be32 addr[4];
	__be16 port;
	__u8 protocol;
	__u8 family; /* enum lvs_family */
};

enum lvs_service_flags {
	LVS_SERVICE_PERSISTENT = 1,
	LVS_SERVICE_ONE_PACKET = 2,
	/* ipvsadm -b: flag-1 to flag-3. */
	LVS_SERVICE_SCHED_1 = 4,
	LVS_SERVICE_SCHED_2 = 8,
	LVS_SERVICE_SCHED_3 = 16,
	LVS_SERVICE_MARK = 32,
	LVS_SERVICE_SIP = 64,
	/* Of port 21, FTP's: its data connections go to other ports. */
	LVS_SERVICE_FTP = 128,
	/* Of port zero: every port. */
	LVS_SERVICE_ANY_PORT = 256,
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
	__u32 slots_count; /* of a table scheduler 0: no server takes new connections */
	__u32 flags; /* enum lvs_service_flags */
	__u32 persistence_s;
	__be32 netmask[4]; /* of persistence */
	__u64 cursor_start; /* of rr and wrr: the cursor when these servers came into force; for user space alone */
	__u64 sequence; /* grows with each added service: the order of listings that are not sorted */
};

/*
 * A server in a service's list, in IPVS's order (newest first), with all that was asked for: the rows of a service
 * change whole or not at all. What connections read of it stands in lvs_server, too, written after it.
 */
struct lvs_member {
	__u32 server; /* index into servers */
	__u32 weight;
	__u32 upper_threshold;
	__u32 lower_threshold;
	__u8 method; /* enum lvs_method, as it was asked for: a LocalNode's flows have LVS_LOCAL or LVS_LOCAL_NAT */
	__u8 tunnel; /* enum lvs_tunnel */
	__be16 tunnel_port;
	__u16 tunnel_flags; /* enum lvs_tunnel_flags */
	__u16 pad;
};

enum lvs_server_flags {
	/* In its service's list; without it the packets of its connections are dropped. */
	LVS_SERVER_AVAILABLE = 1,
	/* Its address is one of the director's own. */
	LVS_SERVER_LOCAL = 2,
	/* Its weight is zero. */
	LVS_SERVER_QUIESCENT = 4,
};

enum lvs_server_method {
	/* Of lvs_server.flags: above it stands the enum lvs_method. */
	LVS_SERVER_METHOD_SHIFT = 8,
};

struct lvs_server {
	__be32 addr[4];
	__be32 tunnel_source[4]; /* outer source address of VS-TUN */
	__be16 port;
	__u8 family; /* enum lvs_family */
	__u8 tunnel; /* enum lvs_tunnel */
	__be16 tunnel_port;
	__u16 tunnel_flags; /* enum lvs_tunnel_flags */
	__u32 flags; /* enum lvs_server_flags, and its method from LVS_SERVER_METHOD_SHIFT on */
	__u32 service; /* id of its service, under which its connections count; for user space alone */
	__u32 upper_threshold;
	__u32 lower_threshold;
	__u32 last_weight; /* the last that was not zero since it was added; for user space alone, which makes mh's table */
};

/* Whose a packet from a server of VS-NAT is. */
struct lvs_real_server {
	struct lvs_service_key service;
	__u32 server; /* index into lvs_servers */
	__u32 pad;
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
	/* Not zero from when the upper threshold is reached until there are fewer than the lower one. */
	__u32 overloaded;
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

enum lvs_carry_kind {
	LVS_CARRY_SERVICE = 0,
	LVS_CARRY_SERVER = 1,
	LVS_CARRY_DROPS = 2,
};

/* What a director of another version has counted, as lvs_carry is given it. */
struct lvs_carry {
	__u32 kind; /* enum lvs_carry_kind */
	__u32 id; /* service id, server index or enum lvs_drop */
	__u64 count[5]; /* by enum lvs_counter; of drops, the first alone */
	__u64 rate[5]; /* LVS_RATE_FRACTION_BITS fraction bits */
	__u32 overloaded; /* of servers, see lvs_connection_counts */
	__u32 pad;
};

/* What flows hold of a service's or server's counters, as of one census. */
struct lvs_held {
	__u64 census; /* its number: what another one left is of no account */
	__u64 count[5]; /* by enum lvs_counter */
};

/* What lvs_census is given and gives back. */
struct lvs_census {
	__u64 number; /* unlike that of any before */
	__u64 flows; /* entries of the connection table */
};

/* What lvs_expire_removed gives back. */
struct lvs_expired {
	__u64 connections;
};

/* What lvs_note_load is given: the server whose thresholds have changed. */
struct lvs_load_request {
	__u32 server; /* index into lvs_servers */
	__u32 pad;
};

/* What lblc and lblcr remember of a destination address. */
struct lvs_destination_key {
	__be32 addr[4];
	__u32 service; /* id */
	__u32 family; /* enum lvs_family */
};

enum lvs_destination_limits {
	/* Servers that lblcr keeps for one destination. */
	LVS_DESTINATION_SERVERS = 16,
};

struct lvs_destination {
	__u64 last_used_ns;
	__u64 last_changed_ns; /* of lblcr: when a server joined or left */
	__u32 count;
	__u32 server[LVS_DESTINATION_SERVERS]; /* indices into lvs_servers; lblc uses the first alone */
	__u32 pad;
};

/* A datagram in fragments (RFC 791, RFC 8200): what its later ones are found by. */
struct lvs_datagram_key {
	__be32 src[4];
	__be32 dst[4];
	__be32 id;
	__u8 protocol;
	__u8 family; /* enum lvs_family */
	__u16 pad;
};

enum lvs_datagram_limits {
	/* Of 64 kB in 1480 bytes each, with room. */
	LVS_DATAGRAM_EARLY = 48,
	/* A fragment's bytes that are kept until its first has come: a jumbo frame. */
	LVS_EARLY_BYTES = 9216,
};

enum lvs_datagram_flags {
	/* The first fragment has come: protocol and ports are known. */
	LVS_DATAGRAM_KNOWN = 1,
	/* It was left to the stack, and so are the others. */
	LVS_DATAGRAM_PASSED = 2,
	/* Came in one piece and was cut here: it has been counted. */
	LVS_DATAGRAM_COUNTED = 4,
};

struct lvs_datagram {
	__u64 seen_ns; /* when its first came, or whichever came before that */
	__be16 sport;
	__be16 dport;
	__u32 protocol;
	__u32 flags; /* enum lvs_datagram_flags; 0: its first has not come */
	__u32 bytes; /* of payload, in the fragments that have gone on */
	__u32 total; /* of payload, told by the last fragment; 0: not yet */
	__u32 early_count; /* fragments that came before the first */
	__u32 early[LVS_DATAGRAM_EARLY]; /* 1 + their places in lvs_early_fragments; 0: sent since */
};

struct lvs_early_fragment {
	struct lvs_datagram_key datagram;
	__u32 length; /* of the frame; 0: free */
	__u8 frame[LVS_EARLY_BYTES];
};

/* An address whose fragments concern the director: a VIP as destination, a server of VS-NAT as source. */
struct lvs_address_key {
	__be32 addr[4];
	__u32 family; /* enum lvs_family */
	__u32 is_source;
};

/* Which look-ups the configuration makes necessary; all others are left out. */
enum lvs_features {
	LVS_HAS_MARKS = 1,
	/* Services of FTP's port, or of such that may get its packets: their data connections are theirs. */
	LVS_HAS_FTP = 2,
	/* Services of port zero. */
	LVS_HAS_ANY_PORT = 4,
	LVS_HAS_PERSISTENCE = 8,
	/* Servers of VS-NAT that are the director itself: lvs_egress is on the NICs. */
	LVS_HAS_LOCAL_NAT = 16,
	/* Services of SIP, whose servers may open calls, too. */
	LVS_HAS_SIP = 32,
	/* A director of another version stands behind this one: what is not known here is left to it. */
	LVS_TAKES_OVER = 65536,
};

/* IPVS's sysctls that are kept, see docs/settings.md. Where each is looked at, is not where established connections pass. */
enum lvs_setting {
	LVS_EXPIRE_NODEST_CONN = 0,
	LVS_EXPIRE_QUIESCENT_TEMPLATE,
	LVS_SLOPPY_TCP,
	LVS_SLOPPY_SCTP,
	LVS_CONN_REUSE_MODE,
	LVS_NAT_ICMP_SEND,
	LVS_DROP_ENTRY,
	LVS_DROP_PACKET,
	LVS_AM_DROPRATE,
	LVS_SETTINGS,
};

/* Whether a program stands in front of lvs_ingress, see xdp.bpf.c. */
enum lvs_xdp_mode {
	LVS_XDP_NONE = 0,
	LVS_XDP_NATIVE,
	LVS_XDP_GENERIC,
};

struct lvs_config {
	__u32 epoch; /* grows with each change of the configuration: flows then look again */
	__u32 features; /* enum lvs_features */
	__u32 timeout_s[32]; /* by enum lvs_state */
	__u64 trace_until_ns; /* while it lies ahead, XDP leaves all packets to the long way, where a tracer sees them */
	__u32 xdp_mode; /* enum lvs_xdp_mode, for user space alone: what new NICs get */
	__u32 pad;
	__u32 setting[16]; /* by enum lvs_setting */
	__u32 secret
		[4]; /* drawn by chance when the director was loaded: the key of hashes that outsiders must not foresee */
};

#endif
