// IPVS's TCP states as its source publishes them (net/netfilter/ipvs/ip_vs_proto_tcp.c, v6.1), and the shortest ways to
// each state that a connection can come to.

import type { ConnectionState } from '../../src/director/mod.ts';

const STATES = {
  NO: 'NONE',
  ES: 'ESTABLISHED',
  SS: 'SYN_SENT',
  SR: 'SYN_RECV',
  FW: 'FIN_WAIT',
  TW: 'TIME_WAIT',
  CL: 'CLOSE',
  CW: 'CLOSE_WAIT',
  LA: 'LAST_ACK',
  LI: 'LISTEN',
  SA: 'SYNACK',
} as const satisfies Record<string, ConnectionState>;

type Code = keyof typeof STATES;
const COLUMNS = Object.keys(STATES) as Code[];

/** Who sent the packet, and the one flag that counts. */
export interface Step {
  readonly by: 'client' | 'server';
  readonly flag: 'S' | 'F' | '.' | 'R';
}

/** What the director sees of a connection: both halves (VS-NAT), or the client's only (VS-DR, VS-TUN). */
export type View = 'both' | 'client';

const CLIENT_ROWS = {
  S: 'SR ES ES SR SR SR SR SR SR SR SR',
  F: 'CL CW SS TW TW TW CL CW LA LI TW',
  '.': 'ES ES SS ES FW TW CL CW CL LI ES',
  R: 'CL CL CL SR CL CL CL CL LA LI SR',
};

const SERVER_ROWS = {
  S: 'SS ES SS SR SS SS SS SS SS LI SR',
  F: 'TW FW SS TW FW TW CL TW LA LI TW',
  '.': 'ES ES SS ES FW TW CL CW LA ES ES',
  R: 'CL CL SS CL CL TW CL CL CL CL CL',
};

/** Where the server's half is not seen, the client's FIN is taken for both. */
const CLIENT_ONLY_ROWS = {
  ...CLIENT_ROWS,
  F: 'CL FW SS TW FW TW CL CW LA LI TW',
  R: 'CL CL CL SR CL CL CL CL LA LI CL',
};

function next(view: View, state: Code, { by, flag }: Step): Code {
  const rows = by === 'server' ? SERVER_ROWS : view === 'both' ? CLIENT_ROWS : CLIENT_ONLY_ROWS;
  return rows[flag].split(' ')[COLUMNS.indexOf(state)] as Code;
}

const SENDERS: Readonly<Record<View, readonly Step['by'][]>> = { both: ['client', 'server'], client: ['client'] };

/** A connection's packets, the client's SYN first, and the state that the last one leads to. */
export interface History {
  readonly steps: readonly Step[];
  readonly state: ConnectionState;
}

/** For every state that a connection comes to, and every packet that can come then: a history that ends with it. */
export function allHistories(view: View): History[] {
  const opening: Step = { by: 'client', flag: 'S' };
  const ways = new Map<Code, readonly Step[]>([['SR', [opening]]]);
  const histories: History[] = [];
  for (const [state, way] of ways) {
    for (const by of SENDERS[view]) {
      for (const flag of ['S', 'F', '.', 'R'] as const) {
        const steps = [...way, { by, flag }];
        const reached = next(view, state, { by, flag });
        histories.push({ steps, state: STATES[reached] });
        if (!ways.has(reached)) ways.set(reached, steps);
      }
    }
  }
  return histories;
}
