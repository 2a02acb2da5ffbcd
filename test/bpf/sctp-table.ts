// IPVS's SCTP states as its source publishes them (net/netfilter/ipvs/ip_vs_proto_sctp.c, v6.1), and the shortest ways to
// each state that an association can come to.

import type { ConnectionState } from '../../src/director/mod.ts';
import type { ChunkName } from './sctp-packets.ts';

const STATES = {
  NO: 'NONE',
  I1: 'INIT1',
  IN: 'INIT',
  CS: 'COOKIE_SENT',
  CR: 'COOKIE_REPLIED',
  CW: 'COOKIE_WAIT',
  CO: 'COOKIE',
  CE: 'COOKIE_ECHOED',
  ES: 'ESTABLISHED',
  SS: 'SHUTDOWN_SENT',
  SR: 'SHUTDOWN_RECEIVED',
  SA: 'SHUTDOWN_ACK_SENT',
  RJ: 'REJECTED',
  CL: 'CLOSED',
} as const satisfies Record<string, ConnectionState>;

type Code = keyof typeof STATES;
const COLUMNS = Object.keys(STATES) as Code[];

type Rows = Readonly<Partial<Record<ChunkName, string>>>;

const DATA = 'ES I1 IN CS CR CW CO CE ES SS SR SA RJ CL';

const CLIENT_ROWS: Rows = {
  data: DATA,
  init: 'I1 IN IN CS CR CW CO CE ES SS SR SA IN IN',
  initAck: 'CW CW CW CS CR CO CO CE ES SS SR SA RJ CL',
  cookieEcho: 'CR IN IN CR CR CW CO CE ES SS SR SA RJ CL',
  cookieAck: 'ES I1 IN CS CR CW CO ES ES SS SR SA RJ CL',
  shutdown: 'SR I1 IN CS CR CW CO CE SR SS SR SA RJ CL',
  shutdownAck: 'CL IN IN CS CR CW CO CE ES CL SR CL RJ CL',
  shutdownComplete: 'CL CL CL CS CR CW CO CE ES SS SR CL RJ CL',
  error: 'CL I1 IN CS CR CW CO CL ES SS SR SA RJ CL',
  abort: 'CL CL CL CL CL RJ CL CL CL CL CL CL CL CL',
};

const SERVER_ROWS: Rows = {
  data: DATA,
  init: 'CW CW CW CW CW CW CW CW ES CW CW CW CW CW',
  initAck: 'CS CS CS CS CR CW CO CE ES SS SR SA RJ CL',
  cookieEcho: 'CE CE CE CE CE CE CE CE ES SS SR SA RJ CL',
  cookieAck: 'ES ES ES ES ES ES ES ES ES SS SR SA RJ CL',
  shutdown: 'SS SS SS SS SS SS SS SS SS SS SR SA RJ CL',
  shutdownAck: 'SA SA SA SA SA CW CO CE ES SA SA SA RJ CL',
  shutdownComplete: 'CL I1 IN CS CR CW CO CE ES SS SR SA RJ CL',
  error: 'CL CL CL CL CL CW CO CE ES SS SR SA RJ CL',
  abort: 'CL RJ CL CL CL CL CL CL CL CL CL CL CL CL',
};

/** Where the server's half is not seen (VS-DR, VS-TUN). */
const CLIENT_ONLY_ROWS: Rows = {
  data: 'ES I1 IN CS CR ES CO CE ES SS SR SA RJ CL',
  init: 'I1 IN IN IN IN IN CO CE ES SS SR SA IN IN',
  initAck: 'CE CE CE CE CE CE CO CE ES SS SR SA RJ CL',
  cookieEcho: 'ES ES ES ES ES ES CO CE ES SS SR SA RJ CL',
  cookieAck: 'ES I1 IN ES ES CW ES ES ES SS SR SA RJ CL',
  shutdown: 'SR I1 IN CS CR CW CO CE SR SS SR SA RJ CL',
  shutdownAck: 'CL IN IN CS CR CW CO CE CL CL SR CL RJ CL',
  shutdownComplete: 'CL CL CL CL CL CW CO CE ES SS CL CL RJ CL',
  error: 'CL I1 IN CS CR CW CO CE ES SS SR SA RJ CL',
  abort: 'CL CL CL CL CL RJ CL CL CL CL CL CL CL CL',
};

/** Who sent the packet, and its only chunk. */
export interface Step {
  readonly by: 'client' | 'server';
  readonly chunk: ChunkName;
}

/** What the director sees of an association: both halves (VS-NAT), or the client's only (VS-DR, VS-TUN). */
export type View = 'both' | 'client';

/** An association's packets, the client's INIT first, and the state that the last one leads to. */
export interface History {
  readonly steps: readonly Step[];
  readonly state: ConnectionState;
}

function rowsOf(view: View): readonly (readonly [Step['by'], Rows])[] {
  if (view === 'client') return [['client', CLIENT_ONLY_ROWS]];
  return [
    ['client', CLIENT_ROWS],
    ['server', SERVER_ROWS],
  ];
}

/** For every state that an association comes to, and every chunk that can come then: a history that ends with it. */
export function allHistories(view: View): History[] {
  const ways = new Map<Code, readonly Step[]>([['I1', [{ by: 'client', chunk: 'init' }]]]);
  const histories: History[] = [];
  for (const [state, way] of ways) {
    for (const [by, rows] of rowsOf(view)) {
      for (const [chunk, row] of Object.entries(rows) as [ChunkName, string][]) {
        // An INIT on a closed association starts it anew.
        const isNew = state === 'CL' && by === 'client' && chunk === 'init';
        const reached = isNew ? 'I1' : (row.split(' ')[COLUMNS.indexOf(state)] as Code);
        const steps = [...way, { by, chunk }];
        histories.push({ steps, state: STATES[reached] });
        if (!ways.has(reached)) ways.set(reached, steps);
      }
    }
  }
  return histories;
}
