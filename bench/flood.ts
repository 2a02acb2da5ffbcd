// A SYN flood of two million sources against a VS-NAT service, all of them strangers that never answer: what becomes of the
// connections that are established, of clients that come meanwhile and afterwards, of memory. Connections that stop
// working fail the bench; what a flood costs new clients is printed.
// Usage, as root: npm run bench:flood [-- SOURCES]

import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { requireRoot } from '../src/system/mod.ts';
import { SERVER, server, service, VIP } from '../test/bpf/services.ts';
import { BareDirector } from './support/bare-director.ts';
import { ClientPacket } from './support/clients.ts';
import { openConnections } from './support/tables.ts';

const ESTABLISHED = 1000;
/** After so many SYNs all established connections are tried, and some clients come for the first time. */
const BATCH = 100_000;
const NEW_CLIENTS = 100;
const POLL_MS = 1000;
/** The timeout of SYN_RECV, and as much again. */
const PATIENCE_S = 120;

const sources = Number(process.argv[2] ?? 2_000_000);

requireRoot('loading BPF programs');
const director = new BareDirector();
const syn = ClientPacket.to(VIP, 'S');
const ack = ClientPacket.to(VIP, '.');
const reply = ClientPacket.from(SERVER, '.');

/** How many established connections carry a packet each way. */
function countWorking(): number {
  let working = 0;
  for (let client = 0; client < ESTABLISHED; client++) {
    if (director.sendsOn(ack, client) && director.sendsOn(reply, client)) working += 1;
  }
  return working;
}

/** Flooders follow the established, and new clients follow the flooders. */
const FIRST_FLOODER = ESTABLISHED;
const FIRST_NEW_CLIENT = FIRST_FLOODER + sources;
let newClients = 0;

/** How many of some clients that nobody has seen before get a connection. */
function countTaken(): number {
  let taken = 0;
  for (let client = 0; client < NEW_CLIENTS; client++) {
    if (director.sendsOn(syn, FIRST_NEW_CLIENT + newClients++)) taken += 1;
  }
  return taken;
}

function dropsNow(): string {
  const some = [...director.plane.readDrops()].filter(([, count]) => count > 0);
  return some.map(([reason, count]) => `${reason} ${count.toLocaleString('en')}`).join(', ') || 'nothing';
}

function megabytes(): string {
  return `${(
    director
      .mapBytes()
      .values()
      .reduce((sum, bytes) => sum + bytes, 0) / 1e6
  ).toFixed(0)} MB`;
}

function print(what: string, value: string): void {
  console.log(`${what.padEnd(52)}${value}`);
}

try {
  director.configure(service([server(SERVER, 'nat')]));
  openConnections(director, ESTABLISHED, () => VIP);
  print('memory of the maps before', megabytes());

  let sent = 0;
  let sendingMs = 0;
  let firstTurnedAway: number | undefined;
  while (sent < sources) {
    const startedMs = performance.now();
    const batch = Math.min(BATCH, sources - sent);
    director.inside(() => {
      for (let n = 0; n < batch; n++) director.sendsOn(syn, FIRST_FLOODER + sent++);
    });
    sendingMs += performance.now() - startedMs;
    const [working, taken] = director.inside(() => [countWorking(), countTaken()] as const);
    assert.equal(working, ESTABLISHED, `after ${sent} SYNs every established connection works`);
    if (taken < NEW_CLIENTS) firstTurnedAway ??= sent;
  }
  const rate = Math.round(sources / sendingMs);
  print(`${sources.toLocaleString('en')} SYNs`, `${rate} thousand a second`);
  print('established connections that worked all the time', `${ESTABLISHED} of ${ESTABLISHED}`);
  print('memory of the maps after', megabytes());
  print('connections in the table', director.countConnections().toLocaleString('en'));
  print('dropped', dropsNow());
  print(
    'new clients turned away',
    firstTurnedAway === undefined ? 'none' : `from ${firstTurnedAway.toLocaleString('en')} SYNs on`,
  );

  const endedMs = performance.now();
  const sinceEndS = () => (performance.now() - endedMs) / 1000;
  while (director.inside(countTaken) < NEW_CLIENTS && sinceEndS() < PATIENCE_S) await setTimeout(POLL_MS);
  assert.ok(sinceEndS() < PATIENCE_S, 'new clients are taken again');
  print('new clients taken again after the flood', `${sinceEndS().toFixed(0)} s`);
  assert.equal(director.inside(countWorking), ESTABLISHED, 'afterwards every established connection works');
} finally {
  director.remove();
}
