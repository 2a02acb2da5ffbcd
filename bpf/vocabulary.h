/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The names of the numbers of abi.h, for a later version that takes this one's tables over: BTF, which the kernel keeps
 * with the maps, has only types that a map is made of. Nothing is ever stored here.
 */
#ifndef LVS_VOCABULARY_H
#define LVS_VOCABULARY_H

#include "abi.h"
#include <bpf/bpf_helpers.h>

struct lvs_vocabulary {
	enum lvs_abi abi;
	enum lvs_family family;
	enum lvs_method method;
	enum lvs_tunnel tunnel;
	enum lvs_tunnel_flags tunnel_flags;
	enum lvs_scheduler scheduler;
	enum lvs_state state;
	enum lvs_drop drop;
	enum lvs_tuple_kind tuple_kind;
	enum lvs_direction direction;
	enum lvs_pending pending;
	enum lvs_flow_flags flow_flags;
	enum lvs_service_flags service_flags;
	enum lvs_server_flags server_flags;
	enum lvs_server_method server_method;
	enum lvs_counter counter;
	enum lvs_rate rate;
	enum lvs_zero_kind zero_kind;
	enum lvs_features features;
	enum lvs_setting setting;
	enum lvs_xdp_mode xdp_mode;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct lvs_vocabulary);
} lvs_vocabulary SEC(".maps");

#endif
