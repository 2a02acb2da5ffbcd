// Generated from bpf/abi.h by `npm run generate-abi`: do not edit. Keys, values and codes of the BPF maps.

import type { Layout } from './layout.ts';

export const lvsLimits = {
  LVS_MAX_SERVERS: 131072,
  LVS_MAX_SERVICES: 16384,
  LVS_MAX_SLOTS: 1048576,
  LVS_MAX_FLOWS: 1048576,
  LVS_MAX_UNTIMED: 65536,
} as const;

export const lvsMethod = {
  LVS_NAT: 0,
  LVS_DR: 1,
  LVS_TUN: 2,
} as const;

export const lvsScheduler = {
  LVS_SCHED_RR: 0,
  LVS_SCHED_WRR: 1,
} as const;

export const lvsState = {
  LVS_S_NONE: 0,
  LVS_S_ESTABLISHED: 1,
  LVS_S_SYN_SENT: 2,
  LVS_S_SYN_RECV: 3,
  LVS_S_FIN_WAIT: 4,
  LVS_S_TIME_WAIT: 5,
  LVS_S_CLOSE: 6,
  LVS_S_CLOSE_WAIT: 7,
  LVS_S_LAST_ACK: 8,
  LVS_S_LISTEN: 9,
  LVS_S_SYNACK: 10,
  LVS_S_UDP: 11,
  LVS_S_COUNT: 12,
  LVS_S_GONE: 13,
} as const;

export const lvsDrop = {
  LVS_DROP_NO_SERVER: 0,
  LVS_DROP_SERVER_REMOVED: 1,
  LVS_DROP_TABLE_FULL: 2,
  LVS_DROP_NO_ROUTE: 3,
  LVS_DROP_FORWARDING_DISABLED: 4,
  LVS_DROP_TTL_EXPIRED: 5,
  LVS_DROP_TOO_BIG: 6,
  LVS_DROP_REWRITE_FAILED: 7,
  LVS_DROP_INTERNAL: 8,
  LVS_DROP_COUNT: 9,
} as const;

export const lvsTuple = {
  size: 16,
  fields: {
    src: { offset: 0, scalar: 'be32' },
    dst: { offset: 4, scalar: 'be32' },
    sport: { offset: 8, scalar: 'be16' },
    dport: { offset: 10, scalar: 'be16' },
    protocol: { offset: 12, scalar: 'u8' },
  },
} as const satisfies Layout;

export const lvsDirection = {
  LVS_TO_SERVER: 0,
  LVS_TO_CLIENT: 1,
} as const;

export const lvsPending = {
  LVS_PENDING_PACKETS_SHIFT: 40,
} as const;

export const lvsFlow = {
  size: 104,
  fields: {
    last_seen_ns: { offset: 16, scalar: 'u64' },
    pending: { offset: 24, scalar: 'u64' },
    fresh_until_ns: { offset: 32, scalar: 'u64' },
    hop: { offset: 40, scalar: 'u64' },
    epoch: { offset: 48, scalar: 'u32' },
    state: { offset: 52, scalar: 'u32' },
    to_addr: { offset: 56, scalar: 'be32' },
    to_port: { offset: 60, scalar: 'be16' },
    direction: { offset: 62, scalar: 'u8' },
    method: { offset: 63, scalar: 'u8' },
    tunnel_source: { offset: 64, scalar: 'be32' },
    hop_mtu: { offset: 68, scalar: 'u16' },
    peer: { offset: 72, struct: lvsTuple },
    server: { offset: 88, scalar: 'u32' },
    service: { offset: 92, scalar: 'u32' },
    expires_armed_ns: { offset: 96, scalar: 'u64' },
  },
} as const satisfies Layout;

export const lvsSweeper = {
  size: 16,
  fields: {},
} as const satisfies Layout;

export const lvsFamily = {
  LVS_IPV4: 4,
} as const;

export const lvsServiceKey = {
  size: 20,
  fields: {
    addr: { offset: 0, scalar: 'be32', count: 4 },
    port: { offset: 16, scalar: 'be16' },
    protocol: { offset: 18, scalar: 'u8' },
    family: { offset: 19, scalar: 'u8' },
  },
} as const satisfies Layout;

export const lvsService = {
  size: 32,
  fields: {
    id: { offset: 0, scalar: 'u32' },
    scheduler: { offset: 4, scalar: 'u32' },
    members_base: { offset: 8, scalar: 'u32' },
    members_count: { offset: 12, scalar: 'u32' },
    slots_base: { offset: 16, scalar: 'u32' },
    slots_count: { offset: 20, scalar: 'u32' },
    sequence: { offset: 24, scalar: 'u64' },
  },
} as const satisfies Layout;

export const lvsMember = {
  size: 20,
  fields: {
    server: { offset: 0, scalar: 'u32' },
    weight: { offset: 4, scalar: 'u32' },
    upper_threshold: { offset: 8, scalar: 'u32' },
    lower_threshold: { offset: 12, scalar: 'u32' },
    method: { offset: 16, scalar: 'u32' },
  },
} as const satisfies Layout;

export const lvsServerFlags = {
  LVS_SERVER_AVAILABLE: 1,
} as const;

export const lvsServer = {
  size: 44,
  fields: {
    addr: { offset: 0, scalar: 'be32', count: 4 },
    tunnel_source: { offset: 16, scalar: 'be32', count: 4 },
    port: { offset: 32, scalar: 'be16' },
    family: { offset: 34, scalar: 'u16' },
    flags: { offset: 36, scalar: 'u32' },
    service: { offset: 40, scalar: 'u32' },
  },
} as const satisfies Layout;

export const lvsServerKey = {
  size: 40,
  fields: {
    service: { offset: 0, struct: lvsServiceKey },
    addr: { offset: 20, scalar: 'be32', count: 4 },
    port: { offset: 36, scalar: 'be16' },
    family: { offset: 38, scalar: 'u16' },
  },
} as const satisfies Layout;

export const lvsConnectionCounts = {
  size: 16,
  fields: {
    active: { offset: 0, scalar: 'u32' },
    inactive: { offset: 4, scalar: 'u32' },
    persistent: { offset: 8, scalar: 'u32' },
  },
} as const satisfies Layout;

export const lvsCounter = {
  LVS_COUNT_CONNECTIONS: 0,
  LVS_COUNT_IN_PACKETS: 1,
  LVS_COUNT_OUT_PACKETS: 2,
  LVS_COUNT_IN_BYTES: 3,
  LVS_COUNT_OUT_BYTES: 4,
  LVS_COUNTERS: 5,
} as const;

export const lvsRate = {
  LVS_RATE_PERIOD_NS: 2000000000,
  LVS_RATE_FRACTION_BITS: 10,
} as const;

export const lvsStats = {
  size: 128,
  fields: {
    count: { offset: 0, scalar: 'u64', count: 5 },
    period_start_count: { offset: 40, scalar: 'u64', count: 5 },
    rate: { offset: 80, scalar: 'u64', count: 5 },
    period_start_ns: { offset: 120, scalar: 'u64' },
  },
} as const satisfies Layout;

export const lvsZeroKind = {
  LVS_ZERO_SERVICE: 0,
  LVS_ZERO_SERVER: 1,
} as const;

export const lvsZeroKey = {
  size: 8,
  fields: {
    kind: { offset: 0, scalar: 'u32' },
    id: { offset: 4, scalar: 'u32' },
  },
} as const satisfies Layout;

export const lvsZero = {
  size: 40,
  fields: {
    count: { offset: 0, scalar: 'u64', count: 5 },
  },
} as const satisfies Layout;

export const lvsConfig = {
  size: 56,
  fields: {
    epoch: { offset: 0, scalar: 'u32' },
    timeout_s: { offset: 4, scalar: 'u32', count: 12 },
  },
} as const satisfies Layout;
