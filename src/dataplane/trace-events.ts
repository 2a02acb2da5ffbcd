// The tracer's events (bpf/trace_abi.h) as packets with names: of services, servers, states, devices.

import { networkInterfaces } from 'node:os';
import type { ServiceKey } from '../director/mod.ts';
import { interfaceIndex } from '../system/mod.ts';
import type {
  FoundBy,
  NextHop,
  PacketEndpoint,
  Place,
  Step,
  TracedConnection,
  TracedPacket,
  TracedServer,
  TracedService,
  Verdict,
} from '../trace/mod.ts';
import { lvsDirection, lvsDrop, lvsFlowFlags, lvsMethod, lvsTunnel } from './abi.ts';
import { decodeAddress, nameOf, PROTOCOLS, SCHEDULERS, stateName } from './codes.ts';
import { readConfig } from './config.ts';
import { decode, type ValuesOf } from './layout.ts';
import type { Maps } from './maps.ts';
import { decodeServiceKey } from './tables.ts';
import {
  lvsTraceEvent,
  lvsTraceFound,
  lvsTraceNoDrop,
  lvsTracePlace,
  lvsTraceSteps,
  lvsTraceTemplate,
} from './trace-abi.ts';

type RawEvent = ValuesOf<typeof lvsTraceEvent>;
type RawTuple = RawEvent['tuple'];

/** <linux/pkt_cls.h> */
const VERDICTS: Readonly<Record<number, Verdict>> = {
  0: 'passed',
  2: 'dropped',
  4: 'held',
  7: 'sent',
  // -1: to the next filter.
  4294967295: 'passed',
};

const PLACES: Readonly<Record<number, Place>> = {
  [lvsTracePlace.LVS_TRACE_INGRESS]: 'ingress',
  [lvsTracePlace.LVS_TRACE_EGRESS]: 'egress',
};

const FOUND_BY: Readonly<Record<number, FoundBy>> = {
  [lvsTraceFound.LVS_TRACE_BY_MARK]: 'mark',
  [lvsTraceFound.LVS_TRACE_BY_PORT]: 'port',
  [lvsTraceFound.LVS_TRACE_BY_FTP]: 'ftp',
  [lvsTraceFound.LVS_TRACE_BY_ADDRESS]: 'address',
};

const TEMPLATES: Readonly<Record<number, 'none' | 'found' | 'failed'>> = {
  [lvsTraceTemplate.LVS_TRACE_TEMPLATE_NONE]: 'none',
  [lvsTraceTemplate.LVS_TRACE_TEMPLATE_FOUND]: 'found',
  [lvsTraceTemplate.LVS_TRACE_TEMPLATE_FAILED]: 'failed',
};

const METHOD_NAMES: Readonly<Record<number, string>> = {
  [lvsMethod.LVS_NAT]: 'VS-NAT',
  [lvsMethod.LVS_DR]: 'VS-DR',
  [lvsMethod.LVS_TUN]: 'VS-TUN',
  [lvsMethod.LVS_LOCAL]: 'LocalNode',
  [lvsMethod.LVS_LOCAL_NAT]: 'LocalNode',
};

const TUNNEL_NAMES: Readonly<Record<number, string>> = {
  [lvsTunnel.LVS_TUNNEL_IPIP]: 'VS-TUN',
  [lvsTunnel.LVS_TUNNEL_GUE]: 'VS-TUN, GUE',
  [lvsTunnel.LVS_TUNNEL_GRE]: 'VS-TUN, GRE',
};

/** IANA's numbers, besides those of services. */
const ICMP_NAMES: Readonly<Record<number, string>> = { 1: 'icmp', 58: 'icmpv6' };

/** RFC 9293, as tcpdump writes them. */
const TCP_FLAGS = [
  [0x01, 'F'],
  [0x02, 'S'],
  [0x04, 'R'],
  [0x08, 'P'],
  [0x20, 'U'],
  [0x10, '.'],
] as const;

const FRAGMENTS: Readonly<Record<number, 'first' | 'later'>> = { 1: 'first', 2: 'later' };

const NOT_DROPPED: number = lvsTraceNoDrop.LVS_TRACE_NOT_DROPPED;

const DROPS = new Map(
  Object.entries(lvsDrop)
    .filter(([, value]) => value < lvsDrop.LVS_DROP_COUNT)
    .map(([name, value]) => [value as number, name.replace('LVS_DROP_', '')]),
);

/** IPv4 and IPv6 as lvs_tuple.family has them; ICMP has no ports. */
function protocolName(protocol: number): string {
  const known = ICMP_NAMES[protocol];
  if (known !== undefined) return known;
  return Object.values(PROTOCOLS).includes(protocol) ? nameOf(PROTOCOLS, protocol) : String(protocol);
}

function hasPorts({ protocol, sport, dport }: RawTuple): boolean {
  return ICMP_NAMES[protocol] === undefined && (sport !== 0 || dport !== 0);
}

function sourceOf(tuple: RawTuple): PacketEndpoint {
  return { address: decodeAddress(tuple.src, tuple.family), port: hasPorts(tuple) ? tuple.sport : undefined };
}

function destinationOf(tuple: RawTuple): PacketEndpoint {
  return { address: decodeAddress(tuple.dst, tuple.family), port: hasPorts(tuple) ? tuple.dport : undefined };
}

function stepsOf(event: RawEvent): ReadonlySet<Step> {
  const names = Object.entries(lvsTraceSteps).filter(([, bit]) => (event.steps & bit) !== 0);
  return new Set(names.map(([name]) => name.replace('LVS_TRACE_', '') as Step));
}

function verdictOf(event: RawEvent, steps: ReadonlySet<Step>): Verdict {
  const verdict = VERDICTS[event.verdict] ?? 'dropped';
  return verdict === 'sent' && steps.has('ANSWERED') ? 'answered' : verdict;
}

function macOf(event: RawEvent): string | undefined {
  if ((event.flow_flags & lvsFlowFlags.LVS_FLOW_FRAMED) === 0) return undefined;
  return event.hop_mac.map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}

function connectionOf(event: RawEvent): TracedConnection {
  const isReply = event.direction === lvsDirection.LVS_TO_CLIENT;
  const key = isReply ? event.peer : event.flow_key;
  const to = { address: decodeAddress(event.to_addr, event.to_family), port: event.to_port };
  const name = event.method === lvsMethod.LVS_TUN ? TUNNEL_NAMES[event.tunnel] : METHOD_NAMES[event.method];
  return {
    client: sourceOf(key),
    virtual: destinationOf(key),
    server: isReply ? sourceOf(event.flow_key) : to,
    method: name ?? `method ${event.method}`,
    isReply,
    state: stateName(event.state) ?? 'expired',
  };
}

/** Decodes events, with names from the director's tables as they are by then. */
export class EventDecoder {
  readonly #maps: Maps;
  /** Added to CLOCK_MONOTONIC, in microseconds. */
  readonly #epochUs = Date.now() * 1000 - Number(process.hrtime.bigint() / 1000n);
  #services: ReadonlyMap<number, { readonly key: ServiceKey; readonly scheduler: string }> = new Map();
  /** Of the configuration, when its services were read. */
  #epoch: number | undefined;
  #devices: ReadonlyMap<number, string> = new Map();

  constructor(maps: Maps) {
    this.#maps = maps;
  }

  decode(bytes: Uint8Array): TracedPacket {
    const event = decode(lvsTraceEvent, bytes);
    const { tuple } = event;
    const steps = stepsOf(event);
    const isTcp = tuple.protocol === PROTOCOLS.tcp && event.fragment !== 2;
    const isIcmp = ICMP_NAMES[tuple.protocol] !== undefined;
    const stateBefore = steps.has('KNOWN') ? stateName(event.state_before) : undefined;
    const hasFlow = steps.has('HAS_FLOW');
    return {
      timeUs: this.#epochUs + Math.floor(event.time_ns / 1000),
      place: PLACES[event.place] ?? 'ingress',
      device: this.#deviceName(event.ifindex),
      protocol: protocolName(tuple.protocol),
      source: sourceOf(tuple),
      destination: destinationOf(tuple),
      bytes: event.length,
      ttl: event.ttl,
      tcpFlags: isTcp ? formatTcpFlags(event.tcp_flags) : undefined,
      icmp: isIcmp ? { type: event.icmp_type, code: event.icmp_code } : undefined,
      fragment: FRAGMENTS[event.fragment],
      mark: event.mark,
      steps,
      service: this.#serviceOf(event, hasFlow),
      template: TEMPLATES[event.template],
      servers: event.member_server.slice(0, event.members).map((_, at) => this.#serverOf(event, at)),
      serverCount: event.members,
      stateBefore,
      connection: hasFlow ? connectionOf(event) : undefined,
      hop: hasFlow && event.method < lvsMethod.LVS_LOCAL ? this.#hopOf(event) : undefined,
      verdict: verdictOf(event, steps),
      drop: event.drop === NOT_DROPPED ? undefined : (DROPS.get(event.drop) ?? `reason ${event.drop}`),
      room: event.room,
    };
  }

  #serviceOf(event: RawEvent, hasFlow: boolean): TracedService | undefined {
    const foundBy = FOUND_BY[event.found];
    if (foundBy === undefined && !hasFlow) return undefined;
    this.#readServices();
    const known = this.#services.get(event.service);
    const scheduler = foundBy === undefined ? known?.scheduler : nameOf(SCHEDULERS, event.scheduler);
    return { key: known?.key, scheduler, foundBy };
  }

  /** Again after each change of the configuration: a new service gets the number of a deleted one. */
  #readServices(): void {
    const { epoch } = readConfig(this.#maps);
    if (epoch === this.#epoch) return;
    this.#epoch = epoch;
    const rows = [...this.#maps.services.entries()].map(({ key, value }) => {
      const scheduler = nameOf(SCHEDULERS, value.scheduler);
      return [value.id, { key: decodeServiceKey(key), scheduler }] as const;
    });
    this.#services = new Map(rows);
  }

  #serverOf(event: RawEvent, at: number): TracedServer {
    const row = this.#maps.servers.get({ value: event.member_server[at] ?? 0 });
    return {
      address: decodeAddress(row?.addr ?? [], row?.family ?? 0),
      port: row?.port ?? 0,
      weight: event.member_weight[at] ?? 0,
      active: event.member_active[at] ?? 0,
      inactive: event.member_inactive[at] ?? 0,
      overloaded: event.member_overloaded[at] !== 0,
    };
  }

  #hopOf(event: RawEvent): NextHop {
    return {
      device: this.#deviceName(event.hop_ifindex),
      address: decodeAddress(event.hop_addr, event.to_family),
      mac: macOf(event),
    };
  }

  #deviceName(ifindex: number): string {
    if (!this.#devices.has(ifindex)) {
      // An address may have a label of its own: eth0:110.
      const devices = Object.keys(networkInterfaces()).map((label) => label.replace(/:.*$/, ''));
      const names = devices.map((name) => [interfaceIndex(name) ?? 0, name] as const);
      this.#devices = new Map([[ifindex, `device ${ifindex}`], ...names]);
    }
    return this.#devices.get(ifindex) ?? '';
  }
}

function formatTcpFlags(flags: number): string {
  const letters = TCP_FLAGS.filter(([bit]) => (flags & bit) !== 0).map(([, letter]) => letter);
  return letters.length === 0 ? 'none' : letters.join('');
}
