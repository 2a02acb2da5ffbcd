// The one form of a scenario: what is done on the director and what is sent to it, step after step. It says nothing
// about what should happen: that is what the real IPVS does.

import { PROTOCOL } from '../../bpf/packet-builder.ts';
import type { ChunkName } from '../../bpf/sctp-packets.ts';
import { formatAddress } from '../packets/address.ts';
import {
  CLIENT_SEQUENCE,
  fragments,
  type IcmpErrorName,
  icmpError,
  SERVER_SEQUENCE,
  sctp,
  type TcpOptions,
  tcp,
  udp,
} from '../packets/build.ts';

export interface Scenario {
  /** A sentence. */
  readonly name: string;
  /** Of the director's NICs, if not 1500. */
  readonly mtu?: { readonly A?: number; readonly B?: number };
  readonly steps: readonly Step[];
}

export type Step =
  /** `ipvsadm WORDS` on the director; hosts are named as in packets. Its status and output are recorded. */
  | { readonly kind: 'ipvsadm'; readonly words: string; readonly input?: string }
  /** A shell command on the director, as for firewall marks, and what takes back what it has done. */
  | { readonly kind: 'run'; readonly command: string; readonly undo: string }
  /** `NAME=VALUE`, one of IPVS's sysctls. There has to be a service before. */
  | { readonly kind: 'set'; readonly setting: string }
  /** Packets by whoever has their source address. */
  | { readonly kind: 'send'; readonly packets: readonly Uint8Array[] }
  /** Packets about the last one that has arrived on this side (`B` the realservers', `A` the clients') by the last step. */
  | { readonly kind: 'answer'; readonly side: 'A' | 'B'; readonly what: string; readonly make: Answer }
  | { readonly kind: 'wait'; readonly seconds: number };

/** @param arrived the last packet that came to this side */
export type Answer = (arrived: Uint8Array) => readonly Uint8Array[];

/** Several commands, a line each. Empty lines do nothing. */
export function ipvsadm(lines: string): Step[] {
  return lines
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((words) => ({ kind: 'ipvsadm', words }));
}

export function restore(input: string): Step {
  return { kind: 'ipvsadm', words: '-R', input };
}

export function run(command: string, undo: string): Step {
  return { kind: 'run', command, undo };
}

export function set(setting: string): Step {
  return { kind: 'set', setting };
}

export function send(...packets: readonly Uint8Array[]): Step {
  return { kind: 'send', packets };
}

export function wait(seconds: number): Step {
  return { kind: 'wait', seconds };
}

/** For counters: the kernel brings its own up to date every 2 s. */
export const SETTLE = wait(3);

/** What people look at. */
export function listings(): Step[] {
  return [SETTLE, ...ipvsadm('-Ln\n-Ln --stats\n-Lnc\n-Sn')];
}

interface Tuple {
  readonly from: string;
  readonly to: string;
  readonly fromAddress: string;
  /** Where the header that has the ports begins. */
  readonly start: number;
}

/** Addresses and ports of a packet with its ports in front, turned round. */
function turned(packet: Uint8Array): Tuple {
  const bytes = Buffer.from(packet);
  const isV6 = bytes.readUInt8(0) >> 4 === 6;
  const [source, destination] = isV6
    ? [bytes.subarray(8, 24), bytes.subarray(24, 40)]
    : [bytes.subarray(12, 16), bytes.subarray(16, 20)];
  const isFragment = isV6 && bytes.readUInt8(6) === PROTOCOL.fragment;
  const start = isV6 ? (isFragment ? 48 : 40) : 20;
  const [sourcePort, destinationPort] = [bytes.readUInt16BE(start), bytes.readUInt16BE(start + 2)];
  const endpoint = (address: Uint8Array, port: number) => `[${formatAddress(address)}]:${port}`;
  return {
    from: endpoint(destination, destinationPort),
    to: endpoint(source, sourcePort),
    fromAddress: formatAddress(destination),
    start,
  };
}

/** The realserver that got the last packet answers it, through the director, as under VS-NAT. */
export function replyTcp(flags: string, options: TcpOptions = {}): Step {
  const make: Answer = (arrived) => {
    const { from, to } = turned(arrived);
    const seq = flags.includes('S') ? SERVER_SEQUENCE : SERVER_SEQUENCE + 1;
    return [tcp(from, to, flags, { seq, ack: CLIENT_SEQUENCE + 1, ...options })];
  };
  return { kind: 'answer', side: 'B', what: `tcp ${flags}`, make };
}

/** Who got the last packet on this side answers with data, where the two halves of the connection have come to. */
export function say(side: 'A' | 'B', data: string): Step {
  const make: Answer = (arrived) => {
    const { from, to, start } = turned(arrived);
    const segment = Buffer.from(arrived).subarray(start);
    const seq = segment.readUInt32BE(8);
    const ack = segment.readUInt32BE(4) + segment.length - (segment.readUInt8(12) >> 4) * 4;
    return [tcp(from, to, 'P.', { seq, ack, data })];
  };
  return { kind: 'answer', side, what: `tcp ${JSON.stringify(data)}`, make };
}

export function replyUdp(data: string | Uint8Array): Step {
  return {
    kind: 'answer',
    side: 'B',
    what: 'udp',
    make: (arrived) => {
      const { from, to } = turned(arrived);
      return [udp(from, to, data)];
    },
  };
}

export function replySctp(chunk: ChunkName): Step {
  return {
    kind: 'answer',
    side: 'B',
    what: `sctp ${chunk}`,
    make: (arrived) => {
      const { from, to } = turned(arrived);
      return [sctp(from, to, chunk)];
    },
  };
}

/** A big datagram in fragments of this payload size, in this order of their numbers. */
export function replyFragments(data: Uint8Array, size: number, order?: readonly number[]): Step {
  return {
    kind: 'answer',
    side: 'B',
    what: `udp, ${data.length} bytes in fragments`,
    make: (arrived) => {
      const { from, to } = turned(arrived);
      return inOrder(fragments(udp(from, to, data, { dontFragment: false }), size), order);
    },
  };
}

export function inOrder<T>(items: readonly T[], order: readonly number[] = items.map((_, index) => index)): T[] {
  return order.flatMap((index) => items.slice(index, index + 1));
}

/** Who received the last packet on this side (or a host on the way, `by`) sends an ICMP error about it. */
export function answerIcmp(side: 'A' | 'B', name: IcmpErrorName, by?: string): Step {
  return {
    kind: 'answer',
    side,
    what: `icmp ${name}${by === undefined ? '' : ` by ${by}`}`,
    make: (arrived) => [icmpError(by ?? turned(arrived).fromAddress, arrived, name)],
  };
}

/** The start of a connection: under VS-NAT (`both`) the realserver's half passes the director too. */
export function open(from: string, to: string, view: 'both' | 'client' = 'both'): Step[] {
  return [
    send(tcp(from, to, 'S')),
    ...(view === 'both' ? [replyTcp('S.')] : []),
    send(tcp(from, to, '.', { seq: 1001 })),
  ];
}

/** The client ends it first. */
export function close(from: string, to: string, view: 'both' | 'client' = 'both'): Step[] {
  return [
    send(tcp(from, to, 'F.', { seq: 1001 })),
    ...(view === 'both' ? [replyTcp('F.')] : []),
    send(tcp(from, to, '.', { seq: 1002 })),
  ];
}
