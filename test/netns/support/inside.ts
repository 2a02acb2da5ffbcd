// Programs in the machines of a lab, and what its kernel and its director say about themselves.

import { readFileSync } from 'node:fs';
import { openDataPlane } from '../../../src/dataplane/mod.ts';
import { isMarkKey, type ServiceStatus } from '../../../src/director/mod.ts';
import { findMachine, type Lab, namespacePath } from '../../../src/lab/mod.ts';
import type { TransportProtocol } from '../../../src/model/mod.ts';
import { inNetworkNamespace, runCommandAsync } from '../../../src/system/mod.ts';
import { type Background, LVSKIT, startInBackground } from '../netpipe-namespaces.ts';

const PROGRAM_TIMEOUT_MS = 60_000;

export function pathOf(lab: Lab, machine: string): string {
  return namespacePath(findMachine(lab.plan, machine).namespace);
}

export function enter(lab: Lab, machine: string): readonly string[] {
  return ['nsenter', `--net=${pathOf(lab, machine)}`, '--'];
}

/** Its standard output; its failure is the test's. */
export async function runInside(lab: Lab, machine: string, argv: readonly string[]): Promise<string> {
  const { stdout } = await runCommandAsync([...enter(lab, machine), ...argv], { timeoutMs: PROGRAM_TIMEOUT_MS });
  return stdout;
}

/** Ends with the lab if not before. */
export function startInside(lab: Lab, machine: string, argv: readonly string[]): Background {
  return startInBackground([...enter(lab, machine), ...argv]);
}

/** `lvskit ipvsadm` on the director; its failure is the test's. */
export async function ipvsadm(lab: Lab, words: string | readonly string[], input = ''): Promise<string> {
  const argv = [
    ...enter(lab, 'director'),
    LVSKIT,
    'ipvsadm',
    ...(typeof words === 'string' ? words.split(' ') : words),
  ];
  const { stdout } = await runCommandAsync(argv, { input, timeoutMs: PROGRAM_TIMEOUT_MS });
  return stdout;
}

function onDirector<T>(lab: Lab, work: (dataPlane: ReturnType<typeof openDataPlane>) => T): T {
  return inNetworkNamespace(pathOf(lab, 'director'), () => work(openDataPlane()));
}

export function statusOf(lab: Lab, port: number, protocol: TransportProtocol = 'tcp'): ServiceStatus {
  const found = onDirector(lab, (dataPlane) => dataPlane.readStatus()).find(
    ({ entry }) => !isMarkKey(entry) && entry.port === port && entry.protocol === protocol,
  );
  if (found === undefined) throw new Error(`the director has no service ${protocol} ${port}`);
  return found;
}

/** Packets that the director has dropped for this reason: `SERVER_REMOVED`. */
export function droppedPackets(lab: Lab, reason: string): number {
  const dropped = onDirector(lab, (dataPlane) => dataPlane.readDrops()).get(reason);
  if (dropped === undefined) throw new Error(`the director has no reason ${reason} to drop a packet`);
  return dropped;
}

/** A counter of /proc/net/snmp: `Ip`, `ForwDatagrams`. */
export function snmpCounter(lab: Lab, machine: string, protocol: string, counter: string): number {
  const table = inNetworkNamespace(pathOf(lab, machine), () => readFileSync('/proc/thread-self/net/snmp', 'utf8'));
  const [names, values] = table
    .split('\n')
    .filter((line) => line.startsWith(`${protocol}:`))
    .map((line) => line.split(' '));
  const value = Number(values?.[names?.indexOf(counter) ?? -1]);
  if (Number.isNaN(value)) throw new Error(`/proc/net/snmp has no ${protocol} ${counter}`);
  return value;
}

/** Packets that the director's kernel has forwarded: none of those that lvskit carries. */
export function forwardedByKernel(lab: Lab): number {
  return snmpCounter(lab, 'director', 'Ip', 'ForwDatagrams');
}
