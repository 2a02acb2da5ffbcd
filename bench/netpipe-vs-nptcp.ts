// How much our netpipe adds to what it measures: NPtcp and ours in turns on the same veth pair, both ends of both on
// one CPU, so that the difference is the cost of the programs. Prints medians over the rounds and their ratio.
// Usage, as root: node bench/netpipe-vs-nptcp.ts [ROUNDS [CPU]]

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type Agent, connectNetpipe, listenNetpipe, startAgent } from '../src/agent/mod.ts';
import { quantile } from '../src/analysis/quantiles.ts';
import { throughputMbps } from '../src/measure/mod.ts';
import { type Ipv4, parseIpv4 } from '../src/model/mod.ts';
import { requireRoot, runCommand, runCommandAsync } from '../src/system/mod.ts';

/** One size to compare: enough exchanges for some 20 ms, so that both meet the same mood of the machine. */
interface Comparison {
  readonly sizeBytes: number;
  readonly exchanges: number;
}

const COMPARISONS: readonly Comparison[] = [
  { sizeBytes: 64, exchanges: 1500 },
  { sizeBytes: 2 ** 20, exchanges: 25 },
];
/** NPtcp's; its result is the mean of the best trial, so ours is here too. */
const TRIALS = 3;
/** Does not count. As long as NPtcp's 100 round trips of 1 MB; meanwhile V8 compiles the loops. */
const INTRODUCTION_SECONDS = 0.1;
const MS_UNTIL_RETRY = 5;
/** What rounds take while nothing else has the machine: docs/decisions/0019-undisturbed-times.md. */
const QUICKEST = 0.1;

const rounds = Number(process.argv[2] ?? 40);
const cpu = Number(process.argv[3] ?? 1);
const transmitterNamespace = `npbench-${process.pid}-a`;
const receiverNamespace = `npbench-${process.pid}-b`;
const receiverAddress = parseIpv4('10.99.0.2') as Ipv4;
const scratch = mkdtempSync(join(tmpdir(), 'netpipe-vs-nptcp-'));

function makePath(): void {
  const [a, b] = [transmitterNamespace, receiverNamespace];
  const commands = [
    `ip netns add ${a}`,
    `ip netns add ${b}`,
    `ip link add veth0 netns ${a} type veth peer name veth0 netns ${b}`,
    `ip -n ${a} address add 10.99.0.1/24 dev veth0`,
    `ip -n ${b} address add ${receiverAddress}/24 dev veth0`,
    `ip -n ${a} link set veth0 up`,
    `ip -n ${b} link set veth0 up`,
  ];
  for (const command of commands) runCommand(command.split(' '));
}

function removePath(): void {
  for (const namespace of [transmitterNamespace, receiverNamespace]) {
    runCommand(['ip', 'netns', 'delete', namespace], { allowFailure: true });
  }
}

function inNamespace(namespace: string): readonly string[] {
  return ['nsenter', `--net=/run/netns/${namespace}`];
}

/** Seconds a block, one way. */
async function measureByNptcp({ sizeBytes, exchanges }: Comparison): Promise<number> {
  const outFile = join(scratch, 'np.out');
  const same = ['-l', `${sizeBytes}`, '-u', `${sizeBytes}`, '-p', '0', '-n', `${exchanges}`];
  const nptcp = (namespace: string, words: readonly string[]) => [
    ...[...inNamespace(namespace), 'taskset', '-c', `${cpu}`, 'NPtcp'],
    ...[...same, ...words],
  ];
  const receiver = runCommandAsync(nptcp(receiverNamespace, ['-o', '/dev/null']), { timeoutMs: 60_000 });
  const transmit = nptcp(transmitterNamespace, ['-h', receiverAddress, '-o', outFile]);
  const deadline = Date.now() + 5_000;
  // It gives up at once while the receiver is not listening yet.
  while ((await runCommandAsync(transmit, { allowFailure: true })).status !== 0 && Date.now() < deadline) {
    await setTimeout(MS_UNTIL_RETRY);
  }
  await receiver;
  return Number(readFileSync(outFile, 'utf8').trim().split(/\s+/)[2]);
}

/** As {@link measureByNptcp}, with processes and a connection of its own, as NPtcp has. */
async function measureByOurs({ sizeBytes, exchanges }: Comparison): Promise<number> {
  const agents = await Promise.all([transmitterNamespace, receiverNamespace].map(startAgentIn));
  const [transmitter, receiver] = agents as [Agent, Agent];
  try {
    const listener = await listenNetpipe(receiver, { address: receiverAddress, port: 0 });
    const pair = await connectNetpipe(transmitter, receiverAddress, listener.port, listener);
    await pair.visit({ sizeBytes, mode: 'twoway', targetSeconds: INTRODUCTION_SECONDS });
    const means: number[] = [];
    for (let trial = 0; trial < TRIALS; trial++) {
      const result = await pair.visit({ sizeBytes, mode: 'twoway', exchanges });
      means.push(result.elapsedNs / 1e9 / result.exchanges / 2);
    }
    return Math.min(...means);
  } finally {
    await Promise.all(agents.map((agent) => agent.close()));
  }
}

function startAgentIn(namespace: string): Promise<Agent> {
  const launcher = [new URL('../bin/lvskit', import.meta.url).pathname];
  return startAgent({ host: namespace, prefix: inNamespace(namespace), launcher, cpu });
}

function report({ sizeBytes }: Comparison, nptcp: readonly number[], ours: readonly number[]): void {
  const ratios = ours.map((seconds, round) => seconds / (nptcp[round] ?? Number.NaN));
  const [medianNptcp, medianOurs] = [quantile(nptcp, 0.5), quantile(ours, 0.5)];
  const [quickNptcp, quickOurs] = [quantile(nptcp, QUICKEST), quantile(ours, QUICKEST)];
  const describe = (seconds: number) =>
    `${(seconds * 1e6).toFixed(3)} µs (${throughputMbps(sizeBytes, seconds).toFixed(1)} Mbps)`;
  console.log(`${sizeBytes} bytes, ${ours.length} rounds, medians of the time one way`);
  console.log(`  NPtcp           ${describe(medianNptcp)}`);
  console.log(`  lvskit          ${describe(medianOurs)}`);
  console.log(`  ratio of time   ${(medianOurs / medianNptcp).toFixed(3)}`);
  console.log(`  ratio of Mbps   ${(medianNptcp / medianOurs).toFixed(3)}`);
  console.log(
    `  quickest tenth  ${(quickOurs / quickNptcp).toFixed(3)} of the time, ${(quickNptcp / quickOurs).toFixed(3)} of the Mbps`,
  );
  console.log(
    `  round by round  ${[0.25, 0.5, 0.75].map((share) => quantile(ratios, share).toFixed(3)).join(' / ')} (quartiles of the ratio of time)`,
  );
}

async function compare(): Promise<void> {
  for (const comparison of COMPARISONS) {
    const nptcp: number[] = [];
    const ours: number[] = [];
    for (let round = 0; round < rounds; round++) {
      // Each goes first in half of the rounds.
      if (round % 2 === 0) nptcp.push(await measureByNptcp(comparison));
      ours.push(await measureByOurs(comparison));
      if (round % 2 === 1) nptcp.push(await measureByNptcp(comparison));
    }
    report(comparison, nptcp, ours);
  }
}

requireRoot('making network namespaces');
try {
  makePath();
  await compare();
} finally {
  removePath();
  rmSync(scratch, { recursive: true });
}
