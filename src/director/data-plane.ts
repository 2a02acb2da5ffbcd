// The interface between the director and whatever forwards its packets. `src/dataplane` implements it on eBPF
// maps; tests implement it in memory. It knows services and servers, not maps or programs.

import type { Ipv4, SchedulerName, Server, TransportProtocol } from '../model/mod.ts';

export interface ServiceKey {
  readonly protocol: TransportProtocol;
  readonly address: Ipv4;
  readonly port: number;
}

export interface ServerEntry extends Server {
  /** ipvsadm -x: no new connections once active + inactive reaches it; 0 for none. */
  readonly upperThreshold: number;
  /** ipvsadm -y: new connections again once below it; 0 for ¾ of the upper one. */
  readonly lowerThreshold: number;
}

export interface ServiceEntry extends ServiceKey {
  readonly scheduler: SchedulerName;
  /** In IPVS's order: the server added last comes first. Schedulers walk it in this order. */
  readonly servers: readonly ServerEntry[];
}

/** The whole configuration, newest service first. */
export type ServiceTable = readonly ServiceEntry[];

/** Since the last `-Z`. Bytes are IP lengths; `out` moves under VS-NAT only. */
export interface Counters {
  readonly connections: number;
  readonly inPackets: number;
  readonly outPackets: number;
  readonly inBytes: number;
  readonly outBytes: number;
}

/** Per second, smoothed as IPVS does: every 2 s, average += (rate − average) / 4. */
export interface Rates {
  readonly connectionsPerSecond: number;
  readonly inPacketsPerSecond: number;
  readonly outPacketsPerSecond: number;
  readonly inBytesPerSecond: number;
  readonly outBytesPerSecond: number;
}

export interface ServerStatus {
  readonly entry: ServerEntry;
  readonly activeConnections: number;
  readonly inactiveConnections: number;
  readonly persistentConnections: number;
  readonly counters: Counters;
  readonly rates: Rates;
}

export interface ServiceStatus {
  readonly entry: ServiceEntry;
  readonly counters: Counters;
  readonly rates: Rates;
  /** Same order as `entry.servers`. */
  readonly servers: readonly ServerStatus[];
}

/** IPVS's TCP states, and `UDP` for the one state of a UDP connection. */
export type ConnectionState =
  | 'NONE'
  | 'ESTABLISHED'
  | 'SYN_SENT'
  | 'SYN_RECV'
  | 'FIN_WAIT'
  | 'TIME_WAIT'
  | 'CLOSE'
  | 'CLOSE_WAIT'
  | 'LAST_ACK'
  | 'LISTEN'
  | 'SYNACK'
  | 'UDP';

export interface Endpoint {
  readonly address: Ipv4;
  readonly port: number;
}

export interface Connection {
  readonly protocol: TransportProtocol;
  readonly state: ConnectionState;
  /** Until it expires if no further packet comes. */
  readonly expiresMs: number;
  readonly client: Endpoint;
  readonly virtual: Endpoint;
  readonly server: Endpoint;
}

export interface DataPlane {
  /** What `ipvsadm` prints as `size=`: buckets of the connection table. */
  readonly connectionTableSize: number;
  /** Schedulers that this data plane has. */
  readonly schedulers: readonly SchedulerName[];
  readStatus(): readonly ServiceStatus[];
  readConnections(): readonly Connection[];
  /**
   * Replaces the configuration by what `change` makes of it, under the writers' lock. Each service changes whole
   * or not at all for packets; a throwing `change` leaves everything as it was. Connections, counters and the
   * schedulers' positions of what stays are kept.
   */
  update(change: (table: ServiceTable) => ServiceTable): void;
  /** Zeroes the counters (not the connection counts) of one service and its servers, or of all. */
  zeroCounters(service?: ServiceKey): void;
}
