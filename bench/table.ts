// The tables when they are large: a million connections that are opened and then run out by themselves, and a thousand
// services of a hundred servers that are restored from a file. Prints how long it takes and how much memory; counters and
// tables must be back at zero at the end. Memory is told twice: what the kernel accounts to the maps, and what all of the
// kernel has more, in which it has rounded up (and which others change, too).
// Usage, as root: npm run bench:table [-- CONNECTIONS]

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { requireRoot, runCommand } from '../src/system/mod.ts';
import { SERVER, server, service, VIP } from '../test/bpf/services.ts';
import { BareDirector } from './support/bare-director.ts';
import { judge } from './support/rounds.ts';
import { formatRules, openConnections } from './support/tables.ts';

const SERVICES = 1000;
const SERVERS = 100;
const RESTORE_BAR = { atMost: 5 };

/** Longer than opening takes, so that all of them are open at one time. */
const TIMEOUT_S = 90;
const POLL_MS = 250;
/** How much later than its timeout the last one may go before something is wrong. */
const PATIENCE_S = 60;
/** Memory of what was deleted comes back when no packet can still see it. */
const MEMORY_PAUSE_MS = 3000;

const MEGABYTE = 1e6;
const connections = Number(process.argv[2] ?? 1_000_000);
const root = join(import.meta.dirname, '..');

/** Of the whole kernel: of slabs that it can't give back by itself, and of vmalloc. */
function kernelBytes(): number {
  const meminfo = readFileSync('/proc/meminfo', 'utf8');
  const bytes = (name: string) => Number(new RegExp(`^${name}:\\s*(\\d+) kB$`, 'm').exec(meminfo)?.[1]) * 1024;
  return bytes('SUnreclaim') + bytes('VmallocUsed');
}

function mapBytes(director: BareDirector): number {
  return director
    .mapBytes()
    .values()
    .reduce((sum, bytes) => sum + bytes, 0);
}

function megabytes(bytes: number): string {
  return `${(bytes / MEGABYTE).toFixed(0)} MB`;
}

function print(what: string, value: string, remark = ''): void {
  console.log(`${what.padEnd(48)}${value.padStart(12)}  ${remark}`.trimEnd());
}

/** Seconds that `work` takes. */
function secondsOf(work: () => void): number {
  const startedMs = performance.now();
  work();
  return (performance.now() - startedMs) / 1000;
}

/** Opens them, waits until the last is gone, and says what that took. */
async function openAndExpire(director: BareDirector): Promise<void> {
  director.configure(service([server(SERVER, 'nat')]));
  director.setAllTimeouts(TIMEOUT_S);
  const emptyMaps = mapBytes(director);
  const emptyKernel = kernelBytes();
  print('maps, empty', megabytes(emptyMaps));

  const { seconds, dropped } = openConnections(director, connections, () => VIP);
  const lastSeenMs = performance.now();
  assert.equal(director.countConnections(), connections, 'all of them are open');
  const perConnection = (bytes: number) => `${(bytes / connections).toFixed(0)} B each`;
  print(
    `${connections.toLocaleString('en')} VS-NAT connections opened`,
    `${seconds.toFixed(1)} s`,
    `${dropped} tries again`,
  );
  const [usedMaps, usedKernel] = [mapBytes(director) - emptyMaps, kernelBytes() - emptyKernel];
  print('memory of the maps, more than empty', megabytes(usedMaps), perConnection(usedMaps));
  print('memory of the kernel, more than empty', megabytes(usedKernel), perConnection(usedKernel));

  const sinceLastS = () => (performance.now() - lastSeenMs) / 1000;
  while (director.countConnections() > 0 && sinceLastS() < TIMEOUT_S + PATIENCE_S) await setTimeout(POLL_MS);
  print('the last one is gone, after its timeout', `${(sinceLastS() - TIMEOUT_S).toFixed(1)} s`);
  await setTimeout(MEMORY_PAUSE_MS);
  const flows = director.plane.countFlows();
  print('left: counted at the server, in the table', `${director.countConnections()}, ${flows}`);
  print('memory of the maps, more than empty', megabytes(mapBytes(director) - emptyMaps));
  print('memory of the kernel, more than empty', megabytes(kernelBytes() - emptyKernel));
  assert.equal(director.countConnections(), 0, 'the servers count none');
  assert.equal(flows, 0, 'the table is empty');
}

function ipvsadm(director: BareDirector, words: string, input = ''): string {
  const enter = ['nsenter', `--net=/run/netns/${director.namespace}`, '--'];
  return runCommand([...enter, join(root, 'bin/lvskit'), 'ipvsadm', ...words.split(' ')], { input }).stdout;
}

function restore(director: BareDirector): void {
  const rules = formatRules(SERVICES, SERVERS);
  director.configure();
  const seconds = secondsOf(() => void ipvsadm(director, '-R', rules));
  const count = director.plane.readStatus().reduce((sum, { servers }) => sum + servers.length, 0);
  assert.equal(count, SERVICES * SERVERS, 'all servers are there');
  print(`ipvsadm -R of ${SERVICES} × ${SERVERS}`, `${seconds.toFixed(2)} s`, judge(seconds, RESTORE_BAR));
  const [vip] = rules.split(' ', 3).slice(2);
  const add = `-a -t ${vip} -r 10.9.2.11:99 -m`;
  print('ipvsadm -a of one more server', `${secondsOf(() => void ipvsadm(director, add)).toFixed(2)} s`);
  print('ipvsadm -L -n', `${secondsOf(() => void ipvsadm(director, '-L -n')).toFixed(2)} s`);
  print('ipvsadm -S -n', `${secondsOf(() => void ipvsadm(director, '-S -n')).toFixed(2)} s`);
  print('memory of the maps', megabytes(mapBytes(director)));
  print('ipvsadm -C', `${secondsOf(() => void ipvsadm(director, '-C')).toFixed(2)} s`);
}

requireRoot('loading BPF programs');
const director = new BareDirector();
try {
  await openAndExpire(director);
  restore(director);
} finally {
  director.remove();
}
