// `lvskit bench telnet HOST`: the check that a virtual server works, as one does it by hand with telnet: connect
// several times, and watch the hostnames take turns.

import { Command } from 'commander';
import { checkLines, type LineCheck, outOfTurnError } from '../measure/mod.ts';
import { wrapWords } from '../model/mod.ts';
import { parseAddress } from './address-argument.ts';
import { hostOrLab, labOption } from './bench-lab.ts';
import { parseCount, parseSeconds } from './netpipe-options.ts';

interface BenchTelnetOptions {
  readonly lab?: string;
  readonly port: number;
  readonly connections: number;
  readonly timeout: number;
  readonly source?: string;
  readonly rr?: true;
  readonly json?: true;
}

const TELNET_PORT = 23;
const CONNECTIONS = 20;
const COLUMNS = 80;

export function createTelnetCommand(): Command {
  return new Command('telnet')
    .description('connect several times and show which host answered each: under rr they take strict turns')
    .argument('[host]', 'where `lvskit serve telnet` runs, or a director with such servers behind it')
    .addOption(labOption())
    .option('-P, --port <port>', 'TCP port', parseCount, TELNET_PORT)
    .option('-n, --connections <n>', 'one after the other', parseCount, CONNECTIONS)
    .option('--timeout <seconds>', 'give a connection up after this', parseSeconds, 5)
    .option('--source <address>', 'address to connect from')
    .option('--rr', 'fail unless two hosts or more answer all, each in its turn')
    .option('--json', 'write one JSON object')
    .action(benchTelnet);
}

async function benchTelnet(given: string | undefined, options: BenchTelnetOptions, command: Command): Promise<void> {
  const host = hostOrLab(given, options.lab, options.port, command);
  const address = await parseAddress(host);
  const source = options.source === undefined ? undefined : await parseAddress(options.source);
  const { port, connections } = options;
  const check = await checkLines({ address, port, source, timeoutMs: options.timeout * 1000 }, connections);
  if (options.json) console.log(JSON.stringify(check));
  else console.log(formatCheck(check).join('\n'));
  // Of one host alone nobody knows whether others have turns.
  const outOfTurn = check.outOfTurn ?? (Object.keys(check.servers).length === 1 ? 1 : undefined);
  if (options.rr && outOfTurn !== undefined) throw outOfTurnError(`${address}:${port}`, outOfTurn + 1);
}

function formatCheck(check: LineCheck): readonly string[] {
  return [
    ...formatSequence(check),
    '',
    ...Object.entries(check.servers).map(([name, count]) => `${String(count).padStart(6)} by ${name}`),
    ...Object.entries(check.failures).map(([cause, count]) => `${String(count).padStart(6)} failed: ${cause}`),
    '',
    ...formatTimes(check.timeNs),
    formatVerdict(check),
  ];
}

/** In as many lines as it takes; none ends between a name and its number. */
export function formatTimes(timeNs: LineCheck['timeNs']): readonly string[] {
  const times = Object.entries(timeNs).map(([name, ns]) => `${name}\u00a0${(ns / 1000).toFixed(0)}`);
  const lines = wrapWords(`Time of a connection, µs: ${times.join(', ')}`, COLUMNS, '', '    ');
  return lines.map((line) => line.replaceAll('\u00a0', ' '));
}

/** The names in columns, so that turns show. */
function formatSequence({ answers }: LineCheck): readonly string[] {
  const names = answers.map((answer) => ('name' in answer ? answer.name : '-'));
  const width = Math.max(...names.map((name) => name.length)) + 2;
  const perLine = Math.max(1, Math.floor(COLUMNS / width));
  const lines = Array.from({ length: Math.ceil(names.length / perLine) }, (_, line) =>
    names.slice(line * perLine, (line + 1) * perLine),
  );
  return lines.map((line) =>
    line
      .map((name) => name.padEnd(width))
      .join('')
      .trimEnd(),
  );
}

function formatVerdict({ answers, servers, outOfTurn }: LineCheck): string {
  const names = Object.keys(servers);
  if (outOfTurn === undefined && names.length === 1) return `All were answered by ${names[0]}.`;
  if (outOfTurn === undefined) return `The ${names.length} hosts took strict turns, as under rr.`;
  const answer = answers[outOfTurn];
  const what = answer !== undefined && 'name' in answer ? `was answered by ${answer.name}, out of turn` : 'failed';
  return `No strict turns: connection ${outOfTurn + 1} ${what}.`;
}
