// How good our http client is as a yardstick: ours, wrk and curl in turns against the same nginx over a veth pair, clients
// on one CPU and nginx on the other. Prints medians over the rounds and their ratios.
// Usage, as root: node bench/http-vs-wrk.ts [ROUNDS [SECONDS_EACH [CLIENT_CPU [SERVER_CPU]]]]

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { quantile } from '../src/analysis/quantiles.ts';
import { prepareNginx } from '../src/measure/mod.ts';
import { type Ipv4, parseIpv4 } from '../src/model/mod.ts';
import { requireRoot, runCommand, runCommandAsync } from '../src/system/mod.ts';

const [rounds = 11, secondsEach = 2, clientCpu = 0, serverCpu = 1] = process.argv.slice(2).map(Number);
const clientNamespace = `httpbench-${process.pid}-a`;
const serverNamespace = `httpbench-${process.pid}-b`;
const address = parseIpv4('10.99.1.2') as Ipv4;
const scratch = mkdtempSync(join(tmpdir(), 'http-vs-wrk-'));
const LVSKIT = new URL('../bin/lvskit', import.meta.url).pathname;
const MANY_CONNECTIONS = 5000;
const MANY_SECONDS = 60;

/** What a comparison prints: which number, of which client, and the bar. */
interface Comparison {
  readonly what: string;
  readonly unit: string;
  readonly bar: string;
  readonly theirs: { readonly name: string; measure(): Promise<number> };
  measureOurs(): Promise<number>;
}

interface OurRow {
  readonly transfersPerSecond: number;
  readonly payloadBytes: number;
  readonly seconds: number;
  readonly timeNs: { readonly p50: number };
  readonly failures: Readonly<Record<string, number>>;
}

function inside(namespace: string, cpu: number, words: readonly (string | number)[]): string[] {
  return ['nsenter', `--net=/run/netns/${namespace}`, 'taskset', '-c', ...[cpu, ...words].map(String)];
}

function inClient(...words: readonly (string | number)[]): string[] {
  return inside(clientNamespace, clientCpu, words);
}

async function runOurs(...words: readonly (string | number)[]): Promise<OurRow> {
  const { stdout } = await runCommandAsync(
    inClient(LVSKIT, 'bench', 'http', address, '--json', '--seconds', secondsEach, ...words),
  );
  const row = JSON.parse(stdout) as OurRow;
  if (Object.keys(row.failures).length > 0) throw new Error(`requests failed: ${JSON.stringify(row.failures)}`);
  return row;
}

/** Takes a number out of what wrk prints at its end. */
async function runWrk(pattern: RegExp, ...words: readonly (string | number)[]): Promise<RegExpExecArray> {
  const { stdout } = await runCommandAsync(inClient('wrk', '-t1', `-d${secondsEach}s`, ...words));
  const found = pattern.exec(stdout);
  if (found === null) throw new Error(`wrk printed no ${pattern}:\n${stdout}`);
  return found;
}

async function wrkRequests(...words: readonly (string | number)[]): Promise<number> {
  const [, rate] = await runWrk(/Requests\/sec:\s+([\d.]+)/, ...words);
  return Number(rate);
}

const WRK_UNITS: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

async function wrkMbps(...words: readonly (string | number)[]): Promise<number> {
  const [, rate, unit = ''] = await runWrk(/Transfer\/sec:\s+([\d.]+)([KMG]?)B/, ...words);
  return (Number(rate) * (WRK_UNITS[unit] ?? Number.NaN) * 8) / 1e6;
}

/** Median of the times that curl gives its requests, µs, after the first, which connects. */
async function curlMicroseconds(): Promise<number> {
  const count = Math.round(secondsEach * 5000);
  const url = `http://${address}/file.0?[1-${count}]`;
  const { stdout } = await runCommandAsync(inClient('curl', '-s', '-o', '/dev/null', '-w', '%{time_total}\\n', url));
  const times = stdout.trim().split('\n').slice(1).map(Number);
  return quantile(times, 0.5) * 1e6;
}

const COMPARISONS: readonly Comparison[] = [
  {
    what: '32 connections kept, 1 kB',
    unit: 'requests/s',
    bar: '≥ 0.95',
    theirs: { name: 'wrk', measure: () => wrkRequests('-c32', `http://${address}/file.10`) },
    measureOurs: async () => (await runOurs('--sizes', '1k', '-c', 32)).transfersPerSecond,
  },
  {
    what: 'a connection each, 32 at once',
    unit: 'requests/s',
    bar: '≥ 1.0',
    theirs: { name: 'wrk', measure: () => wrkRequests('-c32', '-H', 'Connection: close', `http://${address}/file.10`) },
    measureOurs: async () => (await runOurs('--sizes', '1k', '-c', 32, '-k', 1)).transfersPerSecond,
  },
  {
    what: 'one after the other, 1 B',
    unit: 'µs, median',
    bar: '≤ 0.9',
    theirs: { name: 'curl', measure: curlMicroseconds },
    measureOurs: async () => (await runOurs('--sizes', 1)).timeNs.p50 / 1000,
  },
  {
    what: '4 connections, 64 MB',
    unit: 'Mbit/s',
    bar: '≥ 0.97',
    theirs: { name: 'wrk', measure: () => wrkMbps('-c4', `http://${address}/file.26`) },
    measureOurs: async () => {
      const { payloadBytes, seconds } = await runOurs('--sizes', '64M', '-c', 4);
      return (payloadBytes * 8) / seconds / 1e6;
    },
  },
];

function makePath(): void {
  const [a, b] = [clientNamespace, serverNamespace];
  for (const command of [
    `ip netns add ${a}`,
    `ip netns add ${b}`,
    `ip link add veth0 netns ${a} type veth peer name veth0 netns ${b}`,
    `ip -n ${a} address add 10.99.1.1/24 dev veth0`,
    `ip -n ${b} address add ${address}/24 dev veth0`,
    `ip -n ${a} link set veth0 up`,
    `ip -n ${b} link set veth0 up`,
    // Both clients need more ports than there are in a minute of connections.
    `ip netns exec ${a} sysctl -qw net.ipv4.tcp_tw_reuse=1`,
    `ip netns exec ${b} sysctl -qw net.core.somaxconn=16384`,
  ]) {
    runCommand(command.split(' '));
  }
}

async function startServer() {
  const command = prepareNginx({ address, port: 80, folder: scratch, workers: 1 });
  const [program, ...words] = inside(serverNamespace, serverCpu, command) as [string, ...string[]];
  const server = spawn(program, words, { stdio: ['ignore', 'inherit', 'inherit'] });
  const probe = inClient('curl', '-s', '-o', '/dev/null', `http://${address}/file.26`);
  for (let tries = 0; (await runCommandAsync(probe, { allowFailure: true })).status !== 0; tries++) {
    if (tries > 100) throw new Error('nginx does not answer');
    await setTimeout(50);
  }
  return server;
}

async function compare({ what, unit, bar, theirs, measureOurs }: Comparison): Promise<void> {
  const samples = { ours: [] as number[], theirs: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    // Each goes first in half of the rounds.
    if (round % 2 === 0) samples.theirs.push(await theirs.measure());
    samples.ours.push(await measureOurs());
    if (round % 2 === 1) samples.theirs.push(await theirs.measure());
  }
  const ratios = samples.ours.map((value, round) => value / (samples.theirs[round] ?? Number.NaN));
  const [low, middle, high] = [0.25, 0.5, 0.75].map((share) => quantile(ratios, share).toFixed(3));
  const figures = `${quantile(samples.ours, 0.5).toFixed(1)} ours, ${quantile(samples.theirs, 0.5).toFixed(1)} ${theirs.name}`;
  console.log(`${what.padEnd(31)}${middle}  [${low}–${high}]  ${bar.padEnd(7)}\n    ${unit}: ${figures}`);
}

/** Many connections at once, for a while: failures, and what it takes of memory. */
async function holdMany(): Promise<void> {
  const asked = ['--sizes', '1k', '-c', MANY_CONNECTIONS, '--seconds', MANY_SECONDS];
  const words = ['bench', 'http', address, '--json', ...asked];
  const [program, ...rest] = inClient('sh', '-c', `ulimit -n 20000; exec "$0" "$@"`, LVSKIT, ...words) as [
    string,
    ...string[],
  ];
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  let peakBytes = 0;
  child.stdout.on('data', (data) => {
    output += data;
  });
  const watch = setInterval(() => {
    try {
      const [, kilobytes = '0'] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? [];
      peakBytes = Math.max(peakBytes, Number(kilobytes) * 1024);
    } catch {} // it has just ended
  }, 200);
  await new Promise((resolve) => child.on('close', resolve));
  clearInterval(watch);
  const row = JSON.parse(output) as OurRow;
  const failed = Object.entries(row.failures).map(([cause, count]) => `${count} ${cause}`);
  console.log(
    `${MANY_CONNECTIONS} connections for ${MANY_SECONDS} s: failures ${failed.join(', ') || 'none'}, at most ${(peakBytes / 1e6).toFixed(0)} MB (bar: none, 300 MB)`,
  );
}

requireRoot('making network namespaces');
let server: Awaited<ReturnType<typeof startServer>> | undefined;
try {
  makePath();
  server = await startServer();
  console.log(`${''.padEnd(31)}ratio, ours to theirs, of ${rounds} rounds [quartiles], bar`);
  for (const comparison of COMPARISONS) await compare(comparison);
  await holdMany();
} finally {
  server?.kill('SIGKILL');
  for (const namespace of [clientNamespace, serverNamespace]) {
    runCommand(['ip', 'netns', 'delete', namespace], { allowFailure: true });
  }
  rmSync(scratch, { recursive: true });
}
