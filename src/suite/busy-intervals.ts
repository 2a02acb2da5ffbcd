// When each realserver was at work, seen on its own wire: from the SYN-ACK with which it takes a connection to the FIN with
// which it has said everything. What clients and daemons say of themselves has no part in it.

import type { BusyInterval } from '../analysis/mod.ts';
import { findMachine, type Lab, namespacePath } from '../lab/mod.ts';
import { findProgram, type LineProcess, startLineProcess } from '../system/mod.ts';

export interface WatchedServers {
  /** `Machine.name` */
  readonly servers: readonly string[];
  /** TCP port of the service. */
  readonly port: number;
}

const READY_TIMEOUT_MS = 10_000;
const POLL_MS = 10;
/** The last packets of `work` are on their way to the captures until none has come for so long. */
const LAST_PACKETS_MS = 100;
/** Of a packet: all its headers. A capture that takes packets at once has slots as large as this, and few large ones. */
const SNAPSHOT_BYTES = 128;

/** What `work` gives, and the connections that were whole meanwhile. Throws COMMAND_NOT_FOUND. */
export async function withBusyIntervals<T>(
  lab: Lab,
  { servers, port }: WatchedServers,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly intervals: readonly BusyInterval[] }> {
  findProgram('tcpdump');
  const captures = servers.map((server) => ({ server, ...startCapture(lab, server, port) }));
  try {
    for (const capture of captures) await untilCapturing(capture);
    const result = await work();
    await untilQuiet(captures);
    await Promise.all(captures.map(({ program }) => end(program)));
    return { result, intervals: captures.flatMap(({ server, lines }) => parseIntervals(server, lines)) };
  } finally {
    await Promise.all(captures.map(({ program }) => end(program)));
  }
}

function startCapture(lab: Lab, server: string, port: number) {
  const namespace = namespacePath(findMachine(lab.plan, server).namespace);
  const device = lab.plan.links.find(({ machine }) => machine === server)?.device ?? 'eth0';
  const lines: string[] = [];
  // What the server sends: under VS-TUN what it gets is inside of other packets.
  const filter = `src port ${port} and tcp[tcpflags] & (tcp-syn|tcp-fin|tcp-rst) != 0`;
  const tcpdump = ['tcpdump', '-n', '-tt', '-l', '--immediate-mode', '-s', `${SNAPSHOT_BYTES}`, '-i', device, filter];
  const enter = ['nsenter', `--net=${namespace}`, '--', ...tcpdump];
  const program = startLineProcess(['sh', '-c', 'exec "$@" 2>&1', 'sh', ...enter], {
    onLine: (line) => lines.push(line),
  });
  return { lines, program };
}

/** What it says when its filter is set: packets before that are lost. */
async function untilCapturing({ server, lines }: { readonly server: string; readonly lines: readonly string[] }) {
  const deadlineMs = performance.now() + READY_TIMEOUT_MS;
  while (!lines.some((line) => line.includes('listening on'))) {
    if (performance.now() > deadlineMs) throw new Error(`tcpdump does not capture on ${server}: ${lines.join('; ')}`);
    await pause(POLL_MS);
  }
}

async function untilQuiet(captures: readonly { readonly lines: readonly string[] }[]): Promise<void> {
  const count = () => captures.reduce((sum, { lines }) => sum + lines.length, 0);
  let before: number;
  do {
    before = count();
    await pause(LAST_PACKETS_MS);
  } while (count() > before);
}

async function end(program: LineProcess): Promise<void> {
  program.kill('SIGINT');
  await program.ended;
}

/** Lines of `tcpdump -n -tt` → intervals; a connection whose beginning or end is not among them is left out. */
export function parseIntervals(server: string, lines: readonly string[]): BusyInterval[] {
  const begun = new Map<string, number>();
  return lines.flatMap((line) => {
    const [, seconds = '', client = '', flags = ''] = /^(\d+\.\d+) IP \S+ > (\S+): Flags \[([^\]]*)\]/.exec(line) ?? [];
    const atMs = Number(seconds) * 1000;
    if (flags.startsWith('S')) {
      // Of one that is sent again, the first one counts.
      if (!begun.has(client)) begun.set(client, atMs);
      return [];
    }
    const startMs = begun.get(client);
    if (startMs === undefined) return [];
    begun.delete(client);
    return [{ server, startMs, endMs: atMs }];
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
