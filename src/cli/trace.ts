// `lvskit trace`: what the director of this network namespace decides about each packet, for some seconds.

import { setTimeout as sleep } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import { startTrace, type Trace } from '../dataplane/mod.ts';
import { directorAbsent } from '../director/mod.ts';
import { formatPacket, formatPacketJson, parseFilter } from '../trace/mod.ts';
import { untilInterrupted } from './signals.ts';

interface TraceOptions {
  readonly seconds: number;
  readonly packets: number;
  readonly all?: true;
  readonly json?: true;
}

const DEFAULT_SECONDS = 10;
const MAX_SECONDS = 86_400;
const DEFAULT_PACKETS = 100;
const MAX_PACKETS = 1_000_000;

/** The ring of events holds what a busy director says meanwhile. */
const PAUSE_MS = 50;

const FILTER_HELP = `
FILTER is made of these terms, joined by 'and'; all must hold:
  tcp, udp, sctp, icmp   the packet's protocol
  host A, src A, dst A   its addresses as it comes
  port N                 one of its ports as it comes
  client A, server A     the ends of its connection, whichever way it goes
  vip A, vip A:P         the virtual service that it is of
  dropped                it is dropped
Without --all, only packets that concern a service are shown.`;

export function createCommand(): Command {
  return new Command('trace')
    .description('Show why each packet is sent where it is, passed, or dropped, decision by decision.')
    .argument('[filter...]', 'which packets, for example: tcp and vip 192.168.1.110:80')
    .option('--seconds <seconds>', 'end after this time', parseSeconds, DEFAULT_SECONDS)
    .option('--packets <packets>', 'end after so many', parsePackets, DEFAULT_PACKETS)
    .option('--all', 'also show packets that concern no service')
    .option('--json', 'print each packet as a line of JSON')
    .addHelpText('after', FILTER_HELP)
    .action(tracePackets);
}

async function tracePackets(words: readonly string[], options: TraceOptions): Promise<void> {
  const terms = parseFilter(words.join(' '));
  const { seconds, packets, all = false } = options;
  await untilInterrupted(async (signal) => {
    const trace = startTrace({ terms, all, packets });
    if (trace === undefined) throw directorAbsent();
    try {
      console.error(`Tracing for ${seconds} s, up to ${packets} packet${packets === 1 ? '' : 's'}; Ctrl-C ends it.`);
      const shown = await follow(trace, options, signal);
      const lost = trace.readLost();
      if (lost > 0) console.error(`${lost} packets more could not be shown: they came too fast; narrow the filter.`);
      if (shown === 0) console.error('No such packet came.');
    } finally {
      trace.close();
    }
  });
}

/** How many packets have been printed. */
async function follow(trace: Trace, options: TraceOptions, signal: AbortSignal): Promise<number> {
  const endMs = performance.now() + options.seconds * 1000;
  for (let shown = 0; ; ) {
    const isOver = signal.aborted || performance.now() >= endMs;
    for (const packet of trace.read()) {
      process.stdout.write(options.json ? `${formatPacketJson(packet)}\n` : `${formatPacket(packet)}\n\n`);
      shown++;
    }
    if (isOver || shown + trace.readLost() >= options.packets) return shown;
    await sleep(PAUSE_MS, undefined, { signal }).catch(() => {});
  }
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0 && seconds <= MAX_SECONDS)) {
    throw new InvalidArgumentError(`A number of seconds up to ${MAX_SECONDS}.`);
  }
  return seconds;
}

function parsePackets(text: string): number {
  const packets = Number(text);
  if (!(Number.isSafeInteger(packets) && packets >= 1 && packets <= MAX_PACKETS)) {
    throw new InvalidArgumentError(`A whole number from 1 to ${MAX_PACKETS}.`);
  }
  return packets;
}
