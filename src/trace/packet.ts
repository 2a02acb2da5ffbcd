// What has been seen of one packet: the facts, of which reason.ts and format.ts make sentences.

import type { ServiceKey } from '../director/mod.ts';
import type { IpAddress } from '../model/mod.ts';

/** Where it was seen; at the egress, answers of a server that is the director itself. */
export type Place = 'ingress' | 'egress';

/** What was done with a packet on its way, see enum lvs_trace_steps in bpf/trace_abi.h. */
export type Step =
  | 'KNOWN'
  | 'ASKED'
  | 'OPENS'
  | 'OPENED'
  | 'ONE_PACKET'
  | 'FTP_DATA'
  | 'ICMP_RELATED'
  | 'ICMP_OF_TUNNEL'
  | 'ANSWERED'
  | 'SPLIT'
  | 'TO_VIP'
  | 'HAS_FLOW'
  | 'MALFORMED'
  | 'MARTIAN'
  | 'WRONG_CHECKSUM'
  | 'UNFIT_OPTIONS';

/** held: not sent, and not lost; it, or what is made of it, arrives once more. */
export type Verdict = 'sent' | 'passed' | 'dropped' | 'answered' | 'held';

export interface PacketEndpoint {
  readonly address: IpAddress;
  /** Undefined of ICMP, and of a fragment whose first has not come. */
  readonly port: number | undefined;
}

/** By its firewall mark, its address and port, as data of FTP, or by its address for any port. */
export type FoundBy = 'mark' | 'port' | 'ftp' | 'address';

export interface TracedService {
  /** Undefined: it has been deleted meanwhile. */
  readonly key: ServiceKey | undefined;
  readonly scheduler: string | undefined;
  /** Undefined: the packet had its connection already, and no service was looked up. */
  readonly foundBy: FoundBy | undefined;
}

/** One of a service's servers, as its scheduler saw it. */
export interface TracedServer {
  readonly address: IpAddress;
  readonly port: number;
  readonly weight: number;
  readonly active: number;
  readonly inactive: number;
  readonly overloaded: boolean;
}

export interface TracedConnection {
  readonly client: PacketEndpoint;
  /** Where the client sends to. */
  readonly virtual: PacketEndpoint;
  readonly server: PacketEndpoint;
  /** VS-NAT, VS-DR, VS-TUN, LocalNode. */
  readonly method: string;
  /** The packet goes from server to client. */
  readonly isReply: boolean;
  readonly state: string;
}

export interface NextHop {
  readonly device: string;
  readonly address: IpAddress;
  /** Undefined: not known yet, the kernel asks for it. */
  readonly mac: string | undefined;
}

export interface TracedPacket {
  /** Microseconds since 1970. */
  readonly timeUs: number;
  readonly place: Place;
  readonly device: string;
  /** `tcp`, `udp`, `sctp`, `icmp`, `icmpv6`, or a number. */
  readonly protocol: string;
  readonly source: PacketEndpoint;
  readonly destination: PacketEndpoint;
  /** Of IP, with its header. */
  readonly bytes: number;
  readonly ttl: number;
  /** As tcpdump writes them: `S`, `S.`, `P.`; undefined of other protocols. */
  readonly tcpFlags: string | undefined;
  readonly icmp: { readonly type: number; readonly code: number } | undefined;
  readonly fragment: 'first' | 'later' | undefined;
  /** The firewall mark; 0: none. */
  readonly mark: number;
  readonly steps: ReadonlySet<Step>;
  readonly service: TracedService | undefined;
  /** Undefined: the service is not persistent, or was not asked. */
  readonly template: 'none' | 'found' | 'failed' | undefined;
  /** The first of the service's servers, where a scheduler may have been asked. */
  readonly servers: readonly TracedServer[];
  /** Of all its servers. */
  readonly serverCount: number;
  /** State of the connection that the packet had when it came. */
  readonly stateBefore: string | undefined;
  readonly connection: TracedConnection | undefined;
  readonly hop: NextHop | undefined;
  readonly verdict: Verdict;
  /** `NO_SERVER` and its like; undefined where nothing was counted. */
  readonly drop: string | undefined;
  /** Of a packet that is too big: bytes that would have fitted; 0: it was not. */
  readonly room: number;
}
