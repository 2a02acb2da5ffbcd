/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The maps, which are the director's whole state. All are pinned by name, one directory for each network
 * namespace, so that forwarding and state outlive every process.
 */
#ifndef LVS_MAPS_H
#define LVS_MAPS_H

#include "abi.h"
#include <bpf/bpf_helpers.h>

/* Elements are allocated when a connection comes, not for the table's whole size at load time. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, LVS_MAX_FLOWS);
	__type(key, struct lvs_tuple);
	__type(value, struct lvs_flow);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} lvs_flows SEC(".maps");

/* Owners' keys of connections without a timer. */
struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, LVS_MAX_UNTIMED);
	__type(value, struct lvs_tuple);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} lvs_untimed SEC(".maps");

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
