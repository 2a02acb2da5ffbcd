// Looking into a lab from a test: connections from its machines, a server that tells its machine's name, and the
// settings of its devices.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { findMachine, type LabPlan } from '../../src/lab/mod.ts';
import { runCommand } from '../../src/system/mod.ts';

/** Output of a program in a machine of the lab; its failure is the test's. */
export function runIn(plan: LabPlan, machine: string, argv: readonly string[]): string {
  return runCommand([...enter(plan, machine), ...argv], { timeoutMs: 20_000 }).stdout;
}

/** What the server at address:port says, or how the connection failed. */
export function connectTo(plan: LabPlan, machine: string, address: string, port: number): string {
  const argv = [...enter(plan, machine), 'bash', '-c', `cat </dev/tcp/${address}/${port}`];
  const { stdout, stderr } = runCommand(argv, { allowFailure: true, timeoutMs: 20_000 });
  if (stderr.includes('Connection refused')) return 'refused';
  if (stderr.includes('No route to host')) return 'unreachable';
  return stderr === '' ? stdout : stderr;
}

/** Starts a server that says the machine's name to everybody; `ended` gives the signal that ends it. */
export async function startNameServer(plan: LabPlan, machine: string, port: number) {
  // A client that closes without reading resets the connection, which must not end the server.
  const program =
    `require('node:net').createServer((socket) => socket.on('error', () => {}).end('${machine}'))` +
    `.listen(${port}, () => console.log('ready'))`;
  const [command = '', ...argv] = [...enter(plan, machine), process.execPath, '-e', program];
  const child = spawn(command, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(createInterface(child.stdout), 'line');
  const ended = once(child, 'exit').then(([, signal]) => signal as NodeJS.Signals);
  return { ended };
}

/** The qdiscs that shape a device: kind and rate in bytes per second. */
export function qdiscsOf(namespace: string, device: string): { kind: string; rate: number }[] {
  const { stdout } = runCommand(['tc', '-n', namespace, '-json', 'qdisc', 'show', 'dev', device]);
  const qdiscs = JSON.parse(stdout) as { kind: string; options: { rate: number } }[];
  return qdiscs.map(({ kind, options }) => ({ kind, rate: options.rate }));
}

const OFFLOAD_NAMES = [
  'tcp-segmentation-offload',
  'generic-segmentation-offload',
  'generic-receive-offload',
  'tx-checksumming',
  'rx-checksumming',
];

/** Whether the device has each of the offloads that `--no-offload` switches off. */
export function offloadsOf(namespace: string, device: string): Record<string, boolean> {
  const inside = ['nsenter', `--net=/run/netns/${namespace}`];
  const { stdout } = runCommand([...inside, 'ethtool', '-k', device]);
  return Object.fromEntries(OFFLOAD_NAMES.map((name) => [name, stdout.includes(`${name}: on`)]));
}

function enter(plan: LabPlan, machine: string): string[] {
  return ['nsenter', `--net=/run/netns/${findMachine(plan, machine).namespace}`];
}
