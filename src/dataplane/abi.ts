// Generated from bpf/abi.h by `npm run generate-abi`: do not edit. Keys, values and codes of the BPF maps.

import type { Layout } from './layout.ts';

export const lvsAbi = {
  LVS_ABI_GENERATION: 1,
} as const;

export const lvsLimits = {
  LVS_MAX_SERVERS: 131072,
  LVS_MAX_SERVICES: 16384,
  LVS_MAX_SLOTS: 2097152,
  LVS_MAX_FLOWS: 2097152,
  LVS_MAX_CHILDREN: 1048576,
  LVS_MAX_CALLS: 262144,
  LVS_CALL_ID_BYTES: 255,
  LVS_FTP_LINE_BYTES: 128,
  LVS_WHEEL_SLOTS: 512,
  LVS_WHEEL_SLOT_SHIFT: 27,
  LVS_MAX_DESTINATIONS: 65536,
  LVS_MAX_DATAGRAMS: 4096,
  LVS_MAX_EARLY_FRAGMENTS: 512,
  LVS_MAX_ICMP_HOSTS: 16384,
} as const;

export const lvsFamily = {
  LVS_IPV4: 4,
  LVS_IPV6: 6,
} as const;

export const lvsMethod = {
  LVS_NAT: 0,
  LVS_DR: 1,
  LVS_TUN: 2,
  LVS_LOCAL: 3,
  LVS_LOCAL_NAT: 4,
} as const;

export const lvsTunnel = {
  LVS_TUNNEL_IPIP: 0,
  LVS_TUNNEL_GUE: 1,
  LVS_TUNNEL_GRE: 2,
} as const;

export const lvsTunnelFlags = {
  LVS_TUNNEL_CSUM: 1,
  LVS_TUNNEL_REMCSUM: 2,
} as const;

export const lvsScheduler = {
  LVS_SCHED_RR: 0,
  LVS_SCHED_WRR: 1,
  LVS_SCHED_LC: 2,
  LVS_SCHED_WLC: 3,
  LVS_SCHED_LBLC: 4,
  LVS_SCHED_LBLCR: 5,
  LVS_SCHED_DH: 6,
  LVS_SCHED_SH: 7,
  LVS_SCHED_SED: 8,
  LVS_SCHED_NQ: 9,
  LVS_SCHED_FO: 10,
  LVS_SCHED_OVF: 11,
  LVS_SCHED_MH: 12,
  LVS_SCHED_TWOS: 13,
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
  LVS_S_SCTP_NONE: 12,
  LVS_S_SCTP_INIT1: 13,
  LVS_S_SCTP_INIT: 14,
  LVS_S_SCTP_COOKIE_SENT: 15,
  LVS_S_SCTP_COOKIE_REPLIED: 16,
  LVS_S_SCTP_COOKIE_WAIT: 17,
  LVS_S_SCTP_COOKIE: 18,
  LVS_S_SCTP_COOKIE_ECHOED: 19,
  LVS_S_SCTP_ESTABLISHED: 20,
  LVS_S_SCTP_SHUTDOWN_SENT: 21,
  LVS_S_SCTP_SHUTDOWN_RECEIVED: 22,
  LVS_S_SCTP_SHUTDOWN_ACK_SENT: 23,
  LVS_S_SCTP_REJECTED: 24,
  LVS_S_SCTP_CLOSED: 25,
  LVS_S_TEMPLATE: 26,
  LVS_S_COUNT: 27,
  LVS_S_GONE: 28,
} as const;

export const lvsDrop = {
  LVS_DROP_NO_SERVER: 0,
  LVS_DROP_SERVER_REMOVED: 1,
  LVS_DROP_TABLE_FULL: 2,
  LVS_DROP_NO_TIMER: 3,
  LVS_DROP_NO_ROUTE: 4,
  LVS_DROP_FORWARDING_DISABLED: 5,
  LVS_DROP_TTL_EXPIRED: 6,
  LVS_DROP_TOO_BIG: 7,
  LVS_DROP_REWRITE_FAILED: 8,
  LVS_DROP_FRAGMENT_LOST: 9,
  LVS_DROP_NO_CALL_ID: 10,
  LVS_DROP_NO_CONNECTION: 11,
  LVS_DROP_DEFENCE: 12,
  LVS_DROP_INTERNAL: 13,
  LVS_DROP_COUNT: 14,
} as const;

export const lvsTupleKind = {
  LVS_CONNECTION: 0,
  LVS_TEMPLATE: 1,
  LVS_EXPECTED: 2,
  LVS_CALL: 3,
} as const;

export const lvsTuple = {
  size: 40,
  fields: {
    src: { offset: 0, scalar: 'be32', count: 4 },
    dst: { offset: 16, scalar: 'be32', count: 4 },
    sport: { offset: 32, scalar: 'be16' },
    dport: { offset: 34, scalar: 'be16' },
    protocol: { offset: 36, scalar: 'u8' },
    family: { offset: 37, scalar: 'u8' },
    kind: { offset: 38, scalar: 'u8' },
  },
} as const satisfies Layout;

export const lvsChild = {
  size: 44,
  fields: {
    parent: { offset: 0, struct: lvsTuple },
    server: { offset: 40, scalar: 'u32' },
  },
} as const satisfies Layout;

export const lvsCall = {
  size: 280,
  fields: {
    client: { offset: 0, scalar: 'be32', count: 4 },
    length: { offset: 16, scalar: 'u32' },
    id: { offset: 20, scalar: 'u8', count: 256 },
  },
} as const satisfies Layout;

export const lvsDirection = {
  LVS_TO_SERVER: 0,
  LVS_TO_CLIENT: 1,
} as const;

export const lvsPending = {
  LVS_PENDING_PACKETS_SHIFT: 40,
} as const;

export const lvsFlowFlags = {
  LVS_FLOW_CONTROLLED: 1,
  LVS_FLOW_FTP: 2,
  LVS_FLOW_FRAMED: 4,
  LVS_FLOW_SEEKS_HOP: 128,
  LVS_FLOW_SHIM: 16,
  LVS_FLOW_ASSURED: 8,
  LVS_FLOW_ADOPTED: 64,
} as const;

export const lvsTicket = {
  size: 8,
  fields: {
    slot: { offset: 0, scalar: 'u32' },
    number: { offset: 4, scalar: 'u32' },
  },
} as const satisfies Layout;

export const lvsWheelSlot = {
  size: 8,
  fields: {
    head: { offset: 0, scalar: 'u32' },
    tail: { offset: 4, scalar: 'u32' },
  },
} as const satisfies Layout;

export const lvsFlow = {
  size: 192,
  fields: {
    last_seen_ns: { offset: 0, scalar: 'u64' },
    pending: { offset: 8, scalar: 'u64' },
    fresh_until_ns: { offset: 16, scalar: 'u64' },
    epoch: { offset: 24, scalar: 'u32' },
    state: { offset: 28, scalar: 'u32' },
    direction: { offset: 32, scalar: 'u8' },
    method: { offset: 33, scalar: 'u8' },
    to_family: { offset: 34, scalar: 'u8' },
    flags: { offset: 35, scalar: 'u8' },
    to_port: { offset: 36, scalar: 'be16' },
    hop_mtu: { offset: 38, scalar: 'u16' },
    hop_ifindex: { offset: 40, scalar: 'u32' },
    server: { offset: 44, scalar: 'u32' },
    frame: { offset: 48, scalar: 'u64', count: 2 },
    to_addr: { offset: 64, scalar: 'be32', count: 4 },
    hop_addr: { offset: 80, scalar: 'be32', count: 4 },
    tunnel_source: { offset: 96, scalar: 'be32', count: 4 },
    tunnel: { offset: 112, scalar: 'u8' },
    tunnel_flags: { offset: 113, scalar: 'u8' },
    tunnel_port: { offset: 114, scalar: 'be16' },
    service: { offset: 116, scalar: 'u32' },
    timeout_s: { offset: 120, scalar: 'u32' },
    children: { offset: 124, scalar: 'u32' },
    peer: { offset: 128, struct: lvsTuple },
    due_ns: { offset: 168, scalar: 'u64' },
    ticket: { offset: 176, struct: lvsTicket },
    told_s: { offset: 184, scalar: 'u32' },
    told_state: { offset: 188, scalar: 'u32' },
  },
} as const satisfies Layout;

export const lvsSharedLimits = {
  LVS_MAX_SHARED: 8192,
} as const;

export const lvsSharedFlags = {
  LVS_SHARED_INACTIVE: 1,
  LVS_SHARED_ASSURED: 2,
} as const;

export const lvsShared = {
  size: 80,
  fields: {
    key: { offset: 0, struct: lvsTuple },
    to_addr: { offset: 40, scalar: 'be32', count: 4 },
    to_port: { offset: 56, scalar: 'be16' },
    method: { offset: 58, scalar: 'u8' },
    to_family: { offset: 59, scalar: 'u8' },
    state: { offset: 60, scalar: 'u32' },
    timeout_s: { offset: 64, scalar: 'u32' },
    server: { offset: 68, scalar: 'u32' },
    service: { offset: 72, scalar: 'u32' },
    flags: { offset: 76, scalar: 'u32' },
  },
} as const satisfies Layout;

export const lvsCollect = {
  size: 8,
  fields: {
    since_s: { offset: 0, scalar: 'u32' },
    count: { offset: 4, scalar: 'u32' },
  },
} as const satisfies Layout;

export const lvsAdopted = {
  LVS_ADOPTED_NEW: 1,
  LVS_ADOPTED_KNOWN: 2,
  LVS_ADOPTED_OUTDATED: 3,
  LVS_ADOPTED_NO_ROOM: 4,
  LVS_ADOPTED_MALFORMED: 5,
} as const;

export const lvsImport = {
  size: 80,
  fields: {
    key: { offset: 0, struct: lvsTuple },
    parent: { offset: 40, struct: lvsTuple },
  },
} as const satisfies Layout;

export const lvsImportResult = {
  LVS_IMPORT_NEW: 1,
  LVS_IMPORT_KNOWN: 2,
  LVS_IMPORT_PAST: 3,
  LVS_IMPORT_WAITS: 4,
  LVS_IMPORT_NO_ROOM: 5,
  LVS_IMPORT_MALFORMED: 6,
} as const;

export const lvsOccupancy = {
  size: 32,
  fields: {
    entries: { offset: 0, scalar: 'u64' },
    openers: { offset: 8, scalar: 'u64' },
    slot: { offset: 16, scalar: 'u32' },
    number: { offset: 20, scalar: 'u32' },
    slots_left: { offset: 24, scalar: 'u32' },
  },
} as const satisfies Layout;

export const lvsSweeper = {
  size: 24,
  fields: {
    slot: { offset: 16, scalar: 'u64' },
  },
} as const satisfies Layout;

export const lvsServiceKey = {
  size: 20,
  fields: {
    addr: { offset: 0, scalar: 'be32', count: 4 },
    port: { offset: 16, scalar: 'be16' },
    protocol: { offset: 18, scalar: 'u8' },
    family: { offset: 19, scalar: 'u8' },
  },
} as const satisfies Layout;

export const lvsServiceFlags = {
  LVS_SERVICE_PERSISTENT: 1,
  LVS_SERVICE_ONE_PACKET: 2,
  LVS_SERVICE_SCHED_1: 4,
  LVS_SERVICE_SCHED_2: 8,
  LVS_SERVICE_SCHED_3: 16,
  LVS_SERVICE_MARK: 32,
  LVS_SERVICE_SIP: 64,
  LVS_SERVICE_FTP: 128,
  LVS_SERVICE_ANY_PORT: 256,
} as const;

export const lvsService = {
  size: 64,
  fields: {
    id: { offset: 0, scalar: 'u32' },
    scheduler: { offset: 4, scalar: 'u32' },
    members_base: { offset: 8, scalar: 'u32' },
    members_count: { offset: 12, scalar: 'u32' },
    slots_base: { offset: 16, scalar: 'u32' },
    slots_count: { offset: 20, scalar: 'u32' },
    flags: { offset: 24, scalar: 'u32' },
    persistence_s: { offset: 28, scalar: 'u32' },
    netmask: { offset: 32, scalar: 'be32', count: 4 },
    cursor_start: { offset: 48, scalar: 'u64' },
    sequence: { offset: 56, scalar: 'u64' },
  },
} as const satisfies Layout;

export const lvsMember = {
  size: 24,
  fields: {
    server: { offset: 0, scalar: 'u32' },
    weight: { offset: 4, scalar: 'u32' },
    upper_threshold: { offset: 8, scalar: 'u32' },
    lower_threshold: { offset: 12, scalar: 'u32' },
    method: { offset: 16, scalar: 'u8' },
    tunnel: { offset: 17, scalar: 'u8' },
    tunnel_port: { offset: 18, scalar: 'be16' },
    tunnel_flags: { offset: 20, scalar: 'u16' },
  },
} as const satisfies Layout;

export const lvsServerFlags = {
  LVS_SERVER_AVAILABLE: 1,
  LVS_SERVER_LOCAL: 2,
  LVS_SERVER_QUIESCENT: 4,
} as const;

export const lvsServerMethod = {
  LVS_SERVER_METHOD_SHIFT: 8,
} as const;

export const lvsServer = {
  size: 60,
  fields: {
    addr: { offset: 0, scalar: 'be32', count: 4 },
    tunnel_source: { offset: 16, scalar: 'be32', count: 4 },
    port: { offset: 32, scalar: 'be16' },
    family: { offset: 34, scalar: 'u8' },
    tunnel: { offset: 35, scalar: 'u8' },
    tunnel_port: { offset: 36, scalar: 'be16' },
    tunnel_flags: { offset: 38, scalar: 'u16' },
    flags: { offset: 40, scalar: 'u32' },
    service: { offset: 44, scalar: 'u32' },
    upper_threshold: { offset: 48, scalar: 'u32' },
    lower_threshold: { offset: 52, scalar: 'u32' },
    last_weight: { offset: 56, scalar: 'u32' },
  },
} as const satisfies Layout;

export const lvsRealServer = {
  size: 28,
  fields: {
    service: { offset: 0, struct: lvsServiceKey },
    server: { offset: 20, scalar: 'u32' },
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
    overloaded: { offset: 12, scalar: 'u32' },
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

export const lvsCarryKind = {
  LVS_CARRY_SERVICE: 0,
  LVS_CARRY_SERVER: 1,
  LVS_CARRY_DROPS: 2,
} as const;

export const lvsCarry = {
  size: 96,
  fields: {
    kind: { offset: 0, scalar: 'u32' },
    id: { offset: 4, scalar: 'u32' },
    count: { offset: 8, scalar: 'u64', count: 5 },
    rate: { offset: 48, scalar: 'u64', count: 5 },
    overloaded: { offset: 88, scalar: 'u32' },
  },
} as const satisfies Layout;

export const lvsHeld = {
  size: 48,
  fields: {
    census: { offset: 0, scalar: 'u64' },
    count: { offset: 8, scalar: 'u64', count: 5 },
  },
} as const satisfies Layout;

export const lvsCensus = {
  size: 16,
  fields: {
    number: { offset: 0, scalar: 'u64' },
    flows: { offset: 8, scalar: 'u64' },
  },
} as const satisfies Layout;

export const lvsExpired = {
  size: 8,
  fields: {
    connections: { offset: 0, scalar: 'u64' },
  },
} as const satisfies Layout;

export const lvsLoadRequest = {
  size: 8,
  fields: {
    server: { offset: 0, scalar: 'u32' },
  },
} as const satisfies Layout;

export const lvsDestinationKey = {
  size: 24,
  fields: {
    addr: { offset: 0, scalar: 'be32', count: 4 },
    service: { offset: 16, scalar: 'u32' },
    family: { offset: 20, scalar: 'u32' },
  },
} as const satisfies Layout;

export const lvsDestinationLimits = {
  LVS_DESTINATION_SERVERS: 16,
} as const;

export const lvsDestination = {
  size: 88,
  fields: {
    last_used_ns: { offset: 0, scalar: 'u64' },
    last_changed_ns: { offset: 8, scalar: 'u64' },
    count: { offset: 16, scalar: 'u32' },
    server: { offset: 20, scalar: 'u32', count: 16 },
  },
} as const satisfies Layout;

export const lvsDatagramKey = {
  size: 40,
  fields: {
    src: { offset: 0, scalar: 'be32', count: 4 },
    dst: { offset: 16, scalar: 'be32', count: 4 },
    id: { offset: 32, scalar: 'be32' },
    protocol: { offset: 36, scalar: 'u8' },
    family: { offset: 37, scalar: 'u8' },
  },
} as const satisfies Layout;

export const lvsDatagramLimits = {
  LVS_DATAGRAM_EARLY: 48,
  LVS_EARLY_BYTES: 9216,
} as const;

export const lvsDatagramFlags = {
  LVS_DATAGRAM_KNOWN: 1,
  LVS_DATAGRAM_PASSED: 2,
  LVS_DATAGRAM_COUNTED: 4,
} as const;

export const lvsDatagram = {
  size: 224,
  fields: {
    seen_ns: { offset: 0, scalar: 'u64' },
    sport: { offset: 8, scalar: 'be16' },
    dport: { offset: 10, scalar: 'be16' },
    protocol: { offset: 12, scalar: 'u32' },
    flags: { offset: 16, scalar: 'u32' },
    bytes: { offset: 20, scalar: 'u32' },
    total: { offset: 24, scalar: 'u32' },
    early_count: { offset: 28, scalar: 'u32' },
    early: { offset: 32, scalar: 'u32', count: 48 },
  },
} as const satisfies Layout;

export const lvsEarlyFragment = {
  size: 9260,
  fields: {
    datagram: { offset: 0, struct: lvsDatagramKey },
    length: { offset: 40, scalar: 'u32' },
    frame: { offset: 44, scalar: 'u8', count: 9216 },
  },
} as const satisfies Layout;

export const lvsAddressKey = {
  size: 24,
  fields: {
    addr: { offset: 0, scalar: 'be32', count: 4 },
    family: { offset: 16, scalar: 'u32' },
    is_source: { offset: 20, scalar: 'u32' },
  },
} as const satisfies Layout;

export const lvsFeatures = {
  LVS_HAS_MARKS: 1,
  LVS_HAS_FTP: 2,
  LVS_HAS_ANY_PORT: 4,
  LVS_HAS_PERSISTENCE: 8,
  LVS_HAS_LOCAL_NAT: 16,
  LVS_HAS_SIP: 32,
  LVS_TAKES_OVER: 65536,
} as const;

export const lvsSetting = {
  LVS_EXPIRE_NODEST_CONN: 0,
  LVS_EXPIRE_QUIESCENT_TEMPLATE: 1,
  LVS_SLOPPY_TCP: 2,
  LVS_SLOPPY_SCTP: 3,
  LVS_CONN_REUSE_MODE: 4,
  LVS_NAT_ICMP_SEND: 5,
  LVS_DROP_ENTRY: 6,
  LVS_DROP_PACKET: 7,
  LVS_AM_DROPRATE: 8,
  LVS_SETTINGS: 9,
} as const;

export const lvsXdpMode = {
  LVS_XDP_NONE: 0,
  LVS_XDP_NATIVE: 1,
  LVS_XDP_GENERIC: 2,
} as const;

export const lvsConfig = {
  size: 232,
  fields: {
    epoch: { offset: 0, scalar: 'u32' },
    features: { offset: 4, scalar: 'u32' },
    timeout_s: { offset: 8, scalar: 'u32', count: 32 },
    trace_until_ns: { offset: 136, scalar: 'u64' },
    xdp_mode: { offset: 144, scalar: 'u32' },
    setting: { offset: 152, scalar: 'u32', count: 16 },
    secret: { offset: 216, scalar: 'u32', count: 4 },
  },
} as const satisfies Layout;
