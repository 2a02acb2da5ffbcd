// A connection, or a persistence template, as directors tell each other of it, and the same as the data plane's
// struct lvs_shared. States are IPVS's numbers within each protocol, which bpf/abi.h keeps one after the other.

import type { Endpoint } from '../director/mod.ts';
import { type ForwardingMethod, familyOf } from '../model/mod.ts';
import { lvsLimits, lvsMethod, type lvsShared, lvsSharedFlags, lvsState, lvsTupleKind } from './abi.ts';
import { decodeAddress, encodeAddress, FAMILIES, METHODS, nameOf, PROTOCOLS } from './codes.ts';
import type { ValuesOf } from './layout.ts';

export interface SharedConnection {
  /** IP protocol number; 0 of the templates of firewall marks, whose virtual address is the mark. */
  readonly protocol: number;
  readonly isTemplate: boolean;
  /** Counted as an inactive connection of its server. */
  readonly isInactive: boolean;
  readonly method: ForwardingMethod | 'local';
  /** IPVS's number for it, within the protocol; of a template 1 once a connection under it has been established. */
  readonly state: number;
  /** Until it expires if nothing more is heard; 0 leaves it to the receiver. */
  readonly timeoutS: number;
  /** Of its service; 0 for none. */
  readonly mark: number;
  readonly client: Endpoint;
  readonly virtual: Endpoint;
  readonly server: Endpoint;
}

export type RawShared = ValuesOf<typeof lvsShared>;

const SHARED_METHODS = { ...METHODS, local: lvsMethod.LVS_LOCAL } as const;

/** A LocalNode under VS-NAT is one of VS-NAT to others. */
function methodOf(method: number): SharedConnection['method'] {
  return method === lvsMethod.LVS_LOCAL_NAT ? 'nat' : nameOf(SHARED_METHODS, method);
}

/** First and last of lvsState that a protocol has. */
const STATES: ReadonlyMap<number, readonly [number, number]> = new Map([
  [PROTOCOLS.tcp, [lvsState.LVS_S_NONE, lvsState.LVS_S_SYNACK]],
  [PROTOCOLS.udp, [lvsState.LVS_S_UDP, lvsState.LVS_S_UDP]],
  [PROTOCOLS.sctp, [lvsState.LVS_S_SCTP_NONE, lvsState.LVS_S_SCTP_CLOSED]],
]);
const ASSURED = 1;
/** Of what does not say when it ends (ip_vs_proc_conn, v6.1). */
const TEMPLATE_TIMEOUT_S = 180;

export function decodeShared(raw: RawShared, mark: number): SharedConnection {
  const { key } = raw;
  const isTemplate = key.kind === lvsTupleKind.LVS_TEMPLATE;
  const isAssured = (raw.flags & lvsSharedFlags.LVS_SHARED_ASSURED) !== 0;
  const [first] = STATES.get(key.protocol) ?? [0];
  return {
    protocol: key.protocol,
    isTemplate,
    isInactive: !isTemplate && (raw.flags & lvsSharedFlags.LVS_SHARED_INACTIVE) !== 0,
    method: methodOf(raw.method),
    state: isTemplate ? (isAssured ? ASSURED : 0) : raw.state - first,
    timeoutS: raw.timeout_s,
    mark,
    client: { address: decodeAddress(key.src, key.family), port: key.sport },
    virtual: { address: decodeAddress(key.dst, key.family), port: key.dport },
    server: { address: decodeAddress(raw.to_addr, raw.to_family), port: raw.to_port },
  };
}

/** Where a connection leads, in the numbers of this director. */
export interface ServerPlace {
  /** Index of the server. */
  readonly server: number;
  /** Id of its service. */
  readonly service: number;
}

const NO_PLACE: ServerPlace = { server: lvsLimits.LVS_MAX_SERVERS, service: lvsLimits.LVS_MAX_SERVICES };

/** Undefined for what this data plane cannot have: a protocol or a state that it does not know. */
export function encodeShared(connection: SharedConnection, place: ServerPlace = NO_PLACE): RawShared | undefined {
  const { protocol, isTemplate, client, virtual, server } = connection;
  const state = encodeState(connection);
  if (state === undefined) return undefined;
  const isAssured = isTemplate && connection.state === ASSURED;
  return {
    key: {
      src: encodeAddress(client.address),
      dst: encodeAddress(virtual.address),
      sport: client.port,
      dport: virtual.port,
      protocol,
      family: FAMILIES[familyOf(client.address)],
      kind: isTemplate ? lvsTupleKind.LVS_TEMPLATE : lvsTupleKind.LVS_CONNECTION,
    },
    to_addr: encodeAddress(server.address),
    to_port: server.port,
    method: SHARED_METHODS[connection.method],
    to_family: FAMILIES[familyOf(server.address)],
    state,
    timeout_s: connection.timeoutS || (isTemplate ? TEMPLATE_TIMEOUT_S : 0),
    ...place,
    flags:
      (connection.isInactive ? lvsSharedFlags.LVS_SHARED_INACTIVE : 0) |
      (isAssured ? lvsSharedFlags.LVS_SHARED_ASSURED : 0),
  };
}

function encodeState({ protocol, isTemplate, state }: SharedConnection): number | undefined {
  if (isTemplate) return protocol === PROTOCOLS.ip || STATES.has(protocol) ? lvsState.LVS_S_TEMPLATE : undefined;
  const [first, last] = STATES.get(protocol) ?? [0, -1];
  return first + state <= last ? first + state : undefined;
}
