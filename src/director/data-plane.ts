// The interface between the director and whatever forwards its packets. `src/dataplane` implements it on eBPF
// maps; tests implement it in memory. It knows services and servers, not maps or programs.

import type { AddressFamily, IpAddress, SchedulerName, Server, TransportProtocol } from '../model/mod.ts';

/** A service at an address. Port 0 stands for every port, of persistent services only. */
export interface AddressKey {
  readonly protocol: TransportProtocol;
  readonly address: IpAddress;
  readonly port: number;
}

/** A service of every packet with this firewall mark. */
export interface MarkKey {
  /** Greater than zero, 32 bits. */
  readonly mark: number;
  readonly family: AddressFamily;
}

export type ServiceKey = AddressKey | MarkKey;

export function isMarkKey(key: ServiceKey): key is MarkKey {
  return 'mark' in key;
}

/** How VS-TUN wraps packets. */
export type Tunnel =
  | { readonly type: 'ipip' }
  | { readonly type: 'gre'; readonly checksum: TunnelChecksum }
  | { readonly type: 'gue'; readonly port: number; readonly checksum: TunnelChecksum };

/** ipvsadm --tun-nocsum, --tun-csum, --tun-remcsum (the last of gue only). */
export type TunnelChecksum = 'none' | 'full' | 'remote';

export interface ServerEntry extends Server {
  /** ipvsadm -x: no new connections once active + inactive reaches it; 0 for none. */
  readonly upperThreshold: number;
  /** ipvsadm -y: new connections again once below it; 0 for ¾ of the upper one. */
  readonly lowerThreshold: number;
  /** Of VS-TUN alone; ipip where it is not given. */
  readonly tunnel?: Tunnel;
}

/** ipvsadm -b: flag-1, flag-2, flag-3; of sh and mh, sh-fallback and mh-fallback are flag-1, sh-port and mh-port flag-2. */
export type SchedulerFlag = 1 | 2 | 3;

/** ipvsadm -p, -M and --pe. */
export interface Persistence {
  readonly timeoutS: number;
  /** IPv4: the netmask as an address; IPv6: the prefix length. Clients that agree under it share a server. */
  readonly netmask: IpAddress | number;
  /** Persistence by something in the payload instead of by client address. */
  readonly engine?: 'sip';
}

/** What a service is told besides where it is. */
export interface ServiceOptions {
  readonly scheduler: SchedulerName;
  /** Ascending; empty where there are none. */
  readonly schedulerFlags: readonly SchedulerFlag[];
  readonly persistence: Persistence | undefined;
  /** ipvsadm -o, of UDP: every packet is scheduled by itself. */
  readonly onePacket: boolean;
}

export type ServiceEntry = ServiceKey &
  ServiceOptions & {
    /** In IPVS's order: the server added last comes first. Schedulers walk it in this order. */
    readonly servers: readonly ServerEntry[];
  };

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
  | 'UDP'
  /** Of a template: a connection under it has been established. Until then it is `NONE`. */
  | 'ASSURED'
  | SctpState;

/** IPVS's SCTP states; listings shorten them. */
export type SctpState =
  | 'INIT1'
  | 'INIT'
  | 'COOKIE_SENT'
  | 'COOKIE_REPLIED'
  | 'COOKIE_WAIT'
  | 'COOKIE'
  | 'COOKIE_ECHOED'
  | 'SHUTDOWN_SENT'
  | 'SHUTDOWN_RECEIVED'
  | 'SHUTDOWN_ACK_SENT'
  | 'REJECTED'
  | 'CLOSED';

export interface Endpoint {
  readonly address: IpAddress;
  readonly port: number;
}

export interface Connection {
  /** `ip` of the templates of firewall marks. */
  readonly protocol: TransportProtocol | 'ip';
  readonly state: ConnectionState;
  /** Until it expires if no further packet comes. */
  readonly expiresMs: number;
  readonly client: Endpoint;
  /** Of a firewall mark's template, the mark as an address: 0.0.0.1 or 0:1::, as the kernel lists it. */
  readonly virtual: Endpoint;
  readonly server: Endpoint;
  /** Not a connection: it keeps a client at its server (persistence). */
  readonly isTemplate: boolean;
  /** Of the templates of persistence engines: what of the payload the client is known by (SIP: its Call-ID). */
  readonly persistenceData?: { readonly engine: 'sip'; readonly data: string };
}

/** ipvsadm --set: seconds of ESTABLISHED, FIN_WAIT and UDP. */
export interface Timeouts {
  readonly tcpS: number;
  readonly tcpFinS: number;
  readonly udpS: number;
}

export type SyncRole = 'master' | 'backup';

/** ipvsadm --start-daemon: who tells other directors of its connections (master), or hears of theirs (backup). */
export interface SyncDaemonSettings {
  readonly role: SyncRole;
  readonly interface: string;
  /** A backup heeds messages of its own id only; one with 0 heeds all. */
  readonly syncId: number;
  /** Bytes of a message; `resolveSyncDaemon` knows what it is when it is not given. */
  readonly maxLengthBytes: number | undefined;
  readonly group: IpAddress;
  readonly port: number;
  readonly ttl: number;
}

export interface SyncDaemon extends SyncDaemonSettings {
  readonly maxLengthBytes: number;
}

/** What of the status is asked for; without one, all of it. */
export interface StatusQuery {
  /** One service alone: there may be none such. */
  readonly service?: ServiceKey | undefined;
  /** `false`: counters and rates may be zero, whatever they are, so that nobody has to add them up. */
  readonly counters?: boolean;
}

export interface DataPlane {
  /** What `ipvsadm` prints as `size=`: buckets of the connection table. */
  readonly connectionTableSize: number;
  /** Schedulers that this data plane has. */
  readonly schedulers: readonly SchedulerName[];
  readStatus(query?: StatusQuery): readonly ServiceStatus[];
  readConnections(): readonly Connection[];
  /**
   * Replaces the configuration by what `change` makes of it, under the writers' lock. Each service changes whole or not
   * at all for packets, one after the other; other commands see all of the change or nothing. A throwing `change` leaves
   * everything as it was. Connections, counters and the schedulers' positions of what stays are kept.
   */
  update(change: (table: ServiceTable) => ServiceTable): void;
  readTimeouts(): Timeouts;
  /** Those that are not given stay. Connections follow at once. */
  setTimeouts(timeouts: Partial<Timeouts>): void;
  /** The master, then the backup: those that run. */
  readSyncDaemons(): readonly SyncDaemon[];
  /** Raises DIRECTOR_NO_SUCH_INTERFACE, DIRECTOR_SYNC_DAEMON_RUNS. */
  startSyncDaemon(settings: SyncDaemonSettings): void;
  /** Raises DIRECTOR_SYNC_DAEMON_STOPPED. */
  stopSyncDaemon(role: SyncRole): void;
  /** Zeroes the counters (not the connection counts) of one service and its servers, or of all. */
  zeroCounters(service?: ServiceKey): void;
}
