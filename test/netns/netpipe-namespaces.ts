// Two namespaces with a veth pair between them, for tests of netpipe and agents; and lvskit run inside them.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Ipv4, parseIpv4 } from '../../src/model/mod.ts';
import { runCommand } from '../../src/system/mod.ts';

export const LVSKIT = new URL('../../bin/lvskit', import.meta.url).pathname;

export interface Pair {
  readonly a: string;
  readonly b: string;
  readonly addressOfB: Ipv4;
}

/** Runs `work` with namespaces that are removed afterwards, with all that runs in them. */
export async function withPair(work: (pair: Pair) => Promise<void>): Promise<void> {
  const [a, b] = [`lvskit-np-${process.pid}-a`, `lvskit-np-${process.pid}-b`];
  const addressOfB = parseIpv4('10.98.0.2') as Ipv4;
  try {
    for (const command of [
      `ip netns add ${a}`,
      `ip netns add ${b}`,
      `ip link add veth0 netns ${a} type veth peer name veth0 netns ${b}`,
      `ip -n ${a} address add 10.98.0.1/24 dev veth0`,
      `ip -n ${b} address add ${addressOfB}/24 dev veth0`,
      ...[a, b].flatMap((name) => ['lo', 'veth0'].map((device) => `ip -n ${name} link set ${device} up`)),
    ]) {
      runCommand(command.split(' '));
    }
    await work({ a, b, addressOfB });
  } finally {
    for (const name of [a, b]) remove(name);
  }
}

function remove(name: string): void {
  const pids = runCommand(['ip', 'netns', 'pids', name], { allowFailure: true }).stdout.trim();
  for (const pid of pids.split('\n').filter(Boolean)) process.kill(Number(pid), 'SIGKILL');
  runCommand(['ip', 'netns', 'delete', name], { allowFailure: true });
}

export function inNamespace(name: string): readonly string[] {
  return ['nsenter', `--net=/run/netns/${name}`];
}

export interface Background {
  readonly pid: number;
  /** What it has written so far, on either stream. */
  output(): string;
  /** Exit status, null when a signal ended it. */
  readonly ended: Promise<number | null>;
}

export function startInBackground(argv: readonly string[]): Background {
  const [program, ...rest] = argv as [string, ...string[]];
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const ended = once(child, 'close').then(([status]) => status as number | null);
  return { pid: child.pid ?? 0, output: () => output, ended };
}

/** Resolves when something listens on the port in that namespace. */
export async function untilListening(name: string, port: number): Promise<void> {
  await until(`a listener on port ${port}`, () => {
    const { stdout } = runCommand([...inNamespace(name), 'ss', '-Hltn', `sport = :${port}`]);
    return stdout.trim() !== '';
  });
}

export async function until(what: string, isSo: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error(`waited 20 s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
