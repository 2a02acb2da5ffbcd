// Generated from bpf/trace_abi.h by `npm run generate-abi`: do not edit. Keys, values and codes of the BPF maps.

import { lvsTuple } from './abi.ts';
import type { Layout } from './layout.ts';

export const lvsTraceLimits = {
  LVS_TRACE_TERMS: 8,
  LVS_TRACE_MEMBERS: 16,
  LVS_TRACE_RING_BYTES: 4194304,
} as const;

export const lvsTraceTermKind = {
  LVS_TRACE_PROTOCOL: 1,
  LVS_TRACE_HOST: 2,
  LVS_TRACE_SOURCE: 3,
  LVS_TRACE_DESTINATION: 4,
  LVS_TRACE_PORT: 5,
  LVS_TRACE_CLIENT: 6,
  LVS_TRACE_SERVER: 7,
  LVS_TRACE_VIP: 8,
  LVS_TRACE_DROPPED: 9,
} as const;

export const lvsTraceTerm = {
  size: 32,
  fields: {
    addr: { offset: 0, scalar: 'be32', count: 4 },
    kind: { offset: 16, scalar: 'u32' },
    family: { offset: 20, scalar: 'u32' },
    port: { offset: 24, scalar: 'u32' },
    protocol: { offset: 28, scalar: 'u32' },
  },
} as const satisfies Layout;

export const lvsTraceControl = {
  size: 24,
  fields: {
    left: { offset: 0, scalar: 'u64' },
    lost: { offset: 8, scalar: 'u64' },
    terms: { offset: 16, scalar: 'u32' },
    all: { offset: 20, scalar: 'u32' },
  },
} as const satisfies Layout;

export const lvsTraceLease = {
  size: 8,
  fields: {
    until_ns: { offset: 0, scalar: 'u64' },
  },
} as const satisfies Layout;

export const lvsTracePlace = {
  LVS_TRACE_INGRESS: 0,
  LVS_TRACE_EGRESS: 1,
} as const;

export const lvsTraceSteps = {
  LVS_TRACE_KNOWN: 1,
  LVS_TRACE_ASKED: 2,
  LVS_TRACE_OPENS: 4,
  LVS_TRACE_OPENED: 8,
  LVS_TRACE_ONE_PACKET: 16,
  LVS_TRACE_FTP_DATA: 32,
  LVS_TRACE_ICMP_RELATED: 64,
  LVS_TRACE_ICMP_OF_TUNNEL: 128,
  LVS_TRACE_ANSWERED: 512,
  LVS_TRACE_SPLIT: 1024,
  LVS_TRACE_TO_VIP: 2048,
  LVS_TRACE_HAS_FLOW: 8192,
  LVS_TRACE_MALFORMED: 256,
  LVS_TRACE_MARTIAN: 4096,
  LVS_TRACE_WRONG_CHECKSUM: 16384,
  LVS_TRACE_UNFIT_OPTIONS: 32768,
} as const;

export const lvsTraceFound = {
  LVS_TRACE_NO_SERVICE: 0,
  LVS_TRACE_BY_MARK: 1,
  LVS_TRACE_BY_PORT: 2,
  LVS_TRACE_BY_FTP: 3,
  LVS_TRACE_BY_ADDRESS: 4,
} as const;

export const lvsTraceTemplate = {
  LVS_TRACE_NOT_PERSISTENT: 0,
  LVS_TRACE_TEMPLATE_NONE: 1,
  LVS_TRACE_TEMPLATE_FOUND: 2,
  LVS_TRACE_TEMPLATE_FAILED: 3,
} as const;

export const lvsTraceNoDrop = {
  LVS_TRACE_NOT_DROPPED: 255,
} as const;

export const lvsTraceEvent = {
  size: 560,
  fields: {
    time_ns: { offset: 0, scalar: 'u64' },
    tuple: { offset: 8, struct: lvsTuple },
    flow_key: { offset: 48, struct: lvsTuple },
    length: { offset: 88, scalar: 'u32' },
    mark: { offset: 92, scalar: 'u32' },
    ifindex: { offset: 96, scalar: 'u32' },
    steps: { offset: 100, scalar: 'u32' },
    verdict: { offset: 104, scalar: 'u32' },
    place: { offset: 108, scalar: 'u8' },
    tcp_flags: { offset: 109, scalar: 'u8' },
    fragment: { offset: 110, scalar: 'u8' },
    drop: { offset: 111, scalar: 'u8' },
    icmp_type: { offset: 112, scalar: 'u8' },
    icmp_code: { offset: 113, scalar: 'u8' },
    ttl: { offset: 114, scalar: 'u8' },
    state_before: { offset: 115, scalar: 'u8' },
    found: { offset: 116, scalar: 'u8' },
    template: { offset: 117, scalar: 'u8' },
    scheduler: { offset: 120, scalar: 'u32' },
    members: { offset: 124, scalar: 'u32' },
    member_server: { offset: 128, scalar: 'u32', count: 16 },
    member_weight: { offset: 192, scalar: 'u32', count: 16 },
    member_active: { offset: 256, scalar: 'u32', count: 16 },
    member_inactive: { offset: 320, scalar: 'u32', count: 16 },
    member_overloaded: { offset: 384, scalar: 'u32', count: 16 },
    service: { offset: 448, scalar: 'u32' },
    server: { offset: 452, scalar: 'u32' },
    to_addr: { offset: 456, scalar: 'be32', count: 4 },
    hop_addr: { offset: 472, scalar: 'be32', count: 4 },
    hop_ifindex: { offset: 488, scalar: 'u32' },
    hop_mtu: { offset: 492, scalar: 'u32' },
    to_port: { offset: 496, scalar: 'be16' },
    hop_mac: { offset: 498, scalar: 'u8', count: 6 },
    state: { offset: 504, scalar: 'u8' },
    direction: { offset: 505, scalar: 'u8' },
    method: { offset: 506, scalar: 'u8' },
    to_family: { offset: 507, scalar: 'u8' },
    flow_flags: { offset: 508, scalar: 'u8' },
    tunnel: { offset: 509, scalar: 'u8' },
    peer: { offset: 512, struct: lvsTuple },
    room: { offset: 552, scalar: 'u32' },
  },
} as const satisfies Layout;
