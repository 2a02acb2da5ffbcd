/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The maps, which are the director's whole state. All are pinned by name, one directory for each network
 * namespace, so that forwarding and state outlive every process.
 */
#ifndef LVS_MAPS_H
#define LVS_MAPS_H

#include "abi.h"
#include <bpf/bpf_helpers.h>
#include <stdbool.h>

/* Elements are allocated when a connection comes, not for the table's whole size at load time. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, LVS_MAX_FLOWS);
	__type(key, struct lvs_tuple);
	__type(value, struct lvs_flow);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} lvs_flows SEC(".maps");

/* Where a new connection is put together: it is too large for the stack. */
struct lvs_flow_image {
	__u64 bytes[sizeof(struct lvs_flow) / sizeof(__u64)];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct lvs_flow_image);
} lvs_new_flow SEC(".maps");

/* A line of FTP's control connection, how far it has been read, and what becomes of it: see ftp_text.h. */
struct lvs_ftp_line {
	__u8 text[LVS_FTP_LINE_BYTES];
	__u8 becomes[LVS_FTP_LINE_BYTES];
	__u64 numbers; /* an address and a port, in six bytes */
	__u32 length;
	__u32 start; /* where the first number begins; of fields, where what stands before them ends */
	__u32 address_end;
	__u32 value; /* of the number that is being read; a port */
	__u32 digits; /* of it */
	__u32 count; /* of numbers or fields that have been read */
	__u32 room; /* for words before the address */
	__u32 words; /* row of ftp_words_text */
	__u8 before;
	__u8 delimiter;
	__u8 family;
	bool found;
	/* What it says: where the data connection will go. */
	__be16 client_port; /* 0: not known yet, and the client is to open it */
	__be16 virtual_port; /* 0: it says nothing */
	__be16 server_port;
	__be32 client[4];
	__be32 server[4];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct lvs_ftp_line);
} lvs_ftp_line SEC(".maps");

/* Where keys are put together: they would take too much of the stack. */
enum key_draft {
	KEY_DRAFT_TEMPLATE, /* of a new connection's template, and of one that FTP expects */
	KEY_DRAFT_REPLY, /* of a new connection's way back */
	/* Of the packet: Linux 6.1 takes no keys from the memory that a function is given which it verifies by itself. */
	KEY_DRAFT_PACKET,
	KEY_DRAFTS,
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, KEY_DRAFTS);
	__type(key, __u32);
	__type(value, struct lvs_tuple);
} lvs_key_drafts SEC(".maps");

static __always_inline struct lvs_tuple *key_draft(__u32 which)
{
	return bpf_map_lookup_elem(&lvs_key_drafts, &which);
}

/* What the connections are under that are under something. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, LVS_MAX_CHILDREN);
	__type(key, struct lvs_tuple);
	__type(value, struct lvs_child);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} lvs_templates SEC(".maps");

/* What the templates of calls are about, by the templates' keys: they end together. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, LVS_MAX_CALLS);
	__type(key, struct lvs_tuple);
	__type(value, struct lvs_call);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} lvs_calls SEC(".maps");

/* The timing wheel: owners' keys by the slot of the moment when they are looked at. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, LVS_MAX_FLOWS);
	__type(key, struct lvs_ticket);
	__type(value, struct lvs_tuple);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} lvs_due SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, LVS_WHEEL_SLOTS);
	__type(key, __u32);
	__type(value, struct lvs_wheel_slot);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} lvs_wheel SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct lvs_sweeper);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} lvs_sweeper SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, LVS_MAX_SERVICES);
	__type(key, struct lvs_service_key);
	__type(value, struct lvs_service);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} lvs_services SEC(".maps");

/* A scheduler's position in its table, by service id. Apart from lvs_services, whose elements are replaced. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, LVS_MAX_SERVICES);
	__type(key, __u32);
	__type(value, __u64);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} lvs_cursors SEC(".maps");

/* The services' server lists, each a run of rows. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, LVS_MAX_SERVERS);
	__type(key, __u32);
	__type(value, struct lvs_member);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} lvs_members SEC(".maps");

/* The services' schedule tables: each row a member, counted from the service's members_base. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, LVS_MAX_SLOTS);
	__type(key, __u32);
	__type(value, __u32);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} lvs_slots SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, LVS_MAX_SERVERS);
	__type(key, __u32);
	__type(value, struct lvs_server);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} lvs_servers SEC(".maps");

/* For user space alone: which index a server has. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, LVS_MAX_SERVERS);
	__type(key, struct lvs_server_key);
	__type(value, __u32);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} lvs_server_index SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, LVS_MAX_SERVERS);
	__type(key, __u32);
	__type(value, struct lvs_connection_counts);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} lvs_connection_counts SEC(".maps");

/* Hashes rather than arrays: per-CPU arrays of this size would take 16 MB a CPU before the first server. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, LVS_MAX_SERVERS);
	__type(key, __u32);
	__type(value, struct lvs_stats);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} lvs_server_stats SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, LVS_MAX_SERVICES);
	__type(key, __u32);
	__type(value, struct lvs_stats);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} lvs_service_stats SEC(".maps");

/* For user space alone: what the counters were at the last zeroing (they are never written from outside). */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, LVS_MAX_SERVERS + LVS_MAX_SERVICES);
	__type(key, struct lvs_zero_key);
	__type(value, struct lvs_zero);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} lvs_zeroes SEC(".maps");

/* Of the services, see struct lvs_address_key. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, LVS_MAX_SERVERS + LVS_MAX_SERVICES);
	__type(key, struct lvs_address_key);
	__type(value, __u32);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} lvs_addresses SEC(".maps");

/* The eldest make room: nobody says when a fragment will not come any more. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, LVS_MAX_DATAGRAMS);
	__type(key, struct lvs_datagram_key);
	__type(value, struct lvs_datagram);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} lvs_datagrams SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, LVS_MAX_EARLY_FRAGMENTS);
	__type(key, __u32);
	__type(value, struct lvs_early_fragment);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} lvs_early_fragments SEC(".maps");

/* Of ICMP errors, see icmp_limit.h: to each host, and to all. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, LVS_MAX_ICMP_HOSTS);
	__type(key, struct lvs_address_key);
	__type(value, __u64);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} lvs_icmp_hosts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} lvs_icmp_all SEC(".maps");

/* Which place of lvs_early_fragments is used next: the one whose fragment has waited longest. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} lvs_early_cursor SEC(".maps");

/* Bytes of a packet that is being made into others: too many for the stack. */
struct lvs_workspace {
	__u8 bytes[LVS_EARLY_BYTES];
	__u64 quoted[24]; /* see icmp_inner.h */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct lvs_workspace);
} lvs_workspace SEC(".maps");

static __always_inline struct lvs_workspace *workspace_get(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&lvs_workspace, &zero);
}

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, LVS_DROP_COUNT);
	__type(key, __u32);
	__type(value, __u64);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} lvs_drops SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct lvs_config);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} lvs_config SEC(".maps");

#endif
